// The administrators' app and the desk, in a browser, over the running product: what administrators do on a day. What the
// browser complains of (console errors, breaches of the content policy) and what axe finds are failures.

// run drives the scenario. accounts is the ready file's list; check(what, ok) notes a result, shot(page, name) a picture;
// axe(page, name) looks for what people with assistive technology would stumble over.
export async function run({ browser, base, accounts, check, shot, axe, watch, link }) {
  const admin = accounts.find((a) => a.role === "admin");
  const context = await browser.newContext({ locale: "en-US", ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 }, acceptDownloads: true });
  const page = await context.newPage();
  watch(page);
  const of = await signIn(page, base, admin, check, axe);
  const go = async (path) => {
    await page.goto(`${base}/#/${path}`);
    await page.waitForSelector("main h1");
  };
  await page.evaluate(() => localStorage.setItem("sekisho-language", "en"));
  await page.reload();
  await screens({ page, go, of, check, shot, axe });
  await trace({ page, go, of, check });
  await quarantine({ page, go, of, check, admin });
  await queue({ page, go, of, check, admin });
  await policy({ page, go, of, check });
  await accountsAndImport({ page, go, of, check, admin });
  await partners({ page, go, of, check, axe });
  await senders({ page, go, of, check });
  await links({ page, go, of, check });
  await fingerprints({ page, go, of, check });
  await sts({ page, go, of, check, admin });
  await supervisors({ page, go, of, check, admin });
  await domains({ page, go, of, check, admin });
  await looks({ browser, page, context, base, of, check, shot, axe, watch });
  const auditor = accounts.find((a) => a.role === "auditor");
  if (auditor) await insiders({ browser, base, auditor, of, check, shot, axe, watch });
  const operator = accounts.find((a) => a.role === "operator");
  const other = accounts.find((a) => a.role === "admin" && a.contract !== admin.contract);
  if (operator && other) await operators({ browser, base, operator, other, check, shot, axe, watch });
  if (link) await desk({ browser, link, check, shot, axe, watch });
  await context.close();
}

async function signIn(page, base, admin, check, axe) {
  await page.goto(base + "/#/tokens");
  await page.waitForSelector("input[name=address]");
  await axe(page, "sign-in");
  await page.fill("input[name=address]", admin.address);
  await page.fill("input[name=password]", admin.password);
  await page.click("button.primary");
  await page.waitForSelector(".shell");
  check("sign-in leads back to the screen that was asked for", page.url().endsWith("/#/tokens"));
  await page.goto(base + "/");
  await page.waitForFunction(() => /^#\/\d+\//.test(location.hash));
  return Number(/#\/(\d+)\//.exec(page.url())[1]);
}

// settled waits until nothing is being loaded any more, and charts are drawn.
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("main p.quiet[role=status]") && [...document.querySelectorAll(".plot")].every((p) => p.firstChild), null, { timeout: 20_000 });
}

// done waits for the word that something was done.
const done = (page) => page.waitForSelector(".toast.good");

async function screens({ page, go, of, check, shot, axe }) {
  for (const name of ["overview", "traces", "quarantine", "hold", "queue", "statistics", "accounts", "aliases", "groups", "partners", "domains", "imports", "policy", "senders", "links", "fingerprints", "learned", "changes", "grants", "settings"]) {
    await go(`${of}/${name}`);
    await settled(page);
    check(`${name}: opens without a problem`, (await page.locator("main .note.bad").count()) === 0);
    await axe(page, name);
    await shot(page, "console-" + name);
  }
  await go("tokens");
  check("what an operator alone may see is not shown", (await page.locator("nav#nav a[href='#/ledger']").count()) === 0);
  await go("nowhere");
  check("an unknown screen says so", (await page.locator("main h1").innerText()) === "No such screen");
}

