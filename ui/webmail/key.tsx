// Keyboard shortcuts: one key each, as in the mail programs people know. They can be turned off, and rest while something is
// typed (WCAG 2.1.4).
import { signal } from "@preact/signals";
import { Dialog } from "../kit/dialog";
import { catalogue } from "../kit/text";
import { archive, flag, junk, seen, selected, trash } from "./act";
import { listing, mail, preference } from "./data";
import { choose } from "./list";
import { go, place } from "./place";
import { current, writing } from "./writing";

const t = catalogue({
  en: { title: "Keyboard shortcuts", next: "Next mail", before: "Mail before", open: "Open, or first mail", back: "Back to the list", write: "Write", reply: "Reply", all: "Reply to all", forward: "Forward", archive: "Archive", trash: "Delete", junk: "Junk or not", flag: "Flag", choose: "Select", search: "Search", help: "This help", unread: "Mark as unread", read: "Mark as read", send: "Send (while writing)", inbox: "Inbox", off: "Shortcuts can be turned off in the settings." },
  ja: { title: "キーボードショートカット", next: "次のメール", before: "前のメール", open: "開く(または先頭のメール)", back: "一覧へ戻る", write: "メール作成", reply: "返信", all: "全員に返信", forward: "転送", archive: "アーカイブ", trash: "削除", junk: "迷惑メール", flag: "フラグ", choose: "選択", search: "検索", help: "このヘルプ", unread: "未読にする", read: "既読にする", send: "送信(作成中)", inbox: "受信トレイ", off: "ショートカットは設定で無効にできます。" },
});

export const help = signal(false);

type Word = Parameters<typeof t>[0];

const keys: [string, Word][] = [
  ["j", "next"], ["k", "before"], ["Enter", "open"], ["u", "back"], ["c", "write"], ["r", "reply"], ["a", "all"], ["f", "forward"], ["e", "archive"], ["#", "trash"], ["!", "junk"], ["s", "flag"], ["x", "choose"], ["Shift+U", "unread"], ["Shift+I", "read"], ["/", "search"], ["g", "inbox"], ["?", "help"], ["Ctrl+Enter", "send"],
];

function step(by: number): void {
  const l = listing.value;
  if (!l || l.total <= 0) return;
  const i = place.value.mail ? l.index(place.value.mail) + by : 0;
  const id = l.at(Math.max(0, Math.min(l.total - 1, i)));
  if (id) go({ ...place.value, mail: id }, !!place.value.mail);
}

const open = () => (place.value.mail ? mail(place.value.mail) : undefined);

const acts: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => (place.value.mail ? document.querySelector<HTMLElement>(".reader-in")?.focus() : step(0)),
  u: () => go({ ...place.value, mail: "" }),
  Escape: () => (selected.value.size > 0 ? (selected.value = new Set()) : go({ ...place.value, mail: "" })),
  c: () => void writing.write(),
  r: () => open() && void writing.reply(open()!, false),
  a: () => open() && void writing.reply(open()!, true),
  f: () => open() && void writing.forward(open()!),
  e: () => void archive(),
  "#": () => void trash(),
  Delete: () => void trash(),
  "!": () => void junk(),
  s: () => void flag(),
  x: () => place.value.mail && choose(place.value.mail),
  U: () => void seen(false),
  I: () => void seen(true),
  "/": () => document.querySelector<HTMLInputElement>("#search")?.focus(),
  g: () => go({ screen: "mail" }),
  "?": () => (help.value = true),
};

// pressed does what a key stands for, and says whether it stands for anything.
export function pressed(key: string): boolean {
  if (!preference.value.shortcuts && key !== "Escape") return false;
  if (place.value.screen !== "mail" && !["c", "/", "?", "g"].includes(key)) return false;
  const act = acts[key];
  if (!act || current.value) return false;
  act();
  return true;
}

addEventListener("keydown", (e) => {
  const at = e.target as HTMLElement;
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.defaultPrevented) return;
  if (at.closest?.("input, textarea, select, [contenteditable=true], dialog, [role=menu]")) return;
  const button = at.closest?.("button, a, summary, [role=checkbox]");
  if (button && ["Enter", " "].includes(e.key)) return;
  if (["ArrowDown", "ArrowUp"].includes(e.key) && at.getAttribute?.("role") !== "listbox") return;
  if (pressed(e.key)) e.preventDefault();
});

export function Help() {
  if (!help.value) return null;
  return (
    <Dialog title={t("title")} onClose={() => (help.value = false)} wide>
      <dl class="keys">
        {keys.map(([k, w]) => <div key={k}><dt><kbd>{k}</kbd></dt><dd>{t(w)}</dd></div>)}
      </dl>
      <p>{t("off")}</p>
    </Dialog>
  );
}
