package admin

import (
	"time"

	"sekisho"
	"sekisho/wire"
)

// This file is the language between commands and admin: one question and one answer type per call. Names in JSON are
// those of the command line.

// ContractAdd makes a contract.
type ContractAdd struct {
	Name     string   `json:"name"`
	Language string   `json:"language,omitempty"` // "ja" or "en"
	Networks []string `json:"networks,omitempty"` // relay sources
	Recovery string   `json:"recovery,omitempty"` // "K/N" officers, or "none"; empty: two of three with the operator
	Archive  bool     `json:"archive,omitempty"`  // every mail is archived too
}

// Contract is a contract as commands show it.
type Contract struct {
	ID       sekisho.ContractID `json:"id"`
	Name     string             `json:"name"`
	Status   string             `json:"status"`
	Language string             `json:"language"`
	Domains  []Domain           `json:"domains"`
	Networks []string           `json:"networks"`
	Policy   string             `json:"policy,omitempty"` // "default" or "own"
	People   int                `json:"people"`
	Archive  bool               `json:"archive"`
	Senders  string             `json:"senders,omitempty"`
	Digest   string             `json:"digest,omitempty"`
	Hosts    []string           `json:"hosts,omitempty"`  // of its own, for mail programs
	Forward  []string           `json:"forward"`          // domains that people's filters may send mail on to, besides its own
	Hold     string             `json:"hold,omitempty"`   // why its data may not be destroyed
	Wait     int                `json:"wait"`             // most minutes that people may let their own mail wait before it leaves
	Reply    string             `json:"reply"`            // who gets automatic replies
	Shares   *Shares            `json:"shares,omitempty"` // set once, when it was made
}

// ContractSet changes a contract; empty fields stay.
type ContractSet struct {
	Contract string        `json:"contract"` // name or number
	Status   string        `json:"status,omitempty"`
	Language string        `json:"language,omitempty"`
	Networks []string      `json:"networks,omitempty"`
	People   []wire.Person `json:"people,omitempty"`
	Policy   string        `json:"policy,omitempty"` // TOML
	Total    int           `json:"total,omitempty"`
	Hourly   int           `json:"hourly,omitempty"`
	Daily    int           `json:"daily,omitempty"`
	Defer    string        `json:"unscanned,omitempty"`
	Senders  string        `json:"senders,omitempty"` // "own" or "none"
	Digest   string        `json:"digest,omitempty"`  // "off", "6h", "08:00+09:00"
	Archive  bool          `json:"archive,omitempty"` // archive mail from now on
	Hosts    []string      `json:"hosts,omitempty"`   // host names of its own; replaces the list
	Forward  []string      `json:"forward,omitempty"` // domains that people's filters may send mail on to; replaces the list; "none" empties it
	Hold     string        `json:"hold,omitempty"`    // a legal hold's reason; none lifts it
	Wait     int           `json:"wait,omitempty"`    // most minutes that people may let their own mail wait before it leaves; -1: none
	Reply    string        `json:"reply,omitempty"`   // who gets automatic replies: all, inside, nobody
}

// Domain is a domain as commands show it.
type Domain struct {
	Name     string             `json:"name"`
	Contract sekisho.ContractID `json:"contract"`
	Route    []string           `json:"route"` // next hops; empty when hosted here
	DKIM     []DKIM             `json:"dkim"`
	STS      string             `json:"sts,omitempty"` // mode of its MTA-STS policy
}

// DKIM is a published key.
type DKIM struct {
	Selector  string `json:"selector"`
	Algorithm string `json:"algorithm"`
	Record    string `json:"record"`          // the TXT record's text
	State     string `json:"state,omitempty"` // "": it signs; "next": its record is to be published; "old": its record stays for mail under way
}

// DomainAdd adds a domain to a contract and makes its DKIM keys.
type DomainAdd struct {
	Contract string   `json:"contract"`
	Name     string   `json:"name"`
	Route    []string `json:"route,omitempty"` // "host[:port][/may|must|verify]"
}

// DomainSTS offers MTA-STS for a domain, or ends it.
type DomainSTS struct {
	Name string `json:"name"`
	Mode string `json:"mode"` // "testing", "enforce", "none" (others are told to forget it), "off"
}

// AccountAdd makes an account of the domain in its address.
type AccountAdd struct {
	Address  string `json:"address"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password"`
	Role     string `json:"role,omitempty"` // one of sekisho.Duties
	Quota    int64  `json:"quota,omitempty"`
	Given    string `json:"given,omitempty"` // an app password to use instead of a new one
}

// Account is an account as commands show it. AppPassword is set once, when it was made.
type Account struct {
	ID          sekisho.AccountID  `json:"id"`
	Contract    sekisho.ContractID `json:"contract"`
	Address     string             `json:"address"`
	Name        string             `json:"name"`
	Role        string             `json:"role"`
	Status      string             `json:"status"`
	Supervisor  string             `json:"supervisor,omitempty"`
	Leaves      string             `json:"leaves,omitempty"` // his announced last day
	AppPassword string             `json:"app_password,omitempty"`
}

