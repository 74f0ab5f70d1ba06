// The login page: an app of its own, so that no other code runs where a password is typed.
import { signal } from "@preact/signals";
import { render } from "preact";
import "../kit/kit.css";
import { Problem, ask } from "../kit/http";
import { assert, available } from "../kit/passkey";
import { catalogue, language, setLanguage } from "../kit/text";
import "../kit/theme";
import { seal } from "../kit/typed";
import "./login.css";

const t = catalogue({
  en: {
    title: "Sign in", address: "E-mail address", password: "Password", next: "Sign in", passkey: "Sign in with a passkey",
    second: "One more step", totp: "Code from your app", recovery: "Recovery code", usePasskey: "Use a passkey", useTotp: "Use the code from your app", useRecovery: "Use a recovery code",
    back: "Start again", wrong: "Sign-in failed. Check the address and the secret, and try again.", other: "日本語", busy: "One moment …",
    lost: "Lost a device? Sign in with a recovery code, or ask your administrator.", cancelled: "The passkey was not used. Try again, or sign in with the password.", or: "or",
  },
  ja: {
    title: "サインイン", address: "メールアドレス", password: "パスワード", next: "サインイン", passkey: "パスキーでサインイン",
    second: "もう一つの確認", totp: "認証アプリのコード", recovery: "リカバリーコード", usePasskey: "パスキーを使う", useTotp: "認証アプリのコードを使う", useRecovery: "リカバリーコードを使う",
    back: "最初からやり直す", wrong: "サインインできませんでした。アドレスと入力内容を確認して、もう一度お試しください。", other: "English", busy: "お待ちください…",
    lost: "端末を紛失した場合は、リカバリーコードでサインインするか、管理者にご相談ください。", cancelled: "パスキーは使われませんでした。もう一度試すか、パスワードでサインインしてください。", or: "または",
  },
});

type Way = "totp" | "passkey" | "recovery";

const ways = signal<Way[] | null>(null); // null: the first step
const way = signal<Way>("totp");
const fault = signal("");
const busy = signal(false);

interface Step {
  next: "done" | "second";
  ways?: Way[];
}

// done goes where the person wanted to go: a path of this origin, nothing else.
function done(): void {
  const to = new URLSearchParams(location.search).get("to") ?? "/";
  const path = new URL(to, location.origin);
  location.replace(path.origin === location.origin ? path.pathname + path.search + path.hash : "/");
}

function follow(s: Step): void {
  if (s.next === "done") return done();
  ways.value = s.ways ?? [];
  way.value = ways.value[0] ?? "recovery";
}

// attempt runs one step, and says in words when it failed.
async function attempt(step: () => Promise<Step>): Promise<void> {
  busy.value = true;
  fault.value = "";
  try {
    follow(await step());
  } catch (e) {
    if (e instanceof Problem) fault.value = e.kind === "sign-in-failed" ? t("wrong") : e.detail || e.title;
    else if (e instanceof DOMException) fault.value = t("cancelled");
    else throw e;
    document.querySelector<HTMLElement>("input:not([autocomplete=username])")?.focus();
  } finally {
    busy.value = false;
  }
}

function field(form: EventTarget | null, name: string): string {
  return String(new FormData(form as HTMLFormElement).get(name) ?? "").trim();
}

function first(e: SubmitEvent): void {
  e.preventDefault();
  const address = field(e.currentTarget, "address");
  const password = String(new FormData(e.currentTarget as HTMLFormElement).get("password") ?? "");
  void attempt(async () => ask<Step>("/auth/password", { body: { address, password: await seal(password) } }));
}

function second(e: SubmitEvent): void {
  e.preventDefault();
  const code = field(e.currentTarget, "code").replaceAll(/[\s-]/g, "");
  void attempt(() => ask<Step>(way.value === "totp" ? "/auth/totp" : "/auth/recovery", { body: { code } }));
}

function passkey(): void {
  void attempt(async () => ask<Step>("/auth/passkey/finish", { body: await assert() }));
}

function Fault() {
  return (
    <div role="alert" class="fault">
      {fault.value && <p class="note bad">{fault.value}</p>}
    </div>
  );
}

function First() {
  return (
    <form onSubmit={first}>
      <h1>{t("title")}</h1>
      <Fault />
      <label class="field">
        <span>{t("address")}</span>
        <input name="address" type="email" autocomplete="username webauthn" required autofocus inputmode="email" />
      </label>
      <label class="field">
        <span>{t("password")}</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <button class="button primary" disabled={busy.value}>{busy.value ? t("busy") : t("next")}</button>
      {available() && (
        <>
          <p class="or">{t("or")}</p>
          <button class="button" type="button" onClick={passkey} disabled={busy.value}>{t("passkey")}</button>
        </>
      )}
    </form>
  );
}

const others: Record<Way, "usePasskey" | "useTotp" | "useRecovery"> = { passkey: "usePasskey", totp: "useTotp", recovery: "useRecovery" };

function Second() {
  return (
    <form onSubmit={second}>
      <h1>{t("second")}</h1>
      <Fault />
      {way.value === "passkey" ? (
        <button class="button primary" type="button" onClick={passkey} disabled={busy.value}>{t("usePasskey")}</button>
      ) : (
        <>
          <label class="field" key={way.value}>
            <span>{t(way.value)}</span>
            <input name="code" required autofocus autocomplete={way.value === "totp" ? "one-time-code" : "off"} inputmode={way.value === "totp" ? "numeric" : "text"} />
          </label>
          <button class="button primary" disabled={busy.value}>{busy.value ? t("busy") : t("next")}</button>
        </>
      )}
      {ways.value!.filter((w) => w !== way.value && (w !== "passkey" || available())).map((w) => (
        <button class="button quiet" type="button" key={w} onClick={() => ((way.value = w), (fault.value = ""))}>{t(others[w])}</button>
      ))}
      <button class="button quiet" type="button" onClick={() => ((ways.value = null), (fault.value = ""))}>{t("back")}</button>
    </form>
  );
}

function Page() {
  return (
    <main>
      <div class="card">
        <p class="brand" aria-hidden="true">
          <svg viewBox="0 0 32 32" class="mark"><path d="M4 9h24M7 13h18M9 9v19M23 9v19" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" /></svg>
          Sekisho
        </p>
        {ways.value ? <Second /> : <First />}
        <p class="small">{t("lost")}</p>
      </div>
      <button class="button quiet" lang={language.value === "ja" ? "en" : "ja"} onClick={() => setLanguage(language.value === "ja" ? "en" : "ja")}>{t("other")}</button>
    </main>
  );
}

render(<Page />, document.getElementById("app")!);
