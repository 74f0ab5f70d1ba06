// A stand-in for edge, console and desk, for tests of the browser apps without the product: the answers have the forms of
// the API's document, the headers those of edge. It is no part of the product.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";

const policyOfHeaders = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sekisho";
const kinds = { js: "text/javascript", css: "text/css", html: "text/html; charset=utf-8", map: "application/json", txt: "text/plain" };
const rightsOf = {
  "contract-admin": ["token:manage", "contract:view", "contract:change", "domain:view", "domain:change", "account:view", "account:change", "policy:view", "policy:change", "trace:view", "kept:view", "kept:open", "kept:settle", "hold:approve", "statistics:view", "change:view", "access:view", "grant:approve"],
  "help-desk": ["token:manage", "contract:view", "domain:view", "account:view", "trace:view", "kept:view", "statistics:view"],
  operator: ["token:manage", "contract:view", "contract:change", "domain:view", "account:view", "statistics:view", "access:view", "grant:ask", "grant:approve", "system:view", "contracts:manage"],
};
const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

// world makes what the fake shows.
function world() {
  const fates = ["mailbox", "mailbox", "mailbox", "queue", "quarantine", "mailbox", "hold", "refuse"];
  const senders = ["sato@partner.example", "billing@paypa1-secure.example", "news@shop.example", "田中 <tanaka@example.jp>", "hr@example.com"];
  const traces = Array.from({ length: 180 }, (_, i) => {
    const fate = fates[i % fates.length];
    const bad = fate === "quarantine" || fate === "refuse";
    return {
      trace: (36n ** 8n + BigInt(i) * 7919n).toString(36), at: at(i * 7), direction: fate === "queue" || fate === "hold" ? "outbound" : "inbound", sender: senders[i % senders.length].replace(/.*<|>/g, ""), from: senders[i % senders.length], recipient: i % 3 ? "hanako@example.com" : "taro@example.com",
      messageId: `<${i}@partner.example>`, client: "192.0.2." + (i % 250), helo: "mx.partner.example", protocol: "ESMTPS", tls: "TLS 1.3", signedIn: fate === "queue", fate, action: bad ? (fate === "refuse" ? "reject" : "quarantine") : fate === "hold" ? "hold" : "pass",
      rule: bad ? "impersonation" : "", reason: bad ? "it pretends to come from somebody else, or hides where its links lead" : "", score: bad ? 7.5 : 0.2, took: 84,
      findings: bad ? [{ kind: "phish", name: "credential-form", where: "2", score: 4, evidence: "a form that asks for a password" }, { kind: "url", name: "mismatch", where: "2", score: 3.5, evidence: "shows paypal.com, leads to paypa1-secure.example" }] : [{ kind: "auth", name: "dmarc-pass", where: "", score: 0, evidence: "partner.example" }],
      events: bad ? [{ at: at(i * 7 - 1), what: "noticed" }] : [],
    };
  });
  const kept = (fate, n) => Array.from({ length: n }, (_, i) => ({
    id: (fate === "hold" ? 500 : 100) + i, trace: traces[i * 8 + 4]?.trace ?? traces[0].trace, fate, from: fate === "hold" ? (i ? "taro@example.com" : "sales@example.com") : "billing@paypa1-secure.example", recipient: fate === "hold" ? "customer@partner.example" : "hanako@example.com",
    rule: fate === "hold" ? "outside-attachment" : "impersonation", reason: fate === "hold" ? "an attachment leaves the company" : "it pretends to come from somebody else", arrived: at(30 * (i + 1)), until: at(-20_000), atEnd: fate === "hold" ? "send" : undefined, approve: fate === "hold" && i % 2 === 0, size: 42_000 + i * 1999,
  }));
  const accounts = Array.from({ length: 75 }, (_, i) => ({ id: 10 + i, contract: 7, address: i === 0 ? "hanako@example.com" : i === 1 ? "taro@example.com" : `person${i}@example.com`, name: i === 0 ? "山田 花子" : i === 1 ? "鈴木 太郎" : `Person ${i}`, role: i === 0 ? "contract-admin" : "user", status: i === 9 ? "suspended" : "active", quota: i % 2 ? 5_000_000_000 : 0, ready: i < 73 }));
  return {
    role: "contract-admin", signed: true, fresh: false, traces, quarantine: kept("quarantine", 12), hold: kept("hold", 4), accounts,
    aliases: [{ address: "info@example.com", targets: ["hanako@example.com", "taro@example.com"], identity: true }], groups: [{ name: "sales", members: ["hanako@example.com", "@example.jp"] }],
    domains: [{ name: "example.com", contract: 7, route: [], dkim: [{ selector: "s2026a", algorithm: "ed25519", record: "v=DKIM1; k=ed25519; p=MCowBQ" }] }, { name: "example.jp", contract: 7, route: ["mx.example.jp/verify"], dkim: [] }],
    policy: readFileSync(new URL("../../policy/default.toml", import.meta.url), "utf8"), version: 3, tokens: [{ id: "11", name: "directory sync", scopes: ["account:view", "account:change"], networks: ["192.0.2.0/24"], made: at(90_000), expires: at(-90_000), used: at(12) }],
    grants: [{ id: 1, contract: 7, who: "ops@operator.example", reason: "The customer asked why a mail was held", asked: at(20), minutes: 240, state: "asked", by: "", setup: false }, { id: 2, contract: 7, who: "ops@operator.example", reason: "Setting up", asked: at(9000), minutes: 60, state: "over", by: "hanako@example.com", decided: at(8990), until: at(8930), setup: true }],
    contract: { id: 7, name: "Example 株式会社", status: "active", language: "ja", domains: ["example.com", "example.jp"], networks: ["198.51.100.0/24"], hosts: [], people: [{ Name: "山田 花子", Address: "hanako@example.com" }], policy: "own", unscanned: "defer", archive: true, ready: true, limit: { message: 50_000_000, recipients: 100, total: 0, hourly: 0, daily: 0 } },
    done: new Map(), writes: [],
  };
}