async function trace({ page, go, of, check }) {
  await go(`${of}/traces`);
  await page.waitForSelector("tbody tr");
  await page.fill("#list-search", "lena@partner.example");
  await page.press("#list-search", "Enter");
  await page.waitForFunction(() => location.hash.includes("search=lena"));
  await page.waitForFunction(() => [...document.querySelectorAll("tbody td.main")].every((td) => td.textContent.includes("lena@")));
  check("a search stands in the address", true);
  await page.reload();
  await page.waitForSelector("tbody tr");
  check("a search is there again after a reload", (await page.inputValue("#list-search")) === "lena@partner.example");
  await page.selectOption(".filter select >> nth=0", "refuse");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === document.querySelectorAll("tbody .state.bad").length);
  check("the filter leaves refused mails", (await page.locator("tbody tr").count()) > 0);
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Export CSV")]);
  check("a list comes as a file", file.suggestedFilename() === "traces.csv");
  await page.click("tbody a >> nth=0");
  await page.waitForSelector(".line li");
  check("the time line tells the decision", (await page.locator(".line li.decision").count()) > 0);
  check("the findings are told in words", (await page.locator(".findings li").count()) > 0);
}

// prove gives the password when the dialog for it comes up.
async function prove(page, admin, check) {
  const asked = await page.waitForSelector("dialog input[name=typed]", { timeout: 2500 }).catch(() => null);
  if (!asked) return false;
  check("a change asks for a proof", true);
  await asked.fill(admin.password);
  await page.click("dialog:has(input[name=typed]) button.primary");
  return true;
}

async function quarantine({ page, go, of, check, admin }) {
  await go(`${of}/quarantine`);
  await page.waitForSelector("tbody tr");
  const before = await page.locator("tbody tr").count();
  await page.click("tbody tr:first-child button:has-text('Look')");
  await page.click("dialog >> text=Open the text too");
  await page.waitForSelector("dialog pre.mail");
  check("looking shows text and findings", (await page.locator("dialog .findings li").count()) > 0);
  await page.click("dialog footer >> text=Release");
  await page.click("dialog footer button.primary");
  await prove(page, admin, check);
  await done(page);
  await page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n - 1, before);
  check("a released mail leaves the quarantine", true);
  await go(`${of}/hold`);
  await page.waitForSelector("tbody tr");
  const holds = await page.locator("tbody tr").count();
  const row = page.locator("tbody tr", { hasText: "waits for approval" }).first();
  await row.locator("button", { hasText: "Look" }).click();
  check("nobody approves what he did not look at", await page.isDisabled("dialog footer >> text=Approve"));
  await page.click("dialog >> text=Open the header");
  await page.waitForSelector("dialog pre.mail");
  await page.click("dialog footer >> text=Approve");
  await page.click("dialog footer button.primary");
  await prove(page, admin, check);
  await page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n - 1, holds);
  check("a held mail is approved", true);
}

// senders: a domain is blocked for everybody, allowed, and taken off the list.
async function senders({ page, go, of, check }) {
  await go(`${of}/senders`);
  await page.click("text=Add a sender");
  await page.fill("dialog [name=address]", "@deals.example");
  await page.click("dialog footer button.primary");
  await done(page);
  await page.waitForSelector("tbody tr:has-text('@deals.example') .state.bad");
  await page.click("tbody tr:has-text('@deals.example') button:has-text('Change')");
  await page.selectOption("dialog [name=stance]", "allow");
  await page.click("dialog footer button.primary");
  await page.waitForSelector("tbody tr:has-text('@deals.example') .state.good");
  check("a sender is listed and changed", true);
  await page.click("tbody tr:has-text('@deals.example') button.danger");
  await page.click("dialog footer button.danger");
  await page.waitForFunction(() => !document.querySelector("main").innerText.includes("@deals.example"));
  check("and taken off the list", true);
}

