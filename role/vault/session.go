package vault

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// session is a login. The account's ring is sealed under the secret in the ticket, and that under the contract key, so that
// vault alone cannot open it, and neither can whoever stole the ticket once the contract is gone.
type session struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
	holder   sekisho.Instance // the process it was made for; no other may use it
	address  uint64
	sealed   []byte // changed by rotations only, under Vault.mu
	expires  time.Time

	short      bool              // made of a capability
	parent     sekisho.SessionID // of a browser's session; 0: none
	capability uint64
	fresh      time.Time // when its owner last proved himself with more than a cookie; zero for programs
	scopes     []string  // of the access token that began it; empty: everything that its account may
	*meter
}

// meter counts openings. Tickets that come from one browser's session, access token or app password share it, however many they are:
// an intruder who is given a ticket for every request is bound by it as one who holds a ticket for long.
type meter struct {
	mu   sync.Mutex // guards what follows
	hour int64      // which hour is being counted
	used int        // openings in it
}

// login opens a slot. Whoever fails learns only that: unknown names, wrong secrets and locked accounts look alike.
func (v *Vault) login(ctx context.Context, who sekisho.Caller, q wire.Login) (wire.Ticket, error) {
	ring, slot, err := v.byPassword(ctx, who, q)
	if err != nil {
		return wire.Ticket{}, err
	}
	now := v.config.Clock()
	e := by(who, ledger.Login)
	e.Contract, e.Account, e.Class, e.Address = q.Contract, q.Account, sekisho.ClassLogin, v.pseudonym(q.Client)
	contract, err := v.contractKey(q.Contract)
	if err != nil {
		return wire.Ticket{}, err
	}
	t := wire.Ticket{Contract: q.Contract, Account: q.Account, Secret: seal.NewKey(), Expires: now.Add(v.config.Life)}
	t.Session = v.nextSession()
	t.Pass = seal.SignPass(v.pass, seal.Pass{Session: t.Session, Contract: t.Contract, Account: t.Account, Holder: who.Instance, Expires: t.Expires})
	e.Session, e.Object = t.Session, slot
	if err := v.enter(e); err != nil {
		return wire.Ticket{}, err
	}
	s := &session{contract: q.Contract, account: q.Account, holder: who.Instance, address: e.Address, expires: t.Expires,
		sealed: sealRing(contract, t.Secret, ring), meter: &meter{}}
	v.mu.Lock()
	v.sessions[t.Session] = s
	v.mu.Unlock()
	return t, nil
}

// byPassword opens the slot of an app password. Failures are entered here.
func (v *Vault) byPassword(ctx context.Context, who sekisho.Caller, q wire.Login) (key.Ring, uint64, error) {
	refused := sekisho.E("vault.login", sekisho.Denied, nil)
	e := by(who, ledger.Failure)
	e.Contract, e.Account, e.Class, e.Address = q.Contract, q.Account, sekisho.ClassLogin, v.pseudonym(q.Client)
	now := v.config.Clock()
	if v.guess.blocked(q.Account, q.Client, now) {
		return nil, 0, errors.Join(refused, v.enter(e))
	}
	if err := v.inCell(who, q.Contract); q.Account != 0 && err != nil {
		return nil, 0, errors.Join(refused, v.enter(e))
	}
	// Mail protocols take app passwords only: those are random, so they need no slow hash.
	secret, ok := key.AppSecret(q.Secret)
	if !ok {
		secret = []byte(q.Secret)
	}
	ring, slot, err := v.unlock(ctx, q.Contract, q.Account, key.AppPassword, secret)
	if err == nil {
		err = v.bound(q, slot, now)
	}
	if err != nil {
		v.guess.failure(q.Account, q.Client, now)
		return nil, 0, errors.Join(refused, v.enter(e))
	}
	v.guess.success(q.Account, q.Client)
	return ring, slot, nil
}

func (v *Vault) nextSession() sekisho.SessionID {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last++
	return v.last
}

func (v *Vault) logout(_ context.Context, who sekisho.Caller, q wire.Logout) (wire.Nothing, error) {
	if _, _, err := v.resume(who, q.Session, q.Secret); err != nil {
		return wire.Nothing{}, err
	}
	v.mu.Lock()
	delete(v.sessions, q.Session)
	v.mu.Unlock()
	return wire.Nothing{}, nil
}

