package webmail

import (
	"context"
	"log/slog"

	"sekisho"
	"sekisho/wire"
)

// Config is what webmail is told.
type Config struct {
	Name string // host name of the installation
	Log  *slog.Logger
}

// Peers are the roles that webmail asks.
type Peers struct{ Store, Vault, Inspect, Gate, Fetch *wire.Peer }

// Webmail answers requests.
type Webmail struct {
	config Config
	peers  Peers
}

// New makes a webmail that does not serve yet.
func New(c Config, p Peers) *Webmail {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Webmail{c, p}
}

// Service is what edge may ask.
func (x *Webmail) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Webmail, report)
	wire.Handle(s, wire.WebmailAsk, x.ask)
	wire.Handle(s, wire.WebmailWatch, func(context.Context, sekisho.Caller, wire.WebWatch) (wire.WebChange, error) {
		return wire.WebChange{}, nil
	})
	return s
}

// ask answers one request.
func (x *Webmail) ask(context.Context, sekisho.Caller, wire.WebRequest) (wire.WebResponse, error) {
	return wire.WebResponse{Status: 404, Type: "application/problem+json", Body: []byte(`{"type":"about:blank","title":"Not found","status":404}`)}, nil
}
