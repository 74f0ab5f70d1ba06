package dmarc

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"sekisho/mail/zone"
)

const master = `
$ORIGIN .
_dmarc.example.com       TXT "v=DMARC1; p=quarantine; sp=reject; np=none; rua=mailto:d@example.com!10m, https://x.example/"
mail.example.com         A   192.0.2.1
_dmarc.strict.com        TXT "v=DMARC1;p=reject;adkim=s;aspf=s"
_dmarc.test              TXT "v=DMARC1; p=none; psd=y"
_dmarc.giant.test        TXT "v=DMARC1; p=reject; psd=n"
_dmarc.unit.giant.test   TXT "v=DMARC1; p=reject; psd=n"
_dmarc.trial.com         TXT "v=DMARC1; p=reject; t=y"
_dmarc.trial2.com        TXT "v=DMARC1; p=quarantine; t=y; pct=0; rf=x; ri=1; later=on"
_dmarc.twice.com         TXT "v=DMARC1; p=reject"
_dmarc.twice.com         TXT "v=DMARC1; p=none"
_dmarc.mixed.com         TXT "v=spf1 -all"
_dmarc.mixed.com         TXT "v=DMARC1; p=reject"
_dmarc.silent.com        TXT "v=DMARC1; rua=mailto:d@silent.com"
_dmarc.bare.com          TXT "v=DMARC1"
_dmarc.wrong.com         TXT "v=DMARC1; p=rejekt"
_dmarc.wrong2.com        TXT "v=DMARC1; p=reject; sp=rejekt; rua=mailto:d@wrong2.com"
_dmarc.late.com          TXT "p=reject; v=DMARC1"
_dmarc.case.com          TXT "V=dmarc1; p=reject"
_dmarc.slow.com          TXT "!temperror"
_dmarc.part.slow.com     TXT "v=DMARC1; p=reject"
_dmarc.h.example.org     TXT "v=DMARC1; p=reject"
_dmarc.example.org       TXT "v=DMARC1; p=none"
`

