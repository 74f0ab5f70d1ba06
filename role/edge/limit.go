package edge

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"sekisho"
)

// bucket lets through burst at once and then rate a second.
type bucket struct {
	level float64
	at    time.Time
}

// limits count requests by source, by account and by contract.
type limits struct {
	mu       sync.Mutex // guards what follows
	source   map[netip.Prefix]*bucket
	signing  map[netip.Prefix]*bucket
	account  map[sekisho.AccountID]*bucket
	contract map[sekisho.ContractID]*bucket
}

// pace is how much one may ask.
type pace struct{ burst, rate float64 }

// The paces. An app that opens a mail with forty pictures is one source; people of one office share an address.
var (
	sourcePace   = pace{600, 60}
	signingPace  = pace{30, 0.5} // steps of signing in
	accountPace  = pace{400, 40}
	contractPace = pace{4000, 400}
)

// mostSources bounds the tables; when one is full, what was quiet longest is forgotten.
const mostSources = 1 << 16

func newLimits() limits {
	return limits{source: map[netip.Prefix]*bucket{}, signing: map[netip.Prefix]*bucket{}, account: map[sekisho.AccountID]*bucket{}, contract: map[sekisho.ContractID]*bucket{}}
}

// sourceOf is what counts as one source: an IPv4 address, or the /64 of an IPv6 one.
func sourceOf(a netip.Addr) netip.Prefix {
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// drop takes one from the bucket of a key; how long to wait when it is empty.
func drop[K comparable](m map[K]*bucket, k K, p pace, now time.Time) time.Duration {
	b := m[k]
	if b == nil {
		if len(m) >= mostSources {
			for old, x := range m { // full buckets say nothing
				if now.Sub(x.at).Seconds()*p.rate+x.level >= p.burst {
					delete(m, old)
				}
			}
		}
		if len(m) >= mostSources {
			clear(m)
		}
		b = &bucket{p.burst, now}
		m[k] = b
	}
	b.level = min(p.burst, b.level+now.Sub(b.at).Seconds()*p.rate)
	b.at = now
	if b.level < 1 {
		return time.Duration((1 - b.level) / p.rate * float64(time.Second))
	}
	b.level--
	return 0
}

// unlimited says whether nothing is counted of a source: it is of a network that the operator named, or the layer is off.
func (e *Edge) unlimited(a netip.Addr) bool {
	return !e.has(LayerRate) || slices.ContainsFunc(e.config.Exempt, func(p netip.Prefix) bool { return p.Contains(a) })
}

// take counts a request of a source.
func (l *limits) take(e *Edge, a netip.Addr) time.Duration {
	if e.unlimited(a) {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return drop(l.source, sourceOf(a), sourcePace, e.config.Clock())
}

// sign counts a step of signing in.
func (l *limits) sign(e *Edge, a netip.Addr) time.Duration {
	if e.unlimited(a) {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return drop(l.signing, sourceOf(a), signingPace, e.config.Clock())
}

// person counts a request of an account.
func (l *limits) person(e *Edge, from netip.Addr, c sekisho.ContractID, a sekisho.AccountID) time.Duration {
	if e.unlimited(from) {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := e.config.Clock()
	return max(drop(l.account, a, accountPace, now), drop(l.contract, c, contractPace, now))
}
