package store

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// admin answers StoreAdmin. Every change raises the contract's version, so that the roles ask for it again.
func (s *Store) admin(ctx context.Context, _ sekisho.Caller, q wire.Admin) (out wire.AdminDone, err error) {
	var f func(t *txn) error
	set := 0
	if q.Contract != nil {
		f, set = func(t *txn) error { return t.adminContract(*q.Contract, &out) }, set+1
	}
	if q.Domain != nil {
		f, set = func(t *txn) error { return t.adminDomain(*q.Domain, &out) }, set+1
	}
	if q.Account != nil {
		f, set = func(t *txn) error { return t.adminAccount(*q.Account, &out) }, set+1
	}
	if q.Alias != nil {
		f, set = func(t *txn) error { return t.adminAlias(*q.Alias, &out) }, set+1
	}
	if q.Group != nil {
		f, set = func(t *txn) error { return t.adminGroup(*q.Group, &out) }, set+1
	}
	if q.Learned != nil {
		f, set = func(t *txn) error { return t.adminLearned(*q.Learned, &out) }, set+1
	}
	if q.Sender != nil {
		f, set = func(t *txn) error { return t.adminSender(*q.Sender, &out) }, set+1
	}
	if q.Print != nil {
		f, set = func(t *txn) error { return t.adminPrint(*q.Print, &out) }, set+1
	}
	if set != 1 {
		return out, adminError(sekisho.Invalid, "exactly one thing is changed at a time")
	}
	err = s.change(ctx, func(t *txn) error {
		out = wire.AdminDone{}
		if err := f(t); err != nil {
			return err
		}
		t.after = append(t.after, s.forget)
		return t.raiseVersion(out.Contract)
	})
	return out, err
}

func adminError(kind sekisho.ErrorKind, format string, args ...any) error {
	return sekisho.E("store.admin", kind, fmt.Errorf(format, args...))
}

func noAction(do string) error { return adminError(sekisho.Invalid, "no action %q", do) }

// nameText checks a name that people see.
func nameText(what, s string, empty bool) error {
	if s == "" && !empty {
		return adminError(sekisho.Invalid, "%s is missing", what)
	}
	if len(s) > 200 || db.Text(s) != s || strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return adminError(sekisho.Invalid, "%s is longer than 200 bytes or has control characters", what)
	}
	return nil
}

func (t *txn) adminContract(q wire.AdminContract, out *wire.AdminDone) error {
	for _, n := range q.Set.Networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			return adminError(sekisho.Invalid, "not a network such as 192.0.2.0/24: %.50q", n)
		}
	}
	if err := sound(&q.Set); err != nil {
		return err
	}
	switch q.Do {
	case "add":
		if err := nameText("the contract's name", q.Set.Name, false); err != nil {
			return err
		}
		if id, err := contractID(t, q.Set.Name); err != nil || id != 0 {
			return orExists(err, "contract %q", q.Set.Name)
		}
		id, err := t.take("contract", 1)
		if err != nil {
			return err
		}
		if q.Set.Status == 0 {
			q.Set.Status = sekisho.Active
		}
		q.Set.ID = sekisho.ContractID(id)
		out.Contract = q.Set.ID
		return t.insertContract(q.Set)
	case "set", undoPolicy:
		return t.setContract(q, "", out)
	}
	return noAction(q.Do)
}

func orExists(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return adminError(sekisho.Exists, format, args...)
}

// setContract changes a contract; who is named in the list of its rules' versions.
func (t *txn) setContract(q wire.AdminContract, who string, out *wire.AdminDone) error {
	old, err := readContract(t, q.Set.ID)
	if err != nil {
		return err
	}
	if old.Status == sekisho.Terminated {
		return adminError(sekisho.Denied, "the contract is terminated")
	}
	next := q.Set
	if q.Keep {
		next = kept(old, next)
	}
	if q.Do == undoPolicy {
		if next, err = t.withoutLast(old); err != nil {
			return err
		}
	}
	if next.Status == 0 {
		next.Status = old.Status
	}
	if err := nameText("the contract's name", next.Name, false); err != nil {
		return err
	}
	if id, err := contractID(t, next.Name); err != nil || id != 0 && id != old.ID {
		return orExists(err, "contract %q", next.Name)
	}
	if err := nameText("the reason of the legal hold", next.Hold, true); err != nil {
		return err
	}
	if err := t.freeHosts(old.ID, next.Hosts); err != nil {
		return err
	}
	out.Contract = old.ID
	if next.Status != sekisho.Active && old.Status == sekisho.Active {
		if err := t.wakeSessions(old.ID, 0); err != nil {
			return err
		}
	}
	if next.Status == sekisho.Terminated {
		next = wire.Contract{ID: old.ID, Name: next.Name, Status: next.Status}
		if err := t.purgeContract(old.ID); err != nil {
			return err
		}
	} else if !bytes.Equal(old.Policy, next.Policy) {
		if err := t.keepVersion(old, who, next.Policy); err != nil {
			return err
		}
	}
	return t.updateContract(next)
}

