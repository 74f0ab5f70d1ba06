package store

import (
	"fmt"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

func (w *world) lists(what string) wire.Listed {
	w.t.Helper()
	return ask(w, wire.StoreList, w.operator, wire.List{What: what})
}

func (w *world) decide(kind, what string, id uint64, box *wire.Box) {
	w.t.Helper()
	ask(w, wire.StoreDecide, w.operator, wire.Resolution{Kind: kind, What: what, ID: id, By: "admin", Box: box})
}

// events gives what the trace says about a recipient.
func (w *world) events(recipient string) (out []string) {
	w.t.Helper()
	for _, r := range ask(w, wire.StoreList, w.operator, wire.List{What: "trace", Match: recipient}).Traces {
		if r.Recipient == recipient {
			for _, e := range r.Events {
				out = append(out, e.What)
			}
		}
	}
	return out
}

func (w *world) due() []wire.QueueItem {
	w.t.Helper()
	return ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute}).Items
}

func testQueueByHand(t *testing.T, w *world) {
	id := w.lease(1)
	w.accept(w.arrival(id, wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue, NotBefore: w.clock.Now().Add(time.Hour)},
		wire.Delivery{Recipient: "z@y.example", Fate: wire.FateQueue}))
	q := w.lists("queue").Queue // newest first
	z, x := uint64(q[0].ID), uint64(q[1].ID)
	w.decide("queue", "suspend", z, nil)
	if got := w.due(); len(got) != 0 {
		t.Fatalf("%+v", got)
	}
	refused(w, sekisho.Conflict, wire.StoreDecide, w.operator, wire.Resolution{Kind: "queue", What: "suspend", ID: z})
	w.decide("queue", "resume", z, nil)
	w.decide("queue", "retry", x, nil)
	if got := w.due(); len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	w.clock.Add(2 * time.Minute) // the leases end
	if got := w.due(); len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	w.decide("queue", "cancel", x, nil)
	ask(w, wire.StoreOutcome, w.post, wire.Outcomes{Items: []wire.Outcome{{ID: sekisho.QueueID(x), State: "sent"}, {ID: sekisho.QueueID(z), State: "failed", Code: 550, Status: "5.1.1", Text: "no"}}})
	if n := w.rows("message"); n != 0 {
		t.Fatalf("%d messages are kept", n)
	}
	all := ask(w, wire.StoreList, w.operator, wire.List{What: "queue", All: true}).Queue
	if len(all) != 2 || all[0].State != "failed" || all[1].State != "cancelled" || all[0].Last != "550 5.1.1 no" {
		t.Fatalf("%+v", all)
	}
	if got := fmt.Sprint(w.events("z@y.example"), w.events("x@y.example")); got != "[suspended resumed failed] [retried cancelled]" {
		t.Fatal(got)
	}
	refused(w, sekisho.NotFound, wire.StoreDecide, w.operator, wire.Resolution{Kind: "queue", What: "cancel", ID: 999})
	refused(w, sekisho.Invalid, wire.StoreOutcome, w.post, wire.Outcomes{Items: []wire.Outcome{{ID: 1, State: "lost"}}})
	refused(w, sekisho.Invalid, wire.StoreDue, w.post, wire.DueQuery{Most: 1})
}

// TestDueWaits: who waits for work is woken by it.
func TestDueWaits(t *testing.T) {
	w := newWorld(t, "")
	got := make(chan wire.Due)
	go func() {
		got <- ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute, Wait: time.Minute})
	}()
	w.accept(w.arrival(w.lease(1), wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue}))
	if d := <-got; len(d.Items) != 1 {
		t.Fatalf("%+v", d)
	}
}

