// What was kept from the person: mails to him in quarantine, mails of his on hold.
import { useEffect, useState } from "preact/hooks";
import { confirm } from "../kit/dialog";
import { Icon } from "../kit/icon";
import { bytes, catalogue, moment } from "../kit/text";
import { fail, toast } from "../kit/toast";
import { loadBoxes } from "./data";
import { inWords } from "./finding";
import { Refusal, call, chain, ref, type Changed } from "./jmap";
import type { Kept } from "./model";
import { SharedList } from "./shared";
import { address, place } from "./place";

const t = catalogue({
  en: {
    quarantine: "Quarantine", hold: "On hold", shared: "Shared files", aboutQuarantine: "These mails were not delivered to you because they look dangerous or unwanted. Release one only if you are sure that it is what it says.", aboutHold: "These mails of yours wait before they leave. You can send one now, or stop it.",
    none: "Nothing is kept here", release: "Release to the inbox", discard: "Throw away", allow: "Release, and trust the sender", ask: "Ask an administrator", asked: "An administrator was asked for it.", block: "Throw away, and block the sender", blocked: "Thrown away. Mail of this sender goes to Junk from now on.", send: "Send now", cancel: "Do not send", released: "Released to the inbox", discarded: "Thrown away", allowed: "Released. The sender is trusted from now on.", sent: "Sent", cancelled: "Stopped. It is in your drafts.",
    sure: "Release this mail?", sureText: "It was kept because: {why}", from: "From", to: "To", until: "Kept until {when}", atEndSend: "It is sent then", atEndDiscard: "It is deleted then", filter: "Filter", search: "Search", more: "Show more", gone: "Somebody else decided already.", rule: "Rule",
  },
  ja: {
    quarantine: "隔離", hold: "保留中", shared: "共有ファイル", aboutQuarantine: "危険または不要と判断され、配信されなかったメールです。内容が確かな場合だけ解放してください。", aboutHold: "送信前に待機しているあなたのメールです。今すぐ送信することも、取りやめることもできます。",
    none: "ここには何もありません", release: "受信トレイへ解放", discard: "破棄", allow: "解放して差出人を許可", ask: "管理者に依頼", asked: "管理者に依頼しました。", block: "破棄して差出人を拒否", blocked: "破棄しました。今後この差出人のメールは迷惑メールに入ります。", send: "今すぐ送信", cancel: "送信しない", released: "受信トレイへ解放しました", discarded: "破棄しました", allowed: "解放しました。今後この差出人を許可します。", sent: "送信しました", cancelled: "送信を取りやめました。下書きにあります。",
    sure: "このメールを解放しますか?", sureText: "保管の理由: {why}", from: "差出人", to: "宛先", until: "{when}まで保管", atEndSend: "期限に送信されます", atEndDiscard: "期限に削除されます", filter: "絞り込み", search: "検索", more: "さらに表示", gone: "すでに処理されています。", rule: "ルール",
  },
});

type Do = "release" | "discard" | "allow" | "ask" | "block" | "send" | "cancel";
const said: Record<Do, Parameters<typeof t>[0]> = { release: "released", discard: "discarded", allow: "allowed", ask: "asked", block: "blocked", send: "sent", cancel: "cancelled" };
const page = 50;

export default function KeptScreen() {
  return place.value.part === "shared" ? <SharedScreen /> : <KeptList />;
}

function Tabs({ at }: { at: "quarantine" | "hold" | "shared" }) {
  return (
    <nav class="tabs" aria-label={t("filter")}>
      {(["quarantine", "hold", "shared"] as const).map((f) => <a key={f} href={address({ screen: "kept", part: f })} aria-current={f === at ? "page" : undefined}>{t(f)}</a>)}
    </nav>
  );
}

function SharedScreen() {
  return (
    <div class="screen">
      <header><h1>{t("shared")}</h1></header>
      <Tabs at="shared" />
      <SharedList />
    </div>
  );
}

