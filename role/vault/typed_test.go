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
	for _, q := range []wire.Typed{{}, {Challenge: make([]byte, 16)}, {Challenge: make([]byte, 15)}, {Challenge: make([]byte, 16), Sealed: make([]byte, 200)}} {
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

// TestTypingFlood: logins that begin and never end do not fill the memory, and do not lock others out for long.
func TestTypingFlood(t *testing.T) {
	b := open(t, t.TempDir())
	now := b.config.Clock()
	b.config.Clock = func() time.Time { return now }
	var err error
	for range challengeMost + 1 {
		_, err = b.newTyping(background, sekisho.Caller{}, wire.Nothing{})
	}
	if sekisho.KindOf(err) != sekisho.TooMany || len(b.typing.live) > challengeMost {
		t.Errorf("%d live: %v", len(b.typing.live), err)
	}
	now = now.Add(challengeLife)
	if _, err := b.newTyping(background, sekisho.Caller{}, wire.Nothing{}); err != nil {
		t.Errorf("later: %v", err)
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
