package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"sekisho"
	"sekisho/seal/key"
	"sekisho/wire"
)

// typing is how secrets come from browsers: sealed to a key pair that lives in memory and is replaced every hour, each under
// a challenge that is good once. What was sealed to a key that is gone is lost: whoever recorded it cannot open it later,
// and whoever sends it again is refused.
type typing struct {
	mu    sync.Mutex // guards what follows
	now   key.Typist
	since time.Time
	live  map[[challengeLen]byte]challenge
}

// challenge is one that was given out and not used yet.
type challenge struct {
	typist  key.Typist
	expires time.Time
}

const (
	challengeLen  = 16
	challengeLife = 5 * time.Minute
	typistLife    = time.Hour
	challengeMost = 1 << 16
)

// newTyping answers VaultTyping.
func (v *Vault) newTyping(context.Context, sekisho.Caller, wire.Nothing) (wire.Typing, error) {
	t, now := &v.typing, v.config.Clock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live == nil || now.Sub(t.since) > typistLife {
		fresh, err := key.NewTypist()
		if err != nil {
			return wire.Typing{}, err
		}
		if t.live == nil {
			t.live = map[[challengeLen]byte]challenge{}
		}
		t.now, t.since = fresh, now
	}
	if len(t.live) >= challengeMost {
		t.sweep(now)
	}
	if len(t.live) >= challengeMost {
		return wire.Typing{}, sekisho.E("vault.typing", sekisho.TooMany, errors.New("too many logins have begun"))
	}
	var c [challengeLen]byte
	rand.Read(c[:]) // never fails (crypto/rand)
	t.live[c] = challenge{t.now, now.Add(challengeLife)}
	return wire.Typing{Key: t.now.Public(), Challenge: c[:], Expires: now.Add(challengeLife)}, nil
}

// sweep forgets challenges that nobody used.
func (t *typing) sweep(now time.Time) {
	for c, x := range t.live {
		if !now.Before(x.expires) {
			delete(t.live, c)
		}
	}
}

// typed opens a secret that a browser sealed. The challenge is used up, whatever comes of it. The error is Conflict when
// the challenge is unknown, used or too old: then the page asks for another and seals again.
func (v *Vault) typed(q wire.Typed) (string, error) {
	old := sekisho.E("vault.typed", sekisho.Conflict, errors.New("the challenge is used up or too old"))
	if len(q.Challenge) != challengeLen {
		return "", old
	}
	t, c := &v.typing, [challengeLen]byte(q.Challenge)
	t.mu.Lock()
	x, known := t.live[c]
	delete(t.live, c)
	t.mu.Unlock()
	if !known || !v.config.Clock().Before(x.expires) {
		return "", old
	}
	text, err := x.typist.Open(q.Challenge, q.Sealed)
	if err != nil {
		return "", sekisho.E("vault.typed", sekisho.Invalid, errors.New("the secret was not sealed to this key"))
	}
	return string(text), nil
}
