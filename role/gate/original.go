package gate

import (
	"context"
	"slices"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// originals adds, for everybody whose rules took something out of the mail, an outcome that keeps it in quarantine as it came. Nothing
// is kept of mail that was sent: its sender has it.
func (in *intake) originals(ctx context.Context, outcomes []outcome) ([]outcome, error) {
	type whose struct {
		contract sekisho.ContractID
		address  string
	}
	done := map[whose]bool{}
	out := slices.Clone(outcomes)
	for _, o := range outcomes {
		if o.facts.Direction != sekisho.Inbound || o.fate != wire.FateMailbox && o.fate != wire.FateQueue ||
			!slices.ContainsFunc(o.decision.Conversions, func(c policy.Conversion) bool { return c.Keep > 0 }) {
			continue
		}
		made, err := in.rendition(ctx, variantOf(o), o)
		if err != nil {
			return nil, err
		}
		keep := o.decision.Keep(made.took)
		if keep == 0 || done[whose{o.contract.ID, o.inside}] {
			continue
		}
		done[whose{o.contract.ID, o.inside}] = true
		o.fate, o.from, o.edits = wire.FateQuarantine, "", nil
		if o.target.Account == 0 && len(o.route) == 0 && o.inside != "" { // it went elsewhere
			o.address = o.inside
		}
		for _, c := range o.decision.Conversions {
			if slices.Contains(made.took, string(c.Action)) {
				o.decision.Rule = c.Rule
			}
		}
		o.decision.Action, o.decision.For = policy.Quarantine, keep
		o.decision.Reason = also("the mail as it came; it was delivered with changes", o.decision.Reason)
		out = append(out, o)
	}
	return out, nil
}
