// The words of the mail app.
import { catalogue } from "../kit/text";

const en = {
  compose: "Write", search: "Search mail", searchHelp: "Search: from: to: subject: has:attachment is:unread before: after: in:", clear: "Clear", menu: "Folders", refresh: "Refresh", folders: "Folders", mails: "Mails", reading: "Mail",
  inbox: "Inbox", drafts: "Drafts", sent: "Sent", archiveBox: "Archive", junkBox: "Junk", trashBox: "Trash", searchResult: "Search results",
  quarantine: "Quarantine", holds: "On hold", contacts: "Contacts", settings: "Settings", signOut: "Sign out", help: "Keyboard shortcuts", account: "Account",
  undo: "Undo", movedTo: "{n} moved to {box}", archived: "{n} archived", trashed: "{n} moved to the trash", junked: "{n} moved to junk", notJunked: "{n} moved to the inbox", changed: "{n} changed", noBox: "There is no such folder.",
  destroy: "Delete for good", destroyTitle: "Delete for good?", destroyText: "{n} mails will be deleted. This cannot be undone.", destroyed: "{n} deleted for good", emptyTrash: "Empty the trash",
  archive: "Archive", trash: "Delete", junk: "Junk", notJunk: "Not junk", move: "Move to", flag: "Flag", unflag: "Remove flag", markRead: "Mark as read", markUnread: "Mark as unread", label: "Label", more: "More",
  reply: "Reply", replyAll: "Reply to all", forward: "Forward", select: "Select", selectAll: "Select all that are loaded", chosen: "{n} selected", none: "Select none",
  empty: "Nothing here", emptyText: "New mail will appear by itself.", noHit: "Nothing was found", noHitText: "Try fewer words, or without an operator.", loadFailed: "The list could not be loaded.", again: "Try again", pick: "No mail is open", pickText: "Choose one from the list.",
  noSubject: "(no subject)", unread: "unread", flagged: "flagged", hasAttachment: "has attachments", answered: "answered", you: "me", to: "To", cc: "Cc", bcc: "Bcc", from: "From", date: "Date", details: "Details", conversation: "{n} mails",
  newFolder: "New folder", folderName: "Name", rename: "Rename", deleteFolder: "Delete folder", deleteFolderText: "The folder “{name}” will be deleted. The mails in it go to the trash.", newInside: "New folder inside", folderMade: "Folder made", create: "Create", save: "Save", cancel: "Cancel", close: "Close", back: "Back to the list", add: "Add", remove: "Remove", edit: "Edit",
  offline: "No connection. What you do is kept and sent when the line is back.", waiting: "{n} changes wait to be sent.", online: "Connected again", signedOut: "You are signed out.", signIn: "Sign in",
  stepTitle: "Confirm that it is you", stepText: "This needs a fresh proof. It is good for ten minutes.", password: "Password", code: "Code", confirm: "Confirm", stepPasskey: "Use a passkey", stepWrong: "That was not right. Try again.",
  pictures: "Pictures from elsewhere are not shown, so that the sender does not learn that you read this.", showPictures: "Show pictures", linkTitle: "Open this link?", linkText: "The link leads to:", linkOpen: "Open", linkCopy: "Copy the address", linkWarn: "Careful", copied: "Copied",
  attachments: "Attachments", download: "Download", preview: "Preview", previewHint: "The server drew these pages. The file itself is not opened on this computer.", previewTurn: "Pages", previousPage: "Previous", nextPage: "Next", pageOf: "Page {n} of {of}", pageAlt: "{name}, page {n} of {of}", previewLocked: "The document is locked with a password. Nobody here could look into it, and no page can be shown.", previewUnreadable: "The file cannot be read. No page can be shown.", dangerTitle: "This file may be dangerous", dangerText: "{name} was marked: {reason}. Open it only if you expected it and know the sender.", dangerGo: "Download anyway",
  newSender: "First mail from this sender", unproven: "The sender’s address is not proven", why: "Why?", decisionDeliver: "Delivered", byRule: "Rule: {rule}", source: "Show source", print: "Print", plainView: "As text", richView: "As written",
  resizeFolders: "Width of the folders", resizeList: "Width of the list", newMail: "New mail from {who}", loading: "Loading …", remove_label: "Remove label", newLabel: "New label", labelName: "Label (letters and digits)", theme: "Appearance", light: "Light", dark: "Dark", system: "As the system",
};

type Key = keyof typeof en;

