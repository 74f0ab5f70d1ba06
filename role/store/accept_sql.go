package store

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"sekisho"
	"sekisho/blob"
	"sekisho/db"
	"sekisho/wire"
)

const (
	messageInsert = `INSERT INTO message (contract, id, segment, position, shape, size, refs) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (contract, id) DO NOTHING`
	placedSet    = "UPDATE message SET placed = $3 WHERE contract = $1 AND id = $2"
	placedBefore = "SELECT placed FROM message WHERE contract = $1 AND id = $2"
	placedInsert = `INSERT INTO placed (contract, mailbox, uid, message, flags, keywords, internal, modseq, size, thread, attached)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	traceInsert = `INSERT INTO trace (contract, at, trace, message, people, data, placed) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (contract, at, trace, message) DO NOTHING`
	tracePlaced = "SELECT placed FROM trace WHERE contract = $1 AND at = $2 AND trace = $3 AND message = $4"
	unref       = "UPDATE message SET refs = refs + $3 WHERE contract = $1 AND id = $2"
	unrefRead   = "SELECT refs, segment, position FROM message WHERE contract = $1 AND id = $2"
	unrefDelete = "DELETE FROM message WHERE contract = $1 AND id = $2"
)

// insertMessage notes a message; false when it is known already, also when its last delivery is gone meanwhile.
func (t *txn) insertMessage(in *incoming) (bool, error) {
	if in.traced() {
		var b []byte
		seen, err := t.One([]any{&b}, tracePlaced, int64(in.Sealed.Contract), in.at, int64(in.Trace.ID), int64(in.Sealed.ID))
		if err != nil || seen {
			return false, err
		}
	}
	if in.row == nil {
		return true, nil
	}
	n, err := t.Exec(messageInsert, int64(in.Sealed.Contract), int64(in.Sealed.ID), int64(in.pos.Segment), in.pos.Offset, in.row, in.Sealed.Size, in.refs())
	return n > 0, err
}

// traced says whether the trace keeps the message: then it answers for repetitions too.
func (in *incoming) traced() bool { return in.Trace.ID != 0 && in.at != 0 }

func (t *txn) insertTrace(in *incoming, p wire.Placed, now time.Time) error {
	places := putPlaces(p)
	if !in.traced() {
		if in.row == nil {
			return nil
		}
		_, err := t.Exec(placedSet, int64(in.Sealed.Contract), int64(in.Sealed.ID), places)
		return err
	}
	_, err := t.Exec(traceInsert, int64(in.Sealed.Contract), in.at, int64(in.Trace.ID), int64(in.Sealed.ID), in.people(), in.data, places)
	return err
}

// people is what a trace is found by.
func (in *incoming) people() string {
	return people(in.Trace.Envelope.From, in.Trace.From, func(yield func(string)) {
		yield(in.Trace.MessageID)
		for i := range in.Deliveries {
			yield(in.Deliveries[i].Recipient)
		}
	})
}

func people(sender, from string, each func(func(string))) string {
	var b strings.Builder
	b.WriteString(sender)
	if !strings.EqualFold(sender, from) {
		b.WriteString(" " + from)
	}
	each(func(r string) {
		if r != "" && b.Len() < 16<<10 {
			b.WriteString(" " + r)
		}
	})
	return db.Text(strings.ToLower(b.String()))
}

// placedBefore answers a repetition.
func (t *txn) placedBefore(in *incoming) (wire.Placed, error) {
	var b []byte
	var err error
	if in.traced() {
		_, err = t.One([]any{&b}, tracePlaced, int64(in.Sealed.Contract), in.at, int64(in.Trace.ID), int64(in.Sealed.ID))
	} else {
		_, err = t.One([]any{&b}, placedBefore, int64(in.Sealed.Contract), int64(in.Sealed.ID))
	}
	p := getPlaces(b)
	p.Message = in.Sealed.ID
	return p, err
}

func putPlaces(p wire.Placed) []byte {
	var b []byte
	for _, x := range p.Boxes {
		b = binary.AppendUvarint(b, uint64(x.Account))
		b = binary.AppendUvarint(b, uint64(x.Mailbox))
		b = binary.AppendUvarint(b, uint64(x.UIDValidity))
		b = binary.AppendUvarint(b, uint64(x.UID))
	}
	return b
}

func getPlaces(b []byte) (p wire.Placed) {
	for len(b) > 0 {
		var v [4]uint64
		for i := range v {
			n := 0
			if v[i], n = binary.Uvarint(b); n <= 0 {
				return p
			}
			b = b[n:]
		}
		p.Boxes = append(p.Boxes, wire.Place{Account: sekisho.AccountID(v[0]), Mailbox: sekisho.MailboxID(v[1]), UIDValidity: uint32(v[2]), UID: sekisho.UID(v[3])})
	}
	return p
}

func (t *txn) insertPlaced(k homeKey, m *mailbox, p *placement) error {
	_, err := t.Exec(placedInsert, int64(k.contract), int64(m.ID), int64(p.uid), int64(p.message), int64(p.flags), p.keywords, p.internal, int64(p.modseq), p.size,
		int64(p.thread), truth(p.attached))
	return err
}

// refer changes how many deliveries need a message; when none does, it is forgotten, and its bytes are noted as dead.
func (t *txn) refer(c sekisho.ContractID, id sekisho.MessageID, by int64) error {
	if by < 0 {
		var refs, segment, position int64
		found, err := t.One([]any{&refs, &segment, &position}, unrefRead, int64(c), int64(id))
		if err != nil || !found {
			return err
		}
		if refs+by <= 0 {
			if _, err := t.Exec(unrefDelete, int64(c), int64(id)); err != nil {
				return err
			}
			if err := t.die(blob.Pos{Segment: uint64(segment), Offset: position}); err != nil {
				return err
			}
			_, err := t.Exec("DELETE FROM wrap WHERE contract = $1 AND message = $2", int64(c), int64(id))
			return err
		}
	}
	_, err := t.Exec(unref, int64(c), int64(id), by)
	return err
}

// queueData is the part of a queue row that nothing is searched by.
type queueData struct {
	Envelope sekisho.Envelope
	Route    []wire.NextHop
	Notify   string
	ORcpt    string
	Size     int64
}

const queueInsert = `INSERT INTO queue (contract, id, message, trace, state, due, arrived, attempts, warned, recipient, last, data, sender)
	VALUES ($1, $2, $3, $4, 'waiting', $5, $6, 0, 0, $7, '', $8, $9)`

// enqueue makes a delivery to the outside.
func (t *txn) enqueue(in *incoming, d *wire.Delivery, now time.Time) error {
	e := in.Trace.Envelope
	e.Rcpt = nil
	q := queued{contract: in.Sealed.Contract, message: in.Sealed.ID, trace: in.Trace.ID, recipient: d.Recipient, due: d.NotBefore, arrived: now,
		data: queueData{e, d.Route, d.Notify, d.ORcpt, in.Sealed.Size}}
	return t.insertQueue(q)
}

type queued struct {
	contract  sekisho.ContractID
	message   sekisho.MessageID
	trace     sekisho.TraceID
	recipient string
	due       time.Time
	arrived   time.Time
	data      queueData
}

func (t *txn) insertQueue(q queued) error {
	id, err := t.take("queue", 1)
	if err != nil {
		return err
	}
	data, err := json.Marshal(q.data)
	if err != nil {
		return sekisho.E("store.queue", sekisho.Invalid, err)
	}
	t.told = append(t.told, t.s.wake)
	_, err = t.Exec(queueInsert, int64(q.contract), id, int64(q.message), int64(q.trace), db.Micros(q.due), db.Micros(q.arrived), db.Text(q.recipient), data, db.Text(q.data.Envelope.From))
	return err
}

// keptData is the part of a row of quarantine or hold that nothing is searched by.
type keptData struct {
	Queue   queueData
	Account sekisho.AccountID
	Mailbox string
	Flags   []string
	Subject []byte
	Rule    string
	Reason  string
	AtEnd   string
	Approve bool              `json:",omitempty"`
	Asks    *wire.Approval    `json:",omitempty"`
	Draft   sekisho.MessageID `json:",omitempty"`
	Boxed   bool              `json:",omitempty"`
	Thread  uint64
	File    bool
}

const keptInsert = `INSERT INTO kept (contract, id, message, trace, fate, arrived, until, recipient, sender, data)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// keepBack puts a delivery into quarantine or on hold.
func (t *txn) keepBack(in *incoming, d *wire.Delivery, now time.Time) error {
	id, err := t.take("kept", 1)
	if err != nil {
		return err
	}
	e := in.Trace.Envelope
	e.Rcpt = nil
	kept := keptData{Queue: queueData{e, d.Route, d.Notify, d.ORcpt, in.Sealed.Size}, Account: d.Account, Mailbox: d.Mailbox, Flags: d.Flags, Subject: in.Trace.Subject, Rule: d.Rule,
		Reason: d.Reason, AtEnd: d.AtEnd, Approve: d.Approve, Draft: d.Draft, Boxed: d.Boxed, Thread: in.Sealed.Thread, File: in.Sealed.Attached, Asks: d.Asks}
	data, err := json.Marshal(kept)
	if err != nil {
		return sekisho.E("store.accept", sekisho.Invalid, err)
	}
	until := d.NotBefore
	if until.IsZero() {
		until = now.Add(quarantineTime)
	}
	t.told = append(t.told, t.s.wake)
	_, err = t.Exec(keptInsert, int64(in.Sealed.Contract), id, int64(in.Sealed.ID), int64(in.Trace.ID), int64(d.Fate), db.Micros(now), db.Micros(until),
		db.Text(d.Recipient), db.Text(e.From), data)
	if err != nil || d.Fate != wire.FateHold {
		return err
	}
	r := keptRow{data: kept, Kept: wire.Kept{ID: uint64(id), Contract: in.Sealed.Contract, Message: in.Sealed.ID, Trace: in.Trace.ID, From: e.From, Recipient: d.Recipient, Rule: d.Rule, Reason: d.Reason,
		Until: until, AtEnd: d.AtEnd, Approve: d.Approve}}
	switch {
	case d.Approve && d.Asks != nil:
		err = t.askStage(&r)
	case d.Approve:
		err = t.tell(&r, "approve", "")
	}
	if err != nil {
		return err
	}
	return t.tell(&r, "held", "")
}
