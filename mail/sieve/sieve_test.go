package sieve

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sekisho"
)

const letter = "From: Ada <ada@example.org>\r\nTo: bob+news@example.com\r\nSubject: Report\r\nMessage-ID: <1@example.org>\r\n\r\nHello Bob\r\n"

func read(t testing.TB, script string) *Script {
	t.Helper()
	s, faults := Parse([]byte(script), Option{})
	if faults != nil {
		t.Fatalf("%v\n%s", faults, script)
	}
	return s
}

func in(raw string) *Input {
	i := inputOf([]byte(raw))
	i.From, i.To = "ada@example.org", "bob+news@example.com"
	return i
}

// does is what a script does with a letter, in short.
func does(t testing.TB, script string, i *Input) []string {
	t.Helper()
	r, err := read(t, script).Run(i)
	if err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	var list []string
	for _, a := range r.Actions {
		s := a.Kind.String()
		for _, more := range []string{a.Mailbox, a.Address, a.Text, strings.Join(a.Flags, ",")} {
			if more != "" {
				s += " " + more
			}
		}
		if a.Implicit {
			s += " implicit"
		}
		list = append(list, s)
	}
	return list
}

func TestActions(t *testing.T) {
	for _, c := range []struct {
		script string
		want   string
	}{
		{``, "keep implicit"},
		{`keep;`, "keep"},
		{`discard;`, "discard"},
		{`stop; discard;`, "keep implicit"},
		{`require "fileinto"; fileinto "A"; fileinto "B";`, "fileinto A; fileinto B"},
		{`require "fileinto"; fileinto "A"; fileinto "A";`, "fileinto A"},
		{`require "fileinto"; keep; fileinto "inbox";`, "keep"},
		{`require ["fileinto", "copy"]; fileinto :copy "A";`, "fileinto A; keep implicit"},
		{`redirect "x@example.net";`, "redirect x@example.net"},
		{`require "copy"; redirect :copy "x@example.net";`, "redirect x@example.net; keep implicit"},
		{`require "reject"; reject "no";`, "reject no"},
		{`require "ereject"; ereject "no";`, "ereject no"},
		{`require "imap4flags"; addflag "\\Seen $Work";`, `keep \Seen,$Work implicit`},
		{`require ["imap4flags", "fileinto"]; setflag "a"; fileinto :flags "b" "A"; keep;`, "fileinto A b; keep a"},
		{`if address :detail "to" "news" { discard; }`, ""}, // needs subaddress
		{`require "subaddress"; if address :detail "to" "news" { discard; }`, "discard"},
		{`require "variables"; if header :matches "subject" "R?p*" { set "a" "${2}${1}"; } if string "${a}" "orte" { discard; }`, "discard"},
		{`require "body"; if body :contains "hello" { discard; }`, "discard"},
		{`require ["relational", "comparator-i;ascii-numeric"]; if header :count "eq" :comparator "i;ascii-numeric" ["from", "to"] "2" { discard; }`, "discard"},
		{`require ["regex", "variables"]; if header :regex "from" "<(.*)@" { redirect "${1}@example.net"; }`, "redirect ada@example.net"},
		{`require "date"; if currentdate :zone "+0900" "date" "2026-11-28" { discard; }`, "discard"},
		{`require "ihave"; if ihave "fileinto" { fileinto "A"; } if ihave "no-such" { no_such; }`, "fileinto A"},
		{`if not anyof (false, size :over 1M) { discard; } elsif true { keep; }`, "discard"},
		{`if header :contains "x-none" "" { discard; } else { redirect "a@b.example"; }`, "redirect a@b.example"},
	} {
		if c.want == "" {
			if _, faults := Parse([]byte(c.script), Option{}); len(faults) != 1 || !strings.Contains(faults[0].Text, "require") {
				t.Errorf("%s: %v, want one fault about require", c.script, faults)
			}
			continue
		}
		if got := strings.Join(does(t, c.script, in(letter)), "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.script, got, c.want)
		}
	}
}

