package inspect

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/policy"
	"sekisho/scan"
	"sekisho/scan/file"
	"sekisho/scan/office"
	"sekisho/wire"
)

// taker changes one attachment. It gives what stands in its place, and why, for people and for the trace; nil leaves it.
type taker func(ctx context.Context, t *taking, p *sekisho.Part) *message.Piece

// takers has what the actions do that go over the attachments one by one.
var takers = map[policy.Action]taker{
	policy.StripMacro:       stripMacro,
	policy.RemoveAttachment: removeAttachment,
}

// taking is one conversion of one mail.
type taking struct {
	scanner  *scan.Scanner
	mail     *message.Message
	kinds    []string // of attachments to remove
	kept     bool     // quarantine has the original
	whole    bool     // a virus was found that may be in every attachment
	text     string   // of the mail, in which passwords may stand
	japanese bool
	notes    []string
}

// take makes one conversion that goes over the attachments. made has the notes that earlier ones put in: they stay.
func (i *Inspect) take(ctx context.Context, w *wire.Rewritten, c wire.Conversion, made map[string]bool) {
	m := message.Read(w.Raw, message.Limit{})
	t := &taking{scanner: i.scanner, mail: m, kept: c.Kept, whole: c.Whole, text: words(m)}
	t.japanese = strings.ContainsFunc(t.text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) })
	t.kinds, _ = policy.Kinds(c.Text) // what a policy cannot hold falls back to nothing but "all" below
	if t.kinds == nil {
		t.kinds = []string{policy.AnyAttachment}
	}
	if c.Action == string(policy.Sanitise) {
		w.Raw, w.Took = t.sanitise(ctx), append(w.Took, c.Action)
		w.Notes = append(w.Notes, t.notes...)
		return
	}
	var list []message.Piece
	do := takers[policy.Action(c.Action)]
	attachments(&m.Root, func(p *sekisho.Part) {
		if data, _ := m.Content(p); made[strings.ReplaceAll(string(data), "\r\n", "\n")] {
			return
		}
		if x := do(ctx, t, p); x != nil {
			list = append(list, *x)
			made[string(x.Data)] = x.Type == "text/plain" && x.Attached
		}
	})
	if len(list) == 0 {
		return
	}
	w.Raw = m.Replace(list)
	w.Notes = append(w.Notes, t.notes...)
	w.Took = append(w.Took, c.Action)
}

// attachments goes over the parts of a mail that are not its text.
func attachments(p *sekisho.Part, each func(*sekisho.Part)) {
	if len(p.Parts) > 0 {
		for i := range p.Parts {
			attachments(&p.Parts[i], each)
		}
		return
	}
	if p.Type == "text" && (p.Subtype == "plain" || p.Subtype == "html") && p.Disposition != "attachment" && message.Filename(p) == "" {
		return
	}
	if p.Type == "message" && (p.Subtype == "delivery-status" || p.Subtype == "disposition-notification") {
		return
	}
	each(p)
}

// called is the name of an attachment; one without a name gets that of its kind.
func called(p *sekisho.Part) string {
	if n := message.Filename(p); n != "" {
		return n
	}
	if p.Type == "message" {
		return "mail.eml"
	}
	return ""
}

// found are the kinds of findings in a file that count.
func (t *taking) found(ctx context.Context, name string, data []byte) []string {
	var kinds []string
	for _, f := range t.scanner.Attachment(ctx, t.text, name, data).Findings {
		if (f.Score > 0 || f.Score == 0 && f.Kind != sekisho.KindAmbiguous) && !slices.Contains(kinds, string(f.Kind)) {
			kinds = append(kinds, string(f.Kind))
		}
	}
	return kinds
}

// stripMacro takes the macros out of a document; where that cannot be done, it takes the whole file away.
func stripMacro(ctx context.Context, t *taking, p *sekisho.Part) *message.Piece {
	data, _ := t.mail.Content(p)
	name := called(p)
	if !slices.Contains(t.found(ctx, name, data), string(sekisho.KindMacro)) {
		return nil
	}
	if file.Sniff(data) == file.Zip {
		out, removed, err := office.Strip(data)
		plain := office.PlainName(name)
		if err == nil && len(removed) > 0 && !slices.Contains(t.found(ctx, plain, out), string(sekisho.KindMacro)) {
			t.note("macros taken out of " + name)
			return &message.Piece{Part: p, Type: officeType(plain), Name: plain, Attached: p.Disposition != "inline", Data: out, Identified: true}
		}
	}
	return t.instead(p, data, []string{string(sekisho.KindMacro)})
}

