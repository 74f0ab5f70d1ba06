package seal

import (
	"crypto/ed25519"
	"encoding/binary"
	"time"

	"sekisho"
)

// LinkPurpose says what a link is for.
type LinkPurpose uint8

// The purposes.
const (
	LinkHold       LinkPurpose = iota + 1 // the sender of a mail that is held: look, send now, cancel
	LinkApprove                           // an approver: look; deciding takes a sign-in
	LinkQuarantine                        // he whom a quarantined mail is for: look, release, ask for release, discard
	LinkShare                             // a recipient of a mail whose attachments wait at the desk: have them
)

// Link is vault's signed word that whoever holds it was sent it, and for what. It names one mail and one address, and ends. Store
// checks it; desk, which carries it, can make none.
type Link struct {
	ID       uint64
	Purpose  LinkPurpose
	Contract sekisho.ContractID
	Message  sekisho.MessageID
	Expires  time.Time
	To       string // whom it was sent to
}

const (
	linkHead = 1 + 4*8
	linkTo   = 320 // RFC 5321 section 4.5.3.1: the longest address that is worth a link
)

// SignLink writes a link with its signature. An address that is too long gives nothing.
func SignLink(key ed25519.PrivateKey, l Link) []byte {
	if len(l.To) > linkTo {
		return nil
	}
	b := []byte{byte(l.Purpose)}
	for _, n := range []uint64{l.ID, uint64(l.Contract), uint64(l.Message), uint64(l.Expires.Unix())} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, l.To...)
	return append(b, ed25519.Sign(key, append([]byte("sekisho/link/v1/"), b...))...)
}

// CheckLink reads a link. It fails when the signature is not key's or when it has expired.
func CheckLink(key ed25519.PublicKey, b []byte, now time.Time) (Link, error) {
	n := len(b) - ed25519.SignatureSize
	if n < linkHead || n > linkHead+linkTo || len(key) != ed25519.PublicKeySize ||
		!ed25519.Verify(key, append([]byte("sekisho/link/v1/"), b[:n]...), b[n:]) {
		return Link{}, ErrSealed
	}
	word := func(i int) uint64 { return binary.BigEndian.Uint64(b[1+8*i:]) }
	l := Link{Purpose: LinkPurpose(b[0]), ID: word(0), Contract: sekisho.ContractID(word(1)), Message: sekisho.MessageID(word(2)),
		Expires: time.Unix(int64(word(3)), 0), To: string(b[linkHead:n])}
	if !now.Before(l.Expires) {
		return Link{}, ErrSealed
	}
	return l, nil
}