// All faults are told, each with its line.
func TestFaults(t *testing.T) {
	_, faults := Parse([]byte("require \"nothing\";\nfileinto \"A\";\nif header \"a\" { keep; }\nkeep :copy;\nredirect \"nobody\";\nelse { }\n"), Option{})
	var lines []int
	for _, f := range faults {
		lines = append(lines, f.Line)
	}
	if want := []int{1, 2, 3, 4, 5, 6}; !reflect.DeepEqual(lines, want) {
		t.Errorf("lines %v, want %v: %v", lines, want, faults)
	}
	_, faults = Parse([]byte(strings.Repeat("x;\n", 1000)), Option{})
	if len(faults) != mostFaults {
		t.Errorf("%d faults, want %d", len(faults), mostFaults)
	}
	for _, o := range []Option{{Off: []string{"fileinto"}}, {Limit: Limit{Size: 10}}} {
		if _, faults := Parse([]byte(`require "fileinto";`), o); len(faults) != 1 {
			t.Errorf("%+v: %v", o, faults)
		}
	}
}

// Whatever breaks, the message is kept as it came, and nothing else is done.
func TestBroken(t *testing.T) {
	for _, script := range []string{
		`require "ihave"; redirect "a@b.example"; error "stop";`,
		`require ["reject", "fileinto"]; fileinto "A"; reject "no";`,
		`require "reject"; reject "a"; reject "b";`,
		`redirect "1@b.example"; redirect "2@b.example"; redirect "3@b.example"; redirect "4@b.example"; redirect "5@b.example"; redirect "6@b.example";`,
		`require ["fileinto", "variables", "encoded-character"]; set "a" "${hex:ff}"; fileinto "${a}";`,
		`require ["variables", "regex"]; set "a" "("; if header :regex "subject" "${a}" { discard; }`,
		`require ["vacation"]; vacation "a"; vacation "b";`,
		`require ["editheader", "ihave"]; addheader "X-A" "b"; error "x";`,
		`require "variables"; redirect "${none}";`,
	} {
		r, err := read(t, script).Run(in(letter))
		if err == nil || r.Fault == nil || r.Fault.Line != 1 || sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%s: %v, want a fault", script, err)
		}
		if len(r.Actions) != 1 || r.Actions[0].Kind != Keep || !r.Actions[0].Implicit || r.Actions[0].Edits != 0 || len(r.Edits) != 0 {
			t.Errorf("%s: %+v, want the implicit keep alone", script, r.Actions)
		}
	}
}

// A run that would not end in time is stopped.
func TestSteps(t *testing.T) {
	script := `require ["variables", "body", "regex"]; set "a" "` + strings.Repeat("ab", 30000) + `"; ` +
		strings.Repeat(`if string :matches "${a}" "*a*a*a*a*a*a*a*a*c" { discard; } `, 2000)
	r, err := read(t, script).Run(in(letter))
	if err == nil || r.Fault == nil || r.Steps > 2*10000 {
		t.Errorf("%v after %d steps, want a stop at 10000", err, r.Steps)
	}
	script = `require ["variables", "regex"]; set "a" "` + strings.Repeat("ab", 30000) + `"; ` +
		strings.Repeat(`if string :regex "${a}" "(a?b?c?d?e?f?g?h?){50}x" { discard; } `, 100)
	if _, err := read(t, script).Run(in(letter)); err == nil {
		t.Error("costly expressions ran to the end")
	}
}

func TestPermission(t *testing.T) {
	i := in(letter)
	i.MayRedirect = func(a string) bool { return strings.HasSuffix(a, "@example.com") }
	if got := does(t, `redirect "x@example.com";`, i); got[0] != "redirect x@example.com" {
		t.Error(got)
	}
	if r, err := read(t, `redirect "x@example.org";`).Run(i); err == nil || r.Actions[0].Kind != Keep {
		t.Errorf("%+v: sent outside", r)
	}
	// What the owner sent on before is not sent again.
	i = in(LoopField + ": bob+news@example.com\r\n" + letter)
	if got := does(t, `redirect "x@example.com";`, i); got[0] != "keep implicit" {
		t.Error(got)
	}
}

