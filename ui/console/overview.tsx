// A contract at a glance: what needs a person now, the live flow, and the newest mails.
import { catalogue, language } from "../kit/text";
import { refused } from "./grid";
import type { Account, Contract, Grant, Kept, Overview, Trace } from "./model";
import { Await, Head, State, When, useRead } from "./part";
import { contract, link } from "./place";
import { may, t as frame } from "./shell";
import { Panel, curves } from "./statistic";
import { fates } from "./wording";
import { Kinds } from "./trace";

const t = catalogue({
  en: {
    about: "Renews itself every five seconds.", needs: "Needs a person now", calm: "Nothing waits for anybody.", approve: "mails wait for approval", hold: "mails are on hold", quarantine: "mails are in quarantine", grant: "requests for access wait for your word", keys: "The contract's keys are not made yet.", unready: "accounts have no keys yet",
    flow: "The last hour", day: "The last day", newest: "Newest mails", from: "Sender", to: "Recipient", fate: "Result", at: "Time", found: "Finding", none: "No mail yet.",
  },
  ja: {
    about: "5秒ごとに更新されます。", needs: "対応が必要なもの", calm: "対応待ちのものはありません。", approve: "件のメールが承認待ちです", hold: "件のメールが保留中です", quarantine: "件のメールが隔離されています", grant: "件の閲覧申請が決定待ちです", keys: "契約の鍵がまだ作成されていません。", unready: "件のアカウントに鍵がありません",
    flow: "直近1時間", day: "直近1日", newest: "新着メール", from: "送信者", to: "受信者", fate: "結果", at: "日時", found: "検出", none: "まだメールはありません。",
  },
});

interface Rows<T> {
  items: T[];
  total: number;
}

export function OverviewScreen() {
  const of = contract.value;
  const reply = useRead<Overview>(`/contracts/${of}/overview`, 5000);
  return (
    <>
      <Head title={frame("overview")} about={t("about")} />
      <Await reply={reply} fault={refused}>
        {(o) => (
          <div class="stack">
            <Needs o={o} />
            <Panel title={t("flow")} s={o.flow} list={curves(o.flow, "fate", fates)} />
            <div class="columns even">
              <Newest list={o.newest} />
              <Panel title={t("day")} s={o.day} list={curves(o.day, "fate", fates)} />
            </div>
          </div>
        )}
      </Await>
    </>
  );
}

function Needs({ o }: { o: Overview }) {
  const of = contract.value;
  const holds = useRead<Rows<Kept>>(may("kept:view") ? `/contracts/${of}/kept/hold?limit=1000` : null, 15_000).body;
  const grants = useRead<Rows<Grant>>(may("grant:approve") ? `/contracts/${of}/grants` : null, 15_000).body;
  const accounts = useRead<Rows<Account>>(may("account:change") ? `/contracts/${of}/accounts?limit=1000` : null, 60_000).body;
  const k = useRead<Contract>(`/contracts/${of}`).body;
  const waiting = holds?.items.filter((h) => h.approve).length ?? 0;
  const asked = grants?.items.filter((g) => g.state === "asked").length ?? 0;
  const unready = accounts?.items.filter((a) => !a.ready).length ?? 0;
  const lines: [number, string, (string | number)[], string][] = [
    [waiting, t("approve"), [of, "hold"], "bad"], [asked, t("grant"), [of, "grants"], "bad"], [o.holds - waiting, t("hold"), [of, "hold"], "warn"], [o.quarantine, t("quarantine"), [of, "quarantine"], "warn"], [unready, t("unready"), [of, "imports"], "warn"],
  ];
  const shown = lines.filter(([n]) => n > 0);
  return (
    <section class="card" aria-labelledby="needs">
      <h2 id="needs">{t("needs")}</h2>
      {k && !k.ready && <p class="note warn">{t("keys")}</p>}
      {shown.length === 0 ? <p class="quiet">{t("calm")}</p> : (
        <ul class="needs">
          {shown.map(([n, text, path, tone]) => <li key={text}><a class={tone} href={link(path)}><b>{new Intl.NumberFormat(language.value).format(n)}</b> {text}</a></li>)}
        </ul>
      )}
    </section>
  );
}

function Newest({ list }: { list: Trace[] }) {
  const of = contract.value;
  return (
    <section class="card">
      <h2>{t("newest")}</h2>
      {list.length === 0 ? <p class="none">{t("none")}</p> : (
        <ul class="newest">
          {list.slice(0, 10).map((m) => (
            <li key={m.trace + m.recipient}>
              <a href={link([of, "traces", m.trace])}>
                <span class="pair"><b>{m.from || m.sender || "<>"}</b> → {m.recipient}</span>
                <span class="row"><When at={m.at} /> <State family="fate" code={m.fate} /> {m.findings.some((f) => f.score > 0) && <Kinds list={m.findings} />}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
