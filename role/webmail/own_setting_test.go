package webmail

import (
	"strings"
	"testing"
	"time"

	"sekisho/wire"
)

// TestSendWait: mail waits as its sender's settings have it, where the organisation allows it; he takes it back, or sends it now.
func TestSendWait(t *testing.T) {
	h := newHouse(t)
	if got := h.call("bob", "SendWait/get", m{}); text(got, "list", 0, "most") != "0" || text(got, "list", 0, "minutes") != "0" {
		t.Fatalf("%v", got)
	}
	if got := h.call("bob", "SendWait/set", m{"update": m{"singleton": m{"minutes": 5}}}); text(got, "notUpdated", "singleton", "type") != "invalidProperties" {
		t.Fatalf("nobody allowed it: %v", got)
	}
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: h.contract, Wait: 30}}})
	for _, bad := range []m{{"minutes": 31}, {"minutes": -1}, {"for": "friends"}, {"most": 60}} {
		if got := h.call("bob", "SendWait/set", m{"update": m{"singleton": bad}}); text(got, "notUpdated", "singleton", "type") != "invalidProperties" {
			t.Errorf("%v: %v", bad, got)
		}
	}
	if got := h.call("bob", "SendWait/set", m{"update": m{"singleton": m{"minutes": 20, "for": "outside"}}}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	send := func(to ...string) m {
		t.Helper()
		list := []m{}
		for _, a := range to {
			list = append(list, m{"email": a})
		}
		return h.call("bob", "EmailSubmission/set", m{"create": m{"s": m{"identityId": h.identity(), "emailId": h.draft(m{"to": list})}}})
	}
	held := func() []any {
		return h.call("bob", "Kept/query", m{"filter": m{"fate": "hold"}})["ids"].([]any)
	}
	if got := send("ann@mori.example"); text(got, "created", "s", "undoStatus") != "final" || len(held()) != 0 {
		t.Fatalf("what stays inside was not to wait: %v", got)
	}
	got := send("ann@mori.example", "out@elsewhere.example")
	at, err := time.Parse(time.RFC3339, text(got, "created", "s", "sendAt"))
	if err != nil || text(got, "created", "s", "undoStatus") != "pending" || at.Sub(h.clock()) < 19*time.Minute || at.Sub(h.clock()) > 21*time.Minute {
		t.Fatalf("%v (%v)", got, err)
	}
	if n := len(held()); n != 2 {
		t.Fatalf("%d of two recipients wait", n)
	}
	if got := h.call("bob", "EmailSubmission/set", m{"update": m{text(got, "created", "s", "id"): m{"undoStatus": "canceled"}}}); len(got["updated"].(m)) != 1 || len(held()) != 0 {
		t.Fatalf("%v", got)
	}
	send("ann@mori.example", "out@elsewhere.example")
	for _, id := range held() {
		if got := h.call("bob", "Kept/set", m{"update": m{id.(string): m{"do": "send"}}}); len(got["updated"].(m)) != 1 {
			t.Fatalf("%v", got)
		}
	}
	queue := must[wire.Listed](t)(wire.StoreList.Ask(t.Context(), h.operator, wire.List{What: "queue", Most: 10})).Queue
	if len(queue) == 0 || len(held()) != 0 {
		t.Errorf("it was to be sent now: %+v", queue)
	}
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: h.contract, Wait: -1}}})
	if got := send("out@elsewhere.example"); text(got, "created", "s", "undoStatus") != "final" {
		t.Errorf("the organisation allows it no more: %v", got)
	}
}

// TestDelegate: somebody says who stands in for him, and hears for whom he does.
func TestDelegate(t *testing.T) {
	h := newHouse(t)
	until := h.clock().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	set := func(x m) m {
		t.Helper()
		return h.call("bob", "Delegate/set", m{"update": m{"singleton": x}})
	}
	for _, bad := range []m{{"deputy": "ann@mori.example"}, {"deputy": "bob@mori.example", "until": until}, {"deputy": "ann@mori.example", "until": "2001-01-01T00:00:00Z"}, {"deputy": "nobody@mori.example", "until": until}, {"deputy": "eve@kawa.example", "until": until}, {"who": "x"}} {
		if got := set(bad); got["notUpdated"] == nil || len(got["notUpdated"].(m)) != 1 {
			t.Errorf("%v: %v", bad, got)
		}
	}
	if got := h.call("bob", "Delegate/get", m{}); at(got, "list", 0, "deputy") != nil {
		t.Fatalf("%v", got)
	}
	if got := set(m{"deputy": "Ann@mori.example", "until": until}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if got := h.call("bob", "Delegate/get", m{}); text(got, "list", 0, "deputy") != "ann@mori.example" || !strings.HasPrefix(text(got, "list", 0, "until"), until[:16]) {
		t.Errorf("%v", got)
	}
	if got := h.call("ann", "Delegate/get", m{}); text(got, "list", 0, "for", 0, "address") != "bob@mori.example" || at(got, "list", 0, "deputy") != nil {
		t.Errorf("%v", got)
	}
	if got := set(m{"deputy": nil}); len(got["updated"].(m)) != 1 {
		t.Fatalf("%v", got)
	}
	if got := h.call("ann", "Delegate/get", m{}); len(at(got, "list", 0, "for").([]any)) != 0 {
		t.Errorf("%v", got)
	}
}
