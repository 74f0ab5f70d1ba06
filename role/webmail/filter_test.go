package webmail

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/wire"
)

// posted sends a mail of bob's and gives how it fared with its recipients.
func (h *house) posted(more m) m {
	h.t.Helper()
	got := h.call("bob", "EmailSubmission/set", m{"create": m{"s": m{"identityId": h.identity(), "emailId": h.draft(more)}}})
	return got
}

// in gives what a mailbox holds, oldest first, as "subject keywords".
func (h *house) in(name, box string) (out []string) {
	h.t.Helper()
	ids := h.call(name, "Email/query", m{"filter": m{"inMailbox": box}, "sort": []m{{"property": "receivedAt", "isAscending": true}}})["ids"]
	list := h.call(name, "Email/get", m{"ids": ids, "properties": []string{"subject", "keywords"}})["list"].([]any)
	for _, x := range list {
		var words []string
		for k := range x.(m)["keywords"].(m) {
			words = append(words, k)
		}
		slices.Sort(words)
		out = append(out, strings.TrimSpace(text(x, "subject")+" "+strings.Join(words, " ")))
	}
	return out
}

func (h *house) rules(name string, f m) m {
	h.t.Helper()
	return h.call(name, "Filter/set", m{"update": m{"singleton": f}})
}

func (h *house) queue() (out []string) {
	h.t.Helper()
	for _, q := range must[wire.Listed](h.t)(wire.StoreList.Ask(context.Background(), h.operator, wire.List{What: "queue", Most: 10})).Queue {
		out = append(out, q.Envelope.From+" > "+q.Recipient)
	}
	slices.Sort(out)
	return out
}

func (h *house) allow(a wire.Automatic) {
	h.t.Helper()
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: h.contract, Automatic: &a}}})
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %q; want %q", what, got, want)
	}
}

// TestFilter: rules sort mail into a mailbox that may be named anew, with flags and labels; what matches none stays.
func TestFilter(t *testing.T) {
	h := newHouse(t)
	made := h.call("ann", "Mailbox/set", m{"create": m{"k": m{"name": "見積"}}})
	box := text(made, "created", "k", "id")
	when := func(value string) []m { return []m{{"field": "subject", "op": "contains", "value": value}} }
	got := h.rules("ann", m{"rules": []m{
		{"name": "quotes", "enabled": true, "match": "all", "conditions": when("見積"), "actions": []m{{"do": "flag", "value": "flagged"}, {"do": "label", "value": "sales"}, {"do": "move", "value": box}, {"do": "stop", "value": ""}}},
		{"name": "noise", "enabled": true, "match": "any", "conditions": when("noise"), "actions": []m{{"do": "discard", "value": ""}}},
		{"name": "off", "enabled": false, "match": "any", "conditions": when("hello"), "actions": []m{{"do": "discard", "value": ""}}}}})
	if len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if back := at(h.call("ann", "Filter/get", m{}), "list", 0); text(back, "rules", 0, "actions", 2, "value") != box || text(back, "rules", 2, "enabled") != "false" || text(back, "script") != "<nil>" || text(back, "allowed") != "[mori.example]" {
		t.Fatalf("%v", back)
	}
	h.posted(nil)
	h.call("ann", "Mailbox/set", m{"update": m{box: m{"name": "Quotes"}}})
	h.posted(m{"subject": "Re: 見積書"})
	h.posted(m{"subject": "noise"})
	h.posted(m{"subject": "hello", "cc": []m{{"email": "eve@kawa.example"}}})
	equal(t, "mailbox", h.in("ann", box), "見積書 $flagged sales", "Re: 見積書 $flagged sales")
	equal(t, "trash", h.in("ann", h.box("ann", "trash")), "noise $seen")
	equal(t, "inbox", h.in("ann", h.box("ann", "inbox")), "hello")
	equal(t, "eve", h.in("eve", h.box("eve", "inbox")), "hello")
	h.call("ann", "Mailbox/set", m{"destroy": []string{box}, "onDestroyRemoveEmails": true})
	h.posted(nil)
	equal(t, "a mailbox that is gone", h.in("ann", h.box("ann", "inbox")), "hello", "見積書 $flagged sales")
	h.rules("ann", m{"rules": []m{}})
	h.posted(m{"subject": "noise"})
	equal(t, "rules that are gone", h.in("ann", h.box("ann", "inbox")), "hello", "見積書 $flagged sales", "noise")
}

