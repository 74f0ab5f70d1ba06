package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// mostAmended bounds how many rows one amendment changes: an import of a large customer.
const mostAmended = 100_000

// amend answers StoreAmend: all changes or none, each with who made it, and how the row was before and after. What console must
// not be able to do even with an administrator's session is refused here: replace a public key, give the operator's duty, name
// networks that may relay.
func (s *Store) amend(ctx context.Context, by sekisho.Caller, q wire.Amendment) (out wire.Amended, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.List) == 0 || len(q.List) > mostAmended || len(q.List) > 1 && q.If != "" {
		return out, adminError(sekisho.Invalid, "1 to %d changes, and a condition for one only", mostAmended)
	}
	asked := map[about]bool{}
	for i := range q.List {
		w, err := needs(q.List[i])
		if err != nil {
			return out, err
		}
		if w.contract == 0 && w.right != sekisho.ManageContracts {
			return out, adminError(sekisho.Invalid, "of which contract")
		}
		key := about{right: w.right, contract: w.contract}
		if asked[key] {
			continue
		}
		if w.right == sekisho.ManageContracts {
			err = s.forOperator(ctx, a, w.right)
		} else {
			err = s.allow(ctx, a, w)
		}
		if err != nil {
			return out, err
		}
		asked[key] = true
	}
	var refused error
	err = s.change(ctx, func(t *txn) error {
		out, refused = wire.Amended{}, nil
		for i := range q.List {
			m := amendment{txn: t, by: a, q: &q, set: q.List[i]}
			if err := m.run(); err != nil {
				if errors.Is(err, errElsewhere) || errors.Is(err, errDuty) {
					refused = err
				}
				return rowError(len(q.List), i, err)
			}
			if err := t.raiseVersion(m.done.Contract); err != nil {
				return err
			}
			out.Done, out.IDs = append(out.Done, m.done), append(out.IDs, m.id)
		}
		t.after = append(t.after, s.forget)
		return nil
	})
	if err != nil && refused != nil {
		w, _ := needs(q.List[0])
		return out, s.refuseTo(ctx, a, w, err)
	}
	if err != nil {
		return out, err
	}
	return out, s.begunBy(ctx, a, q.List[0], out.Done[0])
}

// rowError says which of many changes failed.
func rowError(of, i int, err error) error {
	if of == 1 {
		return err
	}
	return sekisho.E("store.amend", sekisho.KindOf(err), fmt.Errorf("row %d: %w", i+1, err))
}

// begunBy lets the operator who made a contract set it up.
func (s *Store) begunBy(ctx context.Context, a *asker, q wire.Admin, done wire.AdminDone) error {
	if q.Contract == nil || q.Contract.Do != "add" {
		return nil
	}
	_, err := s.setUp(ctx, wire.Grant{Contract: done.Contract, Account: a.account.ID, Home: a.account.Contract, Who: a.account.Address,
		Reason: "the contract was made", For: longestGrant})
	return err
}

// needs says which right a change takes, and where.
func needs(q wire.Admin) (about, error) {
	switch {
	case q.Contract != nil && q.Contract.Do == "add":
		return about{right: sekisho.ManageContracts, what: "contract", object: q.Contract.Set.Name, class: sekisho.ClassConfig}, nil
	case q.Contract != nil && (len(q.Contract.Set.Policy) > 0 || q.Contract.Do == undoPolicy):
		return about{right: sekisho.ChangePolicy, contract: q.Contract.Set.ID, what: "policy", class: sekisho.ClassConfig}, nil
	case q.Contract != nil:
		return about{right: sekisho.ChangeContract, contract: q.Contract.Set.ID, what: "contract", class: sekisho.ClassConfig}, nil
	case q.Domain != nil:
		return about{right: sekisho.ChangeDomain, contract: q.Domain.Contract, what: "domain", object: q.Domain.Set.Name, class: sekisho.ClassConfig}, nil
	case q.Account != nil:
		return about{right: sekisho.ChangeAccount, contract: q.Account.Contract, what: "account", object: q.Account.Address, number: uint64(q.Account.ID),
			class: sekisho.ClassDirectory}, nil
	case q.Alias != nil:
		return about{right: sekisho.ChangeAccount, contract: q.Alias.Contract, what: "alias", object: q.Alias.Address, class: sekisho.ClassDirectory}, nil
	case q.Group != nil:
		return about{right: sekisho.ChangeAccount, contract: q.Group.Contract, what: "group", object: q.Group.Name, class: sekisho.ClassDirectory}, nil
	case q.Partner != nil:
		return about{right: sekisho.ChangePartner, contract: q.Partner.Contract, what: "partner", object: q.Partner.Set.Name, number: q.Partner.Set.ID, class: sekisho.ClassDirectory}, nil
	case q.Learned != nil:
		return about{right: sekisho.ChangePolicy, contract: q.Learned.Contract, what: "learned", object: strconv.FormatUint(uint64(q.Learned.Account), 10), class: sekisho.ClassConfig}, nil
	case q.Print != nil:
		return about{right: sekisho.ChangePolicy, contract: q.Print.Contract, what: "fingerprint", object: q.Print.Name, class: sekisho.ClassConfig}, nil
	case q.Sender != nil:
		return about{right: sekisho.ChangePolicy, contract: q.Sender.Contract, what: "sender", object: q.Sender.Address, class: sekisho.ClassConfig}, nil
	}
	return about{}, adminError(sekisho.Invalid, "nothing to change")
}

