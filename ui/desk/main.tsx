// The desk: for people without an account, who come by a signed link. The link's token stands behind the "#" of the address
// and is sent in bodies only. Without one, the page is the form for questions about an incident.
import { signal } from "@preact/signals";
import { render } from "preact";
import "../kit/kit.css";
import "../kit/theme";
import { Problem, ask } from "../kit/http";
import { bytes, language, moment, remembered, setLanguage } from "../kit/text";
import "./desk.css";
import { Inquiry } from "./inquiry";
import { SharePage, lookAtShare } from "./share";
import { TargetPage, lookAt } from "./target";
import { t, what } from "./text";

interface Outcome {
  recipient: string;
  what: string;
  at: string;
  by: string;
}

interface Seen {
  purpose: "hold" | "approve" | "quarantine";
  to: string;
  trace?: string;
  arrived?: string;
  until?: string;
  now: string;
  atEnd?: "send" | "delete";
  reason?: string;
  size?: number;
  from?: string;
  wanted?: boolean;
  waiting: string[];
  ended: Outcome[];
  signIn: boolean;
  act?: string;
  task?: string;
  wait?: number;
  choices: Do[];
  language: string;
}

type Do = "send" | "cancel" | "release" | "allow" | "ask" | "spam";

interface Done {
  won: boolean;
  at: string;
  ended: Outcome[];
}

const mailed = location.pathname === "/u/"; // a link of a mail: where it leads is shown
const files = location.pathname === "/f/"; // files that a mail left here
const token = signal(location.hash.slice(1));
const seen = signal<Seen | null>(null);
const done = signal<Done | null>(null);
const problem = signal<Problem | null>(null);
const ready = signal(false); // the moment before acting is over
const busy = signal(false);

async function look(): Promise<void> {
  seen.value = done.value = problem.value = null;
  ready.value = false;
  if (!token.value) return;
  try {
    const s = await ask<Seen>("/desk/look", { body: { token: token.value } });
    seen.value = s;
    if ((s.language === "en" || s.language === "ja") && remembered("sekisho-language") === null) {
      // The mail's language; what the person chooses himself is remembered.
      language.value = s.language;
      document.documentElement.lang = s.language;
    }
    setTimeout(() => (ready.value = true), (s.wait ?? 0) + 200);
  } catch (e) {
    problem.value = problemOf(e);
  }
}

function problemOf(e: unknown): Problem {
  if (e instanceof Problem) return e;
  throw e;
}

async function act(form: HTMLFormElement, choice: Do): Promise<void> {
  if (!form.reportValidity()) return;
  busy.value = true;
  problem.value = null;
  try {
    done.value = await ask<Done>("/desk/act", { body: { token: token.value, act: seen.value!.act, do: choice, confirm: String(new FormData(form).get("typed")).trim() } });
  } catch (e) {
    problem.value = problemOf(e);
  } finally {
    busy.value = false;
    document.querySelector<HTMLElement>("h1")?.focus();
  }
}

function Fault() {
  const p = problem.value;
  return (
    <div role="alert">
      {p && <div class="note bad"><strong>{p.title}</strong><p>{p.detail}</p><button class="button" type="button" onClick={() => void look()}>{t("again")}</button></div>}
    </div>
  );
}

function Facts({ s }: { s: Seen }) {
  const row = (name: string, value?: string) => value && <><dt>{name}</dt><dd>{value}</dd></>;
  return (
    <dl>
      {row(t("to"), s.to)}
      {row(t("from"), s.from)}
      {row(t("waiting"), s.waiting.join(", "))}
      {row(t(s.purpose === "quarantine" ? "whyKept" : "reason"), s.reason)}
      {row(t(s.purpose === "quarantine" ? "came" : "arrived"), s.arrived && moment(new Date(s.arrived)))}
      {row(t(s.purpose === "quarantine" ? "keptUntil" : "until"), s.until && moment(new Date(s.until)))}
      {row(t("size"), s.size ? bytes(s.size) : "")}
      {row(t("trace"), s.trace)}
    </dl>
  );
}

function Ended({ list }: { list: Outcome[] }) {
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{t("result")}</h2>
      <ul class="ended">{list.map((o) => <li key={o.recipient}><b>{what(o.what)}</b> {o.recipient}<br /><span class="quiet">{moment(new Date(o.at))}{o.by && ` · ${o.by === "clock" ? t("clock") : o.by}`}</span></li>)}</ul>
    </section>
  );
}

function Choice({ s }: { s: Seen }) {
  return (
    <form onSubmit={(e) => e.preventDefault()}>
      <h2>{t("choose")}</h2>
      <p class="quiet">{t("sure")} {s.atEnd && t(s.atEnd === "delete" ? "end.delete" : "end.send")}</p>
      <p>{t("task")} <output class="task" id="task">{s.task}</output></p>
      <label class="field"><span>{t("typed")}</span><input name="typed" required inputmode="numeric" autocomplete="off" aria-describedby="task" maxlength={20} /></label>
      {s.choices.map((c) => (
        <div class="choice" key={c}>
          <button type="button" class={"button " + (c === "cancel" || c === "spam" ? "danger" : "primary")} disabled={!ready.value || busy.value} onClick={(e) => void act(e.currentTarget.form!, c)}>{ready.value && !busy.value ? t(c) : t("wait")}</button>
          <span class="quiet">{t(`about.${c}`)}</span>
        </div>
      ))}
    </form>
  );
}

function SignIn() {
  const host = location.host.replace(/^desk\./, "console.");
  return (
    <section>
      <p class="note">{t("signIn")}</p>
      {host !== location.host && <p><a class="button primary" href={`${location.protocol}//${host}/`} rel="noreferrer">{t("console")}</a></p>}
    </section>
  );
}

function Link() {
  const s = seen.value;
  if (!s) return problem.value ? <Fault /> : <p role="status">{t("loading")}</p>;
  const d = done.value;
  if (d) {
    return (
      <>
        <h1 tabIndex={-1}>{d.won ? t("won") : t("lost")}</h1>
        <div role="status"><Ended list={d.ended} /></div>
        <p class="quiet">{t("close")}</p>
      </>
    );
  }
  return (
    <>
      <h1 tabIndex={-1}>{s.waiting.length === 0 ? t("settled") : t(s.purpose)}</h1>
      <Facts s={s} />
      <Ended list={s.ended} />
      {s.wanted && <p class="note">{t("wanted")}</p>}
      <Fault />
      {s.signIn && s.waiting.length > 0 ? <SignIn /> : s.act ? <Choice s={s} /> : null}
    </>
  );
}

function Page() {
  const other = language.value === "ja" ? "en" : "ja";
  return (
    <main>
      <div class="card">
        <p class="brand" aria-hidden="true"><svg viewBox="0 0 32 32" class="mark"><path d="M4 9h24M7 13h18M9 9v19M23 9v19" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" /></svg>Sekisho</p>
        {mailed ? <TargetPage /> : files ? <SharePage /> : token.value ? <Link /> : <Inquiry />}
      </div>
      <button class="button quiet" lang={other} onClick={() => setLanguage(other)}>{t("other")}</button>
    </main>
  );
}

function begin(): Promise<void> {
  return mailed ? lookAt() : files ? lookAtShare() : look();
}

addEventListener("hashchange", () => {
  token.value = location.hash.slice(1);
  void begin();
});

render(<Page />, document.getElementById("app")!);
void begin();
