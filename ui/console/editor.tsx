// A text field with line numbers and marked lines, for rules.
import { useRef } from "preact/hooks";

export interface Mark {
  line: number;
  text: string;
}

export function Editor({ label, text, change, marks, readOnly }: { label: string; text: string; change: (s: string) => void; marks: Mark[]; readOnly?: boolean }) {
  const gutter = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = text.split("\n").length;
  const wrong = new Map(marks.map((m) => [m.line, m.text]));
  // Tab indents only after a key was typed here, and Escape gives Tab back, so that nobody is caught in the field.
  function key(e: KeyboardEvent): void {
    const a = area.current!;
    if (e.key === "Tab" && !e.shiftKey && a.dataset.typing) {
      e.preventDefault();
      a.setRangeText("  ", a.selectionStart, a.selectionEnd, "end");
      change(a.value);
    } else if (e.key === "Escape") delete a.dataset.typing;
    else if (e.key.length === 1 || e.key === "Enter") a.dataset.typing = "1";
  }
  return (
    <div class="editor">
      <div class="gutter" ref={gutter} aria-hidden="true">
        {Array.from({ length: lines }, (_, i) => <span class={wrong.has(i + 1) ? "wrong" : ""} title={wrong.get(i + 1)} key={i}>{i + 1}</span>)}
      </div>
      <textarea
        ref={area} aria-label={label} aria-invalid={marks.length > 0} aria-describedby="editor-marks" spellcheck={false} wrap="off" readOnly={readOnly} value={text}
        onInput={(e) => change(e.currentTarget.value)} onKeyDown={key} onScroll={(e) => (gutter.current!.scrollTop = e.currentTarget.scrollTop)}
      />
    </div>
  );
}

// show puts the cursor into a line.
export function show(line: number): void {
  const a = document.querySelector<HTMLTextAreaElement>(".editor textarea");
  if (!a) return;
  const before = a.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = a.value.indexOf("\n", before);
  a.focus();
  a.setSelectionRange(before, end < 0 ? a.value.length : end);
  a.scrollTop = Math.max(0, (line - 5) * 20);
}

export interface Change {
  kind: " " | "+" | "-";
  text: string;
}

// compare finds which lines came and went between two texts: the longest common part between what is alike at both ends.
export function compare(before: string, after: string): Change[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const x = a.slice(head, a.length - tail);
  const y = b.slice(head, b.length - tail);
  const same = (list: string[]): Change[] => list.map((text) => ({ kind: " ", text }));
  return [...same(a.slice(0, head)), ...between(x, y), ...same(a.slice(a.length - tail))];
}

// between compares without ends in common. Texts too long for the table count as replaced altogether.
function between(a: string[], b: string[]): Change[] {
  const out: Change[] = [];
  if (a.length * b.length > 4_000_000) return [...a.map((text): Change => ({ kind: "-", text })), ...b.map((text): Change => ({ kind: "+", text }))];
  const best = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) best[i]![j] = a[i] === b[j] ? best[i + 1]![j + 1]! + 1 : Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) (out.push({ kind: " ", text: a[i]! }), i++, j++);
    else if (j < b.length && (i >= a.length || best[i]![j + 1]! > best[i + 1]![j]!)) out.push({ kind: "+", text: b[j++]! });
    else out.push({ kind: "-", text: a[i++]! });
  }
  return out;
}

export function Comparison({ list }: { list: Change[] }) {
  // Of what is alike, three lines around each change are shown.
  const near = list.map((_, i) => list.slice(Math.max(0, i - 3), i + 4).some((c) => c.kind !== " "));
  return (
    <pre class="diff" tabIndex={0}>
      {list.map((c, i) => (near[i] ? <span class={c.kind === "+" ? "plus" : c.kind === "-" ? "minus" : ""} key={i}>{c.kind} {c.text}{"\n"}</span> : i > 0 && near[i - 1] ? <span class="cut" key={i}>⋯{"\n"}</span> : null))}
    </pre>
  );
}
