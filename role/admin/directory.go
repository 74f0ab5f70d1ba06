package admin

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// contractAdd makes a contract in three steps that may be repeated: the row, the keys, the public keys in the row.
func (c *Admin) contractAdd(ctx context.Context, who operator, q ContractAdd) (Contract, error) {
	recovery, err := choice(q.Recovery)
	if err == nil && recovery.None && q.Archive {
		err = sekisho.E("contract", sekisho.Invalid, errors.New("an archive is opened by officers: a contract without them has none"))
	}
	if err != nil {
		return Contract{}, err
	}
	done, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "add",
		Set: wire.Contract{Name: q.Name, Language: q.Language, Networks: q.Networks}}})
	id := done.Contract
	if sekisho.KindOf(err) == sekisho.Exists {
		k, found := c.contract(ctx, q.Name)
		if found != nil || len(k.Spool) > 0 {
			return Contract{}, err
		}
		id = k.ID // an earlier attempt ended between the steps: finish it
	} else if err != nil {
		return Contract{}, err
	}
	keys, err := wire.VaultContract.Ask(ctx, c.peers.Vault, wire.NewContract{Contract: id, Recovery: recovery, Operator: uint64(who)})
	if err != nil {
		return Contract{}, err
	}
	if !q.Archive {
		keys.Archive = nil
	}
	_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true,
		Set: wire.Contract{ID: id, Spool: keys.Spool, Quarantine: keys.Quarantine, Archive: keys.Archive}}})
	if err != nil {
		return Contract{}, err
	}
	if err := c.inform(ctx, who, "policy", id); err != nil {
		return Contract{}, err
	}
	k, err := c.contract(ctx, q.Name)
	out := contractOf(k)
	out.Shares = sharesOf(keys.Shares)
	return out, err
}

// inform enters in the ledger what an operator did or looked at.
func (c *Admin) inform(ctx context.Context, who operator, what string, id sekisho.ContractID) error {
	_, err := wire.VaultInform.Ask(ctx, c.peers.Vault, wire.Inform{What: what, Contract: id, Operator: uint64(who)})
	return err
}

func contractOf(k wire.Contract) Contract {
	out := Contract{ID: k.ID, Name: k.Name, Status: k.Status.String(), Language: k.Language, Networks: k.Networks, Policy: "default", People: len(k.People), Archive: len(k.Archive) > 0, Hosts: k.Hosts}
	if len(k.Policy) > 0 {
		out.Policy = "own"
	}
	for _, d := range k.Domains {
		out.Domains = append(out.Domains, domainOf(k.ID, d))
	}
	return out
}

func domainOf(id sekisho.ContractID, d wire.Domain) Domain {
	out := Domain{Name: d.Name, Contract: id}
	for _, h := range d.Route {
		r := net.JoinHostPort(h.Host, strconv.Itoa(int(h.Port)))
		if h.TLS != "" {
			r += "/" + h.TLS
		}
		out.Route = append(out.Route, r)
	}
	for _, k := range d.DKIM {
		out.DKIM = append(out.DKIM, DKIM{k.Selector, k.Algorithm, dkimRecord(k)})
	}
	return out
}

// dkimRecord is the text to publish (RFC 6376 section 3.6.1, RFC 8463 section 4 for Ed25519).
func dkimRecord(k wire.DKIMKey) string {
	kind, public := "rsa", k.Public
	if k.Algorithm == "ed25519-sha256" {
		kind = "ed25519"
		if p, err := x509.ParsePKIXPublicKey(k.Public); err == nil {
			if e, ok := p.(ed25519.PublicKey); ok {
				public = e
			}
		}
	}
	return fmt.Sprintf("v=DKIM1; k=%s; p=%s", kind, base64.StdEncoding.EncodeToString(public))
}

var words = map[string]sekisho.Status{"": 0, "active": sekisho.Active, "suspended": sekisho.Suspended}

