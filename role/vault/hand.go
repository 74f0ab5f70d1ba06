package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/mail/mtasts"
	"sekisho/seal"
	"sekisho/wire"
)

// Console acts for people who are signed in. Vault takes their session for it, and does for their own contract only, or where a
// grant stands that store told of. So console, taken over, has the contracts of those who are signed in there, and no other.

func (v *Vault) handService(s *wire.Service) {
	wire.Handle(s, wire.VaultHandContract, using(v, v.handContract))
	wire.Handle(s, wire.VaultHandAccount, using(v, v.handAccount))
	wire.Handle(s, wire.VaultHandSigner, using(v, v.handSigner))
	wire.Handle(s, wire.VaultHandKept, using(v, v.handKept))
	wire.Handle(s, wire.VaultHandTransit, using(v, v.handTransit))
	wire.Handle(s, wire.VaultHandLedger, using(v, v.handLedger))
	wire.Handle(s, wire.VaultToken, using(v, v.tokens))
	wire.Handle(s, wire.VaultRefused, v.refused)
	wire.Handle(s, wire.VaultGranted, v.granted)
	wire.Handle(s, wire.VaultEnding, v.ending)
	wire.Handle(s, wire.VaultHandEnd, v.handEnd)
	wire.Handle(s, wire.VaultLink, using(v, v.link))
	wire.Handle(s, wire.VaultLinkRelease, using(v, v.linkRelease))
}

// hand finds whose hand it is and whether it reaches a contract. What is refused is entered.
func (v *Vault) hand(who sekisho.Caller, h wire.Hand, c sekisho.ContractID) (*session, error) {
	s, _, err := v.resume(who, h.Session, h.Secret)
	if err == nil && s.contract != c {
		var until time.Time
		if until, err = v.keys.grantUntil(c, s.contract, s.account); err == nil && !v.config.Clock().Before(until) {
			err = sekisho.E("vault.hand", sekisho.Denied, errors.New("another contract's, and no grant stands"))
		}
	}
	if err != nil {
		e := denial(who)
		e.Session, e.Contract = h.Session, c
		if s != nil {
			e.Account, e.Address = s.account, s.address
		}
		return nil, errors.Join(err, v.enter(e))
	}
	return s, nil
}

// acts enters that somebody changed a right or made a key; what was made has an entry of its own.
func (v *Vault) acts(who sekisho.Caller, s *session, id sekisho.SessionID, c sekisho.ContractID, class sekisho.Class, object uint64) error {
	e := by(who, ledger.Grant)
	e.Session, e.Contract, e.Account, e.Address, e.Class, e.Object = id, c, s.account, s.address, class, object
	return v.enter(e)
}

func (v *Vault) handContract(ctx context.Context, who sekisho.Caller, q wire.HandContract) (wire.ContractKeys, error) {
	s, err := v.hand(who, q.Hand, q.New.Contract)
	if err == nil {
		err = v.acts(who, s, q.Hand.Session, q.New.Contract, sekisho.ClassCredential, 0)
	}
	if err != nil {
		return wire.ContractKeys{}, err
	}
	q.New.Operator = 0
	return v.newContract(ctx, who, q.New)
}

func (v *Vault) handAccount(ctx context.Context, who sekisho.Caller, q wire.HandAccount) (wire.AccountKeys, error) {
	s, err := v.hand(who, q.Hand, q.New.Contract)
	if err == nil {
		err = v.acts(who, s, q.Hand.Session, q.New.Contract, sekisho.ClassLogin, uint64(q.New.Account))
	}
	if err != nil {
		return wire.AccountKeys{}, err
	}
	q.New.Operator, q.New.Given = 0, ""
	return v.newAccount(ctx, who, q.New)
}

