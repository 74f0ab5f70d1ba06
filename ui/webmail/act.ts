// What is done to mails: shown at once, told to the server, and undone from the toast. What cannot be told because the line
// is down waits and is told when it is back.
import { signal } from "@preact/signals";
import { Problem } from "../kit/http";
import { fail, toast } from "../kit/toast";
import { confirm } from "../kit/dialog";
import { alter, boxOf, boxes, here, listing, loadBoxes, mail, threadOf } from "./data";
import { Refusal, call, type Changed } from "./jmap";
import { go, place } from "./place";
import { t } from "./word";

type Patch = Record<string, unknown>;

export const selected = signal<ReadonlySet<string>>(new Set());
export const waiting = signal<Record<string, Patch>[]>([]);

// tell sends changes of mails; those that meet a broken line wait, in order.
async function tell(update: Record<string, Patch>): Promise<void> {
  if (waiting.value.length > 0) {
    waiting.value = [...waiting.value, update];
    return;
  }
  try {
    await push(update);
  } catch (e) {
    if (!(e instanceof Problem) || (e.status !== 0 && e.status < 502)) throw e;
    waiting.value = [...waiting.value, update];
    setTimeout(retry, 5000);
  }
}

async function push(update: Record<string, Patch>): Promise<void> {
  const ids = Object.keys(update);
  for (let i = 0; i < ids.length; i += 200) {
    const some = Object.fromEntries(ids.slice(i, i + 200).map((id) => [id, update[id]!]));
    const r = await call<Changed<unknown>>("Email/set", { update: some });
    const bad = r.notUpdated && Object.entries(r.notUpdated).find(([, f]) => f.type !== "notFound"); // gone already: another client was faster
    if (bad) throw new Refusal(bad[1].type, bad[1].description ?? "");
  }
}

let retrying = false;

// retry tells what waits.
export async function retry(): Promise<void> {
  if (retrying) return;
  retrying = true;
  try {
    while (waiting.value.length > 0) {
      await push(waiting.value[0]!);
      waiting.value = waiting.value.slice(1);
    }
    void loadBoxes().catch(() => {});
  } catch (e) {
    if (e instanceof Problem && (e.status === 0 || e.status >= 502)) setTimeout(retry, 5000);
    else {
      waiting.value = waiting.value.slice(1);
      fail(e);
      if (waiting.value.length > 0) setTimeout(retry, 1000);
    }
  } finally {
    retrying = false;
  }
}
addEventListener("online", () => void retry());

// targets are the mails an act is about: the chosen ones, or the open one; with threads, all of the conversation that lie here.
export function targets(): string[] {
  const ids = selected.value.size > 0 ? [...selected.value] : place.value.mail ? [place.value.mail] : [];
  const box = here.value?.id;
  if (!listing.value?.threaded || !box) return ids;
  const all = new Set(ids);
  for (const id of ids) {
    const m = mail(id);
    if (m) for (const other of threadOf(m)) if (mail(other)?.mailboxIds[box]) all.add(other);
  }
  return [...all];
}

// leave takes mails out of the list, and opens the next when the open one is among them.
function leave(ids: string[]): void {
  const l = listing.value;
  const open = place.value.mail;
  if (open && ids.includes(open) && l) {
    const i = l.index(open);
    const next = [...l.known().slice(i + 1), ...l.known().slice(0, Math.max(0, i)).reverse()].find((id) => !ids.includes(id));
    l.take(ids);
    go({ ...place.value, mail: matchMedia("(max-width: 760px)").matches ? "" : (next ?? "") }, true);
  } else l?.take(ids);
  selected.value = new Set();
}

// shift counts mails of a mailbox before the server does.
function shift(update: Record<string, Patch>, from: (id: string) => Record<string, boolean>, to: string): void {
  const change = new Map<string, [number, number]>();
  for (const id of Object.keys(update)) {
    const unread = mail(id)?.keywords.$seen ? 0 : 1;
    for (const b of Object.keys(from(id))) change.set(b, [(change.get(b)?.[0] ?? 0) - 1, (change.get(b)?.[1] ?? 0) - unread]);
    change.set(to, [(change.get(to)?.[0] ?? 0) + 1, (change.get(to)?.[1] ?? 0) + unread]);
  }
  boxes.value = boxes.value.map((b) => {
    const c = change.get(b.id);
    return c ? { ...b, totalEmails: Math.max(0, b.totalEmails + c[0]), unreadEmails: Math.max(0, b.unreadEmails + c[1]) } : b;
  });
}

