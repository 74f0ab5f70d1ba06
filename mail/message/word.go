package message

import (
	"encoding/base64"
	"strings"
)

// maxWords is how many encoded words of one value are decoded.
const maxWords = 2000

// Words decodes the encoded words of an unstructured value (RFC 2047). Neighbouring words of one character set are put
// together before the characters are read, because many mailers cut characters in two. Raw bytes of eight bits are taken
// for UTF-8 when they are that.
func Words(s string) string {
	if !strings.Contains(s, "=?") {
		return text8(s)
	}
	var out strings.Builder
	var run []byte // decoded bytes of words of one charset
	charset := ""
	flush := func() {
		if len(run) > 0 {
			if e, ok := lookup(charset); ok && (e.table != nil || e.jis || strings.HasPrefix(strings.ToLower(charset), "utf")) {
				out.WriteString(e.decode(run))
			} else {
				out.WriteString(text8(string(run)))
			}
			run = run[:0]
		}
	}
	for n := 0; s != "" && n < maxWords; n++ {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		cs, raw, rest, ok := word(s[i:])
		if !ok {
			flush()
			out.WriteString(text8(s[:i+2]))
			s = s[i+2:]
			continue
		}
		if gap := s[:i]; strings.Trim(gap, " \t\r\n") != "" || n == 0 && gap != "" || len(run) == 0 && out.Len() == 0 {
			flush()
			out.WriteString(text8(gap))
		}
		if !strings.EqualFold(cs, charset) {
			flush()
			charset = cs
		}
		run = append(run, raw...)
		s = rest
	}
	flush()
	out.WriteString(text8(s))
	return out.String()
}

// word reads one encoded word at the start of s.
func word(s string) (charset string, raw []byte, rest string, ok bool) {
	a := strings.IndexByte(s[2:], '?')
	if a <= 0 || a > 40 || len(s) < a+6 || s[a+4] != '?' {
		return "", nil, "", false
	}
	charset, enc, body := s[2:a+2], s[a+3], s[a+5:]
	end := strings.Index(body[:min(len(body), 2000)], "?=")
	if end < 0 {
		return "", nil, "", false
	}
	switch enc {
	case 'B', 'b':
		raw, ok = wordB(body[:end])
	case 'Q', 'q':
		raw, ok = wordQ(body[:end]), true
	}
	return charset, raw, body[end+2:], ok
}

func wordB(s string) ([]byte, bool) {
	s = strings.NewReplacer(" ", "", "\t", "").Replace(strings.TrimRight(s, "= "))
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		raw, _ = Base64([]byte(s))
	}
	return raw, len(raw) > 0 || s == ""
}

func wordQ(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(s) && nibble(s[i+1]) >= 0 && nibble(s[i+2]) >= 0:
			out = append(out, byte(nibble(s[i+1])<<4|nibble(s[i+2])))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out
}
