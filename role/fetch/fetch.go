package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Config is what fetch is told.
type Config struct {
	Roots   *x509.CertPool // that servers' certificates must be under
	Private bool           // any port: demonstrations, closed networks
	Policy  uint16         // where servers of MTA-STS policies listen; 0: 443
	Log     *slog.Logger
	Clock   func() time.Time // nil: the wall clock
}

// Peers are the roles that fetch asks.
type Peers struct{ Dial *wire.Peer }

// Fetch answers the calls of wire's fetch file.
type Fetch struct {
	config Config
	peers  Peers
	http   *http.Client
	room   chan struct{}

	mu    sync.Mutex // guards what follows
	asked map[sekisho.Instance]spent
}

// spent is what a process has asked for in the current minute.
type spent struct {
	minute int64
	n      int
}

// Bounds of one picture, and of them together.
const (
	mostBytes     = 5 << 20
	mostURL       = 2048
	mostRedirects = 2
	mostAtOnce    = 16
	mostPerMinute = 600 // by one asking process: what an intruder there could tell the world in addresses
	requestTime   = 10 * time.Second
)

// kinds are the types of pictures that inspect can draw anew.
var kinds = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// New makes a fetch that does not serve yet.
func New(c Config, p Peers) *Fetch {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Policy == 0 {
		c.Policy = 443
	}
	f := &Fetch{config: c, peers: p, room: make(chan struct{}, mostAtOnce), asked: map[sekisho.Instance]spent{}}
	f.http = &http.Client{Timeout: requestTime, CheckRedirect: f.redirect, Transport: &http.Transport{DialContext: f.dial,
		TLSClientConfig:   &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10, ResponseHeaderTimeout: requestTime}}
	return f
}

// redirect follows few, and only to what could have been asked for at first.
func (f *Fetch) redirect(r *http.Request, via []*http.Request) error {
	if len(via) > mostRedirects {
		return errors.New("too many redirects")
	}
	r.Header.Del("Referer")
	return f.acceptable(r.URL)
}

// acceptable says why an address is not fetched; nil when it may be.
func (f *Fetch) acceptable(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("the scheme %.20q is not fetched", u.Scheme)
	case u.Hostname() == "" || u.User != nil || u.Opaque != "":
		return errors.New("the address has no host, or names a user")
	case !f.config.Private && u.Port() != "" && u.Port() != "80" && u.Port() != "443":
		return errors.New("the port is not that of a web server")
	}
	return nil
}

// parse reads an address as it stands in a mail.
func (f *Fetch) parse(text string) (*url.URL, error) {
	if len(text) > mostURL {
		return nil, fmt.Errorf("an address of %d characters", len(text))
	}
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("it is no address")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, f.acceptable(u)
}

// Service is fetch's answers.
func (f *Fetch) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Fetch, report)
	wire.Handle(s, wire.FetchPicture, f.picture)
	wire.Handle(s, wire.FetchPolicy, f.policy)
	return s
}

// picture answers FetchPicture.
func (f *Fetch) picture(ctx context.Context, by sekisho.Caller, q wire.PictureQuery) (wire.FetchedPicture, error) {
	none := func(kind sekisho.ErrorKind, err error) (wire.FetchedPicture, error) {
		return wire.FetchedPicture{}, sekisho.E("fetch.picture", kind, err)
	}
	u, err := f.parse(q.URL)
	if err != nil {
		return none(sekisho.NotFound, err)
	}
	if !f.spend(by.Instance) {
		return none(sekisho.TooMany, fmt.Errorf("at most %d pictures in a minute", mostPerMinute))
	}
	select {
	case f.room <- struct{}{}:
		defer func() { <-f.room }()
	case <-ctx.Done():
		return none(sekisho.TooMany, ctx.Err())
	}
	out, err := f.get(ctx, u)
	if err != nil {
		f.config.Log.Debug("no picture", "host", u.Hostname(), "error", err)
		return none(sekisho.NotFound, errors.New("there is no picture to be had"))
	}
	return out, nil
}

// spend counts a question; false when the process has asked for too much in this minute.
func (f *Fetch) spend(by sekisho.Instance) bool {
	minute := f.config.Clock().Unix() / 60
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.asked) > 1000 { // processes that ended long ago
		clear(f.asked)
	}
	s := f.asked[by]
	if s.minute != minute {
		s = spent{minute: minute}
	}
	s.n++
	f.asked[by] = s
	return s.n <= mostPerMinute
}

func (f *Fetch) get(ctx context.Context, u *url.URL) (wire.FetchedPicture, error) {
	var none wire.FetchedPicture
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return none, err
	}
	r.Header = http.Header{"Accept": {strings.Join(kinds, ", ")}, "User-Agent": {"Mozilla/5.0 (picture)"}, "Accept-Encoding": {"identity"}}
	got, err := f.http.Do(r)
	if err != nil {
		return none, err
	}
	defer got.Body.Close()
	kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil || got.StatusCode != http.StatusOK || !slices.Contains(kinds, kind) {
		return none, fmt.Errorf("status %d, type %.50q", got.StatusCode, got.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, mostBytes+1))
	if err != nil {
		return none, err
	}
	if len(body) == 0 || len(body) > mostBytes {
		return none, fmt.Errorf("a picture of %d bytes or more", len(body))
	}
	return wire.FetchedPicture{Type: kind, Body: body}, nil
}

// dial has dial look the host up and connect; each address is judged there.
func (f *Fetch) dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	to, err := f.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	return wire.Dial(ctx, f.peers.Dial, wire.Connect{Host: host, To: to, Port: uint16(n)})
}

func (f *Fetch) resolve(ctx context.Context, host string) (netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return a, nil
	}
	r, err := wire.DialLookup.Ask(ctx, f.peers.Dial, wire.Lookup{Type: "IP", Name: host})
	if err != nil {
		return netip.Addr{}, err
	}
	if len(r.IP) == 0 {
		return netip.Addr{}, fmt.Errorf("%.100q has no address", host)
	}
	return r.IP[0], nil
}
