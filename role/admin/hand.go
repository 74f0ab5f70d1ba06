package admin

import (
	"context"

	"sekisho/office"
	"sekisho/wire"
)

// hand does the steps of package office for an operator, whom the ledger names by his user number.
type hand struct {
	peers Peers
	who   operator
}

func (c *Admin) hand(who operator) office.Hand { return hand{c.peers, who} }

// Amend changes the directory.
func (h hand) Amend(ctx context.Context, q wire.Admin) (wire.AdminDone, error) {
	return wire.StoreAdmin.Ask(ctx, h.peers.Store, q)
}

// Contract makes a contract's keys.
func (h hand) Contract(ctx context.Context, q wire.NewContract) (wire.ContractKeys, error) {
	q.Operator = uint64(h.who)
	return wire.VaultContract.Ask(ctx, h.peers.Vault, q)
}

// Account makes an account's keys.
func (h hand) Account(ctx context.Context, q wire.NewAccount) (wire.AccountKeys, error) {
	q.Operator = uint64(h.who)
	return wire.VaultAccount.Ask(ctx, h.peers.Vault, q)
}

// Signer makes a signing key.
func (h hand) Signer(ctx context.Context, q wire.NewSigner) (wire.Signer, error) {
	return wire.VaultSigner.Ask(ctx, h.peers.Vault, q)
}

// Kept opens kept mail, or boxes it to whom it is released.
func (h hand) Kept(ctx context.Context, q wire.OpenKept) (wire.Opened, error) {
	q.Operator = uint64(h.who)
	return wire.VaultRelease.Ask(ctx, h.peers.Vault, q)
}
