// Runs console.mjs over a product that is there: node console-run.mjs READY-FILE OUT-DIRECTORY [DESK-LINK]. The last line of
// its output is the number of failures; each failure is a line before it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "../../ui/node_modules/playwright-core/index.mjs";
import { run } from "./console.mjs";

const [ready, out, link] = process.argv.slice(2);
const source = readFileSync(new URL("../../ui/node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const { ports, accounts } = JSON.parse(readFileSync(ready, "utf8"));
mkdirSync(out, { recursive: true });
let failures = 0;
let checks = 0;

function check(what, ok) {
  checks++;
  if (ok) return;
  failures++;
  console.log("FAILED:", what);
}

// expected are answers that the scenario asks for: the browser writes a line for each.
const expected = /status of (400|401|403|404|412)/;

function watch(page) {
  page.on("console", (m) => {
    if (["error", "warning"].includes(m.type()) && !expected.test(m.text())) check("console: " + m.text(), false);
  });
  page.on("pageerror", (e) => check("error: " + e.stack, false));
}

async function axe(page, name) {
  // Through the debugger, not as a script of the page: the page's policy stays as it is.
  await page.evaluate(source + ";0");
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  for (const v of found.violations) check(`axe: ${name}: ${v.id}: ${v.nodes.map((n) => n.target + " " + n.failureSummary.split("\n")[1]).slice(0, 3).join("; ")}`, false);
  checks++;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  await run({ browser, base: `https://console.localhost:${ports.https}`, accounts, check, axe, watch, link, shot: (page, name) => page.screenshot({ path: join(out, name + ".png") }) });
} catch (e) {
  check("the scenario ended early: " + e.stack, false);
} finally {
  await browser.close();
}
console.log(`${checks} checks`);
console.log(failures);
