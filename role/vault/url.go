package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/ledger"
	"sekisho/mail/weblink"
	"sekisho/wire"
)

// urlKey answers VaultURL. A contract's key is derived from a secret that stays here; it opens nothing, and is entered as a signing key
// that was lent.
func (v *Vault) urlKey(_ context.Context, who sekisho.Caller, q wire.URLKeyQuery) (wire.URLKey, error) {
	if _, err := v.contractKey(q.Contract); err != nil || q.Contract == 0 { // one that ended gets no new links
		return wire.URLKey{}, sekisho.E("vault.url", sekisho.NotFound, fmt.Errorf("no contract %d", q.Contract))
	}
	k, err := v.urlKeyOf(q.Contract)
	if err != nil {
		return wire.URLKey{}, err
	}
	e := by(who, ledger.Signature)
	e.Class, e.Contract, e.Flags = sekisho.ClassCredential, q.Contract, ledger.FlagLease
	if err := v.enter(e); err != nil {
		return wire.URLKey{}, err
	}
	return wire.URLKey{Key: k}, nil
}

func (v *Vault) urlKeyOf(c sekisho.ContractID) ([]byte, error) {
	k, err := hkdf.Key(sha256.New, v.urls, nil, fmt.Sprintf("sekisho links of contract %d", c), sha256.Size)
	if err != nil {
		return nil, sekisho.E("vault.url", sekisho.Internal, err)
	}
	return k, nil
}

// urlCheck answers VaultURLCheck. It says whether a token was made here, and what of it everybody can read: there is nothing to enter.
func (v *Vault) urlCheck(_ context.Context, _ sekisho.Caller, q wire.URLCheck) (wire.URLChecked, error) {
	c, err := weblink.Verify(q.Token, v.urlKeyOf)
	if errors.Is(err, weblink.ErrForged) || errors.Is(err, weblink.ErrNone) {
		return wire.URLChecked{}, sekisho.E("vault.url", sekisho.NotFound, err)
	}
	return wire.URLChecked{Contract: c.Contract, Expires: c.Expires}, err
}
