// The words of the desk.
import { catalogue } from "../kit/text";

const texts = {
  en: {
    other: "日本語", loading: "Opening the link …", again: "Try again", hold: "A mail of yours is held", approve: "A mail waits for approval", settled: "This has been decided", to: "This page is for", trace: "Reference", arrived: "Sent", until: "Held until", size: "Size", reason: "Why it is held",
    waiting: "Recipients", "end.send": "Without your decision it is then sent.", "end.delete": "Without your decision it is then deleted.", send: "Send now", cancel: "Do not send", "about.send": "The mail leaves at once, to all recipients above.", "about.cancel": "The mail goes to nobody.",
    quarantine: "A mail to you is in quarantine", from: "Sender", whyKept: "Why it was kept", came: "Arrived", keptUntil: "Kept until", release: "Deliver it to me", allow: "Deliver it, and trust this sender", ask: "Ask an administrator for it", spam: "It is unwanted: delete it", "about.release": "The mail comes to your inbox.", "about.allow": "Later mail of this address is not taken for spam, when it is proven to come from there.", "about.ask": "It could do harm, so an administrator looks at it first.", "about.spam": "The mail is deleted, and the filter learns.", wanted: "An administrator was asked for it.", "what.wanted": "Asked for",
    task: "To go on, type this number:", typed: "The number above", wait: "One moment …", choose: "What shall become of it?", sure: "Opening this page has changed nothing. Only the buttons do.", signIn: "Deciding takes a sign-in at the console.", console: "Go to the console",
    won: "Done.", lost: "It was decided already.", result: "What became of it", "what.send": "Sent", "what.sent": "Sent", "what.released": "Sent", "what.release": "Sent", "what.cancel": "Not sent", "what.cancelled": "Not sent", "what.delete": "Deleted", "what.deleted": "Deleted", close: "You can close this page.", clock: "when its time was over",
    "url.leads": "This link leads to", "url.blocked": "This link is blocked", "url.expired": "This link is old", "url.unreadable": "This link leads nowhere", "url.ascii": "In plain letters:", "url.letters": "Made to look like:", "url.careful": "Be careful", "url.insecure": "What you send to this site can be read on the way.", "url.about.blocked": "Your organisation does not let links to this site open.", "url.about.expired": "The mail is so old that its links no longer open by one press. If you trust this site, type its address.", "url.about.unreadable": "Its address is written so that no browser should follow it.", "url.listed": "This site is on a list of dangerous ones:", "url.whole": "The whole address", "url.go": "Go on to this site", "url.private": "The site is not told that you come from here.", "url.until": "The link opens until", "url.report": "Report this link",
    inquiry: "Ask whether you are concerned", inquiryAbout: "If you heard of an incident and want to know whether it concerns you, ask here. A person answers, whether or not it does.", domain: "Your domain or contract number", name: "Your name", reply: "Where we may answer (address or telephone)", question: "Send the question", busy: "One moment …", taken: "Thank you", required: "Fill in this field.",
  },
  ja: {
    other: "English", loading: "リンクを開いています…", again: "再試行", hold: "送信したメールが保留されています", approve: "承認待ちのメールがあります", settled: "すでに決定済みです", to: "このページの対象者", trace: "照会番号", arrived: "送信日時", until: "保留期限", size: "サイズ", reason: "保留の理由",
    waiting: "宛先", "end.send": "操作がなければ、期限後に送信されます。", "end.delete": "操作がなければ、期限後に削除されます。", send: "今すぐ送信", cancel: "送信しない", "about.send": "上記のすべての宛先に、ただちに送信されます。", "about.cancel": "どの宛先にも送信されません。",
    quarantine: "あなた宛てのメールが隔離されています", from: "差出人", whyKept: "隔離の理由", came: "受信日時", keptUntil: "保管期限", release: "受信トレイに配信する", allow: "配信して、この差出人を許可する", ask: "管理者に配信を依頼する", spam: "迷惑メールとして削除する", "about.release": "受信トレイに届きます。", "about.allow": "今後このアドレスからのメールは、送信元を確認できた場合、迷惑メールとして扱いません。", "about.ask": "危険性があるため、管理者が先に確認します。", "about.spam": "削除され、フィルターが学習します。", wanted: "管理者に配信を依頼済みです。", "what.wanted": "依頼済み",
    task: "続けるには、次の番号を入力してください:", typed: "上の番号", wait: "お待ちください…", choose: "このメールをどうしますか？", sure: "このページを開いただけでは何も変わりません。ボタンを押したときだけ実行されます。", signIn: "判断するには、管理画面へのサインインが必要です。", console: "管理画面を開く",
    won: "完了しました。", lost: "すでに決定されていました。", result: "結果", "what.send": "送信済み", "what.sent": "送信済み", "what.released": "送信済み", "what.release": "送信済み", "what.cancel": "送信取り消し", "what.cancelled": "送信取り消し", "what.delete": "削除済み", "what.deleted": "削除済み", close: "このページは閉じてかまいません。", clock: "期限の到来により",
    "url.leads": "このリンクの移動先", "url.blocked": "このリンクはブロックされています", "url.expired": "このリンクは期限切れです", "url.unreadable": "このリンクは開けません", "url.ascii": "英数字表記:", "url.letters": "見かけの表記:", "url.careful": "ご注意ください", "url.insecure": "このサイトに送る内容は、途中で読み取られる可能性があります。", "url.about.blocked": "所属組織の設定により、このサイトへのリンクは開けません。", "url.about.expired": "メールが古いため、リンクはボタンでは開けません。信頼できるサイトの場合は、アドレスを直接入力してください。", "url.about.unreadable": "ブラウザーで開くべきでない形式のアドレスです。", "url.listed": "このサイトは危険なサイトの一覧に載っています:", "url.whole": "アドレス全体を表示", "url.go": "このサイトに移動する", "url.private": "移動先のサイトに、このページから来たことは伝わりません。", "url.until": "リンクの有効期限:", "url.report": "このリンクを報告する",
    inquiry: "インシデントに関するお問い合わせ", inquiryAbout: "インシデントの影響の有無を確認したい方は、こちらからお問い合わせください。該当の有無にかかわらず、担当者がお答えします。", domain: "ドメインまたは契約番号", name: "お名前", reply: "ご連絡先（メールアドレスまたは電話番号）", question: "送信する", busy: "お待ちください…", taken: "ありがとうございました", required: "入力してください。",
  },
};

export const t = catalogue(texts);

// what is the word for what became of a mail; a code without a word stands for itself.
export function what(code: string): string {
  const key = `what.${code}`;
  return key in texts.en ? t(key as keyof typeof texts.en) : code;
}
