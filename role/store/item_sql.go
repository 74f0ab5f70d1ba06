package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"sekisho"
	"sekisho/wire"
)

// Things of an account that are no mails are rows: sealed like a message, small, and numbered by message ids, so that what
// is sealed names what it is. A row of what is gone stays without content, so that others hear of it.

const (
	itemColumns = "SELECT id, modseq, begun, gone, sealed, key, box FROM item WHERE contract = $1 AND account = $2 AND kind = $3"
	itemsAfter  = itemColumns + " AND modseq > $4 ORDER BY id"
	itemOne     = "SELECT modseq, begun, gone FROM item WHERE contract = $1 AND account = $2 AND kind = $3 AND id = $4"
	itemLast    = "SELECT COALESCE(MAX(modseq), 0) FROM item WHERE contract = $1 AND account = $2 AND kind = $3"
	itemCount   = "SELECT COUNT(*) FROM item WHERE contract = $1 AND account = $2 AND kind = $3 AND gone = 0"
	itemPut     = `INSERT INTO item (contract, account, kind, id, modseq, begun, gone, sealed, key, box, config) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10)
		ON CONFLICT (contract, account, kind, id) DO UPDATE SET modseq = excluded.modseq, gone = 0, sealed = excluded.sealed, key = excluded.key, box = excluded.box,
		config = excluded.config`
	itemRemove   = "UPDATE item SET modseq = $5, gone = 1, sealed = NULL, box = NULL, config = NULL WHERE contract = $1 AND account = $2 AND kind = $3 AND id = $4 AND gone = 0"
	keptOwn      = keptColumns + " WHERE contract = $1 ORDER BY id DESC"
	keptTrace    = keptColumns + " WHERE trace = $1 ORDER BY id"
	messagePlace = "SELECT segment, position, shape, size FROM message WHERE contract = $1 AND id = $2"
	itemRewrap   = "UPDATE item SET key = $4, box = $5 WHERE contract = $1 AND account = $2 AND id = $3 AND gone = 0"
)

// Bounds of what an account may keep.
const (
	mostItems = 20000
	longItem  = 256 << 10
)

// items answers StoreItems.
func (s *Store) items(ctx context.Context, by sekisho.Caller, q wire.ItemQuery) (out wire.Items, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	asked := map[sekisho.MessageID]bool{}
	for _, id := range q.IDs {
		asked[id] = true
	}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var id, modseq, begun, key int64
		var x wire.Item
		if err := scan(&id, &modseq, &begun, &x.Gone, &x.Sealed, &key, &x.Box.Sealed); err != nil {
			return err
		}
		x.ID, x.ModSeq, x.Begun = sekisho.MessageID(id), uint64(modseq), uint64(begun)
		x.Box.Account, x.Box.Key = k.account, wire.KeyName(key)
		out.ModSeq = max(out.ModSeq, x.ModSeq)
		if (len(asked) == 0 || asked[x.ID]) && (q.Since > 0 || !x.Gone) {
			out.List = append(out.List, x)
		}
		return nil
	}, itemsAfter, int64(k.contract), int64(k.account), q.Kind, int64(q.Since))
	out.ModSeq = max(out.ModSeq, q.Since)
	return out, err
}

// itemSet answers StoreItemSet.
func (s *Store) itemSet(ctx context.Context, by sekisho.Caller, q wire.ItemSet) (out wire.ItemDone, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	for i := range q.Put {
		if p := &q.Put[i]; len(p.Config) > 4096 || len(p.Config) > 0 && q.Kind != filterKind || len(p.Sealed) == 0 || len(p.Sealed) > longItem || len(p.Box.Sealed) == 0 || len(p.Box.Sealed) > 4096 || p.ID == 0 {
			return out, sekisho.E("store.item-set", sekisho.Invalid, errors.New("not a sealed item"))
		}
	}
	if q.Kind == "" || len(q.Kind) > 30 || len(q.Put)+len(q.Remove) > portion {
		return out, sekisho.E("store.item-set", sekisho.Invalid, errors.New("no such change of items"))
	}
	err = s.change(ctx, func(t *txn) error { out = wire.ItemDone{}; return t.setItems(k, &q, &out) })
	return out, err
}

