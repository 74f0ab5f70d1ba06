// Package backscatter tells notifications of failure about mail that never left here from those about mail that did.
//
// Such a notification returns at least the header of the mail that caused it (RFC 3461 section 6.2), with the signature under which it
// left; what was sent in our name elsewhere has none.
package backscatter

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"net/mail"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/dkim"
	"sekisho/mail/header"
	"sekisho/mail/message"
)

// Key is one under which the contract's mail leaves.
type Key struct {
	Domain, Selector string
	Public           []byte // PKIX
}

// mostBounced is how old a mail may be about which a notification comes: queues give up before.
const mostBounced = 30 * 24 * time.Hour

// Unknown says whether a mail is a notification about no mail that left under one of the keys in the last 30 days before now; a zero time
// plays no part.
func Unknown(m *message.Message, keys []Key, now time.Time) bool {
	if !notification(m) {
		return false
	}
	for _, h := range returned(m) {
		if left(h, keys, now) {
			return false
		}
	}
	return true
}

// notification says whether the mail is a notification of failure or delay, by its form or by who sends it.
func notification(m *message.Message) bool {
	r := &m.Root
	if r.Type == "multipart" && r.Subtype == "report" {
		for _, p := range r.Params {
			if strings.EqualFold(p.Name, "report-type") {
				return strings.EqualFold(p.Value, "delivery-status")
			}
		}
	}
	for _, a := range m.Fields.From {
		if box := strings.ToLower(a.Mailbox); box == "mailer-daemon" || box == "postmaster" {
			return true
		}
	}
	return false
}

// returned are the headers that a notification may have brought back: in parts of their own, or in its text.
func returned(m *message.Message) (list [][]byte) {
	var walk func(p *sekisho.Part)
	walk = func(p *sekisho.Part) {
		if len(list) >= 20 {
			return
		}
		data, _ := m.Content(p)
		switch kind := p.Type + "/" + p.Subtype; {
		case kind == "message/rfc822" || kind == "message/global" || kind == "text/rfc822-headers" || kind == "message/rfc822-headers" || kind == "message/global-headers":
			list = append(list, data)
		case kind == "text/plain":
			list = append(list, paragraphs(data)...)
		}
		if p.Type == "multipart" {
			for i := range p.Parts {
				walk(&p.Parts[i])
			}
		}
	}
	walk(&m.Root)
	return list
}

// paragraphs are the paragraphs of a text that hold a signature.
func paragraphs(text []byte) (list [][]byte) {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	for par := range bytes.SplitSeq(text, []byte("\n\n")) {
		if len(list) < 10 && len(par) < 256<<10 && bytes.Contains(bytes.ToLower(par), []byte("dkim-signature:")) {
			list = append(list, par)
		}
	}
	return list
}

// left says whether a header left here not long ago.
func left(h []byte, keys []Key, now time.Time) bool {
	h = bytes.TrimLeft(bytes.ReplaceAll(h, []byte("\r\n"), []byte("\n")), "\n")
	h, _, _ = bytes.Cut(h[:min(len(h), 512<<10)], []byte("\n\n"))
	h = append(bytes.ReplaceAll(h, []byte("\n"), []byte("\r\n")), "\r\n\r\n"...)
	d := dkim.Open(h)
	if v, ok := header.First(d.Fields, "Date"); ok && !now.IsZero() {
		if sent, err := mail.ParseDate(v); err == nil && (now.Sub(sent) > mostBounced || sent.Sub(now) > mostBounced) {
			return false
		}
	}
	_, ok := dkim.Returned(d, func(domain, selector string) crypto.PublicKey {
		for _, s := range keys {
			if s.Domain == domain && strings.EqualFold(s.Selector, selector) {
				k, _ := x509.ParsePKIXPublicKey(s.Public)
				return k
			}
		}
		return nil
	})
	return ok
}
