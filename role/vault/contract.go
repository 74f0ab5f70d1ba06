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
func contractPlace(c sekisho.ContractID, generation uint64) string {
	return fmt.Sprintf("contract/%d/%d", c, generation)
}
func pairPlace(c sekisho.ContractID, n wire.KeyName) string { return pairPlaceOf(c, int64(n)) }
func pairPlaceOf(c sekisho.ContractID, n int64) string {
	return fmt.Sprintf("contract/%d/pair/%d", c, n)
}
func slotPlace(a sekisho.AccountID, slot uint64) string {
	return fmt.Sprintf("account/%d/slot/%d", a, slot)
}
func sharePlace(c sekisho.ContractID, x uint8) string {
	return fmt.Sprintf("contract/%d/share/%d", c, x)
}
func successionPlace(a sekisho.AccountID, number int) string {
	return fmt.Sprintf("account/%d/succession/%d", a, number)
}
func factorPlace(a sekisho.AccountID, id uint64) string {
	return fmt.Sprintf("account/%d/factor/%d", a, id)
}
func installationPlace(name string) string { return "installation/" + name }

const sessionPlace = "session"

// toInstallation wraps under the installation's own key, which is contract 0's: so that replacing the root key touches the
// current table only.
func (v *Vault) toInstallation(secret []byte, place string) ([]byte, error) {
	k, err := v.contractKey(0)
	if err != nil {
		return nil, err
	}
	return key.Wrap(k, secret, place), nil
}

func (v *Vault) fromInstallation(box []byte, place string) ([]byte, error) {
	k, err := v.contractKey(0)
	if err != nil {
		return nil, err
	}
	return key.Unwrap(k, box, place)
}

// contractKey is the key of a contract. It is asked for at every use, so that a destroyed one is gone at once.
func (v *Vault) contractKey(c sekisho.ContractID) ([]byte, error) {
	v.gmu.RLock()
	g := v.generations[c]
	v.gmu.RUnlock()
	if g == 0 {
		return nil, sekisho.E("vault.contract", sekisho.NotFound, nil)
	}
	return v.generationKey(c, g)
}

// begin makes the first generation of a contract's key, or finds the one that an interrupted beginning left.
func (v *Vault) begin(c sekisho.ContractID) ([]byte, error) {
	const first = 1
	k, err := v.generationKey(c, first)
	if sekisho.KindOf(err) != sekisho.NotFound {
		return k, err
	}
	k = seal.NewKey()
	return k, v.current.addKey(contractKeyRow{contract: c, generation: first, wrapped: key.Wrap(v.root, k, contractPlace(c, first))})
}

// begun notes that a contract's rows are there, under its first key.
func (v *Vault) begun(c sekisho.ContractID) {
	v.gmu.Lock()
	defer v.gmu.Unlock()
	v.generations[c] = 1
}

// newContract makes a contract's key, its key pairs and, unless nobody is to have any, its officers' shares. Repeating it
// gives the same public keys; shares are made anew as long as the contract has no account, since those of an attempt that
// was cut off are lost.
func (v *Vault) newContract(_ context.Context, who sekisho.Caller, q wire.NewContract) (wire.ContractKeys, error) {
	if q.Contract == 0 {
		return wire.ContractKeys{}, sekisho.E("vault.contract", sekisho.Invalid, nil)
	}
	choice, err := chosen(q.Recovery)
	if err != nil {
		return wire.ContractKeys{}, err
	}
	if known, err := v.contractPublic(q.Contract); err == nil {
		return v.contractAgain(who, q, choice, known)
	} else if sekisho.KindOf(err) != sekisho.NotFound {
		return wire.ContractKeys{}, err
	}
	e := by(who, ledger.KeyMade)
	e.Contract, e.Class, e.Actor = q.Contract, sekisho.ClassCredential, q.Operator
	if err := v.enter(e); err != nil {
		return wire.ContractKeys{}, err
	}
	secret, err := v.begin(q.Contract)
	if err != nil {
		return wire.ContractKeys{}, err
	}
	v.config.crash("contract: begun")
	row := contractRow{contract: q.Contract, generation: 1}
	for _, n := range []wire.KeyName{wire.SpoolKey, wire.QuarantineKey, wire.ConfigKey} {
		p, err := key.NewPair()
		if err != nil {
			return wire.ContractKeys{}, err
		}
		row.pairs = append(row.pairs, pairRow{n, p.Public(), key.Wrap(secret, p.Private(), pairPlace(q.Contract, n))})
	}
	o, err := appoint(q.Contract, secret, choice, nil)
	if err != nil {
		return wire.ContractKeys{}, err
	}
	row.pairs, row.officers, row.shares = append(row.pairs, o.pairs...), o.row, o.kept
	if err := v.keys.addContract(row); err != nil {
		return wire.ContractKeys{}, err
	}
	v.begun(q.Contract)
	out, err := v.contractPublic(q.Contract)
	out.Shares = o.shares
	return out, err
}

// contractAgain answers a repetition.
func (v *Vault) contractAgain(who sekisho.Caller, q wire.NewContract, choice wire.Choice, known wire.ContractKeys) (wire.ContractKeys, error) {
	n, err := v.keys.count("account", q.Contract)
	if err != nil || n > 0 || choice.None {
		return known, err
	}
	secret, err := v.contractKey(q.Contract)
	if err != nil {
		return known, err
	}
	o, err := appoint(q.Contract, secret, choice, nil)
	if err != nil {
		return known, err
	}
	e := by(who, ledger.KeyMade)
	e.Contract, e.Class, e.Actor = q.Contract, sekisho.ClassCredential, q.Operator
	if err := v.enter(e); err != nil {
		return known, err
	}
	if err := v.keys.setOfficers(q.Contract, o); err != nil {
		return known, err
	}
	known, err = v.contractPublic(q.Contract)
	known.Shares = o.shares
	return known, err
}

func (v *Vault) contractPublic(c sekisho.ContractID) (wire.ContractKeys, error) {
	var out wire.ContractKeys
	for n, to := range map[wire.KeyName]*[]byte{wire.SpoolKey: &out.Spool, wire.QuarantineKey: &out.Quarantine,
		wire.ArchiveKey: &out.Archive, wire.ConfigKey: &out.Config} {
		p, err := v.keys.pair(c, n)
		if n == wire.ArchiveKey && sekisho.KindOf(err) == sekisho.NotFound {
			continue // the contract has no officers
		}
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