func TestVacation(t *testing.T) {
	const script = `require "vacation"; vacation :days 3 :subject "Away" "I am away.";`
	for _, c := range []struct {
		name, raw, from string
		replies         bool
	}{
		{"a person", letter, "ada@example.org", true},
		{"null sender", letter, "", false},
		{"list", "List-Id: <x.example>\r\n" + letter, "ada@example.org", false},
		{"bulk", "Precedence: bulk\r\n" + letter, "ada@example.org", false},
		{"program", "Auto-Submitted: auto-generated\r\n" + letter, "ada@example.org", false},
		{"not a program", "Auto-Submitted: no\r\n" + letter, "ada@example.org", true},
		{"daemon", letter, "MAILER-DAEMON@example.org", false},
		{"request", letter, "x-request@example.org", false},
		{"own", letter, "bob+news@example.com", false},
		{"not named", strings.Replace(letter, "bob+news", "all", 1), "ada@example.org", false},
	} {
		i := in(c.raw)
		i.From = c.from
		r, err := read(t, script).Run(i)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Actions[0].Kind == Respond; got != c.replies || got == (r.Silent != "") {
			t.Errorf("%s: reply %v (%s), want %v", c.name, got, r.Silent, c.replies)
		}
		if last := r.Actions[len(r.Actions)-1]; last.Kind != Keep {
			t.Errorf("%s: the message is not kept", c.name)
		}
		if c.replies && (r.Actions[0].Vacation.Period != 72*time.Hour || r.Actions[0].Vacation.From != "bob+news@example.com") {
			t.Errorf("%s: %+v", c.name, r.Actions[0].Vacation)
		}
	}
}

