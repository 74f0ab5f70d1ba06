package missend

import "testing"

func TestSimilar(t *testing.T) {
	known := []string{"tanaka@mori.co.jp", "hanako.sato@kawa-denki.example", "info@umi.example", "yamamoto@gmail.com", "k.suzuki@mori.co.jp", "staff01@mori.co.jp"}
	for typed, want := range map[string]Reason{
		"tanaka@gmail.com":                FreeMail,
		"tanaka@mori.com":                 Ending,
		"tanaka@mori.jp":                  Ending,
		"hanako.sato@kawa-denkj.example":  Domain,
		"hanako.sato@kawadenki.example":   Domain,
		"hanako.satoo@kawa-denki.example": Name,
		"hanako.saot@kawa-denki.example":  Name,
		"yamamoto@gmial.com":              Domain,
		"someone@gmai.com":                Domain,
		"someone@yahoo.co.jo":             Domain,

		"tanaka@mori.co.jp":              "", // known
		"TANAKA@mori.co.jp":              "",
		"info@mori.example":              "", // a name that everybody has
		"info@gmail.com":                 "",
		"k.sato@mori.co.jp":              "", // other people
		"t.suzuki@mori.co.jp":            "",
		"staff02@mori.co.jp":             "",
		"tanaka@entirely.example":        "",
		"yamamoto@company.example":       "",
		"someone@gmail.com":              "",
		"hanako.sato@other.example":      "",
		"@":                              "",
		"hanako.kato@kawa-denki.example": "",
	} {
		if got, _ := Similar(typed, known); got.Reason != want {
			t.Errorf("%s: %+v, want %q", typed, got, want)
		}
	}
}

func TestSpeaksOfAttachment(t *testing.T) {
	for text, want := range map[string]bool{
		"見積書を添付いたします。": true, "please find the report attached": true, "資料を同封します": true, "添付ファイルをご確認ください": true,
		"履歴書を添付してください": false, "no attachment this time": false, "添付なしで失礼します": false, "ご確認をお願いします": false, "thanks for your attachment": false,
	} {
		if SpeaksOfAttachment(text) != want {
			t.Errorf("%s: not %t", text, want)
		}
	}
}

func TestOrganisations(t *testing.T) {
	if got := Organisations([]string{"a@x.mori.co.jp", "b@mori.co.jp", "c@gmail.com", "d@gmail.com", "e@kawa.example"}); len(got) != 4 {
		t.Errorf("%v", got)
	}
}

func FuzzSimilar(f *testing.F) {
	f.Add("tanaka@mori.com", "tanaka@mori.co.jp")
	f.Fuzz(func(_ *testing.T, a, b string) {
		Similar(a, []string{b})
		Organisations([]string{a, b})
	})
}
