package message

// Plausible says whether raw reads like a mail: a header with at least one field that every mail has, and nothing before
// it but the line of a mail box file.
func Plausible(raw []byte) bool {
	r := &reader{raw: raw[:min(len(raw), 64<<10)], lim: Limit{}.filled(), m: &Message{}}
	fields, _ := r.header(0, "", nil)
	known := 0
	for i := range fields {
		if i == 0 && fields[0].Span.Start > 0 && r.m.Ambiguous {
			return false
		}
		switch fields[i].Key {
		case "from", "to", "subject", "received", "message-id", "mime-version", "return-path", "content-type", "delivered-to", "reply-to", "sender", "x-mailer":
			known++
		}
	}
	return known > 0
}
