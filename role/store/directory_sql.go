package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/insider"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

const (
	domainOne        = "SELECT contract, settings FROM domain WHERE name = $1"
	domainsOf        = "SELECT settings FROM domain WHERE contract = $1 ORDER BY name"
	contractOne      = "SELECT id, status, version, settings FROM contract WHERE id = $1"
	contractNamed    = "SELECT id, status, version, settings FROM contract WHERE name = $1"
	contractAll      = "SELECT id, status, version, settings FROM contract ORDER BY id"
	contractStanding = "SELECT status, version FROM contract WHERE id = $1"
	accountColumns   = "SELECT contract, id, address, name, role, public, status, quota, supervisor, leaves, wait, wait_for FROM account"
	accountByAddress = accountColumns + " WHERE address = $1"
	accountByID      = accountColumns + " WHERE contract = $1 AND id = $2"
	accountsOf       = accountColumns + " WHERE contract = $1 ORDER BY address"
	accountsAll      = accountColumns + " ORDER BY contract, address"
	accountQuota     = "SELECT quota FROM account WHERE contract = $1 AND id = $2"
	aliasColumns     = "SELECT address, contract, targets, identity FROM alias"
	aliasOne         = aliasColumns + " WHERE address = $1"
	aliasIdentities  = aliasColumns + " WHERE contract = $1 AND identity = 1 AND targets LIKE $2 ESCAPE '!' ORDER BY address"
	aliasesOf        = aliasColumns + " WHERE contract = $1 ORDER BY address"
	aliasesAll       = aliasColumns + " ORDER BY contract, address"
	teamsOf          = "SELECT contract, name, members FROM team WHERE contract = $1 ORDER BY name"
	teamsAll         = "SELECT contract, name, members FROM team ORDER BY contract, name"
	contactRead      = "SELECT first, last FROM contact WHERE contract = $1 AND inside = $2 AND outside = $3"
	contactNote      = `INSERT INTO contact (contract, inside, outside, first, last) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (contract, inside, outside) DO UPDATE SET last = excluded.last`
)

type domainRow struct {
	contract sekisho.ContractID
	set      wire.Domain
}

func readDomain(r db.Reader, name string) (d domainRow, err error) {
	var contract int64
	var settings []byte
	found, err := r.One([]any{&contract, &settings}, domainOne, name)
	if err != nil || !found {
		return d, err
	}
	d.contract = sekisho.ContractID(contract)
	return d, unpack(settings, &d.set)
}

func unpack(b []byte, v any) error {
	if err := json.Unmarshal(b, v); err != nil {
		return sekisho.E("store.directory", sekisho.Corrupt, err)
	}
	return nil
}

func readStanding(r db.Reader, id sekisho.ContractID) (status sekisho.Status, version uint64, err error) {
	_, err = r.One([]any{&status, &version}, contractStanding, int64(id))
	return status, version, err
}

func scanContract(scan func(...any) error) (c wire.Contract, err error) {
	var id, version int64
	var status uint8
	var settings []byte
	if err = scan(&id, &status, &version, &settings); err != nil {
		return c, err
	}
	err = unpack(settings, &c)
	c.ID, c.Status, c.Version = sekisho.ContractID(id), sekisho.Status(status), uint64(version)
	return c, err
}

func readContract(r db.Reader, id sekisho.ContractID) (c wire.Contract, err error) {
	err = r.Each(func(scan func(...any) error) (err error) { c, err = scanContract(scan); return err }, contractOne, int64(id))
	if err != nil {
		return c, err
	}
	if c.ID == 0 {
		return c, sekisho.E("store.contract", sekisho.NotFound, fmt.Errorf("no contract %d", id))
	}
	c.Domains, err = readDomains(r, id)
	return c, err
}

func readContracts(r db.Reader) (out []wire.Contract, err error) {
	err = r.Each(func(scan func(...any) error) error {
		c, err := scanContract(scan)
		out = append(out, c)
		return err
	}, contractAll)
	for i := range out {
		if err == nil {
			out[i].Domains, err = readDomains(r, out[i].ID)
		}
	}
	return out, err
}

func readDomains(r db.Reader, id sekisho.ContractID) (out []wire.Domain, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var settings []byte
		var d wire.Domain
		if err := scan(&settings); err != nil {
			return err
		}
		err := unpack(settings, &d)
		out = append(out, d)
		return err
	}, domainsOf, int64(id))
	return out, err
}

func scanAccount(scan func(...any) error) (a wire.AdminAccount, err error) {
	var contract, id, leaves int64
	var status uint8
	var w wire.Wait
	err = scan(&contract, &id, &a.Address, &a.Name, &a.Role, &a.Public, &status, &a.Quota, &a.Supervisor, &leaves, &w.Minutes, &w.For)
	if w.Minutes != 0 {
		a.Wait = &w
	}
	if leaves != 0 {
		a.Leaves = insider.Date(leaves)
	}
	a.Contract, a.ID, a.Status = sekisho.ContractID(contract), sekisho.AccountID(id), sekisho.Status(status)
	return a, err
}

