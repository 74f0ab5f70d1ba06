package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal/key"
	"sekisho/wire"
)

// printKey answers VaultPrint: the key of a contract's fingerprints of its own data, derived from the private half of its pair for
// settings, so that it outlives a rotation and ends with the contract. It opens nothing: who has it and a set can ask whether a value
// is in the set. It is entered as a key that was lent.
func (v *Vault) printKey(_ context.Context, who sekisho.Caller, q wire.PrintQuery) (wire.PrintKey, error) {
	secret, err := v.contractKey(q.Contract)
	if err != nil {
		return wire.PrintKey{}, err
	}
	row, err := v.keys.pair(q.Contract, wire.ConfigKey)
	if err != nil {
		return wire.PrintKey{}, err
	}
	private, err := key.Unwrap(secret, row.private, pairPlace(q.Contract, wire.ConfigKey))
	if err != nil {
		return wire.PrintKey{}, sekisho.E("vault.print", sekisho.Corrupt, err)
	}
	e := by(who, ledger.Signature)
	e.Contract, e.Class, e.Flags, e.Actor = q.Contract, sekisho.ClassConfig, ledger.FlagLease, q.Operator
	if err := v.enter(e); err != nil {
		return wire.PrintKey{}, err
	}
	m := hmac.New(sha256.New, private)
	m.Write([]byte("sekisho fingerprints of own data"))
	return wire.PrintKey{Key: m.Sum(nil)}, nil
}
