package webmail

import (
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mail/jmap"
	"sekisho/mailbox"
	"sekisho/wire"
)

type emailGetArgs struct {
	AccountID      string    `json:"accountId"`
	IDs            *[]string `json:"ids"`
	Properties     *[]string `json:"properties"`
	BodyProperties *[]string `json:"bodyProperties"`
	FetchText      bool      `json:"fetchTextBodyValues"`
	FetchHTML      bool      `json:"fetchHTMLBodyValues"`
	FetchAll       bool      `json:"fetchAllBodyValues"`
	MostBytes      uint32    `json:"maxBodyValueBytes"`
}

// emailProperties is what an email is shown with when nothing else is asked for (RFC 8621 section 4.2).
func emailProperties() []string {
	return []string{"id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "bcc",
		"replyTo", "subject", "sentAt", "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments"}
}

// What a property needs to be opened.
const (
	needsFacts = iota
	needsSummary
	needsHeader
)

func needOf(property string) (int, bool) {
	switch property {
	case "id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "hasAttachment":
		return needsFacts, true
	case "messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject", "sentAt", "preview", "bodyValues", "textBody", "htmlBody",
		"attachments", "bodyStructure":
		return needsSummary, true
	case "headers":
		return needsHeader, true
	}
	_, ok := parseForm(property)
	return needsHeader, ok
}

// view is how mails are asked to be shown.
type view struct {
	properties, parts           []string
	need                        int
	text, html, all, partHeader bool
	most                        int
}

func viewOf(properties, parts *[]string, text, html, all bool, most uint32) (*view, error) {
	v := &view{properties: emailProperties(), parts: partProperties(), text: text, html: html, all: all, most: int(most)}
	if properties != nil {
		v.properties = append([]string{"id"}, slices.DeleteFunc(slices.Clone(*properties), func(p string) bool { return p == "id" })...)
	}
	if parts != nil {
		v.parts = *parts
	}
	if len(v.properties) > 100 || len(v.parts) > 100 {
		return nil, jmap.Fail("requestTooLarge", "at most 100 properties")
	}
	seen := map[string]bool{}
	for _, p := range v.properties {
		n, known := needOf(p)
		if !known {
			return nil, jmap.Invalid("properties", "no property %.60q", p)
		}
		if seen[p] {
			return nil, jmap.Invalid("properties", "%.60q twice", p)
		}
		seen[p] = true
		v.need = max(v.need, n)
	}
	for _, p := range v.parts {
		_, isForm := parseForm(p)
		if !isForm && p != "subParts" && p != "headers" && !slices.Contains(partProperties(), p) {
			return nil, jmap.Invalid("bodyProperties", "no property %.60q", p)
		}
		v.partHeader = v.partHeader || isForm || p == "headers"
	}
	return v, nil
}

func (v *view) has(property string) bool { return slices.Contains(v.properties, property) }

// reading is one mail while it is shown.
type reading struct {
	wire.Email
	mail *mailbox.Mail // nil when nothing was opened
	blob string        // blob id of the whole; "" for what has none
	text map[string]value
}

// value is a decoded text.
type value struct {
	Value     string `json:"value"`
	Problem   bool   `json:"isEncodingProblem"`
	Truncated bool   `json:"isTruncated"`
}

func (x *reading) blobOf(part string) any {
	if x.blob == "" {
		return nil
	}
	return x.blob + "." + part
}

func (t *turn) emailGet(a *emailGetArgs) (any, error) {
	if a.IDs == nil {
		return nil, jmap.Fail("requestTooLarge", "ids are needed")
	}
	v, err := viewOf(a.Properties, a.BodyProperties, a.FetchText, a.FetchHTML, a.FetchAll, a.MostBytes)
	if err != nil {
		return nil, err
	}
	g := getArgs{IDs: a.IDs}
	ids, err := g.ids()
	if err != nil {
		return nil, err
	}
	list, marks, missing, err := t.read(ids, v)
	if err != nil {
		return nil, err
	}
	w := &writer{b: make([]byte, 0, 1024+len(list)*1024)}
	w.begin()
	w.text("accountId", t.account())
	w.text("state", stateOf(marks))
	w.name("list")
	w.b = append(w.b, '[')
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		list[i].write(w, v)
	}
	w.b = append(w.b, ']')
	w.first = false
	if missing == nil {
		missing = []string{}
	}
	w.texts("notFound", missing)
	w.end()
	return written(w.b), nil
}

