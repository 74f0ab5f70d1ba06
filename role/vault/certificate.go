package vault

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal/key"
	"sekisho/wire"
)

// A certificate's key is in one of three states, which are purposes of signing keys: it waits for its certificate, it is in
// force, or it was in force before and still signs for connections that began with it.
const (
	keyWaits  = "tls-next"
	keyServes = "tls"
	keyServed = "tls-before"
)

// request makes a key and asks for a certificate with it.
func (v *Vault) request(_ context.Context, who sekisho.Caller, q wire.CertificateRequest) (wire.CertificateRequested, error) {
	var none wire.CertificateRequested
	if q.Name == "" || len(q.Name) > 253 || len(q.Also) > 100 {
		return none, sekisho.E("vault.request", sekisho.Invalid, errors.New("a certificate needs a host name, and has at most 100 further ones"))
	}
	private, err := generate("ecdsa-p256")
	if err != nil {
		return none, err
	}
	row, err := v.wrapSigner(private, keyWaits, q.Name)
	if err != nil {
		return none, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: q.Name}, DNSNames: append([]string{q.Name}, q.Also...)}, private)
	if err != nil {
		return none, sekisho.E("vault.request", sekisho.Invalid, err)
	}
	e := by(who, ledger.KeyMade)
	e.Class, e.Object, e.Actor = sekisho.ClassCredential, row.id, q.Operator
	if err := v.enter(e); err != nil {
		return none, err
	}
	return wire.CertificateRequested{PEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})}, v.keys.replaceSigner(row, keyWaits, "")
}

// wrapSigner seals a private key of the installation's own into a row.
func (v *Vault) wrapSigner(private crypto.Signer, purpose, name string) (signerRow, error) {
	row := signerRow{id: newID(), purpose: purpose, name: name}
	var err error
	if row.public, err = x509.MarshalPKIXPublicKey(private.Public()); err != nil {
		return row, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return row, err
	}
	under, err := v.contractKey(0)
	if err != nil {
		return row, err
	}
	row.private = key.Wrap(under, der, signerPlace(row.id))
	return row, nil
}

// install puts a certificate in force. The key in force before signs on until the next install, for connections that have begun.
func (v *Vault) install(_ context.Context, who sekisho.Caller, q wire.CertificateInstall) (wire.CertificateInstalled, error) {
	leaf, err := v.readChain(q)
	if err != nil {
		return wire.CertificateInstalled{}, sekisho.E("vault.install", sekisho.Invalid, err)
	}
	row, err := v.keyFor(leaf, q)
	if err != nil {
		return wire.CertificateInstalled{}, err
	}
	row.chain = q.Chain
	e := by(who, ledger.KeyMade)
	e.Class, e.Object, e.Actor = sekisho.ClassCredential, row.id, q.Operator
	if err := v.enter(e); err != nil {
		return wire.CertificateInstalled{}, err
	}
	out := wire.CertificateInstalled{Names: leaf.DNSNames, Issuer: leaf.Issuer.String(), Expires: leaf.NotAfter}
	return out, v.keys.replaceSigner(row, keyServes, keyServed)
}

// readChain reads the host's own certificate, and says what is wrong with it.
func (v *Vault) readChain(q wire.CertificateInstall) (*x509.Certificate, error) {
	var leaf *x509.Certificate
	for rest, n := q.Chain, 0; ; n++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" || n > 10 {
			return nil, fmt.Errorf("the chain has a %q: it takes certificates in PEM, the host's own first, at most ten", block.Type)
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the chain: %w", n+1, err)
		}
		if leaf == nil {
			leaf = c
		}
	}
	if leaf == nil {
		return nil, errors.New("the chain holds no certificate in PEM")
	}
	if err := leaf.VerifyHostname(q.Name); err != nil {
		return nil, fmt.Errorf("the first certificate is not for %s: %w", q.Name, err)
	}
	if now := v.config.Clock(); now.After(leaf.NotAfter) {
		return nil, fmt.Errorf("the certificate ended on %s", leaf.NotAfter.Format("2006-01-02"))
	}
	return leaf, nil
}

// keyFor finds the key that a certificate is for.
func (v *Vault) keyFor(leaf *x509.Certificate, q wire.CertificateInstall) (signerRow, error) {
	public, err := x509.MarshalPKIXPublicKey(leaf.PublicKey)
	if err != nil {
		return signerRow{}, sekisho.E("vault.install", sekisho.Invalid, err)
	}
	if len(q.Private) > 0 {
		private, err := parsePrivate(q.Private)
		if err != nil {
			return signerRow{}, sekisho.E("vault.install", sekisho.Invalid, err)
		}
		row, err := v.wrapSigner(private, keyServes, q.Name)
		if err == nil && string(row.public) != string(public) {
			err = sekisho.E("vault.install", sekisho.Invalid, errors.New("the private key is not the certificate's"))
		}
		return row, err
	}
	for _, purpose := range []string{keyWaits, keyServes} {
		row, err := v.keys.signer(0, purpose, q.Name)
		if err == nil && string(row.public) == string(public) {
			return row, nil
		}
		if err != nil && sekisho.KindOf(err) != sekisho.NotFound {
			return row, err
		}
	}
	return signerRow{}, sekisho.E("vault.install", sekisho.Invalid, fmt.Errorf("the certificate is for a key that was not made here for %s: ask for one with \"sekisho tls request\", or bring its key", q.Name))
}

// parsePrivate reads a private key in any of the usual forms.
func parsePrivate(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the private key is not in PEM")
	}
	if k, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		if s, ok := k.(crypto.Signer); ok {
			return s, nil
		}
	}
	if k, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return k, nil
	}
	if k, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return k, nil
	}
	return nil, fmt.Errorf("the private key (%q) is in no known form, or encrypted: decrypt it first", block.Type)
}
