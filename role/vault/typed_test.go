package vault

import (
	"testing"
	"time"

	"sekisho"
	"sekisho/seal/key"
	"sekisho/wire"
)

// TestTyped: a secret goes through once, and never again; nothing else goes through.
func TestTyped(t *testing.T) {
	b := open(t, t.TempDir())
	begin := func() wire.Typing {
		return must[wire.Typing](t)(b.newTyping(background, sekisho.Caller{}, wire.Nothing{}))
	}
	sealed := func(x wire.Typing, text string) wire.Typed {
		return wire.Typed{Challenge: x.Challenge, Sealed: must[[]byte](t)(key.SealTyped(x.Key, x.Challenge, []byte(text)))}
	}
	first, second := begin(), begin()
	good := sealed(first, "correct horse")
	if got, err := b.typed(good); err != nil || got != "correct horse" {
		t.Fatalf("%q %v", got, err)
	}
	if _, err := b.typed(good); sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("again: %v", err)
	}
	moved := good
	moved.Challenge = second.Challenge
	if _, err := b.typed(moved); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("under another challenge: %v", err)
	}
	if _, err := b.typed(sealed(second, "x")); sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("a challenge that was used in vain: %v", err)
	}
	third := begin()
	bad := sealed(third, "x")
	bad.Sealed[len(bad.Sealed)-1] ^= 1
	if _, err := b.typed(bad); sekisho.KindOf(err) != sekisho.Invalid {
		t.Errorf("altered: %v", err)
	}
	forged := begin().Challenge
	forged[9] ^= 1 // another time
	for _, q := range []wire.Typed{{}, {Challenge: make([]byte, 32)}, {Challenge: make([]byte, 31)}, {Challenge: make([]byte, 32), Sealed: make([]byte, 200)}, {Challenge: forged}} {
		if _, err := b.typed(q); sekisho.KindOf(err) != sekisho.Conflict {
			t.Errorf("nothing: %v", err)
		}
	}
	fourth := begin()
	late := sealed(fourth, "x")
	now := b.config.Clock()
	b.config.Clock = func() time.Time { return now.Add(challengeLife) }
	if _, err := b.typed(late); sekisho.KindOf(err) != sekisho.Conflict {
		t.Errorf("late: %v", err)
	}
}

// TestTypingFlood: logins that begin and never end cost nothing; those that end are bounded, and for a while only. Keys are
// replaced, and what was begun under the one before still ends.
func TestTypingFlood(t *testing.T) {
	b := open(t, t.TempDir())
	now := b.config.Clock()
	b.config.Clock = func() time.Time { return now }
	begin := func() wire.Typing {
		return must[wire.Typing](t)(b.newTyping(background, sekisho.Caller{}, wire.Nothing{}))
	}
	for range 2 * mostTyped {
		begin()
	}
	if len(b.typing.used) != 0 {
		t.Errorf("%d are kept though nobody used them", len(b.typing.used))
	}
	for range mostTyped {
		b.typed(wire.Typed{Challenge: begin().Challenge})
	}
	if _, err := b.typed(wire.Typed{Challenge: begin().Challenge}); sekisho.KindOf(err) != sekisho.TooMany || len(b.typing.used) > mostTyped {
		t.Errorf("%d are kept: %v", len(b.typing.used), err)
	}
	now = now.Add(typistLife - time.Second)
	x := begin()
	now = now.Add(2 * time.Second)
	if y := begin(); string(y.Key) == string(x.Key) {
		t.Error("the key is not replaced")
	}
	sealed := must[[]byte](t)(key.SealTyped(x.Key, x.Challenge, []byte("correct horse")))
	if got, err := b.typed(wire.Typed{Challenge: x.Challenge, Sealed: sealed}); err != nil || got != "correct horse" {
		t.Errorf("under the key before: %q %v", got, err)
	}
}

func FuzzTyped(f *testing.F) {
	b := open(f, f.TempDir())
	f.Add(make([]byte, 16), make([]byte, 100))
	f.Add([]byte{4}, []byte{})
	f.Fuzz(func(t *testing.T, challenge, sealed []byte) {
		x, err := b.newTyping(background, sekisho.Caller{}, wire.Nothing{})
		if err != nil {
			t.Skip()
		}
		if got, err := b.typed(wire.Typed{Challenge: x.Challenge, Sealed: sealed}); err == nil {
			t.Errorf("%q was opened from bytes that nobody sealed", got)
		}
		b.typed(wire.Typed{Challenge: challenge, Sealed: sealed})
	})
}
