package store

import (
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// stepAsk: whom held mail waits for. asked has a row for everybody whom the present stage of a mail asks; asking, when something is due
// about it; ended, for a time, how it ended, so that who comes late is told; deputy, who stands in for whom.
const stepAsk = `
ALTER TABLE account ADD COLUMN supervisor TEXT NOT NULL DEFAULT ''
;
CREATE TABLE asked (
	contract BIGINT NOT NULL,
	address TEXT NOT NULL,
	kept BIGINT NOT NULL,
	PRIMARY KEY (contract, address, kept)
) CLUSTERED
;
CREATE INDEX asked_kept ON asked (contract, kept)
;
CREATE TABLE asking (
	contract BIGINT NOT NULL,
	kept BIGINT NOT NULL,
	due BIGINT NOT NULL,
	PRIMARY KEY (contract, kept)
) CLUSTERED
;
CREATE INDEX asking_due ON asking (due)
;
CREATE TABLE ended (
	contract BIGINT NOT NULL,
	kept BIGINT NOT NULL,
	at BIGINT NOT NULL,
	what TEXT NOT NULL,
	who TEXT NOT NULL,
	people TEXT NOT NULL,
	PRIMARY KEY (contract, kept)
) CLUSTERED
;
CREATE TABLE deputy (
	contract BIGINT NOT NULL,
	address TEXT NOT NULL,
	deputy TEXT NOT NULL,
	since BIGINT NOT NULL,
	until BIGINT NOT NULL,
	PRIMARY KEY (contract, address)
) CLUSTERED
;
CREATE INDEX deputy_deputy ON deputy (contract, deputy)
`

const (
	askedInsert  = "INSERT INTO asked (contract, address, kept) VALUES ($1, $2, $3) ON CONFLICT (contract, address, kept) DO NOTHING"
	askedDelete  = "DELETE FROM asked WHERE contract = $1 AND kept = $2"
	askedOf      = "SELECT address FROM asked WHERE contract = $1 AND kept = $2 ORDER BY address"
	askingPut    = "INSERT INTO asking (contract, kept, due) VALUES ($1, $2, $3) ON CONFLICT (contract, kept) DO UPDATE SET due = excluded.due"
	askingDelete = "DELETE FROM asking WHERE contract = $1 AND kept = $2"
	askingFirst  = "SELECT due FROM asking ORDER BY due LIMIT 1"
	askingDue    = "SELECT kept FROM asking WHERE due <= $1 ORDER BY due LIMIT 100"
	keptData1    = "UPDATE kept SET data = $3 WHERE contract = $1 AND id = $2"
	endedPut     = "INSERT INTO ended (contract, kept, at, what, who, people) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (contract, kept) DO NOTHING"
	endedRead    = "SELECT at, what, who, people FROM ended WHERE contract = $1 AND kept = $2"
	endedForget  = "DELETE FROM ended WHERE contract = $1 AND at < $2"
	superiorOf   = "SELECT supervisor FROM account WHERE contract = $1 AND address = $2"
	activeOne    = "SELECT 1 FROM account WHERE contract = $1 AND address = $2 AND status = 1"
	deputyPut    = `INSERT INTO deputy (contract, address, deputy, since, until) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (contract, address) DO UPDATE SET deputy = excluded.deputy, since = excluded.since, until = excluded.until`
	deputyDelete = "DELETE FROM deputy WHERE contract = $1 AND address = $2"
	deputyOf     = "SELECT deputy FROM deputy WHERE contract = $1 AND address = $2 AND since <= $3 AND until > $3"

	// askedBy is a condition on rows of kept: $-numbers are set by where.
	askedBy = `id IN (SELECT kept FROM asked WHERE contract = ? AND (address = ?
	OR address IN (SELECT address FROM deputy WHERE contract = ? AND deputy = ? AND since <= ? AND until > ?)))`
)

// askedOfKept are those whom a mail asks now, each with who stands in for him while he is away.
func askedOfKept(r db.Reader, c sekisho.ContractID, kept uint64, sender string, now time.Time) (out []string, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var a string
		err := scan(&a)
		out = append(out, a)
		return err
	}, askedOf, int64(c), int64(kept))
	if err != nil {
		return nil, err
	}
	for _, a := range slices.Clone(out) {
		var d string
		found, err := r.One([]any{&d}, deputyOf, int64(c), a, db.Micros(now))
		if err != nil {
			return nil, err
		}
		if found && !slices.Contains(out, d) && !strings.EqualFold(d, sender) {
			out = append(out, d)
		}
	}
	return out, nil
}

