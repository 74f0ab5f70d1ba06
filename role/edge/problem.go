package edge

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"sekisho"
)

// problem is an answer that is no success (RFC 9457).
type problem struct {
	slug   string // of its type: "urn:sekisho:problem:" and this
	text   string // its texts' key, where it is not the slug
	status int
	retry  time.Duration
	errors []fault
}

// said is a title and a detail in one language.
type said struct{ title, detail string }

// problemTexts are in English and Japanese. What is said helps who asked, and tells nothing of what is inside.
var problemTexts = map[string][2]said{
	"sign-in-failed": {{"Sign-in failed", "Check the address and the secret, and try again. After many failures, wait ten minutes."}, {"サインインできませんでした", "アドレスと入力内容を確認してください。失敗が続いた場合は、10 分ほど待ってからお試しください。"}},
	"signed-out":     {{"Not signed in", "Sign in first."}, {"サインインしていません", "サインインしてください。"}},
	"step-up":        {{"Prove yourself again", "This needs a proof of the last ten minutes: enter your password or second factor again."}, {"再確認が必要です", "この操作には 10 分以内の本人確認が必要です。パスワードまたは二要素目をもう一度入力してください。"}},
	"challenge":      {{"Took too long", "The challenge was used or is too old: ask for another and try again."}, {"時間切れです", "チャレンジが使用済みか期限切れです。新しいチャレンジを取得してやり直してください。"}},
	"too-many":       {{"Too many requests", "Wait as long as Retry-After says, then go on."}, {"リクエストが多すぎます", "Retry-After の時間だけ待ってから続けてください。"}},
	"not-found":      {{"Not found", "There is nothing at this address."}, {"見つかりません", "このアドレスには何もありません。"}},
	"no-such-host":   {{"Not this host", "This server does not answer under that host name."}, {"ホスト名が違います", "このサーバーはそのホスト名では応答しません。"}},
	"method":         {{"Method not allowed", "The header Allow lists what this address takes."}, {"許可されていないメソッドです", "このアドレスで使えるメソッドは Allow ヘッダーのとおりです。"}},
	"bad-request":    {{"Bad request", "The request cannot be read: its path, query or body is not in the form that HTTP gives it."}, {"リクエストを読み取れません", "パス、クエリ、または本文の形式が正しくありません。"}},
	"no-body":        {{"No body expected", "This address takes no body."}, {"本文は不要です", "このアドレスは本文を受け取りません。"}},
	"media-type":     {{"Wrong type of content", "Send the content type that this address takes, without content encoding."}, {"コンテンツの種類が違います", "このアドレスが受け取る種類で、圧縮せずに送ってください。"}},
	"too-large":      {{"Too large", "The body is larger than this address takes."}, {"大きすぎます", "本文がこのアドレスの上限を超えています。"}},
	"schema":         {{"The content is not as it should be", "Each fault names its place."}, {"内容が正しくありません", "誤りの場所は errors に示しています。"}},
	"cross-site":     {{"From another site", "This address answers requests of its own pages, and programs without cookies."}, {"別のサイトからの要求です", "このアドレスは、自身のページとクッキーを使わないプログラムからの要求にのみ応答します。"}},
	"refused":        {{"Refused", "The request looks like an attack and was not passed on. If it is none, write it in another way or tell the operator."}, {"拒否しました", "攻撃とみられる要求のため拒否しました。心当たりがない場合は、書き方を変えるか、運用者にお知らせください。"}},
	"busy":           {{"Busy", "Try again in a moment; nothing was changed."}, {"混み合っています", "しばらくしてからもう一度お試しください。変更は行われていません。"}},
	"unavailable":    {{"Not available now", "A part of the service is being restarted. Try again in a moment."}, {"一時的に利用できません", "サービスの一部が再起動中です。しばらくしてからもう一度お試しください。"}},
	"upstream":       {{"Answer withheld", "What came from within was not what this address may answer. The operator was told."}, {"応答を差し止めました", "内部の応答がこのアドレスで許可されたものではありませんでした。運用者に通知しました。"}},
	"internal":       {{"Fault of ours", "Something went wrong here. Nothing was changed as far as we know; try again."}, {"内部エラー", "こちら側で問題が起きました。もう一度お試しください。"}},
	"invalid":        {{"Not possible", "What was sent makes no sense here."}, {"実行できません", "送られた内容は、ここでは使えません。"}},
	"operation":      {{"The request is not valid", "Correct what is listed and send it again."}, {"入力に誤りがあります", "示された箇所を直して、もう一度送信してください。"}}, // as console says it
	"password":       {{"Choose another password", "A password has at least twelve characters and is more than words, runs of the keyboard and numbers that many people use."}, {"別のパスワードにしてください", "12 文字以上で、よく使われる単語・キーの並び・数字だけではないパスワードにしてください。"}},
	"wrong-code":     {{"Wrong code", "The code is wrong, or it was used before. Wait for the next one."}, {"コードが違います", "コードが正しくないか、使用済みです。次のコードをお待ちください。"}},
	"wrong-password": {{"Wrong password", "The current password is wrong."}, {"パスワードが違います", "現在のパスワードが正しくありません。"}},
	"exists":         {{"There already", "This passkey is known already."}, {"登録済みです", "このパスキーはすでに登録されています。"}},
	"full":           {{"No more of these", "The most that one account may have is reached: remove one that is not used."}, {"上限に達しました", "1 アカウントの上限に達しています。使っていないものを削除してください。"}},
}

