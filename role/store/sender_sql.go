package store

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// stepPeople: whom people allow and block, when a contract's people were last told of what is kept from them, which of it they
// want, and what they say is spam.
const stepPeople = `
CREATE TABLE sender (
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	address TEXT NOT NULL,
	id BIGINT NOT NULL,
	stance TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (contract, account, address)
) CLUSTERED
;
CREATE TABLE digest (
	contract BIGINT PRIMARY KEY,
	upto BIGINT NOT NULL,
	last BIGINT NOT NULL
)
;
ALTER TABLE kept ADD COLUMN wanted BIGINT NOT NULL DEFAULT 0
;
CREATE TABLE judged (
	id BIGINT PRIMARY KEY,
	contract BIGINT NOT NULL,
	account BIGINT NOT NULL,
	message BIGINT NOT NULL,
	label TEXT NOT NULL,
	at BIGINT NOT NULL
)
;
CREATE UNIQUE INDEX judged_message ON judged (contract, account, message)
`

const (
	senderColumns = "SELECT id, address, stance, at FROM sender"
	sendersOf     = senderColumns + " WHERE contract = $1 AND account = $2 ORDER BY id DESC"
	senderOne     = "SELECT stance FROM sender WHERE contract = $1 AND account = $2 AND address = $3"
	senderAny     = "SELECT 1 FROM sender WHERE contract = $1 AND account IN (0, $2) LIMIT 1"
	senderPut     = `INSERT INTO sender (contract, account, address, id, stance, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (contract, account, address) DO UPDATE SET id = excluded.id, stance = excluded.stance, at = excluded.at`
	senderDrop   = "DELETE FROM sender WHERE contract = $1 AND account = $2 AND id = $3"
	senderRemove = "DELETE FROM sender WHERE contract = $1 AND account = 0 AND address = $2"
	senderCount  = "SELECT COUNT(*) FROM sender WHERE contract = $1 AND account = $2"
)

// Bounds of lists. A contract's is longer: it may come from another service.
const (
	mostSenders         = 1000
	mostContractSenders = 20000
)

// whole says who decides for everybody of a contract: account 0 of the table.
const whole = sekisho.AccountID(0)

func readSenders(r db.Reader, query string, args ...any) (out []wire.Sender, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var x wire.Sender
		var id, at int64
		err := scan(&id, &x.Address, &x.Stance, &at)
		x.ID, x.At = uint64(id), db.Time(at)
		out = append(out, x)
		return err
	}, query, args...)
	return out, err
}

// stateOf is a number that differs after a change of a list.
func stateOf(list []wire.Sender) uint64 {
	h := fnv.New64a()
	for _, x := range list {
		h.Write([]byte(strconv.FormatUint(x.ID, 10) + x.Stance + "\x00"))
	}
	return h.Sum64()>>1 | 1
}

// ownLists says whether the contract lets its people have lists.
func ownLists(c wire.Contract) bool { return c.Senders != "none" }

// senders answers StoreSenders.
func (s *Store) senders(ctx context.Context, by sekisho.Caller, q wire.SenderQuery) (out wire.Senders, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		c, err := readContract(r, k.contract)
		if err != nil {
			return err
		}
		out.Off = !ownLists(c)
		out.List, err = readSenders(r, sendersOf, int64(k.contract), int64(k.account))
		return err
	})
	out.ModSeq = stateOf(out.List)
	return out, err
}

// senderSet answers StoreSenderSet.
func (s *Store) senderSet(ctx context.Context, by sekisho.Caller, q wire.SenderChange) (out wire.SendersChanged, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.Put)+len(q.Remove) > portion {
		return out, sekisho.E("store.sender-set", sekisho.TooMany, errors.New("too many changes at once"))
	}
	err = s.change(ctx, func(t *txn) error {
		out = wire.SendersChanged{}
		list, err := readSenders(t, sendersOf, int64(k.contract), int64(k.account))
		if err != nil {
			return err
		}
		if q.Unless != 0 && q.Unless != stateOf(list) {
			return sekisho.E("store.sender-set", sekisho.Conflict, errors.New("the list has changed"))
		}
		for _, id := range q.Remove {
			if _, err := t.Exec(senderDrop, int64(k.contract), int64(k.account), int64(id)); err != nil {
				return err
			}
		}
		for _, x := range q.Put {
			id, err := t.ownSender(k, x)
			if err != nil {
				return err
			}
			out.IDs = append(out.IDs, id)
		}
		list, err = readSenders(t, sendersOf, int64(k.contract), int64(k.account))
		out.ModSeq = stateOf(list)
		return err
	})
	return out, err
}

// ownSender puts one line into an account's list, in place of the one with its number or its address.
func (t *txn) ownSender(k homeKey, x wire.Sender) (uint64, error) {
	c, err := readContract(t, k.contract)
	if err != nil {
		return 0, err
	}
	if !ownLists(c) {
		return 0, sekisho.E("store.sender", sekisho.Denied, errors.New("the organisation allows no lists of one's own"))
	}
	if x.ID != 0 {
		n, err := t.Exec(senderDrop, int64(k.contract), int64(k.account), int64(x.ID))
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return 0, sekisho.E("store.sender", sekisho.NotFound, errors.New("no such line"))
		}
	}
	address, err := senderAddress(x.Address, false)
	if err != nil {
		return 0, err
	}
	return t.putSender(k.contract, k.account, address, x.Stance, mostSenders)
}

