// The webmail app: who is signed in sees his mailbox; who is not goes to the login page.
import { render } from "preact";
import "prosemirror-view/style/prosemirror.css";
import "../kit/kit.css";
import { Problem, ask } from "../kit/http";
import { language, setLanguage } from "../kit/text";
import { setTheme, theme, type Theme } from "../kit/theme";
import "./compose.css";
import { type Start, preference, takeStart, usual } from "./data";
import { session } from "./jmap";
import type { Preference } from "./model";
import { listen } from "./push";
import { Shell } from "./shell";
import "./webmail.css";
import "./screen.css";
import { t } from "./word";
import { recover } from "./writing";

const app = document.getElementById("app")!;

function signIn(): void {
  location.replace(`/sign-in?to=${encodeURIComponent("/" + location.hash)}`);
}

// prefer takes over the settings of the account; what this browser was told holds over them.
function prefer(p: Preference): void {
  preference.value = { ...usual, ...Object.fromEntries(Object.entries(p).filter(([, v]) => v !== null && v !== "")) };
  if ((p.language === "en" || p.language === "ja") && p.language !== language.value) setLanguage(p.language);
  if (["light", "dark"].includes(p.theme) && theme.value === "system") setTheme(p.theme as Theme);
}

async function start(): Promise<void> {
  const s = await ask<Start>("/jmap/start", { plain: true });
  if (!s.signedIn) return signIn();
  session.value = s.session;
  prefer(s.preference);
  takeStart(s);
  render(<Shell />, app);
  recover();
  listen();
}

function failed(e: unknown): void {
  if (e instanceof Problem && e.status === 401) return signIn();
  render(
    <main class="start-failed">
      <p class="note bad" role="alert">{e instanceof Error ? e.message : String(e)}</p>
      <button type="button" class="button" onClick={() => location.reload()}>{t("again")}</button>
    </main>,
    app,
  );
}

render(<p class="starting" role="status">{t("loading")}</p>, app);
start().catch(failed);
