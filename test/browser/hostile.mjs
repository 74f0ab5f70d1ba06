// Mails made to get script, a request or a name out of the frame that shows them are opened one after the other: nothing of
// the kind happens, and the frame holds only what its list allows.
import { signIn } from "./webmail.mjs";

export async function run({ base, accounts, check, open, step, data }) {
  const page = await open({}, [/status of 404 .*\/jmap\/picture\/.*remote=1/]); // nothing is at the other end
  const outside = [];
  page.context().on("request", (r) => {
    const u = new URL(r.url());
    if (!["blob:", "data:"].includes(u.protocol) && !["mail.localhost", "content.localhost"].includes(u.hostname)) outside.push(r.url());
  });
  page.context().on("page", (p) => outside.push(`a window: ${p.url()}`));
  await signIn(page, base, accounts.find((a) => a.address === data.reader));
  await page.waitForSelector(".row .people");
  await page.fill("#search", "subject:vector");
  await page.press("#search", "Enter");
  // What the service keeps back for its looks does not arrive; what does is opened, all of it.
  const total = async () => Number((await page.textContent(".list-bar .total")) || 0);
  let count = -1;
  for (let now = await total(); now !== count || now < data.vectors * 0.8; now = await total()) {
    count = now;
    await page.waitForTimeout(4000);
  }
  await page.click("h1"); // out of the field
  const met = new Set();
  for (let i = 0; i < count; i++) {
    await page.keyboard.press("j");
    await page.waitForFunction((old) => { const s = document.querySelector(".reader h1.subject")?.textContent; return s && !old.includes(s) && document.querySelector(".mail.open iframe, .mail.open .plain"); }, [...met]);
    const name = await page.textContent(".reader h1.subject");
    met.add(name);
    step(name);
    if (!(await page.locator(".mail iframe").count())) continue;
    const show = page.locator(".note.remote button");
    if (await show.count()) await show.click().catch(() => {});
    let frame = null; // null while one frame takes the place of another
    while (!frame) frame = (await (await page.waitForSelector(".mail iframe")).contentFrame()) ?? (await page.waitForTimeout(50), null);
    await frame.waitForFunction(() => document.querySelector("#app")?.childNodes.length > 0, null, { timeout: 5000 }).catch(() => {});
    const wrong = await frame.evaluate(() => {
      const out = [];
      for (const e of document.querySelectorAll("#app *")) {
        if (/^(script|style|link|meta|base|iframe|frame|object|embed|form|input|button|textarea|select|svg|math|template|video|audio|source)$/i.test(e.tagName)) out.push(e.tagName);
        for (const a of e.attributes) if (/^on|^(href|srcset|action|formaction|background|id|name|class|target|xlink)/i.test(a.name) || (a.name === "src" && !a.value.startsWith("blob:"))) out.push(`${e.tagName} ${a.name}=${a.value}`);
        const s = getComputedStyle(e);
        if (s.position !== "static" || s.backgroundImage !== "none") out.push(`${e.tagName} ${s.position} ${s.backgroundImage}`);
      }
      return out;
    });
    check(wrong.length === 0, `${name}: ${wrong.join("; ")}`);
    const link = frame.locator("#app a").first();
    if (await link.count()) {
      await link.click({ force: true, timeout: 1000 }).catch(() => {});
      await page.waitForTimeout(60);
      if (await page.locator("dialog").count()) await page.keyboard.press("Escape");
      const compose = page.locator(".compose header button >> nth=-1");
      if (await compose.count()) await compose.click();
      await page.click(".reader h1.subject");
    }
  }
  check(outside.length === 0, `requests left: ${outside.slice(0, 5).join(", ")}`);
  check(met.size === count, `${met.size} of ${count} opened`);
}
