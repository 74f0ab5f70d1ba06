// A small server that speaks the JMAP and login APIs with mails it makes up, and the headers of edge: for looking at the mail
// app alone. It keeps everything in memory, proves nothing about the service, and is no part of it.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8" };
const me = "hanako@rensei.example";
const account = "a1";

const people = [["佐藤 健", "sato@rensei.example"], ["Mary Jones", "mary@partner.example"], ["鈴木 一郎", "suzuki@rensei.example"], ["Billing", "billing@shop.example"], ["高橋 美咲", "takahashi@rensei.example"], ["Tom O’Neil", "tom@vendor.example"], ["総務部", "soumu@rensei.example"]];
const subjects = ["来週の会議について", "Quarterly report: second draft", "見積書をお送りします", "Your invoice 2026-1128", "Re: 出張の精算", "Lunch on Friday?", "【重要】システムメンテナンスのお知らせ", "Contract for signature", "採用面接の日程", "Photos from the fair"];
const texts = ["お疲れさまです。来週の会議の資料を共有します。ご確認ください。\nよろしくお願いいたします。", "Hello,\n\nplease find the second draft. Comments by Thursday would help a lot.\n\nBest regards", "いつもお世話になっております。添付の見積書をご確認ください。", "Thank you for your order. The amount will be charged on 5 December."];

function house() {
  const roles = ["inbox", "drafts", "sent", "archive", "junk", "trash"];
  const boxes = roles.map((role, i) => ({ id: `m${i}`, name: role[0].toUpperCase() + role.slice(1), parentId: null, role, sortOrder: i }));
  boxes.push({ id: "m6", name: "プロジェクト", parentId: null, role: null, sortOrder: 10 }, { id: "m7", name: "2026", parentId: "m6", role: null, sortOrder: 10 });
  const mails = new Map();
  for (let i = 0; i < 400; i++) {
    const [name, email] = people[i % people.length];
    const subject = subjects[i % subjects.length];
    const thread = i % 10 === 4 ? `t${Math.floor(i / 30)}x` : `t${i}`;
    const keywords = { ...(i % 4 ? { $seen: true } : {}), ...(i % 9 === 2 ? { $flagged: true } : {}), ...(i % 13 === 5 ? { $answered: true } : {}), ...(i % 17 === 3 ? { project: true } : {}) };
    mails.set(`e${i}`, { id: `e${i}`, blobId: `b${i}`, threadId: thread, mailboxIds: { [i % 11 === 7 ? "m6" : "m0"]: true }, keywords, from: [{ name, email }], to: [{ name: "田中 花子", email: me }], cc: i % 5 ? [] : [{ name: null, email: "team@rensei.example" }], bcc: [], replyTo: null,
      subject, receivedAt: new Date(Date.now() - i * 5.3e6 - 9e5).toISOString(), sentAt: new Date(Date.now() - i * 5.3e6 - 9e5).toISOString(), size: 4000 + i * 37, hasAttachment: i % 5 === 2, preview: texts[i % 4].replaceAll("\n", " "), messageId: [`${i}@made.example`], references: null, inReplyTo: null, attachments: [], text: texts[i % 4] });
  }
  return { boxes, mails, next: 1000, state: 1, session: null, kept: keptMails(), contacts: [{ id: "c1", name: "山田 太郎", emails: [{ address: "yamada@partner.example", label: "work" }], organization: "Partner K.K.", note: "", groups: [] }], templates: [], preference: { id: "singleton", language: "", theme: "auto", undoSeconds: 5, remotePictures: "ask", density: "normal", threads: true, confirmOutside: true, confirmAttachment: true, shortcuts: true }, filter: { id: "singleton", rules: [], forward: { enabled: false, to: "", keep: true } }, vacation: { id: "singleton", isEnabled: false, fromDate: null, toDate: null, subject: null, textBody: null, htmlBody: null }, subs: new Map(), hold: new Set(), security: { totp: false, recoveryCodes: 0, passkeys: [], appPasswords: [], sessions: [{ id: "s1", current: true, device: "Chromium", client: "127.0.0.1", began: new Date().toISOString(), used: new Date().toISOString() }] } };
}

function keptMails() {
  const one = (id, fate, subject, from, reason) => ({ id, fate, from, recipient: fate === "hold" ? "mary@partner.example" : me, subject, rule: fate === "hold" ? "outside-attachment" : "default", reason, arrived: new Date(Date.now() - 4e6).toISOString(), until: new Date(Date.now() + 9e8).toISOString(), atEnd: fate === "hold" ? "send" : "discard", size: 20480, mayRelease: true, asked: false, findings: [{ kind: "spam", name: "score", detail: "7.4" }] });
  return [one("k1", "quarantine", "Win a prize today", "lucky@spam.example", "It looks like spam."), one("k2", "quarantine", "口座の確認をお願いします", "bank@evil.example", "フィッシングの疑いがあります。"), one("k3", "hold", "見積書の送付", me, "Attachments to people outside wait five minutes.")];
}

