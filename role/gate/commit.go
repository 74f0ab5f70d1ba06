package gate

import (
	"context"
	"time"

	"sekisho"
	"sekisho/wire"
)

// committer makes mails durable, those that come at the same time together: one question to store and one to vault carry
// many mails, so that what a mail costs falls as load grows.
type committer struct {
	gate *Gate
	in   chan *commit
}

// commit is one transaction's messages on their way.
type commit struct {
	arrivals []arrival
	done     chan error
}

// Bounds of what goes together. Two rounds may be under way: one is written while the next is gathered.
const (
	mostTogether  = 128
	bytesTogether = 32 << 20
	rounds        = 1
)

func newCommitter(g *Gate) *committer {
	c := &committer{gate: g, in: make(chan *commit)}
	for range rounds {
		go c.run()
	}
	return c
}

// take returns when the messages are durable and their transit is entered.
func (c *committer) take(ctx context.Context, a []arrival) error {
	m := &commit{a, make(chan error, 1)}
	select {
	case c.in <- m:
		return <-m.done
	case <-ctx.Done():
		return sekisho.E("gate.commit", sekisho.Unavailable, ctx.Err())
	}
}

func (c *committer) run() {
	for first := range c.in {
		group := []*commit{first}
		for n := first.bytes(); len(group) < mostTogether && n < bytesTogether; {
			select {
			case m := <-c.in:
				group = append(group, m)
				n += m.bytes()
				continue
			default:
			}
			break
		}
		c.together(group)
	}
}

func (m *commit) bytes() int64 {
	n := int64(0)
	for _, a := range m.arrivals {
		n += a.Sealed.Size
	}
	return n
}

// together commits a group. When store refuses it, each is tried alone: one must not spoil the others.
func (c *committer) together(group []*commit) {
	err := c.write(group)
	if err == nil || len(group) == 1 {
		for _, m := range group {
			m.done <- err
		}
		return
	}
	for _, m := range group {
		m.done <- c.write([]*commit{m})
	}
}

// write asks store and vault side by side. SMTP goes on when the ledger cannot be written, since nothing was opened from
// rest: the gap shows in the ledger.
func (c *committer) write(group []*commit) error {
	ctx, cancel := context.WithTimeout(context.Background(), takeTime)
	defer cancel()
	var accept wire.Accept
	var transit wire.Transit
	for _, m := range group {
		for _, a := range m.arrivals {
			accept.Messages = append(accept.Messages, a.Arrival)
			workers := a.passed
			if len(workers) == 0 { // none was there to inspect it
				workers = []sekisho.Instance{0}
			}
			for _, worker := range workers {
				transit.Runs = passage(transit.Runs, a, worker)
			}
		}
	}
	entered := make(chan error, 1)
	go func() {
		_, err := wire.VaultTransit.Ask(ctx, c.gate.peers.Vault, transit)
		entered <- err
	}()
	err := c.accept(ctx, accept)
	if e := <-entered; e != nil {
		c.gate.config.Log.Error("transit not entered", "error", e)
	}
	return err
}

// passage adds a message to the runs of consecutive messages of one contract that passed one worker.
func passage(runs []wire.Passage, a arrival, worker sekisho.Instance) []wire.Passage {
	p := wire.Passage{Contract: a.Sealed.Contract, First: a.Sealed.ID, Count: 1, Bytes: uint64(a.Sealed.Size), Worker: worker}
	if n := len(runs); n > 0 {
		l := &runs[n-1]
		if l.Contract == p.Contract && l.Worker == p.Worker && l.First+sekisho.MessageID(l.Count) == p.First {
			l.Count++
			l.Bytes += p.Bytes
			return runs
		}
	}
	return append(runs, p)
}

// storeTries is how often an accept is repeated when store ended before it answered, and the pause before each.
const (
	storeTries = 5
	storePause = 200 * time.Millisecond
)

// accept repeats an accept whose fate is unknown because store ended meanwhile: it is idempotent by message id.
func (c *committer) accept(ctx context.Context, a wire.Accept) error {
	for try := 0; ; try++ {
		_, err := wire.StoreAccept.Ask(ctx, c.gate.peers.Store, a)
		if sekisho.KindOf(err) != sekisho.Unavailable || try == storeTries || ctx.Err() != nil {
			return err
		}
		time.Sleep(storePause)
	}
}
