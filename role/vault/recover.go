package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/seal/share"
	"sekisho/wire"
)

// Officers open together what no single person may: accounts whose owners lost their secrets, and the archive. The private
// halves of a contract's recovery and archive pairs are under the contract key and, inside, under a secret that exists only
// in shares (seal/share). Shares are joined here, used and forgotten. A share that the installation keeps for the operator is
// one of them, so that vault alone never has enough.

// chosen completes and checks a choice.
func chosen(c wire.Choice) (wire.Choice, error) {
	if c.None {
		return wire.Choice{None: true}, nil
	}
	if c.Need == 0 && c.Of == 0 {
		return wire.Choice{Need: 2, Of: 3, Operator: true}, nil
	}
	if c.Need < 2 || c.Of < c.Need || c.Of > share.Most {
		return c, sekisho.E("vault.officers", sekisho.Invalid, fmt.Errorf("%d of %d officers: at least 2 are needed, and there are at most %d", c.Need, c.Of, share.Most))
	}
	return c, nil
}

// appointed is a new set of shares with what hangs on it.
type appointed struct {
	row    *officerRow
	pairs  []pairRow
	kept   []shareRow
	shares wire.Shares
}

// officerPairs are opened by officers only.
var officerPairs = []wire.KeyName{wire.RecoveryKey, wire.ArchiveKey}

// appoint makes shares of a new secret, and puts the private halves under it: those given, or new ones.
func appoint(c sekisho.ContractID, contract []byte, choice wire.Choice, private map[wire.KeyName][]byte) (appointed, error) {
	var out appointed
	if choice.None {
		return out, nil
	}
	secret, set := seal.NewKey(), uint32(newID())&share.SetMask
	shares, err := share.Split(secret, set, choice.Need, choice.Of)
	if err != nil {
		return out, sekisho.E("vault.officers", sekisho.Invalid, err)
	}
	out.row = &officerRow{number: set, need: choice.Need, total: choice.Of}
	out.shares.Need = choice.Need
	for i, s := range shares {
		if i == 0 && choice.Operator {
			out.kept = []shareRow{{s.X, key.Wrap(contract, []byte(s.String()), sharePlace(c, s.X))}}
			out.shares.Kept = true
			continue
		}
		out.shares.Words = append(out.shares.Words, s.String())
	}
	inner := key.OfficerKey(secret)
	for _, n := range officerPairs {
		var p key.Pair
		if private[n] == nil {
			p, err = key.NewPair()
		} else {
			p, err = key.ParsePair(private[n])
		}
		if err != nil {
			return out, err
		}
		out.pairs = append(out.pairs, pairRow{n, p.Public(), wrapTwice(contract, inner, p.Private(), pairPlace(c, n))})
	}
	return out, nil
}

func wrapTwice(outer, inner, b []byte, place string) []byte {
	return key.Wrap(outer, key.Wrap(inner, b, place), place)
}

func unwrapTwice(outer, inner, b []byte, place string) ([]byte, error) {
	b, err := key.Unwrap(outer, b, place)
	if err != nil {
		return nil, err
	}
	return key.Unwrap(inner, b, place)
}

func (k *keyTable) setOfficers(c sekisho.ContractID, o appointed) error {
	return k.change(func(tx *sql.Tx) error {
		for _, p := range o.pairs {
			if err := putPair(tx, c, p); err != nil {
				return err
			}
		}
		return putOfficers(tx, c, o.row, o.kept)
	})
}

var (
	errNobody   = errors.New("the contract chose at its start that nobody can recover anything")
	errOfficers = errors.New("these shares do not open it")
)

// joined is what officers opened.
type joined struct {
	contract []byte // the contract's key
	inner    []byte // the key that the shares gave
	private  map[wire.KeyName][]byte
}

