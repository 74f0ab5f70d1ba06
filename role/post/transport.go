package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"

	"sekisho/mail/dane"
	"sekisho/mail/mtasts"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// What a destination demands of the way to its servers. DANE comes first, server by server, where DNS is validated (RFC 7672); then the
// domain's MTA-STS policy (RFC 8461). What cannot be met is not worked around: the mail waits, and the trace says why.
//
//	TLS of a hop   certificate                               without TLS
//	""             anybody's                                 in the clear
//	"testing"      checked, and only noted                   in the clear
//	"must"         anybody's                                 not at all
//	"verify"       for the host, by the web's authorities    not at all
//	"dane"         as the TLSA records say                   not at all
const (
	tlsTesting = "testing"
	tlsMust    = "must"
	tlsVerify  = "verify"
	tlsDANE    = "dane"
)

// required says whether a hop is never used without the TLS that it names.
func (h hop) required() bool { return h.TLS == tlsMust || h.TLS == tlsVerify || h.TLS == tlsDANE }

// secured gives the hops of one server of a domain, with what is demanded of them; or why it is not used.
func (p *Post) secured(ctx context.Context, domain, host string, validated bool, policy *mtasts.Policy) ([]hop, *result) {
	hops := p.addresses(ctx, wire.NextHop{Host: host, Port: p.config.Port})
	demand := func(level, by string) {
		for i := range hops {
			hops[i].TLS, hops[i].by, hops[i].domain = level, by, domain
		}
	}
	if validated {
		records, err := p.tlsa(ctx, host)
		if err != nil {
			return nil, &result{status: "4.7.5", host: host, text: fmt.Sprintf("DANE: the TLSA records of %s cannot be read, so it is not used: %s", host, kindText(err))}
		}
		if usable := dane.Usable(records); len(records) > 0 {
			if demand(tlsMust, "DANE, no usable record"); len(usable) > 0 {
				demand(tlsDANE, "DANE")
			}
			for i := range hops {
				hops[i].tlsa = usable
			}
			return hops, nil
		}
	}
	switch {
	case policy == nil || policy.Mode == mtasts.None:
	case policy.Mode == mtasts.Testing:
		if demand(tlsTesting, "MTA-STS testing"); !policy.Names(host) {
			demand("", "MTA-STS testing: the policy does not name this server")
		}
	case !policy.Names(host):
		return nil, &result{status: "4.7.5", host: host, text: fmt.Sprintf("MTA-STS: the policy of %s (enforce) does not name %s, so it is not used", domain, host)}
	default:
		demand(tlsVerify, "MTA-STS enforce")
	}
	return hops, nil
}

// tlsa gives the TLSA records of a server; none when its answers are not validated (RFC 7672 section 2.2).
func (p *Post) tlsa(ctx context.Context, host string) ([]dane.Record, error) {
	at, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: "IP", Name: host})
	if err != nil || !at.Secure {
		return nil, err
	}
	got, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: "TLSA", Name: fmt.Sprintf("_%d._tcp.%s", p.config.Port, host)})
	if err != nil || !got.Secure {
		return nil, err
	}
	var out []dane.Record
	for _, data := range got.TLSA {
		if r, ok := dane.Parse(data); ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// config is the TLS that a hop demands.
func (p *Post) tlsConfig(h hop) *tls.Config {
	t := &tls.Config{ServerName: h.Host, MinVersion: tls.VersionTLS12, RootCAs: p.config.Roots}
	if h.TLS != tlsVerify {
		// Without a policy that names the certificate, encryption to whoever answers beats none (RFC 7435).
		t.InsecureSkipVerify = true
	}
	if h.TLS == tlsDANE {
		t.VerifyConnection = func(s tls.ConnectionState) error {
			return dane.Verify(h.tlsa, s.PeerCertificates, []string{h.Host, h.domain}, p.config.Clock())
		}
	}
	return t
}

// describe says in the trace what protects a connection.
func (p *Post) describe(h hop, s tls.ConnectionState, encrypted bool) string {
	text := ""
	if encrypted {
		text = tls.VersionName(s.Version) + " " + tls.CipherSuiteName(s.CipherSuite)
	}
	if h.by == "" {
		return text
	}
	if text == "" {
		text = "none"
	}
	text += ", " + h.by
	if h.TLS != tlsTesting {
		return text
	}
	if !encrypted {
		return text + ": no TLS"
	}
	if err := verified(s.PeerCertificates, h.Host, p.config.Roots, p.config.Clock()); err != nil {
		return text + ": the certificate is not valid"
	}
	return text
}

func verified(chain []*x509.Certificate, host string, roots *x509.CertPool, now time.Time) error {
	if len(chain) == 0 {
		return errors.New("no certificate")
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: between, CurrentTime: now})
	return err
}