const count = (h, b) => {
  const all = [...h.mails.values()].filter((m) => m.mailboxIds[b.id]);
  return { ...b, totalEmails: all.length, unreadEmails: all.filter((m) => !m.keywords.$seen).length, totalThreads: all.length, unreadThreads: 0, isSubscribed: true };
};

function matches(m, f) {
  if (f.operator) {
    const r = f.conditions.map((c) => matches(m, c));
    return f.operator === "AND" ? r.every(Boolean) : f.operator === "OR" ? r.some(Boolean) : !r.some(Boolean);
  }
  const has = (v, s) => JSON.stringify(v ?? "").toLowerCase().includes(String(s).toLowerCase());
  return Object.entries(f).every(([k, v]) => k === "inMailbox" ? m.mailboxIds[v] : k === "text" ? has([m.subject, m.from, m.to, m.text], v) : k === "body" ? has(m.text, v) : ["from", "to", "cc", "subject"].includes(k) ? has(m[k], v) : k === "hasAttachment" ? m.hasAttachment === v : k === "hasKeyword" ? m.keywords[v] : k === "notKeyword" ? !m.keywords[v] : k === "before" ? m.receivedAt < v : k === "after" ? m.receivedAt >= v : k === "minSize" ? m.size >= v : m.size < v);
}

function patch(o, p) {
  for (const [k, v] of Object.entries(p)) {
    const [top, sub] = k.split("/");
    if (!sub) o[top] = v;
    else if (v === null) delete o[top][sub];
    else o[top] = { ...o[top], [sub]: v };
  }
}

function tree(m) {
  const lines = m.text.split("\n").map((l) => ["p", {}, l]);
  return ["div", {}, ...lines, ["p", {}, "See ", ["a", { link: 0 }, "www.bank.example"], " and ", ["b", {}, "this"], "."], ["table", { border: "1", cellpadding: "6" }, ["tr", {}, ["td", { style: { "background-color": "#eef4fa" } }, "合計"], ["td", {}, "¥128,000"]]], ["img", { picture: 0, alt: "logo" }]];
}