// join puts shares together and opens with them. Every share presented is entered, and what comes of it: the caller makes
// the entry of what is done with it.
func (v *Vault) join(who sekisho.Caller, c sekisho.ContractID, p wire.Presented, operator uint64) (joined, error) {
	var out joined
	o, err := v.keys.officers(c)
	if sekisho.KindOf(err) == sekisho.NotFound {
		err = sekisho.E("vault.officers", sekisho.NotFound, errNobody)
	}
	if err != nil {
		return out, err
	}
	if out.contract, err = v.contractKey(c); err != nil {
		return out, err
	}
	words := p.Words
	if p.Operator {
		kept, err := v.keys.kept(c)
		if err != nil {
			return out, sekisho.E("vault.officers", sekisho.NotFound, errors.New("no share of this contract is kept for the operator"))
		}
		own, err := key.Unwrap(out.contract, kept.sealed, sharePlace(c, kept.x))
		if err != nil {
			return out, sekisho.E("vault.officers", sekisho.Corrupt, err)
		}
		words = append([]string{string(own)}, words...)
	}
	var shares []share.Share
	e := by(who, ledger.ShareUsed)
	e.Contract, e.Class, e.Actor = c, sekisho.ClassCredential, operator
	var entries []ledger.Entry
	for i, w := range words {
		s, err := share.Parse(w)
		if err != nil {
			return out, sekisho.E("vault.officers", sekisho.Invalid, fmt.Errorf("share %d of those given: %w", i+1, err))
		}
		if s.Set != o.number {
			return out, sekisho.E("vault.officers", sekisho.Denied, fmt.Errorf("share %d of those given is of another contract, or was replaced since", i+1))
		}
		shares = append(shares, s)
		e.Object = uint64(s.X)
		entries = append(entries, e)
	}
	if len(shares) < o.need {
		return out, sekisho.E("vault.officers", sekisho.Invalid, fmt.Errorf("%d shares, %d are needed", len(shares), o.need))
	}
	// Ten wrong sets in ten minutes close this way: a share is known to be wrong only when all are together.
	door := sekisho.AccountID(1<<63 | uint64(c))
	now := v.config.Clock()
	if v.guess.blocked(door, netip.Addr{}, now) {
		return out, sekisho.E("vault.officers", sekisho.TooMany, errors.New("too many wrong shares: wait ten minutes"))
	}
	if err := v.enter(entries...); err != nil {
		return out, err
	}
	secret, err := share.Join(shares)
	if err == nil {
		out.inner, out.private = key.OfficerKey(secret), map[wire.KeyName][]byte{}
		for _, n := range officerPairs {
			var row pairRow
			if row, err = v.keys.pair(c, n); err != nil {
				return out, err
			}
			if out.private[n], err = unwrapTwice(out.contract, out.inner, row.private, pairPlace(c, n)); err != nil {
				break
			}
		}
	}
	if err != nil {
		v.guess.failure(door, netip.Addr{}, now)
		e.Kind, e.Object = ledger.Denial, 0
		return joined{}, errors.Join(sekisho.E("vault.officers", sekisho.Denied, errOfficers), v.enter(e))
	}
	return out, nil
}

// recoverySlot makes the slot that officers open; NotFound when the contract has none.
func (v *Vault) recoverySlot(contract []byte, c sekisho.ContractID, a sekisho.AccountID, ring key.Ring) (slotRow, error) {
	s := slotRow{id: newID(), kind: key.Recovery, label: "officers", salt: []byte{}}
	return s, v.fillRecovery(contract, c, a, &s, ring)
}

func recoveryFor(c sekisho.ContractID, a sekisho.AccountID, slot uint64) seal.For {
	return seal.For{Contract: c, Account: a, Key: uint8(wire.RecoveryKey), Message: sekisho.MessageID(slot)}
}

func (v *Vault) fillRecovery(contract []byte, c sekisho.ContractID, a sekisho.AccountID, s *slotRow, ring key.Ring) error {
	p, err := v.keys.pair(c, wire.RecoveryKey)
	if err != nil {
		return err
	}
	box, err := key.BoxFor(p.public, recoveryFor(c, a, s.id), ring)
	if err != nil {
		return err
	}
	s.sealed, s.generation = key.Wrap(contract, box, slotPlace(a, s.id)), ring.Generation()
	return nil
}

