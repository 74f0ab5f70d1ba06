// Accounts, aliases and groups of a contract.
import { useState } from "preact/hooks";
import { bytes, catalogue } from "../kit/text";
import { readTagged, write } from "./api";
import { Confirm, Form, type Field, type Values } from "./form";
import { Grid } from "./grid";
import type { Account, AccountMade, Alias, Group } from "./model";
import { Copy, Head, Modal, State, problemOf, tell } from "./part";
import { contract, link } from "./place";
import { may, me, t as frame } from "./shell";
import { roles, say } from "./wording";

const t = catalogue({
  en: {
    search: "Address or name", address: "Address", name: "Name", role: "Role", status: "Status", quota: "Storage", unbounded: "no bound", keys: "no keys yet", add: "Add", edit: "Change", remove: "Remove", addAccount: "Add an account", editAccount: "Change account", addAlias: "Add an alias", editAlias: "Change alias", addGroup: "Add a group", editGroup: "Change group",
    quotaHelp: "In bytes; 0: no bound.", appPassword: "Also make a first app password for mail programs", save: "Save", saved: "Saved.", made: "The account was made. Its passwords are shown only now.", password: "First password", app: "App password", removeAccount: "Remove this account with all its mail?", removeAlias: "Remove this alias?", removeGroup: "Remove this group? Rules that name it match nobody then.",
    removed: "Removed.", targets: "Goes to", targetsHelp: "One address in a line.", identity: "They may send as this address", may: "may send as it", members: "Members", supervisor: "Supervisor", supervisorHelp: "Whom rules may ask about this person's mail: an address of the contract. Empty: nobody.", leaves: "Last day", leavesHelp: "The announced one. It suspends nobody; the ranking for auditors knows of it.", membersHelp: "One address in a line, or @domain.", import: "CSV import", domain: "The address ends in one of the contract's domains.", groupsAbout: "Named lists of addresses, for rules.", aliasesAbout: "Addresses whose mail goes to others.", n: "{n} members",
  },
  ja: {
    search: "アドレスまたは名前", address: "アドレス", name: "名前", role: "役割", status: "状態", quota: "容量", unbounded: "上限なし", keys: "鍵なし", add: "追加", edit: "変更", remove: "削除", addAccount: "アカウントを追加", editAccount: "アカウントの変更", addAlias: "エイリアスを追加", editAlias: "エイリアスの変更", addGroup: "グループを追加", editGroup: "グループの変更",
    quotaHelp: "バイト単位。0 は上限なし。", appPassword: "メールソフト用のアプリパスワードも作成する", save: "保存", saved: "保存しました。", made: "アカウントを作成しました。パスワードは今だけ表示されます。", password: "初期パスワード", app: "アプリパスワード", removeAccount: "このアカウントを、すべてのメールとともに削除しますか？", removeAlias: "このエイリアスを削除しますか？", removeGroup: "このグループを削除しますか？ 参照している規則は誰にも該当しなくなります。",
    removed: "削除しました。", targets: "配送先", targetsHelp: "1行に1アドレス。", identity: "配送先がこのアドレスから送信できる", may: "送信可", members: "メンバー", supervisor: "上長", supervisorHelp: "規則がこの人のメールについて承認を求める相手。契約内のアドレス。空欄：なし。", leaves: "退職予定日", leavesHelp: "アカウントは停止されません。監査担当者向けの順位付けで考慮されます。", membersHelp: "1行に1アドレス、または @ドメイン。", import: "CSV 取り込み", domain: "契約のドメインのアドレスを入力してください。", groupsAbout: "規則で使う、名前付きのアドレス一覧です。", aliasesAbout: "他のアドレスに配送されるアドレスです。", n: "{n} 件",
  },
});

// Editing is a row that is being changed, with its tag; without one it is being made.
interface Editing<T> {
  row: T | null;
  tag: string;
}

// useEditing keeps which row is being changed or removed.
export function useEditing<T>(pathOf: (row: T) => string) {
  const [round, setRound] = useState(0);
  const [editing, setEditing] = useState<Editing<T> | null>(null);
  const [removing, setRemoving] = useState<T | null>(null);
  return {
    round, editing, removing, setRemoving,
    make: () => setEditing({ row: null, tag: "" }),
    edit: (row: T) => void readTagged<T>(pathOf(row)).then(({ body, tag }) => setEditing({ row: body, tag }), (e) => tell(problemOf(e).title)),
    close: () => (setEditing(null), setRemoving(null)),
    done: (text: string) => (setRound((n) => n + 1), tell(text)),
  };
}

