package webmail

import (
	"encoding/json"
	"slices"
	"strconv"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/seal"
	"sekisho/wire"
)

// Things of an account that are no mails are items: JSON, sealed to the account, kept in store by kind. Which class a kind
// belongs to is what the ledger says when it is opened.

// kind is one kind of items.
type kind struct {
	name  string
	class sekisho.Class
}

func submissions() kind { return kind{"submission", sekisho.ClassEnvelope} }

// item is one opened item.
type item struct {
	id            sekisho.MessageID
	modseq, begun uint64
	gone          bool
	data          json.RawMessage // nil when gone, or when it does not open
}

// items gets and opens items; without ids all of them.
func (t *turn) items(k kind, ids []sekisho.MessageID, since uint64) ([]item, uint64, error) {
	got, err := wire.StoreItems.Ask(t.ctx, t.w.peers.Store, wire.ItemQuery{Pass: t.ticket.Pass, Kind: k.name, IDs: ids, Since: since})
	if err != nil {
		return nil, 0, err
	}
	out := make([]item, len(got.List))
	var places []int
	for i, x := range got.List {
		out[i] = item{id: x.ID, modseq: x.ModSeq, begun: x.Begun, gone: x.Gone}
		if !x.Gone && since == 0 {
			places = append(places, i)
		}
	}
	var wrapped []wire.Rewrapped
	for part := range slices.Chunk(places, 1000) {
		w, err := t.openItems(k, got.List, out, part)
		if err != nil {
			return nil, 0, err
		}
		wrapped = append(wrapped, w...)
	}
	if len(wrapped) > 0 {
		if _, err := wire.StoreRewrap.Ask(t.ctx, t.w.peers.Store, wire.Rewrap{Pass: t.ticket.Pass, Boxes: wrapped}); err != nil {
			t.w.config.Log.Warn("short boxes were not kept", "error", err)
		}
	}
	return out, got.ModSeq, nil
}

func (t *turn) openItems(k kind, sealed []wire.Item, out []item, places []int) (wrapped []wire.Rewrapped, err error) {
	q := wire.Open{Session: t.ticket.Session, Secret: t.ticket.Secret, Classes: []sekisho.Class{k.class}}
	for _, i := range places {
		q.Boxes = append(q.Boxes, wire.MessageBox{Message: sealed[i].ID, Key: sealed[i].Box.Key, Sealed: sealed[i].Box.Sealed})
	}
	keys, err := wire.VaultOpen.Ask(t.ctx, t.w.peers.Vault, q)
	if err != nil {
		return nil, err
	}
	for n, i := range places {
		if n >= len(keys.Messages) || len(keys.Messages[n].Keys) != 1 {
			t.w.config.Log.Error("an item does not open", "item", uint64(sealed[i].ID))
			continue
		}
		c, err := seal.NewCipher(keys.Messages[n].Keys[0], sealed[i].ID)
		if err == nil {
			out[i].data, err = c.Open(seal.Item, sealed[i].Sealed)
		}
		if err != nil {
			t.w.config.Log.Error("an item does not open", "item", uint64(sealed[i].ID))
		}
		if w := keys.Messages[n].Wrapped; len(w) > 0 {
			wrapped = append(wrapped, wire.Rewrapped{Message: sealed[i].ID, Sealed: w})
		}
	}
	return wrapped, nil
}

// sealItem seals one item; id 0 makes a new one.
func (t *turn) sealItem(k kind, id sekisho.MessageID, modseq uint64, v any) (wire.Item, error) {
	x, _, err := t.sealed(k, id, modseq, v)
	return x, err
}

// sealed is sealItem, and gives the data key too.
func (t *turn) sealed(k kind, id sekisho.MessageID, modseq uint64, v any) (x wire.Item, data []byte, err error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return x, nil, sekisho.E("webmail.item", sekisho.Internal, err)
	}
	owner, err := t.owner()
	if err != nil {
		return x, nil, err
	}
	if id == 0 {
		if id, err = t.w.ids.Take(t.ctx); err != nil {
			return x, nil, err
		}
	}
	data = seal.NewKey()
	c, err := seal.NewCipher(seal.ClassKey(data, k.class), id)
	if err != nil {
		return x, nil, err
	}
	box, err := t.w.senders.Box(t.w.config.Clock(), owner.Public, seal.For{Contract: owner.Contract, Account: owner.Account, Key: uint8(wire.AccountKey), Message: id}, data)
	return wire.Item{ID: id, ModSeq: modseq, Sealed: c.Seal(seal.Item, plain), Box: wire.Box{Account: owner.Account, Key: wire.AccountKey, Sealed: box}}, data, err
}

// itemState writes the state of a kind of items.
func itemState(modseq uint64) string { return "i" + strconv.FormatUint(modseq, 10) }

func parseItemState(s string) (uint64, bool) {
	if len(s) < 2 || s[0] != 'i' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:], 10, 63)
	return n, err == nil && itemState(n) == s
}

func itemID(id sekisho.MessageID) string { return number('i', uint64(id)) }

// itemChanges answers Foo/changes of a kind of items.
func (t *turn) itemChanges(k kind, a *changesArgs) (any, error) {
	most, err := a.most()
	if err != nil {
		return nil, err
	}
	since, ok := parseItemState(a.SinceState)
	if !ok {
		return nil, jmap.Fail("cannotCalculateChanges", "no such state")
	}
	all := since == 0
	list, modseq, err := t.items(k, nil, since)
	if err != nil {
		return nil, err
	}
	if modseq < since {
		return nil, jmap.Fail("cannotCalculateChanges", "no such state")
	}
	out := newChanges(t, a, itemState(modseq))
	for _, x := range list {
		switch {
		case x.gone && !all && x.begun <= since:
			out.Destroyed = append(out.Destroyed, itemID(x.id))
		case x.gone:
		case all || x.begun > since:
			out.Created = append(out.Created, itemID(x.id))
		default:
			out.Updated = append(out.Updated, itemID(x.id))
		}
	}
	return out.within(most)
}
