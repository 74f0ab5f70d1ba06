// A list of the API with search, filters, pages and a file to keep. Its state stands in the address, which the app hands in
// and takes changes of; the list itself keeps only what the server said.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./http";
import { catalogue, language } from "./text";

const t = catalogue({
  en: {
    search: "Search", all: "All", from: "From", to: "To", total: "{n} entries", more: "more than {n} entries", next: "Next page", first: "First page", export: "Export CSV", again: "Reload",
    loading: "Loading …", none: "Nothing matches.", empty: "Nothing here yet.", clear: "Clear filters", exporting: "Exporting …", older: "Entries after the first page", pages: "Pages",
  },
  ja: {
    search: "検索", all: "すべて", from: "開始", to: "終了", total: "{n} 件", more: "{n} 件以上", next: "次のページ", first: "最初のページ", export: "CSV で保存", again: "再読み込み",
    loading: "読み込み中…", none: "該当するものはありません。", empty: "まだ何もありません。", clear: "条件を解除", exporting: "保存中…", older: "2ページ目以降を表示中", pages: "ページ",
  },
});

export interface Page<T> {
  items: T[];
  total?: number;
  more?: boolean;
  next?: string;
}

export interface Column<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  kind?: "number" | "wide" | "main" | "act"; // how it is set; main is the title of a row on a phone
}

export interface Filter {
  name: string; // of the query
  label: string;
  options?: [value: string, label: string][]; // absent: a time
}

export interface ListProps<T> {
  label: string;
  path: string; // of the API; the query is added
  query: URLSearchParams;
  change: (q: Record<string, string>, step?: boolean) => void;
  read: (path: string, stop: AbortSignal) => Promise<Page<T>>;
  save?: (path: string) => Promise<void>; // as a file
  columns: Column<T>[];
  keyOf: (row: T) => string | number;
  filters?: Filter[];
  search?: string; // what can be searched; absent: no search
  whole?: boolean; // the API gives it in one piece
  round?: number; // another number reads anew
  empty?: string;
  children?: ComponentChildren; // acts beside the search
  fault?: (p: Problem) => ComponentChildren;
}

// asked is the part of the address that the API is asked with. Times are days of the person's calendar: "to" is inclusive.
function asked(q: URLSearchParams, filters: Filter[], searches: boolean): URLSearchParams {
  const out = new URLSearchParams();
  for (const name of [...(searches ? ["search"] : []), "after", ...filters.map((f) => f.name)]) {
    const v = q.get(name);
    if (!v) continue;
    if (filters.some((f) => f.name === name && !f.options)) {
      const d = new Date(v + "T00:00:00");
      if (Number.isNaN(d.getTime())) continue;
      if (name === "to") d.setDate(d.getDate() + 1);
      out.set(name, d.toISOString());
    } else out.set(name, v);
  }
  return out;
}

export function List<T>(p: ListProps<T>) {
  const filters = p.filters ?? [];
  const query = asked(p.query, filters, !!p.search);
  const at = p.path + (p.path.includes("?") ? "&" : "?") + query + (query.size ? "&" : "") + "limit=50";
  const from = p.whole ? p.path : at;
  const [page, setPage] = useState<Page<T> | null>(null);
  const [fault, setFault] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(true);
  const [again, setAgain] = useState(0);
  const tongue = language.value;
  useEffect(() => {
    const stop = new AbortController();
    setBusy(true);
    p.read(from, stop.signal).then(
      (got) => (setPage(got), setFault(null), setBusy(false)),
      (e) => {
        if (stop.signal.aborted) return;
        setBusy(false);
        if (e instanceof Problem) (setFault(e), setPage(null));
        else throw e;
      },
    );
    return () => stop.abort();
  }, [from, again, p.round, tongue]);
  const narrowed = [...(p.search ? ["search"] : []), ...filters.map((f) => f.name)].some((n) => p.query.get(n));
  return (
    <section class="list" aria-label={p.label}>
      <Bar {...p} filters={filters} narrowed={narrowed} exportAt={p.path + (p.path.includes("?") ? "&" : "?") + withFormat(query)} again={() => setAgain(again + 1)} />
      {fault && (p.fault?.(fault) ?? <p class="note bad" role="alert">{fault.title} {fault.detail}</p>)}
      {!fault && <Table {...p} page={page} busy={busy} narrowed={narrowed} />}
      {!fault && page && <Foot {...p} page={page} />}
    </section>
  );
}

