package gate

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// directory keeps what contracts want, compiled. Each recipient that store resolves comes with the version of its
// contract's settings, so that nothing here is ever older than the mail.
type directory struct {
	store, vault *wire.Peer

	mu        sync.Mutex // guards what follows
	contracts map[sekisho.ContractID]*contract
	standard  *policy.Policy
}

// contract is a contract's settings, ready for use.
type contract struct {
	wire.Contract
	policy    *policy.Policy
	domains   []string
	signers   []wire.MailKey // keys under which its mail leaves, or left until lately
	habits    bool           // its rules ask what is unusual about the recipients
	documents bool           // its rules ask whether text is addressed to somebody else
	prints    []wire.Print   // sets of fingerprints, with key and descriptor; shared with older and newer settings
}

func newDirectory(store, vault *wire.Peer) *directory {
	return &directory{store: store, vault: vault, contracts: map[sekisho.ContractID]*contract{}}
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
	named := func(condition string) bool { return bytes.Contains(got.Policy, []byte(condition)) }
	c = &contract{Contract: got, documents: named("wrong_document")}
	c.habits = c.documents || named("rare_recipient") || named("unusual_set")
	for _, x := range got.Domains {
		c.domains = append(c.domains, x.Name)
		for _, k := range x.DKIM {
			if k.State != wire.DKIMNext {
				c.signers = append(c.signers, wire.MailKey{Domain: x.Name, Selector: k.Selector, Public: k.Public})
			}
		}
	}
	if c.prints, err = d.fingerprints(ctx, got); err != nil {
		return nil, err
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

// fingerprints gives a contract's sets of fingerprints. What did not change is taken over from the settings before; a descriptor that
// nothing uses any more is closed when it is collected, since a mail that is being inspected may still need it.
func (d *directory) fingerprints(ctx context.Context, c wire.Contract) ([]wire.Print, error) {
	if len(c.Prints) == 0 {
		return nil, nil
	}
	d.mu.Lock()
	old := d.contracts[c.ID]
	d.mu.Unlock()
	same := func(a, b wire.Print) bool { return a.Name == b.Name && a.Digest == b.Digest }
	if old != nil && slices.EqualFunc(old.prints, c.Prints, same) {
		return old.prints, nil
	}
	key, err := wire.VaultPrint.Ask(ctx, d.vault, wire.PrintQuery{Contract: c.ID})
	if err != nil {
		return nil, err
	}
	got, err := wire.StorePrints.Ask(ctx, d.store, wire.PrintQuery{Contract: c.ID})
	if err != nil {
		return nil, err
	}
	for i := range got.List {
		got.List[i].Key = key.Key
	}
	return got.List, nil
}