func (c *Admin) contractSet(ctx context.Context, who operator, q ContractSet) (Contract, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Contract{}, err
	}
	status, ok := words[q.Status]
	if !ok {
		return Contract{}, sekisho.E("contract", sekisho.Invalid, fmt.Errorf("status %q is neither active nor suspended", q.Status))
	}
	if q.Policy != "" {
		if _, err := policy.Parse([]byte(q.Policy)); err != nil {
			return Contract{}, err
		}
	}
	var archive []byte
	if q.Archive {
		keys, err := wire.VaultContract.Ask(ctx, c.peers.Vault, wire.NewContract{Contract: k.ID, Recovery: wire.Choice{None: true}, Operator: uint64(who)})
		if err != nil {
			return Contract{}, err
		}
		if archive = keys.Archive; len(archive) == 0 {
			return Contract{}, sekisho.E("contract", sekisho.Invalid, errors.New("an archive is opened by officers: this contract chose to have none"))
		}
	}
	// The entry first: a change that cannot be entered does not happen.
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return Contract{}, err
	}
	set := wire.Contract{ID: k.ID, Status: status, Language: q.Language, Networks: q.Networks, People: q.People, Policy: []byte(q.Policy),
		Unscanned: q.Defer, Limit: k.Limit, Archive: archive, Hosts: q.Hosts}
	if q.Hourly > 0 {
		set.Limit.Hourly = q.Hourly
	}
	if q.Total != 0 {
		set.Limit.Total = q.Total
	}
	if q.Daily > 0 {
		set.Limit.Daily = q.Daily
	}
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: set}}); err != nil {
		return Contract{}, err
	}
	if err := c.pin(ctx, who, k.ID, q.Hosts); err != nil {
		return Contract{}, err
	}
	k, err = c.contract(ctx, q.Contract)
	return contractOf(k), err
}

// pin makes certificates for a contract's own host names and tells vault that they are its own.
func (c *Admin) pin(ctx context.Context, who operator, id sekisho.ContractID, hosts []string) error {
	if len(hosts) == 0 {
		return nil
	}
	for _, h := range hosts {
		if _, err := wire.VaultSigner.Ask(ctx, c.peers.Vault, wire.NewSigner{Purpose: "tls", Name: h, Algorithm: "ecdsa-p256"}); err != nil {
			return err
		}
	}
	_, err := wire.VaultPin.Ask(ctx, c.peers.Vault, wire.Pin{Contract: id, Hosts: hosts, Operator: uint64(who)})
	return err
}

func (c *Admin) contractList(ctx context.Context, _ operator, q Query) ([]Contract, error) {
	got, err := c.list(ctx, "contract", q)
	out := []Contract{}
	for _, k := range got.Contracts {
		out = append(out, contractOf(k))
	}
	return out, err
}

// contractPolicy shows a contract's rules: an operator's look at a customer's settings, so it is entered.
func (c *Admin) contractPolicy(ctx context.Context, who operator, q Query) (string, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return "", err
	}
	if err := c.inform(ctx, who, "config-read", k.ID); err != nil {
		return "", err
	}
	if len(k.Policy) == 0 {
		return string(policy.Default), nil
	}
	return string(k.Policy), nil
}

// domainAdd adds a domain with two DKIM keys: Ed25519, and RSA for those who cannot read it.
func (c *Admin) domainAdd(ctx context.Context, who operator, q DomainAdd) (Domain, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Domain{}, err
	}
	d := wire.Domain{Name: strings.ToLower(q.Name)}
	if d.Route, err = parseRoute(q.Route); err != nil {
		return Domain{}, err
	}
	for _, a := range []struct{ selector, key, algorithm string }{{"sekisho-ed", "ed25519", "ed25519-sha256"}, {"sekisho-rsa", "rsa-2048", "rsa-sha256"}} {
		s, err := wire.VaultSigner.Ask(ctx, c.peers.Vault, wire.NewSigner{Contract: k.ID, Purpose: "dkim", Name: a.selector + "." + d.Name, Algorithm: a.key})
		if err != nil {
			return Domain{}, err
		}
		d.DKIM = append(d.DKIM, wire.DKIMKey{Key: s.Key, Selector: a.selector, Algorithm: a.algorithm, Public: s.Public})
	}
	_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: k.ID, Set: d}})
	if err != nil {
		return Domain{}, err
	}
	return domainOf(k.ID, d), c.inform(ctx, who, "policy", k.ID)
}

// domainRoute sets where a protected domain's mail goes on to; an empty route makes it hosted here.
func (c *Admin) domainRoute(ctx context.Context, who operator, q DomainAdd) (Domain, error) {
	k, err := c.contract(ctx, q.Name)
	if err != nil {
		return Domain{}, err
	}
	for _, d := range k.Domains {
		if !strings.EqualFold(d.Name, q.Name) {
			continue
		}
		if d.Route, err = parseRoute(q.Route); err != nil {
			return Domain{}, err
		}
		if err := c.inform(ctx, who, "policy", k.ID); err != nil {
			return Domain{}, err
		}
		_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Domain: &wire.AdminDomain{Do: "set", Contract: k.ID, Set: d}})
		return domainOf(k.ID, d), err
	}
	return Domain{}, sekisho.E("domain", sekisho.NotFound, fmt.Errorf("no domain %q", q.Name))
}

