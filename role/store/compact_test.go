package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// Segments of a contract that is gone are written anew without its bytes, others' mail stays readable at every step, also
// after a start in between, and in the end no byte of the contract is left.
func TestCompact(t *testing.T) {
	w := newWorld(t, "")
	w.stop()
	w.config.Segment = 64 << 10
	w.start()
	other := w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Kawa"}}}).Contract
	w.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: other, Set: wire.Domain{Name: "kawa.example"}}})
	ken := w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: other, Address: "ken@kawa.example", Public: []byte("key")}}).Account
	secret := bytes.Repeat([]byte("SECRET OF KAWA. "), 60)
	id := sekisho.MessageID(1000)
	put := func(c sekisho.ContractID, a sekisho.AccountID, body []byte) {
		t.Helper()
		id++
		ask(w, wire.StoreAccept, w.gate, wire.Accept{Messages: []wire.Arrival{{Sealed: wire.SealedMessage{ID: id, Contract: c, Body: body, Summary: []byte("s"), Size: int64(len(body))},
			Deliveries: []wire.Delivery{{Recipient: "x", Fate: wire.FateMailbox, Account: a}}}}})
	}
	mine := bytes.Repeat([]byte("mail of Mori "), 20)
	for range 200 {
		put(other, ken, secret)
		put(w.contract, w.accounts["alice"], mine)
	}
	whole := func(step string) {
		t.Helper()
		sel := ask(w, wire.StoreSelect, w.reader, wire.Select{Pass: w.pass("alice"), Name: "INBOX"})
		got := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass("alice"), Mailbox: sel.Mailbox.ID, UIDs: uidsOf(sel), Want: wire.Want{Body: true}})
		if len(got.Messages) != 200 {
			t.Fatalf("%s: %d mails", step, len(got.Messages))
		}
		for _, m := range got.Messages {
			if !bytes.Equal(m.Sealed.Body, mine) {
				t.Fatalf("%s: a mail is another", step)
			}
		}
	}
	w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: other, Status: sekisho.Terminated}}})
	first := w.s.log.First()
	for n := range 12 {
		ask(w, wire.StoreSnapshot, w.operator, wire.SnapshotQuery{})
		if err := w.s.giveBackSpace(context.Background()); err != nil || w.s.log.First() != first {
			t.Fatalf("given back during a backup: %v", err)
		}
		ask(w, wire.StoreSnapshot, w.operator, wire.SnapshotQuery{Done: true})
		w.clock.Add(deadTime + compactTime)
		if err := w.s.giveBackSpace(context.Background()); err != nil {
			t.Fatal(err)
		}
		whole("compacting")
		if n%3 == 1 {
			w.restart()
			whole("after a start")
		}
		first = w.s.log.First()
	}
	if first < 3 {
		t.Errorf("the oldest segment is still %d", first)
	}
	w.stop()
	segments, _ := filepath.Glob(filepath.Join(w.dir, "segment", "*"))
	for _, path := range segments {
		b, err := os.ReadFile(path)
		if err != nil || bytes.Contains(b, []byte("SECRET OF KAWA. SECRET")) {
			t.Errorf("%s still holds bytes of the contract that is gone (%v)", filepath.Base(path), err)
		}
	}
}
