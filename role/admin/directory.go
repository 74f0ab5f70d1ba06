package admin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/mtasts"
	"sekisho/office"
	"sekisho/policy"
	"sekisho/wire"
)

// contractAdd makes a contract in three steps that may be repeated: the row, the keys, the public keys in the row.
func (c *Admin) contractAdd(ctx context.Context, who operator, q ContractAdd) (Contract, error) {
	recovery, err := office.ParseRecovery(q.Recovery)
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
	keys, err := office.FinishContract(ctx, c.hand(who), id, recovery, q.Archive)
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
	out := Contract{ID: k.ID, Name: k.Name, Status: k.Status.String(), Language: k.Language, Networks: k.Networks, Policy: "default", People: len(k.People), Archive: len(k.Archive) > 0, Hosts: k.Hosts, Forward: []string{}, Reply: "all", Hold: k.Hold, Wait: k.Wait}
	if a := k.Automatic; a != nil {
		out.Forward, out.Reply = append(out.Forward, a.Forward...), cmp.Or(a.Reply, out.Reply)
	}
	if len(k.Policy) > 0 {
		out.Policy = "own"
	}
	for _, d := range k.Domains {
		out.Domains = append(out.Domains, domainOf(k.ID, d))
	}
	return out
}

func domainOf(id sekisho.ContractID, d wire.Domain) Domain {
	out := Domain{Name: d.Name, Contract: id, Route: office.Route(d.Route), STS: d.STS}
	for _, k := range d.DKIM {
		out.DKIM = append(out.DKIM, DKIM{k.Selector, k.Algorithm, office.DKIMRecord(k), k.State})
	}
	return out
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
	config, err := c.configKey(ctx, who, k)
	if err != nil {
		return Contract{}, err
	}
	automatic, err := office.Automatic(k.Automatic, q.Forward, q.Reply)
	if err != nil {
		return Contract{}, err
	}
	// The entry first: a change that cannot be entered does not happen.
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return Contract{}, err
	}
	set := wire.Contract{ID: k.ID, Status: status, Language: q.Language, Networks: q.Networks, People: q.People, Policy: []byte(q.Policy),
		Unscanned: q.Defer, Senders: q.Senders, Digest: q.Digest, Limit: k.Limit, Archive: archive, Hosts: q.Hosts, Config: config, Automatic: automatic, Hold: q.Hold, Wait: q.Wait}
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

// configKey gives the public key for settings that delivery needs, for a contract that was made before there was one.
func (c *Admin) configKey(ctx context.Context, who operator, k wire.Contract) ([]byte, error) {
	if len(k.Config) > 0 {
		return nil, nil
	}
	keys, err := wire.VaultContract.Ask(ctx, c.peers.Vault, wire.NewContract{Contract: k.ID, Recovery: wire.Choice{None: true}, Operator: uint64(who)})
	return keys.Config, err
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

// domainAdd adds a domain with two DKIM keys: Ed25519, and RSA for those who cannot read it.
func (c *Admin) domainAdd(ctx context.Context, who operator, q DomainAdd) (Domain, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return Domain{}, err
	}
	route, err := office.ParseRoute(q.Route)
	if err != nil {
		return Domain{}, err
	}
	d, err := office.AddDomain(ctx, c.hand(who), k.ID, wire.Domain{Name: q.Name, Route: route})
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
		if d.Route, err = office.ParseRoute(q.Route); err != nil {
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

// domainSTS sets whether an MTA-STS policy is served for a domain, and makes the key of the host that serves it.
func (c *Admin) domainSTS(ctx context.Context, who operator, q DomainSTS) (Domain, error) {
	k, err := c.contract(ctx, q.Name)
	if err != nil {
		return Domain{}, err
	}
	i := slices.IndexFunc(k.Domains, func(d wire.Domain) bool { return strings.EqualFold(d.Name, q.Name) })
	if i < 0 {
		return Domain{}, sekisho.E("domain", sekisho.NotFound, fmt.Errorf("no domain %q", q.Name))
	}
	d := k.Domains[i]
	if d.STS = q.Mode; d.STS == "" {
		return Domain{}, sekisho.E("domain", sekisho.Invalid, errors.New("write testing, enforce, none or off"))
	}
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return Domain{}, err
	}
	if q.Mode != "off" {
		if _, err := wire.VaultSigner.Ask(ctx, c.peers.Vault, wire.NewSigner{Purpose: "tls", Name: mtasts.Host(d.Name), Algorithm: "ecdsa-p256"}); err != nil {
			return Domain{}, err
		}
	}
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Domain: &wire.AdminDomain{Do: "set", Contract: k.ID, Set: d}}); err != nil {
		return Domain{}, err
	}
	if d.STS == "off" {
		d.STS = ""
	}
	return domainOf(k.ID, d), nil
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

