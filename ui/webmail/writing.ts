// Mails that are being written: begun, kept as drafts, sent, and taken back.
import { signal } from "@preact/signals";
import { moment, remembered } from "../kit/text";
import { fail, toast } from "../kit/toast";
import type { Doc } from "./editor";
import { boxOf, identities, listing, loadBoxes, preference } from "./data";
import { Refusal, call, capable, chain, own, session, type Changed, picture } from "./jmap";
import { full, render } from "./render";
import type { Address, Email, Part, Shown } from "./model";
import { who } from "./model";
import { catalogue } from "../kit/text";

const t = catalogue({
  en: { wrote: "On {when}, {who} wrote:", forwarded: "---------- Forwarded mail ----------", from: "From", date: "Date", subject: "Subject", to: "To", sending: "Sending in", waits: "Leaves at {at}. Until then it is under “On hold”.", sent: "Sent", undo: "Undo", undone: "Not sent. The mail is a draft again.", late: "It was too late: the mail is on its way.", held: "Accepted. {n} recipients wait for a check: see “On hold”.", refused: "Not accepted for {who}: {why}", discarded: "Draft thrown away", noReply: "(no subject)", recovered: "What you were writing is back." },
  ja: { wrote: "{when}、{who}さんは書きました:", forwarded: "---------- 転送メール ----------", from: "差出人", date: "日時", subject: "件名", to: "宛先", sending: "送信まで", waits: "{at} に送信されます。それまでは「保留中」にあります。", sent: "送信しました", undo: "取り消す", undone: "送信を取り消し、下書きに戻しました。", late: "間に合いませんでした。メールは送信されました。", held: "受け付けました。{n}件の宛先は確認待ちです(「保留中」をご覧ください)。", refused: "{who}には送れませんでした: {why}", discarded: "下書きを破棄しました", noReply: "(件名なし)", recovered: "書きかけのメールを復元しました。" },
});

export interface Attachment {
  key: string;
  name: string;
  type: string;
  size: number;
  blobId: string; // "" while it is being sent
  done: number;
  fault: string;
  cid?: string; // a picture that stands in the text
  stop?: () => void;
}

export interface Draft {
  key: string;
  id: string; // of the mail in Drafts; "" when it is not there yet
  identity: string;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  rich: boolean;
  doc: Doc | null;
  text: string;
  files: Attachment[];
  inReplyTo: string[] | null;
  references: string[] | null;
  answered: string; // the mail this answers
  forwarded: string;
}

export const current = signal<Draft | null>(null);

const spare = "sekisho-draft"; // in this tab only, until the server has it

function blank(): Draft {
  return { key: crypto.randomUUID(), id: "", identity: identities.value[0]?.id ?? "", to: [], cc: [], bcc: [], subject: "", rich: remembered("sekisho-plain") === null, doc: null, text: "", files: [], inReplyTo: null, references: null, answered: "", forwarded: "" };
}

function begin(d: Draft): void {
  current.value = d;
}

function signature(id: string): string {
  const s = identities.value.find((i) => i.id === id)?.textSignature ?? "";
  return s ? `\n\n-- \n${s}` : "";
}

async function start(d: Draft, text: string): Promise<void> {
  const e = await import("./editor");
  d.text = text;
  d.doc = e.fromText(text);
  begin(d);
}

function quote(plain: string): string {
  const lines = plain.replace(/\r/g, "").trimEnd().split("\n");
  return lines.slice(0, 2000).map((l) => (l.startsWith(">") ? `>${l}` : l ? `> ${l}` : ">")).join("\n");
}

async function whole(m: Email): Promise<Email> {
  return (await call<{ list: Email[] }>("Email/get", { ids: [m.id], properties: full })).list[0] ?? m;
}

