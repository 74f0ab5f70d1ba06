package inspect

import (
	"context"
	"strings"

	"sekisho"
	"sekisho/mail/message"
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
