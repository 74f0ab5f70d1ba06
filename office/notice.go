package office

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"time"
)

// Notice is a mail of the installation's own to one of its people.
type Notice struct {
	To, Subject, Text string
	At                time.Time
}

// Mail writes it, for an envelope with the null sender.
func (n Notice) Mail(host string) []byte {
	body := base64.StdEncoding.EncodeToString([]byte(n.Text))
	var lines strings.Builder
	for len(body) > 76 {
		lines.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	lines.WriteString(body + "\r\n")
	return []byte(fmt.Sprintf("From: <postmaster@%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%d.notice@%s>\r\nMIME-Version: 1.0\r\n"+
		"Auto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		host, n.To, mime.BEncoding.Encode("utf-8", n.Subject), n.At.Format(time.RFC1123Z), n.At.UnixNano(), host, lines.String()))
}
