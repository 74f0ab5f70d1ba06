package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"sekisho"
)

// What console asks of store carries the pass of whoever is signed in. Store knows his duty and his contract, and answers
// accordingly: what belongs to another contract does not exist for him, and asking for it is entered in the ledger as a
// denial. An operator reaches a customer's data only while a grant stands; each such access is noted for the customer.

// The calls of store about administration.
var (
	StoreMe     = define[Bearer, Me](sekisho.Store, 110, "me", small, sekisho.Console)
	StorePage   = define[PageQuery, Page](sekisho.Store, 111, "page", large, sekisho.Console)
	StoreAmend  = define[Amendment, Amended](sekisho.Store, 112, "amend", large, sekisho.Console)
	StoreGrant  = define[GrantChange, Grant](sekisho.Store, 113, "grant", small, sekisho.Console)
	StoreLook   = define[Look, Looked](sekisho.Store, 114, "look", large, sekisho.Console)
	StoreSettle = define[Settlement, Kept](sekisho.Store, 115, "settle", small, sekisho.Console)
	StoreCount  = define[CountQuery, Counts](sekisho.Store, 116, "count", large, sekisho.Console)
	StoreMay    = define[May, Nothing](sekisho.Store, 117, "may", small, sekisho.Console)
	StoreSteer  = define[Steering, Steered](sekisho.Store, 119, "steer", small, sekisho.Console)
	StoreEnd    = define[Ending, Ended](sekisho.Store, 120, "end", large, sekisho.Console)
	StoreCase   = define[CaseQuery, Incidents](sekisho.Store, 118, "case", large, sekisho.Console)
)

// Bearer is somebody with a pass.
type Bearer struct{ Pass Pass }

// May asks whether somebody may do something in a contract, or, with 0, for the installation. A refusal is entered. It does not
// stand for the check that each other call makes for itself.
type May struct {
	Pass     Pass
	Right    sekisho.Right
	Contract sekisho.ContractID
}

// Me is who holds a pass.
type Me struct {
	Account  sekisho.AccountID
	Contract sekisho.ContractID
	Company  string // the contract's name
	Address  string
	Name     string
	Duty     string
	Language string
}

// PageQuery asks for a page of a list, narrowed to what the pass may see.
type PageQuery struct {
	Pass     Pass
	What     string             // "contract", "domain", "account", "alias", "group", "trace", "quarantine", "hold", "queue", "sender", "click", "fingerprint", "learned", "change", "grant", "access", "policy", "partner"
	Contract sekisho.ContractID // 0: all that the pass may see
	ID       uint64             // exactly this row
	Name     string             // exactly this domain, alias, group or account address
	Match    string             // part of a name or address, a reference or a Message-ID
	Status   sekisho.Status     // contract, account
	Duty     string             // account
	Domain   string             // account, alias
	Group    string             // partner: of this group
	Keyless  bool               // account: its keys are not made yet
	State    string             // queue: "waiting", "sending", "suspended"; "": all of these
	From, To time.Time          // trace, kept mail, queue, change, access, click; zero: no bound
	Fate     Fate               // trace
	Kind     string             // trace: with a finding of this kind
	Wanted   bool               // quarantine: whose release somebody asked for
	After    string             // Next of the page before
	Most     int                // at most 1000; 0: 100
}

// Page is the answer. Total counts all rows that match, up to a bound that makes it More.
type Page struct {
	Listed
	Domains  []DomainRow
	Changes  []Change
	Grants   []Grant
	Accesses []Access
	Policies []PolicyVersion
	Partners []Partner
	Senders  []Sender // the contract's list
	Clicks   []URLCount
	Prints   []Print // without descriptors
	Total    uint64
	More     bool   // there are more than Total
	Next     string // "": that was the last page
}

// DomainRow is a domain and whose it is.
type DomainRow struct {
	Contract sekisho.ContractID
	Domain   Domain
}

// Change is one change of a contract's directory or settings. Before and After are JSON; empty where there was nothing.
type Change struct {
	ID       uint64
	Contract sekisho.ContractID
	At       time.Time
	Account  sekisho.AccountID // who
	Who      string            // his address
	Session  sekisho.SessionID // under which the ledger has it
	What     string            // "account", "domain", ...
	Object   string            // its name
	Do       string
	Before   []byte
	After    []byte
}

// PolicyVersion is a policy that was in force, or is.
type PolicyVersion struct {
	Version uint64
	At      time.Time
	Who     string
	Text    []byte
}

