package webmail

import (
	"fmt"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// TestSenders: people make, find, change and remove lines of their own list, and of nobody else's.
func TestSenders(t *testing.T) {
	h := newHouse(t)
	got := h.call("bob", "Sender/set", m{"create": m{"a": m{"address": "Shop@out.example", "stance": "allow"}, "b": m{"address": "noise@out.example", "stance": "block"},
		"c": m{"address": "@out.example", "stance": "allow"}, "d": m{"address": "x@out.example"}, "e": m{"address": "nobody", "stance": "allow"}, "f": m{"address": "y@out.example", "stance": "allow", "id": "s1"}}})
	if len(got["created"].(m)) != 2 || len(got["notCreated"].(m)) != 4 || got["oldState"] == got["newState"] {
		t.Fatalf("%v", got)
	}
	a := text(got, "created", "a", "id")
	if q := h.call("bob", "Sender/query", m{"filter": m{"stance": "block", "text": "NOISE"}, "calculateTotal": true}); text(q, "total") != "1" {
		t.Fatalf("%v", q)
	}
	if x := h.call("bob", "Sender/get", m{"ids": []string{a, "s999"}}); text(x, "list", 0, "address") != "shop@out.example" || fmt.Sprint(x["notFound"]) != "[s999]" || text(x, "off") != "false" {
		t.Fatalf("%v", x)
	}
	if x := h.call("ann", "Sender/set", m{"destroy": []string{a}, "update": m{a: m{"stance": "block"}}}); len(x["notDestroyed"].(m)) != 1 || len(x["notUpdated"].(m)) != 1 {
		t.Fatalf("%v", x)
	}
	if x := h.call("bob", "Sender/set", m{"update": m{a: m{"stance": "block"}}}); len(x["updated"].(m)) != 1 {
		t.Fatalf("%v", x)
	}
	list := h.call("bob", "Sender/get", m{})["list"].([]any)
	if len(list) != 2 || text(list, 0, "stance") != "block" || text(list, 1, "stance") != "block" {
		t.Fatalf("%v", list)
	}
	h.fails("stateMismatch", "bob", "Sender/set", m{"ifInState": got["oldState"], "destroy": []string{a}})
	if x := h.call("bob", "Sender/set", m{"destroy": []string{text(list, 0, "id"), "s0"}}); len(x["destroyed"].([]any)) != 1 || len(x["notDestroyed"].(m)) != 1 {
		t.Fatalf("%v", x)
	}
}

// TestKeptSender: to allow releases and remembers, to block discards and remembers; what is dangerous can only be asked for.
func TestKeptSender(t *testing.T) {
	h := newHouse(t)
	h.quarantine("bob", simple(1, "offer", "text"))
	h.quarantine("bob", simple(2, "noise", "text"))
	h.quarantine("bob", simple(3, "program", "text"), sekisho.Finding{Kind: sekisho.KindExecutable, Name: "exe"})
	h.quarantine("bob", simple(4, "bank", "text"), sekisho.Finding{Kind: sekisho.KindPhish, Name: "form", Score: 7})
	list := h.call("bob", "Kept/get", m{})["list"].([]any)
	id := map[string]string{}
	for i := range list {
		id[text(list, i, "subject")] = text(list, i, "id")
	}
	do := func(subject, what string) m {
		return h.call("bob", "Kept/set", m{"update": m{id[subject]: m{"do": what}}})
	}
	for _, subject := range []string{"program", "bank"} {
		if x := do(subject, "allow"); text(x, "notUpdated", id[subject], "type") != "forbidden" {
			t.Errorf("%s: %v", subject, x)
		}
		for range 2 { // asking twice is asking once
			if x := do(subject, "ask"); len(x["updated"].(m)) != 1 {
				t.Errorf("%s: %v", subject, x)
			}
		}
	}
	if x := do("offer", "allow"); len(x["updated"].(m)) != 1 {
		t.Fatalf("%v", x)
	}
	if x := h.call("bob", "Sender/get", m{}); text(x, "list", 0, "address") != "w@out.example" || text(x, "list", 0, "stance") != "allow" {
		t.Fatalf("%v", x)
	}
	if n := len(h.call("bob", "Email/query", m{"filter": m{"text": "offer"}})["ids"].([]any)); n != 1 {
		t.Fatalf("%d released", n)
	}
	if x := do("noise", "block"); len(x["updated"].(m)) != 1 {
		t.Fatalf("%v", x)
	}
	left := h.call("bob", "Kept/get", m{})["list"].([]any)
	if len(left) != 2 || text(left, 0, "asked") != "true" || text(left, 1, "asked") != "true" {
		t.Fatalf("%v", left)
	}
	if x := h.call("bob", "Sender/get", m{}); text(x, "list", 0, "stance") != "block" || len(x["list"].([]any)) != 1 {
		t.Fatalf("%v", x)
	}
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: h.contract, Senders: "none"}}})
	h.quarantine("bob", simple(5, "later", "text"))
	later := text(h.call("bob", "Kept/get", m{})["list"], 0, "id")
	if x := h.call("bob", "Kept/set", m{"update": m{later: m{"do": "allow"}}}); text(x, "notUpdated", later, "type") != "forbidden" {
		t.Fatalf("%v", x)
	}
	if n := len(h.call("bob", "Kept/get", m{})["list"].([]any)); n != 3 {
		t.Fatalf("%d are kept: the refused decision did something", n)
	}
}
