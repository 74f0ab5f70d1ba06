// Gets files by a secure link as a recipient does: node share-run.mjs OUT-DIRECTORY LINK CODE-FILE OPEN-LINK. The code of LINK is read
// from CODE-FILE once somebody has written it there; OPEN-LINK takes no code and opens once. The last line of its output is the number of
// failures; each failure is a line before it.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "../../ui/node_modules/playwright-core/index.mjs";

const [out, link, codeFile, openLink] = process.argv.slice(2);
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

async function visit(browser, locale, size, where) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale, viewport: size });
  const page = await context.newPage();
  page.on("console", (m) => {
    if (["error", "warning"].includes(m.type()) && !/status of (403|404|422|429)/.test(m.text())) check("console: " + m.text(), false);
  });
  page.on("pageerror", (e) => check("error: " + e.stack, false));
  await page.goto(where);
  await page.waitForSelector("h1");
  return { context, page };
}

async function codeOf(file) {
  for (let n = 0; n < 300 && !existsSync(file); n++) await pause(200);
  return readFileSync(file, "utf8").trim();
}

const phone = { width: 360, height: 740 };
const desktop = { width: 1200, height: 800 };
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  const { context, page } = await visit(browser, "ja-JP", phone, link);
  check("it says who sent them", (await page.locator("dl").textContent()).includes("ann@mori.example"));
  check("no file is named before the code", !(await page.locator("main").textContent()).includes("plan.bin"));
  check("the page speaks the reader's language", (await page.locator("html").getAttribute("lang")) === "ja");
  await look(page, "share-begin");
  await page.getByRole("button", { name: "確認コードを送る" }).click();
  await page.waitForSelector("input[name=code]");
  const code = await codeOf(codeFile);
  await page.locator("input[name=code]").fill(code === "123456" ? "123457" : "123456");
  await page.getByRole("button", { name: "ファイルを表示する" }).click();
  await page.waitForSelector("[role=alert] .note.bad");
  await look(page, "share-wrong");
  await page.locator("input[name=code]").fill(code.slice(0, 3) + " " + code.slice(3));
  await page.getByRole("button", { name: "ファイルを表示する" }).click();
  await page.waitForSelector(".files li");
  check("both files are there", (await page.locator(".files li").count()) === 2);
  await look(page, "share-files");
  const [got] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "ダウンロード: 見積.csv" }).click()]);
  check("the file has its name", got.suggestedFilename() === "見積.csv");
  check("the file has its bytes", readFileSync(await got.path(), "utf8") === "a,b\r\n1,2");
  await context.close();

  const once = await visit(browser, "en-US", desktop, openLink);
  await look(once.page, "share-once");
  await once.page.reload(); // looking does not count
  await once.page.waitForSelector("h1");
  await once.page.getByRole("button", { name: "Show the files" }).click();
  await once.page.waitForSelector(".files li");
  await once.page.reload();
  await once.page.waitForSelector(".note.bad");
  check("it was opened as often as it may be", (await once.page.locator("h1").textContent()).includes("as often as its sender allows"));
  await look(once.page, "share-used");
  await once.context.close();

  const broken = await visit(browser, "en-US", desktop, link.slice(0, -6));
  check("a broken link says so", (await broken.page.locator("h1").textContent()) === "This link is not valid");
  await broken.context.close();
} catch (e) {
  check("the scenario ended early: " + e.stack, false);
} finally {
  await browser.close();
}
console.log(failures);
