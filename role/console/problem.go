package console

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// problem is an answer that something could not be done (RFC 9457). The detail of a known kind is in the asker's language; what
// store or vault said about the request itself stands in Errors.
type problem struct {
	Type   string  `json:"type"`
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail,omitempty"`
	Errors []fault `json:"errors,omitempty"`

	slug string
}

// fault is one thing that is wrong with a request. Pointer is where (RFC 6901); empty when it is about the whole.
type fault struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Error makes a problem an error, so that handlers may return one.
func (p problem) Error() string { return p.slug }

// GetStatus is the status of the answer.
func (p problem) GetStatus() int { return p.Status }

// ContentType says that it is a problem document.
func (p problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// words are title and detail of each problem: English, then Japanese.
var words = map[string][2][2]string{
	"invalid":      {{"The request is not valid", "Correct what is listed and send it again."}, {"入力に誤りがあります", "示された箇所を直して、もう一度送信してください。"}},
	"not-found":    {{"Not found", "There is nothing here that you can see."}, {"見つかりません", "ご覧いただけるものはここにはありません。"}},
	"exists":       {{"It exists already", "Choose another name, or change what is there."}, {"すでに存在します", "別の名前にするか、既存のものを変更してください。"}},
	"denied":       {{"Not allowed", "Your role does not allow this. The attempt is recorded."}, {"許可されていません", "お使いの役割では実行できません。この操作は記録されました。"}},
	"grant-needed": {{"The customer's permission is needed", "Ask for access with a reason; the customer or a second operator gives it. The attempt is recorded."}, {"お客様の許可が必要です", "理由を添えて閲覧許可を申請してください。お客様または別の運用者が許可します。この操作は記録されました。"}},
	"step-up":      {{"Please prove that it is you", "This needs a sign-in of the last ten minutes."}, {"本人確認が必要です", "この操作には10分以内の本人確認が必要です。"}},
	"scope":        {{"The token does not cover this", "Use a token with the scope that is listed."}, {"トークンの権限が足りません", "示された権限を持つトークンをお使いください。"}},
	"person":       {{"A program may not do this", "Do it at the console, after signing in. An access token cannot."}, {"プログラムからは実行できません", "サインインのうえ、コンソールで操作してください。アクセストークンでは実行できません。"}},
	"sign-in":      {{"Please sign in", "You are not signed in, or the session has ended."}, {"サインインしてください", "サインインしていないか、セッションが終了しています。"}},
	"unavailable":  {{"Not available now", "A part of the system does not answer. Nothing was changed; try again in a moment."}, {"一時的に利用できません", "システムの一部が応答していません。変更は行われていません。しばらくしてからお試しください。"}},
	"full":         {{"No space is left", "Tell the operator."}, {"空き容量がありません", "運用者にご連絡ください。"}},
	"too-large":    {{"Too large", "Send less at once."}, {"大きすぎます", "分割して送信してください。"}},
	"too-many":     {{"Too many requests", "Wait a moment, then try again."}, {"要求が多すぎます", "少し待ってからお試しください。"}},
	"conflict":     {{"It was changed meanwhile", "Read it again, then decide."}, {"他の操作により変更されています", "読み直してから判断してください。"}},
	"changed":      {{"It was changed meanwhile", "Your copy is not the current one: read it again."}, {"他の操作により変更されています", "お手元の内容は最新ではありません。読み直してください。"}},
	"method":       {{"This cannot be done here", "The address exists, but not for this method."}, {"この操作はできません", "このアドレスではその操作を受け付けていません。"}},
	"internal":     {{"Something went wrong", "It is our fault, and it is in the operator's log."}, {"内部エラーが発生しました", "システム側の問題です。運用者の記録に残りました。"}},
}

// kinds are what errors of the inside mean outside.
var kinds = map[sekisho.ErrorKind]problem{
	sekisho.Invalid: {Status: 400, slug: "invalid"}, sekisho.NotFound: {Status: 404, slug: "not-found"}, sekisho.Exists: {Status: 409, slug: "exists"},
	sekisho.Denied: {Status: 403, slug: "denied"}, sekisho.Unavailable: {Status: 503, slug: "unavailable"}, sekisho.Full: {Status: 507, slug: "full"},
	sekisho.TooLarge: {Status: 413, slug: "too-large"}, sekisho.TooMany: {Status: 429, slug: "too-many"}, sekisho.Conflict: {Status: 409, slug: "conflict"},
}

// problemOf makes a problem of an error. Causes are told where they are about the request; those of faults are not.
func problemOf(err error, language string) problem {
	var p problem
	if errors.As(err, &p) {
		return p.in(language)
	}
	p, known := kinds[sekisho.KindOf(err)]
	if !known {
		return problem{Status: 500, slug: "internal"}.in(language)
	}
	var e *sekisho.Error
	if errors.As(err, &e) && e.Err != nil && (p.Status == 400 || p.Status == 409 || p.Status == 403 || p.Status == 413) {
		text := e.Err.Error()
		if strings.Contains(text, "a grant is needed") {
			p.slug = "grant-needed"
		}
		p.Errors = append(p.Errors, fault{"", lastLine(text)})
	}
	return p.in(language)
}

// lastLine is the most particular cause of joined errors.
func lastLine(s string) string {
	if i := strings.LastIndexByte(s, '\n'); i >= 0 {
		return s[i+1:]
	}
	return s
}

// in fills type, title and detail in a language.
func (p problem) in(language string) problem {
	l := 0
	if language == "ja" {
		l = 1
	}
	w, known := words[p.slug]
	if !known {
		w = words["internal"]
	}
	p.Type, p.Title = "urn:sekisho:problem:"+p.slug, w[l][0]
	if p.Detail == "" {
		p.Detail = w[l][1]
	}
	return p
}

func answerProblem(p problem, language string) wire.WebResponse {
	p = p.in(language)
	b, err := json.Marshal(p)
	if err != nil {
		b = []byte(`{"type":"urn:sekisho:problem:internal","title":"Something went wrong","status":500}`)
	}
	return wire.WebResponse{Status: p.Status, Type: problemType, Body: b}
}

// translated makes our problem of what the router's validation found: it answers 422 with places such as "body.items[3].name".
func translated(status int, body []byte, language string) wire.WebResponse {
	var m struct {
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}
	p := problem{Status: status, slug: "invalid"}
	switch status {
	case 404:
		p.slug = "not-found"
	case 405:
		p.slug = "method"
	case 413:
		p.slug = "too-large"
	case 400, 422, 415, 406:
		p.Status = 400
	default:
		if status >= 500 {
			p.Status, p.slug = 500, "internal"
		}
	}
	if json.Unmarshal(body, &m) == nil && p.slug == "invalid" {
		for _, e := range m.Errors {
			place := pointer(e.Location)
			if name, is := strings.CutPrefix(e.Message, "expected required property "); is { // where it should be, not what it is missing in
				name, _, _ = strings.Cut(name, " ")
				place += pointer("body." + name)
			}
			p.Errors = append(p.Errors, fault{place, e.Message})
		}
		if len(m.Errors) == 0 && m.Detail != "" {
			p.Errors = append(p.Errors, fault{"", m.Detail})
		}
	}
	return answerProblem(p, language)
}

// pointer turns "body.items[3].name" into "/items/3/name"; places outside of the body keep their first word: "/query/limit".
func pointer(location string) string {
	where, rest, _ := strings.Cut(location, ".")
	if where != "body" {
		rest = strings.TrimSuffix(where+"."+rest, ".")
	}
	var b strings.Builder
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(part))
	}
	return b.String()
}

// changedMeanwhile is the answer to an If-Match that does not match.
func changedMeanwhile() problem { return problem{Status: 412, slug: "changed"} }

// invalid is a problem with one place of the body.
func invalid(pointer, detail string) problem {
	return problem{Status: 400, slug: "invalid", Errors: []fault{{pointer, detail}}}
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }
