package webmail

import (
	"encoding/json"
	"net/url"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/seal"
	"sekisho/wire"
)

// path cuts the rest of the path into its parts, with the account checked.
func (t *turn) path(prefix string, parts int) ([]string, error) {
	out := strings.SplitN(strings.TrimPrefix(t.q.Path, prefix), "/", parts)
	if len(out) != parts || out[0] != t.account() {
		return nil, sekisho.E("webmail.path", sekisho.NotFound, nil)
	}
	return out, nil
}

// blob gives the bytes that a blob id names, and their type as it was said.
func (t *turn) blob(id string) ([]byte, string, error) {
	b, ok := parseBlob(id)
	if !ok {
		return nil, "", sekisho.E("webmail.blob", sekisho.NotFound, nil)
	}
	if b.upload {
		return t.uploadedBlob(b.message)
	}
	x, err := t.whole(b.message)
	if err != nil {
		return nil, "", err
	}
	if len(b.part) == 0 {
		raw, ok := x.mail.Cut(sekisho.Span{End: x.mail.Summary.Size})
		if !ok {
			return nil, "", sekisho.E("webmail.blob", sekisho.Corrupt, nil)
		}
		return raw, "message/rfc822", nil
	}
	p := mailbox.Find(&x.mail.Summary.Root, b.part)
	if p == nil || p.Type == "multipart" {
		return nil, "", sekisho.E("webmail.blob", sekisho.NotFound, nil)
	}
	content, ok := x.content(p)
	if !ok {
		return nil, "", sekisho.E("webmail.blob", sekisho.Corrupt, nil)
	}
	return content, p.Type + "/" + p.Subtype, nil
}

// whole gets and opens a mail with everything in it.
func (t *turn) whole(m sekisho.MessageID) (*reading, error) {
	list, err := t.opened([]sekisho.MessageID{m}, wire.Want{Summary: true, Header: true, Body: true, Attachment: true})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, sekisho.E("webmail.blob", sekisho.NotFound, nil)
	}
	return &list[0], nil
}

func (t *turn) uploadedBlob(m sekisho.MessageID) ([]byte, string, error) {
	got, err := wire.StoreUploaded.Ask(t.ctx, t.w.peers.Store, wire.UploadQuery{Pass: t.ticket.Pass, Message: m})
	if err != nil {
		return nil, "", err
	}
	own := got.Sealed.Boxes[:0]
	for _, b := range got.Sealed.Boxes {
		if b.Account == t.ticket.Account {
			own = append(own, b)
		}
	}
	got.Sealed.Boxes = own
	x := &mailbox.Mail{FetchedMessage: wire.FetchedMessage{Sealed: got.Sealed}}
	if err := t.access.Open(t.ctx, []*mailbox.Mail{x}); err != nil {
		return nil, "", err
	}
	if x.Damaged {
		return nil, "", sekisho.E("webmail.blob", sekisho.Corrupt, nil)
	}
	return x.Attachment, got.Type, nil
}

// upload answers POST /jmap/upload/{accountId} (RFC 8620 section 6.1).
func (t *turn) upload() (wire.WebResponse, error) {
	if _, err := t.path("/jmap/upload/", 1); err != nil {
		return wire.WebResponse{}, err
	}
	body := t.q.Body
	if int64(len(body)) > t.w.config.Size {
		return wire.WebResponse{}, sekisho.E("webmail.upload", sekisho.TooLarge, nil)
	}
	if len(body) == 0 {
		return problem(t.q.Language, 400, "invalid", ""), nil
	}
	owner, err := t.owner()
	if err != nil {
		return wire.WebResponse{}, err
	}
	id, err := t.w.ids.Take(t.ctx)
	if err != nil {
		return wire.WebResponse{}, err
	}
	data := seal.NewKey()
	x, err := seal.Seal(data, id, seal.Content{Raw: body, Pieces: []sekisho.Piece{{Class: sekisho.ClassAttachment, Span: sekisho.Span{End: int64(len(body))}}}})
	if err != nil {
		return wire.WebResponse{}, err
	}
	box, err := t.w.senders.Box(t.w.config.Clock(), owner.Public, seal.For{Contract: owner.Contract, Account: owner.Account, Key: uint8(wire.AccountKey), Message: id}, data)
	if err != nil {
		return wire.WebResponse{}, err
	}
	kind := t.q.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	_, err = wire.StoreUpload.Ask(t.ctx, t.w.peers.Store, wire.Upload{Pass: t.ticket.Pass, Type: kind, Sealed: wire.SealedMessage{ID: id, Contract: owner.Contract,
		Size: int64(len(body)), Boxes: []wire.Box{{Account: owner.Account, Key: wire.AccountKey, Sealed: box}}, Attachment: x.Attachment}})
	if err != nil {
		return wire.WebResponse{}, err
	}
	b, err := json.Marshal(map[string]any{"accountId": t.account(), "blobId": number('u', uint64(id)), "type": kind, "size": len(body)})
	return wire.WebResponse{Status: 201, Type: "application/json", Body: b}, err
}

