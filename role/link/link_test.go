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

// A witness' answers: signed, another size, refused.
func TestWitnessed(t *testing.T) {
	for name, c := range map[string]struct {
		code int
		kind string
		text string
		size uint64
		want sekisho.ErrorKind
	}{
		"signed":       {200, "text/plain", "— w AAAA\n", 0, 0},
		"another size": {409, sizeType, "17\n", 17, 0},
		"put back":     {409, "text/plain", "another root", 0, sekisho.Conflict},
		"forked":       {422, "text/plain", "", 0, sekisho.Conflict},
		"no such log":  {404, "text/plain", "", 0, sekisho.Unavailable},
		"broken":       {502, "text/html", "<html>", 0, sekisho.Unavailable},
		"no number":    {409, sizeType, "many", 0, sekisho.Conflict},
	} {
		got, err := witnessed(c.code, c.kind, []byte(c.text))
		if sekisho.KindOf(err) != c.want || got.Size != c.size || c.want == 0 && c.size == 0 && string(got.Answer) != c.text {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}
