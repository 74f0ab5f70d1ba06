package office

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"sekisho/mail/mtasts"
	"sekisho/wire"
)

// Record is a DNS record to publish.
type Record struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
	Why   string `json:"why"`
	Live  string `json:"live,omitempty"` // what DNS says now: "ok", "missing", "differs", "no answer"
}

// DKIMRecord is the text to publish (RFC 6376 section 3.6.1, RFC 8463 section 4 for Ed25519).
func DKIMRecord(k wire.DKIMKey) string {
	kind, public := "rsa", k.Public
	if k.Algorithm == "ed25519-sha256" {
		kind = "ed25519"
		if p, err := x509.ParsePKIXPublicKey(k.Public); err == nil {
			if e, ok := p.(ed25519.PublicKey); ok {
				public = e
			}
		}
	}
	return fmt.Sprintf("v=DKIM1; k=%s; p=%s", kind, base64.StdEncoding.EncodeToString(public))
}

// yearly is how old a key that signs should become.
const yearly = 365 * 24 * time.Hour

// Records lists what to publish for a domain of an installation with that host name. Keys that are to be exchanged say so.
func Records(host string, d wire.Domain, now time.Time) []Record {
	out := []Record{
		{Name: d.Name, Type: "MX", Value: "10 " + host, Why: "mail for the domain comes here"},
		{Name: d.Name, Type: "TXT", Value: "v=spf1 a:" + host + " -all", Why: "only this installation sends for the domain (SPF)"}}
	for _, k := range d.DKIM {
		r := recordOf(d.Name, k)
		if age := now.Sub(k.Since); k.State == "" && !k.Since.IsZero() && age > yearly {
			r.Why += fmt.Sprintf("; it signs since %d days: exchange it (sekisho domain rotate)", int(age.Hours()/24))
		}
		out = append(out, r)
	}
	if d.STS != "" {
		policy := sha256.Sum256([]byte(wire.STSPolicy(host, d.STS).String()))
		out = append(out, Record{Name: mtasts.Host(d.Name), Type: "CNAME", Value: host, Why: "here the rule is published that mail comes with TLS (MTA-STS)"},
			Record{Name: mtasts.Name(d.Name), Type: "TXT", Value: fmt.Sprintf("v=STSv1; id=%x", policy[:8]), Why: "which version of that rule is in force (MTA-STS)"})
	}
	return append(out, Record{Name: "_dmarc." + d.Name, Type: "TXT", Value: "v=DMARC1; p=quarantine; rua=mailto:postmaster@" + d.Name,
		Why: "what others do with mail that only pretends to be yours (DMARC); p=none to begin with"})
}

// Live asks DNS how a record stands.
func Live(ctx context.Context, dial *wire.Peer, r Record) string {
	got, err := wire.DialLookup.Ask(ctx, dial, wire.Lookup{Type: r.Type, Name: r.Name})
	if err != nil {
		return "no answer"
	}
	var values []string
	prefix, _, _ := strings.Cut(r.Value, ";")
	if r.Type == "MX" {
		for _, m := range got.MX {
			values = append(values, fmt.Sprintf("%d %s", m.Preference, m.Host))
		}
		prefix = ""
	}
	if r.Type == "CNAME" {
		values, prefix = append(values, got.Names...), ""
	}
	values = append(values, got.TXT...)
	for _, v := range values {
		if v == r.Value {
			return "ok"
		}
	}
	for _, v := range values {
		if p, _, _ := strings.Cut(prefix, " "); strings.HasPrefix(v, p) {
			return "differs"
		}
	}
	return "missing"
}
