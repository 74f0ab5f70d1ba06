package address

import "testing"

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Bob@Mori.Example.": "bob@mori.example", `"bob"@x.example`: "bob@x.example", `"a b"@x.example`: `"a b"@x.example`, `"a..b"@x.example`: `"a..b"@x.example`,
		"@森.Example": "@xn--32v.example", "名前@XN--32V.example": "名前@xn--32v.example", "a@[192.0.2.1]": "a@[192.0.2.1]", "Name": "name", "a@_x.example": "a@_x.example",
	} {
		if got, err := Fold(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"a@", "a@.", "a@b..c", "a\x00@b", "a@b c.example", "a\xff@b"} {
		if got, err := Fold(in); err == nil {
			t.Errorf("%q is taken for %q", in, got)
		}
	}
}

func TestBase(t *testing.T) {
	for in, want := range map[string]string{"a+b@c": "a@c", "a+b+c@d": "a@d", "+a@b": "", "a@b+c": "", `"a+b"@c`: "", "a+b": ""} {
		if got, tagged := Base(in); got != want || tagged != (want != "") {
			t.Errorf("%q: %q, %v", in, got, tagged)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Bob@Mori.example", `"a b"@x.example`, "@森.example", "a+b@c", "", "@", "a@[192.0.2.1]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Fold(s)
		if err != nil {
			return
		}
		if again, err := Fold(a); err != nil || again != a {
			t.Fatalf("%q folds to %q, then to %q, %v", s, a, again, err)
		}
		if b, tagged := Base(a); tagged && (Domain(b) != Domain(a) || len(b) >= len(a)) {
			t.Fatalf("%q without its tag is %q", a, b)
		}
	})
}
