package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"sekisho"
)

func parsed(t *testing.T, rules ...string) *Policy {
	t.Helper()
	var b strings.Builder
	b.WriteString("version = 1\n")
	for i, r := range rules {
		when, action, _ := strings.Cut(r, " => ")
		name, action, named := strings.Cut(action, " as ")
		if !named {
			name, action = action, name
			name = fmt.Sprintf("r%d", i)
		} else {
			name, action = action, name
		}
		fmt.Fprintf(&b, "[[rule]]\nname = %q\ndirection = \"inbound\"\nwhen = '''%s'''\naction = %q\n", name, when, action)
		if action == "tag" {
			b.WriteString("text = \"x\"\n")
		}
	}
	p, err := Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestReview(t *testing.T) {
	for name, c := range map[string]struct {
		rules []string
		want  []Remark
	}{
		"always":                   {[]string{" => pass", `score > 1 => quarantine`}, []Remark{{"r1", Shadowed, "r0"}}},
		"same condition":           {[]string{`Has("virus") => reject`, `Has( "virus" ) => quarantine`}, []Remark{{"r1", Contradicted, "r0"}}},
		"turned":                   {[]string{`5 <= score => junk`, `score >= 8 => quarantine`, `score >= 9 => drop`}, []Remark{{"r2", Shadowed, "r1"}}},
		"narrower":                 {[]string{`sender_domain in ["a.example", "b.example"] => reject`, `known && sender_domain == "b.example" => pass`}, []Remark{{"r1", Shadowed, "r0"}}},
		"one of a choice":          {[]string{`Has("macro") || score >= 5 => quarantine`, `score > 7 && !known => drop`}, []Remark{{"r1", Shadowed, "r0"}}},
		"weight":                   {[]string{`Has("phish") => quarantine`, `Weight("phish") >= 3 => drop`}, []Remark{{"r1", Shadowed, "r0"}}},
		"never":                    {[]string{`score > 8 && score < 3 => reject`, `known && !known => drop`, `spf == "pass" && spf == "fail" => drop`, `spf == "pass" && spf != "fail" => drop`}, []Remark{{"r0", Never, ""}, {"r1", Never, ""}, {"r2", Never, ""}}},
		"not":                      {[]string{`!(known || Has("spam")) => reject`, `!known && !Has("spam") && tls => drop`}, []Remark{{"r1", Shadowed, "r0"}}},
		"additions shadow nothing": {[]string{` => tag`, `known => reject`}, nil},
		"wider after":              {[]string{`score >= 8 => reject`, `score >= 5 => quarantine`, ` => pass`}, nil},
		"patterns are words":       {[]string{`subject matches "a|b" => reject`, `subject matches "a" => drop`}, nil},
		"different ends":           {[]string{`score > 5 => reject`, `score >= 5 => drop`, `hour < 8 => drop`, `hour <= 8 => junk`}, nil},
	} {
		if got := Review(parsed(t, c.rules...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := Review(mustDefault(t)); len(got) > 0 {
		t.Errorf("the default rules: %v", got)
	}
}

func mustDefault(t *testing.T) *Policy {
	t.Helper()
	p, err := Parse(Default)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// condition makes a condition of few words, so that chance makes many that imply or exclude each other.
func condition(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(3) > 0 {
		op := []string{"&&", "||"}[r.IntN(2)]
		s := "(" + condition(r, depth-1) + " " + op + " " + condition(r, depth-1) + ")"
		if r.IntN(4) == 0 {
			s = "!" + s
		}
		return s
	}
	compare := []string{"==", "!=", "<", "<=", ">", ">="}
	switch r.IntN(6) {
	case 0:
		return fmt.Sprintf("score %s %d", compare[r.IntN(6)], r.IntN(4))
	case 1:
		return fmt.Sprintf("%d %s score", r.IntN(4), compare[r.IntN(6)])
	case 2:
		return fmt.Sprintf("spf %s %q", compare[r.IntN(2)], []string{"pass", "fail"}[r.IntN(2)])
	case 3:
		return []string{`spf in ["pass", "none"]`, `spf in ["fail"]`}[r.IntN(2)]
	case 4:
		return []string{"known", "!known", "not known"}[r.IntN(3)]
	}
	return []string{`Has("spam")`, fmt.Sprintf(`Weight("spam") %s %d`, compare[r.IntN(6)], r.IntN(3))}[r.IntN(2)]
}

// A rule that the review says has no effect has none: without it every decision is the same.
func TestReviewIsTrue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	said := map[string]int{}
	for range 3000 {
		var rules []string
		for range 4 {
			rules = append(rules, condition(r, 2)+" => "+[]string{"pass", "reject", "quarantine", "drop", "tag"}[r.IntN(5)])
		}
		p := parsed(t, rules...)
		for _, m := range Review(p) {
			said[m.What]++
			without := &Policy{rules: slices.DeleteFunc(slices.Clone(p.rules), func(c compiled) bool { return c.Name == m.Rule })}
			for f := range every() {
				a, b := Decide(p, f), Decide(without, f)
				if a.Action != b.Action || a.Rule != b.Rule || len(a.Tags) != len(b.Tags) {
					t.Fatalf("%v of %q, but for %+v: %+v and %+v", m, rules, f, a, b)
				}
			}
		}
	}
	if said[Never] < 50 || said[Shadowed] < 500 || said[Contradicted] < 10 {
		t.Errorf("few remarks: %v", said)
	}
}

// every gives facts of all combinations of what condition names.
func every() func(func(Facts) bool) {
	return func(yield func(Facts) bool) {
		for score := -0.5; score < 4; score += 0.5 {
			for _, spf := range []string{"pass", "fail", "none"} {
				for _, weight := range []float64{-1, 0, 0.5, 1, 2, 3} {
					for _, known := range []bool{false, true} {
						f := Facts{Direction: sekisho.Inbound, Score: score, SPF: spf, Known: known}
						if weight >= 0 {
							f.Findings = []sekisho.Finding{{Kind: sekisho.KindSpam, Score: weight}}
						}
						if !yield(f) {
							return
						}
					}
				}
			}
		}
	}
}

func TestCompare(t *testing.T) {
	old := parsed(t, `known => pass as a`, `score > 1 => junk as b`, `score > 5 => reject as c`, `tls => drop as d`)
	next := parsed(t, `tls => drop as d`, `known => pass as a`, `score > 2 => quarantine as b`, `spf == "fail" => reject as e`)
	var got []string
	for _, d := range Compare(old, next) {
		got = append(got, d.What+" "+d.Rule+" "+strings.Join(d.Fields, ","))
	}
	if want := []string{"removed c ", "moved d ", "changed b when,action", "added e "}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if d := Compare(old, old); len(d) > 0 {
		t.Errorf("%+v", d)
	}
	leak, err := Parse([]byte("version = 1\n[[leak.words]]\nname = \"x\"\nwords = [\"falcon\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d := Compare(&Policy{}, leak); len(d) != 1 || d[0].Rule != "" || d[0].Fields[0] != "leak" {
		t.Errorf("%+v", d)
	}
}

func TestReplay(t *testing.T) {
	r := NewReplay(parsed(t, `score > 5 => quarantine as much`, `dmarc == "fail" && dmarc_policy == "reject" => reject as asked`), 1)
	auth := []sekisho.Finding{{Kind: sekisho.KindAuth, Name: "dmarc-fail", Evidence: "a.example asks for reject: no"}}
	for _, m := range []Past{{Score: 6, Action: "pass"}, {Score: 6, Action: "quarantine", Rule: "much"}, {Score: 1, Action: "pass"}, {Score: 1, Findings: auth, Action: "pass"}} {
		m.Direction = sekisho.Inbound
		r.Add(m)
	}
	r.Done()
	if r.Mails != 4 || r.Differs != 2 || len(r.Examples) != 1 || r.Actions["quarantine"] != 2 || r.Actions["reject"] != 1 ||
		!slices.Equal(r.Rules, []RuleCount{{"asked", 1, 0}, {"much", 2, 0}}) {
		t.Errorf("%+v", r)
	}
}

// Parts of conditions that cannot be taken apart make no claim, and no condition takes long.
func FuzzReview(f *testing.F) {
	f.Add(`score > 1 && (known || spf in ["a", "b"])`, `!(Has("x"))`)
	f.Add(strings.Repeat("(known || tls) && ", 30)+"known", `score == -1`)
	f.Add(`any(attachments, # endsWith ".exe")`, `subject matches "("`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > longestWhen {
			return
		}
		var p Policy
		for i, when := range []string{a, b} {
			c, err := compile(Rule{Name: fmt.Sprint(i), Direction: "inbound", Action: Reject, When: when})
			if err != nil {
				return
			}
			p.rules = append(p.rules, c)
		}
		for _, m := range Review(&p) {
			if m.Say("ja") == "" || m.Say("en") == m.Say("ja") {
				t.Errorf("%+v", m)
			}
		}
	})
}
