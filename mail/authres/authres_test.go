package authres

import (
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		id      string
		methods []Method
		want    string
	}{
		{"mx.example", nil, "Authentication-Results: mx.example; none\r\n"},
		{"mx.example", []Method{{"spf", "pass", "", []Property{{"smtp.mailfrom", "hana@mori.example"}}},
			{"dkim", "fail", "the body was changed", []Property{{"header.d", "mori.example"}, {"header.s", "s1"}, {"header.b", "a+b/c=="}}}},
			"Authentication-Results: mx.example;\r\n\tspf=pass smtp.mailfrom=hana@mori.example;\r\n\tdkim=fail reason=\"the body was changed\" " +
				"header.d=mori.example\r\n\theader.s=s1 header.b=\"a+b/c==\"\r\n"},
		{"mx.example", []Method{{"spf", "fail", "", []Property{{"smtp.mailfrom", "a@b.example; dmarc=pass (\r\nX: y"}}}},
			"Authentication-Results: mx.example;\r\n\tspf=fail smtp.mailfrom=\"a@b.example; dmarc=pass (??X: y\"\r\n"},
		{"mx.example", []Method{{"spf", "fail", "", []Property{{"smtp.mailfrom", `"a b\"@森.example`}}}},
			"Authentication-Results: mx.example;\r\n\tspf=fail smtp.mailfrom=\"\\\"a b\\\\\\\"@???.example\"\r\n"},
		{"mx.example", []Method{{"spf", "none", "", []Property{{"smtp.mailfrom", ""}}}},
			"Authentication-Results: mx.example;\r\n\tspf=none smtp.mailfrom=\"\"\r\n"},
		{"mx example", []Method{{"s=f", "pa ss", "", []Property{{"smtp.helo", long}}}},
			"Authentication-Results: \"mx example\";\r\n\tunknown=unknown\r\n\tsmtp.helo=\"" + long[:250] + "...\"\r\n"},
	} {
		if got := Format(c.id, c.methods); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// FuzzFormat reads the field back with a reader that knows only quotes and semicolons: whatever a value holds, there are as
// many results as were written, and one field.
func FuzzFormat(f *testing.F) {
	f.Add("mx.example", "a@b.example", "why")
	f.Add("\"", "\\", "\r\n\r\n;")
	f.Fuzz(func(t *testing.T, id, v, reason string) {
		s := Format(id, []Method{{"spf", "pass", reason, []Property{{"smtp.mailfrom", v}}}, {"dkim", "fail", "", []Property{{"header.d", v}}}})
		body, ok := strings.CutSuffix(s, "\r\n")
		if !ok || strings.ContainsAny(strings.ReplaceAll(body, "\r\n\t", ""), "\r\n\t\x00") {
			t.Fatalf("%q", s)
		}
		inside, parts := false, 1
		for i := 0; i < len(body); i++ {
			switch c := body[i]; {
			case c > '~':
				t.Fatalf("%q", s)
			case inside && c == '\\':
				i++
			case c == '"':
				inside = !inside
			case !inside && c == ';':
				parts++
			case !inside && (c == '(' || c == ')'):
				t.Fatalf("a comment: %q", s)
			}
		}
		if inside || parts != 3 {
			t.Errorf("%d parts: %q", parts, s)
		}
	})
}
