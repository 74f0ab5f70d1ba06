// The shared address book: people outside whom everybody of the contract writes to, one by one or from a file.
import { useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue } from "../kit/text";
import { useEditing } from "./account";
import { keep, write } from "./api";
import { Confirm, Form, type Field } from "./form";
import { Grid } from "./grid";
import { base64 } from "./import";
import type { Partner } from "./model";
import { Fault, Head, Modal, problemOf } from "./part";
import { amend, contract, place } from "./place";
import { may, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Everybody of the contract finds these entries in webmail. Domains that look like theirs are noticed in incoming mail.", search: "Name, address, organisation or group", name: "Name", addresses: "Addresses", addressesHelp: "One in a line; the first is the usual one.", organization: "Organisation", groups: "Groups", groupsHelp: "One in a line. Who writes to a group writes to all of its entries.", note: "Note", add: "Add an entry", edit: "Change", remove: "Remove", save: "Save", saved: "Saved.", removed: "Removed.", sure: "Remove this entry for everybody?", none: "No entries yet.", group: "Group: {name}", clear: "All groups",
    import: "CSV import", importAbout: "First line: address, name, organization, groups, note. Several addresses or groups in a cell with semicolons between them. UTF-8 or Shift_JIS; at most 20,000 rows, all or none.", file: "CSV file", check: "Check", sample: "Example file", busy: "One moment …", found: "{rows} rows, {charset}. Nothing is wrong.", wrong: "{n} errors. Nothing is made until they are corrected.", make: "Make {n} entries", made: "{n} entries were made.", row: "Row {row}", preview: "The first rows as they were read", large: "The file is larger than 20 MB.",
  },
  ja: {
    about: "契約の全員がウェブメールで利用できる連絡先です。ここにあるドメインに似せたドメインは、受信メールの検査で検出されます。", search: "名前、アドレス、組織、グループ", name: "名前", addresses: "アドレス", addressesHelp: "1行に1つ。先頭が通常使うアドレスです。", organization: "組織", groups: "グループ", groupsHelp: "1行に1つ。グループ宛てに書くと全員が宛先になります。", note: "メモ", add: "追加", edit: "変更", remove: "削除", save: "保存", saved: "保存しました。", removed: "削除しました。", sure: "この連絡先を全員の連絡先から削除しますか？", none: "まだ登録がありません。", group: "グループ: {name}", clear: "すべてのグループ",
    import: "CSV 取り込み", importAbout: "1行目は アドレス, 名前, 組織, グループ, メモ。1つのセルに複数のアドレスやグループを書くときはセミコロンで区切ります。UTF-8 または Shift_JIS、最大 20,000 行。登録は全行か、まったくしないかのどちらかです。", file: "CSV ファイル", check: "確認", sample: "記入例", busy: "お待ちください…", found: "{rows} 行（{charset}）。誤りはありません。", wrong: "{n} 件の誤りがあります。修正するまで何も登録されません。", make: "{n} 件を登録", made: "{n} 件を登録しました。", row: "{row} 行目", preview: "読み取った最初の行", large: "ファイルが 20 MB を超えています。",
  },
});

function fieldsOf(p: Partner | null): Field[] {
  return [
    { name: "name", label: t("name"), required: true, value: p?.name }, { name: "addresses", label: t("addresses"), kind: "lines", required: true, value: p?.addresses, help: t("addressesHelp") }, { name: "organization", label: t("organization"), value: p?.organization },
    { name: "groups", label: t("groups"), kind: "lines", value: p?.groups, help: t("groupsHelp") }, { name: "note", label: t("note"), kind: "area", value: p?.note },
  ];
}

