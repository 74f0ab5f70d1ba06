package rule

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"sekisho/mail/sieve"
)

func full() Set {
	return Set{
		Rules: []Rule{
			{Name: `in"voices\`, Enabled: true, Match: "any", Conditions: []Condition{{"from", "contains", "billing@"}, {"subject", "is", `請求書 "1"`}, {"size", "over", "5242880"}},
				Actions: []Action{{"move", "Invoices/2026"}, {"flag", "flagged"}, {"label", "$Work"}, {"stop", ""}}},
			{Name: "", Enabled: false, Match: "all", Conditions: []Condition{{"to", "contains", "list@"}, {"body", "contains", "x"}, {"attachment", "exists", ""}, {"attachment", "contains", ".exe"}},
				Actions: []Action{{"forward", "a@example.com"}, {"discard", ""}}},
			{Name: "every mail", Enabled: true, Match: "all", Actions: []Action{{"flag", "seen"}}},
		},
		Forward: Forward{Enabled: true, To: "me@example.net", Keep: true},
		Vacation: Vacation{Enabled: true, Subject: "Away", Text: "I am away.\n.\nUntil Monday.", From: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC),
			Until: time.Date(2026, 12, 1, 8, 30, 0, 0, time.FixedZone("", 9*3600)), Addresses: []string{"other@example.com"}},
	}
}

// What is written is a good script, and reads back as it was.
func TestBackAndForth(t *testing.T) {
	for name, s := range map[string]Set{"full": full(), "nothing": {}, "forward only": {Forward: Forward{Enabled: true, To: "a@b.example"}}} {
		text, faults := Write(s)
		if faults != nil {
			t.Fatalf("%s: %v", name, faults)
		}
		if _, faults := sieve.Parse(text, sieve.Option{}); faults != nil {
			t.Errorf("%s: the script is wrong: %v\n%s", name, faults, text)
		}
		got, ok := Read(text)
		if !ok || !equal(got, s.Plain()) {
			t.Errorf("%s: %v\n%+v\nwant\n%+v\n%s", name, ok, got, s.Plain(), text)
		}
	}
}

func equal(a, b Set) bool {
	if a.Vacation.Text == "" && !a.Vacation.Enabled && b.Vacation.Text == "" {
		a.Vacation, b.Vacation = Vacation{}, Vacation{} // nothing of it is written
	}
	if b.Forward.To == "" {
		a.Forward, b.Forward = Forward{}, Forward{}
	}
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// The script does what the rules say.
func TestRun(t *testing.T) {
	s := full()
	s.Rules = s.Rules[:1]
	text, _ := Write(s)
	sc, faults := sieve.Parse(text, sieve.Option{})
	if faults != nil {
		t.Fatal(faults)
	}
	in := &sieve.Input{From: "x@example.org", To: "me@example.com", Now: time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC), Size: 100, Message: &sieve.Part{Fields: []sieve.Field{
		{Name: "From", Value: "billing@example.org", Raw: "billing@example.org"}, {Name: "To", Value: "me@example.com", Raw: "me@example.com"}}}}
	r, err := sc.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range r.Actions {
		got = append(got, a.Kind.String()+" "+a.Mailbox+a.Address+" "+strings.Join(a.Flags, ","))
	}
	want := []string{"vacation  ", "redirect me@example.net ", `fileinto Invoices/2026 \Flagged,$Work`}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	in.Now = in.Now.AddDate(1, 0, 0)
	if r, _ = sc.Run(in); r.Actions[0].Kind == sieve.Respond {
		t.Error("a reply after the time")
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ json, pointer string }{
		{`{"rules":[{"match":"some","actions":[{"do":"stop"}]}]}`, "/rules/0/match"},
		{`{"rules":[{"match":"all"}]}`, "/rules/0/actions"},
		{`{"rules":[{"match":"all","conditions":[{"field":"x"}],"actions":[{"do":"stop"}]}]}`, "/rules/0/conditions/0/field"},
		{`{"rules":[{"match":"all","conditions":[{"field":"size","op":"is"}],"actions":[{"do":"stop"}]}]}`, "/rules/0/conditions/0/op"},
		{`{"rules":[{"match":"all","conditions":[{"field":"size","op":"over","value":"5M"}],"actions":[{"do":"stop"}]}]}`, "/rules/0/conditions/0/value"},
		{`{"rules":[{"match":"all","conditions":[{"field":"from","op":"is","value":"a\nb"}],"actions":[{"do":"stop"}]}]}`, "/rules/0/conditions/0/value"},
		{`{"rules":[{"match":"all","actions":[{"do":"move"}]}]}`, "/rules/0/actions/0/value"},
		{`{"rules":[{"match":"all","actions":[{"do":"label","value":"a b"}]}]}`, "/rules/0/actions/0/value"},
		{`{"rules":[{"match":"all","actions":[{"do":"forward","value":"nobody"}]}]}`, "/rules/0/actions/0/value"},
		{`{"rules":[{"match":"all","actions":[{"do":"explode"}]}]}`, "/rules/0/actions/0/do"},
		{`{"forward":{"enabled":true}}`, "/forward/to"},
		{`{"vacation":{"enabled":true}}`, "/vacation/text"},
		{`{"vacation":{"days":1000}}`, "/vacation/days"},
	} {
		var s Set
		if err := json.Unmarshal([]byte(c.json), &s); err != nil {
			t.Fatal(err)
		}
		_, f := Write(s)
		if len(f) != 1 || f[0].Pointer != c.pointer {
			t.Errorf("%s: %v, want a fault at %s", c.json, f, c.pointer)
		}
	}
}

// A script that does more than the rules say is not taken for theirs.
func TestForeign(t *testing.T) {
	good, _ := Write(full())
	for _, text := range []string{"keep;", string(good) + "discard;\r\n", strings.Replace(string(good), "allof (true, anyof", "allof (not true, anyof", 1),
		strings.Replace(string(good), "stop;", "stop; keep;", 1), "if true {", "# rule \"x\"\r\nif allof (true, true) { fileinto :create \"x\"; }"} {
		if s, ok := Read([]byte(text)); ok {
			t.Errorf("%q was read as %+v", text, s)
		}
	}
}

// FuzzWrite: whatever the rules say, the script is good and reads back.
func FuzzWrite(f *testing.F) {
	b, _ := json.Marshal(full())
	f.Add(b)
	f.Add([]byte(`{"rules":[{"match":"any","name":"\u2028","conditions":[{"field":"to","op":"is","value":"${x}\\"}],"actions":[{"do":"stop"},{"do":"move","value":"a*"}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Set
		if json.Unmarshal(b, &s) != nil {
			return
		}
		text, faults := Write(s)
		if faults != nil {
			return
		}
		if _, faults := sieve.Parse(text, sieve.Option{}); faults != nil {
			t.Fatalf("%v\n%s", faults, text)
		}
		if got, ok := Read(text); !ok || !equal(got, s.Plain()) {
			t.Fatalf("%v %+v\nwant %+v\n%s", ok, got, s.Plain(), text)
		}
	})
}

func FuzzRead(f *testing.F) {
	good, _ := Write(full())
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := Read(b); ok {
			if again, faults := Write(s); faults != nil {
				t.Fatalf("%v\n%s", faults, again)
			}
		}
	})
}
