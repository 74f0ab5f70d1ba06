package vault

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// TestACME: one account key, which stays here; certificates for own names only, and only where an authority is configured.
func TestACME(t *testing.T) {
	b := openWith(t, Config{Dir: t.TempDir(), ACME: true, Hosts: []string{"mail.mori.example"}})
	ask := func(q wire.ACME) (wire.ACMEDone, error) { return b.acme(background, edge, q) }
	account := must[wire.ACMEDone](t)(ask(wire.ACME{Do: wire.ACMEAccount}))
	if again := must[wire.ACMEDone](t)(ask(wire.ACME{Do: wire.ACMEAccount})); string(again.Public) != string(account.Public) {
		t.Error("asking twice made two keys")
	}
	digest := sha256.Sum256([]byte("x"))
	s := must[wire.ACMEDone](t)(ask(wire.ACME{Do: wire.ACMESign, Digest: digest[:]}))
	k, err := x509.ParsePKIXPublicKey(account.Public)
	if err != nil || !ecdsa.VerifyASN1(k.(*ecdsa.PublicKey), digest[:], s.Signature) {
		t.Errorf("the signature is wrong: %v", err)
	}
	if _, err := ask(wire.ACME{Do: wire.ACMESign, Digest: []byte("short")}); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("no digest: %v", err)
	}
	r := must[wire.ACMEDone](t)(ask(wire.ACME{Do: wire.ACMERequest, Name: "mail.mori.example"}))
	block, _ := pem.Decode(r.Request)
	csr := must[*x509.CertificateRequest](t)(x509.ParseCertificateRequest(block.Bytes))
	chain := newAuthority(t, b.now).certify(t, csr.PublicKey, b.now.AddDate(0, 3, 0), "mail.mori.example")
	must[wire.ACMEDone](t)(ask(wire.ACME{Do: wire.ACMEInstall, Name: "mail.mori.example", Chain: chain}))
	if got := shown(t, b, "mail.mori.example"); string(got.PEM) != string(chain) {
		t.Error("the certificate is not in force")
	}
	_, err = ask(wire.ACME{Do: wire.ACMERequest, Name: "mail.other.example"})
	isDenied(t, "another's name", err)
	_, err = ask(wire.ACME{Do: wire.ACMEInstall, Name: "mail.other.example", Chain: chain})
	isDenied(t, "a certificate for another's name", err)
	b.config.ACME = false
	for _, do := range []string{wire.ACMEAccount, wire.ACMESign, wire.ACMERequest, wire.ACMEInstall} {
		_, err := ask(wire.ACME{Do: do, Name: "mail.mori.example", Digest: digest[:]})
		isDenied(t, do+" without an authority", err)
	}
}
