package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Config is what edge is told.
type Config struct {
	Name                         string         // host name of the installation
	Mail, Console, Desk, Content string         // host names of the origins
	Port                         string         // that browsers see; "" for 443
	Size                         int64          // most bytes of a mail
	Cells                        int            // of webmail
	Exempt                       []netip.Prefix // sources without limits of rate
	Log                          *slog.Logger
	Static                       fs.FS                                           // one directory an app; nil: none is built
	Report                       func(by sekisho.Caller, call string, why error) // is told when a role behind answers what it may not; nil: nobody
	Clock                        func() time.Time                                // nil: time.Now
	Authority                    Authority
	Rules                        *Rules // nil: nothing passes that they would judge
	Off                          Layer  // layers that are switched off: in tests, which try each alone
}

// Layer is one of the walls between a browser and the roles behind. Each stands alone: a test tries it with the others away.
type Layer uint

// The layers, in the order in which a request meets them.
const (
	LayerRate    Layer = 1 << iota // how many requests a source, an account, a contract may make
	LayerFetch                     // from which pages a request may come: Origin and Sec-Fetch
	LayerRule                      // the web rules, on everything that is not mail
	LayerSchema                    // what the body of each route may look like
	LayerSession                   // who is signed in, and how freshly
	LayerAnswer                    // what each route may answer
)

// Peers are the roles that edge asks.
type Peers struct{ Store, Vault, Webmail, Console, Desk, Dial *wire.Peer }

// Edge serves HTTPS.
type Edge struct {
	config Config
	peers  Peers
	hosts  map[string]*origin
	limit  limits
	people people
	room   room

	operations *Operations // of console
	events     atomic.Int64
	ring       *wire.Keyring
	proofs     sync.Map // by host name: certificates for an authority that checks it
	static     static

	emu     sync.Mutex // guards what follows
	streams map[sekisho.AccountID]int
}

// New makes an edge that does not serve yet.
func New(c Config, p Peers) *Edge {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Report == nil {
		c.Report = func(sekisho.Caller, string, error) {}
	}
	e := &Edge{config: c, peers: p, streams: map[sekisho.AccountID]int{}, room: room{left: bodiesMost}}
	e.limit, e.ring = newLimits(), wire.NewKeyring(p.Vault, c.Name)
	e.people.known = map[personKey]person{}
	var err error
	if e.operations, err = ReadOperations(); err != nil {
		panic(err.Error()) // a fault of the program: the table is part of it
	}
	e.hosts = e.origins()
	e.static.from = c.Static
	return e
}

func (e *Edge) has(l Layer) bool { return e.config.Off&l == 0 }

// The times of connections.
const (
	headerTime = 10 * time.Second
	bodyTime   = 30 * time.Second
	largeTime  = 10 * time.Minute // of bodies and answers that may be as large as a mail
	idleTime   = 2 * time.Minute
	headerMost = 16 << 10
	connsMost  = 4096
)

// Serve answers on the listeners until ctx is done.
func (e *Edge) Serve(ctx context.Context, listeners map[string]net.Listener) error {
	l := listeners["https"]
	if l == nil {
		<-ctx.Done()
		return nil
	}
	s := &http.Server{Handler: e, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: headerMost,
		TLSConfig: &tls.Config{GetCertificate: e.certificate(e.ring), MinVersion: tls.VersionTLS12},
		HTTP2:     &http.HTTP2Config{MaxConcurrentStreams: 100, SendPingTimeout: time.Minute, WriteByteTimeout: time.Minute},
		ErrorLog:  slog.NewLogLogger(e.config.Log.Handler(), slog.LevelDebug)}
	if e.config.Authority.Directory != "" {
		s.TLSConfig.NextProtos = []string{"h2", "http/1.1", acmeProtocol}
		go e.renew(ctx)
	}
	s.BaseContext = func(net.Listener) context.Context { return ctx }
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if s.Shutdown(grace) != nil {
			s.Close()
		}
	})
	defer stop()
	if err := s.ServeTLS(&bounded{Listener: l, free: make(chan struct{}, connsMost)}, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bounded accepts no more connections at once than fit into free.
type bounded struct {
	net.Listener
	free chan struct{}
}

// Accept waits for room first.
func (b *bounded) Accept() (net.Conn, error) {
	b.free <- struct{}{}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.free
		return nil, err
	}
	return &boundedConn{Conn: c, free: b.free}, nil
}

type boundedConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

// Close gives the room back.
func (c *boundedConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}

// ServeHTTP answers one request: it finds origin and route, and goes through the layers in their order.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{edge: e, w: w, r: r, client: clientOf(r), language: languageOf(r)}
	x.origin = e.hosts[strings.ToLower(hostOf(r.Host))]
	if domain := policyHost(hostOf(r.Host)); x.origin == nil && domain != "" && x.policy(domain) {
		return
	}
	if x.origin == nil {
		x.secure(policyNone)
		x.refuse(problem{slug: "no-such-host", status: http.StatusMisdirectedRequest})
		return
	}
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			e.config.Log.Error("a request ended in a fault", "path", r.URL.Path, "fault", p)
			panic(http.ErrAbortHandler)
		}
	}()
	x.serve()
}

func hostOf(h string) string {
	if host, _, err := net.SplitHostPort(h); err == nil {
		return host
	}
	return h
}
