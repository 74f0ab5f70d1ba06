package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"sekisho/wire"
)

// Config is what edge is told.
type Config struct {
	Name                         string // host name of the installation
	Mail, Console, Desk, Content string // host names of the origins
	Port                         string // that browsers see; "" for 443
	Size                         int64  // most bytes of a mail
	Cells                        int    // of webmail
	Log                          *slog.Logger
}

// Peers are the roles that edge asks.
type Peers struct{ Store, Vault, Webmail, Console, Desk *wire.Peer }

// Edge serves HTTPS.
type Edge struct {
	config Config
	peers  Peers
}

// New makes an edge that does not serve yet.
func New(c Config, p Peers) *Edge {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Edge{c, p}
}

// Serve answers on the listeners until ctx is done.
func (e *Edge) Serve(ctx context.Context, listeners map[string]net.Listener) error {
	l := listeners["https"]
	if l == nil {
		<-ctx.Done()
		return nil
	}
	s := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10,
		TLSConfig: &tls.Config{GetCertificate: wire.NewKeyring(e.peers.Vault).Certificate, MinVersion: tls.VersionTLS12},
		ErrorLog:  slog.NewLogLogger(e.config.Log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(grace)
	})
	defer stop()
	if err := s.ServeTLS(l, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP answers one request.
func (e *Edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.NotFound(w, r)
}
