package store

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

func (w *world) alias(address string, identity bool, targets ...string) {
	w.t.Helper()
	w.admin(wire.Admin{Alias: &wire.AdminAlias{Do: "add", Contract: w.contract, Address: address, Targets: targets, Identity: identity}})
}

func (w *world) resolved(address string) wire.Recipient {
	w.t.Helper()
	return ask(w, wire.StoreResolve, w.gate, wire.Resolve{Address: address})
}

func brief(r wire.Recipient) string {
	var names []string
	for _, t := range r.Targets {
		n, _, _ := strings.Cut(t.Address, "@")
		if t.Over {
			n += "!"
		}
		names = append(names, n)
	}
	return fmt.Sprint(r.Standing, names, r.Outside, r.Groups)
}

func testDirectory(t *testing.T, w *world) {
	for _, d := range []wire.Domain{{Name: "森.example"}, {Name: "routed.example", Route: []wire.NextHop{{Host: "mx.far.example", Port: 25, TLS: "verify"}}}} {
		w.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: w.contract, Set: d}})
	}
	w.alias("sales@mori.example", true, "alice@mori.example", "Bob+x@mori.example", "far@out.example")
	w.alias("loop1@mori.example", false, "loop2@mori.example")
	w.alias("loop2@mori.example", false, "loop1@mori.example")
	w.alias("spiral@mori.example", false, "loop1@mori.example", "alice@mori.example", "sales@mori.example")
	w.alias("@xn--32v.example", false, "bob@mori.example")
	w.alias("boss@森.example", true, "bob@mori.example")
	w.alias("toroute@mori.example", false, "x@routed.example")
	w.admin(wire.Admin{Group: &wire.AdminGroup{Do: "add", Contract: w.contract, Name: "Staff", Members: []string{"BOB@mori.example", "@xn--32v.example"}}})
	for address, want := range map[string]string{
		"x@nowhere.example":           "1 [] [] []",
		"nobody":                      "1 [] [] []",
		"nobody@mori.example":         "2 [] [] []",
		"BoB@Mori.Example.":           "3 [bob] [] [Staff]",
		`"bob"@mori.example`:          "3 [bob] [] [Staff]",
		"bob+tag+more@mori.example":   "3 [bob] [] [Staff]",
		"sales@mori.example":          "3 [alice bob] [far@out.example] []",
		"sales+tag@mori.example":      "3 [alice bob] [far@out.example] []",
		"loop1@mori.example":          "2 [] [] []",
		"spiral@mori.example":         "3 [alice bob] [far@out.example] []",
		"anybody@森.example":           "3 [bob] [] [Staff]",
		"anybody@XN--32V.example":     "3 [bob] [] [Staff]",
		"anybody@routed.example":      "4 [] [] []",
		"toroute@mori.example":        "3 [] [x@routed.example] []",
		"b%b@mori.example":            "2 [] [] []",
		"bob@mori.example.evil.local": "1 [] [] []",
	} {
		for range 2 { // the second time from memory
			if got := brief(w.resolved(address)); got != want {
				t.Errorf("%s: %s; want %s", address, got, want)
			}
		}
	}
	refused(w, sekisho.Invalid, wire.StoreResolve, w.gate, wire.Resolve{Address: "a\x00b@mori.example"})
	refused(w, sekisho.Invalid, wire.StoreResolve, w.gate, wire.Resolve{Address: strings.Repeat("a", 400) + "@mori.example"})
	r := w.resolved("routed@routed.example")
	if len(r.Route) != 1 || r.Route[0].Host != "mx.far.example" {
		t.Fatalf("%+v", r)
	}

	// Every change raises the version and is seen at once.
	before := w.resolved("bob@mori.example").Version
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["bob"], Quota: 1500}})
	w.mail("bob", "", 2)
	if r := w.resolved("bob@mori.example"); brief(r) != "3 [bob!] [] [Staff]" || r.Version <= before {
		t.Fatalf("%+v", r)
	}
	// He files nothing more himself; what gate has taken is still delivered.
	refused(w, sekisho.Full, wire.StoreAccept, w.reader, wire.Accept{Messages: []wire.Arrival{w.arrival(w.lease(1), w.to("bob"))}})
	w.mail("bob", "", 1)
	id := ask(w, wire.StoreIdentity, w.gate, wire.Identity{Login: "Bob@mori.example"})
	if id.Account != w.accounts["bob"] || fmt.Sprint(id.Identities) != "[bob@mori.example boss@xn--32v.example]" || id.Status != sekisho.Active || id.Name != "bob" || fmt.Sprint(id.Groups) != "[Staff]" {
		t.Fatalf("%+v", id)
	}
	if id := ask(w, wire.StoreIdentity, w.gate, wire.Identity{Login: "nobody@mori.example"}); id.Account != 0 {
		t.Fatalf("%+v", id)
	}
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["bob"], Status: sekisho.Suspended}})
	if got := brief(w.resolved("bob@mori.example")); got != "5 [] [] [Staff]" {
		t.Fatal(got)
	}
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Status: sekisho.Suspended}}})
	if got := brief(w.resolved("alice@mori.example")); got != "5 [] [] []" {
		t.Fatal(got)
	}
	c := ask(w, wire.StoreContract, w.gate, wire.ContractQuery{Contract: w.contract})
	if c.Name != "Mori" || len(c.Domains) != 3 || c.Status != sekisho.Suspended || fmt.Sprint(c.Networks) != "[192.0.2.0/24]" {
		t.Fatalf("%+v", c)
	}
	w.restart()
	if again := ask(w, wire.StoreContract, w.gate, wire.ContractQuery{Contract: w.contract}); fmt.Sprint(again) != fmt.Sprint(c) {
		t.Fatalf("%+v", again)
	}
	l := w.lists("account")
	if len(l.Accounts) != 2 || len(w.lists("alias").Aliases) != 7 || len(w.lists("group").Groups) != 1 || len(w.lists("contract").Contracts) != 1 {
		t.Fatalf("%+v", l)
	}
}