const ja: Record<Key, string> = {
  compose: "メール作成", search: "メールを検索", searchHelp: "検索: from: to: subject: has:attachment is:unread before: after: in:", clear: "消去", menu: "フォルダー", refresh: "更新", folders: "フォルダー", mails: "メール一覧", reading: "メール",
  inbox: "受信トレイ", drafts: "下書き", sent: "送信済み", archiveBox: "アーカイブ", junkBox: "迷惑メール", trashBox: "ごみ箱", searchResult: "検索結果",
  quarantine: "隔離", holds: "保留中", contacts: "連絡先", settings: "設定", signOut: "サインアウト", help: "キーボードショートカット", account: "アカウント",
  undo: "元に戻す", movedTo: "{n}件を「{box}」へ移動しました", archived: "{n}件をアーカイブしました", trashed: "{n}件をごみ箱へ移動しました", junked: "{n}件を迷惑メールへ移動しました", notJunked: "{n}件を受信トレイへ移動しました", changed: "{n}件を変更しました", noBox: "そのフォルダーがありません。",
  destroy: "完全に削除", destroyTitle: "完全に削除しますか?", destroyText: "{n}件のメールを削除します。元に戻せません。", destroyed: "{n}件を完全に削除しました", emptyTrash: "ごみ箱を空にする",
  archive: "アーカイブ", trash: "削除", junk: "迷惑メール", notJunk: "迷惑メールではない", move: "移動", flag: "フラグを付ける", unflag: "フラグを外す", markRead: "既読にする", markUnread: "未読にする", label: "ラベル", more: "その他",
  reply: "返信", replyAll: "全員に返信", forward: "転送", select: "選択", selectAll: "読み込んだものをすべて選択", chosen: "{n}件を選択中", none: "選択を解除",
  empty: "メールはありません", emptyText: "新しいメールは自動で表示されます。", noHit: "見つかりませんでした", noHitText: "言葉を減らすか、演算子を外してみてください。", loadFailed: "一覧を読み込めませんでした。", again: "もう一度", pick: "メールが開かれていません", pickText: "一覧から選んでください。",
  noSubject: "(件名なし)", unread: "未読", flagged: "フラグ付き", hasAttachment: "添付あり", answered: "返信済み", you: "自分", to: "宛先", cc: "Cc", bcc: "Bcc", from: "差出人", date: "日時", details: "詳細", conversation: "{n}通",
  newFolder: "新しいフォルダー", folderName: "名前", rename: "名前を変更", deleteFolder: "フォルダーを削除", deleteFolderText: "フォルダー「{name}」を削除します。中のメールはごみ箱へ移ります。", newInside: "この中にフォルダーを作成", folderMade: "フォルダーを作成しました", create: "作成", save: "保存", cancel: "キャンセル", close: "閉じる", back: "一覧へ戻る", add: "追加", remove: "削除", edit: "編集",
  offline: "接続がありません。操作は保存され、接続が戻ると送信されます。", waiting: "{n}件の変更が送信待ちです。", online: "接続が戻りました", signedOut: "サインアウトしています。", signIn: "サインイン",
  stepTitle: "ご本人の確認", stepText: "この操作にはあらためて確認が必要です。確認は10分間有効です。", password: "パスワード", code: "コード", confirm: "確認", stepPasskey: "パスキーを使う", stepWrong: "正しくありません。もう一度お試しください。",
  pictures: "開封を差出人に知られないよう、外部の画像は表示していません。", showPictures: "画像を表示", linkTitle: "このリンクを開きますか?", linkText: "リンク先:", linkOpen: "開く", linkCopy: "アドレスをコピー", linkWarn: "注意", copied: "コピーしました",
  attachments: "添付ファイル", download: "ダウンロード", preview: "プレビュー", previewHint: "サーバーが描画したページです。ファイルはこの端末では開かれません。", previewTurn: "ページ", previousPage: "前へ", nextPage: "次へ", pageOf: "{n} / {of} ページ", pageAlt: "{name} {n} / {of} ページ", previewLocked: "文書がパスワードで保護されているため、検査も表示もできません。", previewUnreadable: "ファイルを読み取れないため、表示できません。", dangerTitle: "危険なファイルの可能性があります", dangerText: "{name}: {reason}。心当たりがあり、差出人を知っている場合だけ開いてください。", dangerGo: "それでもダウンロード",
  newSender: "この差出人からの初めてのメールです", unproven: "差出人のアドレスは確認できていません", why: "理由", decisionDeliver: "配信しました", byRule: "ルール: {rule}", source: "ソースを表示", print: "印刷", plainView: "テキストで表示", richView: "元の書式で表示",
  resizeFolders: "フォルダー欄の幅", resizeList: "一覧の幅", newMail: "{who}から新着メール", loading: "読み込み中…", remove_label: "ラベルを外す", newLabel: "新しいラベル", labelName: "ラベル(英数字)", theme: "表示", light: "ライト", dark: "ダーク", system: "システムに合わせる",
};

export const t = catalogue<Key>({ en, ja });

const roles: Record<string, Key> = { inbox: "inbox", drafts: "drafts", sent: "sent", archive: "archiveBox", junk: "junkBox", trash: "trashBox" };

// boxName is a mailbox's name: those with a role are named in the reader's language.
export function boxName(b: { name: string; role: string | null }): string {
  const k = b.role ? roles[b.role] : undefined;
  return k ? t(k) : b.name;
}
