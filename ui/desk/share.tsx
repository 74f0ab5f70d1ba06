// Files that a mail left here. Looking changes nothing; a code goes to whom the link was sent to; with it he sees the files and keeps
// them. What the page is given is saved as a file and never shown.
import { signal } from "@preact/signals";
import { Problem, ask, send } from "../kit/http";
import { bytes, language, moment, remembered } from "../kit/text";
import { t } from "./text";

interface Shared {
  state: "open" | "used" | "locked";
  to: string;
  sender: string;
  until: string;
  files: number;
  code: boolean;
  left: number;
  language: string;
}

interface Opened {
  word: string;
  left: number;
  files: { name: string; size: number; sha256: string }[];
}

const seen = signal<Shared | null>(null);
const opened = signal<Opened | null>(null);
const problem = signal<Problem | null>(null);
const sent = signal(false);
const busy = signal("");

const token = () => location.hash.slice(1);

// attempt does one thing at a time; what goes wrong is shown.
async function attempt(name: string, f: () => Promise<void>): Promise<void> {
  if (busy.value) return;
  busy.value = name;
  problem.value = null;
  try {
    await f();
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    problem.value = e;
  } finally {
    busy.value = "";
  }
}

export function lookAtShare(): Promise<void> {
  seen.value = opened.value = null;
  sent.value = false;
  return attempt("look", async () => {
    const x = await ask<Shared>("/desk/share", { body: { token: token() } });
    if ((x.language === "en" || x.language === "ja") && remembered("sekisho-language") === null && !navigator.languages.some((l) => l.startsWith(language.value))) {
      language.value = x.language;
      document.documentElement.lang = x.language;
    }
    seen.value = x;
  });
}

const sendCode = () =>
  attempt("code", async () => {
    await ask("/desk/share/code", { body: { token: token() } });
    sent.value = true;
  });

const open = (code: string) =>
  attempt("open", async () => {
    opened.value = await ask<Opened>("/desk/share/open", { body: { token: token(), code } });
    document.querySelector<HTMLElement>("h1")?.focus();
  });

const download = (file: number, name: string) =>
  attempt(`file ${file}`, async () => {
    const r = await send("/desk/share/file", { body: { token: token(), word: opened.value!.word, file } });
    const url = URL.createObjectURL(await r.blob());
    const a = document.createElement("a");
    a.href = url;
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  });

function Fault() {
  const p = problem.value;
  return <div role="alert">{p && <div class="note bad"><strong>{p.title}</strong><p>{p.detail}</p></div>}</div>;
}

function Facts({ s, left }: { s: Shared; left: number }) {
  return (
    <dl>
      <dt>{t("share.from")}</dt><dd>{s.sender}</dd>
      <dt>{t("share.to")}</dt><dd>{s.to}</dd>
      <dt>{t("share.count")}</dt><dd>{s.files}</dd>
      <dt>{t("share.until")}</dt><dd>{moment(new Date(s.until))}</dd>
      {left >= 0 && <><dt>{t("share.left")}</dt><dd>{left} {t("share.times")}</dd></>}
    </dl>
  );
}

function Code() {
  function submit(e: SubmitEvent): void {
    e.preventDefault();
    void open(String(new FormData(e.currentTarget as HTMLFormElement).get("code") ?? "").trim());
  }
  return (
    <>
      <p class="quiet">{t("share.codeAbout")}</p>
      <p><button class={`button ${sent.value ? "quiet" : "primary"}`} type="button" disabled={busy.value !== ""} onClick={() => void sendCode()}>{t(sent.value ? "share.again" : "share.send")}</button></p>
      <p role="status">{sent.value && t("share.sent")}</p>
      {sent.value && (
        <form onSubmit={submit}>
          <label class="field"><span>{t("share.code")}</span><input name="code" required inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]{6,8}" maxlength={8} /></label>
          <button class="button primary" disabled={busy.value !== ""}>{t("share.open")}</button>
        </form>
      )}
    </>
  );
}

function Files({ x }: { x: Opened }) {
  return (
    <>
      <p class="quiet">{t("share.hour")} {t("share.careful")}</p>
      <ul class="files">
        {x.files.map((f, i) => (
          <li key={i}>
            <b><bdi>{f.name}</bdi></b> <span class="quiet">{bytes(f.size)}</span>
            <button class="button" type="button" disabled={busy.value !== ""} aria-label={`${t("share.download")}: ${f.name}`} onClick={() => void download(i, f.name)}>{busy.value === `file ${i}` ? t("share.loading") : t("share.download")}</button>
            <details><summary>{t("share.sum")}</summary><code>{f.sha256}</code></details>
          </li>
        ))}
      </ul>
    </>
  );
}

export function SharePage() {
  const s = seen.value;
  if (!s && problem.value) {
    const p = problem.value;
    return <div role="alert"><h1 tabIndex={-1}>{p.title}</h1><p>{p.detail}</p>{p.status !== 404 && <button class="button" type="button" onClick={() => void lookAtShare()}>{t("again")}</button>}</div>;
  }
  if (!s) return <p role="status">{t("loading")}</p>;
  const x = opened.value;
  return (
    <>
      <h1 tabIndex={-1}>{t(!x && s.state !== "open" ? `share.${s.state}` : "share.title")}</h1>
      <Facts s={s} left={x ? x.left : s.left} />
      <Fault />
      {x ? <Files x={x} /> : s.state !== "open" ? <p class="note bad">{t(`share.about.${s.state}`)}</p> : s.code ? <Code /> : (
        <p><button class="button primary" type="button" disabled={busy.value !== ""} onClick={() => void open("")}>{t("share.open")}</button> <span class="quiet">{s.left >= 0 && t("share.openAbout")}</span></p>
      )}
    </>
  );
}
