// A JMAP client (RFC 8620, 8621): calls that are made in the same moment go in one request, and an answer that is an error
// becomes a Refusal.
import { signal } from "@preact/signals";
import { Problem, ask, send } from "../kit/http";

export const core = "urn:ietf:params:jmap:core";
export const own = "urn:sekisho:jmap";

export interface Account {
  name: string;
  isPersonal: boolean;
  isReadOnly: boolean;
  accountCapabilities: Record<string, unknown>;
}

export interface Session {
  username: string;
  accounts: Record<string, Account>;
  primaryAccounts: Record<string, string>;
  capabilities: Record<string, Record<string, unknown>>;
  state: string;
}

// Refusal is an error of one method or one object, in the words of the RFC.
export class Refusal extends Error {
  constructor(
    readonly type: string,
    readonly description: string,
    readonly more: Record<string, unknown> = {},
  ) {
    super(description || type);
  }
}

export const session = signal<Session | null>(null);

// account is the mailbox of the person who is signed in.
export function account(): string {
  const s = session.value;
  return s ? (s.primaryAccounts["urn:ietf:params:jmap:mail"] ?? Object.keys(s.accounts)[0] ?? "") : "";
}

export function capable(capability: string): boolean {
  return !!session.value?.capabilities[capability];
}

type Args = Record<string, unknown>;
type Answer = [string, Record<string, unknown>, string];

interface Waiting {
  calls: [string, Args][];
  done: (answers: Record<string, unknown>[]) => void;
  failed: (e: unknown) => void;
}

let queue: Waiting[] = [];
const atOnce = 16; // calls in one request

// Ref is a reference to the result of a call before it in the same chain: [which, path].
export function ref(which: number, name: string, path: string) {
  return { resultOf: which, name, path };
}

// stepUp is asked when an act needs a fresh proof; the shell sets it.
export const step: { up: (() => Promise<boolean>) | null } = { up: null };

// proven runs an act, and once more after a fresh proof when it needs one.
export async function proven<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (e) {
    const asked = e instanceof Problem ? e.kind === "step-up" : e instanceof Refusal && e.type === "urn:sekisho:problem:step-up";
    if (asked && step.up && (await step.up())) return act();
    throw e;
  }
}

// chain makes calls that may refer to each other's results, in one request, and gives their answers in order.
export function chain(calls: [string, Args][]): Promise<Record<string, any>[]> {
  return new Promise((done, failed) => {
    if (queue.length === 0) queueMicrotask(flush);
    queue.push({ calls, done, failed });
  });
}

// call makes one.
export async function call<T = Record<string, any>>(name: string, args: Args = {}): Promise<T> {
  return (await chain([[name, args]]))[0] as T;
}

function flush(): void {
  const all = queue;
  queue = [];
  let group: Waiting[] = [];
  let n = 0;
  for (const w of all) {
    if (n > 0 && n + w.calls.length > atOnce) {
      void post(group);
      group = [];
      n = 0;
    }
    group.push(w);
    n += w.calls.length;
  }
  void post(group);
}

function build(group: Waiting[]): [string, Args, string][] {
  const out: [string, Args, string][] = [];
  for (const w of group) {
    const base = out.length;
    for (const [name, args] of w.calls) {
      const a: Args = { accountId: account() };
      for (const [k, v] of Object.entries(args)) {
        if (k.startsWith("#")) {
          const r = v as ReturnType<typeof ref>;
          a[k] = { resultOf: String(base + r.resultOf), name: r.name, path: r.path };
        } else a[k] = v;
      }
      out.push([name, a, String(out.length)]);
    }
  }
  return out;
}

async function post(group: Waiting[]): Promise<void> {
  const methodCalls = build(group);
  try {
    const using = Object.keys(session.value!.capabilities);
    const body = await proven(() => ask<{ methodResponses: Answer[] }>("/jmap/api", { body: { using, methodCalls } }));
    share(group, body.methodResponses);
  } catch (e) {
    for (const w of group) w.failed(e);
  }
}

// share gives each chain its own answers. A call of set with onSuccess has a second answer of the same id, which is left out.
function share(group: Waiting[], answers: Answer[]): void {
  const by = new Map<string, Answer>();
  for (const a of answers) if (!by.has(a[2])) by.set(a[2], a);
  let n = 0;
  for (const w of group) {
    const mine = w.calls.map(() => by.get(String(n++)));
    const bad = mine.find((a) => !a || a[0] === "error");
    if (bad === undefined && mine.every(Boolean)) w.done(mine.map((a) => a![1]));
    else w.failed(bad ? new Refusal(String(bad[1].type), String(bad[1].description ?? ""), bad[1]) : new Refusal("serverFail", ""));
  }
}

export interface Changed<T> {
  newState: string;
  created: Record<string, T> | null;
  updated: Record<string, unknown> | null;
  destroyed: string[] | null;
  notCreated: Record<string, Failure> | null;
  notUpdated: Record<string, Failure> | null;
  notDestroyed: Record<string, Failure> | null;
}

export interface Failure {
  type: string;
  description?: string;
  properties?: string[];
}

// set makes a call of /set, and a Refusal of the first object that was refused.
export async function set<T = { id: string }>(type: string, args: Args): Promise<Changed<T>> {
  const r = await call<Changed<T>>(`${type}/set`, args);
  for (const group of [r.notCreated, r.notUpdated, r.notDestroyed]) {
    const first = group && Object.values(group)[0];
    if (first) throw new Refusal(first.type, first.description ?? "", { ...r });
  }
  return r;
}

export interface Uploaded {
  blobId: string;
  type: string;
  size: number;
}

// upload sends a file and tells how far it has come (0 to 1). fetch does not tell, so it is the old way.
export function upload(file: Blob, progress: (done: number) => void, signal?: AbortSignal): Promise<Uploaded> {
  return new Promise((done, failed) => {
    const x = new XMLHttpRequest();
    x.open("POST", `/jmap/upload/${encodeURIComponent(account())}`);
    x.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    x.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    x.onerror = () => failed(new Problem(0, "offline", "", ""));
    x.onabort = () => failed(new DOMException("", "AbortError"));
    x.onload = () => {
      let b: Record<string, any> = {};
      try {
        b = JSON.parse(x.responseText);
      } catch {
        // The status says it.
      }
      if (x.status < 300 && b.blobId) done(b as Uploaded);
      else failed(new Problem(x.status, String(b.type ?? "").split(":").pop()!, b.title ?? x.statusText, b.detail ?? ""));
    };
    signal?.addEventListener("abort", () => x.abort());
    x.send(file);
  });
}

export function downloadURL(blobId: string, name: string, type: string): string {
  return `/jmap/download/${encodeURIComponent(account())}/${encodeURIComponent(blobId)}/${encodeURIComponent(name || "file")}?accept=${encodeURIComponent(type || "application/octet-stream")}`;
}

// page gives a page of an attachment as a picture; the first is 1.
export async function page(blobId: string, n: number): Promise<Blob> {
  const r = await send(`/jmap/preview/${encodeURIComponent(account())}/${encodeURIComponent(blobId)}/${n}`);
  return new Blob([await r.arrayBuffer()], { type: "image/png" });
}

// picture gives the n-th picture of a mail.
export async function picture(emailId: string, n: number, remote: boolean): Promise<{ type: string; bytes: ArrayBuffer }> {
  const r = await send(`/jmap/picture/${encodeURIComponent(account())}/${encodeURIComponent(emailId)}/${n}${remote ? "?remote=1" : ""}`);
  return { type: (r.headers.get("Content-Type") ?? "").split(";")[0]!.trim(), bytes: await r.arrayBuffer() };
}
