package desk

import (
	"encoding/json"
	"net/netip"
	"sync"
	"time"

	"sekisho/wire"
)

// words are title and detail of what desk says: English, then Japanese.
var words = map[string][2][2]string{
	"not-found":   {{"Not found", "There is nothing here."}, {"見つかりません", "ここには何もありません。"}},
	"method":      {{"This cannot be done here", "Use the page that the link opens."}, {"この操作はできません", "リンク先のページからお試しください。"}},
	"link":        {{"This link is not valid", "It may have ended, or not be complete. Open it from the mail again."}, {"リンクが無効です", "期限が切れているか、途中で切れている可能性があります。メールからもう一度開いてください。"}},
	"invalid":     {{"The request is not valid", "Check what you typed. When a number was shown, open the link again."}, {"入力に誤りがあります", "入力内容をご確認ください。番号が表示されていた場合は、リンクを開き直してください。"}},
	"code":        {{"That is not the code", "It works for ten minutes, and only the newest one does. After several wrong ones, ask for another."}, {"確認コードが違います", "有効なのは最後に送られたコードだけで、期限は 10 分です。何度か間違えた場合は、もう一度コードを送ってください。"}},
	"share-over":  {{"This link opens no more", "It was opened as often as its sender allows, or had too many wrong codes. Ask the sender for the files again."}, {"このリンクは開けなくなりました", "開ける回数を超えたか、確認コードの誤りが多すぎます。送信者にもう一度ご依頼ください。"}},
	"sign-in":     {{"Please sign in", "Deciding about this takes a sign-in."}, {"サインインしてください", "この判断にはサインインが必要です。"}},
	"again":       {{"Please open the link again", "The page was open for too long, or was used already."}, {"リンクを開き直してください", "表示から時間が経過したか、すでに操作されています。"}},
	"too-many":    {{"Too fast", "Wait a moment, then try again."}, {"操作が速すぎます", "少し待ってからお試しください。"}},
	"unavailable": {{"Not available now", "Nothing was changed. Try again in a moment."}, {"一時的に利用できません", "変更は行われていません。しばらくしてからお試しください。"}},
	"internal":    {{"Something went wrong", "It is our fault, and it is in the operator's log."}, {"内部エラーが発生しました", "システム側の問題です。運用者の記録に残りました。"}},
	"reported":    {{"Thank you. Those who look after your mail see it."}, {"ご報告ありがとうございます。管理者が確認できるように記録しました。"}},
	"taken":       {{"Your question was taken. A person answers it at the address that you gave, whether or not you are concerned."}, {"お問い合わせを受け付けました。該当の有無にかかわらず、ご記入の連絡先に担当者がお答えします。"}},
}

func japanese(language string) int {
	if language == "ja" {
		return 1
	}
	return 0
}

// refusal is a problem document (RFC 9457).
func refusal(status int, slug, language string) wire.WebResponse {
	w := words[slug][japanese(language)]
	b, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"urn:sekisho:problem:" + slug, w[0], status, w[1]})
	if err != nil {
		status, b = 500, []byte(`{"type":"urn:sekisho:problem:internal","title":"Something went wrong","status":500}`)
	}
	return wire.WebResponse{Status: status, Type: "application/problem+json", Body: b}
}

// limits bound how much one source may ask of desk, and all together. A source is an IPv4 address, or an IPv6 network of 64 bits.
type limits struct {
	mu   sync.Mutex // guards what follows
	used map[netip.Prefix]*allowance
	all  allowance
}

type allowance struct {
	left float64
	at   time.Time
}

const (
	perMinute  = 30
	allMinute  = 1200
	mostSource = 20_000
)

func newLimits() *limits {
	return &limits{used: map[netip.Prefix]*allowance{}, all: allowance{left: allMinute}}
}

// take counts a request; how long to wait when there were too many.
func (l *limits) take(client netip.Addr, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	bits := 32
	if client = client.Unmap(); client.Is6() {
		bits = 64
	}
	source, _ := client.Prefix(bits) // without an address: one source of all
	u := l.used[source]
	if u == nil {
		if len(l.used) >= mostSource {
			clear(l.used)
		}
		u = &allowance{left: perMinute, at: now}
		l.used[source] = u
	}
	if !u.take(perMinute, now) || !l.all.take(allMinute, now) {
		return time.Minute / perMinute
	}
	return 0
}

// take takes one of so many a minute.
func (a *allowance) take(most float64, now time.Time) bool {
	if !a.at.IsZero() {
		a.left = min(most, a.left+now.Sub(a.at).Minutes()*most)
	}
	a.at = now
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}
