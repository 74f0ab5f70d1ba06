package zone

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const master = `
$ORIGIN example.
mori        MX  20 second.mori
            MX  10 mx.mori
            TXT "v=spf1 " "mx -all"
mx.mori     A   192.0.2.1
            AAAA 2001:db8::1
www.mori    CNAME mx.mori
loop        CNAME loop
*.wild      TXT "any"
a.b.deep    TXT "x"
null        MX  0 .
odd         TXT "semi\;colon \"quoted\" \195\169"
bad         TXT "!temperror"
1.2.0.192.in-addr.arpa. PTR mx.mori
`

func TestLookup(t *testing.T) {
	z, err := Parse(strings.NewReader(master), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, name string
		want       string
		void       bool
		err        error
	}{
		{"MX", "MORI.example", "[{10 mx.mori.example} {20 second.mori.example}]", false, nil},
		{"TXT", "mori.example.", "[v=spf1 mx -all]", false, nil},
		{"IP", "www.mori.example", "[192.0.2.1 2001:db8::1]", false, nil},
		{"A", "mori.example", "[]", false, nil},
		{"A", "nobody.example", "[]", true, nil},
		{"TXT", "x.y.wild.example", "[any]", false, nil},
		{"TXT", "deep.example", "[]", false, nil}, // exists through a.b.deep
		{"MX", "null.example", "[{0 }]", false, nil},
		{"TXT", "odd.example", `[semi;colon "quoted" é]`, false, nil},
		{"PTR", "1.2.0.192.in-addr.arpa", "[mx.mori.example]", false, nil},
		{"TXT", "bad.example", "", false, ErrTemporary},
		{"A", "loop.example", "", false, ErrTemporary},
	} {
		r, err := z.Lookup(context.Background(), c.kind, c.name)
		if !errors.Is(err, c.err) {
			t.Errorf("%s %s: error %v", c.kind, c.name, err)
			continue
		}
		if err != nil {
			continue
		}
		if got := first(r); got != c.want || r.Void != c.void {
			t.Errorf("%s %s: %s void=%v, want %s void=%v", c.kind, c.name, got, r.Void, c.want, c.void)
		}
	}
}

func first(r Records) string {
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && f.Len() > 0 {
			return fmt.Sprint(f.Interface())
		}
	}
	return "[]"
}

func FuzzParse(f *testing.F) {
	f.Add(master)
	f.Add("a TXT \"\\\"\n")
	f.Fuzz(func(t *testing.T, s string) {
		z, err := Parse(strings.NewReader(s), "example")
		if err != nil {
			return
		}
		z.Lookup(context.Background(), "TXT", "a.example")
		z.Has("a.example")
	})
}
