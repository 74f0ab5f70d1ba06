// Accounts from a CSV file: looked through first, with what is wrong by row and column; then made, all or none, and their
// keys step by step.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { bytes, catalogue } from "../kit/text";
import { keep, write } from "./api";
import type { Account, AccountMade } from "./model";
import { Fault, Head, problemOf, tell, useRead } from "./part";
import { contract } from "./place";
import { t as frame } from "./shell";
import { say } from "./wording";

const t = catalogue({
  en: {
    about: "A file with a first line: address, name, role, quota, supervisor, leaves. UTF-8 or Shift_JIS; at most 100,000 rows. Nothing is made before you say so, and then all rows or none.", file: "CSV file", check: "Check", checking: "Checking …", sample: "Example file", found: "{rows} rows, {charset}. Nothing is wrong.", wrong: "{n} errors. Nothing is made until they are corrected.",
    row: "Row", column: "Column", value: "Value", detail: "What is wrong", preview: "The first rows as they were read", address: "Address", name: "Name", role: "Role", quota: "Storage", supervisor: "Supervisor", make: "Make {n} accounts", making: "Making …", made: "{n} accounts were made. Now make their keys.",
    keys: "Keys and first passwords", left: "{n} accounts have no keys yet and cannot receive mail.", keying: "Making keys: {n} left", makeKeys: "Make keys", stop: "Pause", save: "Save first passwords ({n})", once: "First passwords are shown only now: save the file before you leave.", all: "Every account has its keys.", large: "The file is larger than 28 MB.", chosen: "{name}, {size}",
  },
  ja: {
    about: "1行目は address, name, role, quota, supervisor, leaves（または アドレス, 氏名, 役割, 容量, 上長, 退職予定日）。UTF-8 または Shift_JIS、最大 100,000 行。確認するまで何も作成されず、作成は全行か、まったくしないかのどちらかです。", file: "CSV ファイル", check: "確認", checking: "確認中…", sample: "記入例", found: "{rows} 行（{charset}）。誤りはありません。", wrong: "{n} 件の誤りがあります。修正するまで何も作成されません。",
    row: "行", column: "列", value: "値", detail: "内容", preview: "読み取った最初の行", address: "アドレス", name: "名前", role: "役割", quota: "容量", supervisor: "上長", make: "{n} 件のアカウントを作成", making: "作成中…", made: "{n} 件のアカウントを作成しました。続けて鍵を作成してください。",
    keys: "鍵と初期パスワード", left: "{n} 件のアカウントに鍵がなく、メールを受信できません。", keying: "鍵を作成中: 残り {n} 件", makeKeys: "鍵を作成", stop: "一時停止", save: "初期パスワードを保存（{n} 件）", once: "初期パスワードは今だけ取得できます。移動する前にファイルを保存してください。", all: "すべてのアカウントに鍵があります。", large: "ファイルが 28 MB を超えています。", chosen: "{name}、{size}",
  },
});

interface Imported {
  charset: string;
  rows: number;
  made: number;
  errors: { row: number; column: string; value: string; detail: string }[];
  preview: { address: string; name: string; role: string; quota: number; supervisor: string; leaves: string }[];
}

// base64 of bytes, a piece at a time: a call takes only so many arguments.
export function base64(b: Uint8Array): string {
  let s = "";
  for (let i = 0; i < b.length; i += 32_768) s += String.fromCharCode(...b.subarray(i, i + 32_768));
  return btoa(s);
}

const most = 28_000_000;

export function ImportScreen() {
  const root = `/contracts/${contract.value}/imports`;
  const [file, setFile] = useState<File | null>(null);
  const [result, setResult] = useState<Imported | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  async function run(really: boolean): Promise<void> {
    if (!file) return;
    if (file.size > most) return setProblem(problemOf(new Error(t("large"))));
    setBusy(true);
    setProblem(null);
    try {
      const csv = base64(new Uint8Array(await file.arrayBuffer()));
      const got = await write<Imported>("POST", root, really ? { csv, really } : { csv });
      setResult(got);
      if (got.made > 0) (tell(t("made", { n: got.made })), setRound(round + 1));
    } catch (e) {
      setProblem(problemOf(e));
    } finally {
      setBusy(false);
    }
  }
  const sample = () => keep(new Blob(["\ufeffaddress,name,role,quota,supervisor,leaves\r\nhanako@example.com,山田 花子,user,0,jiro@example.com,\r\n"], { type: "text/csv" }), "accounts.csv");
  return (
    <>
      <Head title={frame("imports")} about={t("about")}><button class="button" onClick={sample}>{t("sample")}</button></Head>
      <div class="stack">
        <form class="card row wrap" onSubmit={(e) => (e.preventDefault(), void run(false))}>
          <label class="field"><span>{t("file")}</span><input type="file" accept=".csv,text/csv" required onChange={(e) => (setFile(e.currentTarget.files?.[0] ?? null), setResult(null))} /></label>
          {file && <span class="quiet">{t("chosen", { name: file.name, size: bytes(file.size) })}</span>}
          <button class="button primary" disabled={!file || busy}>{busy ? t("checking") : t("check")}</button>
        </form>
        <Fault problem={problem} />
        <div role="status">{result && <Found r={result} busy={busy} make={() => void run(true)} />}</div>
        <Keys round={round} />
      </div>
    </>
  );
}

