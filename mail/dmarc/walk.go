package dmarc

import (
	"context"
	"strings"
	"sync"

	"sekisho/mail/zone"
)

// mostQueries is how many names one walk asks about (RFC 9989 section 4.10).
const mostQueries = 8

// step is a name of a walk that has a record.
type step struct {
	domain string
	record *Record
}

// walk asks a domain and the names above it for DMARC records, until one says psd=n, or above the domain psd=y. Of a name
// with more than eight labels, those between it and its last seven are left out. The names are known from the start, so
// they are asked side by side. With an error comes what was found below the name that did not answer.
func walk(ctx context.Context, r zone.Resolver, domain string) ([]step, error) {
	var names []string
	for labels := strings.Split(domain, "."); len(labels) > 0; labels = above(labels) {
		names = append(names, strings.Join(labels, "."))
	}
	answers, errs := make([]*Record, len(names)), make([]error, len(names))
	var asking sync.WaitGroup
	for i := 1; i < len(names); i++ {
		asking.Go(func() { answers[i], errs[i] = fetch(ctx, r, names[i]) })
	}
	answers[0], errs[0] = fetch(ctx, r, names[0])
	asking.Wait()
	var found []step
	for i, p := range answers {
		if errs[i] != nil {
			return found, errs[i]
		}
		if p == nil {
			continue
		}
		found = append(found, step{names[i], p})
		if p.PSD == 'n' || p.PSD == 'y' && i > 0 {
			break
		}
	}
	return found, nil
}

func above(labels []string) []string {
	if len(labels) >= mostQueries {
		return labels[len(labels)-(mostQueries-1):]
	}
	return labels[1:]
}

// fetch gives the one record at _dmarc.<domain>; nil when there is none, or several, which counts as none.
func fetch(ctx context.Context, r zone.Resolver, domain string) (*Record, error) {
	at := "_dmarc." + domain
	if !zone.Plausible(at) {
		return nil, nil
	}
	x, err := zone.Ask(ctx, r, "TXT", at)
	if err != nil {
		return nil, err
	}
	var found *Record
	for _, t := range x.TXT {
		p, ok := ParseRecord(t)
		if !ok {
			continue
		}
		if found != nil {
			return nil, nil
		}
		found = p
	}
	return found, nil
}

// organisation chooses the organisational domain from what a walk found (RFC 9989 section 4.10.2).
func organisation(domain string, steps []step) string {
	org := domain
	for _, s := range steps {
		switch {
		case s.record.PSD == 'n':
			return s.domain
		case s.record.PSD == 'y' && s.domain != domain:
			return below(domain, s.domain)
		}
		org = s.domain
	}
	return org
}

// below is the name on the way to domain that has one label more than suffix.
func below(domain, suffix string) string {
	rest := strings.TrimSuffix(domain, "."+suffix)
	return rest[strings.LastIndexByte(rest, '.')+1:] + "." + suffix
}
