package reader

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// Config is what reader is told.
type Config struct {
	Name        string // host name of the installation
	Size        int64  // most bytes of a mail that is filed; 0: 50 MB
	Connections int    // most connections; 0: 10,000
	PerSource   int    // most connections of one address; 0: 100
	Clock       func() time.Time
	Log         *slog.Logger
}

// Peers are the roles that reader asks.
type Peers struct{ Store, Vault, Inspect *wire.Peer }

// Reader serves IMAP.
type Reader struct {
	config  Config
	peers   Peers
	keyring *wire.Keyring
	ids     *wire.IDs
	senders seal.Senders
	news    *news
	slots   *slots
	server  *imapserver.Server
	passed  map[string]*passed // by the names of listeners; what door passes comes in there
	idled   atomic.Int64       // how often a connection went idle
	held    held
}

// leaseSize is how many message ids are set aside at once, for mails that people file.
const leaseSize = 256

// New makes a reader that has not begun to listen.
func New(c Config, p Peers) *Reader {
	if c.Size == 0 {
		c.Size = 50 << 20
	}
	if c.Connections == 0 {
		c.Connections = 10_000
	}
	if c.PerSource == 0 {
		c.PerSource = 100
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	r := &Reader{config: c, peers: p, keyring: wire.NewKeyring(p.Vault, c.Name), ids: wire.NewIDs(p.Store, leaseSize), news: newNews(), slots: newSlots(c.Connections, c.PerSource),
		passed: map[string]*passed{"imap": newPassed(), "imaps": newPassed()}}
	r.server = imapserver.New(&imapserver.Options{
		NewSession: func(conn *imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return newSession(r, conn), &imapserver.GreetingData{}, nil
		},
		Caps: imap.CapSet{
			imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}, imap.CapNamespace: {}, imap.CapUIDPlus: {}, imap.CapESearch: {}, imap.CapSearchRes: {},
			imap.CapListExtended: {}, imap.CapListStatus: {}, imap.CapMove: {}, imap.CapStatusSize: {}, imap.CapBinary: {}, imap.CapChildren: {},
			imap.CapSpecialUse: {}, imap.CapCreateSpecialUse: {},
		},
		Logger:    lines{c.Log},
		TLSConfig: r.tls(),
	})
	return r
}

func (r *Reader) tls() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: r.keyring.Certificate}
}

// lines puts the lines of the library's logger into ours. They can hold what a client sent, so they are for debugging.
type lines struct{ log *slog.Logger }

// Printf takes one line.
func (l lines) Printf(format string, args ...any) {
	l.log.Debug("imap", "format", format, "args", args)
}

// Serve answers on the listeners, by name: "imap" begins in the clear and offers STARTTLS, "imaps" begins with TLS. Without
// listeners it takes what door passes. It returns when ctx is done and all connections are closed.
func (r *Reader) Serve(ctx context.Context, listeners map[string]net.Listener) error {
	if len(listeners) == 0 {
		listeners = map[string]net.Listener{}
		for name, p := range r.passed {
			listeners[name] = p
		}
	}
	failed := make(chan error, len(listeners))
	for name, l := range listeners {
		l = &counted{Listener: l, slots: r.slots}
		if name == "imaps" {
			l = tls.NewListener(l, r.tls())
		}
		go func() { failed <- r.server.Serve(l) }()
	}
	go r.news.follow(ctx, r.peers.Store, r.config.Log)
	go r.tidy(ctx)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return r.server.Close()
	}
}

// slots counts connections.
type slots struct {
	most, each int

	mu     sync.Mutex // guards what follows
	all    int
	source map[netip.Addr]int
}

func newSlots(most, each int) *slots {
	return &slots{most: most, each: each, source: map[netip.Addr]int{}}
}

func (s *slots) take(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= s.most || s.source[a] >= s.each {
		return false
	}
	s.all++
	s.source[a]++
	return true
}

func (s *slots) free(a netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.source[a]--; s.source[a] == 0 {
		delete(s.source, a)
	}
}