func TestEdits(t *testing.T) {
	script := `require ["editheader", "fileinto", "copy"]; fileinto :copy "Before"; addheader "X-A" "1"; addheader :last "X-A" "2"; deleteheader :index 1 "X-A";
deleteheader "Subject"; deleteheader "Received"; addheader "DKIM-Signature" "x"; addheader "X-Sekisho-Trace" "x"; addheader "X-B" "a
b: c"; if exists "subject" { discard; }`
	i := in("Received: by x\r\n" + letter)
	r, err := read(t, script).Run(i)
	if err != nil {
		t.Fatal(err)
	}
	if r.Actions[0].Edits != 0 || r.Actions[1].Edits != len(r.Edits) || r.Actions[1].Kind != Keep {
		t.Fatalf("%+v", r.Actions)
	}
	var got []string
	for _, f := range Apply(i.Message.Fields, r.Edits) {
		got = append(got, strings.ToLower(f.Name)+": "+f.Raw)
	}
	want := []string{"x-b: a b: c", "received: by x", "from: Ada <ada@example.org>", "to: bob+news@example.com", "message-id: <1@example.org>", "x-a: 2"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDuplicate(t *testing.T) {
	script := `require "duplicate"; if duplicate :handle "h" :seconds 60 { discard; }`
	i := in(letter)
	r, err := read(t, script).Run(i)
	want := []Duplicate{{Handle: "h", ID: "h:message-id:<1@example.org>", Seconds: 60}}
	if err != nil || r.Actions[0].Kind != Keep || !reflect.DeepEqual(r.Track, want) {
		t.Errorf("%v %+v", err, r)
	}
	i.Seen = func(d Duplicate) bool { return d == want[0] }
	if r, err = read(t, script).Run(i); err != nil || r.Actions[0].Kind != Discard || r.Track != nil {
		t.Errorf("%v %+v", err, r)
	}
}

func TestInclude(t *testing.T) {
	scripts := map[string]string{"a": `require ["include", "variables"]; global "x"; set "x" "1"; return; discard;`, "bad": "nonsense;", "self": `require "include"; include "self";`}
	o := Option{Include: func(name string, global bool) ([]byte, bool) { s, ok := scripts[name]; return []byte(s), ok && !global }}
	s, faults := Parse([]byte(`require ["include", "variables"]; include :once "a"; include :optional "none"; if string "${global.x}" "1" { redirect "a@b.example"; }`), o)
	if faults != nil {
		t.Fatal(faults)
	}
	if r, err := s.Run(in(letter)); err != nil || r.Actions[0].Kind != Redirect {
		t.Errorf("%v %+v", err, r)
	}
	for _, text := range []string{`include "none";`, `include "bad";`, `include "self";`, `include "../x";`, `include :global "a";`} {
		if _, faults := Parse([]byte(`require "include"; `+text), o); faults == nil {
			t.Errorf("%s: no fault", text)
		}
	}
}

func TestValues(t *testing.T) {
	i := in(letter)
	i.Spam, i.Score, i.Virus = 3, 25, 5
	script := `require ["spamtest", "spamtestplus", "virustest", "relational", "comparator-i;ascii-numeric"];
if allof (spamtest :value "ge" :comparator "i;ascii-numeric" "3", spamtest :percent :value "eq" :comparator "i;ascii-numeric" "25", virustest :value "eq" :comparator "i;ascii-numeric" "5") { discard; }`
	if got := does(t, script, i); got[0] != "discard" {
		t.Error(got)
	}
}

// seeds are scripts that use every part of the language.
var seeds = []string{
	``, `keep;`, "require [\"fileinto\", \"variables\", \"imap4flags\"]; /* x */ # y\r\nif anyof (not header :matches \"s\" \"*\", size :over 10K) { set :upper \"a\" \"${1}\"; fileinto :flags \"a b\" \"${a}\"; } else { stop; }",
	"require \"vacation\"; vacation :mime text:\r\nContent-Type: text/plain\r\n\r\n..\r\n.\r\n;", `require ["mime", "foreverypart", "variables", "extracttext"]; foreverypart :name "a" { foreverypart { extracttext :first 9 "b"; break :name "a"; } }`,
	`require ["regex", "editheader", "index"]; deleteheader :index 1 :last :regex "X" "(a|b)*"; addheader :last "Y" "z";`,
	`require ["enotify", "encoded-character"]; notify :message "${unicode:4e00}" "mailto:a@b.example?body=x%0a";`,
	`require ["date", "relational", "duplicate", "ihave", "environment", "body"]; if allof (date "date" "hour" "09", currentdate :value "ge" "weekday" "1", duplicate, ihave "x", environment "name" "x", body :content "text" "a") { error "b"; }`,
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, faults := Parse(b, Option{})
		if (s == nil) == (faults == nil) {
			t.Fatalf("%v and %v", s, faults)
		}
	})
}

// FuzzRun: a script that passed the check ends, within its limits, and the message is somewhere.
func FuzzRun(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), []byte(letter))
	}
	f.Fuzz(func(t *testing.T, script, raw []byte) {
		s, faults := Parse(script, Option{Limit: Limit{Steps: 1000}})
		if faults != nil {
			return
		}
		r, err := s.Run(in(string(raw)))
		if len(r.Actions) == 0 || (err == nil) != (r.Fault == nil) {
			t.Fatalf("%v %+v", err, r)
		}
		for _, a := range r.Actions {
			if a.Edits > len(r.Edits) || a.Kind == FileInto && folder(a.Mailbox) != "" {
				t.Fatalf("%+v", a)
			}
		}
		for _, e := range r.Edits {
			if strings.ContainsAny(e.Value, "\r\n\x00") {
				t.Fatalf("%+v", e)
			}
		}
	})
}
