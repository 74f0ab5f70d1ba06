package store

import (
	"fmt"
	"math"
	"testing"

	"sekisho"
	"sekisho/learn"
	"sekisho/wire"
)

// opinionOf makes features of which most are those of the kind.
func opinionOf(kind, n uint32) learn.Opinion {
	var f []uint32
	for i := range uint32(200) {
		f = append(f, kind*1000+i)
	}
	return learn.Opinion{Features: learn.Pack(append(f, 500000+n)), Logit: -2, Bias: -2, Tag: 1, Sure: 4}
}

// says has an account say of a new mail of that kind what it is, and learned.
func (w *world) says(name, label string, o learn.Opinion) {
	w.t.Helper()
	uid := w.mail(name, "", 1)[0]
	word := map[string]string{"spam": "$Junk", "ham": "$NotJunk"}[label]
	ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass(name), Mailbox: w.selected(name, "", 0).Mailbox.ID, UIDs: []sekisho.UID{uid}, Do: "add", Keywords: []string{word}})
	for _, l := range w.lessons(name) {
		ask(w, wire.StoreTeach, w.webmail, wire.Teach{Pass: w.pass(name), Done: []wire.Taught{{ID: l.ID, Opinion: o}}})
	}
	if left := w.lessons(name); len(left) != 0 {
		w.t.Fatalf("left: %+v", left)
	}
}

// shiftFor is by how much the score of a mail to an account is moved.
func (w *world) shiftFor(name string, o learn.Opinion) float64 {
	w.t.Helper()
	var list []*learn.Layer
	for _, q := range []wire.LearnedQuery{{Contract: w.contract}, {Contract: w.contract, Account: w.accounts[name]}} {
		got := ask(w, wire.StoreLearned, w.gate, q)
		for _, b := range [][]byte{got.Everybody, got.Contract, got.Account} {
			if l, err := learn.LoadLayer(b); err == nil {
				list = append(list, l)
			}
		}
	}
	return o.Shift(list...)
}

// What one says counts for him alone, at once and after a restart; what three say, for the whole contract; what is reset is forgotten.
func TestLearned(t *testing.T) {
	w := newWorld(t, "")
	w.account("carol")
	w.account("dave")
	if r := ask(w, wire.StoreResolve, w.gate, wire.Resolve{Address: "alice@mori.example"}); r.Learned != 0 {
		t.Errorf("nobody has taught anything: %+v", r)
	}
	for i := range uint32(3) {
		w.says("alice", "spam", opinionOf(1, i))
	}
	w.restart()
	r := ask(w, wire.StoreResolve, w.gate, wire.Resolve{Address: "alice@mori.example"})
	if r.Learned == 0 || len(r.Targets) != 1 || r.Targets[0].Learned == 0 {
		t.Errorf("the versions: %+v", r)
	}
	if a, b := w.shiftFor("alice", opinionOf(1, 9)), w.shiftFor("bob", opinionOf(1, 9)); a < 5 || b != 0 {
		t.Errorf("for her %.2f, for another %.2f", a, b)
	}
	if other := w.shiftFor("alice", opinionOf(2, 9)); math.Abs(other) > 1 {
		t.Errorf("a mail of another kind moves by %.2f", other)
	}
	w.says("bob", "spam", opinionOf(1, 11))
	w.says("carol", "spam", opinionOf(1, 12))
	if d := w.shiftFor("dave", opinionOf(1, 13)); d < 2 {
		t.Errorf("three agree, and for a fourth it is %.2f", d)
	}
	w.admin(wire.Admin{Learned: &wire.AdminLearned{Do: "reset", Contract: w.contract}})
	w.admin(wire.Admin{Learned: &wire.AdminLearned{Do: "reset", Contract: w.contract, Account: w.accounts["alice"]}})
	again := ask(w, wire.StoreResolve, w.gate, wire.Resolve{Address: "alice@mori.example"})
	if a, d := w.shiftFor("alice", opinionOf(1, 9)), w.shiftFor("dave", opinionOf(1, 9)); a != 0 || d != 0 {
		t.Errorf("after a reset %.2f and %.2f", a, d)
	}
	if again.Learned <= r.Learned || again.Targets[0].Learned <= r.Targets[0].Learned {
		t.Errorf("a reset has no version of its own: %+v, before %+v", again, r)
	}
	refused(w, sekisho.Invalid, wire.StoreAdmin, w.operator, wire.Admin{Learned: &wire.AdminLearned{Do: "guess", Contract: w.contract}})
	refused(w, sekisho.NotFound, wire.StoreAdmin, w.operator, wire.Admin{Learned: &wire.AdminLearned{Do: "reset", Contract: w.contract, Account: 999}})
}

// A thousand words of one account move nobody else; what is no opinion is refused and changes nothing.
func TestLearnedPoison(t *testing.T) {
	w := newWorld(t, "")
	uids := w.mail("alice", "", 90)
	in := w.selected("alice", "", 0).Mailbox.ID
	ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass("alice"), Mailbox: in, UIDs: uids, Do: "add", Keywords: []string{"$Junk"}})
	list := w.lessons("alice")
	bad := opinionOf(1, 1)
	bad.Logit = math.NaN()
	for _, o := range []learn.Opinion{bad, {Features: []byte{0xff}}, {Features: learn.Pack([]uint32{1}), Logit: 1e9}} {
		refused(w, sekisho.Invalid, wire.StoreTeach, w.webmail, wire.Teach{Pass: w.pass("alice"), Done: []wire.Taught{{ID: list[0].ID, Opinion: o}}})
	}
	if len(w.lessons("alice")) != len(list) {
		t.Error("a refused lesson is lost")
	}
	q := wire.Teach{Pass: w.pass("alice")}
	for i, l := range list {
		q.Done = append(q.Done, wire.Taught{ID: l.ID, Opinion: opinionOf(1, uint32(i))})
	}
	ask(w, wire.StoreTeach, w.webmail, q)
	if got := w.shiftFor("bob", opinionOf(1, 999)); got != 0 {
		t.Errorf("one account moved another by %.2f", got)
	}
	if got := ask(w, wire.StoreLearned, w.gate, wire.LearnedQuery{Contract: w.contract + 1}); got.Contract != nil || got.Everybody != nil {
		t.Error("it moved another contract")
	}
	if fmt.Sprint(w.lessons("alice")) != "[]" {
		t.Error("lessons are left")
	}
}
