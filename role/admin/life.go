package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/wire"
)

// This file answers commands about the life of keys. The work is vault's; admin brings questions and the directory
// together, and repeats what a crash has cut off: every step may be repeated.

func sharesOf(s wire.Shares) *Shares {
	if s.Need == 0 || len(s.Words) == 0 {
		return nil
	}
	return &Shares{Need: s.Need, Words: s.Words, Kept: s.Kept}
}

func presented(p Presented) wire.Presented {
	return wire.Presented{Words: p.Words, Operator: p.Operator}
}

// officers gives a contract new shares.
func (c *Admin) officers(ctx context.Context, who operator, q Officers) (Shares, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Shares{}, err
	}
	ch, err := office.ParseRecovery(q.Recovery)
	if err != nil {
		return Shares{}, err
	}
	if q.Fresh {
		return c.freshOfficers(ctx, who, k, ch)
	}
	s, err := wire.VaultOfficers.Ask(ctx, c.peers.Vault, wire.Officers{Contract: k.ID, Shares: presented(q.Shares), Choice: ch, Operator: uint64(who)})
	if err != nil {
		return Shares{}, err
	}
	return *sharesOf(s), nil
}

// freshOfficers makes shares of a contract that nothing hangs on yet: an answer that was lost must not leave it without.
func (c *Admin) freshOfficers(ctx context.Context, who operator, k wire.Contract, ch wire.Choice) (Shares, error) {
	conflict := sekisho.E("officers", sekisho.Conflict, errors.New("accounts or an archive hang on the present shares: bring them"))
	if len(k.Archive) > 0 {
		return Shares{}, conflict
	}
	keys, err := wire.VaultContract.Ask(ctx, c.peers.Vault, wire.NewContract{Contract: k.ID, Recovery: ch, Operator: uint64(who)})
	if err != nil {
		return Shares{}, err
	}
	s := sharesOf(keys.Shares)
	if s == nil {
		return Shares{}, conflict
	}
	return *s, nil
}

// recover gives an account a new main password with officers' shares, and tells its owner by mail.
func (c *Admin) recover(ctx context.Context, who operator, q Recover) (Recovered, error) {
	a, err := wire.StoreIdentity.Ask(ctx, c.peers.Store, wire.Identity{Login: q.Address})
	if err != nil {
		return Recovered{}, err
	}
	if a.Account == 0 {
		return Recovered{}, sekisho.E("account", sekisho.NotFound, fmt.Errorf("no account %q", q.Address))
	}
	_, err = wire.VaultRecover.Ask(ctx, c.peers.Vault, wire.Recover{Contract: a.Contract, Account: a.Account, Shares: presented(q.Shares),
		Password: q.Password, Revoke: q.Revoke, Operator: uint64(who)})
	if err != nil {
		return Recovered{}, err
	}
	out := Recovered{Address: a.Address, Told: true}
	if err := c.tell(ctx, a, recoveryNotice(a.Address, c.language(ctx, a.Contract), who, time.Now())); err != nil {
		c.config.Log.Error("the owner of a recovered account could not be told", "account", uint64(a.Account), "error", err)
		out.Told = false
	}
	return out, nil
}

func (c *Admin) language(ctx context.Context, id sekisho.ContractID) string {
	k, err := wire.StoreContract.Ask(ctx, c.peers.Store, wire.ContractQuery{Contract: id})
	if err != nil {
		return ""
	}
	return k.Language
}

// rotate replaces keys. New public keys of accounts go to store at once; until then mail is sealed to the old ones, which
// their owners can open too.
func (c *Admin) rotate(ctx context.Context, who operator, q Rotate) (Rotated, error) {
	ask := wire.Rotate{What: q.What, Operator: uint64(who)}
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return Rotated{}, err
		}
		ask.Contract = k.ID
	}
	if q.What == "accounts" && ask.Contract == 0 {
		return Rotated{}, sekisho.E("rotate", sekisho.Invalid, errors.New("name the contract whose accounts get new key pairs"))
	}
	r, err := wire.VaultRotate.Ask(ctx, c.peers.Vault, ask)
	if err != nil {
		return Rotated{}, err
	}
	out := Rotated{What: q.What, Contract: ask.Contract, Generation: r.Generation, Left: r.Left, Accounts: len(r.Accounts)}
	for _, a := range r.Accounts {
		set := wire.AdminAccount{Do: "set", ID: a.Account, Contract: ask.Contract, Public: a.Public}
		if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Account: &set}); err != nil && sekisho.KindOf(err) != sekisho.NotFound {
			return out, fmt.Errorf("account %d has a new key pair, but store still seals to the old one, which its owner can open too; repeat the command: %w", a.Account, err)
		}
	}
	return out, nil
}

