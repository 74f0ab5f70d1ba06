package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"sekisho/role/admin"
	"sekisho/wire"
)

// contractCommand manages customers.
type contractCommand struct {
	Add    contractAdd    `cmd:"" help:"Add a contract (a customer) and make its keys."`
	List   contractList   `cmd:"" help:"List contracts."`
	Show   contractShow   `cmd:"" help:"Show one contract."`
	Set    contractSet    `cmd:"" help:"Change a contract."`
	Policy contractPolicy `cmd:"" help:"Show or set a contract's rules."`
	Group  groupCommand   `cmd:"" help:"Groups of addresses for rules."`

	Officers    contractOfficers    `cmd:"" help:"Give a contract new officers' shares."`
	Rotate      contractRotate      `cmd:"" help:"Replace a contract's key."`
	Terminate   contractTerminate   `cmd:"" help:"End a contract: its keys are destroyed, for ever."`
	Certificate contractCertificate `cmd:"" help:"Show the deletion certificate of a terminated contract, or check one."`
	Contact     contractContact     `cmd:"" help:"Show whom to tell of what concerns a customer who is gone."`
}

type contractAdd struct {
	Name     string   `arg:"" help:"Name of the customer."`
	Language string   `default:"ja" enum:"ja,en" help:"Language of texts that its people get."`
	Network  []string `placeholder:"CIDR" help:"Network whose hosts may relay through us; may be repeated."`
	Recovery string   `placeholder:"K/N" help:"Who can open what an owner has lost: K of N officers, or \"none\". Without it any two of three, one of them the operator."`
	Archive  bool     `help:"Keep every mail in an archive that officers open."`
}

// Run adds the contract. Repeating it after an interruption finishes what was begun.
func (c *contractAdd) Run(g *Global) error {
	a, err := call[admin.Contract](g, "contract/add", admin.ContractAdd{Name: c.Name, Language: c.Language, Networks: c.Network,
		Recovery: c.Recovery, Archive: c.Archive})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		showContract(w, a)
		showShares(w, a.Shares)
	})
}

type contractList struct {
	Match string `arg:"" optional:"" help:"Part of a name or domain."`
}

// Run lists.
func (c *contractList) Run(g *Global) error {
	a, err := call[[]admin.Contract](g, "contract/list", admin.Query{Match: c.Match})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ID", "NAME", "STATUS", "DOMAINS", "POLICY", "NETWORKS")
		for _, k := range a {
			row(w, k.ID, k.Name, k.Status, domainNames(k), k.Policy, strings.Join(k.Networks, " "))
		}
	})
}

