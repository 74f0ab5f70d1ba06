package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
)

// keepOriginal is how long quarantine keeps a mail of which something was taken out, when the rule says nothing.
const keepOriginal = 14 * 24 * time.Hour

// Keeps says whether an action takes something out of a mail, so that quarantine keeps it as it came for a time.
func (a Action) Keeps() bool { return a == StripMacro || a == RemoveAttachment || a == Sanitise }

// AnyAttachment is the kind that every attachment is of.
const AnyAttachment = "all"

// removable are the kinds of findings that remove-attachment goes by.
var removable = [...]sekisho.Kind{sekisho.KindVirus, sekisho.KindMacro, sekisho.KindActive, sekisho.KindEncrypted, sekisho.KindExecutable, sekisho.KindBomb,
	sekisho.KindAmbiguous, sekisho.KindURL, sekisho.KindPhish}

// Kinds reads the argument of remove-attachment: kinds of findings, endings of names with a dot (".zip"), and "all". Without any, they
// are those that carry code or hide from inspection. The error names the word that is none.
func Kinds(text string) ([]string, error) {
	list := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\r' })
	if len(list) == 0 {
		return []string{string(sekisho.KindVirus), string(sekisho.KindExecutable), string(sekisho.KindMacro), string(sekisho.KindEncrypted)}, nil
	}
	for _, w := range list {
		ending := len(w) > 1 && w[0] == '.'
		if !ending && w != AnyAttachment && !slices.Contains(removable[:], sekisho.Kind(w)) {
			return nil, fmt.Errorf("no kind %q: write kinds of findings (%s), endings such as \".zip\", or \"all\"", w, strings.Trim(fmt.Sprint(removable), "[]"))
		}
	}
	return list, nil
}

// attachments checks the arguments of the actions that change attachments.
func (c *compiled) attachments() error {
	if c.Action != RemoveAttachment && strings.TrimSpace(c.Text) != "" {
		return fmt.Errorf("%s takes no text", c.Action)
	}
	if c.Action == RemoveAttachment {
		_, err := Kinds(c.Text)
		return err
	}
	return nil
}

// Keep is how long quarantine keeps the mail as it came when one of the actions took something out of it: the longest that a rule says.
func (d Decision) Keep(took []string) time.Duration {
	var most time.Duration
	for _, c := range d.Conversions {
		if slices.Contains(took, string(c.Action)) {
			most = max(most, c.Keep)
		}
	}
	return most
}

// elsewhere are conversions whose original somebody else has: the sender.
func elsewhere(list []Conversion) []Conversion {
	out := slices.Clone(list)
	for i := range out {
		out[i].Keep = 0
	}
	return out
}
