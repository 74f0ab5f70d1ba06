package share

import (
	"bytes"
	"crypto/rand"
	"errors"
	"math/bits"
	mrand "math/rand/v2"
	"strings"
	"testing"
)

// slow multiplies by the schoolbook: a carry-less product, then the remainder.
func slow(a, b byte) byte {
	p := uint16(0)
	for i := range 8 {
		if b>>i&1 == 1 {
			p ^= uint16(a) << i
		}
	}
	for i := 15; i >= 8; i-- {
		if p>>i&1 == 1 {
			p ^= 0x11b << (i - 8)
		}
	}
	return byte(p)
}

func TestField(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			if mul(byte(a), byte(b)) != slow(byte(a), byte(b)) {
				t.Fatalf("%d * %d", a, b)
			}
		}
		if a > 0 && mul(byte(a), inverse(byte(a))) != 1 {
			t.Fatalf("%d has a wrong inverse", a)
		}
	}
}

// Any need shares of any split give the secret; fewer are refused.
func TestSplitJoin(t *testing.T) {
	r := mrand.New(mrand.NewPCG(1, 2))
	for range 300 {
		n := 1 + r.IntN(Most)
		need := 1 + r.IntN(n)
		secret := make([]byte, Len)
		rand.Read(secret)
		shares, err := Split(secret, r.Uint32()&SetMask, need, n)
		if err != nil {
			t.Fatal(err)
		}
		r.Shuffle(n, func(i, j int) { shares[i], shares[j] = shares[j], shares[i] })
		got, err := Join(shares[:need])
		if err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%d of %d: %v", need, n, err)
		}
		if _, err := Join(shares[:need-1]); !errors.Is(err, ErrShares) {
			t.Fatalf("%d of %d: too few were taken", need, n)
		}
		if need > 1 {
			twice := append([]Share{shares[0]}, shares[:need-1]...)
			if _, err := Join(twice); !errors.Is(err, ErrShares) {
				t.Fatal("one share counted twice")
			}
			other := append([]Share{}, shares[:need]...)
			other[0].Set ^= 1
			if _, err := Join(other); !errors.Is(err, ErrShares) {
				t.Fatal("shares of two sets were joined")
			}
		}
	}
	for _, bad := range [][2]int{{0, 3}, {4, 3}, {2, Most + 1}} {
		if _, err := Split(make([]byte, Len), 1, bad[0], bad[1]); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}

// Fewer than need say nothing: for every value of the secret there is a polynomial that fits one share of two, and over many
// splits of one secret each bit of a share is as often 1 as 0.
func TestTooFewSayNothing(t *testing.T) {
	ones, n := 0, 4000
	for range n {
		s, err := Split(make([]byte, Len), 1, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		ones += bits.OnesCount8(s[0].Value[0])
	}
	if mean := float64(ones) / float64(n); mean < 3.8 || mean > 4.2 {
		t.Errorf("a share of a zero secret has %.2f bits set in a byte, want 4", mean)
	}
}

func TestWords(t *testing.T) {
	r := mrand.New(mrand.NewPCG(3, 4))
	for range 300 {
		s := Share{Set: r.Uint32() & SetMask, Need: uint8(1 + r.IntN(Most)), X: uint8(1 + r.IntN(Most))}
		for i := range s.Value {
			s.Value[i] = byte(r.Uint32())
		}
		if got, err := Parse(s.String()); err != nil || got != s {
			t.Fatalf("%v came back as %v: %v", s, got, err)
		}
		words := s.Words()
		var written []string
		for i, w := range words {
			w = strings.NewReplacer("si", "shi", "ti", "chi", "tu", "tsu", "hu", "fu", "zi", "ji").Replace(w)
			written = append(written, string('0'+rune(i%10))+". "+strings.ToUpper(w))
		}
		if got, err := Parse(strings.Join(written, "\n")); err != nil || got != s {
			t.Fatalf("numbered, in capitals and with other spellings: %v", err)
		}
		wide := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r - 'a' + 0xff41
			}
			return r
		}, s.String())
		if got, err := Parse(wide); err != nil || got != s {
			t.Fatalf("full-width letters: %v", err)
		}
		i, j := r.IntN(wordCount), r.IntN(wordCount)
		if words[i] != words[j] {
			words[i], words[j] = words[j], words[i]
			if _, err := Parse(strings.Join(words, " ")); err == nil {
				t.Fatal("words in another order were accepted")
			}
		}
	}
	for _, bad := range []string{"", "kasu", strings.Repeat("kakakaka ", 14), strings.Repeat("xaxaxaxa ", 14), strings.Repeat("ka ", 14)} {
		if _, err := Parse(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	s, _ := Split(make([]byte, Len), 7, 2, 3)
	f.Add(s[0].String())
	f.Add("")
	f.Fuzz(func(t *testing.T, typed string) {
		s, err := Parse(typed)
		if err != nil {
			return
		}
		if again, err := Parse(s.String()); err != nil || again != s {
			t.Fatal("a share that was read cannot be written")
		}
	})
}
