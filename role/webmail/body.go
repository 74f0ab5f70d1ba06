package webmail

import (
	"strconv"
	"strings"

	"sekisho"
	"sekisho/mail/header"
	"sekisho/mailbox"
)

// body is one part of a mail with its number.
type body struct {
	*sekisho.Part
	id string
}

// bodies are a mail's parts as RFC 8621 section 4.1.4 sorts them.
type bodies struct{ text, html, attached []body }

// sorted sorts the parts of a mail.
func sorted(root *sekisho.Part) *bodies {
	b := &bodies{}
	first := "1"
	if root.Type == "multipart" {
		first = ""
	}
	b.walk([]body{{root, first}}, "mixed", false, &b.text, &b.html)
	return b
}

func partName(p *sekisho.Part) string {
	if n := parameter(p.DispositionParams, "filename"); n != "" {
		return n
	}
	return parameter(p.Params, "name")
}

func parameter(list []sekisho.Param, name string) string {
	for _, p := range list {
		if strings.EqualFold(p.Name, name) {
			return p.Value
		}
	}
	return ""
}

func inlineMedia(p *sekisho.Part) bool {
	return p.Type == "image" || p.Type == "audio" || p.Type == "video"
}

// children gives the parts of a multipart with their numbers.
func children(p body) []body {
	out := make([]body, len(p.Parts))
	for i := range p.Parts {
		id := strconv.Itoa(i + 1)
		if p.id != "" {
			id = p.id + "." + id
		}
		out[i] = body{&p.Parts[i], id}
	}
	return out
}

// walk follows the algorithm of RFC 8621 section 4.1.4. text and html are nil where an alternative excludes them.
func (b *bodies) walk(parts []body, kind string, alternative bool, text, html *[]body) {
	textBefore, htmlBefore := -1, -1
	if text != nil {
		textBefore = len(*text)
	}
	if html != nil {
		htmlBefore = len(*html)
	}
	for i, p := range parts {
		if p.Type == "multipart" {
			b.walk(children(p), p.Subtype, alternative || p.Subtype == "alternative", text, html)
			continue
		}
		readable := p.Type == "text" && (p.Subtype == "plain" || p.Subtype == "html")
		inline := p.Disposition != "attachment" && (readable || inlineMedia(p.Part)) && (i == 0 || kind != "related" && (inlineMedia(p.Part) || partName(p.Part) == ""))
		if !inline {
			b.attached = append(b.attached, p)
			continue
		}
		if kind == "alternative" {
			switch p.Subtype {
			case "plain":
				add(text, p)
			case "html":
				add(html, p)
			default:
				b.attached = append(b.attached, p)
			}
			continue
		}
		if alternative {
			switch p.Subtype {
			case "plain":
				html = nil
			case "html":
				text = nil
			}
		}
		add(text, p)
		add(html, p)
		if (text == nil || html == nil) && inlineMedia(p.Part) {
			b.attached = append(b.attached, p)
		}
	}
	if kind != "alternative" || text == nil || html == nil {
		return
	}
	if textBefore == len(*text) && htmlBefore != len(*html) {
		*text = append(*text, (*html)[htmlBefore:]...)
	}
	if htmlBefore == len(*html) && textBefore != len(*text) {
		*html = append(*html, (*text)[textBefore:]...)
	}
}

func add(list *[]body, p body) {
	if list != nil {
		*list = append(*list, p)
	}
}

// partProperties is what a body part is shown with when nothing else is asked for (RFC 8621 section 4.2).
func partProperties() []string {
	return []string{"partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location"}
}

// part makes an EmailBodyPart. size is that of the content where it is known from the encoding alone, else of the encoded
// bytes, less what base64 adds.
func (x *reading) part(p body, properties []string, deep bool) map[string]any {
	out := map[string]any{}
	for _, name := range properties {
		switch name {
		case "partId":
			out[name] = nil
			if p.Type != "multipart" {
				out[name] = p.id
			}
		case "blobId":
			out[name] = nil
			if p.Type != "multipart" {
				out[name] = x.blobOf(p.id)
			}
		case "size":
			out[name] = decodedSize(p.Part)
		case "name":
			out[name] = orNull(partName(p.Part))
		case "type":
			out[name] = p.Type + "/" + p.Subtype
		case "charset":
			out[name] = charset(p.Part)
		case "disposition":
			out[name] = orNull(p.Disposition)
		case "cid":
			out[name] = orNull(strings.Trim(p.ID, "<> "))
		case "language":
			out[name] = p.Language
		case "location":
			out[name] = orNull(p.Location)
		case "subParts":
			deep = true
		case "headers":
			out[name] = x.partHeader(p).list()
		default:
			if f, ok := parseForm(name); ok {
				out[name] = f.value(x.partHeader(p), nil)
			}
		}
	}
	if deep {
		out["subParts"] = nil
		if p.Type == "multipart" {
			list := []any{}
			for _, c := range children(p) {
				list = append(list, x.part(c, properties, true))
			}
			out["subParts"] = list
		}
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func charset(p *sekisho.Part) any {
	if p.Type != "text" {
		return nil
	}
	if c := parameter(p.Params, "charset"); c != "" {
		return c
	}
	return "us-ascii"
}

func decodedSize(p *sekisho.Part) int64 {
	n := p.Body.Len()
	if p.Encoding == "base64" {
		return (n - n/76*2) * 3 / 4
	}
	return n
}

// partHeader gives the header fields of a part, when the piece that has them is open.
func (x *reading) partHeader(p body) fields {
	if x.mail == nil || x.mail.Summary == nil {
		return nil
	}
	b, ok := x.mail.Cut(p.Header)
	if !ok {
		return nil
	}
	list, _ := header.Split(b)
	return list
}

// content gives a part without its transfer encoding; false when the piece is not open.
func (x *reading) content(p *sekisho.Part) ([]byte, bool) {
	b, ok := x.mail.Cut(p.Body)
	if !ok {
		return nil, false
	}
	return mailbox.Transferred(b, p.Encoding), true
}
