package store

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// mostCounted bounds how many rows are counted for a page's total.
const mostCounted = 100_000

// fill reads one page. Whoever asks was narrowed before; the contract is in every condition.
func (s *Store) fill(ctx context.Context, out *wire.Page, a *asker, q wire.PageQuery) error {
	return s.db.Snapshot(ctx, func(r db.Reader) error {
		p := pager{r: r, q: q, out: out, postgres: s.db.Postgres(), now: s.now(), duty: a.account.Role}
		if p.duty == askedDuty || p.duty == "approver" && q.What == "hold" {
			p.asked = strings.ToLower(a.account.Address)
		}
		switch q.What {
		case "contract":
			return p.contracts(s)
		case "domain":
			return p.domains()
		case "account":
			return p.accounts()
		case "alias":
			return p.aliases()
		case "group":
			return p.groups()
		case "trace":
			return p.traces()
		case "quarantine", "hold":
			return p.kept()
		case "partner":
			return p.partners()
		case "queue":
			return p.queued()
		case "sender":
			return p.senders()
		case "learned":
			return p.learned()
		case "click":
			return p.clicks()
		case "fingerprint":
			return p.prints()
		case "change":
			return p.changes()
		case "policy":
			return p.policies()
		case "grant":
			return p.grants(s)
		}
		return p.accesses()
	})
}

// pager fills one page.
type pager struct {
	r   db.Reader
	q   wire.PageQuery
	out *wire.Page
	w   where

	postgres bool
	now      time.Time
	duty     string
	asked    string // kept mail: only what asks this address
}

// of narrows to the contract.
func (p *pager) of() {
	if p.q.Contract != 0 {
		p.w.and("contract = ?", int64(p.q.Contract))
	}
}

// total counts what matches, before the cursor is applied.
func (p *pager) total(table string) error {
	var n int64
	_, err := p.r.One([]any{&n}, "SELECT COUNT(*) FROM (SELECT 1 FROM "+table+p.w.String()+" LIMIT "+strconv.Itoa(mostCounted+1)+") AS x", p.w.args...)
	if n > mostCounted {
		n, p.out.More = mostCounted, true
	}
	p.out.Total = uint64(n)
	return err
}

// after applies a cursor of text parts behind the contract's number.
func (p *pager) after(columns string, text int) error {
	if p.q.After == "" {
		return nil
	}
	parts, err := parseCursor(p.q.After, 1+text)
	if err != nil {
		return err
	}
	n, err := numbers(parts[:1])
	if err != nil {
		return err
	}
	for _, t := range parts[1:] {
		n = append(n, db.Text(t))
	}
	p.w.and("("+columns+") > ("+strings.TrimSuffix(strings.Repeat("?, ", len(n)), ", ")+")", n...)
	return nil
}

// before applies a cursor of numbers, newest first.
func (p *pager) before(columns string, count int) error {
	if p.q.After == "" {
		return nil
	}
	parts, err := parseCursor(p.q.After, count)
	if err != nil {
		return err
	}
	n, err := numbers(parts)
	if err != nil {
		return err
	}
	p.w.and("("+columns+") < ("+strings.TrimSuffix(strings.Repeat("?, ", count), ", ")+")", n...)
	return nil
}

// limit is one row more than the page, to know whether there is another page.
func (p *pager) limit() string { return " LIMIT " + strconv.Itoa(p.q.Most+1) }

// cut shortens a list to the page and sets the cursor of the next.
func cut[T any](p *pager, list []T, at func(T) string) []T {
	if len(list) > p.q.Most {
		list = list[:p.q.Most]
		p.out.Next = at(list[len(list)-1])
	}
	return list
}

