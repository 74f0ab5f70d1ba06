package webmail

import (
	"encoding/json"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
)

// Settings of which an account has one of a kind are JMAP objects with the id "singleton".

const singleton = "singleton"

// preference is how somebody wants webmail to be.
type preference struct {
	Language          string `json:"language"`
	Theme             string `json:"theme"`
	UndoSeconds       uint32 `json:"undoSeconds"`
	RemotePictures    bool   `json:"remotePictures"`
	Density           string `json:"density"`
	Threads           bool   `json:"threads"`
	ConfirmOutside    bool   `json:"confirmOutside"`
	ConfirmAttachment bool   `json:"confirmAttachment"`
	Shortcuts         bool   `json:"shortcuts"`
}

func (p *preference) begin() {
	*p = preference{Theme: "system", UndoSeconds: 10, Density: "normal", Threads: true, ConfirmOutside: true, ConfirmAttachment: true, Shortcuts: true}
}

func (p *preference) check() *setError {
	for _, x := range []struct {
		name, value string
		of          []string
	}{{"language", p.Language, []string{"", "ja", "en"}}, {"theme", p.Theme, []string{"system", "light", "dark"}}, {"density", p.Density, []string{"normal", "compact"}}} {
		if !contains(x.of, x.value) {
			return badProperty("one of "+strings.Trim(strings.Join(x.of, ", "), ", "), x.name)
		}
	}
	if p.UndoSeconds > mostDelay {
		return badProperty("at most 120", "undoSeconds")
	}
	return nil
}

func preferences() kind { return kind{"preference", sekisho.ClassConfig} }

// begun is a struct with a beginning.
type begun[T any] interface {
	*T
	begin()
	check() *setError
}

// singleGet answers Foo/get of a kind of which there is one.
func singleGet[T any, P begun[T]](k func() kind) func(*turn, *getArgs) (any, error) {
	return func(t *turn, a *getArgs) (any, error) {
		var v T
		P(&v).begin()
		_, modseq, err := t.setting(k(), &v)
		if err != nil {
			return nil, err
		}
		return t.getOne(a, modseq, func() (any, error) { return v, nil })
	}
}

// getOne answers a get method of an object of which there is one.
func (t *turn) getOne(a *getArgs, modseq uint64, shown func() (any, error)) (any, error) {
	out := getAnswer{AccountID: t.account(), State: itemState(modseq), List: []any{}, NotFound: []string{}}
	ids := []string{singleton}
	if a.IDs != nil {
		ids = *a.IDs
	}
	for _, id := range ids {
		if id != singleton {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		v, err := shown()
		if err != nil {
			return nil, err
		}
		o, err := only(shownAs(singleton, v), a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

// singleSet answers Foo/set of a kind of which there is one: it can be changed only.
func singleSet[T any, P begun[T]](k func() kind) func(*turn, *setArgs) (any, error) {
	return func(t *turn, a *setArgs) (any, error) {
		var v T
		P(&v).begin()
		id, modseq, err := t.setting(k(), &v)
		if err != nil {
			return nil, err
		}
		return t.setOne(a, modseq, func(patch json.RawMessage) (uint64, *setError, error) {
			if err := jmap.Decode(patch, &v); err != nil {
				return 0, badProperty(err.Description, err.Arguments...), nil
			}
			if e := P(&v).check(); e != nil {
				return 0, e, nil
			}
			modseq, err := t.keepSetting(k(), id, modseq, v)
			return modseq, nil, err
		})
	}
}

// setOne answers a set method of an object of which there is one: change carries a patch out and gives the kind's new modseq.
func (t *turn) setOne(a *setArgs, modseq uint64, change func(patch json.RawMessage) (uint64, *setError, error)) (any, error) {
	out := newSet(t)
	out.OldState = itemState(modseq)
	out.NewState = out.OldState
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "it has changed")
	}
	for _, k := range keys(a.Create) {
		out.NotCreated[k] = &setError{Type: "singleton"}
	}
	for _, id := range a.Destroy {
		out.NotDestroyed[id] = &setError{Type: "singleton"}
	}
	for _, id := range keys(a.Update) {
		if id != singleton {
			out.NotUpdated[id] = &setError{Type: "notFound"}
			continue
		}
		next, e, err := change(a.Update[id])
		if err != nil {
			return nil, err
		}
		if e != nil {
			out.NotUpdated[id] = e
			continue
		}
		out.Updated[id], out.NewState = nil, itemState(next)
	}
	return out, nil
}
