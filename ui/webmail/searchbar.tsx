// The search field, with its operators shown as chips.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../kit/icon";
import { catalogue } from "../kit/text";
import { go, place } from "./place";
import { parse, write, type Term } from "./query";
import { t as word } from "./word";

const t = catalogue({
  en: { from: "From", to: "To", cc: "Cc", subject: "Subject", body: "Text", in: "In", has: "With", is: "Is", before: "Before", after: "Since", larger: "Larger than", smaller: "Smaller than", label: "Label", not: "not", attachment: "attachments", unread: "unread", flagged: "flagged", week: "last 7 days" },
  ja: { from: "差出人", to: "宛先", cc: "Cc", subject: "件名", body: "本文", in: "場所", has: "あり", is: "状態", before: "より前", after: "以降", larger: "より大きい", smaller: "より小さい", label: "ラベル", not: "以外", attachment: "添付ファイル", unread: "未読", flagged: "フラグ付き", week: "過去7日間" },
});

type Word = Parameters<typeof t>[0];

const offers: [string, Word][] = [["has:attachment", "attachment"], ["is:unread", "unread"], ["is:flagged", "flagged"], ["after:7d", "week"]];

function label(x: Term): string {
  const v = x.op === "has" && x.value === "attachment" ? t("attachment") : x.op === "is" && ["unread", "flagged"].includes(x.value) ? t(x.value as Word) : x.value;
  return `${x.not ? t("not") + " " : ""}${t(x.op as Word)}: ${v}`;
}

// SearchBar searches in everything; the list shows what was found.
export function SearchBar() {
  const query = place.value.part === "search" ? place.value.query : "";
  const [text, setText] = useState(query);
  const [focus, setFocus] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(query), [query]);
  const search = (q: string) => (q.trim() ? go({ screen: "mail", part: "search", query: q.trim() }) : place.value.part === "search" && go({ screen: "mail" }));
  const chips = parse(query).filter((x) => x.op);
  const without = (x: Term) => search(write(parse(query).filter((y) => write([y]) !== write([x]))));
  const offer = (o: string) => {
    const q = `${text.trim()} ${o}`.trim();
    setText(q);
    search(q);
  };
  return (
    <form role="search" class="search" onSubmit={(e) => (e.preventDefault(), search(text), input.current?.blur())} onFocusIn={() => setFocus(true)} onFocusOut={(e) => !e.currentTarget.contains(e.relatedTarget as Node) && setFocus(false)}>
      <Icon name="search" />
      <input id="search" ref={input} type="search" value={text} placeholder={word("search")} aria-label={word("searchHelp")} title={word("searchHelp")} autocomplete="off" spellcheck={false} onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => e.key === "Escape" && (setText(""), search(""), input.current?.blur())} />
      {chips.map((x) => (
        <span class="chip" key={write([x])}>{label(x)}<button type="button" aria-label={`${word("remove")}: ${label(x)}`} onClick={() => without(x)}><Icon name="close" size={12} /></button></span>
      ))}
      {text && <button type="button" class="icon-button small" aria-label={word("clear")} onClick={() => (setText(""), search(""))}><Icon name="close" size={15} /></button>}
      {focus && (
        <div class="offers">
          {offers.filter(([o]) => !text.includes(o)).map(([o, w]) => <button type="button" key={o} class="button" onClick={() => offer(o)}>{t(w)}</button>)}
          <p>{word("searchHelp")}</p>
        </div>
      )}
    </form>
  );
}
