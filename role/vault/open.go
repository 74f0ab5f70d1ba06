package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// mostBoxes bounds one request.
const mostBoxes = 4096

// Openings go in this order, and the order is the law: know the asker and his right; open the boxes, which tells what they
// really hold; make the entries of exactly that; have them on disk; only then derive and hand out the class keys.

// open gives class keys of messages of the session's own account.
func (v *Vault) open(_ context.Context, who sekisho.Caller, q wire.Open) (wire.Opened, error) {
	s, ring, err := v.resume(who, q.Session, q.Secret)
	if err == nil && ring == nil {
		err = sekisho.E("vault.open", sekisho.Denied, errors.New("the session opens no mailbox"))
	}
	if err == nil && !ofItems(q.Classes) {
		err = check(q.Classes, len(q.Boxes))
	} else if err == nil && len(q.Boxes) > mostBoxes {
		err = sekisho.E("vault.open", sekisho.TooMany, fmt.Errorf("%d boxes, at most %d", len(q.Boxes), mostBoxes))
	}
	if err == nil && !s.spend(len(q.Boxes)*len(q.Classes), v.config.Quota, v.config.Clock()) {
		err = sekisho.E("vault.open", sekisho.TooMany, errors.New("the session's quota of openings is used up"))
	}
	if err != nil {
		return wire.Opened{}, v.deny(who, s, q.Session, err)
	}
	o := opener{vault: v, contract: s.contract, account: s.account, mailbox: key.MailboxKey(ring), ring: ring}
	data := make([][]byte, len(q.Boxes))
	out := wire.Opened{Messages: make([]wire.MessageKeys, len(q.Boxes))}
	for i, b := range q.Boxes {
		data[i], out.Messages[i].Wrapped = o.open(b)
	}
	e := by(who, ledger.Opening)
	e.Session, e.Contract, e.Account, e.Address = q.Session, s.contract, s.account, s.address
	entries := openings(e, q.Classes, q.Boxes, data)
	if q.Sync {
		for i := range entries {
			entries[i].Flags |= ledger.FlagSync
		}
	}
	if q.Index {
		e.Class, e.Object, e.Flags = sekisho.ClassIndex, uint64(s.account), ledger.FlagLease // the key opens what is indexed later too
		entries = append(entries, e)
	}
	if err := v.enter(entries...); err != nil {
		return wire.Opened{}, err
	}
	derive(&out, q.Classes, data)
	if q.Index {
		out.Index = key.IndexKey(ring)
	}
	return out, nil
}

// ofItems says whether the class is one of those that things of an account have that are no mails: contacts, settings, and
// whom he wrote to. Only sessions open them, one class at a time.
func ofItems(classes []sekisho.Class) bool {
	return len(classes) == 1 && (classes[0] == sekisho.ClassAddressbook || classes[0] == sekisho.ClassConfig || classes[0] == sekisho.ClassEnvelope)
}

func check(classes []sekisho.Class, boxes int) error {
	if boxes > mostBoxes || len(classes) > 8 {
		return sekisho.E("vault.open", sekisho.TooMany, fmt.Errorf("%d boxes, at most %d", boxes, mostBoxes))
	}
	for _, c := range classes {
		switch c {
		case sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassAttachment, sekisho.ClassIndex:
		default:
			return sekisho.E("vault.open", sekisho.Invalid, fmt.Errorf("messages have no class %s", c))
		}
	}
	return nil
}

// deny enters a refused opening and gives the refusal back.
func (v *Vault) deny(who sekisho.Caller, s *session, id sekisho.SessionID, why error) error {
	e := denial(who)
	e.Session = id
	if s != nil {
		e.Contract, e.Account, e.Address = s.contract, s.account, s.address
	}
	return errors.Join(why, v.enter(e))
}

// opener opens the boxes of one account.
type opener struct {
	vault    *Vault
	contract sekisho.ContractID
	account  sekisho.AccountID
	ring     key.Ring
	mailbox  key.Mailbox
	pairs    []key.Pair // parsed from ring at the first box that needs them
	followed bool
}

// open gives the data key in a box, and a symmetric wrap of it when the box was none. nil when it does not open: then it
// was altered or belongs to another account or message.
func (o *opener) open(b wire.MessageBox) (data, wrapped []byte) {
	f := seal.For{Contract: o.contract, Account: o.account, Key: uint8(wire.AccountKey), Message: b.Message}
	if b.Key == wire.WrappedKey {
		data, _ = o.mailbox.Unwrap(f, b.Sealed)
		return data, nil
	}
	if o.pairs == nil {
		o.pairs, _ = o.ring.Pairs()
	}
	if data = unboxAny(o.pairs, f, b.Sealed); data == nil && o.follow() {
		data = unboxAny(o.pairs, f, b.Sealed)
	}
	if data == nil {
		return nil, nil
	}
	return data, o.mailbox.Wrap(f, data)
}

