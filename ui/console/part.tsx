// Small parts that all screens use.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog } from "../kit/dialog";
import { Problem } from "../kit/http";
import { brief, catalogue, moment } from "../kit/text";
import { toast } from "../kit/toast";
import { read } from "./api";
import { say, tone } from "./wording";

const t = catalogue({
  en: { loading: "Loading …", copy: "Copy", copied: "Copied", again: "Try again", unknown: "Something went wrong", stale: "What you see is not the newest:" },
  ja: { loading: "読み込み中…", copy: "コピー", copied: "コピーしました", again: "再試行", unknown: "問題が発生しました", stale: "表示は最新ではありません:" },
});

// tell says what has been done.
export function tell(text: string): void {
  toast({ text, kind: "good" });
}

// problemOf makes a problem of whatever was thrown.
export function problemOf(e: unknown): Problem {
  return e instanceof Problem ? e : new Problem(0, "", t("unknown"), e instanceof Error ? e.message : String(e));
}

// Fault says what went wrong, what to do, and what in particular.
export function Fault({ problem, again }: { problem: Problem | null; again?: () => void }) {
  return (
    <div role="alert" class="fault">
      {problem && (
        <div class="note bad">
          <strong>{problem.title}</strong>
          {problem.detail && <p>{problem.detail}</p>}
          {problem.errors.length > 0 && <ul>{problem.errors.map((f, i) => <li key={i}>{f.pointer && <code>{f.pointer.slice(1)}</code>} {f.detail}</li>)}</ul>}
          {again && <button class="button" onClick={again}>{t("again")}</button>}
        </div>
      )}
    </div>
  );
}

// State is a state as a word in its colour.
export function State({ family, code }: { family: Parameters<typeof say>[0]; code: string }) {
  return <span class={"state " + tone(code)}>{say(family, code)}</span>;
}

export function When({ at }: { at?: string | null }) {
  return at ? <time datetime={at} title={moment(new Date(at))}>{brief(new Date(at))}</time> : <span>—</span>;
}

// Head is a screen's title with its acts.
export function Head({ title, about, children }: { title: string; about?: ComponentChildren; children?: ComponentChildren }) {
  const h = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title + " — Sekisho";
  }, [title]);
  return (
    <header class="head">
      <div>
        <h1 ref={h} tabIndex={-1}>{title}</h1>
        {about && <p class="about">{about}</p>}
      </div>
      {children && <div class="acts">{children}</div>}
    </header>
  );
}

// Modal is a dialog that a click beside it does not close: what was typed, or is shown once, stays.
export function Modal({ title, close, wide, children }: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }) {
  return <Dialog title={title} onClose={close} wide={wide} firm>{children}</Dialog>;
}

// Copy puts a text into the clipboard.
export function Copy({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setDone(true);
    tell(t("copied"));
    setTimeout(() => setDone(false), 2000);
  }
  return <button class="button small" type="button" onClick={() => void copy()} aria-label={`${t("copy")}: ${label}`}>{done ? "✓" : t("copy")}</button>;
}

// Reply is what useRead knows so far.
export interface Reply<T> {
  body: T | null;
  problem: Problem | null;
  again: () => void;
}

// useRead reads a path of the API, and anew when it changes or every so many milliseconds while the page is looked at.
export function useRead<T>(path: string | null, every = 0): Reply<T> {
  const [body, setBody] = useState<T | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => (setBody(null), setProblem(null)), [path]);
  useEffect(() => {
    if (!path) return;
    const stop = new AbortController();
    const look = () =>
      read<T>(path, stop.signal).then((b) => (setBody(b), setProblem(null)), (e) => stop.signal.aborted || setProblem(problemOf(e)));
    void look();
    const clock = every ? setInterval(() => document.hidden || void look(), every) : 0;
    return () => (stop.abort(), clearInterval(clock));
  }, [path, round, every]);
  return { body, problem, again: () => setRound(round + 1) };
}

// Await shows what was read, or why not.
export function Await<T>({ reply, children, fault }: { reply: Reply<T>; children: (body: T) => ComponentChildren; fault?: (p: Problem) => ComponentChildren }) {
  if (reply.body) {
    return (
      <>
        {reply.problem && <p class="note warn stale" role="status">{t("stale")} {reply.problem.title}</p>}
        {children(reply.body)}
      </>
    );
  }
  if (reply.problem) return <>{fault?.(reply.problem) ?? <Fault problem={reply.problem} again={reply.again} />}</>;
  return <p class="quiet" role="status">{t("loading")}</p>;
}
