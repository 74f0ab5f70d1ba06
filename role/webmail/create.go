package webmail

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/compose"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
)

// address is an EmailAddress.
type address struct {
	Name  *string `json:"name"`
	Email string  `json:"email"`
}

// draft is what Email/set can create (RFC 8621 section 4.6). The fields of the header that have no property of their own
// are given as header:Name:asText or asRaw.
type draft struct {
	MailboxIDs  json.RawMessage      `json:"mailboxIds"`
	Keywords    json.RawMessage      `json:"keywords"`
	ReceivedAt  *time.Time           `json:"receivedAt"`
	MessageID   []string             `json:"messageId"`
	InReplyTo   []string             `json:"inReplyTo"`
	References  []string             `json:"references"`
	Sender      []address            `json:"sender"`
	From        []address            `json:"from"`
	To          []address            `json:"to"`
	Cc          []address            `json:"cc"`
	Bcc         []address            `json:"bcc"`
	ReplyTo     []address            `json:"replyTo"`
	Subject     *string              `json:"subject"`
	SentAt      *time.Time           `json:"sentAt"`
	BodyValues  map[string]draftText `json:"bodyValues"`
	Structure   *draftPart           `json:"bodyStructure"`
	TextBody    []draftPart          `json:"textBody"`
	HTMLBody    []draftPart          `json:"htmlBody"`
	Attachments []draftPart          `json:"attachments"`
}

type draftText struct {
	Value     string `json:"value"`
	Problem   bool   `json:"isEncodingProblem"`
	Truncated bool   `json:"isTruncated"`
}

type draftPart struct {
	PartID      *string     `json:"partId"`
	BlobID      *string     `json:"blobId"`
	Size        *uint64     `json:"size"`
	Name        *string     `json:"name"`
	Type        *string     `json:"type"`
	Charset     *string     `json:"charset"`
	Disposition *string     `json:"disposition"`
	CID         *string     `json:"cid"`
	Language    []string    `json:"language"`
	Location    *string     `json:"location"`
	SubParts    []draftPart `json:"subParts"`
}

// composeEmail makes a MIME message of JSON, as Email/set create wants it, ready to be filed.
func (t *turn) composeEmail(raw json.RawMessage) (*mailbox.Filed, *setError) {
	d, extra, e := parseDraft(raw)
	if e != nil {
		return nil, e
	}
	boxes, flags, e := t.place(d.MailboxIDs, d.Keywords)
	if e != nil {
		return nil, e
	}
	m := &compose.Message{From: people(d.From), Sender: people(d.Sender), ReplyTo: people(d.ReplyTo), To: people(d.To), Cc: people(d.Cc), Bcc: people(d.Bcc),
		InReplyTo: d.InReplyTo, References: d.References, Fields: extra, Boundary: random(), Date: t.w.config.Clock().UTC()}
	if d.Subject != nil {
		m.Subject = *d.Subject
	}
	if d.SentAt != nil {
		m.Date = *d.SentAt
	}
	if m.MessageID = random() + "@" + t.w.config.Name; len(d.MessageID) > 0 {
		m.MessageID = d.MessageID[0]
	}
	root, e := t.root(d)
	if e != nil {
		return nil, e
	}
	m.Root = *root
	text, err := compose.Write(m)
	if err != nil {
		return nil, badProperty(err.Error(), "bodyStructure")
	}
	if int64(len(text)) > t.w.config.Size {
		return nil, &setError{Type: "tooLarge"}
	}
	at := t.w.config.Clock()
	if d.ReceivedAt != nil {
		at = *d.ReceivedAt
	}
	made, err := t.prepare(text, boxes, flags, at)
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	return made, nil
}

// parseDraft reads the properties; those that begin with header: are further fields.
func parseDraft(raw json.RawMessage) (*draft, []sekisho.Param, *setError) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(raw, &top); err != nil || top == nil {
		return nil, nil, badProperty("not an object")
	}
	var extra []sekisho.Param
	for _, key := range keys(top) {
		f, is := parseForm(key)
		if !is {
			continue
		}
		var v string
		if json.Unmarshal(top[key], &v) != nil || f.all || f.as != "asText" && f.as != "asRaw" {
			return nil, nil, badProperty("further fields are texts: header:Name:asText", key)
		}
		extra = append(extra, sekisho.Param{Name: f.name, Value: v})
		delete(top, key)
	}
	if top["headers"] != nil {
		return nil, nil, badProperty("use header:Name:asText", "headers")
	}
	rest, err := json.Marshal(top)
	if err != nil {
		return nil, nil, badProperty(err.Error())
	}
	var d draft
	if err := jmap.Decode(rest, &d); err != nil {
		return nil, nil, badProperty(err.Description, err.Arguments...)
	}
	for _, v := range d.BodyValues {
		if v.Problem || v.Truncated {
			return nil, nil, badProperty("a text that is not whole", "bodyValues")
		}
	}
	return &d, extra, nil
}

