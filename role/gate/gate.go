package gate

import (
	"context"
	"crypto/tls"
	"errors"
	"log"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/feed"
	"sekisho/seal"
	"sekisho/wire"
)

// Config is what gate is told.
type Config struct {
	Name       string         // host name in greetings, Received and Authentication-Results
	Size       int64          // most bytes of a mail; 0: 50 MB
	Recipients int            // most recipients of a mail; 0: 1,000
	PerSource  int            // most connections of one address at a time; 0: 20
	PerMinute  int            // mails that one address outside may hand in in a minute; 0: 600
	Contract   int            // recipients that a contract may send to in an hour; 0: 50,000
	Hourly     int            // recipients that an account may send to in an hour; 0: 2,000
	Daily      int            // and in a day; 0: 10,000
	Exempt     []netip.Prefix // sources without limits of rate: loopback in demonstrations
	Clamd      bool           // have every mail looked at by clamd too
	Sealers    []string       // forwarders whose ARC seals are trusted
	Desk       string         // origin of desk, which rewritten links lead over; "" there is none
	Report     bool           // count what other domains want to be told of their mail
	Clock      func() time.Time
	Log        *slog.Logger

	// Pass checks vault's word about a session of webmail; an error when it is expired, forged or not made for by. nil: nobody submits so.
	Pass func(p wire.Pass, by sekisho.Caller) (seal.Pass, error)
}

// leaseSize is how many message ids are set aside at once.
const leaseSize = 4096

// Peers are the roles that gate asks.
type Peers struct{ Inspect, Store, Vault, Dial *wire.Peer }

// Gate takes mail.
type Gate struct {
	config    Config
	peers     Peers
	directory *directory
	layers    *layers
	scripts   *scripts
	ids       *wire.IDs
	commits   *committer
	resolver  *resolver
	limits    *limits
	keyring   *wire.Keyring
	returns   *wire.Returns
	urls      *wire.URLKeys
	listed    *feed.Lists
	senders   seal.Senders
	flight    flight
	observer  *wire.Observer
	servers   []*smtp.Server
}

// New makes a gate that has not begun to listen.
func New(c Config, p Peers) *Gate {
	c.Recipients, c.PerSource, c.PerMinute = or(c.Recipients, 1000), or(c.PerSource, 20), or(c.PerMinute, 600)
	c.Contract, c.Hourly, c.Daily = or(c.Contract, 50_000), or(c.Hourly, 2000), or(c.Daily, 10_000)
	if c.Size == 0 {
		c.Size = 50 << 20
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Pass == nil {
		c.Pass = func(wire.Pass, sekisho.Caller) (seal.Pass, error) {
			return seal.Pass{}, sekisho.E("gate.pass", sekisho.Denied, nil)
		}
	}
	g := &Gate{config: c, peers: p, directory: newDirectory(p.Store, p.Vault), layers: newLayers(p.Store, p.Vault), scripts: newScripts(p), ids: wire.NewIDs(p.Store, leaseSize), limits: newLimits(c),
		keyring: wire.NewKeyring(p.Vault, c.Name), returns: wire.NewReturns(p.Vault), urls: wire.NewURLKeys(p.Vault), listed: feed.New(p.Store)}
	g.commits, g.resolver, g.observer = newCommitter(g), newResolver(p.Dial, c.Clock), wire.NewObserver(p.Store)
	return g
}

// Serve takes mail on the listeners, by name: "mx", "submission", "submissions". It returns when ctx is done and the mails
// under way are finished, or after grace.
func (g *Gate) Serve(ctx context.Context, listeners map[string]net.Listener, grace time.Duration) error {
	if g.config.Report {
		done := make(chan struct{})
		go func() { defer close(done); g.observer.Run(ctx, g.lost) }()
		defer func() { <-done }()
	}
	failed := make(chan error, len(listeners))
	for name, l := range listeners {
		s := g.server(name)
		g.servers = append(g.servers, s)
		l = &counted{Listener: l, limits: g.limits}
		if name == "submissions" {
			l = tls.NewListener(l, s.TLSConfig)
		}
		go func() { failed <- s.Serve(l) }()
	}
	for sweep := time.NewTicker(seal.SenderLife); ctx.Err() == nil; {
		select {
		case err := <-failed:
			return err
		case <-sweep.C:
			g.senders.Forget(g.config.Clock())
		case <-ctx.Done():
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	var err error
	for _, s := range g.servers {
		err = errors.Join(err, s.Shutdown(ctx))
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // clients that stay connected are cut off: they lost nothing that was acknowledged
	}
	return err
}

// Flush hands what was counted for other domains to store.
func (g *Gate) Flush(ctx context.Context) error { return g.observer.Flush(ctx) }

// lost notes that counts for reports did not reach store.
func (g *Gate) lost(err error) {
	g.config.Log.Warn("counts for reports to other domains are lost", "error", err)
}

func (g *Gate) server(listener string) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return g.session(c, listener) }))
	s.Domain = g.config.Name
	s.MaxRecipients = g.config.Recipients
	s.MaxMessageBytes = g.config.Size
	s.MaxLineLength = 64 << 10
	s.EnableSMTPUTF8 = true
	s.EnableDSN = true
	s.ReadTimeout = 5 * time.Minute // RFC 5321 section 4.5.3.2.7
	s.WriteTimeout = 2 * time.Minute
	s.ErrorLog = log.New(logWriter{g.config.Log}, "", 0)
	s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: g.keyring.Certificate}
	return s
}

// logWriter puts the lines of a library's logger into ours.
type logWriter struct{ log *slog.Logger }

func (w logWriter) Write(b []byte) (int, error) {
	w.log.Debug("smtp", "line", string(b))
	return len(b), nil
}
