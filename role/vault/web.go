package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// webSession is a browser's session. As in session, the account's ring is sealed under the cookie's secret, and that under the
// contract key. It lives in memory: after a restart of vault people sign in again.
type webSession struct {
	id       sekisho.SessionID
	contract sekisho.ContractID
	account  sekisho.AccountID
	client   netip.Addr
	agent    string
	address  uint64
	began    time.Time

	// What follows is guarded by Vault.mu.
	used   time.Time
	fresh  time.Time // when the person last proved himself with more than the cookie
	ways   []string  // one of these has to follow; empty: the session is whole
	tries  int       // wrong second factors
	sealed []byte

	turned  time.Time // when the secret was made
	before  []byte    // what was sealed under the secret before; nil: there was none
	outdate time.Time // until when the secret before is good; zero: until the new one was used

	minute int64 // which minute is being counted
	asked  int   // capabilities in it
}

// The lives of sessions: whole ones end when nobody used them, or at last; halves soon.
const (
	webIdle    = 12 * time.Hour
	webLife    = 7 * 24 * time.Hour
	halfLife   = 10 * time.Minute
	freshLife  = 10 * time.Minute
	secretLife = time.Hour   // then the cookie gets a new secret
	turning    = time.Minute // how long the secret before is good once the new one was used
)

// The bounds of what is kept in memory.
const (
	webPerAccount = 50
	webMost       = 1 << 18
	halfTries     = 5
)

const cookieLen = 8 + 32

// cookie is what the browser keeps.
func cookie(id sekisho.SessionID, secret []byte) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(id)), secret...)
}

func (s *webSession) whole() bool { return len(s.ways) == 0 }

func (s *webSession) ends() time.Time {
	if !s.whole() {
		return s.began.Add(halfLife)
	}
	last, idle := s.began.Add(webLife), s.used.Add(webIdle)
	if idle.Before(last) {
		return idle
	}
	return last
}

// entry begins an entry about the session.
func (s *webSession) entry(who sekisho.Caller, kind ledger.Kind) ledger.Entry {
	e := by(who, kind)
	e.Session, e.Contract, e.Account, e.Address, e.Class = s.id, s.contract, s.account, s.address, sekisho.ClassLogin
	return e
}

var errSession = errors.New("no such session")

// sealRing seals a ring under a secret and the contract's key.
func sealRing(contract, secret []byte, ring key.Ring) []byte {
	return key.Wrap(contract, key.Wrap(key.SessionKey(secret), ring, sessionPlace), sessionPlace)
}

// webOpen finds the session of a cookie and opens its ring. A secret that was replaced, and whose time is over, is a stolen or
// a copied one: the session ends.
func (v *Vault) webOpen(who sekisho.Caller, c []byte) (*webSession, key.Ring, error) {
	return v.webFind(who, c, false)
}

// webFind is webOpen; held is for cookies of requests that are still open, which may have been replaced meanwhile.
func (v *Vault) webFind(who sekisho.Caller, c []byte, held bool) (*webSession, key.Ring, error) {
	denied := sekisho.E("vault.web", sekisho.Denied, errSession)
	if len(c) != cookieLen {
		return nil, nil, denied
	}
	id, secret, now := sekisho.SessionID(binary.BigEndian.Uint64(c)), c[8:], v.config.Clock()
	v.mu.Lock()
	s := v.web.sessions[id]
	if s != nil && !now.Before(s.ends()) {
		delete(v.web.sessions, id)
		s = nil
	}
	if s == nil {
		v.mu.Unlock()
		return nil, nil, denied
	}
	sealed, before := s.sealed, s.before
	v.mu.Unlock()
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return nil, nil, err
	}
	if ring, err := takeSession(contract, secret, sealed); err == nil {
		v.mu.Lock()
		defer v.mu.Unlock()
		if s.before != nil && s.outdate.IsZero() && bytes.Equal(s.sealed, sealed) {
			s.outdate = now.Add(turning)
		}
		s.used = now
		return s, ring, nil
	}
	ring, err := takeSession(contract, secret, before)
	if err != nil {
		return nil, nil, errors.Join(denied, v.enter(s.entry(who, ledger.Failure)))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if !s.outdate.IsZero() && !now.Before(s.outdate) && held {
		return nil, nil, denied
	}
	if !s.outdate.IsZero() && !now.Before(s.outdate) {
		delete(v.web.sessions, id)
		e := s.entry(who, ledger.Denial)
		e.Flags = ledger.FlagDenied
		return nil, nil, errors.Join(denied, v.enter(e))
	}
	s.used = now
	return s, ring, nil
}

