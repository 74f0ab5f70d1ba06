package inspect

import (
	"fmt"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/mail/weblink"
	"sekisho/scan/url"
)

// mostRelinked bounds the links of one mail that are kept: the ones beyond open nothing.
const mostRelinked = 20_000

// relink has the links of a mail lead over the desk. The text is a weblink.Writer, which gate made for this mail alone; "" means that
// there is no desk.
func relink(raw []byte, text string) ([]byte, string, error) {
	if text == "" {
		return raw, "links stay as they are: this installation has no desk", nil
	}
	w, err := weblink.Parse(text)
	if err != nil {
		return nil, "", sekisho.E("inspect.relink", sekisho.Invalid, err)
	}
	made := map[string]string{}
	over := false
	replace := url.Replace(func(target string) string {
		if l, ok := url.Parse(target); ok && w.Keeps(l.Host) && !l.Odd && !l.User {
			return ""
		}
		to, known := made[target]
		if !known {
			if to, known = w.Link(target); !known || len(made) >= mostRelinked {
				to, over = w.Origin+weblink.Path, true
			}
			made[target] = to
		}
		return to
	})
	out, closed := message.Retext(raw, func(text string, page bool) string {
		if page {
			return replace.Page(text)
		}
		return replace.Text(text)
	})
	return out, relinked(len(made), closed, over), nil
}

// relinked says for the trace what was done.
func relinked(links, closed int, over bool) string {
	var said []string
	if links > 0 {
		said = append(said, fmt.Sprintf("%d links lead over the desk", links))
	}
	if over {
		said = append(said, "links that are too long, or too many, open nothing")
	}
	if closed > 0 {
		said = append(said, "links in signed or encrypted parts stay as they are")
	}
	return strings.Join(said, ", ")
}
