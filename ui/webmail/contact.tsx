// Contacts: the person's own, those that the organisation keeps for everybody, and the people of the organisation.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Dialog, confirm } from "../kit/dialog";
import { Icon, IconButton } from "../kit/icon";
import { catalogue } from "../kit/text";
import { fail } from "../kit/toast";
import { chain, ref, set } from "./jmap";
import { expand } from "./expand";
import type { Contact } from "./model";
import { address as hrefOf, place } from "./place";
import { writing } from "./writing";

const t = catalogue({
  en: { title: "Contacts", add: "New contact", edit: "Edit contact", search: "Search", name: "Name", address: "Address", label: "Label", organization: "Organisation", note: "Note", groups: "Groups, separated by commas", more: "Another address", save: "Save", cancel: "Cancel", remove: "Delete", removeText: "{name} will be deleted from your contacts.", write: "Write to", none: "No contacts yet", removeAddress: "Remove the address", mine: "Mine", shared: "Shared", directory: "Colleagues", sharedNone: "Your administrators keep no shared contacts yet", found: "Nobody was found", type: "Type a name or an address", everybody: "Write to all {n}", all: "All", group: "Group", more500: "The first {n} of {total}. Search for others." },
  ja: { title: "連絡先", add: "新しい連絡先", edit: "連絡先の編集", search: "検索", name: "名前", address: "アドレス", label: "ラベル", organization: "組織", note: "メモ", groups: "グループ(カンマ区切り)", more: "アドレスを追加", save: "保存", cancel: "キャンセル", remove: "削除", removeText: "{name}を連絡先から削除します。", write: "メールを書く", none: "連絡先はまだありません", removeAddress: "アドレスを削除", mine: "個人", shared: "共有", directory: "社内", sharedNone: "管理者が登録した共有連絡先はまだありません", found: "見つかりませんでした", type: "名前またはアドレスを入力してください", everybody: "{n} 件すべてに書く", all: "すべて", group: "グループ", more500: "{total} 件中、最初の {n} 件です。検索で絞り込んでください。" },
});

const blank: Contact = { id: "", name: "", emails: [{ address: "", label: "" }], organization: "", note: "", groups: [] };

function Form({ it, done }: { it: Contact; done: (saved: boolean) => void }) {
  const [c, setC] = useState<Contact>(it);
  const [fault, setFault] = useState("");
  const mail = (i: number, more: object) => setC({ ...c, emails: c.emails.map((e, j) => (j === i ? { ...e, ...more } : e)) });
  const save = async (e: SubmitEvent) => {
    e.preventDefault();
    const { id, ...rest } = { ...c, emails: c.emails.filter((x) => x.address.trim()) };
    try {
      await set("Contact", id ? { update: { [id]: rest } } : { create: { n: rest } });
      done(true);
    } catch (e) {
      setFault(e instanceof Error ? e.message : String(e));
    }
  };
  return (
    <Dialog title={t(it.id ? "edit" : "add")} onClose={() => done(false)}>
      <form class="dialog-form" onSubmit={save}>
        <div role="alert">{fault && <p class="note bad">{fault}</p>}</div>
        <label class="field"><span>{t("name")}</span><input required autofocus maxLength={200} value={c.name} onInput={(e) => setC({ ...c, name: e.currentTarget.value })} /></label>
        {c.emails.map((m, i) => (
          <div class="rule condition" key={i}>
            <label class="field"><span>{t("address")}</span><input type="email" required={i === 0} value={m.address} onInput={(e) => mail(i, { address: e.currentTarget.value })} /></label>
            {c.emails.length > 1 && <IconButton icon="close" label={t("removeAddress")} onClick={() => setC({ ...c, emails: c.emails.filter((_, j) => j !== i) })} />}
          </div>
        ))}
        <p><button type="button" class="button tiny" onClick={() => setC({ ...c, emails: [...c.emails, { address: "", label: "" }] })}>{t("more")}</button></p>
        <label class="field"><span>{t("organization")}</span><input maxLength={200} value={c.organization} onInput={(e) => setC({ ...c, organization: e.currentTarget.value })} /></label>
        <label class="field"><span>{t("groups")}</span><input value={c.groups.join(", ")} onChange={(e) => setC({ ...c, groups: e.currentTarget.value.split(/[,、]/).map((g) => g.trim()).filter(Boolean) })} /></label>
        <label class="field"><span>{t("note")}</span><textarea maxLength={4000} value={c.note} onInput={(e) => setC({ ...c, note: e.currentTarget.value })} /></label>
        <footer><button type="button" class="button" onClick={() => done(false)}>{t("cancel")}</button><button class="button primary">{t("save")}</button></footer>
      </form>
    </Dialog>
  );
}

function Mine() {
  const [list, setList] = useState<Contact[] | null>(null);
  const [text, setText] = useState("");
  const [form, setForm] = useState<Contact | null>(null);
  const load = async () => {
    try {
      const [, g] = await chain([["Contact/query", { filter: text ? { text } : {}, limit: 500 }], ["Contact/get", { "#ids": ref(0, "Contact/query", "/ids") }]]);
      setList((g!.list as Contact[]).sort((a, b) => a.name.localeCompare(b.name)));
    } catch (e) {
      fail(e);
      setList((old) => old ?? []);
    }
  };
  useDelayed(load, [text]);
  const drop = async (c: Contact) => {
    if (!(await confirm({ title: t("remove"), text: t("removeText", { name: c.name }), yes: t("remove"), danger: true }))) return;
    await set("Contact", { destroy: [c.id] }).then(load, fail);
  };
  return (
    <>
      <Bar text={text} setText={setText}><button type="button" class="button primary" onClick={() => setForm(blank)}><Icon name="add" /> {t("add")}</button></Bar>
      <ul class="cards">
        {list?.map((c) => (
          <Card key={c.id} c={c}>
            <IconButton icon="edit" label={`${t("edit")}: ${c.name}`} onClick={() => setForm(c)} />
            <IconButton icon="trash" label={`${t("remove")}: ${c.name}`} onClick={() => void drop(c)} />
          </Card>
        ))}
      </ul>
      {list?.length === 0 && <Empty text={t("none")} />}
      {form && <Form it={form} done={(saved) => (setForm(null), saved && void load())} />}
    </>
  );
}

