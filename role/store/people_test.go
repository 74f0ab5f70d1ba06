package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Whoever is suspended is refused at the next call, whose mailboxes are watched is woken, and who is active again goes on.
func TestSuspended(t *testing.T) {
	w := newWorld(t, "")
	w.mail("bob", "", 1)
	box := w.selected("bob", "", 0).Mailbox.ID
	set := func(s sekisho.Status) {
		w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: w.contract, ID: w.accounts["bob"], Status: s}})
	}
	cursor := ask(w, wire.StoreWatch, w.reader, wire.Watch{}).Cursor
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	woken := make(chan error, 1)
	go func() {
		got, err := wire.StoreWatch.Ask(ctx, w.reader, wire.Watch{Cursor: cursor})
		if err == nil && fmt.Sprint(got.Changed) == "[]" {
			err = fmt.Errorf("nothing changed: %+v", got)
		}
		woken <- err
	}()
	set(sekisho.Suspended)
	if err := <-woken; err != nil {
		t.Error(err)
	}
	for range 2 {
		refused(w, sekisho.Denied, wire.StoreSelect, w.reader, wire.Select{Pass: w.pass("bob"), Name: "INBOX"})
		refused(w, sekisho.Denied, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{1}})
		refused(w, sekisho.Denied, wire.StoreEmailCounts, w.webmail, wire.MailboxQuery{Pass: w.pass("bob")})
	}
	if w.selected("alice", "", 0).Mailbox.Messages != 0 {
		t.Error("alice has bob's mail")
	}
	set(sekisho.Active)
	w.selected("bob", "", 0)
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Status: sekisho.Suspended}}})
	refused(w, sekisho.Denied, wire.StoreSelect, w.reader, wire.Select{Pass: w.pass("alice"), Name: "INBOX"})
}

// A mail that is cancelled is a draft of its sender again: his own copy, wherever it was, or the mail that was held; once, and not
// when it leaves.
func TestReturnedDraft(t *testing.T) {
	for name, c := range map[string]struct {
		own   string // where his own copy is; "" nowhere
		boxed bool
		do    []string // for the two recipients
		want  int      // drafts
	}{
		"his own copy":            {"Sent", false, []string{"cancel", "cancel"}, 1},
		"in another folder":       {"Archive", false, []string{"cancel", "cancel"}, 1},
		"thrown away":             {"", false, []string{"cancel", "cancel"}, 0},
		"the held mail":           {"", true, []string{"cancel", "cancel"}, 1},
		"both":                    {"Sent", true, []string{"cancel", "cancel"}, 1},
		"for one of two":          {"Sent", true, []string{"send", "cancel"}, 1},
		"it leaves":               {"Sent", true, []string{"send", "send"}, 0},
		"a draft still":           {"Drafts", true, []string{"cancel", "cancel"}, 1},
		"nobody's who is here":    {"", false, []string{"cancel"}, 0},
		"the held mail, one left": {"", true, []string{"cancel", "send"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			id := w.lease(2)
			if c.own != "" {
				d := w.to("bob")
				d.Mailbox = c.own
				w.accept(w.arrival(id+1, d))
			}
			var list []wire.Delivery
			for i := range c.do {
				d := wire.Delivery{Recipient: fmt.Sprintf("r%d@out.example", i), Fate: wire.FateHold, AtEnd: "send", NotBefore: w.clock.Now().Add(time.Hour), Boxed: c.boxed}
				if c.own != "" || name == "thrown away" {
					d.Draft = id + 1
				}
				list = append(list, d)
			}
			a := w.arrival(id, list...)
			a.Trace.Envelope.Account, a.Trace.Envelope.Contract, a.Trace.Envelope.From = w.accounts["bob"], w.contract, "bob@mori.example"
			w.accept(a)
			kept := ask(w, wire.StoreOwnKept, w.webmail, wire.OwnKept{Pass: w.pass("bob")}).Kept
			if len(kept) != len(c.do) {
				t.Fatalf("%+v", kept)
			}
			for i, k := range kept {
				ask(w, wire.StoreOwnDecide, w.webmail, wire.OwnDecision{Pass: w.pass("bob"), ID: k.ID, What: c.do[i]})
			}
			w.restart()
			drafts := w.selected("bob", "Drafts", 0)
			if n := len(uidsOf(drafts)); n != c.want {
				t.Fatalf("%d drafts, want %d", n, c.want)
			}
			if c.want == 1 && c.own != "Drafts" && drafts.Flags[0]&wire.FlagDraft == 0 {
				t.Error("not marked as a draft")
			}
			if c.want == 1 && c.own != "" && c.own != "Drafts" && w.selected("bob", c.own, 0).Mailbox.Messages != 0 {
				t.Error("still among what was sent")
			}
			got := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("bob"), Mailbox: drafts.Mailbox.ID, UIDs: uidsOf(drafts), Want: wire.Want{Body: true}})
			for _, m := range got.Messages {
				if len(m.Sealed.Body) == 0 || len(m.Sealed.Boxes) == 0 || m.Sealed.Boxes[0].Account != w.accounts["bob"] {
					t.Errorf("it cannot be read: %+v", m)
				}
			}
		})
	}
}

