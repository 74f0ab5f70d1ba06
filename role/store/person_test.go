package store

import (
	"context"
	"net/netip"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// TestWarn: edge learns whose session it serves, and a warning waits for post until its mail is durable.
func TestWarn(t *testing.T) {
	w := newWorld(t, "")
	edge := wire.NewPeer(sekisho.Store)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := wire.Local(ctx, sekisho.Caller{Role: sekisho.Edge, Instance: 1}, w.s.Service(), edge); err != nil {
		t.Fatal(err)
	}
	alice := wire.PersonQuery{Contract: w.contract, Account: w.accounts["alice"]}
	if p := ask(w, wire.StorePerson, edge, alice); p.Address != "alice@mori.example" || p.Status != sekisho.Active {
		t.Errorf("%+v", p)
	}
	if p := ask(w, wire.StorePerson, edge, wire.PersonQuery{Contract: w.contract + 1, Account: alice.Account}); p.Address != "" {
		t.Errorf("an account of another contract: %+v", p)
	}
	q := wire.Warning{Contract: alice.Contract, Account: alice.Account, What: wire.WarnDevice, Client: netip.MustParseAddr("192.0.2.7"), Device: "Firefox\r\nX: y, Linux"}
	bad := q
	bad.What = "anything"
	refused(w, sekisho.Invalid, wire.StoreWarn, edge, bad)
	bad = q
	bad.Account = 999
	refused(w, sekisho.NotFound, wire.StoreWarn, edge, bad)
	ask(w, wire.StoreWarn, edge, q)
	ask(w, wire.StoreWarn, edge, q) // another device: another notice
	due := ask(w, wire.StoreNotices, w.post, wire.NoticeQuery{Most: 10}).List
	if len(due) != 2 || due[0].Mail == due[1].Mail || len(due[0].To) != 1 || due[0].To[0] != "alice@mori.example" || due[0].Kind != wire.WarnDevice || due[0].By != "FirefoxX: y, Linux" || due[0].Reason != "192.0.2.7" {
		t.Fatalf("%+v", due)
	}
	for _, d := range due {
		ask(w, wire.StoreNoticed, w.post, wire.Noticed{ID: d.ID})
	}
	if left := ask(w, wire.StoreNotices, w.post, wire.NoticeQuery{Most: 10}).List; len(left) != 0 {
		t.Errorf("%+v", left)
	}
}