const methods = {
  "Mailbox/get": (h) => ({ state: `${h.state}`, list: h.boxes.map((b) => count(h, b)), notFound: [] }),
  "Mailbox/set": (h, a) => {
    const created = {};
    for (const [k, v] of Object.entries(a.create ?? {})) h.boxes.push((created[k] = { id: `m${h.next++}`, role: null, sortOrder: 10, ...v }));
    for (const [id, v] of Object.entries(a.update ?? {})) Object.assign(h.boxes.find((b) => b.id === id), v);
    h.boxes = h.boxes.filter((b) => !(a.destroy ?? []).includes(b.id));
    return { newState: `${++h.state}`, created, updated: {}, destroyed: a.destroy ?? [] };
  },
  "Email/query": (h, a) => {
    let all = [...h.mails.values()].filter((m) => matches(m, a.filter ?? {})).sort((x, y) => (x.receivedAt < y.receivedAt ? 1 : -1));
    if (a.collapseThreads) all = all.filter((m, i) => all.findIndex((o) => o.threadId === m.threadId) === i);
    return { queryState: `${h.state}`, position: a.position ?? 0, total: all.length, ids: all.slice(a.position ?? 0, (a.position ?? 0) + (a.limit ?? 50)).map((m) => m.id) };
  },
  "Email/get": (h, a) => ({ state: `${h.state}`, list: a.ids.filter((i) => h.mails.has(i)).map((i) => ({ ...h.mails.get(i), textBody: [{ partId: "1", type: "text/plain" }], htmlBody: [{ partId: "1", type: "text/plain" }], bodyValues: { 1: { value: h.mails.get(i).text } } })), notFound: [] }),
  "Thread/get": (h, a) => ({ state: "1", list: [...new Set(a.ids)].map((id) => ({ id, emailIds: [...h.mails.values()].filter((m) => m.threadId === id).reverse().map((m) => m.id) })), notFound: [] }),
  "Email/set": (h, a) => {
    const r = { newState: `${++h.state}`, created: {}, updated: {}, destroyed: [], notDestroyed: {} };
    for (const [k, v] of Object.entries(a.create ?? {})) {
      const id = `e${h.next++}`;
      const { bodyValues, ...rest } = v;
      h.mails.set(id, { blobId: "b" + id, threadId: "t" + id, receivedAt: new Date().toISOString(), size: 1000, hasAttachment: (v.attachments ?? []).length > 0, preview: bodyValues.text.value.slice(0, 80), text: bodyValues.text.value, ...rest, attachments: (v.attachments ?? []).map((p, i) => ({ partId: `${i + 2}`, size: 100, ...p })), id });
      r.created[k] = { id };
    }
    for (const [id, p] of Object.entries(a.update ?? {})) if (h.mails.has(id)) (patch(h.mails.get(id), p), (r.updated[id] = null));
    for (const id of a.destroy ?? []) h.mails.delete(id) ? r.destroyed.push(id) : (r.notDestroyed[id] = { type: "notFound" });
    return r;
  },
  "Email/render": (h, a) => ({ list: a.ids.map((id) => {
    const m = h.mails.get(id), n = Number(id.slice(1)), bad = n % 12 === 3;
    return { id, tree: n < 1000 ? tree(m) : ["div", {}, m.text], plain: m.text, pictures: [{ n: 0, remote: n % 2 === 0, host: "img.shop.example" }], links: [{ n: 0, href: "https://login.evil.example/x?y=1", host: "login.evil.example", text: "www.bank.example", warning: "The text names another place than the link leads to." }], attachments: m.hasAttachment ? [{ partId: "2", blobId: "x2", name: "見積書.pdf", type: "application/pdf", size: 184320, danger: null, pages: 2 }, ...(bad || n % 5 === 2 ? [{ partId: "3", blobId: "x3", name: "invoice.exe", type: "application/octet-stream", size: 90000, danger: { kind: "executable", reason: "It is a program." }, pages: 0 }] : [])] : [],
      decision: bad ? { action: "deliver-marked", rule: "warn-links", reason: "A link leads elsewhere than it says.", score: 4.2 } : null, findings: bad ? [{ kind: "url", name: "mismatch", detail: "login.evil.example" }, { kind: "auth", name: "dmarc", detail: "fail" }] : [], sender: { address: m.from?.[0]?.email ?? "", authenticated: !bad, first: n % 6 === 1 } };
  }), notFound: [] }),
  "Identity/get": () => ({ list: [{ id: "i1", name: "田中 花子", email: me, replyTo: null, textSignature: "田中 花子\nRensei K.K.", htmlSignature: "" }] }),
  "Identity/set": (_h, a) => ({ updated: Object.fromEntries(Object.keys(a.update ?? {}).map((k) => [k, null])) }),
  "EmailSubmission/set": (h, a) => {
    const created = {}, updated = {}, notUpdated = {};
    for (const [k, v] of Object.entries(a.create ?? {})) {
      const id = `s${h.next++}`;
      h.subs.set(id, { until: v.sendAt ? Date.parse(v.sendAt) : 0 });
      created[k] = { id, undoStatus: v.sendAt ? "pending" : "final" };
      const change = a.onSuccessUpdateEmail?.[`#${k}`];
      if (change) patch(h.mails.get(v.emailId), change);
    }
    for (const id of Object.keys(a.update ?? {})) h.subs.get(id)?.until > Date.now() ? (updated[id] = null) : (notUpdated[id] = { type: "cannotUnsend" });
    return { created, updated, notUpdated, newState: "2" };
  },
  "Submission/check": (h, a) => {
    const m = h.mails.get(a.emailId), all = [...(m.to ?? []), ...(m.cc ?? []), ...(m.bcc ?? [])].map((x) => x.email), outside = all.filter((x) => !x.endsWith("@rensei.example"));
    return { outside, first: outside, missingAttachment: /添付|attach/.test(m.text.split("\n>")[0]) && !m.hasAttachment, attachments: m.attachments.map((x) => x.name) };
  },
  "Kept/query": (h, a) => ({ ids: h.kept.filter((k) => k.fate === a.filter.fate && (!a.filter.text || JSON.stringify(k).includes(a.filter.text))).map((k) => k.id), total: h.kept.filter((k) => k.fate === a.filter.fate).length }),
  "Kept/get": (h, a) => ({ list: h.kept.filter((k) => a.ids.includes(k.id)) }),
  "Kept/set": (h, a) => {
    for (const [id, v] of Object.entries(a.update)) {
      const k = h.kept.find((x) => x.id === id);
      h.kept = h.kept.filter((x) => x.id !== id);
      if (v.do === "release") methods["Email/set"](h, { create: { r: { mailboxIds: { m0: true }, keywords: {}, from: [{ name: null, email: k.from }], to: [{ name: null, email: me }], subject: k.subject, bodyValues: { text: { value: "Released." } } } } });
    }
    return { updated: Object.fromEntries(Object.keys(a.update).map((id) => [id, null])) };
  },
  "Contact/query": (h, a) => ({ ids: h.contacts.filter((c) => JSON.stringify(c).toLowerCase().includes((a.filter?.text ?? "").toLowerCase())).map((c) => c.id), total: h.contacts.length }),
  "Contact/get": (h, a) => ({ list: h.contacts.filter((c) => !a.ids || a.ids.includes(c.id)) }),
  "Contact/set": (h, a) => own(h, "contacts", "c", a),
  "Directory/query": (_h, a) => ({ list: [...people.map(([name, address]) => ({ name, address, group: false })), { name: "全社", address: "all@rensei.example", group: true }].filter((p) => p.address.endsWith("rensei.example") && (p.name + p.address).toLowerCase().includes((a.filter?.text ?? "").toLowerCase())) }),
  "Template/get": (h) => ({ list: h.templates }),
  "Template/set": (h, a) => own(h, "templates", "p", a),
  "Preference/get": (h) => ({ list: [h.preference] }),
  "Preference/set": (h, a) => (Object.assign(h.preference, a.update.singleton), { updated: { singleton: null } }),
  "Filter/get": (h) => ({ list: [h.filter] }),
  "Filter/set": (h, a) => (Object.assign(h.filter, a.update.singleton), { updated: { singleton: null } }),
  "VacationResponse/get": (h) => ({ list: [h.vacation] }),
  "VacationResponse/set": (h, a) => (Object.assign(h.vacation, a.update.singleton), { updated: { singleton: null } }),
  "Quota/get": () => ({ list: [{ id: "q", used: 3.2e9, hardLimit: 1e10, scope: "account", resourceType: "octets" }] }),
};