// parseRoute reads next hops: "host", "host:port", with "/may", "/must" or "/verify" for TLS.
func parseRoute(list []string) ([]wire.NextHop, error) {
	var out []wire.NextHop
	for _, s := range list {
		h := wire.NextHop{Port: 25, TLS: "may"}
		bare, tls, has := strings.Cut(s, "/")
		if has {
			h.TLS = tls
		}
		h.Host = bare
		if host, port, err := net.SplitHostPort(bare); err == nil {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil || n == 0 {
				return nil, sekisho.E("route", sekisho.Invalid, fmt.Errorf("%q: the port is no number from 1 to 65535", s))
			}
			h.Host, h.Port = host, uint16(n)
		}
		if h.Host == "" || h.TLS != "may" && h.TLS != "must" && h.TLS != "verify" {
			return nil, sekisho.E("route", sekisho.Invalid, fmt.Errorf("%q: write host[:port][/may|must|verify]", s))
		}
		out = append(out, h)
	}
	return out, nil
}

func (c *Admin) domainList(ctx context.Context, _ operator, q Query) ([]Domain, error) {
	got, err := c.list(ctx, "contract", q)
	out := []Domain{}
	for _, k := range got.Contracts {
		for _, d := range k.Domains {
			out = append(out, domainOf(k.ID, d))
		}
	}
	return out, err
}

// domainDNS lists the records to publish and what DNS says now.
func (c *Admin) domainDNS(ctx context.Context, _ operator, q Query) ([]Record, error) {
	k, err := c.contract(ctx, q.Match)
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, d := range k.Domains {
		if !strings.EqualFold(d.Name, q.Match) {
			continue
		}
		out = append(out,
			Record{Name: d.Name, Type: "MX", Value: "10 " + c.config.Name, Why: "mail for the domain comes here"},
			Record{Name: d.Name, Type: "TXT", Value: "v=spf1 a:" + c.config.Name + " -all", Why: "only this installation sends for the domain (SPF)"})
		for _, s := range domainOf(k.ID, d).DKIM {
			out = append(out, Record{Name: s.Selector + "._domainkey." + d.Name, Type: "TXT", Value: s.Record, Why: "key of our signatures (DKIM)"})
		}
		out = append(out, Record{Name: "_dmarc." + d.Name, Type: "TXT", Value: "v=DMARC1; p=quarantine; rua=mailto:postmaster@" + d.Name,
			Why: "what others do with mail that only pretends to be yours (DMARC); p=none to begin with"})
	}
	if out == nil {
		return nil, sekisho.E("domain", sekisho.NotFound, fmt.Errorf("no domain %q", q.Match))
	}
	for i := range out {
		out[i].Live = c.live(ctx, out[i])
	}
	return out, nil
}

func (c *Admin) live(ctx context.Context, r Record) string {
	got, err := wire.DialLookup.Ask(ctx, c.peers.Dial, wire.Lookup{Type: r.Type, Name: r.Name})
	if err != nil {
		return "no answer"
	}
	var values []string
	prefix, _, _ := strings.Cut(r.Value, ";")
	if r.Type == "MX" {
		for _, m := range got.MX {
			values = append(values, fmt.Sprintf("%d %s", m.Preference, m.Host))
		}
		prefix = ""
	}
	values = append(values, got.TXT...)
	for _, v := range values {
		if v == r.Value {
			return "ok"
		}
	}
	for _, v := range values {
		if p, _, _ := strings.Cut(prefix, " "); strings.HasPrefix(v, p) {
			return "differs"
		}
	}
	return "missing"
}

// accountAdd makes an account: the row, its keys in vault, then the public key in the row, from when on mail is taken.
func (c *Admin) accountAdd(ctx context.Context, who operator, q AccountAdd) (Account, error) {
	_, domain, ok := strings.Cut(q.Address, "@")
	if !ok {
		return Account{}, sekisho.E("account", sekisho.Invalid, fmt.Errorf("%q is no address", q.Address))
	}
	k, err := c.contract(ctx, domain)
	if err != nil {
		return Account{}, sekisho.E("account", sekisho.NotFound, fmt.Errorf("no contract has the domain %q: add it with \"sekisho domain add\"", domain))
	}
	if q.Role == "" {
		q.Role = "user"
	}
	a := wire.AdminAccount{Do: "add", Contract: k.ID, Address: q.Address, Name: q.Name, Role: q.Role, Quota: q.Quota, Status: sekisho.Suspended}
	done, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Account: &a})
	if err != nil {
		return Account{}, err
	}
	keys, err := wire.VaultAccount.Ask(ctx, c.peers.Vault, wire.NewAccount{Contract: k.ID, Account: done.Account, Password: q.Password,
		AppPassword: true, Given: q.Given, Operator: uint64(who)})
	if err != nil {
		undo := wire.AdminAccount{Do: "remove", ID: done.Account, Contract: k.ID}
		wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Account: &undo})
		return Account{}, err
	}
	a.Do, a.ID, a.Public, a.Status = "set", done.Account, keys.Public, sekisho.Active
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Account: &a}); err != nil {
		return Account{}, err
	}
	out := accountOf(a)
	out.AppPassword = keys.AppPassword
	return out, nil
}

