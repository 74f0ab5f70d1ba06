// The fake's answers to the administration API, and its server.
import { Refusal, at, createReadStream, createServer, existsSync, fails, incidents, join, kinds, normalize, page, policyOfHeaders, rightsOf, statistic, world } from "./fake-console.mjs";

// read answers what changes nothing.
function read(w, path, q, ja) {
  if (w.role === "operator" && /^\/contracts\/7\/(traces|kept|overview|policy|changes)/.test(path)) fails(403, "grant-needed", ja);
  const m = /^\/contracts\/7(\/.*)?$/.exec(path);
  const own = m ? (m[1] ?? "") : null;
  const line = (path.match(/^\/contracts\/7\/traces\/(.+)$/) ?? [])[1];
  if (line) {
    const items = w.traces.filter((t) => t.trace === line);
    if (!items.length) fails(404, "not-found", ja);
    const t = items[0];
    return { trace: line, items, stages: [{ at: t.at, code: "connection", text: ja ? `${t.client} からメールを受け付けました（${t.protocol}）。` : `A mail came in from ${t.client} (${t.protocol}).`, detail: t.tls }, ...t.findings.map((f) => ({ at: t.at, code: `finding/${f.kind}/${f.name}`, text: ja ? `検出: ${f.kind} ${f.name}。` : `Found: ${f.kind} ${f.name}.`, detail: f.evidence })), { at: t.at, code: "decision/" + t.action, text: ja ? `${t.recipient}: 規則「${t.rule}」により判定しました。` : `${t.recipient}: the rule "${t.rule}" decided; ${t.fate}.`, detail: t.reason }, ...t.events.map((e) => ({ at: e.at, code: "event/" + e.what, text: `${t.recipient}: ${e.what}.` }))] };
  }
  if (path === "/me") return { account: 10, address: w.role === "operator" ? "ops@operator.example" : "hanako@example.com", name: "山田 花子", role: w.role, contract: w.role === "operator" ? 1 : 7, contractName: w.contract.name, language: "ja", rights: rightsOf[w.role], fresh: w.fresh };
  if (path === "/contracts") return page([w.contract, { ...w.contract, id: 8, name: "Second customer", domains: ["second.example"], ready: false, policy: "default" }], q, (c) => c.name);
  if (path === "/tokens") return { items: w.tokens };
  if (path === "/incidents") return { items: incidents, total: incidents.length, more: false };
  if (path === "/incidents/3") return incidents[0];
  if (path === "/ledger") return { streams: ["n1/vault", "n1/store", "n1/gate", "n1/reader"].map((name, i) => ({ name, first: 0, sealed: 1000 * (i + 1), size: 1000 * (i + 1) + 12, root: "cm9vdA==" })), entries: 10_048, checkpoint: "sekisho/ledger\n10048\ncm9vdA==\n\n— sekisho Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5\n", key: "sekisho+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW" };
  if (path === "/ledger/entries") return { items: Array.from({ length: 30 }, (_, i) => ({ stream: "n1/vault", number: 1012 - i, time: at(i), kind: i % 5 ? "open" : "enter", class: i % 2 ? "body" : undefined, contract: 7, account: 10, count: 1 + (i % 3), denied: i === 4 })), total: 1012 };
  if (path.endsWith("/statistics")) return statistic({ minute: 60, hour: 3600, day: 86_400 }[q.get("step") ?? "hour"], { minute: 60, hour: 24, day: 30 }[q.get("step") ?? "hour"]);
  switch (own) {
    case "": return w.contract;
    case "/overview": return { flow: statistic(60, 60), day: statistic(3600, 24), quarantine: w.quarantine.length, holds: w.hold.length, newest: w.traces.slice(0, 20) };
    case "/traces": return page(w.traces, q, (t) => [t.trace, t.from, t.recipient, t.messageId].join(" "));
    case "/kept/quarantine": return page(w.quarantine, q, (k) => k.from + " " + k.recipient);
    case "/kept/hold": return page(w.hold, q, (k) => k.from + " " + k.recipient);
    case "/accounts": return page(w.accounts, q, (a) => a.address + " " + a.name);
    case "/aliases": return page(w.aliases, q, (a) => a.address);
    case "/groups": return page(w.groups, q, (g) => g.name);
    case "/domains": return page(w.domains, q, (d) => d.name);
    case "/domain-proof": return { name: "_sekisho." + q.get("name"), type: "TXT", value: "sekisho-proof=0123456789abcdef", why: "shows that the domain is this contract's", live: "missing" };
    case "/domains/example.com/records": return { items: [{ name: "example.com", type: "MX", value: "10 mx.sekisho.example.", why: "mail comes here", live: "ok" }, { name: "example.com", type: "TXT", value: "v=spf1 include:_spf.sekisho.example -all", why: "others see that mail from here is yours", live: "differs" }, { name: "s2026a._domainkey.example.com", type: "TXT", value: "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A".repeat(6), why: "signatures are verified with it", live: "missing" }] };
    case "/policy": return { text: w.policy, default: false, remarks: [] };
    case "/policy/versions": return page([3, 2, 1].map((v) => ({ version: v, at: at(900 * (4 - v)), who: "hanako@example.com", text: v === 3 ? w.policy : w.policy.replace("score >= 8", "score >= " + (8 + v)) })), q, () => "");
    case "/changes": return page([{ id: 2, at: at(40), who: "hanako@example.com", session: "81", what: "account", object: "taro@example.com", do: "set", before: { Role: "user", Quota: 0 }, after: { Role: "approver", Quota: 0 } }, { id: 1, at: at(400), who: "hanako@example.com", session: "80", what: "alias", object: "info@example.com", do: "add", after: { Targets: ["hanako@example.com"] } }], q, (c) => c.who + c.object);
    case "/grants": return page(w.grants, q, () => "");
    case "/accesses": return page([{ id: 1, grant: 2, at: at(8950), who: "ops@operator.example", what: "trace", object: "" }], q, () => "");
  }
  const row = /^\/(accounts|aliases|groups|domains)\/(.+)$/.exec(own ?? "");
  const got = row && w[row[1]].find((r) => String(r.id ?? r.address ?? r.name) === decodeURIComponent(row[2]));
  return got ?? fails(404, "not-found", ja);
}

