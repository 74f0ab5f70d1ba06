package console_test

import (
	"bytes"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// waiting puts a delivery to the outside into the queue, tries it once and gives its number.
func (h *house) waiting(c sekisho.ContractID, who, to, answer string) float64 {
	h.t.Helper()
	k := h.mail(c, who, wire.FateQueue, func(a *wire.Arrival) {
		a.Trace.Direction, a.Trace.Envelope.From, a.Deliveries[0].Recipient, a.Deliveries[0].Account = sekisho.Outbound, h.people[who].address, to, 0
	})
	rows := must[wire.Listed](h.t)(wire.StoreList.Ask(h.t.Context(), h.peers["admin/store"], wire.List{What: "queue", Match: to})).Queue
	if len(rows) != 1 || rows[0].Trace != k.Trace {
		h.t.Fatalf("%d rows", len(rows))
	}
	if answer != "" {
		must[wire.Nothing](h.t)(wire.StoreOutcome.Ask(h.t.Context(), h.peers["post/store"], wire.Outcomes{Items: []wire.Outcome{
			{ID: rows[0].ID, State: "waiting", Next: h.clock().Add(1 << 40), Code: 451, Status: "4.7.1", Text: answer, Host: "mx.far.example"}}}))
	}
	return float64(rows[0].ID)
}

// The queue: seen by whom it concerns, in words; tried at once, given up, deleted; each act in the list of changes.
func TestQueue(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	a, b := h.waiting(h.mori, "user", "a@far.example", "greylisted"), h.waiting(h.mori, "user", "b@far.example", "")
	other := h.waiting(h.kita, "kita-user", "c@far.example", "")
	list := h.do("help-desk", "GET", of+"/queue?search=far.example", nil, 200)
	if list.at("total") != 2.0 || list.at("items.1.attempts") != 1.0 || list.at("items.1.last") != "mx.far.example: 451 4.7.1 greylisted" ||
		list.at("items.1.meaning") != "The server refuses us, or asks us to come later (greylisting)." || list.at("items.0.meaning") != "Not tried yet." {
		t.Errorf("%s", list.Body)
	}
	if got := h.do("help-desk", "GET", of+"/queue?search=greylisted", nil, 200); got.at("total") != 1.0 || got.at("items.0.id") != a {
		t.Errorf("searched: %s", got.Body)
	}
	if got := h.do("help-desk", "GET", of+"/queue?state=suspended", nil, 200); got.at("total") != 0.0 {
		t.Errorf("filtered: %s", got.Body)
	}
	steer := func(who, do string, want int, ids ...float64) answered {
		return h.do(who, "POST", of+"/queue/steer", object{"do": do, "ids": ids}, want)
	}
	steer("help-desk", "retry", 403, a)
	if got := steer("contract-admin", "retry", 200, a, other); got.at("done.0") != a || got.at("notDone.0") != other {
		t.Errorf("another's is not steered: %s", got.Body)
	}
	before := h.denials()
	if steer("contract-admin", "cancel", 404, other); h.denials() <= before {
		t.Error("another's was asked for, and it is not in the ledger")
	}
	due := must[wire.Due](t)(wire.StoreDue.Ask(t.Context(), h.peers["post/store"], wire.DueQuery{Most: 9, Lease: 1 << 35}))
	if len(due.Items) != 1 || float64(due.Items[0].ID) != a || due.Items[0].GivenUp != "" {
		t.Errorf("due after trying now: %+v", due.Items)
	}
	steer("contract-admin", "give-up", 200, b)
	steer("contract-admin", "give-up", 409, b)
	due = must[wire.Due](t)(wire.StoreDue.Ask(t.Context(), h.peers["post/store"], wire.DueQuery{Most: 9, Lease: 1 << 35}))
	if len(due.Items) != 1 || float64(due.Items[0].ID) != b || due.Items[0].GivenUp != "contract-admin@mori.example" {
		t.Errorf("due after giving up: %+v", due.Items)
	}
	steer("contract-admin", "give-up", 200, a) // while it is being sent
	must[wire.Nothing](t)(wire.StoreOutcome.Ask(t.Context(), h.peers["post/store"], wire.Outcomes{Items: []wire.Outcome{{ID: sekisho.QueueID(a), State: "waiting", Next: h.clock().Add(1 << 40)}}}))
	due = must[wire.Due](t)(wire.StoreDue.Ask(t.Context(), h.peers["post/store"], wire.DueQuery{Most: 9, Lease: 1 << 35}))
	if len(due.Items) != 1 || float64(due.Items[0].ID) != a || due.Items[0].GivenUp == "" {
		t.Errorf("given up while it was sent: %+v", due.Items)
	}
	steer("contract-admin", "cancel", 200, b)
	changes := h.do("contract-admin", "GET", of+"/changes?search=far.example", nil, 200)
	if changes.at("total") != 4.0 || changes.at("items.0.do") != "cancel" || changes.at("items.0.what") != "queue" || changes.at("items.0.object") != "user@mori.example -> b@far.example" {
		t.Errorf("%s", changes.Body)
	}
	file := h.do("auditor", "GET", of+"/queue?format=csv", nil, 200)
	if !bytes.Contains(file.Body, []byte("a@far.example")) || bytes.Contains(file.Body, []byte("b@far.example")) {
		t.Errorf("%s", file.Body)
	}
}
