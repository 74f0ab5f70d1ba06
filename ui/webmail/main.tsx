// The webmail app: who is signed in sees his mailbox; who is not goes to the login page.
import { render } from "preact";
import "prosemirror-view/style/prosemirror.css";
import "../kit/kit.css";
import { Problem } from "../kit/http";
import { language, setLanguage } from "../kit/text";
import { setTheme, theme, type Theme } from "../kit/theme";
import { session } from "../kit/typed";
import "./compose.css";
import { identities, loadBoxes, optional, preference, usual } from "./data";
import { begin, capable, own } from "./jmap";
import type { Identity, Preference } from "./model";
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
  if (!(await session()).signedIn) return signIn();
  await begin();
  await Promise.all([
    loadBoxes(),
    capable(own) ? optional<Preference | null>("Preference/get", { ids: ["singleton"] }, null, (r) => r.list[0] ?? null).then((p) => p && prefer(p)) : undefined,
    optional<Identity[]>("Identity/get", { ids: null }, [], (r) => r.list).then((l) => (identities.value = l)),
  ]);
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