// terminate ends a contract: first in vault, where its keys are, then the rows that name its people.
func (c *Admin) terminate(ctx context.Context, who operator, q Terminate) (Certificate, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Certificate{}, err
	}
	if q.Name != k.Name {
		return Certificate{}, sekisho.E("terminate", sekisho.Invalid, fmt.Errorf("the contract's name is %q: confirm it", k.Name))
	}
	if k.Hold != "" {
		return Certificate{}, sekisho.E("terminate", sekisho.Conflict, fmt.Errorf("a legal hold stands: %s. Lift it first: contract set --hold none", k.Hold))
	}
	if k.Status == sekisho.Active { // nothing new comes in from here on
		if err := c.status(ctx, k.ID, sekisho.Suspended); err != nil {
			return Certificate{}, err
		}
	}
	size, err := wire.StoreUsage.Ask(ctx, c.peers.Store, wire.ContractQuery{Contract: k.ID})
	if err != nil {
		return Certificate{}, err
	}
	got, err := wire.VaultTerminate.Ask(ctx, c.peers.Vault, wire.Terminate{Contract: k.ID, Name: k.Name, Reason: q.Reason, Contact: q.Contact,
		Messages: size.Messages, Bytes: size.Bytes, Operator: uint64(who)})
	if err != nil {
		return Certificate{}, err
	}
	if err := c.purge(ctx, k.ID); err != nil {
		return Certificate{}, fmt.Errorf("the keys are destroyed; repeat the command to delete the rows that name persons: %w", err)
	}
	return certificateOf(got)
}

// purge deletes a terminated contract's rows in store; once more is harmless, also at the same time.
func (c *Admin) purge(ctx context.Context, id sekisho.ContractID) error {
	if gone, err := c.gone(ctx, id); err != nil || gone {
		return err
	}
	return c.status(ctx, id, sekisho.Terminated)
}

// gone says whether a contract's rows are deleted.
func (c *Admin) gone(ctx context.Context, id sekisho.ContractID) (bool, error) {
	all, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "contract", Contract: id, Most: 1})
	return err == nil && (len(all.Contracts) == 0 || all.Contracts[0].Status == sekisho.Terminated), err
}

// status sets a contract's status; one that was terminated meanwhile, by whom ever, stays so.
func (c *Admin) status(ctx context.Context, id sekisho.ContractID, to sekisho.Status) error {
	set := wire.Contract{ID: id, Status: to}
	_, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: set}})
	if sekisho.KindOf(err) != sekisho.Denied {
		return err
	}
	if gone, again := c.gone(ctx, id); again == nil && gone {
		return nil
	}
	return err
}

// resumeTime is how long admin waits before it tries again to finish terminations.
const resumeTime = 5 * time.Second

// resume finishes terminations that a crash has cut off after the keys were destroyed, and deletes rows that a restored data
// backup has brought back. It ends when that is done or ctx is.
func (c *Admin) resume(ctx context.Context) {
	for ctx.Err() == nil {
		list, err := wire.VaultTerminated.Ask(ctx, c.peers.Vault, wire.Nothing{})
		for _, t := range list.List {
			if err == nil {
				err = c.purge(ctx, t.Contract)
			}
		}
		if err == nil {
			return
		}
		c.config.Log.Warn("terminations not finished yet", "error", err)
		select {
		case <-time.After(resumeTime):
		case <-ctx.Done():
		}
	}
}

func certificateOf(c wire.Certificate) (Certificate, error) {
	if !c.Done {
		return Certificate{}, sekisho.E("terminate", sekisho.Unavailable, errors.New("the termination is not finished: repeat the command"))
	}
	return Certificate{Statement: string(c.Statement), Signature: c.Signature, Key: c.Public}, nil
}

// certificates lists the certificates of terminated contracts.
func (c *Admin) certificates(ctx context.Context, _ operator, q Query) ([]Certificate, error) {
	only := sekisho.ContractID(0)
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return nil, err
		}
		only = k.ID
	}
	list, err := wire.VaultTerminated.Ask(ctx, c.peers.Vault, wire.Nothing{})
	out := []Certificate{}
	for _, t := range list.List {
		if only != 0 && t.Contract != only || !t.Done {
			continue
		}
		x, err := certificateOf(t)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	if only != 0 && len(out) == 0 && err == nil {
		err = sekisho.E("certificate", sekisho.NotFound, errors.New("the contract is not terminated"))
	}
	return out, err
}

// contact shows whom to tell of a breach that concerns a customer who is gone. It is an opening.
func (c *Admin) contact(ctx context.Context, who operator, q Query) (Contact, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Contact{}, err
	}
	got, err := wire.VaultContact.Ask(ctx, c.peers.Vault, wire.ContactQuery{Contract: k.ID, Operator: uint64(who)})
	return Contact{got.Contact, got.Expires}, err
}

// backup has store and vault write what a data backup is copied from. Store comes first: what its database refers to is in
// its segments already, and keys that are newer than the mail they open do no harm.
func (c *Admin) backup(ctx context.Context, _ operator, q BackupQuery) (Backup, error) {
	if q.Keys {
		v, err := wire.VaultSnapshot.Ask(ctx, c.peers.Vault, wire.SnapshotQuery{Done: q.Done, Keys: true})
		return Backup{Vault: Snapshot(v)}, err
	}
	s, err := wire.StoreSnapshot.Ask(ctx, c.peers.Store, wire.SnapshotQuery{Done: q.Done})
	if err != nil {
		return Backup{}, err
	}
	v, err := wire.VaultSnapshot.Ask(ctx, c.peers.Vault, wire.SnapshotQuery{Done: q.Done})
	return Backup{Store: Snapshot(s), Vault: Snapshot(v)}, err
}
