package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// employ gives somebody a duty.
func (w *world) employ(name, role string) {
	w.t.Helper()
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", ID: w.accounts[name], Contract: w.contract, Role: role}})
}

// page asks for a page as somebody.
func (w *world) page(who string, q wire.PageQuery) wire.Page {
	w.t.Helper()
	q.Pass = w.pass(who)
	if q.Contract == 0 {
		q.Contract = w.contract
	}
	return ask(w, wire.StorePage, w.console, q)
}

// Lists are paged without a gap and without a row twice, on either engine; conditions narrow them.
func testPages(t *testing.T, w *world) {
	w.employ("alice", "admin")
	for i := range 7 {
		w.account(fmt.Sprintf("n%d", i))
		w.alias(fmt.Sprintf("a%d@mori.example", i), false, "bob@mori.example")
		w.admin(wire.Admin{Group: &wire.AdminGroup{Do: "set", Contract: w.contract, Name: fmt.Sprintf("g%d", i), Members: []string{"bob@mori.example"}}})
		w.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: w.contract, Set: wire.Domain{Name: fmt.Sprintf("d%d.example", i)}}})
		a := w.arrival(w.lease(1), wire.Delivery{Recipient: "bob@mori.example", Fate: []wire.Fate{wire.FateQuarantine, wire.FateHold}[i%2], AtEnd: "send", Action: "x", NotBefore: w.clock.Now().Add(time.Hour)})
		a.Trace.Findings = []sekisho.Finding{{Kind: []sekisho.Kind{"spam", "virus"}[i%2], Name: "n", Score: 1}}
		a.Trace.MessageID = wire.MessageMark(fmt.Sprintf("<m%d@out.example>", i))
		w.accept(a)
		ask(w, wire.StoreAmend, w.console, wire.Amendment{Pass: w.pass("alice"), List: []wire.Admin{{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Policy: []byte(fmt.Sprint("p", i))}}}}})
	}
	for what, want := range map[string]int{"account": 9, "alias": 7, "group": 7, "domain": 8, "trace": 7, "quarantine": 4, "hold": 3, "change": 7, "policy": 8} {
		seen := map[string]bool{}
		n := 0
		for after := ""; ; n++ {
			p := w.page("alice", wire.PageQuery{What: what, Most: 2, After: after})
			if int(p.Total) != want {
				t.Fatalf("%s: total %d, want %d", what, p.Total, want)
			}
			for _, k := range keysOf(p) {
				if seen[k] {
					t.Errorf("%s: %s twice", what, k)
				}
				seen[k] = true
			}
			if after = p.Next; after == "" || n > 20 {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("%s: %d rows by pages, want %d", what, len(seen), want)
		}
	}
	for name, c := range map[string]struct {
		q    wire.PageQuery
		want uint64
	}{
		"by fate": {wire.PageQuery{What: "trace", Fate: wire.FateHold}, 3}, "by kind": {wire.PageQuery{What: "trace", Kind: "spam"}, 4}, "by Message-ID": {wire.PageQuery{What: "trace", Match: "<M3@out.example>"}, 1},
		"by a part": {wire.PageQuery{What: "account", Match: "N"}, 7}, "by duty": {wire.PageQuery{What: "account", Duty: "contract-admin"}, 1}, "by target": {wire.PageQuery{What: "alias", Match: "bob"}, 7},
		"by time": {wire.PageQuery{What: "trace", To: w.clock.Now().Add(-time.Hour)}, 0}, "a wildcard is none": {wire.PageQuery{What: "account", Match: "%"}, 0},
		"of a domain": {wire.PageQuery{What: "account", Domain: "d1.example"}, 0}, "with keys": {wire.PageQuery{What: "account", Keyless: true}, 0}, "active": {wire.PageQuery{What: "account", Status: sekisho.Active}, 9},
	} {
		if p := w.page("alice", c.q); p.Total != c.want {
			t.Errorf("%s: %d, want %d", name, p.Total, c.want)
		}
	}
	for _, bad := range []string{"x", cursor("x"), cursor(1, 2, 3, 4, 5)} {
		for _, what := range []string{"account", "trace", "change"} {
			refused(w, sekisho.Invalid, wire.StorePage, w.console, wire.PageQuery{Pass: w.pass("alice"), What: what, Contract: w.contract, After: bad})
		}
	}
	c := ask(w, wire.StoreCount, w.console, wire.CountQuery{Pass: w.pass("alice"), Contract: w.contract, From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().Add(time.Hour), Step: time.Hour})
	sums := map[string]uint64{}
	for _, s := range c.Series {
		for _, n := range s.Values {
			sums[s.Name] += n
		}
	}
	if sums["fate/quarantine"] != 4 || sums["fate/hold"] != 3 || sums["kind/virus"] != 3 {
		t.Errorf("%v", sums)
	}
}

