// Rules for mail that arrives, and forwarding.
import { useEffect, useState } from "preact/hooks";
import { Icon, IconButton } from "../kit/icon";
import { catalogue } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { boxes } from "./data";
import { sorted } from "./folder";
import { Refusal, call, proven, set } from "./jmap";
import type { Action, Condition, Filter, Rule } from "./model";
import { boxName } from "./word";

const t = catalogue({
  en: {
    about: "Rules are tried from the top for each mail that arrives.", add: "New rule", name: "Name", enabled: "On", every: "All of these hold", some: "Any of these holds", condition: "Another condition", action: "Another action", remove: "Remove", up: "Move up", save: "Save", saved: "Saved", then: "Then",
    from: "Sender", to: "Recipient", subject: "Subject", body: "Text", size: "Size in bytes", attachment: "Attachment", contains: "contains", is: "is", over: "is over", exists: "is there", move: "Move to", flag: "Flag", label: "Label", forward: "Forward to", discard: "Delete", stop: "Stop here",
    forwarding: "Forward all mail", forwardTo: "Address", keep: "Keep a copy here", value: "Value", field: "What", op: "How", unnamed: "Rule {n}", none: "There are no rules yet.", only: "Mail may be forwarded to: {list}", any: "any address", script: "Script (Sieve)", byHand: "Write a script instead", byRule: "Use rules instead: the script is lost", byHandAbout: "A script written by hand decides about arriving mail, also about automatic replies.", unable: "This service has no rules yet.",
  },
  ja: {
    about: "届いたメールごとに、上から順に確かめます。", add: "新しいルール", name: "名前", enabled: "有効", every: "すべてに一致", some: "いずれかに一致", condition: "条件を追加", action: "動作を追加", remove: "削除", up: "上へ", save: "保存", saved: "保存しました", then: "動作",
    from: "差出人", to: "宛先", subject: "件名", body: "本文", size: "サイズ(バイト)", attachment: "添付ファイル", contains: "を含む", is: "と等しい", over: "を超える", exists: "がある", move: "移動先", flag: "フラグを付ける", label: "ラベル", forward: "転送先", discard: "削除", stop: "ここで終了",
    forwarding: "すべてのメールを転送", forwardTo: "アドレス", keep: "ここにも残す", value: "値", field: "対象", op: "条件", unnamed: "ルール{n}", none: "ルールはまだありません。", only: "転送できる宛先: {list}", any: "すべて", script: "スクリプト (Sieve)", byHand: "スクリプトを直接書く", byRule: "ルールに戻す（スクリプトは失われます）", byHandAbout: "手書きのスクリプトが届いたメール（自動応答を含む）を処理します。", unable: "このサービスではまだルールを使えません。",
  },
});

const fields = ["from", "to", "subject", "body", "size", "attachment"] as const;
const dos = ["move", "flag", "label", "forward", "discard", "stop"] as const;

const opsOf = (f: Condition["field"]): Condition["op"][] => (f === "size" ? ["over"] : f === "attachment" ? ["exists", "contains", "is"] : ["contains", "is"]);

function ConditionRow({ c, change, remove }: { c: Condition; change: (c: Condition) => void; remove?: () => void }) {
  return (
    <div class="condition">
      <select class="input" aria-label={t("field")} value={c.field} onChange={(e) => { const field = e.currentTarget.value as Condition["field"]; change({ field, op: opsOf(field)[0]!, value: field === "attachment" ? "" : c.value }); }}>{fields.map((f) => <option key={f} value={f}>{t(f)}</option>)}</select>
      {c.op !== "exists" && <input class="input" aria-label={t("value")} required inputMode={c.field === "size" ? "numeric" : "text"} pattern={c.field === "size" ? "[0-9]+" : undefined} maxLength={500} value={c.value} onInput={(e) => change({ ...c, value: e.currentTarget.value })} />}
      <select class="input" aria-label={t("op")} value={c.op} onChange={(e) => { const op = e.currentTarget.value as Condition["op"]; change({ ...c, op, value: op === "exists" ? "" : c.value }); }}>{opsOf(c.field).map((o) => <option key={o} value={o}>{t(o)}</option>)}</select>
      {remove && <IconButton icon="close" label={t("remove")} onClick={remove} />}
    </div>
  );
}

function ActionRow({ a, change, remove }: { a: Action; change: (a: Action) => void; remove?: () => void }) {
  return (
    <div class="condition">
      <select class="input" aria-label={t("then")} value={a.do} onChange={(e) => change({ do: e.currentTarget.value as Action["do"], value: "" })}>{dos.map((d) => <option key={d} value={d}>{t(d)}</option>)}</select>
      {a.do === "move" && <select class="input" aria-label={t("move")} required value={a.value} onChange={(e) => change({ ...a, value: e.currentTarget.value })}><option value="" />{sorted(boxes.value).map(({ box }) => <option key={box.id} value={box.id}>{boxName(box)}</option>)}</select>}
      {(a.do === "label" || a.do === "forward") && <input class="input" aria-label={t(a.do)} required inputMode={a.do === "forward" ? "email" : "text"} value={a.value} onInput={(e) => change({ ...a, value: e.currentTarget.value })} />}
      {remove && <IconButton icon="close" label={t("remove")} onClick={remove} />}
    </div>
  );
}