// amendment is one change under way.
type amendment struct {
	*txn
	by   *asker
	q    *wire.Amendment
	set  wire.Admin
	done wire.AdminDone
	id   uint64
}

// run makes the change and writes down how it was and how it is.
func (m *amendment) run() (err error) {
	switch {
	case m.set.Contract != nil:
		return m.contract(*m.set.Contract)
	case m.set.Domain != nil:
		return m.domain(*m.set.Domain)
	case m.set.Account != nil:
		return m.account(*m.set.Account)
	case m.set.Alias != nil:
		return m.alias(*m.set.Alias)
	case m.set.Partner != nil:
		return m.partner(*m.set.Partner)
	case m.set.Learned != nil:
		return m.learned(*m.set.Learned)
	case m.set.Print != nil:
		return m.print(*m.set.Print)
	case m.set.Sender != nil:
		return m.sender(*m.set.Sender)
	}
	return m.group(*m.set.Group)
}

func (m *amendment) denied(format string, args ...any) error {
	return sekisho.E("store.amend", sekisho.Denied, errors.Join(errDuty, fmt.Errorf(format, args...)))
}

// unchanged refuses when the row is not as the asker read it.
func (m *amendment) unchanged(row any) error {
	if m.q.If != "" && m.q.If != wire.Tag(row) {
		return adminError(sekisho.Conflict, "it was changed meanwhile: read it again")
	}
	return nil
}

// tagged is what a contract's tag is made of: without the number that every change of its directory raises.
func tagged(c wire.Contract) wire.Contract {
	c.Version, c.Domains = 0, nil
	return c
}

func (m *amendment) contract(q wire.AdminContract) error {
	if q.Do == "add" {
		set := wire.Contract{Name: q.Set.Name, Language: q.Set.Language, Networks: q.Set.Networks, Unscanned: q.Set.Unscanned}
		if err := m.adminContract(wire.AdminContract{Do: "add", Set: set}, &m.done); err != nil {
			return err
		}
		return m.noted(m.done.Contract, "contract", set.Name, "add", nil, set)
	}
	old, err := readContract(m, q.Set.ID)
	if err != nil {
		return err
	}
	if err := m.unchanged(tagged(old)); err != nil {
		return err
	}
	if q.Do != "set" && q.Do != undoPolicy {
		return noAction(q.Do)
	}
	if q.Set.Status == sekisho.Terminated {
		return m.denied("a contract is not terminated this way")
	}
	theirs := q.Set.Status != 0 || q.Set.Name != "" || len(q.Set.Networks)+len(q.Set.Hosts) > 0 || q.Set.Limit != (wire.Limit{}) || q.Set.Hold != "" ||
		len(q.Set.Spool)+len(q.Set.Quarantine)+len(q.Set.Archive)+len(q.Set.Config) > 0
	if theirs && !m.by.operator() {
		return m.denied("name, status, networks, host names, limits and legal holds are the operator's to set")
	}
	for _, k := range []struct{ old, set []byte }{{old.Spool, q.Set.Spool}, {old.Quarantine, q.Set.Quarantine}, {old.Archive, q.Set.Archive}, {old.Config, q.Set.Config}} {
		if len(k.old) > 0 && len(k.set) > 0 && !slices.Equal(k.old, k.set) {
			return m.denied("a public key is never replaced this way")
		}
	}
	next := kept(old, q.Set)
	if m.q.Whole {
		next.People = q.Set.People
	}
	if err := m.setContract(wire.AdminContract{Do: q.Do, Set: next}, m.by.account.Address, &m.done); err != nil {
		return err
	}
	if q.Do == undoPolicy {
		now, err := readContract(m, old.ID)
		if err != nil {
			return err
		}
		return m.noted(old.ID, "policy", "", "set", string(old.Policy), string(now.Policy))
	}
	if len(q.Set.Policy) > 0 {
		return m.noted(old.ID, "policy", "", "set", string(old.Policy), string(q.Set.Policy))
	}
	return m.noted(old.ID, "contract", next.Name, "set", shown(old), shown(next))
}

