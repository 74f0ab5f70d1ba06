// Package srs writes the return paths of mail that is sent on (Sender Rewriting Scheme, www.open-spf.org/srs).
//
// A mail that is sent on leaves from our servers, which the original sender's SPF record does not name. So its envelope sender becomes an
// address of the domain that sends it on, in which the original sender can be read again:
//
//	hana@shop.example, sent on by mori.example  ->  SRS0=k2vq7x3m=4A=shop.example=hana@mori.example
//	an address as above, sent on once more by kawa.example  ->  SRS1=m5n2aq6t=mori.example==k2vq7x3m=4A=shop.example=hana@kawa.example
//
// A notification that comes back to it goes to the original sender, or for SRS1 to the first that sent it on. The hash, keyed, is over
// the domain that sends on, the day and the sender: nobody else can make such an address, so that nothing here becomes a relay for all.
package srs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"time"
)

// Keys are the keys in force, newest first: the first signs, all verify.
type Keys [][]byte

// Life is how long an address takes notifications: longer than any queue keeps a mail.
const Life = 9 * 24 * time.Hour

// mostLocal is the longest local part that every server must take (RFC 5321 section 4.5.3.1.1).
const mostLocal = 64

const (
	hashLen = 8         // characters of base32: 40 bits
	dayMod  = 32 * 32   // the day in two characters
	day     = 24 * 3600 // seconds
	first   = "SRS0"    // prefix of the first forward
	further = "SRS1"    // prefix of later ones
	marks   = "=+-"     // what may stand after the prefix
	letters = "abcdefghijklmnopqrstuvwxyz234567"
)

var (
	// ErrNone means that the address is none of this scheme.
	ErrNone = errors.New("srs: not a rewritten address")
	// ErrForged means that it was not made here, was changed on the way, or is too old.
	ErrForged = errors.New("srs: the address was not made here, or is too old")
	// ErrLong means that the rewritten local part would be longer than every server must take.
	ErrLong = errors.New("srs: the rewritten address would be too long")
)

// Is says whether the address has the form of this scheme, whoever made it.
func Is(address string) bool {
	local, _ := split(address)
	_, _, ok := prefix(local)
	return ok
}

// Forward gives the return path of a mail from sender that domain sends on. The null sender stays null. ErrLong when there is no room,
// ErrNone when the sender or the domain is no address.
func Forward(keys Keys, sender, domain string, now time.Time) (string, error) {
	if sender == "" {
		return "", nil
	}
	local, at := split(sender)
	if local == "" || at == "" || domain == "" || len(keys) == 0 {
		return "", ErrNone
	}
	if strings.EqualFold(at, domain) {
		return sender, nil // its SPF record names us already
	}
	var out string
	kind, rest, _ := prefix(local)
	_, inner, _ := strings.Cut(rest, "=")
	host, tail, two := strings.Cut(inner, "==")
	switch {
	case kind == first && rest != "":
		out = sign(keys[0], further, domain, at+"=="+rest)
	case kind == further && two && host != "" && tail != "": // keep the first that sent it on, put ourselves in the place of the last
		out = sign(keys[0], further, domain, inner)
	default:
		out = sign(keys[0], first, domain, stamp(now)+"="+at+"="+local)
	}
	if len(out) > mostLocal {
		return "", ErrLong
	}
	return out + "@" + domain, nil
}

// Reverse gives back whom a notification to the address is for: the original sender, or the SRS0 address of the first that sent it on.
// ErrNone when the address is none of this scheme.
func Reverse(keys Keys, address string, now time.Time) (string, error) {
	local, domain := split(address)
	kind, rest, ok := prefix(local)
	if !ok || domain == "" {
		return "", ErrNone
	}
	hash, inner, ok := strings.Cut(rest, "=")
	if !ok || !verify(keys, hash, kind, domain, inner) {
		return "", ErrForged
	}
	if kind == further {
		host, tail, ok := strings.Cut(inner, "==")
		if !ok || host == "" || tail == "" {
			return "", ErrForged
		}
		return first + "=" + tail + "@" + host, nil
	}
	part := strings.SplitN(inner, "=", 3)
	if len(part) != 3 || part[1] == "" || part[2] == "" || !recent(part[0], now) {
		return "", ErrForged
	}
	return part[2] + "@" + part[1], nil
}

func split(address string) (local, domain string) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return address, ""
	}
	return address[:i], address[i+1:]
}

// prefix takes "SRS0=" or "SRS1=" off; the sign after the number can be one of three.
func prefix(local string) (kind, rest string, ok bool) {
	if len(local) < 6 || !strings.ContainsRune(marks, rune(local[4])) {
		return "", "", false
	}
	kind = strings.ToUpper(local[:4])
	return kind, local[5:], kind == first || kind == further
}

func sign(key []byte, kind, domain, inner string) string {
	return kind + "=" + mac(key, kind, domain, inner) + "=" + inner
}

// mac is over what letters may not be changed in: servers on the way may change their case, so it is folded.
func mac(key []byte, kind, domain, inner string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(strings.ToLower(kind + "\x00" + domain + "\x00" + inner)))
	return base32.NewEncoding(letters).WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil))[:hashLen]
}

func verify(keys Keys, hash, kind, domain, inner string) bool {
	good := false
	for _, k := range keys {
		good = hmac.Equal([]byte(strings.ToLower(hash)), []byte(mac(k, kind, domain, inner))) || good
	}
	return good
}

// stamp is the day, modulo 1,024, in two characters.
func stamp(now time.Time) string {
	d := now.Unix() / day % dayMod
	return string([]byte{letters[d/32], letters[d%32]})
}

func recent(s string, now time.Time) bool {
	s = strings.ToLower(s)
	if len(s) != 2 {
		return false
	}
	high, low := strings.IndexByte(letters, s[0]), strings.IndexByte(letters, s[1])
	if high < 0 || low < 0 {
		return false
	}
	age := (now.Unix()/day - int64(high*32+low)) % dayMod
	if age < 0 {
		age += dayMod
	}
	return age <= int64(Life.Hours()/24)
}