// faultTexts say what is wrong with a body.
var faultTexts = map[string][2]string{
	"utf8":    {"it is not UTF-8", "UTF-8 ではありません"},
	"syntax":  {"it is not JSON", "JSON として読めません"},
	"nodes":   {"there is too much in it", "要素が多すぎます"},
	"depth":   {"it is nested too deeply", "入れ子が深すぎます"},
	"type":    {"it is of another type", "型が違います"},
	"long":    {"it is too long", "長すぎます"},
	"choice":  {"it is none of the values there are", "使える値ではありません"},
	"twice":   {"it is there twice", "重複しています"},
	"many":    {"there are too many", "数が多すぎます"},
	"short":   {"it is too short", "短すぎます"},
	"small":   {"it is too small", "小さすぎます"},
	"large":   {"it is too large", "大きすぎます"},
	"few":     {"there are too few", "数が足りません"},
	"pattern": {"it is not of the form that it must have", "形式が正しくありません"},
	"time":    {"it is no time as RFC 3339 writes one", "日時の形式（RFC 3339）ではありません"},
	"unknown": {"nothing of that name is known", "その名前の項目はありません"},
	"missing": {"it is missing", "必須の項目がありません"},
}

// refuse answers with a problem.
func (x *exchange) refuse(p problem) {
	n, key := 0, cmp.Or(p.text, p.slug)
	if x.language == "ja" {
		n = 1
	}
	type where struct {
		Pointer string `json:"pointer"`
		Detail  string `json:"detail"`
	}
	doc := struct {
		Type   string  `json:"type"`
		Title  string  `json:"title"`
		Status int     `json:"status"`
		Detail string  `json:"detail"`
		Errors []where `json:"errors,omitempty"`
	}{"urn:sekisho:problem:" + p.slug, problemTexts[key][n].title, p.status, problemTexts[key][n].detail, nil}
	for _, f := range p.errors {
		doc.Errors = append(doc.Errors, where{f.pointer, faultTexts[f.why][n]})
	}
	b, err := json.Marshal(doc)
	if err != nil {
		b = []byte(`{"type":"about:blank"}`)
	}
	h := x.w.Header()
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retry+time.Second-1)/time.Second)))
	}
	if p.status == http.StatusUnauthorized && x.route != nil && x.r.Header.Get("Sec-Fetch-Site") == "" {
		h.Set("WWW-Authenticate", `Basic realm="Sekisho", charset="UTF-8"`) // programs; a browser's pages have their own form
	}
	h.Set("Content-Language", x.language)
	x.write(p.status, typeProblem, b)
}

// write sends a whole answer.
func (x *exchange) write(status int, kind string, b []byte) {
	h := x.w.Header()
	h.Set("Content-Type", kind)
	if kind == typeJSON || kind == typeProblem { // shown to nobody
		h.Set("Content-Security-Policy", policyNone)
	}
	if len(b) == 0 && status == http.StatusNoContent {
		h.Del("Content-Type")
	} else {
		h.Set("Content-Length", strconv.Itoa(len(b)))
	}
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		x.w.Write(b)
	}
}

// say answers with JSON.
func (x *exchange) say(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		x.fail(err)
		return
	}
	x.write(http.StatusOK, typeJSON, b)
}

// fail turns an error of a role into a problem. The error itself is for the log.
func (x *exchange) fail(err error) {
	switch sekisho.KindOf(err) {
	case sekisho.Denied:
		x.refuse(problem{slug: "signed-out", status: http.StatusUnauthorized})
	case sekisho.NotFound:
		x.refuse(problem{slug: "not-found", status: http.StatusNotFound})
	case sekisho.Invalid:
		x.refuse(problem{slug: "invalid", status: http.StatusUnprocessableEntity})
	case sekisho.Exists:
		x.refuse(problem{slug: "exists", status: http.StatusConflict})
	case sekisho.Full:
		x.refuse(problem{slug: "full", status: http.StatusConflict})
	case sekisho.TooLarge:
		x.refuse(problem{slug: "too-large", status: http.StatusRequestEntityTooLarge})
	case sekisho.TooMany:
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: 10 * time.Second})
	case sekisho.Conflict:
		x.refuse(problem{slug: "challenge", status: http.StatusConflict})
	case sekisho.Unavailable:
		x.edge.config.Log.Warn("a role is away", "error", err)
		x.refuse(problem{slug: "unavailable", status: http.StatusServiceUnavailable, retry: 2 * time.Second})
	default:
		x.edge.config.Log.Error("a request failed", "path", x.r.URL.Path, "error", err)
		x.refuse(problem{slug: "internal", status: http.StatusInternalServerError})
	}
}
