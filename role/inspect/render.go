package inspect

import (
	"context"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/scan/picture"
	"sekisho/scan/render"
	"sekisho/wire"
)

// mostTexts bounds the parts of one question.
const mostTexts = 5000

// text decodes texts of parts: transfer encoding, character set, line ends.
func (i *Inspect) text(_ context.Context, _ sekisho.Caller, q wire.Texts) (wire.DecodedTexts, error) {
	i.count()
	if len(q.Parts) > mostTexts {
		return wire.DecodedTexts{}, sekisho.E("inspect.text", sekisho.TooMany, nil)
	}
	out := wire.DecodedTexts{Texts: make([]wire.DecodedText, len(q.Parts))}
	for n, p := range q.Parts {
		text, problem := message.Plain(p.Body, p.Encoding, p.Charset, p.HTML)
		out.Texts[n] = wire.DecodedText{Text: strings.ReplaceAll(text, "\r\n", "\n"), Problem: problem}
	}
	return out, nil
}

// render makes of a mail what people are shown.
func (i *Inspect) render(ctx context.Context, _ sekisho.Caller, q wire.Render) (wire.Rendered, error) {
	i.count()
	ctx, cancel := context.WithTimeout(ctx, i.config.Time)
	defer cancel()
	m := render.Read(q.Raw, render.Options{Look: i.scanner.Imitation(q.Domains), Desk: q.Desk})
	out := wire.Rendered{Tree: m.Tree.JSON(), Plain: m.Plain}
	for _, p := range m.Pictures {
		out.Pictures = append(out.Pictures, wire.RenderedPicture{Part: p.Part, Data: p.Data, Remote: p.Remote})
	}
	for _, l := range m.Links {
		out.Links = append(out.Links, wire.RenderedLink{Href: l.Href, Host: l.Host, Text: l.Text, Warning: warning(l, q.Language)})
	}
	raw := message.Read(q.Raw, message.Limit{})
	for _, f := range m.Files {
		b, _ := raw.Content(f.Part)
		x := wire.RenderedFile{Part: f.ID, Name: f.Name, Type: f.Part.Type + "/" + f.Part.Subtype, Size: int64(len(b))}
		x.Pages = pages(b)
		x.Danger, x.Reason = i.danger(ctx, f.Name, b, q.Language)
		out.Attachments = append(out.Attachments, x)
	}
	return out, nil
}

// picture makes a picture anew.
func (i *Inspect) picture(_ context.Context, _ sekisho.Caller, q wire.Picture) (wire.MadePicture, error) {
	i.count()
	if q.Most <= 0 || q.Most > 4000 {
		q.Most = 2000
	}
	kind, data, size, err := picture.Remake(q.Data, q.Most)
	if err != nil {
		return wire.MadePicture{}, sekisho.E("inspect.picture", sekisho.Invalid, err)
	}
	return wire.MadePicture{Type: kind, Data: data, Width: size.X, Height: size.Y}, nil
}

// warning says in the reader's language why one should think before following a link.
func warning(l render.Link, language string) string {
	ja := language == "ja"
	say := func(en, japanese string) string {
		if ja {
			return japanese
		}
		return en
	}
	switch l.Warning {
	case render.Elsewhere:
		return say("The text names another address than "+l.Host, "表示とは別の宛先（"+l.Host+"）に移動します")
	case render.Imitates:
		return say(l.Host+" looks like "+l.Like, l.Host+" は "+l.Like+" に似せた名前です")
	case render.Odd:
		return say("The address is written so that it hides "+l.Host, "宛先（"+l.Host+"）が分かりにくい書き方になっています")
	case render.Number:
		return say("The address is a number, not a name", "宛先が名前ではなく数字です")
	case render.Script:
		return say("The name has letters that can look like others", "見分けにくい文字を含む名前です")
	}
	return ""
}

// dangers are the kinds of findings that a person should know of an attachment, worst first, with the reason.
var dangers = []struct {
	kind   sekisho.Kind
	en, ja string
}{
	{sekisho.KindVirus, "Known malware", "既知のマルウェアです"},
	{sekisho.KindExecutable, "It is a program, or hides one", "プログラム、またはプログラムを隠したファイルです"},
	{sekisho.KindBomb, "It expands beyond all limits", "展開すると極端に大きくなります"},
	{sekisho.KindMacro, "It carries macros", "マクロを含んでいます"},
	{sekisho.KindActive, "It has content that acts by itself", "自動的に動作する内容を含んでいます"},
	{sekisho.KindEncrypted, "It is encrypted: nobody could look into it", "暗号化されているため検査できません"},
	{sekisho.KindPhish, "It asks for secrets", "秘密の情報を求めています"},
}

// danger inspects one attachment for its reader.
func (i *Inspect) danger(ctx context.Context, name string, data []byte, language string) (kind, reason string) {
	r := i.scanner.File(ctx, name, data)
	for _, d := range dangers {
		for _, f := range r.Findings {
			if f.Kind == d.kind {
				if language == "ja" {
					return string(d.kind), d.ja
				}
				return string(d.kind), d.en
			}
		}
	}
	return "", ""
}
