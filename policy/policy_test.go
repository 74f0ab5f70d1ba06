package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
)

func standard(t testing.TB) *Policy {
	t.Helper()
	p, err := Parse(Default)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func with(kind sekisho.Kind, name string, score float64) []sekisho.Finding {
	return []sekisho.Finding{{Kind: kind, Name: name, Score: score}}
}

// What the default policy does with each kind of mail.
func TestDefault(t *testing.T) {
	in, out := sekisho.Inbound, sekisho.Outbound
	for name, c := range map[string]struct {
		facts  Facts
		action Action
		rule   string
	}{
		"clean":                     {Facts{Direction: in}, Pass, ""},
		"virus":                     {Facts{Direction: in, Findings: with("virus", "eicar", 30), Score: 30}, Reject, "virus"},
		"dmarc says reject":         {Facts{Direction: in, DMARC: "fail", DMARCPolicy: "reject"}, Reject, "dmarc-reject"},
		"dmarc, but forwarded":      {Facts{Direction: in, DMARC: "fail", DMARCPolicy: "reject", ARC: "pass", ARCTrusted: true}, Pass, ""},
		"dmarc, sealed by anybody":  {Facts{Direction: in, DMARC: "fail", DMARCPolicy: "reject", ARC: "pass"}, Reject, "dmarc-reject"},
		"dmarc cannot be asked":     {Facts{Direction: in, DMARC: "temperror", DMARCPolicy: "reject"}, Pass, ""},
		"dmarc says quarantine":     {Facts{Direction: in, DMARC: "fail", DMARCPolicy: "quarantine"}, Quarantine, "dmarc-quarantine"},
		"program":                   {Facts{Direction: in, Findings: with("executable", "program", 10)}, Quarantine, "program"},
		"bomb":                      {Facts{Direction: in, Findings: with("bomb", "ratio", 10)}, Quarantine, "unscannable"},
		"impersonation":             {Facts{Direction: in, Findings: with("impersonation", "name", 5)}, Quarantine, "impersonation"},
		"spam":                      {Facts{Direction: in, Score: 6}, Pass, "spam"},
		"spam, high":                {Facts{Direction: in, Score: 9}, Quarantine, "spam-high"},
		"macro from a stranger":     {Facts{Direction: in, Findings: with("macro", "vba", 2)}, Quarantine, "macro"},
		"macro from somebody known": {Facts{Direction: in, Findings: with("macro", "vba", 2), Known: true}, Pass, "macro-known"},
		"locked archive":            {Facts{Direction: in, Findings: with("encrypted", "zip-password", 3)}, Pass, "encrypted"},
		"outbound":                  {Facts{Direction: out}, Pass, ""},
		"outbound virus":            {Facts{Direction: out, Findings: with("virus", "eicar", 30)}, Refuse, "out-virus"},
		"leak":                      {Facts{Direction: out, Findings: with("leak", "my-number", 6)}, Hold, "out-leak"},
		"leak among us":             {Facts{Direction: out, Findings: with("leak", "my-number", 6), Internal: true}, Pass, ""},
		"attachment to a stranger":  {Facts{Direction: out, Attachments: []string{"a.csv"}}, Hold, "out-first-contact"},
		"attachment, known":         {Facts{Direction: out, Attachments: []string{"a.csv"}, Known: true}, Pass, ""},
		"no direction":              {Facts{Findings: with("virus", "eicar", 30)}, Pass, ""},
	} {
		d := Decide(standard(t), c.facts)
		if d.Action != c.action || d.Rule != c.rule {
			t.Errorf("%s: %s by %q, want %s by %q", name, d.Action, d.Rule, c.action, c.rule)
		}
		if d.Rule != "" && d.Reason == "" {
			t.Errorf("%s: the rule %q gives no reason", name, d.Rule)
		}
	}
	d := Decide(standard(t), Facts{Direction: sekisho.Inbound, Score: 6})
	if !d.Junk || !slices.Equal(d.Tags, []string{"[SPAM]"}) || !d.Changes() {
		t.Errorf("spam is not marked: %+v", d)
	}
}

func rules(text string) []byte { return []byte("version = 1\n" + text) }

func TestOrder(t *testing.T) {
	p, err := Parse(rules(`
[[rule]]
name = "seen"
direction = "inbound"
action = "quarantine"
observe = true
[[rule]]
name = "mark"
direction = "inbound"
when = '"sales" in recipient_groups && subject contains "price"'
action = "header"
text = "X-Sales: yes"
[[rule]]
name = "copy"
direction = "inbound"
action = "copy"
text = "archive@mori.example"
[[rule]]
name = "first"
direction = "inbound"
when = 'from_domain == "there.example"'
action = "redirect"
text = "boss@mori.example"
[[rule]]
name = "second"
direction = "inbound"
action = "drop"
`))
	if err != nil {
		t.Fatal(err)
	}
	d := Decide(p, Facts{Direction: sekisho.Inbound, From: "A@There.Example", Subject: "price list", RecipientGroups: []string{"sales"}, Now: time.Now()})
	if d.Action != Redirect || d.Text != "boss@mori.example" || !slices.Equal(d.Noted, []string{"seen"}) ||
		!slices.Equal(d.Copies, []string{"archive@mori.example"}) || len(d.Headers) != 1 || d.Headers[0].Value != "yes" {
		t.Errorf("%+v", d)
	}
	if d := Decide(p, Facts{Direction: sekisho.Inbound}); d.Action != Drop || len(d.Headers) != 0 {
		t.Errorf("%+v", d)
	}
}

// A faulty condition must not open the gate, and must not close it for ordinary mail either.
func TestFaultyCondition(t *testing.T) {
	for action, want := range map[string]Action{"quarantine": Quarantine, "drop": Pass} {
		p, err := Parse(rules("[[rule]]\nname=\"x\"\ndirection=\"inbound\"\naction=\"" + action + "\"\nwhen='attachments[5] == \"x\"'\n"))
		if err != nil {
			t.Fatal(err)
		}
		if d := Decide(p, Facts{Direction: sekisho.Inbound}); d.Action != want {
			t.Errorf("%s: %s", action, d.Action)
		}
	}
}

// Whatever is wrong with a policy is named, with the rule.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"no version":        {"", "version"},
		"unknown key":       {"version = 1\n[[rule]]\nname='x'\ncolour='red'\n", "colour"},
		"no name":           {string(rules("[[rule]]\ndirection='inbound'\naction='pass'\n")), "name"},
		"no direction":      {string(rules("[[rule]]\nname='x'\naction='pass'\n")), "direction"},
		"unknown action":    {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='burn'\n")), "burn"},
		"wrong way":         {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='hold'\n")), "outbound"},
		"twice":             {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\n[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\n")), "twice"},
		"unknown name":      {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\nwhen='colour == 1'\n")), "colour"},
		"not a condition":   {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\nwhen='score + 1'\n")), "bool"},
		"header injection":  {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='header'\ntext=\"X-A: b\\r\\nX-B: c\"\n")), "header"},
		"tag of two lines":  {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='tag'\ntext=\"a\\nb\"\n")), "line"},
		"no address":        {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='redirect'\ntext='boss'\n")), "address"},
		"no time":           {string(rules("[[rule]]\nname='x'\ndirection='outbound'\naction='hold'\nfor='soon'\n")), "soon"},
		"no end":            {string(rules("[[rule]]\nname='x'\ndirection='outbound'\naction='hold'\nat_end='burn'\n")), "at_end"},
		"a loop for ever":   {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\nwhen='" + strings.Repeat("true && ", 2000) + "true'\n")), "x"},
		"time out of place": {string(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='tag'\ntext='a'\nfor='5m'\n")), "for"},
	} {
		_, err := Parse([]byte(c.text))
		if sekisho.KindOf(err) != sekisho.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Default)
	f.Add(rules("[[rule]]\nname='x'\ndirection='inbound'\naction='pass'\nwhen='score > 1'\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Parse(b)
		if err == nil {
			Decide(p, Facts{Direction: sekisho.Inbound})
			Decide(p, Facts{Direction: sekisho.Outbound})
		}
	})
}

func BenchmarkDecide(b *testing.B) {
	p := standard(b)
	f := Facts{Direction: sekisho.Inbound, Score: 1, From: "a@b.example", Findings: with("spam", "words", 1)}
	for b.Loop() {
		Decide(p, f)
	}
}

func TestLeakCounts(t *testing.T) {
	p, err := Parse([]byte("version = 1\n[[rule]]\nname = \"many\"\ndirection = \"outbound\"\nwhen = 'leak[\"my-number\"] >= 3 || organisations > 2 || leak[\"projects\"] > 0'\naction = \"approve\"\n" +
		"[[leak.words]]\nname = \"projects\"\nwords = [\"Falcon\"]\n[[leak.patterns]]\nname = \"id\"\nregex = 'EMP-\\d+'\n[[leak.rules]]\nid = \"a\"\nregex = 'x(y)'\nsecretGroup = 1\nkeywords = [\"x\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(p.Leak()), "Falcon") {
		t.Errorf("section: %s", p.Leak())
	}
	found := func(name string, count ...int) (list []sekisho.Finding) {
		for _, n := range count {
			list = append(list, sekisho.Finding{Kind: sekisho.KindLeak, Name: name, Count: n})
		}
		return list
	}
	for _, c := range []struct {
		facts Facts
		want  Action
	}{
		{Facts{Findings: found("my-number", 2)}, Pass}, {Facts{Findings: found("my-number", 2, 1)}, Approve}, {Facts{Findings: found("projects", 0)}, Approve}, {Facts{}, Pass},
		{Facts{Outside: []string{"a@a.example", "b@b.example", "c@a.example"}}, Pass}, {Facts{Outside: []string{"a@a.example", "b@b.example", "c@gmail.com"}}, Approve},
	} {
		c.facts.Direction = sekisho.Outbound
		if got := Decide(p, c.facts).Action; got != c.want {
			t.Errorf("%+v: %s, want %s", c.facts, got, c.want)
		}
	}
}

// Mistakes in the section are named when it is set.
func TestLeakMistakes(t *testing.T) {
	for section, want := range map[string]string{
		"[[leak.words]]\nname = \"A b\"\nwords = [\"xx\"]":                                             "small letters",
		"[[leak.words]]\nname = \"a\"\nwords = []":                                                     "empty",
		"[[leak.words]]\nname = \"a\"\nwords = [\"x\"]":                                                "word 1",
		"[[leak.words]]\nname = \"a\"\nwords = [\"xx\"]\n[[leak.patterns]]\nname = \"a\"\nregex = 'b'": "twice",
		"[[leak.patterns]]\nname = \"a\"\nregex = '('":                                                 "pattern \"a\"",
		"[[leak.patterns]]\nname = \"a\"\nregex = 'x*'":                                                "every mail",
		"[[leak.rules]]\nregex = 'x'":                                                                  "no id",
		"[[leak.rules]]\nid = \"a\"\nregex = 'x'\nsecretGroup = 2":                                     "secretGroup",
		"[[leak.exact]]\nname = \"a\"\nkey = \"00\"\nset = \"\"":                                       "32 bytes",
		"[[leak.word]]\nname = \"a\"":                                                                  "no key \"word\"",
	} {
		if _, err := Parse([]byte("version = 1\n" + section + "\n")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", section, err, want)
		}
	}
}

func TestSealers(t *testing.T) {
	p, err := Parse([]byte("version = 1\nsealers = [\"List.example\", \"a.b.example.\"]\n"))
	if err != nil || !slices.Equal(p.Sealers(), []string{"list.example", "a.b.example"}) {
		t.Errorf("%v %v", p, err)
	}
	for _, bad := range []string{`["localhost"]`, `["a@b.example"]`, `[""]`, `"list.example"`} {
		if _, err := Parse([]byte("version = 1\nsealers = " + bad + "\n")); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
