package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"sekisho"
	"sekisho/wire"
)

func (w *world) flag(name string, box sekisho.MailboxID, do string, flags uint8, words []string, unless uint64, uids ...sekisho.UID) wire.Flagged {
	w.t.Helper()
	return ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass(name), Mailbox: box, UIDs: uids, Do: do, Flags: flags, Keywords: words, Unless: unless})
}

func testFlags(t *testing.T, w *world) {
	w.mail("bob", "", 5)
	box := w.selected("bob", "", 0).Mailbox
	got := w.flag("bob", box.ID, "add", wire.FlagSeen, []string{"$Work", "b"}, 0, 2, 4, 99)
	if len(got.Changed) != 2 || got.ModSeq <= box.ModSeq || fmt.Sprint(got.Changed[0]) != "{2 1 [$Work b]}" {
		t.Fatalf("%+v", got)
	}
	if again := w.flag("bob", box.ID, "add", wire.FlagSeen, nil, 0, 2); again.ModSeq != got.ModSeq {
		t.Fatalf("nothing changed, but modseq did: %+v", again)
	}
	if late := w.flag("bob", box.ID, "set", wire.FlagDeleted, nil, box.ModSeq, 1, 2); fmt.Sprint(late.Refused) != "[2]" || len(late.Changed) != 1 {
		t.Fatalf("%+v", late)
	}
	w.flag("bob", box.ID, "remove", 0, []string{"b"}, 0, 4)
	for range 2 {
		sel := w.selected("bob", "", 0)
		if !bytes.Equal(sel.Flags, []byte{wire.FlagDeleted, 1, 0, 1, 0}) || sel.Mailbox.Unseen != 3 || sel.Mailbox.Deleted != 1 {
			t.Fatalf("%+v", sel)
		}
		if fmt.Sprint(sel.Keywords) != "[{$Work [2 4]} {b [2]}]" {
			t.Fatalf("%+v", sel.Keywords)
		}
		if since := w.selected("bob", "", got.ModSeq); fmt.Sprint(uidsOf(since)) != "[1 4]" {
			t.Fatalf("%v", uidsOf(since))
		}
		w.restart()
	}
	for _, q := range []wire.Flag{{Do: "toggle"}, {Do: "set", Flags: 0x80}, {Do: "add", Keywords: []string{"two words"}}, {Do: "add", Keywords: []string{`\Seen`}}} {
		q.Pass, q.Mailbox, q.UIDs = w.pass("bob"), box.ID, []sekisho.UID{1}
		refused(w, sekisho.Invalid, wire.StoreFlag, w.reader, q)
	}
}

func testCopyMove(t *testing.T, w *world) {
	w.mail("bob", "", 4)
	box := w.selected("bob", "", 0).Mailbox.ID
	w.flag("bob", box, "add", wire.FlagFlagged, []string{"k"}, 0, 2)
	c := ask(w, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{2, 3}, To: "Archive"})
	m := ask(w, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{2, 1}, To: "Archive", Move: true})
	if fmt.Sprint(c.From, c.To, m.From, m.To) != "[2 3] [1 2] [1 2] [3 4]" {
		t.Fatalf("%+v %+v", c, m)
	}
	refused(w, sekisho.NotFound, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{3}, To: "nowhere"})
	archive := w.selected("bob", "Archive", 0)
	if !bytes.Equal(archive.Flags, []byte{wire.FlagFlagged, 0, 0, wire.FlagFlagged}) || archive.Mailbox.UIDValidity != c.UIDValidity {
		t.Fatalf("%+v", archive)
	}
	since := w.selected("bob", "", 1)
	if fmt.Sprint(uidsOf(since), since.Gone) != "[3 4] [1 2]" || since.Mailbox.Messages != 2 {
		t.Fatalf("%v %+v", uidsOf(since), since)
	}
	// A copy outlives the original.
	for _, name := range []string{"INBOX"} {
		b := w.selected("bob", name, 0)
		w.flag("bob", b.Mailbox.ID, "add", wire.FlagDeleted, nil, 0, uidsOf(b)...)
		ask(w, wire.StoreExpunge, w.reader, wire.Expunge{Pass: w.pass("bob"), Mailbox: b.Mailbox.ID})
	}
	f := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("bob"), Mailbox: archive.Mailbox.ID, UIDs: []sekisho.UID{1, 2, 3, 4}, Want: wire.Want{Header: true}})
	if len(f.Messages) != 4 || f.Messages[0].Sealed.ID != f.Messages[3].Sealed.ID || len(f.Messages[1].Sealed.Header) == 0 {
		t.Fatalf("%+v", f)
	}
}

