package vault

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// archive is an archive that officers opened for a time. Its private half is sealed as a session's ring is: vault alone
// cannot open it, and it dies with its contract.
type archive struct {
	contract sekisho.ContractID
	sealed   []byte // changed by rotations only, under Vault.mu
	until    time.Time
}

// Bounds of an opening.
const (
	longestArchive = 24 * time.Hour
	longestReason  = 500
)

// openArchive opens a contract's archive for a stated reason and a time.
func (v *Vault) openArchive(_ context.Context, who sekisho.Caller, q wire.ArchiveOpening) (wire.ArchiveTicket, error) {
	if q.Reason == "" || len(q.Reason) > longestReason || !utf8.ValidString(q.Reason) {
		return wire.ArchiveTicket{}, sekisho.E("vault.archive", sekisho.Invalid, fmt.Errorf("state a reason of at most %d bytes", longestReason))
	}
	if q.For <= 0 || q.For > longestArchive {
		return wire.ArchiveTicket{}, sekisho.E("vault.archive", sekisho.Invalid, fmt.Errorf("an archive is opened for at most %v", longestArchive))
	}
	o, err := v.join(who, q.Contract, q.Shares, q.Operator)
	if err != nil {
		return wire.ArchiveTicket{}, err
	}
	now := v.config.Clock()
	t := wire.ArchiveTicket{Contract: q.Contract, ID: newID(), Secret: seal.NewKey(), Until: now.Add(q.For), Operator: q.Operator}
	e := by(who, ledger.ArchiveOpen)
	e.Contract, e.Class, e.Actor, e.Object = q.Contract, sekisho.ClassCredential, q.Operator, t.ID
	if err := v.enter(e); err != nil {
		return wire.ArchiveTicket{}, err
	}
	err = v.keys.addArchiveOpening(archiveRow{contract: q.Contract, id: t.ID, at: now, until: t.Until, actor: q.Operator, reason: q.Reason})
	if err != nil {
		return wire.ArchiveTicket{}, err
	}
	a := &archive{contract: q.Contract, until: t.Until,
		sealed: wrapTwice(o.contract, key.SessionKey(t.Secret), o.private[wire.ArchiveKey], sessionPlace)}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.archives[t.ID] = a
	return t, nil
}

var errArchive = errors.New("the archive is not open: its time is over, it was closed, or vault was started anew")

// archivePair opens an archive that is open.
func (v *Vault) archivePair(t wire.ArchiveTicket) (key.Pair, error) {
	denied := sekisho.E("vault.archive", sekisho.Denied, errArchive)
	v.mu.Lock()
	a := v.archives[t.ID]
	if a != nil && !v.config.Clock().Before(a.until) {
		delete(v.archives, t.ID)
		a = nil
	}
	var sealed []byte
	if a != nil {
		sealed = a.sealed
	}
	v.mu.Unlock()
	if a == nil || a.contract != t.Contract {
		return key.Pair{}, denied
	}
	contract, err := v.contractKey(a.contract)
	if err != nil {
		return key.Pair{}, err
	}
	private, err := takeSession(contract, t.Secret, sealed)
	if err != nil {
		return key.Pair{}, denied
	}
	return key.ParsePair(private)
}

// readArchive gives class keys of archived messages: an entry for each run of them, as every opening.
func (v *Vault) readArchive(_ context.Context, who sekisho.Caller, q wire.ArchiveRead) (wire.Opened, error) {
	e := by(who, ledger.Opening)
	e.Contract, e.Actor, e.Session = q.Ticket.Contract, q.Ticket.Operator, sekisho.SessionID(q.Ticket.ID)
	pair, err := v.archivePair(q.Ticket)
	if err == nil {
		err = check(q.Classes, len(q.Boxes))
	}
	if err != nil {
		e.Kind = ledger.Denial
		return wire.Opened{}, errors.Join(err, v.enter(e))
	}
	data := make([][]byte, len(q.Boxes))
	for i, b := range q.Boxes {
		data[i], _ = pair.Unbox(seal.For{Contract: q.Ticket.Contract, Key: uint8(wire.ArchiveKey), Message: b.Message}, b.Sealed)
	}
	if err := v.enter(openings(e, q.Classes, q.Boxes, data)...); err != nil {
		return wire.Opened{}, err
	}
	out := wire.Opened{Messages: make([]wire.MessageKeys, len(q.Boxes))}
	derive(&out, q.Classes, data)
	return out, nil
}

// shutArchive closes an archive before its time. One that is not open is closed already.
func (v *Vault) shutArchive(_ context.Context, who sekisho.Caller, q wire.ArchiveTicket) (wire.Nothing, error) {
	if _, err := v.archivePair(q); err != nil {
		return wire.Nothing{}, v.deny(who, nil, 0, err)
	}
	e := by(who, ledger.ArchiveShut)
	e.Contract, e.Class, e.Actor, e.Object = q.Contract, sekisho.ClassCredential, q.Operator, q.ID
	if err := v.enter(e); err != nil {
		return wire.Nothing{}, err
	}
	v.mu.Lock()
	delete(v.archives, q.ID)
	v.mu.Unlock()
	return wire.Nothing{}, v.keys.shutArchive(q.Contract, q.ID, v.config.Clock())
}

// newID is a random positive number: slots and signing keys are named by it, and nobody learns how many there are.
func newID() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return binary.BigEndian.Uint64(b[:])>>1 | 1
}
