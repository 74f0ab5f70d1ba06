package webmail

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/seal"
	"sekisho/takeover"
	"sekisho/wire"
)

// Config is what webmail is told.
type Config struct {
	Name  string // host name of the installation
	Size  int64  // most bytes of a mail or an upload; 0: 50 MB
	Desk  string // origin of desk, which rewritten links lead over
	Clock func() time.Time
	Log   *slog.Logger
}

// Peers are the roles that webmail asks.
type Peers struct{ Store, Vault, Inspect, Gate, Fetch *wire.Peer }

// Webmail answers requests.
type Webmail struct {
	config  Config
	peers   Peers
	ids     *wire.IDs
	senders seal.Senders
	methods map[string]method
	news    *news
	held    takeover.Held
	enter   func(context.Context, wire.Capability) (wire.Ticket, error)
}

// leaseSize is how many message ids are set aside at once.
const leaseSize = 256

// New makes a webmail that does not serve yet.
func New(c Config, p Peers) *Webmail {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Size == 0 {
		c.Size = 50 << 20
	}
	x := &Webmail{config: c, peers: p, ids: wire.NewIDs(p.Store, leaseSize), methods: methods(), news: newNews()}
	x.enter = func(ctx context.Context, c wire.Capability) (wire.Ticket, error) {
		return wire.VaultEnter.Ask(ctx, p.Vault, c)
	}
	return x
}

// Service is what edge may ask.
func (x *Webmail) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Webmail, report)
	wire.Handle(s, wire.WebmailAsk, x.ask)
	wire.Handle(s, wire.WebmailWatch, x.watch)
	return s
}

// Run follows what changes in mailboxes, for those who watch, and forgets used-up encapsulations, until ctx ends.
func (x *Webmail) Run(ctx context.Context) {
	go x.news.follow(ctx, x.peers.Store, x.config.Log)
	tick := time.NewTicker(seal.SenderLife)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			x.senders.Forget(x.config.Clock())
		}
	}
}

// askTime bounds what one request may take inside; the ticket ends then too.
const askTime = 55 * time.Second

// ask answers one request.
func (x *Webmail) ask(ctx context.Context, _ sekisho.Caller, q wire.WebRequest) (wire.WebResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	route, found := routeOf(&q)
	if !found {
		return problem(q.Language, 404, "not-found", ""), nil
	}
	if q.Capability.ID == 0 {
		return problem(q.Language, 401, "sign-in", ""), nil
	}
	ticket, err := x.enter(ctx, q.Capability)
	if err != nil {
		return x.failed(q.Language, err), nil
	}
	x.held.Keep(q.Capability, ticket)
	defer clear(ticket.Secret)
	t := &turn{w: x, ctx: ctx, q: &q, ticket: ticket, created: map[string]string{},
		access: &mailbox.Session{Store: x.peers.Store, Vault: x.peers.Vault, Ticket: ticket, Log: x.config.Log}}
	if !t.may(route.writes) {
		return problem(q.Language, 403, "scope", ""), nil
	}
	out, err := route.answer(t)
	if err != nil {
		return x.failed(q.Language, err), nil
	}
	return x.held.Twist(out), nil
}

// TakeOver is what the process does when it is to behave as one taken over: red-team builds only.
func (x *Webmail) TakeOver() (*takeover.Held, *wire.Peer, *wire.Peer) {
	return &x.held, x.peers.Store, x.peers.Vault
}

// route is one resource: what answers it.
type route struct {
	method, prefix string
	writes         bool
	answer         func(*turn) (wire.WebResponse, error)
}

// routes are all resources. A prefix that ends with "/" has parts of the path behind it. What /jmap/api may do is decided
// per method.
func routes() []route {
	return []route{
		{"GET", "/jmap/session", false, (*turn).session},
		{"GET", "/jmap/start", false, (*turn).start},
		{"POST", "/jmap/api", false, (*turn).api},
		{"POST", "/jmap/upload/", true, (*turn).upload},
		{"GET", "/jmap/download/", false, (*turn).download},
		{"GET", "/jmap/picture/", false, (*turn).picture},
		{"GET", "/jmap/preview/", false, (*turn).preview},
	}
}

