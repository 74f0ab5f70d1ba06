package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/insider"
	"sekisho/wire"
)

// keptFor finds a kept mail for an asker and checks that his duty reaches it. Whose word a hold waits for decides: an approver
// decides about mail that waits for approval, never about his own; everything else is an administrator's.
func (s *Store) keptFor(ctx context.Context, a *asker, c sekisho.ContractID, kind string, id uint64, settle bool) (wire.Kept, error) {
	w := about{contract: c, what: kind, number: id, class: sekisho.ClassHeader, right: sekisho.OpenKept}
	if kind != "quarantine" && kind != "hold" {
		return wire.Kept{}, sekisho.E("store.kept", sekisho.Invalid, errors.New("kept mail is in quarantine or on hold"))
	}
	list, err := listKept(s.db.Reading(ctx), wire.List{What: kind, ID: id, Most: 1})
	if err != nil {
		return wire.Kept{}, err
	}
	var k wire.Kept
	if len(list) > 0 {
		k = list[0]
		w.object = k.Trace.String()
	}
	if k.ID == 0 && kind == "hold" {
		if err := s.late(ctx, a, c, id); err != nil {
			return wire.Kept{}, err
		}
	}
	if settle {
		if w.right = sekisho.SettleKept; k.Approve {
			w.right = sekisho.ApproveHold
		}
	}
	if err := s.allow(ctx, a, w); err != nil {
		return wire.Kept{}, err
	}
	missing := sekisho.E("store.kept", sekisho.NotFound, errElsewhere)
	if k.ID == 0 {
		return wire.Kept{}, missing
	}
	if k.Contract != c {
		w.contract = k.Contract
		return wire.Kept{}, s.refuseTo(ctx, a, w, missing)
	}
	w.number = uint64(k.Message)
	if a.account.Role == "approver" && !k.Approve {
		return wire.Kept{}, s.refuseTo(ctx, a, w, sekisho.E("store.kept", sekisho.Denied, errors.New("an approver decides about mail that waits for approval")))
	}
	if k.Asks != nil {
		return k, s.mayAnswer(ctx, a, w, &k, settle)
	}
	if a.account.Role == askedDuty {
		return wire.Kept{}, s.refuseTo(ctx, a, w, errNotAsked())
	}
	if settle && k.Approve && strings.EqualFold(k.From, a.account.Address) {
		return wire.Kept{}, s.refuseTo(ctx, a, w, sekisho.E("store.kept", sekisho.Denied, errors.New("nobody approves his own mail")))
	}
	return k, nil
}

// look answers StoreLook.
func (s *Store) look(ctx context.Context, by sekisho.Caller, q wire.Look) (out wire.Looked, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if out.Kept, err = s.keptFor(ctx, a, q.Contract, q.Kind, q.ID, q.Settle); err != nil {
		return out, err
	}
	if out.Digest, err = s.digest(ctx, by, out.Kept.Message); err != nil {
		return out, err
	}
	if out.Sealed, err = s.spool(ctx, by, wire.SpoolQuery{Message: out.Kept.Message, Want: q.Want}); err != nil {
		return out, err
	}
	if !q.Settle {
		s.fetches.note(homeKey{a.account.Contract, a.account.ID}, s.now(), insider.Day{Looked: 1})
	}
	c, err := readContract(s.db.Reading(ctx), q.Contract)
	out.Spool = c.Spool
	return out, err
}

// digest stands for the bytes of a kept mail as they are sealed: the sealing is authenticated, so equal bytes are the same mail.
func (s *Store) digest(ctx context.Context, by sekisho.Caller, m sekisho.MessageID) ([]byte, error) {
	all, err := s.spool(ctx, by, wire.SpoolQuery{Message: m, Want: wire.Want{Summary: true, Header: true, Body: true, Attachment: true}})
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for _, p := range [][]byte{all.Summary, all.Header, all.Body, all.Attachment} {
		n := sha256.Sum256(p)
		h.Write(n[:])
	}
	return h.Sum(nil), nil
}

// settle answers StoreSettle. Exactly one of those who try at the same time wins; the others are told that it is gone.
func (s *Store) settle(ctx context.Context, by sekisho.Caller, q wire.Settlement) (wire.Kept, error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return wire.Kept{}, err
	}
	r := q.Resolution
	k, err := s.keptFor(ctx, a, q.Contract, r.Kind, r.ID, true)
	if err != nil {
		return k, err
	}
	if q.Approve != k.Approve {
		return k, sekisho.E("store.settle", sekisho.Conflict, errors.New("the mail waits for somebody's approval: decide about that"))
	}
	note := q.Note
	if q.Approve && r.What == "send" {
		now, err := s.digest(ctx, by, k.Message)
		if err != nil {
			return k, err
		}
		if string(now) != string(q.Digest) {
			return k, sekisho.E("store.settle", sekisho.Conflict, errors.New("what was looked at is not what is kept: look again"))
		}
		note = "sha256:" + hexOf(now)
	}
	r.By = a.account.Address
	r.Over = k.Asks != nil && !slices.Contains(k.Asked, a.account.Address)
	err = s.change(ctx, func(t *txn) error { return t.decideKeptNoted(&r, note) })
	if sekisho.KindOf(err) == sekisho.NotFound && q.Approve {
		if late := s.late(ctx, a, q.Contract, r.ID); late != nil {
			return k, late
		}
	}
	return k, err
}

// askedDuty is the duty of somebody without one while he is asked about a mail. Nobody gives or takes it.
const askedDuty = "asked"

func errNotAsked() error {
	return sekisho.E("store.kept", sekisho.Denied, errors.New("you are not asked about that mail"))
}

// mayAnswer checks that somebody may see, or settle, a mail that waits for people whom its rule names: those who are asked, and an
// administrator in their place, but for the sender.
func (s *Store) mayAnswer(ctx context.Context, a *asker, w about, k *wire.Kept, settle bool) (err error) {
	if k.Asked, err = askedOfKept(s.db.Reading(ctx), k.Contract, k.ID, k.From, s.now()); err != nil {
		return err
	}
	asked := slices.Contains(k.Asked, strings.ToLower(a.account.Address))
	switch limited := a.account.Role == "approver" || a.account.Role == askedDuty; {
	case !asked && limited:
		return s.refuseTo(ctx, a, w, errNotAsked())
	case !asked && settle && strings.EqualFold(k.From, a.account.Address):
		return s.refuseTo(ctx, a, w, sekisho.E("store.kept", sekisho.Denied, errors.New("nobody approves his own mail")))
	}
	return nil
}
