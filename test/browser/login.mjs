// The login page: passwords wrong and right, both languages, a phone; where it goes afterwards.
export async function run({ accounts, base, open, check: must, shot: picture, access }) {
  const check = (what, ok) => must(ok, what);
  const equal = (what, got, want) => must(got === want, `${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  const shot = (page, name) => picture(page, `login-${name}`);
  const refused = [/status of 401/]; // on purpose
  const ann = accounts.find((a) => a.address.startsWith("ann@"));

  const page = await open({}, refused);
  await page.goto(`${base("mail")}/sign-in`);
  equal("title of the page", await page.textContent("h1"), "Sign in");
  await access(page, "sign-in");
  await shot(page, "light");
  for (const address of [ann.address, "nobody@mori.example"]) {
    await page.fill("input[name=address]", address);
    await page.fill("input[name=password]", "not the password");
    await page.click("button.primary");
    await page.waitForSelector(".note.bad");
    equal(`text for ${address}`, (await page.textContent(".note.bad")).trim(), "Sign-in failed. Check the address and the secret, and try again.");
  }
  await access(page, "after a failure");
  equal("a wrong address signs nobody in", await session(page), false);

  // Where to go afterwards is a path of this origin; another host is not followed.
  await page.goto(`${base("mail")}/sign-in?to=${encodeURIComponent("https://evil.example/x")}`);
  await page.fill("input[name=address]", ann.address);
  await page.fill("input[name=password]", ann.password);
  await page.click("button.primary");
  await page.waitForURL((u) => u.pathname === "/");
  equal("origin after signing in", new URL(page.url()).origin, base("mail"));
  equal("signed in", await session(page), true);
  check("the cookie is out of script's reach", (await page.evaluate(() => document.cookie)) === "");
  const cookie = (await page.context().cookies()).find((c) => c.name === "__Host-sekisho");
  check("the cookie is strict, secure and the server's alone", cookie && cookie.httpOnly && cookie.secure && cookie.sameSite === "Strict");

  // Signing out ends the session, not only the cookie.
  const kept = await page.context().cookies();
  await page.evaluate(() => fetch("/auth/sign-out", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }));
  await page.context().addCookies(kept);
  equal("signed in after signing out", await session(page), false);

  const japanese = await open({ locale: "ja-JP", colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, refused);
  await japanese.goto(`${base("mail")}/sign-in`);
  equal("Japanese title", await japanese.textContent("h1"), "サインイン");
  equal("language of the page", await japanese.getAttribute("html", "lang"), "ja");
  check("no sideways scrolling on a phone", await japanese.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await access(japanese, "phone, dark, Japanese");
  await shot(japanese, "phone-dark-ja");
  await japanese.fill("input[name=address]", ann.address);
  await japanese.fill("input[name=password]", ann.password);
  await japanese.click("button.primary");
  await japanese.waitForURL((u) => u.pathname === "/");
}

const session = (page) => page.evaluate(async () => (await (await fetch("/auth/session")).json()).signedIn);