func routeOf(q *wire.WebRequest) (route, bool) {
	path := q.Path
	if path == "/.well-known/jmap" {
		path = "/jmap/session"
	}
	for _, r := range routes() {
		if r.method == q.Method && (path == r.prefix || strings.HasSuffix(r.prefix, "/") && strings.HasPrefix(path, r.prefix)) {
			return r, true
		}
	}
	return route{}, false
}

// turn is one request of one person while it is answered.
type turn struct {
	w       *Webmail
	ctx     context.Context
	q       *wire.WebRequest
	ticket  wire.Ticket
	access  *mailbox.Session
	created map[string]string // creation ids: what they became
	self    *wire.Identified
	boxes   []wire.Mailbox // nil: not read yet
}

// Scopes of access tokens. A token without scopes may do what its account may.
const (
	scopeRead  = "mail:read"
	scopeWrite = "mail"
)

// may says whether the ticket allows reading, or changing and sending.
func (t *turn) may(write bool) bool {
	if len(t.ticket.Scopes) == 0 {
		return true
	}
	for _, s := range t.ticket.Scopes {
		if s == scopeWrite || s == scopeRead && !write {
			return true
		}
	}
	return false
}

// who gives the account's names and keys.
func (t *turn) who() (*wire.Identified, error) {
	if t.self == nil {
		got, err := wire.StoreSelf.Ask(t.ctx, t.w.peers.Store, wire.MailboxQuery{Pass: t.ticket.Pass})
		if err != nil {
			return nil, err
		}
		t.self = &got
	}
	return t.self, nil
}

func (t *turn) owner() (mailbox.Owner, error) {
	who, err := t.who()
	if err != nil {
		return mailbox.Owner{}, err
	}
	return mailbox.Owner{Contract: t.ticket.Contract, Account: t.ticket.Account, Public: who.Public}, nil
}

// folders gives the account's mailboxes as they were when first asked for in this request, or after it changed them.
func (t *turn) folders() ([]wire.Mailbox, error) {
	if t.boxes == nil {
		got, err := wire.StoreMailboxes.Ask(t.ctx, t.w.peers.Store, wire.MailboxQuery{Pass: t.ticket.Pass})
		if err != nil {
			return nil, err
		}
		t.boxes = got.List
	}
	return t.boxes, nil
}

func (x *Webmail) filer() *mailbox.Filer {
	return &mailbox.Filer{Store: x.peers.Store, Vault: x.peers.Vault, Inspect: x.peers.Inspect, IDs: x.ids, Senders: &x.senders, Clock: x.config.Clock, Log: x.config.Log}
}

// fail makes a method error of what went wrong inside: the one place where that is done. Detail goes to the log.
func (x *Webmail) fail(err error) *jmap.MethodError {
	if e, is := err.(*jmap.MethodError); is {
		return e
	}
	switch k := sekisho.KindOf(err); k {
	case sekisho.NotFound:
		return jmap.Fail("notFound", "no such thing")
	case sekisho.Denied:
		return jmap.Fail("forbidden", "the session may not do that, or has ended")
	case sekisho.Conflict:
		return jmap.Fail("stateMismatch", "it has changed meanwhile")
	case sekisho.Full:
		return jmap.Fail("overQuota", "no space left")
	case sekisho.TooLarge:
		return jmap.Fail("tooLarge", "too large")
	case sekisho.TooMany:
		return jmap.Fail("rateLimit", "too much for now: try again later")
	case sekisho.Unavailable:
		x.config.Log.Warn("method failed", "error", err)
		return jmap.Fail("serverUnavailable", "temporary failure: try again")
	case sekisho.Invalid:
		return jmap.Fail("invalidArguments", "that cannot be done")
	}
	x.config.Log.Error("method failed", "error", err)
	return jmap.Fail("serverFail", "internal fault; it was noted")
}
