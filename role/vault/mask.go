package vault

import (
	"context"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// maskKey answers VaultMask: the installation's one key under which store keeps what people have taught about spam. It opens nothing,
// and is entered as a key that was lent.
func (v *Vault) maskKey(_ context.Context, who sekisho.Caller, _ wire.Nothing) (wire.MaskKey, error) {
	e := by(who, ledger.Signature)
	e.Class, e.Flags = sekisho.ClassCredential, ledger.FlagLease
	if err := v.enter(e); err != nil {
		return wire.MaskKey{}, err
	}
	return wire.MaskKey{Key: v.mask}, nil
}
