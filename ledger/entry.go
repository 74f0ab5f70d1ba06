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
	Heartbeat                  // the component lives and did nothing else: silence is provable
	Emergency                  // two operators allowed openings that leave no entry, from here on
	Gap                        // from Object to Object+Bytes ms since 1970 entries may be missing: nothing of that time can be ruled out
	Prune                      // rows of this stream before number Object are gone or may go: their retention is over
	Hold                       // a legal hold was set (Object is its number) or, with FlagDenied, lifted
)

// Flags of an entry.
const (
	FlagDenied    uint8 = 1 << iota // it was asked for and refused
	FlagLease                       // what was given out may be used beyond this request
	FlagEmergency                   // it was allowed in an emergency
	FlagGap                         // entries before this one may be missing
	FlagSync                        // a client brings its copy up to date, as the asker says: what it did not ask for again it has already
)

// Start says which program runs: SHA-256 of its file, in Session, Object, Actor and Address, eight bytes each, big-endian.

// SetDigest puts the digest of a program into a Start entry.
func (e *Entry) SetDigest(d [32]byte) {
	be := binary.BigEndian
	e.Session, e.Object = sekisho.SessionID(be.Uint64(d[:])), be.Uint64(d[8:])
	e.Actor, e.Address = be.Uint64(d[16:]), be.Uint64(d[24:])
}

// Digest is the digest of the program in a Start entry.
func (e Entry) Digest() (d [32]byte) {
	be := binary.BigEndian
	be.PutUint64(d[:], uint64(e.Session))
	be.PutUint64(d[8:], e.Object)
	be.PutUint64(d[16:], e.Actor)
	be.PutUint64(d[24:], e.Address)
	return d
}

// The kinds about the life of keys.
const (
	ShareUsed   Kind = iota + 40 // an officer's share was presented; the object is its number
	Recovery                     // officers opened an account's key, which its owner had lost
	ArchiveOpen                  // officers opened a contract's archive for a time
	ArchiveShut                  // an archive was closed before its time
	Rotation                     // a key was replaced; the object is its new generation or epoch
	Termination                  // a contract's keys were destroyed
)

// The kinds about incidents.
const (
	Scoped Kind = iota + 60 // a scope was computed: SHA-256 of its manifest as Start has that of a program, Bytes the incident, Count the scope
)

var kinds = [...]string{"", "opening", "denial", "login", "failure", "key-made", "key-gone", "grant", "start", "stop",
	"transit", "signature", "release", "config-read", "heartbeat", "emergency", "gap", "prune", "hold",
	40: "share-used", "recovery", "archive-open", "archive-shut", "rotation", "termination",
	60: "scope"}

// String is the kind as commands print it.
func (k Kind) String() string {
	if int(k) < len(kinds) && kinds[k] != "" {
		return kinds[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// Stream is where the entry belongs: the component that asked.
func (e Entry) Stream() Stream { return Stream{Node: e.Node, Role: e.Role, Cell: e.Cell} }

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

	Node, Cell uint16 // of the component: part of the stream's name, not of the row
}

// RowLen is the length of a row in its canonical form. The leaf hash of the tree is over these bytes.
const RowLen = 80

// Row appends the canonical form: little-endian, fixed places, no spare byte.
func (e Entry) Row(b []byte) []byte {
	le := binary.LittleEndian
	b = le.AppendUint64(b, e.Time)
	for _, n := range []uint64{uint64(e.Session), e.Object, uint64(e.Contract), uint64(e.Account), uint64(e.Process),
		e.Actor, e.Address, e.Bytes} {
		b = le.AppendUint64(b, n)
	}
	b = le.AppendUint32(b, e.Count)
	return append(b, byte(e.Kind), byte(e.Role), byte(e.Class), e.Flags)
}

var errRow = errors.New("ledger: not a row")

// ParseRow reads the canonical form. Every row of the right length is one entry, and every entry is one row.
func ParseRow(b []byte) (Entry, error) {
	if len(b) != RowLen {
		return Entry{}, errRow
	}
	n := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	return Entry{
		Time: n(0), Session: sekisho.SessionID(n(1)), Object: n(2), Contract: sekisho.ContractID(n(3)),
		Account: sekisho.AccountID(n(4)), Process: sekisho.Instance(n(5)), Actor: n(6), Address: n(7), Bytes: n(8),
		Count: binary.LittleEndian.Uint32(b[72:]), Kind: Kind(b[76]), Role: sekisho.Role(b[77]), Class: sekisho.Class(b[78]), Flags: b[79],
	}, nil
}
