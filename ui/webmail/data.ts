// Mailboxes, mails and the list that is shown, as far as the browser has them.
import { computed, signal } from "@preact/signals";
import { fail } from "../kit/toast";
import { type Session, call, chain, ref } from "./jmap";
import type { Email, Identity, Mailbox, Preference } from "./model";
import { list, place } from "./place";
import { filter } from "./query";

export const boxes = signal<Mailbox[]>([]);
export const identities = signal<Identity[]>([]);

export const usual: Preference = {
  language: "", theme: "auto", undoSeconds: 10, remotePictures: "ask", density: "normal", threads: true, confirmOutside: true, confirmAttachment: true, shortcuts: true,
};
export const preference = signal<Preference>(usual);

export function boxOf(role: string): Mailbox | undefined {
  return boxes.value.find((b) => b.role === role);
}

export const inbox = computed(() => boxOf("inbox")?.id ?? boxes.value[0]?.id ?? "");

// here is the mailbox of the list; undefined while searching.
export const here = computed(() => (place.value.screen === "mail" && place.value.part !== "search" ? boxes.value.find((b) => b.id === (place.value.part || inbox.value)) : undefined));

export const known = { mailboxes: "" }; // the state of what was loaded last

export async function loadBoxes(): Promise<void> {
  const r = await call<{ state: string; list: Mailbox[] }>("Mailbox/get", { ids: null });
  known.mailboxes = r.state;
  boxes.value = r.list;
}

// Start is all that the app needs at first, in one answer (GET /jmap/start).
export interface Start {
  signedIn: boolean;
  session: Session;
  preference: Preference;
  threads: boolean;
  inbox?: string;
  answers: Record<string, any>;
}

// takeStart keeps what came.
export function takeStart(s: Start): void {
  known.mailboxes = s.answers["Mailbox/get"].state;
  identities.value = s.answers["Identity/get"]?.list ?? [];
  const q = s.answers["Email/query"];
  if (s.inbox && q && s.answers["Thread/get"]) {
    const first = new Listing({ inMailbox: s.inbox }, s.threads);
    first.begin(q, s.answers["Email/get"].list, s.answers["Thread/get"].list);
    last = { key: JSON.stringify([first.filter, first.threaded]), listing: first };
  }
  boxes.value = s.answers["Mailbox/get"].list;
}

// optional asks for what a server may not have: the usual when it does not.
export async function optional<T>(name: string, args: Record<string, unknown>, usual: T, take: (r: Record<string, any>) => T): Promise<T> {
  try {
    return take(await call(name, args));
  } catch (e) {
    console.info(`${name}: ${e instanceof Error ? e.message : e}`);
    return usual;
  }
}

export const listed = ["id", "threadId", "mailboxIds", "keywords", "from", "to", "subject", "receivedAt", "size", "hasAttachment", "preview"];

// mails are those that have been loaded; a change of one makes a new object, so that lists notice.
const mails = new Map<string, Email>();
const threads = new Map<string, string[]>();
export const version = signal(0); // goes up with every change of what is above or of a list

export function mail(id: string): Email | undefined {
  return mails.get(id);
}

export function threadOf(m: Email): string[] {
  return threads.get(m.threadId) ?? [m.id];
}

export function keep(list: Email[]): void {
  for (const m of list) mails.set(m.id, { ...mails.get(m.id), ...m });
  if (mails.size > 20_000) for (const id of [...mails.keys()].slice(0, 10_000)) mails.delete(id);
  version.value++;
}

export function alter(ids: string[], change: (m: Email) => Email): void {
  for (const id of ids) {
    const m = mails.get(id);
    if (m) mails.set(id, change(m));
  }
  version.value++;
}

const page = 50;

// Listing is one mailbox or search as a list of positions, loaded page by page where it is looked at.
export class Listing {
  total = -1; // not known yet
  private ids: (string | undefined)[] = [];
  private asked = new Set<number>();
  private gone = new Set<string>(); // taken away here before the server says so
  private generation = 0;
  failed: unknown = null;

  constructor(
    readonly filter: Record<string, unknown>,
    readonly threaded: boolean,
  ) {}

  // at is the mail at a position: undefined when it has not come yet, which asks for it.
  at(i: number): string | undefined {
    const id = this.ids[i];
    if (id === undefined) this.want(i);
    return id;
  }

  index(id: string): number {
    return this.ids.indexOf(id);
  }

  known(): string[] {
    return this.ids.filter((x): x is string => !!x);
  }

  want(i: number): void {
    const p = Math.floor(Math.max(0, i) / page);
    if (this.asked.has(p) || (this.total >= 0 && p * page >= this.total)) return;
    this.asked.add(p);
    void this.load(p, this.generation);
  }

