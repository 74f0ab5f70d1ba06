// Package scope computes from a ledger what one breach reached: reachable >= exposed >= confirmed, by contract, account and
// class.
//
//	reachable  what the components named could have asked for, from a graph of rights, cells and contracts over time
//	exposed    what the ledger shows was given out to them in the window, and what cannot be excluded: gaps, leases, keys
//	confirmed  exposed, and with a trace of the intruder: his session, or his address together with the component
//
// Each is a part of the one before; the engine checks that. A contract and class is then affected (confirmed), cannot be
// ruled out (exposed only, each with its reasons), not affected (reachable, and the rows of the component are all there and
// show nothing) or was never reachable. An address alone confirms nothing, since others share it, and a session of a real
// user that was taken over stays exposed: the ledger cannot tell the two apart.
//
// The engine is pure: files come through io/fs, time and parallelism are the caller's. Its result is a manifest, canonical
// bytes that the same ledger, indicators and graph give again bit by bit.
package scope

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sekisho"
)

// Version is the version of the rules by which this engine decides. It stands in every manifest.
const Version = 1

// Level is how near a finding is.
type Level int

// The levels. Elsewhere is outside of the three: traces of the intruder on components that nobody named.
const (
	Reachable Level = iota
	Exposed
	Confirmed
	Elsewhere
	levels
)

var levelNames = [levels]string{"reachable", "exposed", "confirmed", "elsewhere"}

// String is the level's name.
func (l Level) String() string { return levelNames[l] }

// Reason says why an exposure cannot be ruled out, or what confirmed one. Several may hold.
type Reason uint32

// The reasons. Their names stand in manifests: never change one, only add.
const (
	ByComponent  Reason = 1 << iota // opened by a component that was taken over; nothing says by whom
	ByHijacked                      // in a session of a real user that the intruder used too
	ByShared                        // from an address that others use too
	ByDoubt                         // the indicator that points to it is not of high confidence
	ByReused                        // in a session number that was given out more than once
	ByClock                         // the clock of the stream jumped: by its place it is in the window, by its time not
	ByGap                           // rows of the component are missing
	ByRetention                     // rows of the component were pruned
	ByDamage                        // rows of the component cannot be read
	ByLease                         // the component held keys beyond one request
	ByKey                           // a key that is out of hand opens it
	ByAccount                       // the account is out of its owner's hand
	ByVault                         // vault itself was taken over: what it enters proves nothing from then on
	ByGraph                         // the graph does not explain it
	ByEmergency                     // keys were given out while the ledger could not be written
	BySession                       // confirmed: the intruder's session
	ByAddress                       // confirmed: the component, from the intruder's address
	ByUnrecorded                    // the ledger has no entries about such data: whatever was reachable counts
	endOfReasons
)

var reasonNames = []string{"component", "hijacked-session", "shared-address", "low-confidence", "reused-session", "clock-jump", "gap",
	"outside-retention", "damaged", "lease", "key", "account", "vault", "graph", "emergency", "session", "address", "unrecorded"}

// Names are the reasons' names, in order.
func (r Reason) Names() []string {
	var out []string
	for i, n := range reasonNames {
		if r&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// Verdict is what may be said of one contract and class.
type Verdict int

// The verdicts, from the best to the worst.
const (
	NeverReachable Verdict = iota
	NotAffected
	CannotRuleOut
	Affected
)

var verdictNames = [...]string{"never-reachable", "not-affected", "cannot-rule-out", "affected"}

// String is the verdict's name.
func (v Verdict) String() string { return verdictNames[v] }

// Instant is a time in milliseconds since 1970, UTC; in JSON RFC 3339, or a date alone for its midnight in UTC. 0 is unset.
type Instant uint64

// Time is the instant as the library has it.
func (t Instant) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }

// MarshalJSON writes RFC 3339; null when unset.
func (t Instant) MarshalJSON() ([]byte, error) {
	if t == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time().Format("2006-01-02T15:04:05.999Z07:00"))
}

// UnmarshalJSON reads what MarshalJSON writes, and dates.
func (t *Instant) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil || s == nil {
		return err
	}
	at, err := ParseInstant(*s)
	*t = at
	return err
}

// ParseInstant reads RFC 3339 or a date.
func ParseInstant(s string) (Instant, error) {
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(form, s); err == nil && at.UnixMilli() > 0 {
			return Instant(at.UnixMilli()), nil
		}
	}
	return 0, fmt.Errorf("%q is no time: want 2006-01-02T15:04:05Z or 2006-01-02", s)
}

// Span is an interval of time: From inclusive, To exclusive. An unset From is always, an unset To is for ever.
type Span struct {
	From Instant `json:"from,omitempty"`
	To   Instant `json:"to,omitempty"`
}

func (s Span) ends() uint64 {
	if s.To == 0 {
		return 1<<64 - 1
	}
	return uint64(s.To)
}

func (s Span) has(t uint64) bool { return t >= uint64(s.From) && t < s.ends() }

// and is what both have in common; false when nothing.
func (s Span) and(o Span) (Span, bool) {
	out := Span{From: max(s.From, o.From), To: s.To}
	if s.To == 0 || o.To != 0 && o.To < s.To {
		out.To = o.To
	}
	return out, uint64(out.From) < out.ends()
}

func (s Span) check(what string) error {
	if s.To != 0 && s.From >= s.To {
		return fmt.Errorf("%s: from %s is not before to %s", what, s.From.Time().Format(time.RFC3339), s.To.Time().Format(time.RFC3339))
	}
	return nil
}

// ClassName is a class by its name in JSON.
type ClassName sekisho.Class

// MarshalText writes the class's name.
func (c ClassName) MarshalText() ([]byte, error) { return []byte(sekisho.Class(c).String()), nil }

// UnmarshalText finds the class.
func (c *ClassName) UnmarshalText(b []byte) error {
	for k := sekisho.ClassDirectory; !strings.HasPrefix(k.String(), "class("); k++ {
		if k.String() == string(b) {
			*c = ClassName(k)
			return nil
		}
	}
	return fmt.Errorf("no class %q", b)
}
