// Mail that is kept back: quarantine, and holds with their approvals.
import { useState } from "preact/hooks";
import type { Problem } from "../kit/http";
import { fromTo } from "../kit/list";
import { bytes, catalogue } from "../kit/text";
import { write } from "./api";
import { Form, type Field } from "./form";
import { Grid, refused } from "./grid";
import type { Kept, KeptSeen } from "./model";
import { Fault, Head, Modal, When, problemOf, tell } from "./part";
import { contract, link } from "./place";
import { may, me, t as frame } from "./shell";
import { Findings } from "./trace";

type Kind = "quarantine" | "hold";
type Do = "release" | "delete" | "send" | "cancel" | "approve" | "refuse";

const t = catalogue({
  en: {
    quarantineAbout: "Mail that rules kept from its recipients. It is deleted when its time is over.", holdAbout: "Outgoing mail that waits: for its sender to think again, or for somebody's approval.", search: "Sender or recipient", from: "Sender", to: "Recipient", rule: "Rule", reason: "Reason", arrived: "Arrived", until: "Until", size: "Size",
    atEnd: "Then", "end.send": "is sent", "end.delete": "is deleted", approval: "waits for approval", look: "Look", why: "Why?", release: "Release", delete: "Delete", send: "Send now", cancel: "Do not send", approve: "Approve", refuse: "Refuse",
    sure: "{from} → {to}", "about.release": "The recipient gets the mail.", "about.delete": "The mail is gone for good.", "about.send": "The mail leaves at once.", "about.cancel": "The mail is not sent.", "about.approve": "The mail is sent exactly as you saw it.", "about.refuse": "The mail is not sent; the sender is told why.",
    done: "Done: {do}.", title: "Kept mail", warn: "Looking into a mail is recorded in the ledger.", open: "Open the header", openText: "Open the text too", subject: "Subject", attachments: "Attachments", text: "Text", findings: "Findings", opened: "Looked into; the opening is recorded.", wanted: "release wanted", whyNot: "Reason for the sender", own: "This is your own mail: somebody else decides about it.", none: "none", askedOf: "Asked (stage {n} of {of})", said: "Approved by",
  },
  ja: {
    quarantineAbout: "規則により受信者への配送を止めたメールです。期限が来ると削除されます。", holdAbout: "送信待ちのメールです。送信者の見直し、または承認を待っています。", search: "送信者または受信者", from: "送信者", to: "受信者", rule: "規則", reason: "理由", arrived: "受付", until: "期限", size: "サイズ",
    atEnd: "期限後", "end.send": "送信", "end.delete": "削除", approval: "承認待ち", look: "開く", why: "理由", release: "配送する", delete: "削除する", send: "今すぐ送信", cancel: "送信しない", approve: "承認する", refuse: "却下する",
    sure: "{from} → {to}", "about.release": "受信者に配送されます。", "about.delete": "メールは完全に削除されます。", "about.send": "ただちに送信されます。", "about.cancel": "送信されません。", "about.approve": "ご覧になった内容のまま送信されます。", "about.refuse": "送信されません。送信者に理由が通知されます。",
    done: "完了しました: {do}", title: "保管中のメール", warn: "メールを開くと、台帳に記録されます。", open: "ヘッダーを開く", openText: "本文も開く", subject: "件名", attachments: "添付ファイル", text: "本文", findings: "検出内容", opened: "開きました。この操作は記録されました。", wanted: "配信依頼あり", whyNot: "送信者に伝える理由", own: "ご自身のメールのため、他の方が判断します。", none: "なし", askedOf: "承認を依頼中（{of} 段階中 {n}）", said: "承認済み",
  },
});

// acts are what the person may do with a mail.
function acts(k: Kept, kind: Kind): Do[] {
  if (kind === "quarantine") return may("kept:settle") ? ["release", "delete"] : [];
  if (k.approve) return may("hold:approve") && (k.from !== me.value!.address || k.asked?.includes(k.from)) ? ["approve", "refuse"] : [];
  return may("kept:settle") ? ["send", "cancel"] : [];
}

const final: Do[] = ["delete", "cancel", "refuse"];

interface Wish {
  kept: Kept;
  do: Do;
  digest?: string;
}

