package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepShare: files that wait at the desk. The row stays when they are gone, as long as the trace of their mail.
const stepShare = `
CREATE TABLE share (
	contract BIGINT NOT NULL,
	message BIGINT NOT NULL,
	account BIGINT NOT NULL,
	trace BIGINT NOT NULL,
	at BIGINT NOT NULL,
	until BIGINT NOT NULL,
	state TEXT NOT NULL,
	data BYTES NOT NULL,
	PRIMARY KEY (contract, message)
) CLUSTERED
;
CREATE INDEX share_until ON share (state, until)
;
CREATE INDEX share_trace ON share (trace)
;
CREATE TABLE share_to (
	contract BIGINT NOT NULL,
	message BIGINT NOT NULL,
	recipient TEXT NOT NULL,
	opened BIGINT NOT NULL,
	wrong BIGINT NOT NULL,
	PRIMARY KEY (contract, message, recipient)
) CLUSTERED
`

const (
	shareColumns  = "SELECT contract, message, at, until, state, data FROM share"
	shareOne      = shareColumns + " WHERE contract = $1 AND message = $2"
	shareOfOwner  = shareColumns + " WHERE contract = $1 AND account = $2 AND message >= $3 AND message <= $4 ORDER BY message DESC LIMIT $5"
	shareOfAll    = shareColumns + " WHERE (contract = $1 OR $1 = 0) AND message >= $2 AND message <= $3 ORDER BY message DESC LIMIT $4"
	shareInsert   = "INSERT INTO share (contract, message, account, trace, at, until, state, data) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) ON CONFLICT (contract, message) DO NOTHING"
	shareDue      = shareColumns + " WHERE state = 'open' AND until <= $1 ORDER BY until LIMIT 100"
	shareOfTrace  = shareColumns + " WHERE trace = $1 AND state = 'open'"
	shareToDelete = "DELETE FROM share_to WHERE contract = $1 AND message = $2 AND recipient = $3"
	shareFirst    = "SELECT until FROM share WHERE state = 'open' ORDER BY until LIMIT 1"
	shareEnd      = "UPDATE share SET state = $3 WHERE contract = $1 AND message = $2 AND state = 'open'"
	shareOld      = "DELETE FROM share WHERE contract = $1 AND at < $2 AND state <> 'open'"
	shareToOld    = "DELETE FROM share_to WHERE contract = $1 AND message NOT IN (SELECT message FROM share WHERE contract = $1)"
	shareToInsert = "INSERT INTO share_to (contract, message, recipient, opened, wrong) VALUES ($1, $2, $3, 0, 0) ON CONFLICT (contract, message, recipient) DO NOTHING"
	shareToOne    = "SELECT opened, wrong FROM share_to WHERE contract = $1 AND message = $2 AND recipient = $3"
	shareToAll    = "SELECT recipient, opened FROM share_to WHERE contract = $1 AND message = $2"
	shareOpened   = "UPDATE share_to SET opened = opened + 1 WHERE contract = $1 AND message = $2 AND recipient = $3"
	shareWrong    = "UPDATE share_to SET wrong = wrong + 1 WHERE contract = $1 AND message = $2 AND recipient = $3"
	shareEvents   = "SELECT at, recipient, what, who, note FROM event WHERE contract = $1 AND trace = $2 ORDER BY id"
)

// insertShare notes the files that a mail left behind, in the transaction that takes it.
func (t *txn) insertShare(in *incoming, now time.Time) error {
	s := in.Share
	data, err := json.Marshal(s)
	if err != nil {
		return sekisho.E("store.share", sekisho.Invalid, err)
	}
	c, m := int64(in.Sealed.Contract), int64(in.Sealed.ID)
	if _, err := t.Exec(shareInsert, c, m, int64(s.Account), int64(s.Trace), db.Micros(now), db.Micros(s.Until), data); err != nil {
		return err
	}
	for _, to := range s.To {
		if _, err := t.Exec(shareToInsert, c, m, strings.ToLower(to)); err != nil {
			return err
		}
	}
	t.told = append(t.told, t.s.wake)
	return nil
}

