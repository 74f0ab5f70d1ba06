// Package dane checks the certificates of mail servers against TLSA records (RFC 6698, RFC 7672): a domain whose DNS is signed says there
// which keys its servers have. It counts only when the answers were validated: who asks DNS must know that.
package dane

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"
)

// The usages that count for SMTP (RFC 7672 section 3.1). The others, which lean on the web's authorities, are not usable.
const (
	TrustAnchor = 2 // DANE-TA: the record names a certificate or key above the server's
	EndEntity   = 3 // DANE-EE: the record names the server's own certificate or key
)

// Record is one TLSA record.
type Record struct {
	Usage, Selector, Match uint8
	Data                   []byte
}

// Parse reads the data of a record as it is in the answer; ok is false when it is none.
func Parse(data []byte) (r Record, ok bool) {
	if len(data) < 4 {
		return r, false
	}
	return Record{data[0], data[1], data[2], data[3:]}, true
}

// Usable gives those of the records that this package can check a certificate against.
func Usable(list []Record) []Record {
	var out []Record
	for _, r := range list {
		size := map[uint8]int{1: sha256.Size, 2: sha512.Size}[r.Match]
		if (r.Usage == TrustAnchor || r.Usage == EndEntity) && r.Selector <= 1 && r.Match <= 2 && len(r.Data) > 0 && (r.Match == 0 || len(r.Data) == size) {
			out = append(out, r)
		}
	}
	return out
}

// ErrMatch means that the certificates fit no record.
var ErrMatch = errors.New("dane: the server's certificate fits no TLSA record")

// Verify checks what a server showed, its own certificate first, against usable records. For DANE-EE nothing else counts, neither names nor
// dates (RFC 7672 section 3.1.1); for DANE-TA the chain must lead to what the record names, be in force, and be for one of the names.
func Verify(records []Record, chain []*x509.Certificate, names []string, now time.Time) error {
	if len(chain) == 0 {
		return fmt.Errorf("%w: it showed none", ErrMatch)
	}
	var last error
	for _, r := range records {
		switch r.Usage {
		case EndEntity:
			if r.fits(chain[0]) {
				return nil
			}
		case TrustAnchor:
			err := r.anchored(chain, names, now)
			if err == nil {
				return nil
			}
			if !errors.Is(err, ErrMatch) {
				last = err
			}
		}
	}
	if last != nil {
		return fmt.Errorf("%w: %w", ErrMatch, last)
	}
	return ErrMatch
}

// fits says whether a certificate is the one that the record names.
func (r Record) fits(c *x509.Certificate) bool {
	what := c.Raw
	if r.Selector == 1 {
		what = c.RawSubjectPublicKeyInfo
	}
	switch r.Match {
	case 1:
		h := sha256.Sum256(what)
		what = h[:]
	case 2:
		h := sha512.Sum512(what)
		what = h[:]
	}
	return bytes.Equal(what, r.Data)
}

// anchored says whether the chain leads to the certificate that the record names. The server must show that one too.
func (r Record) anchored(chain []*x509.Certificate, names []string, now time.Time) error {
	for _, c := range chain {
		if !r.fits(c) {
			continue
		}
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(c)
		for _, b := range chain[1:] {
			between.AddCert(b)
		}
		var last error
		for _, n := range names {
			_, err := chain[0].Verify(x509.VerifyOptions{DNSName: strings.TrimSuffix(n, "."), Roots: roots, Intermediates: between, CurrentTime: now})
			if err == nil {
				return nil
			}
			last = err
		}
		return last
	}
	return ErrMatch
}
