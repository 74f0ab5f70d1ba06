// Drives Chromium through scenarios: what goes wrong on a page (errors, refused content, violations of the policy) fails them.
//
//	node run.mjs '{"scenarios": ["webmail"], "port": 443, "accounts": [...], "out": "dir", "ui": "../../ui"}'
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const o = JSON.parse(process.argv[2]);
const require = createRequire(join(o.ui, "package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(o.out, { recursive: true });

const faults = [];
let at = "";

export function check(ok, what) {
  if (!ok) throw new Error(what);
}

// watch makes everything that goes wrong on a page a fault, but for what the scenario expects.
function watch(page, expected = []) {
  const fault = (text) => expected.some((e) => e.test(text)) || faults.push(`${at}: ${text}`);
  page.on("console", (m) => m.type() === "error" && fault(`console: ${m.text()} ${m.location().url}`));
  page.on("pageerror", (e) => fault(`error: ${e.message}`));
  page.on("dialog", (d) => (fault(`dialog: ${d.message()}`), d.dismiss()));
}

let browsers = [];

// launch starts a browser. Each person has one: a window that lies behind another takes no clicks.
async function launch() {
  const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"], env: process.env });
  browsers.push(b);
  return b;
}

// open gives a new page of a new person.
async function open(options = {}, expected = []) {
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, locale: "en-US", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  watch(page, expected);
  return page;
}

async function shot(page, name) {
  await page.screenshot({ path: join(o.out, `${name}.png`), timeout: 10_000 });
}

// access looks for what hinders people (WCAG 2.2 A and AA). The script comes in past the policy of the page, which is the test's right.
async function access(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: `${axe};0` });
  const { result } = await session.send("Runtime.evaluate", { awaitPromise: true, returnByValue: true, expression: `axe.run(document, { iframes: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((r) => r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")))` });
  for (const v of result.value ?? ["axe did not run"]) faults.push(`${name}: ${v}`);
  await session.detach();
}

const base = (host) => `https://${host}.localhost:${o.port}`;
for (const name of o.scenarios) {
  at = name;
  const began = Date.now();
  try {
    const { run } = await import(`./${name}.mjs`);
    await run({ browser: launch, base, accounts: o.accounts, check, shot, open, watch, access, step: (s) => (at = `${name}: ${s}`), data: o });
    console.log(`ok ${name} ${Date.now() - began} ms`);
  } catch (e) {
    faults.push(`${at}: ${e.message.split("\n").slice(0, 6).join("\n")}\n${(e.stack ?? "").split("\n").filter((l) => l.includes("test/browser")).slice(0, 3).join("\n")}`);
    for (const [i, p] of browsers.flatMap((b) => b.contexts()).flatMap((c) => c.pages()).entries()) await shot(p, `failed-${name}-${i}`).catch(() => {});
  }
  for (const b of browsers) await b.close().catch(() => {});
  browsers = [];
}
for (const f of faults) console.log(`FAULT ${f}`);
process.exit(faults.length > 0 ? 1 : 0);
