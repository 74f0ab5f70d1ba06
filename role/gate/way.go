package gate

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"sekisho"
	"sekisho/mail/dkim"
	"sekisho/mail/likeness"
	"sekisho/mail/spf"
	"sekisho/wire"
)

// What an organisation's mail must have been like before another way is strange: so many mails, on so many days. So many mails by a way make
// it a usual one.
const (
	manyMails, manyDays = 5, 3
	usualWay            = 2
)

// Scores of mail by a new way: of an organisation whose mail was signed or came from its own servers until now, and of others.
const (
	unprovenScore = 3
	newWayScore   = 1.5
)

// way is the sender's organisation and the way by which its mail comes, whether or not the organisation publishes a DMARC policy; "" for
// mail of our own people and of nobody.
func (in *intake) way() (site, way string) {
	if in.envelope.Contract != 0 || in.depth > 0 || in.auth.FromDomain == "" {
		return "", ""
	}
	site = likeness.Site(strings.ToLower(in.auth.FromDomain))
	switch client := in.envelope.Client.Unmap(); {
	case in.auth.DKIM == dkim.Pass && likeness.Site(in.auth.DKIMDomain) == site:
		way = wire.WaySigned
	case in.auth.SPF == spf.Pass && likeness.Site(in.auth.SPFDomain) == site:
		way = wire.WayServer
	case client.Is4():
		way = "net " + netip.PrefixFrom(client, 16).Masked().String()
	case client.IsValid():
		way = "net " + netip.PrefixFrom(client, 32).Masked().String()
	}
	return site, way
}

// newWay adds that a mail which nothing proves comes by another way than the mail of its organisation has come until now: who reads an
// organisation's mail and writes in its name sends from elsewhere. It is asked only where neither signature nor server speaks for the
// sender, and not about the contract's own domains. Without an answer a mail is judged by all else.
func (in *intake) newWay(ctx context.Context, c *contract, r *wire.Report) {
	site, way := in.way()
	if way == "" || way == wire.WaySigned || way == wire.WayServer {
		return
	}
	for _, d := range c.domains {
		if likeness.Site(d) == site {
			return
		}
	}
	got, err := wire.StoreWays.Ask(ctx, in.gate.peers.Store, wire.WayQuery{Contract: c.ID, Site: site, Way: way})
	if err != nil {
		in.gate.config.Log.Warn("ways of earlier mail are not known", "error", err)
		return
	}
	if got.Mails < manyMails || got.Days < manyDays || got.Here >= usualWay {
		return
	}
	f := sekisho.Finding{Kind: sekisho.KindImpersonation, Name: "new-path", Where: "envelope", Score: newWayScore,
		Evidence: fmt.Sprintf("%d mails of %s came before, %d of them signed by it or from its servers; this one is neither, and comes from %s", got.Mails, site, got.Proven, strings.TrimPrefix(way, "net "))}
	if got.Proven*10 >= got.Mails*9 {
		f.Score = unprovenScore
	}
	r.Findings, r.Score = append(r.Findings, f), r.Score+f.Score
}
