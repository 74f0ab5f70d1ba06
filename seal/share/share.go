// Package share splits a secret among officers so that any k of n of them can bring it back and fewer learn nothing
// (Shamir, "How to share a secret", CACM 22, 1979), and writes shares as words that people can print, read out and type.
//
// Only vault may reach it: shares are joined nowhere else. Arithmetic in GF(256) looks nothing up by secret values and
// takes the same steps for all of them.
package share

import (
	"crypto/rand"
	"errors"
	"fmt"
)

// Len is the length of a secret.
const Len = 32

// Most is the largest number of shares.
const Most = 16

// Share is one officer's part: the value at X of polynomials whose value at 0 is the secret.
type Share struct {
	Set   uint32 // which secret it belongs to: shares of different sets are never joined
	Need  uint8  // how many of them are needed
	X     uint8  // 1 to Most
	Value [Len]byte
}

// ErrShares means that shares do not belong together or are too few.
var ErrShares = errors.New("share: these shares do not give the secret")

// Split makes n shares of which any need give the secret back.
func Split(secret []byte, set uint32, need, n int) ([]Share, error) {
	if len(secret) != Len || need < 1 || need > n || n > Most {
		return nil, fmt.Errorf("share: cannot split %d bytes into %d of %d", len(secret), need, n)
	}
	out := make([]Share, n)
	for i := range out {
		out[i] = Share{Set: set, Need: uint8(need), X: uint8(i + 1)}
	}
	c := make([]byte, need) // coefficients of one byte's polynomial, constant first
	for i, b := range secret {
		rand.Read(c) // never fails (crypto/rand)
		c[0] = b
		for j := range out {
			out[j].Value[i] = eval(c, out[j].X)
		}
	}
	return out, nil
}

// Join gives the secret. Shares that are well formed but wrong give a wrong secret: the caller must check it by what it
// opens. Errors are ErrShares: too few, twice the same, of different sets.
func Join(shares []Share) ([]byte, error) {
	if len(shares) == 0 || len(shares) < int(shares[0].Need) {
		return nil, ErrShares
	}
	shares = shares[:shares[0].Need]
	for i, s := range shares {
		if s.Set != shares[0].Set || s.Need != shares[0].Need || s.X == 0 {
			return nil, ErrShares
		}
		for _, t := range shares[:i] {
			if t.X == s.X {
				return nil, ErrShares
			}
		}
	}
	out := make([]byte, Len)
	for _, s := range shares {
		// Lagrange's basis polynomial of s at 0. The X are public.
		w := byte(1)
		for _, t := range shares {
			if t.X != s.X {
				w = mul(w, mul(t.X, inverse(t.X^s.X)))
			}
		}
		for i, v := range s.Value {
			out[i] ^= mul(v, w)
		}
	}
	return out, nil
}

// eval is the polynomial's value at x, by Horner's rule.
func eval(c []byte, x byte) byte {
	v := byte(0)
	for i := len(c) - 1; i >= 0; i-- {
		v = mul(v, x) ^ c[i]
	}
	return v
}

// mul multiplies in GF(2^8) modulo x^8+x^4+x^3+x+1, always in eight steps without branches or tables.
func mul(a, b byte) byte {
	p := byte(0)
	for range 8 {
		p ^= a & -(b & 1)
		a = a<<1 ^ 0x1b&-(a>>7)
		b >>= 1
	}
	return p
}

// inverse is a^254, which is 1/a: Fermat's little theorem in a field of 256 elements. 0 gives 0.
func inverse(a byte) byte {
	r := byte(1)
	for range 7 { // 254 is seven ones and a zero
		a = mul(a, a)
		r = mul(r, a)
	}
	return r
}