// handSigner makes keys for DKIM only: certificates are the installation's.
func (v *Vault) handSigner(ctx context.Context, who sekisho.Caller, q wire.HandSigner) (wire.Signer, error) {
	contract := q.New.Contract
	dkim := q.New.Purpose == "dkim" && contract != 0 && q.STS == 0
	sts := q.New.Purpose == "tls" && contract == 0 && q.STS != 0 && strings.HasPrefix(q.New.Name, mtasts.Host(""))
	if sts {
		contract = q.STS
	}
	s, err := v.hand(who, q.Hand, contract)
	if err == nil && (!dkim && !sts || len(q.New.Chain) > 0) {
		err = v.deny(who, s, q.Hand.Session, sekisho.E("vault.signer", sekisho.Denied, fmt.Errorf("no key for %q", q.New.Purpose)))
	}
	if err == nil {
		err = v.acts(who, s, q.Hand.Session, contract, sekisho.ClassCredential, 0)
	}
	if err != nil {
		return wire.Signer{}, err
	}
	return v.newSigner(ctx, who, q.New)
}

// handKept opens kept mail, or boxes it to whom it is released, for somebody of the contract. It counts against the session's
// quota as every opening does.
func (v *Vault) handKept(_ context.Context, who sekisho.Caller, q wire.HandKept) (wire.Opened, error) {
	s, err := v.hand(who, q.Hand, q.Open.Contract)
	if err != nil {
		return wire.Opened{}, err
	}
	if q.Open.Key != wire.QuarantineKey && q.Open.Key != wire.SpoolKey {
		return wire.Opened{}, v.deny(who, s, q.Hand.Session, sekisho.E("vault.kept", sekisho.Denied, nil))
	}
	if !s.spend(len(q.Open.Boxes)*max(len(q.Open.Classes), 1), v.config.Quota, v.config.Clock()) {
		return wire.Opened{}, v.deny(who, s, q.Hand.Session, sekisho.E("vault.kept", sekisho.TooMany, errors.New("the session's quota of openings is used up")))
	}
	q.Open.Operator = 0
	return v.openKeptIn(who, q.Open, q.Hand.Session, s.address)
}

func (v *Vault) handTransit(ctx context.Context, who sekisho.Caller, q wire.HandTransit) (wire.Nothing, error) {
	for _, r := range q.Runs {
		if _, err := v.hand(who, q.Hand, r.Contract); err != nil {
			return wire.Nothing{}, err
		}
	}
	return v.transit(ctx, who, wire.Transit{Runs: q.Runs})
}

// handLedger shows the ledger to somebody signed in: numbers only, no name and no key. That he is an operator is console's to
// check with store.
func (v *Vault) handLedger(ctx context.Context, who sekisho.Caller, q wire.HandLedger) (out wire.LedgerAnswer, err error) {
	if _, _, err := v.resume(who, q.Hand.Session, q.Hand.Secret); err != nil {
		return out, v.deny(who, nil, q.Hand.Session, err)
	}
	if q.Streams {
		if out.Streams, err = v.streams(ctx, who, wire.Nothing{}); err != nil {
			return out, err
		}
	}
	if q.Tail != nil {
		q.Tail.Wait = 0
		if out.Entries, err = v.tail(ctx, who, *q.Tail); err != nil {
			return out, err
		}
	}
	if q.Verify != nil {
		out.Verify, err = v.verify(ctx, who, *q.Verify)
	}
	return out, err
}

// refused enters what store refused to somebody.
func (v *Vault) refused(_ context.Context, _ sekisho.Caller, q wire.Refused) (wire.Nothing, error) {
	e := denial(q.By)
	e.Session, e.Contract, e.Account, e.Class, e.Object = q.Session, q.Contract, q.Account, q.Class, q.Object
	return wire.Nothing{}, v.enter(e)
}

// granted notes until when an operator may act in a contract. It is entered first.
func (v *Vault) granted(_ context.Context, who sekisho.Caller, q wire.Granted) (wire.Nothing, error) {
	e := by(who, ledger.Grant)
	e.Contract, e.Account, e.Object, e.Class = q.Contract, q.Account, q.ID, sekisho.ClassConfig
	if q.Until.IsZero() {
		e.Flags = ledger.FlagDenied
	} else {
		e.Bytes = uint64(max(q.Until.Sub(v.config.Clock()), 0).Milliseconds())
	}
	if err := v.enter(e); err != nil {
		return wire.Nothing{}, err
	}
	return wire.Nothing{}, v.keys.setGrant(q, v.config.Clock())
}

// mostLinks bounds one order, and longestLink how long a link lives.
const (
	mostLinks   = 100
	longestLink = 31 * 24 * time.Hour
)

