package vault

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal/key"
	"sekisho/wire"
)

// Signing keys: DKIM keys are under their contract's key and go with it; TLS keys and the installation's own CA are under
// the installation's key. None leaves vault: others send what is to be signed.

func signerPlace(id uint64) string { return fmt.Sprintf("signer/%d", id) }

// newSigner makes a signing key, or finds the one of that contract, purpose and name.
func (v *Vault) newSigner(_ context.Context, who sekisho.Caller, q wire.NewSigner) (wire.Signer, error) {
	if q.Purpose != "dkim" && q.Purpose != "tls" || q.Name == "" || (q.Purpose == "dkim") != (q.Contract != 0) {
		return wire.Signer{}, sekisho.E("vault.signer", sekisho.Invalid, fmt.Errorf("purpose %q, name %q", q.Purpose, q.Name))
	}
	row, err := v.keys.signer(q.Contract, q.Purpose, q.Name)
	if q.Gone {
		return wire.Signer{}, v.destroySigner(who, q.Purpose, row, err)
	}
	if sekisho.KindOf(err) == sekisho.NotFound {
		row, err = v.makeSigner(who, q)
	}
	if err != nil {
		return wire.Signer{}, err
	}
	return wire.Signer{Key: row.id, Public: row.public, Chain: row.chain}, nil
}

// destroySigner destroys a DKIM key that is out of use: its entry is there before it is gone, and what is left of it in the database is
// overwritten. Backups of the database hold it, under its contract's key, until they are gone too. A key that is gone already is no error.
func (v *Vault) destroySigner(who sekisho.Caller, purpose string, row signerRow, err error) error {
	switch {
	case purpose != "dkim":
		return sekisho.E("vault.signer", sekisho.Invalid, fmt.Errorf("a key for %q is not destroyed by its name", purpose))
	case sekisho.KindOf(err) == sekisho.NotFound:
		return nil
	case err != nil:
		return err
	}
	e := by(who, ledger.KeyGone)
	e.Contract, e.Class, e.Object = row.contract, sekisho.ClassCredential, row.id
	if err := v.enter(e); err != nil {
		return err
	}
	v.parsed.drop(row.id)
	return v.keys.removeSigner(row.id)
}

func (v *Vault) makeSigner(who sekisho.Caller, q wire.NewSigner) (signerRow, error) {
	private, err := generate(q.Algorithm)
	if err != nil {
		return signerRow{}, sekisho.E("vault.signer", sekisho.Invalid, err)
	}
	row := signerRow{id: newID(), contract: q.Contract, purpose: q.Purpose, name: q.Name, chain: q.Chain}
	if row.public, err = x509.MarshalPKIXPublicKey(private.Public()); err != nil {
		return row, err
	}
	if q.Purpose == "tls" && len(q.Chain) == 0 {
		if row.chain, err = v.certify(q.Name, private.Public()); err != nil {
			return row, err
		}
	}
	under, err := v.contractKey(q.Contract) // TLS keys are the installation's
	if err != nil {
		return row, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return row, err
	}
	row.private = key.Wrap(under, der, signerPlace(row.id))
	e := by(who, ledger.KeyMade)
	e.Contract, e.Class, e.Object = q.Contract, sekisho.ClassCredential, row.id
	if err := v.enter(e); err != nil {
		return row, err
	}
	return row, v.keys.addSigner(row)
}

func generate(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "ed25519":
		_, k, err := ed25519.GenerateKey(rand.Reader)
		return k, err
	case "rsa-2048":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ecdsa-p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return nil, fmt.Errorf("no algorithm %q", algorithm)
}

// loaded opens a signing key of the purpose given.
func (v *Vault) loaded(id uint64, purpose string) (crypto.Signer, signerRow, error) {
	row, err := v.keys.signerByID(id)
	if err != nil {
		return nil, row, err
	}
	if row.purpose != purpose && !(purpose == keyServes && row.purpose == keyServed) {
		return nil, row, sekisho.E("vault.sign", sekisho.Denied, errors.New("the key is for something else"))
	}
	under, err := v.contractKey(row.contract)
	if err != nil {
		return nil, row, err
	}
	der, err := key.Unwrap(under, row.private, signerPlace(id))
	if err != nil {
		return nil, row, sekisho.E("vault.sign", sekisho.Corrupt, err)
	}
	k, err := v.parsed.signer(id, der)
	if err != nil {
		return nil, row, sekisho.E("vault.sign", sekisho.Corrupt, err)
	}
	return k, row, nil
}

