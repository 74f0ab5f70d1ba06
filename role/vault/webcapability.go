package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// capability is a session cut down to one request. Its ring is sealed under its own secret and the contract key; where the role
// needs none, it is empty. It stays after its use until it expires, so that a second use is seen as what it is.
type capability struct {
	sealed   []byte
	role     sekisho.Role
	cell     uint16
	contract sekisho.ContractID
	account  sekisho.AccountID
	parent   sekisho.SessionID // of the web; 0: a token or an app password
	address  uint64
	expires  time.Time
	fresh    time.Time
	scopes   []string
	meter    *meter

	used bool // guarded by Vault.mu, as is sealed
}

const (
	capabilityLife = time.Minute
	capabilityMost = 1 << 16
	askedMost      = 1200             // capabilities of one session in a minute
	tellEvery      = 60 * time.Second // how often the use of one session is entered
)

// grant is who a proof speaks for.
type grant struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
	ring     key.Ring // nil: it opens nothing
	by       uint64   // session, token or slot
	session  *webSession
	scopes   []string
	out      wire.Granting
}

// newCapability answers VaultCapability. It is entered once a minute for each session: that requests of it pass through the
// asking process. What a capability opens is entered when its role comes with it.
func (v *Vault) newCapability(ctx context.Context, who sekisho.Caller, q wire.Proof) (wire.Granting, error) {
	if q.For != sekisho.Webmail && q.For != sekisho.Console {
		return wire.Granting{}, sekisho.E("vault.capability", sekisho.Invalid, fmt.Errorf("no capability is for %s", q.For))
	}
	g, err := v.proven(ctx, who, q)
	if err != nil {
		return wire.Granting{}, err
	}
	now := v.config.Clock()
	contract, err := v.contractKey(g.contract)
	if err != nil {
		return wire.Granting{}, err
	}
	c := &capability{role: q.For, contract: g.contract, account: g.account, address: v.pseudonym(q.Client), expires: now.Add(capabilityLife), scopes: g.scopes}
	if q.For == sekisho.Webmail {
		if c.cell, err = v.cellOf(g.contract); err != nil {
			return wire.Granting{}, err
		}
	}
	if g.session != nil && !q.Held {
		if g.out.Renewed, err = v.turn(g.session, g.ring); err != nil {
			return wire.Granting{}, err
		}
	}
	if q.For == sekisho.Console {
		g.ring = nil // console opens no mailbox
	}
	if err := v.tell(who, g, c.address, now); err != nil {
		return wire.Granting{}, err
	}
	secret := seal.NewKey()
	c.sealed = sealRing(contract, secret, g.ring)
	g.out.Capability, g.out.Cell, g.out.Contract, g.out.Account = wire.Capability{ID: newID(), Secret: secret}, c.cell, g.contract, g.account
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sweep(now)
	if s := g.session; s != nil {
		if !s.count(now) {
			return wire.Granting{}, sekisho.E("vault.capability", sekisho.TooMany, errors.New("the session asks too often"))
		}
		c.parent, c.fresh, c.address = s.id, s.fresh, s.address
		g.out.Session, g.out.Fresh, g.out.Expires = s.id, s.fresh, s.ends()
	}
	if len(v.web.capabilities) >= capabilityMost {
		return wire.Granting{}, sekisho.E("vault.capability", sekisho.TooMany, errors.New("too many requests at once"))
	}
	if c.meter = v.web.meters[g.by]; c.meter == nil {
		c.meter = &meter{hour: now.Unix() / 3600}
		v.web.meters[g.by] = c.meter
	}
	v.web.capabilities[g.out.Capability.ID] = c
	return g.out, nil
}

// count counts a capability of the session; false when there were too many. Vault.mu is held.
func (s *webSession) count(now time.Time) bool {
	if m := now.Unix() / 60; m != s.minute {
		s.minute, s.asked = m, 0
	}
	s.asked++
	return s.asked <= askedMost
}

// proven finds who a proof speaks for.
func (v *Vault) proven(ctx context.Context, who sekisho.Caller, q wire.Proof) (g grant, err error) {
	denied := sekisho.E("vault.capability", sekisho.Denied, errors.New("nobody is signed in"))
	switch {
	case len(q.Cookie) > 0:
		s, ring, err := v.webWholeHeld(who, q.Cookie, q.Held)
		if err != nil {
			return g, err
		}
		return grant{contract: s.contract, account: s.account, ring: ring, by: uint64(s.id), session: s}, nil
	case q.Token != "" && q.For == sekisho.Console:
		return v.byToken(who, q)
	case q.Token != "":
		return g, denied // a token opens no mailbox
	case q.Password != "" && q.For == sekisho.Webmail:
		ring, slot, err := v.byPassword(ctx, who, wire.Login{Contract: q.Contract, Account: q.Account, Secret: q.Password, Protocol: "jmap", Client: q.Client})
		return grant{contract: q.Contract, account: q.Account, ring: ring, by: slot}, err
	}
	return g, denied
}

