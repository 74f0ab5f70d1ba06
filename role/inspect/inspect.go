package inspect

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan"
	"sekisho/scan/backscatter"
	"sekisho/wire"
)

// Config is what inspect is told.
type Config struct {
	Life int           // mails until the worker ends and is replaced; 0: 900 to 1,000
	Time time.Duration // most time for one mail; 0: 30 s
	Page time.Duration // most time for drawing one page; 0: 2 s
}

// Inspect answers the calls of wire's inspect file.
type Inspect struct {
	config  Config
	scanner *scan.Scanner
	prints  prints

	service *wire.Service
	served  atomic.Int64
	retired chan struct{} // closed when the worker has served its life and every answer is out
	drawing chan struct{} // one page is drawn at a time: it takes memory
}

// New loads the model and the lists.
func New(c Config) (*Inspect, error) {
	if c.Life == 0 {
		c.Life = 1000 - rand.IntN(100) // workers that began together do not end together
	}
	if c.Time == 0 {
		c.Time = 30 * time.Second
	}
	if c.Page == 0 {
		c.Page = 2 * time.Second
	}
	s, err := scan.New(scan.Config{})
	if err != nil {
		return nil, err
	}
	return &Inspect{config: c, scanner: s, retired: make(chan struct{}), drawing: make(chan struct{}, 1)}, nil
}

// Retired is closed when the worker should end: the supervisor starts a fresh one.
func (i *Inspect) Retired() <-chan struct{} { return i.retired }

// Service is inspect's answers.
func (i *Inspect) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Inspect, report)
	wire.Handle(s, wire.InspectScan, i.scan)
	wire.Handle(s, wire.InspectRewrite, i.rewrite)
	wire.Handle(s, wire.InspectFilter, i.filter)
	wire.Handle(s, wire.InspectDMARC, i.dmarc)
	wire.Handle(s, wire.InspectURL, i.url)
	wire.Handle(s, wire.InspectText, i.text)
	wire.Handle(s, wire.InspectRender, i.render)
	wire.Handle(s, wire.InspectPicture, i.picture)
	wire.Handle(s, wire.InspectPreview, i.preview)
	i.service = s
	return s
}

// count notes a mail. The one that ends the worker's life is still answered, and so is what is under way beside it.
func (i *Inspect) count() {
	if i.served.Add(1) == int64(i.config.Life) {
		go func() {
			i.service.Drain()
			close(i.retired)
		}()
	}
}

func (i *Inspect) scan(ctx context.Context, _ sekisho.Caller, q wire.Scan) (wire.Report, error) {
	i.count()
	if q.Summarise {
		return i.summarise(q.Raw), nil
	}
	ctx, cancel := context.WithTimeout(ctx, i.config.Time)
	defer cancel()
	if q.Learn {
		return wire.Report{Opinion: i.scanner.Opinion(ctx, q.Raw, scan.Context{Direction: sekisho.Inbound, Domains: q.Domains})}, nil
	}
	c := scan.Context{Direction: q.Direction, Envelope: q.Envelope, Domains: q.Domains, Partners: q.Partners, Known: q.Known, Extra: q.Extra, Now: q.Now, Leak: q.Leak,
		Auth: scan.Auth{SPF: q.Auth.SPF, DKIM: q.Auth.DKIM, DMARC: q.Auth.DMARC, ARC: q.Auth.ARC, Aligned: q.Auth.Aligned, Domain: q.Auth.From}}
	var unread []string
	if c.Exact, unread = i.prints.of(q.Prints); len(unread) > 0 { // a rule may hold what could not be compared
		c.Extra = append(slices.Clip(c.Extra), sekisho.Finding{Kind: sekisho.KindLeak, Name: "fingerprint-unread", Evidence: "sets of fingerprints cannot be read: " + strings.Join(unread, ", ")})
	}
	for _, p := range q.People {
		c.People = append(c.People, scan.Person(p))
	}
	for _, s := range q.Signers {
		c.Signers = append(c.Signers, backscatter.Key(s))
	}
	r := i.scanner.Scan(ctx, q.Raw, c)
	return wire.Report{Findings: r.Findings, Score: r.Score, Verdict: r.Verdict, Summary: r.Summary, Text: r.Text, Tokens: r.Tokens, Opinion: r.Opinion, Links: r.Links,
		Ambiguous: r.Ambiguous, Unscannable: r.Unscannable}, nil
}

// summarise reads a mail for its summary, text and tokens only.
func (i *Inspect) summarise(raw []byte) wire.Report {
	r := i.scanner.Summarize(raw)
	return wire.Report{Summary: r.Summary, Text: r.Text, Tokens: r.Tokens, Ambiguous: r.Ambiguous}
}

func (i *Inspect) rewrite(ctx context.Context, _ sekisho.Caller, q wire.Rewrite) (wire.Rewritten, error) {
	i.count()
	raw, err := message.Rewrite(q.Raw, message.Change{Canonical: q.Canonical, Subject: q.Subject, AddHeader: q.AddHeader,
		Remove: q.Remove, Warning: q.Warning})
	if err != nil {
		return wire.Rewritten{}, sekisho.E("inspect.rewrite", sekisho.Invalid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, i.config.Time)
	defer cancel()
	return i.convert(ctx, raw, q.Convert)
}
