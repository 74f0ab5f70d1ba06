package script

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Decode decodes ${hex:...} and ${unicode:...} in a string (RFC 5228 section 2.4.2.4). What is no
// character of Unicode is told by fault.
func Decode(s string, fault func(string)) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		stop := strings.IndexByte(s, '}')
		kind, digits, found := strings.Cut(s[2:max(2, stop)], ":")
		out, ok := "", false
		if stop > 0 && found {
			switch strings.ToLower(kind) {
			case "hex":
				out, ok = hexadecimal(digits)
			case "unicode":
				out, ok = unicodes(digits, fault)
			}
		}
		if ok {
			b.WriteString(out)
			s = s[stop+1:]
		} else {
			b.WriteString("${")
			s = s[2:]
		}
	}
	b.WriteString(s)
	return b.String()
}

func hexadecimal(s string) (string, bool) {
	var b []byte
	for _, f := range strings.FieldsFunc(s, Blank) {
		v, err := strconv.ParseUint(f, 16, 8)
		if err != nil || len(f) > 2 {
			return "", false
		}
		b = append(b, byte(v))
	}
	return string(b), len(b) > 0
}

func unicodes(s string, fault func(string)) (string, bool) {
	var b []byte
	for _, f := range strings.FieldsFunc(s, Blank) {
		if strings.Trim(f, "0123456789abcdefABCDEF") != "" {
			return "", false
		}
		v, err := strconv.ParseUint(f, 16, 32)
		if err != nil || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
			fault("${unicode:" + Short(f) + "} is no character of Unicode")
			return "", true
		}
		b = utf8.AppendRune(b, rune(v))
	}
	return string(b), len(b) > 0
}

// Blank says whether r is white space of a
func Blank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// Variable says whether s is the name of a variable or the number of a match value.
func Variable(s string) bool {
	if s == "" {
		return false
	}
	if strings.Trim(s, "0123456789") == "" {
		return true
	}
	for i, part := range strings.Split(s, ".") {
		if part == "" || !Letter(part[0]) && (i == 0 || strings.Trim(part, "0123456789") != "") {
			return false
		}
		for k := range len(part) {
			if !Letter(part[k]) && !Digit(part[k]) {
				return false
			}
		}
	}
	return true
}

// ValidName says whether s can be the name of a stored script (RFC 5804 section 1.6).
func ValidName(s string) bool {
	return s != "" && len(s) <= 512 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return c < ' ' || 0x7f <= c && c < 0xa0 || c == 0x2028 || c == 0x2029 || c == '/'
	})
}
