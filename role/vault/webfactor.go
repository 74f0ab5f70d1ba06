package vault

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal/key"
	"sekisho/wire"
)

// unwrapFactor opens what a factor's row keeps under the contract key.
func (v *Vault) unwrapFactor(f factorRow) ([]byte, error) {
	contract, err := v.contractKey(f.contract)
	if err != nil {
		return nil, err
	}
	b, err := key.Unwrap(contract, f.secret, factorPlace(f.account, f.id))
	if err != nil {
		return nil, sekisho.E("vault.factor", sekisho.Corrupt, err)
	}
	return b, nil
}

// newFactor makes a row with a sealed secret.
func (v *Vault) newFactor(contract []byte, a sekisho.AccountID, kind string, secret []byte) factorRow {
	f := factorRow{id: newID(), kind: kind, created: v.config.Clock()}
	f.secret = key.Wrap(contract, secret, factorPlace(a, f.id))
	return f
}

const totpStep = 30

// totpCode is the code of a step (RFC 6238, RFC 4226 section 5.3: six digits, HMAC-SHA-1).
func totpCode(secret []byte, step int64) string {
	m := hmac.New(sha1.New, secret)
	m.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := m.Sum(nil)
	o := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[o:])&0x7fffffff)%1_000_000)
}

var errCode = errors.New("the code is wrong or was used")

// checkTOTP checks a code against the account's secret, one step early or late; a step that was used is used up, on disk,
// before the answer.
func (v *Vault) checkTOTP(c sekisho.ContractID, a sekisho.AccountID, kind, code string) (uint64, error) {
	list, err := v.keys.factors(c, a)
	if err != nil {
		return 0, err
	}
	now := v.config.Clock()
	code = strings.ReplaceAll(code, " ", "")
	for _, f := range list {
		if f.kind != kind {
			continue
		}
		secret, err := v.unwrapFactor(f)
		if err != nil {
			return 0, err
		}
		hit := int64(0)
		for step := now.Unix()/totpStep - 1; step <= now.Unix()/totpStep+1; step++ {
			if subtle.ConstantTimeCompare([]byte(totpCode(secret, step)), []byte(code)) == 1 {
				hit = step
			}
		}
		if hit == 0 {
			continue
		}
		if fine, err := v.keys.countFactor(f, hit, now, true); err != nil || fine {
			return f.id, err
		}
	}
	return 0, sekisho.E("vault.totp", sekisho.Denied, errCode)
}

const (
	recoveryCodes = 10
	recoveryLen   = 10 // bytes of each
)

// recoveryHash is what is kept of a code: it is random, so that no slow hash is needed.
func recoveryHash(code string) []byte {
	h := sha256.Sum256([]byte(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))))
	return h[:]
}

// newRecovery makes ten codes that are good once each; those before are gone.
func (v *Vault) newRecovery(s *webSession, contract []byte) ([]string, error) {
	var codes []string
	var rows []factorRow
	for range recoveryCodes {
		b := make([]byte, recoveryLen)
		rand.Read(b) // never fails (crypto/rand)
		t := strings.ToLower(base32.StdEncoding.EncodeToString(b))
		codes = append(codes, t[:4]+"-"+t[4:8]+"-"+t[8:12]+"-"+t[12:])
		rows = append(rows, v.newFactor(contract, s.account, kindRecovery, recoveryHash(t)))
	}
	return codes, v.keys.addFactors(s.contract, s.account, []string{kindRecovery}, nil, rows...)
}

// useRecovery takes a code, which is gone then.
func (v *Vault) useRecovery(c sekisho.ContractID, a sekisho.AccountID, code string) (uint64, error) {
	list, err := v.keys.factors(c, a)
	if err != nil {
		return 0, err
	}
	hash := recoveryHash(code)
	for _, f := range list {
		if f.kind != kindRecovery {
			continue
		}
		kept, err := v.unwrapFactor(f)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare(kept, hash) == 1 {
			err := v.keys.removeFactor(c, a, kindRecovery, f.id)
			if sekisho.KindOf(err) == sekisho.NotFound { // somebody was faster
				break
			}
			return f.id, err
		}
	}
	return 0, sekisho.E("vault.recovery", sekisho.Denied, errCode)
}