func (w *world) rows(table string) (n int64) {
	w.t.Helper()
	if _, err := w.s.db.One(context.Background(), []any{&n}, "SELECT COUNT(*) FROM "+table); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func testExpunge(t *testing.T, w *world) {
	w.mail("bob", "", 6)
	box := w.selected("bob", "", 0).Mailbox.ID
	expunge := func(uids ...sekisho.UID) wire.Expunged {
		return ask(w, wire.StoreExpunge, w.reader, wire.Expunge{Pass: w.pass("bob"), Mailbox: box, UIDs: uids})
	}
	if got := expunge(); len(got.UIDs) != 0 {
		t.Fatal(got)
	}
	w.flag("bob", box, "add", wire.FlagDeleted, nil, 0, 1, 3, 6)
	if got := expunge(1, 2); fmt.Sprint(got.UIDs) != "[1]" {
		t.Fatal(got)
	}
	if got := expunge(); fmt.Sprint(got.UIDs) != "[3 6]" {
		t.Fatal(got)
	}
	if n := w.rows("message"); n != 3 {
		t.Fatalf("%d messages are kept", n)
	}
	w.restart()
	if got := w.mail("bob", "", 1); got[0] != 7 { // a UID is never given twice
		t.Fatal(got)
	}
	if sel := w.selected("bob", "", 0); fmt.Sprint(uidsOf(sel)) != "[2 4 5 7]" || sel.Mailbox.Deleted != 0 || sel.Mailbox.Messages != 4 || sel.Mailbox.Size != 4000 {
		t.Fatalf("%v %+v", uidsOf(sel), sel.Mailbox)
	}
}

// testPasses: nobody gets at another's mailbox, whatever number he names.
func testPasses(t *testing.T, w *world) {
	w.mail("bob", "", 1)
	bobs := w.selected("bob", "", 0).Mailbox.ID
	uid := []sekisho.UID{1}
	refused(w, sekisho.Denied, wire.StoreMailboxes, w.reader, wire.MailboxQuery{Pass: []byte("forged")})
	refused(w, sekisho.Denied, wire.StoreMailboxes, w.reader, wire.MailboxQuery{})
	for i, p := range []wire.Pass{w.pass("alice"), passOf(w.contract+1, w.accounts["bob"])} {
		kind := map[bool]sekisho.ErrorKind{true: sekisho.NotFound, false: sekisho.Denied}[i == 0] // nobody has the other pass: there is no such account
		refused(w, kind, wire.StoreFetch, w.reader, wire.Fetch{Pass: p, Mailbox: bobs, UIDs: uid})
		refused(w, kind, wire.StoreFlag, w.reader, wire.Flag{Pass: p, Mailbox: bobs, UIDs: uid, Do: "set"})
		refused(w, kind, wire.StoreCopy, w.reader, wire.Copy{Pass: p, Mailbox: bobs, UIDs: uid, To: "INBOX"})
		refused(w, kind, wire.StoreExpunge, w.reader, wire.Expunge{Pass: p, Mailbox: bobs})
		refused(w, kind, wire.StoreIndex, w.reader, wire.IndexQuery{Pass: p, Mailbox: bobs})
		refused(w, kind, wire.StoreMerge, w.reader, wire.Merge{Pass: p, Mailbox: bobs, From: 1, Upto: 1})
	}
}

func testRewrap(t *testing.T, w *world) {
	id := w.lease(1)
	w.accept(w.arrival(id, w.to("alice"), w.to("bob")))
	ask(w, wire.StoreRewrap, w.reader, wire.Rewrap{Pass: w.pass("bob"), Boxes: []wire.Rewrapped{{Message: id, Sealed: []byte("short")}, {Message: id + 77, Sealed: []byte("gone")}}})
	box := func(name string) wire.Box {
		b := w.selected(name, "", 0).Mailbox.ID
		f := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass(name), Mailbox: b, UIDs: []sekisho.UID{1}, Want: wire.Want{Summary: true}})
		return f.Messages[0].Sealed.Boxes[0]
	}
	if b := box("bob"); b.Key != wire.WrappedKey || string(b.Sealed) != "short" || b.Account != w.accounts["bob"] {
		t.Fatalf("%+v", b)
	}
	if b := box("alice"); b.Key != wire.AccountKey {
		t.Fatalf("%+v", b)
	}
	if n := w.rows("wrap"); n != 1 {
		t.Fatalf("%d rows", n)
	}
}

func testIndex(t *testing.T, w *world) {
	box := w.selected("bob", "", 0).Mailbox.ID
	put := func(from, upto sekisho.UID, text string) {
		ask(w, wire.StoreMerge, w.reader, wire.Merge{Pass: w.pass("bob"), Mailbox: box, From: from, Upto: upto, Slices: [][]byte{[]byte(text), []byte("1" + text), []byte("2" + text)}})
	}
	put(1, 10, "a")
	put(11, 20, "b")
	put(21, 30, "c")
	put(5, 20, "d") // takes the place of the first two
	got := ask(w, wire.StoreIndex, w.reader, wire.IndexQuery{Pass: w.pass("bob"), Mailbox: box, Slices: []uint8{0, 2, 9}}).Slices
	if len(got) != 4 || string(got[0].Sealed) != "d" || string(got[1].Sealed) != "c" || got[0].Upto != 20 || string(got[2].Sealed) != "2d" || got[2].Slice != 2 {
		t.Fatalf("%+v", got)
	}
	one := ask(w, wire.StoreIndex, w.reader, wire.IndexQuery{Pass: w.pass("bob"), Mailbox: box, Slices: []uint8{1}, From: 21, Upto: 30}).Slices
	if len(one) != 1 || string(one[0].Sealed) != "1c" {
		t.Fatalf("%+v", one)
	}
	refused(w, sekisho.Invalid, wire.StoreMerge, w.reader, wire.Merge{Pass: w.pass("bob"), Mailbox: box, From: 3, Upto: 2})
}

