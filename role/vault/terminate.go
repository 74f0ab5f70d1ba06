package vault

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// The end of a contract, step by step. Each step is durable before the next, repeating it is harmless, and whatever a crash
// leaves is finished at the next start:
//
//	begun      the intent and the ledger's entry are on disk        nothing is lost yet
//	destroyed  in one transaction: the contract's key is deleted, the root epoch turned, the others wrapped anew
//	certified  vault's rows of the contract are deleted, the certificate is signed
//
// The old epoch's key is destroyed after the transaction, or at the next start. From "destroyed" on nothing of the contract
// opens, here or in any data backup: its key was in no data backup, and no copy of the current table from before can be
// opened without the old epoch's key.
const (
	begun = iota + 1
	destroyed
	certified
)

// How long things are kept when the configuration does not say.
const (
	defaultCopies  = 7 * 24 * time.Hour
	defaultContact = 3 * 365 * 24 * time.Hour
)

var errTerminated = errors.New("the contract is terminated")

// Statement is what a deletion certificate says. It is signed in the form that its JSON has in the certificate.
type Statement struct {
	Form         string    `json:"form"` // "sekisho/deletion/1"
	Installation string    `json:"installation"`
	Contract     uint64    `json:"contract"`
	Name         string    `json:"name"`
	Reason       string    `json:"reason,omitempty"`
	Begun        time.Time `json:"begun"`
	Destroyed    time.Time `json:"keys_destroyed"`
	Classes      []string  `json:"classes"` // of data that are unreadable from then on
	Accounts     int       `json:"accounts"`
	Slots        int       `json:"slots"`
	KeyPairs     int       `json:"key_pairs"`
	SigningKeys  int       `json:"signing_keys"`
	Messages     uint64    `json:"messages"` // as store counted them
	Bytes        uint64    `json:"bytes"`
	OldEpoch     uint64    `json:"epoch_destroyed"`
	NewEpoch     uint64    `json:"epoch_in_force"`
	Backups      time.Time `json:"backups_unreadable_from"` // data backups never held the key
	Copies       time.Time `json:"key_copies_replaced_by"`  // copies of the current key table from before are replaced until then
	Left         string    `json:"left,omitempty"`          // what the source of the root key could not destroy itself
	Ledger       uint64    `json:"ledger_entries"`          // so long was the ledger when the keys were gone
}

const form = "sekisho/deletion/1"

// allClasses are the kinds of data that are under a contract's key.
func allClasses() []string {
	var out []string
	for c := sekisho.ClassDirectory; c <= sekisho.ClassTransit; c++ {
		if c != sekisho.ClassTransit { // nothing of that is kept
			out = append(out, c.String())
		}
	}
	return out
}

// terminate answers VaultTerminate.
func (v *Vault) terminate(_ context.Context, who sekisho.Caller, q wire.Terminate) (wire.Certificate, error) {
	return v.terminateIn(who, q, 0)
}

// terminateIn ends a contract by an operator at the socket, or by a session.
func (v *Vault) terminateIn(who sekisho.Caller, q wire.Terminate, session sekisho.SessionID) (wire.Certificate, error) {
	v.life.Lock()
	defer v.life.Unlock()
	row, err := v.termination(q.Contract)
	if err != nil {
		return wire.Certificate{}, err
	}
	if row.step == 0 {
		if q.Contract == 0 || v.generations[q.Contract] == 0 {
			return wire.Certificate{}, sekisho.E("vault.terminate", sekisho.NotFound, errors.New("no such contract"))
		}
		if row, err = v.beginTermination(who, q, session); err != nil {
			return wire.Certificate{}, err
		}
	}
	if row, err = v.endContract(row); err != nil {
		return wire.Certificate{}, err
	}
	return v.certificate(row)
}

func (v *Vault) termination(c sekisho.ContractID) (terminationRow, error) {
	list, err := v.current.terminations()
	if err != nil {
		return terminationRow{}, err
	}
	for _, r := range list {
		if r.contract == c {
			return r, nil
		}
	}
	return terminationRow{}, nil
}

func (v *Vault) beginTermination(who sekisho.Caller, q wire.Terminate, session sekisho.SessionID) (terminationRow, error) {
	now := v.config.Clock().UTC().Truncate(time.Second)
	s := Statement{Form: form, Contract: uint64(q.Contract), Name: q.Name, Reason: q.Reason, Begun: now, Classes: allClasses(),
		Messages: q.Messages, Bytes: q.Bytes, OldEpoch: v.epoch}
	if len(v.config.Hosts) > 0 {
		s.Installation = v.config.Hosts[0]
	}
	for table, n := range map[string]*int{"account": &s.Accounts, "slot": &s.Slots, "key_pair": &s.KeyPairs, "signer": &s.SigningKeys} {
		var err error
		if *n, err = v.keys.count(table, q.Contract); err != nil {
			return terminationRow{}, err
		}
	}
	statement, err := json.Marshal(s)
	if err != nil {
		return terminationRow{}, err
	}
	row := terminationRow{contract: q.Contract, step: begun, statement: statement, expires: now.Add(v.config.Contact)}
	if q.Contact != "" {
		if row.contact, err = v.sealContact(q.Contract, q.Contact); err != nil {
			return row, err
		}
	}
	e := by(who, ledger.Termination)
	e.Contract, e.Class, e.Actor, e.Object, e.Session = q.Contract, sekisho.ClassCredential, q.Operator, v.epoch, session
	if err := v.enter(e); err != nil {
		return row, err
	}
	v.config.crash("terminate: entered")
	return row, v.current.addTermination(row)
}

