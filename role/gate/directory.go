package gate

import (
	"context"
	"sync"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// directory keeps what contracts want, compiled. Each recipient that store resolves comes with the version of its
// contract's settings, so that nothing here is ever older than the mail.
type directory struct {
	store *wire.Peer

	mu        sync.Mutex // guards what follows
	contracts map[sekisho.ContractID]*contract
	standard  *policy.Policy
}

// contract is a contract's settings, ready for use.
type contract struct {
	wire.Contract
	policy  *policy.Policy
	domains []string
}

func newDirectory(store *wire.Peer) *directory {
	return &directory{store: store, contracts: map[sekisho.ContractID]*contract{}}
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
