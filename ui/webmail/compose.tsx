// The window in which a mail is written.
import { useEffect, useRef, useState } from "preact/hooks";
import { confirm, question } from "../kit/dialog";
import { Icon, IconButton } from "../kit/icon";
import { Menu } from "../kit/menu";
import { bytes, catalogue, remember } from "../kit/text";
import { fail } from "../kit/toast";
import { Dialog } from "../kit/dialog";
import { identities, listing, loadBoxes, preference } from "./data";
import type { CommandName, Editor } from "./editor";
import { capable, call, own, upload } from "./jmap";
import type { Template } from "./model";
import { Recipients } from "./recipient";
import { Conflict, check, current, discard, hold, save, submit, type Check, type Draft } from "./writing";

const t = catalogue({
  en: {
    title: "New mail", to: "To", cc: "Cc", bcc: "Bcc", from: "From", subject: "Subject", body: "Text of the mail", send: "Send", attach: "Attach files", discard: "Throw away", close: "Save and close", more: "More", plain: "Plain text only", plainAsk: "Formatting will be lost.", template: "Templates", keepTemplate: "Keep as template", templateName: "Name",
    bold: "Bold", italic: "Italic", underline: "Underline", list: "List", numbers: "Numbered list", quote: "Quotation", link: "Link", linkTo: "Address of the link", saved: "Saved", saving: "Saving …", unsaved: "Not saved yet", saveFailed: "Not saved: {why}", conflict: "This draft was changed or sent somewhere else. What you have here was kept as a draft of its own; the other one is kept too.",
    nobody: "Give at least one recipient.", badAddress: "Check this address: {who}", uploading: "A file is still being sent.", noSubject: "The mail has no subject. Send it anyway?", sendAnyway: "Send", checkTitle: "Before it is sent", outside: "Outside your organisation", first: "First time you write to", missing: "You write of an attachment, but there is none.", similar: "Is this the right address? {who} – you usually write to {meant}", elsewhere: "The text or a file is addressed to {who}, who is not among the recipients", apart: "{who} and {other} were never written to together", rare: "Hardly anybody here has written to {who}", organisations: "People of several organisations will see each other's addresses", files: "Attachments", right: "I have checked this", tooLarge: "Too large", drop: "Drop files here", remove: "Remove", failed: "not sent", full: "Whole window",
  },
  ja: {
    title: "新規メール", to: "宛先", cc: "Cc", bcc: "Bcc", from: "差出人", subject: "件名", body: "本文", send: "送信", attach: "ファイルを添付", discard: "破棄", close: "保存して閉じる", more: "その他", plain: "テキスト形式のみ", plainAsk: "書式は失われます。", template: "テンプレート", keepTemplate: "テンプレートとして保存", templateName: "名前",
    bold: "太字", italic: "斜体", underline: "下線", list: "箇条書き", numbers: "番号付きリスト", quote: "引用", link: "リンク", linkTo: "リンク先のアドレス", saved: "保存済み", saving: "保存中…", unsaved: "未保存", saveFailed: "保存できません: {why}", conflict: "この下書きは別の場所で変更または送信されました。ここの内容は別の下書きとして保存し、もう一方も残しています。",
    nobody: "宛先を1件以上入力してください。", badAddress: "このアドレスを確認してください: {who}", uploading: "ファイルを送信中です。", noSubject: "件名がありません。このまま送信しますか?", sendAnyway: "送信", checkTitle: "送信前の確認", outside: "組織外の宛先", first: "初めて送る宛先", missing: "本文に「添付」とありますが、添付ファイルがありません。", similar: "宛先は正しいですか? {who} – 普段の宛先は {meant} です", elsewhere: "本文または添付は {who} 宛てですが、宛先に含まれていません", apart: "{who} と {other} へ一緒に送ったことはありません", rare: "{who} は組織内でほとんど送受信のない宛先です", organisations: "複数の組織の人が互いのアドレスを見ることになります", files: "添付ファイル", right: "確認しました", tooLarge: "大きすぎます", drop: "ここにファイルをドロップ", remove: "削除", failed: "失敗", full: "全画面",
  },
});

const buttons: [CommandName, Parameters<typeof t>[0], Parameters<typeof Icon>[0]["name"]][] = [["strong", "bold", "bold"], ["em", "italic", "italic"], ["underline", "underline", "underline"], ["list", "list", "list"], ["numbers", "numbers", "numbers"], ["quote", "quote", "quote"]];

const mostPicture = 10 << 20; // bytes of a picture in the text

