// Passkeys (WebAuthn) with the PRF extension, whose output opens the mailbox's key.
import { ask } from "./http";
import { fromBase64, toBase64 } from "./typed";

// What a browser takes has bytes where the JSON form has base64url (WebAuthn level 3, section 5.1.8): read by hand, since
// not every browser can.
interface Descriptor {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

interface Prf {
  prf?: { eval?: { first: string } };
}

interface RequestOptions {
  challenge: string;
  rpId?: string;
  timeout?: number;
  userVerification?: UserVerificationRequirement;
  allowCredentials?: Descriptor[];
  extensions?: Prf;
}

interface CreationOptions {
  challenge: string;
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout?: number;
  excludeCredentials?: Descriptor[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  extensions?: Prf;
}

function descriptors(list?: Descriptor[]): PublicKeyCredentialDescriptor[] | undefined {
  return list?.map((d) => ({ ...d, id: fromBase64(d.id) }));
}

function extensions(e?: Prf): AuthenticationExtensionsClientInputs {
  const first = e?.prf?.eval?.first;
  return (first ? { prf: { eval: { first: fromBase64(first) } } } : { prf: {} }) as AuthenticationExtensionsClientInputs;
}

function prfOf(c: PublicKeyCredential): string | undefined {
  const r = c.getClientExtensionResults() as { prf?: { results?: { first?: ArrayBuffer } } };
  const first = r.prf?.results?.first;
  return first ? toBase64(first) : undefined;
}

export interface Asserted {
  credential: unknown;
  prf?: string;
}

// assert has the authenticator sign a challenge of the server's.
export async function assert(address?: string): Promise<Asserted> {
  const { publicKey: o } = await ask<{ publicKey: RequestOptions }>("/auth/passkey/begin", { body: address ? { address } : {} });
  const got = (await navigator.credentials.get({
    publicKey: { challenge: fromBase64(o.challenge), rpId: o.rpId, timeout: o.timeout, userVerification: o.userVerification, allowCredentials: descriptors(o.allowCredentials), extensions: extensions(o.extensions) },
  })) as PublicKeyCredential;
  const r = got.response as AuthenticatorAssertionResponse;
  return {
    credential: {
      id: got.id,
      rawId: toBase64(got.rawId),
      type: got.type,
      response: { authenticatorData: toBase64(r.authenticatorData), clientDataJSON: toBase64(r.clientDataJSON), signature: toBase64(r.signature), userHandle: r.userHandle ? toBase64(r.userHandle) : undefined },
    },
    prf: prfOf(got),
  };
}

// signIn signs in, or proves anew, with a passkey.
export async function signIn(address?: string): Promise<{ next: string; ways?: string[] }> {
  return ask("/auth/passkey/finish", { body: await assert(address) });
}

// register makes a passkey for the account that is signed in.
export async function register(name: string): Promise<void> {
  const { publicKey: o } = await ask<{ publicKey: CreationOptions }>("/auth/passkeys/begin", { body: {} });
  const made = (await navigator.credentials.create({
    publicKey: { ...o, challenge: fromBase64(o.challenge), user: { ...o.user, id: fromBase64(o.user.id) }, excludeCredentials: descriptors(o.excludeCredentials), extensions: extensions(o.extensions) },
  })) as PublicKeyCredential;
  const r = made.response as AuthenticatorAttestationResponse;
  const credential = {
    id: made.id,
    rawId: toBase64(made.rawId),
    type: made.type,
    response: { attestationObject: toBase64(r.attestationObject), clientDataJSON: toBase64(r.clientDataJSON), transports: r.getTransports?.() ?? [] },
  };
  await ask("/auth/passkeys/finish", { body: { credential, name, prf: prfOf(made) } });
}

export function available(): boolean {
  return typeof PublicKeyCredential !== "undefined";
}