func zoneOf(t testing.TB) *zone.Zone {
	t.Helper()
	z, err := zone.Parse(strings.NewReader(master), ".")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func spf(d string) []Proof  { return []Proof{{Domain: d}} }
func dkim(d string) []Proof { return []Proof{{Domain: d, DKIM: true}} }

func TestEvaluate(t *testing.T) {
	z := zoneOf(t)
	for _, c := range []struct {
		from               string
		proofs             []Proof
		pending            []Proof
		value, policy, org string
	}{
		{"example.com", spf("example.com"), nil, Pass, "quarantine", "example.com"},
		{"example.com", spf("cbg.bounces.example.com"), nil, Pass, "quarantine", "example.com"}, // relaxed: one organisation
		{"example.com", dkim("sub.example.com"), nil, Pass, "quarantine", "example.com"},
		{"example.com", spf("notexample.com"), nil, Fail, "quarantine", "example.com"}, // a suffix of letters is no suffix of labels
		{"example.com", spf("com"), nil, Fail, "quarantine", "example.com"},
		{"example.com", nil, nil, Fail, "quarantine", "example.com"},
		{"mail.example.com", dkim("example.com"), nil, Pass, "reject", "example.com"},
		{"mail.example.com", nil, nil, Fail, "reject", "example.com"},                      // exists: sp
		{"absent.example.com", nil, nil, Fail, "none", "example.com"},                      // does not exist: np
		{"example.com", nil, spf("a.example.com"), TempError, "quarantine", "example.com"}, // a proof may still come
		{"example.com", nil, spf("evil.com"), Fail, "quarantine", "example.com"},           // but not from there
		{"strict.com", nil, dkim("a.strict.com"), Fail, "reject", "strict.com"},
		{"strict.com", nil, dkim("strict.com"), TempError, "reject", "strict.com"},
		{"strict.com", spf("strict.com"), nil, Pass, "reject", "strict.com"},
		{"strict.com", spf("a.strict.com"), nil, Fail, "reject", "strict.com"},
		{"strict.com", dkim("a.strict.com"), nil, Fail, "reject", "strict.com"},
		{"shop.test", spf("www.shop.test"), nil, Pass, "none", "shop.test"}, // public suffix above: the policy is its own
		{"shop.test", spf("other.test"), nil, Fail, "none", "shop.test"},
		{"giant.test", spf("a.giant.test"), nil, Pass, "reject", "giant.test"},
		{"giant.test", spf("a.unit.giant.test"), nil, Fail, "reject", "giant.test"}, // psd=n between: another organisation
		{"trial.com", nil, nil, Fail, "quarantine", "trial.com"},
		{"trial2.com", nil, nil, Fail, "none", "trial2.com"},
		{"twice.com", nil, nil, None, "none", "twice.com"},
		{"mixed.com", nil, nil, Fail, "reject", "mixed.com"},
		{"silent.com", nil, nil, Fail, "none", "silent.com"},
		{"bare.com", nil, nil, Fail, "none", "bare.com"},
		{"wrong.com", nil, nil, None, "none", "wrong.com"},
		{"wrong2.com", nil, nil, Fail, "none", "wrong2.com"},
		{"late.com", nil, nil, None, "none", "late.com"},
		{"case.com", nil, nil, None, "none", "case.com"},
		{"slow.com", spf("slow.com"), nil, TempError, "none", ""},
		{"part.slow.com", spf("part.slow.com"), nil, Pass, "reject", "part.slow.com"},
		{"part.slow.com", spf("slow.com"), nil, TempError, "reject", "part.slow.com"}, // whether it is aligned cannot be known
		{"low.slow.com", spf("low.slow.com"), nil, TempError, "none", ""},
		{"h.example.org", spf("example.org"), nil, Pass, "reject", "example.org"}, // own record, organisation above
		{"nothing.net", spf("nothing.net"), nil, None, "none", "nothing.net"},
	} {
		r := Discover(t.Context(), z, c.from).Evaluate(t.Context(), z, c.proofs, c.pending)
		if r.Value != c.value || r.Policy != c.policy || r.Organisation != c.org {
			t.Errorf("%s with %v: %s (%s), policy %s, organisation %s; want %s, %s, %s", c.from, c.proofs, r.Value, r.Reason, r.Policy,
				r.Organisation, c.value, c.policy, c.org)
		}
	}
}

// asked notes what is asked.
type asked struct {
	sync.Mutex
	names []string
}

// Lookup knows nothing.
func (a *asked) Lookup(_ context.Context, _, name string) (zone.Records, error) {
	a.Lock()
	defer a.Unlock()
	a.names = append(a.names, name)
	return zone.Records{Void: true}, nil
}

func TestWalkIsShort(t *testing.T) {
	for in, want := range map[string][]string{
		"a.b.c.d.e.f.g.h.i.j.mail.example.com": {"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
			"h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com", "mail.example.com", "example.com", "com"},
		"b.c.d.e.f.mail.example.com": {"b.c.d.e.f.mail.example.com", "c.d.e.f.mail.example.com", "d.e.f.mail.example.com",
			"e.f.mail.example.com", "f.mail.example.com", "mail.example.com", "example.com", "com"},
		"example.com": {"example.com", "com"},
	} {
		var a asked
		if _, err := walk(t.Context(), &a, in); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			want[i] = "_dmarc." + strings.TrimPrefix(want[i], "_dmarc.")
		}
		slices.Sort(want)
		slices.Sort(a.names)
		if !slices.Equal(a.names, want) {
			t.Errorf("%s: asked %v", in, a.names)
		}
	}
}

func TestReports(t *testing.T) {
	p, ok := ParseRecord("v=DMARC1; p=none; rua=mailto:a@x.example!5k , https://x/, mailto:b@y.example; ruf=nonsense")
	if !ok || !slices.Equal(p.Reports, []string{"a@x.example", "b@y.example"}) || p.Failures != nil {
		t.Errorf("%+v", p)
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, s := range []string{"v=DMARC1; p=reject; sp=none; np=quarantine; psd=y; t=y; adkim=s; rua=mailto:a@b!1m", "v = DMARC1;;=;p", "v=DMARC1;p=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := ParseRecord(s)
		if !ok {
			return
		}
		if !p.usable() && len(p.Reports) > 0 {
			t.Error("a record that asks for reports is used")
		}
		for _, v := range []string{p.Policy, p.Sub, p.Absent} {
			if v != "none" && v != "quarantine" && v != "reject" && !p.bad {
				t.Errorf("%q", v)
			}
		}
	})
}
