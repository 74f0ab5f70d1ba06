package test

import (
	"fmt"
	"html"
	"strings"
)

// Letter is a mail as somebody writes it in the course of his work.
type Letter struct{ Subject, Text, HTML string }

// Letters makes n different ordinary mails, Japanese and English in turn: orders, meetings, tables, code, logs, addresses on
// the web. Many say what a rule set for web attacks is made to find, as people who work with databases, servers and
// accounts do every day.
func Letters(n int) []Letter {
	out := make([]Letter, n)
	for i := range out {
		if i%2 == 0 {
			out[i] = letter(i/2, englishSubjects, englishOpenings, englishTexts, englishEnds)
		} else {
			out[i] = letter(i/2, japaneseSubjects, japaneseOpenings, japaneseTexts, japaneseEnds)
		}
	}
	return out
}

// letter combines the pieces so that the first few hundred differ.
func letter(i int, subjects, openings, texts, ends []string) Letter {
	first, second := texts[i%len(texts)], texts[(i*7+i/len(texts)+3)%len(texts)]
	lines := []string{openings[i%len(openings)], "", first, "", second, "", ends[(i/3)%len(ends)]}
	l := Letter{Subject: fmt.Sprintf("%s (%d)", subjects[i%len(subjects)], 1000+i), Text: strings.Join(lines, "\n")}
	l.HTML = markup(i, lines)
	return l
}

// markup writes the lines as an editor does: paragraphs, a list, a table, a quotation, in turn.
func markup(i int, lines []string) string {
	var b strings.Builder
	for n, p := range lines {
		if p == "" {
			continue
		}
		text := strings.ReplaceAll(html.EscapeString(p), "\n", "<br>")
		switch (i + n) % 5 {
		case 0:
			fmt.Fprintf(&b, "<p>%s</p>", text)
		case 1:
			fmt.Fprintf(&b, "<ul><li>%s</li><li><b>%d</b></li></ul>", text, n)
		case 2:
			fmt.Fprintf(&b, "<table><tr><td>%s</td><td>%d</td></tr></table>", text, i*n)
		case 3:
			fmt.Fprintf(&b, "<blockquote>%s</blockquote>", text)
		default:
			fmt.Fprintf(&b, `<p><a href="https://intra.mori.example/?id=%d&amp;from=mail#top">%s</a></p>`, i, text)
		}
	}
	return b.String()
}

var englishSubjects = []string{"Quotation", "Re: delivery on Friday", "Minutes", "Union select committee", "Invoice & receipt", "Access to the <test> server", "Q3 figures: 50% more",
	"Order \"A-17\"", "Please update your records", "Password change", "Exec meeting; drop-off at 5", "Fwd: C:\\shared\\plans"}

var englishOpenings = []string{"Dear Ms Sato,", "Hi Ken,", "Hello all,", "Good morning,"}

var englishTexts = []string{
	"Please select the items from the attached table and let me know where they should be delivered; or drop me a line.",
	"The report runs SELECT name, sum(price) FROM orders WHERE shipped = 0 GROUP BY name ORDER BY 2 DESC; and takes an hour. Could you add an index?",
	"I get this on the server:\n$ sudo systemctl restart nginx && tail -f /var/log/nginx/error.log\ncat: /etc/hosts: Permission denied",
	"The page shows <script src=\"app.js\"></script> twice. Is that on purpose?",
	"Our price is 1,200 USD / unit (10+ units: -5%); delivery within 3--5 days.",
	"See https://www.partner.example/news?id=42&lang=en and ../archive/2026/ for the older ones.",
	"DELETE the draft, UPDATE the sheet, INSERT a new row: that's all -- or 1=1, as the joke goes.",
	"The alert said: ${jndi:ldap://x.example/a} was found in the log. It was a test by our own people.",
	"if (a < b && c > d) { return \"ok\"; } else { throw new Error('no'); } // this is the line I meant",
	"Could you open port 8443, user admin, on 10.0.0.5? ping -c 3 10.0.0.5 works, wget does not.",
	"Our address: 12 Queen's Road, London. O'Brien & Sons; tel. +44 20 7946 0958.",
	"The union has decided to select all delegates from the list of 2025; the vote is at 14:30.",
	"Template: {{customer.name}} ordered {{count}} pieces, total <%= total %>. Is {{7*7}} right here?",
	"<?php echo $title; ?> still stands in the footer, and &nbsp; shows as text.",
	"Attached is the .bat file; cmd.exe /c dir gives the listing. powershell -File backup.ps1 runs every night.",
	"Sleep well, and don't wait for delay: the benchmark(1000, md5(1)) result can come tomorrow.",
}

var englishEnds = []string{"Best regards,\nAnn", "Thanks!\nAnn Mori", "Kind regards\n--\nAnn Mori | Mori Trading"}

var japaneseSubjects = []string{"お見積りの件", "Re: 納品日のご相談", "議事録（第3回）", "【至急】サーバー停止のお知らせ", "請求書送付のご案内", "パスワード変更のお願い", "アンケート集計 50%完了", "【重要】データベース更新作業", "出張精算について", "ファイル共有：\\\\fs01\\営業"}

var japaneseOpenings = []string{"株式会社川工業\n山田様", "お疲れ様です。森商事の森です。", "いつもお世話になっております。", "各位"}

var japaneseTexts = []string{
	"添付の見積書をご確認のうえ、ご不明な点がございましたらお知らせください。単価は 1,200 円／個（税別）です。",
	"集計のSQLは SELECT 氏名, SUM(金額) FROM 受注 WHERE 出荷済 = 0 GROUP BY 氏名; です。遅いので索引を追加していただけますか。",
	"サーバーで次のように表示されます。\n$ sudo systemctl restart nginx\n/etc/nginx/nginx.conf: 権限がありません",
	"画面に <script> という文字がそのまま出ています。&lt; のエスケープ漏れではないでしょうか。",
	"会議室は３階「①大会議室」、時間は１４：３０～１６：００です。髙橋さん、﨑山さんもご出席ください。",
	"詳細は https://intra.mori.example/wiki/手順?id=12&版=3 をご覧ください。旧版は ../2025/ にあります。",
	"「DROP TABLE 作業」は金曜夜に実施します。UPDATE と DELETE の権限は管理者のみです。",
	"ログに ${jndi:ldap://…} という文字列がありましたが、社内の診断によるものでした。",
	"条件は「a < b かつ c > d」、または 1=1（全件）です。'シングルクォート' の扱いにご注意ください。",
	"住所：〒100-0001 東京都千代田区千代田1-1　電話：03-1234-5678　FAX：03-1234-5679",
	"ﾊﾝｶｸｶﾅと全角カナの混在を統一しました。①②③、㈱、℡ などの機種依存文字も置き換え済みです。",
	"差し込み用のひな形は {{お客様名}} 様、合計 {{金額}} 円 です。<%= 合計 %> は不要になりました。",
	"添付のバッチ（backup.bat）は cmd.exe /c から実行してください。毎晩 2 時に動きます。",
	"来週の懇親会、参加・不参加を「はい／いいえ」でご返信ください。会費は￥5,000です。",
}

var japaneseEnds = []string{"よろしくお願いいたします。", "以上、ご確認をお願いいたします。\n森", "今後ともよろしくお願い申し上げます。\n――――\n森商事株式会社　森 杏"}
