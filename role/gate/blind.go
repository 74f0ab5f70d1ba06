package gate

import (
	"net/mail"
	"strings"

	"sekisho"
	addr "sekisho/mail/address"
	"sekisho/mail/header"
	"sekisho/wire"
)

// Many recipients outside who do not know each other must not read each other's addresses: where a rule says so, To and Cc of what
// leaves name people inside only, as if the others had stood in Bcc. All get the same copy, and those inside too: who answers to all
// answers to those whom he sees.

// undisclosed stands in To where nobody is left to name (RFC 5322 section 3.4 allows an empty group).
const undisclosed = "undisclosed-recipients:;"

// blind takes the addresses outside out of a mail's header, when To and Cc name more of them than the decision allows.
func (in *intake) blind(o outcome) (raw []byte, note string) {
	if o.decision.Blind == 0 {
		return in.raw, ""
	}
	edits := blinded(in.raw, &o.report.Summary, in.domains, o.decision.Blind)
	if len(edits) == 0 {
		return in.raw, ""
	}
	return edited(in.raw, edits), "addresses outside were taken from To and Cc"
}

// blinded are the changes of a header that take the addresses outside out of To and Cc; none when there are at most `most`.
func blinded(raw []byte, s *sekisho.Summary, domains []string, most int) (edits []wire.FieldEdit) {
	own := map[string]bool{}
	for _, d := range domains {
		own[strings.ToLower(d)] = true
	}
	seen := map[string]bool{}
	to, cc := insideOnly(s.To, own, seen), insideOnly(s.Cc, own, seen)
	if len(seen) <= most {
		return nil
	}
	fields, _ := header.Split(raw)
	for _, name := range []string{"To", "Cc"} {
		for range header.Count(fields, name) {
			edits = append(edits, wire.FieldEdit{Delete: true, Name: name})
		}
	}
	if to == "" {
		to = undisclosed
	}
	edits = append(edits, wire.FieldEdit{Last: true, Name: "To", Value: to})
	if cc != "" {
		edits = append(edits, wire.FieldEdit{Last: true, Name: "Cc", Value: cc})
	}
	return edits
}

// insideOnly lists the addresses of own domains; the others are noted in seen.
func insideOnly(list []sekisho.Address, own, seen map[string]bool) string {
	var out []string
	for _, a := range list {
		if !own[strings.ToLower(addr.Domain(a.String()))] {
			seen[strings.ToLower(a.String())] = true
			continue
		}
		m := mail.Address{Name: a.Name, Address: a.String()}
		out = append(out, m.String())
	}
	return strings.Join(out, ",\n ")
}

// importance is what the sender's mail program says of the mail: "high", "normal" or "low" (RFC 2156 section 5.3.4, and the fields
// X-Priority and X-MSMail-Priority that programs write in its place).
func importance(raw []byte) string {
	fields, _ := header.Split(raw)
	for _, f := range fields {
		v := strings.ToLower(strings.TrimSpace(f.Value()))
		switch {
		case f.Is("Importance") && v == "high", f.Is("X-MSMail-Priority") && v == "high", f.Is("Priority") && v == "urgent",
			f.Is("X-Priority") && (strings.HasPrefix(v, "1") || strings.HasPrefix(v, "2")):
			return "high"
		case f.Is("Importance") && v == "low", f.Is("X-MSMail-Priority") && v == "low", f.Is("Priority") && v == "non-urgent",
			f.Is("X-Priority") && (strings.HasPrefix(v, "4") || strings.HasPrefix(v, "5")):
			return "low"
		}
	}
	return "normal"
}