func scanShare(scan func(...any) error) (r wire.ShareRow, err error) {
	var contract, message, at, until int64
	var data []byte
	if err := scan(&contract, &message, &at, &until, &r.State, &data); err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r.Share); err != nil {
		return r, sekisho.E("store.share", sekisho.Corrupt, err)
	}
	r.Contract, r.Message, r.At, r.Until = sekisho.ContractID(contract), sekisho.MessageID(message), db.Time(at), db.Time(until)
	return r, nil
}

// readShare reads one share; the zero value when there is none.
func readShare(r db.Reader, c sekisho.ContractID, m sekisho.MessageID) (out wire.ShareRow, err error) {
	err = r.Each(func(scan func(...any) error) (err error) { out, err = scanShare(scan); return err }, shareOne, int64(c), int64(m))
	return out, err
}

// endShare deletes the files of a share, and says why in the trace. false: they were gone already.
func (t *txn) endShare(r *wire.ShareRow, state, who string) (bool, error) {
	n, err := t.Exec(shareEnd, int64(r.Contract), int64(r.Message), state)
	if err != nil || n == 0 {
		return false, err
	}
	if err := t.refer(r.Contract, r.Message, -1); err != nil {
		return false, err
	}
	for _, to := range r.To {
		if err := t.event(r.Contract, r.Trace, to, shareMark+state, who, ""); err != nil {
			return false, err
		}
	}
	return true, nil
}

// unshare takes a recipient who does not get the mail from those of its files. The files go with the last one.
func (t *txn) unshare(trace sekisho.TraceID, recipient string) error {
	var list []wire.ShareRow
	err := t.Each(func(scan func(...any) error) error {
		r, err := scanShare(scan)
		list = append(list, r)
		return err
	}, shareOfTrace, int64(trace))
	for i := range list {
		r := &list[i]
		if err != nil {
			return err
		}
		n, err := t.Exec(shareToDelete, int64(r.Contract), int64(r.Message), strings.ToLower(recipient))
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		left := 0
		err = t.Each(func(scan func(...any) error) error {
			var to string
			var n int64
			left++
			return scan(&to, &n)
		}, shareToAll, int64(r.Contract), int64(r.Message))
		if err == nil && left == 0 {
			_, err = t.endShare(r, "stopped", "the mail was not sent")
		}
		if err != nil {
			return err
		}
	}
	return err
}

// expireShares deletes the files whose time is over.
func (t *txn) expireShares(now time.Time) error {
	var list []wire.ShareRow
	err := t.Each(func(scan func(...any) error) error {
		r, err := scanShare(scan)
		list = append(list, r)
		return err
	}, shareDue, db.Micros(now))
	for i := range list {
		if err != nil {
			return err
		}
		_, err = t.endShare(&list[i], "expired", "clock")
	}
	return err
}

// forgetShares forgets the shares of mails whose trace is forgotten.
func (t *txn) forgetShares(c sekisho.ContractID, limit int64) error {
	if _, err := t.Exec(shareOld, int64(c), limit); err != nil {
		return err
	}
	_, err := t.Exec(shareToOld, int64(c))
	return err
}

// shareMark begins the words of events about shared files in a trace.
const shareMark = "share-"

// readShareEvents adds the log of a share.
func readShareEvents(r db.Reader, row *wire.ShareRow) error {
	mine := map[string]bool{}
	for _, to := range row.To {
		mine[strings.ToLower(to)] = true
	}
	err := r.Each(func(scan func(...any) error) error {
		var at int64
		var e wire.ShareEvent
		var note string
		if err := scan(&at, &e.Recipient, &e.What, &e.Who, &note); err != nil {
			return err
		}
		what, is := strings.CutPrefix(e.What, shareMark)
		if !is || !mine[strings.ToLower(e.Recipient)] {
			return nil
		}
		e.At, e.What = db.Time(at), what
		e.File, _ = strconv.Atoi(strings.TrimPrefix(note, fileNote))
		row.Events = append(row.Events, e)
		return nil
	}, shareEvents, int64(row.Contract), int64(row.Trace))
	if err != nil {
		return err
	}
	opened := map[string]int{}
	err = r.Each(func(scan func(...any) error) error {
		var to string
		var n int64
		err := scan(&to, &n)
		opened[to] = int(n)
		return err
	}, shareToAll, int64(row.Contract), int64(row.Message))
	for _, to := range row.To {
		row.Opened = append(row.Opened, opened[strings.ToLower(to)])
	}
	return err
}

// fileNote stands before the number of a file that was downloaded.
const fileNote = "file "
