package arc

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekisho/mail/dkim"
)

// ErrBroken means that a mail's chain failed or could not be validated: a further set would prove nothing.
var ErrBroken = errors.New("arc: the chain is not whole")

// Sealing is what a new set says, and the key that says it.
type Sealing struct {
	Chain            Result // what Verify said about the mail as it came
	Results          string // our Authentication-Results about it, without the field's name: "mx.example; spf=pass ..."
	Domain, Selector string
	Key              crypto.Signer // RSA or Ed25519; it may live elsewhere
	Now              time.Time
}

// sealable are the fields that a set signs, those that are there.
var sealable = [...]string{"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version",
	"Content-Type", "Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "DKIM-Signature"}

// Seal makes the next set for a mail as it leaves (RFC 8617 section 5.1): three fields with their line breaks, to be put in
// front of it. The mail's own sets must be those that Chain is about. One From more than there is is signed, so that none
// can be added.
func Seal(m *dkim.Mail, s Sealing) ([]byte, error) {
	sets, err := collect(m)
	if err != nil || m.Broken || len(sets) != s.Chain.Sets || s.Chain.Value != Pass && s.Chain.Value != None || len(sets) == mostSets {
		return nil, ErrBroken
	}
	algorithm := "rsa-sha256"
	switch s.Key.Public().(type) {
	case *rsa.PublicKey:
	case ed25519.PublicKey:
		algorithm = "ed25519-sha256"
	default:
		return nil, errors.New("arc: no key for signing mails")
	}
	n := len(sets) + 1
	results := fmt.Appendf(nil, "ARC-Authentication-Results: i=%d; %s\r\n", n, strings.TrimSpace(s.Results))
	message, err := s.message(m, n, algorithm)
	if err != nil {
		return nil, err
	}
	cv := "pass"
	if n == 1 {
		cv = "none"
	}
	seal := fmt.Appendf(nil, "ARC-Seal: i=%d; a=%s; t=%d; cv=%s;\r\n\td=%s; s=%s;\r\n\tb=", n, algorithm, s.Now.Unix(), cv, s.Domain, s.Selector)
	signature, err := s.sign(sealSum(relaxed(m, sets), results, message, seal))
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{seal, signature, message, results}, nil), nil
}

// message is ARC-Message-Signature.
func (s *Sealing) message(m *dkim.Mail, n int, algorithm string) ([]byte, error) {
	names := []string{"from"}
	for _, want := range sealable {
		for _, f := range m.Fields {
			if f.Is(want) {
				names = append(names, strings.ToLower(want))
			}
		}
	}
	var field []byte
	sum := m.Sums(names, func(body []byte) []byte {
		field = fmt.Appendf(nil, "ARC-Message-Signature: i=%d; a=%s; c=relaxed/relaxed; t=%d;\r\n\td=%s; s=%s;\r\n\th=%s;\r\n\tbh=%s;\r\n\tb=",
			n, algorithm, s.Now.Unix(), s.Domain, s.Selector, strings.Join(names, ":\r\n\t "), base64.StdEncoding.EncodeToString(body))
		return field
	})
	signature, err := s.sign(sum)
	return append(field, signature...), err
}

// sign gives a signature in base64, folded, with the line break that ends the field.
func (s *Sealing) sign(sum []byte) ([]byte, error) {
	hash := crypto.SHA256
	if _, ok := s.Key.Public().(ed25519.PublicKey); ok {
		hash = 0 // the sum itself is signed (RFC 8463 section 3)
	}
	raw, err := s.Key.Sign(nil, sum, hash)
	if err != nil {
		return nil, err
	}
	var out []byte
	const width = 72
	for text := base64.StdEncoding.EncodeToString(raw); ; {
		n := min(width, len(text))
		out = append(out, text[:n]...)
		if text = text[n:]; text == "" {
			return append(out, "\r\n"...), nil
		}
		out = append(out, "\r\n\t"...)
	}
}
