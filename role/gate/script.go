package gate

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"sekisho"
	"sekisho/mail/reply"
	syntax "sekisho/mail/script"
	"sekisho/seal"
	"sekisho/wire"
)

// scripts keeps the Sieve scripts of accounts for which mail has come, opened. What store resolves tells their version, so that
// none is older than the mail.
type scripts struct {
	store, vault *wire.Peer

	mu    sync.Mutex // guards what follows
	known map[sekisho.AccountID]script
	size  int
}

type script struct {
	version uint64
	text    []byte          // nil: there is none
	said    map[string]bool // its strings, also as one line, and as addresses
}

// mostScripts bounds the bytes of scripts that are kept: then all are forgotten.
const mostScripts = 16 << 20

func newScripts(p Peers) *scripts {
	return &scripts{store: p.Store, vault: p.Vault, known: map[sekisho.AccountID]script{}}
}

// script gives the script of an account, at least as new as version; without text when there is none. Unavailable when it cannot be
// opened now: the mail should be tried again. A script that was altered at rest is none, and is logged.
func (s *scripts) script(ctx context.Context, c sekisho.ContractID, a sekisho.AccountID, version uint64) (script, error) {
	s.mu.Lock()
	x, ok := s.known[a]
	s.mu.Unlock()
	if ok && x.version >= version {
		return x, nil
	}
	x, err := s.open(ctx, c, a)
	if err != nil {
		return script{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.size += len(x.text); s.size > mostScripts {
		clear(s.known)
		s.size = len(x.text)
	}
	s.known[a] = x
	return x, nil
}

func (s *scripts) open(ctx context.Context, c sekisho.ContractID, a sekisho.AccountID) (script, error) {
	f, err := wire.StoreFilter.Ask(ctx, s.store, wire.FilterQuery{Contract: c, Account: a})
	if err != nil || f.Version == 0 {
		return script{}, err
	}
	keys, err := wire.VaultFilter.Ask(ctx, s.vault, wire.OpenFilter{Contract: c, Account: a, ID: f.ID, Box: f.Box})
	if err != nil {
		return script{}, err
	}
	if len(keys.Messages) != 1 || len(keys.Messages[0].Keys) != 1 {
		return script{}, sekisho.E("gate.script", sekisho.Corrupt, errors.New("its box does not open"))
	}
	cipher, err := seal.NewCipher(keys.Messages[0].Keys[0], f.ID)
	if err != nil {
		return script{}, err
	}
	plain, err := cipher.Open(seal.Item, f.Sealed)
	if err != nil {
		return script{}, sekisho.E("gate.script", sekisho.Corrupt, err)
	}
	var kept wire.FilterItem
	if err := json.Unmarshal(plain, &kept); err != nil {
		return script{}, sekisho.E("gate.script", sekisho.Corrupt, err)
	}
	return script{version: f.Version, text: []byte(kept.Script), said: wordsOf(kept.Script)}, nil
}

// wordsOf gives the strings of a script, as they stand and as mails carry them: inspect says what a script wants, but what is sent to
// anybody in its owner's name has to stand in it.
func wordsOf(text string) map[string]bool {
	list, _ := syntax.Parse([]byte(text), syntax.Limit{Size: 64 << 10, Nesting: 32, Faults: 1}) // a script with faults says nothing
	out := map[string]bool{}
	var walk func([]*syntax.Node)
	walk = func(list []*syntax.Node) {
		for _, n := range list {
			for _, a := range n.Args {
				for _, s := range a.Strings {
					out[s], out[reply.OneLine(s)] = true, true
					if a, ok := reply.Mailbox(s); ok {
						out[a] = true
					}
				}
			}
			walk(n.Tests)
			walk(n.Block)
		}
	}
	walk(list)
	return out
}
