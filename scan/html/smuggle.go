package html

import (
	"html"
	"strconv"
	"strings"
)

// makers are what scripts make files or further script with, in lower case and without blanks.
var makers = [...]string{"mssaveoropenblob", "mssaveblob", "createobjecturl", "newblob(", "newfile(", "atob(", "['atob']", `["atob"]`, "unescape(", "fromcharcode", "fromcodepoint",
	"webassembly", "application/wasm", "decompressionstream", "data:application/", "showsavefilepicker", "subtle.decrypt", "serviceworker.register", "blobbuilder", ".reverse().join(", "[][(![]", "eval(", "newfunction("}

// launchers begin links that start programs or open what a server gives in one, without a page between.
var launchers = [...]string{"search-ms:", "search:query", "ms-appinstaller:", "ms-msdt:", "ms-officecmd:", "ms-word:", "ms-excel:", "ms-powerpoint:", "ms-visio:", "ms-access:", "ms-project:", "ms-publisher:",
	"ms-infopath:", "ms-cxh", "ms-quick-assist:", "ms-settings:", "shell:", "jnlp:", "jnlps:", "itms-services:", "mhtml:", "ldap:", "wsl:", "javascript:location='search-ms:", "onenote:", "ms-search:"}

// commands are words of command lines that people are made to paste.
var commands = [...]string{"powershell", "mshta", "cmd /c", "cmd.exe", "msiexec", "certutil", "bitsadmin", "wscript", "cscript", "curl ", "rundll32", "regsvr32", "osascript", "| bash", "|bash", "wget ", "iex(", "iex ("}

// Launches says whether an address starts a program when it is followed.
func Launches(address string) bool {
	s := lower(address)
	for _, w := range launchers {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// Server is the file server that an address leads to; "" for none. Following it gives that server the credentials of whoever is signed in.
func Server(address string) string {
	s := strings.ReplaceAll(lower(address), "\\", "/")
	rest, is := strings.CutPrefix(s, "file:")
	host := strings.TrimLeft(rest, "/")
	slashes := len(rest) - len(host)
	if is && slashes != 2 && slashes < 4 || !is && (slashes < 2 || !strings.Contains(address[:2], "\\")) { // "//host" is the scheme of the page's own
		return ""
	}
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, "@") // \\host@80\DavWWWRoot
	if host == "localhost" || len(host) == 2 && host[1] == ':' {
		return ""
	}
	return host
}

// script looks at a piece of script for what makes files, starts programs, or gives people a command to paste.
func (p *page) script(s string) {
	if len(s) > 4<<20 {
		s = s[:4<<20]
	}
	s = joined(s)
	for _, w := range makers {
		p.Smuggle = p.Smuggle || strings.Contains(s, w)
	}
	for _, w := range launchers {
		i := strings.Index(s, w)
		p.Launch = p.Launch || i > 0 && (s[i-1] == '"' || s[i-1] == '\'' || s[i-1] == '`')
	}
	p.clipboard = p.clipboard || strings.Contains(s, "clipboard.writetext") || strings.Contains(s, "clipboard.write(") || strings.Contains(s, "execcommand('copy'") ||
		strings.Contains(s, `execcommand("copy"`) || strings.Contains(s, "clipboarddata.setdata")
}

// pasted says whether a page puts something into the clipboard and has a command line somewhere.
func (p *page) pasted() bool {
	if !p.clipboard {
		return false
	}
	low := strings.ToLower(p.s[:min(len(p.s), 1<<20)])
	for _, w := range commands {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// nested reads the page of a frame that stands in an attribute.
func (p *page) nested(srcdoc string) {
	if p.inner++; p.inner > 20 || len(srcdoc) > 1<<20 {
		return
	}
	q := &page{s: html.UnescapeString(srcdoc), inner: p.inner}
	q.walk()
	p.inner = q.inner
	p.Script, p.Handler, p.Scheme, p.Smuggle = p.Script || q.Script, p.Handler || q.Handler, p.Scheme || q.Scheme, p.Smuggle || q.Smuggle
	p.Form, p.Password, p.Refresh, p.Launch = p.Form || q.Form, p.Password || q.Password, p.Refresh || q.Refresh, p.Launch || q.Launch
	for _, l := range q.Links {
		if len(p.Links) < maxLinks {
			p.Links = append(p.Links, l)
		}
	}
}

// joined is a script in lower case without blanks, its strings that are added up made one, its letters that are written as numbers read.
func joined(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c <= ' ':
			continue
		case c == '\\' && i+3 < len(s) && s[i+1] == 'x':
			if n, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				c, i = byte(n), i+3
			}
		case c == '\\' && i+5 < len(s) && s[i+1] == 'u':
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil && n < 128 {
				c, i = byte(n), i+5
			}
		}
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		out = append(out, c)
		if n := len(out); n >= 3 && out[n-2] == '+' && quote(c) && quote(out[n-3]) { // "ab"+"cd"
			out = out[:n-3]
		}
	}
	return strings.NewReplacer(`['createobjecturl']`, ".createobjecturl", `["createobjecturl"]`, ".createobjecturl", `['blob']`, "newblob(", `["blob"]`, "newblob(", "'blob'", "newblob(", `"blob"`, "newblob(").Replace(string(out))
}

func quote(c byte) bool { return c == '"' || c == '\'' || c == '`' }