// follow takes private halves that came since the session began, once; false when there are none.
func (o *opener) follow() bool {
	if o.followed {
		return false
	}
	o.followed = true
	contract, err := o.vault.contractKey(o.contract)
	if err != nil {
		return false
	}
	grown, err := o.vault.follow(contract, o.contract, o.account, o.ring)
	if err != nil || grown.Generation() == o.ring.Generation() {
		return false
	}
	o.pairs, err = grown.Pairs()
	return err == nil
}

func unboxAny(pairs []key.Pair, f seal.For, sealed []byte) []byte {
	for _, p := range pairs {
		if data, err := p.Unbox(f, sealed); err == nil {
			return data
		}
	}
	return nil
}

// openings makes the entries of what was opened: for each class, one entry per run of consecutive message ids. Boxes that
// did not open are denials.
func openings(e ledger.Entry, classes []sekisho.Class, boxes []wire.MessageBox, data [][]byte) []ledger.Entry {
	var out []ledger.Entry
	for _, c := range classes {
		e.Class, e.Count = c, 0
		flush := func() {
			if e.Count > 0 {
				out = append(out, e)
			}
			e.Count = 0
		}
		for i, b := range boxes {
			kind, flags := ledger.Opening, uint8(0)
			if data[i] == nil {
				kind, flags = ledger.Denial, ledger.FlagDenied
			}
			if e.Count == 0 || kind != e.Kind || uint64(b.Message) != e.Object+uint64(e.Count) {
				flush()
				e.Kind, e.Flags, e.Object = kind, flags, uint64(b.Message)
			}
			e.Count++
		}
		flush()
	}
	return out
}

func derive(out *wire.Opened, classes []sekisho.Class, data [][]byte) {
	for i, d := range data {
		if d == nil {
			out.Messages[i] = wire.MessageKeys{}
			continue
		}
		keys := make([][]byte, len(classes))
		for j, c := range classes {
			keys[j] = seal.ClassKey(d, c)
		}
		out.Messages[i].Keys = keys
	}
}

// openSpool gives post the keys of mail that is on its way out, and of the header of mail in quarantine: people are told which mail it
// is that was kept from them.
func (v *Vault) openSpool(_ context.Context, who sekisho.Caller, q wire.OpenKept) (wire.Opened, error) {
	header := len(q.Classes) == 1 && q.Classes[0] == sekisho.ClassHeader
	if q.Key != wire.SpoolKey && !(q.Key == wire.QuarantineKey && header) || q.Release != 0 || len(q.Spool) > 0 {
		return wire.Opened{}, v.deny(who, nil, 0, sekisho.E("vault.spool", sekisho.Denied, nil))
	}
	return v.openKept(who, q)
}

// openFilter gives gate the key of the script that sorts an account's mail. The box is bound to the account and the script, so
// that the entry names whose it is.
func (v *Vault) openFilter(_ context.Context, who sekisho.Caller, q wire.OpenFilter) (wire.Opened, error) {
	pair, err := v.pair(q.Contract, wire.ConfigKey)
	if err != nil {
		return wire.Opened{}, v.deny(who, nil, 0, err)
	}
	boxes := []wire.MessageBox{{Message: q.ID, Key: wire.ConfigKey, Sealed: q.Box}}
	data := make([][]byte, 1)
	data[0], _ = pair.Unbox(seal.For{Contract: q.Contract, Account: q.Account, Key: uint8(wire.ConfigKey), Message: q.ID}, q.Box)
	classes := []sekisho.Class{sekisho.ClassConfig}
	e := by(who, ledger.Opening)
	e.Contract, e.Account = q.Contract, q.Account
	if err := v.enter(openings(e, classes, boxes, data)...); err != nil {
		return wire.Opened{}, err
	}
	out := wire.Opened{Messages: make([]wire.MessageKeys, 1)}
	derive(&out, classes, data)
	return out, nil
}

// openQuarantine gives admin the keys of one kept mail, or boxes its data key to whom a person releases it.
func (v *Vault) openQuarantine(_ context.Context, who sekisho.Caller, q wire.OpenKept) (wire.Opened, error) {
	if q.Key != wire.QuarantineKey && q.Key != wire.SpoolKey {
		return wire.Opened{}, v.deny(who, nil, 0, sekisho.E("vault.quarantine", sekisho.Denied, nil))
	}
	return v.openKept(who, q)
}