// move puts mails into a mailbox, out of all others.
export async function move(ids: string[], to: string, said?: string): Promise<void> {
  const before = new Map(ids.map((id) => [id, mail(id)?.mailboxIds ?? {}]));
  ids = ids.filter((id) => !before.get(id)![to] || Object.keys(before.get(id)!).length > 1);
  if (ids.length === 0) return;
  const update = Object.fromEntries(ids.map((id) => [id, { mailboxIds: { [to]: true } }]));
  const at = listing.value;
  shift(update, (id) => before.get(id)!, to);
  leave(ids);
  alter(ids, (m) => ({ ...m, mailboxIds: { [to]: true } }));
  const back = async () => {
    alter(ids, (m) => ({ ...m, mailboxIds: before.get(m.id)! }));
    await tell(Object.fromEntries(ids.map((id) => [id, { mailboxIds: before.get(id)! }])));
    at?.restore(ids);
    await loadBoxes();
  };
  try {
    await tell(update);
    const name = boxes.value.find((b) => b.id === to)?.name ?? "";
    toast({ text: said ?? t("movedTo", { n: ids.length, box: name }), action: { label: t("undo"), run: () => void back().catch(fail) } });
  } catch (e) {
    fail(e);
    alter(ids, (m) => ({ ...m, mailboxIds: before.get(m.id)! }));
    at?.restore(ids);
  }
}

async function toRole(role: string, said: "archived" | "trashed" | "junked" | "notJunked", ids: string[]): Promise<void> {
  const b = boxOf(role);
  if (b) await move(ids, b.id, t(said, { n: ids.length }));
  else toast({ text: t("noBox"), kind: "bad" });
}

export const archive = (ids = targets()) => toRole("archive", "archived", ids);
export const junk = (ids = targets()) => (here.value?.role === "junk" ? toRole("inbox", "notJunked", ids) : toRole("junk", "junked", ids));

// trash moves to the trash; what lies there is destroyed, after a question.
export async function trash(ids = targets()): Promise<void> {
  if (ids.length === 0) return;
  if (here.value?.role !== "trash") return toRole("trash", "trashed", ids);
  await destroy(ids);
}

export async function destroy(ids: string[]): Promise<void> {
  if (!(await confirm({ title: t("destroyTitle"), text: t("destroyText", { n: ids.length }), yes: t("destroy"), danger: true }))) return;
  const at = listing.value;
  leave(ids);
  try {
    await call("Email/set", { destroy: ids });
    toast({ text: t("destroyed", { n: ids.length }) });
    await loadBoxes();
  } catch (e) {
    fail(e);
    at?.restore(ids);
  }
}

// mark sets or clears a keyword.
export async function mark(ids: string[], keyword: string, on: boolean, undo = true): Promise<void> {
  const changed = ids.filter((id) => !!mail(id)?.keywords[keyword] !== on);
  if (changed.length === 0) return;
  const show = (v: boolean) => {
    if (keyword === "$seen") count(changed, v);
    alter(changed, (m) => {
      const keywords = { ...m.keywords };
      if (v) keywords[keyword] = true;
      else delete keywords[keyword];
      return { ...m, keywords };
    });
  };
  const say = (v: boolean) => tell(Object.fromEntries(changed.map((id) => [id, { [`keywords/${keyword}`]: v ? true : null }])));
  show(on);
  try {
    await say(on);
    if (undo && changed.length > 1) toast({ text: t("changed", { n: changed.length }), action: { label: t("undo"), run: () => (show(!on), void say(!on).catch(fail)) } });
  } catch (e) {
    show(!on);
    fail(e);
  }
}

function count(ids: string[], seen: boolean): void {
  boxes.value = boxes.value.map((b) => {
    const n = ids.filter((id) => mail(id)?.mailboxIds[b.id]).length;
    return n ? { ...b, unreadEmails: Math.max(0, b.unreadEmails + (seen ? -n : n)) } : b;
  });
}

export const flag = (ids = targets()) => mark(ids, "$flagged", !ids.every((id) => mail(id)?.keywords.$flagged));
export const seen = (on: boolean, ids = targets()) => mark(ids, "$seen", on);