function Checked({ c, d, answer }: { c: Check; d: Draft; answer: (yes: boolean) => void }) {
  const [ticked, tick] = useState<ReadonlySet<string>>(new Set());
  const must = preference.value.confirmOutside ? c.outside : [];
  const box = (a: string) => (
    <label class="check" key={a}><input type="checkbox" checked={ticked.has(a)} onChange={(e) => tick(new Set(e.currentTarget.checked ? [...ticked, a] : [...ticked].filter((x) => x !== a)))} /> {a}</label>
  );
  return (
    <Dialog title={t("checkTitle")} onClose={() => answer(false)}>
      <div class="dialog-form">
        {c.missingAttachment && <p class="note warn">{t("missing")}</p>}
        {(c.similar ?? []).map((x) => <p class="note warn" key={x.address}>{t("similar", { who: x.address, meant: x.meant })}</p>)}
        {(c.elsewhere ?? []).map((x) => <p class="note warn" key={x}>{t("elsewhere", { who: x })}</p>)}
        {(c.apart ?? []).map(([a, b]) => <p class="note warn" key={a + b}>{t("apart", { who: a, other: b })}</p>)}
        {(c.rare ?? []).map((x) => <p class="note warn" key={x}>{t("rare", { who: x })}</p>)}
        {(c.organisations ?? []).length > 1 && <div><h3>{t("organisations")}</h3><ul>{c.organisations?.map((o) => <li key={o}>{o}</li>)}</ul></div>}
        {must.length > 0 && <fieldset><legend>{t("outside")}</legend>{must.map(box)}</fieldset>}
        {c.first.length > 0 && <div><h3>{t("first")}</h3><ul>{c.first.map((a) => <li key={a}>{a}</li>)}</ul></div>}
        {c.attachments.length > 0 && preference.value.confirmAttachment && <fieldset><legend>{t("files")}</legend>{c.attachments.map(box)}</fieldset>}
        <p class="check-subject">{t("subject")}: {d.subject}</p>
        <footer>
          <button type="button" class="button" onClick={() => answer(false)}>{t("close")}</button>
          <button type="button" class="button primary" disabled={[...must, ...(preference.value.confirmAttachment ? c.attachments : [])].some((a) => !ticked.has(a))} onClick={() => answer(true)}>{t("sendAnyway")}</button>
        </footer>
      </div>
    </Dialog>
  );
}

