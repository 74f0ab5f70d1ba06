package scan

import (
	"bytes"
	"errors"
	"fmt"
	gohtml "html"
	neturl "net/url"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/archive"
	"sekisho/scan/cms"
	"sekisho/scan/draw"
	"sekisho/scan/file"
	"sekisho/scan/html"
	"sekisho/scan/office"
	"sekisho/scan/pdf"
	"sekisho/scan/picture"
	"sekisho/search"
)

// content inspects a file by what it is.
func (j *job) content(t file.Type, name string, data []byte, where string, depth int) {
	ext := file.Ext(name)
	j.fileText(t, name, data, where)
	if t == file.RTF || t == file.HTML || t == file.SVG || t == file.XML || t == file.Unknown {
		data = data[:min(len(data), maxMarkup)]
	}
	j.entities(t, data, where)
	switch {
	case t == file.OLE:
		j.compound(data, where, depth)
	case t == file.RTF:
		j.document(office.RTF(data), where, depth)
	case t == file.Biff:
		j.document(office.Workbook(data), where, depth)
	case t == file.UUE:
		j.inner(uuencoded(data), message.Uudecode(data), where, depth)
	case t == file.Unknown && bytes.HasPrefix(data, []byte("ActiveMime")):
		j.activeMime(data, where, depth)
	case t == file.PDF:
		j.pdf(data, where, depth)
	case t == file.HTML || t == file.SVG || ext == "html" || ext == "htm" || ext == "xhtml" || ext == "shtml" || ext == "svg":
		j.attachedPage(t == file.SVG || ext == "svg", data, where)
	case t == file.XML:
		j.document(office.XML(data), where, depth)
	case t.Picture():
		j.picture(t, data, where)
	case ext == "slk" || bytes.HasPrefix(data, []byte("ID;P")):
		j.document(office.Symbolic(data), where, depth)
	case openpgp(data):
		j.find(sekisho.KindEncrypted, "openpgp", where, 0, "by content")
	case ext == "csv" || ext == "tsv" || ext == "iqy":
		j.document(office.CSV(data), where, depth)
	case t == file.Unknown && ext == "" && len(data) > 60 && base64char(data[0]):
		j.undecoded(data, where)
	case t == file.Unknown && (ext == "eml" || ext == "mht" || ext == "mhtml" || archived(data)) && message.Plausible(bare(data)):
		j.embedded(bare(data), where)
	case t == file.Unknown && (ext == "p7m" || ext == "p7s" || len(data) > 2 && data[0] == 0x30 && data[1] >= 0x80):
		j.signed(data, where)
	}
}

// openpgp says whether a file is a message of OpenPGP that is encrypted: armoured, or beginning with an encrypted session key
// (RFC 9580 sections 5.1 and 5.3).
func openpgp(data []byte) bool {
	if bytes.Contains(data[:min(len(data), 512)], []byte("-----BEGIN PGP MESSAGE-----")) {
		return true
	}
	if len(data) < 16 {
		return false
	}
	algorithm := func(b byte) bool { return b == 1 || b == 2 || b == 16 || b == 18 || b == 25 || b == 26 }
	switch data[0] {
	case 0x84: // an old header with one byte of length
		return data[2] == 3 && algorithm(data[11])
	case 0x85:
		return data[3] == 3 && algorithm(data[12])
	case 0x8c: // by a password
		return data[2] == 4 && data[1] >= 4 && data[1] <= 30 && data[3] <= 13 && data[4] <= 4
	case 0xc1:
		return data[1] < 192 && data[2] == 3 && algorithm(data[11]) || data[3] == 3 && algorithm(data[12])
	case 0xc3:
		return data[1] >= 4 && data[1] <= 60 && (data[2] == 4 || data[2] == 5 || data[2] == 6)
	}
	return false
}

// archived says whether a file is a page with all that belongs to it, as Word and browsers save it, whatever it is called.
func archived(data []byte) bool {
	head := bytes.ToLower(data[:min(len(data), 2048)])
	return bytes.Contains(head, []byte("mime-version:")) && bytes.Contains(head, []byte("multipart/related"))
}

// bare is a page with all that belongs to it without what Word passes over before its header.
func bare(data []byte) []byte {
	if !message.Plausible(data) {
		for i := range min(len(data), 2048) {
			if b := data[i:]; len(b) > 13 && bytes.EqualFold(b[:13], []byte("mime-version:")) {
				return b
			}
		}
	}
	return data
}