// shown is a contract in the list of changes: settings, without keys and without the policy, which has a list of its own.
func shown(c wire.Contract) wire.Contract {
	c.Version, c.Domains, c.Policy, c.Spool, c.Quarantine, c.Archive, c.Config = 0, nil, nil, nil, nil, nil, nil
	return c
}

func (m *amendment) domain(q wire.AdminDomain) error {
	name, err := addr.FoldDomain(q.Set.Name)
	if err != nil {
		return err
	}
	old, err := readDomain(m, name)
	if err != nil {
		return err
	}
	if q.Do != "add" {
		if old.contract != q.Contract {
			return m.missing(old.contract)
		}
		if err := m.unchanged(old.set); err != nil {
			return err
		}
		if q.Do == "rotate" { // of the keys alone
			keys := q.Set.DKIM
			q.Do, q.Set = "set", old.set
			q.Set.DKIM = keys
		} else {
			q.Set.DKIM = old.set.DKIM
		}
	}
	if err := m.adminDomain(q, &m.done); err != nil {
		return err
	}
	q.Set.Name = name
	return m.noted(q.Contract, "domain", name, q.Do, something(old.contract != 0, old.set), something(q.Do != "remove", q.Set))
}

// missing is the answer about a row that is not there, or another contract's: then it is entered too.
func (m *amendment) missing(owner sekisho.ContractID) error {
	if owner == 0 {
		return adminError(sekisho.NotFound, "no such thing")
	}
	return sekisho.E("store.amend", sekisho.NotFound, errElsewhere)
}

// something is a row for the list of changes, or nothing.
func something(there bool, row any) any {
	if !there {
		return nil
	}
	return row
}

// person is an account in the list of changes: without its key.
func person(a wire.AdminAccount) wire.AdminAccount {
	a.Do, a.Public = "", nil
	a.Role = duty(a.Role)
	return a
}

func (m *amendment) account(q wire.AdminAccount) (err error) {
	q.Role = duty(q.Role)
	if q.Role != "" && slices.Contains(sekisho.Duties(), q.Role) && !sekisho.MayGive(m.giver(), q.Role) {
		return m.denied("a %s does not make a %s", m.by.account.Role, q.Role)
	}
	if q.Address != "" && !m.by.within(q.Address) {
		return m.denied("%s is not of your domain", q.Address)
	}
	var old wire.AdminAccount
	if q.Do != "add" {
		if old, err = m.theirs(q); err != nil {
			return err
		}
		if len(old.Public) > 0 {
			q.Public = nil // as it is: a public key is never replaced this way
		}
	} else if q.Status, q.Public = sekisho.Suspended, nil; q.Role == "" {
		q.Role = "user"
	}
	if err := m.adminAccount(q, &m.done); err != nil {
		return err
	}
	now, err := readAccount(m, accountByID, int64(q.Contract), int64(m.done.Account))
	if err != nil {
		return err
	}
	name := now.Address
	if name == "" {
		name = old.Address
	}
	return m.noted(q.Contract, "account", name, q.Do, something(old.ID != 0, person(old)), something(now.ID != 0, person(now)))
}

// giver is the duty that decides which duties may be given: an operator under a grant gives what the customer's administrator
// could, and the first administrator too.
func (m *amendment) giver() string {
	if m.by.operator() && m.set.Account.Contract != m.by.account.Contract {
		return "contract-admin"
	}
	return m.by.account.Role
}

// theirs finds the account that a change is about, and refuses what the asker's duty does not reach.
func (m *amendment) theirs(q wire.AdminAccount) (wire.AdminAccount, error) {
	old, err := readAccount(m, accountByID, int64(q.Contract), int64(q.ID))
	if err != nil {
		return old, err
	}
	if old.ID == 0 {
		var owner int64
		if _, err := m.One([]any{&owner}, "SELECT contract FROM account WHERE id = $1", int64(q.ID)); err != nil {
			return old, err
		}
		return old, m.missing(sekisho.ContractID(owner))
	}
	if err := m.unchanged(person(old)); err != nil {
		return old, err
	}
	if !m.by.within(old.Address) || !sekisho.MayGive(m.giver(), duty(old.Role)) {
		return old, m.denied("that account is not yours to change")
	}
	gone := q.Do == "remove" || q.Status == sekisho.Suspended || q.Role != "" && q.Role != "contract-admin"
	if duty(old.Role) != "contract-admin" || old.Status != sekisho.Active || !gone {
		return old, nil
	}
	var n int64
	_, err = m.One([]any{&n}, "SELECT COUNT(*) FROM account WHERE contract = $1 AND role IN ('admin', 'contract-admin') AND status = 1", int64(q.Contract))
	if err == nil && n < 2 {
		err = adminError(sekisho.Conflict, "that is the contract's last administrator: make another one first")
	}
	return old, err
}