func testWatch(t *testing.T, w *world) {
	start := ask(w, wire.StoreWatch, w.reader, wire.Watch{})
	if !start.Lost || start.Cursor == 0 {
		t.Fatalf("%+v", start)
	}
	box := w.selected("bob", "", 0).Mailbox.ID
	got := make(chan wire.Watched)
	go func() { got <- ask(w, wire.StoreWatch, w.reader, wire.Watch{Cursor: start.Cursor}) }()
	w.mail("bob", "", 1)
	first := <-got
	if first.Lost || !slices.Contains(first.Changed, box) {
		t.Fatalf("%+v", first)
	}
	w.flag("bob", box, "add", wire.FlagSeen, nil, 0, 1)
	if next := ask(w, wire.StoreWatch, w.reader, wire.Watch{Cursor: first.Cursor}); next.Lost || fmt.Sprint(next.Changed) != fmt.Sprint([]sekisho.MailboxID{box}) {
		t.Fatalf("%+v", next)
	}
	w.clock.Add(1000)
	w.restart()
	if old := ask(w, wire.StoreWatch, w.reader, wire.Watch{Cursor: first.Cursor - 1}); !old.Lost {
		t.Fatalf("a cursor from before the restart was taken for good: %+v", old)
	}
}

func TestFeedForgets(t *testing.T) {
	f := newFeed(1000)
	for i := range remembered + 10 {
		f.add(sekisho.MailboxID(i))
	}
	if w, _ := f.since(1005); !w.Lost {
		t.Fatal("what was overwritten was not missed")
	}
	if w, _ := f.since(1010); w.Lost || len(w.Changed) != remembered {
		t.Fatal(w.Lost, len(w.Changed))
	}
	if w, _ := f.since(f.last + 1); !w.Lost {
		t.Fatal("a cursor of the future was taken for good")
	}
}

// testColumns changes a mailbox at random and compares what memory says with what the database says.
func testColumns(t *testing.T, w *world) {
	r := rand.New(rand.NewPCG(1, 2))
	w.mail("bob", "", 20)
	box := w.selected("bob", "", 0).Mailbox.ID
	words := []string{"a", "b", "c"}
	for range 60 {
		uids := uidsOf(w.selected("bob", "", 0))
		var some []sekisho.UID
		for _, u := range uids {
			if r.IntN(4) == 0 {
				some = append(some, u)
			}
		}
		switch r.IntN(5) {
		case 0:
			w.mail("bob", "", 1+r.IntN(3))
		case 1, 2:
			w.flag("bob", box, []string{"set", "add", "remove"}[r.IntN(3)], uint8(r.IntN(32)), words[:r.IntN(3)], 0, some...)
		case 3:
			ask(w, wire.StoreExpunge, w.reader, wire.Expunge{Pass: w.pass("bob"), Mailbox: box, UIDs: some})
		case 4:
			ask(w, wire.StoreCopy, w.reader, wire.Copy{Pass: w.pass("bob"), Mailbox: box, UIDs: some, To: []string{"INBOX", "Trash"}[r.IntN(2)], Move: r.IntN(2) == 0})
		}
		memory := w.selected("bob", "", 0)
		c, _, err := w.s.readColumns(context.Background(), homeKey{w.contract, w.accounts["bob"]}, box)
		if err != nil {
			t.Fatal(err)
		}
		disk := c.answer(0)
		disk.Mailbox = memory.Mailbox
		if fmt.Sprint(memory) != fmt.Sprint(disk) {
			t.Fatalf("memory %+v\ndisk   %+v", memory, disk)
		}
		var unseen, deleted uint32
		for _, f := range memory.Flags {
			if f&wire.FlagSeen == 0 {
				unseen++
			}
			if f&wire.FlagDeleted != 0 {
				deleted++
			}
		}
		if m := memory.Mailbox; int(m.Messages) != len(memory.Flags) || m.Unseen != unseen || m.Deleted != deleted || m.Size != int64(m.Messages)*1000 {
			t.Fatalf("%+v, but %d messages, %d unseen, %d deleted", m, len(memory.Flags), unseen, deleted)
		}
	}
}

func TestShelfKeepsWithinItsRoom(t *testing.T) {
	s := newShelf(1000)
	for i := range 50 {
		c := &columns{}
		for u := range 100 {
			c.put(&placement{uid: sekisho.UID(u + 1), modseq: 1})
		}
		s.put(sekisho.MailboxID(i), c)
	}
	if s.used > 1000 || s.get(49) == nil || s.get(0) != nil || len(s.boxes) != s.order.Len() {
		t.Fatal(s.used, len(s.boxes))
	}
}
