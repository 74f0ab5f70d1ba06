// What the running product shows only now and then, over the stand-in: an act that asks for a proof first, a line that breaks
// after the server has acted, what each role is shown. The last line of its output is the number of failures.
import { fileURLToPath } from "node:url";
import { chromium } from "../../ui/node_modules/playwright-core/index.mjs";
import { serve } from "./fake-api.mjs";

const dist = fileURLToPath(new URL("../../ui/dist", import.meta.url)).replace(/\/$/, "");
let failures = 0;

function check(what, ok) {
  if (ok) return;
  failures++;
  console.log("FAILED:", what);
}

const house = await serve(dist, "console", () => ({}));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(role) {
  house.world.role = role;
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && !/status of 40\d|ERR_FAILED/.test(m.text()) && check("console: " + m.text(), false));
  page.on("pageerror", (e) => check("error: " + e.stack, false));
  return { context, page };
}

const writes = (path) => house.world.writes.filter((w) => w[1].endsWith(path)).length;

async function proof() {
  const { context, page } = await open("contract-admin");
  await page.goto(house.base + "/#/7/quarantine");
  await page.waitForSelector("tbody tr");
  await page.click("tbody tr:first-child button:has-text('Release')");
  await page.click("dialog footer button.primary");
  await page.waitForSelector("dialog input[name=typed]");
  check("nothing is done before the proof", house.world.quarantine.length === 12);
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog .note.bad");
  check("without the proof the form stays, and says why", (await page.locator("dialog .note.bad").innerText()).includes("prove that it is you"));
  await page.click("dialog footer button.primary");
  await page.fill("dialog input[name=typed]", "a password");
  await page.click("dialog:has(input[name=typed]) button.primary");
  await page.waitForSelector(".toast.good");
  check("with the proof it is done, once", house.world.quarantine.length === 11 && writes("/decide") === 1);
  await context.close();
}

async function line() {
  const { context, page } = await open("contract-admin");
  let broken = 0;
  await page.route("**/api/v1/contracts/7/aliases", async (route) => {
    if (route.request().method() !== "POST" || broken++ > 0) return route.continue();
    await route.fetch({ url: route.request().url().replace("console.localhost", "127.0.0.1") }); // the server acts, and its answer is lost
    return route.abort();
  });
  await page.goto(house.base + "/#/7/aliases");
  await page.click("main .acts button.primary");
  await page.fill("dialog input[name=address]", "sales@example.com");
  await page.fill("dialog textarea", "taro@example.com");
  await page.click("dialog footer button.primary");
  await page.waitForSelector(".toast.good");
  check("a request whose answer was lost is sent again with the same key", broken === 2 && house.world.aliases.filter((a) => a.address === "sales@example.com").length === 1);
  await context.close();
}

async function roles() {
  const { context, page } = await open("help-desk");
  await page.goto(house.base + "/");
  await page.waitForSelector("nav#nav a[aria-current]");
  check("help desk: no policy, changes or grants", (await page.locator("nav#nav a:is([href$='/policy'],[href$='/changes'],[href$='/grants'],[href$='/imports'])").count()) === 0);
  await page.goto(house.base + "/#/7/quarantine");
  await page.waitForSelector("tbody tr");
  check("help desk: sees why, opens and decides nothing", (await page.locator("tbody button").count()) === 0 && (await page.locator("tbody a:has-text('Why?')").count()) > 0);
  await page.goto(house.base + "/#/7/accounts");
  await page.waitForSelector("tbody tr");
  check("help desk: changes no account", (await page.locator("main button:is(:has-text('Add'),:has-text('Change'),:has-text('Remove'))").count()) === 0);
  await page.goto(house.base + "/#/8/traces");
  await page.reload();
  await page.waitForSelector("main h1");
  check("another contract's address leads home", /#\/7\//.test(page.url()));
  await context.close();
}

async function pages() {
  const { context, page } = await open("contract-admin");
  await page.goto(house.base + "/#/7/traces");
  await page.waitForSelector("tbody tr");
  const first = await page.locator("tbody tr").first().innerText();
  await page.click("text=Next page");
  await page.waitForFunction((was) => document.querySelector("tbody tr")?.innerText !== was, first);
  check("a page has a link of its own", page.url().includes("after=50"));
  await page.goBack();
  await page.waitForFunction((was) => document.querySelector("tbody tr")?.innerText === was, first);
  check("back goes a page back", true);
  house.world.signed = false;
  await page.click("text=Reload");
  await page.waitForSelector("input[name=address]");
  check("a session that is over leads to the sign-in, and back", new URL(page.url()).searchParams.get("to") === "/#/7/traces");
  house.world.signed = true;
  await context.close();
}

try {
  await proof();
  await line();
  await roles();
  await pages();
} catch (e) {
  check("the scenario ended early: " + e.stack, false);
} finally {
  await browser.close();
  house.close();
}
console.log(failures);
