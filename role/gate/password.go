package gate

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"slices"
	"strings"
	"time"

	"sekisho/policy"
	"sekisho/wire"
)

// The password of an encrypted zip follows its mail later, in a mail of its own, to each recipient; or it goes to the sender alone: where
// the rule says so, and where the mail waits for somebody, since it may never leave. It stands in that mail only, which is sealed as any.

// passwordRule stands in traces for the rule of a mail with a password.
const passwordRule = "password"

// passwordLetters are 32 letters and digits that nobody takes for one another.
const passwordLetters = "abcdefghijkmnpqrstuvwxyz23456789"

// newPassword gives 80 random bits, easy to type.
func newPassword() string {
	b := make([]byte, 16)
	rand.Read(b) // never fails (crypto/rand)
	var out strings.Builder
	for i, x := range b {
		if i > 0 && i%4 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(passwordLetters[x%32])
	}
	return out.String()
}

// passwords are the mails that carry the passwords of what the outcomes got.
func (in *intake) passwords(ctx context.Context, outcomes []outcome, took time.Duration) ([]arrival, error) {
	var out []arrival
	told := map[string]bool{}
	for _, o := range outcomes {
		c, shares := o.decision.Share()
		if !shares || c.Action != policy.Encrypt || o.fate != wire.FateQueue && o.fate != wire.FateMailbox && o.fate != wire.FateHold {
			continue
		}
		r, err := in.rendition(ctx, variantOf(o), o)
		if err != nil {
			return nil, err
		}
		if r.password == "" {
			continue
		}
		to := o.address
		if c.Text == policy.ToSender || o.fate == wire.FateHold {
			to = in.envelope.From
		}
		key := fmt.Sprint(to, "\x00", o.contract.ID, "\x00", o.target.Account, "\x00", r.password)
		if told[key] || to == "" {
			continue
		}
		told[key] = true
		more, err := in.tellPassword(ctx, o, to, c.For, r.password, took)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// tellPassword makes one mail with a password.
func (in *intake) tellPassword(ctx context.Context, o outcome, to string, later time.Duration, password string, took time.Duration) ([]arrival, error) {
	sub := &intake{transaction: &transaction{envelope: in.envelope, trace: in.trace, recipients: in.recipients}, gate: in.gate, account: in.account, domains: in.domains}
	sub.raw = in.passwordMail(o, to, password)
	s, err := sub.summary(ctx, sub.raw)
	if err != nil {
		return nil, err
	}
	o.report, o.edits, o.sorted, o.mailbox, o.flags = &report{Report: s}, nil, false, "", nil
	o.decision = policy.Decision{Action: policy.Pass, Rule: passwordRule, Reason: "the password of the encrypted attachments"}
	list := []outcome{o}
	if to == o.address {
		sub.until = in.envelope.At.Add(later)
		if !in.until.IsZero() {
			sub.until = in.until.Add(later)
		}
	} else {
		if o.contract, err = in.gate.directory.contract(ctx, in.envelope.Contract, 0); err != nil {
			return nil, err
		}
		if list, err = in.elsewhere(ctx, o, to); err != nil {
			return nil, err
		}
	}
	sub.draft = 0
	return sub.arrivals(ctx, list, took)
}

// passwordMail writes it in the sender's name, in Japanese and English where the mail was Japanese, else in English.
func (in *intake) passwordMail(o outcome, to, password string) []byte {
	subject := o.report.Summary.Subject
	title := "Password of the attachments"
	text := "The password of the encrypted attachments of this mail:\r\n\r\n    Subject: " + line(subject) + "\r\n    Password: " + password + "\r\n"
	if o.contract.Language == "ja" || slices.ContainsFunc([]rune(subject), func(r rune) bool { return r >= 0x3040 && r <= 0x30ff }) {
		title = "添付ファイルのパスワード / " + title
		text = "次のメールの、暗号化した添付ファイルのパスワードです。\r\n\r\n    件名: " + line(subject) + "\r\n    パスワード: " + password + "\r\n\r\n" + text
	}
	if to == in.envelope.From && to != o.address {
		title += " (" + o.address + ")"
		text += "\r\n    To: " + o.address + "\r\n"
	}
	from := in.envelope.From
	which := sha256.Sum256([]byte(to + "\x00" + o.address)) // each mail has a name of its own
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	var body strings.Builder
	for len(encoded) > 76 {
		body.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	body.WriteString(encoded + "\r\n")
	head := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s.%x.password@%s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
		from, to, mime.BEncoding.Encode("utf-8", title), in.envelope.At.Format(time.RFC1123Z), in.trace, which[:8], in.gate.config.Name)
	return []byte(head + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body.String())
}

// line is a text without line breaks.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
