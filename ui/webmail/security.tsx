// The security page: password, second factors, passkeys, app passwords, sessions. It speaks with edge's login API.
import { useEffect, useState } from "preact/hooks";
import { Dialog, confirm, question } from "../kit/dialog";
import { ask, Problem } from "../kit/http";
import { available, register } from "../kit/passkey";
import { catalogue, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { seal } from "../kit/typed";
import { proven } from "./jmap";
import { Qr } from "./qr";

const t = catalogue({
  en: {
    password: "Password", change: "Change the password", old: "Password now", fresh: "New password", again: "New password again", differ: "The two new passwords are not the same.", changed: "The password was changed.", save: "Save", close: "Close",
    totp: "Codes from an app", totpOn: "A code from your app is asked for when you sign in.", totpOff: "Not set up.", setUp: "Set up", turnOff: "Turn off", scan: "Scan this with your authenticator app, or type the key into it.", key: "Key", code: "Code that the app shows", wrong: "The code was not right.", confirm: "Confirm",
    recovery: "Recovery codes", recoveryText: "{n} left. Each is good once, when nothing else is at hand.", make: "Make new codes", makeText: "Codes that were made before stop working.", keep: "Keep these somewhere safe. They are not shown again.",
    passkeys: "Passkeys", addPasskey: "Add a passkey", passkeyName: "Name of the device", opens: "opens the mailbox alone", second: "second factor", added: "Passkey added", unused: "never used", used: "last used {when}", remove: "Remove", removeText: "“{name}” stops working at once.",
    apps: "App passwords", appsText: "For mail programs that cannot do more than a password.", addApp: "New app password", label: "For what", protocols: "For", secret: "Type this into the program. It is not shown again.", sessions: "Where you are signed in", current: "this one", end: "Sign out there", others: "Sign out everywhere else", ended: "Done", cancelled: "The passkey was not made.", none: "None",
  },
  ja: {
    password: "パスワード", change: "パスワードを変更", old: "現在のパスワード", fresh: "新しいパスワード", again: "新しいパスワード(確認)", differ: "新しいパスワードが一致しません。", changed: "パスワードを変更しました。", save: "保存", close: "閉じる",
    totp: "認証アプリのコード", totpOn: "サインイン時に認証アプリのコードを確認します。", totpOff: "設定されていません。", setUp: "設定する", turnOff: "無効にする", scan: "認証アプリで読み取るか、キーを入力してください。", key: "キー", code: "アプリに表示されたコード", wrong: "コードが正しくありません。", confirm: "確認",
    recovery: "リカバリーコード", recoveryText: "残り{n}個。ほかの手段がないときに、1個につき1回だけ使えます。", make: "新しく作成", makeText: "以前のコードは使えなくなります。", keep: "安全な場所に保管してください。再表示はできません。",
    passkeys: "パスキー", addPasskey: "パスキーを追加", passkeyName: "端末の名前", opens: "単独でメールボックスを開けます", second: "第二要素", added: "パスキーを追加しました", unused: "未使用", used: "最終使用 {when}", remove: "削除", removeText: "「{name}」はすぐに使えなくなります。",
    apps: "アプリパスワード", appsText: "パスワードしか使えないメールソフト用です。", addApp: "新しいアプリパスワード", label: "用途", protocols: "対象", secret: "メールソフトに入力してください。再表示はできません。", sessions: "サインイン中の場所", current: "この端末", end: "サインアウトさせる", others: "ほかをすべてサインアウト", ended: "完了しました", cancelled: "パスキーは作成されませんでした。", none: "なし",
  },
});

interface Security {
  totp: boolean;
  recoveryCodes: number;
  passkeys: { id: string; name: string; created: string; used: string | null; prf: boolean }[];
  appPasswords: { id: string; label: string; protocols: string[]; networks: string[]; created: string; used: string | null }[];
  sessions: { id: string; current: boolean; device: string; client: string; began: string; used: string }[];
}

type Again = () => void;

const post = <T,>(path: string, body: unknown = {}) => proven(() => ask<T>(path, { body }));
const del = (path: string) => proven(() => ask(path, { method: "DELETE" }));
const lastUse = (u: string | null) => (u ? t("used", { when: moment(new Date(u)) }) : t("unused"));

function Password() {
  const [fault, setFault] = useState("");
  const change = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.currentTarget as HTMLFormElement;
    const f = new FormData(form);
    if (f.get("fresh") !== f.get("again")) return setFault(t("differ"));
    setFault("");
    try {
      await proven(async () => ask("/auth/password/change", { body: { old: await seal(String(f.get("old"))), new: await seal(String(f.get("fresh"))) } }));
      form.reset();
      toast({ text: t("changed") });
    } catch (e) {
      setFault(e instanceof Problem ? e.message : String(e));
    }
  };
  return (
    <section>
      <h2>{t("password")}</h2>
      <details>
        <summary>{t("change")}</summary>
        <form class="form" onSubmit={change}>
          <label class="field"><span>{t("old")}</span><input name="old" type="password" required autocomplete="current-password" /></label>
          <label class="field"><span>{t("fresh")}</span><input name="fresh" type="password" required minLength={12} autocomplete="new-password" /></label>
          <label class="field"><span>{t("again")}</span><input name="again" type="password" required autocomplete="new-password" /></label>
          <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
          <p><button class="button primary">{t("save")}</button></p>
        </form>
      </details>
    </section>
  );
}

