package desk

import (
	"context"
	"log/slog"

	"sekisho"
	"sekisho/wire"
)

// Config is what desk is told.
type Config struct {
	Name string // host name of the installation
	Log  *slog.Logger
}

// Peers are the roles that desk asks.
type Peers struct{ Store, Vault *wire.Peer }

// Desk answers requests.
type Desk struct {
	config Config
	peers  Peers
}

// New makes a desk that does not serve yet.
func New(c Config, p Peers) *Desk {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{c, p}
}

// Service is what edge may ask.
func (x *Desk) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Desk, report)
	wire.Handle(s, wire.DeskAsk, x.ask)
	return s
}

// ask answers one request.
func (x *Desk) ask(context.Context, sekisho.Caller, wire.WebRequest) (wire.WebResponse, error) {
	return wire.WebResponse{Status: 404, Type: "application/problem+json", Body: []byte(`{"type":"about:blank","title":"Not found","status":404}`)}, nil
}
