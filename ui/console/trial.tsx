// What rules would have done with mail that came: with all of some days, or with one.
import { useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { catalogue, moment } from "../kit/text";
import { write } from "./api";
import { base64 } from "./import";
import type { Tried } from "./model";
import { problemOf } from "./part";
import { contract, link } from "./place";
import { Remarks } from "./remark";
import { Findings } from "./trace";
import { say } from "./wording";

const t = catalogue({
  en: {
    title: "Dry run", about: "Nothing is sent, kept or changed. Subjects, names of attachments and groups are not in the trace and count as absent.", way: "Try on", "way.days": "mail that came", "way.trace": "one mail that came", "way.message": "a test message", reference: "Reference", file: "Message (.eml)", direction: "Direction", inbound: "incoming", outbound: "outgoing", sender: "Sender", recipient: "Recipient", known: "They have corresponded before", found: "What was found in it", large: "The message is larger than 1.5 MB.", days: "Of the last", n: "{n} days", run: "Try", busy: "Trying …", edited: "The rules as edited are tried.", inForce: "The rules in force are tried.",
    result: "Looked at: {n}. Decided otherwise: {d}.", part: "There was more mail; the newest was looked at.", rule: "Rule", decided: "Decided", observed: "Would have, in observation", differs: "Decided otherwise", was: "was", now: "now", none: "no rule", mail: "Mail", alike: "Every mail would have gone where it went.", actions: "What happens",
  },
  ja: {
    title: "試行", about: "送信・隔離・変更は行われません。件名、添付ファイル名、グループは追跡に残らないため、ないものとして扱います。", way: "対象", "way.days": "届いたメール", "way.trace": "届いた1通", "way.message": "テスト用メッセージ", reference: "照会番号", file: "メッセージ（.eml）", direction: "方向", inbound: "受信", outbound: "送信", sender: "送信者", recipient: "受信者", known: "以前にやり取りがある", found: "検出内容", large: "メッセージが 1.5 MB を超えています。", days: "期間", n: "{n} 日分", run: "試す", busy: "試行中…", edited: "編集中の規則で試します。", inForce: "適用中の規則で試します。",
    result: "{n} 通を確認、{d} 通の判定が変わります", part: "件数が多いため、新しいものだけを確認しました。", rule: "規則", decided: "判定", observed: "観察中の規則に該当", differs: "判定が変わるメール", was: "現在", now: "試行", none: "該当なし", mail: "メール", alike: "判定が変わるメールはありません。", actions: "動作の内訳",
  },
});

const ways = ["days", "trace", "message"] as const;

type Way = (typeof ways)[number];

// bodyOf is what the API is asked, without the rules.
async function bodyOf(way: Way, form: FormData): Promise<Record<string, unknown>> {
  const field = (name: string) => String(form.get(name) ?? "").trim();
  if (way === "days") return { days: Number(field("days")) };
  if (way === "trace") return { trace: field("trace") };
  const file = form.get("message") as File;
  if (file.size > 1_500_000) throw new Error(t("large"));
  return { message: base64(new Uint8Array(await file.arrayBuffer())), direction: field("direction"), sender: field("sender"), recipient: field("recipient"), known: form.get("known") === "on" };
}

// Message are the fields of a test message: it is inspected as every mail is, and kept nowhere.
function Message() {
  return (
    <>
      <label class="field"><span>{t("file")}</span><input type="file" name="message" accept=".eml,message/rfc822" required /></label>
      <label class="field"><span>{t("direction")}</span><select name="direction"><option value="inbound">{t("inbound")}</option><option value="outbound">{t("outbound")}</option></select></label>
      <label class="field"><span>{t("sender")}</span><input name="sender" type="email" maxlength={320} autocomplete="off" required /></label>
      <label class="field"><span>{t("recipient")}</span><input name="recipient" type="email" maxlength={320} autocomplete="off" required /></label>
      <label class="check"><input type="checkbox" name="known" /> {t("known")}</label>
    </>
  );
}

export function Trial({ text, failed }: { text: string; failed: (p: Problem | null) => void }) {
  const [tried, setTried] = useState<Tried | null>(null);
  const [busy, setBusy] = useState(false);
  const [way, setWay] = useState<Way>("days");
  async function run(e: SubmitEvent): Promise<void> {
    e.preventDefault();
    const form = new FormData(e.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      const body = await bodyOf(way, form);
      if (text) body.text = text;
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
        <label class="field"><span>{t("way")}</span><select name="way" onChange={(e) => setWay(e.currentTarget.value as Way)}>{ways.map((w) => <option value={w} key={w}>{t(`way.${w}`)}</option>)}</select></label>
        {way === "days" && <label class="field"><span>{t("days")}</span><select name="days">{[1, 7, 14, 30].map((n) => <option value={n} selected={n === 7} key={n}>{t("n", { n })}</option>)}</select></label>}
        {way === "trace" && <label class="field"><span>{t("reference")}</span><input name="trace" required maxlength={16} autocomplete="off" /></label>}
        {way === "message" && <Message />}
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
      <Remarks list={tried.remarks} />
      {tried.part && <p class="note warn">{t("part")}</p>}
      <p class="tags" aria-label={t("actions")}>{Object.entries(tried.actions).map(([a, n]) => <span class="tag" key={a}>{say("action", a)} {n}</span>)}</p>
      {rules.length > 0 && (
        <table class="plain">
          <thead><tr><th scope="col">{t("rule")}</th><th scope="col" class="number">{t("decided")}</th><th scope="col" class="number">{t("observed")}</th></tr></thead>
          <tbody>{rules.map((r) => <tr key={r.rule}><td>{r.rule}</td><td class="number">{r.decided}</td><td class="number">{r.observed}</td></tr>)}</tbody>
        </table>
      )}
      {tried.findings && <><h3>{t("found")}</h3><Findings list={tried.findings} /></>}
      {tried.mails > 0 && tried.differs === 0 && !tried.findings && <p class="note good">{t("alike")}</p>}
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