// keysOf names the rows of a page.
func keysOf(p wire.Page) (out []string) {
	for _, x := range p.Accounts {
		out = append(out, x.Address)
	}
	for _, x := range p.Aliases {
		out = append(out, x.Address)
	}
	for _, x := range p.Groups {
		out = append(out, x.Name)
	}
	for _, x := range p.Domains {
		out = append(out, x.Domain.Name)
	}
	for _, x := range p.Traces {
		out = append(out, x.Trace.ID.String())
	}
	for _, x := range p.Kept {
		out = append(out, fmt.Sprint(x.ID))
	}
	for _, x := range p.Changes {
		out = append(out, fmt.Sprint(x.ID))
	}
	for _, x := range p.Policies {
		out = append(out, fmt.Sprint(x.Version))
	}
	return out
}

// Many changes are made together or not at all; a change of an old state is none; keys and what is the operator's are not console's
// to set, whoever's session it has.
func testAmend(t *testing.T, w *world) {
	w.employ("alice", "contract-admin")
	amend := func(who string, tag string, list ...wire.Admin) error {
		_, err := wire.StoreAmend.Ask(t.Context(), w.console, wire.Amendment{Pass: w.pass(who), List: list, If: tag})
		return err
	}
	add := func(address string) wire.Admin {
		return wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: w.contract, Address: address, Status: sekisho.Active, Public: []byte("mine")}}
	}
	var list []wire.Admin
	for i := range 300 {
		list = append(list, add(fmt.Sprintf("m%03d@mori.example", i)))
	}
	if err := amend("alice", "", append(list[:299:299], add("m000@mori.example"))...); sekisho.KindOf(err) != sekisho.Exists || !strings.Contains(err.Error(), "row 300:") {
		t.Errorf("one of many is there already: %v", err)
	}
	if n := w.page("alice", wire.PageQuery{What: "account"}).Total; n != 2 {
		t.Errorf("%d accounts after what failed", n)
	}
	if n := w.page("alice", wire.PageQuery{What: "change"}).Total; n != 0 {
		t.Errorf("%d changes after what failed", n)
	}
	if err := amend("alice", "", list...); err != nil {
		t.Fatal(err)
	}
	p := w.page("alice", wire.PageQuery{What: "account", Match: "m000", Keyless: true})
	if len(p.Accounts) != 1 || p.Accounts[0].Status != sekisho.Suspended || len(p.Accounts[0].Public) != 0 {
		t.Errorf("a new account takes no mail before vault made its keys: %+v", p.Accounts)
	}
	bob := wire.AdminAccount{Do: "set", ID: w.accounts["bob"], Contract: w.contract, Public: []byte("another key"), Name: "Bobby"}
	if err := amend("alice", "", wire.Admin{Account: &bob}); err != nil {
		t.Fatal(err)
	}
	got := w.page("alice", wire.PageQuery{What: "account", ID: uint64(bob.ID)}).Accounts[0]
	if string(got.Public) != "key of bob" || got.Name != "Bobby" {
		t.Errorf("%q %q", got.Public, got.Name)
	}
	tag := wire.Tag(person(got))
	bob.Name = "Robert"
	if first, second := amend("alice", tag, wire.Admin{Account: &bob}), amend("alice", tag, wire.Admin{Account: &bob}); first != nil || sekisho.KindOf(second) != sekisho.Conflict {
		t.Errorf("%v, %v", first, second)
	}
	for name, set := range map[string]wire.Contract{
		"networks": {Networks: []string{"0.0.0.0/0"}}, "status": {Status: sekisho.Suspended}, "end": {Status: sekisho.Terminated}, "key": {Spool: []byte("x")}, "hosts": {Hosts: []string{"imap.x.example"}},
		"limit": {Limit: wire.Limit{Total: 1_000_000}}, "name": {Name: "Other"},
	} {
		set.ID = w.contract
		if err := amend("alice", "", wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: set}}); sekisho.KindOf(err) != sekisho.Denied {
			t.Errorf("an administrator sets the contract's %s: %v", name, err)
		}
	}
	for name, a := range map[string]wire.Admin{
		"a contract":        {Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mine"}}},
		"an operator":       {Account: &wire.AdminAccount{Do: "add", Contract: w.contract, Address: "o@mori.example", Role: "operator"}},
		"himself operator":  {Account: &wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["alice"], Role: "operator"}},
		"himself no longer": {Account: &wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["alice"], Role: "user"}},
		"himself away":      {Account: &wire.AdminAccount{Do: "remove", Contract: w.contract, ID: w.accounts["alice"]}},
	} {
		if k := sekisho.KindOf(amend("alice", "", a)); k != sekisho.Denied && k != sekisho.Conflict {
			t.Errorf("an administrator makes %s: %v", name, k)
		}
	}
	if err := amend("bob", "", add("x@mori.example")); sekisho.KindOf(err) != sekisho.Denied {
		t.Errorf("a user makes an account: %v", err)
	}
	refused(w, sekisho.Denied, wire.StoreMe, w.console, wire.Bearer{Pass: []byte("forged")})
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", ID: w.accounts["bob"], Contract: w.contract, Status: sekisho.Suspended}})
	refused(w, sekisho.Denied, wire.StoreMe, w.console, wire.Bearer{Pass: w.pass("bob")})
}

