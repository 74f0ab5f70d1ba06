package wire

import (
	"os"
	"time"

	"sekisho"
)

// A contract's own data is looked for by keyed fingerprints (package scan/exact): the contract makes a set of them where the data is, with
// a key that vault derives from the contract's and that ends with it, and store keeps the set. Store cannot ask a set anything without
// the key; gate gets both and hands them on to the worker that reads the mail, the set as a descriptor that can only be read.

// The calls about sets of fingerprints.
var (
	VaultPrint  = define[PrintQuery, PrintKey](sekisho.Vault, 156, "print", small, sekisho.Gate, sekisho.Admin)
	StorePrints = define[PrintQuery, Prints](sekisho.Store, 156, "prints", small, sekisho.Gate, sekisho.Admin)
)

// PrintQuery names a contract. Operator is who asks, when a person does.
type PrintQuery struct {
	Contract sekisho.ContractID
	Operator uint64
	Listed   bool // StorePrints: what there is, without descriptors
}

// PrintKey is the key of a contract's fingerprints.
type PrintKey struct{ Key []byte }

// Prints are a contract's sets.
type Prints struct{ List []Print }

// Print is one set. File is the set's bytes, open for reading; it belongs to who asked.
type Print struct {
	Name   string
	Digest string // SHA-256 of the set, in hexadecimal
	Size   int64
	Key    []byte // with a scan only
	At     time.Time
	File   *os.File
}

// AdminPrint puts or drops a set.
type AdminPrint struct {
	Do       string // "put", "drop"
	Contract sekisho.ContractID
	Name     string
	Set      []byte // put: as package scan/exact encodes it
}

// PrintForm is how a set begins, as package scan/exact writes it: what has another form is taken for a mistake.
const PrintForm = "skexact2"

// MostPrints is how many sets a contract may have, and MostPrint how many bytes one.
const (
	MostPrints = 8
	MostPrint  = 40_000_000
)