// resume opens a session's ring, which is nil for sessions that open no mailbox. It needs the secret of the ticket, the contract's key and the process that the
// ticket was made for.
func (v *Vault) resume(who sekisho.Caller, id sekisho.SessionID, secret []byte) (*session, key.Ring, error) {
	var sealed []byte
	v.mu.Lock()
	s := v.sessions[id]
	if s != nil && !v.config.Clock().Before(s.expires) {
		delete(v.sessions, id)
		s = nil
	}
	if s != nil {
		sealed = s.sealed
	}
	v.mu.Unlock()
	denied := sekisho.E("vault.session", sekisho.Denied, errors.New("no such session"))
	if s == nil || s.holder != who.Instance {
		return nil, nil, denied
	}
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return nil, nil, err
	}
	ring, err := takeSession(contract, secret, sealed)
	if err != nil {
		return nil, nil, denied
	}
	return s, ring, nil
}

// takeSession opens what a session or an open archive holds; a session that opens no mailbox holds an empty ring.
func takeSession(contract, secret, sealed []byte) (key.Ring, error) {
	inner, err := key.Unwrap(contract, sealed, sessionPlace)
	if err != nil {
		return nil, err
	}
	ring, err := key.Unwrap(key.SessionKey(secret), inner, sessionPlace)
	if err != nil {
		return nil, err
	}
	if len(ring) == 0 {
		return nil, nil
	}
	return key.ParseRing(ring)
}

// spend takes n openings from the hourly quota: the bound that an intruder in reader, webmail or console cannot lift.
func (m *meter) spend(n, quota int, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if hour := now.Unix() / 3600; hour != m.hour {
		m.hour, m.used = hour, 0
	}
	if m.used+n > quota {
		return false
	}
	m.used += n
	return true
}

// idle says whether an hour has passed of which the meter knows nothing.
func (m *meter) idle(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return now.Unix()/3600 != m.hour
}

// pseudonym stands for a network address in the ledger: equal for equal addresses of one day, meaningless without the
// installation's key for them.
func (v *Vault) pseudonym(a netip.Addr) uint64 { return v.pseudonymOn(a, v.config.Clock()) }

// pseudonymOn is the pseudonym on a day.
func (v *Vault) pseudonymOn(a netip.Addr, day time.Time) uint64 {
	if !a.IsValid() {
		return 0
	}
	k := key.Derive(v.address, []byte(day.UTC().Format(time.DateOnly)), "address/v1/"+a.Unmap().String())
	n := uint64(0)
	for _, b := range k[:8] {
		n = n<<8 | uint64(b)
	}
	return n
}

// guessing counts wrong secrets by account and source, so that a lock from one place does not lock the owner out of
// another.
type guessing struct {
	mu     sync.Mutex
	failed map[guess][]time.Time
}

type guess struct {
	account sekisho.AccountID
	client  netip.Addr
	device  deviceID // of a device that the account is known by, instead of an address
	all     bool     // from everywhere
}

const (
	guesses     = 10
	guessWindow = 10 * time.Minute
	guessTable  = 1 << 16
)

func (g *guessing) blocked(a sekisho.AccountID, c netip.Addr, now time.Time) bool {
	return g.count(guess{account: a, client: c}, now) >= guesses
}

func (g *guessing) count(k guess, now time.Time) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.recent(k, now))
}

func (g *guessing) recent(k guess, now time.Time) []time.Time {
	f := g.failed[k]
	for len(f) > 0 && now.Sub(f[0]) > guessWindow {
		f = f[1:]
	}
	if len(f) == 0 {
		delete(g.failed, k)
		return nil
	}
	g.failed[k] = f
	return f
}

func (g *guessing) failure(a sekisho.AccountID, c netip.Addr, now time.Time) {
	g.add(guess{account: a, client: c}, now)
}

func (g *guessing) add(k guess, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.failed) >= guessTable { // a flood of sources: forget the oldest knowledge rather than grow
		for k := range g.failed {
			delete(g.failed, k)
			if len(g.failed) < guessTable/2 {
				break
			}
		}
	}
	if f := g.recent(k, now); len(f) < guessesAll {
		g.failed[k] = append(f, now)
	}
}

func (g *guessing) success(a sekisho.AccountID, c netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.failed, guess{account: a, client: c})
}