const free = [/\/look$/, /\/policy\/test$/, /\/ledger\/verify$/, /^\/tokens\/\d+$/];

// write answers what changes something; it wants a proof as the product does.
function write(w, method, path, body, ja) {
  if (!w.fresh && !free.some((f) => f.test(path))) fails(403, "step-up", ja);
  const kept = /^\/contracts\/7\/kept\/(quarantine|hold)\/(\d+)\/(look|decide|approve)$/.exec(path);
  if (kept) {
    const list = w[kept[1]];
    const k = list.find((x) => x.id === Number(kept[2])) ?? fails(404, "not-found", ja);
    if (kept[3] === "look") return { ...k, subject: "Your account will be closed", preview: "Please confirm your password", sender: k.from, to: [k.recipient], attachments: [{ name: "invoice.zip", type: "application/zip", size: 12_000 }], text: "Please confirm your password within 24 hours.\n\nhttps://paypa1-secure.example/", findings: w.traces[4].findings, digest: "ab".repeat(32) };
    if (body.do === "approve" && body.digest !== "ab".repeat(32)) fails(400, "invalid", ja, [{ pointer: "/digest", detail: "the digest that looking gave" }]);
    w[kept[1]] = list.filter((x) => x !== k);
    return { id: k.id, do: body.do, at: at(0), by: "hanako@example.com" };
  }
  if (path === "/contracts/7/policy/test") {
    const line = (body.text ?? "").split("\n").findIndex((l) => l.includes("!!"));
    if (line >= 0) fails(400, "invalid", ja, [{ pointer: `/text/line/${line + 1}`, detail: "no such action" }]);
    return { mails: body.trace ? 1 : 180, differs: body.text ? 1 : 0, part: false, remarks: body.text ? [{ rule: "spam-tag", what: "shadowed", by: "spam-high" }] : [], rules: [{ rule: "impersonation", decided: 23, observed: 0 }, { rule: "spam-high", decided: 4, observed: 2 }], actions: { pass: 153, quarantine: 27 }, examples: body.text ? [{ trace: w.traces[4].trace, at: w.traces[4].at, sender: "billing@paypa1-secure.example", recipient: "hanako@example.com", was: "quarantine", wasRule: "impersonation", now: "pass", nowRule: "" }] : [] };
  }
  if (path === "/contracts/7/policy") return (w.policy = body.text), w.version++, { text: w.policy, default: false, remarks: [] };
  if (path === "/contracts/7/imports") {
    const text = Buffer.from(body.csv, "base64").toString("utf8").replace(/^\ufeff/, "");
    const rows = text.trim().split(/\r?\n/).slice(1).map((l) => l.split(","));
    const errors = rows.flatMap((r, i) => (r[0].endsWith("@example.com") ? [] : [{ row: i + 2, column: "address", value: r[0], detail: "not an address" }]));
    const preview = rows.map((r) => ({ address: r[0], name: r[1], role: r[2] || "user", quota: 0 }));
    if (body.really && !errors.length) for (const p of preview) w.accounts.push({ id: 1000 + w.accounts.length, contract: 7, status: "active", ready: false, ...p });
    return { charset: "UTF-8", rows: rows.length, made: body.really && !errors.length ? rows.length : 0, errors, preview };
  }
  if (path === "/contracts/7/imports/keys") {
    const waiting = w.accounts.filter((a) => !a.ready).slice(0, body.most);
    for (const a of waiting) a.ready = true;
    return { items: waiting.map((a) => ({ ...a, password: "abcde-fghij-klmno-pqrst" })), left: w.accounts.filter((a) => !a.ready).length };
  }
  if (path === "/ledger/verify") return body.token ? { token: "1", done: 10_048, total: 10_048, finished: true, report: { faults: [] } } : { token: "1", done: 5000, total: 10_048, finished: false, report: null };
  const grant = /^\/contracts\/7\/grants\/(\d+)\/decide$/.exec(path);
  if (grant) return Object.assign(w.grants.find((g) => g.id === Number(grant[1])), { state: { approve: "standing", refuse: "refused", end: "ended" }[body.do], by: "hanako@example.com", until: at(-240) });
  if (path === "/contracts/7/grants") return w.grants.unshift({ id: 9, contract: 7, who: "ops@operator.example", reason: body.reason, asked: at(0), minutes: body.minutes, state: "asked", by: "", setup: false }), w.grants[0];
  if (path === "/tokens") return w.tokens.unshift({ id: "12", made: at(0), ...body }), { ...w.tokens[0], secret: "sekisho_3kq9…example" };
  if (path === "/contracts/7/accounts") {
    if (!body.address.endsWith("@example.com")) fails(400, "invalid", ja, [{ pointer: "/address", detail: "the contract has no such domain" }]);
    w.accounts.unshift({ id: 900, contract: 7, status: "active", ready: true, ...body });
    return { ...w.accounts[0], password: "abcde-fghij-klmno-pqrst" };
  }
  if (method === "PATCH" && path === "/contracts/7") return Object.assign(w.contract, body);
  const row = /^\/contracts\/7\/(accounts|aliases|groups|domains)(?:\/(.+))?$/.exec(path) ?? fails(404, "not-found", ja);
  if (method === "POST") return w[row[1]].push({ dkim: [], ...body }), body;
  const i = w[row[1]].findIndex((r) => String(r.id ?? r.address ?? r.name) === decodeURIComponent(row[2]));
  if (i < 0) fails(404, "not-found", ja);
  return method === "DELETE" ? void w[row[1]].splice(i, 1) : Object.assign(w[row[1]][i], body);
}

