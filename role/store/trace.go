package store

import (
	"context"
	"encoding/json"
	"fmt"

	"sekisho"
	"sekisho/wire"
)

// traceData is what a row of the trace keeps of a message.
type traceData struct {
	Trace wire.Trace
	For   []decision
}

// decision is what was decided for one recipient.
type decision struct {
	Recipient            string
	Fate                 wire.Fate
	Action, Rule, Reason string `json:",omitempty"`
}

func summaries(list []wire.Delivery) []decision {
	out := make([]decision, len(list))
	for i := range list {
		d := &list[i]
		out[i] = decision{d.Recipient, d.Fate, d.Action, d.Rule, d.Reason}
	}
	return out
}

// refuse answers StoreRefuse. It is written with the next group; the caller does not wait.
func (s *Store) refuse(ctx context.Context, _ sekisho.Caller, q wire.Refusal) (wire.Nothing, error) {
	if q.Contract == 0 || q.Trace.ID == 0 {
		return wire.Nothing{}, sekisho.E("store.refuse", sekisho.Invalid, fmt.Errorf("contract or trace is missing"))
	}
	d := traceData{Trace: q.Trace}
	reason := fmt.Sprintf("%d %s", q.Code, q.Text)
	for _, r := range q.Recipient {
		d.For = append(d.For, decision{r, wire.FateRefuse, "refuse", q.Rule, reason})
	}
	if len(q.Recipient) == 0 {
		d.For = []decision{{"", wire.FateRefuse, "refuse", q.Rule, reason}}
	}
	data, err := json.Marshal(d)
	if err != nil {
		return wire.Nothing{}, sekisho.E("store.refuse", sekisho.Invalid, err)
	}
	who := people(q.Trace.Envelope.From, q.Trace.From, func(yield func(string)) {
		yield(q.Trace.MessageID)
		for _, r := range q.Recipient {
			yield(r)
		}
	})
	o := &op{done: make(chan struct{}), run: func(t *txn) error { return t.insertRefusal(q, who, data) }}
	select {
	case s.ops <- o:
		return wire.Nothing{}, nil
	case <-ctx.Done():
		return wire.Nothing{}, sekisho.E("store.refuse", sekisho.Unavailable, ctx.Err())
	}
}

// most rows of one answer, when the asker does not say.
const usualRows = 1000

// list answers StoreList.
func (s *Store) list(ctx context.Context, _ sekisho.Caller, q wire.List) (out wire.Listed, err error) {
	if q.Most <= 0 || q.Most > 100*usualRows {
		q.Most = usualRows
	}
	r := s.db.Reading(ctx)
	switch q.What {
	case "contract", "domain":
		out.Contracts, err = s.listContracts(r, q)
	case "account":
		out.Accounts, err = listAccounts(r, q)
	case "alias":
		out.Aliases, err = listAliases(r, q)
	case "group":
		out.Groups, err = listGroups(r, q)
	case "quarantine", "hold":
		out.Kept, err = listKept(r, q)
	case "queue":
		out.Queue, err = listQueue(r, q)
	case "trace":
		out.Traces, err = listTraces(r, q)
	case "policy":
		out.Policies, err = listVersions(r, q)
	case "archive":
		out.Archived, err = listArchive(r, q)
	case "learned":
		out.Learned, err = listLearned(r, q)
	default:
		err = sekisho.E("store.list", sekisho.Invalid, fmt.Errorf("no list %q", q.What))
	}
	return out, err
}
