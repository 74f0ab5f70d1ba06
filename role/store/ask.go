package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// Mail that a rule lets wait for the word of people it names goes through the rule's stages, each a transaction with an event in the
// trace:
//
//	asked      the people of a stage are asked; nobody there: those to whom the rule escalates, else whoever has the duty
//	reminded   they are told again, as often as the rule says
//	escalated  others are asked too, once in a stage
//	approved   by one of those asked: the next stage, or the mail goes on
//
// Its time ends it as any hold, whatever stage it is in. Who is away is asked all the same, and his deputy with him.

// How policies name people; see package policy.
const (
	selfName       = "self"
	supervisorName = "supervisor"
	groupMark      = "group:"
)

// endedTime is how long it is known how an approval ended.
const endedTime = 90 * 24 * time.Hour

// askStage asks the people of the present stage.
func (t *txn) askStage(r *keptRow) error {
	a := r.data.Asks
	now := t.s.now()
	people, err := named(t, r.Contract, r.From, a.Stages[a.Stage])
	if err != nil {
		return err
	}
	note := ""
	if len(people) == 0 {
		note = "the rule names nobody who is there"
		if people, err = named(t, r.Contract, r.From, a.EscalateTo); err == nil && len(people) == 0 {
			people, err = employed(t, r.Contract, r.From, "approver", "contract-admin", "admin")
		}
		if err != nil {
			return err
		}
	}
	a.Since, a.Reminded, a.Escalated = now, now, false
	if _, err := t.Exec(askedDelete, int64(r.Contract), int64(r.ID)); err != nil {
		return err
	}
	if err := t.ask(r, people, "asked", note); err != nil {
		return err
	}
	return t.saveAsks(r)
}

// ask asks people about a mail, and has them and their deputies told.
func (t *txn) ask(r *keptRow, people []string, what, note string) error {
	for _, p := range people {
		if _, err := t.Exec(askedInsert, int64(r.Contract), p, int64(r.ID)); err != nil {
			return err
		}
	}
	note = strings.TrimSpace(fmt.Sprintf("stage %d of %d: %s %s", r.data.Asks.Stage+1, len(r.data.Asks.Stages), strings.Join(people, ", "), note))
	if err := t.event(r.Contract, r.Trace, r.Recipient, what, "", shortened(note, 500)); err != nil {
		return err
	}
	return t.tellAsked(r, "approve")
}

// shortened is at most n bytes of a text.
func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + " ..."
}

// tellAsked has everybody told whom a mail asks now.
func (t *txn) tellAsked(r *keptRow, kind string) error {
	people, err := askedOfKept(t, r.Contract, r.ID, r.From, t.s.now())
	if err != nil || len(people) == 0 {
		return err
	}
	return t.tellPeople(r, kind, "", people)
}

// saveAsks keeps how far the asking is, and when something is due next.
func (t *txn) saveAsks(r *keptRow) error {
	data, err := json.Marshal(r.data)
	if err != nil {
		return sekisho.E("store.ask", sekisho.Internal, err)
	}
	if _, err := t.Exec(keptData1, int64(r.Contract), int64(r.ID), data); err != nil {
		return err
	}
	due := nextAsk(r.data.Asks)
	if due.IsZero() || !due.Before(r.Until) {
		_, err = t.Exec(askingDelete, int64(r.Contract), int64(r.ID))
		return err
	}
	t.told = append(t.told, t.s.wake)
	_, err = t.Exec(askingPut, int64(r.Contract), int64(r.ID), db.Micros(due))
	return err
}