// counted is a listener that closes connections over the limits at once.
type counted struct {
	net.Listener
	slots *slots
}

// Accept waits for a connection that is within the limits.
func (l *counted) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		a := addressOf(c)
		if l.slots.take(a) {
			return &countedConn{Conn: c, free: sync.OnceFunc(func() { l.slots.free(a) })}, nil
		}
		c.Close()
	}
}

// countedConn gives its place back when it closes, and gathers what is written until the session waits for the client
// again: a FETCH of a thousand flags is a few packets then, not a thousand.
type countedConn struct {
	net.Conn
	free func()

	mu      sync.Mutex // guards what follows
	reading bool       // somebody waits for the client: what is written goes out at once
	out     []byte     // gathered; nil in between, so that an idle connection holds nothing
}

const (
	gatherMost = 32 << 10
	writeTime  = 5 * time.Minute // a client that takes nothing for that long is cut off
)

// Read sends what was gathered and waits for the client.
func (c *countedConn) Read(p []byte) (int, error) {
	c.mu.Lock()
	err := c.flush()
	c.reading = true
	c.mu.Unlock()
	if err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.reading = false
	c.mu.Unlock()
	return n, err
}

// Write gathers, or sends.
func (c *countedConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.out)+len(p) > gatherMost {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	if len(p) >= gatherMost || c.reading {
		if err := c.flush(); err != nil {
			return 0, err
		}
		c.Conn.SetWriteDeadline(time.Now().Add(writeTime))
		return c.Conn.Write(p)
	}
	if c.out == nil {
		c.out = make([]byte, 0, gatherMost)
	}
	c.out = append(c.out, p...)
	return len(p), nil
}

func (c *countedConn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	c.Conn.SetWriteDeadline(time.Now().Add(writeTime))
	_, err := c.Conn.Write(c.out)
	c.out = nil
	return err
}

// Close sends what was gathered, closes the connection and gives its place back.
func (c *countedConn) Close() error {
	c.free()
	c.Conn.SetWriteDeadline(time.Now().Add(time.Second)) // before the lock: it ends a write that is stuck
	c.mu.Lock()
	if len(c.out) > 0 {
		c.Conn.Write(c.out)
		c.out = nil
	}
	c.mu.Unlock()
	return c.Conn.Close()
}

func addressOf(c net.Conn) netip.Addr {
	a, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

// news tells sessions that their mailbox changed, whoever changed it.
type news struct {
	mu       sync.Mutex // guards what follows
	sessions map[sekisho.MailboxID]map[chan struct{}]bool
}

func newNews() *news { return &news{sessions: map[sekisho.MailboxID]map[chan struct{}]bool{}} }

// join has wake told of changes until leave.
func (n *news) join(id sekisho.MailboxID, wake chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sessions[id] == nil {
		n.sessions[id] = map[chan struct{}]bool{}
	}
	n.sessions[id][wake] = true
}

func (n *news) leave(id sekisho.MailboxID, wake chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if delete(n.sessions[id], wake); len(n.sessions[id]) == 0 {
		delete(n.sessions, id)
	}
}

func (n *news) tell(w wire.Watched) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if w.Lost {
		for _, s := range n.sessions {
			wakeAll(s)
		}
	}
	for _, id := range w.Changed {
		wakeAll(n.sessions[id])
	}
}

func wakeAll(s map[chan struct{}]bool) {
	for c := range s {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// newsPause is the least time between two looks at what changed.
const newsPause = 20 * time.Millisecond

// follow asks store what changed, again and again, until ctx is done.
func (n *news) follow(ctx context.Context, store *wire.Peer, log *slog.Logger) {
	var cursor uint64
	for ctx.Err() == nil {
		w, err := wire.StoreWatch.Ask(ctx, store, wire.Watch{Cursor: cursor})
		if err != nil {
			if ctx.Err() == nil {
				log.Warn("watching for changes", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			continue
		}
		cursor = w.Cursor
		n.tell(w)
		select { // on a busy installation something changes all the time: once in a while is often enough
		case <-ctx.Done():
		case <-time.After(newsPause):
		}
	}
}
