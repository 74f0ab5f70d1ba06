package message

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"sekisho"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Encode writes s as encoded words of UTF-8 where it is not plain ASCII (RFC 2047). Neighbouring words are separated by a
// blank, at which a line can be folded.
func Encode(s string) string {
	if ascii(s) && !strings.Contains(s, "=?") && strings.IndexFunc(s, control) < 0 {
		return s
	}
	var words []string
	for s != "" {
		n := min(len(s), 42) // 42 bytes are 56 characters of base64: a word has at most 75
		for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		if n == 0 {
			n = min(len(s), 42)
		}
		words = append(words, "=?UTF-8?B?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, " ")
}

// Params writes parameters, each on a line of its own: in quotes when they are ASCII, else as RFC 2231 says.
func Params(list []sekisho.Param, eol string) string {
	var b strings.Builder
	for _, p := range list {
		if !token([]byte(p.Name)) || strings.ContainsAny(p.Name, "*'%()<>@,;:\\\"/[]?=") {
			continue
		}
		v := strings.ToValidUTF8(p.Value, "\uFFFD")
		if plainParam(v) {
			b.WriteString(";" + eol + " " + p.Name + "=\"" + v + "\"")
			continue
		}
		extendedParam(&b, p.Name, v, eol)
	}
	return b.String()
}

func plainParam(v string) bool {
	if len(v) > 60 && !strings.HasPrefix(v, "=_") || strings.Contains(v, "=?") || strings.HasSuffix(v, " ") {
		return false
	}
	for i := 0; i < len(v); i++ {
		if v[i] < ' ' || v[i] >= 0x7f || v[i] == '"' || v[i] == '\\' {
			return false
		}
	}
	return true
}

// extendedParam writes a parameter percent-encoded, in sections of at most 60 characters.
func extendedParam(b *strings.Builder, name, v, eol string) {
	var parts []string
	part := "utf-8''"
	for _, r := range []byte(v) {
		c := string(rune(r))
		if !(r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r == '.' || r == '-' || r == '_') {
			c = fmt.Sprintf("%%%02X", r)
		}
		if len(part)+len(c) > 60 {
			parts = append(parts, part)
			part = ""
		}
		part += c
	}
	parts = append(parts, part)
	if len(parts) == 1 {
		b.WriteString(";" + eol + " " + name + "*=" + parts[0])
		return
	}
	for i, p := range parts[:min(len(parts), 60)] {
		b.WriteString(";" + eol + " " + name + "*" + itoa(i) + "*=" + p)
	}
}

// newBoundary is a boundary that does not stand in raw: it is made from its sum, which nobody can put into it, and holds
// "=_", which no encoded text has. All boundaries of one mail have the same length, so none begins another.
func newBoundary(raw []byte, n int) string {
	sum := sha256.Sum256(raw)
	return fmt.Sprintf("=_%s_%05d", hex.EncodeToString(sum[:12]), n)
}

// encodeText encodes a text for transport: quoted-printable when most of it can be read, else base64. Line breaks of text
// become eol.
func encodeText(b []byte, eol string) (encoding, text string) {
	odd := 0
	for _, c := range b {
		if c >= 0x7f || c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == '=' {
			odd++
		}
	}
	if odd*4 > len(b) {
		return "base64", base64Lines([]byte(crlf(string(b))), eol)
	}
	return "quoted-printable", quote(b, eol)
}

// crlf makes every line break CR LF.
func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

// base64Lines encodes b in lines of 76 characters, without a line break at the end.
func base64Lines(b []byte, eol string) string {
	var out strings.Builder
	out.Grow(len(b)*4/3 + len(b)/30 + 8)
	line := make([]byte, 76)
	for len(b) > 0 {
		n := min(len(b), 57)
		m := base64.StdEncoding.EncodedLen(n)
		base64.StdEncoding.Encode(line, b[:n])
		out.Write(line[:m])
		if b = b[n:]; len(b) > 0 {
			out.WriteString(eol)
		}
	}
	return out.String()
}

// quote encodes b as quoted-printable (RFC 2045 section 6.7). CR LF and LF are line breaks, everything else is kept.
func quote(b []byte, eol string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	out.Grow(len(b) + len(b)/10)
	col := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '\n' || c == '\r' && i+1 < len(b) && b[i+1] == '\n' {
			if c == '\r' {
				i++
			}
			out.WriteString(eol)
			col = 0
			continue
		}
		blank := (c == ' ' || c == '\t') && (i+1 == len(b) || b[i+1] == '\n' || b[i+1] == '\r')
		plain := (c == '\t' || c >= ' ' && c < 0x7f) && c != '=' && !blank
		if col == 0 && c == '-' || col == 0 && c == 'F' || col == 0 && c == '.' {
			plain = false // lines that programs on the way take for something else
		}
		need := 1
		if !plain {
			need = 3
		}
		if col+need > 75 {
			out.WriteString("=" + eol)
			col = 0
		}
		if plain {
			out.WriteByte(c)
		} else {
			out.WriteByte('=')
			out.WriteByte(digits[c>>4])
			out.WriteByte(digits[c&15])
		}
		col += need
	}
	return out.String()
}