interface Group {
  name: string;
  members: number;
}

function Shared() {
  const [list, setList] = useState<Contact[] | null>(null);
  const [groups, setGroups] = useState<Group[]>([]);
  const [total, setTotal] = useState(0);
  const [text, setText] = useState("");
  const [group, setGroup] = useState("");
  const load = async () => {
    try {
      const filter = { ...(text ? { text } : {}), ...(group ? { group } : {}) };
      const [q, g, all] = await chain([["SharedContact/query", { filter, limit: 500, calculateTotal: true }], ["SharedContact/get", { "#ids": ref(0, "SharedContact/query", "/ids") }], ["SharedContact/query", { limit: 0 }]]);
      const order = new Map((q!.ids as string[]).map((id, i) => [id, i]));
      setList((g!.list as Contact[]).sort((a, b) => order.get(a.id)! - order.get(b.id)!));
      setGroups(all!.groups as Group[]);
      setTotal(q!.total as number);
    } catch (e) {
      fail(e);
      setList((old) => old ?? []);
    }
  };
  useDelayed(load, [text, group]);
  return (
    <>
      <Bar text={text} setText={setText}>
        {groups.length > 0 && (
          <label class="filter">
            <span class="hidden">{t("group")}</span>
            <select class="input" value={group} onChange={(e) => setGroup(e.currentTarget.value)}>
              <option value="">{t("all")}</option>
              {groups.map((g) => <option value={g.name} key={g.name}>{g.name} ({g.members})</option>)}
            </select>
          </label>
        )}
        {group && <button type="button" class="button" onClick={() => void expand(group).then((a) => writing.write(a), fail)}>{t("everybody", { n: groups.find((g) => g.name === group)?.members ?? 0 })}</button>}
      </Bar>
      <ul class="cards">{list?.map((c) => <Card key={c.id} c={c} />)}</ul>
      {list && total > list.length && <p class="small">{t("more500", { n: list.length, total })}</p>}
      {list?.length === 0 && <Empty text={t(text || group ? "found" : "sharedNone")} />}
    </>
  );
}

interface Entry {
  name: string;
  address: string;
  group: boolean;
}

function Colleagues() {
  const [list, setList] = useState<Entry[] | null>(null);
  const [text, setText] = useState("");
  const load = () => chain([["Directory/query", { filter: { text }, limit: 100 }]]).then(([d]) => setList(d!.list as Entry[]), (e) => (fail(e), setList((old) => old ?? [])));
  useDelayed(load, [text]);
  return (
    <>
      <Bar text={text} setText={setText} />
      <ul class="cards">{list?.map((e) => <Card key={e.address} c={{ ...blank, name: e.name || e.address, emails: [{ address: e.address, label: "" }] }} />)}</ul>
      {list?.length === 0 && <Empty text={t("found")} />}
    </>
  );
}

// useDelayed does something when what it depends on has rested for a moment.
function useDelayed(load: () => void, on: string[]): void {
  useEffect(() => {
    const wait = setTimeout(load, on.some(Boolean) ? 200 : 0);
    return () => clearTimeout(wait);
  }, on);
}

function Bar({ text, setText, children }: { text: string; setText: (s: string) => void; children?: ComponentChildren }) {
  return (
    <p class="contact-bar">
      <input type="search" class="input" aria-label={t("search")} placeholder={t("search")} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      {children}
    </p>
  );
}

function Card({ c, children }: { c: Contact; children?: ComponentChildren }) {
  return (
    <li class="card">
      <div>
        <p class="title">{c.name}</p>
        {c.emails.map((e) => <p key={e.address}>{e.address}</p>)}
        <p class="small">{[c.organization, ...c.groups].filter(Boolean).join(" · ")}</p>
      </div>
      <div class="buttons">
        <button type="button" class="button tiny" aria-label={`${t("write")}: ${c.name}`} onClick={() => void writing.write(c.emails.slice(0, 1).map((e) => ({ name: c.name, email: e.address })))}>{t("write")}</button>
        {children}
      </div>
    </li>
  );
}

function Empty({ text }: { text: string }) {
  return <div class="empty"><Icon name="book" size={36} /><p>{text}</p></div>;
}

const parts = { mine: Mine, shared: Shared, directory: Colleagues };

export default function ContactScreen() {
  const part = (place.value.part in parts ? place.value.part : "mine") as keyof typeof parts;
  const Part = parts[part];
  return (
    <div class="screen">
      <header><h1>{t("title")}</h1></header>
      <nav class="tabs" aria-label={t("title")}>
        {(Object.keys(parts) as (keyof typeof parts)[]).map((p) => <a key={p} href={hrefOf({ screen: "contact", part: p === "mine" ? "" : p })} aria-current={p === part ? "page" : undefined}>{t(p)}</a>)}
      </nav>
      <Part key={part} />
    </div>
  );
}
