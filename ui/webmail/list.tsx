// The middle pane: a list of any length, of which only the rows in sight exist.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon, IconButton } from "../kit/icon";
import { Menu, type Item } from "../kit/menu";
import { language } from "../kit/text";
import { archive, destroy, flag, junk, mark, move, seen, selected, targets, trash } from "./act";
import { boxes, here, listing, mail, preference, threadOf, version } from "./data";
import { sorted } from "./folder";
import { call, session } from "./jmap";
import { who, type Email } from "./model";
import { go, place } from "./place";
import { boxName, t } from "./word";

export function rowHeight(): number {
  return preference.value.density === "compact" ? 58 : 78;
}

export function when(iso: string, now = new Date()): string {
  const d = new Date(iso);
  if (Number.isNaN(d.getTime())) return "";
  const day = (x: Date) => new Date(x.getFullYear(), x.getMonth(), x.getDate()).getTime();
  if (day(d) === day(now)) return new Intl.DateTimeFormat(language.value, { hour: "2-digit", minute: "2-digit" }).format(d);
  const same = d.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(language.value, same ? { month: "short", day: "numeric" } : { year: "numeric", month: "2-digit", day: "2-digit" }).format(d);
}

// people names those of a row: the senders, or whom it went to when it is one's own.
function people(m: Email): string {
  const mine = here.value?.role === "sent" || here.value?.role === "drafts";
  if (mine) return `${t("to")}: ${(m.to ?? []).map(who).join(", ")}`;
  const me = session.value?.username;
  const names = (listing.value?.threaded ? threadOf(m) : [m.id]).map((id) => mail(id)?.from?.[0] ?? (id === m.id ? m.from?.[0] : undefined)).filter(Boolean);
  const all = [...new Set(names.map((a) => (a!.email === me ? t("you") : who(a))))];
  return all.length > 0 ? all.join(", ") : who(m.from?.[0]);
}

export const labelsOf = (m: Email) => Object.keys(m.keywords).filter((k) => !k.startsWith("$"));

export function choose(id: string, on?: boolean): void {
  const s = new Set(selected.value);
  if (on ?? !s.has(id)) s.add(id);
  else s.delete(id);
  selected.value = s;
}

function range(to: string): void {
  const l = listing.value!;
  const from = Math.max(0, l.index(place.value.mail || [...selected.value].pop() || to));
  const [a, b] = [from, l.index(to)].sort((x, y) => x - y) as [number, number];
  const s = new Set(selected.value);
  for (let i = a; i <= b; i++) {
    const id = l.at(i);
    if (id) s.add(id);
  }
  selected.value = s;
}

function Row({ id, index, total }: { id: string; index: number; total: number }) {
  void version.value; // a row is drawn again when a mail changes, not only when its place does
  const m = mail(id);
  if (!m) return null;
  const open = place.value.mail === id;
  const chosen = selected.value.has(id);
  const n = listing.value?.threaded ? threadOf(m).length : 1;
  const unread = !m.keywords.$seen;
  const subject = m.subject || t("noSubject");
  const click = (e: MouseEvent) => {
    if (e.shiftKey) range(id);
    else if (e.ctrlKey || e.metaKey) choose(id);
    else go({ ...place.value, mail: id });
  };
  const drag = (e: DragEvent) => {
    const ids = chosen ? [...selected.value] : [id];
    e.dataTransfer!.setData("application/x-sekisho-mail", ids.join(" "));
    e.dataTransfer!.effectAllowed = "move";
  };
  return (
    <div class={`row ${open ? "open" : ""} ${chosen ? "chosen" : ""} ${unread ? "unread" : ""}`} role="option" id={`row-${id}`} aria-selected={open || chosen} aria-posinset={index + 1} aria-setsize={total} draggable onDragStart={drag} onClick={click}
      style={{ top: `${index * rowHeight()}px`, height: `${rowHeight()}px` }}>
      <span class={`tick ${chosen ? "on" : ""}`} aria-hidden="true" onClick={(e) => (e.stopPropagation(), e.shiftKey ? range(id) : choose(id))}>{chosen && <Icon name="check" size={14} />}</span>
      <span class="line">
        {unread && <span class="hidden">{t("unread")}, </span>}
        <span class="people">{people(m)}</span>
        {n > 1 && <span class="thread">{n}</span>}
        <time dateTime={m.receivedAt}>{when(m.receivedAt)}</time>
      </span>
      <span class="line">
        <span class="subject">{subject}</span>
        {labelsOf(m).slice(0, 2).map((k) => <span class="tag" key={k}>{k}</span>)}
        {m.keywords.$answered && <><Icon name="reply" size={15} /><span class="hidden">{t("answered")}</span></>}
        {m.hasAttachment && <><Icon name="clip" size={15} /><span class="hidden">{t("hasAttachment")}</span></>}
        <span class={`star ${m.keywords.$flagged ? "on" : ""}`} aria-hidden="true" onClick={(e) => (e.stopPropagation(), void flag([id]))}><Icon name="star" size={16} filled={!!m.keywords.$flagged} /></span>
        {m.keywords.$flagged && <span class="hidden">{t("flagged")}</span>}
      </span>
      {preference.value.density !== "compact" && <span class="preview">{m.preview}</span>}
    </div>
  );
}

