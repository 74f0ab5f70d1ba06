package console

import (
	"context"
	"slices"
	"time"

	"sekisho"
	"sekisho/wire"
)

// person is who asks, for one request. He is also the hand that package office works with: each step carries his pass or his
// session, and store and vault judge it.
type person struct {
	x      *Console
	ticket wire.Ticket
	me     wire.Me
	ask    *wire.WebRequest
}

type personKey struct{}

func personOf(ctx context.Context) *person {
	p, _ := ctx.Value(personKey{}).(*person)
	return p
}

func (p *person) hand() wire.Hand {
	return wire.Hand{Session: p.ticket.Session, Secret: p.ticket.Secret}
}

func (p *person) language() string { return p.ask.Language }

// freshTime is how long a proof of more than the cookie lasts.
const freshTime = 10 * time.Minute

// program says whether an access token asks, not somebody at a browser.
func (p *person) program() bool { return len(p.ticket.Scopes) > 0 }

// fresh says whether he proved himself lately. A program cannot; its token's scopes were chosen by somebody who had.
func (p *person) fresh() bool {
	return p.program() || p.x.config.Clock().Sub(p.ticket.Fresh) < freshTime
}

// scoped says whether a token's scopes cover a right.
func (p *person) scoped(r sekisho.Right) bool {
	return !p.program() || slices.Contains(p.ticket.Scopes, string(r))
}

// page asks store for a page.
func (p *person) page(ctx context.Context, q wire.PageQuery) (wire.Page, error) {
	q.Pass = p.ticket.Pass
	return wire.StorePage.Ask(ctx, p.x.peers.Store, q)
}

// amend makes one change, if the row still has the tag given.
func (p *person) amend(ctx context.Context, tag string, q wire.Admin) (wire.AdminDone, error) {
	a, err := wire.StoreAmend.Ask(ctx, p.x.peers.Store, wire.Amendment{Pass: p.ticket.Pass, List: []wire.Admin{q}, If: tag})
	if err != nil {
		return wire.AdminDone{}, err
	}
	return a.Done[0], nil
}

// Amend changes the directory.
func (p *person) Amend(ctx context.Context, q wire.Admin) (wire.AdminDone, error) {
	return p.amend(ctx, "", q)
}

// Contract makes a contract's keys.
func (p *person) Contract(ctx context.Context, q wire.NewContract) (wire.ContractKeys, error) {
	return wire.VaultHandContract.Ask(ctx, p.x.peers.Vault, wire.HandContract{Hand: p.hand(), New: q})
}

// Account makes an account's keys.
func (p *person) Account(ctx context.Context, q wire.NewAccount) (wire.AccountKeys, error) {
	return wire.VaultHandAccount.Ask(ctx, p.x.peers.Vault, wire.HandAccount{Hand: p.hand(), New: q})
}

// Signer makes a signing key.
func (p *person) Signer(ctx context.Context, q wire.NewSigner) (wire.Signer, error) {
	return wire.VaultHandSigner.Ask(ctx, p.x.peers.Vault, wire.HandSigner{Hand: p.hand(), New: q})
}

// Kept opens kept mail, or boxes it to whom it is released.
func (p *person) Kept(ctx context.Context, q wire.OpenKept) (wire.Opened, error) {
	return wire.VaultHandKept.Ask(ctx, p.x.peers.Vault, wire.HandKept{Hand: p.hand(), Open: q})
}
