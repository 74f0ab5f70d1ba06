package post

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho/mail/dane"
	"sekisho/mail/tlsrpt"
	"sekisho/wire"
)

// hop is one address of one server.
type hop struct {
	wire.NextHop
	address netip.Addr
	domain  string        // of the recipients
	tlsa    []dane.Record // for TLS "dane"
	by      string        // what demands it, for the trace

	about string             // the domain that is told how sessions went; "" for none
	seen  tlsrpt.Observation // its policy
}

// key names connections that may be used for each other: those that were checked, only for what they were checked for.
func (h hop) key() string {
	at := netip.AddrPortFrom(h.address, h.Port).String()
	if h.TLS == "" && h.by == "" {
		return at
	}
	return fmt.Sprintf("%s %s %s %s %s", at, h.TLS, h.Host, h.domain, h.by)
}

func port(p uint16) string { return strconv.Itoa(int(p)) }

// addresses gives the hops of a server, by name or literal; none when it has no address.
func (p *Post) addresses(ctx context.Context, n wire.NextHop) []hop {
	if a, err := netip.ParseAddr(n.Host); err == nil {
		return []hop{{NextHop: n, address: a}}
	}
	r, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: "IP", Name: n.Host})
	if err != nil {
		return nil
	}
	var out []hop
	for _, a := range r.IP {
		out = append(out, hop{NextHop: n, address: a})
	}
	return out
}

// dial has dial connect, and takes the socket.
func (p *Post) dial(ctx context.Context, h hop) (net.Conn, error) {
	c, err := wire.Dial(ctx, p.peers.Dial, wire.Connect{Host: h.Host, To: h.address, Port: h.Port})
	if err != nil {
		return nil, fmt.Errorf("%w to %s: %w", errReach, h.Host, err)
	}
	return c, nil
}

// errReach means that there was no connection at all.
var errReach = errors.New("connection")

// client is an open SMTP session with a server.
type client struct {
	*smtp.Client
	host, key, tls string
	used           int
	idle           time.Time
	broken         bool
}

// hosts keeps open connections for the next mail and bounds how many there are per destination.
type hosts struct {
	mu    sync.Mutex // guards what follows
	open  map[string]*slots
	naked map[string]time.Time // servers that had no TLS, and until when that is believed
}

// slots are one destination's connections.
type slots struct {
	room chan struct{}
	idle []*client
}

// How long and how often a connection is used again (RFC 5321 leaves it open; servers count).
const (
	idleTime  = 20 * time.Second
	mostMails = 100
	nakedTime = time.Hour
)

func newHosts() *hosts { return &hosts{open: map[string]*slots{}, naked: map[string]time.Time{}} }

// take gives a connection to a hop: an open one, or a new one when the destination has room.
func (s *hosts) take(ctx context.Context, p *Post, h hop) (*client, error) {
	s.mu.Lock()
	d := s.open[h.key()]
	if d == nil {
		d = &slots{room: make(chan struct{}, p.config.Destination)}
		s.open[h.key()] = d
	}
	s.mu.Unlock()
	select {
	case d.room <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for {
		s.mu.Lock()
		var c *client
		if n := len(d.idle); n > 0 {
			c, d.idle = d.idle[n-1], d.idle[:n-1]
		}
		s.mu.Unlock()
		if c == nil {
			break
		}
		if c.Reset() == nil { // it still answers
			return c, nil
		}
		c.Close()
	}
	c, err := p.connect(ctx, h)
	if err != nil {
		<-d.room
	}
	return c, err
}

// give puts a connection back.
func (s *hosts) give(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.open[c.key]
	<-d.room
	if c.used++; c.broken || c.used >= mostMails {
		go c.Quit()
		return
	}
	c.idle = time.Now()
	d.idle = append(d.idle, c)
}

// sweep closes connections that nobody needed for a while.
func (s *hosts) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		pause(ctx, idleTime/4)
		s.mu.Lock()
		for k, d := range s.open {
			keep := d.idle[:0]
			for _, c := range d.idle {
				if time.Since(c.idle) < idleTime {
					keep = append(keep, c)
					continue
				}
				go c.Quit()
			}
			if d.idle = keep; len(keep) == 0 && len(d.room) == 0 {
				delete(s.open, k)
			}
		}
		s.mu.Unlock()
	}
}

func (s *hosts) noTLS(h hop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.naked[h.key()] = time.Now().Add(nakedTime)
}

func (s *hosts) plain(h hop) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.naked[h.key()])
}