// readAccount gives the account that a query finds; its ID is 0 when there is none.
func readAccount(r db.Reader, query string, args ...any) (a wire.AdminAccount, err error) {
	err = r.Each(func(scan func(...any) error) (err error) { a, err = scanAccount(scan); return err }, query, args...)
	return a, err
}

func readAccounts(r db.Reader, query string, args ...any) (out []wire.AdminAccount, err error) {
	err = r.Each(func(scan func(...any) error) error {
		a, err := scanAccount(scan)
		out = append(out, a)
		return err
	}, query, args...)
	return out, err
}

func readAliases(r db.Reader, query string, args ...any) (out []wire.AdminAlias, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var a wire.AdminAlias
		var contract int64
		var targets string
		err := scan(&a.Address, &contract, &targets, &a.Identity)
		a.Contract, a.Targets = sekisho.ContractID(contract), strings.Fields(targets)
		out = append(out, a)
		return err
	}, query, args...)
	return out, err
}

func readAlias(r db.Reader, address string) (wire.AdminAlias, error) {
	list, err := readAliases(r, aliasOne, address)
	if err != nil || len(list) == 0 {
		return wire.AdminAlias{}, err
	}
	return list[0], nil
}

// readIdentities gives the aliases that an address may send as.
func readIdentities(r db.Reader, id sekisho.ContractID, address string) (out []string, err error) {
	list, err := readAliases(r, aliasIdentities, int64(id), "%"+escaped(address)+"%")
	for _, a := range list {
		if slices.Contains(a.Targets, address) {
			out = append(out, a.Address)
		}
	}
	return out, err
}

// escaped makes text that LIKE takes as it is, with ESCAPE '!'.
func escaped(s string) string { return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s) }

func readTeams(r db.Reader, query string, args ...any) (out []wire.AdminGroup, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var g wire.AdminGroup
		var contract int64
		var members string
		err := scan(&contract, &g.Name, &members)
		g.Contract, g.Members = sekisho.ContractID(contract), strings.Fields(members)
		out = append(out, g)
		return err
	}, query, args...)
	return out, err
}

// readGroups gives the names of the groups that an address belongs to: by itself, without its tag, or by its domain.
func readGroups(r db.Reader, id sekisho.ContractID, address string) (out []string, err error) {
	list, err := readTeams(r, teamsOf, int64(id))
	plain, _ := addr.Base(address)
	for _, g := range list {
		if slices.ContainsFunc(g.Members, func(m string) bool { return m == address || m == plain || m == "@"+addr.Domain(address) }) {
			out = append(out, g.Name)
		}
	}
	return out, err
}

// quota is what an account may keep; remembered until the directory changes.
func (s *Store) quota(ctx context.Context, c sekisho.ContractID, a sekisho.AccountID) (int64, error) {
	s.dmu.RLock()
	n, known := s.quotas[a]
	changed := s.changed
	s.dmu.RUnlock()
	if known {
		return n, nil
	}
	if _, err := s.db.One(ctx, []any{&n}, accountQuota, int64(c), int64(a)); err != nil {
		return 0, err
	}
	s.dmu.Lock()
	defer s.dmu.Unlock()
	if changed == s.changed {
		s.quotas[a] = n
	}
	return n, nil
}

// contact answers StoreContact.
func (s *Store) contact(ctx context.Context, _ sekisho.Caller, q wire.Contact) (wire.Contacted, error) {
	inside, err := addr.Fold(q.Inside)
	if err != nil {
		return wire.Contacted{}, err
	}
	outside, err := addr.Fold(q.Outside)
	if err != nil {
		return wire.Contacted{}, err
	}
	if inside == "" || outside == "" || q.Contract == 0 {
		return wire.Contacted{}, sekisho.E("store.contact", sekisho.Invalid, errors.New("an address is missing"))
	}
	if q.Note {
		err := s.change(ctx, func(t *txn) error {
			_, err := t.Exec(contactNote, int64(q.Contract), inside, outside, db.Micros(s.now().Truncate(time.Second)))
			return err
		})
		if err != nil {
			return wire.Contacted{}, err
		}
	}
	var first, last int64
	_, err = s.db.One(ctx, []any{&first, &last}, contactRead, int64(q.Contract), inside, outside)
	return wire.Contacted{First: db.Time(first), Last: db.Time(last)}, err
}

func (s *Store) lastContact(ctx context.Context, c sekisho.ContractID, inside, outside string) (time.Time, error) {
	var first, last int64
	_, err := s.db.One(ctx, []any{&first, &last}, contactRead, int64(c), inside, outside)
	return db.Time(last), err
}

// remember notes who corresponds with whom by a delivery.
func (t *txn) remember(c sekisho.ContractID, d *wire.Delivery, now time.Time) error {
	inside, err1 := addr.Fold(d.Inside)
	outside, err2 := addr.Fold(d.Outside)
	if err1 != nil || err2 != nil || inside == "" || outside == "" {
		return nil
	}
	_, err := t.Exec(contactNote, int64(c), inside, outside, db.Micros(now.Truncate(time.Second)))
	return err
}
