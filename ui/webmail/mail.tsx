// The right pane: the conversation that is open.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { confirm } from "../kit/dialog";
import { Icon, IconButton } from "../kit/icon";
import { Menu } from "../kit/menu";
import { bytes, language, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { archive, flag, junk, mark, seen, targets, trash } from "./act";
import { here, keep, listing, loadMail, loadThread, mail, preference, version } from "./data";
import { calm, decided, inWords, ruled } from "./finding";
import { Frame, contentOrigin } from "./frame";
import { call, downloadURL, own, session } from "./jmap";
import { pressed } from "./key";
import { labelsOf, moveItems, when } from "./list";
import { full, render } from "./render";
import type { Address, Attached, Email, Shown } from "./model";
import { who } from "./model";
import { go, place } from "./place";
import { question } from "../kit/dialog";
import { Preview } from "./preview";
import { t } from "./word";
import { writing } from "./writing";

async function openLink(s: Shown, n: number): Promise<void> {
  const l = s.links.find((x) => x.n === n);
  if (!l) return;
  if (/^mailto:/i.test(l.href)) return writing.mailto(l.href);
  if (!/^https?:\/\//i.test(l.href)) return;
  const text = (
    <>
      {l.warning && <p class="note warn"><strong>{t("linkWarn")}:</strong> {l.warning}</p>}
      <p>{t("linkText")}</p>
      <p class="target"><strong>{l.host}</strong><br /><span>{l.href}</span></p>
    </>
  );
  if (await confirm({ title: t("linkTitle"), text, yes: t("linkOpen"), danger: !!l.warning })) open(l.href, "_blank", "noopener,noreferrer");
}

async function download(a: Attached): Promise<void> {
  if (a.danger && !(await confirm({ title: t("dangerTitle"), text: t("dangerText", { name: a.name, reason: a.danger.reason }), yes: t("dangerGo"), danger: true }))) return;
  const link = document.createElement("a");
  link.href = downloadURL(a.blobId, a.name, a.type);
  link.download = a.name;
  link.click();
}

function Attachments({ s }: { s: Shown }) {
  const [shown, setShown] = useState<Attached | null>(null);
  if (s.attachments.length === 0) return null;
  return (
    <>
    <ul class="attachments" aria-label={t("attachments")}>
      {s.attachments.map((a) => (
        <li key={a.partId + a.blobId}>
          <button type="button" class={`attachment ${a.danger ? "danger" : ""}`} onClick={() => void download(a)} aria-label={`${t("download")}: ${a.name} (${bytes(a.size)})${a.danger ? ` — ${a.danger.reason}` : ""}`}>
            <Icon name={a.danger ? "alarm" : a.type.startsWith("image/") ? "picture" : "file"} />
            <span><span class="file">{a.name || a.type}</span><span class="size">{a.danger ? a.danger.reason : bytes(a.size)}</span></span>
            <Icon name="download" size={16} />
          </button>
          {a.pages > 0 && <button type="button" class="button quiet" onClick={() => setShown(a)} aria-label={`${t("preview")}: ${a.name || a.type}`}><Icon name="eye" /> {t("preview")}</button>}
        </li>
      ))}
    </ul>
    {shown && <Preview a={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function Banner({ s }: { s: Shown }) {
  if (calm(s) && s.sender.authenticated && !s.sender.first) return null;
  const severe = s.findings.some((f) => /^(virus|phish|impersonation)$/.test(f.kind)) || (s.decision && /quarantine|hold|reject/i.test(s.decision.action));
  const lines = [...new Set(s.findings.map(inWords))];
  return (
    <div class={`note banner ${severe ? "bad" : calm(s) && s.sender.authenticated ? "" : "warn"}`} role="note">
      <Icon name={severe ? "alarm" : "shield"} />
      <div>
        {!s.sender.authenticated && <p>{t("unproven")}{s.sender.address ? `: ${s.sender.address}` : ""}</p>}
        {s.sender.first && <p>{t("newSender")}</p>}
        {lines.map((l) => <p key={l}>{l}</p>)}
        {s.decision && !calm(s) && (
          <details>
            <summary>{t("why")}</summary>
            <p>{decided(s.decision)}{s.decision.rule ? ` — ${ruled(s.decision.rule)}` : ""}</p>
            {s.decision.reason && <p>{s.decision.reason}</p>}
            {s.findings.filter((f) => f.detail).map((f) => <p key={f.kind + f.name + f.detail}>{f.name || f.kind}: {f.detail}</p>)}
          </details>
        )}
      </div>
    </div>
  );
}

const over = signal("");

function Body({ m }: { m: Email }) {
  const [s, setShown] = useState<Shown | null>(null);
  const [fault, setFault] = useState("");
  const [remote, setRemote] = useState(false);
  const [text, setText] = useState(false);
  useEffect(() => {
    let current = true;
    setShown(null);
    setFault("");
    setRemote(preference.value.remotePictures === "always");
    render(m.id).then((r) => current && setShown(r), (e) => current && setFault(e instanceof Error ? e.message : String(e)));
    return () => {
      current = false;
      over.value = "";
    };
  }, [m.id, language.value]);
  if (fault) return <p class="note bad">{fault}</p>;
  if (!s) return <p class="waiting-text" role="status">{t("loading")}</p>;
  const outside = s.pictures.some((p) => p.remote);
  const origin = contentOrigin(session.value?.capabilities[own]?.content);
  return (
    <>
      <Banner s={s} />
      {outside && !remote && !text && preference.value.remotePictures !== "never" && (
        <div class="note remote"><p>{t("pictures")}</p><button type="button" class="button" onClick={() => setRemote(true)}><Icon name="picture" /> {t("showPictures")}</button></div>
      )}
      {s.tree && !text ? (
        <Frame shown={s} remote={remote} title={m.subject || t("noSubject")} origin={origin} onLink={(n) => void openLink(s, n)} onOver={(n) => (over.value = n === null ? "" : (s.links.find((l) => l.n === n)?.href ?? ""))} onKey={pressed} />
      ) : (
        <pre class="plain">{s.plain}</pre>
      )}
      <Attachments s={s} />
      {s.tree && s.plain && <button type="button" class="button quiet as" onClick={() => setText(!text)}>{text ? t("richView") : t("plainView")}</button>}
    </>
  );
}

function Names({ label, list }: { label: string; list?: Address[] | null }) {
  if (!list || list.length === 0) return null;
  return <div><dt>{label}</dt><dd>{list.map((a) => (a.name ? `${a.name} <${a.email}>` : a.email)).join(", ")}</dd></div>;
}

async function addLabel(m: Email): Promise<void> {
  const v = await question({ title: t("newLabel"), input: { label: t("labelName"), max: 60 }, yes: t("add") });
  const k = v?.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "");
  if (k) await mark([m.id], k, true);
}

function One({ m, open, toggle }: { m: Email; open: boolean; toggle: () => void }) {
  const [more, setMore] = useState(false);
  useEffect(() => {
    if (open && !m.attachments) call<{ list: Email[] }>("Email/get", { ids: [m.id], properties: full }).then((r) => keep(r.list), fail);
    if (open && !m.keywords.$seen) void seen(true, [m.id]);
  }, [m.id, open]);
  const from = m.from?.[0];
  const name = who(from) || "?";
  return (
    <article class={`mail ${open ? "open" : ""}`} aria-label={`${name}, ${moment(new Date(m.receivedAt))}`}>
      <header>
        <span class="face" aria-hidden="true" data-tone={[...name].reduce((n, c) => n + c.codePointAt(0)!, 0) % 6}>{[...name][0]?.toUpperCase()}</span>
        <button type="button" class="head" aria-expanded={open} onClick={toggle}>
          <span class="sender">{name}</span>
          {from?.name && <span class="mailbox">{from.email}</span>}
          {!open && <span class="preview">{m.preview}</span>}
          {open && <span class="mailbox">{t("to")}: {(m.to ?? []).map(who).join(", ")}</span>}
        </button>
        <time dateTime={m.receivedAt} title={moment(new Date(m.receivedAt))}>{when(m.receivedAt)}</time>
        {open && (
          <span class="tools">
            <IconButton icon="star" label={m.keywords.$flagged ? t("unflag") : t("flag")} filled={!!m.keywords.$flagged} pressed={!!m.keywords.$flagged} onClick={() => void flag([m.id])} />
            <IconButton icon="reply" label={t("reply")} onClick={() => void writing.reply(m, false)} />
            <Menu label={t("more")} items={[
              { label: t("replyAll"), icon: "replyAll", run: () => void writing.reply(m, true) },
              { label: t("forward"), icon: "forward", run: () => void writing.forward(m) },
              { label: t("details"), icon: "list", run: () => setMore(!more), checked: more },
              { label: t("newLabel"), icon: "label", run: () => void addLabel(m) },
              { label: t("source"), icon: "download", run: () => m.blobId && void download({ partId: "", blobId: m.blobId, name: "message.eml", type: "message/rfc822", size: m.size, danger: null, pages: 0 }) },
            ]} />
          </span>
        )}
      </header>
      {open && labelsOf(m).length > 0 && <p class="tags">{labelsOf(m).map((k) => <span class="tag" key={k}>{k}<button type="button" aria-label={`${t("remove_label")}: ${k}`} onClick={() => void mark([m.id], k, false)}><Icon name="close" size={12} /></button></span>)}</p>}
      {open && more && (
        <dl class="details">
          <Names label={t("from")} list={m.from} /><Names label={t("to")} list={m.to} /><Names label={t("cc")} list={m.cc} /><Names label={t("bcc")} list={m.bcc} />
          <div><dt>{t("date")}</dt><dd>{moment(new Date(m.sentAt ?? m.receivedAt))}</dd></div>
        </dl>
      )}
      {open && <Body m={m} />}
    </article>
  );
}

export function Reader() {
  const id = place.value.mail;
  const [ids, setIds] = useState<string[]>([]);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  void version.value;
  useEffect(() => {
    if (!id) return;
    let current = true;
    setIds([id]);
    setOpened(new Set([id]));
    void (async () => {
      const m = await loadMail(id);
      if (m && m.keywords.$draft && m.mailboxIds[here.value?.id ?? ""] && here.value?.role === "drafts") void writing.draft(m);
      const all = m && listing.value?.threaded ? await loadThread(m) : [id];
      if (!current) return;
      setIds(all);
      setOpened(new Set([id, ...all.filter((x) => !mail(x)?.keywords.$seen).slice(-5)]));
    })().catch(fail);
    return () => {
      current = false;
    };
  }, [id]);
  const m = mail(id);
  if (!id || !m) return <section class="reader nothing" aria-label={t("reading")}><div class="empty"><Icon name="mail" size={36} /><p>{t("pick")}</p><p>{t("pickText")}</p></div></section>;
  const shown = ids.filter((x) => mail(x) && (!mail(x)!.keywords.$draft || x === id));
  const last = mail(shown[shown.length - 1] ?? id) ?? m;
  const toggle = (x: string) => () => {
    const s = new Set(opened);
    if (!s.delete(x)) s.add(x);
    setOpened(s);
  };
  const leave = () => go({ ...place.value, mail: "" });
  return (
    <section class="reader" aria-label={t("reading")}>
      <div class="reader-bar" role="toolbar" aria-label={t("reading")}>
        <IconButton icon="back" label={t("back")} onClick={leave} keys="u" class="only-narrow" />
        <IconButton icon="archive" label={t("archive")} onClick={() => void archive(targets())} keys="e" />
        <IconButton icon="trash" label={here.value?.role === "trash" ? t("destroy") : t("trash")} onClick={() => void trash()} keys="#" />
        <IconButton icon="junk" label={here.value?.role === "junk" ? t("notJunk") : t("junk")} onClick={() => void junk()} keys="!" />
        <IconButton icon="unread" label={t("markUnread")} onClick={() => (void seen(false), leave())} keys="Shift+U" />
        <Menu label={t("move")} icon="move" items={moveItems(targets)} />
        <span class="space" />
        <IconButton icon="reply" label={t("reply")} onClick={() => void writing.reply(last, false)} keys="r" />
        <IconButton icon="replyAll" label={t("replyAll")} onClick={() => void writing.reply(last, true)} keys="a" />
        <IconButton icon="forward" label={t("forward")} onClick={() => void writing.forward(last)} keys="f" />
      </div>
      <div class="reader-in" tabIndex={-1}>
        <h1 class="subject">{m.subject || t("noSubject")}{shown.length > 1 && <span class="thread">{t("conversation", { n: shown.length })}</span>}</h1>
        {shown.map((x) => <One key={x} m={mail(x)!} open={opened.has(x)} toggle={toggle(x)} />)}
        <div class="answer">
          <button type="button" class="button" onClick={() => void writing.reply(last, false)}><Icon name="reply" /> {t("reply")}</button>
          <button type="button" class="button" onClick={() => void writing.reply(last, true)}><Icon name="replyAll" /> {t("replyAll")}</button>
          <button type="button" class="button" onClick={() => void writing.forward(last)}><Icon name="forward" /> {t("forward")}</button>
        </div>
      </div>
      {over.value && <p class="over" aria-hidden="true">{over.value}</p>}
    </section>
  );
}

export async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast({ text: t("copied") });
}
