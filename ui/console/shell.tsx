// The frame of all screens: navigation by what the person may see, the contract, and his own menu.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../kit/http";
import { Icon, type IconName } from "../kit/icon";
import { catalogue, language, setLanguage } from "../kit/text";
import { setTheme, theme, type Theme } from "../kit/theme";
import { Toasts } from "../kit/toast";
import type { Contract, Grant, Me } from "./model";
import { contract, link, place, screen } from "./place";
import { read } from "./api";
import { StepUp } from "./step";
import { say } from "./wording";

export const t = catalogue({
  en: {
    menu: "Menu", skip: "Skip to content", nav: "Administration", out: "Sign out", security: "Security settings", language: "日本語", theme: "Appearance", system: "As the system", light: "Light", dark: "Dark", contracts: "Contracts", all: "All contracts", installation: "Installation",
    mail: "Mail", directory: "Directory", control: "Control", overview: "Overview", traces: "Message trace", quarantine: "Quarantine", hold: "Holds and approvals", queue: "Outbound queue", statistics: "Statistics", reports: "Reports of others", insiders: "Unusual conduct", accounts: "Accounts", aliases: "Aliases", groups: "Groups", partners: "Shared contacts", domains: "Domains",
    imports: "CSV import", policy: "Policy", senders: "Senders", links: "Links in mail", fingerprints: "Fingerprints", learned: "What was taught", changes: "Changes", grants: "Grants and accesses", settings: "Settings", tokens: "Access tokens", ledger: "Ledger", health: "Sandbox health", incidents: "Incidents", inquiries: "Inquiries", me: "Mine",
  },
  ja: {
    menu: "メニュー", skip: "本文へ移動", nav: "管理", out: "サインアウト", security: "セキュリティ設定", language: "English", theme: "表示", system: "システムに合わせる", light: "ライト", dark: "ダーク", contracts: "契約", all: "すべての契約", installation: "システム全体",
    mail: "メール", directory: "ディレクトリ", control: "統制", overview: "概況", traces: "メール追跡", quarantine: "隔離", hold: "保留と承認", queue: "送信キュー", statistics: "統計", reports: "他者からのレポート", insiders: "内部不正の兆候", accounts: "アカウント", aliases: "エイリアス", groups: "グループ", partners: "共有連絡先", domains: "ドメイン",
    imports: "CSV 取り込み", policy: "ポリシー", senders: "送信者の許可と拒否", links: "メール内のリンク", fingerprints: "フィンガープリント", learned: "学習の状況", changes: "変更履歴", grants: "閲覧許可と閲覧記録", settings: "設定", tokens: "アクセストークン", ledger: "台帳", health: "サンドボックスの状態", incidents: "インシデント", inquiries: "問い合わせ", me: "自分の設定",
  },
});

export type ScreenName = "overview" | "traces" | "quarantine" | "hold" | "queue" | "statistics" | "reports" | "insiders" | "accounts" | "aliases" | "groups" | "partners" | "domains" | "imports" | "policy" | "senders" | "links" | "fingerprints" | "learned" | "changes" | "grants" | "settings" | "tokens" | "contracts" | "ledger" | "health" | "incidents" | "inquiries";

export const me = signal<Me | null>(null);
const drawer = signal(false);
const named = signal<Contract | null>(null); // the contract that an operator looks at
const standing = signal(false); // and whether he has a grant for it

// within are an operator's rights in a contract while a grant stands: those of its administrator.
const within = ["trace:view", "kept:view", "kept:open", "kept:settle", "hold:approve", "queue:view", "queue:steer", "partner:view", "partner:change", "policy:view", "policy:change", "change:view", "account:change", "domain:change"];

// may says whether the person has a right where he is now. The server judges; this decides what is shown.
export function may(right: string): boolean {
  const m = me.value;
  return !!m && (m.rights.includes(right) || (m.role === "operator" && standing.value && within.includes(right)));
}

const icons: Record<ScreenName, IconName> = {
  overview: "home", traces: "search", quarantine: "shield", hold: "hold", queue: "outgoing", statistics: "chart", reports: "chart", insiders: "eye", accounts: "person", aliases: "forward", groups: "people", partners: "book", domains: "globe", imports: "upload", policy: "list", senders: "shield", links: "globe", fingerprints: "lock", learned: "book", changes: "edit", grants: "eye", settings: "gear",
  tokens: "key", contracts: "file", ledger: "lock", health: "shield", incidents: "alarm", inquiries: "mail",
};

interface Entry {
  name: ScreenName;
  right: string;
}

const groups: { title: "mail" | "directory" | "control"; entries: Entry[] }[] = [
  { title: "mail", entries: [{ name: "overview", right: "trace:view" }, { name: "traces", right: "trace:view" }, { name: "quarantine", right: "kept:view" }, { name: "hold", right: "kept:view" }, { name: "queue", right: "queue:view" }, { name: "statistics", right: "statistics:view" }, { name: "reports", right: "statistics:view" }] },
  { title: "directory", entries: [{ name: "accounts", right: "account:view" }, { name: "aliases", right: "account:view" }, { name: "groups", right: "account:view" }, { name: "partners", right: "partner:view" }, { name: "domains", right: "domain:view" }, { name: "imports", right: "account:change" }] },
  { title: "control", entries: [{ name: "policy", right: "policy:view" }, { name: "senders", right: "policy:view" }, { name: "links", right: "policy:view" }, { name: "fingerprints", right: "policy:view" }, { name: "learned", right: "policy:view" }, { name: "insiders", right: "insider:view" }, { name: "changes", right: "change:view" }, { name: "grants", right: "access:view" }, { name: "settings", right: "contract:view" }] },
];

