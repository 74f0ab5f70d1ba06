package scan

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
)

// Signer is a key under which the contract's mail leaves.
type Signer struct {
	Domain, Selector string
	Public           []byte // PKIX
}

// mostBounced is how old a mail may be about which a notification comes: queues give up before.
const mostBounced = 30 * 24 * time.Hour

// bounce states that a notification of failure is about no mail of ours. Such a notification returns at least the header of the mail that
// caused it (RFC 3461 section 6.2), with the signature under which it left; what was sent in our name elsewhere has none. The finding weighs
// nothing: some servers return nothing, and some customers send part of their mail elsewhere.
func (j *job) bounce() {
	if j.c.Direction != sekisho.Inbound || j.c.Envelope.From != "" || len(j.c.Signers) == 0 || !j.notification() {
		return
	}
	for _, h := range j.returned() {
		if j.left(h) {
			return
		}
	}
	j.find(sekisho.KindAuth, "bounce-unknown", "", 0, "a notification about no mail that was signed here")
}

// notification says whether the mail is a notification of failure or delay, by its form or by who sends it.
func (j *job) notification() bool {
	r := &j.mail.Root
	if r.Type == "multipart" && r.Subtype == "report" {
		for _, p := range r.Params {
			if strings.EqualFold(p.Name, "report-type") {
				return strings.EqualFold(p.Value, "delivery-status")
			}
		}
	}
	for _, a := range j.mail.Fields.From {
		if box := strings.ToLower(a.Mailbox); box == "mailer-daemon" || box == "postmaster" {
			return true
		}
	}
	return false
}

// returned are the headers that a notification may have brought back: in parts of their own, or in its text.
func (j *job) returned() (list [][]byte) {
	var walk func(p *sekisho.Part)
	walk = func(p *sekisho.Part) {
		if len(list) >= 20 {
			return
		}
		data, _ := j.mail.Content(p)
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
	walk(&j.mail.Root)
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
func (j *job) left(h []byte) bool {
	h = bytes.TrimLeft(bytes.ReplaceAll(h, []byte("\r\n"), []byte("\n")), "\n")
	h, _, _ = bytes.Cut(h[:min(len(h), 512<<10)], []byte("\n\n"))
	h = append(bytes.ReplaceAll(h, []byte("\n"), []byte("\r\n")), "\r\n\r\n"...)
	m := dkim.Open(h)
	if v, ok := header.First(m.Fields, "Date"); ok && !j.c.Now.IsZero() {
		if sent, err := mail.ParseDate(v); err == nil && (j.c.Now.Sub(sent) > mostBounced || sent.Sub(j.c.Now) > mostBounced) {
			return false
		}
	}
	_, ok := dkim.Returned(m, func(domain, selector string) crypto.PublicKey {
		for _, s := range j.c.Signers {
			if s.Domain == domain && strings.EqualFold(s.Selector, selector) {
				k, _ := x509.ParsePKIXPublicKey(s.Public)
				return k
			}
		}
		return nil
	})
	return ok
}
