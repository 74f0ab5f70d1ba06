package desk

import (
	"cmp"
	"context"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/weblink"
	"sekisho/wire"
)

// Target is what a person is told of a link of a mail before he goes on.
type Target struct {
	State    string    `json:"state"`          // "open", "allowed", "blocked", "expired", "unreadable"
	Href     string    `json:"href,omitempty"` // to go on; "" when it is not offered
	Text     string    `json:"text,omitempty"` // the whole address, to read
	Scheme   string    `json:"scheme,omitempty"`
	Host     string    `json:"host,omitempty"`    // as DNS is asked
	Unicode  string    `json:"unicode,omitempty"` // as people read it
	Site     string    `json:"site,omitempty"`    // the end of unicode that somebody registered
	Name     string    `json:"name,omitempty"`    // the end of host that somebody registered
	Code     string    `json:"code,omitempty"`
	Warning  string    `json:"warning,omitempty"`
	Feed     string    `json:"feed,omitempty"`   // the list of the installation that has it
	Direct   bool      `json:"direct,omitempty"` // the contract has these opened at once
	Expires  time.Time `json:"expires"`
	Language string    `json:"language"`
}

// mostTold is how much of an address is shown.
const mostTold = 2000

// link reads the token of a request and what the contract says of links. The target is looked at only when vault made the token.
func (x *Desk) link(ctx context.Context, q *wire.WebRequest) (c wire.URLChecked, rules wire.URLRules, seen wire.URLSeen, err error) {
	var in struct {
		Token string `json:"token"`
	}
	if err = readUpTo(q, &in, mostLink); err != nil {
		return c, rules, seen, err
	}
	token, err := weblink.Decode(in.Token)
	if err != nil {
		return c, rules, seen, sekisho.E("desk.url", sekisho.NotFound, err)
	}
	if c, err = wire.VaultURLCheck.Ask(ctx, x.peers.Vault, wire.URLCheck{Token: token}); err != nil {
		return c, rules, seen, err
	}
	_, target, err := weblink.Read(token)
	if err != nil {
		return c, rules, seen, sekisho.E("desk.url", sekisho.NotFound, err)
	}
	if rules, err = wire.StoreURL.Ask(ctx, x.peers.Store, wire.URLQuery{Contract: c.Contract}); err != nil {
		return c, rules, seen, err
	}
	seen, err = wire.InspectURL.Ask(ctx, x.peers.Inspect, wire.URLLook{Target: target, Domains: rules.Domains, Partners: rules.Partners, Language: cmp.Or(q.Language, rules.Language)})
	return c, rules, seen, err
}

// url says where a link of a mail leads. That it was asked is counted for the contract, by the target's domain; who asked is not.
func (x *Desk) url(ctx context.Context, q *wire.WebRequest) (any, error) {
	c, rules, seen, err := x.link(ctx, q)
	if err != nil {
		return nil, err
	}
	out := Target{State: "open", Href: seen.Href, Text: seen.Href[:min(len(seen.Href), mostTold)], Scheme: seen.Scheme, Host: seen.Host, Unicode: seen.Unicode, Site: seen.Site, Name: seen.Name,
		Code: seen.Code, Warning: seen.Warning, Expires: c.Expires, Language: rules.Language}
	feed, err := x.feed(ctx, rules, seen)
	if err != nil {
		return nil, err
	}
	result := "shown"
	switch {
	case seen.Href == "":
		out.State = "unreadable"
	case weblink.In(rules.Block, seen.Host):
		out.State, out.Href, result = "blocked", "", "blocked"
	case feed != "":
		out.State, out.Href, out.Feed, result = "blocked", "", feed, "blocked"
	case x.config.Clock().After(c.Expires):
		out.State, out.Href, result = "expired", "", "expired"
	case weblink.In(rules.Allow, seen.Host):
		if out.State, out.Direct = "allowed", rules.Direct; out.Direct {
			result = "direct"
		}
	}
	x.count(ctx, c.Contract, seen.Name, result)
	return out, nil
}

// feed gives the list of the installation that has the target; "" for none, and for hosts that the contract allows.
func (x *Desk) feed(ctx context.Context, rules wire.URLRules, seen wire.URLSeen) (string, error) {
	if seen.Href == "" || weblink.In(rules.Allow, seen.Host) {
		return "", nil
	}
	_, rest, _ := strings.Cut(seen.Href, "://")
	path := ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		path = rest[i:]
	}
	return x.listed.On(ctx, x.config.Clock(), seen.Host, path)
}

// report takes that somebody thinks that a link is bad: it is counted for the contract's administrators.
func (x *Desk) report(ctx context.Context, q *wire.WebRequest) (any, error) {
	c, _, seen, err := x.link(ctx, q)
	if err != nil {
		return nil, err
	}
	x.count(ctx, c.Contract, seen.Name, "reported")
	return struct {
		Text string `json:"text"`
	}{words["reported"][japanese(q.Language)][0]}, nil
}

// count counts a click. People are not kept waiting for a count that fails.
func (x *Desk) count(ctx context.Context, c sekisho.ContractID, site, result string) {
	q := wire.URLQuery{Contract: c, Count: true, Site: cmp.Or(site, "?"), Result: result}
	if _, err := wire.StoreURL.Ask(ctx, x.peers.Store, q); err != nil {
		x.config.Log.Warn("a click was not counted", "error", err)
	}
}