function Totp({ s, again }: { s: Security; again: Again }) {
  const [made, setMade] = useState<{ secret: string; uri: string } | null>(null);
  const [fault, setFault] = useState("");
  const begin = () => post<{ secret: string; uri: string }>("/auth/totp/begin").then(setMade, fail);
  const off = async () => (await confirm({ title: t("turnOff"), text: t("totp"), yes: t("turnOff"), danger: true })) && del("/auth/totp").then(again, fail);
  const check = async (e: SubmitEvent) => {
    e.preventDefault();
    const code = String(new FormData(e.currentTarget as HTMLFormElement).get("code")).replaceAll(/\s/g, "");
    await post("/auth/totp/confirm", { code }).then(() => (setMade(null), again()), () => setFault(t("wrong")));
  };
  return (
    <section>
      <h2>{t("totp")}</h2>
      <p class="about">{t(s.totp ? "totpOn" : "totpOff")}</p>
      {s.totp ? <button type="button" class="button danger" onClick={() => void off()}>{t("turnOff")}</button> : <button type="button" class="button" onClick={() => void begin()}>{t("setUp")}</button>}
      {made && (
        <Dialog title={t("totp")} onClose={() => setMade(null)}>
          <form class="dialog-form" onSubmit={check}>
            <p>{t("scan")}</p>
            <Qr text={made.uri} label={t("scan")} />
            <div><p class="label">{t("key")}</p><p class="secret">{made.secret.replace(/(.{4})/g, "$1 ").trim()}</p></div>
            <label class="field"><span>{t("code")}</span><input name="code" required inputmode="numeric" autocomplete="one-time-code" /></label>
            <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
            <footer><button class="button primary">{t("confirm")}</button></footer>
          </form>
        </Dialog>
      )}
    </section>
  );
}

function Recovery({ s, again }: { s: Security; again: Again }) {
  const [codes, setCodes] = useState<string[] | null>(null);
  const make = async () => {
    if (s.recoveryCodes > 0 && !(await confirm({ title: t("make"), text: t("makeText"), yes: t("make") }))) return;
    await post<{ codes: string[] }>("/auth/recovery-codes").then((r) => setCodes(r.codes), fail);
  };
  return (
    <section>
      <h2>{t("recovery")}</h2>
      <p class="about">{t("recoveryText", { n: s.recoveryCodes })}</p>
      <button type="button" class="button" onClick={() => void make()}>{t("make")}</button>
      {codes && <Dialog title={t("recovery")} onClose={() => (setCodes(null), again())}><div class="dialog-form"><p>{t("keep")}</p><p class="codes">{codes.map((c) => <span key={c}>{c}</span>)}</p></div></Dialog>}
    </section>
  );
}

function Passkeys({ s, again }: { s: Security; again: Again }) {
  const add = async () => {
    const name = await question({ title: t("addPasskey"), input: { label: t("passkeyName"), max: 60 } });
    if (!name) return;
    try {
      await proven(() => register(name));
      toast({ text: t("added") });
      again();
    } catch (e) {
      if (e instanceof DOMException) toast({ text: t("cancelled"), kind: "bad" });
      else fail(e);
    }
  };
  const drop = async (id: string, name: string) => (await confirm({ title: t("remove"), text: t("removeText", { name }), yes: t("remove"), danger: true })) && del(`/auth/passkeys/${encodeURIComponent(id)}`).then(again, fail);
  return (
    <section>
      <h2>{t("passkeys")}</h2>
      <ul class="cards">
        {s.passkeys.map((p) => (
          <li key={p.id} class="card"><div><p class="title">{p.name}</p><p class="small">{t(p.prf ? "opens" : "second")} · {moment(new Date(p.created))} · {lastUse(p.used)}</p></div><button type="button" class="button tiny danger" onClick={() => void drop(p.id, p.name)}>{t("remove")}</button></li>
        ))}
      </ul>
      <p class="about" />
      {available() && <button type="button" class="button" onClick={() => void add()}>{t("addPasskey")}</button>}
    </section>
  );
}

