// Runs scenarios in Chromium against a house that is running. What it is told comes as JSON on its input:
//
//	{mail, console, desk, content: origins, ca: file, accounts: [{address, password, app_password, role}], smtp, out: directory,
//	 chromium: program, axe: file, playwright: module, scenarios: [names of files in this directory]}
//
// Whatever a page does that it should not is a failure: an error in its console (a breach of its policy is one), an exception,
// a dialog, a request to another host than the house's.
import { mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const told = JSON.parse(readFileSync(0, "utf8"));
const { chromium } = createRequire(import.meta.url)(told.playwright);
const axeSource = readFileSync(told.axe, "utf8");
const base = { mail: told.mail, console: told.console, desk: told.desk, content: told.content };
const hosts = new Set(Object.values(base));

let failed = 0;
function fail(scenario, what) {
  failed++;
  console.log(`FAIL ${scenario}: ${what}`);
}

// trust makes a home directory in which Chromium trusts the house's own authority: passkeys need that.
async function trust() {
  const home = await mkdtemp(join(tmpdir(), "sekisho-browser-"));
  const db = join(home, ".pki", "nssdb");
  mkdirSync(db, { recursive: true });
  execFileSync("certutil", ["-d", `sql:${db}`, "-N", "--empty-password"]);
  execFileSync("certutil", ["-d", `sql:${db}`, "-A", "-t", "C,,", "-n", "house", "-i", told.ca]);
  return home;
}

// Watch notes what pages do, until it is asked.
class Watch {
  constructor(scenario) {
    this.scenario = scenario;
    this.allowed = [];
    this.seen = [];
  }

  // allow takes console messages that a scenario provokes, such as the browser's note of an answer with status 401.
  allow(pattern) {
    this.allowed.push(pattern);
  }

  note(what) {
    if (!this.allowed.some((p) => p.test(what))) this.seen.push(what);
  }

  page(page) {
    page.on("console", (m) => m.type() === "error" && this.note(`console: ${m.text()} (${m.location().url})`));
    page.on("pageerror", (e) => this.note(`exception: ${e.stack ?? e.message}`));
    page.on("dialog", (d) => {
      this.note(`dialog: ${d.message()}`);
      void d.dismiss();
    });
    page.on("request", (r) => {
      const u = new URL(r.url());
      if (/^(https?|wss?|ftp):$/.test(u.protocol) && !hosts.has(u.origin)) this.note(`request to ${r.url()}`);
    });
  }

  report() {
    for (const s of new Set(this.seen)) fail(this.scenario, s);
    this.seen = [];
  }
}

const settings = {
  desk: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

// kit is what a scenario works with.
function kit(browser, scenario) {
  const watch = new Watch(scenario);
  const open = [];
  const k = {
    browser, base, accounts: told.accounts, watch, smtp: told.smtp, letters: told.letters ?? [],
    allow: (p) => watch.allow(p),
    check(what, ok) {
      if (!ok) fail(scenario, what);
    },
    equal(what, got, want) {
      if (got !== want) fail(scenario, `${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
    },
    // fresh opens a page that shares nothing with others: language, theme, size.
    async fresh({ language = "en", theme = "light", size = "desk" } = {}) {
      const context = await browser.newContext({ ...settings[size], locale: language === "ja" ? "ja-JP" : "en-GB", colorScheme: theme, reducedMotion: "reduce", timezoneId: "Asia/Tokyo" });
      context.setDefaultTimeout(15_000);
      context.on("page", (p) => watch.page(p));
      open.push(context);
      return context.newPage();
    },
    // signIn opens the app of an origin as somebody.
    async signIn(page, account, to = base.mail) {
      await page.goto(`${to}/sign-in`);
      await page.fill("input[name=address]", account.address);
      await page.fill("input[name=password]", account.password);
      await page.click("button.primary");
      await page.waitForURL((u) => u.origin === to && u.pathname === "/");
    },
    async shot(page, name) {
      await page.screenshot({ path: join(told.out, `${scenario}-${name}.png`) });
    },
    // axe has axe-core look at the page: WCAG 2.2 A and AA. Pages of the product forbid foreign script, so it comes from outside
    // of the page's policy.
    async axe(page, name) {
      await page.evaluate(`(() => { const module = undefined, define = undefined; ${axeSource} })()`);
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], iframes: false }));
      for (const v of found.violations) fail(scenario, `${name}: ${v.id} (${v.help}): ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
    },
    async end() {
      watch.report();
      for (const c of open) await c.close();
    },
  };
  return k;
}

async function play(browser, scenario) {
  const k = kit(browser, scenario);
  const started = Date.now();
  try {
    const { run } = await import(`./${scenario}.mjs`);
    await run(k);
  } catch (e) {
    fail(scenario, e.stack ?? String(e));
    for (const c of browser.contexts()) for (const p of c.pages()) await p.screenshot({ path: join(told.out, `${scenario}-failed.png`) }).catch(() => {});
  }
  await k.end();
  console.log(`${scenario}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

mkdirSync(told.out, { recursive: true });
const home = await trust();
const browser = await chromium.launch({ executablePath: told.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"], env: { ...process.env, HOME: home } });
try {
  for (const s of told.scenarios) await play(browser, s);
} finally {
  await browser.close();
  await rm(home, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
