package scan

import (
	"bytes"
	"errors"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/archive"
	"sekisho/scan/file"
	"sekisho/scan/html"
	"sekisho/scan/office"
	"sekisho/scan/pdf"
	"sekisho/scan/picture"
)

// content inspects a file by what it is.
func (j *job) content(t file.Type, name string, data []byte, where string, depth int) {
	ext := file.Ext(name)
	j.fileText(t, name, data, where)
	switch {
	case t == file.OLE:
		j.document(office.OLE(data), where, depth)
	case t == file.RTF:
		j.document(office.RTF(data), where, depth)
	case t == file.PDF:
		j.pdf(data, where, depth)
	case t == file.HTML || t == file.SVG || ext == "html" || ext == "htm" || ext == "xhtml" || ext == "shtml" || ext == "svg":
		j.attachedPage(t == file.SVG || ext == "svg", data, where)
	case t == file.XML:
		j.document(office.XML(data), where, depth)
	case t.Picture():
		j.picture(t, data, where)
	case ext == "csv" || ext == "tsv" || ext == "slk" || ext == "iqy":
		j.document(office.CSV(data), where, depth)
	case t == file.Unknown && (ext == "eml" || ext == "mht" || ext == "mhtml") && message.Plausible(data):
		j.embedded(data, where)
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
	}
	return sekisho.KindAmbiguous, 3
}

func (j *job) fact(f office.Fact, where string) {
	kind, score := weight(f.Name)
	if f.Name == office.Broken {
		j.rep.Unscannable = true
	}
	j.find(kind, f.Name, where, score, f.Evidence)
}

// document states what was found in a document, and inspects the files in it.
func (j *job) document(d *office.Document, where string, depth int) {
	for _, f := range d.Facts {
		j.fact(f, where)
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
	if d.Script {
		j.find(sekisho.KindActive, "pdf-script", where, 4, "JavaScript")
		if d.Auto {
			j.find(sekisho.KindActive, "pdf-auto", where, 2, "acts when it is opened")
		}
	}
	if d.Launch {
		j.find(sekisho.KindActive, "pdf-launch", where, 10, "starts a program")
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
	for _, p := range d.Pictures {
		j.picture(file.Sniff(p), p, where)
	}
}

// attachedPage inspects HTML or SVG that is attached: it opens in a browser, where everything in it runs.
func (j *job) attachedPage(svg bool, data []byte, where string) {
	p := html.Read(message.Decode(data, declared(data)))
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
	for i := range p.Links {
		j.link(p.Links[i].Target, p.Links[i].Text, where)
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
	for _, text := range texts {
		if _, ok := parse(text); ok {
			j.find(sekisho.KindURL, "qr-code", where, 1.5, text)
			j.link(text, "", where)
		} else {
			j.find(sekisho.KindURL, "qr-text", where, 0, text)
		}
	}
}
