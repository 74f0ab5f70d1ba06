// Measures what somebody waits for at first: from a cold cache until the list of mails is there and answers, and until a mail that
// is clicked is shown, in Chromium slowed down to a fourth and behind Fast 3G (1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back).
//
//	node bench/first.mjs READY.json [ADDRESS]     the ready file of a running demonstration
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = createRequire(join(here, "../ui/package.json"))("playwright-core");
const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const who = ready.accounts.find((a) => a.address === process.argv[3]) ?? ready.accounts[1];
const url = `https://mail.localhost:${ready.ports.https}/`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, ignoreHTTPSErrors: true });
const page = await context.newPage();
await page.goto(url);
await page.fill("input[name=address]", who.address);
await page.fill("input[name=password]", who.password);
await page.click("button.primary");
await page.waitForSelector(".row .people");

const devices = await context.newCDPSession(page);
await devices.send("Network.enable");
const rounds = [];
for (const slow of [false, true, true, true]) {
  await devices.send("Network.clearBrowserCache");
  await page.goto("about:blank");
  await devices.send("Network.emulateNetworkConditions", slow ? { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 } : { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await devices.send("Emulation.setCPUThrottlingRate", { rate: slow ? 4 : 1 });
  let bytes = 0;
  const count = (e) => (bytes += e.encodedDataLength);
  devices.on("Network.loadingFinished", count);
  const began = Date.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.waitForSelector(".row .people");
  const painted = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0);
  await page.evaluate(() => new Promise((done) => setTimeout(done, 0))); // the main thread is free
  const list = Date.now() - began;
  const click = Date.now();
  await page.click(".row .subject >> nth=1");
  await page.waitForSelector(".mail iframe, .mail .plain");
  rounds.push({ slow, first_paint_ms: Math.round(painted), list_ms: list, mail_ms: Date.now() - click, bytes });
  devices.off("Network.loadingFinished", count);
}
for (const r of rounds) console.log(JSON.stringify(r));
await browser.close();