function own(h, list, letter, a) {
  const created = {};
  for (const [k, v] of Object.entries(a.create ?? {})) h[list].push((created[k] = { ...v, id: `${letter}${h.next++}` }));
  for (const [id, v] of Object.entries(a.update ?? {})) Object.assign(h[list].find((x) => x.id === id), v);
  h[list] = h[list].filter((x) => !(a.destroy ?? []).includes(x.id));
  return { created, updated: {}, destroyed: a.destroy ?? [] };
}

function refer(args, done) {
  return Object.fromEntries(Object.entries(args).map(([k, v]) => {
    if (!k.startsWith("#")) return [k, v];
    let at = [done.find((d) => d[2] === v.resultOf)[1]];
    for (const s of v.path.split("/").slice(1)) at = s === "*" ? at.flat() : at.map((x) => x[s]);
    return [k.slice(1), at.flat()];
  }));
}

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC", "base64");

function auth(h, path, method, body) {
  const s = h.security;
  if (path === "/auth/session") return h.session ? { signedIn: true, address: me, name: "田中 花子", language: "", role: "user", fresh: true, seal: h.seal } : { signedIn: false, seal: h.seal };
  if (path === "/auth/password") return (h.session = true), { next: "done" };
  if (path === "/auth/sign-out") return (h.session = null), {};
  if (path === "/auth/security") return s;
  if (path === "/auth/totp/begin") return { secret: "JBSWY3DPEHPK3PXP", uri: `otpauth://totp/Sekisho:${me}?secret=JBSWY3DPEHPK3PXP&issuer=Sekisho` };
  if (path === "/auth/totp/confirm") return (s.totp = true), {};
  if (path === "/auth/totp" && method === "DELETE") return (s.totp = false), {};
  if (path === "/auth/recovery-codes") return (s.recoveryCodes = 10), { codes: Array.from({ length: 10 }, (_, i) => `abcd-${1000 + i}-wxyz`) };
  if (path === "/auth/app-passwords") return s.appPasswords.push({ id: `p${h.next++}`, ...body, created: new Date().toISOString(), used: null }), { id: "p", secret: "mnop-qrst-uvwx-yz23" };
  const [, kind, id] = /^\/auth\/(app-passwords|sessions|passkeys)\/(.+)$/.exec(path) ?? [];
  if (kind === "app-passwords") s.appPasswords = s.appPasswords.filter((p) => p.id !== id);
  return {};
}

