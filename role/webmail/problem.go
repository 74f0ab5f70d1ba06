package webmail

import (
	"encoding/json"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/wire"
)

// words are the titles and details of problems (RFC 9457), by slug and language.
var words = map[string]map[string][2]string{
	"not-found": {"en": {"Not found", "There is no such resource, or it is not yours."}, "ja": {"見つかりません", "そのリソースは存在しないか、アクセスできません。"}},
	"sign-in":   {"en": {"Sign in first", "This resource needs a session."}, "ja": {"サインインが必要です", "このリソースにはサインインが必要です。"}},
	"scope":     {"en": {"Not allowed", "The access token does not allow this."}, "ja": {"許可されていません", "アクセストークンにこの操作の権限がありません。"}},
	"ended":     {"en": {"Session ended", "The session has ended or may not do that: sign in again."}, "ja": {"セッションが終了しました", "セッションが終了したか、権限がありません。もう一度サインインしてください。"}},
	"too-large": {"en": {"Too large", "It is larger than allowed."}, "ja": {"大きすぎます", "許可された大きさを超えています。"}},
	"too-many":  {"en": {"Too much at once", "Try again later."}, "ja": {"要求が多すぎます", "しばらくしてからもう一度お試しください。"}},
	"full":      {"en": {"No space left", "The quota is used up."}, "ja": {"空き容量がありません", "割り当て容量を使い切りました。"}},
	"away":      {"en": {"Temporary failure", "Try again in a moment."}, "ja": {"一時的な障害です", "しばらくしてからもう一度お試しください。"}},
	"fault":     {"en": {"Internal fault", "It was noted."}, "ja": {"内部エラー", "エラーは記録されました。"}},
	"invalid":   {"en": {"That cannot be done", "The request makes no sense as it stands."}, "ja": {"処理できません", "要求の内容が正しくありません。"}},
	"no-remote": {"en": {"No such picture", "The picture cannot be fetched from outside."}, "ja": {"画像がありません", "外部の画像を取得できません。"}},
	"locked": {"en": {"Locked with a password", "The document is locked with a password: nobody here can look into it, and no page can be shown."},
		"ja": {"パスワードで保護されています", "文書がパスワードで保護されているため、検査も表示もできません。"}},
	"unreadable": {"en": {"Cannot be shown", "The file cannot be read as a document or a picture whose pages can be shown."},
		"ja": {"表示できません", "ページを表示できる文書や画像として読み取れません。"}},
	"unsafe": {"en": {"Cannot be shown", "It is no picture that can be shown safely."}, "ja": {"表示できません", "安全に表示できる画像ではありません。"}},
}

// problem answers with a problem document. detail replaces the usual text.
func problem(language string, status int, slug, detail string) wire.WebResponse {
	if language != "ja" {
		language = "en"
	}
	w := words[slug][language]
	if detail != "" {
		w[1] = detail
	}
	b, _ := json.Marshal(map[string]any{"type": "urn:sekisho:problem:" + slug, "title": w[0], "status": status, "detail": w[1]})
	return wire.WebResponse{Status: status, Type: "application/problem+json", Body: b}
}

// refused is the problem document of a request that JMAP refuses as a whole.
func refused(e *jmap.RequestError) wire.WebResponse {
	m := map[string]any{"type": e.URN(), "status": 400, "detail": e.Detail}
	if e.Limit != "" {
		m["limit"] = e.Limit
	}
	b, _ := json.Marshal(m)
	return wire.WebResponse{Status: 400, Type: "application/problem+json", Body: b}
}

// failed answers for an error inside, outside of JMAP's methods.
func (x *Webmail) failed(language string, err error) wire.WebResponse {
	switch sekisho.KindOf(err) {
	case sekisho.NotFound:
		return problem(language, 404, "not-found", "")
	case sekisho.Denied:
		return problem(language, 401, "ended", "")
	case sekisho.TooLarge:
		return problem(language, 413, "too-large", "")
	case sekisho.TooMany:
		return problem(language, 429, "too-many", "")
	case sekisho.Full:
		return problem(language, 507, "full", "")
	case sekisho.Invalid:
		return problem(language, 400, "invalid", "")
	case sekisho.Unavailable:
		x.config.Log.Warn("request failed", "error", err)
		return problem(language, 503, "away", "")
	}
	x.config.Log.Error("request failed", "error", err)
	return problem(language, 500, "fault", "")
}
