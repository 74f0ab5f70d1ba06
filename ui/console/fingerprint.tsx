// Sets of fingerprints of the contract's own data: brought as files, listed, taken away.
import { useRef, useState } from "preact/hooks";
import { bytes, catalogue } from "../kit/text";
import { write } from "./api";
import { Confirm, Form } from "./form";
import { Grid } from "./grid";
import { base64 } from "./import";
import type { Fingerprint } from "./model";
import { Head, When, tell } from "./part";
import { contract } from "./place";
import { may, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Mail that leaves is compared with these sets by the condition leak.exact. A set is made where the data is, with the contract's key (\"sekisho fingerprint key\", \"sekisho fingerprint make\"): the data itself goes nowhere.", name: "Name", size: "Size", digest: "SHA-256", at: "Since", add: "Bring a set", help: "Small letters, digits, hyphens. A set of that name is replaced.", file: "File of the set", save: "Save", saved: "Saved.", remove: "Remove", sure: "Take this set away? Rules that name it find nothing then.", removed: "Removed.", none: "There are no sets.", missing: "Choose a file.", large: "The file is larger than 24 MB: use \"sekisho fingerprint upload\".",
  },
  ja: {
    about: "社外へのメールを、条件 leak.exact でこれらのセットと照合します。セットは、データのある場所で契約の鍵を使って作成します（sekisho fingerprint key、sekisho fingerprint make）。データ自体はどこにも送られません。", name: "名前", size: "サイズ", digest: "SHA-256", at: "登録日時", add: "セットを登録", help: "英小文字、数字、ハイフン。同名のセットは置き換えます。", file: "セットのファイル", save: "保存", saved: "保存しました。", remove: "削除", sure: "このセットを削除しますか？ 参照している規則は何も検出しなくなります。", removed: "削除しました。", none: "セットはありません。", missing: "ファイルを選択してください。", large: "ファイルが 24 MB を超えています。sekisho fingerprint upload を使用してください。",
  },
});

const most = 24_000_000;

export function FingerprintScreen() {
  const root = `/contracts/${contract.value}/fingerprints`;
  const at = (name: string) => `${root}/${encodeURIComponent(name)}`;
  const [round, setRound] = useState(0);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Fingerprint | null>(null);
  const file = useRef<HTMLInputElement>(null);
  const changes = may("policy:change");
  const done = (text: string) => (setAdding(false), setRemoving(null), setRound(round + 1), tell(text));
  async function bring(name: string, key: string): Promise<void> {
    const f = file.current?.files?.[0];
    if (!f) throw new Error(t("missing"));
    if (f.size > most) throw new Error(t("large"));
    await write("PUT", at(name), { set: base64(new Uint8Array(await f.arrayBuffer())) }, "", key);
    done(t("saved"));
  }
  return (
    <>
      <Head title={frame("fingerprints")} about={t("about")}>{changes && <button class="button primary" onClick={() => setAdding(true)}>{t("add")}</button>}</Head>
      <Grid<Fingerprint>
        label={frame("fingerprints")} path={root} keyOf={(x) => x.name} file="fingerprints" round={round} empty={t("none")}
        columns={[
          { title: t("name"), cell: (x) => x.name, kind: "main" },
          { title: t("size"), cell: (x) => bytes(x.bytes), kind: "number" },
          { title: t("digest"), cell: (x) => <code>{x.digest.slice(0, 16)}</code> },
          { title: t("at"), cell: (x) => <When at={x.at} /> },
          { title: "", kind: "act", cell: (x) => changes && <button class="button small danger" aria-label={`${t("remove")}: ${x.name}`} onClick={() => setRemoving(x)}>{t("remove")}</button> },
        ]}
      />
      {adding && (
        <Form
          title={t("add")} act={t("save")} close={() => setAdding(false)} fields={[{ name: "name", label: t("name"), required: true, help: t("help") }]}
          about={<label class="field"><span>{t("file")}</span><input ref={file} type="file" required /></label>} save={(v, key) => bring(String(v.name).trim(), key)}
        />
      )}
      {removing && <Confirm title={t("remove")} act={t("remove")} close={() => setRemoving(null)} about={<><p><b>{removing.name}</b></p><p>{t("sure")}</p></>} save={async (key) => (await write("DELETE", at(removing.name), undefined, "", key), done(t("removed")))} />}
    </>
  );
}
