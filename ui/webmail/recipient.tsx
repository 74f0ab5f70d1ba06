// A field of recipients: names typed become chips, suggestions come from contacts, the shared address book and the directory. A group of
// the shared address book becomes its members.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "../kit/icon";
import { fail } from "../kit/toast";
import { expand } from "./expand";
import { capable, chain, own } from "./jmap";
import type { Address, Contact } from "./model";
import { who } from "./model";
import { t } from "./word";

// read takes what was typed or pasted: "Name <a@b>", a@b, several with commas, semicolons or lines.
export function read(text: string): Address[] {
  const out: Address[] = [];
  for (const part of text.split(/[,;、\n]+(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const m = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+@[^<>\s]+)>\s*$/.exec(part);
    if (m) out.push({ name: m[1]!.trim() || null, email: m[2]! });
    else if (/^\s*[^\s@<>]+@[^\s@<>]+\s*$/.test(part)) out.push({ name: null, email: part.trim() });
  }
  return out;
}

const good = (email: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/.test(email);

interface Suggestion extends Address {
  group?: boolean;
  members?: number; // it is a group of the shared address book, by its name
}

async function suggest(text: string): Promise<Suggestion[]> {
  if (!capable(own)) return [];
  const asks: [string, Record<string, unknown>][] = [["Contact/query", { filter: { text }, limit: 8 }], ["Directory/query", { filter: { text }, limit: 8 }], ["SharedContact/query", { filter: { text }, limit: 8 }]];
  const [c, d, s] = await Promise.all(asks.map(([name, args]) => chain([[name, args]]).then((r) => r[0]!, () => ({}) as Record<string, any>)));
  const ids = (c!.ids ?? []) as string[];
  const contacts = ids.length > 0 ? ((await chain([["Contact/get", { ids }]]))[0]!.list as Contact[]) : [];
  const sharedIds = (s!.ids ?? []) as string[];
  const shared = sharedIds.length > 0 ? ((await chain([["SharedContact/get", { ids: sharedIds }]]))[0]!.list as Contact[]) : [];
  const groups = ((s!.groups ?? []) as { name: string; members: number }[]).slice(0, 3).map((g) => ({ name: g.name, email: "", group: true, members: g.members }));
  const all: Suggestion[] = [...groups, ...[...contacts, ...shared].flatMap((x) => x.emails.map((e) => ({ name: x.name, email: e.address }))), ...((d!.list ?? []) as { name: string; address: string; group: boolean }[]).map((x) => ({ name: x.name, email: x.address, group: x.group }))];
  const met = new Set<string>();
  const key = (a: Suggestion) => (a.members ? "\0" + a.name : a.email.toLowerCase());
  return all.filter((a) => !met.has(key(a)) && met.add(key(a))).slice(0, 8);
}

export function Recipients(p: { label: string; value: Address[]; onChange: (v: Address[]) => void; autofocus?: boolean }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Suggestion[]>([]);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (p.autofocus) input.current?.focus();
  }, []);
  useEffect(() => {
    if (text.trim().length < 1) return setFound([]);
    let now = true;
    const wait = setTimeout(() => suggest(text.trim()).then((r) => now && (setFound(r.filter((a) => !p.value.some((v) => v.email === a.email))), setAt(0)), () => {}), 120);
    return () => {
      now = false;
      clearTimeout(wait);
    };
  }, [text]);
  const add = (list: Address[]) => {
    const have = new Set(p.value.map((a) => a.email.toLowerCase()));
    const more = list.filter((a) => !have.has(a.email.toLowerCase()));
    if (more.length > 0) p.onChange([...p.value, ...more.map(({ name, email }) => ({ name, email }))]);
    setText("");
    setFound([]);
  };
  const choose = (a: Suggestion) => (a.members ? void expand(a.name!).then(add, fail) : add([a]));
  const take = (): boolean => {
    const list = read(text);
    if (list.length > 0) add(list);
    return list.length > 0;
  };
  const key = (e: KeyboardEvent) => {
    if (e.isComposing) return;
    const down = e.key === "ArrowDown", up = e.key === "ArrowUp";
    if ((down || up) && found.length > 0) {
      e.preventDefault();
      setAt((at + (down ? 1 : found.length - 1)) % found.length);
    } else if ((e.key === "Enter" || e.key === "Tab") && found.length > 0 && text) {
      e.preventDefault();
      choose(found[at]!);
    } else if (["Enter", ",", ";"].includes(e.key) && text) {
      e.preventDefault();
      take();
    } else if (e.key === "Backspace" && text === "" && p.value.length > 0) p.onChange(p.value.slice(0, -1));
    else if (e.key === "Escape" && found.length > 0) (e.stopPropagation(), setFound([]));
  };
  return (
    <div class="recipients" onClick={(e) => e.target === e.currentTarget && input.current?.focus()}>
      <label for={id} class="label">{p.label}</label>
      {p.value.map((a) => (
        <span key={a.email} class={`chip ${good(a.email) ? "" : "bad"}`} title={a.email}>
          {who(a)}
          <button type="button" aria-label={`${t("remove")}: ${a.email}`} onClick={() => p.onChange(p.value.filter((x) => x !== a))}><Icon name="close" size={13} /></button>
        </span>
      ))}
      <input id={id} ref={input} role="combobox" aria-expanded={found.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined} autocomplete="off" spellcheck={false} value={text}
        onInput={(e) => setText(e.currentTarget.value)} onKeyDown={key} onBlur={() => (take(), setTimeout(() => setFound([]), 150))}
        onPaste={(e) => {
          const list = read(e.clipboardData?.getData("text/plain") ?? "");
          if (list.length > 1) (e.preventDefault(), add(list));
        }} />
      <ul id={`${id}-list`} role="listbox" aria-label={p.label} class="suggestions" hidden={found.length === 0}>
        {found.map((a, i) => (
          <li key={a.email || a.name} id={`${id}-${i}`} role="option" aria-selected={i === at} onMouseDown={(e) => (e.preventDefault(), choose(a))}>
            <Icon name={a.group ? "people" : "person"} size={16} /><span class="name">{a.name || a.email}</span><span class="mailbox">{a.members ? `× ${a.members}` : a.email}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