// webWhole is webOpen of a session that needs nothing more.
func (v *Vault) webWhole(who sekisho.Caller, c []byte) (*webSession, key.Ring, error) {
	return v.webWholeHeld(who, c, false)
}

func (v *Vault) webWholeHeld(who sekisho.Caller, c []byte, held bool) (*webSession, key.Ring, error) {
	s, ring, err := v.webFind(who, c, held)
	if err == nil && !v.isWhole(s) {
		err = sekisho.E("vault.web", sekisho.Denied, errSession)
	}
	if err != nil {
		return nil, nil, err
	}
	return s, ring, nil
}

func (v *Vault) isWhole(s *webSession) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return s.whole()
}

func (v *Vault) isFresh(s *webSession) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return s.whole() && v.config.Clock().Before(s.fresh.Add(freshLife))
}

// turn gives a session a new secret when the old one has had its time; nil when it is not due.
func (v *Vault) turn(s *webSession, ring key.Ring) ([]byte, error) {
	now := v.config.Clock()
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	unseen := s.before != nil && s.outdate.IsZero() // the browser may not have got the new one
	if now.Sub(s.turned) < secretLife && (!unseen || now.Sub(s.turned) < turning) {
		return nil, nil
	}
	secret := seal.NewKey()
	if !unseen {
		s.before = s.sealed
	}
	s.sealed, s.turned, s.outdate = sealRing(contract, secret, ring), now, time.Time{}
	return cookie(s.id, secret), nil
}

// reseal gives a session a new secret at once: its right has grown.
func (v *Vault) reseal(s *webSession, contract []byte, ring key.Ring) []byte {
	secret := seal.NewKey()
	s.sealed, s.turned, s.before, s.outdate = sealRing(contract, secret, ring), v.config.Clock(), nil, time.Time{}
	return cookie(s.id, secret)
}

// browser is where somebody signs in from.
type browser struct {
	client netip.Addr
	agent  string
	device []byte
}

