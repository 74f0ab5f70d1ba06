package arc

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"sekisho/mail/dkim"
)

const tea = "Received: from a\r\nFrom: Hana <hana@mori.example>\r\nSubject: Tea\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\r\nAt  four.\r\n"

// TestSealedChainsPass: three forwarders, with keys of both kinds, and what breaks a chain afterwards.
func TestSealedChainsPass(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(r.Public())
	e := ed25519.NewKeyFromSeed(make([]byte, 32))
	z := keyZone(t, map[string]string{
		"r._domainkey.hop.example": "k=rsa; p=" + base64.StdEncoding.EncodeToString(der),
		"e._domainkey.hop.example": "k=ed25519; p=" + base64.StdEncoding.EncodeToString(e.Public().(ed25519.PublicKey)),
	})
	mail := tea
	for i, k := range []struct {
		selector string
		key      crypto.Signer
	}{{"r", r}, {"e", e}, {"r", r}} {
		m := dkim.Open([]byte(mail))
		chain := Verify(t.Context(), m, z, now)
		set, err := Seal(m, Sealing{Chain: chain, Results: " mx.example;\r\n\tspf=pass smtp.mailfrom=a@b.example\r\n", Domain: "hop.example",
			Selector: k.selector, Key: k.key, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		mail = "Received: by hop\r\n" + string(set) + mail
		got := Verify(t.Context(), dkim.Open([]byte(mail)), z, now)
		if got.Value != Pass || got.Sets != i+1 || !strings.Contains(got.Results, "spf=pass") || len(got.Said) != i+1 {
			t.Fatalf("after %d: %+v\n%s", i+1, got, mail)
		}
	}
	for name, changed := range map[string]string{
		"body":          strings.Replace(mail, "four", "five", 1),
		"From":          strings.Replace(mail, "Hana", "Hans", 1),
		"second From":   "From: x@evil.example\r\n" + mail,
		"older results": mail[:strings.LastIndex(mail, "spf=pass")] + "spf=fail" + mail[strings.LastIndex(mail, "spf=pass")+8:],
		"cv":            strings.Replace(mail, "cv=pass", "cv=none", 1),
	} {
		if got := Verify(t.Context(), dkim.Open([]byte(changed)), z, now); got.Value != Fail || changed == mail {
			t.Errorf("%s changed: %+v", name, got)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	for name, c := range map[string]struct {
		mail  string
		chain Result
	}{
		"failed":       {chain(1), Result{Value: Fail, Sets: 1}},
		"not known":    {chain(1), Result{Value: TempError, Sets: 1}},
		"another mail": {chain(2), Result{Value: Pass, Sets: 1}},
		"full":         {chain(50), Result{Value: Pass, Sets: 50}},
		"never asked":  {tea, Result{}},
	} {
		if _, err := Seal(dkim.Open([]byte(c.mail)), Sealing{Chain: c.chain, Domain: "hop.example", Selector: "e", Key: key}); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
