package webmail

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/wire"
)

// setAnswer is the answer of Foo/set (RFC 8620 section 5.3).
type setAnswer struct {
	AccountID    string               `json:"accountId"`
	OldState     string               `json:"oldState"`
	NewState     string               `json:"newState"`
	Created      map[string]any       `json:"created"`
	Updated      map[string]any       `json:"updated"`
	Destroyed    []string             `json:"destroyed"`
	NotCreated   map[string]*setError `json:"notCreated"`
	NotUpdated   map[string]*setError `json:"notUpdated"`
	NotDestroyed map[string]*setError `json:"notDestroyed"`
}

func newSet(t *turn) *setAnswer {
	return &setAnswer{AccountID: t.account(), Created: map[string]any{}, Updated: map[string]any{}, Destroyed: []string{},
		NotCreated: map[string]*setError{}, NotUpdated: map[string]*setError{}, NotDestroyed: map[string]*setError{}}
}

// setError says why one object was not changed.
type setError struct {
	Type        string   `json:"type"`
	Description string   `json:"description,omitempty"`
	Properties  []string `json:"properties,omitempty"`
	ExistingID  string   `json:"existingId,omitempty"`
	NotFound    []string `json:"notFound,omitempty"`
	Most        int      `json:"maxRecipients,omitempty"`
	Recipients  []string `json:"invalidRecipients,omitempty"`
}

func badProperty(text string, names ...string) *setError {
	return &setError{Type: "invalidProperties", Description: text, Properties: names}
}

// setErrorOf makes the error of one object of what went wrong inside.
func (t *turn) setErrorOf(err error) *setError {
	e := t.w.fail(err)
	if e.Type == "invalidArguments" {
		return &setError{Type: "invalidProperties", Description: e.Description, Properties: e.Arguments}
	}
	return &setError{Type: e.Type, Description: e.Description}
}

// keys gives a map's keys in order, so that requests are carried out the same way each time.
func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

type boxSetArgs struct {
	AccountID    string                     `json:"accountId"`
	IfInState    *string                    `json:"ifInState"`
	Create       map[string]json.RawMessage `json:"create"`
	Update       map[string]json.RawMessage `json:"update"`
	Destroy      []string                   `json:"destroy"`
	RemoveEmails bool                       `json:"onDestroyRemoveEmails"`
}

func tooMany(n int) error {
	if n > mostSet {
		return jmap.Fail("requestTooLarge", "at most %d objects at once", mostSet)
	}
	return nil
}

// boxProperties are what of a mailbox can be set. Those that only the server sets may be given if they are right, which is
// more than any client needs: they are refused.
type boxProperties struct {
	Name       *string         `json:"name"`
	Parent     json.RawMessage `json:"parentId"`
	Role       *string         `json:"role"`
	SortOrder  *uint32         `json:"sortOrder"`
	Subscribed *bool           `json:"isSubscribed"`
}

func (t *turn) mailboxSet(a *boxSetArgs) (any, error) {
	if err := tooMany(len(a.Create) + len(a.Update) + len(a.Destroy)); err != nil {
		return nil, err
	}
	t.boxes = nil
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	out := newSet(t)
	out.OldState = boxStateOf(list)
	if a.IfInState != nil && *a.IfInState != out.OldState {
		return nil, jmap.Fail("stateMismatch", "the mailboxes have changed")
	}
	t.createBoxes(a, out)
	for _, id := range keys(a.Update) {
		if e := t.updateBox(t.made(id), a.Update[id]); e != nil {
			out.NotUpdated[id] = e
		} else {
			out.Updated[id] = nil
		}
	}
	t.destroyBoxes(a, out)
	t.boxes = nil
	if list, err = t.folders(); err != nil {
		return nil, err
	}
	out.NewState = boxStateOf(list)
	return out, nil
}

// createBoxes makes mailboxes; those below others that are made in the same request come after them.
func (t *turn) createBoxes(a *boxSetArgs, out *setAnswer) {
	left := keys(a.Create)
	for progress := true; progress && len(left) > 0; {
		progress = false
		var later []string
		for _, k := range left {
			var p boxProperties
			if err := jmap.Decode(a.Create[k], &p); err != nil {
				out.NotCreated[k] = badProperty(err.Description, err.Arguments...)
				continue
			}
			if id := parentOf(p.Parent); strings.HasPrefix(id, "#") && a.Create[id[1:]] != nil && t.created[id[1:]] == "" && out.NotCreated[id[1:]] == nil && id[1:] != k {
				later = append(later, k)
				continue
			}
			progress = true
			m, e := t.createBox(&p)
			if e != nil {
				out.NotCreated[k] = e
				continue
			}
			t.created[k] = boxID(m.ID)
			role, order := roleOf(m)
			out.Created[k] = map[string]any{"id": boxID(m.ID), "role": role, "sortOrder": order, "totalEmails": 0, "unreadEmails": 0, "totalThreads": 0, "unreadThreads": 0,
				"isSubscribed": m.Subscribed, "myRights": object(m, nil, nil)["myRights"]}
		}
		left = later
	}
	for _, k := range left {
		out.NotCreated[k] = badProperty("mailboxes below each other in a circle", "parentId")
	}
}

func parentOf(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) != nil {
		return ""
	}
	return id
}

