// Requests to the origin's own API. Answers that are no success become a Problem (RFC 9457), and so does a line that is down.
import { language } from "./text";

export interface Fault {
  pointer: string;
  detail: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    readonly kind: string, // the last part of the problem's type: "sign-in-failed", "step-up"
    readonly title: string,
    readonly detail: string,
    readonly errors: Fault[] = [],
    readonly retry = 0, // seconds, when the answer said so
  ) {
    super(detail || title);
  }
}

const prefix = "urn:sekisho:problem:";

async function problem(r: Response): Promise<Problem> {
  const retry = Number(r.headers.get("Retry-After")) || 0;
  try {
    const b = (await r.json()) as { type?: string; title?: string; detail?: string; errors?: Fault[] };
    const type = b.type ?? "";
    const kind = type.startsWith(prefix) ? type.slice(prefix.length) : (type.split(":").pop() ?? "");
    return new Problem(r.status, kind, b.title ?? r.statusText, b.detail ?? "", b.errors ?? [], retry);
  } catch {
    return new Problem(r.status, "", r.statusText || String(r.status), "", [], retry);
  }
}

export interface Ask {
  method?: string;
  body?: unknown; // sent as JSON
  raw?: Blob; // sent as it is
  headers?: Record<string, string>;
  signal?: AbortSignal;
  plain?: boolean; // without fields of its own: the page asked for it already, by a link
}

// send makes one request and gives the answer when it is a success.
export async function send(path: string, a: Ask = {}): Promise<Response> {
  const headers: Record<string, string> = a.plain ? {} : { "Accept-Language": language.value, ...a.headers };
  let body: BodyInit | undefined;
  if (a.raw) {
    body = a.raw;
    headers["Content-Type"] ??= a.raw.type || "application/octet-stream";
  } else if (a.body !== undefined) {
    body = JSON.stringify(a.body);
    headers["Content-Type"] = "application/json";
  }
  let r: Response;
  try {
    r = await fetch(path, { method: a.method ?? (body === undefined ? "GET" : "POST"), headers, body, signal: a.signal, credentials: "same-origin", redirect: "error" });
  } catch (e) {
    if (a.signal?.aborted) throw e;
    throw new Problem(0, "offline", language.value === "ja" ? "接続できません" : "No connection", language.value === "ja" ? "サーバーに接続できません。しばらくしてからもう一度お試しください。" : "The server cannot be reached. Try again in a moment.");
  }
  if (!r.ok) throw await problem(r);
  return r;
}

// ask is send with JSON as the answer; undefined when the answer has no body.
export async function ask<T>(path: string, a: Ask = {}): Promise<T> {
  const r = await send(path, a);
  const text = await r.text();
  return (text ? JSON.parse(text) : undefined) as T;
}