function Acts<T>({ name, row, e }: { name: string; row: T; e: ReturnType<typeof useEditing<T>> }) {
  return may("account:change") && (
    <>
      <button class="button small" aria-label={`${t("edit")}: ${name}`} onClick={() => e.edit(row)}>{t("edit")}</button>
      <button class="button small danger" aria-label={`${t("remove")}: ${name}`} onClick={() => e.setRemoving(row)}>{t("remove")}</button>
    </>
  );
}

// given are the roles that the person may give.
function given(): [string, string][] {
  const mine = me.value!.role;
  return roles.filter((r) => mine === "operator" || (mine !== "domain-admin" && r !== "operator") || r === "user").map((r) => [r, say("role", r)]);
}

function accountFields(a: Account | null): Field[] {
  const list: Field[] = [
    { name: "address", label: t("address"), kind: "email", required: true, value: a?.address, help: t("domain") }, { name: "name", label: t("name"), value: a?.name },
    { name: "role", label: t("role"), kind: "select", value: a?.role === "admin" ? "contract-admin" : (a?.role ?? "user"), options: given() }, { name: "quota", label: t("quota"), kind: "number", value: a?.quota ?? 0, help: t("quotaHelp") },
  ];
  if (a) list.push({ name: "status", label: t("status"), kind: "select", value: a.status, options: ["active", "suspended"].map((s) => [s, say("status", s)]) });
  if (a) list.push({ name: "supervisor", label: t("supervisor"), kind: "email", value: a.supervisor, help: t("supervisorHelp") }, { name: "leaves", label: t("leaves"), kind: "date", value: a.leaves, help: t("leavesHelp") });
  else list.push({ name: "appPassword", label: t("appPassword"), kind: "check" });
  return list;
}

export function AccountScreen() {
  const of = contract.value;
  const root = `/contracts/${of}/accounts`;
  const e = useEditing<Account>((a) => `${root}/${a.id}`);
  const [made, setMade] = useState<AccountMade | null>(null);
  async function save(v: Values, key: string): Promise<void> {
    if (e.editing!.row) await write("PATCH", `${root}/${e.editing!.row.id}`, { ...v, supervisor: v.supervisor || "none", leaves: v.leaves || "none" }, e.editing!.tag, key);
    else setMade(await write<AccountMade>("POST", root, v, "", key));
    e.done(t("saved"));
  }
  return (
    <>
      <Head title={frame("accounts")}>
        {may("account:change") && <a class="button" href={link([of, "imports"])}>{t("import")}</a>}
        {may("account:change") && <button class="button primary" onClick={e.make}>{t("add")}</button>}
      </Head>
      <Grid<Account>
        label={frame("accounts")} path={root} keyOf={(a) => a.id} file="accounts" search={t("search")} round={e.round}
        filters={[{ name: "status", label: t("status"), options: ["active", "suspended"].map((s) => [s, say("status", s)]) }, { name: "role", label: t("role"), options: roles.map((r) => [r, say("role", r)]) }]}
        columns={[
          { title: t("address"), cell: (a) => a.address, kind: "main" },
          { title: t("name"), cell: (a) => a.name || "—", kind: "wide" },
          { title: t("role"), cell: (a) => say("role", a.role) },
          { title: t("status"), cell: (a) => <><State family="status" code={a.status} />{!a.ready && <span class="state warn">{t("keys")}</span>}</> },
          { title: t("supervisor"), cell: (a) => a.supervisor || "—", kind: "wide" },
          { title: t("quota"), cell: (a) => (a.quota ? bytes(a.quota) : t("unbounded")), kind: "number" },
          { title: "", kind: "act", cell: (a) => <Acts name={a.address} row={a} e={e} /> },
        ]}
      />
      {e.editing && <Form title={e.editing.row ? t("editAccount") : t("addAccount")} act={t("save")} fields={accountFields(e.editing.row)} save={save} close={e.close} />}
      {e.removing && <Confirm title={t("remove")} act={t("remove")} about={<><p><b>{e.removing.address}</b></p><p>{t("removeAccount")}</p></>} close={e.close} save={async (key) => (await write("DELETE", `${root}/${e.removing!.id}`, undefined, "", key), e.done(t("removed")))} />}
      {made && <Secrets made={made} close={() => setMade(null)} />}
    </>
  );
}