func testQuarantine(t *testing.T, w *world) {
	id := w.lease(1)
	until := w.clock.Now().Add(14 * 24 * time.Hour)
	bob := wire.Delivery{Recipient: "bob@mori.example", Fate: wire.FateQuarantine, Account: w.accounts["bob"], Mailbox: "Junk", Rule: "r1", Reason: "spam", NotBefore: until}
	out := wire.Delivery{Recipient: "x@routed.example", Fate: wire.FateQuarantine, NotBefore: until, Route: []wire.NextHop{{Host: "mx", Port: 25}}}
	gone := wire.Delivery{Recipient: "alice@mori.example", Fate: wire.FateQuarantine, Account: w.accounts["alice"], NotBefore: until}
	w.accept(w.arrival(id, bob, out, gone))
	kept := w.lists("quarantine").Kept
	if len(kept) != 3 || len(w.lists("hold").Kept) != 0 {
		t.Fatalf("%+v", kept)
	}
	k := kept[2]
	if k.Recipient != "bob@mori.example" || k.Account != w.accounts["bob"] || string(k.Public) != "key of bob" || k.Rule != "r1" || !k.Until.Equal(until) || string(k.Subject) != "sealed subject" || k.From != "bounce@out.example" || k.Size != 1000 {
		t.Fatalf("%+v", k)
	}
	// A person sees that somebody else's box, or none, is not let into the mailbox.
	refused(w, sekisho.Invalid, wire.StoreDecide, w.operator, wire.Resolution{Kind: "quarantine", What: "release", ID: k.ID})
	refused(w, sekisho.Denied, wire.StoreDecide, w.operator, wire.Resolution{Kind: "quarantine", What: "release", ID: k.ID, Box: &wire.Box{Account: w.accounts["alice"]}})
	refused(w, sekisho.NotFound, wire.StoreDecide, w.operator, wire.Resolution{Kind: "hold", What: "send", ID: k.ID})
	w.decide("quarantine", "release", k.ID, &wire.Box{Account: k.Account, Key: wire.AccountKey, Sealed: []byte("new box")})
	sel := w.selected("bob", "Junk", 0)
	f := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("bob"), Mailbox: sel.Mailbox.ID, UIDs: uidsOf(sel), Want: wire.Want{Body: true}})
	if len(f.Messages) != 1 || string(f.Messages[0].Sealed.Boxes[0].Sealed) != "new box" || f.Messages[0].Sealed.Boxes[0].Key != wire.AccountKey {
		t.Fatalf("%+v", f)
	}
	w.decide("quarantine", "release", kept[1].ID, &wire.Box{Key: wire.SpoolKey, Sealed: []byte("for post")})
	due := w.due()
	if len(due) != 1 || due[0].Recipient != "x@routed.example" || len(due[0].Route) != 1 {
		t.Fatalf("%+v", due)
	}
	if m := ask(w, wire.StoreSpool, w.post, wire.SpoolQuery{Message: id}); len(m.Boxes) != 2 || string(m.Boxes[1].Sealed) != "for post" {
		t.Fatalf("%+v", m.Boxes)
	}
	w.clock.Add(15 * 24 * time.Hour)
	w.restart() // looks at once
	for len(w.lists("quarantine").Kept) > 0 {
		time.Sleep(time.Millisecond)
	}
	if got := fmt.Sprint(w.events("bob@mori.example"), w.events("alice@mori.example")); got != "[released] [deleted]" {
		t.Fatal(got)
	}
}

func testHold(t *testing.T, w *world) {
	at := w.clock.Now().Add(time.Hour)
	hold := func(to, end string) wire.Delivery {
		return wire.Delivery{Recipient: to, Fate: wire.FateHold, NotBefore: at, AtEnd: end}
	}
	first := w.lease(2)
	w.accept(w.arrival(first, hold("a@y.example", "send"), hold("b@y.example", "delete"), hold("c@y.example", "delete"), hold("d@y.example", "send")))
	ids := map[string]uint64{}
	for _, k := range w.lists("hold").Kept {
		ids[k.Recipient] = k.ID
	}
	w.decide("hold", "send", ids["c@y.example"], nil)
	w.decide("hold", "cancel", ids["d@y.example"], nil)
	if due := w.due(); len(due) != 1 || due[0].Recipient != "c@y.example" {
		t.Fatalf("%+v", due)
	}
	w.clock.Add(2 * time.Hour)
	w.restart()
	for len(w.lists("hold").Kept) > 0 {
		time.Sleep(time.Millisecond)
	}
	var got []string
	for _, it := range w.due() {
		got = append(got, it.Recipient)
	}
	if fmt.Sprint(got) != "[c@y.example a@y.example]" {
		t.Fatal(got)
	}
	if got := fmt.Sprint(w.events("a@y.example"), w.events("b@y.example"), w.events("c@y.example"), w.events("d@y.example")); got != "[released] [deleted] [released] [cancelled]" {
		t.Fatal(got)
	}
	refused(w, sekisho.Invalid, wire.StoreAccept, w.gate, wire.Accept{Messages: []wire.Arrival{w.arrival(first+1, hold("e@y.example", "never"))}})
}