// sound checks the settings of a contract that are words.
func sound(c *wire.Contract) error {
	if c.Senders != "" && c.Senders != "own" && c.Senders != "none" {
		return adminError(sekisho.Invalid, "senders %.20q: write \"own\" for lists of everybody's own, or \"none\"", c.Senders)
	}
	if c.Wait > wire.MostWait {
		return adminError(sekisho.Invalid, "mail of people can wait at most %d minutes by default", wire.MostWait)
	}
	_, err := parseSchedule(c.Digest, c.Language)
	return err
}

// kept fills the empty fields of a change from what is there.
func kept(old, next wire.Contract) wire.Contract {
	fill(&next.Name, old.Name)
	fill(&next.Status, old.Status)
	fill(&next.Limit, old.Limit)
	fill(&next.Language, old.Language)
	fill(&next.Unscanned, old.Unscanned)
	fill(&next.Senders, old.Senders)
	fill(&next.Digest, old.Digest)
	fillList(&next.Policy, old.Policy)
	fillList(&next.People, old.People)
	fillList(&next.Networks, old.Networks)
	fillList(&next.Hosts, old.Hosts)
	fillList(&next.Spool, old.Spool)
	fillList(&next.Quarantine, old.Quarantine)
	fillList(&next.Archive, old.Archive)
	fillList(&next.Config, old.Config)
	fill(&next.Automatic, old.Automatic)
	fill(&next.URLs, old.URLs)
	if fill(&next.Hold, old.Hold); next.Hold == "none" {
		next.Hold = ""
	}
	if fill(&next.Wait, old.Wait); next.Wait < 0 {
		next.Wait = 0
	}
	return next
}

func fill[T comparable](to *T, from T) {
	var zero T
	if *to == zero {
		*to = from
	}
}

func fillList[T any](to *[]T, from []T) {
	if len(*to) == 0 {
		*to = from
	}
}

func (t *txn) adminDomain(q wire.AdminDomain, out *wire.AdminDone) error {
	name, err := addr.FoldDomain(q.Set.Name)
	if err != nil {
		return err
	}
	if !strings.Contains(name, ".") || strings.HasPrefix(name, "[") {
		return adminError(sekisho.Invalid, "not a domain: %.100q", name)
	}
	d, err := readDomain(t, name)
	if err != nil {
		return err
	}
	if q.Do == "rotate" { // of the keys alone
		keys := q.Set.DKIM
		q.Do, q.Set = "set", d.set
		q.Set.DKIM = keys
	}
	q.Set.Name, out.Contract = name, q.Contract
	switch q.Do {
	case "add":
		if err := t.liveContract(q.Contract); err != nil {
			return err
		}
		if d.contract != 0 {
			return adminError(sekisho.Exists, "domain %q", name)
		}
		return t.insertDomain(q.Contract, q.Set)
	case "set", "remove":
		if d.contract == 0 || q.Contract != 0 && d.contract != q.Contract {
			return adminError(sekisho.NotFound, "no domain %q in this contract", name)
		}
		out.Contract = d.contract
		if q.Do == "set" {
			return t.setDomain(d.set, q.Set)
		}
		used, err := t.domainUsed(name)
		if err != nil {
			return err
		}
		if used {
			return adminError(sekisho.Conflict, "domain %q still has accounts or aliases", name)
		}
		return t.deleteDomain(name)
	}
	return noAction(q.Do)
}

func (t *txn) liveContract(id sekisho.ContractID) error {
	c, err := readContract(t, id)
	if err == nil && c.Status == sekisho.Terminated {
		err = adminError(sekisho.Denied, "the contract is terminated")
	}
	return err
}

