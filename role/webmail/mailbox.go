package webmail

import (
	"encoding/json"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/wire"
)

// getArgs are the arguments of Foo/get (RFC 8620 section 5.1).
type getArgs struct {
	AccountID  string    `json:"accountId"`
	IDs        *[]string `json:"ids"`
	Properties *[]string `json:"properties"`
}

// ids gives the ids asked for, each once.
func (a *getArgs) ids() ([]string, error) {
	if a.IDs == nil {
		return nil, nil
	}
	if len(*a.IDs) > mostGet {
		return nil, jmap.Fail("requestTooLarge", "at most %d objects at once", mostGet)
	}
	var out []string
	seen := map[string]bool{}
	for _, id := range *a.IDs {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out, nil
}

// getAnswer is the answer of Foo/get.
type getAnswer struct {
	AccountID string   `json:"accountId"`
	State     string   `json:"state"`
	List      []any    `json:"list"`
	NotFound  []string `json:"notFound"`
}

// only keeps the properties asked for; unknown ones are refused.
func only(m map[string]any, properties *[]string) (map[string]any, error) {
	if properties == nil {
		return m, nil
	}
	out := map[string]any{"id": m["id"]}
	for _, p := range *properties {
		v, there := m[p]
		if !there {
			return nil, jmap.Invalid("properties", "no property %.60q", p)
		}
		out[p] = v
	}
	return out, nil
}

// changesArgs are the arguments of Foo/changes (RFC 8620 section 5.2).
type changesArgs struct {
	AccountID  string  `json:"accountId"`
	SinceState string  `json:"sinceState"`
	MaxChanges *uint32 `json:"maxChanges"`
}

func (a *changesArgs) most() (uint32, error) {
	if a.MaxChanges == nil {
		return 0, nil
	}
	if *a.MaxChanges == 0 {
		return 0, jmap.Invalid("maxChanges", "zero")
	}
	return *a.MaxChanges, nil
}

// changesAnswer is the answer of Foo/changes.
type changesAnswer struct {
	AccountID string    `json:"accountId"`
	OldState  string    `json:"oldState"`
	NewState  string    `json:"newState"`
	More      bool      `json:"hasMoreChanges"`
	Created   []string  `json:"created"`
	Updated   []string  `json:"updated"`
	Destroyed []string  `json:"destroyed"`
	Props     *[]string `json:"updatedProperties,omitempty"`
}

func newChanges(t *turn, a *changesArgs, state string) *changesAnswer {
	return &changesAnswer{AccountID: t.account(), OldState: a.SinceState, NewState: state, Created: []string{}, Updated: []string{}, Destroyed: []string{}}
}

func (c *changesAnswer) within(most uint32) (any, error) {
	if n := len(c.Created) + len(c.Updated) + len(c.Destroyed); most > 0 && n > int(most) {
		return nil, jmap.Fail("cannotCalculateChanges", "more than %d changes", most)
	}
	return c, nil
}

// roles are JMAP's names of special uses (RFC 6154), and the order in which people expect them.
var roles = []struct {
	special, role string
	order         int
}{{`\Drafts`, "drafts", 2}, {`\Sent`, "sent", 3}, {`\Archive`, "archive", 4}, {`\Junk`, "junk", 5}, {`\Trash`, "trash", 6}}

func roleOf(m *wire.Mailbox) (role any, order int) {
	if m.Name == "INBOX" {
		return "inbox", 1
	}
	for _, r := range roles {
		if strings.EqualFold(r.special, m.Special) {
			return r.role, r.order
		}
	}
	return nil, 10
}

// byRole finds the mailbox of a special use: `\Trash`.
func byRole(list []wire.Mailbox, special string) *wire.Mailbox {
	for i := range list {
		if strings.EqualFold(list[i].Special, special) {
			return &list[i]
		}
	}
	return nil
}

func byID(list []wire.Mailbox, id string) *wire.Mailbox {
	for i := range list {
		if boxID(list[i].ID) == id {
			return &list[i]
		}
	}
	return nil
}

// split cuts a mailbox name into the name of what it is below and its own.
func split(name string) (above, own string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

func object(m *wire.Mailbox, all []wire.Mailbox, counts map[sekisho.MailboxID]wire.EmailCount) map[string]any {
	above, own := split(m.Name)
	var parent any
	for i := range all {
		if above != "" && all[i].Name == above {
			parent = boxID(all[i].ID)
		}
	}
	if parent == nil {
		own = m.Name
	}
	if m.Name == "INBOX" {
		own = "Inbox"
	}
	role, order := roleOf(m)
	free := role != "inbox"
	c := counts[m.ID]
	return map[string]any{"id": boxID(m.ID), "name": own, "parentId": parent, "role": role, "sortOrder": order, "totalEmails": m.Messages, "unreadEmails": m.Unseen,
		"totalThreads": c.Threads, "unreadThreads": c.Unseen, "isSubscribed": m.Subscribed,
		"myRights": map[string]bool{"mayReadItems": true, "mayAddItems": true, "mayRemoveItems": true, "maySetSeen": true, "maySetKeywords": true,
			"mayCreateChild": true, "mayRename": free, "mayDelete": free, "maySubmit": true}}
}

func (t *turn) mailboxGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	t.boxes = nil
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	counts := map[sekisho.MailboxID]wire.EmailCount{}
	if a.Properties == nil || slices.Contains(*a.Properties, "totalThreads") || slices.Contains(*a.Properties, "unreadThreads") {
		got, err := wire.StoreEmailCounts.Ask(t.ctx, t.w.peers.Store, wire.MailboxQuery{Pass: t.ticket.Pass})
		if err != nil {
			return nil, err
		}
		for _, c := range got.List {
			counts[c.Mailbox] = c
		}
	}
	out := getAnswer{AccountID: t.account(), State: boxStateOf(list), List: []any{}, NotFound: []string{}}
	if a.IDs == nil {
		for i := range list {
			ids = append(ids, boxID(list[i].ID))
		}
	}
	for _, id := range ids {
		id = t.made(id)
		m := byID(list, id)
		if m == nil {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		o, err := only(object(m, list, counts), a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}

// made resolves a creation id: "#k" (RFC 8620 section 5.3).
func (t *turn) made(id string) string {
	if k, is := strings.CutPrefix(id, "#"); is {
		if got, known := t.created[k]; known {
			return got
		}
	}
	return id
}

func (t *turn) mailboxChanges(a *changesArgs) (any, error) {
	most, err := a.most()
	if err != nil {
		return nil, err
	}
	before, ok := parseBoxState(a.SinceState)
	if !ok {
		return nil, jmap.Fail("cannotCalculateChanges", "no such state")
	}
	t.boxes = nil
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	out := newChanges(t, a, boxStateOf(list))
	counters := true
	for _, s := range boxStates(list) {
		was, there := before[s.id]
		delete(before, s.id)
		switch {
		case !there:
			out.Created = append(out.Created, boxID(s.id))
		case was != s:
			out.Updated = append(out.Updated, boxID(s.id))
			counters = counters && was.named == s.named
		}
	}
	for id := range before {
		out.Destroyed = append(out.Destroyed, boxID(id))
	}
	if counters && len(out.Updated) > 0 && len(out.Created) == 0 {
		out.Props = &[]string{"totalEmails", "unreadEmails", "totalThreads", "unreadThreads"}
	}
	return out.within(most)
}

// queryArgs are the arguments of Foo/query (RFC 8620 section 5.5).
type queryArgs struct {
	AccountID string          `json:"accountId"`
	Filter    json.RawMessage `json:"filter"`
	Sort      []comparator    `json:"sort"`
	Position  int64           `json:"position"`
	Anchor    *string         `json:"anchor"`
	Offset    int64           `json:"anchorOffset"`
	Limit     *uint32         `json:"limit"`
	Total     bool            `json:"calculateTotal"`
}

type comparator struct {
	Property  string  `json:"property"`
	Ascending *bool   `json:"isAscending"`
	Collation string  `json:"collation"`
	Keyword   *string `json:"keyword"`
}

func (c *comparator) up() bool { return c.Ascending == nil || *c.Ascending }

// queryAnswer is the answer of Foo/query.
type queryAnswer struct {
	AccountID  string   `json:"accountId"`
	QueryState string   `json:"queryState"`
	Can        bool     `json:"canCalculateChanges"`
	Position   uint64   `json:"position"`
	IDs        []string `json:"ids"`
	Total      *uint64  `json:"total,omitempty"`
	Limit      *uint32  `json:"limit,omitempty"`
}

// page cuts what was asked for out of all ids.
func (a *queryArgs) page(t *turn, state string, all []string) (any, error) {
	n := int64(len(all))
	from := a.Position
	if from < 0 {
		from = max(0, from+n)
	}
	if a.Anchor != nil {
		at := slices.Index(all, *a.Anchor)
		if at < 0 {
			return nil, jmap.Fail("anchorNotFound", "no such anchor")
		}
		from = max(0, int64(at)+a.Offset)
	}
	from = min(from, n)
	to := n
	if a.Limit != nil {
		to = min(n, from+int64(*a.Limit))
	}
	out := &queryAnswer{AccountID: t.account(), QueryState: state, Position: uint64(from), IDs: append([]string{}, all[from:to]...)}
	if a.Total {
		total := uint64(n)
		out.Total = &total
	}
	return out, nil
}

type boxFilter struct {
	Operator   string            `json:"operator"`
	Conditions []json.RawMessage `json:"conditions"`
	Parent     json.RawMessage   `json:"parentId"`
	Name       *string           `json:"name"`
	Role       json.RawMessage   `json:"role"`
	HasAnyRole *bool             `json:"hasAnyRole"`
	Subscribed *bool             `json:"isSubscribed"`
}

func (t *turn) mailboxQuery(raw *boxQuery) (any, error) {
	list, err := t.folders()
	if err != nil {
		return nil, err
	}
	var found []*wire.Mailbox
	for i := range list {
		ok, err := meetsBox(raw.Filter, &list[i], list, 0)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, &list[i])
		}
	}
	for _, c := range raw.Sort {
		if c.Property != "name" && c.Property != "sortOrder" {
			return nil, jmap.Fail("unsupportedSort", "no order by %.60q", c.Property)
		}
	}
	slices.SortStableFunc(found, func(a, b *wire.Mailbox) int {
		for _, c := range raw.Sort {
			_, x := roleOf(a)
			_, y := roleOf(b)
			n := x - y
			if c.Property == "name" {
				n = strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
			}
			if !c.up() {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = boxID(m.ID)
	}
	q := queryArgs{Position: raw.Position, Anchor: raw.Anchor, Offset: raw.Offset, Limit: raw.Limit, Total: raw.Total}
	return q.page(t, boxStateOf(list), ids)
}

// boxQuery are the arguments of Mailbox/query (RFC 8621 section 2.3).
type boxQuery struct {
	AccountID  string          `json:"accountId"`
	Filter     json.RawMessage `json:"filter"`
	Sort       []comparator    `json:"sort"`
	Position   int64           `json:"position"`
	Anchor     *string         `json:"anchor"`
	Offset     int64           `json:"anchorOffset"`
	Limit      *uint32         `json:"limit"`
	Total      bool            `json:"calculateTotal"`
	SortAsTree bool            `json:"sortAsTree"`
	FilterTree bool            `json:"filterAsTree"`
}

const deepest = 8

func meetsBox(raw json.RawMessage, m *wire.Mailbox, all []wire.Mailbox, depth int) (bool, error) {
	if none(raw) {
		return true, nil
	}
	var f boxFilter
	if err := jmap.Decode(raw, &f); err != nil {
		return false, err
	}
	if depth > deepest {
		return false, jmap.Fail("unsupportedFilter", "too deep")
	}
	if f.Operator != "" {
		n := 0
		for _, c := range f.Conditions {
			ok, err := meetsBox(c, m, all, depth+1)
			if err != nil {
				return false, err
			}
			if ok {
				n++
			}
		}
		switch f.Operator {
		case "AND":
			return n == len(f.Conditions), nil
		case "OR":
			return n > 0, nil
		case "NOT":
			return n == 0, nil
		}
		return false, jmap.Invalid("filter/operator", "no such operator")
	}
	o := object(m, all, nil)
	equal := func(raw json.RawMessage, v any) bool {
		if raw == nil {
			return true
		}
		b, _ := json.Marshal(v)
		return string(b) == strings.TrimSpace(string(raw))
	}
	name, _ := o["name"].(string)
	return equal(f.Parent, o["parentId"]) && equal(f.Role, o["role"]) && (f.Name == nil || strings.Contains(strings.ToLower(name), strings.ToLower(*f.Name))) &&
		(f.HasAnyRole == nil || *f.HasAnyRole == (o["role"] != nil)) && (f.Subscribed == nil || *f.Subscribed == m.Subscribed), nil
}

func none(raw json.RawMessage) bool { return len(raw) == 0 || strings.TrimSpace(string(raw)) == "null" }
