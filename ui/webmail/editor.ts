// The rich text editor (ProseMirror): loaded when somebody writes. What it gives out is written by its own serializer from its
// own model, so that no HTML that was pasted is ever sent.
import { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark, wrapIn, lift } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { inputRules, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { type MarkType, type Node, type NodeSpec, Schema } from "prosemirror-model";
import { marks, nodes } from "prosemirror-schema-basic";
import { liftListItem, sinkListItem, splitListItem, wrapInList, addListNodes } from "prosemirror-schema-list";
import { type Command, EditorState, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import type { Tree } from "./model";

// Pictures in a text are known by the Content-ID of their part; what stands in for them on the screen is in this tab only.
const shown = new Map<string, string>();

export function showPicture(cid: string, bytes: Blob): void {
  if (!shown.has(cid)) shown.set(cid, URL.createObjectURL(bytes));
}

const image: NodeSpec = {
  inline: true, group: "inline", attrs: { cid: {}, alt: { default: "" } }, draggable: true,
  // Only pictures of this editor: one that was pasted as HTML has no part.
  parseDOM: [{ tag: "img[data-cid]", getAttrs: (e) => (shown.has((e as HTMLElement).dataset.cid ?? "") ? { cid: (e as HTMLElement).dataset.cid, alt: (e as HTMLElement).getAttribute("alt") ?? "" } : false) }],
  toDOM: (n) => ["img", { src: shown.get(String(n.attrs.cid)) ?? "", alt: String(n.attrs.alt), "data-cid": String(n.attrs.cid) }],
};

const base = new Schema({ nodes: { doc: nodes.doc, paragraph: nodes.paragraph, blockquote: nodes.blockquote, horizontal_rule: nodes.horizontal_rule, heading: nodes.heading, code_block: nodes.code_block, text: nodes.text, hard_break: nodes.hard_break, image } });

export const schema = new Schema({
  nodes: addListNodes(base.spec.nodes, "paragraph block*", "block"),
  marks: { link: { ...marks.link, toDOM: (m) => ["a", { href: m.attrs.href, rel: "noopener" }, 0] }, em: marks.em, strong: marks.strong, code: marks.code, underline: { parseDOM: [{ tag: "u" }], toDOM: () => ["u", 0] } },
});

export type Doc = Record<string, unknown>; // a document as JSON

export interface Editor {
  view: EditorView;
  doc(): Doc;
  html(): string;
  text(): string;
  empty(): boolean;
  run(name: CommandName, value?: string): void;
  active(name: CommandName): boolean;
  insert(doc: Doc): void;
  picture(cid: string, alt: string, at?: number): void;
  pictures(): Set<string>;
  end(): void;
}

export type CommandName = "strong" | "em" | "underline" | "list" | "numbers" | "quote" | "link" | "undo" | "redo" | "code";

const mark = (name: string): MarkType => schema.marks[name]!;
const node = (name: string) => schema.nodes[name]!;

const commands: Record<Exclude<CommandName, "link">, Command> = {
  strong: toggleMark(mark("strong")), em: toggleMark(mark("em")), underline: toggleMark(mark("underline")), list: wrapInList(node("bullet_list")), numbers: wrapInList(node("ordered_list")),
  quote: (s, d, v) => (inside(s, "blockquote") ? lift(s, d) : wrapIn(node("blockquote"))(s, d, v)), undo, redo, code: setBlockType(node("code_block")),
};

function inside(s: EditorState, name: string): boolean {
  for (let d = s.selection.$from.depth; d > 0; d--) if (s.selection.$from.node(d).type.name === name) return true;
  return false;
}

const breakLine: Command = chainCommands(exitCode, (s, d) => (d?.(s.tr.replaceSelectionWith(node("hard_break").create()).scrollIntoView()), true));

const keys = keymap({
  "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo, "Mod-b": commands.strong, "Mod-i": commands.em, "Mod-u": commands.underline, "Shift-Enter": breakLine,
  Enter: splitListItem(node("list_item")), "Mod-]": sinkListItem(node("list_item")), "Mod-[": liftListItem(node("list_item")), "Mod-Shift-9": commands.quote, "Mod-Shift-8": commands.list, "Mod-Shift-7": commands.numbers,
});

const rules = inputRules({ rules: [wrappingInputRule(/^\s*([-*])\s$/, node("bullet_list")), wrappingInputRule(/^(\d+)\.\s$/, node("ordered_list")), wrappingInputRule(/^\s*>\s$/, node("blockquote"))] });

// safe addresses a link may have; anything else is text.
export function safe(href: string): string | null {
  const h = href.trim();
  if (/^(https?:\/\/|mailto:)[^\s]+$/i.test(h)) return h;
  return /^[\w.-]+\.[a-z]{2,}(\/\S*)?$/i.test(h) ? `https://${h}` : null;
}

// mount makes an editor in an element.
export function mount(place: HTMLElement, doc: Doc | null, o: { label: string; onChange: () => void; onFiles: (files: File[], at?: number) => void; onSend: () => void }): Editor {
  let start: Node | undefined;
  try {
    start = doc ? schema.nodeFromJSON(doc) : undefined;
  } catch {
    start = undefined;
  }
  const state = EditorState.create({ schema, doc: start, plugins: [history(), rules, keys, keymap(baseKeymap)] });
  const files = (list?: FileList | null) => [...(list ?? [])];
  const view: EditorView = new EditorView(place, {
    state,
    attributes: { role: "textbox", "aria-multiline": "true", "aria-label": o.label, class: "writing-area" },
    dispatchTransaction(tr) {
      view.updateState(view.state.apply(tr));
      o.onChange();
    },
    handlePaste: (_, e) => files(e.clipboardData?.files).length > 0 && (o.onFiles(files(e.clipboardData?.files)), true),
    handleDrop: (_, e) => files((e as DragEvent).dataTransfer?.files).length > 0 && (o.onFiles(files((e as DragEvent).dataTransfer?.files), view.posAtCoords({ left: (e as DragEvent).clientX, top: (e as DragEvent).clientY })?.pos), e.preventDefault(), e.stopPropagation(), true),
    handleKeyDown: (_, e) => e.key === "Enter" && (e.ctrlKey || e.metaKey) && (o.onSend(), true),
  });
  view.dispatch(view.state.tr.setSelection(Selection.atStart(view.state.doc)));
  return {
    view,
    doc: () => view.state.doc.toJSON() as Doc,
    html: () => html(view.state.doc),
    text: () => text(view.state.doc),
    empty: () => view.state.doc.textContent.trim() === "",
    run(name, value) {
      if (name === "link") link(view, value ?? "");
      else commands[name](view.state, view.dispatch, view);
      view.focus();
    },
    active(name) {
      const s = view.state;
      const m = schema.marks[name];
      if (m) return s.selection.empty ? !!m.isInSet(s.storedMarks ?? s.selection.$from.marks()) : s.doc.rangeHasMark(s.selection.from, s.selection.to, m);
      return { list: inside(s, "bullet_list"), numbers: inside(s, "ordered_list"), quote: inside(s, "blockquote") }[name as string] ?? false;
    },
    insert(d) {
      view.dispatch(view.state.tr.replaceSelectionWith(schema.nodeFromJSON(d).content.firstChild ?? node("paragraph").create()));
    },
    picture(cid, alt, at) {
      const n = node("image").create({ cid, alt });
      view.dispatch(at === undefined ? view.state.tr.replaceSelectionWith(n, false) : view.state.tr.insert(Math.min(at, view.state.doc.content.size), n));
    },
    pictures: () => pictures(view.state.doc),
    end: () => view.destroy(),
  };
}

function link(view: EditorView, value: string): void {
  const href = safe(value);
  if (!href) return;
  const { from, to, empty } = view.state.selection;
  const m = mark("link").create({ href });
  view.dispatch(empty ? view.state.tr.replaceSelectionWith(schema.text(value, [m]), false) : view.state.tr.addMark(from, to, m));
}

// pictures are the Content-IDs of the pictures in a document.
function pictures(n: Node): Set<string> {
  const out = new Set<string>();
  n.descendants((c) => void (c.type.name === "image" && out.add(String(c.attrs.cid))));
  return out;
}

function escape(s: string): string {
  return s.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const tags: Record<string, string> = { paragraph: "p", blockquote: "blockquote", bullet_list: "ul", ordered_list: "ol", list_item: "li", code_block: "pre" };

// html writes a document for mail readers.
export function html(n: Node): string {
  if (n.isText) {
    let out = escape(n.text!).replaceAll("  ", " &nbsp;");
    for (const m of n.marks) {
      if (m.type.name === "link") {
        const href = safe(String(m.attrs.href));
        if (href) out = `<a href="${escape(href)}">${out}</a>`;
      } else out = { strong: `<b>${out}</b>`, em: `<i>${out}</i>`, code: `<code>${out}</code>`, underline: `<u>${out}</u>` }[m.type.name] ?? out;
    }
    return out;
  }
  let inner = "";
  n.forEach((c) => (inner += html(c)));
  if (n.type.name === "hard_break") return "<br>";
  if (n.type.name === "image") return `<img src="cid:${escape(String(n.attrs.cid))}" alt="${escape(String(n.attrs.alt))}" style="max-width:100%">`;
  if (n.type.name === "horizontal_rule") return "<hr>";
  if (n.type.name === "heading") return `<h${n.attrs.level}>${inner}</h${n.attrs.level}>`;
  if (n.type.name === "doc") return `<!doctype html><html><head><meta charset="utf-8"></head><body>${inner}</body></html>`;
  const tag = tags[n.type.name];
  return tag ? `<${tag}>${inner || (tag === "p" ? "<br>" : "")}</${tag}>` : inner;
}

// text writes a document as plain text: quotes with >, lists with their marks.
export function text(n: Node): string {
  const blocks: string[] = [];
  n.forEach((c, _o, i) => {
    switch (c.type.name) {
      case "blockquote":
        blocks.push(text(c).split("\n").map((l) => (l ? `> ${l}` : ">")).join("\n"));
        break;
      case "bullet_list": case "ordered_list": {
        const items: string[] = [];
        c.forEach((item, _p, k) => items.push((c.type.name === "ordered_list" ? `${k + 1}. ` : "- ") + text(item).replaceAll("\n", "\n   ")));
        blocks.push(items.join("\n"));
        break;
      }
      case "horizontal_rule":
        blocks.push("----");
        break;
      default:
        blocks.push(inline(c));
    }
    void i;
  });
  return blocks.join("\n");
}

function inline(n: Node): string {
  let out = "";
  n.forEach((c) => {
    const link = c.marks.find((m) => m.type.name === "link");
    const s = c.isText ? c.text! : c.type.name === "image" ? `[${c.attrs.alt}]` : "\n";
    out += link && link.attrs.href !== s && !String(link.attrs.href).endsWith(s) ? `${s} <${link.attrs.href}>` : s;
  });
  return out;
}

// fromText makes a document of plain text.
export function fromText(s: string): Doc {
  return { type: "doc", content: s.split("\n").map((l) => (l ? { type: "paragraph", content: [{ type: "text", text: l }] } : { type: "paragraph" })) };
}

export function toText(d: Doc): string {
  return text(schema.nodeFromJSON(d));
}

export function toHTML(d: Doc): string {
  return html(schema.nodeFromJSON(d));
}

type J = { type: string; attrs?: Record<string, unknown>; content?: J[]; text?: string; marks?: { type: string; attrs?: Record<string, unknown> }[] };

// fromTree makes a document of a mail that was opened again as a draft.
export function fromTree(tree: Tree, links: Map<number, string>, cids = new Map<number, string>()): Doc {
  const blocks: J[] = [];
  let line: J[] = [];
  const end = (into: J[]) => {
    if (line.length > 0) into.push({ type: "paragraph", content: line });
    line = [];
  };
  const walk = (n: Tree, into: J[], marks: J["marks"]) => {
    if (typeof n === "string") {
      const s = n.replace(/\s+/g, " ");
      if (s && !(s === " " && line.length === 0)) line.push({ type: "text", text: s, ...(marks!.length ? { marks } : {}) });
      return;
    }
    const [tag, attrs, ...children] = n;
    const m = { b: "strong", strong: "strong", i: "em", em: "em", u: "underline", code: "code" }[tag];
    const href = tag === "a" ? links.get(Number(attrs?.link)) : undefined;
    const next = m ? [...marks!, { type: m }] : href ? [...marks!, { type: "link", attrs: { href } }] : marks;
    const block = { blockquote: "blockquote", ul: "bullet_list", ol: "ordered_list", li: "list_item" }[tag];
    const cid = tag === "img" ? cids.get(Number(attrs?.picture)) : undefined;
    if (cid) return void line.push({ type: "image", attrs: { cid, alt: String(attrs?.alt ?? "") } });
    if (tag === "br") return void line.push({ type: "hard_break" });
    if (block) {
      end(into);
      const inner: J[] = [];
      for (const c of children) walk(c, inner, next);
      end(inner);
      if (block === "list_item" && inner[0]?.type !== "paragraph") inner.unshift({ type: "paragraph" });
      const kept = block.endsWith("list") ? inner.filter((x) => x.type === "list_item") : inner;
      if (kept.length > 0) into.push({ type: block, content: kept });
      return;
    }
    const own = /^(p|div|h[1-6]|pre|table|tr|section|article)$/.test(tag);
    if (own) end(into);
    for (const c of children) walk(c, into, next);
    if (own && line.length === 0 && tag === "p" && children.length <= 1) into.push({ type: "paragraph" });
    if (own) end(into);
  };
  walk(tree, blocks, []);
  end(blocks);
  const clean = blocks.filter((b, i) => !(b.type === "paragraph" && b.content?.length === 1 && b.content[0]!.type === "hard_break" && i >= 0) || (b.content = undefined, true)).filter((b) => b.type !== "list_item");
  return { type: "doc", content: clean.length > 0 ? clean : [{ type: "paragraph" }] };
}
