// Package dsn writes delivery status notifications: the mail that tells a sender what became of his.
//
// A notification is a multipart/report (RFC 6522) of three parts: words for people, in their language; fields for programs
// (RFC 3464, with the UTF-8 types of RFC 6533 where addresses need them); and the header of the mail it is about.
package dsn

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// Action is what happened to a recipient (RFC 3464 section 2.3.3).
type Action string

// The actions.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Delivered Action = "delivered"
	Relayed   Action = "relayed"
)

// Recipient is one recipient's part of a report.
type Recipient struct {
	Address  string
	Original string // ORCPT as given: "rfc822;..."; "" when none
	Action   Action
	Status   string    // enhanced status code, "5.1.1"
	Host     string    // the server that said so; "" when none did
	Text     string    // its words
	Until    time.Time // Delayed: when we give up; zero: an administrator decides
}

// Report is all that a notification says.
type Report struct {
	Host       string // our name
	To         string // the sender, to whom it goes
	EnvID      string
	Arrived    time.Time
	Now        time.Time
	ID         string // for Message-ID, unique
	Recipients []Recipient
	Header     []byte // of the mail it is about; cut to mostHeader
	Language   string // "ja": Japanese first; otherwise English first
}

const (
	mostHeader = 64 << 10
	mostText   = 500
)

// Write gives the notification as a mail, ready for an envelope with the null sender (RFC 3464 section 2).
func Write(r Report) []byte {
	var b bytes.Buffer
	boundary := "=_report_" + r.ID
	utf8 := !ascii(r.To)
	for _, x := range r.Recipients {
		utf8 = utf8 || !ascii(x.Address)
	}
	subject := subjectOf(r)
	fmt.Fprintf(&b, "From: Mail Delivery System <mailer-daemon@%s>\r\n", r.Host)
	fmt.Fprintf(&b, "To: <%s>\r\nSubject: %s\r\nDate: %s\r\n", line(r.To), subject, r.Now.Format(time.RFC1123Z))
	fmt.Fprintf(&b, "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n", r.ID, r.Host)
	fmt.Fprintf(&b, "Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"%s\"\r\n\r\n", boundary)
	fmt.Fprintf(&b, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary)
	encode(&b, words(r))
	status, headers := "message/delivery-status", "text/rfc822-headers"
	if utf8 {
		status, headers = "message/global-delivery-status", "message/global-headers"
	}
	fmt.Fprintf(&b, "--%s\r\nContent-Type: %s\r\n\r\n", boundary, status)
	fields(&b, r, utf8)
	b.WriteString("\r\n") // belongs to the boundary: the empty line before it ends the last group of fields
	h := r.Header
	if len(h) > mostHeader {
		h = h[:bytes.LastIndexByte(h[:mostHeader], '\n')+1]
	}
	if !utf8 && !ascii(string(h)) {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: base64\r\n\r\n", boundary, headers)
		encode(&b, string(h))
	} else {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: %s\r\n\r\n%s\r\n", boundary, headers, h)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	return b.Bytes()
}

// subjectOf is Japanese and English; it is encoded, since it goes before old readers too (RFC 2047).
func subjectOf(r Report) string {
	delayed := len(r.Recipients) > 0
	delivered := len(r.Recipients) > 0
	for _, x := range r.Recipients {
		delayed = delayed && x.Action == Delayed
		delivered = delivered && (x.Action == Delivered || x.Action == Relayed)
	}
	ja, en := "配信できませんでした", "Mail not delivered"
	switch {
	case delayed:
		ja, en = "配信が遅れています", "Mail delayed"
	case delivered:
		ja, en = "配信しました", "Mail delivered"
	}
	first, second := en, ja
	if r.Language == "ja" {
		first, second = ja, en
	}
	return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(first+" / "+second)) + "?="
}

