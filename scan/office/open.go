package office

import (
	"bytes"
	"html"
	"strings"
)

// openDocument looks at the text of an OpenDocument, whether it is a member of a zip or all in one XML file: scripts in it, events that run
// scripts, and formulas that reach outside.
func (d *Document) openDocument(data []byte) {
	if !bytes.Contains(data, []byte("urn:oasis:names:tc:opendocument:")) {
		return
	}
	if bytes.Contains(data, []byte("source-code")) {
		d.fact(Macro, "the document says so")
	}
	for rest := string(data); ; {
		i := strings.Index(rest, "event-listener ")
		if i < 0 {
			break
		}
		rest = rest[i+15:]
		tag, _, _ := strings.Cut(rest[:min(len(rest), 2000)], ">")
		if href := attribute(tag, "href"); strings.HasPrefix(strings.ToLower(href), "vnd.sun.star.script:") || strings.HasPrefix(strings.ToLower(href), "macro:") {
			d.fact(Auto, "an event runs "+href)
			break
		}
	}
	d.calls(string(data))
	for rest, n := data, 0; n < 100; n++ {
		i := bytes.Index(rest, []byte("binary-data"))
		if i < 0 {
			break
		}
		rest = rest[i+11:]
		d.binData(rest)
	}
}

// calls looks at the formulas of a sheet for those that talk to another program or to a server.
func (d *Document) calls(s string) {
	for {
		i := strings.Index(s, "formula=\"")
		if i < 0 {
			return
		}
		s = s[i+9:]
		end := strings.IndexByte(s, '"')
		if end < 0 {
			return
		}
		f := html.UnescapeString(s[:min(end, 2000)])
		s = s[end:]
		up := strings.ToUpper(strings.ReplaceAll(f, " ", ""))
		if strings.Contains(up, "=DDE(") && !strings.Contains(up, `DDE("SOFFICE"`) {
			d.fact(DDE, f)
		}
		if strings.Contains(up, "WEBSERVICE(") && strings.Contains(up, "://") {
			d.fact(External, f)
		}
	}
}
