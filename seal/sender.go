package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hpke"
	"sync"
	"time"

	"sekisho"
)

// A box is: the encapsulation (EncLen bytes), and the data key under AES-256-GCM with a random nonce. The key of that is
// exported from the HPKE context (RFC 9180 section 5.3) for the message's id, so that one encapsulation can serve many
// messages and each box still opens for its own message only. Contract, account and kind of key are bound as HPKE's info
// and once more, with the message, as associated data.
//
// What is given up: whoever takes over a sender while it lives, SenderLife at most, could open the boxes that it made so
// far. It had those messages in the clear on their way; their transit is in the ledger.

// EncLen is the length of an encapsulation of ML-KEM-768 with X25519.
const EncLen = 1120

// SenderLife is how long and SenderMost how often an encapsulation is used.
const (
	SenderLife = time.Minute
	SenderMost = 1000
)

// Sender boxes data keys to one reader. It may be used by many at once.
type Sender struct {
	to  For
	enc []byte
	hpk *hpke.Sender
}

// Sender makes an encapsulation to the reader that f names; f.Message does not matter.
func (p Public) Sender(f For) (*Sender, error) {
	enc, s, err := hpke.NewSender(p.key, hpke.HKDFSHA256(), hpke.AES256GCM(), f.Reader())
	if err != nil {
		return nil, err
	}
	return &Sender{to: f, enc: enc, hpk: s}, nil
}

// Box seals a message's data key.
func (s *Sender) Box(m sekisho.MessageID, data []byte) ([]byte, error) {
	f := s.to
	f.Message = m
	k, err := s.hpk.Export(f.Export(), KeyLen)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	out := make([]byte, EncLen, EncLen+a.Overhead()+KeyLen)
	copy(out, s.enc)
	return a.Seal(out, nil, data, f.Info()), nil
}

// Senders keeps senders for a while: who gets much mail at once costs one encapsulation. The zero value is ready.
type Senders struct {
	mu sync.Mutex // guards what follows
	by map[For]*kept
}

type kept struct {
	public []byte
	sender *Sender
	made   time.Time
	used   int
}

// mostSenders bounds what is kept.
const mostSenders = 10_000

// Box boxes a data key to a reader's public key. The error says that the public key is none.
func (s *Senders) Box(now time.Time, public []byte, f For, data []byte) ([]byte, error) {
	sender, err := s.sender(now, public, f)
	if err != nil {
		return nil, err
	}
	return sender.Box(f.Message, data)
}

func (s *Senders) sender(now time.Time, public []byte, f For) (*Sender, error) {
	f.Message = 0
	s.mu.Lock()
	k := s.by[f]
	if k != nil && k.used < SenderMost && now.Sub(k.made) < SenderLife && !now.Before(k.made) && bytes.Equal(k.public, public) {
		k.used++
		s.mu.Unlock()
		return k.sender, nil
	}
	s.mu.Unlock()
	p, err := ParsePublic(public)
	if err != nil {
		return nil, err
	}
	sender, err := p.Sender(f)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil || len(s.by) >= mostSenders {
		s.by = map[For]*kept{}
	}
	s.by[f] = &kept{public: bytes.Clone(public), sender: sender, made: now, used: 1}
	return sender, nil
}

// Forget drops what has lived its time. Whoever keeps senders calls it once a minute or so: a secret that is not used any more
// should not lie in memory.
func (s *Senders) Forget(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for f, k := range s.by {
		if now.Sub(k.made) >= SenderLife {
			delete(s.by, f)
		}
	}
}
