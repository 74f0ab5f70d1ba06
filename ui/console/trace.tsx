// The message trace: every mail's way, and why it went there.
import { fromTo } from "../kit/list";
import { catalogue } from "../kit/text";
import { Grid, refused } from "./grid";
import type { Finding, Trace, Why } from "./model";
import { Await, Copy, Head, State, When, useRead } from "./part";
import { contract, link } from "./place";
import { t as frame } from "./shell";
import { fates, kinds, say } from "./wording";

const t = catalogue({
  en: {
    about: "Search by reference, address or Message-ID. Open a mail to see why it went where it went.", search: "Reference, sender, recipient or Message-ID", fate: "Result", kind: "Finding", at: "Time", from: "Sender", to: "Recipient", rule: "Rule", score: "Score", reference: "Reference",
    found: "Found: {kind} ({name})", why: "Why?", way: "What happened", recipients: "Recipients", facts: "Facts", findings: "Findings", noFindings: "Nothing was found.", reason: "Reason", messageId: "Message-ID", client: "Client", helo: "HELO", protocol: "Protocol", tls: "TLS", signedIn: "Signed in", yes: "yes", no: "no", took: "Inspection", ms: "{n} ms",
    direction: "Direction", none: "no rule", where: "in {where}", weight: "weight {n}", back: "Back to the trace", header: "Shown sender", kept: "See it in {where}",
  },
  ja: {
    about: "照会番号、アドレス、Message-ID で検索できます。メールを開くと、判定の理由を確認できます。", search: "照会番号、送信者、受信者、Message-ID", fate: "結果", kind: "検出", at: "日時", from: "送信者", to: "受信者", rule: "規則", score: "スコア", reference: "照会番号",
    found: "検出: {kind}（{name}）", why: "理由", way: "経過", recipients: "受信者", facts: "情報", findings: "検出内容", noFindings: "検出はありません。", reason: "理由", messageId: "Message-ID", client: "接続元", helo: "HELO", protocol: "プロトコル", tls: "TLS", signedIn: "認証", yes: "あり", no: "なし", took: "検査時間", ms: "{n} ミリ秒",
    direction: "方向", none: "該当なし", where: "{where} 内", weight: "重み {n}", back: "追跡に戻る", header: "表示上の送信者", kept: "{where}で見る",
  },
});

export function TraceScreen() {
  const of = contract.value;
  return (
    <>
      <Head title={frame("traces")} about={t("about")} />
      <Grid<Trace>
        label={frame("traces")} path={`/contracts/${of}/traces`} keyOf={(m) => m.trace + " " + m.recipient} file="traces" search={t("search")}
        filters={[{ name: "fate", label: t("fate"), options: fates.map((f) => [f, say("fate", f)]) }, { name: "kind", label: t("kind"), options: kinds.map((k) => [k, say("kind", k)]) }, ...fromTo()]}
        columns={[
          { title: t("at"), cell: (m) => <a href={link([of, "traces", m.trace])}><When at={m.at} /></a> },
          { title: t("from"), cell: (m) => m.from || m.sender || "<>", kind: "main" },
          { title: t("to"), cell: (m) => m.recipient, kind: "wide" },
          { title: t("fate"), cell: (m) => <State family="fate" code={m.fate} /> },
          { title: t("kind"), cell: (m) => <Kinds list={m.findings} /> },
          { title: t("rule"), cell: (m) => m.rule || "—" },
          { title: t("score"), cell: (m) => m.score.toFixed(1), kind: "number" },
        ]}
      />
    </>
  );
}

// Kinds names what was found, each kind once; what only states a fact is left out.
export function Kinds({ list }: { list: Finding[] }) {
  const kinds = [...new Set(list.filter((f) => f.score > 0).map((f) => f.kind))];
  return kinds.length === 0 ? <>—</> : <span class="tags">{kinds.map((k) => <span class="tag" key={k}>{say("kind", k)}</span>)}</span>;
}

export function Findings({ list }: { list: Finding[] }) {
  if (list.length === 0) return <p>{t("noFindings")}</p>;
  const order = [...list].sort((a, b) => b.score - a.score);
  return (
    <ul class="findings">
      {order.map((f, i) => (
        <li key={i} class={f.score > 0 ? "heavy" : ""}>
          <b>{say("kind", f.kind)}</b> <code>{f.name}</code> {f.where && <span class="quiet">{t("where", { where: f.where })}</span>}
          {f.score !== 0 && <span class="quiet"> · {t("weight", { n: f.score.toFixed(1) })}</span>}
          {f.evidence && <p class="quiet">{f.evidence}</p>}
        </li>
      ))}
    </ul>
  );
}

export function WhyScreen({ trace }: { trace: string }) {
  const of = contract.value;
  const reply = useRead<Why>(`/contracts/${of}/traces/${encodeURIComponent(trace)}`);
  return (
    <>
      <Head title={`${t("why")} ${trace}`}>
        <Copy text={trace} label={t("reference")} />
        <a class="button" href={link([of, "traces"])}>{t("back")}</a>
      </Head>
      <Await reply={reply} fault={refused}>{(w) => <Story why={w} />}</Await>
    </>
  );
}

// told is a stage's sentence with the words of the app for the codes in it.
function told(s: Why["stages"][number]): string {
  const [stage, kind = "", ...name] = s.code.split("/");
  if (stage === "finding") return t("found", { kind: say("kind", kind), name: name.join("/") });
  if (stage === "event") return s.text.replace(`: ${kind}`, `: ${say("event", kind)}`);
  return s.text.replace(/(mailbox|queue|quarantine|hold|refuse|drop)(?=[.。]$)/, (fate) => say("fate", fate));
}

function Story({ why }: { why: Why }) {
  const m = why.items[0]!;
  return (
    <div class="columns">
      <section class="card">
        <h2>{t("way")}</h2>
        <ol class="line">
          {why.stages.map((s, i) => (
            <li key={i} class={s.code.split("/")[0]}>
              <When at={s.at} />
              <p>{told(s)}</p>
              {s.detail && <p class="quiet">{s.detail}</p>}
            </li>
          ))}
        </ol>
      </section>
      <div class="stack">
        <section class="card">
          <h2>{t("recipients")}</h2>
          {why.items.map((x) => (
            <div class="recipient" key={x.recipient}>
              <p><b>{x.recipient}</b> <State family="fate" code={x.fate} /></p>
              <p class="quiet">{t("rule")}: {x.rule || t("none")}{x.reason ? ` — ${x.reason}` : ""}</p>
              {(x.fate === "quarantine" || x.fate === "hold") && <a href={link([contract.value, x.fate], { search: x.recipient })}>{t("kept", { where: say("fate", x.fate) })}</a>}
            </div>
          ))}
        </section>
        <section class="card">
          <h2>{t("findings")}</h2>
          <Findings list={m.findings} />
        </section>
        <section class="card">
          <h2>{t("facts")}</h2>
          <dl class="facts">
            {([["from", m.sender || "<>"], ["header", m.from], ["messageId", m.messageId], ["direction", say("direction", m.direction)], ["client", m.client], ["helo", m.helo], ["protocol", m.protocol], ["tls", m.tls || t("no")],
              ["signedIn", m.signedIn ? t("yes") : t("no")], ["score", m.score.toFixed(1)], ["took", t("ms", { n: m.took })]] as const).map(([k, v]) => v && <><dt>{t(k)}</dt><dd>{v}</dd></>)}
          </dl>
        </section>
      </div>
    </div>
  );
}