export function KeptScreen({ kind }: { kind: Kind }) {
  const of = contract.value;
  const [round, setRound] = useState(0);
  const [seen, setSeen] = useState<Kept | null>(null);
  const [wish, setWish] = useState<Wish | null>(null);
  const opens = may("kept:open");
  return (
    <>
      <Head title={frame(kind)} about={t(kind === "hold" ? "holdAbout" : "quarantineAbout")} />
      <Grid<Kept>
        label={frame(kind)} path={`/contracts/${of}/kept/${kind}`} keyOf={(k) => k.id} file={kind} search={t("search")} filters={kind === "quarantine" ? [...fromTo(), { name: "wanted", label: t("wanted"), options: [["true", t("wanted")]] }] : fromTo()} round={round}
        columns={[
          { title: t("arrived"), cell: (k) => <When at={k.arrived} /> },
          { title: `${t("from")} → ${t("to")}`, cell: (k) => <>{k.from || "<>"}<br /><span class="to">→ {k.recipient}</span>{k.wanted && <> <span class="state warn">{t("wanted")}</span></>}</>, kind: "main" },
          { title: t("reason"), cell: (k) => <><b>{k.rule}</b> <span class="quiet">{k.reason}</span></>, kind: "wide" },
          { title: t("until"), cell: (k) => <><When at={k.until} /> {kind === "hold" && <span class="quiet">{k.approve ? t("approval") : k.atEnd ? t(k.atEnd === "send" ? "end.send" : "end.delete") : ""}</span>}</> },
          { title: t("size"), cell: (k) => bytes(k.size), kind: "number" },
          {
            title: "", kind: "act", cell: (k) => (
              <>
                {opens && <button class="button small" onClick={() => setSeen(k)} aria-label={`${t("look")}: ${k.from} → ${k.recipient}`}>{t("look")}</button>}
                {may("trace:view") && <a class="button small" href={link([of, "traces", k.trace])}>{t("why")}</a>}
                {acts(k, kind).filter((d) => d !== "approve").map((d) => (
                  <button class={"button small" + (final.includes(d) ? " danger" : "")} key={d} aria-label={`${t(d)}: ${k.from} → ${k.recipient}`} onClick={() => setWish({ kept: k, do: d })}>{t(d)}</button>
                ))}
              </>
            ),
          },
        ]}
      />
      {seen && <Look kept={seen} kind={kind} close={() => setSeen(null)} decide={(d, digest) => (setWish({ kept: seen, do: d, digest }), setSeen(null))} />}
      {wish && <Decide wish={wish} kind={kind} close={() => setWish(null)} done={() => setRound(round + 1)} />}
    </>
  );
}

function Decide({ wish, kind, close, done }: { wish: Wish; kind: Kind; close: () => void; done: () => void }) {
  const fields: Field[] = wish.do === "refuse" ? [{ name: "reason", label: t("whyNot"), kind: "area" }] : [];
  return (
    <Form
      title={t(wish.do)} act={t(wish.do)} danger={final.includes(wish.do)} fields={fields} close={close}
      about={<><p>{t("sure", { from: wish.kept.from || "<>", to: wish.kept.recipient })}</p><p class="quiet">{t(`about.${wish.do}`)}</p></>}
      save={async (v, key) => {
        const body: Record<string, unknown> = { do: wish.do };
        if (wish.digest && wish.do === "approve") body.digest = wish.digest;
        if (v.reason) body.reason = v.reason;
        const to = wish.do === "approve" || wish.do === "refuse" ? "approve" : "decide";
        await write("POST", `/contracts/${contract.value}/kept/${kind}/${wish.kept.id}/${to}`, body, "", key);
        tell(t("done", { do: t(wish.do) }));
        done();
      }}
    />
  );
}

function Look({ kept, kind, close, decide }: { kept: Kept; kind: Kind; close: () => void; decide: (d: Do, digest?: string) => void }) {
  const [mail, setMail] = useState<KeptSeen | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = (text: boolean) =>
    void write<KeptSeen>("POST", `/contracts/${contract.value}/kept/${kind}/${kept.id}/look${text ? "?text=true" : ""}`).then((m) => (setMail(m), setProblem(null)), (e) => setProblem(problemOf(e)));
  const row = (name: string, value: string) => <><dt>{name}</dt><dd>{value}</dd></>;
  return (
    <Modal title={mail ? mail.subject || t("title") : t("title")} close={close} wide>
      <div class="stack">
        {problem && (problem.kind === "grant-needed" ? refused(problem) : <Fault problem={problem} />)}
        <dl class="facts">
          {row(t("from"), mail?.sender || kept.from)}
          {row(t("to"), mail?.to.join(", ") || kept.recipient)}
          {row(t("rule"), `${kept.rule} — ${kept.reason}`)}
          {kept.asked && row(t("askedOf", { n: String(kept.stage), of: String(kept.stages) }), kept.asked.join(", "))}
          {kept.said && row(t("said"), kept.said.map((w) => w.by).join(", "))}
          {mail && row(t("attachments"), mail.attachments.map((a) => `${a.name} (${bytes(a.size)})`).join(", ") || t("none"))}
        </dl>
        {mail ? (
          <>
            <p class="quiet">{t("opened")}</p>
            <h3>{t("findings")}</h3>
            <Findings list={mail.findings} />
            <h3>{t("text")}</h3>
            <pre class="mail" tabIndex={0}>{mail.text ?? mail.preview}</pre>
          </>
        ) : <p class="note">{t("warn")}</p>}
        <footer class="row end">
          {!mail && <button class="button primary" onClick={() => open(false)}>{t("open")}</button>}
          {!mail?.text && <button class="button" onClick={() => open(true)}>{t("openText")}</button>}
          <span class="gap" />
          {kept.approve && kept.from === me.value!.address && !kept.asked?.includes(kept.from) && <span class="quiet">{t("own")}</span>}
          {acts(kept, kind).map((d) => <button class={"button" + (final.includes(d) ? " danger" : "")} disabled={d === "approve" && !mail} key={d} onClick={() => decide(d, mail?.digest)}>{t(d)}</button>)}
        </footer>
      </div>
    </Modal>
  );
}
