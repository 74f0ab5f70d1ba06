// What others report about a contract's domains: receivers of mail (DMARC) and senders of mail (TLS).
import { catalogue, day, language } from "../kit/text";
import { refused } from "./grid";
import type { DMARCReports, Statistic, TLSReports } from "./model";
import { Await, Head, useRead } from "./part";
import { amend, contract, place } from "./place";
import { t as frame } from "./shell";
import { Panel } from "./statistic";

const t = catalogue({
  en: {
    about: "Other mail systems count what reaches them in the name of your domains, and how they reach your servers. What they say is theirs to answer for.", days: "Last {n} days", period: "Period", dmarc: "Mail in the name of your domains (DMARC)", tls: "TLS on the way to your servers", passed: "Passed", failed: "Did not pass", secured: "With TLS", broken: "Failed",
    source: "Sending host", domain: "Domain", mails: "Mails", stopped: "Stopped", reporters: "Reporters", last: "Last", none: "No reports in this period. They come when the domain's DMARC or TLS-RPT record names an address here.", policy: "Policy", result: "Result", host: "Server", sessions: "Sessions", success: "success", reports: "Reports", sources: "Sending hosts", results: "Results",
  },
  ja: {
    about: "他のメールシステムが、御社ドメイン名義のメールと、御社サーバーへの接続を集計して送ってきたものです。内容は各報告者によります。", days: "直近{n}日", period: "期間", dmarc: "御社ドメイン名義のメール（DMARC）", tls: "御社サーバーへの接続の TLS", passed: "合格", failed: "不合格", secured: "TLS あり", broken: "失敗",
    source: "送信元ホスト", domain: "ドメイン", mails: "メール", stopped: "拒否・隔離", reporters: "報告者数", last: "最終", none: "この期間のレポートはありません。ドメインの DMARC または TLS-RPT のレコードに、このシステムで受信できるアドレスを書くと届きます。", policy: "ポリシー", result: "結果", host: "サーバー", sessions: "接続数", success: "成功", reports: "レポート", sources: "送信元ホスト", results: "結果の内訳",
  },
});

const n = (x: number) => new Intl.NumberFormat(language.value).format(x);
const curves = (s: Statistic, good: string, bad: string) => (s.times.length === 0 ? [] : [{ label: good, color: "--curve-0", values: s.series.passed! }, { label: bad, color: "--curve-3", values: s.series.failed! }]);

export function ReportScreen() {
  const days = place.value.query.get("days") ?? "30";
  return (
    <>
      <Head title={frame("reports")} about={t("about")}>
        <label class="filter">
          <span>{t("period")}</span>
          <select class="input" value={days} onChange={(e) => amend({ days: e.currentTarget.value }, false)}>{["7", "30", "90", "365"].map((d) => <option value={d} selected={d === days} key={d}>{t("days", { n: d })}</option>)}</select>
        </label>
      </Head>
      <div class="stack">
        <DMARC days={days} />
        <TLS days={days} />
      </div>
    </>
  );
}

function List({ label, head, rows }: { label: string; head: [string, boolean][]; rows: string[][] }) {
  return (
    <section class="card">
      <h2>{label}</h2>
      <div class="table short" tabIndex={0} role="region" aria-label={label}>
        <table>
          <thead><tr>{head.map(([title, number]) => <th scope="col" class={number ? "number" : ""} key={title}>{title}</th>)}</tr></thead>
          <tbody>{rows.map((r) => <tr key={r.slice(0, 4).join(" ")}>{r.map((x, i) => <td class={head[i]![1] ? "number" : ""} key={i}>{x}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </section>
  );
}

function DMARC({ days }: { days: string }) {
  const reply = useRead<DMARCReports>(`/contracts/${contract.value}/reports/dmarc?days=${encodeURIComponent(days)}`);
  return (
    <Await reply={reply} fault={refused}>
      {(r) => r.reports === 0 ? <section class="card"><h2>{t("dmarc")}</h2><p class="none">{t("none")}</p></section> : (
        <div class="stack">
          <ul class="tiles"><li><b>{n(r.reports)}</b><span>{t("reports")}</span></li><li><b>{n(r.mails)}</b><span>{t("mails")}</span></li><li><b>{n(r.mails - r.passed)}</b><span>{t("failed")}</span></li></ul>
          <Panel title={t("dmarc")} s={r.days} list={curves(r.days, t("passed"), t("failed"))} file="dmarc" />
          <List
            label={t("sources")} head={[[t("source"), false], [t("domain"), false], [t("mails"), true], [t("passed"), true], ["DKIM", true], ["SPF", true], [t("stopped"), true], [t("reporters"), true], [t("last"), false]]}
            rows={r.sources.map((s) => [s.source, s.domain, n(s.mails), n(s.passed), n(s.dkim), n(s.spf), n(s.stopped), n(s.reporters), day(new Date(s.last))])}
          />
        </div>
      )}
    </Await>
  );
}

function TLS({ days }: { days: string }) {
  const reply = useRead<TLSReports>(`/contracts/${contract.value}/reports/tls?days=${encodeURIComponent(days)}`);
  return (
    <Await reply={reply} fault={refused}>
      {(r) => r.reports === 0 ? <section class="card"><h2>{t("tls")}</h2><p class="none">{t("none")}</p></section> : (
        <div class="stack">
          <Panel title={t("tls")} s={r.days} list={curves(r.days, t("secured"), t("broken"))} file="tls" />
          <List
            label={t("results")} head={[[t("domain"), false], [t("policy"), false], [t("result"), false], [t("host"), false], [t("sessions"), true], [t("reporters"), true], [t("last"), false]]}
            rows={r.results.map((x) => [x.domain, x.policy, x.result || t("success"), x.host || "—", n(x.sessions), n(x.reporters), day(new Date(x.last))])}
          />
        </div>
      )}
    </Await>
  );
}
