// Contracts for operators, and the settings of one for its administrators.
import { useEffect, useState } from "preact/hooks";
import { bytes, catalogue } from "../kit/text";
import { readTagged, write } from "./api";
import { Ending } from "./ending";
import { Form, type Field, type Values } from "./form";
import { Grid, refused } from "./grid";
import { HealthSummary } from "./health";
import type { Contract, ContractMade, Limit } from "./model";
import { Copy, Head, Modal, State, problemOf, tell } from "./part";
import { contract, link } from "./place";
import { may, me, t as frame } from "./shell";
import { say } from "./wording";
import type { Problem } from "../kit/http";

const t = catalogue({
  en: {
    search: "Name or domain", name: "Name", status: "Status", domains: "Domains", archive: "Archive", policy: "Policy", "policy.own": "its own", "policy.default": "default", add: "Add a contract", save: "Save", saved: "Saved.", language: "Language of notices", ja: "Japanese", en: "English", networks: "Networks that may relay", networksHelp: "CIDR, one in a line.",
    recovery: "Officers for recovery", recoveryHelp: "\"2/3\": any two of three officers; \"none\"; empty: two of three with the operator.", archiveAll: "Archive every mail", shares: "Shares for the officers", sharesAbout: "Give one to each officer. They are shown only now; any {need} of them open the archive and lost mailboxes.", kept: "One more is kept for the operator.", share: "Share {n}",
    senders: "Lists of senders", own: "everybody may have one", none: "the organisation's only", digest: "Digest of quarantine", digestHelp: "\"off\", hours such as \"6h\", or a time such as \"08:00\" or \"08:00+09:00\".", digestDaily: "daily at 08:00",
    unscanned: "When inspection fails", defer: "ask the sender to try later", quarantine: "keep the mail in quarantine", people: "Names that others may borrow", peopleHelp: "One in a line: name <address>. Mail that uses these names from elsewhere is looked at closely.", edit: "Change", keys: "Keys", ready: "made", unready: "not made", yes: "yes", no: "no", message: "Largest mail", recipients: "Recipients of one mail", total: "Recipients an hour, all together", hourly: "Recipients an hour, one account", daily: "Recipients a day, one account",
    byDefault: "installation's default", limitHelp: "0: the installation's default.", limits: "Limits", open: "Open", hold: "Legal hold", holdHelp: "Why its data may not be destroyed; none lifts it.", forward: "Domains that rules of people may forward mail to", forwardHelp: "One in a line, besides the contract's own; * is any. Empty: nowhere else.", wait: "Most minutes that people's own mail may wait", waitHelp: "Before it leaves, so that they can take it back; each person decides in webmail. 0: nobody's mail waits by default.", reply: "Who gets automatic replies", "reply.all": "everybody", "reply.inside": "the contract's own people", "reply.nobody": "nobody",
  },
  ja: {
    search: "名前またはドメイン", name: "名前", status: "状態", domains: "ドメイン", archive: "アーカイブ", policy: "ポリシー", "policy.own": "独自", "policy.default": "標準", add: "契約を追加", save: "保存", saved: "保存しました。", language: "通知の言語", ja: "日本語", en: "英語", networks: "中継を許可するネットワーク", networksHelp: "CIDR 形式、1行に1つ。",
    recovery: "復旧担当者", recoveryHelp: "「2/3」は3人中2人、「none」はなし。空欄は運用者を含む3人中2人。", archiveAll: "すべてのメールをアーカイブする", shares: "担当者の分割鍵", sharesAbout: "担当者に1つずつ渡してください。表示は今回だけです。{need} つそろうと、アーカイブや失われたメールボックスを開けます。", kept: "もう1つを運用者が保管しています。", share: "分割鍵 {n}",
    senders: "差出人リスト", own: "各自で設定可", none: "組織のリストのみ", digest: "隔離のお知らせ", digestHelp: "「off」、「6h」のような時間、または「08:00」「08:00+09:00」のような時刻。", digestDaily: "毎日 8:00",
    unscanned: "検査できないとき", defer: "送信元に再送を求める", quarantine: "隔離する", people: "なりすましを警戒する名前", peopleHelp: "1行に1つ: 名前 <アドレス>。他のアドレスからこの名前を使うメールを詳しく調べます。", edit: "変更", keys: "鍵", ready: "作成済み", unready: "未作成", yes: "あり", no: "なし", message: "メールの最大サイズ", recipients: "1通の宛先数", total: "全体の宛先数（毎時）", hourly: "1アカウントの宛先数（毎時）", daily: "1アカウントの宛先数（毎日）",
    byDefault: "システムの標準", limitHelp: "0 はシステムの標準。", limits: "上限", open: "開く", hold: "訴訟ホールド", holdHelp: "データを破棄できない理由。none で解除。", forward: "個人ルールで転送できるドメイン", forwardHelp: "1行に1つ。自組織は常に可。* はすべて。空欄は自組織のみ。", wait: "送信待ち時間の上限（分）", waitHelp: "各自がウェブメールで、送信を取り消せるよう実際の送信を遅らせることができる時間。0 は不可。", reply: "自動応答の相手", "reply.all": "全員", "reply.inside": "自組織のみ", "reply.nobody": "なし",
  },
});