// policies remembers MTA-STS policies for a moment; store keeps them for as long as they are in force.
type policies struct {
	mu    sync.Mutex // guards what follows
	known map[string]recalled
}

type recalled struct {
	policy *mtasts.Policy
	until  time.Time
}

// How long a policy is believed before its record is looked at again, how long after one that could not be fetched, and how many are
// remembered.
const (
	policyLook   = time.Minute
	policyPause  = 5 * time.Minute
	mostPolicies = 10_000
)

// policy gives the MTA-STS policy of a domain in force; nil when it has none. An error means that it cannot be told: one that is in
// force must not be passed over.
func (p *Post) policy(ctx context.Context, domain string) (*mtasts.Policy, error) {
	now := p.config.Clock()
	name, ok := zone.Host(domain)
	if !ok || p.peers.Fetch == nil {
		return nil, nil
	}
	p.policies.mu.Lock()
	k, known := p.policies.known[name]
	p.policies.mu.Unlock()
	if known && now.Before(k.until) {
		return k.policy, nil
	}
	found, life, err := p.learn(ctx, name, now)
	if err != nil {
		return nil, err
	}
	p.policies.mu.Lock()
	defer p.policies.mu.Unlock()
	if p.policies.known == nil || len(p.policies.known) >= mostPolicies {
		p.policies.known = map[string]recalled{}
	}
	p.policies.known[name] = recalled{found, now.Add(life)}
	return found, nil
}

// learn asks for the record, and for the policy when the record tells of a new one or half of the old one's time is over. A policy that was
// good stays in force until its time is over, whatever became of the record and the server (RFC 8461 section 5.1).
func (p *Post) learn(ctx context.Context, domain string, now time.Time) (*mtasts.Policy, time.Duration, error) {
	kept, err := wire.StoreTransport.Ask(ctx, p.peers.Store, wire.TransportQuery{Domain: domain})
	if err != nil {
		return nil, 0, err
	}
	var old *mtasts.Policy
	if len(kept.Policy) > 0 {
		if x, err := mtasts.Parse(kept.Policy); err == nil {
			old = &x
		}
	}
	txt, err := wire.DialLookup.Ask(ctx, p.peers.Dial, wire.Lookup{Type: "TXT", Name: mtasts.Name(domain)})
	if err != nil {
		return old, policyLook, nil
	}
	id, err := mtasts.Record(txt.TXT)
	if err != nil || old != nil && id == kept.ID && now.Before(kept.Read.Add(kept.Until.Sub(kept.Read)/2)) {
		return old, policyLook, nil
	}
	got, err := wire.FetchPolicy.Ask(ctx, p.peers.Fetch, wire.PolicyQuery{Domain: domain})
	if err != nil {
		p.config.Log.Warn("an MTA-STS policy cannot be fetched", "domain", domain, "kept", old != nil, "error", err)
		return old, policyPause, nil
	}
	fresh, err := mtasts.Parse(got.Body)
	if err != nil {
		p.config.Log.Warn("an MTA-STS policy cannot be read", "domain", domain, "kept", old != nil, "error", err)
		return old, policyPause, nil
	}
	keep := wire.Transport{ID: id, Policy: got.Body, Read: now, Until: now.Add(fresh.MaxAge)}
	if _, err := wire.StoreTransport.Ask(ctx, p.peers.Store, wire.TransportQuery{Domain: domain, Keep: &keep}); err != nil {
		p.config.Log.Error("an MTA-STS policy is not kept", "domain", domain, "error", err)
	}
	return &fresh, policyLook, nil
}

// demandTLS has hops verified because the sender's rules want it; what a destination demands beyond that stays.
func demandTLS(hops []hop) {
	for i := range hops {
		if h := &hops[i]; h.TLS != tlsDANE && h.TLS != tlsVerify {
			h.TLS, h.by = tlsVerify, "TLS required by the sender's rules"
		}
	}
}
