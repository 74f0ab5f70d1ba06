package seal

import (
	"crypto/ed25519"
	"encoding/binary"
	"time"

	"sekisho"
)

// Pass is vault's signed word that a session of an account exists on one process. Store checks it: a role can ask for
// the sealed mailbox of an account only while a session of that account lives on this very process.
type Pass struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Holder   sekisho.Instance
	Expires  time.Time
}

const passLen = 5 * 8

func (p Pass) bytes() []byte {
	b := make([]byte, 0, passLen+ed25519.SignatureSize)
	for _, n := range []uint64{uint64(p.Session), uint64(p.Contract), uint64(p.Account), uint64(p.Holder), uint64(p.Expires.Unix())} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// SignPass writes a pass with its signature.
func SignPass(key ed25519.PrivateKey, p Pass) []byte {
	b := p.bytes()
	return append(b, ed25519.Sign(key, append([]byte("sekisho/pass/v1/"), b...))...)
}

// CheckPass reads a pass. It fails when the signature is not key's, when it has expired or when holder is another process.
func CheckPass(key ed25519.PublicKey, b []byte, holder sekisho.Instance, now time.Time) (Pass, error) {
	if len(b) != passLen+ed25519.SignatureSize || len(key) != ed25519.PublicKeySize ||
		!ed25519.Verify(key, append([]byte("sekisho/pass/v1/"), b[:passLen]...), b[passLen:]) {
		return Pass{}, ErrSealed
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	p := Pass{sekisho.SessionID(n(0)), sekisho.ContractID(n(1)), sekisho.AccountID(n(2)), sekisho.Instance(n(3)), time.Unix(int64(n(4)), 0)}
	if p.Holder != holder || !now.Before(p.Expires) {
		return Pass{}, ErrSealed
	}
	return p, nil
}
