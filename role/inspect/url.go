package inspect

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/net/idna"

	"sekisho"
	"sekisho/scan/render"
	"sekisho/wire"
)

// url says what a person should know of a link before he follows it. Nothing is looked up or fetched.
func (i *Inspect) url(_ context.Context, _ sekisho.Caller, q wire.URLLook) (wire.URLSeen, error) {
	l, ok := render.Judge(q.Target, render.Options{Look: i.scanner.Imitation(slices.Concat(q.Domains, q.Partners))})
	if !ok {
		return wire.URLSeen{}, nil
	}
	out := wire.URLSeen{Href: l.Href, Scheme: l.Scheme, Host: l.Host, Name: l.Site, Unicode: readable(l.Host), Site: readable(l.Site), Warning: warning(l.Link, q.Language)}
	switch l.Warning {
	case render.Script:
		out.Code = "script"
	case render.Number:
		out.Code = "number"
	case render.Odd:
		out.Code = "odd"
	case render.Imitates:
		out.Code = "imitates"
	}
	return out, nil
}

// readable is a host in the letters that people read.
func readable(host string) string {
	s, err := idna.Display.ToUnicode(host)
	if err != nil {
		return host
	}
	return cmp.Or(s, host)
}
