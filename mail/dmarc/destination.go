package dmarc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekisho/mail/zone"
)

// MostDestinations is how many addresses of a record get reports.
const MostDestinations = 10

// Published is the policy as it stands in the record that applies; nil when there is none, or it asks nobody to be told.
func (d *Discovery) Published() *Published {
	if d.record == nil || len(d.record.Reports) == 0 {
		return nil
	}
	mode := map[bool]string{true: "s", false: "r"}
	return &Published{Domain: d.at, Policy: d.record.Policy, Sub: d.record.Sub, Absent: d.record.Absent,
		DKIM: mode[d.record.StrictDKIM], SPF: mode[d.record.StrictSPF], Test: d.record.Testing}
}

// Destinations are the addresses that get reports about a domain: those of its record now. One outside of the domain's organisation must
// want them: else anybody could have others flooded (RFC 9990 section 4). Refused says which do not. ErrTemporary means that it
// cannot be told now.
func Destinations(ctx context.Context, r zone.Resolver, domain string) (list, refused []string, err error) {
	record, err := fetch(ctx, r, domain)
	if err != nil || record == nil {
		return nil, nil, err
	}
	home := Discover(ctx, r, domain)
	if home.err != nil {
		return nil, nil, home.err
	}
	for _, address := range record.Reports {
		host, ok := mailable(address)
		if !ok || len(list)+len(refused) >= MostDestinations {
			refused = append(refused, address)
			continue
		}
		got, err := accepts(ctx, r, home, host, address)
		switch {
		case errors.Is(err, zone.ErrTemporary):
			return nil, nil, fmt.Errorf("whether %s wants reports about %s: %w", host, domain, err)
		case len(got) == 0:
			refused = append(refused, address)
		}
		for _, a := range got {
			if !slices.Contains(list, a) {
				list = append(list, a)
			}
		}
	}
	return list, refused, nil
}

// mailable says whether an address from a record can be put into an envelope and a header as it is.
func mailable(address string) (host string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || len(address) > 254 || strings.ContainsFunc(address, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`<>()[]\,;:"%`, c)
	}) {
		return "", false
	}
	host, ok = zone.Host(address[at+1:])
	return host, ok && strings.Contains(host, ".")
}

// accepts gives the addresses that stand for one: itself; or others of the same host that its owner names instead; or none.
func accepts(ctx context.Context, r zone.Resolver, home *Discovery, host, address string) ([]string, error) {
	if host == home.domain || within(host, home.organisation) {
		there := Discover(ctx, r, host)
		if there.err != nil {
			return nil, there.err
		}
		if there.organisation == home.organisation {
			return []string{address}, nil
		}
	}
	at := home.domain + "._report._dmarc." + host
	if !zone.Plausible(at) {
		return nil, nil
	}
	x, err := zone.Ask(ctx, r, "TXT", at)
	if err != nil {
		return nil, err
	}
	for _, t := range x.TXT {
		p, ok := ParseRecord(t)
		if !ok {
			continue
		}
		var other []string
		for _, a := range p.Reports {
			if h, ok := mailable(a); ok && h == host && len(other) < MostDestinations {
				other = append(other, a)
			}
		}
		if len(p.Reports) == 0 {
			return []string{address}, nil
		}
		return other, nil
	}
	return nil, nil
}
