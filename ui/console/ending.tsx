// The end of a contract: what it destroys, the name typed once more, and the deletion certificate afterwards.
import { useState } from "preact/hooks";
import { bytes, catalogue, language } from "../kit/text";
import { write } from "./api";
import { Form } from "./form";
import type { Contract, Termination } from "./model";
import { Await, Copy, useRead } from "./part";
import { contract } from "./place";

const t = catalogue({
  en: {
    title: "End of the contract", about: "Ending a contract destroys its keys: its mail, archive, settings and backups become unreadable at once, for ever. Rows that name people are deleted.", act: "Terminate …", sure: "Terminate {name}?", go: "Terminate for ever", hold: "A legal hold stands: {text}. The contract cannot be ended while it does.", own: "This is your own contract.",
    lost: "What is destroyed", accounts: "Accounts", domains: "Domains", messages: "Mails", archived: "Mails in the archive", kept: "Quarantined and held", queue: "Waiting for delivery", name: "Type the contract's name", nameHelp: "Exactly as it is written: {name}", reason: "Reason", reasonHelp: "For the certificate.", contact: "Whom to tell of a breach that is found later", contactHelp: "Sealed, and kept for three years.",
    over: "The contract is terminated. Its keys were destroyed on {at}.", certificate: "Deletion certificate", signature: "Signature (Ed25519)", key: "Key of the installation", save: "Save as a file", check: "\"sekisho contract certificate --check FILE\" checks it anywhere.",
  },
  ja: {
    title: "契約の終了", about: "契約を終了すると鍵が破棄され、メール、アーカイブ、設定、バックアップはただちに、永久に読めなくなります。個人名を含む記録は削除されます。", act: "契約を終了…", sure: "{name} を終了しますか？", go: "永久に終了する", hold: "訴訟ホールドが設定されています（{text}）。解除するまで終了できません。", own: "ご自身の契約です。",
    lost: "失われるもの", accounts: "アカウント", domains: "ドメイン", messages: "メール", archived: "アーカイブのメール", kept: "隔離・保留中", queue: "配送待ち", name: "契約の名前を入力してください", nameHelp: "表記どおりに: {name}", reason: "理由", reasonHelp: "証明書に記載されます。", contact: "後日判明した漏えいの連絡先", contactHelp: "暗号化して3年間保管します。",
    over: "この契約は終了しました。鍵は {at} に破棄されました。", certificate: "削除証明書", signature: "署名（Ed25519）", key: "システムの検証鍵", save: "ファイルに保存", check: "「sekisho contract certificate --check ファイル」でどこでも検証できます。",
  },
});

const facts = ["accounts", "domains", "messages", "archived", "kept", "queue"] as const;
const n = (x: number) => new Intl.NumberFormat(language.value).format(x);

function Lost({ of }: { of: Termination }) {
  return <dl class="facts">{facts.map((f) => <><dt>{t(f)}</dt><dd>{n(of[f])}{f === "messages" && of.bytes > 0 ? ` (${bytes(of.bytes)})` : ""}</dd></>)}</dl>;
}

// Ending is a card of the settings, for operators.
export function Ending({ k, own, done }: { k: Contract; own: boolean; done: () => void }) {
  const path = `/contracts/${contract.value}/termination`;
  const reply = useRead<Termination>(path);
  const [asking, setAsking] = useState(false);
  return (
    <section class="card" aria-labelledby="ending">
      <h2 id="ending">{t("title")}</h2>
      <Await reply={reply}>
        {(e) => e.certificate ? <Proof e={e} /> : (
          <div class="stack">
            <p class="quiet">{t("about")}</p>
            <Lost of={e} />
            {e.hold && <p class="note warn">{t("hold", { text: e.hold })}</p>}
            {own ? <p class="quiet">{t("own")}</p> : <p><button class="button danger" disabled={!!e.hold} onClick={() => setAsking(true)}>{t("act")}</button></p>}
            {asking && (
              <Form
                title={t("sure", { name: k.name })} act={t("go")} danger close={() => setAsking(false)}
                about={<><p class="note bad">{t("about")}</p><h3>{t("lost")}</h3><Lost of={e} /></>}
                fields={[
                  { name: "name", label: t("name"), required: true, help: t("nameHelp", { name: k.name }) }, { name: "reason", label: t("reason"), help: t("reasonHelp") }, { name: "contact", label: t("contact"), help: t("contactHelp") },
                ]}
                save={async (v, key) => {
                  const body = Object.fromEntries(Object.entries(v).filter(([, x]) => x));
                  await write("POST", path, body, "", key);
                  reply.again();
                  done();
                }}
              />
            )}
          </div>
        )}
      </Await>
    </section>
  );
}

function Proof({ e }: { e: Termination }) {
  const c = e.certificate!;
  const at = new Intl.DateTimeFormat(language.value, { dateStyle: "long", timeStyle: "short" }).format(new Date(String(c.statement.keys_destroyed)));
  const file = JSON.stringify({ statement: c.text, signature: c.signature, key: c.key }, null, 2);
  function save(): void {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([file + "\n"], { type: "application/json" }));
    a.download = `deletion-${e.contract}.json`;
    a.click();
    setTimeout(() => URL.revokeObjectURL(a.href), 1000);
  }
  return (
    <div class="stack">
      <p class="note warn" role="status">{t("over", { at })}</p>
      <h3>{t("certificate")}</h3>
      <pre class="mail" tabIndex={0}>{JSON.stringify(c.statement, null, 2)}</pre>
      <p class="copy"><span>{t("signature")}</span> <code class="value">{c.signature}</code><Copy text={c.signature} label={t("signature")} /></p>
      <p class="copy"><span>{t("key")}</span> <code class="value">{c.key}</code><Copy text={c.key} label={t("key")} /></p>
      <p><button class="button" onClick={save}>{t("save")}</button> <span class="quiet">{t("check")}</span></p>
    </div>
  );
}