// domainRotate takes the next step in the exchange of a domain's DKIM keys.
func (c *Admin) domainRotate(ctx context.Context, who operator, q Query) (office.Rotation, error) {
	k, err := c.contract(ctx, q.Match)
	if err != nil {
		return office.Rotation{}, err
	}
	i := slices.IndexFunc(k.Domains, func(d wire.Domain) bool { return strings.EqualFold(d.Name, q.Match) })
	if i < 0 {
		return office.Rotation{}, sekisho.E("domain", sekisho.NotFound, fmt.Errorf("no domain %q", q.Match))
	}
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return office.Rotation{}, err
	}
	return office.RotateDomain(ctx, c.hand(who), k.ID, k.Domains[i], time.Now(), func(r office.Record) string { return office.Live(ctx, c.peers.Dial, r) })
}

// domainDNS lists the records to publish and what DNS says now.
func (c *Admin) domainDNS(ctx context.Context, _ operator, q Query) ([]office.Record, error) {
	k, err := c.contract(ctx, q.Match)
	if err != nil {
		return nil, err
	}
	var out []office.Record
	for _, d := range k.Domains {
		if !strings.EqualFold(d.Name, q.Match) {
			continue
		}
		out = append(out, office.Records(c.config.Name, d, time.Now())...)
	}
	if out == nil {
		return nil, sekisho.E("domain", sekisho.NotFound, fmt.Errorf("no domain %q", q.Match))
	}
	for i := range out {
		out[i].Live = office.Live(ctx, c.peers.Dial, out[i])
	}
	return out, nil
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
	a, keys, err := office.AddAccount(ctx, c.hand(who), wire.AdminAccount{Contract: k.ID, Address: q.Address, Name: q.Name, Role: q.Role, Quota: q.Quota},
		wire.NewAccount{Password: q.Password, AppPassword: true, Given: q.Given})
	if err != nil {
		return Account{}, err
	}
	out := accountOf(a)
	out.AppPassword = keys.AppPassword
	return out, nil
}

func accountOf(a wire.AdminAccount) Account {
	return Account{ID: a.ID, Contract: a.Contract, Address: a.Address, Name: a.Name, Role: a.Role, Status: a.Status.String(), Supervisor: a.Supervisor, Leaves: a.Leaves}
}

// delegate says who stands in for somebody.
func (c *Admin) delegate(ctx context.Context, _ operator, q Delegate) (Delegate, error) {
	_, err := wire.StoreDeputy.Ask(ctx, c.peers.Store, wire.Deputy(q))
	return q, err
}

// accountSet changes what was named. Who is suspended cannot sign in, and mail for him is deferred.
func (c *Admin) accountSet(ctx context.Context, _ operator, q AccountSet) (Account, error) {
	a := wire.AdminAccount{Do: "set", Address: q.Address, Name: q.Name, Role: q.Role, Quota: q.Quota, Supervisor: q.Supervisor, Leaves: q.Leaves}
	if q.Wait != nil {
		a.Wait = &wire.Wait{Minutes: *q.Wait, For: q.WaitFor}
	}
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