// TestForward: mail is sent on only where the contract allows, through its policy, and never in circles.
func TestForward(t *testing.T) {
	h := newHouse(t)
	forward := func(to string, keep bool) m { return m{"forward": m{"enabled": true, "to": to, "keep": keep}} }
	if got := h.rules("ann", forward("out@partner.example", true)); !strings.Contains(text(got, "notUpdated", "singleton", "description"), "partner.example") {
		t.Fatalf("%v", got)
	}
	h.allow(wire.Automatic{Forward: []string{"partner.example"}})
	if got := h.rules("ann", forward("out@partner.example", true)); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	h.stale = time.Hour
	if got := h.rules("ann", m{"rules": []m{}}); len(got["updated"].(m)) != 1 {
		t.Fatalf("what sends nothing new needs no proof: %v", got)
	}
	if got := h.rules("ann", forward("second@partner.example", true)); text(got, "notUpdated", "singleton", "type") != "urn:sekisho:problem:step-up" {
		t.Fatalf("%v", got)
	}
	if got := h.rules("ann", m{"script": "redirect \"second@partner.example\";"}); text(got, "notUpdated", "singleton", "type") != "urn:sekisho:problem:step-up" {
		t.Fatalf("%v", got)
	}
	h.stale = 0
	h.posted(nil)
	equal(t, "queue", h.queue(), "bob@mori.example > out@partner.example")
	equal(t, "kept here", h.in("ann", h.box("ann", "inbox")), "見積書")

	h.rules("ann", forward("out@partner.example", false))
	h.posted(m{"subject": "second"})
	equal(t, "queue", h.queue(), "bob@mori.example > out@partner.example", "bob@mori.example > out@partner.example")
	equal(t, "not kept here", h.in("ann", h.box("ann", "inbox")), "見積書")

	h.allow(wire.Automatic{})
	h.posted(m{"subject": "third"})
	equal(t, "forbidden meanwhile", h.in("ann", h.box("ann", "inbox")), "見積書", "third")

	h.rules("ann", forward("bob@mori.example", false))
	h.rules("bob", forward("ann@mori.example", false))
	h.posted(m{"subject": "circle"})
	equal(t, "circle ends at ann", h.in("ann", h.box("ann", "inbox")), "見積書", "third", "circle")
	equal(t, "and not at bob", h.in("bob", h.box("bob", "inbox")))

	h.rules("ann", forward("nobody@mori.example", false))
	h.posted(m{"subject": "nobody"})
	equal(t, "nobody there", h.in("ann", h.box("ann", "inbox")), "見積書", "third", "circle", "nobody")
}

