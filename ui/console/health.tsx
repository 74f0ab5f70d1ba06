// The installation's processes: how they do, how the kernel confines them, and what they tried and may not.
import { bytes, catalogue, language } from "../kit/text";
import { refused } from "./grid";
import type { Health, HealthProcess } from "./model";
import { Await, Head, When, useRead } from "./part";
import { link } from "./place";
import { t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Each role is a process of its own. What stands here the supervisor reads from the kernel every five seconds.", whole: "Whole: every process serves and is confined as it should be.", degraded: "Degraded:", unknown: "The supervisor told nothing yet.", summary: "State of the processes", more: "Sandbox health",
    processes: "Processes", process: "Process", cell: "cell {n}", instance: "Instance", state: "State", uptime: "Running for", memory: "Memory", of: "of {n}", restarts: "Restarts", retired: "{n} of them planned", denied: "Refused calls", confinement: "Confined", level: "Level", user: "user {n}", own: "own", shared: "shared user", seccomp: "system calls filtered", privs: "no new privileges", nocaps: "no capabilities", caps: "capabilities {n}", namespaces: "own namespaces: {n}", files: "own directory only", nofiles: "no files", net: "outbound network", nonet: "no network", accept: "accepts on {n}", unread: "not known", broken: "not as it should be", last: "The one before: {n}",
    alerts: "Refused calls and other alerts", noAlerts: "None since this start.", at: "Time", kind: "Kind", call: "Call", target: "Aimed at", "kind.denied": "Refused call", "kind.flood": "Flood of refused calls", "kind.crash": "Ended unasked", "kind.breach": "Broke the rules of a call", "kind.protocol": "Broke the supervisor's protocol", boot: "Start no. {n}",
    "state.ready": "Serves", "state.waiting": "Waits to be started", "state.started": "Starts", "state.confined": "Confined, not serving yet", "state.ended": "Ended",
  },
  ja: {
    about: "役割ごとに独立したプロセスです。監視プロセスが5秒ごとにカーネルから読み取った状態を表示します。", whole: "正常: すべてのプロセスが稼働し、正しく隔離されています。", degraded: "要確認:", unknown: "監視プロセスからの報告がまだありません。", summary: "プロセスの状態", more: "サンドボックスの状態",
    processes: "プロセス", process: "プロセス", cell: "セル {n}", instance: "識別番号", state: "状態", uptime: "稼働時間", memory: "メモリ", of: "/ {n}", restarts: "再起動", retired: "うち計画交代 {n}", denied: "拒否された呼び出し", confinement: "隔離", level: "レベル", user: "ユーザー {n}", own: "専用", shared: "共有ユーザー", seccomp: "システムコール制限", privs: "権限昇格なし", nocaps: "特権なし", caps: "特権 {n}", namespaces: "専用名前空間: {n}", files: "専用ディレクトリのみ", nofiles: "ファイルなし", net: "外部接続あり", nonet: "ネットワークなし", accept: "待受: {n}", unread: "不明", broken: "正しくありません", last: "前回の終了: {n}",
    alerts: "拒否された呼び出しと警報", noAlerts: "今回の起動以降、ありません。", at: "日時", kind: "種類", call: "呼び出し", target: "対象", "kind.denied": "呼び出しの拒否", "kind.flood": "多数の拒否", "kind.crash": "予期しない終了", "kind.breach": "呼び出し規則の違反", "kind.protocol": "監視通信の違反", boot: "起動番号 {n}",
    "state.ready": "稼働中", "state.waiting": "起動待ち", "state.started": "起動中", "state.confined": "隔離済み・準備中", "state.ended": "終了",
  },
});

const n = (x: number) => new Intl.NumberFormat(language.value).format(x);

// lasting says for how long something runs, in the largest unit that fits.
function lasting(seconds: number): string {
  const [x, unit] = seconds >= 172_800 ? [seconds / 86_400, "day"] : seconds >= 7200 ? [seconds / 3600, "hour"] : seconds >= 120 ? [seconds / 60, "minute"] : [seconds, "second"];
  return new Intl.NumberFormat(language.value, { style: "unit", unit: unit as string, unitDisplay: "short" }).format(Math.floor(x as number));
}

type Word = Parameters<typeof t>[0];
const word = (family: string, code: string): string => (`${family}.${code}` in words ? t(`${family}.${code}` as Word) : code);
const words: Record<string, true> = { "kind.denied": true, "kind.flood": true, "kind.crash": true, "kind.breach": true, "kind.protocol": true, "state.ready": true, "state.waiting": true, "state.started": true, "state.confined": true, "state.ended": true };

