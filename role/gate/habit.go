package gate

import (
	"context"
	"fmt"

	"sekisho"
	"sekisho/wire"
)

// unusual adds what is unusual about the recipients, asked once for a mail. What was found stands among the findings of the trace, too.
func (in *intake) unusual(ctx context.Context, o *outcome) error {
	if in.habit == nil {
		got, err := wire.StoreHabit.Ask(ctx, in.gate.peers.Store, wire.HabitQuery{Contract: o.contract.ID, From: in.envelope.From, Outside: o.facts.Outside})
		if err != nil {
			return err
		}
		in.habit = &got
		o.report.Findings = append(o.report.Findings, habits(got)...)
	}
	o.facts.Rare, o.facts.Apart, o.facts.Findings = in.habit.Rare, len(in.habit.Apart), o.report.Findings
	return nil
}

// habits says what is unusual as findings.
func habits(h wire.Habit) (list []sekisho.Finding) {
	if n := len(h.Rare); n > 0 {
		list = append(list, sekisho.Finding{Kind: sekisho.KindLeak, Name: "rare-recipient", Count: n, Where: "envelope",
			Evidence: fmt.Sprintf("hardly anybody here has corresponded with %d of the recipients: ほぼ誰も送受信していない宛先 %d 件", n, n)})
	}
	if n := len(h.Apart); n > 0 {
		list = append(list, sekisho.Finding{Kind: sekisho.KindLeak, Name: "unusual-set", Count: n, Where: "envelope",
			Evidence: fmt.Sprintf("never written to together: %s and %s (%d pairs): 一緒に送ったことのない組み合わせ %d 組", h.Apart[0].One, h.Apart[0].Other, n, n)})
	}
	return list
}
