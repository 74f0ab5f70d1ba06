// Package seal is the sealing side of the key hierarchy: what runs where mail is accepted and where opened keys are used.
//
// A mail has a random data key. Each class of its content (header, body, attachment, index) is sealed under a key derived
// from the data key, and the data key itself is boxed to the public key of everybody who may read it. The sealing side
// knows public keys only and can open nothing that it sealed. Boxes and pieces are bound to contract, account and message
// by what they authenticate, so that they cannot be moved to another place and opened there. The opening side of boxes is
// package seal/key, which only vault may reach.
//
// Boxes are HPKE (RFC 9180) with the hybrid of ML-KEM-768 and X25519; pieces are AES-256-GCM in chunks of 64 KiB with a
// counter and a last-chunk flag in the nonce (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"sekisho"
)

// KeyLen is the length of every symmetric key.
const KeyLen = 32

// ErrSealed means that something does not open: wrong key, wrong place or altered bytes. Which of them cannot be told.
var ErrSealed = errors.New("seal: does not open")

// For names the reader that a box is made for. Key tells a contract's key pairs apart; Account is 0 for the contract's own.
type For struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Key      uint8
	Message  sekisho.MessageID
}

// Info is what a box authenticates besides the data key: fixed length, so nothing can be shifted between fields.
func (f For) Info() []byte {
	b := make([]byte, 0, 40)
	b = append(b, "sekisho/box/v1/"...)
	b = append(b, f.Key)
	b = binary.BigEndian.AppendUint64(b, uint64(f.Contract))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Account))
	return binary.BigEndian.AppendUint64(b, uint64(f.Message))
}

// Reader is what an encapsulation is bound to: everything but the message.
func (f For) Reader() []byte {
	f.Message = 0
	return append([]byte("sekisho/reader/v1/"), f.Info()...)
}

// Export is the context for which the key of one message's box is exported.
func (f For) Export() string {
	return string(binary.BigEndian.AppendUint64([]byte("sekisho/box/message/"), uint64(f.Message)))
}

// Public is a parsed public key: parsing costs more than using it, so keep it.
type Public struct{ key hpke.PublicKey }

// ParsePublic reads a public key as vault gave it.
func ParsePublic(b []byte) (Public, error) {
	k, err := hpke.MLKEM768X25519().NewPublicKey(b)
	if err != nil {
		return Public{}, fmt.Errorf("seal: public key: %w", err)
	}
	return Public{k}, nil
}

// Box seals a data key to the reader's key, for that message only: a sender used once.
func (p Public) Box(f For, data []byte) ([]byte, error) {
	s, err := p.Sender(f)
	if err != nil {
		return nil, err
	}
	return s.Box(f.Message, data)
}

// NewKey makes a random key.
func NewKey() []byte {
	k := make([]byte, KeyLen)
	rand.Read(k) // never fails (crypto/rand)
	return k
}

// ClassKey derives the key of one class from a message's data key.
func ClassKey(data []byte, class sekisho.Class) []byte {
	k, err := hkdf.Expand(sha256.New, data, "sekisho/class/v1/"+class.String(), KeyLen)
	if err != nil {
		panic("seal: " + err.Error()) // only for impossible lengths
	}
	return k
}

// Kind tells the pieces of one message apart that are sealed under the same class key.
type Kind uint8

// The pieces of a message at rest.
const (
	Summary Kind = iota + 1
	Header
	Body
	Attachment
	Text
	Index
	Subject // a short copy of the subject for trace, quarantine and hold
	Item    // the only piece of a contact, a setting and the like
)

// Class is the class whose key seals pieces of that kind. Items have no one class: who seals one says it.
func (k Kind) Class() sekisho.Class {
	switch k {
	case Summary, Header, Subject:
		return sekisho.ClassHeader
	case Attachment:
		return sekisho.ClassAttachment
	case Index:
		return sekisho.ClassIndex
	case Item:
		return sekisho.NoClass
	}
	return sekisho.ClassBody
}

const chunk = 64 << 10

// Overhead is how many bytes longer a sealed piece is than n bytes of plaintext.
func Overhead(n int) int { return 16 * (max(n-1, 0)/chunk + 1) }

// Cipher seals and opens the pieces of one message that share a class key. Each kind may be sealed only once under one
// key: the nonces count chunks.
type Cipher struct {
	aead    cipher.AEAD
	message sekisho.MessageID
}

// NewCipher makes the cipher of a class key for a message.
func NewCipher(key []byte, m sekisho.MessageID) (Cipher, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return Cipher{}, err
	}
	a, err := cipher.NewGCM(block)
	return Cipher{a, m}, err
}

func (c Cipher) nonce(k Kind, counter uint64, last bool) (n [12]byte) {
	n[0] = byte(k)
	binary.BigEndian.PutUint64(n[3:], counter)
	if last {
		n[11] = 1
	}
	return n
}

func (c Cipher) bound() []byte { return binary.BigEndian.AppendUint64(nil, uint64(c.message)) }

// Seal seals one piece.
func (c Cipher) Seal(k Kind, plain []byte) []byte {
	return c.AppendSeal(make([]byte, 0, len(plain)+Overhead(len(plain))), k, plain)
}

// AppendSeal is Seal at the end of out.
func (c Cipher) AppendSeal(out []byte, k Kind, plain []byte) []byte {
	bound := c.bound()
	for i := uint64(0); ; i++ {
		part := plain[:min(len(plain), chunk)]
		plain = plain[len(part):]
		n := c.nonce(k, i, len(plain) == 0)
		out = c.aead.Seal(out, n[:], part, bound)
		if len(plain) == 0 {
			return out
		}
	}
}

// Open opens one piece. Nothing of a damaged piece is returned.
func (c Cipher) Open(k Kind, sealed []byte) ([]byte, error) {
	bound := c.bound()
	out := make([]byte, 0, len(sealed))
	for i := uint64(0); ; i++ {
		part := sealed[:min(len(sealed), chunk+16)]
		sealed = sealed[len(part):]
		n := c.nonce(k, i, len(sealed) == 0)
		var err error
		if out, err = c.aead.Open(out, n[:], part, bound); err != nil {
			return nil, ErrSealed
		}
		if len(sealed) == 0 {
			return out, nil
		}
	}
}
