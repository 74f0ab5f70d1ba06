// News from the server: an EventSource tells which kinds changed, and what is shown is loaded again. While the line is down
// the browser tries again by itself; what the person does meanwhile waits (act.ts).
import { signal } from "@preact/signals";
import { catalogue } from "../kit/text";
import { toast } from "../kit/toast";
import { retry } from "./act";
import { boxOf, boxes, inbox, known, listing, loadBoxes, mail } from "./data";
import { account } from "./jmap";
import { who } from "./model";

const t = catalogue({ en: { mail: "New mail from {who}", more: "{n} new mails" }, ja: { mail: "{who}さんから新着メール", more: "新着メール {n}件" } });

export const online = signal(navigator.onLine);

let states: Record<string, string> = {};
let running = false;
let again = false;

// look loads again what may have changed, one time after the other.
async function look(): Promise<void> {
  if (running) return void (again = true);
  running = true;
  try {
    const before = boxOf("inbox")?.unreadEmails ?? 0;
    await loadBoxes();
    await listing.value?.refresh();
    const fresh = (boxes.value.find((b) => b.id === inbox.value)?.unreadEmails ?? 0) - before;
    if (fresh > 0) announce(fresh);
  } catch {
    // The next event, or the line's return, brings another chance.
  } finally {
    running = false;
    if (again) {
      again = false;
      setTimeout(look, 500);
    }
  }
}

function announce(n: number): void {
  const newest = listing.value?.at(0);
  const m = newest ? mail(newest) : undefined;
  const known = n === 1 && m && !m.keywords.$seen && m.mailboxIds[inbox.value];
  toast({ text: known ? t("mail", { who: who(m!.from?.[0]) }) : t("more", { n }), seconds: 4 });
}

// listen opens the line. It is opened once; the browser keeps it.
export function listen(): void {
  const s = new EventSource("/jmap/events?types=*&closeafter=no&ping=30");
  s.addEventListener("state", (e) => {
    const changed = (JSON.parse((e as MessageEvent<string>).data) as { changed?: Record<string, Record<string, string>> }).changed?.[account()] ?? {};
    const first = Object.keys(states).length === 0 && changed.Mailbox === known.mailboxes; // nothing happened since the app was loaded
    const news = !first && Object.entries(changed).some(([k, v]) => (k === "Email" || k === "Mailbox" || k === "Thread") && states[k] !== v);
    states = { ...states, ...changed };
    if (news) void look();
  });
  s.onopen = () => {
    if (!online.value) void look();
    online.value = true;
    void retry();
  };
  s.onerror = () => {
    online.value = navigator.onLine && s.readyState !== EventSource.CLOSED && online.value && failures++ < 2;
    if (s.readyState === EventSource.CLOSED) setTimeout(listen, 10_000);
  };
  s.addEventListener("open", () => (failures = 0));
}

let failures = 0;
addEventListener("offline", () => (online.value = false));
addEventListener("online", () => void look().then(() => (online.value = true)));
