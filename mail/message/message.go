package message

import (
	"bytes"
	"strconv"
	"strings"

	"sekisho"
)

// Limit bounds what a hostile mail can cost. A zero field is its default.
type Limit struct {
	Depth        int // levels of multipart and embedded mail: 50
	Parts        int // parts in all: 1,000
	HeaderBytes  int // bytes of one header that are read: 1 MiB
	HeaderFields int // fields of one header that are read: 2,000
}

func (l Limit) filled() Limit {
	if l.Depth <= 0 {
		l.Depth = 50
	}
	if l.Parts <= 0 {
		l.Parts = 1000
	}
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = 1 << 20
	}
	if l.HeaderFields <= 0 {
		l.HeaderFields = 2000
	}
	return l
}

// maxFindings is how many findings one mail can cause: enough to tell, few enough to store.
const maxFindings = 64

// Message is one mail as it was read.
type Message struct {
	Fields    sekisho.Fields
	Root      sekisho.Part
	Header    []Field           // the fields of the mail's own header, in order
	Findings  []sekisho.Finding // what is odd; at most 64
	Ambiguous bool              // at least one finding of kind ambiguous has a score above 0
	LF        bool              // lines end in LF only: a file, not something from SMTP

	raw []byte
}

// Read reads raw as one mail. It keeps raw: the caller must not change it while the Message is used. It never fails;
// time and memory are linear in the size of raw.
func Read(raw []byte, l Limit) *Message {
	m := &Message{raw: raw}
	r := &reader{raw: raw, lim: l.filled(), m: m}
	r.lines()
	r.m.raw = r.raw
	fields, pos := r.header(0, "", nil)
	m.Header = fields
	m.Root.Header = sekisho.Span{Start: 0, End: int64(pos)}
	m.Fields = r.fields(fields, "")
	r.content(&m.Root, fields, "", "text/plain")
	r.body(&m.Root, pos, "", 1)
	return m
}

// Raw is the text that was read. In a mail with CR alone as line end these are LF here.
func (m *Message) Raw() []byte { return m.raw }

// Get is the first field of that name, unfolded; "" when there is none.
func (m *Message) Get(name string) string {
	for i := range m.Header {
		if m.Header[i].Key == name {
			return Unfold(m.Header[i].Value)
		}
	}
	return ""
}

// reader is the state of one Read.
type reader struct {
	raw   []byte
	lim   Limit
	m     *Message
	stack []delimiter
	parts int
	skip  bool // the last line of a header was no field
	noted map[string]bool
}

// delimiter is one boundary that may still come.
type delimiter struct {
	text   string
	closed bool
}

// note states a finding of kind ambiguous; score 0 is an oddity that all readers read alike.
func (r *reader) note(name, where string, score float64, evidence string) {
	r.state(sekisho.KindAmbiguous, name, where, score, evidence)
}

func (r *reader) state(kind sekisho.Kind, name, where string, score float64, evidence string) {
	m := r.m
	if kind == sekisho.KindAmbiguous && score > 0 {
		m.Ambiguous = true
	}
	key := string(kind) + name + " " + where
	if len(m.Findings) >= maxFindings || r.noted[key] {
		return
	}
	if r.noted == nil {
		r.noted = make(map[string]bool)
	}
	r.noted[key] = true
	m.Findings = append(m.Findings, sekisho.Finding{Kind: kind, Name: name, Where: where, Score: score, Evidence: Printable(evidence)})
}

// Printable is s cut to the length of evidence, with everything that is not printable replaced by "?".
func Printable(s string) string {
	const most = sekisho.MaxEvidence
	if len(s) > 2*most {
		s = s[:2*most]
	}
	var b strings.Builder
	for _, c := range s {
		if c < ' ' || c == 0x7f || c == 0xfffd || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c >= 0x80 && c < 0xa0 {
			c = '?'
		}
		if b.Len()+4 > most {
			break
		}
		b.WriteRune(c)
	}
	return b.String()
}

// lines looks at the line ends and the NULs of the whole text.
func (r *reader) lines() {
	lf := bytes.Count(r.raw, []byte{'\n'})
	cr := bytes.Count(r.raw, []byte{'\r'})
	if i := bytes.IndexByte(r.raw, 0); i >= 0 {
		r.note("nul", "", 1, "byte "+strconv.Itoa(i))
	}
	if cr == 0 {
		r.m.LF = true
		return
	}
	crlf := bytes.Count(r.raw, []byte("\r\n"))
	switch {
	case lf == 0:
		r.note("bare-cr", "", 1, "no LF at all")
		r.raw = bytes.ReplaceAll(r.raw, []byte{'\r'}, []byte{'\n'})
		r.m.LF = true
	case crlf == 0:
		r.m.LF = true
		r.note("bare-cr", "", 1, strconv.Itoa(cr)+" times")
	case cr > crlf:
		r.note("bare-cr", "", 1, strconv.Itoa(cr-crlf)+" times")
		fallthrough
	default:
		if lf > crlf {
			r.note("bare-lf", "", 1, strconv.Itoa(lf-crlf)+" of "+strconv.Itoa(lf)+" lines")
		}
	}
}

// line gives the end of the line at pos without its line break, and the start of the next one.
func (r *reader) line(pos int) (end, next int) {
	i := bytes.IndexByte(r.raw[pos:], '\n')
	if i < 0 {
		return len(r.raw), len(r.raw)
	}
	end, next = pos+i, pos+i+1
	if end > pos && r.raw[end-1] == '\r' {
		end--
	}
	return end, next
}
