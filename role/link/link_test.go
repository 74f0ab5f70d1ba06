package link

import (
	"testing"

	"sekisho"
)

func TestParseAnswer(t *testing.T) {
	var a struct{ Data struct{ Ciphertext string } }
	for name, c := range map[string]struct {
		code   int
		text   string
		answer any
		want   sekisho.ErrorKind
	}{
		"sealed":          {503, `{"errors":["Vault is sealed"]}`, &a, sekisho.Unavailable},
		"token revoked":   {403, `{"errors":["permission denied"]}`, &a, sekisho.Denied},
		"no such key":     {404, `{"errors":[]}`, &a, sekisho.NotFound},
		"wrong context":   {400, `{"errors":["cipher: message authentication failed"]}`, &a, sekisho.Invalid},
		"not JSON":        {200, `<html>`, &a, sekisho.Unavailable},
		"redirect":        {307, ``, &a, sekisho.Unavailable},
		"nothing to say":  {204, ``, nil, 0},
		"not interesting": {200, `{"data":{}}`, nil, 0},
	} {
		err := parseAnswer(c.code, []byte(c.text), c.answer)
		if (err == nil) != (c.want == 0) || err != nil && sekisho.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add(200, []byte(`{"data":{"ciphertext":"vault:v1:x"}}`))
	f.Add(403, []byte(`{"errors":["permission denied"]}`))
	f.Fuzz(func(t *testing.T, code int, text []byte) {
		var a struct{ Data struct{ Ciphertext string } }
		if err := parseAnswer(code, text, &a); err == nil && code != 200 && code != 204 {
			t.Fatalf("%d is no success", code)
		}
	})
}
