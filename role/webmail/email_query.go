package webmail

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/jmap"
	"sekisho/search"
	"sekisho/wire"
)

// emailQueryArgs are the arguments of Email/query (RFC 8621 section 4.4).
type emailQueryArgs struct {
	AccountID string          `json:"accountId"`
	Filter    json.RawMessage `json:"filter"`
	Sort      []comparator    `json:"sort"`
	Position  int64           `json:"position"`
	Anchor    *string         `json:"anchor"`
	Offset    int64           `json:"anchorOffset"`
	Limit     *uint32         `json:"limit"`
	Total     bool            `json:"calculateTotal"`
	Collapse  bool            `json:"collapseThreads"`
}

// condition is a FilterCondition or a FilterOperator.
type condition struct {
	Operator   string            `json:"operator"`
	Conditions []json.RawMessage `json:"conditions"`

	InMailbox *string    `json:"inMailbox"`
	Other     []string   `json:"inMailboxOtherThan"`
	Before    *time.Time `json:"before"`
	After     *time.Time `json:"after"`
	MinSize   *uint32    `json:"minSize"`
	MaxSize   *uint32    `json:"maxSize"`
	All       *string    `json:"allInThreadHaveKeyword"`
	Some      *string    `json:"someInThreadHaveKeyword"`
	None      *string    `json:"noneInThreadHaveKeyword"`
	Has       *string    `json:"hasKeyword"`
	Lacks     *string    `json:"notKeyword"`
	Attached  *bool      `json:"hasAttachment"`
	Text      *string    `json:"text"`
	From      *string    `json:"from"`
	To        *string    `json:"to"`
	Cc        *string    `json:"cc"`
	Bcc       *string    `json:"bcc"`
	Subject   *string    `json:"subject"`
	Body      *string    `json:"body"`
	Header    []string   `json:"header"`
}

// term is a text that a mail must have somewhere.
type term struct{ field, text string }

// terms gives what has to be looked for inside of mails.
func (c *condition) terms() []term {
	var out []term
	for _, x := range []struct {
		field string
		text  *string
	}{{"text", c.Text}, {"from", c.From}, {"to", c.To}, {"cc", c.Cc}, {"bcc", c.Bcc}, {"subject", c.Subject}, {"body", c.Body}} {
		if x.text != nil && search.Fold(strings.TrimSpace(*x.text)) != "" {
			for _, word := range phrases(*x.text) {
				out = append(out, term{x.field, word})
			}
		}
	}
	return out
}

// phrases cuts a text into words; what stands in quotes stays together.
func phrases(s string) (out []string) {
	quoted := false
	for part := range strings.SplitSeq(s, `"`) {
		if quoted {
			if p := search.Fold(strings.TrimSpace(part)); p != "" {
				out = append(out, p)
			}
		} else {
			out = append(out, strings.Fields(search.Fold(part))...)
		}
		quoted = !quoted
	}
	return out
}

// asked is a filter on its way to store.
type asked struct {
	*turn
	scope sekisho.MailboxID // all answers are in this mailbox; 0: anywhere
	n     int
	loose [][]term // of conditions that all answers must meet, and that were not confirmed yet
}

const (
	mostConditions = 100
	longTerm       = 256
)

// filter turns a JMAP filter into store's.
func (t *turn) filter(raw json.RawMessage) (wire.EmailFilter, *asked, error) {
	a := &asked{turn: t, scope: scopeOf(raw)}
	f, err := a.filter(raw, 0, true)
	return f, a, err
}

// scopeOf finds the mailbox that all answers are in; 0 when there is none or the filter is wrong, which is told later.
func scopeOf(raw json.RawMessage) sekisho.MailboxID {
	var c condition
	if none(raw) || jmap.Decode(raw, &c) != nil {
		return 0
	}
	if c.InMailbox != nil {
		id, _ := parseBox(*c.InMailbox)
		return id
	}
	if c.Operator == "AND" && len(c.Conditions) < mostConditions {
		for _, x := range c.Conditions {
			var inner condition
			if jmap.Decode(x, &inner) == nil && inner.InMailbox != nil {
				id, _ := parseBox(*inner.InMailbox)
				return id
			}
		}
	}
	return 0
}

func (a *asked) filter(raw json.RawMessage, depth int, must bool) (wire.EmailFilter, error) {
	var f wire.EmailFilter
	if none(raw) {
		return f, nil
	}
	var c condition
	if err := jmap.Decode(raw, &c); err != nil {
		for i := range err.Arguments {
			err.Arguments[i] = "filter/" + err.Arguments[i]
		}
		return f, err
	}
	if a.n++; depth > 6 || a.n > mostConditions {
		return f, jmap.Fail("unsupportedFilter", "at most %d conditions", mostConditions)
	}
	if c.Operator == "" {
		return a.leaf(&c, must)
	}
	op := map[string]string{"AND": "and", "OR": "or", "NOT": "not"}[c.Operator]
	if op == "" || c.Conditions == nil {
		return f, jmap.Invalid("filter/operator", "AND, OR or NOT, with conditions")
	}
	f.Op = op
	for _, x := range c.Conditions {
		inner, err := a.filter(x, depth+1, must && op == "and")
		if err != nil {
			return f, err
		}
		f.Of = append(f.Of, inner)
	}
	return f, nil
}

