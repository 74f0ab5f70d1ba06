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
	for _, f := range []sekisho.Finding{{Name: "blocked-host", Evidence: blocked}, {Name: "listed", Evidence: listed}} {
		if f.Evidence != "" {
			f.Kind, f.Where, f.Score = sekisho.KindURL, "links", listedScore
			r.Findings, r.Score = append(r.Findings, f), r.Score+listedScore
		}
	}
}
