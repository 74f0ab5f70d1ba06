package inspect

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/archive"
	"sekisho/scan/draw"
	"sekisho/scan/file"
	"sekisho/scan/html"
	"sekisho/scan/office"
	"sekisho/scan/pdf"
	"sekisho/scan/picture"
)

// Bounds of what is made anew of one mail.
const (
	mostPages   = 20 // of PDF documents that are drawn; of what is behind them only the text is given
	mostFiles   = 50
	mostWords   = 1 << 20 // bytes of one text
	pageTime    = 2 * time.Second
	pageWidth   = 1000
	pictureSide = 2000
)

// sanitiser makes a mail anew from what it shows.
type sanitiser struct {
	*taking
	ctx   context.Context
	text  strings.Builder
	files []message.Piece
	pages int
	depth int
}

// sanitise gives the mail as text, with addresses that nobody can follow by a click, and pictures and texts of what was attached.
func (t *taking) sanitise(ctx context.Context) []byte {
	s := &sanitiser{taking: t, ctx: ctx}
	s.part(t.mail, &t.mail.Root)
	t.note("made anew as text and pictures")
	return t.mail.Compose(disarm(s.text.String()), s.files)
}

// part goes over the parts of a mail: texts that are shown become one text, all others files.
func (s *sanitiser) part(m *message.Message, p *sekisho.Part) {
	switch {
	case p.Type == "multipart" && p.Subtype == "alternative" && len(p.Parts) > 0:
		s.alternative(m, p)
	case p.Type == "message" && len(p.Parts) == 1:
		s.letter(m, &p.Parts[0], p.Message.Subject, from(p.Message))
	case len(p.Parts) > 0:
		for i := range p.Parts {
			s.part(m, &p.Parts[i])
		}
	case p.Type == "text" && (p.Subtype == "plain" || p.Subtype == "html") && p.Disposition != "attachment" && message.Filename(p) == "":
		s.say(read(m, p))
	default:
		s.attached(m, p)
	}
}

// alternative takes the plain text of several forms, or the page's when the plain one says next to nothing; files beside them stay files.
func (s *sanitiser) alternative(m *message.Message, p *sekisho.Part) {
	best := ""
	for _, kind := range []string{"plain", "html"} {
		for i := range p.Parts {
			c := &p.Parts[i]
			if c.Type == "text" && c.Subtype == kind {
				if text := read(m, c); best == "" || len(strings.TrimSpace(best)) < 20 && len(text) > len(best) {
					best = text
				}
			}
		}
	}
	plain := best != ""
	s.say(best)
	for i := range p.Parts {
		if c := &p.Parts[i]; c.Type != "text" || c.Subtype != "plain" && c.Subtype != "html" {
			if c.Type == "multipart" && plain {
				s.beside(m, c)
				continue
			}
			s.part(m, c)
		}
	}
}

// beside takes the files that stand beside a page whose text was already said in plain.
func (s *sanitiser) beside(m *message.Message, p *sekisho.Part) {
	for i := range p.Parts {
		if c := &p.Parts[i]; c.Type == "multipart" {
			s.beside(m, c)
		} else if c.Type != "text" || c.Disposition == "attachment" || message.Filename(c) != "" {
			s.part(m, c)
		}
	}
}

// letter gives a mail that stands in the mail.
func (s *sanitiser) letter(m *message.Message, p *sekisho.Part, subject, sender string) {
	s.say("----------\n" + sender + "\n" + subject + "\n")
	s.part(m, p)
}

func from(f *sekisho.Fields) string {
	if len(f.From) == 0 {
		return ""
	}
	return f.From[0].String()
}

// say adds to the text of the mail.
func (s *sanitiser) say(text string) {
	if left := mostWords - s.text.Len(); left > 0 && strings.TrimSpace(text) != "" {
		s.text.WriteString(strings.ToValidUTF8(text[:min(len(text), left)], "") + "\n")
	}
}

// read is what people read in a text part.
func read(m *message.Message, p *sekisho.Part) string {
	text := strings.ReplaceAll(m.Text(p), "\r\n", "\n")
	if p.Subtype == "html" {
		return html.Read(text).Text
	}
	return text
}

// attached makes a file anew, or says that it is left out.
func (s *sanitiser) attached(m *message.Message, p *sekisho.Part) {
	data, err := m.Content(p)
	name := called(p)
	if len(s.files) >= mostFiles || s.ctx.Err() != nil {
		s.left(p, name, data)
		return
	}
	if p.Type == "message" && err == nil && message.Plausible(data) && s.depth < 5 {
		inner := message.Read(data, message.Limit{})
		s.depth++
		s.letter(inner, &inner.Root, inner.Fields.Subject, from(&inner.Fields))
		s.depth--
		return
	}
	stem := strings.TrimSuffix(name, path.Ext(name))
	if stem == "" {
		stem = "attachment"
	}
	if err != nil || !s.remade(stem, file.Ext(name), data) {
		s.left(p, name, data)
	}
}