function Secrets({ made, close }: { made: AccountMade; close: () => void }) {
  const row = (label: string, s?: string) => s && <div class="secret"><span>{label}</span><code>{s}</code><Copy text={s} label={label} /></div>;
  return (
    <Modal title={made.address} close={close}>
      <div class="stack">
        <p class="note warn">{t("made")}</p>
        {row(t("password"), made.password)}
        {row(t("app"), made.appPassword)}
      </div>
    </Modal>
  );
}

export function AliasScreen() {
  const root = `/contracts/${contract.value}/aliases`;
  const at = (a: Alias) => `${root}/${encodeURIComponent(a.address)}`;
  const e = useEditing<Alias>(at);
  const row = e.editing?.row;
  const fields: Field[] = [{ name: "targets", label: t("targets"), kind: "lines", required: true, value: row?.targets, help: t("targetsHelp") }, { name: "identity", label: t("identity"), kind: "check", value: row?.identity }];
  if (!row) fields.unshift({ name: "address", label: t("address"), kind: "email", required: true, help: t("domain") });
  return (
    <>
      <Head title={frame("aliases")} about={t("aliasesAbout")}>{may("account:change") && <button class="button primary" onClick={e.make}>{t("add")}</button>}</Head>
      <Grid<Alias>
        label={frame("aliases")} path={root} keyOf={(a) => a.address} file="aliases" search={t("search")} round={e.round}
        columns={[
          { title: t("address"), cell: (a) => a.address, kind: "main" },
          { title: t("targets"), cell: (a) => a.targets.join(", "), kind: "wide" },
          { title: t("identity"), cell: (a) => (a.identity ? t("may") : "—") },
          { title: "", kind: "act", cell: (a) => <Acts name={a.address} row={a} e={e} /> },
        ]}
      />
      {e.editing && <Form title={row ? `${t("editAlias")}: ${row.address}` : t("addAlias")} act={t("save")} fields={fields} close={e.close} save={async (v, key) => (await (row ? write("PUT", at(row), v, e.editing!.tag, key) : write("POST", root, v, "", key)), e.done(t("saved")))} />}
      {e.removing && <Confirm title={t("remove")} act={t("remove")} about={<><p><b>{e.removing.address}</b></p><p>{t("removeAlias")}</p></>} close={e.close} save={async (key) => (await write("DELETE", at(e.removing!), undefined, "", key), e.done(t("removed")))} />}
    </>
  );
}

export function GroupScreen() {
  const root = `/contracts/${contract.value}/groups`;
  const at = (g: Group) => `${root}/${encodeURIComponent(g.name)}`;
  const e = useEditing<Group>(at);
  const row = e.editing?.row;
  const fields: Field[] = [{ name: "members", label: t("members"), kind: "lines", value: row?.members, help: t("membersHelp") }];
  if (!row) fields.unshift({ name: "name", label: t("name"), required: true });
  return (
    <>
      <Head title={frame("groups")} about={t("groupsAbout")}>{may("account:change") && <button class="button primary" onClick={e.make}>{t("add")}</button>}</Head>
      <Grid<Group>
        label={frame("groups")} path={root} keyOf={(g) => g.name} file="groups" search={t("search")} round={e.round}
        columns={[
          { title: t("name"), cell: (g) => g.name, kind: "main" },
          { title: t("members"), cell: (g) => <><b>{t("n", { n: g.members.length })}</b> <span class="quiet">{g.members.slice(0, 4).join(", ")}{g.members.length > 4 ? " …" : ""}</span></>, kind: "wide" },
          { title: "", kind: "act", cell: (g) => <Acts name={g.name} row={g} e={e} /> },
        ]}
      />
      {e.editing && <Form title={row ? `${t("editGroup")}: ${row.name}` : t("addGroup")} act={t("save")} fields={fields} close={e.close} save={async (v, key) => (await (row ? write("PUT", at(row), v, e.editing!.tag, key) : write("POST", root, v, "", key)), e.done(t("saved")))} />}
      {e.removing && <Confirm title={t("remove")} act={t("remove")} about={<><p><b>{e.removing.name}</b></p><p>{t("removeGroup")}</p></>} close={e.close} save={async (key) => (await write("DELETE", at(e.removing!), undefined, "", key), e.done(t("removed")))} />}
    </>
  );
}
