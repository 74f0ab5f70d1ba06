package gate

import (
	"context"
	"strings"

	"sekisho"
	"sekisho/mail/weblink"
	"sekisho/wire"
)

// listedScore is what a link weighs that a list warns of.
const listedScore = 6

// listedLinks adds what lists say of a mail's links: those that the contract blocks, and the installation's feeds, except for hosts
// that the contract allows. Inspect found the links and knows no list. Without the lists a mail is judged by all else.
func (in *intake) listedLinks(ctx context.Context, c *contract, r *wire.Report) {
	var own wire.URLPolicy
	if c.URLs != nil {
		own = *c.URLs
	}
	blocked, listed := "", ""
	for _, link := range r.Links {
		host, path := link, ""
		if i := strings.IndexAny(link, "/?#\\"); i >= 0 {
			host, path = link[:i], link[i:]
		}
		if blocked == "" && weblink.In(own.Block, host) {
			blocked = host
		}
		if listed != "" || weblink.In(own.Allow, host) {
			continue
		}
		name, err := in.gate.listed.On(ctx, in.gate.config.Clock(), host, path)
		if err != nil {
			in.gate.config.Log.Warn("lists of bad hosts are not known", "error", err)
		}
		if name != "" {
			listed = host + ", by the feed " + name
		}
	}
	in.listedLikeness(ctx, own.Allow, r)
	for _, f := range []sekisho.Finding{{Name: "blocked-host", Evidence: blocked}, {Name: "listed", Evidence: listed}} {
		if f.Evidence != "" {
			f.Kind, f.Where, f.Score = sekisho.KindURL, "links", listedScore
			r.Findings, r.Score = append(r.Findings, f), r.Score+listedScore
		}
	}
}

// What it weighs to be like a domain of a list: to be written so that it is read as that one, or to be one letter away, which happens by
// chance among very many.
const (
	homographScore = 4
	typoScore      = 1.5
)

// listedLikeness adds what the installation's lists of known domains say of the sender's domain and of the hosts of links. Inspect compares
// with the contract's own and its partners' domains; these lists are too long to be given along with every mail.
func (in *intake) listedLikeness(ctx context.Context, allowed []string, r *wire.Report) {
	look := func(host, name, where string) bool {
		if host == "" || weblink.In(allowed, host) {
			return false
		}
		of, how, list, err := in.gate.listed.Like(ctx, in.gate.config.Clock(), host)
		if err != nil {
			in.gate.config.Log.Warn("lists of known domains are not known", "error", err)
		}
		if of == "" {
			return false
		}
		f := sekisho.Finding{Kind: sekisho.KindImpersonation, Name: name + how, Where: where, Score: typoScore, Evidence: host + " looks like " + of + ", by the list " + list}
		if how == "homograph" {
			f.Score = homographScore
		}
		r.Findings, r.Score = append(r.Findings, f), r.Score+f.Score
		return true
	}
	if from := r.Summary.From; len(from) > 0 {
		look(strings.ToLower(from[0].Host), "look-alike-", "header/from")
	}
	for _, link := range r.Links[:min(len(r.Links), mostLiked)] {
		host, _, _ := strings.Cut(link, "/")
		if look(host, "link-look-alike-", "links") {
			break
		}
	}
}

// mostLiked is how many links of a mail are compared with the lists of known domains.
const mostLiked = 30
