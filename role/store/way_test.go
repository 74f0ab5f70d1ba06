package store

import (
	"testing"
	"time"

	"sekisho"
	"sekisho/mail/hostlist"
	"sekisho/mail/likeness"
	"sekisho/wire"
)

// By which ways an organisation's mail came: once for a mail, on how many days, and forgotten when it is old.
func testWays(t *testing.T, w *world) {
	comes := func(way string, names ...string) {
		t.Helper()
		var list []wire.Delivery
		for _, n := range names {
			d := w.to(n)
			d.Site, d.Way = "partner.example", way
			list = append(list, d)
		}
		w.accept(w.arrival(w.lease(1), list...))
	}
	asked := func(way string, want wire.Ways) {
		t.Helper()
		if got := ask(w, wire.StoreWays, w.gate, wire.WayQuery{Contract: w.contract, Site: "partner.example", Way: way}); got != want {
			t.Errorf("%s: %+v, want %+v", way, got, want)
		}
	}
	asked(wire.WaySigned, wire.Ways{})
	comes(wire.WaySigned, "alice", "bob")
	comes(wire.WaySigned, "alice")
	w.clock.Add(24 * time.Hour)
	comes(wire.WaySigned, "bob")
	comes("net 192.0.0.0/16", "bob")
	asked(wire.WaySigned, wire.Ways{Mails: 4, Proven: 3, Here: 3, Days: 2})
	asked("net 192.0.0.0/16", wire.Ways{Mails: 4, Proven: 3, Here: 1, Days: 2})
	asked("net 198.51.0.0/16", wire.Ways{Mails: 4, Proven: 3, Days: 2})
	if got := ask(w, wire.StoreWays, w.gate, wire.WayQuery{Contract: w.contract + 1, Site: "partner.example", Way: wire.WaySigned}); got != (wire.Ways{}) {
		t.Errorf("another contract sees %+v", got)
	}
	w.clock.Add(2 * traceTime)
	if err := w.s.forgetOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked(wire.WaySigned, wire.Ways{})
}

// Lists of both kinds are kept, told apart without their content, and refused when they are none.
func testFeeds(t *testing.T, w *world) {
	known, err := likeness.Make([]string{"paypal.com", "mori.example"})
	if err != nil {
		t.Fatal(err)
	}
	ask(w, wire.StoreFeedSet, w.operator, wire.FeedChange{Name: "visited", Data: known})
	ask(w, wire.StoreFeedSet, w.operator, wire.FeedChange{Name: "bad", Data: hostlist.Make([]string{"evil.example"}).Bytes()})
	refused(w, sekisho.Invalid, wire.StoreFeedSet, w.operator, wire.FeedChange{Name: "none", Data: []byte("no list")})
	got := ask(w, wire.StoreFeeds, w.operator, wire.FeedQuery{Names: true})
	if len(got.List) != 2 || got.List[0].Name != "bad" || got.List[0].Known || !got.List[1].Known || got.List[1].Entries != 2 || len(got.List[1].Data) != 0 {
		t.Errorf("%+v", got)
	}
	if got := ask(w, wire.StoreFeeds, w.gate, wire.FeedQuery{}); len(got.List) != 2 || string(got.List[1].Data) != string(known) {
		t.Errorf("%d lists with content", len(got.List))
	}
}

// Shares are noted, counted and ended in the database.
func testShareRows(t *testing.T, w *world) {
	now := w.clock.Now()
	id := w.lease(1)
	in := &incoming{arrival: &arrival{Sealed: w.sealed(id, 1000)}}
	in.Share = &wire.Share{Trace: 7, Until: now.Add(time.Hour), To: []string{"Hana@Out.example"}, Files: 1, Sender: "alice@mori.example"}
	err := w.s.change(t.Context(), func(tx *txn) error {
		if err := tx.insertShare(in, now); err != nil {
			return err
		}
		for _, q := range []string{shareOpened, shareWrong, shareWrong} {
			if _, err := tx.Exec(q, int64(w.contract), int64(id), "hana@out.example"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := w.s.db.Reading(t.Context())
	row, err := readShare(r, w.contract, id)
	if err != nil || row.State != "open" || !row.Until.Equal(now.Add(time.Hour)) || row.Sender != "alice@mori.example" {
		t.Fatalf("%+v %v", row, err)
	}
	var opened, wrong int64
	if _, err := r.One([]any{&opened, &wrong}, shareToOne, int64(w.contract), int64(id), "hana@out.example"); err != nil || opened != 1 || wrong != 2 {
		t.Errorf("opened %d, wrong %d: %v", opened, wrong, err)
	}
	for query, args := range map[string][]any{
		shareOfOwner: {int64(w.contract), int64(0), int64(0), int64(1) << 60, 10}, shareOfAll: {int64(0), int64(0), int64(1) << 60, 10}, shareOfTrace: {int64(7)}, shareDue: {int64(1) << 60},
	} {
		n := 0
		err := w.s.db.Each(t.Context(), func(scan func(...any) error) error {
			n++
			_, err := scanShare(scan)
			return err
		}, query, args...)
		if err != nil || n != 1 {
			t.Errorf("%s: %d rows, %v", query, n, err)
		}
	}
	err = w.s.change(t.Context(), func(tx *txn) error {
		if n, err := tx.Exec(shareEnd, int64(w.contract), int64(id), "stopped"); err != nil || n != 1 {
			t.Errorf("%d ended, %v", n, err)
		}
		if _, err := tx.Exec(shareOld, int64(w.contract), int64(1)<<60); err != nil {
			return err
		}
		n, err := tx.Exec(shareToOld, int64(w.contract))
		if n != 1 {
			t.Errorf("%d recipients forgotten", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