// activeMime inspects macros that Word saved with a page.
func (j *job) activeMime(data []byte, where string, depth int) {
	b := office.Mime(data)
	if b == nil {
		j.rep.Unscannable = true
		j.find(sekisho.KindAmbiguous, "unscannable", where, 5, "macros of a page that cannot be read")
		return
	}
	j.find(sekisho.KindActive, "page-objects", where, 2, "objects or macros that Word saved with a page")
	j.inner("editdata.mso", b, where, depth)
}

// uuencoded is the name that a uuencoded file gives itself.
func uuencoded(data []byte) string {
	i := bytes.Index(data, []byte("begin "))
	line, _, _ := bytes.Cut(data[i+6:], []byte("\n"))
	words := strings.SplitN(strings.TrimSpace(string(line)), " ", 2)
	return words[len(words)-1]
}

// signed inspects the mail that stands in what is signed with S/MIME in one piece: nothing in it is hidden, only wrapped.
func (j *job) signed(data []byte, where string) {
	inner := cms.Content(data)
	if len(inner) == 0 {
		switch cms.Kind(data) {
		case cms.Enveloped:
			j.find(sekisho.KindEncrypted, "smime", where, 0, "by content")
		case cms.Compressed:
			j.rep.Unscannable = true
			j.find(sekisho.KindAmbiguous, "unscannable", where, 5, "nobody here reads compressed S/MIME")
		}
		return
	}
	if message.Plausible(inner) {
		j.embedded(inner, where)
		return
	}
	j.inner("content", inner, where, inside)
}

// maxMarkup is how much of a text file is read as a document.
const maxMarkup = 16 << 20

// entities looks for XML that defines entities: a few lines of them expand to gigabytes, or fetch files.
func (j *job) entities(t file.Type, data []byte, where string) {
	if t != file.XML && t != file.SVG {
		return
	}
	n := bytes.Count(data, []byte("<!ENTITY"))
	if n > 0 && t == file.SVG && strings.Contains(strings.ToLower(gohtml.UnescapeString(string(data[:min(len(data), 64<<10)]))), "<script") {
		j.find(sekisho.KindActive, "svg-script", where, 8, "script in an entity")
	}
	switch {
	case n > 2:
		j.find(sekisho.KindBomb, "xml-entities", where, 10, fmt.Sprintf("%d entities", n))
		j.rep.Unscannable = true
	case n > 0:
		j.find(sekisho.KindActive, "xml-entities", where, 3, fmt.Sprintf("%d entities", n))
	}
}

// member looks at a member of a zip that may be a document.
func (j *job) member(m *archive.Member, where string) {
	d := office.Member(m.Name, m.Data)
	if len(d.Facts) > 0 || len(d.Links) > 0 {
		j.document(d, where, 0)
	}
	if low := strings.ToLower(m.Name); strings.HasPrefix(low, "word/vba") || strings.HasSuffix(low, ".bin") && bytes.HasPrefix(m.Data, []byte("\xd0\xcf\x11\xe0")) {
		for _, f := range office.OLE(m.Data).Facts {
			j.fact(f, where)
		}
	}
}

// weights of the facts about documents.
func weight(name string) (sekisho.Kind, float64) {
	switch name {
	case office.Macro:
		return sekisho.KindMacro, 4
	case office.Auto, office.Shell:
		return sekisho.KindMacro, 4
	case office.XLM:
		return sekisho.KindMacro, 6
	case office.DDE:
		return sekisho.KindActive, 10
	case office.Template:
		return sekisho.KindActive, 8
	case office.External:
		return sekisho.KindActive, 4
	case office.ActiveX:
		return sekisho.KindActive, 2
	case office.Object:
		return sekisho.KindActive, 1
	case office.Encrypted:
		return sekisho.KindEncrypted, 3
	case office.Installer:
		return sekisho.KindExecutable, 10
	}
	return sekisho.KindAmbiguous, 3
}

func (j *job) fact(f office.Fact, where string) {
	kind, score := weight(f.Name)
	if f.Name == office.Broken {
		j.rep.Unscannable = true
	}
	j.find(kind, f.Name, where, score, f.Evidence)
	if kind == sekisho.KindMacro {
		j.find(sekisho.KindActive, "macro", where, 0, f.Name)
	}
}