// security lists how the account of a session can be signed in to.
func (v *Vault) security(_ context.Context, who sekisho.Caller, q wire.Proof) (wire.Security, error) {
	s, _, err := v.webWhole(who, q.Cookie)
	if err != nil {
		return wire.Security{}, err
	}
	var out wire.Security
	factors, err := v.keys.factors(s.contract, s.account)
	if err != nil {
		return out, err
	}
	opens, err := v.keys.slots(s.contract, s.account, key.Passkey)
	if err != nil {
		return out, err
	}
	alone := map[uint64]bool{}
	for _, o := range opens {
		alone[o.id] = true
	}
	for _, f := range factors {
		switch f.kind {
		case kindTOTP:
			out.TOTP = true
		case kindRecovery:
			out.RecoveryCodes++
		case kindPasskey:
			out.Passkeys = append(out.Passkeys, wire.Passkey{ID: f.id, Name: f.name, Created: f.created, Used: f.used, PRF: alone[f.id]})
		}
	}
	if out.AppPasswords, err = v.appPasswords(s.contract, s.account); err != nil {
		return out, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, x := range v.web.sessions {
		if x.contract == s.contract && x.account == s.account && x.whole() {
			out.Sessions = append(out.Sessions, wire.WebSession{ID: x.id, Current: x == s, Agent: x.agent, Client: x.client, Began: x.began, Used: x.used})
		}
	}
	return out, nil
}

func (v *Vault) appPasswords(c sekisho.ContractID, a sekisho.AccountID) ([]wire.AppPassword, error) {
	slots, err := v.keys.slots(c, a, key.AppPassword)
	if err != nil {
		return nil, err
	}
	bounds, err := v.keys.bounds(c, a)
	if err != nil {
		return nil, err
	}
	var out []wire.AppPassword
	for _, s := range slots {
		b := bounds[s.id]
		out = append(out, wire.AppPassword{ID: s.id, Label: s.label, Protocols: b.protocols, Networks: b.networks, Created: b.created, Used: b.used})
	}
	return out, nil
}

// factor answers VaultFactor: what changes how somebody signs in needs a fresh session.
func (v *Vault) factor(ctx context.Context, who sekisho.Caller, q wire.FactorChange) (wire.FactorChanged, error) {
	s, ring, err := v.webWhole(who, q.Cookie)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	if !v.isFresh(s) && q.Do != wire.DoTOTPConfirm {
		return wire.FactorChanged{}, sekisho.E("vault.factor", sekisho.Denied, errors.New("the session is not fresh"))
	}
	contract, err := v.contractKey(s.contract)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	kind, ok := factorEntry[q.Do]
	if !ok {
		return wire.FactorChanged{}, sekisho.E("vault.factor", sekisho.Invalid, fmt.Errorf("cannot %q", q.Do))
	}
	e := s.entry(who, kind)
	e.Object = q.ID
	if err := v.enter(e); err != nil {
		return wire.FactorChanged{}, err
	}
	out, err := v.changeFactor(ctx, who, s, contract, ring, q)
	out.Contract, out.Account = s.contract, s.account
	return out, err
}

// factorEntry is what each change is entered as.
var factorEntry = map[string]ledger.Kind{
	wire.DoTOTPBegin: ledger.KeyMade, wire.DoTOTPConfirm: ledger.KeyMade, wire.DoTOTPRemove: ledger.KeyGone,
	wire.DoPasskeyAdd: ledger.KeyMade, wire.DoPasskeyRemove: ledger.KeyGone, wire.DoRecoveryCodes: ledger.KeyMade,
	wire.DoAppMake: ledger.KeyMade, wire.DoAppRevoke: ledger.KeyGone, wire.DoSessionEnd: ledger.KeyGone,
	wire.DoOthersEnd: ledger.KeyGone, wire.DoPassword: ledger.KeyMade,
}

func (v *Vault) changeFactor(ctx context.Context, who sekisho.Caller, s *webSession, contract []byte, ring key.Ring, q wire.FactorChange) (out wire.FactorChanged, err error) {
	switch q.Do {
	case wire.DoTOTPBegin:
		secret := make([]byte, 20)
		rand.Read(secret) // never fails (crypto/rand)
		out.Secret = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
		return out, v.keys.addFactors(s.contract, s.account, []string{kindTOTPNext}, nil, v.newFactor(contract, s.account, kindTOTPNext, secret))
	case wire.DoTOTPConfirm:
		return out, v.confirmTOTP(who, s, contract, q)
	case wire.DoTOTPRemove:
		return out, v.keys.removeFactor(s.contract, s.account, kindTOTP, 0)
	case wire.DoPasskeyAdd:
		return v.addPasskey(ctx, who, s, ring, q)
	case wire.DoPasskeyRemove:
		if q.ID == 0 {
			return out, sekisho.E("vault.factor", sekisho.NotFound, nil)
		}
		return out, v.keys.removeFactor(s.contract, s.account, kindPasskey, q.ID)
	case wire.DoRecoveryCodes:
		out.Codes, err = v.newRecovery(s, contract)
		return out, err
	case wire.DoAppMake:
		return v.newApp(ctx, s, contract, ring, q)
	case wire.DoAppRevoke:
		if err := v.keys.removeSlot(s.contract, s.account, q.ID); err != nil {
			return out, err
		}
		return out, v.keys.removeBound(s.contract, s.account, q.ID)
	case wire.DoSessionEnd:
		ended := v.webEnd(func(x *webSession) bool {
			return uint64(x.id) == q.ID && x.contract == s.contract && x.account == s.account
		})
		if len(ended) == 0 {
			return out, sekisho.E("vault.factor", sekisho.NotFound, nil)
		}
		return out, nil
	case wire.DoOthersEnd:
		v.endOthers(s)
		return out, nil
	}
	return v.changePassword(ctx, who, s, contract, q) // wire.DoPassword: factor knows no other
}

func (v *Vault) endOthers(s *webSession) {
	v.webEnd(func(x *webSession) bool { return x != s && x.contract == s.contract && x.account == s.account })
}

// confirmTOTP takes the first code of a new secret, which is in force then.
func (v *Vault) confirmTOTP(who sekisho.Caller, s *webSession, contract []byte, q wire.FactorChange) error {
	now := v.config.Clock()
	if v.guess.blocked(s.account, q.Client, now) {
		return v.wrong(who, s.contract, s.account, browser{client: q.Client}, deviceID{})
	}
	code, err := v.phrase(q.Code)
	if err != nil {
		return err
	}
	id, err := v.checkTOTP(s.contract, s.account, kindTOTPNext, code)
	if err != nil {
		v.guess.failure(s.account, q.Client, now)
		if sekisho.KindOf(err) == sekisho.Denied {
			err = sekisho.E("vault.totp", sekisho.Invalid, errCode)
		}
		return err
	}
	list, err := v.keys.factors(s.contract, s.account)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.id == id {
			secret, err := v.unwrapFactor(f)
			if err != nil {
				return err
			}
			next := v.newFactor(contract, s.account, kindTOTP, secret)
			next.counter = f.counter
			return v.keys.addFactors(s.contract, s.account, []string{kindTOTP, kindTOTPNext}, nil, next)
		}
	}
	return sekisho.E("vault.totp", sekisho.NotFound, nil)
}

