// Domains of a contract, with the DNS records to publish and what DNS says now.
import { useState } from "preact/hooks";
import { catalogue, moment } from "../kit/text";
import { read, readTagged, write } from "./api";
import { Confirm, Form } from "./form";
import { Grid, refused } from "./grid";
import type { DnsRecord, Domain, Rotation } from "./model";
import { Await, Copy, Head, State, problemOf, tell, useRead } from "./part";
import { contract, link } from "./place";
import { may, me, t as frame } from "./shell";

const t = catalogue({
  en: {
    about: "Mail for these domains is taken by this installation.", name: "Domain", route: "Goes on to", here: "hosted here", dkim: "DKIM keys", records: "DNS records", add: "Add a domain", edit: "Change", sts: "MTA-STS", stsHelp: "Begin with testing; publish the records, and read the reports before you enforce it. To end it: first ended, some days later not served.", "sts.off": "not served", "sts.none": "ended", "sts.testing": "testing", "sts.enforce": "enforce", remove: "Remove", sure: "Remove this domain? Nothing may use it any more.", removed: "Removed.", saved: "Saved.", search: "Domain name",
    routeHelp: "Next hops, one in a line: host[:port][/may|must|verify]. Empty: mail is hosted here.", proof: "Show that the domain is yours", proofAbout: "Publish this record, then go on. It shows that the domain belongs to this contract.", next: "Next", check: "Check DNS again", finish: "Add", recordsAbout: "Publish these records at your DNS provider. The column on the right is what DNS says now.",
    type: "Type", value: "Value", why: "What for", live: "In DNS now", back: "All domains", host: "Name", ok: "All records are published.", bad: "{n} of {all} records are not published as they should be.", checking: "Asking DNS …", rotate: "Exchange DKIM keys", rotated: "Exchange of DKIM keys", rotateAbout: "Takes the next step in the exchange of this domain's DKIM keys: new keys are made; once their records are published, mail is signed with them; after seven days the old ones are out of use. A step whose time has not come changes nothing.", nextKey: "next", oldKey: "former",
    publish: "New keys are made. Publish these records beside the others, then take the next step.", waiting: "These records are not all published as they should be. Nothing was changed.", switched: "Mail is signed with the new keys. Leave the records of the former keys until {at}.", overlap: "The records of the former keys must stay until {at}. Nothing was changed.", retired: "The exchange is over. The records of the former keys can be removed.",
  },
  ja: {
    about: "このシステムがメールを受け付けるドメインです。", name: "ドメイン", route: "配送先", here: "このシステム", dkim: "DKIM 鍵", records: "DNS レコード", add: "ドメインを追加", edit: "変更", sts: "MTA-STS", stsHelp: "まず試行にして、レコードを公開し、レポートを確認してから強制にしてください。やめるときは終了にして、数日後に公開なしにします。", "sts.off": "公開なし", "sts.none": "終了（none）", "sts.testing": "試行（testing）", "sts.enforce": "強制（enforce）", remove: "削除", sure: "このドメインを削除しますか？ 使用中のものがあると削除できません。", removed: "削除しました。", saved: "保存しました。", search: "ドメイン名",
    routeHelp: "1行に1つ: ホスト[:ポート][/may|must|verify]。空欄ならこのシステムに保存されます。", proof: "ドメインの所有確認", proofAbout: "次のレコードを公開してから進んでください。ドメインがこの契約のものであることを確認します。", next: "次へ", check: "DNS を再確認", finish: "追加", recordsAbout: "DNS 事業者で次のレコードを公開してください。右端は現在の DNS の状態です。",
    type: "種類", value: "値", why: "用途", live: "現在の DNS", back: "ドメイン一覧", host: "名前", ok: "すべてのレコードが公開されています。", bad: "{all} 件中 {n} 件のレコードが正しく公開されていません。", checking: "DNS に照会中…", rotate: "DKIM 鍵の交換", rotated: "DKIM 鍵の交換", rotateAbout: "このドメインの DKIM 鍵の交換を一段階進めます。新しい鍵を作り、そのレコードが公開されたら新しい鍵で署名し、7日後に古い鍵の使用を終えます。時期が来ていない段階では何も変わりません。", nextKey: "次の鍵", oldKey: "以前の鍵",
    publish: "新しい鍵を作りました。次のレコードを追加で公開してから、もう一度実行してください。", waiting: "次のレコードがまだ正しく公開されていません。何も変更していません。", switched: "新しい鍵で署名しています。以前の鍵のレコードは {at} まで残してください。", overlap: "以前の鍵のレコードは {at} まで残してください。何も変更していません。", retired: "交換が終わりました。以前の鍵のレコードは削除できます。",
  },
});