// Amendment is a change that somebody makes.
type Amendment struct {
	Pass  Pass
	List  []Admin // all of them or none
	If    string  // Tag of the row as it was read, of one change; another row there now is a Conflict
	Whole bool    // contract: an empty list of people is meant, and is not "as it was"
}

// Amended is what was made.
type Amended struct {
	Done []AdminDone
	IDs  []uint64 // of the changes
}

// MessageMark stands for a Message-ID: equal for equal ones, and of no use to read. A Message-ID is part of the mail, and senders write
// into it what they like.
func MessageMark(id string) string {
	id = strings.ToLower(strings.Trim(id, "<> \t\r\n"))
	if id == "" {
		return ""
	}
	h := sha256.Sum256([]byte("message-id/v1/" + id))
	return "mid:" + hex.EncodeToString(h[:12])
}

// Tag names a state of a row: equal rows have equal tags.
func Tag(row any) string {
	b, err := json.Marshal(row)
	if err != nil {
		return ""
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:12])
}

// GrantChange asks for a grant, or decides about one.
type GrantChange struct {
	Pass     Pass
	Do       string // "ask", "approve", "refuse", "end"
	Contract sekisho.ContractID
	ID       uint64
	Reason   string
	For      time.Duration // ask: 4 hours by default, 12 at most
}

// Grant is an operator's way into a customer's data: for a reason and a time, by the customer's word or a second operator's.
type Grant struct {
	ID       uint64
	Contract sekisho.ContractID
	Account  sekisho.AccountID // the operator
	Home     sekisho.ContractID
	Who      string
	Reason   string
	Asked    time.Time
	For      time.Duration
	State    string // "asked", "standing", "refused", "ended", "over"
	By       string // who decided
	Decided  time.Time
	Until    time.Time
	Setup    bool // given by itself: the contract has no administrator yet
}

// Access is one use of a grant.
type Access struct {
	ID       uint64
	Contract sekisho.ContractID
	Grant    uint64
	At       time.Time
	Who      string
	What     string
	Object   string
}

// Look asks for one kept mail, with the sealed pieces wanted and the box to open them by.
type Look struct {
	Pass     Pass
	Contract sekisho.ContractID
	Kind     string // "quarantine", "hold"
	ID       uint64
	Want     Want
	Settle   bool // to release it, not to read it
}

// Looked is the mail. Digest stands for its bytes: what is approved is what was looked at.
type Looked struct {
	Kept   Kept
	Sealed SealedMessage
	Spool  []byte // public key of the contract, for release to the outside
	Digest []byte
}

// Settlement ends a hold or a quarantine.
type Settlement struct {
	Pass       Pass
	Contract   sekisho.ContractID
	Resolution Resolution
	Approve    bool   // it is somebody else's mail that waits for a word
	Digest     []byte // approve: of what was looked at
	Note       string // refuse: why
}

// Steering is what somebody wants done with deliveries to the outside.
type Steering struct {
	Pass     Pass
	Contract sekisho.ContractID
	Do       string // "retry", "give-up", "cancel"
	IDs      []sekisho.QueueID
}

// Steered says of each delivery, in the order of the asking, whether it was done. One that another's word, or its own end, was
// faster for is not: the others are.
type Steered struct{ Done []bool }

// Ending is about the end of a contract; operators only. The steps of one: begin at store, destroy the keys at vault (VaultHandEnd),
// finish at store. Each may be repeated, and an end that stops in between is finished by admin when it starts.
type Ending struct {
	Pass     Pass
	Do       string // "look", "begin", "finish"
	Contract sekisho.ContractID
	Name     string // begin: the contract's name once more
	Reason   string // begin: for the certificate
	Contact  string // begin: whom to tell of a breach that is found later
}

// Ended is what a contract has, and the certificate once it is over.
type Ended struct {
	Contract    Contract
	Accounts    uint64
	Domains     uint64
	Messages    uint64
	Bytes       uint64
	Archived    uint64 // messages that its archive keeps
	Kept        uint64 // in quarantine and on hold
	Queue       uint64 // waiting for delivery
	Certificate Certificate
}

// EndingBy tells vault that store lets a session end a contract within a few minutes, and what its certificate is to say.
type EndingBy struct {
	Session sekisho.SessionID
	Until   time.Time
	What    Terminate
}

// HandEnd destroys a contract's keys by somebody signed in, as store told of.
type HandEnd struct {
	Hand     Hand
	Contract sekisho.ContractID
}

// CountQuery asks how many mails had which fate.
type CountQuery struct {
	Pass     Pass
	Contract sekisho.ContractID // 0: all; operators only
	From, To time.Time
	Step     time.Duration // an hour, a day, a minute
}

