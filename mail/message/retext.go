package message

import (
	"strings"

	"sekisho"
)

// Retext gives raw with every text that is shown (text/plain and text/html that are no attachments) as f gives it; f is given UTF-8 with
// LF at lines' ends. A text that f leaves as it is stays, byte for byte. Texts within signed or encrypted parts, those signed within
// themselves, and attached mails are not offered: closed counts them, so that it can be told.
func Retext(raw []byte, f func(text string, page bool) string) (out []byte, closed int) {
	m := Read(raw, Limit{})
	e := editor{m: m, eol: "\r\n"}
	if m.LF {
		e.eol = "\n"
	}
	closed = e.retext(&m.Root, f)
	if len(e.edits) == 0 {
		return raw, closed
	}
	return e.apply(), closed
}

// armoured begins texts that are signed or encrypted within themselves (RFC 9580 section 6.2).
const armoured = "-----BEGIN PGP "

func (e *editor) retext(p *sekisho.Part, f func(string, bool) string) (closed int) {
	if p.Type == "multipart" {
		if p.Subtype == "signed" || p.Subtype == "encrypted" {
			return 1
		}
		for i := range p.Parts {
			closed += e.retext(&p.Parts[i], f)
		}
		return closed
	}
	if p.Type == "application" && (p.Subtype == "pkcs7-mime" || p.Subtype == "x-pkcs7-mime") {
		return 1
	}
	page := p.Subtype == "html"
	if p.Type != "text" || !page && p.Subtype != "plain" || p.Disposition == "attachment" {
		return 0
	}
	old, _ := Plain(e.m.raw[p.Body.Start:p.Body.End], p.Encoding, Param(p.Params, "charset"), page)
	old = strings.ReplaceAll(old, "\r\n", "\n")
	if strings.Contains(old, armoured) {
		return 1
	}
	made := f(old, page)
	if made == old {
		return 0
	}
	params := []sekisho.Param{{Name: "charset", Value: "utf-8"}}
	for _, x := range p.Params {
		if !page && (x.Name == "format" || x.Name == "delsp") || x.Name == "name" {
			params = append(params, x)
		}
	}
	e.body(p, "text/"+p.Subtype, params, []byte(made))
	return 0
}
