package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal/key"
	"sekisho/wire"
)

// newAccount makes an account's key pair and its first slots.
func (v *Vault) newAccount(ctx context.Context, who sekisho.Caller, q wire.NewAccount) (wire.AccountKeys, error) {
	if err := goodPassword(q.Password); err != nil {
		return wire.AccountKeys{}, err
	}
	if q.Account == 0 {
		return wire.AccountKeys{}, sekisho.E("vault.account", sekisho.Invalid, nil)
	}
	contract, err := v.contractKey(q.Contract)
	if err != nil {
		return wire.AccountKeys{}, err
	}
	pair, err := key.NewPair()
	if err != nil {
		return wire.AccountKeys{}, err
	}
	row := accountRow{contract: q.Contract, account: q.Account, public: pair.Public()}
	out := wire.AccountKeys{Public: row.public}
	ring, err := key.ParseRing(pair.Private())
	if err != nil {
		return wire.AccountKeys{}, err
	}
	slot, err := v.makeSlot(ctx, contract, q.Account, key.Password, []byte(q.Password), ring)
	if err != nil {
		return wire.AccountKeys{}, err
	}
	row.slots = append(row.slots, slot)
	if slot, err = v.recoverySlot(contract, q.Contract, q.Account, ring); err == nil {
		row.slots = append(row.slots, slot)
	} else if sekisho.KindOf(err) != sekisho.NotFound {
		return wire.AccountKeys{}, err
	}
	if q.AppPassword {
		if out.AppPassword = q.Given; q.Given == "" {
			out.AppPassword = key.NewAppPassword()
		}
		secret, ok := key.AppSecret(out.AppPassword)
		if !ok {
			return wire.AccountKeys{}, sekisho.E("vault.account", sekisho.Invalid, errors.New("the app password given has no 160 bits"))
		}
		if slot, err = v.makeSlot(ctx, contract, q.Account, key.AppPassword, secret, ring); err != nil {
			return wire.AccountKeys{}, err
		}
		slot.label = "first"
		row.slots = append(row.slots, slot)
	}
	e := by(who, ledger.KeyMade)
	e.Contract, e.Account, e.Class, e.Actor = q.Contract, q.Account, sekisho.ClassLogin, q.Operator
	if err := v.enter(e); err != nil {
		return wire.AccountKeys{}, err
	}
	return out, v.keys.addAccount(row)
}

func goodPassword(p string) error {
	why := map[string]string{"": "", "short": "it has fewer than 12 characters", "long": "it has more than 1,024 bytes",
		"common": "it is made of words, runs and numbers that many people use"}[key.Weak(p)]
	if !utf8.ValidString(p) {
		why = "it is not UTF-8"
	}
	if why == "" {
		return nil
	}
	return sekisho.E("vault.password", sekisho.Invalid, errors.New("the password is not good enough: "+why))
}

// makeSlot seals an account's ring under a secret, and that under the contract's key.
func (v *Vault) makeSlot(ctx context.Context, contract []byte, a sekisho.AccountID, kind key.SlotKind, secret []byte, ring key.Ring) (slotRow, error) {
	row := slotRow{id: newID(), kind: kind, salt: make([]byte, 16)}
	rand.Read(row.salt) // never fails (crypto/rand)
	k, err := v.slotKey(ctx, kind, secret, row.salt)
	if err != nil {
		return row, err
	}
	row.fill(contract, k, a, ring)
	return row, nil
}

// fill puts a ring into a slot: inside under the slot's key, outside under the contract's.
func (s *slotRow) fill(contract, k []byte, a sekisho.AccountID, ring key.Ring) {
	place := slotPlace(a, s.id)
	s.sealed, s.generation = key.Wrap(contract, key.Wrap(k, ring, place), place), ring.Generation()
}

// take opens a slot with its key.
func (s slotRow) take(contract, k []byte, a sekisho.AccountID) (key.Ring, error) {
	place := slotPlace(a, s.id)
	inner, err := key.Unwrap(contract, s.sealed, place)
	if err != nil {
		return nil, err
	}
	ring, err := key.Unwrap(k, inner, place)
	if err != nil {
		return nil, err
	}
	return key.ParseRing(ring)
}

// slotKey bounds how many argon2id computations run at once: each takes 19 MiB.
func (v *Vault) slotKey(ctx context.Context, kind key.SlotKind, secret, salt []byte) ([]byte, error) {
	if kind == key.Password {
		select {
		case v.argon <- struct{}{}:
			defer v.resting()
			defer func() { <-v.argon }()
		case <-ctx.Done():
			return nil, sekisho.E("vault.password", sekisho.TooMany, ctx.Err())
		}
	}
	return key.SlotKey(kind, secret, salt), nil
}

