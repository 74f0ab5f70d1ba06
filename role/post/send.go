package post

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// send makes one try and gives a result for each item.
func (p *Post) send(ctx context.Context, g parcel) []result {
	mail, err := p.open(ctx, g.items[0])
	if err != nil {
		p.config.Log.Warn("mail not opened", "message", g.items[0].Message, "error", err)
		return all(len(g.items), result{code: 451, status: "4.3.0", text: "cannot read the mail at present"})
	}
	hops, r := p.nextHops(ctx, g)
	if r != nil {
		return all(len(g.items), *r)
	}
	if g.items[0].Envelope.MustTLS {
		demandTLS(hops)
	}
	last := result{code: 0, status: "4.4.1", text: "no server could be reached"}
	without := 0 // servers that answered and have no TLS as is required
	for _, h := range hops {
		c, err := p.hosts.take(ctx, p, h)
		if err != nil {
			if errors.Is(err, errTLS) && !errors.Is(err, errUnreached) {
				without++
			}
			last.host, last.text = h.Host, err.Error()
			if h.by != "" {
				last.text = h.by + ": " + last.text
			}
			if errors.Is(err, errTLS) {
				last.status = "4.7.10"
			}
			continue
		}
		out := p.transaction(c, g.items, mail)
		p.hosts.give(c)
		if out[0].code != 421 { // the server closes: the next one may take it
			return out
		}
		last = out[0]
	}
	if e := g.items[0].Envelope; e.MustTLS && without == len(hops) && without > 0 {
		last = untrusted(last, e.NoTLS)
	}
	return all(len(g.items), last)
}

// untrusted is the result where all servers answered and none has TLS as the sender's rules require it: what the rules say.
func untrusted(r result, what string) result {
	switch what {
	case policy.RefuseTLS:
		r.code, r.status = 554, "5.7.10"
		r.text = "the sender's organisation requires TLS with a valid certificate: " + r.text
	case policy.HoldTLS:
		r.held = true
	}
	return r
}

func all(n int, r result) []result {
	out := make([]result, n)
	for i := range out {
		out[i] = r
	}
	return out
}

// transaction hands one mail to a server. Recipients that it refuses have their own results.
func (p *Post) transaction(c *client, items []wire.QueueItem, mail []byte) []result {
	out := all(len(items), result{host: c.host, tls: c.tls})
	fail := func(err error, from int) {
		for i := from; i < len(out); i++ {
			if out[i].code == 0 {
				out[i].set(err)
			}
		}
	}
	e := items[0].Envelope
	requireTLS, _ := c.Extension("REQUIRETLS")
	opts := &smtp.MailOptions{RequireTLS: requireTLS && e.MustTLS, Size: int64(len(mail)), UTF8: needsUTF8(items), EnvelopeID: "", Return: ""}
	if ok, _ := c.Extension("SMTPUTF8"); opts.UTF8 && !ok {
		fail(&smtp.SMTPError{Code: 553, EnhancedCode: smtp.EnhancedCode{5, 6, 7}, Message: "the next server cannot take internationalised addresses"}, 0)
		return out
	}
	if ok, _ := c.Extension("8BITMIME"); ok && !ascii(mail) {
		opts.Body = smtp.Body8BitMIME
	}
	dsn, _ := c.Extension("DSN")
	if dsn {
		opts.EnvelopeID, opts.Return = e.EnvID, smtp.DSNReturn(e.Ret)
	}
	if err := c.Mail(e.From, opts); err != nil {
		fail(err, 0)
		return out
	}
	accepted := 0
	for i, item := range items {
		ro := &smtp.RcptOptions{}
		if dsn {
			for _, n := range strings.FieldsFunc(item.Notify, func(r rune) bool { return r == ',' }) {
				ro.Notify = append(ro.Notify, smtp.DSNNotify(n))
			}
		}
		if err := c.Rcpt(item.Recipient, ro); err != nil {
			out[i].set(err)
			continue
		}
		accepted++
	}
	if accepted == 0 {
		c.Reset()
		return out
	}
	c.CommandTimeout, c.SubmissionTimeout = 5*time.Minute, 12*time.Minute // RFC 5321 section 4.5.3.2
	text, err := c.deliver(mail)
	for i := range out {
		if out[i].code != 0 {
			continue
		}
		if err != nil {
			out[i].set(err)
			continue
		}
		out[i].sent, out[i].code, out[i].status, out[i].text = true, 250, "2.0.0", text
	}
	return out
}

func (c *client) deliver(mail []byte) (string, error) {
	w, err := c.Data()
	if err != nil {
		return "", err
	}
	if _, err := w.Write(mail); err != nil {
		c.broken = true
		return "", err
	}
	r, err := w.CloseWithResponse()
	if err != nil {
		return "", err
	}
	return r.StatusText, nil
}