const protocols = ["imap", "smtp", "jmap"] as const;

function AppPasswords({ s, again }: { s: Security; again: Again }) {
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState("");
  const add = async (e: SubmitEvent) => {
    e.preventDefault();
    const f = new FormData(e.currentTarget as HTMLFormElement);
    const body = { label: String(f.get("label")).trim(), protocols: protocols.filter((p) => f.get(p)), networks: [] };
    await post<{ secret: string }>("/auth/app-passwords", body).then((r) => (setSecret(r.secret), again()), fail);
  };
  const drop = async (id: string, name: string) => (await confirm({ title: t("remove"), text: t("removeText", { name }), yes: t("remove"), danger: true })) && del(`/auth/app-passwords/${encodeURIComponent(id)}`).then(again, fail);
  const close = () => (setOpen(false), setSecret(""));
  return (
    <section>
      <h2>{t("apps")}</h2>
      <p class="about">{t("appsText")}</p>
      <ul class="cards">
        {s.appPasswords.map((p) => (
          <li key={p.id} class="card"><div><p class="title">{p.label}</p><p class="small">{p.protocols.join(", ").toUpperCase()} · {moment(new Date(p.created))} · {lastUse(p.used)}</p></div><button type="button" class="button tiny danger" onClick={() => void drop(p.id, p.label)}>{t("remove")}</button></li>
        ))}
      </ul>
      <p class="about" />
      <button type="button" class="button" onClick={() => setOpen(true)}>{t("addApp")}</button>
      {open && (
        <Dialog title={t("addApp")} onClose={close}>
          {secret ? <div class="dialog-form"><p>{t("secret")}</p><p class="secret">{secret}</p><footer><button type="button" class="button primary" onClick={close}>{t("close")}</button></footer></div> : (
            <form class="dialog-form" onSubmit={add}>
              <label class="field"><span>{t("label")}</span><input name="label" required autofocus maxLength={60} /></label>
              <fieldset><legend>{t("protocols")}</legend>{protocols.map((p) => <label class="check" key={p}><input type="checkbox" name={p} defaultChecked /> {p.toUpperCase()}</label>)}</fieldset>
              <footer><button class="button primary">{t("addApp")}</button></footer>
            </form>
          )}
        </Dialog>
      )}
    </section>
  );
}

function Sessions({ s, again }: { s: Security; again: Again }) {
  return (
    <section>
      <h2>{t("sessions")}</h2>
      <ul class="cards">
        {s.sessions.map((x) => (
          <li key={x.id} class="card">
            <div><p class="title">{x.device || x.client}{x.current ? ` — ${t("current")}` : ""}</p><p class="small">{x.client} · {moment(new Date(x.began))} · {lastUse(x.used)}</p></div>
            {!x.current && <button type="button" class="button tiny" onClick={() => void del(`/auth/sessions/${encodeURIComponent(x.id)}`).then(again, fail)}>{t("end")}</button>}
          </li>
        ))}
      </ul>
      <p class="about" />
      {s.sessions.length > 1 && <button type="button" class="button" onClick={() => void post("/auth/sessions/revoke-others").then(() => (toast({ text: t("ended") }), again()), fail)}>{t("others")}</button>}
    </section>
  );
}

export function SecurityPage() {
  const [s, setS] = useState<Security | null>(null);
  const load = () => void proven(() => ask<Security>("/auth/security")).then(setS, fail);
  useEffect(load, []);
  if (!s) return null;
  const p = { s: { ...s, passkeys: s.passkeys ?? [], appPasswords: s.appPasswords ?? [], sessions: s.sessions ?? [] }, again: load };
  return <><Password /><Totp {...p} /><Recovery {...p} /><Passkeys {...p} /><AppPasswords {...p} /><Sessions {...p} /></>;
}
