package dial

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// Config is what dial is told.
type Config struct {
	Resolver string         // "host:port" of the DNS resolver
	Zone     string         // a master file's text; names in it are answered from it alone
	Private  bool           // post and fetch may connect to loopback and private addresses: demonstrations, closed networks
	Ports    []uint16       // where post may connect; empty: 25, 465, 587
	Internal []netip.Prefix // networks of the customers' own servers: post may connect there, at any port, whatever the rules above say
	Clamd    string         // "address:port" of clamd: the only place that gate may connect to
	ACME     string         // "host:port" of the certificate authority: the only place that edge may connect to; "": none
	Link     []string       // "host:port" of the key management service and the witnesses: the only places that link may connect to
	Log      *slog.Logger
}

// Dial answers the calls of wire's dial file.
type Dial struct {
	config Config
	zone   *zone.Zone // nil without
	dns    *resolver
}

// New reads the zone.
func New(c Config) (*Dial, error) {
	d := &Dial{config: c, dns: newResolver(c.Resolver)}
	if len(c.Ports) == 0 {
		d.config.Ports = []uint16{25, 465, 587}
	}
	if c.Zone == "" {
		return d, nil
	}
	var err error
	d.zone, err = zone.Parse(strings.NewReader(c.Zone), ".")
	return d, err
}

// Service is dial's answers.
func (d *Dial) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Dial, report)
	wire.Handle(s, wire.DialLookup, d.lookup)
	wire.Handle(s, wire.DialConnect, d.connect)
	return s
}

func (d *Dial) lookup(ctx context.Context, _ sekisho.Caller, q wire.Lookup) (wire.Records, error) {
	if len(q.Name) > 253 {
		return wire.Records{Void: true}, nil
	}
	r, err := d.ask(ctx, q)
	if errors.Is(err, zone.ErrTemporary) {
		return wire.Records{}, sekisho.E("dial.lookup", sekisho.Unavailable, fmt.Errorf("%s %s: %w", q.Type, q.Name, err))
	}
	if err != nil {
		return wire.Records{}, sekisho.E("dial.lookup", sekisho.Invalid, err)
	}
	out := wire.Records{Void: r.Void, TXT: r.TXT, IP: r.IP, Names: r.Names, TLSA: r.TLSA, Secure: r.Secure}
	for _, m := range r.MX {
		out.MX = append(out.MX, wire.MX(m))
	}
	return out, nil
}

func (d *Dial) ask(ctx context.Context, q wire.Lookup) (zone.Records, error) {
	if d.zone != nil && (d.config.Resolver == "" || d.zone.Has(q.Name)) {
		return d.zone.Lookup(ctx, q.Type, q.Name)
	}
	return d.dns.Lookup(ctx, q.Type, q.Name)
}

// connectTime is how long a connection may take to come up (RFC 5321 section 4.5.3.2 asks for no less than a minute for
// the whole greeting; more addresses wait behind this one).
const connectTime = 30 * time.Second

func (d *Dial) connect(ctx context.Context, by sekisho.Caller, q wire.Connect) (wire.Connected, error) {
	network, address, err := d.destination(by.Role, q)
	if err == nil && (by.Role == sekisho.Link || by.Role == sekisho.Edge) {
		address, err = d.fixed(ctx, address)
	}
	if err != nil {
		return wire.Connected{}, sekisho.E("dial.connect", sekisho.Denied, err)
	}
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	dialer := net.Dialer{}
	dialer.SetMultipathTCP(false)
	c, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return wire.Connected{}, sekisho.E("dial.connect", sekisho.Unavailable, err)
	}
	defer c.Close()
	f, err := c.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return wire.Connected{}, err
	}
	out := wire.Connected{Conn: f}
	if a, ok := c.LocalAddr().(*net.TCPAddr); ok {
		out.Local = a.AddrPort().Addr()
	}
	return out, nil
}

// destination judges where a role may connect to.
func (d *Dial) destination(role sekisho.Role, q wire.Connect) (network, address string, err error) {
	if role == sekisho.Gate {
		if d.config.Clamd == "" {
			return "", "", errors.New("no clamd is configured")
		}
		return "tcp", d.config.Clamd, nil
	}
	if role == sekisho.Edge {
		to := net.JoinHostPort(q.Host, fmt.Sprint(q.Port))
		if d.config.ACME == "" || to != d.config.ACME {
			return "", "", fmt.Errorf("%.100q is not the certificate authority of the configuration", to)
		}
		return "tcp", to, nil
	}
	if role == sekisho.Link {
		to := net.JoinHostPort(q.Host, fmt.Sprint(q.Port))
		if !slices.Contains(d.config.Link, to) {
			return "", "", fmt.Errorf("%.100q is no destination of the configuration", to)
		}
		return "tcp", to, nil
	}
	to := netip.AddrPortFrom(q.To.Unmap(), q.Port)
	address = to.String()
	if role != sekisho.Fetch && slices.ContainsFunc(d.config.Internal, func(n netip.Prefix) bool { return n.Contains(to.Addr()) }) {
		return "tcp", address, nil
	}
	if !d.config.Private && !public(to.Addr()) {
		return "", "", fmt.Errorf("%s is not a public address, nor in post.internal", to.Addr())
	}
	if role == sekisho.Fetch {
		if !d.config.Private && q.Port != 80 && q.Port != 443 {
			return "", "", fmt.Errorf("port %d is not for the web", q.Port)
		}
		return "tcp", address, nil
	}
	if !d.config.Private && !slices.Contains(d.config.Ports, q.Port) {
		return "", "", fmt.Errorf("port %d is not for mail", q.Port)
	}
	return "tcp", address, nil
}

// fixed resolves a destination of the configuration.
func (d *Dial) fixed(ctx context.Context, destination string) (string, error) {
	host, port, err := net.SplitHostPort(destination)
	if err != nil {
		return "", err
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return destination, nil
	}
	r, err := d.ask(ctx, wire.Lookup{Type: "IP", Name: host})
	if err != nil {
		return "", err
	}
	if len(r.IP) == 0 {
		return "", fmt.Errorf("%s has no address", host)
	}
	return net.JoinHostPort(r.IP[0].String(), port), nil
}

// public says whether an address can belong to somebody outside: a hostile MX must not lead post into the operator's own
// networks.
func public(a netip.Addr) bool {
	shared := netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	return a.IsValid() && a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a) &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
