// What the person decides about his own mail, and the server must know: who stands in for him, and how long his mail waits before it leaves.
import { useEffect, useState } from "preact/hooks";
import { catalogue, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { Refusal, call, set } from "./jmap";

const t = catalogue({
  en: {
    title: "Who decides for me", about: "While you are away, mail that waits for your word is shown to this person too. Your other mail is not.", deputy: "Address", from: "From", until: "Until", save: "Save", saved: "Saved", end: "End now", ended: "Nobody stands in for you any more.", standing: "You stand in for:", period: "{from} to {until}",
    wait: "My mail waits before it leaves", minutes: "{n} minutes", never: "Not at all", for: "Which mail waits", all: "All", outside: "With a recipient outside", inside: "Without a recipient outside", waitHint: "Until then it is under “On hold”: there you can take it back, or send it now. Also from mail programs.",
  },
  ja: {
    title: "代理人", about: "不在の間、あなたの承認を待つメールがこの人にも表示されます。それ以外のメールは表示されません。", deputy: "アドレス", from: "開始", until: "終了", save: "保存", saved: "保存しました", end: "今すぐ終了", ended: "代理を終了しました。", standing: "あなたが代理をしている人：", period: "{from} から {until} まで",
    wait: "送信したメールを待たせる時間", minutes: "{n}分", never: "待たせない", for: "対象のメール", all: "すべて", outside: "社外の宛先を含むメール", inside: "社内のみのメール", waitHint: "それまでは「保留中」に表示され、取り消しや即時の送信ができます。メールソフトからの送信にも適用されます。",
  },
});

interface Delegate {
  deputy: string | null;
  from: string | null;
  until: string | null;
  for: { address: string; from: string; until: string }[];
}

const local = (iso: string | null) => (iso ? new Date(new Date(iso).getTime() - new Date(iso).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "");
const utc = (v: string) => (v ? new Date(v).toISOString().replace(/\.\d+Z$/, "Z") : null);

// DelegateForm names a deputy for a time.
export function DelegateForm() {
  const [d, setD] = useState<Delegate | null>(null);
  const [fault, setFault] = useState("");
  const load = () => call<{ list: Delegate[] }>("Delegate/get", { ids: ["singleton"] }).then((r) => setD(r.list[0] ?? null), fail);
  useEffect(() => void load(), []);
  if (!d) return null;
  async function keep(change: object, said: string): Promise<void> {
    setFault("");
    try {
      await set("Delegate", { update: { singleton: change } });
      toast({ text: said });
      await load();
    } catch (e) {
      if (!(e instanceof Refusal)) return fail(e);
      setFault(e.message);
    }
  }
  const save = (e: SubmitEvent) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    void keep({ deputy: String(f.get("deputy")).trim(), from: utc(String(f.get("from"))), until: utc(String(f.get("until"))) }, t("saved"));
  };
  return (
    <form class="form" onSubmit={save} aria-labelledby="delegate" key={`${d.deputy} ${d.until}`}>
      <h2 id="delegate">{t("title")}</h2>
      <p class="about">{t("about")}</p>
      <label class="field"><span>{t("deputy")}</span><input name="deputy" type="email" required maxLength={320} defaultValue={d.deputy ?? ""} /></label>
      <div class="row2">
        <label class="field"><span>{t("from")}</span><input name="from" type="datetime-local" defaultValue={local(d.from)} /></label>
        <label class="field"><span>{t("until")}</span><input name="until" type="datetime-local" required defaultValue={local(d.until)} /></label>
      </div>
      <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
      <p class="buttons"><button class="button primary">{t("save")}</button>{d.deputy && <button type="button" class="button" onClick={() => void keep({ deputy: null }, t("ended"))}>{t("end")}</button>}</p>
      {d.for.length > 0 && <div><p>{t("standing")}</p><ul>{d.for.map((x) => <li key={x.address}>{x.address} <span class="small">{t("period", { from: moment(new Date(x.from)), until: moment(new Date(x.until)) })}</span></li>)}</ul></div>}
    </form>
  );
}

interface Wait {
  minutes: number;
  for: "all" | "outside" | "inside";
  most: number;
}

// WaitForm sets how long the person's mail waits; it is not shown where the organisation allows none.
export function WaitForm() {
  const [w, setW] = useState<Wait | null>(null);
  useEffect(() => void call<{ list: Wait[] }>("SendWait/get", { ids: ["singleton"] }).then((r) => setW(r.list[0] ?? null), fail), []);
  if (!w || w.most <= 0) return null;
  const keep = (change: Partial<Wait>) => set("SendWait", { update: { singleton: change } }).then(() => (setW({ ...w, ...change }), toast({ text: t("saved") })), fail);
  const choice = [...new Set([0, 1, 2, 5, 10, 15, 30, 60, 120, w.minutes, w.most])].filter((n) => n <= w.most).sort((a, b) => a - b);
  return (
    <>
      <label class="field"><span>{t("wait")}</span><select name="wait" value={w.minutes} onChange={(e) => void keep({ minutes: Number(e.currentTarget.value) })}>{choice.map((n) => <option key={n} value={n}>{n ? t("minutes", { n }) : t("never")}</option>)}</select><small class="small">{t("waitHint")}</small></label>
      {w.minutes > 0 && <label class="field"><span>{t("for")}</span><select name="waitFor" value={w.for} onChange={(e) => void keep({ for: e.currentTarget.value as Wait["for"] })}>{(["all", "outside", "inside"] as const).map((x) => <option key={x} value={x}>{t(x)}</option>)}</select></label>}
    </>
  );
}