// keeper saves a draft a few seconds after the last change, one save after the other.
function useKeeper(d: Draft, body: () => { html: string | null; text: string }) {
  const [state, setState] = useState<"saved" | "saving" | "unsaved" | "failed">("saved");
  const [why, setWhy] = useState("");
  const [conflict, setConflict] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const running = useRef<Promise<void>>(Promise.resolve());
  const dirty = useRef(false);
  const ended = useRef(false);
  const now = (): Promise<void> => {
    clearTimeout(timer.current);
    running.current = running.current.then(async () => {
      if (!dirty.current || ended.current) return;
      dirty.current = false;
      setState("saving");
      try {
        await save(d, body());
        if (!dirty.current) setState("saved");
      } catch (e) {
        if (e instanceof Conflict) return (setConflict(true), setState("saved"));
        dirty.current = true;
        setWhy(e instanceof Error ? e.message : String(e));
        setState("failed");
        timer.current = setTimeout(now, 8000);
      }
    });
    return running.current;
  };
  const touch = () => {
    dirty.current = true;
    setState("unsaved");
    hold(d);
    clearTimeout(timer.current);
    timer.current = setTimeout(now, 2500);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { state, why, conflict, touch, now, dirty, end: () => ((ended.current = true), clearTimeout(timer.current), running.current) };
}

async function templates(): Promise<Template[]> {
  return capable(own) ? ((await call<{ list: Template[] }>("Template/get", { ids: null }).catch(() => ({ list: [] }))).list ?? []) : [];
}

export function Compose({ d }: { d: Draft }) {
  const [, redraw] = useState(0);
  const again = () => redraw((n) => n + 1);
  const area = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const tools = useRef<typeof import("./editor") | null>(null);
  const [asking, setAsking] = useState<Check | null>(null);
  const [fault, setFault] = useState("");
  const [copies, setCopies] = useState(d.cc.length + d.bcc.length > 0);
  const [over, setOver] = useState(false);
  const [list, setList] = useState<Template[]>([]);
  const [wide, setWide] = useState(false);
  const body = () => {
    if (d.rich && editor.current) {
      d.doc = editor.current.doc();
      d.text = editor.current.text();
      return { html: editor.current.html(), text: d.text };
    }
    return { html: null, text: d.text };
  };
  const k = useKeeper(d, body);
  const change = (more: Partial<Draft>) => {
    Object.assign(d, more);
    setFault("");
    again();
    k.touch();
  };
  useEffect(() => void templates().then(setList), []);
  useEffect(() => {
    if (!d.rich) return;
    let gone = false;
    void import("./editor").then((e) => {
      if (gone || !area.current) return;
      tools.current = e;
      editor.current = e.mount(area.current, d.doc, { label: t("body"), onChange: () => (again(), JSON.stringify(editor.current?.doc()) !== JSON.stringify(d.doc) && (body(), k.touch())), onFiles: place, onSend: () => void send() });
      if (d.to.length > 0) editor.current.view.focus();
      again();
    }, fail);
    return () => {
      gone = true;
      editor.current?.end();
      editor.current = null;
    };
  }, [d.rich, d.key]);
  // place has pictures stand in the text; what is no picture, or large, is attached.
  const place = (files: File[], at?: number) => {
    const fits = (f: File) => d.rich && editor.current && tools.current && /^image\/(png|jpeg|gif|webp)$/.test(f.type) && f.size <= mostPicture;
    for (const f of files.filter(fits)) {
      const cid = `${crypto.randomUUID()}@picture`;
      tools.current!.showPicture(cid, f);
      attach([f], cid);
      editor.current!.picture(cid, f.name, at);
    }
    attach(files.filter((f) => !fits(f)));
  };
  const attach = (files: File[], cid?: string) => {
    for (const f of files) {
      const stop = new AbortController();
      const a = { key: crypto.randomUUID(), name: f.name || `image.${f.type.split("/")[1] ?? "bin"}`, type: f.type, size: f.size, blobId: "", done: 0, fault: "", ...(cid ? { cid } : {}), stop: () => stop.abort() };
      d.files.push(a);
      again();
      upload(f, (n) => ((a.done = n), again()), stop.signal).then(
        (r) => ((a.blobId = r.blobId), (a.done = 1), change({})),
        (e: unknown) => ((a.fault = e instanceof Error ? e.message || t("failed") : t("failed")), again()),
      );
    }
  };
  const close = async () => {
    await k.now();
    if (k.dirty.current) return; // it is not saved: the window stays, and says why
    k.end();
    current.value = null;
    void listing.value?.refresh();
    void loadBoxes().catch(() => {});
  };
  const drop = async () => {
    await k.end();
    await discard(d);
  };
  const deliver = async () => {
    try {
      await submit(d);
      await k.end();
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    }
  };
  const sending = useRef(false);
  const send = async () => {
    if (sending.current) return;
    sending.current = true;
    await attempt().finally(() => (sending.current = false));
  };
  const attempt = async () => {
    const all = [...d.to, ...d.cc, ...d.bcc];
    const bad = all.find((a) => !/^[^\s@]+@[^\s@]+$/.test(a.email));
    if (all.length === 0) return setFault(t("nobody"));
    if (bad) return setFault(t("badAddress", { who: bad.email }));
    if (d.files.some((f) => !f.blobId && !f.fault)) return setFault(t("uploading"));
    if (!d.subject.trim() && !(await confirm({ title: t("send"), text: t("noSubject"), yes: t("sendAnyway") }))) return;
    k.dirty.current = true;
    await k.now();
    if (k.dirty.current) return;
    try {
      const c = await check(d);
      const ask = c.missingAttachment || (c.elsewhere ?? []).length > 0 || (c.apart ?? []).length > 0 || (c.organisations ?? []).length > 1 || c.first.length > 0 || (preference.value.confirmOutside && c.outside.length > 0) || (preference.value.confirmAttachment && c.attachments.length > 0);
      if (ask) setAsking(c);
      else await deliver();
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    }
  };
  const plain = async () => {
    if (d.rich) {
      body();
      remember("sekisho-plain", "1");
      for (const f of d.files) delete f.cid; // they are attached
      change({ rich: false });
    } else {
      const e = tools.current ?? (await import("./editor"));
      remember("sekisho-plain", null);
      change({ rich: true, doc: e.fromText(d.text) });
    }
  };
  const use = async (x: Template) => {
    const e = await import("./editor");
    if (!d.subject) d.subject = x.subject;
    d.text = x.text + "\n" + (body().text ?? "");
    d.doc = e.fromText(d.text);
    d.key = crypto.randomUUID();
    change({});
  };
  const keepTemplate = async () => {
    const name = await question({ title: t("keepTemplate"), input: { label: t("templateName"), value: d.subject } });
    if (!name) return;
    const b = body();
    await call("Template/set", { create: { n: { name, subject: d.subject, html: b.html ?? "", text: b.text } } }).then(() => templates().then(setList), fail);
  };
  const inText = editor.current?.pictures();
  const outside = d.files.filter((f) => !f.cid || f.fault || !inText); // those in the text are seen there
  const state = k.state === "failed" ? t("saveFailed", { why: k.why }) : t(k.state);
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.key === "Escape" && !e.isComposing && !asking) void close();
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) void send();
  };
  const dropped = (e: DragEvent) => {
    setOver(false);
    if (e.dataTransfer?.files.length) (e.preventDefault(), place([...e.dataTransfer.files]));
  };
  return (
    <section class={`compose ${over ? "over" : ""} ${wide ? "wide" : ""}`} role="dialog" aria-label={d.subject || t("title")} onKeyDown={key} onDragOver={(e) => e.dataTransfer?.types.includes("Files") && (e.preventDefault(), setOver(true))} onDragLeave={() => setOver(false)} onDrop={dropped}>
      <header>
        <h2>{d.subject || t("title")}</h2>
        <span class={`state ${k.state}`} role="status">{state}</span>
        <IconButton icon={wide ? "down" : "up"} label={t("full")} pressed={wide} onClick={() => setWide(!wide)} class="only-wide" />
        <IconButton icon="close" label={t("close")} onClick={() => void close()} />
      </header>
      <div class="heads">
        {identities.value.length > 1 && (
          <label class="head-line"><span class="label">{t("from")}</span>
            <select value={d.identity} onChange={(e) => change({ identity: e.currentTarget.value })}>{identities.value.map((i) => <option key={i.id} value={i.id}>{i.name ? `${i.name} <${i.email}>` : i.email}</option>)}</select>
          </label>
        )}
        <div class="head-line">
          <Recipients label={t("to")} value={d.to} onChange={(to) => change({ to })} autofocus={d.to.length === 0} />
          {!copies && <button type="button" class="button quiet" onClick={() => setCopies(true)}>Cc/Bcc</button>}
        </div>
        {copies && <div class="head-line"><Recipients label={t("cc")} value={d.cc} onChange={(cc) => change({ cc })} /></div>}
        {copies && <div class="head-line"><Recipients label={t("bcc")} value={d.bcc} onChange={(bcc) => change({ bcc })} /></div>}
        <label class="head-line"><span class="label">{t("subject")}</span><input value={d.subject} maxLength={900} autocomplete="off" onInput={(e) => change({ subject: e.currentTarget.value })} /></label>
      </div>
      {k.conflict && <p class="note warn" role="alert">{t("conflict")}</p>}
      {d.rich ? <div class="area" ref={area} key={d.key} onClick={() => editor.current?.view.focus()} /> : <textarea class="area" aria-label={t("body")} value={d.text} onInput={(e) => change({ text: e.currentTarget.value })} />}
      {outside.length > 0 && (
        <ul class="files" aria-label={t("files")}>
          {outside.map((f) => (
            <li key={f.key} class={f.fault ? "bad" : ""}>
              <Icon name="clip" size={15} /> <span class="file">{f.name}</span> <span class="size">{f.fault || bytes(f.size)}</span>
              {!f.blobId && !f.fault && <progress value={f.done} max={1} aria-label={f.name} />}
              <button type="button" class="icon-button small" aria-label={`${t("remove")}: ${f.name}`} onClick={() => (f.stop?.(), change({ files: d.files.filter((x) => x !== f) }))}><Icon name="close" size={14} /></button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
      <footer>
        <button type="button" class="button primary" onClick={() => void send()} aria-keyshortcuts="Control+Enter"><Icon name="send" /> {t("send")}</button>
        <label class="icon-button" title={t("attach")}><Icon name="clip" /><input type="file" multiple class="hidden" aria-label={t("attach")} onChange={(e) => (attach([...(e.currentTarget.files ?? [])]), (e.currentTarget.value = ""))} /></label>
        {d.rich && (
          <span class="formats" role="toolbar" aria-label={t("body")}>
            {buttons.map(([name, label, icon]) => <IconButton key={name} icon={icon} label={t(label)} pressed={editor.current?.active(name) ?? false} onClick={() => editor.current?.run(name)} />)}
            <IconButton icon="link" label={t("link")} onClick={() => void question({ title: t("link"), input: { label: t("linkTo"), placeholder: "https://" } }).then((v) => v && editor.current?.run("link", v))} />
          </span>
        )}
        <span class="space" />
        <Menu label={t("more")} items={[
          { label: t("plain"), checked: !d.rich, run: () => void plain() },
          ...list.map((x) => ({ label: `${t("template")}: ${x.name}`, icon: "template" as const, run: () => void use(x) })),
          ...(capable(own) ? [{ label: t("keepTemplate"), icon: "template" as const, run: () => void keepTemplate() }] : []),
        ]} />
        <IconButton icon="trash" label={t("discard")} onClick={() => void drop()} />
      </footer>
      {asking && <Checked c={asking} d={d} answer={(yes) => (setAsking(null), yes && void deliver())} />}
    </section>
  );
}
