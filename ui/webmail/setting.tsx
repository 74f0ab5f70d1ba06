// Settings: how the app looks and asks, the signature, absence, rules, security.
import { useEffect, useState } from "preact/hooks";
import { bytes, catalogue, language, setLanguage, type Language } from "../kit/text";
import { setTheme, theme, type Theme } from "../kit/theme";
import { fail, toast } from "../kit/toast";
import { identities, optional, preference } from "./data";
import { FilterPage } from "./filter";
import { call, capable, own, set } from "./jmap";
import type { Identity, Preference } from "./model";
import { DelegateForm, WaitForm } from "./own";
import { address, place } from "./place";
import { SecurityPage } from "./security";
import { SenderPage } from "./sender";

const t = catalogue({
  en: {
    title: "Settings", general: "General", identity: "Signature", vacation: "Absence", filter: "Rules", sender: "Senders", security: "Security", language: "Language", theme: "Appearance", system: "As the system", light: "Light", dark: "Dark", density: "Height of rows", normal: "Comfortable", compact: "Compact",
    undoSeconds: "Time to take back a mail", seconds: "{n} seconds", never: "None", threads: "Show mails as conversations", remotePictures: "Pictures from elsewhere", "remote-ask": "Ask for each mail", "remote-always": "Always show", "remote-never": "Never show", remoteHint: "(shown, they tell the sender that you read the mail)", confirmOutside: "Ask before sending outside the organisation", confirmAttachment: "Ask before sending attachments", shortcuts: "Keyboard shortcuts", saved: "Saved", save: "Save",
    name: "Name", signature: "Signature", enabled: "Answer mails while I am away", from: "From", to: "Until", subject: "Subject", text: "Answer", textHint: "Each sender gets it once in a while, not with every mail.", space: "Space", used: "{used} of {all} used", invalid: "The end lies before the start.",
  },
  ja: {
    title: "設定", general: "全般", identity: "署名", vacation: "不在応答", filter: "ルール", sender: "差出人", security: "セキュリティ", language: "言語", theme: "表示", system: "システムに合わせる", light: "ライト", dark: "ダーク", density: "行の高さ", normal: "標準", compact: "コンパクト",
    undoSeconds: "送信を取り消せる時間", seconds: "{n}秒", never: "なし", threads: "スレッドでまとめて表示", remotePictures: "外部の画像", "remote-ask": "メールごとに確認", "remote-always": "常に表示", "remote-never": "表示しない", remoteHint: "（表示すると、読んだことが差出人に知られます）", confirmOutside: "組織外への送信前に確認する", confirmAttachment: "添付ファイルの送信前に確認する", shortcuts: "キーボードショートカット", saved: "保存しました", save: "保存",
    name: "名前", signature: "署名", enabled: "不在中のメールに自動で応答する", from: "開始", to: "終了", subject: "件名", text: "応答の文面", textHint: "同じ差出人には毎回ではなく、ときどき一度だけ送られます。", space: "容量", used: "{all}のうち{used}を使用", invalid: "終了が開始より前になっています。",
  },
});

async function keep(p: Partial<Preference>): Promise<void> {
  const before = preference.value;
  preference.value = { ...before, ...p };
  if (!capable(own)) return;
  try {
    await set("Preference", { update: { singleton: p } });
  } catch (e) {
    preference.value = before;
    fail(e);
  }
}

function Switch({ label, hint, on, set: change }: { label: string; hint?: string; on: boolean; set: (v: boolean) => void }) {
  return <label class="switch"><input type="checkbox" checked={on} onChange={(e) => change(e.currentTarget.checked)} /><span>{label}{hint && <small>{hint}</small>}</span></label>;
}

function Space() {
  const [q, setQ] = useState<{ used: number; hardLimit: number } | null>(null);
  useEffect(() => void optional("Quota/get", { ids: null }, null, (r) => r.list.find((x: { resourceType: string }) => x.resourceType === "octets") ?? null).then(setQ), []);
  if (!q) return null;
  return <label class="field"><span>{t("space")}: {t("used", { used: bytes(q.used), all: bytes(q.hardLimit) })}</span><progress max={q.hardLimit} value={q.used} /></label>;
}