export function moveItems(ids: () => string[]): Item[] {
  return sorted(boxes.value).filter(({ box }) => box.id !== here.value?.id && box.role !== "drafts").map(({ box }) => ({ label: boxName(box), icon: "folder" as const, run: () => void move(ids(), box.id) }));
}

async function emptyTrash(): Promise<void> {
  const r = await call<{ ids: string[] }>("Email/query", { filter: { inMailbox: here.value!.id }, limit: 500 });
  if (r.ids.length > 0) await destroy(r.ids);
}

function Bar() {
  void version.value;
  const l = listing.value;
  const n = selected.value.size;
  const all = () => (selected.value = new Set(l?.known() ?? []));
  if (n === 0) {
    return (
      <div class="list-bar">
        <span class="tick" role="checkbox" aria-checked="false" tabIndex={0} aria-label={t("selectAll")} onClick={all} onKeyDown={(e) => e.key === " " && (e.preventDefault(), all())} />
        <h1>{here.value ? boxName(here.value) : t("searchResult")}</h1>
        <span class="total">{l && l.total >= 0 ? l.total.toLocaleString() : ""}</span>
        {here.value?.role === "trash" && !!l && l.total > 0 && <button type="button" class="button quiet" onClick={() => void emptyTrash()}>{t("emptyTrash")}</button>}
        <IconButton icon="refresh" label={t("refresh")} onClick={() => void l?.refresh()} />
      </div>
    );
  }
  const ids = targets();
  return (
    <div class="list-bar" role="toolbar" aria-label={t("chosen", { n })}>
      <span class="tick on" role="checkbox" aria-checked="mixed" tabIndex={0} aria-label={t("none")} onClick={() => (selected.value = new Set())} onKeyDown={(e) => e.key === " " && (e.preventDefault(), (selected.value = new Set()))}><Icon name="minus" size={14} /></span>
      <span class="chosen-count" role="status">{t("chosen", { n })}</span>
      <IconButton icon="archive" label={t("archive")} onClick={() => void archive()} />
      <IconButton icon="trash" label={here.value?.role === "trash" ? t("destroy") : t("trash")} onClick={() => void trash()} />
      <IconButton icon="junk" label={here.value?.role === "junk" ? t("notJunk") : t("junk")} onClick={() => void junk()} />
      <Menu label={t("move")} icon="move" items={moveItems(() => ids)} />
      <Menu label={t("more")} items={[
        { label: t("markRead"), icon: "mail", run: () => void seen(true, ids) },
        { label: t("markUnread"), icon: "unread", run: () => void seen(false, ids) },
        { label: t("flag"), icon: "star", run: () => void mark(ids, "$flagged", true) },
        { label: t("unflag"), icon: "star", run: () => void mark(ids, "$flagged", false) },
        { label: t("selectAll"), icon: "check", line: true, run: all },
      ]} />
    </div>
  );
}

export function List() {
  const l = listing.value;
  const pane = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(800);
  void version.value;
  useEffect(() => {
    const o = new ResizeObserver(() => (height.value = pane.current?.clientHeight ?? 800));
    if (pane.current) o.observe(pane.current);
    return () => o.disconnect();
  }, []);
  useEffect(() => {
    if (pane.current) pane.current.scrollTop = 0;
    top.value = 0;
    selected.value = new Set();
  }, [l]);
  const h = rowHeight();
  const open = place.value.mail;
  useEffect(() => {
    const i = open && l ? l.index(open) : -1;
    const p = pane.current;
    if (i < 0 || !p) return;
    if (i * h < p.scrollTop) p.scrollTop = i * h;
    else if ((i + 1) * h > p.scrollTop + p.clientHeight) p.scrollTop = (i + 1) * h - p.clientHeight;
  }, [open]);
  const from = Math.max(0, Math.floor(top.value / h) - 6);
  const to = Math.ceil((top.value + height.value) / h) + 6;
  useEffect(() => l?.look(from, to), [l, from, to, version.value]);
  const total = l?.total ?? -1;
  const rows = [];
  for (let i = from; i < Math.min(to, total); i++) {
    const id = l!.at(i);
    rows.push(id ? <Row key={id} id={id} index={i} total={total} /> : <div key={`p${i}`} class="row waiting" role="presentation" style={{ top: `${i * h}px`, height: `${h}px` }} />);
  }
  return (
    <section class="list" aria-label={t("mails")}>
      <Bar />
      <div ref={pane} class="rows" onScroll={(e) => (top.value = e.currentTarget.scrollTop)}>
        {total > 0 && (
          <div class="sheet" role="listbox" aria-label={t("mails")} aria-multiselectable="true" tabIndex={0} aria-activedescendant={open && l!.index(open) >= 0 ? `row-${open}` : undefined} style={{ height: `${total * h}px` }}>
            {rows}
          </div>
        )}
        {total === 0 && <div class="empty"><Icon name={place.value.query ? "search" : "inbox"} size={36} /><p>{place.value.query ? t("noHit") : t("empty")}</p><p>{place.value.query ? t("noHitText") : t("emptyText")}</p></div>}
        {total < 0 && (l?.failed ? <div class="empty"><p>{t("loadFailed")}</p><button type="button" class="button" onClick={() => void l.refresh()}>{t("again")}</button></div> : <div class="empty" role="status">{t("loading")}</div>)}
      </div>
    </section>
  );
}