const limits = ["message", "recipients", "total", "hourly", "daily"] as const;
const languages: [string, string][] = [["ja", "日本語"], ["en", "English"]];

export function ContractScreen() {
  const [round, setRound] = useState(0);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<ContractMade | null>(null);
  return (
    <>
      <Head title={frame("contracts")}>{may("contracts:manage") && <button class="button primary" onClick={() => setAdding(true)}>{t("add")}</button>}</Head>
      {may("system:view") && <HealthSummary />}
      <Grid<Contract>
        label={frame("contracts")} path="/contracts" keyOf={(k) => k.id} file="contracts" search={t("search")} round={round}
        filters={[{ name: "status", label: t("status"), options: ["active", "suspended", "terminated"].map((s) => [s, say("status", s)]) }]}
        columns={[
          { title: "#", cell: (k) => k.id, kind: "number" },
          { title: t("name"), cell: (k) => <a href={link([k.id, "settings"])}>{k.name}</a>, kind: "main" },
          { title: t("status"), cell: (k) => <State family="status" code={k.status} /> },
          { title: t("domains"), cell: (k) => k.domains.join(", ") || "—", kind: "wide" },
          { title: t("policy"), cell: (k) => t(k.policy === "own" ? "policy.own" : "policy.default") },
          { title: t("archive"), cell: (k) => (k.archive ? t("yes") : t("no")) },
          { title: t("keys"), cell: (k) => (k.ready ? t("ready") : <span class="state warn">{t("unready")}</span>) },
        ]}
      />
      {adding && (
        <Form
          title={t("add")} act={t("add")} close={() => setAdding(false)}
          fields={[
            { name: "name", label: t("name"), required: true }, { name: "language", label: t("language"), kind: "select", value: "ja", options: languages }, { name: "networks", label: t("networks"), kind: "lines", help: t("networksHelp") },
            { name: "recovery", label: t("recovery"), help: t("recoveryHelp") }, { name: "archive", label: t("archiveAll"), kind: "check" },
          ]}
          save={async (v, key) => {
            setMade(await write<ContractMade>("POST", "/contracts", v, "", key));
            setRound(round + 1);
          }}
        />
      )}
      {made?.shares && (
        <Modal title={t("shares")} close={() => setMade(null)}>
          <div class="stack">
            <p class="note warn">{t("sharesAbout", { need: made.shares.need })} {made.shares.kept && t("kept")}</p>
            {made.shares.words.map((w, i) => <div class="secret" key={i}><span>{t("share", { n: i + 1 })}</span><code>{w}</code><Copy text={w} label={t("share", { n: i + 1 })} /></div>)}
          </div>
        </Modal>
      )}
    </>
  );
}

function fieldsOf(k: Contract): Field[] {
  const list: Field[] = [
    { name: "language", label: t("language"), kind: "select", value: k.language, options: languages }, { name: "unscanned", label: t("unscanned"), kind: "select", value: k.unscanned, options: [["defer", t("defer")], ["quarantine", t("quarantine")]] },
    { name: "senders", label: t("senders"), kind: "select", value: k.senders, options: [["own", t("own")], ["none", t("none")]] }, { name: "digest", label: t("digest"), value: k.digest, help: t("digestHelp") },
    { name: "people", label: t("people"), kind: "lines", value: k.people.map((p) => `${p.Name} <${p.Address}>`), help: t("peopleHelp") },
    { name: "forward", label: t("forward"), kind: "lines", value: k.forward, help: t("forwardHelp") },
    { name: "wait", label: t("wait"), kind: "number", value: k.wait, help: t("waitHelp") },
    { name: "reply", label: t("reply"), kind: "select", value: k.reply, options: (["all", "inside", "nobody"] as const).map((r) => [r, t(`reply.${r}`)]) },
  ];
  if (me.value!.role !== "operator") return list;
  return [
    { name: "name", label: t("name"), value: k.name, required: true }, { name: "status", label: t("status"), kind: "select", value: k.status, options: ["active", "suspended"].map((s) => [s, say("status", s)]) },
    { name: "hold", label: t("hold"), value: k.hold, help: t("holdHelp") },
    { name: "networks", label: t("networks"), kind: "lines", value: k.networks, help: t("networksHelp") }, ...limits.map((l): Field => ({ name: l, label: t(l), kind: "number", value: k.limit[l], help: t("limitHelp") })), ...list,
  ];
}

