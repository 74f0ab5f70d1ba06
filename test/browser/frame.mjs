// The frame in which mails are shown, given trees as no honest webmail would send them: whoever takes webmail over must not
// get script, requests or forms into a browser by it. It runs under the real policies of both origins.
import { signIn } from "./webmail.mjs";

// What the browser says when script inside the frame is stopped, at the end.
const stopped = [/Refused to connect|violates the following|Fetch API cannot load|requires 'TrustedHTML'|Connecting to 'https:\/\/mail\.localhost\/'/];

export async function run({ accounts, base, open, check: must, shot: picture }) {
  const check = (what, ok) => must(ok, what);
  const equal = (what, got, want) => must(got === want, `${what}: ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`);
  const shot = (page, name) => picture(page, `frame-${name}`);
  const page = await open({}, stopped);
  await signIn(page, base, accounts.find((a) => a.address.startsWith("ann@")));
  const show = (tree, pictures = {}) =>
    page.evaluate(async ({ url, tree, pictures }) => {
      document.querySelector("iframe#tried")?.remove();
      const f = document.createElement("iframe");
      f.id = "tried";
      f.setAttribute("sandbox", "allow-scripts");
      f.src = url;
      f.style.cssText = "position:fixed;inset:0;width:100%;height:100%;z-index:99;background:#fff";
      const said = [];
      addEventListener("message", (e) => e.source === f.contentWindow && said.push(e.data));
      document.body.append(f);
      const until = async (what) => {
        for (let i = 0; i < 200 && !said.some(what); i++) await new Promise((r) => setTimeout(r, 20));
      };
      await until((m) => m.ready);
      said.length = 0;
      let node = tree;
      if (tree === "deep") for (node = "end", tree = 0; tree < 800; tree++) node = ["div", {}, node];
      if (tree === "cycle") (node = ["div", {}]).push(node);
      if (tree === "many") node = ["div", {}, ...Array.from({ length: 200_000 }, () => ["i", {}, "x"])];
      f.contentWindow.postMessage({ show: node, pictures: Object.fromEntries(Object.entries(pictures).map(([n, p]) => [n, { type: p.type, bytes: new Uint8Array(p.bytes).buffer }])) }, "*");
      await until((m) => "height" in m);
      return said;
    }, { url: `${base("content")}/`, tree, pictures });
  const frame = () => page.frames().find((f) => f.url().startsWith(base("content")));

  const said = await show(["div", {}, ["h1", {}, "Title"], ["p", { style: { color: "#c00", "font-weight": "bold" } }, "日本語のメール ", ["a", { link: 3 }, "a link"]], ["table", { border: 1 }, ["tbody", {}, ["tr", {}, ["td", {}, "cell"]]]]]);
  check("it tells its height", said.some((m) => m.height > 10));
  equal("text", await frame().textContent("h1"), "Title");
  equal("colour", await frame().evaluate(() => getComputedStyle(document.querySelector("p")).color), "rgb(204, 0, 0)");
  const clicked = page.evaluate(() => new Promise((r) => addEventListener("message", (e) => "link" in e.data && r(e.data.link))));
  await frame().click("a");
  equal("the number of the link that was clicked", await clicked, 3);
  await shot(page, "plain");

  for (const group of groups([...hostile()], 40)) {
    const name = `${group[0][0]} to ${group.at(-1)[0]}`;
    await show(["div", {}, ...group.map(([, tree]) => tree)]);
    equal(`${name}: what follows is shown`, await frame().evaluate(() => document.querySelectorAll("#app > div").length), 1);
    const left = await frame().evaluate(() => {
      const bad = [];
      for (const e of document.querySelectorAll("#app *")) {
        if (/^(script|iframe|frame|object|embed|applet|svg|math|style|link|meta|base|form|input|button|textarea|select|video|audio|source|track|portal|template|noscript|dialog|slot|isindex|xmp|plaintext|listing|title|head|body|html)$/i.test(e.localName)) bad.push(e.localName);
        for (const a of e.attributes)
          if (/^on|^(href|src|srcset|srcdoc|action|formaction|background|poster|data|xlink:href|ping|id|class|name|is|slot|contenteditable|autofocus|target|usemap|style)$/i.test(a.name) && !(a.name === "src" && a.value.startsWith("blob:")) && !(a.name === "style" && !/url|expression|position|image/i.test(a.value))) bad.push(`${e.localName} ${a.name}=${a.value}`);
      }
      return bad;
    });
    check(`${name}: ${left.join("; ")}`, left.length === 0);
    check(`${name}: script ran`, !(await page.evaluate(() => "pwned" in globalThis)) && !(await frame().evaluate(() => "pwned" in globalThis)));
  }

  // Trees that only tire: the frame must still answer.
  for (const tree of ["deep", "cycle", "many"]) check(`it answers a tree that is ${tree}`, (await show(tree)).some((m) => "height" in m));

  // Pictures come as bytes, of two types, and nothing else.
  const png = [...Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64")];
  const svg = [...Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.pwned=1"><script>top.pwned=1</script></svg>')];
  await show(["div", {}, ["img", { picture: 1 }], ["img", { picture: 2 }]], { 1: { type: "image/png", bytes: png }, 2: { type: "image/svg+xml", bytes: svg } });
  const shown = await frame().evaluate(() => [...document.images].map((i) => i.src.slice(0, 5)));
  equal("pictures", shown.join(","), "blob:,");

  // Even script inside the frame, were there any, reaches nothing: no network, no parent, no storage.
  const reach = await frame().evaluate(async () => {
    const out = {};
    const probe = async (name, f) => {
      try {
        await f();
        out[name] = "reached";
      } catch {
        out[name] = "refused";
      }
    };
    await probe("network", () => fetch("https://mail.localhost/"));
    await probe("parent", () => parent.document.title);
    await probe("storage", () => localStorage.length);
    await probe("cookie", () => document.cookie);
    await probe("markup", () => (document.createElement("div")["inner" + "HTML"] = "<b>x</b>"));
    return out;
  });
  equal("what the frame reaches", JSON.stringify(Object.entries(reach).filter(([, v]) => v === "reached")), "[]");
}

function groups(list, n) {
  return Array.from({ length: Math.ceil(list.length / n) }, (_, i) => list.slice(i * n, i * n + n));
}

// hostile gives trees by name.
function* hostile() {
  const run = "top.pwned=parent.pwned=1;alert(1)";
  for (const name of "script SCRIPT iframe frame frameset object embed applet svg math style link meta base form input button textarea select video audio source picture template noscript dialog slot portal body html head title xmp plaintext listing foreignObject animate set use a:b x-custom".split(" "))
    yield [`element ${name}`, ["div", {}, [name, { src: `javascript:${run}`, href: "data:text/html,<script>alert(1)</script>", srcdoc: `<script>${run}</script>`, content: "0;url=https://evil.example/", "http-equiv": "refresh", data: "https://evil.example/", type: "image/svg+xml", action: "https://evil.example/", rel: "stylesheet" }, run]]];
  for (const name of ["onclick", "onload", "onerror", "onmouseover", "onfocus", "ontoggle", "onanimationend", "ONERROR", "on\u0000error"]) yield [`attribute ${JSON.stringify(name)}`, ["img", { [name]: run, picture: 9 }]];
  for (const name of ["href", "src", "srcset", "srcdoc", "background", "action", "formaction", "poster", "data", "xlink:href", "ping", "id", "class", "name", "is", "target", "usemap", "contenteditable", "autofocus", "nonce", "style"])
    yield [`address in ${name}`, ["a", { link: 1, [name]: name === "style" ? `background:url(https://evil.example/)` : `javascript:${run}` }, "x"]];
  for (const value of ["url(https://evil.example/a)", "URL('https://evil.example/a')", "u\\72l(https://evil.example/)", "image-set('https://evil.example/a' 1x)", "expression(alert(1))", "-moz-binding:url(x)", "red;background:url(https://evil.example/)", "red}body{background:url(https://evil.example/)", "var(--x,url(https://evil.example/))", "/*x*/url(https://evil.example/)", "env(x, url(https://evil.example/))", "attr(title)", "element(#app)", "cross-fade(url(https://evil.example/a), red)", "src('https://evil.example/a')"])
    for (const property of ["background-color", "color", "width", "list-style-type", "font-family", "background", "background-image", "content", "cursor", "filter", "behavior"]) yield [`style ${property}: ${value}`, ["p", { style: { [property]: value } }, "x"]];
  for (const property of ["position", "z-index", "top", "left", "inset", "transform", "animation", "transition", "opacity", "pointer-events", "clip-path", "mask", "cssText", "setProperty", "--x", "zoom", "visibility"])
    yield [`style ${property}`, ["p", { style: { [property]: property === "position" ? "fixed" : "0" } }, "x"]];
  yield ["prototype", ["div", JSON.parse('{"__proto__":{"onclick":"alert(1)"},"constructor":"x","style":{"__proto__":{"color":"url(https://evil.example/)"}}}'), "x"]];
  yield ["children that are not nodes", ["div", {}, null, 7, true, {}, [], [7], [["script", {}]], ["p", null, "x"], ["p", "onclick", "x"], { tag: "script" }]];
  yield ["picture that is not a number", ["img", { picture: "__proto__" }]];
  yield ["link that is an address", ["a", { link: "javascript:alert(1)" }, "x"]];
  yield ["text that is markup", ["p", {}, "<img src=x onerror=alert(1)><script>alert(1)</script>"]];
}
