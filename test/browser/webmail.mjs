// The mail app over the running service: a mail is read, written, taken back, sent, received by somebody else, searched,
// moved; quarantine, languages, a narrow window, a second factor and a passkey.
export const refused = [/status of 401/]; // a wrong password, on purpose

export async function signIn(page, base, account) {
  await page.goto(`${base("mail")}/`);
  await page.fill("input[name=address]", account.address);
  await page.fill("input[name=password]", account.password);
  await page.click("button.primary");
  await page.waitForSelector(".shell");
}

const subject = ".compose .head-line input >> nth=-1";

async function write(page, to, title, text) {
  await page.keyboard.press("c");
  await page.waitForSelector(".writing-area");
  await page.fill(".recipients input >> nth=0", to);
  await page.press(".recipients input >> nth=0", ",");
  await page.fill(subject, title);
  await page.click(".writing-area");
  await page.keyboard.type(text);
}

// send presses the button, and answers the question that may come before.
async function send(page) {
  await page.click(".compose footer .primary");
  await page.waitForFunction(() => !document.querySelector(".compose") || document.querySelector("dialog .dialog-form"));
  if (await page.locator("dialog").count()) {
    for (const box of await page.locator("dialog input[type=checkbox]").all()) await box.check();
    await page.click("dialog .primary");
  }
}

// pictures pastes one, opens the draft again, sends it, and sees it where it arrived.
async function pictures(page, other, to, title, check, shot) {
  await page.keyboard.press("Escape");
  await write(page, to.address, title, "Look: ");
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(24, 24);
    const c = canvas.getContext("2d");
    c.fillStyle = "#c03";
    c.fillRect(0, 0, 24, 24);
    const data = new DataTransfer();
    data.items.add(new File([await canvas.convertToBlob({ type: "image/png" })], "red.png", { type: "image/png" }));
    document.querySelector(".writing-area").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  const drawn = () => [...document.querySelectorAll(".writing-area img")].some((i) => i.naturalWidth === 24);
  await page.waitForFunction(drawn);
  check((await page.locator(".compose .files").count()) === 0, "the picture is in the text, not among the files");
  await page.waitForTimeout(3500); // it is saved by itself, once more when the picture has been sent
  await page.waitForSelector(".compose .state.saved");
  await page.click(".compose header button >> nth=-1");
  await page.waitForSelector(".compose", { state: "detached" });
  await page.click(".folders a:has-text('Drafts')");
  await page.click(`.row:has-text('${title}') .subject`);
  await page.waitForSelector(".writing-area");
  await page.waitForFunction(drawn);
  await shot(page, "house-picture");
  await send(page);
  await page.waitForSelector(".compose", { state: "detached" });
  await other.waitForSelector(`.row:has-text('${title}')`, { timeout: 40_000 });
  await other.click(`.row:has-text('${title}') .subject`);
  const img = other.frameLocator(".mail iframe").locator("img");
  await img.waitFor();
  await other.waitForTimeout(500);
  check((await img.evaluate((i) => i.naturalWidth)) === 24, "the picture is seen where it arrived");
  check((await other.locator(".mail .attachments a, .mail .attachment").count()) === 0, "and is no attachment there");
  await page.click(".folders a >> nth=0");
  await page.waitForSelector(".row .people");
}