// removeAttachment puts a note in the place of a file of one of the kinds.
func removeAttachment(ctx context.Context, t *taking, p *sekisho.Part) *message.Piece {
	data, err := t.mail.Content(p)
	name := called(p)
	why := t.wanted([]string{policy.AnyAttachment, "." + file.Ext(name)})
	if why == nil {
		why = t.wanted(t.found(ctx, name, data))
	}
	if why == nil && t.whole {
		why = t.wanted([]string{string(sekisho.KindVirus)})
	}
	if why == nil && err != nil {
		why = t.wanted([]string{string(sekisho.KindAmbiguous)})
	}
	if why == nil {
		return nil
	}
	return t.instead(p, data, why)
}

// wanted are those of the kinds that are to be removed.
func (t *taking) wanted(kinds []string) []string {
	var out []string
	for _, k := range kinds {
		if slices.Contains(t.kinds, k) {
			out = append(out, k)
		}
	}
	return out
}

// instead is a note in the place of a file.
func (t *taking) instead(p *sekisho.Part, data []byte, why []string) *message.Piece {
	name := called(p)
	t.note(fmt.Sprintf("attachment %s removed: %s", name, strings.Join(why, ", ")))
	return t.placard(p, name, data, t.words(why))
}

// placard is the text that stands in the place of a file.
func (t *taking) placard(p *sekisho.Part, name string, data []byte, why string) *message.Piece {
	shown := message.Printable(name)
	sum := sha256.Sum256(data)
	text := fmt.Sprintf("An attachment was removed from this mail.\n\nName: %s\nReason: %s\nSize: %d bytes\nSHA-256: %x\n", shown, why, len(data), sum)
	if t.kept {
		text += "\nThe mail as it came is in quarantine for a time, from where it can be released.\n"
	}
	if t.japanese {
		text = fmt.Sprintf("このメールから添付ファイルを取り除きました。\n\nファイル名: %s\n理由: %s\n大きさ: %d バイト\nSHA-256: %x\n", shown, why, len(data), sum)
		if t.kept {
			text += "\n元のメールは一定期間隔離され、そこから解放できます。\n"
		}
	}
	if shown == "" {
		shown = "attachment"
	}
	return &message.Piece{Part: p, Type: "text/plain", Name: shown + ".txt", Attached: true, Data: []byte(text)}
}

// words says why a file was removed, in the language of the mail.
func (t *taking) words(why []string) string {
	out := make([]string, 0, len(why))
	for _, w := range why {
		p, ok := reasons[w]
		switch {
		case !ok:
			out = append(out, w)
		case t.japanese:
			out = append(out, p[1])
		default:
			out = append(out, p[0])
		}
	}
	sep := ", "
	if t.japanese {
		sep = "、"
	}
	return strings.Join(out, sep)
}

// reasons are the kinds in words, in English and Japanese.
var reasons = map[string][2]string{
	policy.AnyAttachment:           {"attachments are not delivered", "添付ファイルは配送しない設定です"},
	string(sekisho.KindVirus):      {"known malware", "既知のマルウェア"},
	string(sekisho.KindMacro):      {"contains macros", "マクロを含む"},
	string(sekisho.KindActive):     {"contains active content", "実行される内容を含む"},
	string(sekisho.KindEncrypted):  {"encrypted, cannot be inspected", "暗号化されていて検査できない"},
	string(sekisho.KindExecutable): {"contains a program", "プログラムを含む"},
	string(sekisho.KindBomb):       {"expands beyond the limits", "展開すると上限を超える"},
	string(sekisho.KindAmbiguous):  {"cannot be read reliably", "確実に読み取れない"},
	string(sekisho.KindURL):        {"contains suspicious links", "疑わしいリンクを含む"},
	string(sekisho.KindPhish):      {"asks for secrets", "秘密情報を求める"},
}

func (t *taking) note(text string) {
	if len(t.notes) < 10 {
		t.notes = append(t.notes, text)
	}
}

// words are the subject and the texts of a mail.
func words(m *message.Message) string {
	text := m.Fields.Subject
	for _, kind := range []string{"plain", "html"} {
		if p := m.Shown(kind); p != nil {
			text += "\n" + m.Text(p)
		}
	}
	return text
}

// officeType is the media type of a document by its name.
func officeType(name string) string {
	const base = "application/vnd.openxmlformats-officedocument."
	switch file.Ext(name) {
	case "docx":
		return base + "wordprocessingml.document"
	case "dotx":
		return base + "wordprocessingml.template"
	case "xlsx":
		return base + "spreadsheetml.sheet"
	case "xltx":
		return base + "spreadsheetml.template"
	case "pptx":
		return base + "presentationml.presentation"
	case "ppsx":
		return base + "presentationml.slideshow"
	case "potx":
		return base + "presentationml.template"
	}
	return "application/octet-stream"
}
