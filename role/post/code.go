package post

import (
	"fmt"
	"time"

	"sekisho/office"
	"sekisho/wire"
)

// codeNotice carries a code to whom files were sent. He may be anybody: it says the same in Japanese and in English.
func codeNotice(n wire.NoticeDue, language, to string, now time.Time) office.Notice {
	words := [2]struct{ subject, text string }{
		{"確認コード", "%s から送られたファイルを受け取るための確認コードです。\r\n\r\n    %s\r\n\r\n%s まで、リンクを開いたページでのみ使えます。ほかの人に教えないでください。\r\n心当たりがない場合は、このメールを破棄してください。\r\n"},
		{"Your code", "This is the code for the files that %s sent you.\r\n\r\n    %s\r\n\r\nIt works until %s, on the page that asked for it. Give it to nobody.\r\nIf you did not ask for it, delete this mail.\r\n"},
	}
	zone := [2]*time.Location{time.FixedZone("", 9*3600), time.UTC}
	mark := [2]string{"日本時間 15:04", "15:04 UTC"}
	order := [2]int{1, 0}
	if language == "ja" {
		order = [2]int{0, 1}
	}
	out := office.Notice{To: to, At: now}
	for i, k := range order {
		if i > 0 {
			out.Subject += " / "
			out.Text += "\r\n--------\r\n\r\n"
		}
		out.Subject += words[k].subject
		out.Text += fmt.Sprintf(words[k].text, n.Sender, n.Code, n.Until.In(zone[k]).Format(mark[k]))
	}
	return out
}