const appsMost = 20

// newApp makes an app password. The session's ring is enough: no main password is needed.
func (v *Vault) newApp(ctx context.Context, s *webSession, contract []byte, ring key.Ring, q wire.FactorChange) (out wire.FactorChanged, err error) {
	if err := goodBound(q.Protocols, q.Networks); err != nil {
		return out, err
	}
	have, err := v.keys.slots(s.contract, s.account, key.AppPassword)
	if err != nil {
		return out, err
	}
	if len(have) >= appsMost {
		return out, sekisho.E("vault.app-password", sekisho.Full, errors.New("at most 20 app passwords: revoke one that is not used"))
	}
	out.Secret = key.NewAppPassword()
	secret, _ := key.AppSecret(out.Secret)
	row, err := v.makeSlot(ctx, contract, s.account, key.AppPassword, secret, ring)
	if err != nil {
		return wire.FactorChanged{}, err
	}
	row.label, out.ID = shorten(q.Label, 100), row.id
	return out, v.keys.addBound(s.contract, s.account, row, boundRow{protocols: q.Protocols, networks: q.Networks, created: v.config.Clock()})
}

// changePassword replaces the main password; the account's other sessions end.
func (v *Vault) changePassword(ctx context.Context, who sekisho.Caller, s *webSession, contract []byte, q wire.FactorChange) (out wire.FactorChanged, err error) {
	now := v.config.Clock()
	old, err := v.phrase(q.Old)
	if err != nil {
		return out, err
	}
	next, err := v.phrase(q.New)
	if err != nil {
		return out, err
	}
	if err := goodPassword(next); err != nil {
		return out, err
	}
	if v.guess.blocked(s.account, q.Client, now) {
		return out, v.wrong(who, s.contract, s.account, browser{client: q.Client}, deviceID{})
	}
	ring, used, err := v.unlockPassword(ctx, s.contract, s.account, old)
	if err != nil {
		return out, v.wrong(who, s.contract, s.account, browser{client: q.Client}, deviceID{})
	}
	row, err := v.makeSlot(ctx, contract, s.account, key.Password, []byte(next), ring)
	if err != nil {
		return out, err
	}
	gone := s.entry(who, ledger.KeyGone)
	gone.Object = used
	if err := v.enter(gone); err != nil {
		return out, err
	}
	if err := v.keys.addSlot(s.contract, s.account, row, used); err != nil {
		return out, err
	}
	v.endOthers(s)
	return out, nil
}

// deviceID is SHA-256 of the secret that a device is known by.
type deviceID [sha256.Size]byte
