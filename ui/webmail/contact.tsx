// The person's own contacts.
import { useEffect, useState } from "preact/hooks";
import { Dialog, confirm } from "../kit/dialog";
import { Icon, IconButton } from "../kit/icon";
import { catalogue } from "../kit/text";
import { fail } from "../kit/toast";
import { chain, ref, set } from "./jmap";
import type { Contact } from "./model";
import { writing } from "./writing";

const t = catalogue({
  en: { title: "Contacts", add: "New contact", edit: "Edit contact", search: "Search", name: "Name", address: "Address", label: "Label", organization: "Organisation", note: "Note", groups: "Groups, separated by commas", more: "Another address", save: "Save", cancel: "Cancel", remove: "Delete", removeText: "{name} will be deleted from your contacts.", write: "Write to", none: "No contacts yet", removeAddress: "Remove the address" },
  ja: { title: "連絡先", add: "新しい連絡先", edit: "連絡先の編集", search: "検索", name: "名前", address: "アドレス", label: "ラベル", organization: "組織", note: "メモ", groups: "グループ(カンマ区切り)", more: "アドレスを追加", save: "保存", cancel: "キャンセル", remove: "削除", removeText: "{name}を連絡先から削除します。", write: "メールを書く", none: "連絡先はまだありません", removeAddress: "アドレスを削除" },
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

export default function ContactScreen() {
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
  useEffect(() => {
    const wait = setTimeout(load, text ? 200 : 0);
    return () => clearTimeout(wait);
  }, [text]);
  const drop = async (c: Contact) => {
    if (!(await confirm({ title: t("remove"), text: t("removeText", { name: c.name }), yes: t("remove"), danger: true }))) return;
    await set("Contact", { destroy: [c.id] }).then(load, fail);
  };
  return (
    <div class="screen">
      <header>
        <h1>{t("title")}</h1>
        <input type="search" class="input" aria-label={t("search")} placeholder={t("search")} value={text} onInput={(e) => setText(e.currentTarget.value)} />
        <button type="button" class="button primary" onClick={() => setForm(blank)}><Icon name="add" /> {t("add")}</button>
      </header>
      <ul class="cards">
        {list?.map((c) => (
          <li key={c.id} class="card">
            <div>
              <p class="title">{c.name}</p>
              {c.emails.map((e) => <p key={e.address}>{e.address}</p>)}
              <p class="small">{[c.organization, ...c.groups].filter(Boolean).join(" · ")}</p>
            </div>
            <div class="buttons">
              <button type="button" class="button tiny" onClick={() => void writing.write(c.emails.slice(0, 1).map((e) => ({ name: c.name, email: e.address })))}>{t("write")}</button>
              <IconButton icon="edit" label={`${t("edit")}: ${c.name}`} onClick={() => setForm(c)} />
              <IconButton icon="trash" label={`${t("remove")}: ${c.name}`} onClick={() => void drop(c)} />
            </div>
          </li>
        ))}
      </ul>
      {list?.length === 0 && <div class="empty"><Icon name="book" size={36} /><p>{t("none")}</p></div>}
      {form && <Form it={form} done={(saved) => (setForm(null), saved && void load())} />}
    </div>
  );
}