function prefixed(prefix: string, subject: string | null): string {
  const bare = (subject ?? "").replace(new RegExp(`^(?:${prefix}\\s*:\\s*)+`, "i"), "");
  return `${prefix}: ${bare}`;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

async function reply(m0: Email, all: boolean): Promise<void> {
  try {
    const [m, s] = [await whole(m0), await render(m0.id)];
    const d = blank();
    const mine = [session.value?.username ?? "", ...identities.value.map((i) => i.email)];
    const fromMe = !!m.from?.[0] && mine.some((a) => same(a, m.from![0]!.email));
    d.identity = identities.value.find((i) => [...(m.to ?? []), ...(m.cc ?? [])].some((a) => same(a.email, i.email)))?.id ?? d.identity;
    d.to = fromMe ? (m.to ?? []) : (m.replyTo ?? m.from ?? []);
    if (all) {
      const taken = new Set([...d.to.map((a) => a.email.toLowerCase()), ...mine.map((a) => a.toLowerCase())]);
      for (const a of [...(fromMe ? [] : (m.to ?? [])), ...(m.cc ?? [])])
        if (!taken.has(a.email.toLowerCase())) {
          taken.add(a.email.toLowerCase());
          d.cc.push(a);
        }
    }
    d.subject = prefixed("Re", m.subject);
    d.inReplyTo = m.messageId ?? null;
    d.references = [...(m.references ?? m.inReplyTo ?? []), ...(m.messageId ?? [])].slice(-50);
    if (d.references.length === 0) d.references = null;
    d.answered = m.id;
    const plain = s.plain || "";
    await start(d, `\n${signature(d.identity)}\n\n${t("wrote", { when: moment(new Date(m.sentAt ?? m.receivedAt)), who: who(m.from?.[0]) })}\n${quote(plain)}`.replace(/^\n\n\n\n/, "\n\n"));
  } catch (e) {
    fail(e);
  }
}

async function forward(m0: Email): Promise<void> {
  try {
    const [m, s] = [await whole(m0), await render(m0.id)];
    const d = blank();
    d.subject = prefixed("Fwd", m.subject);
    d.forwarded = m.id;
    d.files = s.attachments.filter((a) => a.blobId).map((a) => ({ key: crypto.randomUUID(), name: a.name, type: a.type, size: a.size, blobId: a.blobId, done: 1, fault: "" }));
    const names = (l?: Address[] | null) => (l ?? []).map((a) => (a.name ? `${a.name} <${a.email}>` : a.email)).join(", ");
    await start(d, `\n${signature(d.identity)}\n\n${t("forwarded")}\n${t("from")}: ${names(m.from)}\n${t("date")}: ${moment(new Date(m.sentAt ?? m.receivedAt))}\n${t("subject")}: ${m.subject ?? ""}\n${t("to")}: ${names(m.to)}\n\n${s.plain}`);
  } catch (e) {
    fail(e);
  }
}

async function write(to: Address[] = [], subject = "", text = ""): Promise<void> {
  const d = blank();
  d.to = to;
  d.subject = subject;
  await start(d, text + (signature(d.identity) || ""));
}

// draft opens one from Drafts again.
async function draft(m0: Email): Promise<void> {
  if (current.value?.id === m0.id) return;
  try {
    const r = await call<{ list: Email[] }>("Email/get", { ids: [m0.id], properties: [...full, "textBody", "htmlBody", "bodyValues"], fetchTextBodyValues: true });
    const m = r.list[0];
    if (!m) return;
    const s: Shown = await render(m.id);
    const d = blank();
    const e = await import("./editor");
    Object.assign(d, { id: m.id, to: m.to ?? [], cc: m.cc ?? [], bcc: m.bcc ?? [], subject: m.subject ?? "", inReplyTo: m.inReplyTo ?? null, references: m.references ?? null });
    d.identity = identities.value.find((i) => m.from?.[0] && same(i.email, m.from[0].email))?.id ?? d.identity;
    const isRich = (m.htmlBody ?? []).some((p) => p.type === "text/html");
    d.rich = isRich;
    d.text = (m.textBody ?? []).map((p: Part) => m.bodyValues?.[p.partId ?? ""]?.value ?? "").join("\n") || s.plain;
    const cids = isRich ? await pictures(m, s) : new Map<number, string>();
    d.doc = isRich && s.tree ? e.fromTree(s.tree, new Map(s.links.map((l) => [l.n, l.href])), cids) : e.fromText(d.text);
    const inText = new Set(cids.values());
    d.files = (m.attachments ?? []).filter((a) => a.blobId).map((a) => ({ key: crypto.randomUUID(), name: a.name ?? "", type: a.type, size: a.size, blobId: a.blobId!, done: 1, fault: "", ...(a.cid && inText.has(a.cid) ? { cid: a.cid } : {}) }));
    begin(d);
  } catch (e) {
    fail(e);
  }
}

// pictures shows those of a draft that is opened again, and says which number in its text has which Content-ID.
async function pictures(m: Email, s: Shown): Promise<Map<number, string>> {
  const out = new Map<number, string>();
  const e = await import("./editor");
  for (const p of s.pictures) {
    const part = (m.attachments ?? []).find((a) => a.partId === p.partId && a.cid);
    if (!part) continue;
    const got = await picture(m.id, p.n, false).catch(() => null);
    if (!got) continue;
    e.showPicture(part.cid!, new Blob([got.bytes], { type: got.type }));
    out.set(p.n, part.cid!);
  }
  return out;
}

function mailto(href: string): void {
  const u = new URL(href);
  const to = decodeURIComponent(u.pathname).split(",").filter(Boolean).map((email) => ({ name: null, email }));
  void write(to, u.searchParams.get("subject") ?? "", u.searchParams.get("body") ?? "");
}

// hold keeps what is written in this tab, for the case that it dies.
export function hold(d: Draft): void {
  try {
    sessionStorage.setItem(spare, JSON.stringify({ ...d, files: d.files.filter((f) => f.blobId) }));
  } catch {
    // Full or forbidden: the server has what was saved.
  }
}

export function release(): void {
  try {
    sessionStorage.removeItem(spare);
  } catch {
    // It was never there.
  }
}

// recover opens what the tab had when it ended.
export function recover(): void {
  try {
    const s = sessionStorage.getItem(spare);
    if (!s) return;
    begin(JSON.parse(s) as Draft);
    toast({ text: t("recovered") });
  } catch {
    release();
  }
}

export class Conflict extends Error {}

// save puts a draft into Drafts, in place of its last version. When that version is not there any more, somebody else changed
// or sent it: then both are kept, and Conflict is thrown.
export async function save(d: Draft, body: { html: string | null; text: string }): Promise<void> {
  const drafts = boxOf("drafts");
  if (!drafts) throw new Refusal("noDrafts", "");
  const i = identities.value.find((x) => x.id === d.identity);
  const bodyValues: Record<string, { value: string }> = { text: { value: body.text } };
  if (body.html !== null) bodyValues.html = { value: body.html };
  const create = {
    mailboxIds: { [drafts.id]: true }, keywords: { $draft: true, $seen: true }, from: [{ name: i?.name || null, email: i?.email ?? session.value!.username }], to: d.to, cc: d.cc, bcc: d.bcc, subject: d.subject,
    ...(d.inReplyTo ? { inReplyTo: d.inReplyTo } : {}), ...(d.references ? { references: d.references } : {}), ...(i?.replyTo?.length ? { replyTo: i.replyTo } : {}),
    textBody: [{ partId: "text", type: "text/plain" }], ...(body.html !== null ? { htmlBody: [{ partId: "html", type: "text/html" }] } : {}), bodyValues,
    attachments: d.files.filter((f) => f.blobId && (!f.cid || (body.html?.includes(`"cid:${f.cid}"`) ?? true))).map((f) => ({ blobId: f.blobId, type: f.type || "application/octet-stream", name: f.name, ...(f.cid && body.html !== null ? { disposition: "inline", cid: f.cid } : { disposition: "attachment" }) })),
  };
  const r = await call<Changed<{ id: string }>>("Email/set", { create: { d: create }, ...(d.id ? { destroy: [d.id] } : {}) });
  const bad = r.notCreated?.d;
  if (bad) throw new Refusal(bad.type, bad.description ?? (bad.properties ?? []).join(", "));
  const lost = d.id !== "" && r.notDestroyed?.[d.id]?.type === "notFound";
  d.id = r.created!.d!.id;
  release();
  if (lost) throw new Conflict();
}

interface Submitted {
  id: string;
  undoStatus?: string;
  sendAt?: string;
  deliveryStatus?: Record<string, { smtpReply?: string; delivered?: string; fate?: string; reason?: string }>;
}

// submit sends a saved draft. It waits as long as the person wants to be able to take it back.
export async function submit(d: Draft): Promise<void> {
  const wait = Math.max(0, Math.min(120, preference.value.undoSeconds));
  let until = Date.now() + wait * 1000;
  const [drafts, sent] = [boxOf("drafts"), boxOf("sent")];
  const done: Record<string, unknown> = { "keywords/$draft": null };
  if (drafts && sent) Object.assign(done, { [`mailboxIds/${drafts.id}`]: null, [`mailboxIds/${sent.id}`]: true });
  const create = { identityId: d.identity, emailId: d.id, ...(wait > 0 ? { sendAt: new Date(until).toISOString().replace(/\.\d+Z$/, "Z") } : {}) };
  const [r] = (await chain([["EmailSubmission/set", { create: { s: create }, onSuccessUpdateEmail: { "#s": done } }]])) as unknown as [Changed<Submitted>];
  const bad = r.notCreated?.s;
  if (bad) throw new Refusal(bad.type, bad.description ?? "");
  const s = r.created!.s!;
  release();
  current.value = null;
  void call("Email/set", { update: { ...(d.answered ? { [d.answered]: { "keywords/$answered": true } } : {}), ...(d.forwarded ? { [d.forwarded]: { "keywords/$forwarded": true } } : {}) } }).catch(() => {});
  void listing.value?.refresh();
  void loadBoxes().catch(() => {});
  const refused = Object.entries(s.deliveryStatus ?? {}).filter(([, v]) => /^[45]/.test(v.smtpReply ?? ""));
  for (const [who, v] of refused) toast({ text: t("refused", { who, why: v.reason ?? v.smtpReply ?? "" }), kind: "bad", seconds: 0 });
  until = Math.max(until, Date.parse(s.sendAt ?? "") || 0); // longer, as the person's settings have it
  const back = { label: t("undo"), run: () => void takeBack(d, s.id) };
  if (until > Date.now() + 125_000) toast({ text: t("waits", { at: moment(new Date(until)) }), action: back, seconds: 15 });
  else if (s.undoStatus === "final") toast({ text: t("sent") });
  else toast({ text: t("sending"), until, action: back, onEnd: () => Date.now() >= until - 500 && (toast({ text: t("sent") }), void loadBoxes().catch(() => {})) });
}

async function takeBack(d: Draft, id: string): Promise<void> {
  try {
    const r = await call<Changed<unknown>>("EmailSubmission/set", { update: { [id]: { undoStatus: "canceled" } } });
    if (r.notUpdated?.[id]) return void toast({ text: t("late"), kind: "bad" });
    const drafts = boxOf("drafts");
    if (drafts) await call("Email/set", { update: { [d.id]: { mailboxIds: { [drafts.id]: true }, "keywords/$draft": true } } });
    toast({ text: t("undone") });
    current.value = d;
    void loadBoxes().catch(() => {});
  } catch (e) {
    fail(e);
  }
}

// discard throws a draft away.
export async function discard(d: Draft): Promise<void> {
  release();
  current.value = null;
  try {
    if (d.id) await call("Email/set", { destroy: [d.id] });
    toast({ text: t("discarded") });
    void listing.value?.refresh();
    void loadBoxes();
  } catch (e) {
    fail(e);
  }
}

export interface Check {
  outside: string[];
  first: string[];
  similar?: { address: string; meant: string; reason: string }[];
  organisations?: string[];
  rare?: string[];
  apart?: [string, string][];
  elsewhere?: string[];
  missingAttachment: boolean;
  attachments: string[];
}

// check asks what a person should look at before it is sent.
export async function check(d: Draft): Promise<Check> {
  const local = (session.value?.username ?? "").split("@")[1] ?? "";
  const all = [...d.to, ...d.cc, ...d.bcc].map((a) => a.email);
  const usual: Check = { outside: all.filter((a) => !same(a.split("@")[1] ?? "", local)), first: [], missingAttachment: d.files.length === 0 && /attach|添付/i.test(d.text.split(/^>/m)[0] ?? ""), attachments: d.files.map((f) => f.name) };
  if (!capable(own)) return usual;
  try {
    return await call<Check>("Submission/check", { emailId: d.id });
  } catch (e) {
    if (e instanceof Refusal && e.type === "unknownMethod") return usual;
    throw e;
  }
}

export const writing = { write, reply, forward, draft, mailto };