// State is the state in a line, with the reasons when something is not as it should be.
function State({ health: h, short }: { health: Health; short?: boolean }) {
  return (
    <div class={"note " + (h.state === "whole" ? "good" : h.state === "degraded" ? "bad" : "warn")} role="status">
      {h.state === "whole" ? t("whole") : h.state === "unknown" ? t("unknown") : t("degraded")}
      {h.reasons.length > 0 && <ul>{h.reasons.slice(0, short ? 3 : 50).map((r) => <li key={r.code + r.process}>{r.text}</li>)}</ul>}
      {short && <p><a href={link(["health"])}>{t("more")}</a></p>}
    </div>
  );
}

// HealthSummary is for screens that operators see first.
export function HealthSummary() {
  const reply = useRead<Health>("/health", 15_000);
  return <section aria-label={t("summary")}>{reply.body && <State health={reply.body} short />}</section>;
}

export function HealthScreen() {
  const reply = useRead<Health>("/health", 5000);
  return (
    <>
      <Head title={frame("health")} about={t("about")} />
      <Await reply={reply} fault={refused}>
        {(h) => (
          <div class="stack">
            <State health={h} />
            <Processes h={h} />
            <Alerts h={h} />
          </div>
        )}
      </Await>
    </>
  );
}

function Processes({ h }: { h: Health }) {
  return (
    <section class="card">
      <h2>{t("processes")} <span class="quiet">{h.level} · {t("boot", { n: String(h.boot) })}</span></h2>
      <div class="table" tabIndex={0} role="region" aria-label={t("processes")}>
        <table>
          <thead><tr><th scope="col">{t("process")}</th><th scope="col">{t("state")}</th><th scope="col" class="number">{t("uptime")}</th><th scope="col" class="number">{t("memory")}</th><th scope="col" class="number">{t("restarts")}</th><th scope="col" class="number">{t("denied")}</th><th scope="col">{t("confinement")}</th></tr></thead>
          <tbody>
            {h.processes.map((p) => (
              <tr key={p.role + p.worker}>
                <td class="main"><b>{p.role}</b> {p.cell !== undefined ? t("cell", { n: String(p.cell) }) : p.worker > 0 ? p.worker + 1 : ""}<br /><span class="quiet">{t("instance")} {p.instance}</span></td>
                <td><span class={"state " + (p.state === "ready" ? "good" : "bad")}>{word("state", p.state)}</span>{p.last && <><br /><span class="quiet">{t("last", { n: p.last })}</span></>}</td>
                <td class="number">{lasting(p.uptime)}</td>
                <td class="number">{bytes(p.memory)}{p.memoryLimit > 0 && <><br /><span class="quiet">{t("of", { n: bytes(p.memoryLimit) })}</span></>}</td>
                <td class="number">{n(p.restarts)}{p.retired > 0 && <><br /><span class="quiet">{t("retired", { n: n(p.retired) })}</span></>}</td>
                <td class="number">{p.denied > 0 ? <span class="state bad">{n(p.denied)}</span> : 0}</td>
                <td class="wide"><Confinement p={p} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Confinement({ p }: { p: HealthProcess }) {
  const c = p.confinement;
  if (!c.known) return <span class="state warn">{t("unread")}</span>;
  const facts = [
    c.ownUser ? t("user", { n: String(c.uid) }) : t("shared"), ...(c.seccomp ? [t("seccomp")] : []), ...(c.noNewPrivs ? [t("privs")] : []), c.capabilities ? t("caps", { n: c.capabilities }) : t("nocaps"),
    ...(c.namespaces.length ? [t("namespaces", { n: c.namespaces.join(", ") })] : []), c.files ? t("files") : t("nofiles"), c.network ? t("net") : t("nonet"), ...(c.listeners.length ? [t("accept", { n: c.listeners.join(", ") })] : []),
  ];
  return <><span class={"state " + (c.whole ? "good" : "bad")}>{c.level}</span>{!c.whole && <> <b>{t("broken")}</b></>} <span class="quiet">{facts.join(" · ")}</span></>;
}

function Alerts({ h }: { h: Health }) {
  return (
    <section class="card">
      <h2>{t("alerts")}</h2>
      {h.alerts.length === 0 ? <p class="none">{t("noAlerts")}</p> : (
        <div class="table short" tabIndex={0} role="region" aria-label={t("alerts")}>
          <table>
            <thead><tr><th scope="col">{t("at")}</th><th scope="col">{t("process")}</th><th scope="col">{t("kind")}</th><th scope="col">{t("call")}</th><th scope="col">{t("target")}</th></tr></thead>
            <tbody>{h.alerts.map((a, i) => <tr key={i}><td><When at={a.at} /></td><td>{a.role} <span class="quiet">{a.instance}</span></td><td>{word("kind", a.kind)}</td><td><code>{a.call ?? "—"}</code></td><td>{a.target || a.detail || "—"}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}