export async function run({ base, accounts, check, shot, open, access, step }) {
  const ann = accounts.find((a) => a.address.startsWith("ann@"));
  const sato = accounts.find((a) => a.address.startsWith("sato@"));
  const title = `Browser ${Date.now()}`;

  step("sign in");
  const page = await open({}, refused);
  await page.goto(`${base("mail")}/`);
  await page.fill("input[name=address]", ann.address);
  await page.fill("input[name=password]", "not it");
  await page.click("button.primary");
  await page.waitForSelector("[role=alert] .note.bad");
  await access(page, "sign-in");
  await shot(page, "house-sign-in");
  await signIn(page, base, ann);

  step("read");
  await page.waitForSelector(".row .people");
  await page.click(".row:has-text('Tuesday') .subject");
  await page.waitForSelector(".mail iframe, .mail .plain");
  await shot(page, "house-mail");
  await access(page, "house-mail");

  step("write and take back");
  await page.keyboard.press("Escape");
  await write(page, sato.address, title, "Hello from the browser. 日本語も。");
  await page.waitForSelector(".compose .state.saved");
  await send(page);
  await page.click(".toast button:has-text('Undo')");
  await page.waitForSelector(".compose");
  check((await page.inputValue(subject)) === title, "taken back: it is a draft again");

  step("send, and receive by somebody else");
  const other = await open({ locale: "ja-JP" });
  await signIn(other, base, sato);
  check((await other.textContent(".folders .write")).includes("メール作成"), "Japanese for a Japanese browser");
  await send(page);
  await page.waitForSelector(".compose", { state: "detached" });
  await other.waitForSelector(`.row:has-text('${title}')`, { timeout: 40_000 }); // pushed: nobody asked for it
  await other.click(`.row:has-text('${title}') .subject`);
  await Promise.any([other.frameLocator(".mail iframe").getByText("日本語も").waitFor(), other.locator(".mail .plain", { hasText: "日本語も" }).waitFor()]);
  await shot(other, "house-received-ja");
  check(!(await other.locator(".row", { hasText: title }).nth(1).count()), "it arrives once");

  step("search");
  await page.fill("#search", `in:sent subject:"${title}"`);
  await page.press("#search", "Enter");
  await page.waitForSelector(`.row:has-text('${title}')`);
  check((await page.locator(".row .subject").count()) === 1, "one is found");

  step("move and undo");
  await other.keyboard.press("e");
  await other.waitForSelector(".toast button");
  await other.waitForFunction((s) => ![...document.querySelectorAll(".row .subject")].some((x) => x.textContent === s), title);
  await other.click(".toast button:not([aria-label])");
  await other.waitForSelector(`.row:has-text('${title}')`);

  step("a picture in the text");
  await pictures(page, other, sato, `Picture ${title}`, check, shot);

  step("rules and absence");
  await rules(other, base, check, shot, access);
  await page.goto(`${base("mail")}/#/mail`);
  await page.waitForSelector(".row .people");
  await write(page, sato.address, `Invoice ${title}`, "Sorted by a rule.");
  await page.waitForSelector(".compose .state.saved");
  await send(page);
  await page.waitForSelector(".row:has-text('不在のお知らせ')", { timeout: 60_000 }); // the answer of his absence
  await other.goto(`${base("mail")}/#/mail`);
  await other.waitForSelector(".row .people");
  await other.fill("#search", `in:archive subject:"Invoice ${title}"`);
  await other.press("#search", "Enter");
  await other.waitForSelector(`.row:has-text('Invoice ${title}')`);

  step("quarantine");
  await page.goto(`${base("mail")}/#/kept/quarantine`);
  await page.waitForSelector(".card");
  await shot(page, "house-quarantine");
  await access(page, "house-quarantine");
  let kept = "";
  for (let i = 0; i < (await page.locator(".card").count()) && !kept; i++) { // the policy does not leave every mail to its reader
    const card = page.locator(".card").nth(i);
    const name = (await card.locator(".title").textContent()).trim();
    const release = card.getByRole("button", { name: "Release to the inbox", exact: true });
    if (!(await release.count())) continue; // what is dangerous is asked for
    await release.click();
    await page.click("dialog .button.danger");
    const said = page.locator(".toast:has-text('Released'), .toast.bad").first();
    await said.waitFor();
    if ((await said.textContent()).includes("Released")) kept = name;
    else await said.locator(".icon-button").click();
  }
  check(kept, "a mail is released");
  await page.goto(`${base("mail")}/#/mail`);
  await page.waitForSelector(`.row:has-text('${kept}')`, { timeout: 30_000 });

  step("passkey");
  await passkey(page, base, check);

  step("a narrow window");
  const phone = await open({ viewport: { width: 390, height: 800 }, hasTouch: true, locale: "ja-JP" });
  await signIn(phone, base, sato);
  await phone.waitForSelector(".row .people");
  await shot(phone, "house-phone");
  await access(phone, "house-phone");
  await phone.click(".row >> nth=0");
  await phone.waitForSelector(".mail iframe, .mail .plain");
  await phone.click(".reader-bar .icon-button >> nth=0");
  await phone.waitForSelector(".row .people");

  step("sign out");
  await phone.click(".face-button");
  await phone.click("[role=menu] button:has-text('サインアウト')");
  await phone.waitForSelector("input[name=password]");
}

