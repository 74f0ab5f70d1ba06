package store

import (
	"fmt"
	"testing"
	"time"

	"sekisho"
	"sekisho/insider"
	"sekisho/wire"
)

// sends has somebody send a mail to the outside.
func (w *world) sends(name string, attached bool, listener string, to ...string) wire.Arrival {
	w.t.Helper()
	var list []wire.Delivery
	for _, a := range to {
		list = append(list, wire.Delivery{Recipient: a, Fate: wire.FateQueue, Action: "pass"})
	}
	a := w.arrival(w.lease(1), list...)
	a.Sealed.Attached = attached
	a.Trace.Envelope.Account, a.Trace.Envelope.Contract, a.Trace.Envelope.Listener = w.accounts[name], w.contract, listener
	return a
}

// Numbers of a day come from mail that is sent and fetched; the auditor sees who is unusual, and each look is written down. Others see nothing.
func testInsider(t *testing.T, w *world) {
	w.account("carol")
	w.account("tanaka")
	w.employ("carol", "auditor")
	w.employ("bob", "contract-admin")
	ask1 := wire.InsiderQuery{Pass: w.pass("carol"), Contract: w.contract}
	for range 40 { // everybody sends two mails a day
		for _, n := range []string{"alice", "tanaka"} {
			w.accept(w.sends(n, false, "submission", "x@partner.example", "y@partner.example", "bob@mori.example"))
		}
		w.clock.Add(24 * time.Hour)
	}
	if got := ask(w, wire.StoreInsider, w.console, ask1); len(got.List) != 0 || got.People != 4 {
		t.Fatalf("everything is as usual: %+v", got)
	}
	for range 4 {
		a := w.sends("tanaka", true, "submission", "tanaka.t@gmail.com")
		w.accept(a)
		w.accept(a) // a repetition is no second mail
	}
	w.accept(w.sends("tanaka", false, wire.Forwarded, "tanaka.t@gmail.com"))
	once := w.sends("tanaka", false, byFilter, "tanaka.t@gmail.com")
	once.Once = &wire.Once{Account: w.accounts["tanaka"], Mark: []byte("m"), Until: w.clock.Now().Add(time.Hour)}
	w.accept(once) // an automatic reply
	uids := w.mail("tanaka", "INBOX", 700)
	box := w.selected("tanaka", "INBOX", 0).Mailbox.ID
	ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("tanaka"), Mailbox: box, UIDs: uids, Want: wire.Want{Header: true, Summary: true}})
	ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("tanaka"), Mailbox: box, UIDs: uids, Want: wire.Want{Body: true}})
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Address: "tanaka@mori.example", Leaves: "2026-05-31"}})
	got := ask(w, wire.StoreInsider, w.console, ask1)
	if len(got.List) != 1 || got.List[0].Address != "tanaka@mori.example" || got.List[0].Leaves != "2026-05-31" {
		t.Fatalf("%+v", got.List)
	}
	kinds := map[string]insider.Part{}
	for _, p := range got.List[0].Parts {
		kinds[p.Kind] = p
	}
	if kinds["private"].Value != 4 || kinds["onward"].Value != 1 || kinds["reading"].Value != 700 || kinds["leaving"].Points == 0 {
		t.Errorf("%+v", kinds)
	}
	one := ask1
	one.Account = w.accounts["tanaka"]
	mine := ask(w, wire.StoreInsider, w.console, one)
	if last := mine.Days[len(mine.Days)-1]; last.Sent != 4 || last.Attached != 4 || last.Read != 700 || last.OnwardOwn != 1 || len(mine.Days) != 41 {
		t.Errorf("%d days, the last %+v", len(mine.Days), last)
	}
	for _, who := range []string{"bob", "alice"} {
		q := ask1
		q.Pass = w.pass(who)
		refused(w, sekisho.Denied, wire.StoreInsider, w.console, q)
	}
	q := ask1
	q.Contract++
	refused(w, sekisho.NotFound, wire.StoreInsider, w.console, q)
	q = ask1
	q.Days = 91
	refused(w, sekisho.Invalid, wire.StoreInsider, w.console, q)
	q = ask1
	q.Account = 999
	refused(w, sekisho.NotFound, wire.StoreInsider, w.console, q)
	ask(w, wire.StoreInsider, w.operator, wire.InsiderQuery{Contract: w.contract, Who: "operator's socket, user 0"})
	refused(w, sekisho.Invalid, wire.StoreInsider, w.operator, wire.InsiderQuery{Contract: w.contract})
	looks := map[string]int{}
	for _, a := range w.page("bob", wire.PageQuery{What: "access"}).Accesses {
		looks[fmt.Sprint(a.Who, " ", a.What, " ", a.Object)]++
	}
	if looks["carol@mori.example insider "] != 1 || looks["carol@mori.example insider tanaka@mori.example"] != 1 || looks["operator's socket, user 0 insider "] != 1 || len(looks) != 3 {
		t.Errorf("%v", looks)
	}
	w.restart()
	w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Address: "tanaka@mori.example", Leaves: "none"}})
	if mine = ask(w, wire.StoreInsider, w.console, one); mine.List[0].Leaves != "" || mine.Days[len(mine.Days)-1].Read != 700 {
		t.Errorf("after a start: %+v", mine.List)
	}
	if _, err := wire.StoreAdmin.Ask(t.Context(), w.operator, wire.Admin{Account: &wire.AdminAccount{Do: "set", Address: "tanaka@mori.example", Leaves: "soon"}}); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("a last day that is none: %v", err)
	}
	w.clock.Add((conductKept + 1) * 24 * time.Hour)
	if err := w.s.forgetOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int64
	if _, err := w.s.db.One(t.Context(), []any{&n}, "SELECT COUNT(*) FROM conduct"); err != nil || n != 0 {
		t.Errorf("%d days are kept longer than is said (%v)", n, err)
	}
}
