package store

import (
	"testing"

	"sekisho"
	"sekisho/wire"
)

func (w *world) lines(who string) []wire.Sender {
	w.t.Helper()
	return ask(w, wire.StoreSenders, w.webmail, wire.SenderQuery{Pass: w.pass(who)}).List
}

func (w *world) stanceOf(who, header, envelope string) wire.SenderStance {
	w.t.Helper()
	return ask(w, wire.StoreStance, w.gate, wire.StanceQuery{Contract: w.contract, Accounts: []sekisho.AccountID{w.accounts[who]}, Header: header, Envelope: envelope}).List[0]
}

// A list is its account's, an address stands in it once, and whole domains are the organisation's to name.
func TestSenders(t *testing.T) {
	w := newWorld(t, "")
	put := func(who string, list ...wire.Sender) wire.SenderChange {
		return wire.SenderChange{Pass: w.pass(who), Put: list}
	}
	to := wire.Resolve{Address: "alice@mori.example"}
	if r := ask(w, wire.StoreResolve, w.gate, to); r.Listed {
		t.Fatal("listed before anything is")
	}
	ask(w, wire.StoreSenderSet, w.webmail, put("alice", wire.Sender{Address: "Shop@Out.example", Stance: "allow"}, wire.Sender{Address: "spam@out.example", Stance: "block"}))
	if r := ask(w, wire.StoreResolve, w.gate, to); !r.Listed {
		t.Fatal("the list is not known at delivery")
	}
	if list := w.lines("alice"); len(list) != 2 || list[1].Address != "shop@out.example" || len(w.lines("bob")) != 0 {
		t.Fatalf("%+v", list)
	}
	ask(w, wire.StoreSenderSet, w.webmail, put("alice", wire.Sender{Address: "shop@out.example", Stance: "block"}))
	if list := w.lines("alice"); len(list) != 2 || list[0].Stance != "block" {
		t.Fatalf("%+v", list)
	}
	for _, bad := range []wire.Sender{{Address: "@out.example", Stance: "allow"}, {Address: "x@out.example", Stance: "maybe"}, {Address: "nobody", Stance: "allow"}, {Address: "x@out.example", Stance: "allow", ID: 9999}} {
		if _, err := wire.StoreSenderSet.Ask(t.Context(), w.webmail, put("alice", bad)); err == nil {
			t.Errorf("taken: %+v", bad)
		}
	}
	refused(w, sekisho.Conflict, wire.StoreSenderSet, w.webmail, wire.SenderChange{Pass: w.pass("alice"), Put: []wire.Sender{{Address: "y@out.example", Stance: "allow"}}, Unless: 12345})
	if w.restart(); len(w.lines("alice")) != 2 {
		t.Fatal("lost in a restart")
	}
	ids := w.lines("alice")
	ask(w, wire.StoreSenderSet, w.webmail, wire.SenderChange{Pass: w.pass("bob"), Remove: []uint64{ids[0].ID}})
	if len(w.lines("alice")) != 2 {
		t.Fatal("bob removed a line of alice's")
	}
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "remove", Contract: w.contract, ID: w.accounts["alice"]}})
	if s := w.stanceOf("alice", "shop@out.example", ""); s.Stance != "" {
		t.Fatalf("an account that is gone has %+v", s)
	}
}

// The organisation's word comes first, an address before its domain; allowing takes the address that people see.
func TestStance(t *testing.T) {
	w := newWorld(t, "")
	org := func(do, address, stance string) {
		w.admin(wire.Admin{Sender: &wire.AdminSender{Do: do, Contract: w.contract, Address: address, Stance: stance}})
	}
	ask(w, wire.StoreSenderSet, w.webmail, wire.SenderChange{Pass: w.pass("alice"), Put: []wire.Sender{{Address: "a@out.example", Stance: "allow"}, {Address: "b@bulk.example", Stance: "block"}}})
	org("add", "@bad.example", "block")
	org("add", "@bulk.example", "allow")
	org("add", "c@bulk.example", "block")
	for _, c := range []struct{ who, header, envelope, stance, by string }{
		{"alice", "a@out.example", "bounce@mailer.example", "allow", "recipient"},
		{"alice", "A@OUT.example", "", "allow", "recipient"},
		{"alice", "x@elsewhere.example", "a@out.example", "", "recipient"}, // what people see is not what is allowed
		{"alice", "x@elsewhere.example", "b@bulk.example", "", "recipient"},
		{"alice", "b@bulk.example", "", "allow", "organisation"},
		{"alice", "c@bulk.example", "", "block", "organisation"},
		{"bob", "a@out.example", "", "", "recipient"},
		{"bob", "x@bad.example", "", "block", "organisation"},
		{"bob", "x@fine.example", "y@bad.example", "block", "organisation"},
		{"bob", "x@sub.bad.example", "", "", "recipient"},
		{"bob", "", "", "", "recipient"},
	} {
		if c.header == "x@elsewhere.example" && c.envelope == "b@bulk.example" {
			c.stance = "block" // her own list blocks by either
		}
		if got := w.stanceOf(c.who, c.header, c.envelope); got.Stance != c.stance || got.By != c.by {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Senders: "none"}}})
	if got := w.stanceOf("alice", "a@out.example", ""); got.Stance != "" {
		t.Errorf("own lists are off, but %+v", got)
	}
	if got := w.stanceOf("alice", "c@bulk.example", ""); got.Stance != "block" {
		t.Errorf("the organisation's list is off too: %+v", got)
	}
	refused(w, sekisho.Denied, wire.StoreSenderSet, w.webmail, wire.SenderChange{Pass: w.pass("alice"), Put: []wire.Sender{{Address: "z@out.example", Stance: "allow"}}})
	org("remove", "@bad.example", "")
	refused(w, sekisho.NotFound, wire.StoreAdmin, w.operator, wire.Admin{Sender: &wire.AdminSender{Do: "remove", Contract: w.contract, Address: "@bad.example"}})
	refused(w, sekisho.Invalid, wire.StoreAdmin, w.operator, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Senders: "perhaps"}}})
}

func (w *world) lessons(name string) []wire.Lesson {
	w.t.Helper()
	return ask(w, wire.StoreTeach, w.webmail, wire.Teach{Pass: w.pass(name), Most: 100}).List
}
