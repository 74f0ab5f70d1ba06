package gate

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"sekisho"
)

// limits counts connections by source and recipients by account. It lives in memory: a restart forgives.
type limits struct {
	config Config

	mu      sync.Mutex // guards what follows
	open    map[netip.Addr]int
	senders map[sekisho.AccountID]*sender
}

// sender counts an account's recipients in the running hour and day.
type sender struct {
	hour, day     int64
	inHour, inDay int
}

func newLimits(c Config) *limits {
	return &limits{config: c, open: map[netip.Addr]int{}, senders: map[sekisho.AccountID]*sender{}}
}

func (l *limits) exempt(a netip.Addr) bool {
	for _, p := range l.config.Exempt {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// enter counts a connection; false when the source has too many.
func (l *limits) enter(a netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[a] >= l.config.PerSource && !l.exempt(a) {
		return false
	}
	l.open[a]++
	return true
}

func (l *limits) leave(a netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[a]--; l.open[a] <= 0 {
		delete(l.open, a)
	}
}

// send counts n recipients of an account's mail; false when that is more than it may, and then nothing is counted.
func (l *limits) send(a sekisho.AccountID, from netip.Addr, n, hourly, daily int, now time.Time) bool {
	if l.exempt(from) {
		return true
	}
	if hourly == 0 {
		hourly = l.config.Hourly
	}
	if daily == 0 {
		daily = l.config.Daily
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.senders[a]
	if s == nil {
		s = &sender{}
		l.senders[a] = s
	}
	if h := now.Unix() / 3600; s.hour != h {
		s.hour, s.inHour = h, 0
	}
	if d := now.Unix() / 86400; s.day != d {
		s.day, s.inDay = d, 0
	}
	if s.inHour+n > hourly || s.inDay+n > daily {
		return false
	}
	s.inHour += n
	s.inDay += n
	return true
}

// counted refuses connections over the limit with 421 before a greeting costs anything.
type counted struct {
	net.Listener
	limits *limits
}

// Accept waits for a connection within the limits.
func (c *counted) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a := addressOf(conn)
		if c.limits.enter(a) {
			return &leaving{Conn: conn, leave: sync.OnceFunc(func() { c.limits.leave(a) })}, nil
		}
		conn.SetWriteDeadline(time.Now().Add(time.Second))
		conn.Write([]byte("421 4.7.0 Too many connections from your address, try later\r\n"))
		conn.Close()
	}
}

func addressOf(c net.Conn) netip.Addr {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// leaving tells the limits when its connection is closed.
type leaving struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (l *leaving) Close() error {
	l.leave()
	return l.Conn.Close()
}