// webBegin makes a session; ways are what has to follow. The entry is made first.
func (v *Vault) webBegin(who sekisho.Caller, c sekisho.ContractID, a sekisho.AccountID, b browser, ring key.Ring, slot uint64, ways []string) (*webSession, []byte, error) {
	now := v.config.Clock()
	contract, err := v.contractKey(c)
	if err != nil {
		return nil, nil, err
	}
	s := &webSession{id: v.nextSession(), contract: c, account: a, client: b.client, agent: shorten(b.agent, 200), address: v.pseudonym(b.client),
		began: now, used: now, ways: ways}
	if s.whole() {
		s.fresh = now
	}
	e := s.entry(who, ledger.Login)
	e.Object = slot
	if err := v.enter(e); err != nil {
		return nil, nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.sweep(now)
	if len(v.web.sessions) >= webMost {
		return nil, nil, sekisho.E("vault.web", sekisho.TooMany, errors.New("too many sessions"))
	}
	v.crowd(c, a)
	out := v.reseal(s, contract, ring)
	v.web.sessions[s.id] = s
	return s, out, nil
}

// crowd makes room for another session of an account: the one that was used least lately ends.
func (v *Vault) crowd(c sekisho.ContractID, a sekisho.AccountID) {
	n, oldest := 0, (*webSession)(nil)
	for _, s := range v.web.sessions {
		if s.contract == c && s.account == a {
			if n++; oldest == nil || s.used.Before(oldest.used) {
				oldest = s
			}
		}
	}
	if n >= webPerAccount {
		delete(v.web.sessions, oldest.id)
	}
}

func shorten(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return s
}

// webEnd ends sessions of the web, with the tickets that came from them. v.mu is not held.
func (v *Vault) webEnd(which func(*webSession) bool) (ended []*webSession) {
	v.mu.Lock()
	gone := map[sekisho.SessionID]bool{}
	for id, s := range v.web.sessions {
		if which(s) {
			delete(v.web.sessions, id)
			gone[id], ended = true, append(ended, s)
		}
	}
	for id, c := range v.web.capabilities {
		if gone[c.parent] {
			delete(v.web.capabilities, id)
		}
	}
	v.mu.Unlock()
	v.dropSessions(func(s *session) bool { return gone[s.parent] && s.parent != 0 })
	return ended
}

// webState answers VaultSession.
func (v *Vault) webState(_ context.Context, who sekisho.Caller, q wire.Proof) (wire.SessionState, error) {
	s, ring, err := v.webOpen(who, q.Cookie)
	if err != nil {
		return wire.SessionState{}, err
	}
	var renewed []byte
	if v.isWhole(s) {
		if renewed, err = v.turn(s, ring); err != nil {
			return wire.SessionState{}, err
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return wire.SessionState{Session: s.id, Contract: s.contract, Account: s.account, Ways: slices.Clone(s.ways), Fresh: s.fresh, Expires: s.ends(), Renewed: renewed}, nil
}

// signOut ends the session of a cookie.
func (v *Vault) signOut(_ context.Context, who sekisho.Caller, q wire.Proof) (wire.Nothing, error) {
	s, _, err := v.webOpen(who, q.Cookie)
	if err != nil {
		return wire.Nothing{}, err
	}
	v.webEnd(func(x *webSession) bool { return x == s })
	e := s.entry(who, ledger.KeyGone)
	e.Object = uint64(s.id)
	return wire.Nothing{}, v.enter(e)
}

// web is everything of the web that lives in memory, guarded by Vault.mu.
type web struct {
	sessions     map[sekisho.SessionID]*webSession
	capabilities map[uint64]*capability
	ceremonies   map[[challengeLen]byte]ceremony
	told         map[uint64]time.Time // when the use of a session, token or slot was last entered
	meters       map[uint64]*meter    // of openings, by session, token or slot
	swept        time.Time
}

func newWeb() web {
	return web{map[sekisho.SessionID]*webSession{}, map[uint64]*capability{}, map[[challengeLen]byte]ceremony{}, map[uint64]time.Time{}, map[uint64]*meter{}, time.Time{}}
}

// sweepEvery is how often what is over is looked for.
const sweepEvery = 10 * time.Second

// sweep forgets what is over. v.mu is held.
func (v *Vault) sweep(now time.Time) {
	if now.Sub(v.web.swept) < sweepEvery {
		return
	}
	v.web.swept = now
	for id, s := range v.web.sessions {
		if !now.Before(s.ends()) {
			delete(v.web.sessions, id)
		}
	}
	for id, c := range v.web.capabilities {
		if !now.Before(c.expires) {
			delete(v.web.capabilities, id)
		}
	}
	for id, s := range v.sessions {
		if s.short && !now.Before(s.expires) {
			delete(v.sessions, id)
		}
	}
	for c, x := range v.web.ceremonies {
		if !now.Before(x.expires) {
			delete(v.web.ceremonies, c)
		}
	}
	for id, m := range v.web.meters {
		if m.idle(now) {
			delete(v.web.meters, id)
		}
	}
	for id, at := range v.web.told {
		if now.Sub(at) >= tellEvery {
			delete(v.web.told, id)
		}
	}
}

// rewrapWeb keeps the sessions of browsers, and what waits to be entered, over a rotation. v.mu is held.
func (v *Vault) rewrapWeb(c sekisho.ContractID, rewrap func([]byte, string) ([]byte, error)) {
	again := func(box *[]byte) bool {
		b, err := rewrap(*box, sessionPlace)
		if err == nil {
			*box = b
		}
		return err == nil
	}
	for id, s := range v.web.sessions {
		if s.contract == c && (!again(&s.sealed) || s.before != nil && !again(&s.before)) {
			delete(v.web.sessions, id)
		}
	}
	for id, x := range v.web.capabilities {
		if x.contract == c && !again(&x.sealed) {
			delete(v.web.capabilities, id)
		}
	}
}
