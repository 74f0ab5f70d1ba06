package policy

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"sekisho"
)

// plainly is the meaning of a policy: every rule in its order.
func plainly(p *Policy, f Facts) Decision {
	d := Decision{Action: Pass}
	env := f.environment()
	for i := range p.rules {
		r := &p.rules[i]
		met := true
		if r.when != nil {
			got, err := expr.Run(r.when, env)
			met = err == nil && got.(bool) || err != nil && (r.Action == Quarantine || r.Action == Hold || r.Action == Approve)
		}
		if r.direction != f.Direction || !met {
			continue
		}
		if r.Observe {
			d.Noted = append(d.Noted, r.Name)
		} else if d.add(r) {
			break
		}
	}
	return d
}

// conditions that the index takes apart, and such that it must leave alone.
func conditions() []string {
	return []string{`recipient == "b@there.example"`, `"x@y.example" == recipient`, `recipient_domain in ["there.example", "y.example"]`, `"staff" in recipient_groups`,
		`"staff" in sender_groups && size > 10`, `sender == "a@mori.example" || recipient == "b@there.example"`, `not (recipient == "b@there.example")`, `recipient != "b@there.example"`,
		`size % outside == 0 && recipient == "nobody"`, `recipient == "nobody" && size % outside == 0`, `attachments[3] == "x" && sender == "nobody"`, `known`, `!internal && recipients > 2`,
		`Has("virus") && sender_domain == "mori.example"`, `leak["my-number"] > 0`, `any(attachments, # endsWith ".zip")`, `$env["recipient"] == "b@there.example"`, `subject matches "(?i)price"`,
		`recipient == "b@there.example" ? known : internal`, `recipient in []`, `sender == from`, `let x = recipient; x == "b@there.example"`, ``}
}

func policyOf(t testing.TB, rules int, rule func(i int) (when, action string)) *Policy {
	t.Helper()
	var b strings.Builder
	b.WriteString("version = 1\n")
	for i := range rules {
		when, action := rule(i)
		fmt.Fprintf(&b, "[[rule]]\nname = \"r%d\"\ndirection = \"outbound\"\nwhen = '''%s'''\naction = %s\n", i, when, action)
	}
	p, err := Parse([]byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func factsOf(seed uint64) Facts {
	pick := func(list ...string) string { s := list[seed%uint64(len(list))]; seed /= uint64(len(list)); return s }
	f := Facts{Direction: sekisho.Outbound, Recipient: pick("B@there.example", "x@y.example", "c@mori.example", ""), From: pick("a@mori.example", "z@mori.example")}
	f.Envelope.From, f.Subject, f.Size = pick("a@mori.example", ""), pick("Price", "x"), int64(seed%30)
	f.Envelope.Rcpt = []string{"1", "2", "3"}
	if pick("y", "n") == "y" {
		f.SenderGroups = []string{"staff", "more"}
	}
	if pick("y", "n") == "y" {
		f.RecipientGroups = []string{"staff"}
	}
	f.Known, f.Internal = pick("y", "n") == "y", pick("y", "n") == "y"
	f.Attachments = []string{pick("a.zip", "a.txt")}
	return f
}

// What the index finds is what trying every rule finds, alone and in a batch with other recipients.
func FuzzIndex(f *testing.F) {
	for _, w := range conditions() {
		f.Add(w, uint64(0))
		f.Add(w, uint64(77777))
	}
	f.Fuzz(func(t *testing.T, when string, seed uint64) {
		if strings.Contains(when, "'''") || strings.Contains(when, "now(") {
			return
		}
		list := append(conditions(), when)
		if _, err := compile(Rule{Name: "x", Direction: "outbound", When: when, Action: Hold}); err != nil {
			return
		}
		actions := []string{`"hold"`, `"tag"` + "\ntext = \"t\"", `"junk"`, `"approve"`, `"copy"` + "\ntext = \"a@b.example\"", `"refuse"`}
		actions[2] = actions[1]
		b := strings.Builder{}
		b.WriteString("version = 1\n")
		for i := range list {
			fmt.Fprintf(&b, "[[rule]]\nname = \"r%d\"\ndirection = \"outbound\"\nobserve = %v\nwhen = %q\naction = %s\n", i, (i+int(seed))%7 != 0, "", actions[(i+int(seed%5))%len(actions)])
		}
		p, err := Parse([]byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.rules {
			c, err := compile(Rule{Name: p.rules[i].Name, Direction: "outbound", When: list[(i+int(seed%97))%len(list)], Action: p.rules[i].Action, Text: p.rules[i].Text, Observe: p.rules[i].Observe})
			if err != nil {
				t.Fatal(err)
			}
			p.rules[i] = c
		}
		p.indexes = [2]*index{indexed(p.rules, sekisho.Inbound), indexed(p.rules, sekisho.Outbound)}
		one := factsOf(seed)
		batch := Begin(p)
		for k := range uint64(4) {
			x, other := one, factsOf(seed+k*13)
			x.Recipient, x.RecipientGroups, x.Known, x.Internal = other.Recipient, other.RecipientGroups, other.Known, other.Internal
			want := plainly(p, x)
			if got := Decide(p, x); !reflect.DeepEqual(got, want) {
				t.Fatalf("alone %+v, want %+v", got, want)
			}
			if got := batch.Decide(x); !reflect.DeepEqual(got, want) {
				t.Fatalf("batch %+v, want %+v", got, want)
			}
		}
	})
}

// A mail to a thousand people, for each of whom another rule speaks, gets a thousand decisions.
func TestThousandRecipients(t *testing.T) {
	p := policyOf(t, 1000, func(i int) (string, string) {
		if i%2 == 0 {
			return fmt.Sprintf(`recipient == "u%d@there.example"`, i), `"hold"`
		}
		return fmt.Sprintf(`recipient == "u%d@there.example"`, i), `"refuse"`
	})
	b := Begin(p)
	for i := range 1001 {
		d := b.Decide(Facts{Direction: sekisho.Outbound, Recipient: fmt.Sprintf("U%d@there.example", i)})
		want, name := []Action{Hold, Refuse}[i%2], fmt.Sprintf("r%d", i)
		if i == 1000 {
			want, name = Pass, ""
		}
		if d.Action != want || d.Rule != name {
			t.Fatalf("%d: %+v", i, d)
		}
	}
}

// Ten thousand rules and a thousand recipients; the figures are in docs/decisions/0016-order-of-outbound.md.
func BenchmarkThousandRecipients(b *testing.B) {
	for name, rule := range map[string]func(i int) (string, string){
		"recipient": func(i int) (string, string) { return fmt.Sprintf(`recipient == "u%d@there.example"`, i), `"hold"` },
		"mixed": func(i int) (string, string) {
			return []string{fmt.Sprintf(`recipient_domain in ["d%d.example", "e%d.example"]`, i, i), fmt.Sprintf(`subject contains "%d"`, i), fmt.Sprintf(`"g%d" in sender_groups && known`, i)}[i%3], `"hold"`
		},
		"mail": func(i int) (string, string) { return fmt.Sprintf(`subject contains "word %d"`, i), `"hold"` },
	} {
		b.Run(name, func(b *testing.B) {
			p := policyOf(b, 10_000, rule)
			f := Facts{Direction: sekisho.Outbound, Subject: "hello", Now: time.Unix(1, 0)}
			to := make([]string, 1000)
			for i := range to {
				to[i] = fmt.Sprintf("u%d@there.example", i*7)
			}
			for b.Loop() {
				batch := Begin(p)
				for _, r := range to {
					f.Recipient = r
					batch.Decide(f)
				}
			}
		})
	}
}
