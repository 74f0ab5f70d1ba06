package webmail

import (
	"context"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// The shared address book is read by everybody of the contract and by nobody else, and changed by nobody here.
func TestSharedContacts(t *testing.T) {
	h := newHouse(t)
	ann := h.people["ann"]
	h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: ann.contract, ID: ann.id, Role: "contract-admin"}})
	keep := func(list ...wire.Partner) {
		t.Helper()
		x := must[wire.Ticket](t)(h.webmail.enter(context.Background(), wire.Capability{Secret: []byte("ann")}))
		q := wire.Amendment{Pass: x.Pass}
		for _, p := range list {
			q.List = append(q.List, wire.Admin{Partner: &wire.AdminPartner{Do: "add", Contract: ann.contract, Set: p}})
		}
		must[wire.Amended](t)(wire.StoreAmend.Ask(context.Background(), h.storeAs(sekisho.Console), q))
	}
	keep(wire.Partner{Name: "鈴木", Addresses: []string{"suzuki@far.example", "ichiro@far.example"}, Organization: "ファー", Groups: []string{"仕入先"}, Note: "x"},
		wire.Partner{Name: "Tanaka", Addresses: []string{"tanaka@near.example"}, Groups: []string{"仕入先", "near"}})
	got := h.call("bob", "SharedContact/query", m{"filter": m{"text": "仕入"}, "calculateTotal": true})
	if len(got["ids"].([]any)) != 2 || text(got, "total") != "2" || text(got, "groups", 0, "name") != "仕入先" || text(got, "groups", 0, "members") != "2" || got["queryState"] == "" {
		t.Fatalf("%v", got)
	}
	ids := got["ids"].([]any)
	list := h.call("bob", "SharedContact/get", m{"ids": []any{ids[1], "p99", "i1"}})
	if text(list, "list", 0, "name") != "鈴木" || text(list, "list", 0, "emails", 1, "address") != "ichiro@far.example" || text(list, "list", 0, "groups", 0) != "仕入先" || len(list["notFound"].([]any)) != 2 {
		t.Fatalf("%v", list)
	}
	for name, want := range map[string]struct {
		args m
		n    int
	}{
		"by group": {m{"filter": m{"group": "near"}}, 1}, "by address": {m{"filter": m{"text": "ICHIRO@"}}, 1}, "second page": {m{"position": 1}, 1}, "first": {m{"limit": 1}, 1}, "none": {m{"limit": 0}, 0}, "no wildcard": {m{"filter": m{"text": "%"}}, 0},
	} {
		if got := h.call("bob", "SharedContact/query", want.args); len(got["ids"].([]any)) != want.n {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := h.call("bob", "SharedContact/get", m{"ids": nil, "properties": []string{"name"}}); len(got["list"].([]any)) != 2 || len(got["list"].([]any)[0].(m)) != 2 {
		t.Errorf("all, by name only: %v", got)
	}
	if got := h.call("bob", "SharedContact/get", m{"ids": []any{}}); len(got["list"].([]any)) != 0 || got["state"] == "" {
		t.Errorf("none: %v", got)
	}
	if got := h.call("eve", "SharedContact/query", m{}); len(got["ids"].([]any)) != 0 {
		t.Errorf("another contract's: %v", got)
	}
	if got := h.call("eve", "SharedContact/get", m{"ids": ids}); len(got["list"].([]any)) != 0 || len(got["notFound"].([]any)) != 2 {
		t.Errorf("another contract's by id: %v", got)
	}
	if r := h.try("bob", "SharedContact/set", m{"destroy": ids}); r.name != "error" || text(r.args, "type") != "unknownMethod" {
		t.Errorf("%v", r)
	}
	for _, bad := range []m{{"sort": []m{{"property": "organization"}}}, {"position": -1}, {"anchor": "p1"}, {"filter": m{"nothing": 1}}} {
		if r := h.try("bob", "SharedContact/query", bad); r.name != "error" {
			t.Errorf("%v: %v", bad, r)
		}
	}
}
