package console

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"sekisho"
	"sekisho/office"
	"sekisho/seal"
	"sekisho/wire"
)

// Kept is a mail in quarantine or on hold, for one recipient.
type Kept struct {
	ID        uint64    `json:"id"`
	Trace     string    `json:"trace"`
	Fate      string    `json:"fate"`
	From      string    `json:"from"`
	Recipient string    `json:"recipient"`
	Rule      string    `json:"rule"`
	Reason    string    `json:"reason"`
	Arrived   time.Time `json:"arrived"`
	Until     time.Time `json:"until"`
	AtEnd     string    `json:"atEnd,omitempty" doc:"of a hold: send or delete"`
	Approve   bool      `json:"approve" doc:"it waits for somebody else's word"`
	Asked     []string  `json:"asked,omitempty" doc:"whose word it waits for now, deputies with them; absent: whoever has the duty"`
	Stage     int       `json:"stage,omitempty" doc:"which stage of approval, from 1"`
	Stages    int       `json:"stages,omitempty" doc:"of how many"`
	Said      []Word    `json:"said,omitempty" doc:"who approved before"`
	Wanted    bool      `json:"wanted" doc:"of quarantine: he whom it is for asked for its release"`
	Size      int64     `json:"size"`
}

// Word is an approval that was given.
type Word struct {
	Stage int       `json:"stage"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// KeptSeen is a kept mail that somebody looked into: an opening, which is in the ledger.
type KeptSeen struct {
	Kept
	Subject     string            `json:"subject"`
	Preview     string            `json:"preview"`
	Sender      string            `json:"sender"`
	To          []string          `json:"to"`
	Attachments []Attachment      `json:"attachments"`
	Text        string            `json:"text,omitempty"`
	Findings    []sekisho.Finding `json:"findings"`
	Digest      string            `json:"digest" doc:"stands for the bytes: to be given when approving"`
}

// Attachment is what is attached, by name.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// Decide is what becomes of a kept mail.
type Decide struct {
	Do string `json:"do" enum:"release,delete,send,cancel"`
}

// Approve is what becomes of mail that waits for somebody else's word.
type Approve struct {
	Do     string `json:"do" enum:"refuse,approve"`
	Digest string `json:"digest,omitempty" maxLength:"64" doc:"approve: of the mail as it was looked at"`
	Reason string `json:"reason,omitempty" maxLength:"1000" doc:"refuse: why"`
}

// Decided tells what was done, and when.
type Decided struct {
	ID uint64    `json:"id"`
	Do string    `json:"do"`
	At time.Time `json:"at"`
	By string    `json:"by"`
}

func keptOf(k wire.Kept) Kept {
	out := Kept{ID: k.ID, Trace: k.Trace.String(), Fate: k.Fate.String(), From: k.From, Recipient: k.Recipient, Rule: k.Rule, Reason: k.Reason, Arrived: k.Arrived,
		Until: k.Until, AtEnd: k.AtEnd, Approve: k.Approve, Wanted: k.Wanted, Size: k.Size}
	if a := k.Asks; a != nil {
		out.Asked, out.Stage, out.Stages = k.Asked, a.Stage+1, len(a.Stages)
		for _, w := range a.Said {
			out.Said = append(out.Said, Word{w.Stage + 1, w.By, w.At})
		}
	}
	return out
}

// OfKept is the part of the path that names a kept mail.
type OfKept struct {
	OfContract
	Kind string `path:"kind" enum:"quarantine,hold"`
	ID   uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
}

func keptRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/kept/{kind}", id: "listKept", tag: "kept", summary: "Mail in quarantine or on hold, without its content", right: sekisho.ViewKept},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Kind string `path:"kind" enum:"quarantine,hold"`
			Window
			Span
			Wanted bool `query:"wanted" doc:"only what somebody asked to have released"`
		}) (*listed[Kept], error) {
			page, err := p.page(ctx, wire.PageQuery{What: in.Kind, Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit, From: in.From, To: in.To, Wanted: in.Wanted})
			return listOf(page, page.Kept, keptOf), err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/kept/{kind}/{id}/look", id: "lookKept", tag: "kept", summary: "Look into a kept mail: the opening is recorded", right: sekisho.OpenKept},
		func(ctx context.Context, p *person, in *struct {
			OfKept
			Text bool `query:"text" doc:"the text too, not only what the header says"`
		}) (*one[KeptSeen], error) {
			return p.lookKept(ctx, in.OfKept, in.Text)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/kept/{kind}/{id}/decide", id: "decideKept", tag: "kept",
		summary: "Release, delete, send or cancel", right: sekisho.SettleKept, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfKept
			Body Decide
		}) (*one[Decided], error) {
			return p.decideKept(ctx, in.OfKept, wire.Settlement{Resolution: wire.Resolution{What: in.Body.Do}}, in.Body.Do)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/kept/hold/{id}/approve", id: "approveHold", tag: "kept",
		summary: "Approve or refuse mail that waits for somebody else's word", right: sekisho.ApproveHold, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			ID   uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
			Body Approve
		}) (*one[Decided], error) {
			digest, err := hex.DecodeString(in.Body.Digest)
			if err != nil || in.Body.Do == "approve" && len(digest) != 32 {
				return nil, invalid("/digest", "the digest that looking gave")
			}
			what := map[string]string{"approve": "send", "refuse": "cancel"}[in.Body.Do]
			return p.decideKept(ctx, OfKept{in.OfContract, "hold", in.ID}, wire.Settlement{Approve: true, Digest: digest, Note: in.Body.Reason,
				Resolution: wire.Resolution{What: what}}, in.Body.Do)
		})
}

// lookKept opens the header class of one kept mail, and the text where it is wanted.
func (p *person) lookKept(ctx context.Context, of OfKept, text bool) (*one[KeptSeen], error) {
	got, err := wire.StoreLook.Ask(ctx, p.x.peers.Store, wire.Look{Pass: p.ticket.Pass, Contract: of.id(), Kind: of.Kind, ID: of.ID, Want: wire.Want{Summary: true, Text: text}})
	if err != nil {
		return nil, err
	}
	classes := []sekisho.Class{sekisho.ClassHeader}
	if text {
		classes = append(classes, sekisho.ClassBody)
	}
	ciphers, err := office.Ciphers(ctx, p, got.Kept, got.Sealed, classes...)
	if err != nil {
		return nil, err
	}
	encoded, err := ciphers[0].Open(seal.Summary, got.Sealed.Summary)
	if err != nil {
		return nil, err
	}
	s, err := wire.DecodeSummary(encoded)
	if err != nil {
		return nil, err
	}
	out := KeptSeen{Kept: keptOf(got.Kept), Subject: s.Subject, Preview: s.Preview, To: []string{}, Attachments: attachments(&s.Root, []Attachment{}),
		Digest: hex.EncodeToString(got.Digest), Findings: []sekisho.Finding{}}
	if len(s.From) > 0 {
		out.Sender = s.From[0].String()
	}
	for _, list := range [][]sekisho.Address{s.To, s.Cc} {
		for _, a := range list {
			out.To = append(out.To, a.String())
		}
	}
	if text && len(got.Sealed.Text) > 0 {
		b, err := ciphers[1].Open(seal.Text, got.Sealed.Text)
		if err != nil {
			return nil, err
		}
		out.Text = string(b)
	}
	rows, err := p.page(ctx, wire.PageQuery{What: "trace", Contract: of.id(), ID: uint64(got.Kept.Trace), Most: 1})
	if err == nil && len(rows.Traces) > 0 {
		out.Findings = some(rows.Traces[0].Trace.Findings)
	}
	return &one[KeptSeen]{Body: out}, nil
}

// attachments lists the leaves of a mail's tree that have a name.
func attachments(part *sekisho.Part, out []Attachment) []Attachment {
	for _, list := range [][]sekisho.Param{part.DispositionParams, part.Params} {
		for _, x := range list {
			if x.Name == "filename" || x.Name == "name" {
				return append(out, Attachment{x.Value, part.Type + "/" + part.Subtype, part.Body.Len()})
			}
		}
	}
	for i := range part.Parts {
		out = attachments(&part.Parts[i], out)
	}
	return out
}

// kindOf says in which list the mail is that an act is for.
var kindOf = map[string]string{"release": "quarantine", "delete": "quarantine", "send": "hold", "cancel": "hold", "approve": "hold", "refuse": "hold"}

func (p *person) decideKept(ctx context.Context, of OfKept, s wire.Settlement, do string) (*one[Decided], error) {
	if kindOf[do] != of.Kind {
		return nil, invalid("/do", "mail in "+of.Kind+" is not to "+do)
	}
	s.Pass, s.Contract, s.Resolution.Kind, s.Resolution.ID = p.ticket.Pass, of.id(), of.Kind, of.ID
	if do == "release" {
		got, err := wire.StoreLook.Ask(ctx, p.x.peers.Store, wire.Look{Pass: p.ticket.Pass, Contract: of.id(), Kind: of.Kind, ID: of.ID, Settle: true})
		if err != nil {
			return nil, err
		}
		if s.Resolution.Box, err = office.Rebox(ctx, p, got.Kept, got.Sealed, got.Spool); err != nil {
			return nil, err
		}
	}
	if _, err := wire.StoreSettle.Ask(ctx, p.x.peers.Store, s); err != nil {
		return nil, err
	}
	return &one[Decided]{Body: Decided{ID: of.ID, Do: do, At: p.x.config.Clock().UTC(), By: p.me.Address}}, nil
}