// isAsked says whether somebody is asked about any mail now, himself or for somebody who is away; or was, of late, so that he can be told
// how it ended.
func isAsked(r db.Reader, c sekisho.ContractID, address string, now time.Time) (bool, error) {
	var w where
	w.and("contract = ?", int64(c))
	w.and(askedBy, int64(c), address, int64(c), address, db.Micros(now), db.Micros(now))
	var one int64
	found, err := r.One([]any{&one}, "SELECT 1 FROM kept"+w.String()+" LIMIT 1", w.args...)
	if err != nil || found {
		return found, err
	}
	return r.One([]any{&one}, "SELECT 1 FROM ended WHERE contract = $1 AND at > $2 AND people LIKE $3 ESCAPE '!' LIMIT 1", int64(c), db.Micros(now.Add(-endedTime)),
		"% "+escaped(strings.ToLower(address))+" %")
}

// named are the active accounts that a rule names, for a sender. He himself is one of them only as "self".
func named(r db.Reader, c sekisho.ContractID, sender string, names []string) (out []string, err error) {
	for _, who := range names {
		list := []string{strings.ToLower(who)}
		switch group, is := strings.CutPrefix(who, groupMark); {
		case is:
			list, err = membersOf(r, c, group)
		case who == selfName:
			list = []string{strings.ToLower(sender)}
		case who == supervisorName:
			list, err = superior(r, c, sender)
		}
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if strings.EqualFold(a, sender) != (who == selfName) || slices.Contains(out, a) {
				continue
			}
			var one int64
			active, err := r.One([]any{&one}, activeOne, int64(c), a)
			if err != nil {
				return nil, err
			}
			if active {
				out = append(out, a)
			}
		}
	}
	return out, nil
}

func superior(r db.Reader, c sekisho.ContractID, sender string) ([]string, error) {
	var a string
	plain, tagged := addr.Base(strings.ToLower(sender))
	if !tagged {
		plain = strings.ToLower(sender)
	}
	found, err := r.One([]any{&a}, superiorOf, int64(c), plain)
	if err != nil || !found || a == "" {
		return nil, err
	}
	return []string{a}, nil
}

// membersOf are the addresses of a group; a whole domain in it names nobody.
func membersOf(r db.Reader, c sekisho.ContractID, group string) ([]string, error) {
	list, err := readTeams(r, teamsOf, int64(c))
	for _, g := range list {
		if g.Name == group {
			return g.Members, err
		}
	}
	return nil, err
}

// readWords puts into kept mails whom they ask now.
func readWords(r db.Reader, list []wire.Kept, now time.Time) (err error) {
	for i := range list {
		if k := &list[i]; k.Asks != nil {
			if k.Asked, err = askedOfKept(r, k.Contract, k.ID, k.From, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// renamed has all who name somebody as supervisor or deputy name his new address, and mail that asks him too; "" is nobody any more.
func (t *txn) renamed(c sekisho.ContractID, old, now string) error {
	list := []string{"UPDATE account SET supervisor = $3 WHERE contract = $1 AND supervisor = $2"}
	if now == "" {
		if _, err := t.Exec("DELETE FROM deputy WHERE contract = $1 AND (address = $2 OR deputy = $2)", int64(c), old); err != nil {
			return err
		}
		if _, err := t.Exec("DELETE FROM asked WHERE contract = $1 AND address = $2", int64(c), old); err != nil {
			return err
		}
	} else {
		list = append(list, "UPDATE deputy SET address = $3 WHERE contract = $1 AND address = $2", "UPDATE deputy SET deputy = $3 WHERE contract = $1 AND deputy = $2",
			"UPDATE asked SET address = $3 WHERE contract = $1 AND address = $2")
	}
	for _, q := range list {
		if _, err := t.Exec(q, int64(c), old, now); err != nil {
			return err
		}
	}
	return nil
}
