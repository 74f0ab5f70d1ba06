package gate

import (
	"context"
	"sync"

	"sekisho"
	"sekisho/policy"
	"sekisho/seal"
	"sekisho/wire"
)

// directory keeps what contracts want, compiled. Each recipient that store resolves comes with the version of its
// contract's settings, so that nothing here is ever older than the mail.
type directory struct {
	store *wire.Peer

	mu        sync.Mutex // guards what follows
	contracts map[sekisho.ContractID]*contract
	keys      map[string]seal.Public // parsed, by their bytes
	standard  *policy.Policy
}

// contract is a contract's settings, ready for use.
type contract struct {
	wire.Contract
	policy  *policy.Policy
	domains []string
}

// mostKeys bounds the parsed public keys that are kept (each about 5 KB).
const mostKeys = 20_000

func newDirectory(store *wire.Peer) *directory {
	return &directory{store: store, contracts: map[sekisho.ContractID]*contract{}, keys: map[string]seal.Public{}}
}

// contract gives a contract's settings, at least as new as version.
func (d *directory) contract(ctx context.Context, id sekisho.ContractID, version uint64) (*contract, error) {
	d.mu.Lock()
	c := d.contracts[id]
	d.mu.Unlock()
	if c != nil && c.Version >= version {
		return c, nil
	}
	got, err := wire.StoreContract.Ask(ctx, d.store, wire.ContractQuery{Contract: id})
	if err != nil {
		return nil, err
	}
	c = &contract{Contract: got}
	for _, x := range got.Domains {
		c.domains = append(c.domains, x.Name)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.policy, err = d.compile(got.Policy); err != nil {
		return nil, err
	}
	d.contracts[id] = c
	return c, nil
}

// compile reads a policy; the default one is read once. The lock is held.
func (d *directory) compile(text []byte) (*policy.Policy, error) {
	if len(text) > 0 {
		return policy.Parse(text)
	}
	if d.standard == nil {
		p, err := policy.Parse(policy.Default)
		if err != nil {
			return nil, err
		}
		d.standard = p
	}
	return d.standard, nil
}

// public parses a public key, once.
func (d *directory) public(b []byte) (seal.Public, error) {
	d.mu.Lock()
	k, ok := d.keys[string(b)]
	d.mu.Unlock()
	if ok {
		return k, nil
	}
	k, err := seal.ParsePublic(b)
	if err != nil {
		return k, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.keys) >= mostKeys {
		clear(d.keys)
	}
	d.keys[string(b)] = k
	return k, nil
}
