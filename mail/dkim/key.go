package dkim

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"sekisho/mail/zone"
)

// The RSA keys that are accepted, in bits. Shorter ones can be broken (RFC 8301 section 3.2); longer ones only cost time.
const (
	leastBits = 1024
	mostBits  = 8192
)

// Key is a public key record (RFC 6376 section 3.6.1).
type Key struct {
	public  crypto.PublicKey
	Kind    string // "rsa" or "ed25519"
	Bits    int
	Testing bool // t=y
	Exact   bool // t=s: i= must be of the domain itself
	hashes  []string
	service []string
}

// Problem says why there is no key, and which result that gives: TempError or PermError.
type Problem struct{ Result, Reason string }

// FetchKey asks for the key of a selector.
func FetchKey(ctx context.Context, r zone.Resolver, selector, domain string) (*Key, *Problem) {
	s, ok := zone.Host(selector)
	at := s + "._domainkey." + domain
	if !ok || !zone.Plausible(at) {
		return nil, &Problem{PermError, "the selector is no name"}
	}
	x, err := zone.Ask(ctx, r, "TXT", at)
	switch {
	case err != nil:
		return nil, &Problem{TempError, "no answer about the key"}
	case len(x.TXT) == 0:
		return nil, &Problem{PermError, "no key"}
	case len(x.TXT) > 1:
		return nil, &Problem{PermError, "several keys at one name"}
	}
	k, err := ParseKey(x.TXT[0])
	if err != nil {
		return nil, &Problem{PermError, "key: " + err.Error()}
	}
	return k, nil
}

// ParseKey reads a key record.
func ParseKey(text string) (*Key, error) {
	t, err := ParseTags(text)
	if err != nil {
		return nil, err
	}
	if t.Has("v") && (t.Text("v") != "DKIM1" || !strings.HasPrefix(strings.Trim(text, blanks), "v")) {
		return nil, errors.New("unknown version")
	}
	k := &Key{Kind: "rsa", hashes: t.List("h"), service: t.List("s")}
	if t.Text("k") != "" {
		k.Kind = t.Text("k")
	}
	k.Testing, k.Exact = slices.Contains(t.List("t"), "y"), slices.Contains(t.List("t"), "s")
	switch {
	case !t.Has("p"):
		return nil, errors.New("it has no p=")
	case t.Text("p") == "":
		return nil, errors.New("revoked")
	case len(k.service) > 0 && !slices.Contains(k.service, "*") && !slices.Contains(k.service, "email"):
		return nil, errors.New("not for mail")
	}
	der, err := base64.StdEncoding.DecodeString(t.Text("p"))
	if err != nil {
		return nil, errors.New("wrong base64")
	}
	return k, k.load(der)
}

// load reads the key itself. RSA keys come in two forms: RFC 6376 says one and means the other (erratum 3017).
func (k *Key) load(der []byte) error {
	switch k.Kind {
	case "ed25519":
		if len(der) != ed25519.PublicKeySize {
			return errors.New("wrong length")
		}
		k.public, k.Bits = ed25519.PublicKey(der), 256
		return nil
	case "rsa":
	default:
		return errors.New("unknown kind of key")
	}
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		public, err = x509.ParsePKCS1PublicKey(der)
	}
	r, ok := public.(*rsa.PublicKey)
	if err != nil || !ok {
		return errors.New("no RSA key")
	}
	if k.Bits = r.N.BitLen(); k.Bits < leastBits || k.Bits > mostBits {
		return errors.New(strconv.Itoa(k.Bits) + " bits")
	}
	k.public = r
	return nil
}

// Refuses says why a key may not be used with an algorithm; "" when it may.
func (k *Key) Refuses(algorithm string) string {
	kind, hash, _ := strings.Cut(algorithm, "-")
	switch {
	case kind != k.Kind:
		return "the key is for " + k.Kind
	case len(k.hashes) > 0 && !slices.Contains(k.hashes, hash):
		return "the key is not for this hash"
	}
	return ""
}

// Verify checks a signature of a SHA-256 sum.
func (k *Key) Verify(sum, signature []byte) bool {
	switch p := k.public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(p, crypto.SHA256, sum, signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(p, sum, signature)
	}
	return false
}