// fullName gives the name as store keeps it.
func (t *turn) fullName(list []wire.Mailbox, name, parent string) (string, *setError) {
	if name == "" || strings.Contains(name, "/") || len(name) > 250 {
		return "", badProperty("a name has 1 to 250 bytes and no /", "name")
	}
	if parent == "" {
		return name, nil
	}
	above := byID(list, t.made(parent))
	if above == nil {
		return "", badProperty("no such mailbox", "parentId")
	}
	return above.Name + "/" + name, nil
}

func (t *turn) createBox(p *boxProperties) (*wire.Mailbox, *setError) {
	if p.Name == nil {
		return nil, badProperty("missing", "name")
	}
	list, err := t.folders()
	if err != nil {
		return nil, t.setErrorOf(err)
	}
	name, e := t.fullName(list, *p.Name, parentOf(p.Parent))
	if e != nil {
		return nil, e
	}
	q := wire.Folder{Pass: t.ticket.Pass, Do: "create", Name: name}
	if p.Role != nil {
		i := slices.IndexFunc(roles, func(r struct {
			special, role string
			order         int
		}) bool {
			return r.role == *p.Role
		})
		if i < 0 || byRole(list, roles[i].special) != nil {
			return nil, badProperty("no such role, or another mailbox has it", "role")
		}
		q.Special = roles[i].special
	}
	if e := t.folder(q); e != nil {
		return nil, e
	}
	if p.Subscribed != nil && !*p.Subscribed {
		if e := t.folder(wire.Folder{Pass: t.ticket.Pass, Do: "unsubscribe", Name: name}); e != nil {
			return nil, e
		}
	}
	if list, err = t.folders(); err != nil {
		return nil, t.setErrorOf(err)
	}
	for i := range list {
		if list[i].Name == name {
			return &list[i], nil
		}
	}
	return nil, &setError{Type: "serverFail"}
}

// folder has store change a folder.
func (t *turn) folder(q wire.Folder) *setError {
	_, err := wire.StoreFolder.Ask(t.ctx, t.w.peers.Store, q)
	t.boxes = nil
	switch sekisho.KindOf(err) {
	case 0:
		return nil
	case sekisho.Exists:
		return badProperty("there is such a mailbox already", "name")
	case sekisho.Invalid:
		return badProperty("such a name is not possible", "name")
	case sekisho.Conflict:
		return &setError{Type: "mailboxHasChild"}
	case sekisho.Denied:
		return &setError{Type: "forbidden", Description: "the inbox stays"}
	}
	return t.setErrorOf(err)
}

func (t *turn) updateBox(id string, raw json.RawMessage) *setError {
	var p boxProperties
	if err := jmap.Decode(raw, &p); err != nil {
		return badProperty(err.Description, err.Arguments...)
	}
	list, err := t.folders()
	if err != nil {
		return t.setErrorOf(err)
	}
	m := byID(list, id)
	if m == nil {
		return &setError{Type: "notFound"}
	}
	if p.Role != nil || p.SortOrder != nil {
		return badProperty("it is fixed", "role")
	}
	above, own := split(m.Name)
	if p.Name != nil || p.Parent != nil {
		if m.Name == "INBOX" {
			return &setError{Type: "forbidden", Description: "the inbox stays what and where it is"}
		}
		if p.Name != nil {
			own = *p.Name
		}
		parent := parentOf(p.Parent)
		if p.Parent == nil && above != "" {
			for i := range list {
				if list[i].Name == above {
					parent = boxID(list[i].ID)
				}
			}
		}
		to, e := t.fullName(list, own, parent)
		if e != nil {
			return e
		}
		if to != m.Name {
			if e := t.folder(wire.Folder{Pass: t.ticket.Pass, Do: "rename", Name: m.Name, To: to}); e != nil {
				return e
			}
			m.Name = to
		}
	}
	if p.Subscribed != nil && *p.Subscribed != m.Subscribed {
		do := map[bool]string{true: "subscribe", false: "unsubscribe"}[*p.Subscribed]
		return t.folder(wire.Folder{Pass: t.ticket.Pass, Do: do, Name: m.Name})
	}
	return nil
}

// destroyBoxes removes mailboxes, those deepest below first.
func (t *turn) destroyBoxes(a *boxSetArgs, out *setAnswer) {
	type doomed struct{ id, name string }
	var order []doomed
	for _, id := range a.Destroy {
		list, err := t.folders()
		if err != nil {
			out.NotDestroyed[id] = t.setErrorOf(err)
			continue
		}
		if m := byID(list, t.made(id)); m != nil {
			order = append(order, doomed{id, m.Name})
		} else {
			out.NotDestroyed[id] = &setError{Type: "notFound"}
		}
	}
	slices.SortFunc(order, func(x, y doomed) int { return strings.Count(y.name, "/") - strings.Count(x.name, "/") })
	for _, d := range order {
		if e := t.destroyBox(d.name, a.RemoveEmails); e != nil {
			out.NotDestroyed[d.id] = e
		} else {
			out.Destroyed = append(out.Destroyed, d.id)
		}
	}
}

func (t *turn) destroyBox(name string, withMails bool) *setError {
	t.boxes = nil
	list, err := t.folders()
	if err != nil {
		return t.setErrorOf(err)
	}
	for i := range list {
		if list[i].Name == name && list[i].Messages > 0 && !withMails {
			return &setError{Type: "mailboxHasEmail"}
		}
	}
	return t.folder(wire.Folder{Pass: t.ticket.Pass, Do: "delete", Name: name})
}