  // begin takes the first lines, which came before the list was there; the rest of its first page comes when there is time.
  begin(q: { ids: string[]; total: number }, list: Email[], conversations: { id: string; emailIds: string[] }[]): void {
    for (const t of conversations) threads.set(t.id, t.emailIds);
    this.total = q.total;
    this.ids = [...q.ids];
    this.ids.length = this.total;
    this.asked.add(0);
    keep(list);
    if (q.ids.length < Math.min(page, this.total)) setTimeout(() => void this.load(0, this.generation), 500);
  }

  private async load(p: number, generation: number): Promise<void> {
    try {
      const [q, got, th] = await chain([
        ["Email/query", { filter: this.filter, sort: [{ property: "receivedAt", isAscending: false }], position: p * page, limit: page, calculateTotal: true, collapseThreads: this.threaded }],
        ["Email/get", { "#ids": ref(0, "Email/query", "/ids"), properties: listed }],
        ["Thread/get", { "#ids": ref(1, "Email/get", "/list/*/threadId") }],
      ]);
      if (generation !== this.generation) return;
      for (const t of th!.list as { id: string; emailIds: string[] }[]) threads.set(t.id, t.emailIds);
      const ids = (q!.ids as string[]).filter((id) => !this.gone.has(id));
      this.total = Math.max(0, Number(q!.total) - (q!.ids.length - ids.length));
      for (let i = 0; i < ids.length; i++) this.ids[p * page + i] = ids[i];
      this.ids.length = this.total;
      this.failed = null;
      keep(got!.list);
    } catch (e) {
      if (generation !== this.generation) return;
      this.failed = e;
      setTimeout(() => generation === this.generation && (this.asked.delete(p), version.value++), 15_000); // then it may be asked for again
      if (this.total < 0) version.value++;
      else fail(e);
    }
  }

  // take removes mails from the list at once; what comes after moves up.
  take(ids: string[]): void {
    const s = new Set(ids);
    for (const id of ids) this.gone.add(id);
    const before = this.ids.length;
    this.ids = Array.from(this.ids).filter((id) => id === undefined || !s.has(id));
    this.total -= before - this.ids.length;
    this.ids.length = Math.max(0, this.total);
    version.value++;
  }

  restore(ids: string[]): void {
    for (const id of ids) this.gone.delete(id);
    void this.refresh();
  }

  // refresh loads again what is looked at, without a moment of emptiness.
  async refresh(): Promise<void> {
    this.generation++;
    const pages = [...this.asked].sort((a, b) => a - b);
    this.asked = new Set(pages.slice(0, 1).concat(this.near).filter((p, i, all) => all.indexOf(p) === i));
    this.gone.clear();
    const again = [...this.asked];
    if (again.length === 0) again.push(0);
    for (const p of pages) if (!this.asked.has(p)) for (let i = p * page; i < (p + 1) * page && i < this.ids.length; i++) this.ids[i] = undefined;
    await Promise.all(again.map((p) => (this.asked.add(p), this.load(p, this.generation))));
  }

  private near: number[] = [];

  // look tells which positions are in sight.
  look(from: number, to: number): void {
    this.near = [];
    for (let p = Math.floor(from / page); p <= Math.floor(to / page); p++) this.near.push(p);
    this.want(from);
    this.want(to);
    if (to + page < this.total) this.want(to + page / 2); // what is scrolled to next
  }
}

let last: { key: string; listing: Listing } | null = null;

// listing is the list of the place where the person is; null until the mailboxes are known.
export const listing = computed<Listing | null>(() => {
  const [screen, part, query] = JSON.parse(list.value) as [string, string, string];
  if (screen !== "mail" || inbox.value === "") return last?.listing ?? null;
  const f = part === "search" ? filter(query, boxes.peek()) : { inMailbox: part || inbox.value };
  const threaded = preference.value.threads && part !== "search";
  const key = JSON.stringify([f, threaded]);
  if (last?.key !== key) last = { key, listing: new Listing(f, threaded) };
  return last.listing;
});

// loadThread gives the mails of a conversation, oldest first.
export async function loadThread(m: Email): Promise<string[]> {
  const r = await call<{ list: { emailIds: string[] }[] }>("Thread/get", { ids: [m.threadId] });
  const ids = r.list[0]?.emailIds ?? [m.id];
  threads.set(m.threadId, ids);
  const missing = ids.filter((id) => !mails.has(id));
  if (missing.length > 0) keep((await call<{ list: Email[] }>("Email/get", { ids: missing, properties: listed })).list);
  return ids;
}

export async function loadMail(id: string): Promise<Email | undefined> {
  if (!mails.has(id)) keep((await call<{ list: Email[] }>("Email/get", { ids: [id], properties: listed })).list);
  return mails.get(id);
}
