// Pages of attachments are looked at as pictures: by mouse and by keys, in both languages. The file itself is never asked for.
import { signIn } from "./webmail.mjs";

// drawn waits for a page that is shown, and tells whether there is something on it.
async function drawn(page) {
  await page.waitForFunction(() => { const i = document.querySelector(".preview-page img"); return i?.complete && i.naturalWidth > 0; });
  return page.evaluate(() => {
    const i = document.querySelector(".preview-page img"), c = document.createElement("canvas");
    [c.width, c.height] = [i.naturalWidth, i.naturalHeight];
    const g = c.getContext("2d");
    g.drawImage(i, 0, 0);
    const p = g.getImageData(0, 0, c.width, c.height).data, seen = new Set();
    for (let k = 0; k < p.length; k += 4) seen.add(p[k] << 16 | p[k + 1] << 8 | p[k + 2]);
    return { width: c.width, height: c.height, colors: seen.size, alt: i.alt };
  });
}

export async function run({ base, accounts, check, shot, open, access, step, data }) {
  const reader = accounts.find((a) => a.address === data.reader);
  const page = await open();
  const files = [];
  page.on("request", (r) => new URL(r.url()).pathname.startsWith("/jmap/download/") && files.push(r.url()));
  await signIn(page, base, reader);

  step("the mail");
  await page.waitForSelector(".row:has-text('pages')", { timeout: 30_000 });
  await page.click(".row:has-text('pages') .subject");
  const button = (name) => page.locator(`.attachments li:has-text('${name}') button:has-text('Preview')`);
  await button("estimate.pdf").waitFor();
  check(!(await button("table.csv").count()), "a table has no preview");

  step("a document");
  await button("estimate.pdf").click();
  const first = await drawn(page);
  check(first.width === 1200 && first.height > 1600 && first.colors > 100, `a page is drawn: ${JSON.stringify(first)}`);
  check(first.alt === "estimate.pdf, page 1 of 2", first.alt);
  await access(page, "preview");
  await shot(page, "house-preview");

  step("turn pages");
  await page.keyboard.press("ArrowRight");
  await page.waitForSelector("text=Page 2 of 2");
  const second = await drawn(page);
  check(second.alt === "estimate.pdf, page 2 of 2" && second.colors < first.colors, `the second page: ${JSON.stringify(second)}`);
  check(await page.locator("button:has-text('Next')").isDisabled(), "there is no third page");
  await page.keyboard.press("Home");
  await page.waitForSelector("text=Page 1 of 2");
  await page.click("button:has-text('Next')");
  await page.waitForSelector("text=Page 2 of 2");
  await page.click("button:has-text('Previous')");
  await page.waitForSelector("text=Page 1 of 2");
  await page.keyboard.press("Escape");
  await page.waitForSelector(".previewer", { state: "detached" });

  step("a photograph");
  await button("photo.jpg").click();
  const photo = await drawn(page);
  check(photo.width === 300 && photo.height === 200, `the photograph: ${JSON.stringify(photo)}`);
  await page.keyboard.press("Escape");

  step("a document that hides a file");
  await page.waitForSelector(".attachment.danger:has-text('acts.pdf')");
  await button("acts.pdf").click();
  check((await drawn(page)).colors > 2, "it is drawn all the same");
  check(await page.locator(".preview-pages .note.warn").count(), "with the warning");
  await shot(page, "house-preview-danger");
  check(files.length === 0, `a file was asked for: ${files}`);

  step("in Japanese, on a telephone");
  const phone = await open({ viewport: { width: 390, height: 800 }, hasTouch: true, locale: "ja-JP" });
  await signIn(phone, base, reader);
  await phone.click(".row:has-text('pages') .subject");
  await phone.locator(".attachments li:has-text('estimate.pdf') button:has-text('プレビュー')").click();
  check((await drawn(phone)).alt === "estimate.pdf 1 / 2 ページ", "the words are Japanese");
  await access(phone, "preview-ja");
  await shot(phone, "house-preview-ja");
}