// byToken finds the owner of an access token. Vault keeps its hash only.
func (v *Vault) byToken(who sekisho.Caller, q wire.Proof) (grant, error) {
	now := v.config.Clock()
	refused := func(c sekisho.ContractID, a sekisho.AccountID) error {
		v.guess.failure(0, q.Client, now)
		e := by(who, ledger.Failure)
		e.Class, e.Contract, e.Account, e.Address = sekisho.ClassLogin, c, a, v.pseudonym(q.Client)
		return errors.Join(sekisho.E("vault.token", sekisho.Denied, errors.New("no such token")), v.enter(e))
	}
	if v.guess.blocked(0, q.Client, now) {
		return grant{}, sekisho.E("vault.token", sekisho.TooMany, errors.New("too many wrong tokens"))
	}
	hash := sha256.Sum256([]byte(q.Token))
	t, err := v.keys.token(hash[:])
	if sekisho.KindOf(err) == sekisho.NotFound {
		return grant{}, refused(0, 0)
	}
	if err != nil {
		return grant{}, err
	}
	if !now.Before(t.expires) || !inNetworks(q.Client, t.networks) {
		return grant{}, refused(t.contract, t.account)
	}
	if now.Sub(t.used) > usedEvery {
		if err := v.keys.tokenUsed(t, now); err != nil {
			return grant{}, err
		}
	}
	return grant{contract: t.contract, account: t.account, by: t.id, scopes: t.scopes}, nil
}

// tell enters that requests of somebody pass through the asker, once a minute.
func (v *Vault) tell(who sekisho.Caller, g grant, address uint64, now time.Time) error {
	v.mu.Lock()
	last, known := v.web.told[g.by]
	v.mu.Unlock()
	if known && now.Sub(last) < tellEvery {
		return nil
	}
	e := by(who, ledger.Login)
	e.Class, e.Contract, e.Account, e.Address, e.Object = sekisho.ClassLogin, g.contract, g.account, address, g.by
	if g.session != nil {
		e.Session = g.session.id
	}
	if err := v.enter(e); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.web.told[g.by] = now
	return nil
}

// alarm enters a wrong use of a capability, and tells the supervisor: somebody behind edge does what the product never does.
func (v *Vault) alarm(who sekisho.Caller, c *capability, why error) error {
	e := denial(who)
	e.Contract, e.Account, e.Address, e.Session, e.Class = c.contract, c.account, c.address, c.parent, sekisho.ClassLogin
	err := errors.Join(sekisho.E("vault.enter", sekisho.Denied, why), v.enter(e))
	if v.report != nil {
		v.report(who, wire.VaultEnter.Name, why)
	}
	return err
}

// enterBy answers VaultEnter.
func (v *Vault) enterBy(_ context.Context, who sekisho.Caller, q wire.Capability) (wire.Ticket, error) {
	now := v.config.Clock()
	v.mu.Lock()
	c := v.web.capabilities[q.ID]
	used := c != nil && c.used
	fits := c != nil && c.role == who.Role && (who.Role != sekisho.Webmail || c.cell == who.Cell)
	if c != nil {
		c.used = true // whatever comes of it
	}
	v.mu.Unlock()
	switch {
	case c == nil || !now.Before(c.expires):
		return wire.Ticket{}, v.deny(who, nil, 0, sekisho.E("vault.enter", sekisho.Denied, errors.New("no such capability, or too late")))
	case used:
		v.dropSessions(func(s *session) bool { return s.short && s.capability == q.ID })
		return wire.Ticket{}, v.alarm(who, c, errors.New("a capability was presented twice"))
	case !fits:
		return wire.Ticket{}, v.alarm(who, c, errors.New("a capability was presented by a process that it is not for"))
	}
	contract, err := v.contractKey(c.contract)
	if err != nil {
		return wire.Ticket{}, err
	}
	v.mu.Lock()
	sealed := c.sealed
	v.mu.Unlock()
	ring, err := takeSession(contract, q.Secret, sealed)
	if err != nil {
		return wire.Ticket{}, v.alarm(who, c, errors.New("a capability was presented with a wrong secret"))
	}
	t := wire.Ticket{Session: v.nextSession(), Contract: c.contract, Account: c.account, Secret: seal.NewKey(), Expires: c.expires, Fresh: c.fresh, Scopes: c.scopes}
	t.Pass = seal.SignPass(v.pass, seal.Pass{Session: t.Session, Contract: t.Contract, Account: t.Account, Holder: who.Instance, Expires: t.Expires})
	e := by(who, ledger.Login)
	e.Class, e.Contract, e.Account, e.Address, e.Session, e.Object = sekisho.ClassLogin, c.contract, c.account, c.address, t.Session, uint64(c.parent)
	if err := v.enter(e); err != nil {
		return wire.Ticket{}, err
	}
	s := &session{contract: c.contract, account: c.account, holder: who.Instance, address: c.address, expires: t.Expires, short: true, fresh: c.fresh, scopes: c.scopes,
		parent: c.parent, capability: q.ID, sealed: sealRing(contract, t.Secret, ring), meter: c.meter}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.web.capabilities[q.ID] != c { // its session ended meanwhile
		return wire.Ticket{}, sekisho.E("vault.enter", sekisho.Denied, errSession)
	}
	v.sessions[t.Session] = s
	return t, nil
}
