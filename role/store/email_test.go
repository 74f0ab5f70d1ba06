package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

func (w *world) emails(name string, q wire.EmailQuery) wire.EmailList {
	w.t.Helper()
	q.Pass = w.pass(name)
	return ask(w, wire.StoreEmailQuery, w.webmail, q)
}

func (w *world) facts(name string, ids ...sekisho.MessageID) wire.Emails {
	w.t.Helper()
	return ask(w, wire.StoreEmails, w.webmail, wire.EmailFetch{Pass: w.pass(name), IDs: ids, Facts: true})
}

func (w *world) set(name string, changes ...wire.EmailChange) wire.EmailDone {
	w.t.Helper()
	return ask(w, wire.StoreEmailSet, w.webmail, wire.EmailSet{Pass: w.pass(name), Changes: changes})
}

// model is what an account's mails should be, kept beside store and changed by the same steps.
type model map[sekisho.MessageID]*modelMail

type modelMail struct {
	boxes map[sekisho.MailboxID]bool
	words map[string]bool
}

func (x *modelMail) String() string {
	var boxes, words []string
	for b := range x.boxes {
		boxes = append(boxes, fmt.Sprint(b))
	}
	for k := range x.words {
		words = append(words, k)
	}
	slices.Sort(boxes)
	slices.Sort(words)
	return fmt.Sprint(boxes, words)
}

func modelOf(e *wire.Email) *modelMail {
	x := &modelMail{map[sekisho.MailboxID]bool{}, map[string]bool{}}
	for _, b := range e.Mailboxes {
		x.boxes[b] = true
	}
	for _, k := range e.Keywords {
		x.words[k] = true
	}
	for _, f := range systemFlags {
		if e.Flags&f.bit != 0 {
			x.words[f.name] = true
		}
	}
	return x
}

// testEmails does random changes and compares with the model, what is told as changed with the difference of two moments,
// and everything again after a restart.
func testEmails(t *testing.T, w *world) {
	r := rand.New(rand.NewPCG(7, 8))
	var boxes []sekisho.MailboxID
	for _, m := range ask(w, wire.StoreMailboxes, w.reader, wire.MailboxQuery{Pass: w.pass("bob")}).List {
		boxes = append(boxes, m.ID)
	}
	w.mail("alice", "", 3)
	m := model{}
	read := func() model {
		out := model{}
		list := w.emails("bob", wire.EmailQuery{})
		for _, e := range w.facts("bob", list.IDs...).List {
			out[e.Message] = modelOf(&e)
		}
		return out
	}
	before, marks := read(), w.facts("bob").Marks
	for step := range 60 {
		switch r.IntN(6) {
		case 0:
			w.mail("bob", "", 1+r.IntN(4))
			for _, id := range w.emails("bob", wire.EmailQuery{}).IDs {
				if m[id] == nil {
					m[id] = &modelMail{map[sekisho.MailboxID]bool{w.selected("bob", "", 0).Mailbox.ID: true}, map[string]bool{}}
				}
			}
		default:
			w.randomChange(r, m, boxes)
		}
		if step%10 == 9 {
			w.restart()
		}
		got := read()
		if fmt.Sprint(got) != fmt.Sprint(m) {
			t.Fatalf("step %d:\n%v\nwant\n%v", step, got, m)
		}
		if step%7 == 6 {
			told := ask(w, wire.StoreEmailChanges, w.webmail, wire.EmailSince{Pass: w.pass("bob"), Since: marks})
			checkChanges(t, told, before, got)
			before, marks = got, told.Marks
		}
	}
	for id := range m {
		if list := w.facts("alice", id).List; len(list) != 0 {
			t.Fatalf("alice sees bob's %d", id)
		}
	}
}