// document states what was found in a document, and inspects the files in it.
func (j *job) document(d *office.Document, where string, depth int) {
	for _, f := range d.Facts {
		j.fact(f, where)
	}
	if len(d.Links) > 0 {
		j.find(sekisho.KindURL, "document-link", where, 0, d.Links[0])
	}
	for _, l := range d.Links {
		j.link(l, "", where)
	}
	for _, f := range d.Files {
		j.inner(f.Name, f.Data, where, depth)
	}
}

// inner inspects a file that stands in a document.
func (j *job) inner(name string, data []byte, where string, depth int) {
	if name == "" {
		name = "object"
	}
	if depth >= deepest {
		j.rep.Unscannable = true
		j.find(sekisho.KindBomb, "depth", short(where), 10, "more documents in documents than are opened")
		return
	}
	j.file(name, data, where+"/"+name, depth+1)
}

// pdf inspects a PDF file.
func (j *job) pdf(data []byte, where string, depth int) {
	d := pdf.Read(data)
	if d.Encrypted && j.another() {
		if open := pdf.Read(data, j.known()...); !open.Encrypted {
			d = open
			j.find(sekisho.KindAmbiguous, "opened", where, 0, openedBy)
		}
	}
	if d.Script {
		j.find(sekisho.KindActive, "pdf-script", where, 4, "JavaScript")
		if d.Auto {
			j.find(sekisho.KindActive, "pdf-auto", where, 2, "acts when it is opened")
		}
	}
	if d.Launch {
		j.find(sekisho.KindActive, "pdf-launch", where, 10, strings.TrimSpace("starts a program "+d.Command))
	}
	if d.Remote != "" {
		j.find(sekisho.KindActive, "pdf-remote", where, 6, "opens a file on a server: "+d.Remote)
	}
	if d.Form {
		j.find(sekisho.KindActive, "pdf-xfa", where, 1, "a form of the XFA kind")
	}
	if d.Submit {
		j.find(sekisho.KindActive, "pdf-submit", where, 3, "sends a form")
	}
	if d.Media {
		j.find(sekisho.KindActive, "pdf-media", where, 2, "rich media")
	}
	if d.Encrypted {
		j.find(sekisho.KindEncrypted, "pdf-password", where, 2, "Encrypt")
	}
	if d.Bomb {
		j.find(sekisho.KindBomb, "pdf", where, 10, "a stream that expands beyond the limits")
		j.rep.Unscannable = true
	}
	if d.Cut {
		j.find(sekisho.KindAmbiguous, "unscannable", where, 1, "not all streams of the PDF could be read")
	}
	if len(d.Links) > 0 {
		j.find(sekisho.KindURL, "document-link", where, 0, d.Links[0])
	}
	for _, l := range d.Links {
		j.link(l, "", where)
	}
	for _, f := range d.Files {
		j.find(sekisho.KindActive, "pdf-file", where, 1, "a file in the PDF")
		j.inner(f.Name, f.Data, where, depth)
	}
	if !d.Encrypted {
		j.pages(data, d.Word, where)
	}
	for _, p := range d.Pictures {
		j.picture(file.Sniff(p), p, where)
	}
	for _, r := range d.Rasters {
		if j.pictures++; j.pictures > 10 || j.ctx.Err() != nil {
			break
		}
		j.codes(picture.Raster(r.Width, r.Height, r.Bits, r.Colours, r.Data), where)
	}
}

// maxPages is how much text of one document is read.
const maxPages = 256 << 10

// pages reads what people see on the pages of a PDF document: links that are only written, personal data, words to be
// found by.
func (j *job) pages(data []byte, word, where string) {
	left := min(maxPages, maxLeakText-j.leaky)
	f, err := pdf.Open(data, word)
	if err != nil || left <= 0 || j.ctx.Err() != nil {
		return
	}
	text := draw.Text(j.ctx, f, left)
	if strings.TrimSpace(text) == "" {
		return
	}
	j.leaky += len(text)
	j.leaks(text, search.Fold(text), where, "")
	j.links(text, where)
	j.papers = append(j.papers, text)
}