function statistic(step, n) {
  const now = Math.floor(Date.now() / 1000 / step) * step;
  const times = Array.from({ length: n }, (_, i) => now - (n - 1 - i) * step);
  const series = {};
  for (const [name, weight] of Object.entries({ "fate/mailbox": 20, "fate/queue": 8, "fate/quarantine": 2, "fate/hold": 1, "fate/refuse": 3, "direction/inbound": 25, "direction/outbound": 9, "kind/spam": 4, "kind/phish": 2, "kind/virus": 1, milliseconds: 2500 })) series[name] = times.map((_, i) => Math.max(0, Math.round(weight * (1 + Math.sin(i / 5 + weight)) * 0.7)));
  return { times, series, sums: Object.fromEntries(Object.entries(series).map(([k, v]) => [k, v.reduce((a, b) => a + b, 0)])), step, part: false };
}

const figures = (contracts, accounts) => ({ contracts, accounts, union: contracts, sum: contracts, active: contracts, terminated: 0, classes: { header: { contracts, accounts, objects: accounts * 12, bytes: accounts * 4_000 }, body: { contracts, accounts, objects: accounts * 3, bytes: accounts * 90_000 } } });
const incidents = [{ id: 3, record: { id: 3, title: "A reader process was taken over", state: "open", opened: at(600), by: "ops", indicators: {}, scopes: [{ number: 1, at: at(500), by: "ops", manifest: "9f2c".repeat(16), figures: { reachable: figures(10_000, 95_000), exposed: figures(41, 380), confirmed: figures(2, 5), investigate: figures(1, 1) } }] } }];

class Refusal {
  constructor(status, kind, title, detail, errors) {
    Object.assign(this, { status, body: { type: "urn:sekisho:problem:" + kind, title, status, detail, errors } });
  }
}

const fails = (status, kind, ja, errors) => {
  const words = { "step-up": [["Please prove that it is you", "This needs a sign-in of the last ten minutes."], ["本人確認が必要です", "この操作には10分以内の本人確認が必要です。"]], invalid: [["The request is not valid", "Correct what is listed and send it again."], ["入力に誤りがあります", "示された箇所を直して、もう一度送信してください。"]], "not-found": [["Not found", "There is nothing here that you can see."], ["見つかりません", "ご覧いただけるものはここにはありません。"]], "grant-needed": [["The customer's permission is needed", "Ask for access with a reason."], ["お客様の許可が必要です", "理由を添えて閲覧許可を申請してください。"]] }[kind] ?? [["Refused", ""], ["拒否", ""]];
  throw new Refusal(status, kind, ...words[ja ? 1 : 0], errors);
};

function page(rows, q, hay) {
  const s = (q.get("search") ?? "").toLowerCase();
  const found = rows.filter((r) => (!s || hay(r).toLowerCase().includes(s)) && (!q.get("fate") || r.fate === q.get("fate")) && (!q.get("status") || r.status === q.get("status")) && (!q.get("role") || r.role === q.get("role")) && (!q.get("kind") || r.findings.some((f) => f.kind === q.get("kind"))));
  const start = Number(q.get("after") ?? 0);
  const limit = Number(q.get("limit") ?? 100);
  return { items: found.slice(start, start + limit), total: found.length, more: false, next: start + limit < found.length ? String(start + limit) : undefined };
}

export { Refusal, fails, figures, incidents, kinds, page, policyOfHeaders, rightsOf, statistic, world, at, createReadStream, createServer, existsSync, join, normalize };
