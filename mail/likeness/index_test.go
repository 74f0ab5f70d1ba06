package likeness

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func index(t testing.TB, domains ...string) *Index {
	t.Helper()
	b, err := Make(domains)
	if err != nil {
		t.Fatal(err)
	}
	if Count(b) == 0 || !Is(b) {
		t.Fatalf("%d domains", Count(b))
	}
	x, err := Load(b)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestLike(t *testing.T) {
	x := index(t, "mori-kogyo.co.jp", "www.hokkaidobank.example", "hokkaidobank.co.jp", "paypal.com", "tanaka.example", "accounting-house.com", "warehouses.example", "WWW.Example.ORG", "co.jp", "")
	for host, want := range map[string]string{
		"mori-kogyo.co.jp":          "",
		"mail.mori-kogyo.co.jp":     "",
		"mori-kogyo.com":            "", // another suffix
		"rnori-kogyo.co.jp":         "mori-kogyo.co.jp homograph",
		"rnori-kogyo.com":           "mori-kogyo.co.jp homograph",
		"mori-koqyo.co.jp":          "mori-kogyo.co.jp typo",
		"morikogyo.co.jp":           "mori-kogyo.co.jp typo",
		"mori-kogyoo.com":           "mori-kogyo.co.jp typo",
		"mroi-kogyo.com":            "mori-kogyo.co.jp typo",
		"h0kkaid0bank.example":      "hokkaidobank.co.jp homograph",
		"paypa1.com":                "paypal.com homograph",
		"xn--pypal-4ve.com":         "paypal.com homograph",
		"paypals.com":               "", // a short name, one letter away
		"tanake.example":            "",
		"acounting-house.com":       "accounting-house.com typo",
		"login.acounting-house.com": "accounting-house.com typo",
		"warehouse-s.example":       "warehouses.example typo",
		"unknown-domain.example":    "",
		"example.org":               "",
		"":                          "",
		"localhost":                 "",
	} {
		of, how := x.Like(host)
		got := of + " " + how
		if got == " " {
			got = ""
		}
		if got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}

// names are invented domains.
func names(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	part := []string{"ka", "shi", "mo", "ri", "ten", "bo", "lux", "per", "an", "do", "vi", "sol", "mar", "gre", "en", "port", "wa", "tek", "net", "ho"}
	out := make([]string, n)
	for i := range out {
		s := ""
		for range 3 + r.IntN(3) {
			s += part[r.IntN(len(part))]
		}
		out[i] = s + string(rune('a'+r.IntN(26))) + []string{".com", ".co.jp", ".net", ".de", ".example"}[r.IntN(5)]
	}
	return out
}

// TestEveryChange: any one change of any known label is found, unless the changed name is itself one of another known domain.
func TestEveryChange(t *testing.T) {
	list := names(3000)
	x := index(t, list...)
	r := rand.New(rand.NewPCG(3, 4))
	missed := 0
	for range 3000 {
		d := list[r.IntN(len(list))]
		l := label(d)
		if len(l) < 9 {
			continue
		}
		i := r.IntN(len(l) - 1)
		c := string(rune('a' + r.IntN(26)))
		for _, changed := range []string{l[:i] + l[i+1:], l[:i] + c + l[i:], l[:i] + c + l[i+1:], l[:i] + l[i+1:i+2] + l[i:i+1] + l[i+2:]} {
			if len(Skeleton(changed))-len(changed) != len(Skeleton(l))-len(l) || len(Skeleton(changed)) < shortestTypo {
				continue // the change makes or breaks a pair that is read as one letter, "rn", or the name is short
			}
			if of, how := x.Like(changed + ".test"); of == "" && changed != l {
				if _, same := x.same(Skeleton(changed), changed+".test"); !same {
					missed++
					t.Errorf("%s is near %s: %s %s", changed, d, of, how)
				}
			}
		}
		if missed > 5 {
			t.FailNow()
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	if _, err := Make([]string{"com", "", "localhost"}); err == nil {
		t.Error("a list without a domain")
	}
	for _, b := range [][]byte{nil, []byte(magic), []byte(magic + "\x05"), []byte(magic + "\x01\x01\x01a"), []byte(magic + "\x01\x00\x00"), []byte(magic + "\xff\xff\xff\xff\xff\x01")} {
		if _, err := Load(b); err == nil {
			t.Errorf("%q is loaded", b)
		}
	}
}

func FuzzLoad(f *testing.F) {
	b, err := Make([]string{"paypal.com", "mori-kogyo.co.jp", "paypal.de"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, "paypa1.com")
	f.Add([]byte(magic+"\x02\x00\x03a.b\x01\x02xy"), "a.b")
	f.Fuzz(func(t *testing.T, b []byte, host string) {
		if x, err := Load(b); err == nil {
			x.Like(host)
		}
	})
}

// BenchmarkLike looks for look-alikes among a million known domains: hosts that are near one, and hosts that are not.
func BenchmarkLike(b *testing.B) {
	list := names(1_000_000)
	raw, err := Make(list)
	if err != nil {
		b.Fatal(err)
	}
	x, err := Load(raw)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d domains, %d bytes compact, %d bytes loaded", x.domains(), len(raw), len(x.names)+4*(len(x.at)+len(x.groups)+len(x.slots)))
	for name, ask := range map[string]func(i int) string{
		"near": func(i int) string { d := list[i*7919%len(list)]; return d[:2] + "q" + d[2:] },
		"far":  func(i int) string { return fmt.Sprintf("unheard-of-%d.example", i) },
	} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				x.Like(ask(i))
			}
		})
	}
}
