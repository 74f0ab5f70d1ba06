package post

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"sekisho/mail/mtasts"
	"sekisho/mail/tlsrpt"
	"sekisho/mail/zone"
	"sekisho/wire"
)

// mostPolicyLines is how many lines of a policy a report repeats.
const mostPolicyLines = 20

// concerned notes in the hops of a server what a report to its domain says of the policy, and counts a server that is not used because of it.
func (p *Post) concerned(domain, host string, hops []hop, unused *result, policy *mtasts.Policy) {
	name, ok := zone.Host(domain)
	if p.config.Report.From == "" || !ok {
		return
	}
	for i := range hops {
		hops[i].about, hops[i].seen = name, underPolicy(hops[i], policy)
	}
	if unused != nil && policy != nil && !policy.Names(host) {
		o := underPolicy(hop{}, policy)
		o.Result, o.Host = tlsrpt.Invalid, host
		p.observer.Add(wire.ReportTLS, name, p.config.Clock(), o)
	}
}

// underPolicy is the policy as a report states it.
func underPolicy(h hop, policy *mtasts.Policy) tlsrpt.Observation {
	switch {
	case len(h.tlsa) > 0:
		o := tlsrpt.Observation{Type: tlsrpt.TLSA}
		for _, r := range h.tlsa[:min(len(h.tlsa), mostPolicyLines)] {
			o.Text = append(o.Text, fmt.Sprintf("%d %d %d %X", r.Usage, r.Selector, r.Match, r.Data[:min(len(r.Data), 64)]))
		}
		return o
	case policy != nil && policy.Mode != mtasts.None:
		lines := strings.Split(strings.TrimSpace(policy.String()), "\r\n")
		return tlsrpt.Observation{Type: tlsrpt.STS, Text: lines[:min(len(lines), mostPolicyLines)], MX: policy.MX[:min(len(policy.MX), mostPolicyLines)]}
	}
	return tlsrpt.Observation{Type: tlsrpt.None}
}

// observe counts a session that was tried with TLS. A server that could not be reached says nothing about TLS.
func (p *Post) observe(h hop, c *client, err error) {
	if h.about == "" || errors.Is(err, errReach) {
		return
	}
	o := h.seen
	if err == nil && h.TLS == tlsTesting {
		s, _ := c.TLSConnectionState()
		err = verified(s.PeerCertificates, h.Host, p.config.Roots, p.config.Clock())
	}
	if err != nil {
		o.Result, o.Host, o.Address = failure(err), h.Host, h.address.String()
	}
	p.observer.Add(wire.ReportTLS, h.about, p.config.Clock(), o)
}

// failure is the word for it (RFC 8460 section 4.3).
func failure(err error) string {
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &host):
		return tlsrpt.HostMismatch
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return tlsrpt.Expired
	case errors.As(err, &unknown):
		return tlsrpt.NotTrusted
	case errors.Is(err, errTLS), strings.Contains(err.Error(), "STARTTLS"):
		return tlsrpt.NoSTARTTLS
	}
	return tlsrpt.Invalid
}

// Flush hands what was counted for other domains to store.
func (p *Post) Flush(ctx context.Context) error { return p.observer.Flush(ctx) }

// lost notes that counts for reports did not reach store.
func (p *Post) lost(err error) {
	p.config.Log.Warn("counts for reports to other domains are lost", "error", err)
}
