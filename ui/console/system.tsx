// The installation: the ledger, and incidents with how far they reach.
import { useRef, useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { bytes, catalogue, language } from "../kit/text";
import { read, write } from "./api";
import { Grid, refused } from "./grid";
import { List } from "../kit/list";
import type { Figures, Incident } from "./model";
import { Await, Copy, Fault, Head, Modal, State, When, problemOf, useRead } from "./part";
import { amend, link, place } from "./place";
import { t as frame } from "./shell";

const t = catalogue({
  en: {
    inquiriesAbout: "What people asked at the desk. Answer everybody, whether or not he is concerned.", domain: "Domain or contract", name: "Name", reply: "Where to answer",
    about: "Every opening of data and key is a line of the ledger; each component has a stream of its own.", healthy: "The ledger is written and sealed.", failure: "The ledger reports a failure: {text}", streams: "Streams", stream: "Stream", size: "Entries", sealed: "Sealed", first: "First kept", entries: "Newest entries", checkpoint: "Signed checkpoint", key: "Key", verify: "Verify the whole ledger", verifying: "Verifying: {done} of {total}", stop: "Pause",
    verified: "Verified: {total} entries are as they were written.", faults: "The verification found something: see the report.", report: "Report", at: "Time", kind: "Kind", class: "Class", contract: "Contract", account: "Account", count: "Count", denied: "refused", all: "All streams", number: "No.", session: "Session",
    incidents: "Incidents are opened with the command \"sekisho incident\". What is shown here is their record.", title: "Title", state: "State", opened: "Opened", by: "By", scope: "Scope", none: "No incident was opened.", noScope: "No scope was computed yet.", reachable: "Could be reached", exposed: "Was open meanwhile", confirmed: "Was certainly touched", contracts: "contracts", accounts: "accounts", active: "active contracts", elsewhere: "Traces elsewhere, to be looked into", classes: "By class of data", objects: "Objects", bytes: "Bytes",
    manifest: "Manifest (SHA-256)", back: "All incidents", outcome: "Outcome", closed: "Closed", hint: "Each level is part of the one before.",
  },
  ja: {
    inquiriesAbout: "窓口に寄せられた問い合わせです。該当の有無にかかわらず、全員に回答してください。", domain: "ドメインまたは契約", name: "名前", reply: "連絡先",
    about: "データと鍵の使用は、すべて台帳に1行ずつ記録されます。構成要素ごとに独立した系列があります。", healthy: "台帳は正常に記録・封印されています。", failure: "台帳が異常を報告しています: {text}", streams: "系列", stream: "系列", size: "件数", sealed: "封印済み", first: "保存開始", entries: "最新の記録", checkpoint: "署名済みチェックポイント", key: "検証鍵", verify: "台帳全体を検証", verifying: "検証中: {total} 件中 {done} 件", stop: "一時停止",
    verified: "検証済み: {total} 件すべてが記録時のままです。", faults: "検証で問題が見つかりました。報告をご覧ください。", report: "報告", at: "日時", kind: "種類", class: "区分", contract: "契約", account: "アカウント", count: "数", denied: "拒否", all: "すべての系列", number: "番号", session: "セッション",
    incidents: "インシデントは「sekisho incident」コマンドで登録します。ここには記録が表示されます。", title: "件名", state: "状態", opened: "登録日時", by: "登録者", scope: "影響範囲", none: "登録されたインシデントはありません。", noScope: "影響範囲はまだ算出されていません。", reachable: "到達し得た範囲", exposed: "その間に開かれていた範囲", confirmed: "確実に触れられた範囲", contracts: "契約", accounts: "アカウント", active: "有効な契約", elsewhere: "他の構成要素に残る痕跡（要調査）", classes: "データ区分別", objects: "件数", bytes: "容量",
    manifest: "マニフェスト（SHA-256）", back: "インシデント一覧", outcome: "結果", closed: "完了日時", hint: "下の段階は上の段階に含まれます。",
  },
});

const n = (x: number) => new Intl.NumberFormat(language.value).format(x);

interface Ledger {
  streams: { name: string; first: number; sealed: number; size: number; root: string }[];
  entries: number;
  checkpoint: string;
  key: string;
  failure?: string;
}

interface Entry {
  stream: string;
  number: number;
  time: string;
  kind: string;
  class?: string;
  contract?: number;
  account?: number;
  session?: string;
  count: number;
  denied: boolean;
}

interface Verification {
  token: string;
  done: number;
  total: number;
  finished: boolean;
  report: { faults?: unknown[] } | null;
}

export function LedgerScreen() {
  const reply = useRead<Ledger>("/ledger", 15_000);
  return (
    <>
      <Head title={frame("ledger")} about={t("about")} />
      <Await reply={reply} fault={refused}>
        {(l) => (
          <div class="stack">
            <p class={"note " + (l.failure ? "bad" : "good")} role="status">{l.failure ? t("failure", { text: l.failure }) : t("healthy")}</p>
            <Verify />
            <section class="card">
              <h2>{t("streams")} <span class="quiet">{n(l.entries)}</span></h2>
              <div class="table short" tabIndex={0} role="region" aria-label={t("streams")}>
                <table>
                  <thead><tr><th scope="col">{t("stream")}</th>{(["size", "sealed", "first"] as const).map((k) => <th scope="col" class="number" key={k}>{t(k)}</th>)}</tr></thead>
                  <tbody>{l.streams.map((s) => <tr key={s.name}><td><a href={link(["ledger"], { stream: s.name })}>{s.name}</a></td><td class="number">{n(s.size)}</td><td class="number">{n(s.sealed)}</td><td class="number">{n(s.first)}</td></tr>)}</tbody>
                </table>
              </div>
            </section>
            <Entries streams={l.streams.map((s) => s.name)} />
            <section class="card">
              <h2>{t("checkpoint")}</h2>
              <div class="copy"><pre class="mail" tabIndex={0}>{l.checkpoint}</pre><Copy text={l.checkpoint} label={t("checkpoint")} /></div>
              <p class="copy"><span>{t("key")}</span> <code class="value">{l.key}</code><Copy text={l.key} label={t("key")} /></p>
            </section>
          </div>
        )}
      </Await>
    </>
  );
}

function Entries({ streams }: { streams: string[] }) {
  return (
    <section class="card">
      <h2>{t("entries")}</h2>
      <List<Entry>
        label={t("entries")} path="/ledger/entries" query={place.value.query} change={amend} read={(p, stop) => read(p, stop)} keyOf={(e) => e.stream + e.number}
        filters={[{ name: "stream", label: t("stream"), options: streams.map((s) => [s, s]) }]} fault={refused}
        columns={[
          { title: t("at"), cell: (e) => <When at={e.time} /> }, { title: t("stream"), cell: (e) => e.stream, kind: "main" }, { title: t("number"), cell: (e) => n(e.number), kind: "number" },
          { title: t("kind"), cell: (e) => <>{e.kind} {e.denied && <span class="state bad">{t("denied")}</span>}</> }, { title: t("class"), cell: (e) => e.class ?? "—" }, { title: t("contract"), cell: (e) => e.contract ?? "—", kind: "number" },
          { title: t("account"), cell: (e) => e.account ?? "—", kind: "number" }, { title: t("count"), cell: (e) => n(e.count), kind: "number" },
        ]}
      />
    </section>
  );
}

function Verify() {
  const [v, setV] = useState<Verification | null>(null);
  const [running, setRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const stop = useRef(false);
  async function run(): Promise<void> {
    stop.current = false;
    setRunning(true);
    setProblem(null);
    try {
      let now = v && !v.finished ? v : null;
      do setV((now = await write<Verification>("POST", "/ledger/verify", now ? { token: now.token } : {})));
      while (!now.finished && !stop.current);
    } catch (e) {
      setProblem(problemOf(e));
    } finally {
      setRunning(false);
    }
  }
  const faults = (v?.finished && v.report?.faults?.length) || 0;
  return (
    <section class="card stack">
      <p class="row wrap">
        <button class="button" disabled={running} onClick={() => void run()}>{t("verify")}</button>
        {running && <button class="button" onClick={() => (stop.current = true)}>{t("stop")}</button>}
        {v && !v.finished && <progress max={v.total} value={v.done} aria-label={t("verify")} />}
        {v && <span role="status">{!v.finished ? t("verifying", { done: n(v.done), total: n(v.total) }) : faults ? t("faults") : t("verified", { total: n(v.total) })}</span>}
      </p>
      <Fault problem={problem} />
      {v?.finished && <details><summary>{t("report")}</summary><pre class="mail" tabIndex={0}>{JSON.stringify(v.report, null, 2)}</pre></details>}
    </section>
  );
}

interface Question {
  id: number;
  at: string;
  domain: string;
  name: string;
  reply: string;
}

export function InquiryScreen() {
  return (
    <>
      <Head title={frame("inquiries")} about={t("inquiriesAbout")} />
      <Grid<Question>
        label={frame("inquiries")} path="/inquiries" keyOf={(q) => q.id} file="inquiries"
        columns={[{ title: t("at"), cell: (q) => <When at={q.at} /> }, { title: t("domain"), cell: (q) => q.domain, kind: "main" }, { title: t("name"), cell: (q) => q.name, kind: "wide" }, { title: t("reply"), cell: (q) => q.reply, kind: "wide" }]}
      />
    </>
  );
}

export function IncidentScreen() {
  return (
    <>
      <Head title={frame("incidents")} about={t("incidents")} />
      <List<Incident>
        label={frame("incidents")} path="/incidents" whole query={new URLSearchParams()} change={() => {}} read={(at, stop) => read(at, stop)} keyOf={(i) => i.id} empty={t("none")} fault={refused}
        columns={[
          { title: "#", cell: (i) => i.id, kind: "number" }, { title: t("title"), cell: (i) => <a href={link(["incidents", i.id])}>{i.record.title}</a>, kind: "main" }, { title: t("state"), cell: (i) => <State family="state" code={i.record.state} /> },
          { title: t("opened"), cell: (i) => <When at={i.record.opened} /> }, { title: t("by"), cell: (i) => i.record.by },
          { title: t("scope"), cell: (i) => { const s = i.record.scopes.at(-1); return s ? [s.figures.reachable, s.figures.exposed, s.figures.confirmed].map((f) => n(f.contracts)).join(" ⊃ ") : "—"; } },
        ]}
      />
    </>
  );
}

export function CaseScreen({ id }: { id: string }) {
  const reply = useRead<Incident>(`/incidents/${encodeURIComponent(id)}`);
  return (
    <>
      <Head title={reply.body ? `#${id} ${reply.body.record.title}` : `#${id}`}><a class="button" href={link(["incidents"])}>{t("back")}</a></Head>
      <Await reply={reply} fault={refused}>
        {({ record: r }) => (
          <div class="stack">
            <section class="card"><p><State family="state" code={r.state} /> {t("opened")}: <When at={r.opened} /> · {r.by}{r.closed && <> · {t("closed")}: <When at={r.closed} /></>}</p>{r.outcome && <p>{t("outcome")}: {r.outcome}</p>}</section>
            {r.scopes.length === 0 && <p class="none">{t("noScope")}</p>}
            {[...r.scopes].reverse().map((s) => (
              <section class="card stack" key={s.number}>
                <h2>{t("scope")} {s.number} <span class="quiet"><When at={s.at} /> · {s.by}</span></h2>
                <p class="quiet">{t("hint")}</p>
                <Funnel f={s.figures} />
                {s.figures.investigate?.contracts > 0 && <p class="note warn">{t("elsewhere")}: {n(s.figures.investigate.contracts)} {t("contracts")}, {n(s.figures.investigate.accounts)} {t("accounts")}</p>}
                <p class="copy"><span>{t("manifest")}</span> <code class="value">{s.manifest}</code><Copy text={s.manifest} label={t("manifest")} /></p>
              </section>
            ))}
          </div>
        )}
      </Await>
    </>
  );
}

// Funnel draws the three levels, each as wide as its number of accounts.
function Funnel({ f }: { f: Record<"reachable" | "exposed" | "confirmed", Figures> }) {
  const [seen, setSeen] = useState<Figures | null>(null);
  const most = Math.max(1, f.reachable.accounts, f.exposed.accounts, f.confirmed.accounts);
  return (
    <>
      <ol class="funnel">
        {(["reachable", "exposed", "confirmed"] as const).map((level) => (
          <li key={level}>
            <button class={level} style={{ width: `${Math.max(34, (100 * f[level].accounts) / most)}%` }} onClick={() => setSeen(f[level])}>
              <b>{t(level)}</b> <span>{n(f[level].contracts)} {t("contracts")} · {n(f[level].accounts)} {t("accounts")}</span>
            </button>
          </li>
        ))}
      </ol>
      {seen && (
        <Modal title={t("classes")} close={() => setSeen(null)}>
          <p>{n(seen.active)} {t("active")}</p>
          <table class="plain">
            <thead><tr><th scope="col">{t("class")}</th>{(["contracts", "accounts", "objects", "bytes"] as const).map((k) => <th scope="col" class="number" key={k}>{t(k)}</th>)}</tr></thead>
            <tbody>{Object.entries(seen.classes ?? {}).map(([c, x]) => <tr key={c}><td>{c}</td><td class="number">{n(x.contracts)}</td><td class="number">{n(x.accounts)}</td><td class="number">{n(x.objects)}</td><td class="number">{bytes(x.bytes)}</td></tr>)}</tbody>
          </table>
        </Modal>
      )}
    </>
  );
}