// AccountSet changes an account. Empty fields stay as they are.
type AccountSet struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
	Role    string `json:"role,omitempty"`
	Status  string `json:"status,omitempty"` // active, suspended
	Quota   int64  `json:"quota,omitempty"`

	Supervisor string `json:"supervisor,omitempty"` // an address; "none": nobody
	Leaves     string `json:"leaves,omitempty"`     // his announced last day, as 2026-12-31; "none": he stays
	Wait       *int   `json:"wait,omitempty"`       // minutes that his own mail waits before it leaves; 0: it leaves at once
	WaitFor    string `json:"wait_for,omitempty"`   // all, outside, inside
}

// Delegate says who stands in for somebody who is away; without a deputy nobody does any more.
type Delegate struct {
	Address string    `json:"address"`
	Deputy  string    `json:"deputy,omitempty"`
	Since   time.Time `json:"since"`
	Until   time.Time `json:"until"`
}

// AppPassword makes or revokes an app password; it needs the account's main password.
type AppPassword struct {
	Address  string `json:"address"`
	Password string `json:"password"`
	Label    string `json:"label,omitempty"`
	Revoke   uint64 `json:"revoke,omitempty"`
}

// AppPasswordMade is the answer, shown once.
type AppPasswordMade struct {
	ID     uint64 `json:"id"`
	Secret string `json:"app_password,omitempty"`
}

// AliasAdd adds or removes an alias.
type AliasAdd struct {
	Address  string   `json:"address"`
	Targets  []string `json:"targets"`
	Identity bool     `json:"identity"` // targets may send as it
	Remove   bool     `json:"remove,omitempty"`
}

// GroupSet makes a group of addresses for policy, or removes it.
type GroupSet struct {
	Contract string   `json:"contract"`
	Name     string   `json:"name"`
	Members  []string `json:"members"`
	Remove   bool     `json:"remove,omitempty"`
}

// Query asks for a list.
type Query struct {
	Contract string        `json:"contract,omitempty"`
	Match    string        `json:"match,omitempty"`
	ID       uint64        `json:"id,omitempty"`
	Since    time.Duration `json:"since,omitempty"` // back from now
	Most     int           `json:"most,omitempty"`
	All      bool          `json:"all,omitempty"`
}

// Kept is a mail in quarantine or on hold.
type Kept struct {
	ID        uint64             `json:"id"`
	Contract  sekisho.ContractID `json:"contract"`
	Trace     string             `json:"trace"`
	From      string             `json:"from"`
	Recipient string             `json:"recipient"`
	Subject   string             `json:"subject,omitempty"` // only in show: it is an opening
	Rule      string             `json:"rule"`
	Reason    string             `json:"reason"`
	Arrived   time.Time          `json:"arrived"`
	Until     time.Time          `json:"until"`
	AtEnd     string             `json:"at_end,omitempty"`
	Wanted    bool               `json:"wanted,omitempty"` // its recipient asked for the release
	Size      int64              `json:"size"`
	Preview   string             `json:"preview,omitempty"`
	Findings  []sekisho.Finding  `json:"findings,omitempty"`
}

// QueueItem is a delivery to the outside.
type QueueItem struct {
	ID        sekisho.QueueID    `json:"id"`
	Contract  sekisho.ContractID `json:"contract"`
	Trace     string             `json:"trace"`
	From      string             `json:"from"`
	Recipient string             `json:"recipient"`
	State     string             `json:"state"`
	Attempts  int                `json:"attempts"`
	Arrived   time.Time          `json:"arrived"`
	Next      time.Time          `json:"next"`
	Last      string             `json:"last,omitempty"`
	Size      int64              `json:"size"`
}

// Act ends a hold, a quarantine or a queue item.
type Act struct {
	Kind string `json:"kind"` // quarantine, hold, queue
	What string `json:"what"` // release, delete, send, cancel, retry, suspend, resume
	ID   uint64 `json:"id"`
}

// Trace is one mail's way for one recipient.
type Trace struct {
	Trace     string             `json:"trace"`
	Contract  sekisho.ContractID `json:"contract"`
	Message   sekisho.MessageID  `json:"message"`
	At        time.Time          `json:"at"`
	Direction string             `json:"direction"`
	From      string             `json:"from"`
	Author    string             `json:"author,omitempty"` // header From
	Recipient string             `json:"recipient"`
	Client    string             `json:"client"`
	TLS       string             `json:"tls,omitempty"`
	Fate      string             `json:"fate"`
	Action    string             `json:"action"`
	Rule      string             `json:"rule"`
	Reason    string             `json:"reason"`
	Score     float64            `json:"score"`
	Findings  []sekisho.Finding  `json:"findings"`
	Events    []Event            `json:"events"`
}

// Event is something that happened later.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Fault is the answer when a call failed.
type Fault struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// DigestSend has digests of quarantine sent: of what is due, or now.
type DigestSend struct {
	Contract string `json:"contract,omitempty"` // "" all
	Now      bool   `json:"now,omitempty"`
}

// DigestSent counts the people that are told, and mails of which they are told.
type DigestSent struct {
	People int `json:"people"`
	Mails  int `json:"mails"`
}