// freshAddress checks that an address can be given away: of one of the contract's domains and nobody's yet.
func (t *txn) freshAddress(c sekisho.ContractID, address string) error {
	d, err := readDomain(t, addr.Domain(address))
	if err != nil {
		return err
	}
	if d.contract != c || c == 0 {
		return adminError(sekisho.NotFound, "the contract has no domain %q", addr.Domain(address))
	}
	a, err := readAccount(t, accountByAddress, address)
	if err != nil {
		return err
	}
	l, err := readAlias(t, address)
	if err != nil {
		return err
	}
	if a.ID != 0 || l.Address != "" {
		return adminError(sekisho.Exists, "address %q", address)
	}
	return nil
}

func (t *txn) adminAccount(q wire.AdminAccount, out *wire.AdminDone) (err error) {
	if err := nameText("the account's name", q.Name, true); err != nil {
		return err
	}
	if q.Role != "" && q.Role != "admin" && !slices.Contains(sekisho.Duties(), q.Role) {
		return adminError(sekisho.Invalid, "role is one of %s", strings.Join(sekisho.Duties(), ", "))
	}
	if q.Address != "" {
		if q.Address, err = addr.Fold(q.Address); err != nil {
			return err
		}
	}
	if q.Supervisor, err = t.superior(q); err != nil {
		return err
	}
	if q.Leaves != "" && q.Leaves != "none" && lastDay(q.Leaves) <= 0 {
		return adminError(sekisho.Invalid, "the last day %.20q: write it as 2026-12-31, or none", q.Leaves)
	}
	if q.Wait != nil {
		c, err := readContract(t, q.Contract)
		if q.Contract == 0 {
			var his wire.AdminAccount
			if his, err = readAccount(t, accountByAddress, q.Address); err == nil && his.ID != 0 {
				c, err = readContract(t, his.Contract)
			}
		}
		if err != nil {
			return err
		}
		if err := soundWait(q.Wait, c.Wait); err != nil {
			return err
		}
	}
	if q.Do == "add" {
		return t.addAccount(q, out)
	}
	old, err := readAccount(t, accountByID, int64(q.Contract), int64(q.ID))
	if q.ID == 0 {
		old, err = readAccount(t, accountByAddress, q.Address)
	}
	if err != nil {
		return err
	}
	if old.ID == 0 || q.Contract != 0 && old.Contract != q.Contract {
		return adminError(sekisho.NotFound, "no such account")
	}
	out.Contract, out.Account = old.Contract, old.ID
	switch q.Do {
	case "set":
		if q.Address != "" && q.Address != old.Address {
			if err := t.freshAddress(old.Contract, q.Address); err != nil {
				return err
			}
		}
		q.ID, q.Contract = old.ID, old.Contract
		fill(&q.Address, old.Address)
		fill(&q.Name, old.Name)
		fill(&q.Role, old.Role)
		fill(&q.Status, old.Status)
		fill(&q.Quota, old.Quota)
		if fill(&q.Supervisor, old.Supervisor); q.Supervisor == "none" {
			q.Supervisor = ""
		}
		fill(&q.Wait, old.Wait)
		if fill(&q.Leaves, old.Leaves); q.Leaves == "none" {
			q.Leaves = ""
		}
		fillList(&q.Public, old.Public)
		if q.Status != sekisho.Active && old.Status == sekisho.Active {
			if err := t.wakeSessions(old.Contract, old.ID); err != nil {
				return err
			}
		}
		if q.Address != old.Address {
			if err := t.renamed(old.Contract, old.Address, q.Address); err != nil {
				return err
			}
		}
		return t.updateAccount(q)
	case "remove":
		return t.removeAccount(homeKey{old.Contract, old.ID})
	}
	return noAction(q.Do)
}

func (t *txn) addAccount(q wire.AdminAccount, out *wire.AdminDone) error {
	local, _, ok := strings.Cut(q.Address, "@")
	if !ok || local == "" {
		return adminError(sekisho.Invalid, "not an address: %.100q", q.Address)
	}
	if _, tagged := addr.Base(q.Address); tagged {
		return adminError(sekisho.Invalid, "%.100q: what follows a plus is a tag of the address before it", q.Address)
	}
	if err := t.liveContract(q.Contract); err != nil {
		return err
	}
	if err := t.freshAddress(q.Contract, q.Address); err != nil {
		return err
	}
	id, err := t.take("account", 1)
	if err != nil {
		return err
	}
	q.ID = sekisho.AccountID(id)
	fill(&q.Role, "user")
	fill(&q.Status, sekisho.Active)
	if err := t.insertAccount(q); err != nil {
		return err
	}
	k := homeKey{q.Contract, q.ID}
	h := &home{}
	t.homes[k] = h
	for _, f := range firstFolders {
		if err := t.newMailbox(k, h, f.name, f.special); err != nil {
			return err
		}
	}
	out.Contract, out.Account = q.Contract, q.ID
	return nil
}

