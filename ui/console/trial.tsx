// What rules would have done with mail that came: with all of some days, or with one.
import { useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue, moment } from "../kit/text";
import { write } from "./api";
import type { Tried } from "./model";
import { problemOf } from "./part";
import { contract, link } from "./place";
import { say } from "./wording";

const t = catalogue({
  en: {
    title: "Dry run", about: "Nothing is sent, kept or changed. Subjects, names of attachments and groups are not in the trace and count as absent.", days: "Mail of the last", n: "{n} days", one: "or a reference", run: "Try", busy: "Trying …", edited: "The rules as edited are tried.", inForce: "The rules in force are tried.",
    result: "{n} mails looked at, {d} decided otherwise", part: "There was more mail; the newest was looked at.", rule: "Rule", decided: "Decided", observed: "Would have, in observation", differs: "Decided otherwise", was: "was", now: "now", none: "no rule", mail: "Mail", alike: "Every mail would have gone where it went.", actions: "What happens",
  },
  ja: {
    title: "試行", about: "送信・隔離・変更は行われません。件名、添付ファイル名、グループは追跡に残らないため、ないものとして扱います。", days: "対象期間", n: "{n} 日分", one: "または照会番号", run: "試す", busy: "試行中…", edited: "編集中の規則で試します。", inForce: "適用中の規則で試します。",
    result: "{n} 通を確認、{d} 通の判定が変わります", part: "件数が多いため、新しいものだけを確認しました。", rule: "規則", decided: "判定", observed: "観察中の規則に該当", differs: "判定が変わるメール", was: "現在", now: "試行", none: "該当なし", mail: "メール", alike: "判定が変わるメールはありません。", actions: "動作の内訳",
  },
});

export function Trial({ text, failed }: { text: string; failed: (p: Problem | null) => void }) {
  const [tried, setTried] = useState<Tried | null>(null);
  const [busy, setBusy] = useState(false);
  async function run(e: SubmitEvent): Promise<void> {
    e.preventDefault();
    const form = new FormData(e.currentTarget as HTMLFormElement);
    const trace = String(form.get("trace") ?? "").trim();
    const body: Record<string, unknown> = trace ? { trace } : { days: Number(form.get("days")) };
    if (text) body.text = text;
    setBusy(true);
    try {
      setTried(await write<Tried>("POST", `/contracts/${contract.value}/policy/test`, body));
      failed(null);
    } catch (x) {
      setTried(null);
      failed(problemOf(x));
    } finally {
      setBusy(false);
    }
  }
  return (
    <section class="card trial" aria-labelledby="trial">
      <h2 id="trial">{t("title")}</h2>
      <p class="quiet">{t("about")}</p>
      <form class="row wrap" onSubmit={(e) => void run(e)}>
        <label class="field"><span>{t("days")}</span><select name="days">{[1, 7, 14, 30].map((n) => <option value={n} selected={n === 7} key={n}>{t("n", { n })}</option>)}</select></label>
        <label class="field"><span>{t("one")}</span><input name="trace" maxlength={16} autocomplete="off" /></label>
        <button class="button primary" disabled={busy}>{busy ? t("busy") : t("run")}</button>
      </form>
      <p class="quiet">{text ? t("edited") : t("inForce")}</p>
      <div role="status">{tried && <Result tried={tried} />}</div>
    </section>
  );
}

function Result({ tried }: { tried: Tried }) {
  const rules = [...tried.rules].sort((a, b) => b.decided + b.observed - a.decided - a.observed);
  const step = (action: string, rule: string) => <><b>{say("action", action)}</b> <span class="quiet">({rule || t("none")})</span></>;
  return (
    <div class="stack">
      <p><b>{t("result", { n: tried.mails, d: tried.differs })}</b></p>
      {tried.part && <p class="note warn">{t("part")}</p>}
      <p class="tags" aria-label={t("actions")}>{Object.entries(tried.actions).map(([a, n]) => <span class="tag" key={a}>{say("action", a)} {n}</span>)}</p>
      {rules.length > 0 && (
        <table class="plain">
          <thead><tr><th scope="col">{t("rule")}</th><th scope="col" class="number">{t("decided")}</th><th scope="col" class="number">{t("observed")}</th></tr></thead>
          <tbody>{rules.map((r) => <tr key={r.rule}><td>{r.rule}</td><td class="number">{r.decided}</td><td class="number">{r.observed}</td></tr>)}</tbody>
        </table>
      )}
      {tried.mails > 0 && tried.differs === 0 && <p class="note good">{t("alike")}</p>}
      {tried.examples.length > 0 && (
        <>
          <h3>{t("differs")}</h3>
          <ul class="newest">
            {tried.examples.map((m, i) => (
              <li key={i}>
                <a href={link([contract.value, "traces", m.trace])}>
                  <span class="pair">{m.sender || "<>"} → {m.recipient}</span>
                  <span class="quiet">{moment(new Date(m.at))}</span>
                </a>
                <p>{t("was")} {step(m.was, m.wasRule)} → {t("now")} {step(m.now, m.nowRule)}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