// endContract goes on from the step that a termination has reached.
func (v *Vault) endContract(row terminationRow) (terminationRow, error) {
	v.config.crash("terminate: begun")
	if row.step < destroyed {
		v.dropSessions(func(s *session) bool { return s.contract == row.contract })
		v.mu.Lock()
		for id, a := range v.archives {
			if a.contract == row.contract {
				delete(v.archives, id)
			}
		}
		v.mu.Unlock()
		if err := v.turnEpoch([]sekisho.ContractID{row.contract}, destroyed); err != nil {
			return row, err
		}
		row.step = destroyed
	}
	delete(v.generations, row.contract)
	v.parsed.forget()
	v.config.crash("terminate: destroyed")
	if row.step < certified {
		if err := v.keys.forget(row.contract); err != nil {
			return row, err
		}
		v.config.crash("terminate: forgotten")
		e := ledger.Entry{Kind: ledger.KeyGone, Role: sekisho.Vault, Process: v.config.Self, Contract: row.contract, Class: sekisho.ClassCredential, Object: v.epoch}
		if err := v.enter(e); err != nil {
			return row, err
		}
		if err := v.signStatement(&row); err != nil {
			return row, err
		}
		v.config.crash("terminate: certified")
	}
	return row, nil
}

// signStatement completes the statement and signs it.
func (v *Vault) signStatement(row *terminationRow) error {
	var s Statement
	if err := json.Unmarshal(row.statement, &s); err != nil {
		return sekisho.E("vault.terminate", sekisho.Corrupt, err)
	}
	e, err := v.current.epoch()
	if err != nil {
		return err
	}
	s.Destroyed = e.made.Truncate(time.Second) // the epoch began in the transaction that deleted the key
	s.NewEpoch, s.Backups, s.Copies, s.Left = e.number, s.Destroyed, s.Destroyed.Add(v.config.Copies), v.left
	s.Ledger = v.journal.Size()
	private, err := v.certificateKey()
	if err != nil {
		return err
	}
	if row.statement, err = json.Marshal(s); err != nil {
		return err
	}
	row.signature, row.step = ed25519.Sign(private, row.statement), certified
	return v.current.setTermination(*row)
}

func (v *Vault) certificateKey() (ed25519.PrivateKey, error) {
	seed, err := v.installationSecret("certificate")
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (v *Vault) certificate(row terminationRow) (wire.Certificate, error) {
	private, err := v.certificateKey()
	if err != nil {
		return wire.Certificate{}, err
	}
	return wire.Certificate{Contract: row.contract, Done: row.step == certified, Statement: row.statement, Signature: row.signature,
		Public: private.Public().(ed25519.PublicKey)}, nil
}

// resumeTerminations finishes what a crash left.
func (v *Vault) resumeTerminations() error {
	list, err := v.current.terminations()
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.step < certified {
			if _, err := v.endContract(r); err != nil {
				return err
			}
			continue
		}
		// A data backup from before may have been put back: its rows are unreadable, and go again.
		if v.generations[r.contract] != 0 {
			if err := v.keys.forget(r.contract); err != nil {
				return err
			}
			delete(v.generations, r.contract)
		}
	}
	return nil
}

func (v *Vault) terminated(context.Context, sekisho.Caller, wire.Nothing) (wire.Certificates, error) {
	list, err := v.current.terminations()
	if err != nil {
		return wire.Certificates{}, err
	}
	var out wire.Certificates
	for _, r := range list {
		c, err := v.certificate(r)
		if err != nil {
			return out, err
		}
		out.List = append(out.List, c)
	}
	return out, nil
}

// notification is the key pair of the installation that contacts of customers who are gone are boxed to.
func (v *Vault) notification() (key.Pair, error) {
	private, err := v.installationSecret("notification")
	if err != nil {
		return key.Pair{}, err
	}
	return key.ParsePair(private) // any 32 bytes are one
}

func contactFor(c sekisho.ContractID) seal.For {
	return seal.For{Contract: c, Key: uint8(wire.NotificationKey)}
}

func (v *Vault) sealContact(c sekisho.ContractID, text string) ([]byte, error) {
	if len(text) > longestReason {
		return nil, sekisho.E("vault.contact", sekisho.Invalid, fmt.Errorf("a contact has at most %d bytes", longestReason))
	}
	p, err := v.notification()
	if err != nil {
		return nil, err
	}
	return key.BoxFor(p.Public(), contactFor(c), []byte(text))
}

// contact gives the contact of a customer that is gone: an opening, entered as any.
func (v *Vault) contact(_ context.Context, who sekisho.Caller, q wire.ContactQuery) (wire.ContactGiven, error) {
	row, err := v.termination(q.Contract)
	if err != nil {
		return wire.ContactGiven{}, err
	}
	if len(row.contact) == 0 || !v.config.Clock().Before(row.expires) {
		return wire.ContactGiven{}, sekisho.E("vault.contact", sekisho.NotFound, errors.New("no contact is kept of this contract"))
	}
	p, err := v.notification()
	if err != nil {
		return wire.ContactGiven{}, err
	}
	text, err := p.UnboxFor(contactFor(q.Contract), row.contact)
	if err != nil {
		return wire.ContactGiven{}, sekisho.E("vault.contact", sekisho.Corrupt, err)
	}
	e := by(who, ledger.Opening)
	e.Contract, e.Class, e.Actor = q.Contract, sekisho.ClassDirectory, q.Operator
	if err := v.enter(e); err != nil {
		return wire.ContactGiven{}, err
	}
	return wire.ContactGiven{Contact: string(text), Expires: row.expires}, nil
}