func testDirectoryRefusals(t *testing.T, w *world) {
	other := w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Other"}}}).Contract
	account := func(a wire.AdminAccount) wire.Admin { return wire.Admin{Account: &a} }
	alias := func(a wire.AdminAlias) wire.Admin { return wire.Admin{Alias: &a} }
	for _, c := range []struct {
		kind sekisho.ErrorKind
		q    wire.Admin
	}{
		{sekisho.Invalid, wire.Admin{}},
		{sekisho.Invalid, wire.Admin{Contract: &wire.AdminContract{Do: "add"}, Group: &wire.AdminGroup{}}},
		{sekisho.Exists, wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mori"}}}},
		{sekisho.Invalid, wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "A", Networks: []string{"10.0.0.1"}}}}},
		{sekisho.NotFound, wire.Admin{Contract: &wire.AdminContract{Do: "set", Set: wire.Contract{ID: 99, Name: "A"}}}},
		{sekisho.Exists, wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: other, Set: wire.Domain{Name: "MORI.example"}}}},
		{sekisho.NotFound, wire.Admin{Domain: &wire.AdminDomain{Do: "set", Contract: other, Set: wire.Domain{Name: "mori.example"}}}},
		{sekisho.Conflict, wire.Admin{Domain: &wire.AdminDomain{Do: "remove", Contract: w.contract, Set: wire.Domain{Name: "mori.example"}}}},
		{sekisho.Invalid, wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: w.contract, Set: wire.Domain{Name: "bad name.example"}}}},
		{sekisho.Exists, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "BOB@mori.example"})},
		{sekisho.NotFound, account(wire.AdminAccount{Do: "add", Contract: other, Address: "new@mori.example"})},
		{sekisho.Invalid, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "a+b@mori.example"})},
		{sekisho.Invalid, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "new"})},
		{sekisho.Invalid, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "n\x00w@mori.example"})},
		{sekisho.Invalid, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "n@mori.example", Role: "king"})},
		{sekisho.Invalid, account(wire.AdminAccount{Do: "add", Contract: w.contract, Address: "n@mori.example", Name: "a\x00"})},
		{sekisho.NotFound, account(wire.AdminAccount{Do: "set", Contract: other, ID: w.accounts["bob"], Name: "stolen"})},
		{sekisho.Exists, account(wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["bob"], Address: "alice@mori.example"})},
		{sekisho.Exists, alias(wire.AdminAlias{Do: "add", Contract: w.contract, Address: "bob@mori.example", Targets: []string{"alice@mori.example"}})},
		{sekisho.Invalid, alias(wire.AdminAlias{Do: "add", Contract: w.contract, Address: "l@mori.example", Targets: []string{"L@mori.example"}})},
		{sekisho.Invalid, alias(wire.AdminAlias{Do: "add", Contract: w.contract, Address: "l@mori.example"})},
		{sekisho.NotFound, alias(wire.AdminAlias{Do: "remove", Contract: w.contract, Address: "l@mori.example"})},
		{sekisho.NotFound, wire.Admin{Group: &wire.AdminGroup{Do: "remove", Contract: w.contract, Name: "none"}}},
		{sekisho.Invalid, wire.Admin{Group: &wire.AdminGroup{Do: "burn", Contract: w.contract, Name: "none"}}},
	} {
		refused(w, c.kind, wire.StoreAdmin, w.operator, c.q)
	}
	if got := brief(w.resolved("bob@mori.example")); got != "3 [bob] [] []" {
		t.Fatal(got)
	}
}

