package vault

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// Rotation replaces a key without writing mail anew. What hangs on which key:
//
//	root epoch          contract keys                             the current table, one transaction
//	contract key        pairs, slots, signers, shares: outer wrap  vault's database, one transaction
//	account's pair      nothing: the new half is added to the ring at the owner's next session
//	class keys          derived from a mail's data key, never kept
//
// A contract key's new generation is in the current table before anything is under it, and the old one stays there, retired,
// for as long as data backups are kept: a restored backup is brought to the newest generation at the start.

// loadGenerations reads which generation each contract's rows are under, and finishes rotations that a crash or a restored
// backup left.
func (v *Vault) loadGenerations() error {
	list, err := v.current.keys()
	if err != nil {
		return err
	}
	newest := map[sekisho.ContractID]uint64{}
	for _, r := range list {
		newest[r.contract] = max(newest[r.contract], r.generation)
	}
	if v.generations, err = v.keys.generations(); err != nil {
		return err
	}
	for c, g := range v.generations {
		if n, live := newest[c]; live && g > n {
			return sekisho.E("vault.contract", sekisho.Corrupt, fmt.Errorf("the keys of contract %d are newer than the current key table: put the newest current.db back", c))
		}
	}
	for c, n := range newest {
		if g := v.generations[c]; g != 0 && g < n {
			if err := v.raise(c, g, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// generationKey opens one generation of a contract's key.
func (v *Vault) generationKey(c sekisho.ContractID, generation uint64) ([]byte, error) {
	wrapped, err := v.current.key(c, generation)
	if err != nil {
		return nil, err
	}
	k, err := key.Unwrap(v.root, wrapped, contractPlace(c, generation))
	if err != nil {
		return nil, sekisho.E("vault.contract", sekisho.Corrupt, err)
	}
	return k, nil
}

// raise wraps all that is under one generation under another.
func (v *Vault) raise(c sekisho.ContractID, from, to uint64) error {
	old, err := v.generationKey(c, from)
	if err != nil {
		return err
	}
	next, err := v.generationKey(c, to)
	if err != nil {
		return err
	}
	rewrap := func(wrapped []byte, place string) ([]byte, error) {
		b, err := key.Unwrap(old, wrapped, place)
		if err != nil {
			return nil, sekisho.E("vault.rotate", sekisho.Corrupt, fmt.Errorf("%s: %w", place, err))
		}
		return key.Wrap(next, b, place), nil
	}
	if err := v.keys.rewrap(c, to, rewrap); err != nil {
		return err
	}
	v.generations[c] = to
	v.rewrapSessions(c, rewrap)
	v.config.crash("contract: rewrapped")
	return v.current.retire(c, to, v.config.Clock())
}

// rewrapSessions keeps live sessions alive over a rotation.
func (v *Vault) rewrapSessions(c sekisho.ContractID, rewrap func([]byte, string) ([]byte, error)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id, s := range v.sessions {
		if s.contract != c {
			continue
		}
		sealed, err := rewrap(s.sealed, sessionPlace)
		if err != nil {
			delete(v.sessions, id)
			continue
		}
		s.sealed = sealed
	}
	v.rewrapWeb(c, rewrap)
	for id, a := range v.archives {
		if a.contract != c {
			continue
		}
		sealed, err := rewrap(a.sealed, sessionPlace)
		if err != nil {
			delete(v.archives, id)
			continue
		}
		a.sealed = sealed
	}
}

// rotateContract replaces a contract's key; contract 0 is the installation's own. The life lock is held.
func (v *Vault) rotateContract(c sekisho.ContractID) (uint64, error) {
	from := v.generations[c]
	if from == 0 {
		return 0, sekisho.E("vault.rotate", sekisho.NotFound, nil)
	}
	list, err := v.current.keys()
	if err != nil {
		return 0, err
	}
	to := from + 1
	for _, r := range list { // a rotation that was cut off left its key there already
		if r.contract == c && r.generation >= to {
			return r.generation, v.raise(c, from, r.generation)
		}
	}
	row := contractKeyRow{contract: c, generation: to, wrapped: key.Wrap(v.root, seal.NewKey(), contractPlace(c, to))}
	if err := v.current.addKey(row); err != nil {
		return 0, err
	}
	v.config.crash("contract: key made")
	return to, v.raise(c, from, to)
}

// rotate answers VaultRotate.
func (v *Vault) rotate(_ context.Context, who sekisho.Caller, q wire.Rotate) (wire.Rotated, error) {
	v.life.Lock()
	defer v.life.Unlock()
	e := by(who, ledger.Rotation)
	e.Contract, e.Class, e.Actor = q.Contract, sekisho.ClassCredential, q.Operator
	var out wire.Rotated
	switch q.What {
	case "root":
		e.Object = v.epoch + 1
	case "contract":
		if q.Contract != 0 && v.generations[q.Contract] == 0 {
			return out, sekisho.E("vault.rotate", sekisho.NotFound, nil)
		}
		e.Object = v.generations[q.Contract] + 1
	case "accounts":
		e.Class = sekisho.ClassLogin
	default:
		return out, sekisho.E("vault.rotate", sekisho.Invalid, fmt.Errorf("cannot rotate %q", q.What))
	}
	if err := v.enter(e); err != nil {
		return out, err
	}
	var err error
	switch q.What {
	case "root":
		if err = v.turnEpoch(nil, 0); err == nil {
			err = v.age()
		}
		out.Generation, out.Left = v.epoch, v.left
	case "contract":
		out.Generation, err = v.rotateContract(q.Contract)
	case "accounts":
		out.Accounts, err = v.succeed(q.Contract)
	}
	return out, err
}

// age destroys what is kept for a time only: retired generations and contacts of customers that are gone.
func (v *Vault) age() error {
	now := v.config.Clock()
	if _, err := v.current.prune(now.Add(-v.config.Backups)); err != nil {
		return err
	}
	return v.current.forgetContacts(now)
}

// succeed gives every account of a contract a new key pair. The owner is not needed: the new private half is boxed to the old
// public one, so that only a session of the owner, or the officers, can take it.
func (v *Vault) succeed(c sekisho.ContractID) ([]wire.AccountPublic, error) {
	contract, err := v.contractKey(c)
	if err != nil {
		return nil, err
	}
	accounts, err := v.keys.accounts(c)
	if err != nil {
		return nil, err
	}
	var out []wire.AccountPublic
	err = v.keys.change(func(tx *sql.Tx) error {
		for _, a := range accounts {
			pair, err := key.NewPair()
			if err != nil {
				return err
			}
			number := a.generation + 1
			box, err := key.BoxFor(a.public, successionFor(c, a.account, number), pair.Private())
			if err != nil {
				return err
			}
			sealed := key.Wrap(contract, box, successionPlace(a.account, number))
			if err := addSuccession(tx, c, a.account, number, pair.Public(), sealed); err != nil {
				return err
			}
			out = append(out, wire.AccountPublic{Account: a.account, Public: pair.Public()})
		}
		return nil
	})
	return out, err
}

func successionFor(c sekisho.ContractID, a sekisho.AccountID, number int) seal.For {
	return seal.For{Contract: c, Account: a, Key: uint8(wire.AccountKey), Message: sekisho.MessageID(number) | 1<<63}
}

// follow adds to a ring the private halves that came after it.
func (v *Vault) follow(contract []byte, c sekisho.ContractID, a sekisho.AccountID, ring key.Ring) (key.Ring, error) {
	list, err := v.keys.successions(c, a, ring.Generation())
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		box, err := key.Unwrap(contract, s.sealed, successionPlace(a, s.number))
		if err != nil {
			return nil, sekisho.E("vault.account", sekisho.Corrupt, err)
		}
		pairs, err := ring.Pairs()
		if err != nil {
			return nil, sekisho.E("vault.account", sekisho.Corrupt, err)
		}
		private, err := pairs[0].UnboxFor(successionFor(c, a, s.number), box)
		if err != nil || s.number != ring.Generation()+1 {
			return nil, sekisho.E("vault.account", sekisho.Corrupt, fmt.Errorf("private half %d of account %d", s.number, a))
		}
		ring = ring.Add(private)
	}
	return ring, nil
}

// defaultBackups is how long data backups are kept when the configuration does not say.
const defaultBackups = 90 * 24 * time.Hour