// removeAccount deletes an account with all its mail.
func (t *txn) removeAccount(k homeKey) error {
	h, err := t.home(k)
	if err != nil {
		return err
	}
	for _, m := range h.list {
		if err := t.dropMailbox(k, m); err != nil {
			return err
		}
	}
	if err := t.dropItems(k); err != nil {
		return err
	}
	gone := slices.Clone(h.list)
	h.list = nil
	t.after = append(t.after, func() {
		for _, m := range gone {
			t.s.columns.drop(m.ID)
		}
		delete(t.s.homes, k)
	})
	old, err := readAccount(t, accountByID, int64(k.contract), int64(k.account))
	if err != nil {
		return err
	}
	if err := t.renamed(k.contract, old.Address, ""); err != nil {
		return err
	}
	if _, err := t.Exec(conductForget, int64(k.contract), int64(k.account)); err != nil {
		return err
	}
	return t.deleteAccount(k)
}

func (t *txn) adminAlias(q wire.AdminAlias, out *wire.AdminDone) error {
	address, err := addr.Fold(q.Address)
	if err != nil {
		return err
	}
	if !strings.Contains(address, "@") {
		return adminError(sekisho.Invalid, "not an address: %.100q", q.Address)
	}
	q.Address, out.Contract = address, q.Contract
	if q.Do == "add" || q.Do == "set" {
		if q.Targets, err = foldAll(q.Targets); err != nil {
			return err
		}
		if len(q.Targets) == 0 || len(q.Targets) > mostTargets || slices.Contains(q.Targets, address) || slices.ContainsFunc(q.Targets, func(s string) bool { return strings.IndexByte(s, '@') <= 0 }) {
			return adminError(sekisho.Invalid, "an alias has 1 to %d other addresses as targets", mostTargets)
		}
	}
	if q.Do == "add" {
		if err := t.liveContract(q.Contract); err != nil {
			return err
		}
		if err := t.freshAddress(q.Contract, address); err != nil {
			return err
		}
		return t.insertAlias(q)
	}
	old, err := readAlias(t, address)
	if err != nil {
		return err
	}
	if old.Address == "" || q.Contract != 0 && old.Contract != q.Contract {
		return adminError(sekisho.NotFound, "no alias %q in this contract", address)
	}
	out.Contract = old.Contract
	switch q.Do {
	case "set":
		return t.updateAlias(q)
	case "remove":
		return t.deleteAlias(address)
	}
	return noAction(q.Do)
}

func foldAll(list []string) ([]string, error) {
	var out []string
	for _, s := range list {
		a, err := addr.Fold(s)
		if err != nil {
			return nil, err
		}
		if strings.ContainsAny(a, " ") {
			return nil, adminError(sekisho.Invalid, "an address with blanks: %.100q", a)
		}
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out, nil
}

func (t *txn) adminGroup(q wire.AdminGroup, out *wire.AdminDone) (err error) {
	if err := nameText("the group's name", q.Name, false); err != nil {
		return err
	}
	if q.Members, err = foldAll(q.Members); err != nil {
		return err
	}
	if err := t.liveContract(q.Contract); err != nil {
		return err
	}
	out.Contract = q.Contract
	list, err := readTeams(t, teamsOf, int64(q.Contract))
	if err != nil {
		return err
	}
	there := slices.ContainsFunc(list, func(g wire.AdminGroup) bool { return g.Name == q.Name })
	switch {
	case q.Do == "add" && there:
		return adminError(sekisho.Exists, "group %q", q.Name)
	case q.Do == "remove" && !there:
		return adminError(sekisho.NotFound, "no group %q", q.Name)
	case q.Do == "add", q.Do == "set":
		return t.putGroup(q)
	case q.Do == "remove":
		return t.deleteGroup(q)
	}
	return noAction(q.Do)
}
