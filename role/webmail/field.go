package webmail

import (
	"mime"
	netmail "net/mail"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/header"
)

// fields are header fields as they stand in the mail.
type fields []header.Field

// raw is a field's value as it stands, without the name and the last line break.
func raw(f header.Field) string {
	_, v, _ := strings.Cut(string(f.Raw), ":")
	return strings.ToValidUTF8(strings.TrimRight(v, "\r\n"), "\ufffd")
}

func (l fields) list() []map[string]string {
	out := []map[string]string{}
	for _, f := range l {
		out = append(out, map[string]string{"name": f.Name, "value": raw(f)})
	}
	return out
}

// form is a property of the kind header:Name:asText:all (RFC 8621 section 4.1.2).
type form struct {
	name string
	as   string
	all  bool
}

func parseForm(property string) (form, bool) {
	rest, is := strings.CutPrefix(property, "header:")
	if !is {
		return form{}, false
	}
	parts := strings.Split(rest, ":")
	f := form{name: parts[0], as: "asRaw"}
	parts = parts[1:]
	if len(parts) > 0 && strings.HasPrefix(parts[0], "as") {
		f.as, parts = parts[0], parts[1:]
	}
	if len(parts) > 0 && parts[0] == "all" {
		f.all, parts = true, parts[1:]
	}
	ok := f.name != "" && len(parts) == 0 && !strings.ContainsFunc(f.name, func(r rune) bool { return r <= ' ' || r > '~' })
	switch f.as {
	case "asRaw", "asText", "asDate", "asMessageIds", "asURLs", "asAddresses", "asGroupedAddresses":
	default:
		ok = false
	}
	return f, ok
}

// value gives the property's value. Addresses of the fields that the summary knows come from there.
func (f form) value(l fields, s *sekisho.Summary) any {
	all := []any{}
	for _, x := range l {
		if x.Is(f.name) {
			all = append(all, f.convert(x, s))
		}
	}
	if f.all {
		return all
	}
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

func (f form) convert(x header.Field, s *sekisho.Summary) any {
	switch f.as {
	case "asText":
		return readable(x.Value())
	case "asDate":
		d, err := netmail.ParseDate(x.Value())
		if err != nil {
			return nil
		}
		return d.Format(time.RFC3339)
	case "asMessageIds":
		return angled(x.Value())
	case "asURLs":
		return angled(x.Value())
	case "asAddresses":
		return addressList(f.addresses(x, s))
	case "asGroupedAddresses":
		return grouped(f.addresses(x, s))
	}
	return raw(x)
}

// readable decodes encoded words in the character sets that need no table; others stay as they are, for whoever can.
func readable(v string) string {
	out, err := (&mime.WordDecoder{}).DecodeHeader(v)
	if err != nil {
		out = v
	}
	return strings.ToValidUTF8(out, "\ufffd")
}

// angled gives what stands in angle brackets.
func angled(v string) any {
	out := []string{}
	for {
		_, rest, found := strings.Cut(v, "<")
		if !found {
			break
		}
		id, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		out = append(out, strings.ToValidUTF8(strings.TrimSpace(id), "\ufffd"))
		v = after
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// addresses gives the addresses of a field.
func (f form) addresses(x header.Field, s *sekisho.Summary) []sekisho.Address {
	if s != nil {
		switch strings.ToLower(f.name) {
		case "from":
			return s.From
		case "sender":
			return s.Sender
		case "reply-to":
			return s.ReplyTo
		case "to":
			return s.To
		case "cc":
			return s.Cc
		case "bcc":
			return s.Bcc
		}
	}
	list, err := netmail.ParseAddressList(x.Value())
	if err != nil {
		return nil
	}
	var out []sekisho.Address
	for _, a := range list {
		local, host := a.Address, ""
		if i := strings.LastIndexByte(a.Address, '@'); i >= 0 {
			local, host = a.Address[:i], a.Address[i+1:]
		}
		out = append(out, sekisho.Address{Name: a.Name, Mailbox: local, Host: host})
	}
	return out
}

func addressList(list []sekisho.Address) []map[string]any {
	out := []map[string]any{}
	for _, a := range list {
		if a.Host != "" {
			out = append(out, map[string]any{"name": orNull(a.Name), "email": a.String()})
		}
	}
	return out
}

// grouped gives addresses with their groups.
func grouped(list []sekisho.Address) []map[string]any {
	out := []map[string]any{}
	var name any
	var members []sekisho.Address
	begun := false
	flush := func() {
		if begun || len(members) > 0 {
			out = append(out, map[string]any{"name": name, "addresses": addressList(members)})
		}
		name, members, begun = nil, nil, false
	}
	for _, a := range list {
		switch {
		case a.Host != "":
			members = append(members, a)
		case a.Mailbox != "":
			flush()
			name, begun = a.Mailbox, true
		default:
			flush()
		}
	}
	flush()
	return out
}
