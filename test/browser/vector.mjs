// Mails that try to get script, requests or places outside of the frame into the browser, opened one by one in the mail app.
// The test put them into the folder "Vectors" of the data's account. A dialog, an error or a request to another
// host is a failure wherever it comes from; what is looked for here is what was built.
import { signIn } from "./webmail.mjs";

export async function run({ accounts, base, open, check: must, data, shot }) {
  const check = (what, ok) => must(ok, what);
  const equal = (what, got, want) => must(got === want, `${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  const outside = [];
  const page = await open();
  page.context().on("request", (r) => /^(https?|wss?|ftp):/.test(r.url()) && !r.url().startsWith(base("mail")) && !r.url().startsWith(base("content")) && outside.push(r.url()));
  page.context().on("request", (r) => r.url().includes("remote=") && outside.push(r.url())); // nobody asked for pictures from elsewhere
  await signIn(page, base, accounts.find((a) => a.address === data.account));
  await page.waitForSelector(".row .people");
  const { box, mails } = await page.evaluate(async () => {
    const session = await (await fetch("/jmap/session")).json();
    const accountId = Object.keys(session.accounts)[0];
    const ask = async (...methodCalls) => (await (await fetch("/jmap/api", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ using: ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"], methodCalls }) })).json()).methodResponses;
    const [[, boxes]] = await ask(["Mailbox/get", { accountId, ids: null }, "0"]);
    const box = boxes.list.find((b) => b.name === "Vectors").id;
    const [[, found]] = await ask(["Email/query", { accountId, filter: { inMailbox: box }, sort: [{ property: "receivedAt", isAscending: true }], limit: 1000 }, "0"]);
    const mails = [];
    for (let i = 0; i < found.ids.length; i += 100) {
      const [[, got]] = await ask(["Email/get", { accountId, ids: found.ids.slice(i, i + 100), properties: ["subject"] }, "0"]);
      mails.push(...got.list);
    }
    return { box, mails };
  });
  equal("mails in the folder", mails.length, data.mails);
  let shown = 0;
  for (const { id, subject } of mails) {
    await page.evaluate(([box, id]) => (location.hash = `#/mail/${box}/${id}`), [box, id]);
    await page.waitForFunction((id) => location.hash.endsWith(id) && document.querySelector(".mail.open iframe, .mail.open pre.plain"), id);
    const mark = `mark-${subject.match(/\d+/)[0]}.`;
    const frame = await find(page, base("content"), mark);
    check(`${subject}: it is shown`, !!frame);
    if (!frame) continue;
    shown++;
    const bad = await frame.evaluate(wrong);
    check(`${subject}: ${bad.join("; ")}`, bad.length === 0);
  }
  equal("mails that were shown", shown, data.mails);
  await shot(page, "vector");
  check(`requests to others: ${outside.join(" ")}`, outside.length === 0);
  check("nothing reached the app", await page.evaluate(() => !document.querySelector("[onclick],[onerror],[onload]") && document.querySelectorAll("iframe").length <= 1 && !("pwned" in globalThis)));
}

// find waits until the frame shows the mail with a mark.
async function find(page, origin, mark) {
  for (const end = Date.now() + 10_000; Date.now() < end; await page.waitForTimeout(25))
    for (const f of page.frames().filter((f) => f.url().startsWith(origin)))
      if (await f.evaluate((m) => document.body.textContent.includes(m), mark).catch(() => false)) return f;
  return null;
}

// wrong runs in the frame: what no mail may have made there.
function wrong() {
  const bad = [];
  for (const e of document.querySelectorAll("#app *")) {
    if (/^(script|iframe|frame|frameset|object|embed|applet|svg|math|style|link|meta|base|form|input|button|textarea|select|video|audio|source|track|portal|template|noscript|dialog|slot|xmp|plaintext|marquee|canvas)$/i.test(e.localName)) bad.push(e.localName);
    for (const a of e.attributes) {
      const own = (a.name === "src" && a.value.startsWith("blob:")) || a.name === "data-missing";
      if (!own && /^on|^(href|src|srcset|srcdoc|action|formaction|background|poster|data|xlink:href|ping|id|class|name|is|slot|target|usemap)$/i.test(a.name)) bad.push(`${e.localName} ${a.name}=${a.value}`);
    }
    const s = getComputedStyle(e);
    if (s.position !== "static") bad.push(`${e.localName} is ${s.position}`);
    if (/url\(/.test(s.backgroundImage + s.listStyleImage + s.cursor + s.content + s.filter + s.maskImage)) bad.push(`${e.localName} loads by its style`);
  }
  return bad;
}