// changes are the members that the person changed: what is absent stays.
function changes(v: Values, k: Contract): Values {
  const out: Values = {};
  for (const name of ["name", "status", "language", "unscanned", "senders", "digest", "reply", "hold"] as const) if (v[name] !== undefined && v[name] !== (k[name] ?? "")) out[name] = v[name];
  if (v.wait !== k.wait) out.wait = v.wait;
  if (v.networks && JSON.stringify(v.networks) !== JSON.stringify(k.networks)) out.networks = v.networks;
  if (v.forward && JSON.stringify(v.forward) !== JSON.stringify(k.forward)) out.forward = v.forward;
  const people = (v.people as string[]).map((line) => {
    const m = /^(.*?)\s*<([^<>]+)>$/.exec(line);
    return m ? { Name: m[1], Address: m[2] } : { Name: "", Address: line };
  });
  if (JSON.stringify(people) !== JSON.stringify(k.people)) out.people = people;
  if (limits.some((l) => v[l] !== undefined && v[l] !== k.limit[l])) out.limit = Object.fromEntries(limits.map((l) => [l, v[l]])) as unknown as Limit;
  return out;
}

export function SettingScreen() {
  const of = contract.value;
  const [got, setGot] = useState<{ body: Contract; tag: string } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [editing, setEditing] = useState(false);
  const load = () => readTagged<Contract>(`/contracts/${of}`).then((g) => (setGot(g), setProblem(null)), (e) => setProblem(problemOf(e)));
  useEffect(() => void load(), [of]);
  const k = got?.body;
  const row = (name: string, value: unknown) => <><dt>{name}</dt><dd>{value as string}</dd></>;
  return (
    <>
      <Head title={k ? `${frame("settings")}: ${k.name}` : frame("settings")}>{k && k.status !== "terminated" && may("contract:change") && <button class="button primary" onClick={() => setEditing(true)}>{t("edit")}</button>}</Head>
      {problem && refused(problem)}
      {k && (
        <div class="columns even">
          <section class="card">
            <dl class="facts">
              {row(t("name"), k.name)}
              {row(t("status"), <State family="status" code={k.status} />)}
              {row(t("domains"), k.domains.map((d, i) => <>{i > 0 && ", "}<a href={link([of, "domains", d])} key={d}>{d}</a></>))}
              {row(t("language"), k.language === "en" ? t("en") : t("ja"))}
              {row(t("keys"), k.ready ? t("ready") : t("unready"))}
              {row(t("archive"), k.archive ? t("yes") : t("no"))}
              {row(t("policy"), t(k.policy === "own" ? "policy.own" : "policy.default"))}
              {row(t("unscanned"), k.unscanned === "quarantine" ? t("quarantine") : t("defer"))}
              {row(t("senders"), k.senders === "none" ? t("none") : t("own"))}
              {row(t("digest"), k.digest || t("digestDaily"))}
              {row(t("forward"), k.forward.join(", ") || "—")}
              {row(t("wait"), k.wait)}
              {row(t("reply"), t(`reply.${k.reply}` as "reply.all"))}
              {row(t("networks"), k.networks.join(", ") || "—")}
              {row(t("people"), k.people.map((p) => `${p.Name} <${p.Address}>`).join(", ") || "—")}
            </dl>
          </section>
          <section class="card">
            <h2>{t("limits")}</h2>
            {k.hold && <p class="note warn">{t("hold")}: {k.hold}</p>}
            <dl class="facts">{limits.map((l) => row(t(l), k.limit[l] ? (l === "message" ? bytes(k.limit[l]) : k.limit[l]) : t("byDefault")))}</dl>
          </section>
          {may("contracts:manage") && <Ending k={k} own={k.id === me.value!.contract} done={() => void load()} />}
        </div>
      )}
      {editing && k && (
        <Form
          title={t("edit")} act={t("save")} fields={fieldsOf(k)} close={() => setEditing(false)}
          save={async (v, key) => {
            await write("PATCH", `/contracts/${of}`, changes(v, k), got.tag, key);
            tell(t("saved"));
            await load();
          }}
        />
      )}
    </>
  );
}