function withFormat(q: URLSearchParams): string {
  const out = new URLSearchParams(q);
  out.delete("after");
  out.set("format", "csv");
  return out.toString();
}

interface BarProps<T> extends ListProps<T> {
  filters: Filter[];
  narrowed: boolean;
  exportAt: string;
  again: () => void;
}

function Bar<T>(p: BarProps<T>) {
  const [saving, setSaving] = useState(false);
  const set = (name: string, value: string) => p.change({ [name]: value, after: "" }, false);
  function search(e: SubmitEvent): void {
    e.preventDefault();
    p.change({ search: String(new FormData(e.currentTarget as HTMLFormElement).get("search") ?? "").trim(), after: "" });
  }
  async function save(): Promise<void> {
    setSaving(true);
    try {
      await p.save!(p.exportAt);
    } finally {
      setSaving(false);
    }
  }
  return (
    <div class="bar">
      {p.search && (
        <form role="search" onSubmit={search} key={p.query.get("search") ?? ""}>
          <label class="hidden" for="list-search">{p.search}</label>
          <input id="list-search" class="input" type="search" name="search" placeholder={p.search} defaultValue={p.query.get("search") ?? ""} maxlength={200} />
          <button class="button">{t("search")}</button>
        </form>
      )}
      {p.filters.map((f) => (
        <label class="filter" key={f.name}>
          <span>{f.label}</span>
          {f.options ? (
            <select class="input" value={p.query.get(f.name) ?? ""} onChange={(e) => set(f.name, e.currentTarget.value)}>
              <option value="">{t("all")}</option>
              {f.options.map(([v, label]) => <option value={v} key={v}>{label}</option>)}
            </select>
          ) : (
            <input class="input" type="date" value={p.query.get(f.name) ?? ""} onChange={(e) => set(f.name, e.currentTarget.value)} />
          )}
        </label>
      ))}
      {p.narrowed && <button class="button quiet" type="button" onClick={() => p.change(Object.fromEntries(["search", "after", ...p.filters.map((f) => f.name)].map((n) => [n, ""])))}>{t("clear")}</button>}
      <span class="tail">
        <button class="button quiet" type="button" onClick={p.again}>{t("again")}</button>
        {p.save && <button class="button quiet" type="button" disabled={saving} onClick={() => void save()}>{saving ? t("exporting") : t("export")}</button>}
        {p.children}
      </span>
    </div>
  );
}

// fromTo are the two filters of a time.
export function fromTo(): Filter[] {
  return [{ name: "from", label: t("from") }, { name: "to", label: t("to") }];
}

function Table<T>(p: ListProps<T> & { page: Page<T> | null; busy: boolean; narrowed: boolean }) {
  if (!p.page) return <p class="quiet" role="status">{t("loading")}</p>;
  if (p.page.items.length === 0) return <p class="none" role="status">{p.narrowed ? t("none") : (p.empty ?? t("empty"))}</p>;
  return (
    <div class="table" aria-busy={p.busy} tabIndex={0} role="region" aria-label={p.label}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">{p.columns.map((c, i) => <th role="columnheader" scope="col" class={c.kind} key={i}>{c.title || <span class="hidden">…</span>}</th>)}</tr>
        </thead>
        <tbody role="rowgroup">
          {p.page.items.map((row) => (
            <tr role="row" key={p.keyOf(row)}>
              {p.columns.map((c, i) => <td role="cell" class={c.kind} data-title={c.title} key={i}><div>{c.cell(row)}</div></td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Foot<T>(p: ListProps<T> & { page: Page<T> }) {
  const after = p.query.get("after");
  const n = new Intl.NumberFormat(language.value).format(p.page.total ?? p.page.items.length);
  return (
    <nav class="foot" aria-label={t("pages")}>
      <span role="status">{p.page.more ? t("more", { n }) : t("total", { n })}{after ? ` · ${t("older")}` : ""}</span>
      <span class="gap" />
      {after && <button class="button" type="button" onClick={() => p.change({ after: "" })}>{t("first")}</button>}
      {p.page.next && <button class="button" type="button" onClick={() => p.change({ after: p.page.next! })}>{t("next")}</button>}
    </nav>
  );
}
