package vault

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// typing is how secrets come from browsers: sealed to a key pair that lives in memory and is replaced every hour, each under
// a challenge that is good once. What was sealed to a key that is gone is lost: whoever recorded it cannot open it later,
// and whoever sends it again is refused. A challenge is a number, a time and a MAC of both: nothing is kept of those that
// nobody uses, so that asking for many locks nobody out.
type typing struct {
	mu     sync.Mutex // guards what follows
	now    key.Typist
	before key.Typist // good for challenges that were given out while it was now
	since  time.Time
	mac    []byte
	used   map[[typingLen]byte]time.Time // until when each has to be remembered
}

const (
	typingLen     = 8 + 8 + 16 // random, milliseconds, MAC
	challengeLife = 5 * time.Minute
	typistLife    = time.Hour
	mostTyped     = 1 << 16 // in challengeLife
)

// newTyping answers VaultTyping.
func (v *Vault) newTyping(context.Context, sekisho.Caller, wire.Nothing) (wire.Typing, error) {
	t, now := &v.typing, v.config.Clock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mac == nil || now.Sub(t.since) > typistLife {
		fresh, err := key.NewTypist()
		if err != nil {
			return wire.Typing{}, err
		}
		if t.before = t.now; t.mac == nil {
			t.before, t.mac, t.used = fresh, seal.NewKey(), map[[typingLen]byte]time.Time{}
		}
		t.now, t.since = fresh, now
	}
	public, until := t.now.Public(), now.Add(challengeLife)
	c := make([]byte, 8, typingLen)
	rand.Read(c) // never fails (crypto/rand)
	c = binary.BigEndian.AppendUint64(c, uint64(until.UnixMilli()))
	return wire.Typing{Key: public, Challenge: append(c, t.sign(c, public)...), Expires: until}, nil
}

// sign is the MAC of a challenge for one typist.
func (t *typing) sign(c, public []byte) []byte {
	m := hmac.New(sha256.New, t.mac)
	m.Write(c)
	m.Write(public)
	return m.Sum(nil)[:typingLen-len(c)]
}

// use finds the typist of a challenge and uses the challenge up; false when it is forged, used or too old.
func (t *typing) use(challenge []byte, now time.Time) (key.Typist, bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(challenge) != typingLen || t.mac == nil {
		return key.Typist{}, false, nil
	}
	c, mac := challenge[:16], challenge[16:]
	until := time.UnixMilli(int64(binary.BigEndian.Uint64(c[8:])))
	for _, x := range []key.Typist{t.now, t.before} {
		if !hmac.Equal(mac, t.sign(c, x.Public())) || !now.Before(until) {
			continue
		}
		id := [typingLen]byte(challenge)
		if _, again := t.used[id]; again {
			return x, false, nil
		}
		if len(t.used) >= mostTyped {
			t.sweep(now)
		}
		if len(t.used) >= mostTyped {
			return x, false, sekisho.E("vault.typed", sekisho.TooMany, errors.New("too many sign in at once"))
		}
		t.used[id] = until
		return x, true, nil
	}
	return key.Typist{}, false, nil
}

// sweep forgets challenges that are too old to be used again.
func (t *typing) sweep(now time.Time) {
	for c, until := range t.used {
		if !now.Before(until) {
			delete(t.used, c)
		}
	}
}

// typed opens a secret that a browser sealed. The challenge is used up, whatever comes of it. The error is Conflict when
// the challenge is unknown, used or too old: then the page asks for another and seals again.
func (v *Vault) typed(q wire.Typed) (string, error) {
	x, good, err := v.typing.use(q.Challenge, v.config.Clock())
	if err != nil {
		return "", err
	}
	if !good {
		return "", sekisho.E("vault.typed", sekisho.Conflict, errors.New("the challenge is used up or too old"))
	}
	text, err := x.Open(q.Challenge, q.Sealed)
	if err != nil {
		return "", sekisho.E("vault.typed", sekisho.Invalid, errors.New("the secret was not sealed to this key"))
	}
	return string(text), nil
}
