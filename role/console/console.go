package console

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"sekisho"
	"sekisho/takeover"
	"sekisho/wire"
)

// Config is what console is told.
type Config struct {
	Name  string // host name of the installation
	Log   *slog.Logger
	Clock func() time.Time // nil: time.Now

	Health func() *Health // what the supervisor told last, not to be changed; nil or a nil answer: nothing yet
}

// Peers are the roles that console asks.
type Peers struct{ Store, Vault, Inspect, Dial *wire.Peer }

// Console answers requests.
type Console struct {
	config   Config
	peers    Peers
	mux      *http.ServeMux
	document []byte // the API's description
	repeated *repeated
	limits   *limits
	held     takeover.Held
}

// New makes a console that does not serve yet.
func New(c Config, p Peers) *Console {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	x := &Console{config: c, peers: p, mux: http.NewServeMux(), repeated: newRepeated(), limits: newLimits()}
	x.document = x.routes()
	return x
}

// Service is what edge may ask.
func (x *Console) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Console, report)
	wire.Handle(s, wire.ConsoleAsk, func(ctx context.Context, by sekisho.Caller, q wire.WebRequest) (wire.WebResponse, error) {
		a, err := x.ask(ctx, by, q)
		return x.held.Twist(a), err
	})
	return s
}

// Document is the description of the API in OpenAPI 3.1, in JSON.
func (x *Console) Document() []byte { return x.document }

// documentPath is where the description is: it holds nothing of anybody, so it takes no sign-in.
const documentPath = "/api/v1/openapi.json"

// askTime bounds one request.
const askTime = 50 * time.Second

// ask answers one request. Every answer is JSON, a problem document, or a list as a file.
func (x *Console) ask(ctx context.Context, _ sekisho.Caller, q wire.WebRequest) (wire.WebResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if q.Path == documentPath && q.Method == http.MethodGet {
		return wire.WebResponse{Status: 200, Type: "application/json", Body: x.document, ETag: wire.Tag(x.document)}, nil
	}
	p, err := x.person(ctx, &q)
	if err != nil {
		return answerProblem(problemOf(err, q.Language), q.Language), nil
	}
	if wait := x.limits.take(p, x.config.Clock()); wait > 0 {
		a := answerProblem(problem{Status: 429, slug: "too-many"}, q.Language)
		a.Retry = wait
		return a, nil
	}
	if q.Method != http.MethodGet && q.Idempotency != "" {
		return x.repeated.answer(ctx, p, &q, func() wire.WebResponse { return x.replay(ctx, p, &q) }), nil
	}
	if q.Method == http.MethodGet && wantsFile(q.Query) {
		return x.file(ctx, p, &q), nil
	}
	return x.replay(ctx, p, &q), nil
}

// TakeOver is what the process does when it is to behave as one taken over: red-team builds only.
func (x *Console) TakeOver() (*takeover.Held, *wire.Peer, *wire.Peer) {
	return &x.held, x.peers.Store, x.peers.Vault
}

// person finds who asks: the capability becomes a ticket of this process, and store tells whose it is.
func (x *Console) person(ctx context.Context, q *wire.WebRequest) (*person, error) {
	if q.Capability.ID == 0 {
		return nil, problem{Status: 401, slug: "sign-in"}
	}
	t, err := wire.VaultEnter.Ask(ctx, x.peers.Vault, q.Capability)
	if sekisho.KindOf(err) == sekisho.Denied {
		return nil, problem{Status: 401, slug: "sign-in"}
	}
	if err != nil {
		return nil, err
	}
	x.held.Keep(q.Capability, t)
	p := &person{x: x, ticket: t, ask: q}
	if p.me, err = wire.StoreMe.Ask(ctx, x.peers.Store, wire.Bearer{Pass: t.Pass}); err != nil {
		return nil, err
	}
	return p, nil
}
