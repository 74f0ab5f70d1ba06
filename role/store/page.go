package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sekisho"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// usualPage and mostPage are how many rows one page has.
const (
	usualPage = 100
	mostPage  = 1000
)

// pages says what is behind each list: the right that it takes, and the class of what it shows.
var pages = map[string]struct {
	right sekisho.Right
	class sekisho.Class
	one   bool // of one contract only
}{
	"contract":    {sekisho.ViewContract, sekisho.ClassConfig, false},
	"domain":      {sekisho.ViewDomain, sekisho.ClassConfig, false},
	"account":     {sekisho.ViewAccount, sekisho.ClassDirectory, false},
	"alias":       {sekisho.ViewAccount, sekisho.ClassDirectory, false},
	"group":       {sekisho.ViewAccount, sekisho.ClassDirectory, false},
	"partner":     {sekisho.ViewPartner, sekisho.ClassDirectory, true},
	"trace":       {sekisho.ViewTrace, sekisho.ClassEnvelope, true},
	"quarantine":  {sekisho.ViewKept, sekisho.ClassEnvelope, true},
	"hold":        {sekisho.ViewKept, sekisho.ClassEnvelope, true},
	"queue":       {sekisho.ViewQueue, sekisho.ClassEnvelope, true},
	"sender":      {sekisho.ViewPolicy, sekisho.ClassConfig, true},
	"learned":     {sekisho.ViewPolicy, sekisho.ClassConfig, true},
	"click":       {sekisho.ViewStatistics, sekisho.ClassConfig, true},
	"fingerprint": {sekisho.ViewPolicy, sekisho.ClassConfig, true},
	"change":      {sekisho.ViewChange, sekisho.ClassConfig, true},
	"policy":      {sekisho.ViewPolicy, sekisho.ClassConfig, true},
	"grant":       {sekisho.ViewAccess, sekisho.ClassConfig, false},
	"access":      {sekisho.ViewAccess, sekisho.ClassConfig, true},
}

// page answers StorePage.
func (s *Store) page(ctx context.Context, by sekisho.Caller, q wire.PageQuery) (out wire.Page, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	p, known := pages[q.What]
	if !known {
		return out, sekisho.E("store.page", sekisho.Invalid, fmt.Errorf("no list %q", q.What))
	}
	if q.Contract == 0 && !a.operator() && q.What == "contract" {
		q.Contract = a.account.Contract
	}
	if q.Contract == 0 && (!a.operator() || p.one) {
		return out, sekisho.E("store.page", sekisho.Invalid, errors.New("of which contract"))
	}
	w := about{right: p.right, contract: q.Contract, what: q.What, object: q.Name, number: q.ID, class: p.class}
	if q.Match != "" {
		w.object = q.Match
	}
	if q.Contract == 0 {
		err = s.forOperator(ctx, a, p.right)
	} else {
		err = s.allow(ctx, a, w)
	}
	if err != nil {
		return out, err
	}
	if a.account.Role == "domain-admin" {
		q.Domain = addr.Domain(a.account.Address)
	}
	if q.Most <= 0 {
		q.Most = usualPage
	}
	q.Most = min(q.Most, mostPage)
	if err := s.fill(ctx, &out, a, q); err != nil {
		return out, err
	}
	if (q.ID != 0 || q.Name != "") && out.Total == 0 {
		return out, s.absent(ctx, a, w, q)
	}
	return out, nil
}

// absent tells that a row is not there; when it is another contract's, that is entered.
func (s *Store) absent(ctx context.Context, a *asker, w about, q wire.PageQuery) error {
	missing := sekisho.E("store.page", sekisho.NotFound, errElsewhere)
	owner, err := s.owner(ctx, q)
	if err != nil {
		return err
	}
	if owner == 0 || owner == q.Contract || a.operator() {
		return missing
	}
	w.contract = owner
	return s.refuseTo(ctx, a, w, missing)
}

// cursor is where the next page begins, as the asker is told.
func cursor(parts ...any) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(0)
		}
		fmt.Fprint(&b, p)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(b.String()))
}

var errCursor = errors.New("no such page: use the cursor of the page before as it was given")

// parseCursor reads a cursor of so many parts; those that are numbers are checked by number.
func parseCursor(s string, n int) ([]string, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	parts := strings.Split(string(b), "\x00")
	if err != nil || len(parts) != n {
		return nil, sekisho.E("store.page", sekisho.Invalid, errCursor)
	}
	return parts, nil
}

func numbers(parts []string) ([]any, error) {
	var out []any
	for _, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return nil, sekisho.E("store.page", sekisho.Invalid, errCursor)
		}
		out = append(out, n)
	}
	return out, nil
}