func testTerminate(t *testing.T, w *world) {
	w.mail("bob", "", 2)
	w.accept(w.arrival(w.lease(1), wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue}, wire.Delivery{Recipient: "q@y.example", Fate: wire.FateQuarantine}))
	w.selected("bob", "", 0)
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "remove", Contract: w.contract, ID: w.accounts["alice"]}})
	refused(w, sekisho.Denied, wire.StoreMailboxes, w.reader, wire.MailboxQuery{Pass: w.pass("alice")})
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Status: sekisho.Terminated}}})
	for _, table := range []string{"domain", "account", "mailbox", "message", "placed", "trace", "kept", "queue"} {
		if n := w.rows(table); n != 0 {
			t.Errorf("%s has %d rows of a terminated contract", table, n)
		}
	}
	refused(w, sekisho.Denied, wire.StoreSelect, w.reader, wire.Select{Pass: w.pass("bob"), Name: "INBOX"})
	refused(w, sekisho.NotFound, wire.StoreAccept, w.gate, wire.Accept{Messages: []wire.Arrival{w.arrival(w.lease(1), w.to("bob"))}})
	refused(w, sekisho.Denied, wire.StoreAdmin, w.operator, wire.Admin{Contract: &wire.AdminContract{Do: "set", Set: wire.Contract{ID: w.contract, Name: "again", Status: sekisho.Active}}})
	if r := w.resolved("bob@mori.example"); r.Standing != wire.Foreign {
		t.Fatalf("%+v", r)
	}
}

func testRelayContact(t *testing.T, w *world) {
	narrow := w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Narrow", Networks: []string{"192.0.2.128/25", "2001:db8::/32"}}}}).Contract
	for addr, want := range map[string]sekisho.ContractID{"192.0.2.1": w.contract, "192.0.2.200": narrow, "::ffff:192.0.2.200": narrow, "2001:db8::5": narrow, "198.51.100.1": 0} {
		if got := ask(w, wire.StoreRelay, w.gate, wire.Relay{Client: netip.MustParseAddr(addr)}); got.Contract != want {
			t.Errorf("%s: %+v", addr, got)
		}
	}
	if got := ask(w, wire.StoreRelay, w.gate, wire.Relay{Client: netip.MustParseAddr("192.0.2.1")}); fmt.Sprint(got.Domains) != "[mori.example]" {
		t.Fatalf("%+v", got)
	}
	q := wire.Contact{Contract: w.contract, Inside: "Bob@mori.example", Outside: "Far@out.example"}
	if got := ask(w, wire.StoreContact, w.gate, q); !got.First.IsZero() {
		t.Fatalf("%+v", got)
	}
	q.Note = true
	start := w.clock.Now()
	ask(w, wire.StoreContact, w.gate, q)
	w.clock.Add(time.Hour)
	if got := ask(w, wire.StoreContact, w.gate, q); !got.First.Equal(start) || !got.Last.Equal(w.clock.Now()) {
		t.Fatalf("%+v", got)
	}
}

// TestGroupsKeepApart: changes that share a transaction do not touch each other, whether one ends a contract or fails.
func TestGroupsKeepApart(t *testing.T) {
	w := newWorld(t, "")
	other := w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Other"}}}).Contract
	arrival := w.arrival(w.lease(1), w.to("bob"))
	in, err := w.s.keep([]wire.Arrival{arrival})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	group := []*op{
		{run: func(tx *txn) error { _, err := tx.accept(&in[0]); return err }},
		{run: func(tx *txn) error {
			return tx.adminContract(wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: other, Status: sekisho.Terminated}}, &wire.AdminDone{})
		}},
		{run: func(tx *txn) error {
			if err := tx.raiseVersion(w.contract); err != nil {
				return err
			}
			return broken // after it wrote: everything of it must go, nothing of the others
		}},
	}
	before := w.resolved("alice@mori.example").Version
	w.s.together(group[:2])
	w.restart()
	if m := w.selected("bob", "", 0).Mailbox; m.Messages != 1 || m.UIDNext != 2 || group[0].err != nil || group[1].err != nil {
		t.Fatalf("%+v %v %v", m, group[0].err, group[1].err)
	}
	again := []*op{{run: func(tx *txn) error { return tx.raiseVersion(other) }}, group[2]}
	w.s.together(again)
	if again[0].err != nil || again[1].err != broken {
		t.Fatal(again[0].err, again[1].err)
	}
	if now := w.resolved("alice@mori.example").Version; now != before {
		t.Fatalf("version %d, it was %d", now, before)
	}
}