// TestVacation: one answer to each sender in a period, with the null sender, and none where the contract wants none.
func TestVacation(t *testing.T) {
	h := newHouse(t)
	away := func(name string, v m) m {
		return h.call(name, "VacationResponse/set", m{"update": m{"singleton": v}})
	}
	if got := away("ann", m{"isEnabled": true}); text(got, "notUpdated", "singleton", "type") != "invalidProperties" {
		t.Fatalf("a reply without a text: %v", got)
	}
	if got := away("ann", m{"isEnabled": true, "subject": "不在", "textBody": "来週戻ります。\n", "toDate": h.clock().Add(20 * 24 * time.Hour).UTC().Format(time.RFC3339)}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if v := at(h.call("ann", "VacationResponse/get", m{}), "list", 0); text(v, "textBody") != "来週戻ります。\n" || text(v, "isEnabled") != "true" || text(v, "fromDate") != "<nil>" {
		t.Fatalf("%v", v)
	}
	h.rules("ann", m{"rules": []m{{"name": "", "enabled": true, "match": "all", "conditions": []m{}, "actions": []m{{"do": "label", "value": "seen-by-rule"}}}}})
	inbox := h.box("bob", "inbox")
	h.posted(nil)
	h.posted(m{"subject": "again"})
	equal(t, "answers", h.in("bob", inbox), "不在")
	equal(t, "mail", h.in("ann", h.box("ann", "inbox")), "見積書 seen-by-rule", "again seen-by-rule")
	x := at(h.call("bob", "Email/get", m{"ids": h.call("bob", "Email/query", m{"filter": m{"inMailbox": inbox}})["ids"], "properties": []string{"from", "header:Auto-Submitted:asText", "header:Return-Path:asText", "bodyValues"}, "fetchTextBodyValues": true}), "list", 0)
	if text(x, "from", 0, "email") != "ann@mori.example" || !strings.HasPrefix(text(x, "header:Auto-Submitted:asText"), "auto-replied") || !strings.Contains(fmt.Sprint(at(x, "bodyValues")), "来週戻ります") {
		t.Errorf("%v", x)
	}
	h.ahead.Add(int64(8 * 24 * time.Hour))
	h.posted(m{"subject": "a week later"})
	equal(t, "answers of two weeks", h.in("bob", inbox), "不在", "不在")
	away("bob", m{"isEnabled": true, "textBody": "me too"})
	h.ahead.Add(int64(8 * 24 * time.Hour))
	h.posted(nil)
	equal(t, "answers are not answered", h.in("ann", h.box("ann", "inbox")), "見積書 seen-by-rule", "again seen-by-rule", "a week later seen-by-rule", "見積書 seen-by-rule")
	h.ahead.Add(int64(8 * 24 * time.Hour))
	n := len(h.in("bob", inbox))
	h.posted(nil)
	if len(h.in("bob", inbox)) != n {
		t.Error("it answers after its end")
	}
	away("ann", m{"toDate": nil})
	h.allow(wire.Automatic{Reply: "nobody"})
	h.posted(nil)
	if len(h.in("bob", inbox)) != n {
		t.Error("it answers though the contract wants none")
	}
}

// TestFilterByHand: a script that a person wrote is checked when it is stored, and when it breaks the mail is kept.
func TestFilterByHand(t *testing.T) {
	h := newHouse(t)
	if got := h.rules("ann", m{"script": "require \"nonsense\";"}); !strings.Contains(text(got, "notUpdated", "singleton", "description"), "line 1") {
		t.Fatalf("%v", got)
	}
	h.rules("ann", m{"script": "require [\"ereject\",\"editheader\",\"fileinto\"];\nif header :contains \"subject\" \"no\" { ereject \"please do not\"; stop; }\naddheader \"X-Sorted\" \"by hand\";\nfileinto \"Trash\";\nkeep;\n"})
	if back := at(h.call("ann", "Filter/get", m{}), "list", 0); !strings.Contains(text(back, "script"), "X-Sorted") || text(back, "rules") != "[]" {
		t.Fatalf("%v", back)
	}
	if got := h.call("ann", "VacationResponse/set", m{"update": m{"singleton": m{"isEnabled": true, "textBody": "x"}}}); text(got, "notUpdated", "singleton", "type") != "forbidden" {
		t.Fatalf("a script by hand was lost: %v", got)
	}
	h.posted(m{"subject": "yes"})
	for _, box := range []string{"inbox", "trash"} {
		ids := h.call("ann", "Email/query", m{"filter": m{"inMailbox": h.box("ann", box)}})["ids"]
		if x := at(h.call("ann", "Email/get", m{"ids": ids, "properties": []string{"header:X-Sorted:asText"}}), "list", 0); text(x, "header:X-Sorted:asText") != "by hand" {
			t.Errorf("%s: %v", box, x)
		}
	}
	got := h.call("bob", "EmailSubmission/set", m{"create": m{"s": m{"identityId": h.identity(), "emailId": h.draft(m{"subject": "no"})}}})
	if !strings.Contains(fmt.Sprint(got["notCreated"]), "please do not") {
		t.Errorf("%v", got)
	}
	h.posted(m{"subject": "no, two", "cc": []m{{"email": "eve@kawa.example"}}})
	equal(t, "the other one gets it", h.in("eve", h.box("eve", "inbox")), "no, two")
	if kept := h.call("ann", "Kept/query", m{"filter": m{"fate": "quarantine"}})["ids"].([]any); len(kept) != 1 {
		t.Errorf("a refusal among others: %v", kept)
	}
	h.rules("ann", m{"script": "require [\"ereject\",\"fileinto\"];\nereject \"no\";\nfileinto \"Trash\";\n"})
	h.posted(m{"subject": "broken"})
	equal(t, "a script that breaks", h.in("ann", h.box("ann", "inbox")), "yes", "broken")
	if got := h.rules("ann", m{"script": "require \"variables\";"}); text(got, "notUpdated", "singleton", "properties", 0) != "script" {
		t.Errorf("texts made of texts: %v", got)
	}
	if got := h.rules("ann", m{"rules": []m{{"name": "x", "enabled": true, "match": "all", "actions": []m{{"do": "move", "value": "b999999"}}}}}); text(got, "notUpdated", "singleton", "properties", 0) != "rules" {
		t.Errorf("%v", got)
	}
}

// TestFilterUndo: what a recipient's filter would send goes back with the mail that its sender takes back.
func TestFilterUndo(t *testing.T) {
	h := newHouse(t)
	h.allow(wire.Automatic{Forward: []string{"*"}})
	h.rules("ann", m{"forward": m{"enabled": true, "to": "out@partner.example", "keep": true}})
	got := h.call("bob", "EmailSubmission/set", m{"create": m{"s": m{"identityId": h.identity(), "emailId": h.draft(nil), "sendAt": h.clock().Add(60 * time.Second).UTC().Format(time.RFC3339)}}})
	id := text(got, "created", "s", "id")
	held := func() int {
		return len(must[wire.Listed](t)(wire.StoreList.Ask(context.Background(), h.operator, wire.List{What: "hold", Most: 10})).Kept)
	}
	if n := held(); n != 2 {
		t.Fatalf("%d held", n)
	}
	if got := h.call("bob", "EmailSubmission/set", m{"update": m{id: m{"undoStatus": "canceled"}}}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if n := held(); n != 0 {
		t.Errorf("%d are still on their way", n)
	}
}
