// Numbers of mails by time, as a chart and as a table.
import { useState } from "preact/hooks";
import { Chart, type Curve } from "../kit/chart";
import { catalogue, day, language, moment } from "../kit/text";
import { keep } from "./api";
import { refused } from "./grid";
import type { Statistic } from "./model";
import { Await, Head, useRead } from "./part";
import { amend, contract, place } from "./place";
import { t as frame } from "./shell";
import { fates, kinds, say } from "./wording";

const t = catalogue({
  en: {
    hour: "Last hour, by minute", day: "Last day, by hour", month: "Last 30 days, by day", period: "Period", byFate: "By result", byDirection: "By direction", byKind: "By finding", part: "There was too much mail to count all of it; the newest was counted.",
    table: "Show as a table", chart: "Show as a chart", at: "Time", sum: "Total", none: "No mail in this period.", save: "Export CSV", all: "All contracts", mails: "Mails", kept: "Kept back", took: "Mean time of inspection", ms: "{n} ms",
  },
  ja: {
    hour: "直近1時間（分単位）", day: "直近1日（時間単位）", month: "直近30日（日単位）", period: "期間", byFate: "結果別", byDirection: "方向別", byKind: "検出別", part: "件数が多いため、新しいものだけを集計しました。",
    table: "表で表示", chart: "グラフで表示", at: "日時", sum: "合計", none: "この期間にメールはありません。", save: "CSV で保存", all: "すべての契約", mails: "メール", kept: "隔離・保留", took: "平均検査時間", ms: "{n} ミリ秒",
  },
});

// curves are the series of one family in an order that stays, those without numbers left out.
export function curves(s: Statistic, family: "fate" | "direction" | "kind", order: string[]): Curve[] {
  const sum = (n: string) => s.sums[`${family}/${n}`] ?? 0;
  const most = [...order].sort((a, b) => sum(b) - sum(a)).slice(0, 8); // more could not be told apart
  return order.filter((n) => sum(n) > 0 && most.includes(n)).map((n, i) => ({ label: say(family, n), color: family === "fate" ? `--fate-${n}` : `--curve-${i}`, values: s.series[`${family}/${n}`]! }));
}

const directions = ["inbound", "outbound", "internal"];

function table(s: Statistic, list: Curve[]): string[][] {
  const form = s.step >= 86_400 ? day : moment;
  return s.times.map((x, i) => [form(new Date(x * 1000)), ...list.map((c) => String(c.values[i] ?? 0))]);
}

function save(s: Statistic, list: Curve[], name: string): void {
  const cell = (x: string) => `"${x.replaceAll('"', '""')}"`;
  const lines = [[t("at"), ...list.map((c) => c.label)], ...table(s, list)].map((r) => r.map(cell).join(","));
  keep(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }), name + ".csv");
}

export function Panel({ title, s, list, file }: { title: string; s: Statistic; list: Curve[]; file?: string }) {
  const [plain, setPlain] = useState(false);
  return (
    <section class="card">
      <header class="row">
        <h2>{title}</h2>
        <span class="gap" />
        {list.length > 0 && <button class="button small quiet" aria-pressed={plain} onClick={() => setPlain(!plain)}>{plain ? t("chart") : t("table")}</button>}
        {file && list.length > 0 && <button class="button small quiet" onClick={() => save(s, list, file)}>{t("save")}</button>}
      </header>
      {list.length === 0 ? (
        <p class="none">{t("none")}</p>
      ) : plain ? (
        <div class="table short" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead><tr><th scope="col">{t("at")}</th>{list.map((c) => <th scope="col" class="number" key={c.label}>{c.label}</th>)}</tr></thead>
            <tbody>{table(s, list).reverse().map((r) => <tr key={r[0]}>{r.map((x, i) => <td class={i ? "number" : ""} key={i}>{x}</td>)}</tr>)}</tbody>
          </table>
        </div>
      ) : (
        <Chart label={`${title}. ${list.map((c) => `${c.label}: ${c.values.reduce((a, b) => a + b, 0)}`).join(", ")}`} times={s.times} curves={list} />
      )}
    </section>
  );
}

const steps = [["minute", "hour"], ["hour", "day"], ["day", "month"]] as const;

export function StatisticScreen() {
  const of = contract.value;
  const step = place.value.query.get("step") ?? "hour";
  const reply = useRead<Statistic>(`${of ? `/contracts/${of}` : ""}/statistics?step=${encodeURIComponent(step)}`, 30_000);
  return (
    <>
      <Head title={of ? frame("statistics") : `${frame("statistics")} — ${t("all")}`}>
        <label class="filter">
          <span>{t("period")}</span>
          <select class="input" value={step} onChange={(e) => amend({ step: e.currentTarget.value }, false)}>{steps.map(([v, k]) => <option value={v} selected={v === step} key={v}>{t(k)}</option>)}</select>
        </label>
      </Head>
      <Await reply={reply} fault={refused}>
        {(s) => (
          <div class="stack">
            {s.part && <p class="note warn">{t("part")}</p>}
            <Sums s={s} />
            <Panel title={t("byFate")} s={s} list={curves(s, "fate", fates)} file={`results-${step}`} />
            <div class="columns even">
              <Panel title={t("byDirection")} s={s} list={curves(s, "direction", directions)} file={`directions-${step}`} />
              <Panel title={t("byKind")} s={s} list={curves(s, "kind", kinds)} file={`findings-${step}`} />
            </div>
          </div>
        )}
      </Await>
    </>
  );
}

function Sums({ s }: { s: Statistic }) {
  const n = (x: number) => new Intl.NumberFormat(language.value).format(x);
  const all = fates.reduce((sum, f) => sum + (s.sums[`fate/${f}`] ?? 0), 0);
  return (
    <ul class="tiles">
      <li><b>{n(all)}</b><span>{t("mails")}</span></li>
      <li><b>{n((s.sums["fate/quarantine"] ?? 0) + (s.sums["fate/hold"] ?? 0))}</b><span>{t("kept")}</span></li>
      <li><b>{n(s.sums["fate/refuse"] ?? 0)}</b><span>{say("fate", "refuse")}</span></li>
      {all > 0 && (s.sums["milliseconds"] ?? 0) >= all && <li><b>{t("ms", { n: n(Math.round(s.sums["milliseconds"] / all)) })}</b><span>{t("took")}</span></li>}
    </ul>
  );
}
