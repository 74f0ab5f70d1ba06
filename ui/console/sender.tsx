// Senders that are allowed or blocked for everybody of the contract.
import { useState } from "preact/hooks";
import { catalogue } from "../kit/text";
import { write } from "./api";
import { Confirm, Form } from "./form";
import { Grid } from "./grid";
import type { Sender } from "./model";
import { Head, When, tell } from "./part";
import { contract } from "./place";
import { may, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Allowed: not taken for spam when the mail is proven to come from there; malware and impersonation are stopped all the same. Blocked: into Junk. What a person lists for himself goes before.", search: "Address or domain", address: "Address", help: "One address, or @example.com for all of a domain.", stance: "Is", allow: "Allowed", block: "Blocked", at: "Since", add: "Add a sender", save: "Save", saved: "Saved.", remove: "Remove", sure: "Take this sender off the list?", removed: "Removed.", none: "No senders are listed.", change: "Change",
  },
  ja: {
    about: "許可：その送信元からと証明されたメールを迷惑メールとして扱いません。マルウェアとなりすましは許可しても止めます。拒否：迷惑メールに入れます。個人の一覧が優先されます。", search: "アドレスまたはドメイン", address: "アドレス", help: "アドレス1件、またはドメイン全体なら @example.com。", stance: "扱い", allow: "許可", block: "拒否", at: "登録日時", add: "送信者を追加", save: "保存", saved: "保存しました。", remove: "削除", sure: "この送信者を一覧から外しますか？", removed: "削除しました。", none: "登録された送信者はありません。", change: "変更",
  },
});

type Editing = Partial<Sender> | null;

export function SenderScreen() {
  const root = `/contracts/${contract.value}/senders`;
  const at = (address: string) => `${root}/${encodeURIComponent(address)}`;
  const [editing, setEditing] = useState<Editing>(null);
  const [removing, setRemoving] = useState<Sender | null>(null);
  const [round, setRound] = useState(0);
  const changes = may("policy:change");
  const done = (text: string) => (setEditing(null), setRemoving(null), setRound(round + 1), tell(text));
  return (
    <>
      <Head title={frame("senders")} about={t("about")}>
        {changes && <button class="button primary" onClick={() => setEditing({})}>{t("add")}</button>}
      </Head>
      <Grid<Sender>
        label={frame("senders")} path={root} keyOf={(s) => s.address} file="senders" search={t("search")} round={round} empty={t("none")}
        columns={[
          { title: t("address"), cell: (s) => s.address, kind: "main" },
          { title: t("stance"), cell: (s) => <span class={`state ${s.stance === "allow" ? "good" : "bad"}`}>{t(s.stance)}</span> },
          { title: t("at"), cell: (s) => <When at={s.at} /> },
          {
            title: "", kind: "act", cell: (s) => changes && (
              <>
                <button class="button small" aria-label={`${t("change")}: ${s.address}`} onClick={() => setEditing(s)}>{t("change")}</button>
                <button class="button small danger" aria-label={`${t("remove")}: ${s.address}`} onClick={() => setRemoving(s)}>{t("remove")}</button>
              </>
            ),
          },
        ]}
      />
      {editing && (
        <Form
          title={editing.address ?? t("add")} act={t("save")} close={() => setEditing(null)}
          fields={[
            ...(editing.address ? [] : [{ name: "address", label: t("address"), required: true, help: t("help") }]),
            { name: "stance", label: t("stance"), kind: "select", value: editing.stance ?? "block", options: [["block", t("block")], ["allow", t("allow")]] },
          ]}
          save={async (v, key) => (await write("PUT", at(editing.address ?? String(v.address).trim()), { stance: v.stance }, "", key), done(t("saved")))}
        />
      )}
      {removing && <Confirm title={t("remove")} act={t("remove")} about={<><p><b>{removing.address}</b></p><p>{t("sure")}</p></>} close={() => setRemoving(null)} save={async (key) => (await write("DELETE", at(removing.address), undefined, "", key), done(t("removed")))} />}
    </>
  );
}