// remade makes a file anew by what it is; false when nothing comes of it.
func (s *sanitiser) remade(stem, ext string, data []byte) (done bool) {
	defer func() {
		if recover() != nil {
			done = false
		}
	}()
	switch t := file.Sniff(data); {
	case t.Picture():
		kind, out, _, err := picture.Remake(data, pictureSide)
		if err != nil {
			return false
		}
		s.add(message.Piece{Type: kind, Name: stem + "." + strings.TrimPrefix(kind, "image/"), Attached: true, Data: out})
	case t == file.PDF:
		return s.document(stem, data)
	case t == file.Zip:
		return s.words(stem, s.office(data))
	case t == file.HTML:
		return s.words(stem, html.Read(message.Decode(data, "")).Text)
	case t == file.Unknown && (ext == "txt" || ext == "csv" || ext == "md" || ext == "ics" || ext == "log") && utf8.ValidString(message.Decode(data, "")):
		return s.words(stem, message.Decode(data, ""))
	default:
		return false
	}
	return true
}

// add takes a file that was made anew.
func (s *sanitiser) add(x message.Piece) {
	if len(s.files) < mostFiles {
		s.files = append(s.files, x)
	}
}

// words gives the text of a document as a file.
func (s *sanitiser) words(stem, text string) bool {
	if strings.TrimSpace(text) == "" {
		return false
	}
	text = strings.ToValidUTF8(text[:min(len(text), mostWords)], "")
	s.add(message.Piece{Type: "text/plain", Name: stem + ".txt", Attached: true, Data: []byte(disarm(text))})
	return true
}

// office is what people read in a document of Office since 2007 or of LibreOffice.
func (s *sanitiser) office(data []byte) string {
	var text office.Text
	archive.Walk(s.ctx, file.Zip, data, archive.NewBudget(archive.Limit{}), func(m *archive.Member) {
		if !m.Encrypted && office.Paper(m.Name, m.Data) {
			text.Add(m.Name, m.Data)
		}
	})
	return text.String()
}

// document gives the pages of a PDF document as pictures, and the text of all of them when there are too many.
func (s *sanitiser) document(stem string, data []byte) bool {
	f, err := pdf.Open(data)
	if err != nil || f.Pages() == 0 {
		return false
	}
	drawn := 0
	for n := 1; n <= f.Pages() && s.pages < mostPages && len(s.files) < mostFiles; n++ {
		ctx, cancel := context.WithTimeout(s.ctx, pageTime)
		img, err := draw.Page(ctx, f, n, pageWidth)
		cancel()
		var b bytes.Buffer
		if err != nil || (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img) != nil {
			break
		}
		s.pages++
		drawn++
		s.add(message.Piece{Type: "image/png", Name: fmt.Sprintf("%s-%d.png", stem, n), Attached: true, Data: b.Bytes()})
	}
	if drawn == f.Pages() {
		return true
	}
	return s.words(stem, draw.Text(s.ctx, f, mostWords)) || drawn > 0
}

// left says in the place of a file that it is not delivered.
func (s *sanitiser) left(p *sekisho.Part, name string, data []byte) {
	why := "cannot be shown as text or pictures"
	if s.japanese {
		why = "文字や画像にできない"
	}
	s.note("attachment " + name + " left out")
	s.files = append(s.files, *s.placard(p, name, data, why))
}

// disarm writes the addresses of a text so that no program makes links of them: hxxps://www[.]example[.]com/.
func disarm(text string) string {
	var out strings.Builder
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return !inAddress(r) })
		if n < 0 {
			n = len(text)
		}
		out.WriteString(disarmWord(text[:n]))
		text = text[n:]
		if text != "" {
			_, size := utf8.DecodeRuneInString(text)
			out.WriteString(text[:size])
			text = text[size:]
		}
	}
	return out.String()
}

// inAddress says whether a character can stand in an address in a text.
func inAddress(r rune) bool {
	return r > ' ' && r < 0x7f && !strings.ContainsRune("<>\"'()[]{},;|`", r)
}

// disarmWord changes one word that may be an address.
func disarmWord(w string) string {
	scheme, rest, ok := strings.Cut(w, "://")
	if ok {
		scheme = strings.NewReplacer("http", "hxxp", "HTTP", "HXXP", "Http", "Hxxp", "ftp", "fxp", "FTP", "FXP").Replace(scheme)
		if scheme == w[:len(scheme)] {
			scheme += "[:]//"
		} else {
			scheme += "://"
		}
	} else {
		rest, scheme = w, ""
	}
	host, tail := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, tail = rest[:i], rest[i:]
	}
	if !ok && !named(host) {
		return w
	}
	return scheme + strings.ReplaceAll(host, ".", "[.]") + within(tail)
}

// within changes an address that stands in another.
func within(tail string) string {
	return strings.NewReplacer("http://", "hxxp://", "https://", "hxxps://").Replace(tail)
}

// named says whether a word can be the name of a host: labels with dots between them, the last of letters.
func named(w string) bool {
	if i := strings.LastIndexByte(w, ':'); i > 0 { // a port
		w = w[:i]
	}
	w = strings.TrimRight(w, ".:!")
	i := strings.LastIndexByte(w, '.')
	if i < 1 || strings.Contains(w, "@") || strings.Contains(w, "..") {
		return false
	}
	last := w[i+1:]
	return len(last) >= 2 && strings.Trim(strings.ToLower(last), "abcdefghijklmnopqrstuvwxyz") == "" || strings.HasPrefix(last, "xn--")
}
