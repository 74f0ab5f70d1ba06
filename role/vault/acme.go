package vault

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// The account's key is a signing key of this purpose and name.
const (
	acmePurpose = "acme"
	acmeName    = "account"
)

// acme answers VaultACME.
func (v *Vault) acme(ctx context.Context, who sekisho.Caller, q wire.ACME) (wire.ACMEDone, error) {
	refused := func(why string) (wire.ACMEDone, error) {
		return wire.ACMEDone{}, v.deny(who, nil, 0, sekisho.E("vault.acme", sekisho.Denied, errors.New(why)))
	}
	if !v.config.ACME {
		return refused("no authority is configured")
	}
	switch q.Do {
	case wire.ACMEAccount:
		row, err := v.acmeAccount(who)
		return wire.ACMEDone{Public: row.public}, err
	case wire.ACMESign:
		return v.acmeSign(who, q.Digest)
	case wire.ACMERequest, wire.ACMEInstall:
		if !slices.Contains(v.config.Hosts, q.Name) {
			// Policy hosts of customers' domains, where an operator has made a key for one.
			if _, err := v.keys.signer(0, "tls", q.Name); !strings.HasPrefix(q.Name, "mta-sts.") || err != nil {
				return refused("not a host name of this installation")
			}
		}
		if q.Do == wire.ACMERequest {
			r, err := v.request(ctx, who, wire.CertificateRequest{Name: q.Name})
			return wire.ACMEDone{Request: r.PEM}, err
		}
		_, err := v.install(ctx, who, wire.CertificateInstall{Name: q.Name, Chain: q.Chain})
		return wire.ACMEDone{}, err
	}
	return wire.ACMEDone{}, sekisho.E("vault.acme", sekisho.Invalid, nil)
}

// acmeAccount finds the account's key, or makes it.
func (v *Vault) acmeAccount(who sekisho.Caller) (signerRow, error) {
	row, err := v.keys.signer(0, acmePurpose, acmeName)
	if sekisho.KindOf(err) != sekisho.NotFound {
		return row, err
	}
	private, err := generate("ecdsa-p256")
	if err != nil {
		return row, err
	}
	if row, err = v.wrapSigner(private, acmePurpose, acmeName); err != nil {
		return row, err
	}
	e := by(who, ledger.KeyMade)
	e.Class, e.Object = sekisho.ClassCredential, row.id
	if err := v.enter(e); err != nil {
		return row, err
	}
	return row, v.keys.addSigner(row)
}

func (v *Vault) acmeSign(who sekisho.Caller, digest []byte) (wire.ACMEDone, error) {
	if len(digest) != sha256.Size {
		return wire.ACMEDone{}, sekisho.E("vault.acme", sekisho.Invalid, errors.New("not a digest"))
	}
	row, err := v.acmeAccount(who)
	if err != nil {
		return wire.ACMEDone{}, err
	}
	k, _, err := v.loaded(row.id, acmePurpose)
	if err != nil {
		return wire.ACMEDone{}, err
	}
	e := by(who, ledger.Signature)
	e.Class, e.Object = sekisho.ClassCredential, row.id
	if err := v.enter(e); err != nil {
		return wire.ACMEDone{}, err
	}
	s, err := k.Sign(rand.Reader, digest, crypto.SHA256)
	return wire.ACMEDone{Signature: s}, err
}
