// The frame of the app: the bar above, the panes, and what lies over them.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Questions } from "../kit/dialog";
import { Icon, IconButton } from "../kit/icon";
import { Menu } from "../kit/menu";
import { ask } from "../kit/http";
import { language, remember, remembered, setLanguage } from "../kit/text";
import { setTheme, theme, type Theme } from "../kit/theme";
import { Toasts, fail } from "../kit/toast";
import { waiting } from "./act";
import { boxes, here, preference } from "./data";
import { Folders } from "./folder";
import { session } from "./jmap";
import { Help, help } from "./key";
import { List } from "./list";
import { Reader } from "./mail";
import { address, go, narrow, place } from "./place";
import { online } from "./push";
import { SearchBar } from "./searchbar";
import { StepUp } from "./step";
import { boxName, t } from "./word";
import { current, release, writing } from "./writing";

const drawer = signal(false);
const widths = signal<[number, number]>(read());

function read(): [number, number] {
  const [a, b] = (remembered("sekisho-widths") ?? "").split(" ").map(Number);
  return [a && a > 120 && a < 500 ? a : 224, b && b > 200 && b < 900 ? b : 380];
}

export async function signOut(): Promise<void> {
  try {
    release();
    await ask("/auth/sign-out", { body: {} });
    location.replace("/sign-in");
  } catch (e) {
    fail(e);
  }
}

// Split is the border between two panes: it is dragged, or moved with the arrow keys.
function Split({ which, label }: { which: 0 | 1; label: string }) {
  const [min, max] = which === 0 ? [160, 400] : [260, 720];
  const setTo = (v: number) => {
    const w: [number, number] = [...widths.value];
    w[which] = Math.max(min, Math.min(max, Math.round(v)));
    widths.value = w;
    remember("sekisho-widths", w.join(" "));
  };
  const down = (e: PointerEvent) => {
    const el = e.currentTarget as HTMLElement;
    const [x, start] = [e.clientX, widths.value[which]];
    el.setPointerCapture(e.pointerId);
    const moved = (m: PointerEvent) => setTo(start + m.clientX - x);
    el.addEventListener("pointermove", moved);
    el.addEventListener("lostpointercapture", () => el.removeEventListener("pointermove", moved), { once: true });
  };
  const key = (e: KeyboardEvent) => {
    const by = { ArrowLeft: -16, ArrowRight: 16 }[e.key];
    if (by) (e.preventDefault(), setTo(widths.value[which] + by));
  };
  return <div class="split" role="separator" aria-orientation="vertical" aria-label={label} aria-valuenow={widths.value[which]} aria-valuemin={min} aria-valuemax={max} tabIndex={0} onPointerDown={down} onKeyDown={key} />;
}

function AccountMenu() {
  const s = session.value;
  const name = s?.username ?? "";
  const themes: [Theme, string][] = [["system", t("system")], ["light", t("light")], ["dark", t("dark")]];
  return (
    <Menu label={`${t("account")}: ${name}`} class="face-button" items={[
      { label: name, icon: "person", run: () => {}, disabled: true },
      { label: t("settings"), icon: "gear", run: () => go({ screen: "setting" }) },
      { label: t("help"), icon: "help", run: () => (help.value = true) },
      ...themes.map(([v, label], i) => ({ label, run: () => setTheme(v), checked: theme.value === v, line: i === 0 })),
      { label: "English", run: () => setLanguage("en"), checked: language.value === "en", line: true },
      { label: "日本語", run: () => setLanguage("ja"), checked: language.value === "ja" },
      { label: t("signOut"), icon: "signOut", run: () => void signOut(), line: true },
    ]}>
      <span class="face" aria-hidden="true" data-tone="0">{name[0]?.toUpperCase()}</span>
      <span class="hidden">{t("account")}: {name}</span>
    </Menu>
  );
}

// Later shows a screen whose code is loaded when it is first wanted.
function Later({ load, name }: { load: () => Promise<{ default: ComponentType }>; name: string }) {
  const [C, set] = useState<ComponentType | null>(null);
  useEffect(() => {
    let now = true;
    set(null);
    load().then((m) => now && set(() => m.default), fail);
    return () => {
      now = false;
    };
  }, [name]);
  return C ? <C /> : <div class="empty" role="status">{t("loading")}</div>;
}

function Composer() {
  const d = current.value;
  return d ? <Later key={d.key} name={d.key} load={() => import("./compose").then(({ Compose }) => ({ default: () => <Compose d={d} /> }))} /> : null;
}

const screens = { kept: () => import("./kept"), contact: () => import("./contact"), setting: () => import("./setting") };

function Banner() {
  if (online.value && waiting.value.length === 0) return <div role="status" />;
  return <div role="status" class="offline">{!online.value && <span>{t("offline")}</span>} {waiting.value.length > 0 && <span>{t("waiting", { n: waiting.value.length })}</span>}</div>;
}

function title(): string {
  const p = place.value;
  const part = p.screen === "kept" ? t(p.part === "hold" ? "holds" : "quarantine") : p.screen === "contact" ? t("contacts") : p.screen === "setting" ? t("settings") : here.value ? boxName(here.value) : t("searchResult");
  const unread = boxes.value.find((b) => b.role === "inbox")?.unreadEmails ?? 0;
  return `${unread > 0 ? `(${unread}) ` : ""}${part} — Sekisho`;
}

export function Shell() {
  const p = place.value;
  const name = title();
  useEffect(() => {
    document.title = name;
  }, [name]);
  useEffect(() => {
    drawer.value = false;
  }, [p]);
  const write = () => void writing.write();
  const reading = p.screen === "mail" && !!p.mail;
  const [a, b] = widths.value;
  return (
    <div class={`shell ${preference.value.density} ${reading ? "reading" : ""} ${drawer.value ? "drawer" : ""}`} style={{ "--folders": `${a}px`, "--list": `${b}px` }}>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.querySelector<HTMLElement>("[role=listbox], main")?.focus())}>{t("mails")}</a>
      <header class="top">
        <IconButton icon="menu" label={t("menu")} onClick={() => (drawer.value = !drawer.value)} class="only-narrow" pressed={drawer.value} />
        <a class="brand" href={address({ screen: "mail" })} aria-label="Sekisho">
          <svg viewBox="0 0 32 32" class="mark" aria-hidden="true"><path d="M4 9h24M7 13h18M9 9v19M23 9v19" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" /></svg>
          <span>Sekisho</span>
        </a>
        <SearchBar />
        <AccountMenu />
      </header>
      <Banner />
      <div class="panes">
        <Folders onWrite={write} />
        <Split which={0} label={t("resizeFolders")} />
        <main tabIndex={-1} class={p.screen === "mail" ? "mail-screen" : "other-screen"}>
          {p.screen === "mail" ? <><List /><Split which={1} label={t("resizeList")} /><Reader /></> : <Later name={p.screen} load={screens[p.screen] as () => Promise<{ default: ComponentType }>} />}
        </main>
      </div>
      {drawer.value && <div class="veil" onClick={() => (drawer.value = false)} />}
      {narrow.value && p.screen === "mail" && !p.mail && <button type="button" class="round" aria-label={t("compose")} onClick={write}><Icon name="edit" size={22} /></button>}
      <Composer />
      <Help />
      <Questions />
      <StepUp />
      <Toasts />
    </div>
  );
}