// What people say is spam is noted by moving and by keywords, over both protocols; the last word counts, and what is done is forgotten.
func TestJudged(t *testing.T) {
	w := newWorld(t, "")
	uids := w.mail("bob", "", 4)
	in := w.selected("bob", "", 0).Mailbox.ID
	junk := w.selected("bob", "Junk", 0).Mailbox.ID
	move := func(from sekisho.MailboxID, uid sekisho.UID, to string, move bool) sekisho.UID {
		return ask(w, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: from, UIDs: []sekisho.UID{uid}, To: to, Move: move}).To[0]
	}
	labels := func() (out []string) {
		for _, x := range w.lessons("bob") {
			if x.Message == 0 || x.At.IsZero() {
				t.Errorf("%+v", x)
			}
			out = append(out, x.Label)
		}
		return out
	}
	at := move(in, uids[0], "Junk", true)
	move(in, uids[1], "Archive", true)
	move(in, uids[2], "Junk", false) // a copy says nothing
	if got := fmt.Sprint(labels()); got != "[spam]" {
		t.Fatal(got)
	}
	move(junk, at, "INBOX", true)
	flag := func(uid sekisho.UID, do string, words ...string) {
		ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass("bob"), Mailbox: in, UIDs: []sekisho.UID{uid}, Do: do, Keywords: words})
	}
	flag(uids[3], "add", "$Junk", "other")
	flag(uids[3], "add", "more")
	if got := fmt.Sprint(labels()); got != "[ham spam]" {
		t.Fatal(got)
	}
	flag(uids[3], "set", "$NotJunk")
	list := w.lessons("bob")
	if got := fmt.Sprint(labels()); got != "[ham ham]" {
		t.Fatal(got)
	}
	if n := len(w.lessons("alice")); n != 0 {
		t.Errorf("%d lessons of somebody else", n)
	}
	ask(w, wire.StoreTeach, w.reader, wire.Teach{Pass: w.pass("alice"), Done: []wire.Taught{{ID: list[0].ID, Gone: true}}})
	left := ask(w, wire.StoreTeach, w.reader, wire.Teach{Pass: w.pass("bob"), Done: []wire.Taught{{ID: list[0].ID, Gone: true}}, Most: 10}).List
	if len(left) != 1 || left[0].ID != list[1].ID {
		t.Fatalf("%+v", left)
	}
	if w.restart(); len(w.lessons("bob")) != 1 {
		t.Error("what was done came back")
	}
}

// Each mail is told of once, to each of those it is for; at the contract's times; never when nothing came; whatever ends meanwhile.
func TestDigest(t *testing.T) {
	w := newWorld(t, "")
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Digest: "6h"}}})
	keep := func(names ...string) {
		var list []wire.Delivery
		for _, n := range names {
			d := w.to(n)
			d.Fate, d.Reason = wire.FateQuarantine, "spam, high score"
			list = append(list, d)
		}
		w.accept(w.arrival(w.lease(1), list...))
	}
	send := func(now bool) wire.DigestsMade {
		return ask(w, wire.StoreDigest, w.operator, wire.DigestQuery{Now: now})
	}
	due := func() []wire.NoticeDue {
		return ask(w, wire.StoreNotices, w.post, wire.NoticeQuery{Most: 100, Wait: time.Millisecond}).List
	}
	if got := send(true); got.People != 0 {
		t.Fatalf("nothing came: %+v", got)
	}
	keep("alice", "bob")
	keep("alice")
	if got := send(false); got.People != 0 {
		t.Fatalf("at once: %+v", got)
	}
	w.clock.Add(6 * time.Hour)
	if got := send(false); got.People != 2 || got.Mails != 3 {
		t.Fatalf("%+v", got)
	}
	list := due()
	if len(list) != 2 || list[0].Kind != "digest" || list[0].Mail == 0 || fmt.Sprint(list[0].To) != "[alice@mori.example]" || len(list[0].Lines) != 2 || list[0].Lines[0].From != "sender@out.example" {
		t.Fatalf("%+v", list)
	}
	w.restart()
	if again := due(); len(again) != 2 || again[0].Mail != list[0].Mail {
		t.Fatalf("after a restart it is another mail: %+v", again)
	}
	for _, n := range list {
		ask(w, wire.StoreNoticed, w.post, wire.Noticed{ID: n.ID})
	}
	w.clock.Add(24 * time.Hour)
	if got := send(true); got.People != 0 || len(due()) != 0 {
		t.Fatalf("told again: %+v", got)
	}
	keep("bob")
	if got := send(true); got.People != 1 || got.Mails != 1 {
		t.Fatalf("%+v", got)
	}
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: w.contract, Digest: "off"}}})
	keep("alice")
	w.clock.Add(48 * time.Hour)
	if got := send(true); got.People != 0 {
		t.Fatalf("off, but %+v", got)
	}
}
