//go:build redteam

package reader

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// This file exists only in builds with the tag redteam: the process behaves as one that an intruder has taken over, with
// nothing but what it really has, the tickets of its live sessions.

// held are the live sessions.
type held struct {
	mu   sync.Mutex
	list []*session
}

func (h *held) add(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, s)
}

func (h *held) drop(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = slices.DeleteFunc(h.list, func(x *session) bool { return x == s })
}

// Plan says what the intruder reads: the newest mails of the folders that these accounts have open.
type Plan struct {
	Accounts []sekisho.AccountID
	Mails    int
}

// Loot is what he got, and what was refused to him.
type Loot struct {
	Read    []Read
	Refused int // attempts to open the same mails in the sessions of others
}

// Read is one mail whose text he has read.
type Read struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Object   sekisho.MessageID
	Bytes    int // of text
}

// Loot carries out a plan.
func (r *Reader) Loot(order []byte) ([]byte, error) {
	var plan Plan
	if err := json.Unmarshal(order, &plan); err != nil {
		return nil, err
	}
	r.held.mu.Lock()
	sessions := slices.Clone(r.held.list)
	r.held.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var out Loot
	for _, s := range sessions {
		if s.box == nil || !slices.Contains(plan.Accounts, s.ticket.Account) {
			continue
		}
		var uids []sekisho.UID
		for _, u := range s.box.uids[max(0, len(s.box.uids)-plan.Mails):] {
			uids = append(uids, sekisho.UID(u))
		}
		mails, err := s.fetch(ctx, uids, wire.Want{Body: true})
		if err != nil {
			return nil, err
		}
		list := make([]*mail, len(mails))
		for i := range mails {
			list[i] = &mails[i]
			out.Refused += refused(ctx, sessions, s, &mails[i])
		}
		if err := s.open(ctx, list); err != nil {
			return nil, err
		}
		for _, m := range list {
			if m.Body != nil {
				out.Read = append(out.Read, Read{s.ticket.Session, s.ticket.Contract, s.ticket.Account, m.Sealed.ID, len(m.Body)})
			}
		}
	}
	return json.Marshal(out)
}

// refused tries to open a mail in every other session that is held, and counts how often that fails.
func refused(ctx context.Context, sessions []*session, owner *session, m *mail) (n int) {
	for _, s := range sessions {
		if s.ticket.Account == owner.ticket.Account {
			continue
		}
		b := m.Sealed.Boxes[0]
		got, err := wire.VaultOpen.Ask(ctx, s.reader.peers.Vault, wire.Open{Session: s.ticket.Session, Secret: s.ticket.Secret,
			Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: m.Sealed.ID, Key: b.Key, Sealed: b.Sealed}}})
		if err != nil || len(got.Messages) == 0 || len(got.Messages[0].Keys) == 0 {
			n++
		}
	}
	return n
}