async function text(q) {
  const parts = [];
  for await (const b of q) parts.push(b);
  return Buffer.concat(parts).toString("utf8");
}

function auth(w, path) {
  const point = Buffer.from("BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU", "base64url").toString("base64url"); // the curve's base point
  if (path === "/auth/session") return { signedIn: w.signed, address: "hanako@example.com", name: "山田 花子", role: w.role, fresh: w.fresh, seal: { key: point, challenge: "AAAAAAAAAAAAAAAAAAAAAA" } };
  if (path === "/auth/password") return (w.signed = w.fresh = true), { next: "done" };
  if (path === "/auth/sign-out") return (w.signed = false), {};
  return fails(404, "not-found", false);
}

// serve answers on a port of loopback for a directory of built apps; app is which one is shown at "/".
export async function serve(dist, app, desk) {
  const w = world();
  const server = createServer(async (q, r) => {
    const url = new URL(q.url, "http://x");
    const ja = (q.headers["accept-language"] ?? "").startsWith("ja");
    const json = (status, body, headers = {}) => {
      r.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json", "X-Content-Type-Options": "nosniff", ...headers });
      r.end(body === undefined ? "" : JSON.stringify(body));
    };
    try {
      if (url.pathname.startsWith("/auth/")) return json(200, auth(w, url.pathname));
      if (url.pathname.startsWith("/desk/")) return json(200, desk(url.pathname, JSON.parse(await text(q)), ja, fails));
      if (url.pathname.startsWith("/api/v1/")) return await api(w, q, r, url, ja, json);
      return file(r, dist, app, url.pathname);
    } catch (e) {
      if (e instanceof Refusal) return json(e.status, e.body);
      console.error(e);
      return json(500, { type: "urn:sekisho:problem:internal", title: String(e), status: 500 });
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { base: `http://console.localhost:${server.address().port}`, world: w, close: () => server.close() };
}

async function api(w, q, r, url, ja, json) {
  const path = url.pathname.slice("/api/v1".length);
  if (!w.signed) throw new Refusal(401, "sign-in", "Please sign in", "");
  if (q.method === "GET") {
    const got = read(w, path, url.searchParams, ja);
    if (url.searchParams.get("format") !== "csv") return json(200, got, { ETag: `"t${w.version}"` });
    r.writeHead(200, { "Content-Type": "text/csv" });
    return r.end("\ufeff" + JSON.stringify(got.items[0]));
  }
  const key = q.headers["idempotency-key"];
  const raw = await text(q);
  if (w.done.has(key)) return json(...w.done.get(key));
  const body = write(w, q.method, path, raw ? JSON.parse(raw) : {}, ja);
  w.writes.push([q.method, path, key]);
  const answer = body === undefined ? [204, undefined] : [200, body];
  w.done.set(key, answer);
  return json(...answer);
}

function file(r, dist, app, path) {
  const signIn = path.startsWith("/sign-in");
  const rest = signIn ? path.slice("/sign-in".length) : path;
  const name = join(dist, signIn ? "login" : app, normalize(rest === "/" || rest === "" ? "/index.html" : rest));
  if (!name.startsWith(dist) || !existsSync(name)) return r.writeHead(404).end();
  r.writeHead(200, { "Content-Type": kinds[name.split(".").pop()] ?? "application/octet-stream", "Content-Security-Policy": policyOfHeaders, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" });
  createReadStream(name).pipe(r);
}