// links: a host is blocked, and taken off the list.
async function links({ page, go, of, check }) {
  await go(`${of}/links`);
  await settled(page);
  await page.click("text=Add hosts");
  await page.fill("dialog [name=hosts]", "https://bad.example/x");
  await page.click("dialog footer button.primary");
  await page.waitForSelector("dialog .note.bad");
  check("what is no host is refused, with a word how to write it", (await page.innerText("dialog")).includes("without https://"));
  await page.fill("dialog [name=hosts]", "Bad.example\nworse.example");
  await page.click("dialog footer button.primary");
  await done(page);
  await page.waitForSelector("tbody tr:has-text('bad.example') .state.bad");
  await page.click("tbody tr:has-text('worse.example') button.danger");
  await page.click("dialog footer button.danger");
  await page.waitForFunction(() => !document.querySelector("main").innerText.includes("worse.example"));
  check("hosts are blocked and taken off the list", (await page.locator("tbody tr:has-text('bad.example')").count()) === 1);
}

// fingerprints: what is no set is refused; nothing is lost by it.
async function fingerprints({ page, go, of, check }) {
  await go(`${of}/fingerprints`);
  await page.click("text=Bring a set");
  await page.fill("dialog [name=name]", "customers");
  await page.setInputFiles("dialog input[type=file]", { name: "set", mimeType: "application/octet-stream", buffer: Buffer.from("no set at all") });
  await page.click("dialog footer button.primary");
  await page.waitForSelector("dialog .note.bad");
  check("a file that is no set is refused", (await page.innerText("dialog")).includes("no set of fingerprints"));
  await page.setInputFiles("dialog input[type=file]", { name: "set", mimeType: "application/octet-stream", buffer: Buffer.from("skexact2" + "x".repeat(100)) });
  await page.click("dialog footer button.primary");
  await page.waitForSelector("tbody tr:has-text('customers')");
  await page.click("tbody tr:has-text('customers') button.danger");
  await page.click("dialog footer button.danger");
  await page.waitForFunction(() => !document.querySelector("tbody tr"));
  check("a set is brought and taken away", true);
}

// supervisors: whom rules may ask about somebody, and his last day.
async function supervisors({ page, go, of, check, admin }) {
  await go(`${of}/accounts?search=sato`);
  await page.click("tbody tr:has-text('sato@mori.example') button:has-text('Change')");
  await page.fill("dialog [name=supervisor]", "nobody@mori.example");
  await page.fill("dialog [name=leaves]", "2037-03-31");
  await page.click("dialog footer button.primary");
  await prove(page, admin, check);
  await page.waitForSelector("dialog .note.bad");
  await page.fill("dialog [name=supervisor]", admin.address);
  await page.click("dialog footer button.primary");
  await page.waitForSelector(`tbody tr:has-text('sato@mori.example'):has-text('${admin.address}')`);
  check("a supervisor is set on the account's page", true);
}

// sts: a domain's MTA-STS policy is served for testing, and the record for it is among those to publish.
async function sts({ page, go, of, check, admin }) {
  await go(`${of}/domains`);
  await page.click("tbody tr:has-text('mori.example') button:has-text('Change')");
  await page.selectOption("dialog [name=sts]", "testing");
  await page.click("dialog footer button.primary");
  await prove(page, admin, check);
  await page.waitForSelector("tbody tr:has-text('testing')");
  await go(`${of}/domains/mori.example`);
  await page.waitForSelector("td:has-text('_mta-sts.mori.example')");
  check("a domain's MTA-STS mode is set, and its record shown", true);
}

