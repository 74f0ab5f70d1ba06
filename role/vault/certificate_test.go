package vault

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// authority is a certificate authority outside.
type outsideAuthority struct {
	key  crypto.Signer
	cert *x509.Certificate
}

func newAuthority(t testing.TB, now time.Time) outsideAuthority {
	k := must[crypto.Signer](t)(generate("ecdsa-p256"))
	x := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Outside CA"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, x, x, k.Public(), k))
	return outsideAuthority{k, must[*x509.Certificate](t)(x509.ParseCertificate(der))}
}

func (a outsideAuthority) certify(t testing.TB, public crypto.PublicKey, until time.Time, names ...string) []byte {
	x := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, NotBefore: until.AddDate(0, -3, 0), NotAfter: until}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, x, a.cert, public, a.key))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// TestCertificate: the key is made here and never leaves; what is installed is for it; the key before signs on.
func TestCertificate(t *testing.T) {
	b := open(t, t.TempDir())
	now := b.config.Clock()
	ca := newAuthority(t, now)
	const host = "mail.mori.example"
	old := must[wire.Signer](t)(b.newSigner(background, admin, wire.NewSigner{Purpose: "tls", Name: host, Algorithm: "ecdsa-p256"}))
	asked := must[wire.CertificateRequested](t)(b.request(background, admin, wire.CertificateRequest{Name: host, Also: []string{"console.mori.example"}}))
	block, _ := pem.Decode(asked.PEM)
	csr := must[*x509.CertificateRequest](t)(x509.ParseCertificateRequest(block.Bytes))
	if err := csr.CheckSignature(); err != nil || len(csr.DNSNames) != 2 {
		t.Fatalf("%v %v", csr.DNSNames, err)
	}
	served := func() wire.Chain { return shown(t, b, host) }
	if served().Key != old.Key {
		t.Error("a request alone changed what is in force")
	}
	until := now.AddDate(0, 2, 0)
	chain := ca.certify(t, csr.PublicKey, until, host, "console.mori.example")
	for name, bad := range map[string]wire.CertificateInstall{
		"for another host":     {Name: "x.example", Chain: chain},
		"for another key":      {Name: host, Chain: ca.certify(t, ca.key.Public(), until, host)},
		"ended":                {Name: host, Chain: ca.certify(t, csr.PublicKey, now.Add(-time.Hour), host)},
		"no certificate":       {Name: host, Chain: []byte("hello")},
		"a request":            {Name: host, Chain: asked.PEM},
		"key of another":       {Name: host, Chain: chain, Private: privatePEM(t, ca.key)},
		"key that is no key":   {Name: host, Chain: chain, Private: []byte("x")},
		"key that is a public": {Name: host, Chain: chain, Private: chain},
	} {
		if _, err := b.install(background, admin, bad); sekisho.KindOf(err) != sekisho.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	got := must[wire.CertificateInstalled](t)(b.install(background, admin, wire.CertificateInstall{Name: host, Chain: chain}))
	if !strings.Contains(got.Issuer, "Outside CA") || !got.Expires.Equal(until.UTC().Truncate(time.Second)) {
		t.Errorf("%+v", got)
	}
	now2 := served()
	if now2.Key == old.Key || !bytes.Equal(now2.PEM, chain) {
		t.Error("the certificate is not in force")
	}
	digest := sha256.Sum256([]byte("hello"))
	for _, k := range []uint64{old.Key, now2.Key} {
		if _, err := b.signTLS(background, sekisho.Caller{Role: sekisho.Gate, Instance: 3}, wire.Sign{Key: k, Digest: digest[:], Hash: uint16(crypto.SHA256)}); err != nil {
			t.Errorf("key %d does not sign: %v", k, err)
		}
	}
	// A renewal for the same key, then one with a key that the operator brings: only then the first key is gone.
	must[wire.CertificateInstalled](t)(b.install(background, admin, wire.CertificateInstall{Name: host, Chain: ca.certify(t, csr.PublicKey, until.AddDate(0, 1, 0), host)}))
	brought := must[crypto.Signer](t)(generate("rsa-2048"))
	must[wire.CertificateInstalled](t)(b.install(background, admin, wire.CertificateInstall{Name: host, Chain: ca.certify(t, brought.Public(), until, host), Private: privatePEM(t, brought)}))
	if _, err := b.signTLS(background, sekisho.Caller{Role: sekisho.Gate, Instance: 3}, wire.Sign{Key: old.Key, Digest: digest[:], Hash: uint16(crypto.SHA256)}); err == nil {
		t.Error("a key two certificates back still signs")
	}
	b.Close()
	again := open(t, b.config.Dir) // and after a start the host still has what was installed
	if c := must[wire.Signer](t)(again.newSigner(context.Background(), admin, wire.NewSigner{Purpose: "tls", Name: host, Algorithm: "ecdsa-p256"})); c.Key != shown(t, again, host).Key {
		t.Error("a start replaced the certificate")
	}
}

// shown is what the host shows.
func shown(t testing.TB, b *bench, host string) wire.Chain {
	t.Helper()
	for _, c := range must[wire.Chains](t)(b.chains(background, admin, wire.Nothing{})).List {
		if c.Name == host {
			return c
		}
	}
	t.Fatal("the host has no certificate")
	return wire.Chain{}
}

func privatePEM(t testing.TB, k crypto.Signer) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must[[]byte](t)(x509.MarshalPKCS8PrivateKey(k))})
}
