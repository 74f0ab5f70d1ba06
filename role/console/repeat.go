package console

import (
	"context"
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// repeated answers a request that is sent twice with one Idempotency-Key as it was answered first: for an hour, by account, and in
// this process only; after a restart a repetition is carried out, and finds what it would make already there.
type repeated struct {
	mu   sync.Mutex // guards what follows
	seen map[repeatKey]*first
}

type repeatKey struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
	key      string
}

// first is the request as it came first. answer and at are set before done is closed.
type first struct {
	hash   [32]byte
	done   chan struct{}
	answer wire.WebResponse
	at     time.Time
}

const (
	repeatLife = time.Hour
	mostRepeat = 4096
	longestKey = 128
	mostAnswer = 64 << 10 // larger answers are not kept
)

func newRepeated() *repeated { return &repeated{seen: map[repeatKey]*first{}} }

// answer gives the first answer, or makes it. The same key with another request is refused.
func (r *repeated) answer(ctx context.Context, p *person, q *wire.WebRequest, f func() wire.WebResponse) wire.WebResponse {
	if len(q.Idempotency) > longestKey {
		return answerProblem(invalid("/header/Idempotency-Key", "at most 128 characters"), q.Language)
	}
	hash := sha256.Sum256([]byte(strings.Join([]string{q.Method, q.Path, q.Query, q.Match, string(q.Body)}, "\x00")))
	k := repeatKey{p.me.Contract, p.me.Account, q.Idempotency}
	r.mu.Lock()
	a := r.seen[k]
	if a == nil {
		a = &first{hash: hash, done: make(chan struct{}), at: p.x.config.Clock()}
		r.forget(a.at)
		r.seen[k] = a
		r.mu.Unlock()
		a.answer = f()
		r.settle(k, a)
		return a.answer
	}
	r.mu.Unlock()
	if a.hash != hash {
		return answerProblem(invalid("/header/Idempotency-Key", "the key was used for another request"), q.Language)
	}
	select {
	case <-a.done:
		return a.answer
	case <-ctx.Done():
		return answerProblem(problem{Status: 503, slug: "unavailable"}, q.Language)
	}
}

// settle keeps an answer that says what became of the request; one that says "later" is not kept, so that later is another try.
func (r *repeated) settle(k repeatKey, a *first) {
	if a.answer.Status >= 500 || a.answer.Status == 429 || a.answer.Status == 403 || len(a.answer.Body) > mostAnswer {
		r.mu.Lock()
		delete(r.seen, k)
		r.mu.Unlock()
	}
	close(a.done)
}

// forget makes room: what is old goes, and when that is not enough anything that is done.
func (r *repeated) forget(now time.Time) {
	for k, a := range r.seen {
		if now.Sub(a.at) > repeatLife {
			delete(r.seen, k)
		}
	}
	for k, a := range r.seen {
		if len(r.seen) < mostRepeat {
			return
		}
		select {
		case <-a.done:
			delete(r.seen, k)
		default:
		}
	}
}

// limits bound how much one account may ask of console.
type limits struct {
	mu   sync.Mutex // guards what follows
	used map[sekisho.AccountID]*allowance
}

type allowance struct {
	left float64
	at   time.Time
}

// An account may ask perSecond times a second, and burst times at once.
const (
	perSecond  = 20
	burst      = 200
	mostLimits = 10_000
)

func newLimits() *limits { return &limits{used: map[sekisho.AccountID]*allowance{}} }

// take counts a request; how long to wait when there were too many.
func (l *limits) take(p *person, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.used[p.me.Account]
	if u == nil {
		if len(l.used) >= mostLimits {
			clear(l.used)
		}
		u = &allowance{burst, now}
		l.used[p.me.Account] = u
	}
	u.left = min(burst, u.left+now.Sub(u.at).Seconds()*perSecond)
	u.at = now
	if u.left < 1 {
		return time.Second
	}
	u.left--
	return 0
}
