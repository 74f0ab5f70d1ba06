package vault

import (
	"crypto/subtle"
	"sync"

	"sekisho"
	"sekisho/seal/key"
	"sekisho/wire"
)

// parsed keeps the contracts' key pairs that were used last, so that boxes of one sender cost one decapsulation. It saves
// work, not the question: the private half is unwrapped under the contract key each time, and only then looked up here.
type parsed struct {
	mu sync.Mutex // guards what follows
	by map[pairName]parsedPair
}

type pairName struct {
	contract sekisho.ContractID
	key      wire.KeyName
}

type parsedPair struct {
	private []byte
	pair    key.Pair
}

// mostParsed bounds what is kept.
const mostParsed = 1000

// pair gives the pair of a private half that was just unwrapped.
func (p *parsed) pair(n pairName, private []byte) (key.Pair, error) {
	p.mu.Lock()
	k, ok := p.by[n]
	p.mu.Unlock()
	if ok && subtle.ConstantTimeCompare(k.private, private) == 1 {
		return k.pair, nil
	}
	pair, err := key.ParsePair(private)
	if err != nil {
		return pair, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by == nil || len(p.by) >= mostParsed {
		p.by = map[pairName]parsedPair{}
	}
	p.by[n] = parsedPair{private, pair}
	return pair, nil
}
