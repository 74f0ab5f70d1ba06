package store

import (
	"context"
	"encoding/json"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// People are told of what is kept from them: at the contract's times, of what came into quarantine since they were told last, and
// not at all when nothing did. That they are to be told and how far they were told is one transaction, so that nothing is told
// twice and nothing is left out, whenever the process ends; the mail itself is post's to write (see notice_sql.go).

const (
	quarantined = "SELECT contract, MAX(id) FROM kept WHERE fate = $1 AND contract >= $2 AND contract <= $3 GROUP BY contract ORDER BY contract"
	digestRead  = "SELECT upto, last FROM digest WHERE contract = $1"
	digestPut   = "INSERT INTO digest (contract, upto, last) VALUES ($1, $2, $3) ON CONFLICT (contract) DO UPDATE SET upto = excluded.upto, last = excluded.last"
	digestNew   = keptColumns + " WHERE contract = $1 AND id > $2 AND fate = $3 ORDER BY id"
)

// digestTime is how often is looked whether somebody is to be told, and mostLines how many mails one digest lists.
const (
	digestTime = time.Minute
	mostLines  = 100
)

// digests tells people until ctx ends.
func (s *Store) digests(ctx context.Context) {
	for {
		if _, err := s.makeDigests(ctx, wire.DigestQuery{}); err != nil && ctx.Err() == nil {
			s.c.Log.Error("people are not told of their quarantine now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(digestTime):
		}
	}
}

// digestNow answers StoreDigest.
func (s *Store) digestNow(ctx context.Context, _ sekisho.Caller, q wire.DigestQuery) (wire.DigestsMade, error) {
	return s.makeDigests(ctx, q)
}

// makeDigests goes through the contracts that have mail in quarantine.
func (s *Store) makeDigests(ctx context.Context, q wire.DigestQuery) (out wire.DigestsMade, err error) {
	first, last := int64(q.Contract), int64(q.Contract)
	if q.Contract == 0 {
		first, last = 1, 1<<62
	}
	newest := map[sekisho.ContractID]int64{}
	err = s.db.Each(ctx, func(scan func(...any) error) error {
		var c, id int64
		err := scan(&c, &id)
		newest[sekisho.ContractID(c)] = id
		return err
	}, quarantined, int64(wire.FateQuarantine), first, last)
	for c, id := range newest {
		if err != nil || ctx.Err() != nil {
			return out, err
		}
		due, e := s.digestDue(ctx, c, id, q.Now)
		if e != nil {
			return out, e
		}
		if !due {
			continue
		}
		err = s.change(ctx, func(t *txn) error {
			made, err := t.makeDigest(c, q.Now)
			out.People, out.Mails = out.People+made.People, out.Mails+made.Mails
			return err
		})
	}
	return out, err
}

// digestDue looks whether anything came since people were told, and whether it is time.
func (s *Store) digestDue(ctx context.Context, id sekisho.ContractID, newest int64, now bool) (bool, error) {
	r := s.db.Reading(ctx)
	var upto, last int64
	known, err := r.One([]any{&upto, &last}, digestRead, int64(id))
	if err != nil || known && newest <= upto {
		return false, err
	}
	if !known || now {
		return true, nil
	}
	c, err := readContract(r, id)
	if err != nil {
		return false, err
	}
	when := scheduleOf(c)
	return !when.off && !when.next(db.Time(last)).After(s.now()), nil
}

// scheduleOf is when a contract's people are told. One that is not understood is older than its check.
func scheduleOf(c wire.Contract) schedule {
	s, err := parseSchedule(c.Digest, c.Language)
	if err != nil {
		s, _ = parseSchedule("", c.Language)
	}
	return s
}

// makeDigest notes whom of one contract to tell of what. A contract whose first mail came into quarantine is told at the next of its
// times, counted from then.
func (t *txn) makeDigest(id sekisho.ContractID, now bool) (out wire.DigestsMade, err error) {
	c, err := readContract(t, id)
	if err != nil || c.Status != sekisho.Active || scheduleOf(c).off {
		return out, err
	}
	var upto, last int64
	known, err := t.One([]any{&upto, &last}, digestRead, int64(id))
	if err != nil {
		return out, err
	}
	if !known && !now {
		_, err = t.Exec(digestPut, int64(id), upto, db.Micros(t.s.now()))
		return out, err
	}
	var rows []keptRow
	err = t.Each(func(scan func(...any) error) error {
		r, err := scanKept(scan)
		rows = append(rows, r)
		return err
	}, digestNew, int64(id), upto, int64(wire.FateQuarantine))
	if err != nil {
		return out, err
	}
	if len(rows) > 0 {
		upto = int64(rows[len(rows)-1].ID)
	}
	if out, err = t.tellKept(id, rows); err != nil {
		return out, err
	}
	_, err = t.Exec(digestPut, int64(id), upto, db.Micros(t.s.now()))
	return out, err
}

// tellKept notes one digest for each of those whom the mails are for.
func (t *txn) tellKept(c sekisho.ContractID, rows []keptRow) (out wire.DigestsMade, err error) {
	type person struct {
		account sekisho.AccountID
		address string // where the mailbox is elsewhere
	}
	of, order := map[person][]*keptRow{}, []person{}
	for i := range rows {
		p := person{account: rows[i].Account}
		if p.account == 0 {
			p.address = rows[i].Recipient
		}
		if of[p] == nil {
			order = append(order, p)
		}
		of[p] = append(of[p], &rows[i])
	}
	for _, p := range order {
		to := p.address
		if p.account != 0 {
			a, err := readAccount(t, accountByID, int64(c), int64(p.account))
			if err != nil {
				return out, err
			}
			if a.ID == 0 || a.Status != sekisho.Active {
				continue
			}
			to = a.Address
		}
		d := noticeData{Sender: to}
		for i, r := range of[p] {
			if i == mostLines {
				d.More = len(of[p]) - mostLines
				break
			}
			line, err := t.digestLine(r)
			if err != nil {
				return out, err
			}
			d.Lines = append(d.Lines, line)
		}
		if err := t.insertNotice(c, -int64(of[p][0].ID), "digest", d); err != nil {
			return out, err
		}
		out.People, out.Mails = out.People+1, out.Mails+len(of[p])
	}
	return out, nil
}

// digestLine is one mail as a digest tells of it: the address in From, as its reader would see it.
func (t *txn) digestLine(r *keptRow) (wire.DigestLine, error) {
	out := wire.DigestLine{Message: r.Message, From: r.From, Subject: r.Subject, Reason: r.Reason, Arrived: r.Arrived, Until: r.Until}
	d, err := traceOf(t, r)
	if err == nil && d.Trace.From != "" {
		out.From = d.Trace.From
	}
	out.Dangerous = sekisho.Dangerous(d.Trace.Findings)
	return out, err
}

// traceOf reads the trace of a kept mail; without one it is empty.
func traceOf(r db.Reader, k *keptRow) (d traceData, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var message int64
		var data []byte
		if err := scan(&message, &data); err != nil || sekisho.MessageID(message) != k.Message {
			return err
		}
		if err := json.Unmarshal(data, &d); err != nil {
			return sekisho.E("store.kept", sekisho.Corrupt, err)
		}
		return nil
	}, traceOwn, int64(k.Trace), int64(k.Contract))
	return d, err
}
