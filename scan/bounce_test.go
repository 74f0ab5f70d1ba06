package scan

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"sekisho"
	"sekisho/scan/backscatter"
)

// TestBounce: a notification that returns what left here is known; one about mail that others sent in our name is told of, and so is one about
// an old mail. Other mail from the null sender is not asked.
func TestBounce(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	head := "From: ann@mori.example\r\nTo: x@there.example\r\nSubject: Offer\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@mori.example>\r\n"
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(head+"\r\nHello\r\n"), &dkim.SignOptions{Domain: "mori.example", Selector: "s", Signer: private, Hash: crypto.SHA256,
		HeaderKeys: []string{"From", "To", "Subject", "Date", "Message-ID", "Cc"}, HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed}); err != nil {
		t.Fatal(err)
	}
	mail := out.String()
	signedHead, _, _ := strings.Cut(mail, "\r\n\r\n")
	report := func(kind, returned string) string {
		return "From: MAILER-DAEMON@there.example\r\nTo: ann@mori.example\r\nSubject: failed\r\nDate: Mon, 2 Nov 2026 11:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; there.example\r\n\r\nFinal-Recipient: rfc822; x@there.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" +
			"--b\r\nContent-Type: " + kind + "\r\n\r\n" + returned + "\r\n--b--\r\n"
	}
	s := scanner(t)
	for name, c := range map[string]struct {
		raw     string
		unknown bool
		sender  string
		now     time.Time
	}{
		"whole":            {report("message/rfc822", mail), false, "", now},
		"header":           {report("text/rfc822-headers", signedHead+"\r\n"), false, "", now},
		"body cut":         {report("message/rfc822", signedHead+"\r\n\r\nHe"), false, "", now},
		"trace in front":   {report("message/rfc822", "Received: from mx by there\r\nX-Spam: no\r\n"+mail), false, "", now},
		"in the text":      {"From: MAILER-DAEMON@there.example\r\nTo: ann@mori.example\r\nSubject: failure notice\r\n\r\nHi.\r\n\r\n--- Below is a copy.\r\n\r\n" + mail, false, "", now},
		"forged":           {report("message/rfc822", head+"\r\nHello\r\n"), true, "", now},
		"changed":          {report("message/rfc822", strings.Replace(mail, "Subject: Offer", "Subject: Pills", 1)), true, "", now},
		"another's key":    {report("message/rfc822", strings.Replace(mail, "d=mori.example", "d=evil.example", 1)), true, "", now},
		"old":              {report("message/rfc822", mail), true, "", now.AddDate(0, 3, 0)},
		"nothing returned": {report("text/plain", "Sorry."), true, "", now},
		"an auto-reply":    {"From: x@there.example\r\nTo: ann@mori.example\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nAway.\r\n", false, "", now},
		"not from null":    {report("message/rfc822", head+"\r\nHello\r\n"), false, "x@there.example", now},
	} {
		r := s.Scan(context.Background(), []byte(c.raw), Context{Direction: sekisho.Inbound, Envelope: sekisho.Envelope{From: c.sender}, Domains: []string{"mori.example"}, Now: c.now,
			Signers: []backscatter.Key{{Domain: "mori.example", Selector: "s", Public: public}}})
		i := slices.IndexFunc(r.Findings, func(f sekisho.Finding) bool { return f.Name == "bounce-unknown" })
		if (i >= 0) != c.unknown || i >= 0 && r.Findings[i].Score != 0 {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}

func FuzzBounce(f *testing.F) {
	f.Add("From: a@b\r\nDKIM-Signature: v=1; a=rsa-sha256; d=mori.example; s=s; h=from; bh=eA==; b=eA==\r\n\r\n")
	f.Add("Dkim-signature: b=;\n\nx")
	s := scanner(f)
	private, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		f.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, returned string) {
		r := s.Scan(context.Background(), []byte("From: MAILER-DAEMON@x.example\r\n\r\n"+returned), Context{Direction: sekisho.Inbound, Signers: []backscatter.Key{{Domain: "mori.example", Selector: "s", Public: public}, {Domain: "x", Selector: "y"}}})
		if !slices.ContainsFunc(r.Findings, func(f sekisho.Finding) bool { return f.Name == "bounce-unknown" }) {
			t.Errorf("%q is known", returned)
		}
	})
}
