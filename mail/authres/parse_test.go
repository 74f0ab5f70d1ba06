package authres

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"mx.google.com;\r\n dkim=pass header.i=@a.example header.s=s1 header.b=\"Zq;x\"; spf=pass (google.com: domain of b@a.example designates 192.0.2.1) smtp.mailfrom=b@a.example; dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=a.example": "mx.google.com dkim pass header.i=@a.example header.s=s1 header.b=Zq;x | spf pass smtp.mailfrom=b@a.example | dmarc pass header.from=a.example",
		"i.example 1; none":                        "i.example",
		"a; SPF = Fail reason = \"x \\\" y\"":      "a spf fail",
		"a; dkim/1=pass header.d = b.example; ; x": "a dkim pass header.d=b.example",
		"":                                "",
		"(x; (y)) a; dkim=pass (unclosed": "a dkim pass",
	} {
		id, methods := Parse(in)
		var got []string
		for _, m := range methods {
			s := m.Name + " " + m.Result
			for _, p := range m.Properties {
				s += fmt.Sprintf(" %s=%s", p.Name, p.Value)
			}
			got = append(got, s)
		}
		if all := strings.TrimSpace(id + " " + strings.Join(got, " | ")); all != want {
			t.Errorf("%q: %q, want %q", in, all, want)
		}
	}
}

// What Format writes, Parse reads.
func FuzzParse(f *testing.F) {
	f.Add("mx.example; spf=pass smtp.mailfrom=a@b.example; dkim=fail (a (b) c) header.d=\"x\"", "v;=\" (")
	f.Add("a;((((", "\x00")
	f.Fuzz(func(t *testing.T, s, value string) {
		Parse(s)
		field := Format("mx.example", []Method{{"dkim", "pass", "r", []Property{{"header.d", value}}}})
		id, m := Parse(strings.TrimPrefix(field, "Authentication-Results:"))
		if id != "mx.example" || len(m) != 1 || m[0].Name != "dkim" || m[0].Result != "pass" || m[0].Reason != "r" || len(m[0].Properties) != 1 {
			t.Fatalf("%q: %q %+v", field, id, m)
		}
	})
}
