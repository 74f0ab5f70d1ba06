package console

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"sekisho"
	"sekisho/mail/mtasts"
	"sekisho/office"
	"sekisho/wire"
)

// Domain is one of a contract's domains.
type Domain struct {
	Name     string   `json:"name"`
	Contract uint64   `json:"contract"`
	Route    []string `json:"route" doc:"next hops, \"host[:port][/may|must|verify]\"; empty: hosted here"`
	DKIM     []DKIM   `json:"dkim"`
	STS      string   `json:"sts" doc:"mode of the MTA-STS policy that is served for it; off: there is none"`
}

// DKIM is a published key.
type DKIM struct {
	Selector  string `json:"selector"`
	Algorithm string `json:"algorithm"`
	Record    string `json:"record"`
	State     string `json:"state,omitempty" doc:"absent: it signs; next: its record is to be published; old: its record stays for mail that is under way"`
}

// DomainNew adds a domain.
type DomainNew struct {
	Name  string   `json:"name" minLength:"3" maxLength:"253"`
	Route []string `json:"route,omitempty" maxItems:"20"`
}

// DomainSet changes where a protected domain's mail goes on to.
type DomainSet struct {
	Route *[]string `json:"route,omitempty" maxItems:"20" doc:"empty: hosted here; absent: as it is"`
	STS   string    `json:"sts,omitempty" enum:"off,none,testing,enforce" doc:"mode of the MTA-STS policy that is served for it (RFC 8461): none ends it for those who know it; off: it is served no more; absent: as it is"`
}

// Records are what to publish for a domain, and what DNS says now.
type Records struct {
	Items []office.Record `json:"items"`
}

func domainOf(d wire.DomainRow) Domain {
	out := Domain{Name: d.Domain.Name, Contract: uint64(d.Contract), Route: office.Route(d.Domain.Route), DKIM: []DKIM{}, STS: cmp.Or(d.Domain.STS, "off")}
	for _, k := range d.Domain.DKIM {
		out.DKIM = append(out.DKIM, DKIM{k.Selector, k.Algorithm, office.DKIMRecord(k), k.State})
	}
	return out
}

// OfDomain is the part of the path that names a domain.
type OfDomain struct {
	OfContract
	Domain string `path:"domain" maxLength:"253"`
}

func (p *person) domain(ctx context.Context, c sekisho.ContractID, name string) (wire.DomainRow, error) {
	page, err := p.page(ctx, wire.PageQuery{What: "domain", Contract: c, Name: name, Most: 1})
	if err != nil {
		return wire.DomainRow{}, err
	}
	if len(page.Domains) == 0 {
		return wire.DomainRow{}, problem{Status: 404, slug: "not-found"}
	}
	return page.Domains[0], nil
}

func domainRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/domains", id: "listDomains", tag: "domain", summary: "Domains", right: sekisho.ViewDomain},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Domain], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "domain", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit})
			return listOf(page, page.Domains, domainOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/domains/{domain}", id: "getDomain", tag: "domain", summary: "One domain", right: sekisho.ViewDomain},
		func(ctx context.Context, p *person, in *OfDomain) (*one[Domain], error) {
			d, err := p.domain(ctx, in.id(), in.Domain)
			return &one[Domain]{ETag: wire.Tag(d.Domain), Body: domainOf(d)}, err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/domains/{domain}/records", id: "listRecords", tag: "domain",
		summary: "Records to publish, and what DNS says now", right: sekisho.ViewDomain},
		func(ctx context.Context, p *person, in *OfDomain) (*one[Records], error) {
			d, err := p.domain(ctx, in.id(), in.Domain)
			if err != nil {
				return nil, err
			}
			out := append([]office.Record{p.proof(in.id(), d.Domain.Name)}, office.Records(p.x.config.Name, d.Domain, p.x.config.Clock())...)
			for i := range out {
				out[i].Live = office.Live(ctx, p.x.peers.Dial, out[i])
			}
			return &one[Records]{Body: Records{out}}, nil
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/domain-proof", id: "getProof", tag: "domain",
		summary: "The record that proves a domain is the contract's", right: sekisho.ViewDomain},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Name string `query:"name" required:"true" maxLength:"253"`
		}) (*one[office.Record], error) {
			if _, err := p.contract(ctx, in.id()); err != nil {
				return nil, err
			}
			r := p.proof(in.id(), strings.ToLower(in.Name))
			r.Live = office.Live(ctx, p.x.peers.Dial, r)
			return &one[office.Record]{Body: r}, nil
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/domains", id: "addDomain", tag: "domain", summary: "Add a domain", right: sekisho.ChangeDomain, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body DomainNew
		}) (*one[Domain], error) {
			return p.addDomain(ctx, in.id(), in.Body)
		})
	route(a, act{method: http.MethodPatch, path: "/contracts/{contract}/domains/{domain}", id: "setDomain", tag: "domain", summary: "Change where a domain's mail goes on to, or its MTA-STS policy",
		right: sekisho.ChangeDomain, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfDomain
			Condition
			Body DomainSet
		}) (*one[Domain], error) {
			old, err := p.domain(ctx, in.id(), in.Domain)
			if err != nil {
				return nil, err
			}
			d := wire.Domain{Name: in.Domain, Route: old.Domain.Route, STS: in.Body.STS}
			if in.Body.Route != nil {
				if d.Route, err = office.ParseRoute(*in.Body.Route); err != nil {
					return nil, invalid("/route", "write host[:port][/may|must|verify]")
				}
			}
			if in.Body.STS != "" && in.Body.STS != "off" { // the host that serves it needs a key
				key := wire.NewSigner{Purpose: "tls", Name: mtasts.Host(old.Domain.Name), Algorithm: "ecdsa-p256"}
				if _, err := wire.VaultHandSigner.Ask(ctx, p.x.peers.Vault, wire.HandSigner{Hand: p.hand(), New: key, STS: in.id()}); err != nil {
					return nil, err
				}
			}
			if _, err := p.amend(ctx, in.tag(), wire.Admin{Domain: &wire.AdminDomain{Do: "set", Contract: in.id(), Set: d}}); err != nil {
				return nil, in.within(err)
			}
			now, err := p.domain(ctx, in.id(), in.Domain)
			return &one[Domain]{ETag: wire.Tag(now.Domain), Body: domainOf(now)}, err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/domains/{domain}/rotation", id: "rotateDomain", tag: "domain",
		summary: "Take the next step in the exchange of a domain's DKIM keys", right: sekisho.ChangeDomain, fresh: true},
		func(ctx context.Context, p *person, in *OfDomain) (*one[office.Rotation], error) {
			d, err := p.domain(ctx, in.id(), in.Domain)
			if err != nil {
				return nil, err
			}
			r, err := office.RotateDomain(ctx, p, in.id(), d.Domain, p.x.config.Clock().UTC(), func(r office.Record) string { return office.Live(ctx, p.x.peers.Dial, r) })
			return &one[office.Rotation]{Body: r}, err
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/domains/{domain}", id: "removeDomain", tag: "domain", summary: "Remove a domain that nothing uses",
		right: sekisho.ChangeDomain, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *struct {
			OfDomain
			Condition
		}) (*none, error) {
			_, err := p.amend(ctx, in.tag(), wire.Admin{Domain: &wire.AdminDomain{Do: "remove", Contract: in.id(), Set: wire.Domain{Name: in.Domain}}})
			return &none{}, in.within(err)
		})
}

// proof is the record by which a customer shows that a domain is his: who can publish it governs the domain, and it names one contract.
func (p *person) proof(c sekisho.ContractID, domain string) office.Record {
	h := sha256.Sum256(fmt.Appendf(nil, "sekisho domain proof\x00%s\x00%d\x00%s", p.x.config.Name, c, domain))
	return office.Record{Name: "_sekisho." + domain, Type: "TXT", Value: "sekisho-proof=" + hex.EncodeToString(h[:16]), Why: "shows that the domain is this contract's"}
}

// addDomain adds a domain once its owner has shown that it is his. An operator answers for it himself.
func (p *person) addDomain(ctx context.Context, c sekisho.ContractID, q DomainNew) (*one[Domain], error) {
	hops, err := office.ParseRoute(q.Route)
	if err != nil {
		return nil, invalid("/route", "write host[:port][/may|must|verify]")
	}
	if _, err := p.contract(ctx, c); err != nil {
		return nil, err
	}
	name := strings.ToLower(q.Name)
	if r := p.proof(c, name); p.me.Duty != "operator" && office.Live(ctx, p.x.peers.Dial, r) != "ok" {
		return nil, invalid("/name", fmt.Sprintf("publish first: %s TXT %q", r.Name, r.Value))
	}
	d, err := office.AddDomain(ctx, p, c, wire.Domain{Name: name, Route: hops})
	if err != nil {
		return nil, err
	}
	now, err := p.domain(ctx, c, d.Name)
	return &one[Domain]{ETag: wire.Tag(now.Domain), Location: fmt.Sprintf("/api/v1/contracts/%d/domains/%s", c, d.Name), Body: domainOf(now)}, err
}