// Counts are columns: Starts has the beginnings of the steps, each series one number for each of them.
type Counts struct {
	Starts []time.Time
	Series []Series
	Part   bool // there were too many mails to count them all
}

// Series is one column.
type Series struct {
	Name   string // "fate/mailbox", "direction/inbound", "kind/spam", "bytes"
	Values []uint64
}

// CaseQuery asks for an incident's record; operators only.
type CaseQuery struct {
	Pass   Pass
	Change IncidentChange // "list", "get" or "manifest"
}

// What console asks of vault carries session and secret of whoever is signed in; vault does for his contract only, or where
// a grant that store told of stands.

// The calls of vault about administration.
var (
	VaultHandContract = define[HandContract, ContractKeys](sekisho.Vault, 100, "hand-contract", small, sekisho.Console)
	VaultHandAccount  = define[HandAccount, AccountKeys](sekisho.Vault, 101, "hand-account", small, sekisho.Console)
	VaultHandSigner   = define[HandSigner, Signer](sekisho.Vault, 102, "hand-signer", small, sekisho.Console)
	VaultHandKept     = define[HandKept, Opened](sekisho.Vault, 103, "hand-kept", small, sekisho.Console)
	VaultHandTransit  = define[HandTransit, Nothing](sekisho.Vault, 104, "hand-transit", small, sekisho.Console)
	VaultToken        = define[TokenChange, Tokens](sekisho.Vault, 105, "token", small, sekisho.Console)
	VaultHandLedger   = define[HandLedger, LedgerAnswer](sekisho.Vault, 106, "hand-ledger", large, sekisho.Console)
	VaultHandEnd      = define[HandEnd, Certificate](sekisho.Vault, 110, "hand-end", small, sekisho.Console)
	VaultEnding       = define[EndingBy, Nothing](sekisho.Vault, 111, "ending", small, sekisho.Store)
	VaultRefused      = define[Refused, Nothing](sekisho.Vault, 107, "refused", small, sekisho.Store)
	VaultGranted      = define[Granted, Nothing](sekisho.Vault, 108, "granted", small, sekisho.Store)
)

// Hand is whose hand does something: his session, and its secret.
type Hand struct {
	Session sekisho.SessionID
	Secret  []byte
}

// HandContract is NewContract by somebody signed in.
type HandContract struct {
	Hand Hand
	New  NewContract
}

// HandAccount is NewAccount by somebody signed in.
type HandAccount struct {
	Hand Hand
	New  NewAccount
}

// HandSigner is NewSigner by somebody signed in: DKIM keys; and, where STS names the contract of the domain, the key of the host that
// serves its MTA-STS policy.
type HandSigner struct {
	Hand Hand
	New  NewSigner
	STS  sekisho.ContractID
}

// HandKept is OpenKept by somebody signed in.
type HandKept struct {
	Hand Hand
	Open OpenKept
}

// HandTransit enters mail in the clear that passed console for somebody.
type HandTransit struct {
	Hand Hand
	Runs []Passage
}

// HandLedger asks about the ledger.
type HandLedger struct {
	Hand    Hand
	Streams bool
	Tail    *Tail
	Verify  *Verify
}

// LedgerAnswer answers what was asked.
type LedgerAnswer struct {
	Streams Streams
	Entries Entries
	Verify  Verified
}

// Refused tells vault of what store refused, for the ledger.
type Refused struct {
	By       sekisho.Caller // who asked store
	Session  sekisho.SessionID
	Contract sekisho.ContractID // whose data were asked for
	Account  sekisho.AccountID  // who asked
	Class    sekisho.Class
	Object   uint64
}

// Granted tells vault that an operator may act in a contract until a time; a zero time ends it.
type Granted struct {
	ID       uint64
	Contract sekisho.ContractID
	Home     sekisho.ContractID // the operator's own
	Account  sekisho.AccountID
	Until    time.Time
}

// TokenChange makes, lists or revokes the holder's own access tokens.
type TokenChange struct {
	Hand     Hand
	Do       string // "make", "list", "revoke"
	ID       uint64
	Name     string
	Scopes   []string
	Networks []string // CIDR; empty: from anywhere
	Expires  time.Time
}

// Tokens are the holder's tokens, or the one that was made. Secret is shown once and not kept.
type Tokens struct {
	List   []AccessToken
	Secret string
}

// AccessToken is one token without its secret.
type AccessToken struct {
	ID       uint64
	Name     string
	Scopes   []string
	Networks []string
	Made     time.Time
	Expires  time.Time
	Used     time.Time
}
