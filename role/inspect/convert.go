package inspect

import (
	"context"
	"fmt"
	"strings"

	"sekisho"
	"sekisho/mail/message"
	"sekisho/policy"
	"sekisho/wire"
)

// converter makes one kind of conversion. It gives the mail as it becomes, and a note for the trace; "" when there was nothing to do.
type converter func(raw []byte, text string) (out []byte, note string, err error)

// converters has what every conversion of the policy language does.
var converters = map[policy.Action]converter{
	policy.Disclaimer: disclaimer,
	policy.Relink:     relink,
}

// convert makes the conversions in their order. The error is Invalid for one that is not known, so that a mail never goes on without
// what a rule wanted.
func (i *Inspect) convert(ctx context.Context, raw []byte, list []wire.Conversion) (wire.Rewritten, error) {
	w, made := wire.Rewritten{Raw: raw}, map[string]bool{}
	for _, c := range list {
		if policy.Action(c.Action).Keeps() {
			i.take(ctx, &w, c, made)
			continue
		}
		if policy.Action(c.Action).Shares() {
			if err := parcel(&w, c); err != nil {
				return wire.Rewritten{}, err
			}
			continue
		}
		do := converters[policy.Action(c.Action)]
		if do == nil {
			return wire.Rewritten{}, sekisho.E("inspect.convert", sekisho.Invalid, fmt.Errorf("no conversion %q", c.Action))
		}
		out, note, err := do(w.Raw, c.Text)
		if err != nil {
			return wire.Rewritten{}, fmt.Errorf("%s: %w", c.Action, err)
		}
		w.Raw = out
		if note != "" {
			w.Notes = append(w.Notes, note)
		}
	}
	return w, nil
}

// disclaimer puts a text behind the body, once: an answer that quotes it does not get it again.
func disclaimer(raw []byte, text string) ([]byte, string, error) {
	m := message.Read(raw, message.Limit{})
	if p := m.Shown("plain"); p != nil && strings.Contains(squeezed(m.Text(p)), squeezed(text)) {
		return raw, "", nil
	}
	out, err := message.Rewrite(raw, message.Change{Footer: text})
	return out, "", err
}

// squeezed is a text without blanks, line breaks and marks of quotation.
func squeezed(s string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", ">", "", "　", "").Replace(s)
}