// download answers GET /jmap/download/{accountId}/{blobId}/{name} (RFC 8620 section 6.2). Whatever type is asked for, edge
// sends it as a file to be kept, not shown.
func (t *turn) download() (wire.WebResponse, error) {
	parts, err := t.path("/jmap/download/", 3)
	if err != nil {
		return wire.WebResponse{}, err
	}
	name := parts[2]
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	b, _, err := t.blob(parts[1])
	if err != nil {
		return wire.WebResponse{}, err
	}
	return wire.WebResponse{Status: 200, Type: "application/octet-stream", Body: b, Name: name, ETag: parts[1]}, nil
}

// emailParse reads mails that are blobs (RFC 8621 section 4.9).
func (t *turn) emailParse(a *parseArgs) (any, error) {
	if len(a.BlobIDs) > 20 {
		return nil, jmap.Fail("requestTooLarge", "at most 20 blobs at once")
	}
	v, err := viewOf(a.Properties, a.BodyProperties, a.FetchText, a.FetchHTML, a.FetchAll, a.MostBytes)
	if err != nil {
		return nil, err
	}
	parsed, missing, unreadable := map[string]json.RawMessage{}, []string{}, []string{}
	for _, id := range a.BlobIDs {
		b, _, err := t.blob(t.made(id))
		if sekisho.KindOf(err) == sekisho.NotFound {
			missing = append(missing, id)
			continue
		}
		if err != nil {
			return nil, err
		}
		x, err := t.parsed(t.made(id), b)
		if err != nil {
			unreadable = append(unreadable, id)
			continue
		}
		list := []reading{*x}
		if err := t.texts(list, v); err != nil {
			return nil, err
		}
		w := &writer{}
		list[0].write(w, v)
		parsed[id] = w.b
	}
	return map[string]any{"accountId": t.account(), "parsed": parsed, "notFound": missing, "notParsable": unreadable}, nil
}

// parsed has inspect summarise a mail that is nowhere filed, and gives it with all pieces.
func (t *turn) parsed(blob string, raw []byte) (*reading, error) {
	line, err := t.workerFor(blob, len(raw))
	if err != nil {
		return nil, err
	}
	r, err := wire.InspectScan.AskLine(t.ctx, line, wire.Scan{Raw: raw, Now: t.w.config.Clock(), Summarise: true})
	if err != nil {
		return nil, err
	}
	m := &mailbox.Mail{Summary: &r.Summary}
	for _, p := range r.Summary.Pieces {
		if p.Start < 0 || p.End > int64(len(raw)) || p.Len() < 0 {
			return nil, sekisho.E("webmail.parse", sekisho.Corrupt, nil)
		}
		to := map[sekisho.Class]*[]byte{sekisho.ClassHeader: &m.Header, sekisho.ClassAttachment: &m.Attachment}[p.Class]
		if to == nil {
			to = &m.Body
		}
		*to = append(*to, raw[p.Start:p.End]...)
	}
	x := &reading{mail: m}
	x.Attached, x.Sealed.Size = r.Summary.Attachment, int64(len(raw))
	return x, nil
}
