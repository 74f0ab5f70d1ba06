package post

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"strings"

	"sekisho/mail/arc"
	"sekisho/mail/authres"
	"sekisho/mail/dkim"
	"sekisho/mail/header"
	"sekisho/wire"
)

// Mail that is sent on, or passes through to a protected domain's own server, loses what proved its author: the next server sees our address,
// and a changed mail breaks its signatures. A seal (RFC 8617) tells those who trust the domain that sends it on what was seen when it came. The
// results stand in the field that gate wrote in front of the mail; nobody else's field of that name got past gate.

// chain puts a seal in front of a mail that came from outside, by the domain that sends it on. What has a chain that is not whole, or no results,
// or whose domain has no key, leaves as it is.
func (p *Post) chain(ctx context.Context, i wire.QueueItem, raw []byte) ([]byte, error) {
	if !p.config.Seal {
		return raw, nil
	}
	m := dkim.Open(raw)
	results, said := p.results(m)
	if said != arc.None && said != arc.Pass {
		return raw, nil
	}
	c, err := p.known.contract(ctx, i.Contract, p.config.Clock())
	if err != nil {
		return nil, err
	}
	d, ok := domainOf(c.Domains, i.Envelope.From, "")
	if !ok || i.Envelope.From == "" {
		d, ok = domainOf(c.Domains, i.Recipient, "")
	}
	k := slices.IndexFunc(d.DKIM, func(k wire.DKIMKey) bool { return k.State == "" && k.Algorithm == "rsa-sha256" }) // what all validators read
	if !ok || k < 0 {
		return raw, nil
	}
	public, err := x509.ParsePKIXPublicKey(d.DKIM[k].Public)
	if err != nil {
		return nil, err
	}
	set, err := arc.Seal(m, arc.Sealing{Chain: arc.Result{Value: said, Sets: header.Count(m.Fields, "ARC-Seal")}, Results: results, Domain: d.Name, Selector: d.DKIM[k].Selector,
		Key: remoteKey{ctx, d.DKIM[k].Key, public, i.Message, p.peers.Vault}, Now: p.config.Clock()})
	if errors.Is(err, arc.ErrBroken) {
		return raw, nil
	}
	if err != nil {
		return nil, err
	}
	return append(set, raw...), nil
}

// results are the Authentication-Results that gate wrote, and what they say of the chain; "" when there are none.
func (p *Post) results(m *dkim.Mail) (value, chain string) {
	for _, f := range m.Fields {
		if !f.Is("Authentication-Results") {
			continue
		}
		id, methods := authres.Parse(f.Value())
		if id != strings.ToLower(p.config.Name) {
			continue
		}
		for _, x := range methods {
			if x.Name == "arc" {
				return f.Value(), x.Result
			}
		}
		return "", ""
	}
	return "", ""
}
