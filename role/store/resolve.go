package store

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// mostKnown is how many resolved addresses are remembered.
const mostKnown = 20000

// mostTargets bounds what one address expands to.
const mostTargets = 2000

// resolve answers StoreResolve. Answers are remembered until the directory changes; quotas are looked at every time.
func (s *Store) resolve(ctx context.Context, _ sekisho.Caller, q wire.Resolve) (wire.Recipient, error) {
	address, err := addr.Fold(q.Address)
	if err != nil {
		return wire.Recipient{}, err
	}
	s.dmu.RLock()
	r, known := s.known[address]
	changed := s.changed
	s.dmu.RUnlock()
	if !known {
		if r, err = resolveIn(s.db.Reading(ctx), address); err != nil {
			return wire.Recipient{}, err
		}
		s.dmu.Lock()
		if changed == s.changed && r.Standing != wire.Foreign && r.Standing != wire.Unknown {
			if len(s.known) >= mostKnown {
				clear(s.known)
			}
			s.known[address] = r
		}
		s.dmu.Unlock()
	}
	if r, err = s.withQuota(ctx, r); err != nil {
		return r, err
	}
	if r, err = s.withLearned(ctx, r); err != nil || q.From == "" {
		return r, err
	}
	return s.withContact(ctx, r, q, address)
}

// withContact adds when the two last corresponded, as each side's contract knows it.
func (s *Store) withContact(ctx context.Context, r wire.Recipient, q wire.Resolve, address string) (wire.Recipient, error) {
	from, err := addr.Fold(q.From)
	if err != nil { // a sender that is no address corresponds with nobody
		return r, nil
	}
	if r.Contract != 0 {
		if r.Last, err = s.lastContact(ctx, r.Contract, address, from); err != nil {
			return r, err
		}
	}
	if q.Contract != 0 {
		r.Sent, err = s.lastContact(ctx, q.Contract, from, address)
	}
	return r, err
}

// withQuota marks targets that are full.
func (s *Store) withQuota(ctx context.Context, r wire.Recipient) (wire.Recipient, error) {
	r.Targets = slices.Clone(r.Targets)
	for i := range r.Targets {
		quota, err := s.quota(ctx, r.Contract, r.Targets[i].Account)
		if err != nil {
			return r, err
		}
		if quota <= 0 {
			continue
		}
		h, err := s.homeOf(ctx, homeKey{r.Contract, r.Targets[i].Account})
		if err != nil {
			return r, err
		}
		r.Targets[i].Over = h.size() >= quota
	}
	return r, nil
}

// forget makes earlier answers of the directory void. It runs when a change is durable.
func (s *Store) forget() {
	s.dmu.Lock()
	defer s.dmu.Unlock()
	s.changed++
	clear(s.known)
	s.networks = nil
	s.quotas = map[sekisho.AccountID]int64{}
	clear(s.active)
}

// expansion follows aliases.
type expansion struct {
	r        db.Reader
	out      wire.Recipient
	contract sekisho.ContractID
	seen     map[string]bool // addresses that were followed: an alias that leads back to itself adds nothing
	disabled bool
}

func resolveIn(r db.Reader, address string) (wire.Recipient, error) {
	if !strings.Contains(address, "@") {
		return wire.Recipient{Standing: wire.Foreign}, nil
	}
	d, err := readDomain(r, addr.Domain(address))
	if err != nil || d.contract == 0 {
		return wire.Recipient{Standing: wire.Foreign}, err
	}
	e := expansion{r: r, contract: d.contract, seen: map[string]bool{}}
	e.out = wire.Recipient{Standing: wire.Unknown, Contract: d.contract}
	status, version, err := readStanding(r, d.contract)
	if err != nil {
		return e.out, err
	}
	if e.out.Version = version; status != sekisho.Active {
		e.out.Standing = wire.Disabled
		return e.out, nil
	}
	if e.out.Groups, err = readGroups(r, d.contract, address); err != nil {
		return e.out, err
	}
	if len(d.set.Route) > 0 {
		e.out.Standing, e.out.Route = wire.Routed, d.set.Route
		e.out.Listed, err = listedFor(r, d.contract, whole)
		return e.out, err
	}
	found, err := e.follow(address)
	switch {
	case err != nil:
		return e.out, err
	case len(e.out.Targets)+len(e.out.Outside) > 0:
		e.out.Standing = wire.Hosted
	case e.disabled:
		e.out.Standing = wire.Disabled
	case found:
		e.out.Standing = wire.Unknown // aliases that only lead to each other
	}
	return e.out, nil
}