func (w *world) randomChange(r *rand.Rand, m model, boxes []sekisho.MailboxID) {
	w.t.Helper()
	var ids []sekisho.MessageID
	for id := range m {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	id := ids[r.IntN(len(ids))]
	x := m[id]
	c := wire.EmailChange{Message: id}
	switch r.IntN(6) {
	case 0:
		c.Destroy = true
		delete(m, id)
	case 1:
		c.Keywords, c.Set = true, []string{`\Seen`, "$work"}
		x.words = map[string]bool{`\Seen`: true, "$work": true}
	case 2:
		c.Add, c.Remove = []string{"$new"}, []string{`\Seen`}
		x.words["$new"] = true
		delete(x.words, `\Seen`)
	case 3:
		b := boxes[r.IntN(len(boxes))]
		c.Boxes, c.Into = true, []sekisho.MailboxID{b}
		x.boxes = map[sekisho.MailboxID]bool{b: true}
	case 4:
		b := boxes[r.IntN(len(boxes))]
		c.Into = []sekisho.MailboxID{b}
		x.boxes[b] = true
	case 5:
		for b := range x.boxes {
			if len(x.boxes) > 1 {
				c.OutOf = []sekisho.MailboxID{b}
				delete(x.boxes, b)
				break
			}
		}
	}
	if got := w.set("bob", c); got.Refused[0] != 0 {
		w.t.Fatalf("%+v: %v", c, got.Refused)
	}
}

func checkChanges(t *testing.T, told wire.EmailChanges, before, after model) {
	t.Helper()
	var created, destroyed, must []sekisho.MessageID
	for id, x := range after {
		if before[id] == nil {
			created = append(created, id)
		} else if before[id].String() != x.String() {
			must = append(must, id)
		}
	}
	for id := range before {
		if after[id] == nil {
			destroyed = append(destroyed, id)
		}
	}
	slices.Sort(created)
	slices.Sort(destroyed)
	if told.Lost || !slices.Equal(told.Created, created) || !slices.Equal(told.Destroyed, destroyed) {
		t.Fatalf("told %+v; created %v, destroyed %v", told, created, destroyed)
	}
	for _, id := range must {
		if !slices.Contains(told.Updated, id) {
			t.Fatalf("%d has changed, but %v", id, told.Updated)
		}
	}
	for _, id := range told.Updated {
		if before[id] == nil || after[id] == nil {
			t.Fatalf("%d was told as updated", id)
		}
	}
}

func testEmailRefusals(t *testing.T, w *world) {
	w.mail("bob", "", 2)
	w.mail("alice", "", 1)
	ids, others := w.emails("bob", wire.EmailQuery{}).IDs, w.emails("alice", wire.EmailQuery{}).IDs
	inbox := w.selected("bob", "", 0).Mailbox.ID
	foreign := w.selected("alice", "", 0).Mailbox.ID
	got := w.set("bob", wire.EmailChange{Message: others[0], Destroy: true}, wire.EmailChange{Message: ids[0], OutOf: []sekisho.MailboxID{inbox}},
		wire.EmailChange{Message: ids[0], Into: []sekisho.MailboxID{foreign}}, wire.EmailChange{Message: ids[0], Add: []string{"two words"}}, wire.EmailChange{Message: ids[1], Add: []string{"ok"}})
	want := []uint8{uint8(sekisho.NotFound), uint8(sekisho.Invalid), uint8(sekisho.Invalid), uint8(sekisho.Invalid), 0}
	if !slices.Equal(got.Refused, want) {
		t.Fatalf("%v; want %v", got.Refused, want)
	}
	refused(w, sekisho.Conflict, wire.StoreEmailSet, w.webmail, wire.EmailSet{Pass: w.pass("bob"), Unless: got.Before, Changes: []wire.EmailChange{{Message: ids[0], Destroy: true}}})
	refused(w, sekisho.Denied, wire.StoreEmails, w.webmail, wire.EmailFetch{Pass: wire.Pass("forged"), IDs: ids})
	refused(w, sekisho.NotFound, wire.StoreEmailQuery, w.webmail, wire.EmailQuery{Pass: w.pass("bob"), Filter: wire.EmailFilter{In: foreign}})
	refused(w, sekisho.NotFound, wire.StorePlaces, w.webmail, wire.PlaceQuery{Pass: w.pass("bob"), Mailbox: foreign})
	deep := wire.EmailFilter{}
	for range 20 {
		deep = wire.EmailFilter{Op: "not", Of: []wire.EmailFilter{deep}}
	}
	refused(w, sekisho.TooMany, wire.StoreEmailQuery, w.webmail, wire.EmailQuery{Pass: w.pass("bob"), Filter: deep})
}

// testItems: what is written is there after a restart, of two who change the same thing one is told.
func testItems(t *testing.T, w *world) {
	put := func(who string, unless uint64, list ...wire.Item) (wire.ItemDone, error) {
		return wire.StoreItemSet.Ask(context.Background(), w.webmail, wire.ItemSet{Pass: w.pass(who), Kind: "contact", Unless: unless, Put: list})
	}
	item := func(id sekisho.MessageID, modseq uint64, text string) wire.Item {
		return wire.Item{ID: id, ModSeq: modseq, Sealed: []byte(text), Box: wire.Box{Key: wire.AccountKey, Sealed: []byte("box")}}
	}
	first, err := put("bob", 0, item(100, 0, "one"), item(101, 0, "two"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var failed [2]error
	for i := range failed {
		wg.Go(func() { _, failed[i] = put("bob", 0, item(100, first.ModSeq, fmt.Sprint("changed ", i))) })
	}
	wg.Wait()
	if (failed[0] == nil) == (failed[1] == nil) {
		t.Fatalf("%v %v", failed[0], failed[1])
	}
	ask(w, wire.StoreItemSet, w.webmail, wire.ItemSet{Pass: w.pass("bob"), Kind: "contact", Remove: []sekisho.MessageID{101}})
	w.restart()
	all := ask(w, wire.StoreItems, w.webmail, wire.ItemQuery{Pass: w.pass("bob"), Kind: "contact"})
	if len(all.List) != 1 || all.List[0].ID != 100 || all.ModSeq != first.ModSeq+2 {
		t.Fatalf("%+v", all)
	}
	since := ask(w, wire.StoreItems, w.webmail, wire.ItemQuery{Pass: w.pass("bob"), Kind: "contact", Since: first.ModSeq})
	if len(since.List) != 2 || !since.List[1].Gone || len(since.List[1].Sealed) != 0 {
		t.Fatalf("%+v", since)
	}
	if got := ask(w, wire.StoreItems, w.webmail, wire.ItemQuery{Pass: w.pass("alice"), Kind: "contact"}); len(got.List) != 0 {
		t.Fatalf("alice sees %+v", got)
	}
	refused(w, sekisho.Invalid, wire.StoreItemSet, w.webmail, wire.ItemSet{Pass: w.pass("bob"), Kind: "contact", Put: []wire.Item{{ID: 5}}})
}

// testUploads: an upload is there until its day is over, for its owner only.
func testUploads(t *testing.T, w *world) {
	m := w.sealed(w.lease(1), 100)
	ask(w, wire.StoreUpload, w.webmail, wire.Upload{Pass: w.pass("bob"), Sealed: m, Type: "a/b"})
	w.restart()
	got := ask(w, wire.StoreUploaded, w.webmail, wire.UploadQuery{Pass: w.pass("bob"), Message: m.ID})
	if got.Type != "a/b" || string(got.Sealed.Attachment) != string(m.Attachment) || len(got.Sealed.Body) != 0 {
		t.Fatalf("%+v", got)
	}
	refused(w, sekisho.NotFound, wire.StoreUploaded, w.webmail, wire.UploadQuery{Pass: w.pass("alice"), Message: m.ID})
	w.clock.Add(23 * time.Hour)
	if err := w.s.forgetUploads(context.Background()); err != nil {
		t.Fatal(err)
	}
	ask(w, wire.StoreUploaded, w.webmail, wire.UploadQuery{Pass: w.pass("bob"), Message: m.ID})
	w.clock.Add(2 * time.Hour)
	if err := w.s.forgetUploads(context.Background()); err != nil {
		t.Fatal(err)
	}
	refused(w, sekisho.NotFound, wire.StoreUploaded, w.webmail, wire.UploadQuery{Pass: w.pass("bob"), Message: m.ID})
}

// BenchmarkPage is a page somewhere in a folder of 100,000.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b, "")
	w.mail("bob", "", 100_000)
	inbox := w.selected("bob", "", 0).Mailbox.ID
	for _, collapse := range []bool{false, true} {
		b.Run(fmt.Sprint("collapse=", collapse), func(b *testing.B) {
			parallel(b, 8, func(i int64) {
				list, err := wire.StoreEmailQuery.Ask(context.Background(), w.webmail, wire.EmailQuery{Pass: w.pass("bob"), Filter: wire.EmailFilter{In: inbox}, Position: i * 50 % 99_000, Limit: 50, Collapse: collapse})
				if err == nil {
					_, err = wire.StoreEmails.Ask(context.Background(), w.webmail, wire.EmailFetch{Pass: w.pass("bob"), IDs: list.IDs, Want: wire.Want{Summary: true}})
				}
				if err != nil || len(list.IDs) != 50 {
					b.Error(err, len(list.IDs))
				}
			})
		})
	}
	b.Run("keyword", func(b *testing.B) {
		parallel(b, 8, func(i int64) {
			wire.StoreEmailQuery.Ask(context.Background(), w.webmail, wire.EmailQuery{Pass: w.pass("bob"), Filter: wire.EmailFilter{In: inbox, Lacks: `\Seen`}, Limit: 50})
		})
	})
}