// leaf turns one condition; a condition on texts becomes the set of messages that meet it.
func (a *asked) leaf(c *condition, must bool) (f wire.EmailFilter, err error) {
	if c.InMailbox != nil {
		id, ok := parseBox(a.made(*c.InMailbox))
		if !ok {
			return f, jmap.Invalid("filter/inMailbox", "no such mailbox")
		}
		list, err := a.folders()
		if err != nil {
			return f, err
		}
		if byID(list, boxID(id)) == nil {
			return f, jmap.Invalid("filter/inMailbox", "no such mailbox")
		}
		f.In = id
	}
	for _, x := range c.Other {
		if id, ok := parseBox(a.made(x)); ok {
			f.Not = append(f.Not, id)
		}
	}
	if c.Before != nil {
		f.Until = *c.Before
	}
	if c.After != nil {
		f.After = *c.After
	}
	if c.MinSize != nil {
		f.Min = int64(*c.MinSize)
	}
	if c.MaxSize != nil {
		f.Max = max(int64(*c.MaxSize), 1)
	}
	if c.Attached != nil {
		f.File = map[bool]uint8{true: 1, false: 2}[*c.Attached]
	}
	for _, x := range []struct {
		word *string
		to   *string
	}{{c.All, &f.All}, {c.Some, &f.Some}, {c.None, &f.None}, {c.Has, &f.Has}, {c.Lacks, &f.Lacks}} {
		if x.word == nil {
			continue
		}
		word, ok := flagOf(*x.word)
		if !ok {
			return f, jmap.Invalid("filter", "no keyword %.60q", *x.word)
		}
		*x.to = word
	}
	return a.texts(c, f, must)
}

func (a *asked) texts(c *condition, f wire.EmailFilter, must bool) (wire.EmailFilter, error) {
	terms := c.terms()
	if len(c.Header) > 0 {
		if len(c.Header) > 2 {
			return f, jmap.Invalid("filter/header", "a name and a value")
		}
		terms = append(terms, term{"header:" + c.Header[0], search.Fold(strings.Join(c.Header[1:], ""))})
	}
	if len(terms) == 0 {
		return f, nil
	}
	if len(terms) > 20 || slices.ContainsFunc(terms, func(x term) bool { return len(x.text) > longTerm }) {
		return f, jmap.Fail("unsupportedFilter", "at most 20 words of %d bytes", longTerm)
	}
	scope := a.scope
	if f.In != 0 {
		scope = f.In
	}
	found, loose, err := a.find(scope, terms)
	if err != nil {
		return f, err
	}
	if loose && must {
		a.loose = append(a.loose, terms)
	}
	f.Is, f.IDs = true, found
	return f, nil
}

func (t *turn) emailQuery(a *emailQueryArgs) (any, error) {
	f, asked, err := t.filter(a.Filter)
	if err != nil {
		return nil, err
	}
	q := wire.EmailQuery{Pass: t.ticket.Pass, Filter: f, Position: a.Position, Offset: a.Offset, Collapse: a.Collapse, Limit: mostQuery}
	if a.Limit != nil {
		q.Limit = min(*a.Limit, mostQuery)
	}
	var bySummary bool
	if q.Sort, bySummary, err = sorts(a.Sort); err != nil {
		return nil, err
	}
	if bySummary {
		return t.sortedQuery(a, q)
	}
	if a.Anchor != nil {
		m, ok := parseEmail(t.made(*a.Anchor))
		if !ok {
			return nil, jmap.Fail("anchorNotFound", "no such email")
		}
		q.Anchor = m
	}
	zero := a.Limit != nil && *a.Limit == 0
	got, err := wire.StoreEmailQuery.Ask(t.ctx, t.w.peers.Store, q)
	if sekisho.KindOf(err) == sekisho.NotFound && a.Anchor != nil {
		return nil, jmap.Fail("anchorNotFound", "not among the results")
	}
	if err != nil {
		return nil, err
	}
	if zero {
		got.IDs = nil
	}
	if got.IDs, err = asked.confirmPage(got.IDs); err != nil {
		return nil, err
	}
	out := &queryAnswer{AccountID: t.account(), QueryState: stateOf(got.Marks), Position: got.Position, IDs: make([]string, len(got.IDs))}
	for i, id := range got.IDs {
		out.IDs[i] = emailID(id)
	}
	if a.Total {
		out.Total = &got.Total
	}
	if a.Limit == nil && got.Total > mostQuery || a.Limit != nil && *a.Limit > mostQuery {
		most := uint32(mostQuery)
		out.Limit = &most
	}
	return out, nil
}

// mostQuery is how many ids one answer has at most.
const mostQuery = 5000