// serve starts it; dist holds the built apps.
export async function serve(dist) {
  const h = house();
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const url = (b) => Buffer.from(b).toString("base64url");
  h.seal = { key: url(await crypto.subtle.exportKey("raw", pair.publicKey)), challenge: url(crypto.getRandomValues(new Uint8Array(16))) };
  const watchers = new Set();
  const tell = () => watchers.forEach((w) => w.write(`event: state\ndata: ${JSON.stringify({ "@type": "StateChange", changed: { [account]: { Email: `${h.state}`, Mailbox: `${h.state}` } } })}\n\n`));
  const server = createServer(async (q, r) => {
    const chunks = [];
    for await (const c of q) chunks.push(c);
    const body = Buffer.concat(chunks);
    const u = new URL(q.url, "http://x"), host = q.headers.host.split(".")[0], port = server.address().port;
    const content = `http://content.localhost:${port}`, mail = `http://mail.localhost:${port}`;
    const json = (v, status = 200) => r.writeHead(status, { "Content-Type": status < 400 ? "application/json" : "application/problem+json" }).end(JSON.stringify(v));
    r.setHeader("X-Content-Type-Options", "nosniff");
    r.setHeader("Cache-Control", "no-store");
    r.setHeader("Referrer-Policy", "no-referrer");
    r.setHeader("Cross-Origin-Resource-Policy", host === "content" ? "cross-origin" : "same-origin");
    r.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    if (host === "content") r.setHeader("Access-Control-Allow-Origin", "*");
    r.setHeader("Content-Security-Policy", host === "content"
      ? `sandbox allow-scripts; default-src 'none'; script-src ${content}; style-src ${content}; style-src-attr 'unsafe-inline'; img-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors ${mail}; require-trusted-types-for 'script'; trusted-types sekisho`
      : `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src ${content}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sekisho ProseMirrorClipboard`);
    const p = u.pathname;
    if (p.startsWith("/auth/")) return json(auth(h, p, q.method, body.length ? JSON.parse(body) : {}));
    if (p === "/jmap/start" && !h.session) return json({ signedIn: false });
    if (p.startsWith("/jmap/") && !h.session) return json({ type: "urn:sekisho:problem:signed-out", title: "Signed out", status: 401 }, 401);
    const session = { username: me, accounts: { [account]: { name: me, isPersonal: true, isReadOnly: false, accountCapabilities: {} } }, primaryAccounts: { "urn:ietf:params:jmap:mail": account }, capabilities: { "urn:ietf:params:jmap:core": {}, "urn:ietf:params:jmap:mail": {}, "urn:ietf:params:jmap:submission": {}, "urn:ietf:params:jmap:vacationresponse": {}, "urn:sekisho:jmap": {} }, state: "1" };
    if (p === "/jmap/session") return json(session);
    if (p === "/jmap/start") {
      const done = [], inbox = methods["Mailbox/get"](h, {}).list.find((b) => b.role === "inbox").id, ids = (resultOf, path) => ({ "#ids": { resultOf, path } });
      for (const [name, args] of [["Mailbox/get", {}], ["Identity/get", {}], ["Email/query", { filter: { inMailbox: inbox }, sort: [], position: 0, limit: 24, collapseThreads: h.preference.threads }], ["Email/get", ids("Email/query", "/ids")], ["Thread/get", ids("Email/get", "/list/*/threadId")]]) done.push([name, methods[name](h, refer(args, done)), name]);
      return json({ signedIn: true, session, preference: h.preference, threads: h.preference.threads, inbox, answers: Object.fromEntries(done) });
    }
    if (p === "/jmap/api") {
      const before = h.state, done = [];
      for (const [name, args, id] of JSON.parse(body).methodCalls) done.push(methods[name] ? [name, methods[name](h, refer(args, done)), id] : ["error", { type: "unknownMethod" }, id]);
      if (h.state !== before) setTimeout(tell, 50);
      return json({ methodResponses: done, sessionState: "1" });
    }
    if (p.startsWith("/jmap/upload/")) return json({ accountId: account, blobId: `u${h.next++}`, type: q.headers["content-type"], size: body.length }, 201);
    if (p.startsWith("/jmap/picture/") || p.startsWith("/jmap/preview/")) return r.writeHead(200, { "Content-Type": "image/png" }).end(png);
    if (p.startsWith("/jmap/download/")) return r.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Disposition": "attachment" }).end("x");
    if (p === "/jmap/events") {
      r.writeHead(200, { "Content-Type": "text/event-stream" }).write("\n");
      watchers.add(r);
      return q.on("close", () => watchers.delete(r));
    }
    const app = host === "content" ? "content" : p.startsWith("/sign-in") ? "login" : "webmail";
    const file = p.includes("/assets/") ? join(dist, app, "assets", p.split("/").pop()) : join(dist, app, "index.html");
    if (!existsSync(file)) return r.writeHead(404).end();
    r.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
  await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
  return { port: server.address().port, house: h, tell, close: () => server.close() };
}
