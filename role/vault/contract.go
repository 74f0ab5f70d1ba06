package vault

import (
	"context"
	"fmt"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// The places that wraps are bound to: a wrap moved to another row does not open.
func contractPlace(c sekisho.ContractID) string { return fmt.Sprintf("contract/%d", c) }
func pairPlace(c sekisho.ContractID, n wire.KeyName) string {
	return fmt.Sprintf("contract/%d/pair/%d", c, n)
}
func slotPlace(a sekisho.AccountID, slot uint64) string {
	return fmt.Sprintf("account/%d/slot/%d", a, slot)
}

func (v *Vault) toRoot(secret []byte, place string) []byte { return key.Wrap(v.root, secret, place) }
func (v *Vault) fromRoot(box []byte, place string) ([]byte, error) {
	return key.Unwrap(v.root, box, place)
}

// contractKey is the key of a contract. It is asked for at every use, so that a destroyed one is gone at once.
func (v *Vault) contractKey(c sekisho.ContractID) ([]byte, error) {
	wrapped, err := v.keys.contract(c)
	if err != nil {
		return nil, err
	}
	return v.fromRoot(wrapped, contractPlace(c))
}

// newContract makes a contract's key and its four key pairs. Repeating it gives the same answer.
func (v *Vault) newContract(_ context.Context, who sekisho.Caller, q wire.NewContract) (wire.ContractKeys, error) {
	if q.Contract == 0 {
		return wire.ContractKeys{}, sekisho.E("vault.contract", sekisho.Invalid, nil)
	}
	if known, err := v.contractPublic(q.Contract); err == nil {
		return known, nil
	} else if sekisho.KindOf(err) != sekisho.NotFound {
		return wire.ContractKeys{}, err
	}
	secret := seal.NewKey()
	row := contractRow{contract: q.Contract, wrapped: v.toRoot(secret, contractPlace(q.Contract))}
	for _, n := range []wire.KeyName{wire.SpoolKey, wire.QuarantineKey, wire.ArchiveKey, wire.ConfigKey} {
		p, err := key.NewPair()
		if err != nil {
			return wire.ContractKeys{}, err
		}
		row.pairs = append(row.pairs, pairRow{n, p.Public(), key.Wrap(secret, p.Private(), pairPlace(q.Contract, n))})
	}
	e := by(who, ledger.KeyMade)
	e.Contract, e.Class = q.Contract, sekisho.ClassCredential
	if err := v.enter(e); err != nil {
		return wire.ContractKeys{}, err
	}
	if err := v.keys.addContract(row); err != nil {
		return wire.ContractKeys{}, err
	}
	return v.contractPublic(q.Contract)
}

func (v *Vault) contractPublic(c sekisho.ContractID) (wire.ContractKeys, error) {
	var out wire.ContractKeys
	for n, to := range map[wire.KeyName]*[]byte{wire.SpoolKey: &out.Spool, wire.QuarantineKey: &out.Quarantine,
		wire.ArchiveKey: &out.Archive, wire.ConfigKey: &out.Config} {
		p, err := v.keys.pair(c, n)
		if err != nil {
			return out, err
		}
		*to = p.public
	}
	return out, nil
}

// pair opens one of a contract's own key pairs.
func (v *Vault) pair(c sekisho.ContractID, n wire.KeyName) (key.Pair, error) {
	secret, err := v.contractKey(c)
	if err != nil {
		return key.Pair{}, err
	}
	row, err := v.keys.pair(c, n)
	if err != nil {
		return key.Pair{}, err
	}
	private, err := key.Unwrap(secret, row.private, pairPlace(c, n))
	if err != nil {
		return key.Pair{}, sekisho.E("vault.pair", sekisho.Corrupt, err)
	}
	return v.parsed.pair(pairName{c, n}, private)
}