const replaced = <T,>(list: T[], i: number, v: T) => list.map((x, j) => (j === i ? v : x));
const without = <T,>(list: T[], i: number) => list.filter((_, j) => j !== i);

function RuleCard({ r, n, change, remove, up }: { r: Rule; n: number; change: (r: Rule) => void; remove: () => void; up?: () => void }) {
  return (
    <fieldset class="rule">
      <legend>{r.name || t("unnamed", { n })}</legend>
      <div class="condition">
        <label class="check"><input type="checkbox" checked={r.enabled} onChange={(e) => change({ ...r, enabled: e.currentTarget.checked })} /> {t("enabled")}</label>
        <input class="input" aria-label={t("name")} placeholder={t("name")} maxLength={100} value={r.name} onInput={(e) => change({ ...r, name: e.currentTarget.value })} />
        {up && <IconButton icon="up" label={t("up")} onClick={up} />}
        <IconButton icon="trash" label={`${t("remove")}: ${r.name || t("unnamed", { n })}`} onClick={remove} />
      </div>
      <select class="input" aria-label={t("op")} value={r.match} onChange={(e) => change({ ...r, match: e.currentTarget.value as Rule["match"] })}><option value="all">{t("every")}</option><option value="any">{t("some")}</option></select>
      {r.conditions.map((c, i) => <ConditionRow key={i} c={c} change={(v) => change({ ...r, conditions: replaced(r.conditions, i, v) })} remove={r.conditions.length > 1 ? () => change({ ...r, conditions: without(r.conditions, i) }) : undefined} />)}
      <p><button type="button" class="button tiny" onClick={() => change({ ...r, conditions: [...r.conditions, { field: "subject", op: "contains", value: "" }] })}>{t("condition")}</button></p>
      <h3>{t("then")}</h3>
      {r.actions.map((a, i) => <ActionRow key={i} a={a} change={(v) => change({ ...r, actions: replaced(r.actions, i, v) })} remove={r.actions.length > 1 ? () => change({ ...r, actions: without(r.actions, i) }) : undefined} />)}
      <p><button type="button" class="button tiny" onClick={() => change({ ...r, actions: [...r.actions, { do: "stop", value: "" }] })}>{t("action")}</button></p>
    </fieldset>
  );
}

export function FilterPage() {
  const [f, setF] = useState<Filter | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => void call<{ list: Filter[] }>("Filter/get", { ids: ["singleton"] }).then((r) => setF(r.list[0] ?? { id: "singleton", rules: [], forward: { enabled: false, to: "", keep: true }, script: null, allowed: [] }), (e) => (e instanceof Refusal && e.type === "unknownMethod" ? setFault(t("unable")) : fail(e))), []);
  if (!f) return fault ? <p class="note">{fault}</p> : null;
  const rules = (list: Rule[]) => setF({ ...f, rules: list });
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    setFault("");
    try {
      await proven(() => set("Filter", { update: { singleton: f.script === null ? { rules: f.rules, forward: f.forward } : { script: f.script } } }));
      toast({ text: t("saved") });
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    }
  };
  const fresh: Rule = { name: "", enabled: true, match: "all", conditions: [{ field: "from", op: "contains", value: "" }], actions: [{ do: "move", value: "" }] };
  const end = (
    <>
      <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
      <p><button class="button primary">{t("save")}</button> <button type="button" class="button" onClick={() => setF({ ...f, script: f.script === null ? "" : null })}>{t(f.script === null ? "byHand" : "byRule")}</button></p>
    </>
  );
  if (f.script !== null)
    return (
      <form class="form wide" onSubmit={save}>
        <p class="about">{t("byHandAbout")}</p>
        <label class="field"><span>{t("script")}</span><textarea class="code" rows={16} maxLength={60_000} spellcheck={false} value={f.script} onInput={(e) => setF({ ...f, script: e.currentTarget.value })} /></label>
        {end}
      </form>
    );
  return (
    <form class="form wide" onSubmit={save}>
      <p class="about">{t("about")}</p>
      {f.rules.length === 0 && <p>{t("none")}</p>}
      {f.rules.map((r, i) => <RuleCard key={i} r={r} n={i + 1} change={(v) => rules(replaced(f.rules, i, v))} remove={() => rules(without(f.rules, i))} up={i > 0 ? () => rules([...f.rules.slice(0, i - 1), r, f.rules[i - 1]!, ...f.rules.slice(i + 1)]) : undefined} />)}
      <p><button type="button" class="button" onClick={() => rules([...f.rules, fresh])}><Icon name="add" /> {t("add")}</button></p>
      <fieldset>
        <legend>{t("forwarding")}</legend>
        <label class="check"><input type="checkbox" checked={f.forward.enabled} onChange={(e) => setF({ ...f, forward: { ...f.forward, enabled: e.currentTarget.checked } })} /> {t("enabled")}</label>
        <label class="field"><span>{t("forwardTo")}</span><input type="email" required={f.forward.enabled} value={f.forward.to} onInput={(e) => setF({ ...f, forward: { ...f.forward, to: e.currentTarget.value } })} /></label>
        <p class="small">{t("only", { list: f.allowed.includes("*") ? t("any") : f.allowed.join(", ") })}</p>
        <label class="check"><input type="checkbox" checked={f.forward.keep} onChange={(e) => setF({ ...f, forward: { ...f.forward, keep: e.currentTarget.checked } })} /> {t("keep")}</label>
      </fieldset>
      {end}
    </form>
  );
}
