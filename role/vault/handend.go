package vault

import (
	"context"
	"errors"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// A contract ends by somebody's hand only when store has told of it for his very session, a few minutes ago at most, and he sits at a
// browser and has proved himself within the last ten minutes: vault knows that of its own. An access token ends nobody.

// ending notes that a session may end a contract. It is entered first.
func (v *Vault) ending(_ context.Context, who sekisho.Caller, q wire.EndingBy) (wire.Nothing, error) {
	e := by(who, ledger.Grant)
	e.Contract, e.Session, e.Class = q.What.Contract, q.Session, sekisho.ClassCredential
	if err := v.enter(e); err != nil {
		return wire.Nothing{}, err
	}
	now := v.config.Clock()
	v.mu.Lock()
	defer v.mu.Unlock()
	for c, x := range v.endings {
		if !now.Before(x.Until) {
			delete(v.endings, c)
		}
	}
	if v.endings == nil {
		v.endings = map[sekisho.ContractID]wire.EndingBy{}
	}
	v.endings[q.What.Contract] = q
	return wire.Nothing{}, nil
}

// handEnd answers VaultHandEnd. What the certificate says is store's word, not console's.
func (v *Vault) handEnd(_ context.Context, who sekisho.Caller, q wire.HandEnd) (wire.Certificate, error) {
	s, x, err := v.mayEnd(who, q)
	if err != nil {
		return wire.Certificate{}, v.deny(who, s, q.Hand.Session, err)
	}
	x.What.Operator = 0
	c, err := v.terminateIn(who, x.What, q.Hand.Session)
	if err == nil {
		v.mu.Lock()
		delete(v.endings, q.Contract)
		v.mu.Unlock()
	}
	return c, err
}

func (v *Vault) mayEnd(who sekisho.Caller, q wire.HandEnd) (*session, wire.EndingBy, error) {
	const op = "vault.end"
	v.life.RLock()
	defer v.life.RUnlock()
	s, _, err := v.resume(who, q.Hand.Session, q.Hand.Secret)
	if err != nil {
		return nil, wire.EndingBy{}, err
	}
	now := v.config.Clock()
	v.mu.Lock()
	x, told := v.endings[q.Contract]
	v.mu.Unlock()
	switch {
	case len(s.scopes) > 0 || s.parent == 0:
		return s, x, sekisho.E(op, sekisho.Denied, errors.New("a program ends no contract"))
	case !now.Before(s.fresh.Add(freshLife)):
		return s, x, sekisho.E(op, sekisho.Denied, errors.New("the session is not fresh"))
	case q.Contract == s.contract || !told || x.Session != q.Hand.Session || !now.Before(x.Until):
		return s, x, sekisho.E(op, sekisho.Denied, errors.New("store did not tell of it"))
	}
	return s, x, nil
}
