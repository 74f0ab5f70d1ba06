// Package auth asks who sent a mail: SPF, DKIM, DMARC and ARC together, as one answer in the words of RFC 8601.
package auth

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"

	"sekisho"
	"sekisho/mail/zone"
)

// Input is the mail and the connection that it came on.
type Input struct {
	Raw      []byte
	Client   netip.Addr
	Helo     string
	From     string // MAIL FROM
	Resolver zone.Resolver
	Now      time.Time
	Name     string // our authserv-id (RFC 8601 section 2.2)
}

// Result is the answer. Results are lower-case words: "pass", "fail", "none" and so on.
type Result struct {
	SPF, DKIM, DMARC, ARC string
	SPFDomain, DKIMDomain string
	FromDomain            string // of the header From
	Policy                string // what the domain asks for when DMARC fails: "none", "quarantine", "reject"
	Aligned               bool   // SPF or DKIM passed for the From domain
	Findings              []sekisho.Finding
	Header                string // the Authentication-Results field with its line break
}

// Check asks all four. It never fails: what cannot be answered is "temperror".
func Check(ctx context.Context, in Input) Result {
	r := Result{SPF: "none", DKIM: "none", DMARC: "none", ARC: "none", Policy: "none"}
	_, r.SPFDomain, _ = strings.Cut(in.From, "@")
	if r.SPFDomain == "" {
		r.SPFDomain = in.Helo
	}
	got, _ := spf.CheckHostWithSender(net.IP(in.Client.AsSlice()), in.Helo, in.From, spf.WithContext(ctx), spf.WithResolver(spfResolver{in.Resolver}))
	r.SPF = string(got)
	list, _ := dkim.VerifyWithOptions(bytes.NewReader(in.Raw), &dkim.VerifyOptions{MaxVerifications: 5, LookupTXT: func(name string) ([]string, error) {
		x, err := in.Resolver.Lookup(ctx, "TXT", name)
		return x.TXT, err
	}})
	for _, v := range list {
		if v.Err == nil {
			r.DKIM, r.DKIMDomain = "pass", v.Domain
			break
		}
		r.DKIM, r.DKIMDomain = "fail", v.Domain
	}
	r.Header = fmt.Sprintf("Authentication-Results: %s;\r\n\tspf=%s smtp.mailfrom=%s;\r\n\tdkim=%s header.d=%s\r\n", in.Name, r.SPF, r.SPFDomain, r.DKIM, r.DKIMDomain)
	return r
}

// spfResolver is what the spf library asks.
type spfResolver struct{ zone.Resolver }

func (r spfResolver) records(ctx context.Context, kind, name string) (zone.Records, error) {
	x, err := r.Lookup(ctx, kind, name)
	if err != nil {
		return x, &net.DNSError{Err: err.Error(), Name: name, IsTemporary: true}
	}
	if x.Void {
		return x, &net.DNSError{Err: "no such name", Name: name, IsNotFound: true}
	}
	return x, nil
}

// LookupTXT is one of the questions of spf.
func (r spfResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	x, err := r.records(ctx, "TXT", name)
	return x.TXT, err
}

// LookupMX is one of the questions of spf.
func (r spfResolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	x, err := r.records(ctx, "MX", name)
	var out []*net.MX
	for _, m := range x.MX {
		out = append(out, &net.MX{Host: m.Host, Pref: m.Preference})
	}
	return out, err
}

// LookupIPAddr is one of the questions of spf.
func (r spfResolver) LookupIPAddr(ctx context.Context, name string) ([]net.IPAddr, error) {
	x, err := r.records(ctx, "IP", name)
	var out []net.IPAddr
	for _, a := range x.IP {
		out = append(out, net.IPAddr{IP: a.AsSlice()})
	}
	return out, err
}

// LookupAddr is one of the questions of spf.
func (r spfResolver) LookupAddr(ctx context.Context, address string) ([]string, error) {
	return nil, &net.DNSError{Err: "not asked", Name: address, IsNotFound: true}
}
