package store

import (
	"context"
	"slices"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/mail/missend"
	"sekisho/wire"
)

// stepHabit: for each contract, a sketch of which organisations were written to together (missend.Together).
const stepHabit = `
CREATE TABLE together (
	contract BIGINT PRIMARY KEY,
	content BYTES NOT NULL
)
`

const (
	togetherRead  = "SELECT content FROM together WHERE contract = $1"
	togetherPut   = "INSERT INTO together (contract, content) VALUES ($1, $2) ON CONFLICT (contract) DO UPDATE SET content = excluded.content"
	contactsMany  = "SELECT COUNT(*) FROM (SELECT 1 FROM contact WHERE contract = $1 AND inside = $2 LIMIT 20) AS many"
	partnersNamed = "SELECT data FROM partner WHERE contract = $1 ORDER BY name, id LIMIT 10000"
	contactsTo    = "SELECT COUNT(*) FROM (SELECT 1 FROM contact WHERE contract = $1 AND outside = $2 LIMIT 2) AS few"
)

// manyContacts is how many people somebody must have written to before a new one is unusual; mostHabit bounds how many are asked about.
const manyContacts, mostHabit = 20, 200

func togetherOf(r db.Reader, id sekisho.ContractID) (*missend.Together, error) {
	var b []byte
	if _, err := r.One([]any{&b}, togetherRead, int64(id)); err != nil {
		return nil, err
	}
	if s, err := missend.LoadTogether(b); err == nil {
		return s, nil
	}
	return missend.LoadTogether(nil) // it was written by a program that kept it otherwise
}

// meet notes which organisations a mail that leaves was sent to together.
func (t *txn) meet(in *incoming) error {
	var outside []string
	for i := range in.Deliveries {
		if d := &in.Deliveries[i]; d.Fate == wire.FateQueue && d.Outside != "" {
			outside = append(outside, d.Outside)
		}
	}
	if len(outside) < 2 || len(missend.Organisations(outside)) < 2 {
		return nil
	}
	s, err := togetherOf(t, in.Sealed.Contract)
	if err != nil || !s.Add(outside) {
		return err
	}
	_, err = t.Exec(togetherPut, int64(in.Sealed.Contract), s.Bytes())
	return err
}

// habit answers StoreHabit.
func (s *Store) habit(ctx context.Context, by sekisho.Caller, q wire.HabitQuery) (out wire.Habit, err error) {
	r := s.db.Reading(ctx)
	if by.Role == sekisho.Webmail {
		k, err := s.enter(ctx, by, q.Pass)
		if err != nil {
			return out, err
		}
		a, err := readAccount(r, accountByID, int64(k.contract), int64(k.account))
		if err != nil {
			return out, err
		}
		q.Contract, q.From = k.contract, a.Address
	}
	q.Outside = q.Outside[:min(len(q.Outside), mostHabit)]
	if out.Rare, err = rare(r, q); err != nil {
		return out, err
	}
	if q.Named {
		if out.Named, err = organisationsOf(r, q.Contract); err != nil {
			return out, err
		}
	}
	if len(q.Outside) < 2 {
		return out, nil
	}
	t, err := togetherOf(r, q.Contract)
	if err != nil {
		return out, err
	}
	for _, p := range t.Apart(q.Outside) {
		out.Apart = append(out.Apart, wire.Apart{One: p[0], Other: p[1]})
	}
	return out, nil
}

// organisationsOf gives the organisations of a contract's shared address book.
func organisationsOf(r db.Reader, id sekisho.ContractID) (out []wire.Organisation, err error) {
	list, err := readPartners(r, partnersNamed, int64(id))
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for _, p := range list {
		if p.Organization == "" {
			continue
		}
		i, known := at[p.Organization]
		if !known {
			if i = len(out); i == wire.MostNamed {
				break
			}
			at[p.Organization], out = i, append(out, wire.Organisation{Name: p.Organization})
		}
		for _, d := range missend.Organisations(p.Addresses) {
			if o := &out[i]; len(o.Domains) < 20 && !slices.Contains(o.Domains, d) {
				o.Domains = append(o.Domains, d)
			}
		}
	}
	return out, nil
}

// rare gives the recipients that hardly anybody of the contract has corresponded with.
func rare(r db.Reader, q wire.HabitQuery) (out []string, err error) {
	from, err := addr.Fold(q.From)
	if err != nil || from == "" {
		return nil, nil
	}
	var n int64
	if _, err := r.One([]any{&n}, contactsMany, int64(q.Contract), from); err != nil || n < manyContacts {
		return nil, err
	}
	for _, a := range q.Outside {
		to, wrong := addr.Fold(a)
		if wrong != nil {
			continue
		}
		var first, last int64
		known, err := r.One([]any{&first, &last}, contactRead, int64(q.Contract), from, to)
		if err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if _, err := r.One([]any{&n}, contactsTo, int64(q.Contract), to); err != nil {
			return nil, err
		}
		if n < 2 {
			out = append(out, a)
		}
	}
	return out, nil
}
