// The administration API: reading with tags, writing so that a repetition does nothing twice, and what to do when the server
// wants a proof or the session is over.
import { signal } from "@preact/signals";
import { Problem, send, type Ask } from "../kit/http";

const root = "/api/v1";

// Proof is asked of the person when a problem "step-up" arrives; it ends false when he does not want to.
export const wanted = signal<((given: boolean) => void) | null>(null);

function prove(): Promise<boolean> {
  return new Promise((done) => {
    wanted.value?.(false);
    wanted.value = done;
  });
}

// over leads to the sign-in page, and back here afterwards.
function over(): never {
  location.assign("/sign-in?to=" + encodeURIComponent("/" + location.hash));
  throw new Problem(401, "sign-in", "", "");
}

export interface Tagged<T> {
  body: T;
  tag: string; // to be given with a change: If-Match
}

// call makes one request; a write is repeated with the same key when no answer came, and once more after a proof.
async function call(path: string, a: Ask): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await send(root + path, a);
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.status === 401) over();
      if (e.kind === "step-up" && tries < 3 && (await prove())) continue;
      const again = e.status === 0 || e.status === 502 || e.status === 503;
      if (!again || tries >= 2 || !a.headers?.["Idempotency-Key"]) throw e;
      await new Promise((r) => setTimeout(r, 400 * (tries + 1)));
    }
  }
}

async function tagged<T>(r: Response): Promise<Tagged<T>> {
  const text = await r.text();
  return { body: (text ? JSON.parse(text) : undefined) as T, tag: r.headers.get("ETag") ?? "" };
}

export async function read<T>(path: string, stop?: AbortSignal): Promise<T> {
  return (await readTagged<T>(path, stop)).body;
}

export async function readTagged<T>(path: string, stop?: AbortSignal): Promise<Tagged<T>> {
  return tagged(await call(path, { signal: stop }));
}

// write changes something. key stands for the wish: the same key with the same body is carried out once.
export async function write<T>(method: string, path: string, body?: unknown, tag = "", key = crypto.randomUUID() as string): Promise<T> {
  const headers: Record<string, string> = { "Idempotency-Key": key };
  if (tag) headers["If-Match"] = tag;
  return (await tagged<T>(await call(path, { method, body, headers }))).body;
}

// download asks for a file and gives it to the browser to keep.
export async function download(path: string, name: string): Promise<void> {
  keep(await (await call(path, { headers: { Accept: "text/csv" } })).blob(), name);
}

// keep saves bytes as a file of the person's.
export function keep(b: Blob, name: string): void {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(b);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
