// Words of the service for people: what the API says in codes.
import { catalogue } from "../kit/text";

const texts = {
  en: {
    "fate.mailbox": "Delivered", "fate.queue": "Sent on", "fate.quarantine": "Quarantined", "fate.hold": "Held", "fate.refuse": "Refused", "fate.drop": "Discarded", "fate.unknown": "Unknown",
    "role.user": "User", "role.help-desk": "Help desk", "role.auditor": "Auditor", "role.approver": "Approver", "role.domain-admin": "Domain administrator", "role.contract-admin": "Contract administrator", "role.admin": "Contract administrator", "role.operator": "Operator",
    "status.active": "Active", "status.suspended": "Suspended", "status.terminated": "Terminated", "direction.inbound": "Incoming", "direction.outbound": "Outgoing", "direction.internal": "Internal",
    "kind.virus": "Malware", "kind.spam": "Spam", "kind.phish": "Phishing", "kind.impersonation": "Impersonation", "kind.url": "Suspicious link", "kind.macro": "Macro", "kind.active": "Active content",
    "kind.encrypted": "Encrypted content", "kind.executable": "Program", "kind.bomb": "Expands beyond limits", "kind.ambiguous": "Ambiguous structure", "kind.leak": "Data leak", "kind.auth": "Sender authentication",
    "action.pass": "deliver", "action.tag": "mark the subject", "action.header": "add a header", "action.warn": "add a warning", "action.junk": "to Junk", "action.copy": "copy", "action.quarantine": "quarantine",
    "action.reject": "refuse", "action.redirect": "redirect", "action.drop": "discard", "action.hold": "hold", "action.refuse": "refuse to the sender",
    "do.add": "added", "do.set": "changed", "do.remove": "removed", "what.account": "Account", "what.alias": "Alias", "what.group": "Group", "what.domain": "Domain", "what.contract": "Contract", "what.policy": "Policy", "what.grant": "Access grant",
    "what.trace": "Message trace", "what.quarantine": "Quarantine", "what.hold": "Holds", "what.change": "Changes", "what.queue": "Outbound queue", "what.partner": "Shared contact", "do.terminate": "terminated", "do.retry": "tried now", "do.give-up": "given up", "do.cancel": "deleted", "state.waiting": "Waiting", "state.sending": "Being sent", "state.suspended": "Suspended", "state.asked": "Requested", "state.standing": "In force", "state.refused": "Refused", "state.ended": "Ended", "state.over": "Expired", "state.open": "Open", "state.closed": "Closed",
    "event.released": "sent on by a decision", "event.sent": "sent", "event.delivered": "delivered", "event.cancelled": "not sent, by a decision", "event.deleted": "deleted", "event.failed": "could not be delivered", "event.deferred": "will be tried again", "event.expired": "its time was over", "event.given up": "given up", "event.retried": "tried now by a decision", "event.suspended": "suspended", "event.resumed": "resumed", "event.noticed": "the notice was sent", "live.ok": "Published", "live.missing": "Missing", "live.differs": "Differs", "live.no answer": "No answer",
  },
  ja: {
    "fate.mailbox": "配送済み", "fate.queue": "送信", "fate.quarantine": "隔離", "fate.hold": "保留", "fate.refuse": "拒否", "fate.drop": "破棄", "fate.unknown": "不明",
    "role.user": "利用者", "role.help-desk": "ヘルプデスク", "role.auditor": "監査者", "role.approver": "承認者", "role.domain-admin": "ドメイン管理者", "role.contract-admin": "契約管理者", "role.admin": "契約管理者", "role.operator": "運用者",
    "status.active": "有効", "status.suspended": "停止中", "status.terminated": "終了", "direction.inbound": "受信", "direction.outbound": "送信", "direction.internal": "内部",
    "kind.virus": "マルウェア", "kind.spam": "迷惑メール", "kind.phish": "フィッシング", "kind.impersonation": "なりすまし", "kind.url": "不審なリンク", "kind.macro": "マクロ", "kind.active": "動的コンテンツ",
    "kind.encrypted": "暗号化された内容", "kind.executable": "実行ファイル", "kind.bomb": "展開上限の超過", "kind.ambiguous": "解釈が分かれる構造", "kind.leak": "情報漏えい", "kind.auth": "送信者認証",
    "action.pass": "配送", "action.tag": "件名に印を付ける", "action.header": "ヘッダーを追加", "action.warn": "警告を追加", "action.junk": "迷惑メールへ", "action.copy": "写しを送る", "action.quarantine": "隔離",
    "action.reject": "拒否", "action.redirect": "転送", "action.drop": "破棄", "action.hold": "保留", "action.refuse": "送信者に拒否を通知",
    "do.add": "追加", "do.set": "変更", "do.remove": "削除", "what.account": "アカウント", "what.alias": "エイリアス", "what.group": "グループ", "what.domain": "ドメイン", "what.contract": "契約", "what.policy": "ポリシー", "what.grant": "閲覧許可",
    "what.trace": "メール追跡", "what.quarantine": "隔離", "what.hold": "保留", "what.change": "変更履歴", "what.queue": "送信キュー", "what.partner": "共有連絡先", "do.terminate": "終了", "do.retry": "即時試行", "do.give-up": "断念", "do.cancel": "削除", "state.waiting": "待機中", "state.sending": "送信中", "state.suspended": "停止中", "state.asked": "申請中", "state.standing": "有効", "state.refused": "却下", "state.ended": "終了", "state.over": "期限切れ", "state.open": "対応中", "state.closed": "完了",
    "event.released": "判断により配送", "event.sent": "送信済み", "event.delivered": "配送済み", "event.cancelled": "判断により送信中止", "event.deleted": "削除", "event.failed": "配送できませんでした", "event.deferred": "再送予定", "event.expired": "期限切れ", "event.given up": "配送を断念", "event.retried": "判断により即時試行", "event.suspended": "停止", "event.resumed": "再開", "event.noticed": "通知を送信", "live.ok": "公開済み", "live.missing": "未公開", "live.differs": "内容が異なる", "live.no answer": "応答なし",
  },
};

const word = catalogue(texts);

type Family = "fate" | "role" | "status" | "direction" | "kind" | "action" | "do" | "what" | "state" | "live" | "event";

// say is the word for a code; a code without a word stands for itself.
export function say(family: Family, code: string): string {
  const key = `${family}.${code}`;
  return key in texts.en ? word(key as keyof typeof texts.en) : code;
}

// tone is how a state is coloured; the word beside it says the same.
export function tone(code: string): "good" | "warn" | "bad" | "plain" {
  if (["mailbox", "queue", "active", "ok", "standing", "pass"].includes(code)) return "good";
  if (["quarantine", "hold", "suspended", "asked", "differs", "no answer", "open", "junk"].includes(code)) return "warn";
  if (["refuse", "drop", "terminated", "missing", "reject"].includes(code)) return "bad";
  return "plain";
}

export const roles = ["user", "help-desk", "auditor", "approver", "domain-admin", "contract-admin", "operator"];
export const fates = ["mailbox", "queue", "quarantine", "hold", "refuse", "drop"];
export const kinds = ["virus", "spam", "phish", "impersonation", "url", "macro", "active", "encrypted", "executable", "bomb", "ambiguous", "leak", "auth"];