func (t *txn) putSender(c sekisho.ContractID, a sekisho.AccountID, address, stance string, most int64) (uint64, error) {
	if stance != "allow" && stance != "block" {
		return 0, sekisho.E("store.sender", sekisho.Invalid, errors.New("a sender is to be allowed or blocked"))
	}
	var n int64
	if _, err := t.One([]any{&n}, senderCount, int64(c), int64(a)); err != nil {
		return 0, err
	}
	if n >= most {
		return 0, sekisho.E("store.sender", sekisho.Full, errors.New("the list is full"))
	}
	id, err := t.take("sender", 1)
	if err != nil {
		return 0, err
	}
	t.after = append(t.after, t.s.forget)
	_, err = t.Exec(senderPut, int64(c), int64(a), address, id, stance, db.Micros(t.s.now()))
	return uint64(id), err
}

// senderAddress is an address as lists have it. A whole domain is written "@domain", where that may be.
func senderAddress(s string, domain bool) (string, error) {
	s = strings.TrimSpace(s)
	if d, whole := strings.CutPrefix(s, "@"); whole {
		if !domain {
			return "", sekisho.E("store.sender", sekisho.Denied, errors.New("whole domains are for the organisation's administrator to list"))
		}
		d, err := addr.FoldDomain(d)
		return "@" + d, err
	}
	a, err := addr.Fold(s)
	if err == nil && (!strings.Contains(a, "@") || len(a) > 320) {
		err = sekisho.E("store.sender", sekisho.Invalid, errors.New("not an address"))
	}
	return a, err
}

// listedFor says whether anybody's list has to be asked for mail to an account.
func listedFor(r db.Reader, c sekisho.ContractID, a sekisho.AccountID) (bool, error) {
	var one int64
	return r.One([]any{&one}, senderAny, int64(c), int64(a))
}

// stance answers StoreStance. The organisation's word comes before a person's, an address before its domain. To allow takes the
// address that the recipient sees and that authentication proves; to block, either.
func (s *Store) stance(ctx context.Context, _ sekisho.Caller, q wire.StanceQuery) (out wire.Stances, err error) {
	if len(q.Accounts) > mostTargets {
		return out, sekisho.E("store.stance", sekisho.TooMany, nil)
	}
	header, errHeader := addr.Fold(q.Header)
	envelope, errEnvelope := addr.Fold(q.Envelope)
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		ask := func(a sekisho.AccountID, address string) (stance string, err error) {
			_, err = r.One([]any{&stance}, senderOne, int64(q.Contract), int64(a), db.Text(address))
			return stance, err
		}
		of := func(a sekisho.AccountID) (string, error) {
			names := []string{}
			if errHeader == nil && header != "" {
				names = append(names, header, "@"+addr.Domain(header))
			}
			shown := len(names)
			if errEnvelope == nil && envelope != "" && envelope != header {
				names = append(names, envelope, "@"+addr.Domain(envelope))
			}
			for i, n := range names {
				if got, err := ask(a, n); err != nil || got == "block" || got == "allow" && i < shown {
					return got, err
				}
			}
			return "", nil
		}
		c, err := readContract(r, q.Contract)
		if err != nil {
			return err
		}
		all, err := of(whole)
		for _, a := range q.Accounts {
			x := wire.SenderStance{Stance: all, By: "organisation"}
			if err == nil && all == "" && a != whole && ownLists(c) {
				x.By = "recipient"
				x.Stance, err = of(a)
			}
			out.List = append(out.List, x)
		}
		return err
	})
	return out, err
}

// adminSender changes the list for everybody of a contract.
func (t *txn) adminSender(q wire.AdminSender, out *wire.AdminDone) error {
	out.Contract = q.Contract
	if err := t.liveContract(q.Contract); err != nil {
		return err
	}
	address, err := senderAddress(q.Address, true)
	if err != nil {
		return err
	}
	switch q.Do {
	case "add":
		_, err := t.putSender(q.Contract, whole, address, q.Stance, mostContractSenders)
		return err
	case "remove":
		n, err := t.Exec(senderRemove, int64(q.Contract), address)
		if err == nil && n == 0 {
			err = adminError(sekisho.NotFound, "%.100q is not in the contract's list", q.Address)
		}
		return err
	}
	return noAction(q.Do)
}

// rememberSender puts the sender of a kept mail into the list of him who decides about it: the address in From, as its trace has it.
func (t *txn) rememberSender(k homeKey, r *keptRow, stance string) error {
	d, err := traceOf(t, r)
	if err != nil {
		return err
	}
	from := r.From
	if d.Trace.From != "" {
		from = d.Trace.From
	}
	_, err = t.ownSender(k, wire.Sender{Address: from, Stance: stance})
	return err
}