const modes = ["off", "testing", "enforce", "none"] as const;

interface Wish {
  do: "add" | "edit" | "remove";
  domain?: Domain;
  tag?: string;
}

export function DomainScreen() {
  const of = contract.value;
  const root = `/contracts/${of}/domains`;
  const [round, setRound] = useState(0);
  const [wish, setWish] = useState<Wish | null>(null);
  const close = () => setWish(null);
  const done = (text: string) => (setRound(round + 1), tell(text));
  const edit = (d: Domain) => void readTagged<Domain>(`${root}/${d.name}`).then(({ body, tag }) => setWish({ do: "edit", domain: body, tag }), (e) => tell(problemOf(e).title));
  const changes = may("domain:change");
  return (
    <>
      <Head title={frame("domains")} about={t("about")}>{changes && <button class="button primary" onClick={() => setWish({ do: "add" })}>{t("add")}</button>}</Head>
      <Grid<Domain>
        label={frame("domains")} path={root} keyOf={(d) => d.name} file="domains" search={t("search")} round={round}
        columns={[
          { title: t("name"), cell: (d) => <a href={link([of, "domains", d.name])}>{d.name}</a>, kind: "main" },
          { title: t("route"), cell: (d) => d.route.join(", ") || t("here"), kind: "wide" },
          { title: t("sts"), cell: (d) => t(`sts.${d.sts}`) },
          { title: t("dkim"), cell: (d) => d.dkim.map((k) => k.selector + (k.state ? ` (${t(k.state === "next" ? "nextKey" : "oldKey")})` : "")).join(", ") || "—" },
          {
            title: "", kind: "act", cell: (d) => (
              <>
                <a class="button small" href={link([of, "domains", d.name])} aria-label={`${t("records")}: ${d.name}`}>{t("records")}</a>
                {changes && <button class="button small" aria-label={`${t("edit")}: ${d.name}`} onClick={() => edit(d)}>{t("edit")}</button>}
                {changes && <button class="button small danger" aria-label={`${t("remove")}: ${d.name}`} onClick={() => setWish({ do: "remove", domain: d })}>{t("remove")}</button>}
              </>
            ),
          },
        ]}
      />
      {wish?.do === "add" && <Add close={close} done={() => done(t("saved"))} />}
      {wish?.do === "edit" && <Form title={`${t("edit")}: ${wish.domain!.name}`} act={t("edit")} close={close} fields={[{ name: "route", label: t("route"), kind: "lines", value: wish.domain!.route, help: t("routeHelp") }, { name: "sts", label: t("sts"), kind: "select", value: wish.domain!.sts, options: modes.map((m) => [m, t(`sts.${m}`)]), help: t("stsHelp") }]} save={async (v, key) => (await write("PATCH", `${root}/${wish.domain!.name}`, v, wish.tag, key), done(t("saved")))} />}
      {wish?.do === "remove" && <Confirm title={t("remove")} act={t("remove")} close={close} about={<><p><b>{wish.domain!.name}</b></p><p>{t("sure")}</p></>} save={async (key) => (await write("DELETE", `${root}/${wish.domain!.name}`, undefined, "", key), done(t("removed")))} />}
    </>
  );
}

