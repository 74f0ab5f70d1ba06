// Opens links of a mail as its reader does: node link-run.mjs OUT-DIRECTORY OPEN-LINK DECEITFUL-LINK BLOCKED-LINK. The last line
// of its output is the number of failures; each failure is a line before it.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "../../ui/node_modules/playwright-core/index.mjs";

const [out, open, deceitful, blocked] = process.argv.slice(2);
const source = readFileSync(new URL("../../ui/node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
mkdirSync(out, { recursive: true });
let failures = 0;

function check(what, ok) {
  if (ok) return;
  failures++;
  console.log("FAILED:", what);
}

async function look(page, name) {
  await page.evaluate(source + ";0");
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  for (const v of found.violations) check(`axe: ${name}: ${v.id}: ${v.nodes.map((n) => n.target + " " + n.failureSummary.split("\n")[1]).slice(0, 3).join("; ")}`, false);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(`${name} is ${wide} points too wide`, wide <= 0);
  await page.screenshot({ path: join(out, name + ".png") });
}

async function visit(browser, locale, size, link) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale, viewport: size });
  const page = await context.newPage();
  page.on("console", (m) => {
    if (["error", "warning"].includes(m.type()) && !/status of 404/.test(m.text())) check("console: " + m.text(), false);
  });
  page.on("pageerror", (e) => check("error: " + e.stack, false));
  // Nothing leaves this machine: what would go to the target is caught, and looked at.
  const went = [];
  await context.route((u) => !u.hostname.endsWith("localhost"), (r) => {
    went.push(r.request().headers());
    return r.fulfill({ contentType: "text/html", body: "<title>there</title><p>there" });
  });
  await page.goto(link);
  await page.waitForSelector("h1");
  return { context, page, went };
}

const phone = { width: 360, height: 740 };
const desktop = { width: 1200, height: 800 };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  for (const [locale, size] of [["ja-JP", phone], ["en-US", desktop]]) {
    const { context, page, went } = await visit(browser, locale, size, open);
    check("the host is named", (await page.locator(".host").textContent()) === "shop.example");
    check("the page speaks the reader's language", (await page.locator("html").getAttribute("lang")) === locale.slice(0, 2));
    check("nothing is fetched before the press", went.length === 0);
    await look(page, `link-open-${locale}`);
    await page.locator("a.button").click();
    await page.waitForURL("http://shop.example/**");
    check("the target was asked once", went.length === 1);
    check("the target learns of no referrer", went.every((h) => !h.referer && !h.origin && !h.cookie));
    await context.close();
  }
  const bad = await visit(browser, "en-US", phone, deceitful);
  check("what is imitated is named", (await bad.page.locator(".note.bad").textContent()).includes("paypal.com"));
  check("the registered part is set off", (await bad.page.locator(".host b").textContent()) === "xn--pypal-4ve.com");
  check("what it looks like is told", (await bad.page.locator("code").first().textContent()) === "www.pаypal.com");
  await look(bad.page, "link-deceitful");
  await bad.page.getByRole("button", { name: "Report this link" }).click();
  await bad.page.waitForSelector("p[role=status]");
  await bad.context.close();
  const shut = await visit(browser, "ja-JP", phone, blocked);
  check("a blocked link has no way on", (await shut.page.locator("a.button").count()) === 0);
  await look(shut.page, "link-blocked");
  await shut.context.close();
  const broken = await visit(browser, "en-US", desktop, open.slice(0, -6));
  check("a broken link says so", (await broken.page.locator("h1").textContent()) === "This link is not valid");
  await look(broken.page, "link-broken");
  await broken.context.close();
} catch (e) {
  check("the scenario ended early: " + e.stack, false);
} finally {
  await browser.close();
}
console.log(failures);
