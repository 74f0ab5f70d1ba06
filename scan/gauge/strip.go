package gauge

import (
	"bytes"
	"strings"
)

// receiving says whether a field is written by servers, lists and filters on the receiving side, or names them.
func receiving(name string) bool {
	for _, p := range []string{"received", "delivered-to", "return-path", "x-", "authentication-results", "arc-", "list-", "precedence", "errors-to",
		"sender", "mailing-list", "envelope-to", "old-return-path", "replied", "forwarded", "lines", "status", "resent-", "dkim-signature", "approved", "in-reply-to-list"} {
		if strings.HasPrefix(name, p) {
			return !kept(name)
		}
	}
	return false
}

// kept says whether an extension field is written by the sender's own program.
func kept(name string) bool {
	switch name {
	case "x-mailer", "x-priority", "x-msmail-priority":
		return true
	}
	return false
}

// Strip is a mail without the fields that the receiving side writes, with the host of its Message-ID replaced and its date
// moved to now, a date as RFC 5322 writes it ("" leaves it away). What a sender wrote stays as it is.
func Strip(raw []byte, now string) []byte {
	var out bytes.Buffer
	out.Grow(len(raw))
	dropped := false
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			end = len(raw)
		} else {
			end += at + 1
		}
		line := raw[at:end]
		at = end
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			out.Write(line)
			out.Write(raw[at:])
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if !dropped {
				out.Write(line)
			}
			continue
		}
		line, dropped = field(line, now)
		out.Write(line)
	}
	return out.Bytes()
}

// field is one line that begins a field, as Strip leaves it; dropped says that its continuation goes too.
func field(line []byte, now string) (_ []byte, dropped bool) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return nil, true // "From " of mailboxes
	}
	name := strings.ToLower(string(bytes.TrimSpace(line[:colon])))
	switch {
	case receiving(name) || strings.HasPrefix(name, "from "):
		return nil, true
	case name == "date":
		if now == "" {
			return nil, true
		}
		return []byte("Date: " + now + "\n"), true
	case name == "message-id":
		i, k := bytes.IndexByte(line, '@'), bytes.LastIndexByte(line, '>')
		if i > 0 && k > i {
			return []byte(string(line[:i]) + "@host.example" + string(line[k:])), false
		}
	}
	return line, false
}
