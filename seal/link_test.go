package seal_test

import (
	"bytes"
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"sekisho/seal"
)

func TestLink(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	l := seal.Link{ID: 7, Purpose: seal.LinkHold, Contract: 3, Message: 9, Expires: now.Add(time.Hour), To: "田中@mori.example"}
	b := seal.SignLink(private, l)
	if got, err := seal.CheckLink(public, b, now); err != nil || got != l {
		t.Errorf("%+v %v", got, err)
	}
	for name, try := range map[string]func() error{
		"late":      func() error { _, err := seal.CheckLink(public, b, now.Add(time.Hour)); return err },
		"another's": func() error { _, err := seal.CheckLink(other, b, now); return err },
		"no key":    func() error { _, err := seal.CheckLink(nil, b, now); return err },
		"cut":       func() error { _, err := seal.CheckLink(public, b[:len(b)-1], now); return err },
		"empty":     func() error { _, err := seal.CheckLink(public, nil, now); return err },
		"a pass": func() error {
			_, err := seal.CheckLink(public, seal.SignPass(private, seal.Pass{Expires: l.Expires}), now)
			return err
		},
		"for a pass":      func() error { _, err := seal.CheckPass(public, b, 0, now); return err },
		"another purpose": func() error { c := bytes.Clone(b); c[0]++; _, err := seal.CheckLink(public, c, now); return err },
		"another address": func() error { c := bytes.Clone(b); c[40] ^= 1; _, err := seal.CheckLink(public, c, now); return err },
	} {
		if try() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if l.To = strings.Repeat("a", 400); seal.SignLink(private, l) != nil {
		t.Error("an over-long address is signed")
	}
}

func FuzzCheckLink(f *testing.F) {
	seed := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	now := time.Unix(1_800_000_000, 0)
	f.Add(seal.SignLink(seed, seal.Link{ID: 1, Purpose: seal.LinkApprove, Expires: now.Add(time.Hour), To: "a@b.example"}))
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := seal.CheckLink(seed.Public().(ed25519.PublicKey), b, now)
		if err == nil && !bytes.Equal(seal.SignLink(seed, l), b) {
			t.Error("two forms of one link")
		}
	})
}
