package store

import (
	"cmp"
	"encoding/json"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

func contractID(t *txn, name string) (sekisho.ContractID, error) {
	var c wire.Contract
	err := t.Each(func(scan func(...any) error) (err error) { c, err = scanContract(scan); return err }, contractNamed, name)
	return c.ID, err
}

func packContract(c wire.Contract) []byte {
	c.Domains = nil
	b, _ := json.Marshal(c)
	return b
}

func (t *txn) insertContract(c wire.Contract) error {
	_, err := t.Exec("INSERT INTO contract (id, name, status, version, settings) VALUES ($1, $2, $3, 0, $4)",
		int64(c.ID), c.Name, int64(c.Status), packContract(c))
	return err
}

func (t *txn) updateContract(c wire.Contract) error {
	_, err := t.Exec("UPDATE contract SET name = $2, status = $3, settings = $4 WHERE id = $1", int64(c.ID), c.Name, int64(c.Status), packContract(c))
	return err
}

func (t *txn) raiseVersion(id sekisho.ContractID) error {
	_, err := t.Exec("UPDATE contract SET version = version + 1 WHERE id = $1", int64(id))
	return err
}

// purgeContract deletes every row that belongs to a contract. What its segments hold is unreadable from the moment that
// vault has destroyed its key.
func (t *txn) purgeContract(id sekisho.ContractID) error {
	for k := range t.homes { // the others' changes in this transaction still have to be written
		if k.contract == id {
			delete(t.homes, k)
		}
	}
	if _, err := t.Exec(deadContract, int64(id), db.Micros(t.s.now())); err != nil {
		return err
	}
	if err := t.unteach(homeKey{id, 0}); err != nil {
		return err
	}
	for _, table := range [...]string{"domain", "account", "alias", "team", "mailbox", "message", "placed", "gone", "wrap", "chunk", "trace", "event", "kept", "queue", "contact", "archived", "amendment", "access_grant", "access", "policy_version", "upload", "item", "answered", "notice", "partner", "partner_key", "sender", "digest", "judged", "report", "report_tls", "layer", "click", "print", "print_piece", "together", "asked", "asking", "ended", "deputy", "way", "conduct"} {
		if _, err := t.Exec("DELETE FROM "+table+" WHERE contract = $1", int64(id)); err != nil {
			return err
		}
	}
	t.told = append(t.told, t.s.counted.forget)
	t.after = append(t.after, func() {
		for k, h := range t.s.homes {
			if k.contract != id {
				continue
			}
			for _, m := range h.list {
				t.s.columns.drop(m.ID)
			}
			delete(t.s.homes, k)
		}
	})
	return nil
}

func packDomain(d wire.Domain) []byte { b, _ := json.Marshal(d); return b }

func (t *txn) insertDomain(c sekisho.ContractID, d wire.Domain) error {
	_, err := t.Exec("INSERT INTO domain (name, contract, settings) VALUES ($1, $2, $3)", d.Name, int64(c), packDomain(d))
	return err
}

func (t *txn) updateDomain(d wire.Domain) error {
	_, err := t.Exec("UPDATE domain SET settings = $2 WHERE name = $1", d.Name, packDomain(d))
	return err
}

func (t *txn) deleteDomain(name string) error {
	_, err := t.Exec("DELETE FROM domain WHERE name = $1", name)
	return err
}

func (t *txn) domainUsed(name string) (bool, error) {
	var one int64
	found, err := t.One([]any{&one}, "SELECT 1 FROM account WHERE address LIKE $1 ESCAPE '!' UNION SELECT 1 FROM alias WHERE address LIKE $1 ESCAPE '!'", "%@"+escaped(name))
	return found, err
}

func (t *txn) insertAccount(a wire.AdminAccount) error {
	w := cmp.Or(a.Wait, &wire.Wait{})
	_, err := t.Exec("INSERT INTO account (contract, id, address, name, role, public, status, quota, supervisor, leaves, wait, wait_for) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		int64(a.Contract), int64(a.ID), a.Address, a.Name, a.Role, a.Public, int64(a.Status), a.Quota, a.Supervisor, lastDay(a.Leaves), int64(w.Minutes), w.For)
	return err
}

func (t *txn) updateAccount(a wire.AdminAccount) error {
	w := cmp.Or(a.Wait, &wire.Wait{})
	_, err := t.Exec("UPDATE account SET address = $3, name = $4, role = $5, public = $6, status = $7, quota = $8, supervisor = $9, leaves = $10, wait = $11, wait_for = $12 WHERE contract = $1 AND id = $2",
		int64(a.Contract), int64(a.ID), a.Address, a.Name, a.Role, a.Public, int64(a.Status), a.Quota, a.Supervisor, lastDay(a.Leaves), int64(w.Minutes), w.For)
	return err
}

func (t *txn) deleteAccount(k homeKey) error {
	_, err := t.Exec("DELETE FROM account WHERE contract = $1 AND id = $2", int64(k.contract), int64(k.account))
	return err
}

func (t *txn) insertAlias(a wire.AdminAlias) error {
	_, err := t.Exec("INSERT INTO alias (address, contract, targets, identity) VALUES ($1, $2, $3, $4)",
		a.Address, int64(a.Contract), strings.Join(a.Targets, " "), truth(a.Identity))
	return err
}

func (t *txn) updateAlias(a wire.AdminAlias) error {
	_, err := t.Exec("UPDATE alias SET targets = $2, identity = $3 WHERE address = $1", a.Address, strings.Join(a.Targets, " "), truth(a.Identity))
	return err
}

func (t *txn) deleteAlias(address string) error {
	_, err := t.Exec("DELETE FROM alias WHERE address = $1", address)
	return err
}

func (t *txn) putGroup(g wire.AdminGroup) error {
	_, err := t.Exec("INSERT INTO team (contract, name, members) VALUES ($1, $2, $3) ON CONFLICT (contract, name) DO UPDATE SET members = excluded.members",
		int64(g.Contract), g.Name, strings.Join(g.Members, " "))
	return err
}

func (t *txn) deleteGroup(g wire.AdminGroup) error {
	_, err := t.Exec("DELETE FROM team WHERE contract = $1 AND name = $2", int64(g.Contract), g.Name)
	return err
}

// wakeSessions has whoever waits for changes of mailboxes of an account, or of a whole contract (account 0), look again: those
// sessions hear that they have ended.
func (t *txn) wakeSessions(c sekisho.ContractID, a sekisho.AccountID) error {
	return t.Each(func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		t.told = append(t.told, func() { t.s.feed.add(sekisho.MailboxID(id)) })
		return err
	}, "SELECT id FROM mailbox WHERE contract = $1 AND (account = $2 OR $2 = 0)", int64(c), int64(a))
}