// rules has mail with "Invoice" filed in the archive, and everybody answered. Mail may not be sent on to where the contract does
// not allow it.
async function rules(page, base, check, shot, access) {
  await page.goto(`${base("mail")}/#/setting/filter`);
  await page.click("button:has-text('新しいルール')");
  await page.selectOption(".rule .condition:nth-of-type(2) select >> nth=0", "subject");
  await page.fill(".rule .condition:nth-of-type(2) input", "Invoice");
  const archive = await page.locator(".rule select[aria-label='移動先'] option", { hasText: /アーカイブ|Archive/ }).first().getAttribute("value");
  await page.selectOption(".rule select[aria-label='移動先']", archive);
  await page.click("form .button.primary");
  await page.waitForSelector(".toast:has-text('保存しました')");
  await shot(page, "house-rules");
  await access(page, "house-rules");
  await page.check("fieldset:has-text('すべてのメールを転送') input[type=checkbox] >> nth=0");
  await page.fill("fieldset input[type=email]", "me@elsewhere.example");
  await page.click("form .button.primary");
  await page.waitForSelector("[role=alert] .note.bad");
  check((await page.textContent("[role=alert] .note.bad")).includes("elsewhere.example"), "where mail may not go is said");

  await page.goto(`${base("mail")}/#/setting/vacation`);
  await page.check(".form .switch input");
  await page.fill(".form input[maxlength='500']", "不在のお知らせ");
  await page.fill(".form textarea", "来週戻ります。");
  await page.click("form .button.primary");
  await page.waitForSelector(".toast:has-text('保存しました')");
  await shot(page, "house-absence");
  await page.waitForSelector("#delegate");
  await page.fill("form[aria-labelledby=delegate] [name=deputy]", "nobody@mori.example");
  await page.fill("form[aria-labelledby=delegate] [name=until]", "2037-01-31T18:00");
  await page.click("form[aria-labelledby=delegate] .button.primary");
  await page.waitForSelector("form[aria-labelledby=delegate] .note.bad");
  await page.fill("form[aria-labelledby=delegate] [name=deputy]", "ann@mori.example");
  await page.click("form[aria-labelledby=delegate] .button.primary");
  await page.waitForSelector("form[aria-labelledby=delegate] button:has-text('今すぐ終了')");
  await access(page, "house-delegate");
  await shot(page, "house-delegate");
  await page.click("form[aria-labelledby=delegate] button:has-text('今すぐ終了')");
  await page.waitForSelector(".toast:has-text('代理を終了しました')");

  await page.goto(`${base("mail")}/#/setting/general`);
  await page.selectOption("select[name=wait]", "5");
  await page.selectOption("select[name=waitFor]", "outside");
  await page.waitForSelector(".toast:has-text('保存しました')");
  await access(page, "house-wait");
  await page.reload();
  await page.waitForSelector("select[name=waitFor]");
  check((await page.inputValue("select[name=wait]")) === "5" && (await page.inputValue("select[name=waitFor]")) === "outside", "how long mail waits is kept");
  await page.selectOption("select[name=wait]", "0");
  await page.waitForFunction(() => !document.querySelector("select[name=waitFor]"));
}

// passkey adds one with an authenticator of the browser's own and signs in with it.
async function passkey(page, base, check) {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  await devices.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, hasPrf: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await page.goto(`${base("mail")}/#/setting/security`);
  await page.click("button:has-text('Add a passkey')");
  await page.fill("dialog input[name=value]", "Laptop");
  await page.click("dialog .primary");
  await page.waitForSelector(".card:has-text('Laptop')");
  const opens = await page.locator(".card:has-text('opens the mailbox alone')").count();
  await page.click(".face-button");
  await page.click("[role=menu] button:has-text('Sign out')");
  await page.waitForSelector("input[name=address]");
  check(opens === 1, "with PRF it opens the mailbox alone");
  await page.click("button:has-text('Sign in with a passkey')");
  await page.waitForSelector(".shell");
  await page.goto(`${base("mail")}/#/mail`);
  await page.waitForSelector(".row .people");
}