func domainNames(k admin.Contract) string {
	var names []string
	for _, d := range k.Domains {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

func showContract(w io.Writer, k admin.Contract) {
	row(w, "contract", k.ID)
	row(w, "name", k.Name)
	row(w, "status", k.Status)
	row(w, "language", k.Language)
	row(w, "policy", k.Policy)
	row(w, "networks", strings.Join(k.Networks, " "))
	row(w, "people", k.People)
	row(w, "archive", k.Archive)
	row(w, "hosts", strings.Join(k.Hosts, " "))
	row(w, "forward", strings.Join(k.Forward, " "))
	row(w, "reply", k.Reply)
	row(w, "wait", k.Wait)
	if k.Hold != "" {
		row(w, "legal hold", k.Hold)
	}
	for _, d := range k.Domains {
		row(w, "domain", d.Name, strings.Join(d.Route, " "))
	}
}

type contractShow struct {
	Contract string `arg:"" help:"Name, number or domain."`
}

// Run shows one.
func (c *contractShow) Run(g *Global) error {
	all, err := call[[]admin.Contract](g, "contract/list", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	if len(all) != 1 {
		return fmt.Errorf("no contract %q", c.Contract)
	}
	return g.print(all[0], func(w io.Writer) { showContract(w, all[0]) })
}

type contractSet struct {
	Contract  string   `arg:"" help:"Name, number or domain."`
	Status    string   `enum:",active,suspended" default:"" help:"active or suspended."`
	Language  string   `enum:",ja,en" default:"" help:"ja or en."`
	Network   []string `placeholder:"CIDR" help:"Networks that may relay; replaces the list."`
	Person    []string `placeholder:"NAME<ADDRESS>" help:"People whose name is worth borrowing; replaces the list."`
	Total     int      `help:"Recipients that the whole contract may send to in an hour."`
	Hourly    int      `help:"Recipients an account may send to in an hour."`
	Daily     int      `help:"And in a day."`
	Host      []string `placeholder:"NAME" help:"Host names of its own for mail programs: its people sign in there only, in a cell of their own; replaces the list."`
	Archive   bool     `help:"Keep every mail from now on in an archive that officers open."`
	Unscanned string   `enum:",defer,quarantine" default:"" help:"What happens to mail that cannot be inspected."`
	Hold      string   `placeholder:"REASON" help:"Legal hold: its data may not be destroyed, nor the contract terminated; 'none' lifts it."`
	Senders   string   `enum:",own,none" default:"" help:"own: people have lists of whom they allow and block; none: they have not."`
	Digest    string   `placeholder:"WHEN" help:"When people are told what is kept from them: off, 6h, 08:00 or 08:00+09:00."`
	Forward   []string `placeholder:"DOMAIN" help:"Domains that people's own filters may send mail on to, besides the contract's; replaces the list. '*' is any, 'none' is none."`
	Reply     string   `enum:",all,inside,nobody" default:"" help:"Who gets people's automatic replies."`
	Wait      int      `placeholder:"MINUTES" help:"Most minutes that people may let their own mail wait before it leaves; -1: none."`
}

// Run changes what was named and leaves the rest.
func (c *contractSet) Run(g *Global) error {
	q := admin.ContractSet{Contract: c.Contract, Status: c.Status, Language: c.Language, Networks: c.Network, Total: c.Total, Hourly: c.Hourly, Daily: c.Daily, Defer: c.Unscanned, Senders: c.Senders, Digest: c.Digest, Archive: c.Archive, Hosts: c.Host, Forward: c.Forward, Reply: c.Reply, Hold: c.Hold, Wait: c.Wait}
	for _, p := range c.Person {
		name, rest, ok := strings.Cut(p, "<")
		if !ok {
			return fmt.Errorf("--person %q: write \"Name<address>\"", p)
		}
		q.People = append(q.People, wire.Person{Name: strings.TrimSpace(name), Address: strings.TrimSuffix(rest, ">")})
	}
	a, err := call[admin.Contract](g, "contract/set", q)
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { showContract(w, a) })
}

func readText(path string) (string, error) {
	if path == "-" {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
		return string(b), err
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

type groupCommand struct {
	Set  groupSet  `cmd:"" help:"Make or replace a group."`
	List groupList `cmd:"" help:"List groups."`
}

type groupSet struct {
	Contract string   `arg:"" help:"Name, number or domain."`
	Name     string   `arg:"" help:"Name of the group."`
	Member   []string `arg:"" optional:"" help:"Addresses."`
	Remove   bool     `help:"Remove the group."`
}

// Run sets the group.
func (c *groupSet) Run(g *Global) error {
	a, err := call[admin.GroupSet](g, "group/set", admin.GroupSet{Contract: c.Contract, Name: c.Name, Members: c.Member, Remove: c.Remove})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { row(w, a.Name, strings.Join(a.Members, " ")) })
}

type groupList struct {
	Contract string `arg:"" optional:"" help:"Name, number or domain."`
}

// Run lists groups.
func (c *groupList) Run(g *Global) error {
	a, err := call[[]admin.GroupSet](g, "group/list", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "CONTRACT", "NAME", "MEMBERS")
		for _, x := range a {
			row(w, x.Contract, x.Name, strings.Join(x.Members, " "))
		}
	})
}