func (p *pager) contracts(s *Store) error {
	if p.q.Contract != 0 {
		p.w.and("id = ?", int64(p.q.Contract))
	}
	if p.q.Status != 0 {
		p.w.and("status = ?", int64(p.q.Status))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(name) LIKE ? ESCAPE '!' OR id IN (SELECT contract FROM domain WHERE name LIKE ? ESCAPE '!'))", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("contract"); err != nil {
		return err
	}
	if p.q.After != "" {
		parts, err := parseCursor(p.q.After, 1)
		if err != nil {
			return err
		}
		n, err := numbers(parts)
		if err != nil {
			return err
		}
		p.w.and("id > ?", n...)
	}
	var list []wire.Contract
	err := p.r.Each(func(scan func(...any) error) error {
		c, err := scanContract(scan)
		list = append(list, c)
		return err
	}, "SELECT id, status, version, settings FROM contract"+p.w.String()+" ORDER BY id"+p.limit(), p.w.args...)
	list = cut(p, list, func(c wire.Contract) string { return cursor(c.ID) })
	for i := range list {
		if err == nil {
			list[i].Domains, err = readDomains(p.r, list[i].ID)
		}
	}
	p.out.Contracts = list
	return err
}

func (p *pager) domains() error {
	p.of()
	if p.q.Name != "" {
		p.w.and("name = ?", db.Text(strings.ToLower(p.q.Name)))
	}
	if p.q.Domain != "" {
		p.w.and("name = ?", p.q.Domain)
	}
	if p.q.Match != "" {
		p.w.and("name LIKE ? ESCAPE '!'", like(p.q.Match))
	}
	if err := p.total("domain"); err != nil {
		return err
	}
	if err := p.after("contract, name", 1); err != nil {
		return err
	}
	err := p.r.Each(func(scan func(...any) error) error {
		var contract int64
		var settings []byte
		var d wire.Domain
		if err := scan(&contract, &settings); err != nil {
			return err
		}
		err := unpack(settings, &d)
		p.out.Domains = append(p.out.Domains, wire.DomainRow{Contract: sekisho.ContractID(contract), Domain: d})
		return err
	}, "SELECT contract, settings FROM domain"+p.w.String()+" ORDER BY contract, name"+p.limit(), p.w.args...)
	p.out.Domains = cut(p, p.out.Domains, func(d wire.DomainRow) string { return cursor(d.Contract, d.Domain.Name) })
	return err
}