// recover opens an account with officers' shares and gives it a new main password. The old one is worth nothing from then
// on, and app passwords neither when that is asked.
func (v *Vault) recover(ctx context.Context, who sekisho.Caller, q wire.Recover) (wire.Slot, error) {
	if err := goodPassword(q.Password); err != nil {
		return wire.Slot{}, err
	}
	slots, err := v.keys.slots(q.Contract, q.Account, key.Recovery)
	if err != nil {
		return wire.Slot{}, err
	}
	if len(slots) == 0 {
		return wire.Slot{}, sekisho.E("vault.recover", sekisho.NotFound, errNobody)
	}
	o, err := v.join(who, q.Contract, q.Shares, q.Operator)
	if err != nil {
		return wire.Slot{}, err
	}
	pair, err := key.ParsePair(o.private[wire.RecoveryKey])
	if err != nil {
		return wire.Slot{}, sekisho.E("vault.recover", sekisho.Corrupt, err)
	}
	e := by(who, ledger.Recovery)
	e.Contract, e.Account, e.Class, e.Actor, e.Object = q.Contract, q.Account, sekisho.ClassLogin, q.Operator, slots[0].id
	if err := v.enter(e); err != nil {
		return wire.Slot{}, err
	}
	box, err := key.Unwrap(o.contract, slots[0].sealed, slotPlace(q.Account, slots[0].id))
	if err != nil {
		return wire.Slot{}, sekisho.E("vault.recover", sekisho.Corrupt, err)
	}
	raw, err := pair.UnboxFor(recoveryFor(q.Contract, q.Account, slots[0].id), box)
	if err != nil {
		return wire.Slot{}, sekisho.E("vault.recover", sekisho.Corrupt, err)
	}
	ring, err := key.ParseRing(raw)
	if err != nil {
		return wire.Slot{}, sekisho.E("vault.recover", sekisho.Corrupt, err)
	}
	if ring, err = v.follow(o.contract, q.Contract, q.Account, ring); err != nil {
		return wire.Slot{}, err
	}
	row, err := v.makeSlot(ctx, o.contract, q.Account, key.Password, []byte(q.Password), ring)
	if err != nil {
		return wire.Slot{}, err
	}
	gone := []key.SlotKind{key.Password}
	if q.Revoke {
		gone = append(gone, key.AppPassword, key.Passkey)
	}
	made, lost := e, e
	made.Kind, made.Object = ledger.KeyMade, row.id
	lost.Kind, lost.Object = ledger.KeyGone, 0
	if err := v.enter(made, lost); err != nil {
		return wire.Slot{}, err
	}
	if err := v.keys.recover(q.Contract, q.Account, row, gone...); err != nil {
		return wire.Slot{}, err
	}
	v.webEnd(func(s *webSession) bool { return s.contract == q.Contract && s.account == q.Account })
	if q.Revoke {
		if err := v.keys.forgetFactors(q.Contract, q.Account); err != nil {
			return wire.Slot{}, err
		}
		v.dropSessions(func(s *session) bool { return s.contract == q.Contract && s.account == q.Account })
	}
	return wire.Slot{ID: row.id}, nil
}

// dropSessions ends sessions.
func (v *Vault) dropSessions(which func(*session) bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id, s := range v.sessions {
		if which(s) {
			delete(v.sessions, id)
		}
	}
}

// officers replaces a contract's shares: for new officers, or when one was lost. The old officers are needed once more.
func (v *Vault) officers(_ context.Context, who sekisho.Caller, q wire.Officers) (wire.Shares, error) {
	choice, err := chosen(q.Choice)
	if err != nil {
		return wire.Shares{}, err
	}
	if choice.None {
		return wire.Shares{}, sekisho.E("vault.officers", sekisho.Invalid, errors.New("a contract that has officers keeps some"))
	}
	o, err := v.join(who, q.Contract, q.Shares, q.Operator)
	if err != nil {
		return wire.Shares{}, err
	}
	next, err := appoint(q.Contract, o.contract, choice, o.private)
	if err != nil {
		return wire.Shares{}, err
	}
	e := by(who, ledger.Rotation)
	e.Contract, e.Class, e.Actor, e.Object = q.Contract, sekisho.ClassCredential, q.Operator, uint64(next.row.number)
	if err := v.enter(e); err != nil {
		return wire.Shares{}, err
	}
	return next.shares, v.keys.setOfficers(q.Contract, next)
}
