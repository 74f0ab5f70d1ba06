// Toasts: what has been done, for a moment, with a way back. They are read out by a screen reader, and stay while the pointer
// or the focus is on them.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Problem } from "./http";
import { Icon } from "./icon";
import { catalogue } from "./text";

const t = catalogue({ en: { close: "Close", wrong: "Something went wrong" }, ja: { close: "閉じる", wrong: "問題が起きました" } });

export interface Toast {
  text: string;
  kind?: "good" | "bad";
  action?: { label: string; run: () => void };
  until?: number; // shows the seconds that are left to this time (Date.now())
  seconds?: number; // how long it stays: 6 unless said, 0 for until it is closed
  onEnd?: () => void; // it went away without the action
}

interface Shown extends Toast {
  id: number;
}

const shown = signal<Shown[]>([]);
let last = 0;

function drop(id: number, acted = false): void {
  const s = shown.value.find((x) => x.id === id);
  if (!s) return;
  shown.value = shown.value.filter((x) => x.id !== id);
  if (!acted) s.onEnd?.();
}

// toast shows one, and gives a function that takes it away.
export function toast(n: Toast): () => void {
  const id = ++last;
  shown.value = [...shown.value.slice(-2), { ...n, id }];
  return () => drop(id, true);
}

// fail shows what went wrong in the server's words.
export function fail(e: unknown): void {
  if (e instanceof DOMException && e.name === "AbortError") return;
  const text = e instanceof Problem ? [e.title, e.detail].filter(Boolean).join(" — ") : e instanceof Error && e.message ? e.message : t("wrong");
  toast({ text: text || t("wrong"), kind: "bad", seconds: 10 });
  if (!(e instanceof Problem)) console.warn(e);
}

function One({ it }: { it: Shown }) {
  const held = useRef(false);
  const left = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const end = it.until ?? (it.seconds === 0 ? Infinity : Date.now() + (it.seconds ?? 6) * 1000);
    const tick = setInterval(() => {
      const n = Math.ceil((end - Date.now()) / 1000);
      if (left.current && it.until) left.current.textContent = n > 0 ? String(n) : "";
      if (n <= 0 && (!held.current || it.until)) drop(it.id);
    }, 250);
    return () => clearInterval(tick);
  }, [it]);
  const hold = (v: boolean) => () => (held.current = v);
  return (
    <div class={`toast ${it.kind ?? ""}`} onMouseEnter={hold(true)} onMouseLeave={hold(false)} onFocusIn={hold(true)} onFocusOut={hold(false)}>
      <p>{it.text}</p>
      {it.action && (
        <button type="button" class="button quiet" onClick={() => (drop(it.id, true), it.action!.run())}>
          {it.action.label} {it.until && <span ref={left} class="count" aria-hidden="true" />}
        </button>
      )}
      <button type="button" class="icon-button" aria-label={t("close")} onClick={() => drop(it.id)}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

// Toasts is where they show: once per app.
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((s) => <One it={s} key={s.id} />)}
    </div>
  );
}
