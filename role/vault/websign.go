package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// serveWeb adds the calls about sessions of the web.
func (v *Vault) serveWeb(s *wire.Service) {
	wire.Handle(s, wire.VaultSignIn, using(v, v.webSignIn))
	wire.Handle(s, wire.VaultSecond, using(v, v.second))
	wire.Handle(s, wire.VaultCapability, using(v, v.newCapability))
	wire.Handle(s, wire.VaultSession, using(v, v.webState))
	wire.Handle(s, wire.VaultSignOut, using(v, v.signOut))
	wire.Handle(s, wire.VaultSecurity, using(v, v.security))
	wire.Handle(s, wire.VaultPasskey, using(v, v.passkey))
	wire.Handle(s, wire.VaultFactor, using(v, v.factor))
	wire.Handle(s, wire.VaultEnter, using(v, v.enterBy))
	wire.Handle(s, wire.VaultACME, using(v, v.acme))
}

// phrase gives what a person typed. The error is Conflict when the challenge was too old: then the page seals it again.
func (v *Vault) phrase(p wire.Phrase) (string, error) {
	if len(p.Typed.Challenge) > 0 || len(p.Typed.Sealed) > 0 {
		return v.typed(p.Typed)
	}
	return p.Text, nil
}

// guessesAll is how many wrong secrets an account may get from everywhere in the window; then only its known devices may try.
const guessesAll = 100

// barred says whether somebody has guessed too often: from this address, or at this account from everywhere. A device that the
// account is known by is barred by its own guesses only, so that others cannot lock its owner out.
func (v *Vault) barred(c sekisho.ContractID, a sekisho.AccountID, b browser, now time.Time) (bool, deviceID) {
	var d deviceID
	if len(b.device) > 0 {
		hash := sha256.Sum256(b.device)
		if known, _, err := v.keys.device(c, a, hash[:]); err == nil && known {
			d = deviceID(hash)
			return v.guess.count(guess{account: a, device: d}, now) >= guesses, d
		}
	}
	return v.guess.blocked(a, b.client, now) || v.guess.count(guess{account: a, all: true}, now) >= guessesAll, d
}

// wrong notes a wrong secret and enters it.
func (v *Vault) wrong(who sekisho.Caller, c sekisho.ContractID, a sekisho.AccountID, b browser, d deviceID) error {
	now := v.config.Clock()
	if d != (deviceID{}) {
		v.guess.add(guess{account: a, device: d}, now)
	} else {
		v.guess.failure(a, b.client, now)
		if a != 0 {
			v.guess.add(guess{account: a, all: true}, now)
		}
	}
	e := by(who, ledger.Failure)
	e.Contract, e.Account, e.Class, e.Address = c, a, sekisho.ClassLogin, v.pseudonym(b.client)
	return errors.Join(sekisho.E("vault.sign-in", sekisho.Denied, nil), v.enter(e))
}

// webSignIn answers VaultSignIn. Unknown names, wrong passwords and barred accounts look alike and cost the same.
func (v *Vault) webSignIn(ctx context.Context, who sekisho.Caller, q wire.SignIn) (wire.SignedIn, error) {
	text, err := v.phrase(q.Password)
	if err != nil {
		return wire.SignedIn{}, err
	}
	var again *webSession
	if len(q.Cookie) > 0 {
		if again, _, err = v.webWhole(who, q.Cookie); err == nil && (again.contract != q.Contract || again.account != q.Account) {
			again = nil // somebody else signs in here
		}
	}
	b := browser{q.Client, q.Agent, q.Device}
	barred, device := v.barred(q.Contract, q.Account, b, v.config.Clock())
	ring, slot, err := v.unlockPassword(ctx, q.Contract, q.Account, text)
	if sekisho.KindOf(err) == sekisho.TooMany {
		return wire.SignedIn{}, err
	}
	if err != nil || barred {
		return wire.SignedIn{}, v.wrong(who, q.Contract, q.Account, b, device)
	}
	v.guess.success(q.Account, q.Client)
	ways, err := v.ways(q.Contract, q.Account)
	if err != nil {
		return wire.SignedIn{}, err
	}
	if again != nil {
		return v.refresh(who, again, ring, slot, ways)
	}
	s, c, err := v.webBegin(who, q.Contract, q.Account, b, ring, slot, ways)
	if err != nil {
		return wire.SignedIn{}, err
	}
	out := wire.SignedIn{Cookie: c, Ways: ways, Expires: s.ends(), Contract: q.Contract, Account: q.Account}
	if len(ways) == 0 {
		err = v.meet(&out, b)
	}
	return out, err
}

// unlockPassword opens the slot of the main password. Where there is none, the slow hash is done all the same.
func (v *Vault) unlockPassword(ctx context.Context, c sekisho.ContractID, a sekisho.AccountID, text string) (key.Ring, uint64, error) {
	slots, err := v.keys.slots(c, a, key.Password)
	if err != nil {
		return nil, 0, err
	}
	if len(slots) == 0 || len(text) > 1024 {
		if _, err := v.slotKey(ctx, key.Password, []byte(shorten(text, 1024)), make([]byte, 16)); err != nil {
			return nil, 0, err
		}
		return nil, 0, errSecret
	}
	return v.unlock(ctx, c, a, key.Password, []byte(text))
}