// Add asks for the name, shows the record that proves it, and adds the domain once the record is there.
function Add({ close, done }: { close: () => void; done: () => void }) {
  const of = contract.value;
  const [wish, setWish] = useState<{ name: string; route: string[] } | null>(null);
  const [proof, setProof] = useState<DnsRecord | null>(null);
  const ask = async (name: string) => setProof(await read<DnsRecord>(`/contracts/${of}/domain-proof?name=${encodeURIComponent(name)}`));
  const add = async (body: unknown, key: string) => (await write("POST", `/contracts/${of}/domains`, body, "", key), done());
  if (!wish || !proof) {
    return (
      <Form
        key="name" title={t("add")} act={me.value!.role === "operator" ? t("finish") : t("next")} close={close}
        fields={[{ name: "name", label: t("name"), required: true }, { name: "route", label: t("route"), kind: "lines", help: t("routeHelp") }]}
        save={async (v, key) => {
          if (me.value!.role === "operator") {
            await add(v, key);
            return "";
          }
          await ask(String(v.name));
          setWish(v as { name: string; route: string[] });
          return "stay";
        }}
      />
    );
  }
  return (
    <Form
      key="proof" title={t("proof")} act={t("finish")} close={close} fields={[]} save={(_, key) => add(wish, key)}
      about={<div class="stack"><p>{t("proofAbout")}</p><Table list={[proof]} /><button type="button" class="button" onClick={() => void ask(wish.name)}>{t("check")}</button></div>}
    />
  );
}

function Table({ list }: { list: DnsRecord[] }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={t("records")}>
      <table class="records">
        <thead><tr>{(["host", "type", "value", "why", "live"] as const).map((k) => <th scope="col" key={k}>{t(k)}</th>)}</tr></thead>
        <tbody>
          {list.map((r) => (
            <tr key={r.name + r.type + r.value}>
              <td><div class="copy"><code>{r.name}</code><Copy text={r.name} label={r.name} /></div></td>
              <td>{r.type}</td>
              <td><div class="copy"><code class="value">{r.value}</code><Copy text={r.value} label={`${r.name} ${r.type}`} /></div></td>
              <td class="quiet">{r.why}</td>
              <td>{r.live ? <State family="live" code={r.live} /> : "—"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RecordScreen({ name }: { name: string }) {
  const of = contract.value;
  const path = `/contracts/${of}/domains/${encodeURIComponent(name)}`;
  const reply = useRead<{ items: DnsRecord[] }>(`${path}/records`);
  const [asked, ask] = useState(false);
  const [rotation, setRotation] = useState<Rotation | null>(null);
  return (
    <>
      <Head title={`${t("records")}: ${name}`} about={t("recordsAbout")}>
        {may("domain:change") && <button class="button" onClick={() => ask(true)}>{t("rotate")}</button>}
        <button class="button" onClick={reply.again}>{t("check")}</button>
        <a class="button" href={link([of, "domains"])}>{t("back")}</a>
      </Head>
      {asked && <Confirm title={t("rotate")} act={t("rotate")} close={() => ask(false)} about={<><p><b>{name}</b></p><p>{t("rotateAbout")}</p></>} save={async (key) => (setRotation(await write<Rotation>("POST", `${path}/rotation`, undefined, "", key)), reply.again())} />}
      {rotation && (
        <section class="card" aria-label={t("rotated")}>
          <h2>{t("rotated")}</h2>
          <p class="note" role="status">{t(rotation.step, { at: rotation.until ? moment(new Date(rotation.until)) : "" })}</p>
          <Table list={rotation.records} />
        </section>
      )}
      {!reply.body && !reply.problem && <p class="quiet">{t("checking")}</p>}
      <Await reply={reply} fault={refused}>
        {({ items }) => {
          const n = items.filter((r) => r.live && r.live !== "ok").length;
          return (
            <div class="stack">
              <p class={"note " + (n ? "warn" : "good")} role="status">{n ? t("bad", { n, all: items.length }) : t("ok")}</p>
              <Table list={items} />
            </div>
          );
        }}
      </Await>
    </>
  );
}
