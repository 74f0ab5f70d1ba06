package sieve

import (
	"slices"
	"strings"
	"unicode/utf8"

	"sekisho/mail/reply"
	"sekisho/mail/script"
)

// stored are the flags of the last keep or fileinto tag, or else the internal variable's.
func (r *run) storeFlags(a *argument) []string {
	if a != nil {
		return flagList(r.strs(a))
	}
	return slices.Clone(r.flags)
}

func keep(r *run, n *node) (flow, error) {
	r.ends++
	return on, r.add(n, Action{Kind: Keep, Flags: r.storeFlags(n.tags["flags"])})
}

func discard(r *run, n *node) (flow, error) {
	r.ends++
	return on, r.add(n, Action{Kind: Discard})
}

func checkFileInto(c *checker, n *node) {
	for _, s := range constants(n.pos[0]) {
		if why := folder(s); why != "" {
			c.fault(n.Line, "fileinto: %s", why)
		}
	}
	for _, s := range constants(n.tags["specialuse"]) {
		if !specialUse(s) {
			c.fault(n.Line, "fileinto: %q is no special use: they begin with a backslash, as \\\\Junk does", script.Short(s))
		}
	}
}

func fileInto(r *run, n *node) (flow, error) {
	a := Action{Kind: FileInto, Mailbox: r.str(n.pos[0]), Copy: n.tags["copy"] != nil, Create: n.tags["create"] != nil,
		Flags: r.storeFlags(n.tags["flags"]), SpecialUse: r.str(n.tags["specialuse"])}
	if why := folder(a.Mailbox); why != "" {
		return halt, fail(n, "fileinto: %s", why)
	}
	if strings.EqualFold(a.Mailbox, "INBOX") {
		a.Mailbox = "INBOX"
	}
	if !a.Copy {
		r.ends++
	}
	return on, r.add(n, a)
}

func checkRedirect(c *checker, n *node) {
	if s := n.pos[0].Strings[0]; len(constants(n.pos[0])) > 0 {
		if _, ok := reply.Mailbox(s); !ok {
			c.fault(n.Line, "redirect: %q is no mail address that can be sent to", script.Short(s))
		}
	}
}

func redirect(r *run, n *node) (flow, error) {
	s := r.str(n.pos[0])
	a, ok := reply.Mailbox(s)
	switch {
	case !ok:
		return halt, fail(n, "redirect: %q is no mail address that can be sent to", script.Short(s))
	case r.in.MayRedirect != nil && !r.in.MayRedirect(a):
		return halt, fail(n, "redirect: mail may not be sent on to %s: ask your administrator to allow it", a)
	}
	act := Action{Kind: Redirect, Address: a, Copy: n.tags["copy"] != nil, Mark: r.owner()}
	if r.returned() {
		return on, nil
	}
	if !act.Copy {
		r.ends++
	}
	if err := r.add(n, act); err != nil {
		return halt, err
	}
	count := 0
	for _, b := range r.result.Actions {
		if b.Kind == Redirect {
			count++
		}
	}
	if count > r.limit.Redirects {
		return halt, fail(n, "the number of redirect actions exceeds policy limit: at most %d", r.limit.Redirects)
	}
	return on, nil
}

// owner is the address that redirects are marked with.
func (r *run) owner() string {
	if len(r.in.Addresses) > 0 {
		return r.in.Addresses[0]
	}
	return r.in.To
}

// returned says whether the owner has sent this mail on before: it is not sent again, and stays.
func (r *run) returned() bool {
	return slices.ContainsFunc(r.in.Message.Fields, func(f Field) bool {
		by := strings.TrimSpace(f.Raw)
		return strings.EqualFold(f.Name, LoopField) && (strings.EqualFold(by, r.owner()) || strings.EqualFold(by, r.in.To))
	})
}

func reject(r *run, n *node) (flow, error) {
	kind := Reject
	if n.Name == "ereject" {
		kind = EReject
	}
	r.ends++
	return on, r.add(n, Action{Kind: kind, Text: r.str(n.pos[0])})
}

func checkEdit(c *checker, n *node) {
	if n.Name == "deleteheader" {
		checkMatch(c, n)
		before := len(c.faults)
		if checkIndex(c, n); len(c.faults) > before {
			return
		}
	} else if s := constant(n.pos[1]); s != "" {
		if why := fieldValue(s, c.option.Limit); why != "" {
			c.fault(n.Line, "addheader: %s", why)
		}
	}
	c.names(n, n.pos[0])
}

func fieldValue(s string, l Limit) string {
	switch {
	case len(s) > l.Field:
		return "the field's value is too long"
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && c != '\t' && c != '\r' && c != '\n' || c == 0x7f }):
		return "the field's value has characters that mail cannot have"
	}
	return ""
}

func addHeader(r *run, n *node) (flow, error) {
	name, value := r.str(n.pos[0]), r.str(n.pos[1])
	if !reply.FieldName(name) {
		return halt, fail(n, "addheader: %q cannot be the name of a header field", script.Short(name))
	}
	if why := fieldValue(value, r.limit); why != "" {
		return halt, fail(n, "addheader: %s", why)
	}
	if reply.Protected(name, true) {
		return on, nil
	}
	e := Edit{Name: name, Value: reply.OneLine(value), Last: n.tags["last"] != nil}
	return on, r.edit(n, e)
}

func (r *run) edit(n *node, e Edit) error {
	const most = 100
	if len(r.result.Edits) >= most {
		return fail(n, "the script changes more than %d header fields", most)
	}
	r.result.Edits = append(r.result.Edits, e)
	r.size -= length(r.fields)
	r.fields = apply(r.fields, e)
	r.size += length(r.fields)
	return nil
}

func length(fields []Field) int64 {
	n := 0
	for _, f := range fields {
		if f.Size == 0 {
			f.Size = len(f.Name) + len(f.Raw) + 4
		}
		n += f.Size
	}
	return int64(n)
}

func deleteHeader(r *run, n *node) (flow, error) {
	name := r.str(n.pos[0])
	if !reply.FieldName(name) {
		return halt, fail(n, "deleteheader: %q cannot be the name of a header field", script.Short(name))
	}
	if reply.Protected(name, false) {
		return on, nil
	}
	var at []int
	var list []Field
	for _, f := range r.fields {
		if strings.EqualFold(f.Name, name) {
			at = append(at, len(list))
			list = append(list, f)
		}
	}
	gone := 0
	for _, i := range pick(n, at) {
		if n.pos[1] != nil {
			ok, err := r.compare(n, []string{strings.TrimSpace(list[i].Value)}, n.pos[1])
			if err != nil {
				return halt, err
			}
			if !ok {
				continue
			}
		}
		if err := r.edit(n, Edit{Delete: true, Name: name, Index: i - gone}); err != nil {
			return halt, err
		}
		gone++
	}
	return on, nil
}