function General() {
  const p = preference.value;
  return (
    <section class="form">
      <label class="field"><span>{t("language")}</span><select value={language.value} onChange={(e) => (setLanguage(e.currentTarget.value as Language), void keep({ language: e.currentTarget.value }))}><option value="ja" lang="ja">日本語</option><option value="en" lang="en">English</option></select></label>
      <label class="field"><span>{t("theme")}</span><select value={theme.value} onChange={(e) => (setTheme(e.currentTarget.value as Theme), void keep({ theme: theme.value === "system" ? "auto" : theme.value }))}>{(["system", "light", "dark"] as const).map((x) => <option key={x} value={x}>{t(x)}</option>)}</select></label>
      <label class="field"><span>{t("density")}</span><select value={p.density} onChange={(e) => void keep({ density: e.currentTarget.value })}>{(["normal", "compact"] as const).map((x) => <option key={x} value={x}>{t(x)}</option>)}</select></label>
      <label class="field"><span>{t("undoSeconds")}</span><select value={p.undoSeconds} onChange={(e) => void keep({ undoSeconds: Number(e.currentTarget.value) })}>{[...new Set([0, 5, 10, 20, 30, 60, 120, p.undoSeconds])].sort((a, b) => a - b).map((n) => <option key={n} value={n}>{n ? t("seconds", { n }) : t("never")}</option>)}</select></label>
      <Switch label={t("threads")} on={p.threads} set={(threads) => void keep({ threads })} />
      <Switch label={t("confirmOutside")} on={p.confirmOutside} set={(confirmOutside) => void keep({ confirmOutside })} />
      <Switch label={t("confirmAttachment")} on={p.confirmAttachment} set={(confirmAttachment) => void keep({ confirmAttachment })} />
      <label class="field"><span>{t("remotePictures")}<small> {t("remoteHint")}</small></span><select value={p.remotePictures} onChange={(e) => void keep({ remotePictures: e.currentTarget.value as Preference["remotePictures"] })}>{(["ask", "always", "never"] as const).map((x) => <option key={x} value={x}>{t(`remote-${x}`)}</option>)}</select></label>
      {capable(own) && <WaitForm />}
      <Switch label={t("shortcuts")} on={p.shortcuts} set={(shortcuts) => void keep({ shortcuts })} />
      <Space />
    </section>
  );
}

function Signature({ i }: { i: Identity }) {
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    const change = { name: String(f.get("name")).trim(), textSignature: String(f.get("signature")) };
    try {
      await set("Identity", { update: { [i.id]: change } });
      identities.value = identities.value.map((x) => (x.id === i.id ? { ...x, ...change } : x));
      toast({ text: t("saved") });
    } catch (e) {
      fail(e);
    }
  };
  return (
    <form class="form" onSubmit={save}>
      <h2>{i.email}</h2>
      <label class="field"><span>{t("name")}</span><input name="name" maxLength={200} defaultValue={i.name} /></label>
      <label class="field"><span>{t("signature")}</span><textarea name="signature" maxLength={4000} defaultValue={i.textSignature} /></label>
      <p><button class="button primary">{t("save")}</button></p>
    </form>
  );
}

interface Vacation {
  isEnabled: boolean;
  fromDate: string | null;
  toDate: string | null;
  subject: string | null;
  textBody: string | null;
}

const local = (iso: string | null) => (iso ? new Date(new Date(iso).getTime() - new Date(iso).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : "");
const utc = (v: string) => (v ? new Date(v).toISOString().replace(/\.\d+Z$/, "Z") : null);

function Absence() {
  const [v, setV] = useState<Vacation | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => void call<{ list: Vacation[] }>("VacationResponse/get", { ids: ["singleton"] }).then((r) => setV(r.list[0] ?? null), fail), []);
  if (!v) return null;
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    if (v.fromDate && v.toDate && v.fromDate > v.toDate) return setFault(t("invalid"));
    setFault("");
    const { isEnabled, fromDate, toDate, subject, textBody } = v;
    await set("VacationResponse", { update: { singleton: { isEnabled, fromDate, toDate, subject, textBody } } }).then(() => toast({ text: t("saved") }), fail);
  };
  return (
    <form class="form" onSubmit={save}>
      <Switch label={t("enabled")} on={v.isEnabled} set={(isEnabled) => setV({ ...v, isEnabled })} />
      <div class="row2">
        <label class="field"><span>{t("from")}</span><input type="datetime-local" value={local(v.fromDate)} onChange={(e) => setV({ ...v, fromDate: utc(e.currentTarget.value) })} /></label>
        <label class="field"><span>{t("to")}</span><input type="datetime-local" value={local(v.toDate)} onChange={(e) => setV({ ...v, toDate: utc(e.currentTarget.value) })} /></label>
      </div>
      <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
      <label class="field"><span>{t("subject")}</span><input maxLength={500} value={v.subject ?? ""} onInput={(e) => setV({ ...v, subject: e.currentTarget.value || null })} /></label>
      <label class="field"><span>{t("text")}</span><textarea required={v.isEnabled} maxLength={10_000} value={v.textBody ?? ""} onInput={(e) => setV({ ...v, textBody: e.currentTarget.value || null })} /><small class="small">{t("textHint")}</small></label>
      <p><button class="button primary">{t("save")}</button></p>
    </form>
  );
}

const pages = ["general", "identity", "vacation", "filter", "sender", "security"] as const;

export default function SettingScreen() {
  const at = pages.find((x) => x === place.value.part) ?? "general";
  const shown = pages.filter((x) => (x !== "filter" && x !== "sender") || capable(own)).filter((x) => x !== "vacation" || capable("urn:ietf:params:jmap:vacationresponse"));
  return (
    <div class="screen">
      <header><h1>{t("title")}</h1></header>
      <nav class="tabs" aria-label={t("title")}>{shown.map((x) => <a key={x} href={address({ screen: "setting", part: x })} aria-current={x === at ? "page" : undefined}>{t(x)}</a>)}</nav>
      {at === "general" && <General />}
      {at === "identity" && identities.value.map((i) => <Signature key={i.id} i={i} />)}
      {at === "vacation" && <Absence />}
      {at === "vacation" && capable(own) && <DelegateForm />}
      {at === "filter" && <FilterPage />}
      {at === "sender" && <SenderPage />}
      {at === "security" && <SecurityPage />}
    </div>
  );
}