function KeptList() {
  const fate = place.value.part === "hold" ? "hold" : "quarantine";
  const [list, setList] = useState<Kept[] | null>(null);
  const [total, setTotal] = useState(0);
  const [text, setText] = useState("");
  const load = async (from = 0) => {
    try {
      const [q, g] = await chain([["Kept/query", { filter: { fate, ...(text ? { text } : {}) }, position: from, limit: page }], ["Kept/get", { "#ids": ref(0, "Kept/query", "/ids") }]]);
      setTotal(Number(q!.total ?? q!.ids.length));
      setList((old) => (from > 0 ? [...(old ?? []), ...g!.list] : g!.list));
    } catch (e) {
      fail(e);
      setList((old) => old ?? []);
    }
  };
  useEffect(() => {
    setList(null);
    const wait = setTimeout(load, text ? 250 : 0);
    return () => clearTimeout(wait);
  }, [fate, text]);
  const act = async (k: Kept, what: Do) => {
    const why = [k.reason, ...k.findings.map(inWords)].filter(Boolean).join(" ");
    if ((what === "release" || what === "allow") && !(await confirm({ title: t("sure"), text: <><p><strong>{k.subject}</strong><br />{k.from}</p><p>{t("sureText", { why })}</p></>, yes: t(what), danger: true }))) return;
    try {
      const r = await call<Changed<unknown>>("Kept/set", { update: { [k.id]: { do: what } } });
      const bad = r.notUpdated?.[k.id];
      if (bad) throw new Refusal(bad.type, bad.type === "notFound" ? t("gone") : (bad.description ?? ""));
      setList((old) => (what === "ask" ? old?.map((x) => (x.id === k.id ? { ...x, asked: true } : x)) : old?.filter((x) => x.id !== k.id)) ?? null);
      if (what !== "ask") setTotal((n) => n - 1);
      toast({ text: t(said[what]) });
      void loadBoxes().catch(() => {});
    } catch (e) {
      fail(e);
      void load();
    }
  };
  return (
    <div class="screen">
      <header>
        <h1>{t(fate)}</h1>
        <input type="search" class="input" aria-label={t("search")} placeholder={t("search")} value={text} onInput={(e) => setText(e.currentTarget.value)} />
      </header>
      <Tabs at={fate} />
      <p class="about">{t(fate === "hold" ? "aboutHold" : "aboutQuarantine")}</p>
      <ul class="cards">
        {list?.map((k) => (
          <li key={k.id} class="card">
            <div>
              <p class="title">{k.subject || "—"}</p>
              <p>{fate === "hold" ? `${t("to")}: ${k.recipient}` : `${t("from")}: ${k.from}`}</p>
              <p class="small">{moment(new Date(k.arrived))} · {bytes(k.size)}{k.until ? ` · ${t("until", { when: moment(new Date(k.until)) })} — ${t(k.atEnd === "send" ? "atEndSend" : "atEndDiscard")}` : ""}</p>
              <p class="why">{[k.reason, ...new Set(k.findings.map(inWords))].filter(Boolean).join(" · ")}{k.rule ? ` (${t("rule")}: ${k.rule})` : ""}</p>
            </div>
            <div class="buttons">
              {fate === "hold" ? (
                <>
                  <button type="button" class="button tiny" onClick={() => void act(k, "send")}>{t("send")}</button>
                  <button type="button" class="button tiny danger" onClick={() => void act(k, "cancel")}>{t("cancel")}</button>
                </>
              ) : (
                <>
                  {k.mayRelease && <button type="button" class="button tiny" onClick={() => void act(k, "release")}>{t("release")}</button>}
                  {k.mayRelease && <button type="button" class="button tiny quiet" onClick={() => void act(k, "allow")}>{t("allow")}</button>}
                  {!k.mayRelease && !k.asked && <button type="button" class="button tiny" onClick={() => void act(k, "ask")}>{t("ask")}</button>}
                  {!k.mayRelease && k.asked && <span class="small">{t("asked")}</span>}
                  <button type="button" class="button tiny danger" onClick={() => void act(k, "discard")}>{t("discard")}</button>
                  <button type="button" class="button tiny quiet" onClick={() => void act(k, "block")}>{t("block")}</button>
                </>
              )}
            </div>
          </li>
        ))}
      </ul>
      {list && list.length < total && <p><button type="button" class="button" onClick={() => void load(list.length)}>{t("more")}</button></p>}
      {list?.length === 0 && <div class="empty"><Icon name={fate === "hold" ? "hold" : "shield"} size={36} /><p>{t("none")}</p></div>}
    </div>
  );
}
