package authres

import "strings"

// mostMethods bounds what is read of one field.
const mostMethods = 50

// Parse reads the value of such a field that somebody else wrote, or of ARC-Authentication-Results behind its instance: who says it,
// and what (RFC 8601 section 2.2). Comments are skipped; what cannot be read is left out. Names and results are in lower case, values
// as they are.
func Parse(value string) (id string, methods []Method) {
	for i, words := range clauses(value) {
		if i == 0 {
			if len(words) > 0 {
				id = strings.ToLower(words[0])
			}
			continue
		}
		if m, ok := method(words); ok && len(methods) < mostMethods {
			methods = append(methods, m)
		}
	}
	return id, methods
}

// method reads "dkim=pass reason="..." header.d=a.example".
func method(words []string) (m Method, ok bool) {
	for i, w := range words {
		name, value, found := strings.Cut(w, "=")
		switch {
		case !found || name == "":
			return m, i > 0 // a word by itself ends what can be understood
		case i == 0:
			name, _, _ = strings.Cut(name, "/") // the version of a method
			m.Name, m.Result = strings.ToLower(name), strings.ToLower(value)
		case strings.EqualFold(name, "reason"):
			m.Reason = value
		default:
			m.Properties = append(m.Properties, Property{strings.ToLower(name), value})
		}
	}
	return m, len(words) > 0
}

// Property gives the value of a property; "" when there is none.
func (m Method) Property(name string) string {
	for _, p := range m.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// clauses cuts a value at semicolons, and each part at blanks, outside of quotes and comments. A blank around "=" or "." does not cut.
func clauses(s string) [][]string {
	out := [][]string{nil}
	var word strings.Builder
	open, last := false, byte(0) // a word is open; its last character
	end := func() {
		if open {
			list := &out[len(out)-1]
			*list = append(*list, word.String())
			word.Reset()
			open = false
		}
	}
	blank := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			i = comment(s, i)
			blank = true
		case c <= ' ':
			blank = true
		case c == ';':
			end()
			out, blank = append(out, nil), false
		default:
			if blank && c != '=' && last != '=' {
				end()
			}
			blank, open, last = false, true, c
			if c != '"' {
				word.WriteByte(c)
				continue
			}
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' && i+1 < len(s) {
					i++
				}
				word.WriteByte(s[i])
			}
		}
	}
	end()
	return out
}

// comment gives the place of the parenthesis that closes the one at i, or the end.
func comment(s string, i int) int {
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(s)
}
