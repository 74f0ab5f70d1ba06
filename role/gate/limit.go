package gate

import (
	"io"
	"maps"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"sekisho"
)

// limits counts connections and mails by source, and recipients by account and by contract. It lives in memory: a restart
// forgives.
type limits struct {
	config Config

	mu        sync.Mutex // guards what follows
	open      map[netip.Addr]int
	sources   map[netip.Addr]*window                            // mails in the running minute
	contracts map[sekisho.ContractID]*window                    // recipients in the running hour
	senders   map[sekisho.AccountID]*struct{ hour, day window } // recipients
}

// window counts in one stretch of time after another.
type window struct {
	slot int64
	n    int
}

// room says whether n more fit into the stretch that slot numbers; it counts nothing.
func (w *window) room(slot int64, n, most int) bool {
	if w.slot != slot {
		w.slot, w.n = slot, 0
	}
	return w.n+n <= most
}

// mostSources bounds the sources that are remembered; when there are more, those of minutes gone by are forgotten.
const mostSources = 100_000

func newLimits(c Config) *limits {
	return &limits{config: c, open: map[netip.Addr]int{}, sources: map[netip.Addr]*window{}, contracts: map[sekisho.ContractID]*window{},
		senders: map[sekisho.AccountID]*struct{ hour, day window }{}}
}

// mail counts a mail of a source outside; false when it sends too many in a minute.
func (l *limits) mail(from netip.Addr, now time.Time) bool {
	if l.exempt(from) {
		return true
	}
	minute := now.Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.sources[from]
	if w == nil {
		if len(l.sources) >= mostSources {
			maps.DeleteFunc(l.sources, func(_ netip.Addr, w *window) bool { return w.slot != minute })
		}
		w = &window{}
		l.sources[from] = w
	}
	if !w.room(minute, 1, l.config.PerMinute) {
		return false
	}
	w.n++
	return true
}

// contract counts n recipients of a contract's outbound mail, whoever of it sends; false when that is more than it may in
// an hour, and then nothing is counted.
func (l *limits) contract(c sekisho.ContractID, from netip.Addr, n, hourly int, now time.Time) bool {
	if l.exempt(from) {
		return true
	}
	hourly = or(hourly, l.config.Contract)
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.contracts[c]
	if w == nil {
		w = &window{}
		l.contracts[c] = w
	}
	if !w.room(now.Unix()/3600, n, hourly) {
		return false
	}
	w.n += n
	return true
}

func or(n, zero int) int {
	if n == 0 {
		return zero
	}
	return n
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
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.senders[a]
	if s == nil {
		s = &struct{ hour, day window }{}
		l.senders[a] = s
	}
	if !s.hour.room(now.Unix()/3600, n, or(hourly, l.config.Hourly)) || !s.day.room(now.Unix()/86400, n, or(daily, l.config.Daily)) {
		return false
	}
	s.hour.n += n
	s.day.n += n
	return true
}

// flight counts the bytes of mails that are being taken, so that many large ones at once cannot fill the memory.
type flight struct{ bytes atomic.Int64 }

// mostFlight is how many bytes of mail are taken at a time; who comes when it is reached is asked to come again.
const mostFlight = 1 << 30

// bounded reads a mail into the flight.
type bounded struct {
	io.Reader
	flight *flight
	held   int64
}

// Read reads on; it fails with an SMTP answer when there is no room.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.held += int64(n)
	if b.flight.bytes.Add(int64(n)) > mostFlight {
		return n, refuse(452, "4.3.1", "Too much mail at once, try later")
	}
	return n, err
}

// release gives the room back, when the mail is done with.
func (b *bounded) release() { b.flight.bytes.Add(-b.held) }

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