// set reads an error as an answer. What is no answer of the server is a passing failure of the connection.
func (r *result) set(err error) {
	var s *smtp.SMTPError
	if errors.As(err, &s) {
		r.code, r.text = s.Code, s.Message
		r.status = fmt.Sprintf("%d.%d.%d", s.EnhancedCode[0], s.EnhancedCode[1], s.EnhancedCode[2])
		if s.EnhancedCode[0] <= 0 {
			r.status = fmt.Sprintf("%d.0.0", s.Code/100)
		}
		return
	}
	r.code, r.status, r.text = 421, "4.4.2", err.Error()
}

func needsUTF8(items []wire.QueueItem) bool {
	for _, i := range items {
		if !ascii([]byte(i.Recipient)) {
			return true
		}
	}
	return !ascii([]byte(items[0].Envelope.From))
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// errTLS means that TLS was required and could not be had.
var errTLS = errors.New("no TLS as is required")

// errUnreached means that a server did not answer at all.
var errUnreached = errors.New("no answer")

// unreached marks an error of a connection that never was; it says the same.
type unreached struct{ error }

// Is makes it errUnreached.
func (u unreached) Is(target error) bool { return target == errUnreached }

// Unwrap gives the error that it marks.
func (u unreached) Unwrap() error { return u.error }

// connect opens a connection to one server at one of its addresses, with as much TLS as the route wants.
func (p *Post) connect(ctx context.Context, h hop) (*client, error) {
	c, err := p.connectTLS(ctx, h)
	p.observe(h, c, err)
	if err == nil || h.required() {
		if err != nil {
			err = fmt.Errorf("%w: %w", errTLS, err)
		}
		return c, err
	}
	p.hosts.noTLS(h)
	return p.greet(ctx, h, nil)
}

func (p *Post) connectTLS(ctx context.Context, h hop) (*client, error) {
	if !h.required() && p.hosts.plain(h) {
		return nil, errTLS
	}
	return p.greet(ctx, h, p.tlsConfig(h))
}

// greet dials, and says EHLO and, with t, STARTTLS.
func (p *Post) greet(ctx context.Context, h hop, t *tls.Config) (*client, error) {
	conn, err := p.dial(ctx, h)
	if err != nil {
		return nil, unreached{err}
	}
	c := &client{host: h.Host, key: h.key()}
	if t == nil {
		c.Client = smtp.NewClient(conn)
	} else if c.Client, err = smtp.NewClientStartTLS(conn, t); err != nil {
		conn.Close()
		return nil, err
	}
	c.CommandTimeout = 2 * time.Minute
	if err := c.Hello(p.config.Name); err != nil { // with t: the handshake comes with it
		c.Close()
		return nil, err
	}
	s, encrypted := c.TLSConnectionState()
	c.tls = p.describe(h, s, encrypted)
	return c, nil
}

// nextHops finds the servers to try, best first; or a result when that already settles it.
func (p *Post) nextHops(ctx context.Context, g parcel) ([]hop, *result) {
	if r := g.items[0].Route; len(r) > 0 {
		var out []hop
		for _, h := range r {
			out = append(out, p.addresses(ctx, h)...)
		}
		return out, nil
	}
	mx, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: "MX", Name: g.route})
	if err != nil {
		return nil, &result{status: "4.4.3", text: "DNS does not answer: " + kindText(err)}
	}
	if len(mx.MX) == 1 && mx.MX[0].Host == "" {
		return nil, &result{code: 556, status: "5.1.10", text: "the domain takes no mail (null MX)"}
	}
	servers := mx.MX
	if len(servers) == 0 { // RFC 5321 section 5.1: the domain itself
		servers = []wire.MX{{Host: g.route}}
	}
	var out []hop
	var unused *result
	policy, err := p.policy(ctx, g.route)
	if err != nil {
		return nil, &result{status: "4.7.5", text: "the domain's MTA-STS policy cannot be looked up now: " + kindText(err)}
	}
	for _, m := range servers {
		hops, why := p.secured(ctx, g.route, m.Host, mx.Secure, policy)
		p.concerned(g.route, m.Host, hops, why, policy)
		out = append(out, hops...)
		if why != nil {
			unused = why
		}
	}
	if len(out) == 0 && unused != nil {
		return nil, unused
	}
	if len(out) == 0 && len(mx.MX) == 0 && mx.Void {
		return nil, &result{code: 550, status: "5.1.2", text: "the domain does not exist"}
	}
	if len(out) == 0 {
		return nil, &result{status: "4.4.4", text: "no server of the domain has an address"}
	}
	return out, nil
}

func kindText(err error) string { return sekisho.KindOf(err).String() }
