package wire

import "sekisho"

// link speaks with services of others whose destinations are fixed in the configuration: the key management service that
// wraps the root key, and the witnesses that sign checkpoints of the ledger. It keeps no key: what it is asked to wrap or unwrap
// passes through it and is forgotten.

// The calls of link.
var (
	LinkKey     = define[KeyService, KeyServed](sekisho.Link, 1, "key", small, sekisho.Vault)
	LinkWitness = define[Witness, Witnessed](sekisho.Link, 2, "witness", small, sekisho.Vault)
)

// KeyService asks the key management service.
type KeyService struct {
	Do      string // "wrap", "unwrap", "rotate": begin a new version of the service's key, "trim": destroy all older versions
	Key     []byte // wrap
	Wrapped string // unwrap: as wrap gave it
	Context string // what the wrap is bound to
}

// Witness carries a submission (c2sp.org/tlog-witness, add-checkpoint) to one of the configured witnesses.
type Witness struct {
	Number int // its place in the configuration
	Body   []byte
}

// Witnessed is its answer: cosignature lines; or, when it signed another size last, that size, and nothing is signed.
type Witnessed struct {
	Answer []byte
	Other  bool
	Size   uint64
}

// KeyServed answers.
type KeyServed struct {
	Key     []byte // unwrap
	Wrapped string // wrap
	Left    string // trim: what could not be destroyed, and what to do
}