func (v *Vault) signDKIM(_ context.Context, who sekisho.Caller, q wire.Sign) (wire.Signed, error) {
	return v.sign(who, q, "dkim")
}

func (v *Vault) signTLS(_ context.Context, who sekisho.Caller, q wire.Sign) (wire.Signed, error) {
	return v.sign(who, q, "tls")
}

func (v *Vault) sign(who sekisho.Caller, q wire.Sign, purpose string) (wire.Signed, error) {
	k, row, err := v.loaded(q.Key, purpose)
	if err == nil && purpose == "tls" {
		err = v.hostInCell(who, row.name)
	}
	if err != nil {
		return wire.Signed{}, v.deny(who, nil, 0, err)
	}
	hash := crypto.Hash(q.Hash)
	if hash != 0 && (hash != crypto.SHA256 && hash != crypto.SHA384 && hash != crypto.SHA512 || len(q.Digest) != hash.Size()) {
		return wire.Signed{}, sekisho.E("vault.sign", sekisho.Invalid, errors.New("not a digest"))
	}
	var opts crypto.SignerOpts = hash
	if q.PSS {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	e := by(who, ledger.Signature)
	e.Contract, e.Class, e.Object, e.Actor = row.contract, sekisho.ClassCredential, row.id, uint64(q.For)
	if err := v.enter(e); err != nil {
		return wire.Signed{}, err
	}
	s, err := k.Sign(rand.Reader, q.Digest, opts)
	if err != nil {
		return wire.Signed{}, sekisho.E("vault.sign", sekisho.Invalid, err)
	}
	return wire.Signed{Signature: s}, nil
}

// certify signs a certificate for a host name or address with the installation's own CA, which it makes when there is none.
func (v *Vault) certify(name string, public crypto.PublicKey) ([]byte, error) {
	ca, caKey, err := v.authority()
	if err != nil {
		return nil, err
	}
	now := v.config.Clock()
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(newID()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		t.IPAddresses = []net.IP{ip}
	} else {
		t.DNSNames = []string{name}
	}
	if name == "localhost" {
		t.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca, public, caKey)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// authority is the installation's own CA: for demonstrations and closed networks, until real certificates are installed.
func (v *Vault) authority() (*x509.Certificate, crypto.Signer, error) {
	row, err := v.keys.signer(0, "ca", "ca")
	if sekisho.KindOf(err) == sekisho.NotFound {
		row, err = v.makeAuthority()
	}
	if err != nil {
		return nil, nil, err
	}
	k, _, err := v.loaded(row.id, "ca")
	if err != nil {
		return nil, nil, err
	}
	block, _ := pem.Decode(row.chain)
	if block == nil {
		return nil, nil, sekisho.E("vault.ca", sekisho.Corrupt, nil)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	return c, k, err
}

func (v *Vault) makeAuthority() (signerRow, error) {
	private, err := generate("ecdsa-p256")
	if err != nil {
		return signerRow{}, err
	}
	row := signerRow{id: newID(), purpose: "ca", name: "ca"}
	now := v.config.Clock()
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(newID()), Subject: pkix.Name{CommonName: "Sekisho installation CA"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, private.Public(), private)
	if err != nil {
		return row, err
	}
	row.chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if row.public, err = x509.MarshalPKIXPublicKey(private.Public()); err != nil {
		return row, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return row, err
	}
	if row.private, err = v.toInstallation(pkcs8, signerPlace(row.id)); err != nil {
		return row, err
	}
	if err := v.enter(ledger.Entry{Kind: ledger.KeyMade, Role: sekisho.Vault, Process: v.config.Self, Class: sekisho.ClassCredential, Object: row.id}); err != nil {
		return row, err
	}
	return row, v.keys.addSigner(row)
}

func (v *Vault) chains(context.Context, sekisho.Caller, wire.Nothing) (wire.Chains, error) {
	rows, err := v.keys.signers("tls")
	if err != nil {
		return wire.Chains{}, err
	}
	var out wire.Chains
	for _, r := range rows {
		out.List = append(out.List, wire.Chain{Name: r.name, Key: r.id, PEM: r.chain})
	}
	if ca, err := v.keys.signer(0, "ca", "ca"); err == nil {
		out.CA = ca.chain
	}
	return out, nil
}