// read gets mails from store and opens of them what the view needs.
func (t *turn) read(ids []string, v *view) (list []reading, marks []wire.Mark, missing []string, err error) {
	q := wire.EmailFetch{Pass: t.ticket.Pass, Facts: v.need == needsFacts, Want: wire.Want{Summary: true, Header: v.need == needsHeader}}
	given := map[sekisho.MessageID]string{}
	for _, id := range ids {
		m, ok := parseEmail(t.made(id))
		if !ok {
			missing = append(missing, id)
			continue
		}
		given[m] = id
		q.IDs = append(q.IDs, m)
	}
	got, err := wire.StoreEmails.Ask(t.ctx, t.w.peers.Store, q)
	if err != nil {
		return nil, nil, nil, err
	}
	list = make([]reading, len(got.List))
	for i, e := range got.List {
		list[i] = reading{Email: e, blob: emailID(e.Message)}
		delete(given, e.Message)
	}
	for _, id := range q.IDs {
		if s, gone := given[id]; gone {
			missing = append(missing, s)
			delete(given, id)
		}
	}
	if q.Facts {
		return list, got.Marks, missing, nil
	}
	if err := t.open(list); err != nil {
		return nil, nil, nil, err
	}
	return list, got.Marks, missing, t.bodies(list, v)
}

// open opens the pieces that came. A mail that does not open is shown as an empty one, so that the rest can be read.
func (t *turn) open(list []reading) error {
	mails := make([]*mailbox.Mail, len(list))
	for i := range list {
		x := &list[i]
		x.mail = &mailbox.Mail{FetchedMessage: wire.FetchedMessage{Sealed: x.Sealed}}
		mails[i] = x.mail
	}
	if err := t.access.Open(t.ctx, mails); err != nil {
		return err
	}
	for i := range list {
		if m := list[i].mail; m.Damaged || m.Summary == nil {
			t.w.config.Log.Error("a message does not open", "message", uint64(list[i].Message), "account", uint64(t.ticket.Account))
			m.Summary = &sekisho.Summary{Root: sekisho.Part{Type: "text", Subtype: "plain", Encoding: "7bit"}}
		}
	}
	return nil
}

