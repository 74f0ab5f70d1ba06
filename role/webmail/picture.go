package webmail

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/wire"
)

type renderArgs struct {
	AccountID string   `json:"accountId"`
	IDs       []string `json:"ids"`
	Language  string   `json:"language"`
}

// mostRendered is how many mails are rendered in one call.
const mostRendered = 20

// emailRender shows mails as people see them: inspect makes the tree, and it is passed on as it is.
func (t *turn) emailRender(a *renderArgs) (any, error) {
	if len(a.IDs) > mostRendered {
		return nil, jmap.Fail("requestTooLarge", "at most %d mails at once", mostRendered)
	}
	if a.Language == "" {
		a.Language = t.q.Language
	}
	list, missing := []any{}, []string{}
	for _, id := range a.IDs {
		m, ok := parseEmail(t.made(id))
		if !ok {
			missing = append(missing, id)
			continue
		}
		o, err := t.rendered(m, a.Language)
		if sekisho.KindOf(err) == sekisho.NotFound {
			missing = append(missing, id)
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return map[string]any{"accountId": t.account(), "list": list, "notFound": missing}, nil
}

// render has inspect render one mail, which passes through it in the clear: that is entered.
func (t *turn) render(x *reading, language string) (wire.Rendered, error) {
	raw, ok := x.mail.Cut(sekisho.Span{End: x.mail.Summary.Size})
	if !ok {
		return wire.Rendered{}, sekisho.E("webmail.render", sekisho.Corrupt, nil)
	}
	who, err := t.who()
	if err != nil {
		return wire.Rendered{}, err
	}
	q := wire.Render{Raw: raw, Language: language, Domains: who.Domains, Desk: t.w.config.Desk}
	line, err := t.worker(x.Message, len(raw))
	if err != nil {
		return wire.Rendered{}, err
	}
	return wire.InspectRender.AskLine(t.ctx, line, q)
}

// worker picks an inspect worker through which a mail, or a part of it, is to pass in the clear: that is entered first.
func (t *turn) worker(m sekisho.MessageID, size int) (*wire.Line, error) {
	return t.workerOf([]wire.Passage{{First: m, Bytes: uint64(size)}})
}

// workerFor is worker for a blob. An upload is no mail yet.
func (t *turn) workerFor(id string, size int) (*wire.Line, error) {
	if b, ok := parseBlob(id); ok && !b.upload {
		return t.worker(b.message, size)
	}
	return t.workerOf(nil)
}

// workerOf is worker for several mails, of which First and Bytes are given.
func (t *turn) workerOf(mails []wire.Passage) (*wire.Line, error) {
	line, err := t.w.peers.Inspect.Pick(t.ctx)
	if err != nil {
		return nil, sekisho.E("webmail.worker", sekisho.Unavailable, err)
	}
	for i := range mails {
		mails[i].Contract, mails[i].Count, mails[i].Worker = t.ticket.Contract, 1, line.Peer.Instance
	}
	if len(mails) > 0 {
		_, err = wire.VaultTransit.Ask(t.ctx, t.w.peers.Vault, wire.Transit{Runs: mails})
	}
	return line, err
}

func (t *turn) rendered(m sekisho.MessageID, language string) (any, error) {
	x, err := t.whole(m)
	if err != nil {
		return nil, err
	}
	r, err := t.render(x, language)
	if err != nil {
		return nil, err
	}
	pictures, links, files := []any{}, []any{}, []any{}
	for i, p := range r.Pictures {
		host := ""
		if u, err := url.Parse(p.Remote); err == nil {
			host = u.Hostname()
		}
		pictures = append(pictures, map[string]any{"n": i, "remote": p.Remote != "", "host": host, "partId": orNull(p.Part)})
	}
	for i, l := range r.Links {
		links = append(links, map[string]any{"n": i, "href": l.Href, "host": l.Host, "text": l.Text, "warning": orNull(l.Warning)})
	}
	for _, f := range r.Attachments {
		var danger any
		if f.Danger != "" {
			danger = map[string]string{"kind": f.Danger, "reason": f.Reason}
		}
		files = append(files, map[string]any{"partId": f.Part, "blobId": partBlob(m, f.Part), "name": f.Name, "type": f.Type, "size": f.Size, "danger": danger, "pages": f.Pages})
	}
	tree := json.RawMessage(r.Tree)
	if !json.Valid(tree) {
		return nil, sekisho.E("webmail.render", sekisho.Internal, nil)
	}
	out := map[string]any{"id": emailID(m), "tree": tree, "plain": r.Plain, "pictures": pictures, "links": links, "attachments": files}
	return out, t.explain(x, out)
}

// explain adds what was decided about the mail when it came, and who it is from.
func (t *turn) explain(x *reading, out map[string]any) error {
	from := ""
	if f := x.mail.Summary.From; len(f) > 0 {
		from = f[0].String()
	}
	fields := x.header()
	q := wire.OwnTrace{Pass: t.ticket.Pass, Message: x.Message, From: from}
	authenticated := false
	for _, f := range fields { // the first of each is ours: it stands in front
		if f.Is("Received") {
			v := f.Value()
			if _, rest, ok := strings.Cut(v, " id "); ok {
				ref, _, _ := strings.Cut(strings.FieldsFunc(rest, func(r rune) bool { return r == ' ' || r == '\t' || r == ';' || r == '(' })[0], ";")
				n, _ := strconv.ParseUint(ref, 36, 63)
				q.Trace = sekisho.TraceID(n)
			}
			authenticated = strings.HasPrefix(v, "from sender")
			break
		}
	}
	for _, f := range fields {
		if f.Is("Authentication-Results") {
			id, results, _ := strings.Cut(f.Value(), ";")
			authenticated = strings.EqualFold(strings.TrimSpace(id), t.w.config.Name) && strings.Contains(results, "dmarc=pass")
			break
		}
	}
	got, err := wire.StoreOwnTrace.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return err
	}
	var decision any
	findings := []any{}
	if got.Known {
		r := &got.Row
		decision = map[string]any{"action": r.Action, "rule": r.Rule, "reason": r.Reason, "score": r.Trace.Score}
		for _, f := range r.Trace.Findings {
			findings = append(findings, map[string]any{"kind": f.Kind, "name": f.Name, "detail": f.Evidence})
		}
	}
	first := got.First.IsZero() || !got.First.Before(x.Internal.Add(-time.Minute))
	out["decision"], out["findings"] = decision, findings
	out["sender"] = map[string]any{"address": from, "authenticated": authenticated, "first": first}
	return nil
}

// picture answers GET /jmap/picture/{accountId}/{emailId}/{n}: the picture of that number in the mail, made anew by inspect.
// Its address comes from the mail itself, never from who asks.
func (t *turn) picture() (wire.WebResponse, error) {
	parts, err := t.path("/jmap/picture/", 3)
	if err != nil {
		return wire.WebResponse{}, err
	}
	m, ok := parseEmail(parts[1])
	n, err := strconv.ParseUint(parts[2], 10, 16)
	if !ok || err != nil {
		return problem(t.q.Language, 404, "not-found", ""), nil
	}
	x, err := t.whole(m)
	if err != nil {
		return wire.WebResponse{}, err
	}
	r, err := t.render(x, t.q.Language)
	if err != nil {
		return wire.WebResponse{}, err
	}
	if n >= uint64(len(r.Pictures)) {
		return problem(t.q.Language, 404, "not-found", ""), nil
	}
	p := r.Pictures[n]
	data := p.Data
	switch {
	case p.Part != "":
		path, _ := parsePath(p.Part)
		part := mailbox.Find(&x.mail.Summary.Root, path)
		if part == nil {
			return problem(t.q.Language, 404, "not-found", ""), nil
		}
		if data, ok = x.content(part); !ok {
			return wire.WebResponse{}, sekisho.E("webmail.picture", sekisho.Corrupt, nil)
		}
	case p.Remote != "":
		if values, err := url.ParseQuery(t.q.Query); err != nil || values.Get("remote") != "1" {
			return problem(t.q.Language, 404, "no-remote", ""), nil
		}
		got, err := wire.FetchPicture.Ask(t.ctx, t.w.peers.Fetch, wire.PictureQuery{URL: p.Remote})
		if k := sekisho.KindOf(err); k == sekisho.NotFound || k == sekisho.Invalid || k == sekisho.TooLarge {
			return problem(t.q.Language, 404, "no-remote", ""), nil
		}
		if err != nil {
			return wire.WebResponse{}, err
		}
		data = got.Body
	}
	return t.remade(m, data)
}

// remade has inspect make a picture of a mail anew.
func (t *turn) remade(m sekisho.MessageID, data []byte) (wire.WebResponse, error) {
	line, err := t.worker(m, len(data))
	if err != nil {
		return wire.WebResponse{}, err
	}
	got, err := wire.InspectPicture.AskLine(t.ctx, line, wire.Picture{Data: data})
	if sekisho.KindOf(err) == sekisho.Invalid {
		return problem(t.q.Language, 404, "unsafe", ""), nil
	}
	if err != nil {
		return wire.WebResponse{}, err
	}
	if got.Type != "image/png" && got.Type != "image/jpeg" {
		return wire.WebResponse{}, sekisho.E("webmail.picture", sekisho.Internal, nil)
	}
	return wire.WebResponse{Status: 200, Type: got.Type, Body: got.Data}, nil
}

// preview answers GET /jmap/preview/{accountId}/{blobId}/{page}: a page of an attachment, drawn anew by inspect. The first
// page is 1; 0 means the same. PDF documents and pictures have pages, and nothing else can be shown.
func (t *turn) preview() (wire.WebResponse, error) {
	parts, err := t.path("/jmap/preview/", 3)
	if err != nil {
		return wire.WebResponse{}, err
	}
	n, err := strconv.ParseUint(parts[2], 10, 16)
	if err != nil {
		return problem(t.q.Language, 404, "not-found", ""), nil
	}
	data, _, err := t.blob(parts[1])
	if err != nil {
		return wire.WebResponse{}, err
	}
	got, err := t.page(parts[1], wire.Preview{Data: data, Page: max(1, int(n))})
	switch {
	case err != nil:
		return wire.WebResponse{}, err
	case got.Refused == "no-page":
		return problem(t.q.Language, 404, "not-found", ""), nil
	case got.Refused == "locked":
		return problem(t.q.Language, 422, "locked", ""), nil
	case got.Refused != "":
		return problem(t.q.Language, 422, "unreadable", ""), nil
	}
	return wire.WebResponse{Status: 200, Type: "image/png", Body: got.Data}, nil
}

// page has inspect draw a page. A part of a mail passes through it in the clear: that is entered.
func (t *turn) page(blob string, q wire.Preview) (wire.MadePreview, error) {
	line, err := t.workerFor(blob, len(q.Data))
	if err != nil {
		return wire.MadePreview{}, err
	}
	return wire.InspectPreview.AskLine(t.ctx, line, q)
}