// restAfter is how long after the last slow hash its memory is given back: 19 MiB each, which a process that does little else
// would keep for ever.
const restAfter = 2 * time.Second

// resting gives memory back when no slow hash has followed for a while.
func (v *Vault) resting() {
	n := v.hashed.Add(1)
	time.AfterFunc(restAfter, func() {
		if v.hashed.Load() == n {
			debug.FreeOSMemory()
		}
	})
}

var errSecret = errors.New("no slot opens")

// unlock tries a secret on an account's slots of one kind and gives the ring that it opens, with what came after it. A slot
// that was behind is brought up to date.
func (v *Vault) unlock(ctx context.Context, c sekisho.ContractID, a sekisho.AccountID, kind key.SlotKind, secret []byte) (key.Ring, uint64, error) {
	contract, err := v.contractKey(c)
	if err != nil {
		return nil, 0, err
	}
	slots, err := v.keys.slots(c, a, kind)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range slots {
		k, err := v.slotKey(ctx, kind, secret, s.salt)
		if err != nil {
			return nil, 0, err
		}
		ring, err := s.take(contract, k, a)
		if err != nil {
			continue
		}
		grown, err := v.follow(contract, c, a, ring)
		if err != nil {
			return nil, 0, err
		}
		if grown.Generation() > ring.Generation() {
			if err := v.renew(contract, k, c, a, s, grown); err != nil {
				return nil, 0, err
			}
		}
		return grown, s.id, nil
	}
	return nil, 0, errSecret
}

// renew puts a grown ring into the slot that was just opened, and into the officers' slot, which needs no secret to fill.
func (v *Vault) renew(contract, k []byte, c sekisho.ContractID, a sekisho.AccountID, s slotRow, ring key.Ring) error {
	s.fill(contract, k, a, ring)
	officers, err := v.keys.slots(c, a, key.Recovery)
	if err != nil {
		return err
	}
	for _, o := range officers {
		if err := v.fillRecovery(contract, c, a, &o, ring); err != nil {
			return err
		}
		if err := v.keys.renewSlot(c, a, o); err != nil {
			return err
		}
	}
	return v.keys.renewSlot(c, a, s)
}

// newSlot makes, changes or revokes a slot. The main password is needed: without it vault has no private half to seal.
func (v *Vault) newSlot(ctx context.Context, who sekisho.Caller, q wire.NewSlot) (wire.Slot, error) {
	private, used, err := v.unlock(ctx, q.Contract, q.Account, key.Password, []byte(q.Password))
	if err != nil {
		e := by(who, ledger.Failure)
		e.Contract, e.Account, e.Class, e.Actor = q.Contract, q.Account, sekisho.ClassLogin, q.Operator
		return wire.Slot{}, errors.Join(sekisho.E("vault.slot", sekisho.Denied, errors.New("the main password is wrong")), v.enter(e))
	}
	contract, err := v.contractKey(q.Contract)
	if err != nil {
		return wire.Slot{}, err
	}
	made, gone := by(who, ledger.KeyMade), by(who, ledger.KeyGone)
	for _, e := range []*ledger.Entry{&made, &gone} {
		e.Contract, e.Account, e.Class, e.Actor = q.Contract, q.Account, sekisho.ClassLogin, q.Operator
	}
	switch q.Do {
	case "app-password":
		out := wire.Slot{Secret: key.NewAppPassword()}
		secret, _ := key.AppSecret(out.Secret)
		row, err := v.makeSlot(ctx, contract, q.Account, key.AppPassword, secret, private)
		if err != nil {
			return wire.Slot{}, err
		}
		row.label, out.ID, made.Object = q.Label, row.id, row.id
		if err := v.enter(made); err != nil {
			return wire.Slot{}, err
		}
		return out, v.keys.addSlot(q.Contract, q.Account, row, 0)
	case "password":
		if err := goodPassword(q.NewPassword); err != nil {
			return wire.Slot{}, err
		}
		row, err := v.makeSlot(ctx, contract, q.Account, key.Password, []byte(q.NewPassword), private)
		if err != nil {
			return wire.Slot{}, err
		}
		made.Object, gone.Object = row.id, used
		if err := v.enter(made, gone); err != nil {
			return wire.Slot{}, err
		}
		return wire.Slot{ID: row.id}, v.keys.addSlot(q.Contract, q.Account, row, used)
	case "revoke":
		gone.Object = q.Slot
		if err := v.enter(gone); err != nil {
			return wire.Slot{}, err
		}
		return wire.Slot{ID: q.Slot}, v.keys.removeSlot(q.Contract, q.Account, q.Slot)
	}
	return wire.Slot{}, sekisho.E("vault.slot", sekisho.Invalid, fmt.Errorf("cannot %q", q.Do))
}