// testOld: what names persons goes after its time, and only that.
func testOld(t *testing.T, w *world) {
	first := w.lease(3)
	w.accept(w.arrival(first, w.to("bob")), w.arrival(first+1, wire.Delivery{Recipient: "a@y.example", Fate: wire.FateQueue}))
	done := w.due()[0]
	ask(w, wire.StoreOutcome, w.post, wire.Outcomes{Items: []wire.Outcome{{ID: done.ID, State: "sent"}}})
	w.clock.Add(traceTime / 2)
	w.accept(w.arrival(first+2, wire.Delivery{Recipient: "b@y.example", Fate: wire.FateQueue}))
	w.clock.Add(traceTime/2 + time.Hour)
	if err := w.s.forgetOld(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(w.rows("trace"), w.rows("event"), w.rows("queue"), w.rows("placed")); got != "1 0 1 1" {
		t.Fatal(got)
	}
}

func testTrace(t *testing.T, w *world) {
	first := w.lease(2)
	a := w.arrival(first, w.to("bob"), wire.Delivery{Recipient: "mallory@mori.example", Fate: wire.FateRefuse, Action: "reject", Rule: "virus", Reason: "eicar"})
	a.Trace.From = "Evil\x00\xff <e@x>"
	w.accept(a)
	w.clock.Add(time.Hour)
	drop := w.arrival(first+1, wire.Delivery{Recipient: "bob@mori.example", Fate: wire.FateDrop})
	for range 2 {
		w.accept(drop)
	}
	ask(w, wire.StoreRefuse, w.gate, wire.Refusal{Contract: w.contract, Trace: wire.Trace{ID: 36*36 + 5, Envelope: sekisho.Envelope{From: "spammer@s.example", At: w.clock.Now()}}, Recipient: []string{"bob@mori.example"}, Code: 550, Text: "no", Rule: "r"})
	w.lease(1) // the refusal was written with the group before, or this one
	find := func(q wire.List) (out []string) {
		q.What = "trace"
		for _, r := range ask(w, wire.StoreList, w.operator, q).Traces {
			out = append(out, fmt.Sprintf("%s/%s/%d", r.Recipient, r.Fate, r.Message))
		}
		return out
	}
	one, two := fmt.Sprintf("bob@mori.example/mailbox/%d mallory@mori.example/refuse/%d", first, first), fmt.Sprintf("bob@mori.example/drop/%d", first+1)
	for _, c := range []struct {
		q    wire.List
		want string
	}{
		{wire.List{Match: "MALLORY"}, "[" + one + "]"},
		{wire.List{Match: "spammer"}, "[bob@mori.example/refuse/0]"},
		{wire.List{Match: "105"}, "[bob@mori.example/refuse/0]"}, // the reference as outsiders see it
		{wire.List{ID: 1000 + uint64(first)}, "[" + one + "]"},
		{wire.List{Since: w.clock.Now().Add(-time.Minute), Match: "out.example"}, "[" + two + "]"},
		{wire.List{Contract: w.contract + 1}, "[]"},
		{wire.List{Match: "%"}, "[]"},
		{wire.List{Match: "out.example", Most: 1}, "[" + two + "]"},
	} {
		if got := fmt.Sprint(find(c.q)); got != c.want {
			t.Errorf("%+v: %s; want %s", c.q, got, c.want)
		}
	}
	if n := w.rows("message"); n != 1 {
		t.Fatalf("%d messages are kept: what is for the trace only has no bytes", n)
	}
}
