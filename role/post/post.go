package post

import (
	"context"
	"crypto/x509"
	"log/slog"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Config is what post is told.
type Config struct {
	Name        string         // our host name, for EHLO and notifications
	Total       int            // connections at a time; 0: 50
	Destination int            // connections to one destination at a time; 0: 10
	Expire      time.Duration  // how long a mail is tried; 0: 5 days
	Warn        time.Duration  // when the sender is told of a delay; 0: 4 hours
	First       time.Duration  // pause after the first failed try; 0: 5 minutes. Each next one is twice as long
	Longest     time.Duration  // longest pause; 0: 4 hours
	Port        uint16         // where mail exchangers listen; 0: 25
	Roots       *x509.CertPool // authorities for "verify"; nil: the host's
	Clock       func() time.Time
	Log         *slog.Logger
	Report      Reporter
	Seal        bool   // mail that is sent on gets an ARC seal
	Desk        string // origin of the desk, for links in notices: "https://desk.example:8443"; "": notices have no links
}

// Peers are the roles that post asks.
type Peers struct{ Store, Vault, Dial, Inspect, Fetch *wire.Peer }

// Post sends mail.
type Post struct {
	config Config
	peers  Peers
	hosts  *hosts
	ids    *wire.IDs
	known  *settings

	returns  *wire.Returns
	policies policies
	observer *wire.Observer
}

// New makes a post that has not begun to send.
func New(c Config, p Peers) *Post {
	duration := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	duration(&c.Expire, 5*24*time.Hour)
	duration(&c.Warn, 4*time.Hour)
	duration(&c.First, 5*time.Minute)
	duration(&c.Longest, 4*time.Hour)
	if c.Total == 0 {
		c.Total = 50
	}
	if c.Destination == 0 {
		c.Destination = 10
	}
	if c.Port == 0 {
		c.Port = 25
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Post{config: c, peers: p, hosts: newHosts(), ids: wire.NewIDs(p.Store, noticeIDs), known: &settings{store: p.Store}, returns: wire.NewReturns(p.Vault), observer: wire.NewObserver(p.Store)}
}

// noticeIDs is how many message ids are set aside at once, for notices to senders.
const noticeIDs = 16

// Times of the loop.
const (
	leaseTime = 15 * time.Minute // longer than any try: a lease that ends early would send twice
	waitTime  = 20 * time.Second
	againTime = time.Second
	tryTime   = 10 * time.Minute
)

// Run takes what is due and sends it, until ctx is done; tries under way are finished then, up to grace.
func (p *Post) Run(ctx context.Context, grace time.Duration) error {
	room := make(chan struct{}, p.config.Total)
	var running sync.WaitGroup
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go p.hosts.sweep(work)
	running.Go(func() { p.tellHeld(ctx) })
	if p.config.Report.From != "" {
		running.Go(func() { p.tellDomains(ctx) })
		running.Go(func() { p.observer.Run(ctx, p.lost) })
	}
	for ctx.Err() == nil {
		due, err := wire.StoreDue.Ask(ctx, p.peers.Store, wire.DueQuery{Most: p.config.Total, Lease: leaseTime, Wait: waitTime})
		if err != nil {
			if ctx.Err() == nil {
				p.config.Log.Warn("queue not read", "error", err)
				pause(ctx, againTime)
			}
			continue
		}
		for _, g := range group(due.Items) {
			room <- struct{}{}
			running.Go(func() {
				defer func() { <-room }()
				p.try(work, g)
			})
		}
	}
	stop := time.AfterFunc(grace, cancel)
	defer stop.Stop()
	running.Wait()
	return nil
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// parcel is what one SMTP transaction can carry: one mail for recipients behind the same next hop.
type parcel struct {
	items []wire.QueueItem
	route string // key of the next hop: its servers, or the domain
	ended bool   // it was given up: the sender is told, and nothing is sent
}

// mostTogether is how many recipients go in one transaction (RFC 5321 section 4.5.3.1.8).
const mostTogether = 100

// group sorts deliveries into parcels, keeping their order.
func group(items []wire.QueueItem) []parcel {
	type key struct {
		message sekisho.MessageID
		route   string
		ended   bool
	}
	at := map[key]int{}
	var out []parcel
	for _, i := range items {
		k := key{i.Message, routeKey(i), i.GivenUp != ""}
		n, ok := at[k]
		if !ok || len(out[n].items) >= mostTogether {
			n = len(out)
			at[k] = n
			out = append(out, parcel{route: k.route, ended: k.ended})
		}
		out[n].items = append(out[n].items, i)
	}
	return out
}

func routeKey(i wire.QueueItem) string {
	if len(i.Route) > 0 {
		var b strings.Builder
		for _, h := range i.Route {
			b.WriteString("=" + h.Host + ":" + port(h.Port))
		}
		return b.String()
	}
	return strings.ToLower(i.Recipient[strings.LastIndexByte(i.Recipient, '@')+1:])
}

// try makes one attempt at a parcel and reports how it ended.
func (p *Post) try(ctx context.Context, g parcel) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	results := g.givenUp()
	if !g.ended {
		results = p.send(ctx, g)
	}
	now := p.config.Clock()
	var out wire.Outcomes
	var notices []notice
	for i, item := range g.items {
		o, n := p.conclude(item, results[i], now)
		out.Items = append(out.Items, o)
		if n != nil {
			notices = append(notices, *n)
		}
	}
	// The notice first: when it cannot be made durable, the delivery stays due and ends again.
	if len(notices) > 0 {
		if err := p.notify(ctx, g, notices, now); err != nil {
			p.config.Log.Error("notice to sender not written", "error", err)
			return
		}
	}
	p.report(ctx, out)
}

// report tells store, as often as it takes: an outcome that is lost means that a mail is sent twice.
func (p *Post) report(ctx context.Context, out wire.Outcomes) {
	for ctx.Err() == nil {
		_, err := wire.StoreOutcome.Ask(ctx, p.peers.Store, out)
		if err == nil {
			return
		}
		p.config.Log.Error("outcome not recorded, trying again", "error", err)
		pause(ctx, againTime)
	}
}