// refresh makes a whole session fresh. Where the account has a second factor, the password is not enough: ways says what is.
func (v *Vault) refresh(who sekisho.Caller, s *webSession, ring key.Ring, object uint64, ways []string) (wire.SignedIn, error) {
	out := wire.SignedIn{Ways: ways, Contract: s.contract, Account: s.account}
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return wire.SignedIn{}, err
	}
	e := s.entry(who, ledger.Login)
	e.Object = object
	if err := v.enter(e); err != nil {
		return wire.SignedIn{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(ways) == 0 {
		if s.fresh = v.config.Clock(); !s.whole() {
			s.began = s.fresh
		}
		s.ways, s.tries = nil, 0
		out.Cookie = v.reseal(s, contract, ring)
	}
	out.Expires = s.ends()
	return out, nil
}

// ways are the second factors of an account. Recovery codes stand in for another; alone they are none.
func (v *Vault) ways(c sekisho.ContractID, a sekisho.AccountID) ([]string, error) {
	list, err := v.keys.factors(c, a)
	if err != nil {
		return nil, err
	}
	has := func(kind string) bool {
		return slices.ContainsFunc(list, func(f factorRow) bool { return f.kind == kind })
	}
	var out []string
	for _, kind := range []string{kindTOTP, kindPasskey} {
		if has(kind) {
			out = append(out, kind)
		}
	}
	if len(out) > 0 && has(kindRecovery) {
		out = append(out, kindRecovery)
	}
	return out, nil
}

// meet makes a device known, and says whether it is new to an account that has others.
func (v *Vault) meet(out *wire.SignedIn, b browser) error {
	hash := sha256.Sum256(b.device)
	known, all, err := v.keys.device(out.Contract, out.Account, hash[:])
	if err != nil {
		return err
	}
	if len(b.device) == 0 || !known {
		out.New, out.Device = all > 0, seal.NewKey()
		hash = sha256.Sum256(out.Device)
	}
	return v.keys.addDevice(out.Contract, out.Account, hash[:], v.config.Clock())
}

// second answers VaultSecond.
func (v *Vault) second(_ context.Context, who sekisho.Caller, q wire.Second) (wire.SignedIn, error) {
	b := browser{q.Client, q.Agent, q.Device}
	if len(q.Cookie) == 0 {
		if q.Way != kindPasskey {
			return wire.SignedIn{}, v.wrong(who, 0, 0, b, deviceID{})
		}
		return v.passkeyAlone(who, q, b)
	}
	s, ring, err := v.webOpen(who, q.Cookie)
	if err != nil {
		return wire.SignedIn{}, err
	}
	barred, device := v.barred(s.contract, s.account, b, v.config.Clock())
	var id uint64
	if !barred {
		id, err = v.present(s, q)
	}
	if kind := sekisho.KindOf(err); kind == sekisho.Conflict || kind == sekisho.Internal || kind == sekisho.Unavailable {
		return wire.SignedIn{}, err
	}
	if err != nil || barred {
		v.mu.Lock()
		if s.tries++; s.tries >= halfTries && !s.whole() {
			delete(v.web.sessions, s.id)
		}
		v.mu.Unlock()
		return wire.SignedIn{}, v.wrong(who, s.contract, s.account, b, device)
	}
	v.guess.success(s.account, b.client)
	half := !v.isWhole(s)
	out, err := v.refresh(who, s, ring, id, nil)
	if err == nil && half {
		err = v.meet(&out, b)
	}
	return out, err
}

// present checks a second factor and gives its number.
func (v *Vault) present(s *webSession, q wire.Second) (uint64, error) {
	switch q.Way {
	case kindTOTP:
		code, err := v.phrase(q.Code)
		if err != nil {
			return 0, err
		}
		return v.checkTOTP(s.contract, s.account, kindTOTP, code)
	case kindRecovery:
		code, err := v.phrase(q.Code)
		if err != nil {
			return 0, err
		}
		return v.useRecovery(s.contract, s.account, code)
	case kindPasskey:
		f, _, err := v.assert(q.Assertion, s.id)
		if err == nil && (f.contract != s.contract || f.account != s.account) {
			err = sekisho.E("vault.passkey", sekisho.Denied, errors.New("another account's"))
		}
		return f.id, err
	}
	return 0, sekisho.E("vault.second", sekisho.Denied, errors.New("no such way"))
}

// passkeyAlone signs in by a passkey that opens the account's key.
func (v *Vault) passkeyAlone(who sekisho.Caller, q wire.Second, b browser) (wire.SignedIn, error) {
	if v.guess.blocked(0, b.client, v.config.Clock()) {
		return wire.SignedIn{}, v.wrong(who, 0, 0, b, deviceID{})
	}
	f, verified, err := v.assert(q.Assertion, 0)
	if err != nil || !verified || len(q.Assertion.PRF) != prfLen {
		if kind := sekisho.KindOf(err); kind == sekisho.Conflict || kind == sekisho.Internal {
			return wire.SignedIn{}, err
		}
		return wire.SignedIn{}, v.wrong(who, f.contract, 0, b, deviceID{})
	}
	ring, err := v.openPasskey(f, q.Assertion.PRF)
	if err != nil {
		return wire.SignedIn{}, v.wrong(who, f.contract, f.account, b, deviceID{})
	}
	s, c, err := v.webBegin(who, f.contract, f.account, b, ring, f.id, nil)
	if err != nil {
		return wire.SignedIn{}, err
	}
	out := wire.SignedIn{Cookie: c, Expires: s.ends(), Contract: f.contract, Account: f.account}
	return out, v.meet(&out, b)
}
