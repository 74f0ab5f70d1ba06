package webmail

import (
	"encoding/json"
	"slices"
	"time"

	"sekisho/mail/jmap"
	"sekisho/wire"
)

// What somebody decides about his own mail, and store must know: who stands in for him while he is away, and how long his mail waits before
// it leaves. Both are objects of which there is one.

func (t *turn) own(q wire.Own) (wire.OwnSetting, error) {
	q.Pass = t.ticket.Pass
	return wire.StoreOwn.Ask(t.ctx, t.w.peers.Store, q)
}

// standIn is for whom somebody stands in.
type standIn struct {
	Address string `json:"address"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

// delegateGet answers Delegate/get.
func (t *turn) delegateGet(a *getArgs) (any, error) {
	return t.getOne(a, 0, func() (any, error) {
		got, err := t.own(wire.Own{})
		out := struct {
			Deputy *string   `json:"deputy"`
			From   *string   `json:"from"`
			Until  *string   `json:"until"`
			For    []standIn `json:"for"`
		}{For: []standIn{}}
		if d := got.Deputy; d.Deputy != "" {
			from, until := utc(d.Since), utc(d.Until)
			out.Deputy, out.From, out.Until = &d.Deputy, &from, &until
		}
		for _, d := range got.For {
			out.For = append(out.For, standIn{d.Address, utc(d.Since), utc(d.Until)})
		}
		return out, err
	})
}

// delegateSet answers Delegate/set: deputy null ends it. Without from it begins now.
func (t *turn) delegateSet(a *setArgs) (any, error) {
	return t.setOne(a, 0, func(patch json.RawMessage) (uint64, *setError, error) {
		var v struct {
			Deputy *string    `json:"deputy"`
			From   *time.Time `json:"from"`
			Until  *time.Time `json:"until"`
		}
		if err := jmap.Decode(patch, &v); err != nil {
			return 0, badProperty(err.Description, err.Arguments...), nil
		}
		d := wire.Deputy{Since: t.w.config.Clock()}
		if v.Deputy != nil && *v.Deputy != "" {
			if v.Until == nil {
				return 0, badProperty("until when", "until"), nil
			}
			d.Deputy, d.Until = *v.Deputy, *v.Until
			if v.From != nil {
				d.Since = *v.From
			}
		}
		if _, err := t.own(wire.Own{Deputy: &d}); err != nil {
			return 0, t.setErrorOf(err), nil
		}
		return 0, nil, nil
	})
}

// sendWait is how long somebody's mail waits before it leaves.
type sendWait struct {
	Minutes int    `json:"minutes"`
	For     string `json:"for"`  // all, outside, inside
	Most    int    `json:"most"` // what the organisation allows; 0: nothing
}

func (t *turn) sendWait() (sendWait, error) {
	got, err := t.own(wire.Own{})
	w := sendWait{min(got.Wait.Minutes, max(got.Most, 0)), got.Wait.For, max(got.Most, 0)}
	if w.For == "" {
		w.For = "all"
	}
	return w, err
}

// sendWaitGet answers SendWait/get.
func (t *turn) sendWaitGet(a *getArgs) (any, error) {
	return t.getOne(a, 0, func() (any, error) { return t.sendWait() })
}

// sendWaitSet answers SendWait/set.
func (t *turn) sendWaitSet(a *setArgs) (any, error) {
	return t.setOne(a, 0, func(patch json.RawMessage) (uint64, *setError, error) {
		w, err := t.sendWait()
		if err != nil {
			return 0, nil, err
		}
		most := w.Most
		if err := jmap.Decode(patch, &w); err != nil {
			return 0, badProperty(err.Description, err.Arguments...), nil
		}
		switch {
		case w.Most != most:
			return 0, badProperty("the organisation's to set", "most"), nil
		case w.Minutes < 0 || w.Minutes > most:
			return 0, badProperty("more than the organisation allows", "minutes"), nil
		case !slices.Contains([]string{"all", "outside", "inside"}, w.For):
			return 0, badProperty("all, outside or inside", "for"), nil
		}
		if _, err := t.own(wire.Own{Wait: &wire.Wait{Minutes: w.Minutes, For: w.For}}); err != nil {
			return 0, t.setErrorOf(err), nil
		}
		return 0, nil, nil
	})
}
