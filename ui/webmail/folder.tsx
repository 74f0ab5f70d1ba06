// The left pane: mailboxes, what is kept from the person, contacts, settings.
import { useState } from "preact/hooks";
import { confirm, question } from "../kit/dialog";
import { Icon, type IconName } from "../kit/icon";
import { Menu } from "../kit/menu";
import { fail, toast } from "../kit/toast";
import { move, targets } from "./act";
import { boxes, here, loadBoxes } from "./data";
import { capable, own, set } from "./jmap";
import type { Mailbox } from "./model";
import { address, go, place } from "./place";
import { boxName, t } from "./word";

const order = ["inbox", "drafts", "sent", "archive", "junk", "trash"];
const icons: Record<string, IconName> = { inbox: "inbox", drafts: "draft", sent: "outgoing", archive: "archive", junk: "junk", trash: "trash" };

// sorted are the mailboxes as a tree laid flat: those with a role first, children after their parent.
export function sorted(all: Mailbox[]): { box: Mailbox; depth: number }[] {
  const rank = (b: Mailbox) => (b.role && order.includes(b.role) ? order.indexOf(b.role) : 100);
  const known = new Set(all.map((b) => b.id));
  const out: { box: Mailbox; depth: number }[] = [];
  const add = (parent: string | null, depth: number) => {
    const children = all.filter((b) => (b.parentId && known.has(b.parentId) ? b.parentId : null) === parent);
    children.sort((a, b) => rank(a) - rank(b) || a.sortOrder - b.sortOrder || a.name.localeCompare(b.name));
    for (const box of children) {
      out.push({ box, depth });
      if (depth < 20) add(box.id, depth + 1);
    }
  };
  add(null, 0);
  return out;
}

export async function newFolder(parent: Mailbox | null): Promise<Mailbox | undefined> {
  const name = await question({ title: parent ? t("newInside") : t("newFolder"), input: { label: t("folderName") }, yes: t("create") });
  if (!name) return undefined;
  try {
    const r = await set<Mailbox>("Mailbox", { create: { n: { name, parentId: parent?.id ?? null } } });
    await loadBoxes();
    toast({ text: t("folderMade") });
    return boxes.value.find((b) => b.id === r.created!.n!.id);
  } catch (e) {
    fail(e);
    return undefined;
  }
}

async function rename(b: Mailbox): Promise<void> {
  const name = await question({ title: t("rename"), input: { label: t("folderName"), value: b.name }, yes: t("save") });
  if (!name || name === b.name) return;
  try {
    await set("Mailbox", { update: { [b.id]: { name } } });
    await loadBoxes();
  } catch (e) {
    fail(e);
  }
}

async function drop(b: Mailbox): Promise<void> {
  if (!(await confirm({ title: t("deleteFolder"), text: t("deleteFolderText", { name: b.name }), yes: t("deleteFolder"), danger: true }))) return;
  try {
    await set("Mailbox", { destroy: [b.id], onDestroyRemoveEmails: true });
    if (here.value?.id === b.id) go({ screen: "mail" });
    await loadBoxes();
  } catch (e) {
    fail(e);
  }
}

function Folder({ box, depth }: { box: Mailbox; depth: number }) {
  const [over, setOver] = useState(false);
  const current = here.value?.id === box.id;
  const unread = box.role === "drafts" ? box.totalEmails : box.role === "sent" || box.role === "trash" ? 0 : box.unreadEmails;
  const name = boxName(box);
  const accept = (e: DragEvent) => {
    if (!e.dataTransfer?.types.includes("application/x-sekisho-mail")) return;
    e.preventDefault();
    e.dataTransfer.dropEffect = "move";
    setOver(true);
  };
  const receive = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    const ids = e.dataTransfer?.getData("application/x-sekisho-mail").split(" ").filter(Boolean) ?? [];
    void move(ids.length > 0 ? ids : targets(), box.id);
  };
  return (
    <li class={`folder ${over ? "over" : ""}`} onDragOver={accept} onDragLeave={() => setOver(false)} onDrop={receive}>
      <a href={address({ screen: "mail", part: box.id })} aria-current={current ? "page" : undefined} class={unread && box.role !== "drafts" ? "unread" : ""} style={{ paddingLeft: `${12 + depth * 16}px` }}>
        <Icon name={icons[box.role ?? ""] ?? "folder"} />
        <span class="name">{name}</span>
        {unread > 0 && <span class="count"><span aria-hidden="true">{unread.toLocaleString()}</span><span class="hidden">{unread} {box.role === "drafts" ? "" : t("unread")}</span></span>}
      </a>
      {!box.role && (
        <Menu
          label={`${name}: ${t("more")}`}
          class="icon-button small"
          items={[
            { label: t("rename"), icon: "edit", run: () => void rename(box) },
            { label: t("newInside"), icon: "add", run: () => void newFolder(box) },
            { label: t("deleteFolder"), icon: "trash", danger: true, line: true, run: () => void drop(box) },
          ]}
        />
      )}
    </li>
  );
}

function Other({ screen, part, icon, label }: { screen: "kept" | "contact" | "setting"; part?: string; icon: IconName; label: string }) {
  const p = place.value;
  return (
    <li class="folder">
      <a href={address({ screen, part })} aria-current={p.screen === screen && (!part || p.part === part) ? "page" : undefined}>
        <Icon name={icon} />
        <span class="name">{label}</span>
      </a>
    </li>
  );
}

export function Folders({ onWrite }: { onWrite: () => void }) {
  return (
    <nav aria-label={t("folders")} class="folders">
      <button type="button" class="button primary write" onClick={onWrite} aria-keyshortcuts="c">
        <Icon name="edit" /> {t("compose")}
      </button>
      <ul>
        {sorted(boxes.value).map(({ box, depth }) => <Folder key={box.id} box={box} depth={depth} />)}
      </ul>
      <button type="button" class="button quiet new-folder" onClick={() => void newFolder(null)}>
        <Icon name="add" /> {t("newFolder")}
      </button>
      <ul class="others">
        {capable(own) && <Other screen="kept" part="quarantine" icon="shield" label={t("quarantine")} />}
        {capable(own) && <Other screen="kept" part="hold" icon="hold" label={t("holds")} />}
        {capable(own) && <Other screen="contact" icon="book" label={t("contacts")} />}
        <Other screen="setting" icon="gear" label={t("settings")} />
      </ul>
    </nav>
  );
}