// openOwn gives somebody's session the header keys of mails that are in quarantine for him, or wraps their data keys for his
// mailbox. The boxes are bound to his account: those of others do not open.
func (v *Vault) openOwn(_ context.Context, who sekisho.Caller, q wire.OpenOwn) (wire.Opened, error) {
	s, ring, err := v.resume(who, q.Session, q.Secret)
	classes := []sekisho.Class{sekisho.ClassHeader}
	if err == nil {
		err = check(classes, len(q.Boxes))
	}
	if err == nil && !s.spend(len(q.Boxes), v.config.Quota, v.config.Clock()) {
		err = sekisho.E("vault.own-kept", sekisho.TooMany, errors.New("the session's quota of openings is used up"))
	}
	if err != nil {
		return wire.Opened{}, v.deny(who, s, q.Session, err)
	}
	pair, err := v.pair(s.contract, wire.QuarantineKey)
	if err != nil {
		return wire.Opened{}, v.deny(who, s, q.Session, err)
	}
	data := make([][]byte, len(q.Boxes))
	for i, b := range q.Boxes {
		data[i], _ = pair.Unbox(seal.For{Contract: s.contract, Account: s.account, Key: uint8(wire.QuarantineKey), Message: b.Message}, b.Sealed)
	}
	e := by(who, ledger.Opening)
	e.Session, e.Contract, e.Account, e.Address = q.Session, s.contract, s.account, s.address
	entries := openings(e, classes, q.Boxes, data)
	if q.Release {
		entries = slices.DeleteFunc(entries, func(e ledger.Entry) bool { return e.Kind == ledger.Opening })
		entries = append(entries, releases(e, wire.OpenKept{Boxes: q.Boxes, Release: s.account}, data)...)
	}
	if err := v.enter(entries...); err != nil {
		return wire.Opened{}, err
	}
	out := wire.Opened{Messages: make([]wire.MessageKeys, len(q.Boxes))}
	if !q.Release {
		derive(&out, classes, data)
		return out, nil
	}
	mailbox := key.MailboxKey(ring)
	for i, b := range q.Boxes {
		if data[i] != nil {
			out.Messages[i].Wrapped = mailbox.Wrap(seal.For{Contract: s.contract, Account: s.account, Key: uint8(wire.AccountKey), Message: b.Message}, data[i])
		}
	}
	return out, nil
}

func (v *Vault) openKept(who sekisho.Caller, q wire.OpenKept) (wire.Opened, error) {
	return v.openKeptIn(who, q, 0, 0)
}

// openKeptIn opens kept mail in a session, which the entries name; 0 for none.
func (v *Vault) openKeptIn(who sekisho.Caller, q wire.OpenKept, in sekisho.SessionID, address uint64) (wire.Opened, error) {
	if err := check(q.Classes, len(q.Boxes)); err != nil {
		return wire.Opened{}, v.deny(who, nil, 0, err)
	}
	pair, err := v.pair(q.Contract, q.Key)
	if err != nil {
		return wire.Opened{}, v.deny(who, nil, 0, err)
	}
	data := make([][]byte, len(q.Boxes))
	for i, b := range q.Boxes {
		data[i], _ = pair.Unbox(seal.For{Contract: q.Contract, Key: uint8(q.Key), Message: b.Message}, b.Sealed)
	}
	out := wire.Opened{Messages: make([]wire.MessageKeys, len(q.Boxes))}
	e := by(who, ledger.Opening)
	e.Contract, e.Actor, e.Session, e.Address = q.Contract, q.Operator, in, address
	entries := openings(e, q.Classes, q.Boxes, data)
	if q.Release != 0 || len(q.Spool) > 0 {
		entries = append(entries, releases(e, q, data)...)
	}
	if err := v.enter(entries...); err != nil {
		return wire.Opened{}, err
	}
	derive(&out, q.Classes, data)
	return out, rebox(&out, q, data)
}

func releases(e ledger.Entry, q wire.OpenKept, data [][]byte) []ledger.Entry {
	var out []ledger.Entry
	for i, b := range q.Boxes {
		if data[i] != nil {
			e.Kind, e.Class, e.Object, e.Account = ledger.Release, sekisho.ClassBody, uint64(b.Message), q.Release
			out = append(out, e)
		}
	}
	return out
}

// rebox seals the data keys to whom the mails are released: an account, or the contract's spool.
func rebox(out *wire.Opened, q wire.OpenKept, data [][]byte) error {
	to, name := q.Public, wire.AccountKey
	switch {
	case len(q.Spool) > 0:
		to, name = q.Spool, wire.SpoolKey
	case q.Release == 0:
		return nil
	}
	public, err := seal.ParsePublic(to)
	if err != nil {
		return sekisho.E("vault.release", sekisho.Invalid, err)
	}
	for i, b := range q.Boxes {
		if data[i] == nil {
			continue
		}
		f := seal.For{Contract: q.Contract, Account: q.Release, Key: uint8(name), Message: b.Message}
		if out.Messages[i].Box, err = public.Box(f, data[i]); err != nil {
			return err
		}
	}
	return nil
}