func people(list []address) (out []sekisho.Address) {
	for _, a := range list {
		x := sekisho.Address{Mailbox: a.Email}
		if i := strings.LastIndexByte(a.Email, '@'); i >= 0 {
			x.Mailbox, x.Host = a.Email[:i], a.Email[i+1:]
		}
		if a.Name != nil {
			x.Name = *a.Name
		}
		out = append(out, x)
	}
	return out
}

// random is a text that nobody guesses.
func random() string {
	b := make([]byte, 15)
	rand.Read(b) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b))
}

// root makes the tree of parts: as it is given, or from texts and attachments.
func (t *turn) root(d *draft) (*compose.Part, *setError) {
	if d.Structure != nil {
		if len(d.TextBody)+len(d.HTMLBody)+len(d.Attachments) > 0 {
			return nil, badProperty("either bodyStructure or textBody, htmlBody and attachments", "bodyStructure")
		}
		return t.part(d, d.Structure, "bodyStructure", 0)
	}
	if len(d.TextBody) > 1 || len(d.HTMLBody) > 1 {
		return nil, badProperty("one part at most", "textBody", "htmlBody")
	}
	var texts []compose.Part
	for i, list := range [][]draftPart{d.TextBody, d.HTMLBody} {
		kind, name := []string{"text/plain", "text/html"}[i], []string{"textBody", "htmlBody"}[i]
		if len(list) == 0 {
			continue
		}
		p, e := t.part(d, &list[0], name, 0)
		if e != nil {
			return nil, e
		}
		if list[0].Type == nil {
			p.Type = kind
		}
		if p.Type != kind {
			return nil, badProperty("it has to be "+kind, name)
		}
		texts = append(texts, *p)
	}
	var inline, attached []compose.Part
	for i := range d.Attachments {
		p, e := t.part(d, &d.Attachments[i], "attachments/"+strconv.Itoa(i), 0)
		if e != nil {
			return nil, e
		}
		if p.CID != "" && p.Disposition == "inline" && len(d.HTMLBody) > 0 {
			inline = append(inline, *p)
			continue
		}
		if p.Disposition == "" {
			p.Disposition = "attachment"
		}
		attached = append(attached, *p)
	}
	return assemble(texts, inline, attached), nil
}

// assemble puts parts together as mail programs expect them: alternatives of the text, pictures with the HTML that shows
// them, then attachments.
func assemble(texts, inline, attached []compose.Part) *compose.Part {
	if len(texts) == 0 {
		empty := ""
		texts = []compose.Part{{Type: "text/plain", Text: &empty}}
	}
	if len(inline) > 0 {
		last := len(texts) - 1
		texts[last] = compose.Part{Type: "multipart/related", Parts: append([]compose.Part{texts[last]}, inline...)}
	}
	top := texts[0]
	if len(texts) > 1 {
		top = compose.Part{Type: "multipart/alternative", Parts: texts}
	}
	if len(attached) > 0 {
		top = compose.Part{Type: "multipart/mixed", Parts: append([]compose.Part{top}, attached...)}
	}
	return &top
}

const mostParts = 200

// part makes one part; its content is a text of bodyValues or a blob.
func (t *turn) part(d *draft, x *draftPart, where string, depth int) (*compose.Part, *setError) {
	p := &compose.Part{Type: "application/octet-stream", Language: x.Language}
	for _, c := range []struct{ from, to *string }{{x.Type, &p.Type}, {x.Charset, &p.Charset}, {x.Disposition, &p.Disposition}, {x.Name, &p.Name}, {x.CID, &p.CID}, {x.Location, &p.Location}} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
	if strings.HasPrefix(p.Type, "multipart/") {
		if x.PartID != nil || x.BlobID != nil || depth > 10 || len(x.SubParts) > mostParts {
			return nil, badProperty("a multipart has subParts only", where)
		}
		for i := range x.SubParts {
			sub, e := t.part(d, &x.SubParts[i], where+"/subParts/"+strconv.Itoa(i), depth+1)
			if e != nil {
				return nil, e
			}
			p.Parts = append(p.Parts, *sub)
		}
		return p, nil
	}
	if (x.PartID == nil) == (x.BlobID == nil) || len(x.SubParts) > 0 {
		return nil, badProperty("either partId or blobId", where)
	}
	if x.PartID != nil {
		v, there := d.BodyValues[*x.PartID]
		if !there {
			return nil, badProperty("no such text in bodyValues", where+"/partId")
		}
		if x.Type == nil {
			p.Type = "text/plain"
		}
		p.Text = &v.Value
		return p, nil
	}
	b, kind, err := t.blob(t.made(*x.BlobID))
	if sekisho.KindOf(err) == sekisho.NotFound {
		return nil, &setError{Type: "blobNotFound", NotFound: []string{*x.BlobID}}
	}
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	if x.Type == nil && kind != "" {
		p.Type, _, _ = strings.Cut(kind, ";")
	}
	p.Content = b
	return p, nil
}