func (m *amendment) alias(q wire.AdminAlias) error {
	if !m.by.within(q.Address) {
		return m.denied("%s is not of your domain", q.Address)
	}
	name, err := addr.Fold(q.Address)
	if err != nil {
		return err
	}
	old, err := readAlias(m, name)
	if err != nil {
		return err
	}
	if q.Do != "add" {
		if old.Address == "" || old.Contract != q.Contract {
			return m.missing(old.Contract)
		}
		if err := m.unchanged(old); err != nil {
			return err
		}
	}
	if err := m.adminAlias(q, &m.done); err != nil {
		return err
	}
	now, err := readAlias(m, name)
	if err != nil {
		return err
	}
	return m.noted(q.Contract, "alias", name, q.Do, something(old.Address != "", old), something(now.Address != "", now))
}

func (m *amendment) group(q wire.AdminGroup) error {
	if m.by.account.Role == "domain-admin" {
		return m.denied("groups are the contract's")
	}
	list, err := readTeams(m, teamsOf, int64(q.Contract))
	if err != nil {
		return err
	}
	find := func(list []wire.AdminGroup) (wire.AdminGroup, bool) {
		i := slices.IndexFunc(list, func(g wire.AdminGroup) bool { return g.Name == q.Name })
		if i < 0 {
			return wire.AdminGroup{}, false
		}
		return list[i], true
	}
	old, there := find(list)
	if there {
		if err := m.unchanged(old); err != nil {
			return err
		}
	}
	if err := m.adminGroup(q, &m.done); err != nil {
		return err
	}
	if list, err = readTeams(m, teamsOf, int64(q.Contract)); err != nil {
		return err
	}
	now, is := find(list)
	return m.noted(q.Contract, "group", q.Name, q.Do, something(there, old), something(is, now))
}

// sender changes the list of senders that holds for everybody of the contract.
func (m *amendment) sender(q wire.AdminSender) error {
	var old string
	address, err := senderAddress(q.Address, true)
	if err != nil {
		return err
	}
	if _, err := m.One([]any{&old}, senderOne, int64(q.Contract), int64(whole), address); err != nil {
		return err
	}
	if err := m.adminSender(q, &m.done); err != nil {
		return err
	}
	return m.noted(q.Contract, "sender", address, q.Do, something(old != "", old), something(q.Do == "add", q.Stance))
}

// print puts or drops a set of fingerprints.
func (m *amendment) print(q wire.AdminPrint) error {
	if err := m.adminPrint(q, &m.done); err != nil {
		return err
	}
	return m.noted(q.Contract, "fingerprint", q.Name, q.Do, nil, something(q.Do == "put", len(q.Set)))
}

// learned has a layer forget everything.
func (m *amendment) learned(q wire.AdminLearned) error {
	if err := m.adminLearned(q, &m.done); err != nil {
		return err
	}
	return m.noted(q.Contract, "learned", strconv.FormatUint(uint64(q.Account), 10), q.Do, nil, nil)
}

// noted writes the change down.
func (m *amendment) noted(c sekisho.ContractID, what, object, do string, before, after any) error {
	id, err := m.take("amendment", 1)
	if err != nil {
		return err
	}
	m.id = uint64(id)
	was, err := rowJSON(before)
	if err != nil {
		return err
	}
	is, err := rowJSON(after)
	if err != nil {
		return err
	}
	_, err = m.Exec("INSERT INTO amendment (contract, id, at, account, session, who, what, object, action, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		int64(c), id, db.Micros(m.s.now()), int64(m.by.account.ID), int64(m.by.session), m.by.account.Address, what, db.Text(object), do, was, is)
	return err
}

func rowJSON(row any) ([]byte, error) {
	if row == nil {
		return nil, nil
	}
	b, err := json.Marshal(row)
	if err != nil {
		return nil, sekisho.E("store.amend", sekisho.Internal, err)
	}
	return b, nil
}
