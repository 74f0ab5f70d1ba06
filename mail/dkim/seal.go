package dkim

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Seal is what DKIM-Signature and ARC-Message-Signature have in common: which fields and how much of the body are signed,
// and how.
type Seal struct {
	Algorithm string // "rsa-sha256" or "ed25519-sha256"
	header    bool   // canonical forms: relaxed, else simple
	body      bool
	names     []string // signed fields, lower case
	length    int      // of the body; -1 is all
	bodySum   []byte
	signature []byte
}

// mostNames is how many fields a signature may name.
const mostNames = 500

// ReadSeal reads the tags a b bh c h l q.
func ReadSeal(t Tags) (s Seal, err error) {
	for _, key := range []string{"a", "b", "bh", "d", "s"} {
		if t.Text(key) == "" {
			return s, errors.New(key + "= is missing")
		}
	}
	if !t.Has("h") {
		return s, errors.New("h= is missing")
	}
	if s.Algorithm, err = algorithm(t); err != nil {
		return s, err
	}
	if err = s.forms(t.Text("c")); err != nil {
		return s, err
	}
	if s.names = t.List("h"); len(s.names) > mostNames {
		return s, errors.New("too many names in h=")
	}
	for i, n := range s.names {
		s.names[i] = strings.ToLower(n) // an empty name is no field's
	}
	s.length = -1
	if t.Has("l") {
		n, err := strconv.ParseUint(t.Text("l"), 10, 31)
		if err != nil {
			return s, errors.New("wrong l=")
		}
		s.length = int(n)
	}
	if t.Has("q") && !slices.Contains(t.List("q"), "dns/txt") {
		return s, errors.New("unknown way to the key")
	}
	if s.signature, err = t.Bytes("b"); err != nil {
		return s, errors.New("wrong base64 in b=")
	}
	if s.bodySum, err = t.Bytes("bh"); err != nil {
		return s, errors.New("wrong base64 in bh=")
	}
	return s, nil
}

// algorithm accepts those with SHA-256; SHA-1 proves nothing any more (RFC 8301 section 3.1).
func algorithm(t Tags) (string, error) {
	a := t.Text("a")
	if a != "rsa-sha256" && a != "ed25519-sha256" {
		return "", errors.New("the algorithm is not accepted")
	}
	return a, nil
}

func (s *Seal) forms(c string) error {
	h, b, _ := strings.Cut(c, "/")
	for _, f := range []string{h, b} {
		if f != "" && f != "simple" && f != "relaxed" {
			return errors.New("unknown canonical form")
		}
	}
	s.header, s.body = h == "relaxed", b == "relaxed"
	return nil
}

// Signs says whether h= names a field.
func (s *Seal) Signs(name string) bool { return slices.Contains(s.names, strings.ToLower(name)) }

// Verify checks body and header against a key; at is the field that the signature stands in.
func (s *Seal) Verify(m *Mail, at int, k *Key) error {
	body := m.bodySum(form{s.body, s.length})
	if body.length < s.length {
		return errors.New("the body is shorter than signed")
	}
	if !bytes.Equal(body.sum[:], s.bodySum) {
		return errors.New("the body was changed")
	}
	if !k.Verify(s.headerSum(m, m.Fields[at].Raw), s.signature) {
		return errors.New("the signature does not verify")
	}
	return nil
}

// shown are the fields that decide what readers see.
var shown = [...]string{"From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}

// added are the fields of which some are signed and others of the same name are not: whoever puts a second one in front of a signed mail
// changes what is shown, and breaks no signature.
func (s *Seal) added(m *Mail) (list []string) {
	for _, name := range shown {
		have, signed := 0, 0
		for _, f := range m.Fields {
			if f.Is(name) {
				have++
			}
		}
		for _, n := range s.names {
			if strings.EqualFold(n, name) {
				signed++
			}
		}
		if signed > 0 && have > signed {
			list = append(list, name)
		}
	}
	return list
}

// Unsigned is how many octets of the canonical body a signature leaves out.
func (s *Seal) Unsigned(m *Mail) int {
	if s.length < 0 {
		return 0
	}
	return max(0, m.bodySum(form{s.body, s.length}).length-s.length)
}

// Sums are the hashes that a signature in relaxed forms over the whole body needs: of the body, for bh=, and of the named
// fields with the signature's own field, whose b= is taken as empty. own is called with the first to get the field.
func (m *Mail) Sums(names []string, own func(body []byte) []byte) []byte {
	s := Seal{header: true, body: true, length: -1}
	for _, n := range names {
		s.names = append(s.names, strings.ToLower(n))
	}
	body := m.bodySum(form{true, -1}).sum
	return s.headerSum(m, own(body[:]))
}

// headerSum hashes the fields of h=, each name from the bottom up, and at the end the signature's own field without the
// value of b= (RFC 6376 section 3.7).
func (s *Seal) headerSum(m *Mail, own []byte) []byte {
	h := sha256.New()
	next := map[string]int{} // how many of a name are taken
	var b []byte
	for _, n := range s.names {
		places := m.place(n)
		taken := next[n]
		if taken >= len(places) {
			continue // signed as absent
		}
		next[n] = taken + 1
		raw := m.Fields[places[len(places)-1-taken]].Raw
		if !s.header {
			h.Write(raw)
			continue
		}
		b = append(Relaxed(b[:0], raw), "\r\n"...)
		h.Write(b)
	}
	own = WithoutSignature(own)
	if s.header {
		own = Relaxed(b[:0], own)
	}
	h.Write(bytes.TrimSuffix(own, []byte("\r\n")))
	return h.Sum(nil)
}

// WithoutSignature is a signature field with an empty b=.
func WithoutSignature(raw []byte) []byte {
	at := bytes.IndexByte(raw, ':') + 1
	for at < len(raw) {
		end := bytes.IndexByte(raw[at:], ';')
		if end < 0 {
			end = len(raw)
		} else {
			end += at
		}
		key, _, ok := bytes.Cut(raw[at:end], []byte{'='})
		if ok && string(bytes.Trim(key, blanks)) == "b" {
			out := append([]byte(nil), raw[:at+len(key)+1]...)
			return append(out, raw[end:]...)
		}
		at = end + 1
	}
	return raw
}
