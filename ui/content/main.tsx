// The frame in which the text of a mail is shown. It is on an origin of its own, sandboxed, and this is its only script. It
// gets a tree of elements and texts, never HTML, and builds it from the list below with the DOM's own methods: what is not
// in the list is not built, whoever sent it.
//
//	parent -> frame  {show: Node, pictures: {n: {type, bytes}}, dark: boolean}
//	frame -> parent  {ready: true} | {height: number} | {link: n} | {over: n | null} | {key: string}
import "./content.css";

type Tree = string | [string, Record<string, unknown>, ...Tree[]];

interface Show {
  show: Tree | null;
  pictures?: Record<string, { type: string; bytes: ArrayBuffer }>;
  dark?: boolean;
}

// The elements of text, tables and lists; none that loads, runs, embeds or submits anything.
const elements = new Set(
  ("a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre " +
    "q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr").split(" "),
);

// Attributes whose value is a short plain text or a number. None takes an address.
const attributes = new Set("align alt bgcolor border cellpadding cellspacing color colspan dir face height lang open reversed rowspan size span start title type valign width".split(" "));

// Properties that cannot leave the frame, cover what is not the mail's, or load anything.
const properties = new Set(
  ("background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius border-right " +
    "border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-style border-top-width border-width caption-side clear color direction display empty-cells float font font-family font-size " +
    "font-style font-variant font-weight height letter-spacing line-height list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width overflow-wrap padding padding-bottom " +
    "padding-left padding-right padding-top table-layout text-align text-decoration text-indent text-transform unicode-bidi vertical-align white-space width word-break word-spacing word-wrap").split(" "),
);

const displays = new Set("block inline inline-block list-item none table table-caption table-cell table-column table-column-group table-footer-group table-header-group table-row table-row-group flex".split(" "));

const most = { nodes: 50_000, depth: 200, text: 5_000_000 };

function tell(m: unknown): void {
  parent.postMessage(m, "*"); // it holds numbers only; the parent checks who sends
}

class Builder {
  private nodes = 0;
  private chars = 0;

  constructor(private readonly pictures: Map<string, string>) {}

  build(into: Element, tree: Tree, depth = 0): void {
    if (++this.nodes > most.nodes || depth > most.depth) return;
    if (typeof tree === "string") {
      this.chars += tree.length;
      if (this.chars <= most.text) into.append(tree);
      return;
    }
    if (!Array.isArray(tree) || typeof tree[0] !== "string" || !elements.has(tree[0])) return;
    const [name, given, ...children] = tree;
    const e = document.createElement(name);
    this.dress(e, given && typeof given === "object" ? given : {});
    for (const c of children) this.build(e, c, depth + 1);
    into.append(e);
  }

  private dress(e: HTMLElement, given: Record<string, unknown>): void {
    for (const [k, v] of Object.entries(given)) {
      if (k === "style" && v && typeof v === "object") this.style(e, v as Record<string, unknown>);
      else if (attributes.has(k) && (typeof v === "string" || typeof v === "number") && String(v).length < 1000) e.setAttribute(k, String(v));
    }
    if (e instanceof HTMLAnchorElement && typeof given.link === "number") this.link(e, given.link);
    if (e instanceof HTMLImageElement) this.picture(e, String(given.picture ?? ""));
  }

  private style(e: HTMLElement, given: Record<string, unknown>): void {
    for (const [k, v] of Object.entries(given)) {
      if (!properties.has(k) || typeof v !== "string" || v.length > 200 || /[\\;{}<>@]|\/\*|\b(?:url|image|image-set|expression|var|env|attr|element|paint|cross-fade|[a-z-]*gradient)\s*\(/i.test(v)) continue;
      if (k === "display" && !displays.has(v.trim().toLowerCase())) continue;
      e.style.setProperty(k, v);
    }
  }

  private link(e: HTMLElement, n: number): void {
    e.tabIndex = 0;
    e.setAttribute("role", "link");
    const go = (event: Event) => {
      event.preventDefault();
      tell({ link: n });
    };
    e.addEventListener("click", go);
    e.addEventListener("keydown", (k) => k.key === "Enter" && go(k));
    e.addEventListener("mouseenter", () => tell({ over: n }));
    e.addEventListener("mouseleave", () => tell({ over: null }));
  }

  private picture(e: HTMLImageElement, n: string): void {
    const at = this.pictures.get(n);
    if (at) e.src = at;
    else e.dataset.missing = "";
  }
}

const kinds = ["image/png", "image/jpeg"];
let shown: string[] = [];

function show(m: Show): void {
  shown.forEach((u) => URL.revokeObjectURL(u));
  const pictures = new Map<string, string>();
  for (const [n, p] of Object.entries(m.pictures ?? {}))
    if (kinds.includes(p?.type) && p.bytes instanceof ArrayBuffer) pictures.set(n, URL.createObjectURL(new Blob([p.bytes], { type: p.type })));
  shown = [...pictures.values()];
  document.documentElement.classList.toggle("dark", m.dark === true);
  const app = document.getElementById("app")!;
  app.replaceChildren();
  if (m.show) new Builder(pictures).build(app, m.show);
  tell({ height: document.documentElement.scrollHeight });
}

addEventListener("message", (e) => {
  if (e.source !== parent) return; // who may be the parent is in the policy of this origin (frame-ancestors)
  if (e.data && typeof e.data === "object" && "show" in e.data) show(e.data as Show);
});

// Keys that the frame has no use for are the app's shortcuts.
addEventListener("keydown", (e) => {
  if (!e.ctrlKey && !e.metaKey && !e.altKey && (e.key.length === 1 || e.key === "Escape")) tell({ key: e.key });
});

new ResizeObserver(() => tell({ height: document.documentElement.scrollHeight })).observe(document.getElementById("app")!);
tell({ ready: true });
