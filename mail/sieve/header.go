package sieve

import (
	"net/mail"
	"slices"
	"strings"

	"sekisho/mail/reply"
	"sekisho/mail/script"
)

func checkIndex(c *checker, n *node) {
	a := n.tags["index"]
	switch {
	case a == nil && n.tags["last"] != nil:
		c.fault(n.Line, "':last' of the %s %s says nothing without ':index'", n.Name, n.spec.sort())
	case a != nil && a.Number == 0:
		c.fault(n.Line, "':index' counts from 1")
	}
}

func checkHeader(c *checker, n *node) {
	checkMatch(c, n)
	checkIndex(c, n)
	checkMime(c, n)
}

func checkAddress(c *checker, n *node) {
	checkMatch(c, n)
	checkIndex(c, n)
	checkMime(c, n)
	for _, s := range constants(n.pos[0]) {
		if !reply.Addressed(s) {
			c.fault(n.Line, "the header field '%s' is not allowed for the address test: it has no addresses", script.Short(s))
			return
		}
	}
}

func checkExists(c *checker, n *node) { checkMime(c, n) }

func checkEnvelope(c *checker, n *node) {
	checkMatch(c, n)
	for _, s := range constants(n.pos[0]) {
		switch strings.ToLower(s) {
		case "from", "to", "auth", "orig_to":
		default:
			c.fault(n.Line, "the envelope has no part '%s': its parts are from, to and auth", script.Short(s))
		}
	}
}

// found are a part's fields of a name, all or the one that :index and :last say.
func (r *run) found(n *node, p *Part, name string) []Field {
	fields := p.Fields
	if p == r.in.Message {
		fields = r.fields
	}
	var list []Field
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			list = append(list, f)
		}
	}
	return pick(n, list)
}

// pick is the element that :index says, counted from the end with :last; all without it.
func pick[T any](n *node, list []T) []T {
	a := n.tags["index"]
	if a == nil {
		return list
	}
	if a.Number > uint64(len(list)) {
		return nil
	}
	i := int(a.Number) - 1
	if n.tags["last"] != nil {
		i = len(list) - int(a.Number)
	}
	return list[i : i+1]
}

func header(r *run, n *node) (bool, error) {
	var values []string
	for _, p := range r.looked(n) {
		for _, name := range r.strs(n.pos[0]) {
			for _, f := range r.found(n, p, name) {
				values = append(values, r.option(n, f)...)
			}
		}
	}
	return r.compare(n, values, n.pos[1])
}

func exists(r *run, n *node) (bool, error) {
	parts := r.looked(n)
	for _, name := range r.strs(n.pos[0]) {
		if !slices.ContainsFunc(parts, func(p *Part) bool { return len(r.found(n, p, name)) > 0 }) {
			return false, nil
		}
	}
	return true, nil
}

func addressTest(r *run, n *node) (bool, error) {
	var values []string
	for _, p := range r.looked(n) {
		for _, name := range r.strs(n.pos[0]) {
			for _, f := range r.found(n, p, name) {
				for _, a := range r.addresses(f.Raw) {
					values = r.addressPart(n, values, a)
				}
			}
		}
	}
	return r.compare(n, values, n.pos[1])
}

// addressPart adds the part of an address that the tags say; nothing when the address has none.
func (r *run) addressPart(n *node, values []string, a string) []string {
	local, domain := a, ""
	if at := strings.LastIndexByte(a, '@'); at >= 0 {
		local, domain = a[:at], a[at+1:]
	}
	switch {
	case n.tags["localpart"] != nil:
		return append(values, reply.Unquote(local))
	case n.tags["domain"] != nil:
		return append(values, domain)
	case n.tags["user"] != nil:
		user, _, _ := r.detail(reply.Unquote(local))
		return append(values, user)
	case n.tags["detail"] != nil:
		if _, d, ok := r.detail(reply.Unquote(local)); ok {
			return append(values, d)
		}
		return values
	}
	return append(values, a)
}

// detail cuts a local part at its first delimiter (RFC 5233).
func (r *run) detail(local string) (user, detail string, ok bool) {
	d := r.in.Delimiter
	if d == "" {
		d = "+"
	}
	i := strings.IndexAny(local, d)
	if i < 0 {
		return local, "", false
	}
	return local[:i], local[i+1:], true
}

// addresses reads an address list. What cannot be read yields the value itself, so that a test can still find it.
func (r *run) addresses(value string) []string {
	if r.in.ReadAddresses != nil {
		return r.in.ReadAddresses(value)
	}
	list, err := mail.ParseAddressList(value)
	if err != nil {
		return []string{strings.TrimSpace(value)}
	}
	var all []string
	for _, a := range list {
		all = append(all, reply.Bare(a.Address))
	}
	return all
}

func envelope(r *run, n *node) (bool, error) {
	var values []string
	for _, part := range r.strs(n.pos[0]) {
		switch strings.ToLower(part) {
		case "from":
			values = r.envelopePart(n, values, r.in.From)
		case "to":
			values = r.envelopePart(n, values, r.in.To)
		case "auth":
			if r.in.Auth != "" {
				values = append(values, r.in.Auth)
			}
		}
	}
	return r.compare(n, values, n.pos[1])
}

// envelopePart is as addressPart; the null sender has the empty string as each of its parts.
func (r *run) envelopePart(n *node, values []string, a string) []string {
	if a == "" && n.tags["detail"] == nil {
		return append(values, "")
	}
	return r.addressPart(n, values, a)
}

func size(r *run, n *node) (bool, error) {
	limit, have := n.pos[0].Number, uint64(max(0, r.in.Size+r.size))
	if n.tags["over"] != nil {
		return have > limit, nil
	}
	return have < limit, nil
}

// body tests the content (RFC 5173): as it is, of parts of some types, or of all text.
func body(r *run, n *node) (bool, error) {
	if n.tags["raw"] != nil {
		if r.in.Raw == nil {
			return false, nil
		}
		return r.compare(n, []string{r.in.Raw()}, n.pos[0])
	}
	var values []string
	for _, p := range under(r.in.Message, nil, 0) {
		switch a := n.tags["content"]; {
		case a != nil:
			if p.Text != nil && slices.ContainsFunc(r.strs(a), func(t string) bool { return ofType(p.Type, t) }) {
				values = append(values, p.Text())
			}
		case p.Plain != nil:
			values = append(values, p.Plain())
		case p.Text != nil && ofType(p.Type, "text"):
			values = append(values, p.Text())
		}
	}
	return r.compare(n, values, n.pos[0])
}

const deepestPart = 100

// ofType says whether a media type is meant by a type, a type with subtype, or "" for any.
func ofType(media, t string) bool {
	t = strings.ToLower(t)
	main, sub, found := strings.Cut(t, "/")
	switch {
	case t == "":
		return true
	case strings.HasPrefix(t, "/") || strings.HasSuffix(t, "/") || strings.Contains(sub, "/"):
		return false
	case found:
		return media == t
	}
	m, _, _ := strings.Cut(media, "/")
	return m == main
}
