// Access tokens for programs: the person's own.
import { useState } from "preact/hooks";
import { catalogue, day } from "../kit/text";
import { write } from "./api";
import { Confirm, Form } from "./form";
import { Grid } from "./grid";
import type { Token } from "./model";
import { Copy, Head, Modal, When, tell } from "./part";
import { me, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "A program that shows a token may do what its scopes say, and never more than you.", name: "Name", scopes: "Scopes", networks: "Networks", anywhere: "from anywhere", made: "Made", expires: "Expires", used: "Last used", never: "never", add: "Make a token", revoke: "Revoke", sure: "Programs that use it are refused from now on.", revoked: "Revoked.",
    networksHelp: "CIDR, one in a line. Empty: from anywhere.", expiresHelp: "A year ahead at most.", nameHelp: "What program it is for.", secret: "Token", once: "This is shown only now. Whoever has it can act for you.",
  },
  ja: {
    about: "トークンを提示したプログラムは、その権限の範囲で操作できます。ご自身の権限を超えることはありません。", name: "名前", scopes: "権限", networks: "ネットワーク", anywhere: "制限なし", made: "作成日時", expires: "有効期限", used: "最終使用", never: "未使用", add: "トークンを作成", revoke: "失効", sure: "このトークンを使うプログラムは、以後拒否されます。", revoked: "失効しました。",
    networksHelp: "CIDR 形式、1行に1つ。空欄は制限なし。", expiresHelp: "最長1年。", nameHelp: "使用するプログラムの名前など。", secret: "トークン", once: "表示は今回だけです。これを持つ人は、あなたとして操作できます。",
  },
});

// inDays is a date as the browser's field wants it.
function inDays(n: number): string {
  const d = new Date(Date.now() + n * 86_400_000);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
}

export function TokenScreen() {
  const [round, setRound] = useState(0);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const [secret, setSecret] = useState("");
  return (
    <>
      <Head title={frame("tokens")} about={t("about")}><button class="button primary" onClick={() => setAdding(true)}>{t("add")}</button></Head>
      <Grid<Token>
        label={frame("tokens")} path="/tokens" whole keyOf={(x) => x.id} round={round}
        columns={[
          { title: t("name"), cell: (x) => x.name, kind: "main" },
          { title: t("scopes"), cell: (x) => <span class="tags">{x.scopes.map((s) => <code class="tag" key={s}>{s}</code>)}</span>, kind: "wide" },
          { title: t("networks"), cell: (x) => x.networks.join(", ") || t("anywhere") },
          { title: t("made"), cell: (x) => <When at={x.made} /> },
          { title: t("expires"), cell: (x) => day(new Date(x.expires)) },
          { title: t("used"), cell: (x) => (x.used ? <When at={x.used} /> : t("never")) },
          { title: "", kind: "act", cell: (x) => <button class="button small danger" aria-label={`${t("revoke")}: ${x.name}`} onClick={() => setRevoking(x)}>{t("revoke")}</button> },
        ]}
      />
      {adding && (
        <Form
          title={t("add")} act={t("add")} close={() => setAdding(false)}
          fields={[
            { name: "name", label: t("name"), required: true, help: t("nameHelp") }, { name: "scopes", label: t("scopes"), kind: "checks", options: me.value!.rights.map((r) => [r, r]) },
            { name: "networks", label: t("networks"), kind: "lines", help: t("networksHelp") }, { name: "expires", label: t("expires"), kind: "date", required: true, value: inDays(90), help: t("expiresHelp") },
          ]}
          save={async (v, key) => {
            const made = await write<Token & { secret: string }>("POST", "/tokens", { ...v, expires: new Date(`${String(v.expires)}T23:59:00`).toISOString() }, "", key);
            setSecret(made.secret);
            setRound(round + 1);
          }}
        />
      )}
      {secret && <Modal title={t("secret")} close={() => setSecret("")}><div class="stack"><p class="note warn">{t("once")}</p><div class="secret"><code>{secret}</code><Copy text={secret} label={t("secret")} /></div></div></Modal>}
      {revoking && <Confirm title={t("revoke")} act={t("revoke")} about={<><p><b>{revoking.name}</b></p><p>{t("sure")}</p></>} close={() => setRevoking(null)} save={async (key) => (await write("DELETE", `/tokens/${revoking.id}`, undefined, "", key), setRound(round + 1), tell(t("revoked")))} />}
    </>
  );
}