// link signs links to mail of a contract that stands; one entry for each.
func (v *Vault) link(_ context.Context, who sekisho.Caller, q wire.LinkOrder) (wire.LinksMade, error) {
	if _, err := v.contractKey(q.Contract); err != nil || q.Contract == 0 {
		return wire.LinksMade{}, v.deny(who, nil, 0, sekisho.E("vault.link", sekisho.NotFound, err))
	}
	now := v.config.Clock()
	if len(q.Links) > mostLinks {
		return wire.LinksMade{}, sekisho.E("vault.link", sekisho.TooMany, nil)
	}
	var out wire.LinksMade
	var entries []ledger.Entry
	for _, l := range q.Links {
		link := seal.Link{ID: newID(), Purpose: seal.LinkPurpose(l.Purpose), Contract: q.Contract, Message: l.Message, Expires: l.Expires, To: l.To}
		if link.Expires.Sub(now) > longestLink {
			link.Expires = now.Add(longestLink)
		}
		b := seal.SignLink(v.pass, link)
		if b == nil || link.Purpose < seal.LinkHold || link.Purpose > seal.LinkQuarantine {
			return wire.LinksMade{}, sekisho.E("vault.link", sekisho.Invalid, fmt.Errorf("no link to %.40q for purpose %d", l.To, l.Purpose))
		}
		e := by(who, ledger.Grant)
		e.Contract, e.Class, e.Object = q.Contract, sekisho.ClassEnvelope, uint64(l.Message)
		out.Tokens, entries = append(out.Tokens, b), append(entries, e)
	}
	return out, v.enter(entries...)
}

// linkRelease boxes a quarantined mail anew for him whom a link was sent to. Contract and mail are the link's own word; the account
// is what the box is bound to, and its key is the one known here: desk, taken over, can send a mail to nobody else.
func (v *Vault) linkRelease(_ context.Context, who sekisho.Caller, q wire.LinkRelease) (wire.LinkReleased, error) {
	l, err := seal.CheckLink(v.pass.Public().(ed25519.PublicKey), q.Token, v.config.Clock())
	if err != nil || l.Purpose != seal.LinkQuarantine {
		return wire.LinkReleased{}, v.deny(who, nil, 0, sekisho.E("vault.link-release", sekisho.Denied, err))
	}
	pair, err := v.pair(l.Contract, wire.QuarantineKey)
	if err != nil {
		return wire.LinkReleased{}, v.deny(who, nil, 0, err)
	}
	f := seal.For{Contract: l.Contract, Account: q.Account, Key: uint8(wire.QuarantineKey), Message: l.Message}
	data, err := pair.Unbox(f, q.Sealed)
	if err != nil {
		return wire.LinkReleased{}, v.deny(who, nil, 0, sekisho.E("vault.link-release", sekisho.Denied, err))
	}
	name, public, err := v.releasedTo(l.Contract, q.Account)
	if err != nil {
		return wire.LinkReleased{}, err
	}
	e := by(who, ledger.Release)
	e.Contract, e.Account, e.Class, e.Object = l.Contract, q.Account, sekisho.ClassBody, uint64(l.Message)
	if err := v.enter(e); err != nil {
		return wire.LinkReleased{}, err
	}
	f.Key = uint8(name)
	box, err := public.Box(f, data)
	return wire.LinkReleased{Box: wire.Box{Account: q.Account, Key: name, Sealed: box}}, err
}

// releasedTo is the key that a released mail is boxed to: the account's, or the contract's spool.
func (v *Vault) releasedTo(c sekisho.ContractID, a sekisho.AccountID) (wire.KeyName, seal.Public, error) {
	if a == 0 {
		pair, err := v.pair(c, wire.SpoolKey)
		if err != nil {
			return wire.SpoolKey, seal.Public{}, err
		}
		public, err := seal.ParsePublic(pair.Public())
		return wire.SpoolKey, public, err
	}
	b, err := v.keys.accountPublic(c, a)
	if err != nil {
		return 0, seal.Public{}, err
	}
	public, err := seal.ParsePublic(b)
	return wire.AccountKey, public, err
}