func (p *pager) accounts() error {
	p.of()
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if p.q.Name != "" {
		p.w.and("address = ?", db.Text(strings.ToLower(p.q.Name)))
	}
	if p.q.Status != 0 {
		p.w.and("status = ?", int64(p.q.Status))
	}
	if p.q.Keyless {
		p.w.and("(public IS NULL OR LENGTH(public) = 0)")
	}
	switch p.q.Duty {
	case "":
	case "contract-admin":
		p.w.and("role IN ('admin', 'contract-admin')")
	default:
		p.w.and("role = ?", db.Text(p.q.Duty))
	}
	if p.q.Domain != "" {
		p.w.and("address LIKE ? ESCAPE '!'", "%@"+escaped(db.Text(strings.ToLower(p.q.Domain))))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(address) LIKE ? ESCAPE '!' OR LOWER(name) LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("account"); err != nil {
		return err
	}
	if err := p.after("contract, address", 1); err != nil {
		return err
	}
	list, err := readAccounts(p.r, accountColumns+p.w.String()+" ORDER BY contract, address"+p.limit(), p.w.args...)
	p.out.Accounts = cut(p, list, func(a wire.AdminAccount) string { return cursor(a.Contract, a.Address) })
	for i := range p.out.Accounts {
		p.out.Accounts[i].Role = duty(p.out.Accounts[i].Role)
	}
	return err
}

func (p *pager) aliases() error {
	p.of()
	if p.q.Name != "" {
		p.w.and("address = ?", db.Text(strings.ToLower(p.q.Name)))
	}
	if p.q.Domain != "" {
		p.w.and("address LIKE ? ESCAPE '!'", "%@"+escaped(db.Text(strings.ToLower(p.q.Domain))))
	}
	if p.q.Match != "" {
		p.w.and("(address LIKE ? ESCAPE '!' OR targets LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("alias"); err != nil {
		return err
	}
	if err := p.after("contract, address", 1); err != nil {
		return err
	}
	list, err := readAliases(p.r, aliasColumns+p.w.String()+" ORDER BY contract, address"+p.limit(), p.w.args...)
	p.out.Aliases = cut(p, list, func(a wire.AdminAlias) string { return cursor(a.Contract, a.Address) })
	return err
}

func (p *pager) groups() error {
	p.of()
	if p.q.Name != "" {
		p.w.and("name = ?", db.Text(p.q.Name))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(name) LIKE ? ESCAPE '!' OR members LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("team"); err != nil {
		return err
	}
	if err := p.after("contract, name", 1); err != nil {
		return err
	}
	list, err := readTeams(p.r, "SELECT contract, name, members FROM team"+p.w.String()+" ORDER BY contract, name"+p.limit(), p.w.args...)
	p.out.Groups = cut(p, list, func(g wire.AdminGroup) string { return cursor(g.Contract, g.Name) })
	return err
}

// spanOf narrows by time.
func (p *pager) spanOf(column string) {
	if !p.q.From.IsZero() {
		p.w.and(column+" >= ?", db.Micros(p.q.From))
	}
	if !p.q.To.IsZero() {
		p.w.and(column+" < ?", db.Micros(p.q.To))
	}
}

// traces pages by mail: all recipients of one are on the same page. Fate and kind are looked for in what the trace keeps.
func (p *pager) traces() error {
	p.of()
	p.spanOf("at")
	if p.q.ID != 0 {
		p.w.and("trace = ?", int64(p.q.ID))
	}
	if p.q.Match != "" {
		p.w.and("(people LIKE ? ESCAPE '!' OR people LIKE ? ESCAPE '!')", like(strings.Trim(p.q.Match, "<> ")), like(wire.MessageMark(p.q.Match)))
	}
	if p.q.Fate != 0 {
		p.w.and(p.within("data")+" LIKE ? ESCAPE '!'", `%"Fate":`+strconv.Itoa(int(p.q.Fate))+`%`)
	}
	if p.q.Kind != "" {
		p.w.and(p.within("data")+" LIKE ? ESCAPE '!'", `%"kind":"`+escaped(db.Text(p.q.Kind))+`"%`)
	}
	if err := p.total("trace"); err != nil {
		return err
	}
	if err := p.before("at, trace, message", 3); err != nil {
		return err
	}
	rows, err := readTraces(p.r, "SELECT contract, trace, message, at, data FROM trace"+p.w.String()+" ORDER BY at DESC, trace DESC, message DESC"+p.limit(), p.w.args...)
	if err != nil {
		return err
	}
	rows = cut(p, rows, func(t traceRow) string { return cursor(t.at, t.trace, t.message) })
	p.out.Traces, err = expand(p.r, rows)
	return err
}

// within gives a column of bytes as text, on either engine.
func (p *pager) within(column string) string {
	if p.postgres {
		return "convert_from(" + column + ", 'UTF8')"
	}
	return "CAST(" + column + " AS TEXT)"
}

func (p *pager) kept() error {
	p.of()
	fate := wire.FateQuarantine
	if p.q.What == "hold" {
		fate = wire.FateHold
	}
	p.w.and("fate = ?", int64(fate))
	if p.asked != "" { // what has nobody named waits for all who have the duty
		cond, args := askedBy, []any{int64(p.q.Contract), p.asked, int64(p.q.Contract), p.asked, db.Micros(p.now), db.Micros(p.now)}
		if p.duty == "approver" {
			cond, args = "("+cond+" OR id NOT IN (SELECT kept FROM asked WHERE contract = ?))", append(args, int64(p.q.Contract))
		}
		p.w.and(cond, args...)
	}
	p.spanOf("arrived")
	if p.q.Wanted {
		p.w.and("wanted = 1")
	}
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(recipient) LIKE ? ESCAPE '!' OR LOWER(sender) LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("kept"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	var list []wire.Kept
	err := p.r.Each(func(scan func(...any) error) error {
		k, err := scanKept(scan)
		list = append(list, k.Kept)
		return err
	}, keptColumns+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Kept = cut(p, list, func(k wire.Kept) string { return cursor(k.ID) })
	if err != nil {
		return err
	}
	return readWords(p.r, p.out.Kept, p.now)
}

// queued are deliveries that are not over, newest first.
func (p *pager) queued() error {
	p.of()
	if p.q.State == "" {
		p.w.and("state IN ('waiting', 'sending', 'suspended')")
	} else {
		p.w.and("state = ?", db.Text(p.q.State))
	}
	p.spanOf("arrived")
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(recipient) LIKE ? ESCAPE '!' OR LOWER(sender) LIKE ? ESCAPE '!' OR LOWER(last) LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("queue"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	var list []wire.QueueItem
	err := p.r.Each(func(scan func(...any) error) error {
		it, err := scanQueue(scan)
		list = append(list, it)
		return err
	}, queueColumns+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Queue = cut(p, list, func(i wire.QueueItem) string { return cursor(i.ID) })
	return err
}

func (p *pager) senders() error {
	p.of()
	p.w.and("account = ?", int64(whole))
	if p.q.Match != "" {
		p.w.and("address LIKE ? ESCAPE '!'", like(p.q.Match))
	}
	if err := p.total("sender"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	list, err := readSenders(p.r, senderColumns+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Senders = cut(p, list, func(x wire.Sender) string { return cursor(x.ID) })
	return err
}

func (p *pager) changes() error {
	p.of()
	p.spanOf("at")
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if p.q.Match != "" {
		p.w.and("(LOWER(who) LIKE ? ESCAPE '!' OR LOWER(object) LIKE ? ESCAPE '!')", like(p.q.Match), like(p.q.Match))
	}
	if err := p.total("amendment"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	err := p.r.Each(func(scan func(...any) error) error {
		var c wire.Change
		var contract, id, at, account, session int64
		err := scan(&contract, &id, &at, &account, &session, &c.Who, &c.What, &c.Object, &c.Do, &c.Before, &c.After)
		c.Contract, c.ID, c.At = sekisho.ContractID(contract), uint64(id), db.Time(at)
		c.Account, c.Session = sekisho.AccountID(account), sekisho.SessionID(session)
		p.out.Changes = append(p.out.Changes, c)
		return err
	}, "SELECT contract, id, at, account, session, who, what, object, action, before, after FROM amendment"+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Changes = cut(p, p.out.Changes, func(c wire.Change) string { return cursor(c.ID) })
	return err
}

func (p *pager) policies() error {
	p.of()
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if err := p.total("policy_version"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	err := p.r.Each(func(scan func(...any) error) error {
		v, err := scanVersion(scan)
		p.out.Policies = append(p.out.Policies, v)
		return err
	}, policyColumns+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Policies = cut(p, p.out.Policies, func(v wire.PolicyVersion) string { return cursor(v.Version) })
	return err
}

func (p *pager) grants(s *Store) (err error) {
	p.of()
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if err := p.total("access_grant"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	list, err := readGrants(p.r, s.now(), grantColumns+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Grants = cut(p, list, func(g wire.Grant) string { return cursor(g.ID) })
	return err
}

func (p *pager) accesses() error {
	p.of()
	p.spanOf("at")
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	if err := p.total("access"); err != nil {
		return err
	}
	if err := p.before("id", 1); err != nil {
		return err
	}
	err := p.r.Each(func(scan func(...any) error) error {
		var x wire.Access
		var contract, id, grant, at int64
		err := scan(&contract, &id, &grant, &at, &x.Who, &x.What, &x.Object)
		x.Contract, x.ID, x.Grant, x.At = sekisho.ContractID(contract), uint64(id), uint64(grant), db.Time(at)
		p.out.Accesses = append(p.out.Accesses, x)
		return err
	}, "SELECT contract, id, access_grant, at, who, what, object FROM access"+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	p.out.Accesses = cut(p, p.out.Accesses, func(x wire.Access) string { return cursor(x.ID) })
	return err
}

// traceRow is one mail's row of the trace.
type traceRow struct {
	contract, trace, message, at int64
	data                         traceData
}

func readTraces(r db.Reader, query string, args ...any) (rows []traceRow, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var x traceRow
		var data []byte
		if err := scan(&x.contract, &x.trace, &x.message, &x.at, &data); err != nil {
			return err
		}
		err := json.Unmarshal(data, &x.data)
		if err != nil {
			err = sekisho.E("store.trace", sekisho.Corrupt, err)
		}
		rows = append(rows, x)
		return err
	}, query, args...)
	return rows, err
}

// expand gives one row for each recipient, with what happened later.
func expand(r db.Reader, rows []traceRow) (out []wire.TraceRow, err error) {
	for _, x := range rows {
		events, err := readEvents(r, x.contract, x.trace)
		if err != nil {
			return nil, err
		}
		id := sekisho.MessageID(max(x.message, 0)) // a refusal has none; its own number is below zero
		for _, d := range x.data.For {
			out = append(out, wire.TraceRow{Trace: x.data.Trace, Message: id, Contract: sekisho.ContractID(x.contract), Recipient: d.Recipient,
				Fate: d.Fate, Action: d.Action, Rule: d.Rule, Reason: d.Reason, Events: events[d.Recipient]})
		}
	}
	return out, nil
}

// owner finds whose the row is that a page asked for by number or name; 0 when there is none.
func (s *Store) owner(ctx context.Context, q wire.PageQuery) (sekisho.ContractID, error) {
	query, arg := "", any(int64(q.ID))
	switch q.What {
	case "account":
		query = "SELECT contract FROM account WHERE id = $1"
		if q.ID == 0 {
			query, arg = "SELECT contract FROM account WHERE address = $1", db.Text(strings.ToLower(q.Name))
		}
	case "domain":
		query, arg = "SELECT contract FROM domain WHERE name = $1", db.Text(strings.ToLower(q.Name))
	case "alias":
		query, arg = "SELECT contract FROM alias WHERE address = $1", db.Text(strings.ToLower(q.Name))
	case "quarantine", "hold":
		query = "SELECT contract FROM kept WHERE id = $1"
	case "partner":
		query = "SELECT contract FROM partner WHERE id = $1"
	case "queue":
		query = "SELECT contract FROM queue WHERE id = $1"
	case "grant":
		query = "SELECT contract FROM access_grant WHERE id = $1"
	case "trace":
		query = "SELECT contract FROM trace WHERE trace = $1"
	default:
		return 0, nil
	}
	var c int64
	_, err := s.db.One(ctx, []any{&c}, query+" LIMIT 1", arg)
	return sekisho.ContractID(c), err
}

// clicks are the sums of the most clicked domains; there is one page of them.
func (p *pager) clicks() (err error) {
	list, err := clicksSince(p.r, p.q.Contract, p.q.From)
	for _, x := range list {
		if !strings.Contains(x.Site, strings.ToLower(p.q.Match)) {
			continue
		}
		if p.out.Total++; len(p.out.Clicks) < p.q.Most {
			p.out.Clicks = append(p.out.Clicks, x)
		}
	}
	return err
}

// prints are a contract's few sets of fingerprints.
func (p *pager) prints() (err error) {
	p.out.Prints, err = printsOf(p.r, p.q.Contract)
	p.out.Total = uint64(len(p.out.Prints))
	return err
}
