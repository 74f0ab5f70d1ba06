// What is unusual about people, for auditors: a ranking, and a person's days with the reasons.
import type { Curve } from "../kit/chart";
import { catalogue, language } from "../kit/text";
import type { Insider, InsiderPerson, Insiders } from "./model";
import { Await, Head, useRead } from "./part";
import { amend, contract, link, place } from "./place";
import { t as frame } from "./shell";
import { Panel } from "./statistic";

const t = catalogue({
  en: {
    about: "Who does with mail what is unusual for him and for his colleagues. A hint to look into, not a proof: nobody is stopped by it. Each look at this page stands in the list of accesses.", days: "Looked at", n: "{n} days", person: "Person", score: "Score", reasons: "Reasons", none: "Nothing is unusual.", compared: "{n} people were compared; numbers are kept for {kept} days.",
    leaves: "leaves on {day}", suspended: "suspended", back: "Ranking", points: "{n} points", traces: "Message trace", quiet: "Nothing is unusual about this person.", sending: "Mail to the outside, by day", privateDays: "To private mail, by day", attachedDays: "With attachments, by day", bytes: "Kilobytes to the outside, by day", reading: "Mails read, by day", recipients: "Recipients outside", attached: "With attachments", private: "To private mail", onward: "Sent on by a filter", read: "Fetched whole", looked: "Kept mails of others", kilobytes: "Kilobytes",
  },
  ja: {
    about: "本人の普段や同僚と比べて、メールの扱いが普段と違う人の一覧です。確認のための手掛かりであり、不正の証拠ではありません。これによって送信などが止まることはありません。この画面の閲覧は閲覧記録に残ります。", days: "対象期間", n: "{n} 日", person: "対象者", score: "点数", reasons: "理由", none: "普段と違う点はありません。", compared: "{n} 人を比較しました。数値の保存期間は {kept} 日です。",
    leaves: "{day} 退職予定", suspended: "停止中", back: "順位一覧", points: "{n} 点", traces: "メール追跡", quiet: "この人に普段と違う点はありません。", sending: "社外への送信（日別）", privateDays: "私用メール宛（日別）", attachedDays: "添付ファイル付き（日別）", bytes: "社外への送信量（KB、日別）", reading: "メールの閲覧（日別）", recipients: "社外の宛先", attached: "添付あり", private: "私用メール宛", onward: "自動転送", read: "本文ごと取得", looked: "他者の隔離・保留メール", kilobytes: "KB",
  },
});

const spans = ["7", "30", "90"];

function Days() {
  const now = place.value.query.get("days") ?? "30";
  return (
    <label class="filter">
      <span>{t("days")}</span>
      <select class="input" value={now} onChange={(e) => amend({ days: e.currentTarget.value }, false)}>{spans.map((n) => <option value={n} selected={n === now} key={n}>{t("n", { n })}</option>)}</select>
    </label>
  );
}

const query = () => "?days=" + encodeURIComponent(place.value.query.get("days") ?? "30");
const number = (n: number) => new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }).format(n);

function Marks({ x }: { x: Insider }) {
  return (
    <>
      {x.leaves && <span class="state warn">{t("leaves", { day: x.leaves })}</span>} {x.suspended && <span class="state bad">{t("suspended")}</span>}
    </>
  );
}

function Reasons({ x }: { x: Insider }) {
  return <ul class="reasons">{x.parts.map((p) => <li key={p.kind}>{p.text} <span class="quiet">({t("points", { n: number(p.points) })})</span></li>)}</ul>;
}

export function InsiderScreen() {
  const of = contract.value;
  const reply = useRead<Insiders>(`/contracts/${of}/insiders${query()}`);
  return (
    <>
      <Head title={frame("insiders")} about={t("about")}><Days /></Head>
      <Await reply={reply}>
        {(s) => (
          <div class="stack">
            {s.items.length === 0 ? <p class="none">{t("none")}</p> : (
              <div class="table" tabIndex={0} role="region" aria-label={frame("insiders")}>
                <table>
                  <thead><tr><th scope="col" class="number">{t("score")}</th><th scope="col">{t("person")}</th><th scope="col">{t("reasons")}</th></tr></thead>
                  <tbody>
                    {s.items.slice(0, 200).map((x) => (
                      <tr key={x.account}>
                        <td class="number"><b>{number(x.score)}</b></td>
                        <td><a href={link([of, "insiders", x.account], place.value.query)}>{x.name || x.address}</a><br /><span class="quiet">{x.address}</span> <Marks x={x} /></td>
                        <td><Reasons x={x} /></td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            <p class="quiet">{t("compared", { n: s.people, kept: s.kept })}</p>
          </div>
        )}
      </Await>
    </>
  );
}

function curves(x: InsiderPerson, names: ("recipients" | "attached" | "private" | "onward" | "read" | "looked" | "kilobytes")[]): Curve[] {
  return names.filter((n) => (x.history.sums[n] ?? 0) > 0).map((n, i) => ({ label: t(n), color: `--curve-${i}`, values: x.history.series[n]! }));
}

export function InsiderPersonScreen({ account }: { account: string }) {
  const of = contract.value;
  const reply = useRead<InsiderPerson>(`/contracts/${of}/insiders/${encodeURIComponent(account)}${query()}`);
  return (
    <Await reply={reply}>
      {(x) => (
        <>
          <Head title={x.name || x.address} about={<>{x.address} <Marks x={x} /></>}>
            <Days />
            <a class="button" href={link([of, "insiders"], place.value.query)}>{t("back")}</a>
            <a class="button" href={link([of, "traces"], { search: x.address })}>{t("traces")}</a>
          </Head>
          <div class="stack">
            <section class="card">
              <h2>{t("score")}: {number(x.score)}</h2>
              {x.parts.length > 0 ? <Reasons x={x} /> : <p class="none">{t("quiet")}</p>}
            </section>
            <Panel title={t("sending")} s={x.history} list={curves(x, ["recipients", "onward"])} file={`sending-${x.account}`} />
            <div class="columns even">
              <Panel title={t("privateDays")} s={x.history} list={curves(x, ["private"])} file={`private-${x.account}`} />
              <Panel title={t("attachedDays")} s={x.history} list={curves(x, ["attached"])} file={`attachments-${x.account}`} />
            </div>
            <div class="columns even">
              <Panel title={t("bytes")} s={x.history} list={curves(x, ["kilobytes"])} file={`bytes-${x.account}`} />
              <Panel title={t("reading")} s={x.history} list={curves(x, ["read", "looked"])} file={`reading-${x.account}`} />
            </div>
          </div>
        </>
      )}
    </Await>
  );
}
