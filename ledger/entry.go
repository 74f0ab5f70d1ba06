// Package ledger is the append-only record of who was given which key, and when: its rows, its tree and its frames.
//
// It is pure: bytes in, values out. Vault writes the rows, with blob, and answers nobody before they are on disk. A row
// holds numbers only; names and addresses live in tables that can be erased.
package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"

	"sekisho"
)

// Kind says what an entry records. The numbers stand in ledgers for ever: never change one, only add.
type Kind uint8

// The kinds of entries.
const (
	Opening    Kind = iota + 1 // keys of a class were given out
	Denial                     // keys were asked for and refused
	Login                      // a secret opened a slot
	Failure                    // a secret opened no slot
	KeyMade                    // a key pair, slot or signing key was made
	KeyGone                    // a key or slot was destroyed
	Grant                      // a policy or a right was changed
	Start                      // a process started
	Stop                       // a process ended
	PassedBy                   // a mail in the clear passed through a process
	Signature                  // a signing key was used
	Release                    // a data key was boxed to somebody else, as a person decided
	ConfigRead                 // an operator looked at a contract's settings
)

// The kinds about the life of keys.
const (
	ShareUsed   Kind = iota + 40 // an officer's share was presented; the object is its number
	Recovery                     // officers opened an account's key, which its owner had lost
	ArchiveOpen                  // officers opened a contract's archive for a time
	ArchiveShut                  // an archive was closed before its time
	Rotation                     // a key was replaced; the object is its new generation or epoch
	Termination                  // a contract's keys were destroyed
)

var kinds = [...]string{"", "opening", "denial", "login", "failure", "key-made", "key-gone", "grant", "start", "stop",
	"transit", "signature", "release", "config-read", 40: "share-used", "recovery", "archive-open", "archive-shut", "rotation", "termination"}

// String is the kind as commands print it.
func (k Kind) String() string {
	if int(k) < len(kinds) && kinds[k] != "" {
		return kinds[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// Entry is one line of the ledger: one object, or one run of consecutive objects, of one class.
type Entry struct {
	Time     uint64 // milliseconds since 1970, UTC
	Kind     Kind
	Role     sekisho.Role     // who asked: set by vault from the line
	Process  sekisho.Instance // which process asked
	Class    sekisho.Class
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Session  sekisho.SessionID
	Object   uint64 // first object: a message, key or slot number
	Count    uint32 // objects Object, Object+1, ...; 1 for one
	Bytes    uint64 // where it is known
	Actor    uint64 // operator's user number + 1, or 0; for transit the worker's instance
	Address  uint64 // pseudonym of the client's network address; 0 without
	Flags    uint8
}

// RowLen is the length of a row in its canonical form. The leaf hash of the tree is over these bytes.
const RowLen = 96

// Row appends the canonical form: little-endian, fixed places, spare bytes zero.
func (e Entry) Row(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, e.Time)
	for _, n := range []uint64{uint64(e.Session), e.Object, uint64(e.Contract), uint64(e.Account), uint64(e.Process),
		e.Actor, e.Address, e.Bytes} {
		b = le.AppendUint64(b, n)
	}
	b = le.AppendUint32(b, e.Count)
	b = append(b, byte(e.Kind), byte(e.Role), byte(e.Class), e.Flags)
	return append(b, make([]byte, RowLen-9*8-8)...)
}

var errRow = errors.New("ledger: not a row")

// ParseRow reads the canonical form; it accepts nothing that Row does not write.
func ParseRow(b []byte) (Entry, error) {
	if len(b) != RowLen {
		return Entry{}, errRow
	}
	for _, x := range b[80:] {
		if x != 0 {
			return Entry{}, errRow
		}
	}
	n := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	return Entry{
		Time: n(0), Session: sekisho.SessionID(n(1)), Object: n(2), Contract: sekisho.ContractID(n(3)),
		Account: sekisho.AccountID(n(4)), Process: sekisho.Instance(n(5)), Actor: n(6), Address: n(7), Bytes: n(8),
		Count: binary.LittleEndian.Uint32(b[72:]), Kind: Kind(b[76]), Role: sekisho.Role(b[77]), Class: sekisho.Class(b[78]), Flags: b[79],
	}, nil
}
