// A person's work in the mail app, over the real product: read, search, write to a colleague who gets it, undo.
export async function run({ accounts, base, fresh, check, equal, shot, axe, signIn }) {
  const who = (name) => accounts.find((a) => a.address.startsWith(`${name}@`));
  const page = await fresh();
  await signIn(page, who("ann"));
  await page.waitForSelector(".row .people");
  await shot(page, "list");
  await axe(page, "list");

  // The mail that is opened is shown in the frame.
  const subject = "Minutes of Tuesday's call";
  await page.click(`.row:has-text("${subject}")`);
  await page.waitForSelector(".mail.open iframe, .mail.open pre.plain");
  await shot(page, "mail");
  await axe(page, "mail");

  // Search finds it, and something that is nowhere does not.
  await search(page, "subject:minutes");
  check("the search finds the minutes", (await page.locator(".row .subject").allTextContents()).some((s) => s.includes("Minutes")));
  await search(page, "zzqqxxyy");
  await page.waitForSelector(".list .empty");

  // Ann writes to Sato; Sato gets it, in Japanese, on a phone.
  await page.goto(`${base.mail}/#/mail`);
  await page.waitForSelector(".row .people");
  const title = `見積の件 / quotation ${Date.now()}`;
  await write(page, who("sato").address, title, "来週までにご返信ください。\nThank you.");
  await shot(page, "compose");
  await axe(page, "compose");
  await send(page);
  await shot(page, "sending");
  const sato = await fresh({ language: "ja", size: "phone", theme: "dark" });
  await signIn(sato, who("sato"));
  await sato.waitForSelector(`.row:has-text("${title}")`, { timeout: 60_000 });
  await axe(sato, "phone list, Japanese, dark");
  await shot(sato, "phone-list");
  await sato.click(`.row:has-text("${title}")`);
  await sato.waitForSelector(".mail.open");
  await shot(sato, "phone-mail");
  check("no sideways scrolling on a phone", await sato.evaluate(() => document.documentElement.scrollWidth <= innerWidth));

  // Deleting can be taken back.
  await page.goto(`${base.mail}/#/mail`);
  await page.waitForSelector(`.row:has-text("${subject}")`);
  const rows = () => page.locator(`.row:has-text("${subject}")`).count();
  await page.click(`.row:has-text("${subject}")`);
  await page.waitForSelector(".mail.open");
  await page.keyboard.press("#");
  await page.waitForFunction((s) => ![...document.querySelectorAll(".row .subject")].some((e) => e.textContent.includes(s)), subject);
  await page.click(".toast button:has-text('Undo')");
  await page.waitForSelector(`.row:has-text("${subject}")`);
  equal("it is back, once", await rows(), 1);
}

async function search(page, what) {
  await page.keyboard.press("Escape");
  const field = page.locator(".search input").first();
  await field.fill(what);
  await field.press("Enter");
  await page.waitForTimeout(300);
  await page.waitForSelector(".row .people, .list .empty");
}

async function write(page, to, subject, text) {
  await page.keyboard.press("c");
  await page.waitForSelector(".compose");
  const field = page.locator(".compose .recipients input").first();
  await field.fill(to);
  await field.press("Enter");
  await page.locator(".compose .heads label.head-line input").last().fill(subject);
  await page.locator(".compose .area").click();
  await page.keyboard.type(text);
}

// send sends, and ticks what is asked before.
async function send(page) {
  await page.locator(".compose .button.primary").click();
  await page.waitForFunction(() => !document.querySelector(".compose") || document.querySelector("dialog[open]"));
  const dialog = page.locator("dialog[open]");
  if (await dialog.count()) {
    for (const box of await dialog.locator("input[type=checkbox]").all()) await box.check();
    await dialog.locator(".button.primary").click();
    await page.waitForSelector(".compose", { state: "detached" });
  }
}
