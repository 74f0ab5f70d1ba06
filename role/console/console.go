package console

import (
	"context"
	"log/slog"

	"sekisho"
	"sekisho/wire"
)

// Config is what console is told.
type Config struct {
	Name string // host name of the installation
	Log  *slog.Logger
}

// Peers are the roles that console asks.
type Peers struct{ Store, Vault, Inspect, Dial *wire.Peer }

// Console answers requests.
type Console struct {
	config Config
	peers  Peers
}

// New makes a console that does not serve yet.
func New(c Config, p Peers) *Console {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Console{c, p}
}

// Service is what edge may ask.
func (x *Console) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Console, report)
	wire.Handle(s, wire.ConsoleAsk, x.ask)
	return s
}

// ask answers one request.
func (x *Console) ask(context.Context, sekisho.Caller, wire.WebRequest) (wire.WebResponse, error) {
	return wire.WebResponse{Status: 404, Type: "application/problem+json", Body: []byte(`{"type":"about:blank","title":"Not found","status":404}`)}, nil
}
