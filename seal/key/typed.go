package key

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
)

// Typist is the key pair to which browsers seal what people type: P-256, since every browser's Web Cryptography has it.
type Typist struct{ private *ecdh.PrivateKey }

// typedInfo is the purpose in the derivation.
const typedInfo = "sekisho/typed/v1"

// The lengths of what comes before the text: an uncompressed point and a nonce.
const (
	pointLen = 65
	nonceLen = 12
)

// NewTypist makes one.
func NewTypist() (Typist, error) {
	p, err := ecdh.P256().GenerateKey(rand.Reader)
	return Typist{p}, err
}

// Public is the uncompressed point.
func (t Typist) Public() []byte { return t.private.PublicKey().Bytes() }

// Open gives the text that was sealed to the public half under a challenge.
func (t Typist) Open(challenge, sealed []byte) ([]byte, error) {
	if len(sealed) < pointLen+nonceLen {
		return nil, errors.New("too short")
	}
	point, err := ecdh.P256().NewPublicKey(sealed[:pointLen])
	if err != nil {
		return nil, err
	}
	agreed, err := t.private.ECDH(point)
	if err != nil {
		return nil, err
	}
	a, err := typedCipher(agreed, challenge)
	if err != nil {
		return nil, err
	}
	return a.Open(nil, sealed[pointLen:pointLen+nonceLen], sealed[pointLen+nonceLen:], nil)
}

func typedCipher(agreed, challenge []byte) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, agreed, challenge, typedInfo, 32)
	if err != nil {
		return nil, err
	}
	b, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(b)
}

// SealTyped does what a browser does: it seals a text to a typist's public half under a challenge.
func SealTyped(public, challenge, text []byte) ([]byte, error) {
	to, err := ecdh.P256().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	agreed, err := own.ECDH(to)
	if err != nil {
		return nil, err
	}
	a, err := typedCipher(agreed, challenge)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceLen)
	rand.Read(nonce) // never fails (crypto/rand)
	return a.Seal(append(own.PublicKey().Bytes(), nonce...), nonce, text, nil), nil
}
