package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Times of what leaves beside the mail, where a rule gives none, and how long files can be had at most.
const (
	shareLife     = 14 * 24 * time.Hour
	longestShare  = 30 * 24 * time.Hour
	passwordDelay = 5 * time.Minute
	longestDelay  = 24 * time.Hour
	mostOpens     = 1000
)

// ToSender is the text of an encrypt rule whose password goes to the sender only.
const ToSender = "sender"

// Shares says whether an action takes attachments out of a mail so that they reach its recipients by another way.
func (a Action) Shares() bool { return a == SecureLink || a == Encrypt }

// share checks the arguments of secure-link and encrypt.
func (c *compiled) share() error {
	switch {
	case c.Action != SecureLink && (c.Opens != 0 || c.Code != nil):
		return fmt.Errorf("opens and code are of use with secure-link only")
	case c.Opens < 0 || c.Opens > mostOpens:
		return fmt.Errorf("opens %d: write a number from 1 to %d, or leave it out", c.Opens, mostOpens)
	case c.Action == SecureLink && strings.TrimSpace(c.Text) != "":
		return fmt.Errorf("secure-link takes no text")
	case c.Action == Encrypt && c.Text != "" && c.Text != ToSender:
		return fmt.Errorf("encrypt takes no text, or %q: then the sender alone is told the password", ToSender)
	}
	return nil
}

// shareTime checks how long files can be had, and how late a password follows.
func (c *compiled) shareTime() error {
	if c.Action == SecureLink && c.lasts > longestShare {
		return fmt.Errorf("for %q: files can be had for at most %d hours", c.For, int(longestShare.Hours()))
	}
	if c.Action == Encrypt && c.lasts > longestDelay {
		return fmt.Errorf("for %q: a password follows after at most %d hours", c.For, int(longestDelay.Hours()))
	}
	return nil
}

// addShare takes a wish that attachments leave by another way. The first rule that says how counts: there is nothing left for a second.
func (d *Decision) addShare(r *compiled) {
	if slices.ContainsFunc(d.Conversions, func(c Conversion) bool { return c.Action.Shares() }) {
		return
	}
	d.Conversions = append(d.Conversions, Conversion{Action: r.Action, Rule: r.Name, Text: r.Text, For: r.lasts, Opens: r.Opens, Code: r.Code == nil || *r.Code})
}

// Share gives the conversion by which the attachments leave; false when they leave with the mail.
func (d Decision) Share() (Conversion, bool) {
	i := slices.IndexFunc(d.Conversions, func(c Conversion) bool { return c.Action.Shares() })
	if i < 0 {
		return Conversion{}, false
	}
	return d.Conversions[i], true
}
