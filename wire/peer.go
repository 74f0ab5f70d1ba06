package wire

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
)

// patience is how long a question waits for a callee that is being restarted.
const patience = 10 * time.Second

// Peer is a callee as its asker sees it: the living lines to its processes. Lines come and go as processes do.
type Peer struct {
	role sekisho.Role

	mu    sync.Mutex // guards what follows
	lines []*Line
	more  chan struct{} // closed and renewed whenever a line was added
}

// NewPeer makes a peer without lines: questions wait for the first.
func NewPeer(role sekisho.Role) *Peer { return &Peer{role: role, more: make(chan struct{})} }

// Add gives the peer one more line and forgets it when it ends.
func (p *Peer) Add(l *Line) {
	p.mu.Lock()
	p.lines = append(p.lines, l)
	close(p.more)
	p.more = make(chan struct{})
	p.mu.Unlock()
	go func() {
		<-l.Ended()
		p.mu.Lock()
		defer p.mu.Unlock()
		for i, x := range p.lines {
			if x == l {
				p.lines = append(p.lines[:i:i], p.lines[i+1:]...)
				return
			}
		}
	}()
}

// Pick gives the least busy line, waiting for one while the callee is being restarted.
func (p *Peer) Pick(ctx context.Context) (*Line, error) { return p.pick(ctx) }

func (p *Peer) pick(ctx context.Context) (*Line, error) {
	return p.pickWhere(ctx, func(*Line) bool { return true })
}

func (p *Peer) pickWhere(ctx context.Context, fits func(*Line) bool) (*Line, error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		p.mu.Lock()
		best, more := p.best(fits), p.more
		p.mu.Unlock()
		if best != nil {
			return best, nil
		}
		select {
		case <-more:
		case <-timeout.C:
			return nil, errors.New("no process of " + p.role.String())
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (p *Peer) best(fits func(*Line) bool) *Line {
	var best *Line
	for _, l := range p.lines {
		select {
		case <-l.Ended():
			continue
		default:
		}
		if !fits(l) {
			continue
		}
		if best == nil || l.asking.Load() < best.asking.Load() {
			best = l
		}
	}
	return best
}

// Pair makes the two ends of a line.
func Pair() (asks, answers *net.UnixConn, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if asks, err = unixConn(fds[0]); err != nil {
		return nil, nil, err
	}
	answers, err = unixConn(fds[1])
	return asks, answers, err
}

func unixConn(fd int) (*net.UnixConn, error) {
	f := os.NewFile(uintptr(fd), "line")
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.New("not a unix socket")
	}
	return u, nil
}

// Local joins a service to an asker of the given role in this process, over a real line: what tests use. It ends with ctx.
func Local(ctx context.Context, by sekisho.Caller, s *Service, to *Peer) error {
	asks, answers, err := Pair()
	if err != nil {
		return err
	}
	to.Add(NewLine(sekisho.Caller{Role: s.role}, asks))
	go s.Serve(ctx, by, answers)
	return nil
}