// shown are the parts whose texts the view wants.
func (v *view) shown(s *sekisho.Summary) []body {
	if !v.has("bodyValues") {
		return nil
	}
	b := sorted(&s.Root)
	var out []body
	seen := map[string]bool{}
	for _, list := range [][]body{b.text, b.html, b.attached} {
		for _, p := range list {
			inText := slices.ContainsFunc(b.text, func(x body) bool { return x.id == p.id })
			inHTML := slices.ContainsFunc(b.html, func(x body) bool { return x.id == p.id })
			if p.Type == "text" && !seen[p.id] && (v.all || v.text && inText || v.html && inHTML) {
				seen[p.id] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// bodies opens the classes that texts and part headers need, per mail, and has inspect decode the texts.
func (t *turn) bodies(list []reading, v *view) error {
	need := map[int]uint16{}
	for i := range list {
		s := list[i].mail.Summary
		var set uint16
		for _, p := range v.shown(s) {
			set |= mailbox.Touched(s, p.Body)
		}
		if v.partHeader && (v.has("bodyStructure") || v.has("textBody") || v.has("htmlBody") || v.has("attachments")) {
			set |= 1<<sekisho.ClassHeader | 1<<sekisho.ClassBody
		}
		if set != 0 {
			need[i] = set
		}
	}
	if err := t.more(list, need); err != nil {
		return err
	}
	return t.texts(list, v)
}

// more opens further classes of mails whose summaries are known.
func (t *turn) more(list []reading, need map[int]uint16) error {
	groups := map[uint16][]int{}
	for i, set := range need {
		groups[set] = append(groups[set], i)
	}
	for set, places := range groups {
		q := wire.EmailFetch{Pass: t.ticket.Pass, Want: wire.Want{Header: set&(1<<sekisho.ClassHeader) != 0, Body: set&(1<<sekisho.ClassBody) != 0,
			Attachment: set&(1<<sekisho.ClassAttachment) != 0}}
		at := map[sekisho.MessageID]int{}
		for _, i := range places {
			q.IDs = append(q.IDs, list[i].Message)
			at[list[i].Message] = i
		}
		got, err := wire.StoreEmails.Ask(t.ctx, t.w.peers.Store, q)
		if err != nil {
			return err
		}
		mails := make([]*mailbox.Mail, len(got.List))
		for j, e := range got.List {
			mails[j] = &mailbox.Mail{FetchedMessage: wire.FetchedMessage{Sealed: e.Sealed}}
			if short := list[at[e.Message]].mail.Sealed.Boxes; len(short) == 1 { // opened just now: the short box will do
				mails[j].Sealed.Boxes = short
			}
		}
		if err := t.access.Open(t.ctx, mails); err != nil {
			return err
		}
		for j, m := range mails {
			x := list[at[got.List[j].Message]].mail
			if q.Want.Header {
				x.Header = m.Header
			}
			x.Body, x.Attachment = m.Body, m.Attachment
		}
	}
	return nil
}

// texts has inspect decode the texts that the view wants.
func (t *turn) texts(list []reading, v *view) error {
	var q wire.Texts
	type place struct {
		at   int
		part string
	}
	var places []place
	var passing []wire.Passage
	for i := range list {
		size := 0
		for _, p := range v.shown(list[i].mail.Summary) {
			b, ok := list[i].mail.Cut(p.Body)
			if !ok {
				continue
			}
			q.Parts = append(q.Parts, wire.TextPart{Body: b, Encoding: p.Encoding, Charset: parameter(p.Params, "charset"), HTML: p.Subtype == "html"})
			places = append(places, place{i, p.id})
			size += len(b)
		}
		if m := list[i].Message; size > 0 && m != 0 { // one that is nowhere filed passed when it was read
			passing = append(passing, wire.Passage{First: m, Bytes: uint64(size)})
		}
	}
	if len(q.Parts) == 0 {
		return nil
	}
	line, err := t.workerOf(passing)
	if err != nil {
		return err
	}
	got, err := wire.InspectText.AskLine(t.ctx, line, q)
	if err != nil {
		return err
	}
	for j, p := range places {
		if j >= len(got.Texts) {
			break
		}
		x := &list[p.at]
		if x.text == nil {
			x.text = map[string]value{}
		}
		x.text[p.part] = cutText(got.Texts[j], v.most)
	}
	return nil
}

// cutText makes a value of at most so many bytes; 0: all.
func cutText(d wire.DecodedText, most int) value {
	v := value{Value: d.Text, Problem: d.Problem}
	if most > 0 && len(v.Value) > most {
		v.Value, v.Truncated = strings.ToValidUTF8(v.Value[:most], ""), true
	}
	return v
}

// write writes one email.
func (x *reading) write(w *writer, v *view) {
	w.begin()
	for _, p := range v.properties {
		if !x.fact(w, p) {
			x.property(w, p, v)
		}
	}
	w.end()
}

// fact writes what is known without opening.
func (x *reading) fact(w *writer, property string) bool {
	switch property {
	case "id", "threadId", "receivedAt":
		if x.Message == 0 && x.blob == "" || x.Mailboxes == nil {
			w.null(property)
			return true
		}
	}
	switch property {
	case "id":
		w.text("id", emailID(x.Message))
	case "blobId":
		w.optional("blobId", x.blob)
	case "threadId":
		w.text("threadId", threadID(x.Thread))
	case "mailboxIds":
		list := make([]string, 0, len(x.Mailboxes))
		for _, m := range x.Mailboxes {
			if id := boxID(m); !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
		w.set("mailboxIds", list)
	case "keywords":
		w.set("keywords", keywordsOf(x.Flags, x.Keywords))
	case "size":
		w.number("size", x.Sealed.Size)
	case "receivedAt":
		w.text("receivedAt", utc(x.Internal))
	case "hasAttachment":
		w.truth("hasAttachment", x.Attached)
	default:
		return false
	}
	return true
}

// property writes what comes from the summary or the header.
func (x *reading) property(w *writer, property string, v *view) {
	s := x.mail.Summary
	switch property {
	case "messageId":
		w.texts(property, bareIDs([]string{s.MessageID}))
	case "inReplyTo":
		w.texts(property, bareIDs([]string{s.InReplyTo}))
	case "references":
		w.texts(property, bareIDs(s.References))
	case "sender":
		if x.mail.Header == nil && len(s.Sender) > 0 && slices.Equal(s.Sender, s.From) { // IMAP's ENVELOPE repeats From
			w.null(property)
			return
		}
		w.addresses(property, s.Sender)
	case "from":
		w.addresses(property, s.From)
	case "to":
		w.addresses(property, s.To)
	case "cc":
		w.addresses(property, s.Cc)
	case "bcc":
		w.addresses(property, s.Bcc)
	case "replyTo":
		if slices.Equal(s.ReplyTo, s.From) {
			w.null(property)
			return
		}
		w.addresses(property, s.ReplyTo)
	case "subject":
		w.text(property, s.Subject)
	case "sentAt":
		if s.Date.IsZero() {
			w.null(property)
			return
		}
		w.text(property, utc(s.Date))
	case "preview":
		w.text(property, s.Preview)
	default:
		x.structure(w, property, v)
	}
}

func bareIDs(list []string) []string {
	var out []string
	for _, id := range list {
		if id = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(id, "<"), ">")); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// structure writes parts, texts and header fields.
func (x *reading) structure(w *writer, property string, v *view) {
	s := x.mail.Summary
	parts := func(list []body) []any {
		out := []any{}
		for _, p := range list {
			out = append(out, x.part(p, v.parts, false))
		}
		return out
	}
	switch property {
	case "bodyValues":
		if x.text == nil {
			x.text = map[string]value{}
		}
		w.value(property, x.text)
	case "textBody":
		w.value(property, parts(sorted(&s.Root).text))
	case "htmlBody":
		w.value(property, parts(sorted(&s.Root).html))
	case "attachments":
		w.value(property, parts(sorted(&s.Root).attached))
	case "bodyStructure":
		id := "1"
		if s.Root.Type == "multipart" {
			id = ""
		}
		w.value(property, x.part(body{&s.Root, id}, v.parts, true))
	case "headers":
		w.value(property, x.header().list())
	default:
		f, _ := parseForm(property)
		w.value(property, f.value(x.header(), s))
	}
}

func (x *reading) header() fields {
	list, _ := header.Split(x.mail.Header)
	return list
}

// systemWords are JMAP's names of IMAP's flags (RFC 8621 section 4.1.1).
var systemWords = [...]struct {
	word, flag string
	bit        uint8
}{{"$seen", `\Seen`, wire.FlagSeen}, {"$answered", `\Answered`, wire.FlagAnswered}, {"$flagged", `\Flagged`, wire.FlagFlagged}, {"$draft", `\Draft`, wire.FlagDraft}}

func keywordsOf(flags uint8, words []string) []string {
	out := []string{}
	for _, s := range systemWords {
		if flags&s.bit != 0 {
			out = append(out, s.word)
		}
	}
	for _, w := range words {
		if w = strings.ToLower(w); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// flagOf gives IMAP's word for a keyword; false when it is none (RFC 8621 section 4.1.1).
func flagOf(keyword string) (string, bool) {
	low := strings.ToLower(keyword)
	for _, s := range systemWords {
		if s.word == low {
			return s.flag, true
		}
	}
	if low == "" || len(low) > 100 || strings.ContainsFunc(low, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`()]{%*"\`, r) }) {
		return "", false
	}
	return low, true
}