// attachedPage inspects HTML or SVG that is attached: it opens in a browser, where everything in it runs.
func (j *job) attachedPage(svg bool, data []byte, where string) {
	p := html.Read(message.Decode(data, declared(data)))
	j.facts.attached = true
	kind := "html"
	if svg {
		kind = "svg"
	}
	if p.Script || p.Handler || p.Scheme {
		score := 4.0
		if svg {
			score = 8
		}
		j.find(sekisho.KindActive, kind+"-script", where, score, "script in an attached page")
	}
	if p.Smuggle {
		j.find(sekisho.KindActive, kind+"-smuggling", where, 6, "script that makes a file")
	}
	if p.Launch {
		j.find(sekisho.KindActive, kind+"-launch", where, 8, "starts a program")
	}
	if p.Command {
		j.find(sekisho.KindActive, kind+"-command", where, 8, "a command line for the clipboard")
	}
	if p.Password {
		j.find(sekisho.KindActive, kind+"-password-form", where, 8, "asks for a password")
		j.find(sekisho.KindPhish, "attached-form", where, 4, "asks for a password")
	} else if p.Form {
		j.find(sekisho.KindActive, kind+"-form", where, 3, "a form")
	}
	if p.Refresh {
		j.find(sekisho.KindActive, kind+"-refresh", where, 4, "leads elsewhere by itself")
	}
	if p.Frame || p.Object {
		j.find(sekisho.KindActive, kind+"-frame", where, 2, "frames or objects")
	}
	if p.Script || p.Handler {
		j.smuggled(data, where)
	}
	for i := range p.Links {
		if l := &p.Links[i]; strings.HasPrefix(l.Target, "http") {
			j.find(sekisho.KindURL, "document-link", where, 0, l.Target)
		}
		j.link(p.Links[i].Target, p.Links[i].Text, where)
	}
}

// smuggled looks for files that stand in a page as base64, to be put together in the browser.
func (j *job) smuggled(data []byte, where string) {
	j.base64Runs(data, func(b []byte) {
		j.find(sekisho.KindActive, "html-smuggling", where, 6, "a file in the script")
		j.inner("script", b, where, inside)
	})
}

// undecoded looks for files that stand as base64 where nothing says so: some programs decode what others show as letters.
func (j *job) undecoded(data []byte, where string) {
	if len(data) > 4<<20 {
		return
	}
	j.base64Runs(data, func(b []byte) {
		j.find(sekisho.KindAmbiguous, "unlabelled-base64", where, 3, "a file in base64 that nothing labels")
		j.inner("base64", b, where, inside)
	})
}

// base64Runs gives the files that long runs of base64 in data stand for; line breaks do not end a run.
func (j *job) base64Runs(data []byte, each func([]byte)) {
	for i, found := 0, 0; i < len(data) && found < 20; {
		n, chars := 0, 0
		for i+n < len(data) && (base64char(data[i+n]) || chars > 0 && (data[i+n] == '\r' || data[i+n] == '\n')) {
			if base64char(data[i+n]) {
				chars++
			}
			n++
		}
		if chars >= 60 {
			b, odd := message.Base64(data[i : i+n])
			if odd == "" && (file.Sniff(b) != file.Unknown || j.s.engine.Find(b) != "") {
				found++
				each(b)
			}
		}
		i += n + 1
	}
}

func base64char(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}

// embeddedData inspects what a link carries in itself: data:image/png;base64,...
func (j *job) embeddedData(raw, where string) {
	head, body, ok := strings.Cut(raw, ",")
	if j.carried++; !ok || j.carried > 50 {
		return
	}
	data := []byte(body)
	if strings.HasSuffix(strings.ToLower(head), "base64") {
		data, _ = message.Base64(data)
	} else if u, err := neturl.PathUnescape(body); err == nil {
		data = []byte(u)
	}
	if len(data) > 0 {
		j.inner("data", data, where, inside)
	}
}

// picture looks for QR codes.
func (j *job) picture(t file.Type, data []byte, where string) {
	if j.pictures++; j.pictures > 10 || j.ctx.Err() != nil {
		return
	}
	texts, err := picture.Codes(t, data)
	if errors.Is(err, picture.ErrLarge) {
		j.find(sekisho.KindURL, "picture-unread", where, 0, err.Error())
	}
	if errors.Is(err, picture.ErrBomb) {
		j.find(sekisho.KindBomb, "picture", where, 10, err.Error())
	}
	j.codes(texts, where)
}

// codes states the texts of QR codes.
func (j *job) codes(texts []string, where string) {
	for _, text := range texts {
		if _, ok := parse(text); ok {
			j.find(sekisho.KindURL, "qr-code", where, 1.5, text)
			j.link(text, "", where)
		} else {
			j.find(sekisho.KindURL, "qr-text", where, 0, fmt.Sprintf("a text of %d bytes", len(text)))
			j.leaks(text, search.Fold(text), where, "")
		}
	}
}
