package wire

import (
	"time"

	"sekisho"
)

// What may be asked of vault about the ledger. Rows, proofs and checkpoints hold internal numbers only, no name and no key.
// Checkpoints go to witnesses through whoever may ask VaultSubmit and VaultCosign: the network is never vault's.

// The calls of vault about the ledger; VaultTail and VaultVerify stand with the others.
var (
	VaultStreams = define[Nothing, Streams](sekisho.Vault, 64, "streams", small, sekisho.Admin)
	VaultProve   = define[Prove, Proven](sekisho.Vault, 65, "prove", small, sekisho.Admin)
	VaultPrune   = define[Prune, Pruned](sekisho.Vault, 66, "prune", small, sekisho.Admin)
	VaultHold    = define[HoldChange, Holds](sekisho.Vault, 67, "hold", small, sekisho.Admin)
	VaultSubmit  = define[Submit, Submission](sekisho.Vault, 68, "submit", small, sekisho.Admin)
	VaultCosign  = define[Cosign, Cosigned](sekisho.Vault, 69, "cosign", small, sekisho.Admin)
)

// Tail asks for entries: of one stream from a number on, or, without a stream, of all in the order in which they were
// entered; then From counts over all streams, and only the newest 10,000 are remembered.
type Tail struct {
	Stream string // "0-reader-2"; "" for all
	From   uint64
	Most   int
	Last   bool          // the newest Most instead
	Wait   time.Duration // for one to come, at most
}

// Entries are canonical ledger rows (package ledger). Next is the From of the next question.
type Entries struct {
	Rows   []byte
	Places []EntryPlace // one for each row
	Next   uint64
	Size   uint64 // of the stream, or of all
}

// EntryPlace is where an entry stands.
type EntryPlace struct {
	Node   uint16
	Role   sekisho.Role
	Cell   uint16
	Number uint64
}

// Verify begins a verification of the whole ledger (Token 0), or goes on with one for a while.
type Verify struct {
	Token uint64
	Since []byte // JSON of an earlier verification's state: only what is new is read
}

// Verified is how far a verification is. Report is JSON, complete when Finished.
type Verified struct {
	Token       uint64
	Done, Total uint64
	Finished    bool
	Report      []byte
}

// Streams is the ledger as it stands.
type Streams struct {
	List       []StreamState
	Checkpoint []byte // signed note; empty before the first
	Key        string // that verifies it
	Failure    string // why blocks or checkpoints cannot be written at present; "" when all is well
}

// StreamState is one stream.
type StreamState struct {
	Name                string
	First, Sealed, Size uint64
	Root                []byte
	Blocks              int
}

// Prove asks for the proof of one entry.
type Prove struct {
	Stream string
	Number uint64
}

// Proven is a proof as a file: c2sp.org/tlog-proof@v1.
type Proven struct{ Proof []byte }

// Prune lets entries go that are older than Keep; 0 for the retention, which is the least.
type Prune struct {
	Keep     time.Duration
	Operator uint64 // user number of the operator + 1
}

// Pruned is what went.
type Pruned struct{ List []PrunedStream }

// PrunedStream is what went of one stream: the entries from From to To. Held is the hold that kept more.
type PrunedStream struct {
	Name     string
	From, To uint64
	Blocks   int
	Held     uint64
}

// HoldChange sets a legal hold, lifts one, or, with neither, only asks which there are.
type HoldChange struct {
	From, Until time.Time
	Reason      string // "": none is set
	Lift        uint64 // 0: none is lifted
	Operator    uint64 // user number of the operator + 1
}

// Holds are the legal holds now.
type Holds struct{ List []LegalHold }

// LegalHold keeps entries of a time from being pruned.
type LegalHold struct {
	ID          uint64
	From, Until time.Time
	Reason      string
	By          uint64
	Set         time.Time
}

// Submit asks for what a witness is sent that has signed the first Old heads.
type Submit struct{ Old uint64 }

// Submission is the body of a request to a witness (c2sp.org/tlog-witness), and the checkpoint in it.
type Submission struct {
	Body       []byte
	Checkpoint []byte
}

// Cosign hands in what witnesses answered to a checkpoint. Keys are theirs, as the operator knows them.
type Cosign struct {
	Checkpoint []byte
	Answer     []byte
	Keys       []string
	Operator   uint64
}

// Cosigned is the checkpoint with the witnesses' signatures that hold.
type Cosigned struct{ Checkpoint []byte }
