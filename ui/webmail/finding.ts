// Findings and decisions in words: what the service saw in a mail and why it did what it did.
import { catalogue } from "../kit/text";
import type { Finding, Shown } from "./model";

const t = catalogue({
  en: {
    virus: "A virus was found: {name}", spam: "It looks like spam", phishing: "It looks like an attempt to steal a password", spoof: "The sender may be forged", auth: "The sender’s domain does not vouch for this mail", link: "A link is suspicious",
    file: "An attachment is of a kind that can do harm: {name}", macro: "A document contains macros", archive: "An archive could not be looked into", encrypted: "It is encrypted: nobody could check it", content: "It contains: {name}", active: "It contains active content", ambiguous: "Mail programs could show it in different ways", other: "{name}",
    myNumber: "individual numbers (My Number)", corporateNumber: "corporate numbers", cardNumber: "card numbers", license: "driving licence numbers", passport: "passport numbers", phone: "telephone numbers", postal: "postal codes", address: "postal addresses", mailAddress: "mail addresses", privateKey: "a private key", accessKey: "an access key",
    deliver: "Checked and delivered", quarantine: "It was in quarantine", hold: "It was on hold", mark: "Delivered with a warning", strip: "Something harmful was taken out", reject: "It was refused", rule: "Rule “{rule}”",
  },
  ja: {
    virus: "ウイルスが見つかりました: {name}", spam: "迷惑メールの可能性があります", phishing: "パスワードを盗み取る目的のメールの可能性があります", spoof: "差出人が偽装されている可能性があります", auth: "差出人のドメインはこのメールを保証していません", link: "疑わしいリンクがあります",
    file: "害を及ぼす可能性のある種類の添付ファイルです: {name}", macro: "マクロを含む文書です", archive: "圧縮ファイルの中を確認できませんでした", encrypted: "暗号化されているため確認できませんでした", content: "次の情報を含みます: {name}", active: "動作する内容（スクリプトなど）を含みます", ambiguous: "メールソフトによって異なる内容が表示される可能性があります", other: "{name}",
    myNumber: "マイナンバー", corporateNumber: "法人番号", cardNumber: "カード番号", license: "運転免許証番号", passport: "旅券番号", phone: "電話番号", postal: "郵便番号", address: "住所", mailAddress: "メールアドレス", privateKey: "秘密鍵", accessKey: "アクセスキー",
    deliver: "検査して配信しました", quarantine: "隔離されていました", hold: "保留されていました", mark: "警告を付けて配信しました", strip: "有害なものを取り除きました", reject: "拒否されました", rule: "ルール「{rule}」",
  },
});

type Word = Parameters<typeof t>[0];

// What each kind of finding is called; the keys are the service's own.
const kinds: Record<string, Word> = {
  virus: "virus", spam: "spam", phish: "phishing", impersonation: "spoof", url: "link", macro: "macro", active: "active", encrypted: "encrypted", executable: "file", bomb: "archive", ambiguous: "ambiguous", leak: "content", auth: "auth",
};

// What a leak is of.
const contents: Record<string, Word> = {
  "my-number": "myNumber", "corporate-number": "corporateNumber", "card-number": "cardNumber", "driver-license": "license", passport: "passport", phone: "phone", "postal-code": "postal", address: "address", "mail-address": "mailAddress",
  "private-key": "privateKey", "access-key": "accessKey",
};

// inWords says one finding.
export function inWords(f: Finding): string {
  const content = contents[f.name];
  return t(kinds[f.kind] ?? "other", { name: content && f.kind === "leak" ? t(content) : f.name || f.kind });
}

const actions: Word[] = ["deliver", "quarantine", "hold", "mark", "strip", "reject"];

// decided says what was done with a mail.
export function decided(d: NonNullable<Shown["decision"]>): string {
  const a = actions.find((x) => d.action.toLowerCase().startsWith(x)) ?? (/warn|tag|label/.test(d.action) ? "mark" : "deliver");
  return t(a);
}

export function ruled(rule: string): string {
  return rule ? t("rule", { rule }) : "";
}

// calm says that nothing in a mail needs a reader's care.
export function calm(s: Shown): boolean {
  return s.findings.length === 0 && (!s.decision || /^(deliver|accept|pass)/i.test(s.decision.action));
}
