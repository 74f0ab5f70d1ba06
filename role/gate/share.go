package gate

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"time"

	"sekisho"
	"sekisho/policy"
	"sekisho/seal"
	"sekisho/wire"
)

// Attachments that leave by a secure link: inspect takes them out, each recipient's copy has a link of his own, and the files go into the
// same transaction as the mail, sealed under a key that only the holder of such a link can have opened.

// shared is a share in the making.
type shared struct {
	id    sekisho.MessageID
	terms wire.Share
	files []wire.File
}

// longestLink is how long a link may live, the time that its mail waits included.
const longestLink = 31 * 24 * time.Hour

// shareOf gives the share that an outcome's attachments go into: one for all recipients with the same terms.
func (in *intake) shareOf(ctx context.Context, o outcome, c policy.Conversion) (*shared, error) {
	life := c.For
	if o.fate == wire.FateHold {
		life += o.decision.For
	}
	until := in.envelope.At.Add(min(life, longestLink)).Truncate(time.Second)
	for _, s := range in.shares {
		if s.terms.Until.Equal(until) && s.terms.Opens == c.Opens && s.terms.Code == c.Code {
			return s, nil
		}
	}
	id, err := in.gate.ids.Take(ctx)
	if err != nil {
		return nil, err
	}
	s := &shared{id: id, terms: wire.Share{Trace: in.trace, Sender: in.envelope.From, Account: in.envelope.Account, Until: until, Opens: c.Opens, Code: c.Code}}
	in.shares = append(in.shares, s)
	return s, nil
}

// linked makes one recipient's copy: the one without attachments, which all have in common, and a note with his own link.
func (in *intake) linked(ctx context.Context, v variant, o outcome) (*rendition, error) {
	v.share = ""
	base, err := in.rendition(ctx, v, o)
	if err != nil || len(base.files) == 0 {
		return base, err
	}
	if in.gate.config.Desk == "" { // nothing leaves otherwise than a rule wants
		return nil, sekisho.E("gate.share", sekisho.Unavailable, errors.New("a rule wants a secure link, and this installation has no desk"))
	}
	c, _ := o.decision.Share()
	s, err := in.shareOf(ctx, o, c)
	if err != nil {
		return nil, err
	}
	made, err := wire.VaultLink.Ask(ctx, in.gate.peers.Vault, wire.LinkOrder{Contract: in.envelope.Contract,
		Links: []wire.LinkTo{{Purpose: uint8(seal.LinkShare), Message: s.id, To: o.address, Expires: s.terms.Until}}})
	if err == nil && len(made.Tokens) != 1 {
		err = sekisho.E("gate.share", sekisho.Corrupt, errors.New("no link"))
	}
	if err != nil {
		return nil, err
	}
	x := wire.Conversion{Action: string(c.Action), Link: in.gate.config.Desk + "/f/#" + base64.RawURLEncoding.EncodeToString(made.Tokens[0]), Until: s.terms.Until, Code: s.terms.Code}
	for _, f := range base.files {
		x.Files = append(x.Files, wire.ShareFile{Name: f.Name, Size: int64(len(f.Data))})
	}
	w, _, err := inspected(ctx, in, wire.InspectRewrite, wire.Rewrite{Raw: base.raw, Convert: []wire.Conversion{x}})
	if err != nil {
		return nil, err
	}
	s.terms.To, s.files = append(s.terms.To, o.address), base.files
	r, err := in.summary(ctx, w.Raw)
	return &rendition{raw: w.Raw, report: r, notes: base.notes, took: base.took}, err
}

// shareArrivals are the files as store takes them.
func (in *intake) shareArrivals(ctx context.Context) (out []arrival, err error) {
	for _, s := range in.shares {
		if len(s.files) == 0 {
			continue
		}
		a, err := in.shareArrival(ctx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func (in *intake) shareArrival(ctx context.Context, s *shared) (arrival, error) {
	c, err := in.gate.directory.contract(ctx, in.envelope.Contract, 0)
	if err != nil {
		return arrival{}, err
	}
	var list wire.ShareList
	var all []byte
	for _, f := range s.files {
		sum := sha256.Sum256(f.Data)
		list.Files = append(list.Files, wire.ShareFile{Name: f.Name, Type: f.Type, Size: int64(len(f.Data)), Sum: sum[:]})
		all = append(all, f.Data...)
	}
	data := seal.NewKey()
	sealed, err := seal.Seal(data, s.id, seal.Content{Raw: all, Summary: wire.EncodeShareList(list),
		Pieces: []sekisho.Piece{{Class: sekisho.ClassAttachment, Span: sekisho.Span{End: int64(len(all))}}}})
	if err != nil {
		return arrival{}, err
	}
	box, err := in.gate.senders.Box(in.envelope.At, c.Spool, seal.For{Contract: c.ID, Key: uint8(wire.ShareKey), Message: s.id}, data)
	if err != nil {
		return arrival{}, err
	}
	terms := s.terms
	terms.Files = len(s.files)
	return arrival{passed: in.passed, Arrival: wire.Arrival{Share: &terms, Sealed: wire.SealedMessage{ID: s.id, Contract: c.ID, Size: int64(len(all)),
		Summary: sealed.Summary, Attachment: sealed.Attachment, Boxes: []wire.Box{{Key: wire.ShareKey, Sealed: box}}}}}, nil
}

// archiveWhole gives the archive of the sender's contract a mail as it was before its attachments left by another way, besides what left.
// Nobody else can read it.
func (in *intake) archiveWhole(ctx context.Context, outcomes []outcome) ([]arrival, error) {
	for _, o := range outcomes {
		c, shares := o.decision.Share()
		if !shares || o.fate != wire.FateQueue && o.fate != wire.FateMailbox && o.fate != wire.FateHold {
			continue
		}
		r, err := in.rendition(ctx, variantOf(o), o)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(r.took, string(c.Action)) {
			continue
		}
		k, err := in.gate.directory.contract(ctx, in.envelope.Contract, 0)
		if err != nil || len(k.Archive) == 0 {
			return nil, err
		}
		a, err := in.wholeArrival(ctx, k, o)
		return []arrival{a}, err
	}
	return nil, nil
}

func (in *intake) wholeArrival(ctx context.Context, c *contract, o outcome) (arrival, error) {
	id, err := in.gate.ids.Take(ctx)
	if err != nil {
		return arrival{}, err
	}
	data, s := seal.NewKey(), &o.report.Report
	sealed, err := seal.Seal(data, id, seal.Content{Raw: in.raw, Pieces: s.Summary.Pieces, Summary: wire.EncodeSummary(s.Summary), Text: []byte(s.Text),
		Index: s.Tokens, Subject: []byte(s.Summary.Subject)})
	if err != nil {
		return arrival{}, err
	}
	box, err := in.gate.senders.Box(in.envelope.At, c.Archive, seal.For{Contract: c.ID, Key: uint8(wire.ArchiveKey), Message: id}, data)
	return arrival{passed: in.passed, Arrival: wire.Arrival{Trace: wire.Trace{Envelope: sekisho.Envelope{At: in.envelope.At}}, Sealed: wire.SealedMessage{ID: id, Contract: c.ID,
		Size: int64(len(in.raw)), Summary: sealed.Summary, Header: sealed.Header, Body: sealed.Body, Attachment: sealed.Attachment, Text: sealed.Text, Index: sealed.Index,
		Boxes: []wire.Box{{Key: wire.ArchiveKey, Sealed: box}}}}}, err
}
