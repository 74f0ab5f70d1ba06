package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"sekisho/mail/zone"
)

// resolver asks one DNS server and remembers what it said for as long as the answer allows.
type resolver struct {
	server string

	mu    sync.Mutex // guards what follows
	cache map[string]answer
}

type answer struct {
	records zone.Records
	until   time.Time
}

// mostCached bounds the cache; a full one is emptied, which costs questions, not memory.
const mostCached = 50_000

// ask once, and how long an answer is kept.
const (
	patience   = 3 * time.Second
	tries      = 3
	shortest   = 10 * time.Second
	longest    = time.Hour
	negative   = time.Minute
	bufferSize = 1232 // dnsflagday.net/2020: fits every path
)

func newResolver(server string) *resolver {
	return &resolver{server: server, cache: map[string]answer{}}
}

// Lookup answers one question; "IP" is two.
func (r *resolver) Lookup(ctx context.Context, kind, name string) (zone.Records, error) {
	if kind == "IP" {
		four, err4 := r.Lookup(ctx, "A", name)
		six, err6 := r.Lookup(ctx, "AAAA", name)
		if err4 != nil && err6 != nil {
			return four, err4
		}
		four.IP = append(four.IP[:len(four.IP):len(four.IP)], six.IP...)
		four.Secure = four.Secure && six.Secure
		return four, nil
	}
	t, known := dns.StringToType[kind]
	if _, valid := dns.IsDomainName(name); !known || !valid {
		return zone.Records{}, fmt.Errorf("no question: %s %q", kind, name)
	}
	key := kind + " " + strings.ToLower(dns.Fqdn(name))
	r.mu.Lock()
	a, hit := r.cache[key]
	r.mu.Unlock()
	if hit && time.Now().Before(a.until) {
		return a.records, nil
	}
	if r.server == "" {
		return zone.Records{Void: true}, nil
	}
	a, err := r.ask(ctx, t, name)
	if err != nil {
		return zone.Records{}, fmt.Errorf("%w: %w", zone.ErrTemporary, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cache) >= mostCached {
		clear(r.cache)
	}
	r.cache[key] = a
	return a.records, nil
}

func (r *resolver) ask(ctx context.Context, t uint16, name string) (answer, error) {
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), t)
	q.SetEdns0(bufferSize, true)
	q.AuthenticatedData = true
	var err error
	for range tries {
		var reply *dns.Msg
		if reply, err = r.exchange(ctx, q); err != nil {
			continue
		}
		switch reply.Rcode {
		case dns.RcodeSuccess, dns.RcodeNameError:
			return r.read(reply, t), nil
		}
		err = errors.New(dns.RcodeToString[reply.Rcode])
	}
	return answer{}, err
}

func (r *resolver) exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := dns.Client{Net: "udp", UDPSize: bufferSize}
	reply, _, err := c.ExchangeContext(ctx, q, r.server)
	if err == nil && reply.Truncated {
		c.Net = "tcp"
		reply, _, err = c.ExchangeContext(ctx, q, r.server)
	}
	return reply, err
}

func (r *resolver) read(m *dns.Msg, t uint16) answer {
	a := answer{records: zone.Records{Void: m.Rcode == dns.RcodeNameError}}
	ttl := longest
	for _, rr := range m.Answer {
		ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second)
		if rr.Header().Rrtype == t {
			a.records.Add(rr)
		}
	}
	if len(m.Answer) == 0 {
		ttl = negative
	}
	// AD counts from a resolver on this host only: on the way from elsewhere anybody can set it.
	a.records.Secure = m.AuthenticatedData && local(r.server)
	a.until = time.Now().Add(max(ttl, shortest))
	return a
}

func local(server string) bool {
	host, _, err := net.SplitHostPort(server)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
