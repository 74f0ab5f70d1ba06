// What people type as a secret is sealed here, in the browser, to a key of vault's: the server that takes the request does
// not see it. The key and a challenge that is good once come with GET /auth/session.
import { ask } from "./http";

export interface Sealing {
  key: string; // P-256 point, base64url
  challenge: string; // base64url
}

export interface Typed {
  challenge: string;
  sealed: string;
}

export interface Session {
  signedIn: boolean;
  address?: string;
  name?: string;
  language?: "en" | "ja";
  role?: string;
  fresh?: boolean;
  expires?: string;
  seal: Sealing;
}

export function session(): Promise<Session> {
  return ask<Session>("/auth/session");
}

const purpose = new TextEncoder().encode("sekisho/typed/v1");

export function toBase64(b: ArrayBuffer | Uint8Array): string {
  let s = "";
  for (const x of b instanceof Uint8Array ? b : new Uint8Array(b)) s += String.fromCharCode(x);
  return btoa(s).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64(s: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

// seal fetches a challenge and seals one secret under it.
export async function seal(text: string): Promise<Typed> {
  const { seal: to } = await session();
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const server = await crypto.subtle.importKey("raw", fromBase64(to.key), curve, false, []);
  const own = (await crypto.subtle.generateKey(curve, false, ["deriveBits"])) as CryptoKeyPair;
  const agreed = await crypto.subtle.importKey("raw", await crypto.subtle.deriveBits({ name: "ECDH", public: server }, own.privateKey, 256), "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: fromBase64(to.challenge), info: purpose }, agreed, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, new TextEncoder().encode(text)));
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const all = new Uint8Array(point.length + nonce.length + sealed.length);
  all.set(point);
  all.set(nonce, point.length);
  all.set(sealed, point.length + nonce.length);
  return { challenge: to.challenge, sealed: toBase64(all) };
}
