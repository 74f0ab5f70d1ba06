package vault

import (
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

// Files of a share open for who has a link to them and their box, and nothing else opens so; each try stands in the ledger.
func TestShareKeys(t *testing.T) {
	b := open(t, t.TempDir())
	desk := sekisho.Caller{Role: sekisho.Desk, Instance: 80}
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 2}))
	own, err := b.pair(1, wire.SpoolKey)
	if err != nil {
		t.Fatal(err)
	}
	data := seal.NewKey()
	boxed := func(c sekisho.ContractID, k wire.KeyName, m sekisho.MessageID) []byte {
		return box(t, own.Public(), seal.For{Contract: c, Key: uint8(k), Message: m}, data)
	}
	link := func(p seal.LinkPurpose, c sekisho.ContractID, m sekisho.MessageID, life time.Duration) []byte {
		return seal.SignLink(b.pass, seal.Link{ID: 1, Purpose: p, Contract: c, Message: m, Expires: b.now.Add(life), To: "a@there.example"})
	}
	good := link(seal.LinkShare, 1, 6, time.Hour)
	for name, q := range map[string]wire.ShareKeyQuery{
		"a link for another purpose":  {Token: link(seal.LinkHold, 1, 6, time.Hour), Box: boxed(1, wire.ShareKey, 6)},
		"a link that is over":         {Token: link(seal.LinkShare, 1, 6, -time.Second), Box: boxed(1, wire.ShareKey, 6)},
		"another share's link":        {Token: link(seal.LinkShare, 1, 7, time.Hour), Box: boxed(1, wire.ShareKey, 6)},
		"another contract's link":     {Token: link(seal.LinkShare, 2, 6, time.Hour), Box: boxed(1, wire.ShareKey, 6)},
		"a mail on its way":           {Token: good, Box: boxed(1, wire.SpoolKey, 6)},
		"no box":                      {Token: good},
		"no link":                     {Box: boxed(1, wire.ShareKey, 6)},
		"a link with a changed digit": {Token: append(append([]byte{}, good[:len(good)-1]...), good[len(good)-1]^1), Box: boxed(1, wire.ShareKey, 6)},
	} {
		before := len(b.entries())
		if got, err := b.share(background, desk, q); sekisho.KindOf(err) != sekisho.Denied || len(got.Messages) != 0 {
			t.Errorf("%s: %v %+v", name, err, got)
		}
		made := b.entries()[before:]
		if len(made) == 0 || made[0].Kind != ledger.Denial {
			t.Errorf("%s: entries %+v", name, made)
		}
	}
	before := len(b.entries())
	list := must[wire.Opened](t)(b.share(background, desk, wire.ShareKeyQuery{Token: good, Box: boxed(1, wire.ShareKey, 6)}))
	all := must[wire.Opened](t)(b.share(background, desk, wire.ShareKeyQuery{Token: good, Box: boxed(1, wire.ShareKey, 6), Contents: true}))
	if len(list.Messages[0].Keys) != 1 || len(all.Messages[0].Keys) != 2 || string(all.Messages[0].Keys[1]) != string(seal.ClassKey(data, sekisho.ClassAttachment)) {
		t.Errorf("%+v %+v", list, all)
	}
	made := b.entries()[before:]
	if len(made) != 3 || made[0].Class != sekisho.ClassHeader || made[2].Class != sekisho.ClassAttachment || made[2].Object != 6 || made[2].Contract != 1 {
		t.Errorf("%+v", made)
	}
}

// Gate has links signed to what it seals, post to what it tells of, and neither the other's.
func TestWhoseLinks(t *testing.T) {
	b := open(t, t.TempDir())
	must[wire.ContractKeys](t)(b.newContract(background, admin, wire.NewContract{Contract: 1}))
	for _, x := range []struct {
		role    sekisho.Role
		purpose seal.LinkPurpose
		ok      bool
	}{{sekisho.Gate, seal.LinkShare, true}, {sekisho.Gate, seal.LinkHold, false}, {sekisho.Gate, seal.LinkApprove, false}, {sekisho.Gate, seal.LinkQuarantine, false},
		{sekisho.Post, seal.LinkShare, false}, {sekisho.Post, seal.LinkHold, true}} {
		got, err := b.link(background, sekisho.Caller{Role: x.role, Instance: 81}, wire.LinkOrder{Contract: 1, Links: []wire.LinkTo{{Purpose: uint8(x.purpose), Message: 5, To: "a@there.example", Expires: b.now.Add(time.Hour)}}})
		if (err == nil && len(got.Tokens) == 1) != x.ok {
			t.Errorf("%s, purpose %d: %v %+v", x.role, x.purpose, err, got)
		}
	}
}