// follow adds where mail for an address of the contract goes; false when nobody knows the address.
func (e *expansion) follow(address string) (bool, error) {
	if e.seen[address] || len(e.seen) > mostTargets {
		return true, nil
	}
	e.seen[address] = true
	names := []string{address}
	if b, tagged := addr.Base(address); tagged {
		names = append(names, b)
	}
	for i, name := range append(names, "@"+addr.Domain(address)) {
		if i < len(names) {
			if found, err := e.account(name); found || err != nil {
				return found, err
			}
		}
		if found, err := e.alias(name); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

func (e *expansion) account(address string) (bool, error) {
	a, err := readAccount(e.r, accountByAddress, address)
	if err != nil || a.ID == 0 || a.Contract != e.contract {
		return false, err
	}
	if a.Status != sekisho.Active || len(a.Public) == 0 {
		e.disabled = true
		return true, nil
	}
	if slices.ContainsFunc(e.out.Targets, func(t wire.Target) bool { return t.Account == a.ID }) {
		return true, nil
	}
	listed, err := listedFor(e.r, a.Contract, a.ID)
	if err != nil {
		return true, err
	}
	e.out.Listed = e.out.Listed || listed
	filter, err := readFilterVersion(e.r, a.Contract, a.ID)
	e.out.Targets = append(e.out.Targets, wire.Target{Account: a.ID, Address: a.Address, Public: a.Public, Filter: filter})
	return true, err
}

func (e *expansion) alias(address string) (bool, error) {
	a, err := readAlias(e.r, address)
	if err != nil || a.Address == "" || a.Contract != e.contract {
		return false, err
	}
	for _, target := range a.Targets {
		d, err := readDomain(e.r, addr.Domain(target))
		if err != nil {
			return true, err
		}
		if d.contract == e.contract && len(d.set.Route) == 0 {
			if _, err := e.follow(target); err != nil {
				return true, err
			}
		} else if !slices.Contains(e.out.Outside, target) {
			e.out.Outside = append(e.out.Outside, target)
		}
	}
	return true, nil
}

// identity answers StoreIdentity. Who is asked for is not told apart by time: both ways ask the same.
func (s *Store) identity(ctx context.Context, _ sekisho.Caller, q wire.Identity) (wire.Identified, error) {
	var out wire.Identified
	login, err := addr.Fold(q.Login)
	if err != nil {
		return out, nil // nobody has such a name
	}
	r := s.db.Reading(ctx)
	a, err := readAccount(r, accountByAddress, login)
	if err != nil {
		return out, err
	}
	status, version, err := readStanding(r, a.Contract)
	if err != nil {
		return out, err
	}
	identities, err := readIdentities(r, a.Contract, login)
	if err != nil {
		return out, err
	}
	groups, err := readGroups(r, a.Contract, login)
	if err != nil || a.ID == 0 {
		return out, err
	}
	out = wire.Identified{Contract: a.Contract, Account: a.ID, Status: max(a.Status, status), Version: version, Address: a.Address, Name: a.Name, Groups: groups, Public: a.Public}
	out.Identities = append([]string{a.Address}, identities...)
	out.Wait, err = waitOf(r, &a)
	return out, err
}

// network is a registered relay source.
type network struct {
	prefix   netip.Prefix
	contract sekisho.ContractID
}

// relay answers StoreRelay. The narrowest network decides.
func (s *Store) relay(ctx context.Context, _ sekisho.Caller, q wire.Relay) (wire.Relayed, error) {
	nets, err := s.registered(ctx)
	if err != nil {
		return wire.Relayed{}, err
	}
	client := q.Client.Unmap().WithZone("")
	best := network{}
	for _, n := range nets {
		if n.prefix.Contains(client) && (best.contract == 0 || n.prefix.Bits() > best.prefix.Bits()) {
			best = n
		}
	}
	if best.contract == 0 {
		return wire.Relayed{}, nil
	}
	c, err := readContract(s.db.Reading(ctx), best.contract)
	if err != nil || c.Status != sekisho.Active {
		return wire.Relayed{}, err
	}
	out := wire.Relayed{Contract: c.ID, Version: c.Version}
	for _, d := range c.Domains {
		out.Domains = append(out.Domains, d.Name)
	}
	return out, nil
}

// registered gives all contracts' networks, remembered until the directory changes.
func (s *Store) registered(ctx context.Context) ([]network, error) {
	s.dmu.RLock()
	nets, changed := s.networks, s.changed
	s.dmu.RUnlock()
	if nets != nil {
		return nets, nil
	}
	list, err := readContracts(s.db.Reading(ctx))
	if err != nil {
		return nil, err
	}
	nets = []network{}
	for _, c := range list {
		for _, n := range c.Networks {
			if p, err := netip.ParsePrefix(n); err == nil {
				nets = append(nets, network{p, c.ID})
			}
		}
	}
	s.dmu.Lock()
	defer s.dmu.Unlock()
	if s.changed == changed {
		s.networks = nets
	}
	return nets, nil
}

// contract answers StoreContract.
func (s *Store) contract(ctx context.Context, _ sekisho.Caller, q wire.ContractQuery) (wire.Contract, error) {
	r := s.db.Reading(ctx)
	c, err := readContract(r, q.Contract)
	if err == nil {
		c.Partners, err = partnerDomains(r, q.Contract)
	}
	if err == nil {
		c.Prints, err = printsOf(r, q.Contract)
	}
	return c, err
}

// hosts answers StoreHosts.
func (s *Store) hosts(context.Context, sekisho.Caller, wire.Nothing) (wire.Hosts, error) {
	return wire.Hosts{Names: slices.Clone(s.c.Hosts)}, nil
}
