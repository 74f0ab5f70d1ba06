package webmail

import (
	"encoding/json"
	"html"
	"strings"
	"unicode/utf8"

	"sekisho/mail/jmap"
	"sekisho/search"
)

type rawFilter = json.RawMessage

// wordsOf gives the words that a filter looks for in subjects and texts.
func wordsOf(raw json.RawMessage, depth int) ([]string, error) {
	if none(raw) {
		return nil, nil
	}
	var c condition
	if err := jmap.Decode(raw, &c); err != nil {
		return nil, err
	}
	if depth > 6 || len(c.Conditions) > mostConditions {
		return nil, jmap.Fail("unsupportedFilter", "too many conditions")
	}
	var out []string
	for _, x := range c.terms() {
		if x.field == "text" || x.field == "subject" || x.field == "body" {
			out = append(out, x.text)
		}
	}
	if c.Operator == "NOT" {
		return nil, nil
	}
	for _, x := range c.Conditions {
		more, err := wordsOf(x, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// around cuts the place of the first word out of a text.
func around(text string, words []string) string {
	for _, w := range words {
		if at := strings.Index(text, w); at >= 0 {
			from := max(0, at-80)
			for from > 0 && !utf8.RuneStart(text[from]) {
				from--
			}
			to := min(len(text), at+160)
			for to < len(text) && !utf8.RuneStart(text[to]) {
				to++
			}
			return strings.Join(strings.Fields(text[from:to]), " ")
		}
	}
	return ""
}

// marked escapes a text and puts marks around the words; nil when none is in it. Folding may change lengths: what does not
// keep its length is compared letter by letter, which marks less but never wrongly.
func marked(s string, words []string, most int) *string {
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	low := search.Fold(s)
	if len(low) != len(s) {
		low = s
	}
	var b strings.Builder
	found := false
	for i := 0; i < len(s); {
		n := 0
		for _, w := range words {
			if len(w) > n && strings.HasPrefix(low[i:], w) {
				n = len(w)
			}
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s[i:])
			b.WriteString(html.EscapeString(s[i : i+n]))
		} else {
			found = true
			b.WriteString("<mark>" + html.EscapeString(s[i:i+n]) + "</mark>")
		}
		i += n
	}
	if !found {
		return nil
	}
	out := b.String()
	return &out
}
