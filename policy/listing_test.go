package policy

import (
	"strings"
	"testing"

	"sekisho"
)

// What somebody's list changes, and what it never does.
func TestListing(t *testing.T) {
	in := sekisho.Inbound
	spam := func(score float64, more ...sekisho.Finding) Facts {
		f := Facts{Direction: in, DMARC: "pass", Findings: append(with("spam", "words", score), more...), Score: score, Listing: Listing{Allow, "recipient"}}
		for _, x := range more {
			f.Score += x.Score
		}
		return f
	}
	unproven, block, out, among := spam(9), Facts{Direction: in, Listing: Listing{Block, "recipient"}}, spam(9), spam(9)
	unproven.DMARC = "none"
	out.Direction = sekisho.Outbound
	among.DMARC, among.Internal, among.Envelope.Account = "none", true, 4
	infected := block
	infected.Findings, infected.Score = with("virus", "eicar", 30), 30
	forged, byName, bySign, elsewhere := spam(9), spam(9), spam(9), spam(9)
	byName.DMARC, byName.SPF, byName.Envelope.From, byName.From = "none", "pass", "bounce@Shop.example", "news@shop.example"
	bySign.DMARC, bySign.DKIM, bySign.DKIMDomain, bySign.From = "none", "pass", "shop.example", "news@shop.example"
	elsewhere.DMARC, elsewhere.SPF, elsewhere.Envelope.From, elsewhere.From = "none", "pass", "x@mailer.example", "news@shop.example"
	forged.DMARC, forged.DMARCPolicy = "fail", "quarantine"
	for name, c := range map[string]struct {
		facts  Facts
		action Action
		rule   string
		junk   bool
		reason string
	}{
		"spam":                  {spam(6), Pass, listAllow, false, "allowed by the recipient, otherwise: spam"},
		"spam, high":            {spam(9), Pass, listAllow, false, "otherwise: spam-high"},
		"not proven":            {unproven, Quarantine, "spam-high", false, "not proven to come from the sender"},
		"SPF alone":             {byName, Pass, listAllow, false, "allowed by the recipient"},
		"DKIM alone":            {bySign, Pass, listAllow, false, "allowed by the recipient"},
		"SPF of another domain": {elsewhere, Quarantine, "spam-high", false, "not proven"},
		"forged":                {forged, Quarantine, "dmarc-quarantine", false, "the sender's domain asks"},
		"a colleague":           {among, Pass, listAllow, false, "allowed by the recipient"},
		"virus":                 {spam(9, with("virus", "eicar", 30)...), Reject, "virus", false, ""},
		"program":               {spam(9, with("executable", "program", 10)...), Quarantine, "program", false, ""},
		"phishing":              {spam(9, with("phish", "form", 6)...), Quarantine, "impersonation", false, ""},
		"a little deceit":       {spam(9, with("phish", "form", 1)...), Pass, listAllow, false, ""},
		"bad links beside spam": {spam(9, with("url", "odd", 4.9)...), Pass, listAllow, false, ""},
		"macro":                 {spam(9, with("macro", "vba", 2)...), Quarantine, "macro", false, "otherwise: spam-high"},
		"no spam":               {spam(0), Pass, "", false, ""},
		"outbound":              {out, Pass, "", false, ""},
		"blocked":               {block, Pass, listBlock, true, "blocked by the recipient"},
		"blocked and infected":  {infected, Reject, "virus", false, ""},
	} {
		d := Decide(standard(t), c.facts)
		if d.Action != c.action || d.Rule != c.rule || d.Junk != c.junk || !strings.Contains(d.Reason, c.reason) {
			t.Errorf("%s: %s by %q, junk %v: %q", name, d.Action, d.Rule, d.Junk, d.Reason)
		}
	}
}

// A contract's own rule about the sender holds, whatever a person allows.
func TestListingUnderRules(t *testing.T) {
	p, err := Parse([]byte("version = 1\n[[rule]]\nname = \"no shop\"\ndirection = \"inbound\"\nwhen = 'from_domain == \"shop.example\"'\naction = \"quarantine\"\nreason = \"r\"\n" +
		"[[rule]]\nname = \"spam\"\ndirection = \"inbound\"\nwhen = 'score >= 5'\naction = \"junk\"\nreason = \"r\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	f := Facts{Direction: sekisho.Inbound, DMARC: "pass", From: "a@shop.example", Findings: with("spam", "words", 9), Score: 9, Listing: Listing{Allow, "recipient"}}
	if d := Decide(p, f); d.Action != Quarantine || d.Rule != "no shop" {
		t.Errorf("%+v", d)
	}
	if f.From = "a@other.example"; Decide(p, f).Junk {
		t.Error("spam, though allowed")
	}
}