// nextAsk is when somebody is to be reminded, or others are to be asked; zero: never.
func nextAsk(a *wire.Approval) (due time.Time) {
	if a.Remind > 0 {
		due = a.Reminded.Add(a.Remind)
	}
	if a.Escalate > 0 && !a.Escalated {
		if at := a.Since.Add(a.Escalate); due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due
}

// askDue reminds and escalates what is due.
func (t *txn) askDue(now time.Time) error {
	var list []uint64
	err := t.Each(func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		list = append(list, uint64(id))
		return err
	}, askingDue, db.Micros(now))
	if err != nil {
		return err
	}
	for _, id := range list {
		r, err := t.keptByID(id)
		if err != nil {
			return err
		}
		if err := t.askAgain(&r, now); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) askAgain(r *keptRow, now time.Time) error {
	a := r.data.Asks
	if a.Escalate > 0 && !a.Escalated && !now.Before(a.Since.Add(a.Escalate)) {
		people, err := named(t, r.Contract, r.From, a.EscalateTo)
		if err != nil {
			return err
		}
		a.Escalated, a.Reminded = true, now
		if err := t.ask(r, people, "escalated", ""); err != nil {
			return err
		}
		return t.saveAsks(r)
	}
	if a.Remind > 0 && !now.Before(a.Reminded.Add(a.Remind)) {
		a.Reminded = now
		if err := t.event(r.Contract, r.Trace, r.Recipient, "reminded", "", ""); err != nil {
			return err
		}
		if err := t.tellAsked(r, "remind"); err != nil {
			return err
		}
	}
	return t.saveAsks(r)
}

// word takes the word of one of those asked that a mail may go: on to the next stage, or out. over is true when an
// administrator says it, whom the rule did not name: his word stands for all stages that are left.
func (t *txn) word(r *keptRow, by, note string, over bool) error {
	a := r.data.Asks
	now := t.s.now()
	if !now.Before(r.Until) {
		return sekisho.E("store.settle", sekisho.Conflict, fmt.Errorf("the time for a word was over at %s", stamp(r.Until)))
	}
	if slices.ContainsFunc(a.Said, func(w wire.Word) bool { return strings.EqualFold(w.By, by) && w.Stage == a.Stage-1 }) && !over {
		return sekisho.E("store.settle", sekisho.Conflict, errors.New("you approved it already; it waits for another's word now"))
	}
	a.Said = append(a.Said, wire.Word{Stage: a.Stage, By: by, At: now})
	if over || a.Stage+1 >= len(a.Stages) {
		if over {
			note = "in place of those whom the rule names; " + note
		}
		return t.release(r, nil, by, note)
	}
	if err := t.event(r.Contract, r.Trace, r.Recipient, "approved", by, fmt.Sprintf("stage %d of %d; %s", a.Stage+1, len(a.Stages), note)); err != nil {
		return err
	}
	a.Stage++
	return t.askStage(r)
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// endAsking forgets whom a mail asked, and notes how it ended.
func (t *txn) endAsking(r *keptRow, what, by string) error {
	if !r.Approve {
		return nil
	}
	now := t.s.now()
	people, err := askedOfKept(t, r.Contract, r.ID, r.From, now)
	if err != nil {
		return err
	}
	if r.data.Asks != nil {
		for _, w := range r.data.Asks.Said {
			people = append(people, w.By)
		}
	}
	for _, q := range [...]string{askedDelete, askingDelete} {
		if _, err := t.Exec(q, int64(r.Contract), int64(r.ID)); err != nil {
			return err
		}
	}
	if _, err := t.Exec(endedForget, int64(r.Contract), db.Micros(now.Add(-endedTime))); err != nil {
		return err
	}
	_, err = t.Exec(endedPut, int64(r.Contract), int64(r.ID), db.Micros(now), what, db.Text(by), " "+strings.ToLower(strings.Join(people, " "))+" ")
	return err
}

// late tells somebody who was asked, or may see kept mail by duty, how a mail ended that he wanted to decide about; nil: there is nothing
// to tell him.
func (s *Store) late(ctx context.Context, a *asker, c sekisho.ContractID, id uint64) error {
	var at int64
	var what, who, people string
	found, err := s.db.One(ctx, []any{&at, &what, &who, &people}, endedRead, int64(c), int64(id))
	if err != nil || !found || c != a.account.Contract {
		return err
	}
	duty := a.account.Role != askedDuty && sekisho.May(a.account.Role, sekisho.OpenKept)
	if !duty && !slices.Contains(strings.Fields(people), strings.ToLower(a.account.Address)) {
		return nil
	}
	return sekisho.E("store.settle", sekisho.Conflict, fmt.Errorf("it is over: %s by %s at %s", what, cmp.Or(who, "nobody"), stamp(db.Time(at))))
}

// deputy answers StoreDeputy.
func (s *Store) deputy(ctx context.Context, _ sekisho.Caller, q wire.Deputy) (wire.Nothing, error) {
	var who [2]string
	for i, a := range []string{q.Address, q.Deputy} {
		var err error
		if who[i], err = addr.Fold(a); err != nil && a != "" {
			return wire.Nothing{}, err
		}
	}
	switch {
	case q.Deputy != "" && who[0] == who[1]:
		return wire.Nothing{}, adminError(sekisho.Invalid, "nobody is his own deputy")
	case q.Deputy != "" && (!q.Until.After(s.now()) || !q.Until.After(q.Since)):
		return wire.Nothing{}, adminError(sekisho.Invalid, "the time must end after it begins, and after now")
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		a, err := readAccount(t, accountByAddress, who[0])
		if err == nil && a.ID == 0 {
			err = adminError(sekisho.NotFound, "no such account: %s", q.Address)
		}
		if err != nil {
			return err
		}
		if q.Deputy == "" {
			_, err = t.Exec(deputyDelete, int64(a.Contract), a.Address)
			return err
		}
		d, err := readAccount(t, accountByAddress, who[1])
		if err == nil && d.Contract != a.Contract {
			err = adminError(sekisho.NotFound, "no such account of the same customer: %s", q.Deputy)
		}
		if err != nil {
			return err
		}
		_, err = t.Exec(deputyPut, int64(a.Contract), a.Address, d.Address, db.Micros(q.Since), db.Micros(q.Until))
		return err
	})
}

// superior checks who is to be somebody's supervisor.
func (t *txn) superior(q wire.AdminAccount) (string, error) {
	if q.Supervisor == "" || q.Supervisor == "none" {
		return q.Supervisor, nil
	}
	a, err := addr.Fold(q.Supervisor)
	if err != nil {
		return "", err
	}
	own, err := readAccount(t, accountByID, int64(q.Contract), int64(q.ID))
	if q.ID == 0 {
		own, err = readAccount(t, accountByAddress, q.Address)
	}
	if err != nil {
		return "", err
	}
	his, err := readAccount(t, accountByAddress, a)
	if err != nil {
		return "", err
	}
	if his.ID == 0 || his.Contract != max(q.Contract, own.Contract) {
		return "", adminError(sekisho.NotFound, "the supervisor %.100q is no account of the same customer", q.Supervisor)
	}
	if his.Address == cmp.Or(own.Address, q.Address) {
		return "", adminError(sekisho.Invalid, "nobody is his own supervisor")
	}
	return his.Address, nil
}

// selfApprove takes the sender's own word, where the rule asks him; else the mail waits for somebody else's.
func (t *txn) selfApprove(r *keptRow) error {
	var one int64
	asked, err := t.One([]any{&one}, "SELECT 1 FROM asked WHERE contract = $1 AND address = $2 AND kept = $3", int64(r.Contract), strings.ToLower(r.From), int64(r.ID))
	if err != nil {
		return err
	}
	if !asked || r.data.Asks == nil {
		return sekisho.E("store.own-decide", sekisho.Denied, errors.New("it waits for somebody else's word: it is not the sender's to send"))
	}
	return t.word(r, r.From, "by the sender himself, as the rule allows", false)
}
