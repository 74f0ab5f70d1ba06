package main

import (
	"context"
	"crypto/x509"
	"errors"

	"sekisho"
	"sekisho/role/console"
	"sekisho/role/desk"
	"sekisho/role/edge"
	"sekisho/role/fetch"
	"sekisho/role/webmail"
	"sekisho/ui"
)

// startWeb makes edge or a role behind it; false when this process is another.
func (p *process) startWeb() (playing, bool, error) {
	w := p.part.Web
	switch p.Self.Role {
	case sekisho.Edge:
		authority, err := p.authority()
		if err != nil {
			return playing{}, true, err
		}
		e := edge.New(edge.Config{Authority: authority, Rules: p.rules, Static: ui.Files(), Report: p.breach, Name: p.part.Name, Mail: w.Mail, Console: w.Console, Desk: w.Desk, Content: w.Content, Port: w.Port, Size: p.part.Size, Cells: p.part.Cells, Exempt: p.part.Exempt, Log: p.Log()},
			edge.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Webmail: p.peers[sekisho.Webmail], Console: p.peers[sekisho.Console], Desk: p.peers[sekisho.Desk], Dial: p.peers[sekisho.Dial]})
		return playing{run: func(ctx context.Context) error { return e.Serve(ctx, p.Listeners) }}, true, nil
	case sekisho.Webmail:
		m := webmail.New(webmail.Config{Name: p.part.Name, Size: p.part.Size, Desk: w.origin(w.Desk), Log: p.Log()},
			webmail.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Inspect: p.peers[sekisho.Inspect], Gate: p.peers[sekisho.Gate], Fetch: p.peers[sekisho.Fetch]})
		armWeb(p.Child, m)
		return playing{service: m.Service(p.breach), run: func(ctx context.Context) error { m.Run(ctx); return nil }}, true, nil
	case sekisho.Console:
		c := console.New(console.Config{Name: p.part.Name, Log: p.Log(), Health: func() *console.Health { return healthOf(p.Health()) }},
			console.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Inspect: p.peers[sekisho.Inspect], Dial: p.peers[sekisho.Dial]})
		armWeb(p.Child, c)
		return playing{service: c.Service(p.breach)}, true, nil
	case sekisho.Fetch:
		f := fetch.New(fetch.Config{Roots: p.roots, Private: p.part.Private, Log: p.Log()}, fetch.Peers{Dial: p.peers[sekisho.Dial]})
		return playing{service: f.Service(p.breach)}, true, nil
	case sekisho.Desk:
		d := desk.New(desk.Config{Name: p.part.Name, Log: p.Log()}, desk.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Inspect: p.peers[sekisho.Inspect]})
		return playing{service: d.Service(p.breach)}, true, nil
	}
	return playing{}, false, nil
}

// authority is the certificate authority of the configuration.
func (p *process) authority() (edge.Authority, error) {
	a := edge.Authority{Directory: p.part.Directory, Contact: p.part.Contact, Roots: p.roots}
	if p.part.CA != "" {
		if a.Roots = x509.NewCertPool(); !a.Roots.AppendCertsFromPEM([]byte(p.part.CA)) {
			return a, errors.New("web.ca holds no certificate")
		}
	}
	return a, nil
}
