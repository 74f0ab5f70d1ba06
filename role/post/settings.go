package post

import (
	"context"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// settings keeps what contracts want for a short while: a contract sends many mails in one.
type settings struct {
	store *wire.Peer

	mu sync.Mutex // guards what follows
	by map[sekisho.ContractID]kept
}

type kept struct {
	wire.Contract
	read time.Time
}

// settingsLife is how old settings may be: a new DKIM key signs this long after it was made.
const settingsLife = 10 * time.Second

// mostSettings bounds what is kept.
const mostSettings = 10_000

func (s *settings) contract(ctx context.Context, id sekisho.ContractID, now time.Time) (wire.Contract, error) {
	s.mu.Lock()
	k, ok := s.by[id]
	s.mu.Unlock()
	if age := now.Sub(k.read); ok && age >= 0 && age < settingsLife {
		return k.Contract, nil
	}
	c, err := wire.StoreContract.Ask(ctx, s.store, wire.ContractQuery{Contract: id})
	if err != nil {
		return c, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil || len(s.by) >= mostSettings {
		s.by = map[sekisho.ContractID]kept{}
	}
	s.by[id] = kept{c, now}
	return c, nil
}