func (t *txn) setItems(k homeKey, q *wire.ItemSet, out *wire.ItemDone) error {
	c, a := int64(k.contract), int64(k.account)
	var last, count int64
	if _, err := t.One([]any{&last}, itemLast, c, a, q.Kind); err != nil {
		return err
	}
	if _, err := t.One([]any{&count}, itemCount, c, a, q.Kind); err != nil {
		return err
	}
	if q.Unless != 0 && q.Unless != uint64(last) {
		return sekisho.E("store.item-set", sekisho.Conflict, errors.New("it has changed"))
	}
	if count+int64(len(q.Put)) > mostItems {
		return sekisho.E("store.item-set", sekisho.Full, errors.New("too many items"))
	}
	out.Before, out.ModSeq = uint64(last), uint64(last)+1
	for i := range q.Put { // what hinders comes before anything is written
		if err := t.itemAt(k, q.Kind, &q.Put[i]); err != nil {
			return err
		}
	}
	for i := range q.Put {
		p := &q.Put[i]
		begun := p.Begun
		if begun == 0 {
			begun = out.ModSeq
		}
		if _, err := t.Exec(itemPut, c, a, q.Kind, int64(p.ID), int64(out.ModSeq), int64(begun), p.Sealed, int64(p.Box.Key), p.Box.Sealed, p.Config); err != nil {
			return err
		}
	}
	for _, id := range q.Remove {
		if _, err := t.Exec(itemRemove, c, a, q.Kind, int64(id), int64(out.ModSeq)); err != nil {
			return err
		}
	}
	if q.Kind == filterKind {
		t.after = append(t.after, t.s.forget) // the directory's answers tell its version
	}
	return nil
}

// itemAt compares with what is there.
func (t *txn) itemAt(k homeKey, kind string, p *wire.Item) error {
	var modseq, begun, gone int64
	there, err := t.One([]any{&modseq, &begun, &gone}, itemOne, int64(k.contract), int64(k.account), kind, int64(p.ID))
	if err != nil {
		return err
	}
	if p.ModSeq != 0 && (!there || gone != 0 || uint64(modseq) != p.ModSeq) {
		return sekisho.E("store.item-set", sekisho.Conflict, errors.New("it has changed"))
	}
	if p.Begun = 0; there && gone == 0 {
		p.Begun = uint64(begun)
	}
	return nil
}

// rewrapItem keeps the short box of an item.
func (t *txn) rewrapItem(k homeKey, id sekisho.MessageID, kind wire.KeyName, sealed []byte) error {
	_, err := t.Exec(itemRewrap, int64(k.contract), int64(k.account), int64(id), int64(kind), sealed)
	return err
}

// dropItems deletes what belongs to an account beside its mailboxes.
func (t *txn) dropItems(k homeKey) error {
	for _, q := range [...]string{"DELETE FROM item WHERE contract = $1 AND account = $2", "DELETE FROM answered WHERE contract = $1 AND account = $2",
		"UPDATE upload SET at = 1 WHERE contract = $1 AND account = $2",
		"DELETE FROM sender WHERE contract = $1 AND account = $2", "DELETE FROM judged WHERE contract = $1 AND account = $2"} {
		if _, err := t.Exec(q, int64(k.contract), int64(k.account)); err != nil {
			return err
		}
	}
	return t.unteach(k)
}

// owns says whether a kept row is the account's: quarantine that is for it, or a hold of what it sent or what it gets.
func (r *keptRow) owns(k homeKey) bool {
	if r.Contract != k.contract {
		return false
	}
	if r.Fate == wire.FateHold {
		return r.data.Queue.Envelope.Account == k.account
	}
	return r.Account == k.account
}

// ownKept answers StoreOwnKept.
func (s *Store) ownKept(ctx context.Context, by sekisho.Caller, q wire.OwnKept) (out wire.Listed, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		r, err := scanKept(scan)
		if err == nil && r.owns(k) && (q.ID == 0 || r.ID == q.ID) && len(out.Kept) < 1000 {
			out.Kept = append(out.Kept, r.Kept)
		}
		return err
	}, keptOwn, int64(k.contract))
	if err != nil || !q.Whole {
		return out, err
	}
	for i := range out.Kept {
		if err := s.wholeKept(ctx, k, &out.Kept[i]); err != nil {
			return out, err
		}
	}
	return out, nil
}

