package inspect

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
	"unicode"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/policy"
	"sekisho/scan/archive"
	"sekisho/wire"
)

// parcel takes the attachments out of a mail, so that they reach its recipients as a conversion says.
func parcel(w *wire.Rewritten, c wire.Conversion) error {
	if policy.Action(c.Action) == policy.Encrypt {
		return lock(w, c)
	}
	return share(w, c)
}

// lock puts the attachments of a mail into one encrypted zip.
func lock(w *wire.Rewritten, c wire.Conversion) error {
	m := message.Read(w.Raw, message.Limit{})
	parts, files := detachable(m)
	if len(files) == 0 {
		return nil
	}
	var plain []archive.Plain
	name := "attachments.zip"
	for _, f := range files {
		plain = append(plain, archive.Plain{Name: f.Name, Data: f.Data})
		if len(files) == 1 {
			name = f.Name + ".zip"
		}
	}
	zip, err := archive.Lock(plain, c.Password, c.Until, func(b []byte) { rand.Read(b) })
	if err != nil {
		return sekisho.E("inspect.lock", sekisho.Invalid, err)
	}
	out, err := m.Detach(parts, lockNote(c, name, written(m)), &message.Piece{Type: "application/zip", Name: name, Attached: true, Data: zip})
	if err != nil {
		return sekisho.E("inspect.lock", sekisho.Invalid, err)
	}
	w.Raw = out
	w.Took = append(w.Took, c.Action)
	w.Notes = append(w.Notes, "attachments are in an encrypted zip: "+listed(files))
	return nil
}

// lockNote says where the password comes from.
func lockNote(c wire.Conversion, name string, japanese bool) string {
	en := "The attachments of this mail are in the encrypted file " + name + ". Its password comes in another mail."
	ja := "このメールの添付ファイルは、暗号化した " + name + " に入っています。パスワードは別のメールでお送りします。"
	if c.Text == policy.ToSender {
		en = "The attachments of this mail are in the encrypted file " + name + ". Its sender tells you the password."
		ja = "このメールの添付ファイルは、暗号化した " + name + " に入っています。パスワードは送信者からお伝えします。"
	}
	if japanese {
		return ja + "\n\n" + en + "\n"
	}
	return en + "\n"
}

// share takes the attachments out of a mail, for the desk; or says at the end of its text where they are.
func share(w *wire.Rewritten, c wire.Conversion) error {
	m := message.Read(w.Raw, message.Limit{})
	if c.Link != "" {
		return pointOut(w, c, m)
	}
	parts, files := detachable(m)
	if len(files) == 0 {
		return nil
	}
	out, err := m.Detach(parts, "", nil)
	if err != nil {
		return sekisho.E("inspect.share", sekisho.Invalid, err)
	}
	w.Raw, w.Files = out, files
	w.Took = append(w.Took, c.Action)
	w.Notes = append(w.Notes, "attachments wait at the desk: "+listed(files))
	return nil
}

// pointOut puts the note with the link behind the text of a mail, or before a mail that has none that can be changed.
func pointOut(w *wire.Rewritten, c wire.Conversion, m *message.Message) error {
	note := shareNote(c, written(m))
	change := message.Change{Footer: note}
	if m.Shown("plain") == nil && m.Shown("html") == nil {
		change = message.Change{Warning: note}
	}
	out, err := message.Rewrite(w.Raw, change)
	if err != nil {
		return sekisho.E("inspect.share", sekisho.Invalid, err)
	}
	w.Raw = out
	return nil
}

// detachable are the attachments of a mail, and what is in them. Pictures that its page shows stay, and so do signatures.
func detachable(m *message.Message) (parts []*sekisho.Part, files []wire.File) {
	attachments(&m.Root, func(p *sekisho.Part) {
		shown := p.Type == "image" && p.ID != "" && p.Disposition != "attachment"
		if shown || p.Type == "application" && (strings.HasSuffix(p.Subtype, "pkcs7-signature") || p.Subtype == "pgp-signature") {
			return
		}
		data, _ := m.Content(p)
		name := message.Printable(called(p))
		if name == "" {
			name = fmt.Sprintf("attachment-%d", len(files)+1)
		}
		parts, files = append(parts, p), append(files, wire.File{Name: name, Type: p.Type + "/" + p.Subtype, Data: data})
	})
	return parts, files
}

// written says whether a mail is in Japanese.
func written(m *message.Message) (japanese bool) {
	return strings.ContainsFunc(words(m), func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
}

// listed are the names of files, for the trace.
func listed(files []wire.File) string {
	var names []string
	for i, f := range files {
		if i == 10 {
			names = append(names, "...")
			break
		}
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// shareNote is what stands in the mail in place of the files: Japanese and English for who reads the one, English for all others.
func shareNote(c wire.Conversion, japanese bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	names := func() {
		for _, f := range c.Files {
			line("  %s (%s)", f.Name, size(int(f.Size)))
		}
	}
	if japanese {
		line("このメールの添付ファイルは、次のリンクから受け取れます。")
		names()
		line("%s", c.Link)
		if c.Code {
			line("ページを開くと、確認コードがこのメールの宛先に送られます。")
		}
		line("期限: %s", c.Until.In(time.FixedZone("", 9*3600)).Format("2006年1月2日 15:04 (日本時間)"))
		line("")
	}
	line("The attachments of this mail wait for you at this address:")
	if !japanese {
		names()
	}
	line("%s", c.Link)
	if c.Code {
		line("The page has a code sent to the address that this mail was sent to.")
	}
	line("Until: %s", c.Until.UTC().Format("2 January 2006, 15:04 UTC"))
	return b.String()
}

// size is a number of bytes as people read it.
func size(n int) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
