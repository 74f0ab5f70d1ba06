package webmail

import (
	"encoding/json"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/wire"
)

// Settings of an account are items of which there is one of a kind: the newest counts, so that two tabs that make the first
// one at the same time do no harm.

func signatureKind() kind { return kind{"identity", sekisho.ClassConfig} }

// signature is what people set of an identity.
type signature struct {
	Name    *string   `json:"name"`
	ReplyTo []address `json:"replyTo"`
	Bcc     []address `json:"bcc"`
	Text    string    `json:"textSignature"`
	HTML    string    `json:"htmlSignature"`
}

// setting reads the one item of a kind into v, which keeps its values when there is none.
func (t *turn) setting(k kind, v any) (id sekisho.MessageID, modseq uint64, err error) {
	list, modseq, err := t.items(k, nil, 0)
	if err != nil {
		return 0, 0, err
	}
	newest := uint64(0)
	for _, x := range list {
		if x.data != nil && x.modseq >= newest {
			newest, id = x.modseq, x.id
			if err := json.Unmarshal(x.data, v); err != nil {
				return 0, 0, sekisho.E("webmail.setting", sekisho.Corrupt, err)
			}
		}
	}
	return id, modseq, nil
}

// keepSetting writes it; Conflict when the kind has changed since it was read.
func (t *turn) keepSetting(k kind, id sekisho.MessageID, modseq uint64, v any) (uint64, error) {
	x, err := t.sealItem(k, id, 0, v)
	if err != nil {
		return 0, err
	}
	got, err := wire.StoreItemSet.Ask(t.ctx, t.w.peers.Store, wire.ItemSet{Pass: t.ticket.Pass, Kind: k.name, Unless: modseq, Put: []wire.Item{x}})
	return got.ModSeq, err
}

func (t *turn) signatures() (map[string]signature, string, error) {
	out := map[string]signature{}
	_, modseq, err := t.setting(signatureKind(), &out)
	return out, itemState(modseq), err
}

// identitySet changes names and signatures. Which addresses there are is the administrator's to say.
func (t *turn) identitySet(a *setArgs) (any, error) {
	all := map[string]signature{}
	id, modseq, err := t.setting(signatureKind(), &all)
	if err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState = itemState(modseq)
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "the identities have changed")
	}
	for _, k := range keys(a.Create) {
		out.NotCreated[k] = &setError{Type: "forbiddenFrom", Description: "addresses are made by the administrator"}
	}
	for _, x := range a.Destroy {
		out.NotDestroyed[x] = &setError{Type: "forbidden", Description: "addresses are removed by the administrator"}
	}
	changed := false
	for _, x := range keys(a.Update) {
		if _, e := t.identityAddress(x); e != nil {
			out.NotUpdated[x] = &setError{Type: "notFound"}
			continue
		}
		s := all[x]
		if err := jmap.Decode(a.Update[x], &s); err != nil {
			out.NotUpdated[x] = badProperty(err.Description, err.Arguments...)
			continue
		}
		if len(s.Text)+len(s.HTML) > 64<<10 {
			out.NotUpdated[x] = &setError{Type: "tooLarge"}
			continue
		}
		all[x], out.Updated[x], changed = s, nil, true
	}
	if changed {
		if modseq, err = t.keepSetting(signatureKind(), id, modseq, all); err != nil {
			return nil, err
		}
	}
	out.NewState = itemState(modseq)
	return out, nil
}

// setArgs are the arguments of Foo/set without anything of its own.
type setArgs struct {
	AccountID string                     `json:"accountId"`
	IfInState *string                    `json:"ifInState"`
	Create    map[string]json.RawMessage `json:"create"`
	Update    map[string]json.RawMessage `json:"update"`
	Destroy   []string                   `json:"destroy"`
}
