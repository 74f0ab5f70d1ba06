package wire

import (
	"time"

	"sekisho"
	"sekisho/learn"
)

// What people say of their mail is noted by store with the act itself: mail moved into Junk or out of it, a keyword, a word about
// something in quarantine. It is learned when a session of that person can open the mail: inspect takes its features, and store,
// which never sees the mail, teaches the layers with them; they are masked with a key that store does not have. A session speaks for its own account, whatever it sends: a wider layer
// counts it as one voice.

// The calls about what is learned.
var (
	VaultMask    = define[Nothing, MaskKey](sekisho.Vault, 147, "mask", small, sekisho.Gate, sekisho.Reader, sekisho.Webmail)
	StoreTeach   = define[Teach, Lessons](sekisho.Store, 154, "teach", 1<<20, sekisho.Webmail, sekisho.Reader)
	StoreLearned = define[LearnedQuery, Learned](sekisho.Store, 155, "learned", 1<<20, sekisho.Gate)
)

// MaskKey is the key under which store keeps what was learned (learn.Opinion.Mask). It opens nothing: who has it and what store keeps
// can ask whether a word was in mail that people spoke about.
type MaskKey struct{ Key []byte }

// Teach answers lessons of the account, and asks for the next.
type Teach struct {
	Pass Pass
	Done []Taught
	Most int // lessons wanted, at most 100
}

// Taught is what inspect made of a lesson's mail. Gone says that it cannot be opened any more; the lesson is over.
type Taught struct {
	ID      uint64
	Gone    bool
	Opinion learn.Opinion
}

// Lessons are what the account has said of its mail and is not learned yet, in order.
type Lessons struct{ List []Lesson }

// Lesson is one person's word on one mail. Label is "spam" or "ham".
type Lesson struct {
	ID      uint64
	Message sekisho.MessageID
	Label   string
	At      time.Time
}

// LearnedQuery asks for layers: of an account, or with Account 0 of its contract and of everybody.
type LearnedQuery struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// Learned are layers as package learn writes them, nil for one that nobody taught. Version is that of the newest.
type Learned struct {
	Version   uint64
	Everybody []byte
	Contract  []byte
	Account   []byte
}

// AdminLearned has a layer forget everything: of an account, or with Account 0 of the contract.
type AdminLearned struct {
	Do       string // "reset"
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// LearnedBy is a layer, how many mails of each sort it has learned, and when the last time was. Account 0 is the contract's.
type LearnedBy struct {
	Account   sekisho.AccountID
	Address   string
	Ham, Spam uint64
	Size      uint64 // bytes
	At        time.Time
	Unlearned uint64 // words about mail that wait for a session that can open it
}