const system: Entry[] = [{ name: "contracts", right: "contracts:manage" }, { name: "statistics", right: "system:view" }, { name: "health", right: "system:view" }, { name: "ledger", right: "system:view" }, { name: "incidents", right: "system:view" }, { name: "inquiries", right: "system:view" }];

// first is where somebody lands.
export function first(): (string | number)[] {
  const m = me.value!;
  if (m.role === "operator") return ["contracts"];
  if (m.role === "approver") return [m.contract, "hold"];
  const e = groups.flatMap((g) => g.entries).find((e) => may(e.right));
  return e ? [m.contract, e.name] : ["tokens"];
}

function Item({ path, label }: { path: (string | number)[]; label: string }) {
  const here = path.every((p, i) => String(p) === place.value.path[i]) && (path.length > 1 || !contract.value);
  return <a href={link(path)} aria-current={here ? "page" : undefined} onClick={() => (drawer.value = false)}><Icon name={icons[path[path.length - 1] as ScreenName]} />{label}</a>;
}

function Navigation() {
  const m = me.value!;
  const of = contract.value || (m.role === "operator" ? 0 : m.contract);
  return (
    <nav id="nav" class={drawer.value ? "open" : ""} aria-label={t("nav")}>
      {m.role === "operator" && <Group title={t("installation")}>{system.filter((e) => may(e.right)).map((e) => <Item path={[e.name]} label={t(e.name)} key={e.name} />)}</Group>}
      {of > 0 && m.role === "operator" && <p class="of">{named.value?.id === of ? named.value.name : `#${of}`}</p>}
      {of > 0 && groups.map((g) => {
        const shown = g.entries.filter((e) => may(e.right));
        return shown.length > 0 && <Group title={t(g.title)} key={g.title}>{shown.map((e) => <Item path={[of, e.name]} label={t(e.name)} key={e.name} />)}</Group>;
      })}
      <Group title={t("me")}><Item path={["tokens"]} label={t("tokens")} /></Group>
    </nav>
  );
}

function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

async function leave(): Promise<void> {
  await ask("/auth/sign-out", { body: {} });
  location.assign("/sign-in");
}

function Own() {
  const m = me.value!;
  const mailHost = location.host.replace(/^console\./, "mail.");
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const away = (e: Event) => box.current && !box.current.contains(e.target as Node) && (box.current.open = false);
    addEventListener("pointerdown", away);
    return () => removeEventListener("pointerdown", away);
  }, []);
  function key(e: KeyboardEvent): void {
    if (e.key !== "Escape" || !box.current!.open) return;
    box.current!.open = false;
    box.current!.querySelector("summary")!.focus();
  }
  return (
    <details class="own" ref={box} onKeyDown={key}>
      <summary class="button quiet"><span class="who">{m.name || m.address}</span></summary>
      <div class="sheet">
        <p><b>{m.address}</b><br />{say("role", m.role)} · {m.contractName}</p>
        <label class="field">
          <span>{t("theme")}</span>
          <select value={theme.value} onChange={(e) => setTheme(e.currentTarget.value as Theme)}>
            {(["system", "light", "dark"] as const).map((x) => <option value={x} key={x}>{t(x)}</option>)}
          </select>
        </label>
        <button class="button" lang={language.value === "ja" ? "en" : "ja"} onClick={() => setLanguage(language.value === "ja" ? "en" : "ja")}>{t("language")}</button>
        {mailHost !== location.host && <a class="button" href={`${location.protocol}//${mailHost}/#/setting/security`} rel="noreferrer">{t("security")}</a>}
        <button class="button" onClick={() => void leave()}>{t("out")}</button>
      </div>
    </details>
  );
}

// useContract learns about the contract that an operator looks at.
function useContract(): void {
  const of = contract.value;
  const key = place.value.path.join("/");
  useEffect(() => {
    if (me.value?.role !== "operator" || !of) return;
    if (named.value?.id !== of) void read<Contract>(`/contracts/${of}`).then((c) => (named.value = c), () => (named.value = null));
    void read<{ items: Grant[] }>(`/contracts/${of}/grants`).then((g) => (standing.value = g.items.some((x) => x.state === "standing" && x.who === me.value!.address)), () => (standing.value = false));
  }, [of, key]);
}

export function Shell({ children }: { children: ComponentChildren }) {
  useContract();
  const at = place.value.path.join("/");
  useEffect(() => {
    document.getElementById("content")?.scrollTo(0, 0);
    drawer.value = false;
  }, [at]);
  return (
    <div class="shell" onKeyDown={(e) => e.key === "Escape" && (drawer.value = false)}>
      <a class="skip" href={location.hash} onClick={(e) => (e.preventDefault(), document.getElementById("content")!.focus())}>{t("skip")}</a>
      <header class="top">
        <button class="button quiet burger" aria-expanded={drawer.value} aria-controls="nav" onClick={() => (drawer.value = !drawer.value)}>
          <Icon name="menu" />
          <span class="hidden">{t("menu")}</span>
        </button>
        <a class="brand" href={link(first())}>
          <svg viewBox="0 0 32 32" class="mark" aria-hidden="true"><path d="M4 9h24M7 13h18M9 9v19M23 9v19" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" /></svg>
          Sekisho <span>Console</span>
        </a>
        <span class="gap" />
        <Own />
      </header>
      {drawer.value && <div class="veil" onClick={() => (drawer.value = false)} />}
      <Navigation />
      <main id="content" tabIndex={-1} key={screen.value[0]}>{children}</main>
      <Toasts />
      <StepUp />
    </div>
  );
}
