// Where a link of a mail leads, before anybody goes there. The target learns nothing: it is opened by a plain link that tells
// no referrer, and only when the person presses it.
import { signal } from "@preact/signals";
import { Problem, ask } from "../kit/http";
import { language, moment, remembered } from "../kit/text";
import { t } from "./text";

interface Target {
  state: "open" | "allowed" | "blocked" | "expired" | "unreadable";
  href?: string;
  text?: string;
  scheme?: string;
  host?: string;
  unicode?: string;
  site?: string;
  name?: string;
  code?: string;
  warning?: string;
  direct?: boolean;
  feed?: string;
  expires: string;
  language: string;
}

const found = signal<Target | null>(null);
const problem = signal<Problem | null>(null);
const thanks = signal("");

const token = () => location.hash.slice(1);

// web says whether a browser may be sent to an address.
const web = (href: string) => /^https?:\/\//.test(href);

export async function lookAt(): Promise<void> {
  found.value = problem.value = null;
  thanks.value = "";
  try {
    const x = await ask<Target>("/desk/url", { body: { token: token() } });
    if (x.direct && x.href && web(x.href)) {
      location.replace(x.href);
      return;
    }
    if ((x.language === "en" || x.language === "ja") && remembered("sekisho-language") === null && language.value !== x.language && !navigator.languages.some((l) => l.startsWith(language.value))) {
      language.value = x.language;
      document.documentElement.lang = x.language;
    }
    found.value = x;
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    problem.value = e;
  }
}

async function report(): Promise<void> {
  try {
    thanks.value = (await ask<{ text: string }>("/desk/url/report", { body: { token: token() } })).text;
  } catch (e) {
    if (!(e instanceof Problem)) throw e;
    problem.value = e;
  }
}

// imitates says whether a host's letters are what deceives: then the plain form is the one to read.
const imitates = (x: Target) => x.code === "imitates" && x.host !== x.unicode;

// Host shows a host with the part that somebody registered set off: the rest can be anything.
function Host({ x }: { x: Target }) {
  const [host = "", site] = imitates(x) ? [x.host, x.name] : [x.unicode, x.site];
  const at = site && host.endsWith(site) ? host.length - site.length : 0;
  return (
    <p class="host"><bdi>{host.slice(0, at)}<b>{host.slice(at)}</b></bdi></p>
  );
}

const asides = { blocked: "bad", expired: "", unreadable: "bad" } as const;

export function TargetPage() {
  const x = found.value;
  if (problem.value) {
    const p = problem.value;
    return <div role="alert"><h1 tabIndex={-1}>{p.title}</h1><p>{p.detail}</p>{p.status !== 404 && <button class="button" type="button" onClick={() => void lookAt()}>{t("again")}</button>}</div>;
  }
  if (!x) return <p role="status">{t("loading")}</p>;
  const stopped = x.state === "blocked" || x.state === "expired" || x.state === "unreadable" ? x.state : null;
  return (
    <>
      <h1 tabIndex={-1}>{t(stopped ? `url.${stopped}` : "url.leads")}</h1>
      {x.host && <Host x={x} />}
      {x.host && x.unicode !== x.host && <p class="quiet">{t(imitates(x) ? "url.letters" : "url.ascii")} <code>{imitates(x) ? x.unicode : x.host}</code></p>}
      {x.warning && <div class="note bad" role="alert"><strong>{t("url.careful")}</strong><p>{x.warning}</p></div>}
      {x.scheme === "http" && <p class="note">{t("url.insecure")}</p>}
      {stopped && <p class={`note ${asides[stopped]}`}>{x.feed ? `${t("url.listed")} ${x.feed}` : t(`url.about.${stopped}`)}</p>}
      {x.text && <details class="whole"><summary>{t("url.whole")}</summary><p><code>{x.text}</code></p></details>}
      {x.href && web(x.href) && <p class="go"><a class={`button ${x.warning ? "" : "primary"}`} href={x.href} rel="noreferrer noopener" referrerpolicy="no-referrer">{t("url.go")}</a></p>}
      <p class="quiet">{t("url.private")} {x.state !== "expired" && `${t("url.until")} ${moment(new Date(x.expires))}`}</p>
      {thanks.value ? <p role="status">{thanks.value}</p> : <button class="button quiet" type="button" onClick={() => void report()}>{t("url.report")}</button>}
    </>
  );
}
