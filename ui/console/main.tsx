// The administrators' app: who is signed in decides what is shown, the address which screen.
import { render } from "preact";
import "../kit/kit.css";
import "../kit/theme";
import { Problem } from "../kit/http";
import { catalogue, language, setLanguage, remembered } from "../kit/text";
import { session } from "../kit/typed";
import { read } from "./api";
import "../kit/list.css";
import "./console.css";
import "./detail.css";
import type { Me } from "./model";
import { Fault, Head, problemOf } from "./part";
import { contract, go, place, screen } from "./place";
import { screens } from "./screen";
import { Shell, first, me } from "./shell";

const t = catalogue({
  en: { nothing: "No such screen", about: "The address leads nowhere, or your role does not include it.", again: "Try again" },
  ja: { nothing: "画面が見つかりません", about: "アドレスが正しくないか、お使いの役割では利用できない画面です。", again: "再試行" },
});

function App() {
  const [name = "", ...rest] = screen.value;
  const s = screens.find((s) => s.name === name && s.within === contract.value > 0);
  return <Shell>{s ? s.view(rest) : <Head title={t("nothing")} about={t("about")} />}</Shell>;
}

async function start(): Promise<void> {
  const s = await session();
  if (!s.signedIn) return location.replace("/sign-in?to=" + encodeURIComponent("/" + location.hash));
  me.value = await read<Me>("/me");
  if (s.language && !remembered("sekisho-language") && s.language !== language.value) setLanguage(s.language);
  if (place.value.path.length === 0) go(first());
  if (me.value.role !== "operator" && contract.value && contract.value !== me.value.contract) go(first());
  render(<App />, document.getElementById("app")!);
}

function failed(e: unknown): void {
  const p = problemOf(e);
  if (p instanceof Problem && p.status === 401) return;
  render(<main class="alone"><Fault problem={p} again={() => location.reload()} /></main>, document.getElementById("app")!);
}

start().catch(failed);