// wholeKept adds the account's box and the findings.
func (s *Store) wholeKept(ctx context.Context, k homeKey, x *wire.Kept) error {
	r := s.db.Reading(ctx)
	err := r.Each(func(scan func(...any) error) error {
		var message int64
		var data []byte
		if err := scan(&message, &data); err != nil || sekisho.MessageID(message) != x.Message {
			return err
		}
		var d traceData
		if err := json.Unmarshal(data, &d); err != nil {
			return sekisho.E("store.own-kept", sekisho.Corrupt, err)
		}
		x.Findings = d.Trace.Findings
		return nil
	}, traceOwn, int64(x.Trace), int64(k.contract))
	if err != nil || x.Fate != wire.FateQuarantine {
		return err
	}
	var at stored
	var segment int64
	var row []byte
	found, err := r.One([]any{&segment, &at.pos.Offset, &row, &at.size}, messagePlace, int64(k.contract), int64(x.Message))
	if err != nil || !found {
		return err
	}
	at.id, at.pos.Segment = x.Message, uint64(segment)
	if at.shape, err = getShape(row); err != nil {
		return sekisho.E("store.own-kept", sekisho.Corrupt, err)
	}
	var m wire.SealedMessage
	if err := s.load(at, true, wanted(wire.Want{}), &m); err != nil {
		return err
	}
	for _, b := range m.Boxes {
		if b.Account == k.account && b.Key == wire.QuarantineKey {
			x.Box = b.Sealed
		}
	}
	return nil
}

// ownDecide answers StoreOwnDecide.
func (s *Store) ownDecide(ctx context.Context, by sekisho.Caller, q wire.OwnDecision) (wire.Nothing, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	kind := map[string]string{"send": "hold", "cancel": "hold", "release": "quarantine", "delete": "quarantine", "ask": "quarantine"}[q.What]
	if kind == "" {
		return wire.Nothing{}, sekisho.E("store.own-decide", sekisho.Invalid, errors.New("no such decision"))
	}
	if q.List != "" && kind != "quarantine" {
		return wire.Nothing{}, sekisho.E("store.own-decide", sekisho.Invalid, errors.New("senders are listed with what was in quarantine"))
	}
	if q.Trace != 0 {
		if q.What != "cancel" {
			return wire.Nothing{}, sekisho.E("store.own-decide", sekisho.Invalid, errors.New("a mail as a whole can be taken back only"))
		}
		return wire.Nothing{}, s.change(ctx, func(t *txn) error { return t.takeBack(k, q.Trace) })
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		r, err := t.keptByID(q.ID)
		if err != nil {
			return err
		}
		if !r.owns(k) {
			return sekisho.E("store.own-decide", sekisho.NotFound, nil)
		}
		if q.What == "send" && r.Approve {
			return t.selfApprove(&r)
		}
		if q.What == "ask" {
			return t.askRelease(&r, "own")
		}
		if q.List != "" {
			if err := t.rememberSender(k, &r, q.List); err != nil {
				return err
			}
		}
		if q.What == "release" {
			if err := t.judge(k, r.Message, "ham"); err != nil {
				return err
			}
		}
		return t.decideKept(&wire.Resolution{What: q.What, Kind: kind, ID: q.ID, By: "own", Box: q.Box})
	})
}

// undoRule is what gate gives as the rule of a hold that the sender asked for.
const undoRule = "undo-send"

// takeBack cancels a mail that its sender had kept back. All of it ends at one time: before it, all is cancelled; after it,
// nothing can be, whether it has gone out already or not.
func (t *txn) takeBack(k homeKey, trace sekisho.TraceID) error {
	var rows []keptRow
	own := false
	err := t.Each(func(scan func(...any) error) error {
		r, err := scanKept(scan)
		if err == nil && r.Fate == wire.FateHold && r.Rule == undoRule {
			e := &r.data.Queue.Envelope
			own = own || e.Account == k.account && e.Contract == k.contract
			rows = append(rows, r) // also what recipients' filters made of it: references are not told twice
		}
		return err
	}, keptTrace, int64(trace))
	if err != nil {
		return err
	}
	now := t.s.now()
	if !own || slices.ContainsFunc(rows, func(r keptRow) bool { return !now.Before(r.Until) }) {
		return sekisho.E("store.own-decide", sekisho.NotFound, errors.New("too late"))
	}
	for i := range rows {
		if err := t.discard(&rows[i], "cancelled", "its sender", ""); err != nil {
			return err
		}
	}
	return nil
}
