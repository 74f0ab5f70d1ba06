// Mail on its way out: what waits for delivery, why, and what to do about it, one by one or many at once.
import { useState } from "preact/hooks";
import { fromTo } from "../kit/list";
import { bytes, catalogue, language } from "../kit/text";
import { write } from "./api";
import { Confirm } from "./form";
import { Grid } from "./grid";
import type { Steered, Waiting } from "./model";
import { Head, State, When, tell } from "./part";
import { contract, link } from "./place";
import { may, t as frame } from "./shell";
import { say } from "./wording";

type Do = "retry" | "give-up" | "cancel";

const t = catalogue({
  en: {
    about: "Mail that was sent and that the other side has not taken yet. It is tried again by itself until its time is over.", search: "Sender, recipient or answer", state: "State", people: "Sender → Recipient", arrived: "Arrived", age: "Waiting for", attempts: "Tries", next: "Next try", last: "Last answer", size: "Size", none: "No mail waits for delivery.",
    retry: "Try now", "give-up": "Give up", cancel: "Delete", why: "Why?", select: "Select", selected: "{n} selected", givenUp: "given up by {who}",
    "about.retry": "The mail is tried at once, whatever its next time was.", "about.give-up": "No further try: each sender gets a notice that his mail could not be delivered.", "about.cancel": "The mail is gone, and nobody is told.",
    "sure.retry": "Try {n} now?", "sure.give-up": "Give {n} up?", "sure.cancel": "Delete {n}?", mails: "{n} mails", mail: "this mail", done: "Done: {n}.", partly: "Done: {n}. {m} were being sent or over already.",
  },
  ja: {
    about: "送信済みで、相手側がまだ受け取っていないメールです。期限まで自動的に再試行されます。", search: "送信者、受信者または応答", state: "状態", people: "送信者 → 受信者", arrived: "受付", age: "経過", attempts: "試行", next: "次の試行", last: "最後の応答", size: "サイズ", none: "配送待ちのメールはありません。",
    retry: "今すぐ試す", "give-up": "配送を断念", cancel: "削除", why: "理由", select: "選択", selected: "{n} 件を選択中", givenUp: "{who} が断念",
    "about.retry": "次の予定時刻を待たずに、ただちに送信を試みます。", "about.give-up": "以後は試行しません。送信者には配送できなかった旨が通知されます。", "about.cancel": "メールは削除されます。誰にも通知されません。",
    "sure.retry": "{n}を今すぐ試しますか？", "sure.give-up": "{n}の配送を断念しますか？", "sure.cancel": "{n}を削除しますか？", mails: "{n} 件のメール", mail: "このメール", done: "{n} 件を処理しました。", partly: "{n} 件を処理しました。{m} 件は送信中、または完了済みでした。",
  },
});

const acts: Do[] = ["retry", "give-up", "cancel"];

// lasting says how long something has been waiting, in the largest unit that fits.
function lasting(seconds: number): string {
  const [n, unit] = seconds >= 172_800 ? [seconds / 86_400, "day"] : seconds >= 7200 ? [seconds / 3600, "hour"] : [seconds / 60, "minute"];
  return new Intl.NumberFormat(language.value, { style: "unit", unit: unit as string, unitDisplay: "short", maximumFractionDigits: 0 }).format(Math.floor(n as number));
}

interface Wish {
  do: Do;
  list: Waiting[];
}

export function QueueScreen() {
  const of = contract.value;
  const [round, setRound] = useState(0);
  const [chosen, setChosen] = useState<Map<number, Waiting>>(new Map());
  const [wish, setWish] = useState<Wish | null>(null);
  const steers = may("queue:steer");
  function choose(w: Waiting, on: boolean): void {
    const next = new Map(chosen);
    if (on) next.set(w.id, w);
    else next.delete(w.id);
    setChosen(next);
  }
  return (
    <>
      <Head title={frame("queue")} about={t("about")} />
      {steers && chosen.size > 0 && (
        <p class="row wrap chosen" role="status">
          <span>{t("selected", { n: String(chosen.size) })}</span>
          {acts.map((d) => <button class={"button small" + (d === "retry" ? "" : " danger")} key={d} onClick={() => setWish({ do: d, list: [...chosen.values()] })}>{t(d)}</button>)}
        </p>
      )}
      <Grid<Waiting>
        label={frame("queue")} path={`/contracts/${of}/queue`} keyOf={(w) => w.id} file="queue" search={t("search")} empty={t("none")} round={round}
        filters={[{ name: "state", label: t("state"), options: ["waiting", "sending", "suspended"].map((s) => [s, say("state", s)]) }, ...fromTo()]}
        columns={[
          ...(steers ? [{ title: t("select"), cell: (w: Waiting) => <input type="checkbox" aria-label={`${t("select")}: ${w.from} → ${w.recipient}`} checked={chosen.has(w.id)} onChange={(e) => choose(w, e.currentTarget.checked)} /> }] : []),
          { title: t("people"), cell: (w) => <>{w.from || "<>"}<br /><span class="to">→ {w.recipient}</span></>, kind: "main" },
          { title: t("state"), cell: (w) => <><State family="state" code={w.state} />{w.givenUp && <><br /><span class="quiet">{t("givenUp", { who: w.givenUp })}</span></>}</> },
          { title: t("last"), cell: (w) => <>{w.meaning}{w.last && <><br /><span class="quiet">{w.last}</span></>}</>, kind: "wide" },
          { title: t("attempts"), cell: (w) => w.attempts, kind: "number" },
          { title: t("next"), cell: (w) => (w.next ? <When at={w.next} /> : "—") },
          { title: t("age"), cell: (w) => <span title={w.arrived}>{lasting(w.age)}</span>, kind: "number" },
          { title: t("size"), cell: (w) => bytes(w.size), kind: "number" },
          {
            title: "", kind: "act", cell: (w) => (
              <>
                {may("trace:view") && <a class="button small" href={link([of, "traces", w.trace])}>{t("why")}</a>}
                {steers && acts.map((d) => <button class={"button small" + (d === "retry" ? "" : " danger")} key={d} aria-label={`${t(d)}: ${w.from} → ${w.recipient}`} onClick={() => setWish({ do: d, list: [w] })}>{t(d)}</button>)}
              </>
            ),
          },
        ]}
      />
      {wish && <Sure wish={wish} close={() => setWish(null)} done={() => (setChosen(new Map()), setRound(round + 1))} />}
    </>
  );
}

function Sure({ wish, close, done }: { wish: Wish; close: () => void; done: () => void }) {
  const n = wish.list.length;
  return (
    <Confirm
      title={t(`sure.${wish.do}`, { n: n === 1 ? t("mail") : t("mails", { n: String(n) }) })} act={t(wish.do)} close={close}
      about={
        <>
          <p>{t(`about.${wish.do}`)}</p>
          <ul class="sure">{wish.list.slice(0, 10).map((w) => <li key={w.id}>{w.from || "<>"} → {w.recipient}</li>)}{n > 10 && <li>… {t("mails", { n: String(n - 10) })}</li>}</ul>
        </>
      }
      save={async (key) => {
        const s = await write<Steered>("POST", `/contracts/${contract.value}/queue/steer`, { do: wish.do, ids: wish.list.map((w) => w.id) }, "", key);
        tell(s.notDone.length ? t("partly", { n: String(s.done.length), m: String(s.notDone.length) }) : t("done", { n: String(s.done.length) }));
        done();
      }}
    />
  );
}
