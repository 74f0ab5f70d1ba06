// Dialogs: the browser's own element keeps the focus inside, closes on Escape and gives the focus back.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./icon";
import { catalogue } from "./text";

const t = catalogue({ en: { cancel: "Cancel", ok: "OK", close: "Close" }, ja: { cancel: "キャンセル", ok: "OK", close: "閉じる" } });

// Dialog shows its children over the page until the person closes it. A click beside it closes it too, unless it is firm. side puts it at the edge of the window.
export function Dialog(p: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean; firm?: boolean; class?: string }) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const d = box.current!;
    d.showModal();
    return () => d.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={`dialog ${p.wide ? "wide" : ""} ${p.class ?? ""}`}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        p.onClose();
      }}
      onKeyDown={(e) => e.stopPropagation()}
      onMouseDown={(e) => !p.firm && e.target === box.current && p.onClose()}
    >
      <div class="dialog-in">
        <header>
          <h2 id={id}>{p.title}</h2>
          <button type="button" class="icon-button" aria-label={t("close")} onClick={p.onClose}>
            <Icon name="close" />
          </button>
        </header>
        {p.children}
      </div>
    </dialog>
  );
}

export interface Question {
  title: string;
  text?: ComponentChildren;
  yes?: string;
  no?: string;
  danger?: boolean;
  input?: { label: string; value?: string; placeholder?: string; max?: number }; // asks for a line of text
}

interface Asked extends Question {
  answer: (v: string | null) => void;
}

const asked = signal<Asked | null>(null);

// question asks, and gives the text that was typed ("" when none was asked for), or null when the person said no.
export function question(q: Question): Promise<string | null> {
  asked.value?.answer(null);
  return new Promise((done) => {
    asked.value = { ...q, answer: (v) => ((asked.value = null), done(v)) };
  });
}

// confirm asks for a yes.
export async function confirm(q: Question): Promise<boolean> {
  return (await question(q)) !== null;
}

// Questions is where question and confirm show: once per app.
export function Questions() {
  const q = asked.value;
  if (!q) return null;
  const go = (e: SubmitEvent) => {
    e.preventDefault();
    q.answer(q.input ? String(new FormData(e.currentTarget as HTMLFormElement).get("value") ?? "").trim() : "");
  };
  return (
    <Dialog title={q.title} onClose={() => q.answer(null)} key={q.title}>
      <form onSubmit={go} class="dialog-form">
        {q.text && <div class="dialog-text">{q.text}</div>}
        {q.input && (
          <label class="field">
            <span>{q.input.label}</span>
            <input name="value" required autofocus autocomplete="off" maxLength={q.input.max ?? 255} defaultValue={q.input.value ?? ""} placeholder={q.input.placeholder} />
          </label>
        )}
        <footer>
          <button type="button" class="button" onClick={() => q.answer(null)}>{q.no ?? t("cancel")}</button>
          <button class={`button ${q.danger ? "danger" : "primary"}`} autofocus={!q.input}>{q.yes ?? t("ok")}</button>
        </footer>
      </form>
    </Dialog>
  );
}
