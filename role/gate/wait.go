package gate

import (
	"time"

	"sekisho/wire"
)

// wait keeps back what somebody sends for as long as his settings have it. What he asked for with the mail counts when it is longer; a rule
// that holds it decides for itself.
func (in *intake) wait() {
	if in.account == nil || in.account.Wait.Minutes <= 0 || in.envelope.Account != in.account.Account {
		return
	}
	outside := false
	for i := range in.recipients {
		r := &in.recipients[i]
		outside = outside || r.Standing == wire.Foreign || r.Contract != in.account.Contract || len(r.Outside) > 0
	}
	if f := in.account.Wait.For; f == "outside" && !outside || f == "inside" && outside {
		return
	}
	if until := in.envelope.At.Add(time.Duration(in.account.Wait.Minutes) * time.Minute); until.After(in.until) {
		in.until, in.waits = until, true
	}
}