func accountOf(a wire.AdminAccount) Account {
	return Account{ID: a.ID, Contract: a.Contract, Address: a.Address, Name: a.Name, Role: a.Role, Status: a.Status.String()}
}

// accountSet changes what was named. Who is suspended cannot sign in, and mail for him is deferred.
func (c *Admin) accountSet(ctx context.Context, _ operator, q AccountSet) (Account, error) {
	a := wire.AdminAccount{Do: "set", Address: q.Address, Name: q.Name, Role: q.Role, Quota: q.Quota}
	switch q.Status {
	case "":
	case "active":
		a.Status = sekisho.Active
	case "suspended":
		a.Status = sekisho.Suspended
	default:
		return Account{}, sekisho.E("account", sekisho.Invalid, fmt.Errorf("status %q: write active or suspended", q.Status))
	}
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Account: &a}); err != nil {
		return Account{}, err
	}
	all, err := c.accountList(ctx, 0, Query{Match: q.Address, Most: 100})
	if err != nil {
		return Account{}, err
	}
	for _, x := range all {
		if strings.EqualFold(x.Address, q.Address) {
			return x, nil
		}
	}
	return Account{}, sekisho.E("account", sekisho.NotFound, nil)
}

func (c *Admin) accountList(ctx context.Context, _ operator, q Query) ([]Account, error) {
	got, err := c.list(ctx, "account", q)
	out := []Account{}
	for _, a := range got.Accounts {
		out = append(out, accountOf(a))
	}
	return out, err
}

func (c *Admin) appPassword(ctx context.Context, who operator, q AppPassword) (AppPasswordMade, error) {
	a, err := wire.StoreIdentity.Ask(ctx, c.peers.Store, wire.Identity{Login: q.Address})
	if err != nil {
		return AppPasswordMade{}, err
	}
	if a.Account == 0 {
		return AppPasswordMade{}, sekisho.E("account", sekisho.NotFound, fmt.Errorf("no account %q", q.Address))
	}
	n := wire.NewSlot{Contract: a.Contract, Account: a.Account, Password: q.Password, Do: "app-password", Label: q.Label, Operator: uint64(who)}
	if q.Revoke != 0 {
		n.Do, n.Slot = "revoke", q.Revoke
	}
	s, err := wire.VaultSlot.Ask(ctx, c.peers.Vault, n)
	return AppPasswordMade{s.ID, s.Secret}, err
}

func (c *Admin) aliasAdd(ctx context.Context, _ operator, q AliasAdd) (AliasAdd, error) {
	_, domain, _ := strings.Cut(q.Address, "@")
	k, err := c.contract(ctx, domain)
	if err != nil {
		return q, err
	}
	a := wire.AdminAlias{Do: "add", Contract: k.ID, Address: q.Address, Targets: q.Targets, Identity: q.Identity}
	if q.Remove {
		a.Do = "remove"
	}
	_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Alias: &a})
	return q, err
}

func (c *Admin) aliasList(ctx context.Context, _ operator, q Query) ([]AliasAdd, error) {
	got, err := c.list(ctx, "alias", q)
	out := []AliasAdd{}
	for _, a := range got.Aliases {
		out = append(out, AliasAdd{Address: a.Address, Targets: a.Targets, Identity: a.Identity})
	}
	return out, err
}

func (c *Admin) groupSet(ctx context.Context, who operator, q GroupSet) (GroupSet, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return q, err
	}
	g := wire.AdminGroup{Do: "set", Contract: k.ID, Name: q.Name, Members: q.Members}
	if q.Remove {
		g.Do = "remove"
	}
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return q, err
	}
	_, err = wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Group: &g})
	return q, err
}

func (c *Admin) groupList(ctx context.Context, _ operator, q Query) ([]GroupSet, error) {
	got, err := c.list(ctx, "group", q)
	out := []GroupSet{}
	for _, g := range got.Groups {
		out = append(out, GroupSet{Contract: strconv.FormatUint(uint64(g.Contract), 10), Name: g.Name, Members: g.Members})
	}
	return out, err
}