export function PartnerScreen() {
  const root = `/contracts/${contract.value}/partners`;
  const at = (p: Partner) => `${root}/${p.id}`;
  const e = useEditing<Partner>(at);
  const [importing, setImporting] = useState(false);
  const changes = may("partner:change");
  const row = e.editing?.row;
  const group = place.value.query.get("group");
  return (
    <>
      <Head title={frame("partners")} about={t("about")}>
        {changes && <button class="button" onClick={() => setImporting(true)}>{t("import")}</button>}
        {changes && <button class="button primary" onClick={e.make}>{t("add")}</button>}
      </Head>
      {group && <p class="row wrap"><b>{t("group", { name: group })}</b> <button class="button small" onClick={() => amend({ group: "", after: "" })}>{t("clear")}</button></p>}
      <Grid<Partner>
        label={frame("partners")} path={root + (group ? `?group=${encodeURIComponent(group)}` : "")} keyOf={(p) => p.id} file="partners" search={t("search")} round={e.round} empty={t("none")}
        columns={[
          { title: t("name"), cell: (p) => p.name, kind: "main" },
          { title: t("addresses"), cell: (p) => p.addresses.join(", "), kind: "wide" },
          { title: t("organization"), cell: (p) => p.organization || "—" },
          { title: t("groups"), cell: (p) => (p.groups?.length ? p.groups.map((g) => <button class="button small" key={g} onClick={() => amend({ group: g, after: "" })}>{g}</button>) : "—") },
          {
            title: "", kind: "act", cell: (p) => changes && (
              <>
                <button class="button small" aria-label={`${t("edit")}: ${p.name}`} onClick={() => e.edit(p)}>{t("edit")}</button>
                <button class="button small danger" aria-label={`${t("remove")}: ${p.name}`} onClick={() => e.setRemoving(p)}>{t("remove")}</button>
              </>
            ),
          },
        ]}
      />
      {e.editing && <Form title={row ? `${t("edit")}: ${row.name}` : t("add")} act={t("save")} fields={fieldsOf(row ?? null)} close={e.close} save={async (v, key) => (await (row ? write("PUT", at(row), v, e.editing!.tag, key) : write("POST", root, v, "", key)), e.done(t("saved")))} />}
      {e.removing && <Confirm title={t("remove")} act={t("remove")} about={<><p><b>{e.removing.name}</b></p><p>{t("sure")}</p></>} close={e.close} save={async (key) => (await write("DELETE", at(e.removing!), undefined, "", key), e.done(t("removed")))} />}
      {importing && <Import root={root} close={() => setImporting(false)} done={(n) => (setImporting(false), e.done(t("made", { n })))} />}
    </>
  );
}

interface Imported {
  charset: string;
  rows: number;
  made: number;
  errors: { row: number; column: string; value: string; detail: string }[];
  preview: { name: string; addresses: string[]; organization?: string; groups?: string[] }[];
}

function Import({ root, close, done }: { root: string; close: () => void; done: (n: number) => void }) {
  const [file, setFile] = useState<File | null>(null);
  const [r, setR] = useState<Imported | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  async function run(really: boolean): Promise<void> {
    if (file!.size > 20_000_000) return setProblem(problemOf(new Error(t("large"))));
    setBusy(true);
    setProblem(null);
    try {
      const csv = base64(new Uint8Array(await file!.arrayBuffer()));
      const got = await write<Imported>("POST", `${root}/import`, really ? { csv, really } : { csv });
      if (got.made > 0) return done(got.made);
      setR(got);
    } catch (e) {
      setProblem(problemOf(e));
    } finally {
      setBusy(false);
    }
  }
  const sample = () => keep(new Blob(["\ufeffaddress,name,organization,groups,note\r\nsuzuki@partner.example;ichiro@partner.example,鈴木 一郎,Partner,Suppliers;Tokyo,\r\n"], { type: "text/csv" }), "partners.csv");
  return (
    <Modal title={t("import")} close={close} wide>
      <div class="stack">
        <p class="quiet">{t("importAbout")}</p>
        <form class="row wrap" onSubmit={(e) => (e.preventDefault(), void run(false))}>
          <label class="field"><span>{t("file")}</span><input type="file" accept=".csv,text/csv" required onChange={(e) => (setFile(e.currentTarget.files?.[0] ?? null), setR(null))} /></label>
          <button class="button primary" disabled={!file || busy}>{busy ? t("busy") : t("check")}</button>
          <button class="button" type="button" onClick={sample}>{t("sample")}</button>
        </form>
        <Fault problem={problem} />
        <div role="status" class="stack">
          {r && (r.errors.length > 0 ? <p class="note bad">{t("wrong", { n: r.errors.length })}</p> : <p class="note good">{t("found", { rows: r.rows, charset: r.charset })}</p>)}
          {r && r.errors.length > 0 && <ul>{r.errors.map((e, i) => <li key={i}><b>{t("row", { row: e.row })}</b> {e.column} <code>{e.value}</code> {e.detail}</li>)}</ul>}
          {r && r.preview.length > 0 && (
            <section>
              <h3>{t("preview")}</h3>
              <ul>{r.preview.map((p, i) => <li key={i}>{p.name} — {p.addresses.join(", ")} {p.organization} {p.groups?.join(", ")}</li>)}</ul>
            </section>
          )}
        </div>
        {r && r.errors.length === 0 && r.rows > 0 && <p><button class="button primary" disabled={busy} onClick={() => void run(true)}>{busy ? t("busy") : t("make", { n: r.rows })}</button></p>}
      </div>
    </Modal>
  );
}
