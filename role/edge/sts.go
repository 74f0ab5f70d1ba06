package edge

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"sekisho/mail/mtasts"
	"sekisho/wire"
)

// policyTime is how long store may take to say what a domain's policy is.
const policyTime = 10 * time.Second

// policyHost says which domain a host name serves the MTA-STS policy of; "" when it is none (RFC 8461 section 3.3).
func policyHost(host string) string {
	domain, ok := strings.CutPrefix(strings.ToLower(host), mtasts.Host(""))
	if !ok || len(host) > 253 {
		return ""
	}
	return domain
}

// policy answers for the policy host of a customer's domain. Nothing but the policy is there, and nothing else of edge is reached by that
// name. It says whether it has answered.
func (x *exchange) policy(domain string) bool {
	ctx, cancel := context.WithTimeout(x.r.Context(), policyTime)
	defer cancel()
	x.secure(policyNone)
	if wait := x.edge.limit.take(x.edge, x.client); wait > 0 {
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: wait})
		return true
	}
	got, err := wire.StoreSTS.Ask(ctx, x.edge.peers.Store, wire.STSQuery{Domain: domain})
	switch {
	case err != nil:
		x.edge.config.Log.Error("an MTA-STS policy cannot be read", "error", err)
		x.refuse(problem{slug: "unavailable", status: http.StatusServiceUnavailable, retry: time.Minute})
		return true
	case got.Mode == "":
		return false
	case x.r.URL.Path != mtasts.Path || x.r.Method != http.MethodGet && x.r.Method != http.MethodHead:
		x.refuse(problem{slug: "not-found", status: http.StatusNotFound})
		return true
	}
	p := wire.STSPolicy(x.edge.config.Name, got.Mode)
	x.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(x.w, p.String())
	return true
}
