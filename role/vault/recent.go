package vault

import (
	"crypto"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"sync"

	"sekisho"
	"sekisho/seal/key"
	"sekisho/wire"
)

// parsed keeps what was made of private halves that were used last: the contracts' key pairs, so that boxes of one sender
// cost one decapsulation, and signing keys, whose numbers are checked when they are read. It saves work, not the question:
// the private half is unwrapped under the contract key each time, and only then looked up here.
type parsed struct {
	mu      sync.Mutex // guards what follows
	by      map[pairName]parsedPair
	signers map[uint64]parsedSigner
}

type parsedSigner struct {
	der    []byte
	signer crypto.Signer
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

// forget drops everything that is kept: keys of somebody were destroyed.
func (p *parsed) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.by, p.signers = nil, nil
}

// drop forgets one signing key.
func (p *parsed) drop(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.signers, id)
}

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

// signer gives the signing key of a private half (PKCS #8) that was just unwrapped.
func (p *parsed) signer(id uint64, der []byte) (crypto.Signer, error) {
	p.mu.Lock()
	k, ok := p.signers[id]
	p.mu.Unlock()
	if ok && subtle.ConstantTimeCompare(k.der, der) == 1 {
		return k.signer, nil
	}
	read, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	s, ok := read.(crypto.Signer)
	if !ok {
		return nil, errors.New("not a signing key")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.signers == nil || len(p.signers) >= mostParsed {
		p.signers = map[uint64]parsedSigner{}
	}
	p.signers[id] = parsedSigner{der, s}
	return s, nil
}
