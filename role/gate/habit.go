package gate

import (
	"context"
	"fmt"
	"strings"

	"sekisho"
	"sekisho/mail/missend"
	"sekisho/search"
	"sekisho/wire"
)

// unusual adds what is unusual about the recipients, asked once for a mail. What was found stands among the findings of the trace, too.
func (in *intake) unusual(ctx context.Context, o *outcome) error {
	if in.habit == nil {
		got, err := wire.StoreHabit.Ask(ctx, in.gate.peers.Store, wire.HabitQuery{Contract: o.contract.ID, From: in.envelope.From, Outside: o.facts.Outside, Named: o.contract.documents})
		if err != nil {
			return err
		}
		in.habit = &got
		in.others = others(o, got.Named)
		o.report.Findings = append(o.report.Findings, append(habits(got), wrongDocument(in.others)...)...)
	}
	o.facts.Rare, o.facts.Apart, o.facts.Others, o.facts.Findings = in.habit.Rare, len(in.habit.Apart), in.others, o.report.Findings
	return nil
}

// others are the organisations of the shared address book that the text or the name of a file is addressed to although the mail does not go
// there.
func others(o *outcome, named []wire.Organisation) []string {
	known := map[string][]string{}
	for _, x := range named {
		if name := search.Fold(x.Name); name != "" {
			known[name] = append(known[name], x.Domains...)
		}
	}
	text := search.Fold(missend.OwnWords(o.report.Text) + "\n" + strings.Join(o.facts.Attachments, "\n"))
	return missend.Elsewhere(text, known, missend.Organisations(o.facts.Outside))
}

// wrongDocument says that as a finding.
func wrongDocument(others []string) []sekisho.Finding {
	if len(others) == 0 {
		return nil
	}
	return []sekisho.Finding{{Kind: sekisho.KindLeak, Name: "wrong-document", Count: len(others), Where: "body",
		Evidence: fmt.Sprintf("addressed to %s, which is no recipient: 宛先に含まれない取引先宛ての文面またはファイル名", brief(others[0]))}}
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