function Found({ r, busy, make }: { r: Imported; busy: boolean; make: () => void }) {
  return (
    <div class="stack">
      {r.errors.length > 0 ? <p class="note bad">{t("wrong", { n: r.errors.length })}</p> : <p class="note good">{r.made > 0 ? t("made", { n: r.made }) : t("found", { rows: r.rows, charset: r.charset })}</p>}
      {r.errors.length > 0 && (
        <div class="table" tabIndex={0} role="region" aria-label={t("detail")}>
          <table>
            <thead><tr><th scope="col" class="number">{t("row")}</th><th scope="col">{t("column")}</th><th scope="col">{t("value")}</th><th scope="col">{t("detail")}</th></tr></thead>
            <tbody>{r.errors.map((e, i) => <tr key={i}><td class="number">{e.row}</td><td>{e.column || "—"}</td><td><code>{e.value}</code></td><td>{e.detail}</td></tr>)}</tbody>
          </table>
        </div>
      )}
      {r.preview.length > 0 && r.made === 0 && (
        <section class="card">
          <h2>{t("preview")}</h2>
          <table class="plain">
            <thead><tr><th scope="col">{t("address")}</th><th scope="col">{t("name")}</th><th scope="col">{t("role")}</th><th scope="col" class="number">{t("quota")}</th><th scope="col">{t("supervisor")}</th></tr></thead>
            <tbody>{r.preview.map((a, i) => <tr key={i}><td>{a.address}</td><td>{a.name}</td><td>{say("role", a.role)}</td><td class="number">{a.quota}</td><td>{a.supervisor || "—"}</td></tr>)}</tbody>
          </table>
        </section>
      )}
      {r.errors.length === 0 && r.made === 0 && r.rows > 0 && <p><button class="button primary" disabled={busy} onClick={make}>{busy ? t("making") : t("make", { n: r.rows })}</button></p>}
    </div>
  );
}

function Keys({ round }: { round: number }) {
  const root = `/contracts/${contract.value}`;
  const list = useRead<{ items: Account[]; total: number }>(`${root}/accounts?limit=1000`);
  useEffect(() => {
    if (round > 0) (setLeft(null), list.again());
  }, [round]);
  const waiting = list.body?.items.filter((a) => !a.ready).length ?? 0;
  const [left, setLeft] = useState<number | null>(null);
  const [made, setMade] = useState<AccountMade[]>([]);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef(false);
  async function run(): Promise<void> {
    stop.current = false;
    setRunning(true);
    setProblem(null);
    try {
      for (let rest = 1; rest > 0 && !stop.current; ) {
        const got = await write<{ items: AccountMade[]; left: number }>("POST", `${root}/imports/keys`, { most: 20 });
        setMade((m) => [...m, ...got.items]);
        setLeft((rest = got.left));
        if (got.items.length === 0) break;
      }
    } catch (e) {
      setProblem(problemOf(e));
    } finally {
      setRunning(false);
    }
  }
  function save(): void {
    const cell = (x: string) => `"${x.replaceAll('"', '""')}"`;
    keep(new Blob(["\ufeffaddress,password\r\n", ...made.map((a) => `${cell(a.address)},${cell(a.password ?? "")}\r\n`)], { type: "text/csv" }), "first-passwords.csv");
  }
  const n = left ?? waiting;
  return (
    <section class="card stack">
      <h2>{t("keys")}</h2>
      <Fault problem={problem} />
      <p role="status">{running ? t("keying", { n }) : n > 0 ? t("left", { n }) : t("all")}</p>
      <p class="row">
        {n > 0 && !running && <button class="button primary" onClick={() => void run()}>{t("makeKeys")}</button>}
        {running && <button class="button" onClick={() => (stop.current = true)}>{t("stop")}</button>}
        {made.length > 0 && <button class="button" onClick={save}>{t("save", { n: made.length })}</button>}
      </p>
      {made.length > 0 && <p class="note warn">{t("once")}</p>}
    </section>
  );
}
