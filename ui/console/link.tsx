// Links in mail: hosts that are allowed or blocked, and how often links were clicked.
import { useState } from "preact/hooks";
import { catalogue } from "../kit/text";
import { write } from "./api";
import { Confirm, Form } from "./form";
import { Grid } from "./grid";
import type { Clicks, Links } from "./model";
import { Await, Head, When, tell, useRead } from "./part";
import { contract } from "./place";
import { may, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Where a rule rewrites links (action rewrite-links), they lead over a page that looks at the address when it is clicked. Links to allowed hosts stay as they are; to blocked ones nobody can go on. What is below a host counts too.", allow: "Allowed", block: "Blocked", add: "Add hosts", hosts: "Hosts", hostsHelp: "One in a line, without https:// and path.", list: "List", save: "Save", saved: "Saved.", remove: "Remove", sure: "Take this host off the list?", empty: "No hosts are listed.",
    direct: "Links to hosts that were allowed later open at once", ask: "Links to hosts that were allowed later show the page first", change: "Change", clicks: "Clicks, last 30 days", site: "Domain", result: "Result", count: "Clicks", last: "Last day", none: "No link was clicked.", host: "Host",
    "result.shown": "page was shown", "result.direct": "opened at once", "result.blocked": "blocked", "result.expired": "too old", "result.reported": "reported",
  },
  ja: {
    about: "規則（動作 rewrite-links）で書き換えたリンクは、クリック時に行き先を確認するページを経由します。許可したホストへのリンクは書き換えず、拒否したホストへは進めません。下位のホストも対象です。", allow: "許可", block: "拒否", add: "ホストを追加", hosts: "ホスト", hostsHelp: "1行に1つ。https:// やパスは不要です。", list: "一覧", save: "保存", saved: "保存しました。", remove: "削除", sure: "このホストを一覧から外しますか？", empty: "登録されたホストはありません。",
    direct: "後から許可したホストへのリンクは、確認ページなしで開きます", ask: "後から許可したホストへのリンクでも、確認ページを表示します", change: "変更", clicks: "クリック数（直近30日）", site: "ドメイン", result: "結果", count: "クリック数", last: "最終日", none: "クリックされたリンクはありません。", host: "ホスト",
    "result.shown": "確認ページを表示", "result.direct": "そのまま開いた", "result.blocked": "拒否", "result.expired": "期限切れ", "result.reported": "通報",
  },
});

const word = (r: string) => (["shown", "direct", "blocked", "expired", "reported"].includes(r) ? t(`result.${r as "shown"}`) : r);

export function LinkScreen() {
  const of = contract.value;
  const root = `/contracts/${of}/links`;
  const reply = useRead<Links>(root);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState("");
  const changes = may("policy:change");
  const set = async (body: object, key: string) => {
    await write("POST", root, body, "", key);
    setAdding(false);
    setRemoving("");
    reply.again();
    tell(t("saved"));
  };
  return (
    <>
      <Head title={frame("links")} about={t("about")}>{changes && <button class="button primary" onClick={() => setAdding(true)}>{t("add")}</button>}</Head>
      <div class="stack">
        <Await reply={reply}>
          {(l) => (
            <div class="stack">
              <section class="card">
                {l.allow.length + l.block.length === 0 ? <p class="none">{t("empty")}</p> : (
                  <div class="table" tabIndex={0} role="region" aria-label={t("hosts")}>
                    <table>
                      <thead><tr><th scope="col">{t("host")}</th><th scope="col">{t("list")}</th>{changes && <th scope="col"><span class="hidden">{t("remove")}</span></th>}</tr></thead>
                      <tbody>
                        {[...l.block.map((h) => [h, "block"] as const), ...l.allow.map((h) => [h, "allow"] as const)].map(([h, list]) => (
                          <tr key={h}>
                            <td class="main">{h}</td>
                            <td><span class={`state ${list === "allow" ? "good" : "bad"}`}>{t(list)}</span></td>
                            {changes && <td class="act"><button class="button small danger" aria-label={`${t("remove")}: ${h}`} onClick={() => setRemoving(h)}>{t("remove")}</button></td>}
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                )}
                <p class="row"><span>{l.direct ? t("direct") : t("ask")}</span>{changes && <button class="button small" onClick={() => void set({ do: l.direct ? "ask" : "direct" }, crypto.randomUUID())}>{t("change")}</button>}</p>
              </section>
            </div>
          )}
        </Await>
        {may("statistics:view") && (
          <section class="stack">
            <h2>{t("clicks")}</h2>
            <Grid<Clicks>
              label={t("clicks")} path={`/contracts/${of}/clicks?days=30`} keyOf={(x) => x.site + " " + x.result} file="clicks" empty={t("none")}
              columns={[
                { title: t("site"), cell: (x) => x.site, kind: "main" },
                { title: t("result"), cell: (x) => word(x.result) },
                { title: t("count"), cell: (x) => x.count, kind: "number" },
                { title: t("last"), cell: (x) => <When at={x.last} /> },
              ]}
            />
          </section>
        )}
      </div>
      {adding && <Form title={t("add")} act={t("save")} close={() => setAdding(false)} fields={[{ name: "do", label: t("list"), kind: "select", value: "block", options: [["block", t("block")], ["allow", t("allow")]] }, { name: "hosts", label: t("hosts"), kind: "lines", required: true, help: t("hostsHelp") }]} save={set} />}
      {removing && <Confirm title={t("remove")} act={t("remove")} close={() => setRemoving("")} about={<><p><b>{removing}</b></p><p>{t("sure")}</p></>} save={(key) => set({ do: "remove", hosts: [removing] }, key)} />}
    </>
  );
}
