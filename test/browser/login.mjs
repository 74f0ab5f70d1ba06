// The login page: passwords wrong and right, both languages, a phone; where it goes afterwards.
export async function run({ accounts, base, fresh, check, equal, shot, axe, allow, signIn }) {
  allow(/status of 401/);
  const ann = accounts.find((a) => a.address.startsWith("ann@"));

  const page = await fresh();
  await page.goto(`${base.mail}/sign-in`);
  equal("title of the page", await page.textContent("h1"), "Sign in");
  await axe(page, "sign-in");
  await shot(page, "light");
  for (const address of [ann.address, "nobody@mori.example"]) {
    await page.fill("input[name=address]", address);
    await page.fill("input[name=password]", "not the password");
    await page.click("button.primary");
    await page.waitForSelector(".note.bad");
    equal(`text for ${address}`, (await page.textContent(".note.bad")).trim(), "Sign-in failed. Check the address and the secret, and try again.");
  }
  await axe(page, "after a failure");
  equal("a wrong address signs nobody in", await session(page), false);

  // Where to go afterwards is a path of this origin; another host is not followed.
  await page.goto(`${base.mail}/sign-in?to=${encodeURIComponent("https://evil.example/x")}`);
  await page.fill("input[name=address]", ann.address);
  await page.fill("input[name=password]", ann.password);
  await page.click("button.primary");
  await page.waitForURL((u) => u.pathname === "/");
  equal("origin after signing in", new URL(page.url()).origin, base.mail);
  equal("signed in", await session(page), true);
  check("the cookie is out of script's reach", (await page.evaluate(() => document.cookie)) === "");
  const cookie = (await page.context().cookies()).find((c) => c.name === "__Host-sekisho");
  check("the cookie is strict, secure and the server's alone", cookie && cookie.httpOnly && cookie.secure && cookie.sameSite === "Strict");

  // Signing out ends the session, not only the cookie.
  const kept = await page.context().cookies();
  await page.evaluate(() => fetch("/auth/sign-out", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" }));
  await page.context().addCookies(kept);
  equal("signed in after signing out", await session(page), false);

  const japanese = await fresh({ language: "ja", theme: "dark", size: "phone" });
  await japanese.goto(`${base.mail}/sign-in`);
  equal("Japanese title", await japanese.textContent("h1"), "サインイン");
  equal("language of the page", await japanese.getAttribute("html", "lang"), "ja");
  check("no sideways scrolling on a phone", await japanese.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await axe(japanese, "phone, dark, Japanese");
  await shot(japanese, "phone-dark-ja");
  await signIn(japanese, ann);
}

const session = (page) => page.evaluate(async () => (await (await fetch("/auth/session")).json()).signedIn);
