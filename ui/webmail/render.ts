// A mail as it is shown: made by the service, kept for a while.
import { language } from "../kit/text";
import { Refusal, call, capable, own } from "./jmap";
import type { Email, Shown } from "./model";

export const full = ["id", "blobId", "threadId", "mailboxIds", "keywords", "from", "to", "cc", "bcc", "replyTo", "subject", "receivedAt", "sentAt", "size", "hasAttachment", "preview", "messageId", "references", "inReplyTo", "attachments"];
const rendered = new Map<string, Shown>();

// shownAsText is for servers without Email/render: the text body and the attachments as they are.
async function asText(id: string): Promise<Shown> {
  const r = await call<{ list: Email[] }>("Email/get", { ids: [id], properties: [...full, "textBody", "bodyValues"], fetchTextBodyValues: true });
  const m = r.list[0]!;
  const plain = (m.textBody ?? []).map((p) => m.bodyValues?.[p.partId ?? ""]?.value ?? "").join("\n");
  const attachments = (m.attachments ?? []).map((a) => ({ partId: a.partId ?? "", blobId: a.blobId ?? "", name: a.name ?? "", type: a.type, size: a.size, danger: null, pages: 0 }));
  return { id, tree: null, plain, pictures: [], links: [], attachments, decision: null, findings: [], sender: { address: m.from?.[0]?.email ?? "", authenticated: true, first: false } };
}

export async function render(id: string): Promise<Shown> {
  const key = `${language.value} ${id}`;
  const have = rendered.get(key);
  if (have) return have;
  let s: Shown;
  try {
    if (!capable(own)) throw new Refusal("unknownMethod", "");
    const r = await call<{ list: Shown[] }>("Email/render", { ids: [id], language: language.value });
    if (!r.list[0]) throw new Refusal("notFound", "");
    s = r.list[0];
  } catch (e) {
    if (!(e instanceof Refusal) || e.type !== "unknownMethod") throw e;
    s = await asText(id);
  }
  rendered.set(key, s);
  if (rendered.size > 60) rendered.delete(rendered.keys().next().value!);
  return s;
}