func words(r Report) string {
	var ja, en strings.Builder
	ja.WriteString("次のあて先へのメールについてお知らせします。\r\n\r\n")
	en.WriteString("This is about your mail to the following recipients.\r\n\r\n")
	for _, x := range r.Recipients {
		j, e := phrase(x)
		fmt.Fprintf(&ja, "  <%s>\r\n    %s\r\n", line(x.Address), j)
		fmt.Fprintf(&en, "  <%s>\r\n    %s\r\n", line(x.Address), e)
		if x.Text != "" {
			fmt.Fprintf(&ja, "    %s の応答: %s\r\n", or(line(x.Host), r.Host), line(x.Text))
			fmt.Fprintf(&en, "    %s said: %s\r\n", or(line(x.Host), r.Host), line(x.Text))
		}
	}
	if r.Language == "ja" {
		return ja.String() + "\r\n----\r\n\r\n" + en.String()
	}
	return en.String() + "\r\n----\r\n\r\n" + ja.String()
}

func phrase(x Recipient) (ja, en string) {
	switch x.Action {
	case Delayed:
		if x.Until.IsZero() {
			return "まだ届いていません。管理者の判断を待っています。", "It is not delivered yet. It waits for an administrator to decide."
		}
		t := x.Until.UTC().Format("2006-01-02 15:04 MST")
		return "まだ届いていません。" + t + " まで再送を続けます。何もする必要はありません。",
			"It is not delivered yet. We go on trying until " + t + ". You need not do anything."
	case Delivered, Relayed:
		return "届けました。", "It was delivered."
	}
	switch {
	case strings.HasPrefix(x.Status, "5.1."):
		return "届きませんでした。あて先のアドレスに誤りがないか確かめてください。", "It was not delivered. Check that the address is right."
	case strings.HasPrefix(x.Status, "4.2.2"), strings.HasPrefix(x.Status, "5.2.2"):
		return "届きませんでした。相手のメールボックスがいっぱいです。", "It was not delivered: the recipient's mailbox is full."
	case strings.HasPrefix(x.Status, "4."):
		return "期限までに届けられませんでした。", "It could not be delivered in the time allowed."
	case x.Status == "5.7.10":
		return "届きませんでした。相手のサーバーが安全な接続（TLS）に対応していません。", "It was not delivered: the recipient's server has no secure connection (TLS) that can be checked."
	case strings.HasPrefix(x.Status, "5.7."):
		return "相手のサーバーが受け取りを拒みました。", "The recipient's server refused it."
	}
	return "届きませんでした。", "It was not delivered."
}

func fields(b *bytes.Buffer, r Report, utf8 bool) {
	kind := "rfc822"
	if utf8 {
		kind = "utf-8"
	}
	fmt.Fprintf(b, "Reporting-MTA: dns; %s\r\n", r.Host)
	if r.EnvID != "" {
		fmt.Fprintf(b, "Original-Envelope-Id: %s\r\n", line(r.EnvID))
	}
	fmt.Fprintf(b, "Arrival-Date: %s\r\n\r\n", r.Arrived.Format(time.RFC1123Z))
	for _, x := range r.Recipients {
		if x.Original != "" {
			fmt.Fprintf(b, "Original-Recipient: %s\r\n", line(x.Original))
		}
		fmt.Fprintf(b, "Final-Recipient: %s; %s\r\nAction: %s\r\nStatus: %s\r\n", kind, line(x.Address), x.Action, or(x.Status, "5.0.0"))
		if x.Host != "" {
			fmt.Fprintf(b, "Remote-MTA: dns; %s\r\n", line(x.Host))
		}
		if x.Text != "" {
			fmt.Fprintf(b, "Diagnostic-Code: smtp; %s\r\n", line(x.Text))
		}
		if !x.Until.IsZero() {
			fmt.Fprintf(b, "Will-Retry-Until: %s\r\n", x.Until.Format(time.RFC1123Z))
		}
		b.WriteString("\r\n")
	}
}

// line makes foreign text fit into one line of a header: no breaks, no controls, bounded.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > mostText {
		s = strings.ToValidUTF8(s[:mostText], "")
	}
	return s
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func encode(b *bytes.Buffer, text string) {
	s := base64.StdEncoding.EncodeToString([]byte(text))
	for len(s) > 76 {
		b.WriteString(s[:76] + "\r\n")
		s = s[76:]
	}
	b.WriteString(s + "\r\n")
}