// insiders: an auditor sees who does what is unusual, and one person's days.
async function insiders({ browser, base, auditor, of, check, shot, axe, watch }) {
  const context = await browser.newContext({ locale: "en-US", ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  watch(page);
  await page.goto(base + "/#/tokens");
  await page.fill("input[name=address]", auditor.address);
  await page.fill("input[name=password]", auditor.password);
  await page.click("button.primary");
  await page.waitForSelector(".shell");
  await page.evaluate(() => localStorage.setItem("sekisho-language", "en"));
  await page.goto(`${base}/#/${of}/insiders`);
  await page.reload();
  await page.waitForSelector("main h1");
  await settled(page);
  const row = page.locator("tbody tr", { hasText: "sato@mori.example" });
  await row.waitFor();
  check("a reason is told in words", (await row.innerText()).includes("own name at a free mail service"));
  await axe(page, "insiders");
  await shot(page, "console-insiders");
  await row.locator("a").click();
  await page.waitForSelector(".plot");
  await settled(page);
  check("a person's days are drawn", (await page.locator(".plot canvas").count()) > 0);
  await axe(page, "insider");
  await shot(page, "console-insider");
  await page.goto(`${base}/#/${of}/grants/accesses`);
  await page.waitForSelector("tbody tr:has-text('sato@mori.example')");
  check("the look is in the list of accesses", true);
  await context.close();
}

// partners: the shared address book, from a file and by hand.
async function partners({ page, go, of, check, axe }) {
  await go(`${of}/partners`);
  await page.click("header >> text=CSV import");
  const file = (text) => page.setInputFiles("dialog input[type=file]", { name: "partners.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await file("address,name,groups\nnobody,A,\n");
  await page.click("dialog button.primary");
  await page.waitForSelector("dialog .note.bad");
  check("a wrong cell is told with its row", (await page.innerText("dialog")).includes("Row 2"));
  await axe(page, "partners import");
  await file("address,name,groups\nsuzuki@far.example,Suzuki,Suppliers\nokada@near.example,Okada,Suppliers;Tokyo\n");
  await page.click("dialog button.primary");
  await page.waitForSelector("dialog .note.good");
  await page.click("dialog >> text=Make 2 entries");
  await done(page);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await page.click("tbody button:has-text('Tokyo')");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
  check("a group narrows the list, and stands in the address", page.url().includes("group=Tokyo"));
  await page.click("tbody button:has-text('Change')");
  await page.fill("dialog input[name=organization]", "Near K.K.");
  await page.click("dialog footer button.primary");
  await page.waitForSelector("tbody tr:has-text('Near K.K.')");
  check("an entry is changed", true);
}

// queue: two mails that the other side does not take. They are tried at once, given up with a notice, and deleted.
async function queue({ page, go, of, check, admin }) {
  await go(`${of}/queue?search=slow-`);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
  check("the queue says in words why a mail waits", (await page.locator("tbody tr", { hasText: "could not be reached" }).count()) > 0);
  for (const row of [0, 1, 2]) await page.check(`tbody tr >> nth=${row} >> input[type=checkbox]`);
  await page.click(".chosen >> text=Try now");
  check("the act says how many it is about", (await page.locator("dialog").innerText()).includes("3 mails"));
  await page.click("dialog footer button.danger");
  await prove(page, admin, check);
  await done(page);
  await page.click("tbody tr:has-text('slow-a@') >> text=Give up");
  await page.click("dialog footer button.danger");
  await page.waitForFunction(() => ![...document.querySelectorAll("tbody tr")].some((r) => r.textContent.includes("slow-a@") && !r.textContent.includes("given up by")));
  await page.click("tbody tr:has-text('slow-b@') >> text=Delete");
  await page.click("dialog footer button.danger");
  await page.waitForFunction(() => ![...document.querySelectorAll("tbody tr")].some((r) => r.textContent.includes("slow-b@")));
  check("a mail is given up, another deleted", true);
  await go(`${of}/changes?search=slow-`);
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length >= 5);
  check("each act is in the list of changes", (await page.locator("tbody tr", { hasText: "given up" }).count()) > 0);
}

async function policy({ page, go, of, check }) {
  await go(`${of}/policy`);
  await page.waitForSelector(".editor textarea");
  const text = await page.inputValue(".editor textarea");
  await page.fill(".editor textarea", text.replace(/action = "\w+"/, 'action = "!!"'));
  await page.click(".trial button.primary");
  await page.waitForSelector(".gutter .wrong");
  const at = text.split("\n").findIndex((l) => /action = "\w+"/.test(l)) + 1;
  const marked = Number(await page.locator(".gutter .wrong").first().innerText());
  check("a wrong rule is marked at its line", marked <= at && marked > at - 8);
  await page.fill(".editor textarea", text.replace("score >= 8", "score >= 800"));
  await page.click(".trial button.primary");
  await page.waitForSelector(".trial [role=status] p");
  check("the dry run tells how many mails it looked at", /Looked at: \d+/.test(await page.locator(".trial [role=status]").innerText()));
  check("the dry run counts rules", (await page.locator(".trial table tbody tr").count()) > 0);
  await page.selectOption(".trial select[name=way]", "message");
  await page.setInputFiles(".trial input[name=message]", { name: "test.eml", mimeType: "message/rfc822", buffer: Buffer.from("From: <a@b.example>\r\nTo: <x@y.example>\r\nSubject: price list\r\n\r\n<script>alert(1)</script>\r\n") });
  await page.selectOption(".trial select[name=direction]", "outbound");
  await page.fill(".trial input[name=sender]", "a@b.example");
  await page.fill(".trial input[name=recipient]", "x@y.example");
  await page.click(".trial button.primary");
  await page.waitForFunction(() => /^Looked at: 1\./.test(document.querySelector(".trial [role=status]").innerText));
  check("a test message is decided about", true);
  await page.click("text=Put into force");
  await page.waitForSelector("dialog .diff .plus");
  check("before it holds, the difference is shown", (await page.locator("dialog .diff .minus").count()) === 1);
  await page.click("dialog footer button.primary");
  await done(page);
  await page.reload();
  await page.waitForSelector(".editor textarea");
  check("the new rules are in force", (await page.inputValue(".editor textarea")).includes("score >= 800"));
  await page.fill(".editor textarea", text.replace("score >= 8", "score >= 5").replace('[[rule]]', '[[rule]]\nname = "all"\ndirection = "inbound"\naction = "pass"\nobserve = false\n\n[[rule]]'));
  await page.click(".trial button.primary");
  await page.waitForSelector(".trial .note.warn li");
  check("rules that can have no effect are named", (await page.locator(".trial .note.warn li").count()) > 3);
  await page.click("text=Discard changes");
  await page.click("text=Back to the rules before");
  await page.click("dialog footer button.primary");
  await done(page);
  await page.waitForFunction(() => !document.querySelector(".editor textarea").value.includes("score >= 800"));
  check("one button puts the rules before back", (await page.inputValue(".editor textarea")) === text);
}

async function accountsAndImport({ page, go, of, check, admin }) {
  const domain = admin.address.split("@")[1];
  await go(`${of}/accounts`);
  await page.click("main .acts button.primary");
  await page.fill("dialog input[name=address]", "new@elsewhere.example");
  await page.click("dialog footer button.primary");
  await page.waitForSelector("dialog .note.bad");
  check("a wrong address is told in the form", true);
  await page.fill("dialog input[name=address]", "new@" + domain);
  await page.click("dialog footer button.primary");
  await page.waitForSelector("dialog .secret code");
  check("a first password is shown once", (await page.locator("dialog .secret code").first().innerText()).length > 10);
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  await go(`${of}/imports`);
  const file = (rows) => ({ name: "accounts.csv", mimeType: "text/csv", buffer: Buffer.from("address,name,role\r\n" + rows.join("\r\n") + "\r\n") });
  await page.setInputFiles("input[type=file]", file([`a1@${domain},山田,user`, "broken,x,user"]));
  await page.click("form button.primary");
  await page.waitForSelector(".table tbody td");
  check("what is wrong is told by row and column", (await page.locator(".table tbody tr").first().innerText()).startsWith("3\taddress"));
  check("nothing can be made from a wrong file", (await page.locator("text=/Make \\d+ accounts/").count()) === 0);
  await page.setInputFiles("input[type=file]", file([`a1@${domain},山田,user`, `a2@${domain},鈴木,user`]));
  await page.click("form button.primary");
  await page.click("text=Make 2 accounts");
  await page.click("text=Make keys");
  await page.waitForSelector("text=/Save first passwords/");
  check("imported accounts get their keys", true);
}

async function domains({ page, go, of, check, admin }) {
  const domain = admin.address.split("@")[1];
  await go(`${of}/domains/${domain}`);
  await page.waitForSelector(".records tbody tr", { timeout: 20_000 });
  check("records to publish are listed with what DNS says", (await page.locator(".records .state").count()) > 2);
  await page.click(".records button >> nth=0");
  await page.waitForSelector(".records button:has-text('✓')");
  check("a record can be copied", true);
}

// looks takes pictures in the other language, in the dark and on a phone.
async function looks({ browser, context, base, of, check, shot, axe, watch }) {
  const state = await context.storageState();
  for (const [name, options] of [["dark", { colorScheme: "dark", locale: "ja-JP", viewport: { width: 1280, height: 800 } }], ["phone", { locale: "ja-JP", viewport: { width: 390, height: 800 } }]]) {
    const other = await browser.newContext({ ...options, ignoreHTTPSErrors: true, storageState: { cookies: state.cookies, origins: [] } });
    const page = await other.newPage();
    watch(page);
    for (const screen of ["overview", "traces", "quarantine", "policy"]) {
      await page.goto(`${base}/#/${of}/${screen}`);
      await page.waitForSelector("main h1");
      await settled(page);
      await axe(page, `${screen} ${name}`);
      await shot(page, `console-${screen}-${name}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(`${screen} ${name}: nothing is wider than the window`, wide <= 0);
    }
    check(`${name}: Japanese`, (await page.getAttribute("html", "lang")) === "ja");
    if (name === "phone") {
      await page.click(".burger");
      await page.waitForSelector("nav#nav.open");
      await axe(page, "drawer");
      await page.keyboard.press("Escape");
      await page.waitForSelector("nav#nav:not(.open)", { state: "attached" });
      check("the drawer closes with Escape", true);
    }
    await other.close();
  }
}

// operators look after the installation, and reach a customer's data only by the customer's word.
async function operators({ browser, base, operator, other, check, shot, axe, watch }) {
  const open = async (account) => {
    const context = await browser.newContext({ locale: "en-US", ignoreHTTPSErrors: true, viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    watch(page);
    await page.goto(`${base}/?lang=en#/tokens`);
    await page.fill("input[name=address]", account.address);
    await page.fill("input[name=password]", account.password);
    await page.click("button.primary");
    await page.waitForSelector(".shell");
    await page.evaluate(() => localStorage.setItem("sekisho-language", "en"));
    await page.reload();
    const go = async (path) => {
      await page.goto(`${base}/#/${path}`);
      await page.waitForSelector("main h1");
    };
    return { context, page, go };
  };
  const ops = await open(operator);
  await ops.page.goto(base + "/");
  await ops.page.waitForFunction(() => location.hash === "#/contracts");
  check("an operator lands on the contracts", true);
  for (const name of ["contracts", "statistics", "health", "ledger", "inquiries", "incidents", "incidents/1"]) {
    await ops.go(name);
    await settled(ops.page);
    check(`${name}: opens without a problem`, (await ops.page.locator("main .note.bad").count()) === 0);
    await axe(ops.page, "operator " + name);
    await shot(ops.page, "operator-" + name.replace("/", "-"));
  }
  await ops.go("contracts");
  await ops.page.waitForSelector("text=/every process serves and is confined/");
  await ops.page.click("text=Sandbox health");
  await ops.page.waitForSelector("tbody tr:has-text('vault')");
  check("every process is there with its confinement", (await ops.page.locator("tbody tr:has-text('system calls filtered')").count()) >= 13);
  await ops.go("incidents/1");
  await settled(ops.page);
  check("the scope is drawn in three levels", (await ops.page.locator(".funnel button").count()) === 3);
  await ops.go("ledger");
  await ops.page.click("text=Verify the whole ledger");
  await ops.page.waitForSelector("text=/^Verified: /", { timeout: 60_000 });
  check("the ledger verifies", true);
  await ops.go(`${other.contract}/traces`);
  await ops.page.waitForSelector("main .note.bad");
  check("no customer's mails without a grant", (await ops.page.locator("tbody tr").count()) === 0);
  await axe(ops.page, "grant needed");
  await ops.page.click("main button:has-text('Request access')");
  await ops.page.fill("dialog textarea", "The customer asked us to look after a missing mail");
  await ops.page.click("dialog footer button.primary");
  await ops.page.waitForSelector(".toast.good");
  const they = await open(other);
  await they.go(`${other.contract}/overview`);
  await they.page.click("text=/requests for access/");
  await they.page.waitForSelector("tbody tr");
  await they.page.click("tbody button:has-text('Approve')");
  await they.page.click("dialog footer button.primary");
  await they.page.waitForSelector("tbody .state.good");
  await ops.go(`${other.contract}/traces`);
  await ops.page.reload();
  await ops.page.waitForSelector("tbody tr");
  check("with a grant, the customer's mails are listed", true);
  await they.go(`${other.contract}/grants/accesses`);
  await they.page.waitForSelector("tbody tr");
  check("the customer sees who looked", (await they.page.locator("tbody").innerText()).includes(operator.address));
  await shot(they.page, "console-accesses");
  await ending({ page: ops.page, go: ops.go, operator, other, check, shot, axe });
  await ops.context.close();
  await they.context.close();
}

// ending terminates a customer's contract: what goes is shown, the name is typed, and the proof stays.
async function ending({ page, go, operator, other, check, shot, axe }) {
  await go(`${other.contract}/settings`);
  await page.click("text=Terminate …");
  await page.waitForSelector("dialog dl.facts");
  await axe(page, "terminate");
  await shot(page, "operator-terminate");
  await page.fill("dialog input[name=name]", "somebody else");
  await page.click("dialog footer button.danger");
  await prove(page, operator, check);
  await page.waitForSelector("dialog [aria-invalid=true]");
  check("a wrong name ends nobody", true);
  const name = (await page.innerText("dialog h2")).replace(/^Terminate (.*)\?$/, "$1");
  await page.fill("dialog input[name=name]", name);
  await page.click("dialog footer button.danger");
  await page.waitForSelector("text=/^The contract is terminated/", { timeout: 60_000 });
  check("the certificate is shown", (await page.innerText("main pre.mail")).includes("keys_destroyed"));
  await axe(page, "terminated");
  await shot(page, "operator-terminated");
}

// desk opens a link as the mail has it, and decides.
async function desk({ browser, link, check, shot, axe, watch }) {
  const context = await browser.newContext({ locale: "en-US", ignoreHTTPSErrors: true, viewport: { width: 390, height: 800 } });
  const page = await context.newPage();
  watch(page);
  await page.goto(link);
  await page.waitForSelector(".task");
  await axe(page, "desk");
  await shot(page, "desk-hold");
  const number = await page.innerText(".task");
  await page.reload();
  await page.waitForSelector(".task");
  check("opening a link changes nothing", (await page.innerText(".task")) !== "" && number !== "");
  await page.fill("input[name=typed]", await page.innerText(".task"));
  await page.click(".choice .danger:not([disabled])");
  await page.waitForSelector(".ended li");
  check("a click decides, and the time is told", (await page.locator(".ended .quiet").first().innerText()).length > 5);
  await axe(page, "desk done");
  await shot(page, "desk-done");
  await page.goto(link.split("#")[0] + "#");
  await page.waitForSelector("input[name=reply]");
  await axe(page, "inquiry");
  for (const [name, value] of [["domain", "nobody.example"], ["name", "Somebody"], ["reply", "somebody@else.example"]]) await page.fill(`input[name=${name}]`, value);
  await page.click("form button.primary");
  await page.waitForSelector(".note.good");
  check("a question is taken, whoever asks", true);
  await page.goto(link.split("#")[0] + "#bm90YWxpbms");
  await page.waitForSelector(".note.bad");
  check("a wrong link is told in words", true);
  await context.close();
}
