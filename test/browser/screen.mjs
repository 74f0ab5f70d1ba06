// Every screen of the mail app over made-up mail, in both languages, light and dark, wide and narrow: nothing goes wrong, and
// nothing hinders people.
import { join } from "node:path";
import { serve } from "./fake.mjs";

export async function run({ open, check, shot, access, step, data }) {
  const fake = await serve(join(data.ui, "dist"));
  fake.house.session = true;
  const at = (hash) => `http://mail.localhost:${fake.port}/${hash}`;
  const looks = [
    ["en", { locale: "en-US" }], ["ja", { locale: "ja-JP" }], ["dark", { locale: "en-US", colorScheme: "dark" }], ["phone", { locale: "ja-JP", viewport: { width: 390, height: 800 }, hasTouch: true }],
  ];
  for (const [name, options] of looks) {
    step(`screens ${name}`);
    const page = await open(options);
    await page.goto(at(""));
    await page.waitForSelector(".row .people");
    await shot(page, `list-${name}`);
    await access(page, `list-${name}`);
    await page.click(".row >> nth=3");
    await page.waitForSelector(".mail iframe");
    await page.waitForTimeout(400);
    await shot(page, `mail-${name}`);
    await access(page, `mail-${name}`);
    for (const hash of ["kept/quarantine", "kept/hold", "contact", "contact/shared", "contact/directory", "setting", "setting/identity", "setting/vacation", "setting/filter", "setting/security"]) {
      await page.goto(at(`#/${hash}`));
      await page.waitForSelector(".screen h1");
      await page.waitForTimeout(250);
      await shot(page, `${hash.replace("/", "-")}-${name}`);
      await access(page, `${hash}-${name}`);
    }
    await page.context().browser().close();
  }
  step("keys, search, undo");
  const page = await open();
  await page.goto(at(""));
  await page.waitForSelector(".row .people");
  const first = await page.locator(".row .subject").first().textContent();
  const total = Number(await page.locator(".list-bar .total").textContent());
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await page.waitForSelector(".toast");
  await page.waitForFunction((n) => Number(document.querySelector(".list-bar .total").textContent) === n, total - 1);
  await page.click(".toast button:has-text('Undo')");
  await page.waitForFunction((n) => Number(document.querySelector(".list-bar .total").textContent) === n, total);
  check((await page.locator(".row .subject").first().textContent()) === first, "undone: it is back");
  await page.keyboard.press("/");
  await page.keyboard.type("from:mary is:unread");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".search .chip >> nth=1");
  await page.waitForSelector(".row .people");
  check((await page.locator(".row .people").allTextContents()).every((x) => x.includes("Mary")), "only what was searched for");
  await page.keyboard.press("?");
  await page.waitForSelector("dialog kbd");
  await access(page, "help");
  await page.keyboard.press("Escape");

  step("a link shows where it leads");
  await page.goto(at("#/mail/m0/e3"));
  await page.frameLocator(".mail iframe").locator("a").click();
  await page.waitForSelector("dialog .target");
  check((await page.textContent("dialog .target")).includes("login.evil.example"), "the real target is shown");
  await access(page, "link");
  await page.keyboard.press("Escape");

  step("write, check, send, take back");
  await page.goto(at(""));
  await page.waitForSelector(".row .people");
  await page.keyboard.press("c");
  await page.waitForSelector(".compose");
  await page.keyboard.type("tomo@partner.example,");
  await page.fill(".compose .head-line input >> nth=-1", "試験");
  await page.click(".writing-area");
  await page.keyboard.type("Hello, the file is attached.");
  await page.waitForSelector(".compose .state.saved");
  await shot(page, "compose");
  await access(page, "compose");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("dialog .check");
  await shot(page, "compose-check");
  await access(page, "compose-check");
  check(await page.isDisabled("dialog .primary"), "an address outside must be confirmed");
  await page.check("dialog .check input");
  await page.click("dialog .primary");
  await page.click(".toast button:has-text('Undo')");
  await page.waitForSelector(".compose");
  check((await page.inputValue(".compose .head-line input >> nth=-1")) === "試験", "taken back: it is a draft again");

  step("a draft that another tab changed");
  const { id } = [...fake.house.mails.values()].find((m) => m.keywords.$draft);
  fake.house.mails.delete(id);
  await page.click(".writing-area");
  await page.keyboard.type("more");
  await page.waitForSelector(".compose .note.warn");
  check([...fake.house.mails.values()].some((m) => m.keywords.$draft && m.text.includes("more")), "nothing is lost");
  fake.close();
}