// Counts are the same when most of them are remembered, also after mail that comes late, and end with the contract.
func testCounted(t *testing.T, w *world) {
	w.employ("alice", "contract-admin")
	count := func() map[string]uint64 {
		c := ask(w, wire.StoreCount, w.console, wire.CountQuery{Pass: w.pass("alice"), Contract: w.contract, From: w.clock.Now().Add(-30 * time.Hour), To: w.clock.Now(), Step: time.Hour})
		sums := map[string]uint64{}
		for _, s := range c.Series {
			if len(s.Values) != len(c.Starts) {
				t.Fatalf("%s: %d values of %d steps", s.Name, len(s.Values), len(c.Starts))
			}
			for _, n := range s.Values {
				sums[s.Name] += n
			}
		}
		return sums
	}
	for hour := range 10 {
		w.accept(w.arrival(w.lease(1), w.to("bob")))
		w.clock.Add(time.Hour)
		for range 2 {
			if n := count()["fate/mailbox"]; n != uint64(hour+1) {
				t.Fatalf("after %d hours: %d", hour+1, n)
			}
		}
	}
	late := w.arrival(w.lease(1), w.to("bob"))
	late.Trace.Envelope.At = w.clock.Now().Add(-25 * time.Minute) // its dialogue took so long
	w.accept(late)
	if n := count()["fate/mailbox"]; n != 11 {
		t.Errorf("with a late mail: %d", n)
	}
	remembered := func() int {
		w.s.counted.mu.Lock()
		defer w.s.counted.mu.Unlock()
		return len(w.s.counted.list)
	}
	if n := remembered(); n < 5 {
		t.Errorf("%d steps are remembered: nothing would be proved", n)
	}
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Status: sekisho.Terminated}}})
	if remembered() != 0 {
		t.Error("counts of an ended contract are remembered")
	}
}
