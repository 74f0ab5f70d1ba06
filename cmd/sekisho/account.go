package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"sekisho/role/admin"
)

// accountCommand manages accounts.
type accountCommand struct {
	Add         accountAdd         `cmd:"" help:"Add an account: a mailbox with its keys."`
	Set         accountSet         `cmd:"" help:"Change an account: name, role, quota; suspend it or let it back."`
	Delegate    accountDelegate    `cmd:"" help:"Say who stands in for somebody who is away, where mail waits for approval."`
	List        accountList        `cmd:"" help:"List accounts."`
	Show        accountShow        `cmd:"" help:"Show one account."`
	AppPassword accountAppPassword `cmd:"" help:"Make or revoke an app password for mail programs."`
	Recover     accountRecover     `cmd:"" help:"Give an account a new main password with officers' shares."`
}

type accountAdd struct {
	Address      string `arg:"" help:"Its address."`
	Name         string `help:"Display name."`
	Role         string `default:"user" enum:"user,help-desk,auditor,approver,domain-admin,contract-admin,admin,operator" help:"user, help-desk, auditor, approver, domain-admin, contract-admin or operator."`
	PasswordFile string `placeholder:"FILE" help:"File with the main password; \"-\" is the standard input; without it one is made and shown."`
	Quota        int64  `help:"Bytes; 0 is the default."`
}

// Run adds the account and shows its app password, once.
func (c *accountAdd) Run(g *Global) error {
	password, made := "", false
	if c.PasswordFile == "" {
		password, made = newPassword(), true
	} else {
		var err error
		if password, err = readSecret(c.PasswordFile); err != nil {
			return err
		}
	}
	a, err := call[admin.Account](g, "account/add", admin.AccountAdd{Address: c.Address, Name: c.Name, Role: c.Role, Password: password, Quota: c.Quota})
	if err != nil {
		return err
	}
	out := struct {
		admin.Account
		Password string `json:"password,omitempty"`
	}{Account: a}
	if made {
		out.Password = password
	}
	return g.print(out, func(w io.Writer) {
		row(w, "account", a.Address)
		if made {
			row(w, "password", password, "(shown once: for the web)")
		}
		row(w, "app password", a.AppPassword, "(shown once: for IMAP and SMTP)")
	})
}

// newPassword is 100 random bits.
func newPassword() string {
	b := make([]byte, 13)
	rand.Read(b) // never fails (crypto/rand)
	s := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))[:20]
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// readSecret reads the first line of a file. Secrets never stand in arguments, where every user of the host sees them.
func readSecret(path string) (string, error) {
	f := os.Stdin
	if path != "-" {
		var err error
		if f, err = os.Open(path); err != nil {
			return "", err
		}
		defer f.Close()
	}
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", fmt.Errorf("%s holds no password in its first line", path)
	}
	return line, nil
}

type accountList struct {
	Contract string `help:"Only of this contract."`
	Match    string `arg:"" optional:"" help:"Part of an address or name."`
	Most     int    `default:"100" help:"Most rows."`
}

// Run lists accounts.
func (c *accountList) Run(g *Global) error {
	a, err := call[[]admin.Account](g, "account/list", admin.Query{Contract: c.Contract, Match: c.Match, Most: c.Most})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ID", "ADDRESS", "NAME", "ROLE", "STATUS", "CONTRACT")
		for _, x := range a {
			row(w, x.ID, x.Address, x.Name, x.Role, x.Status, x.Contract)
		}
	})
}

type accountShow struct {
	Address string `arg:"" help:"Its address."`
}

// Run shows one account.
func (c *accountShow) Run(g *Global) error {
	all, err := call[[]admin.Account](g, "account/list", admin.Query{Match: c.Address, Most: 100})
	if err != nil {
		return err
	}
	for _, a := range all {
		if strings.EqualFold(a.Address, c.Address) {
			return g.print(a, func(w io.Writer) {
				row(w, "account", a.ID)
				row(w, "address", a.Address)
				row(w, "name", a.Name)
				row(w, "role", a.Role)
				row(w, "status", a.Status)
				row(w, "contract", a.Contract)
				if a.Supervisor != "" {
					row(w, "supervisor", a.Supervisor)
				}
				if a.Leaves != "" {
					row(w, "leaves", a.Leaves)
				}
			})
		}
	}
	return fmt.Errorf("no account %q: see \"sekisho account list\"", c.Address)
}

type accountSet struct {
	Address string `arg:"" help:"Its address."`
	Name    string `help:"Display name."`
	Role    string `enum:",user,help-desk,auditor,approver,domain-admin,contract-admin,admin,operator" default:"" help:"user, help-desk, auditor, approver, domain-admin, contract-admin or operator."`
	Status  string `enum:",active,suspended" default:"" help:"active or suspended: who is suspended cannot sign in, and mail for him waits with its senders."`
	Quota   int64  `help:"Bytes."`

	Supervisor string `placeholder:"ADDRESS" help:"Whom rules may ask about his mail; none: nobody."`
	Leaves     string `placeholder:"DATE" help:"His announced last day, as 2026-12-31; none: he stays. It suspends nobody: the ranking of \"sekisho insider\" knows of it."`
	Wait       *int   `placeholder:"MINUTES" help:"How long his own mail waits before it leaves, so that he can take it back; 0: it leaves at once. No longer than \"contract set --wait\" allows."`
	WaitFor    string `enum:",all,outside,inside" default:"" help:"Which mail waits: all, outside (with a recipient outside), inside (without one)."`
}

// Run changes what was named and leaves the rest.
func (c *accountSet) Run(g *Global) error {
	a, err := call[admin.Account](g, "account/set", admin.AccountSet{Address: c.Address, Name: c.Name, Role: c.Role, Status: c.Status, Quota: c.Quota, Supervisor: c.Supervisor, Leaves: c.Leaves, Wait: c.Wait, WaitFor: c.WaitFor})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "account", a.Address)
		row(w, "name", a.Name)
		row(w, "role", a.Role)
		row(w, "status", a.Status)
	})
}

type accountAppPassword struct {
	Address      string `arg:"" help:"The account's address."`
	PasswordFile string `default:"-" placeholder:"FILE" help:"File with the main password; the standard input when not given."`
	Label        string `help:"What it is for: \"phone\"."`
	Revoke       uint64 `placeholder:"ID" help:"Revoke this one instead."`
}

// Run makes or revokes one. The main password is needed: without it nobody, not even the operator, has the account's key.
func (c *accountAppPassword) Run(g *Global) error {
	password, err := readSecret(c.PasswordFile)
	if err != nil {
		return err
	}
	a, err := call[admin.AppPasswordMade](g, "account/app-password",
		admin.AppPassword{Address: c.Address, Password: password, Label: c.Label, Revoke: c.Revoke})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "id", a.ID)
		if a.Secret != "" {
			row(w, "app password", a.Secret, "(shown once)")
		}
	})
}

// aliasCommand manages aliases.
type aliasCommand struct {
	Add    aliasAdd    `cmd:"" help:"Add an alias: mail for it goes to other addresses."`
	Remove aliasRemove `cmd:"" help:"Remove an alias."`
	List   aliasList   `cmd:"" help:"List aliases."`
}

type aliasAdd struct {
	Address  string   `arg:"" help:"The alias; \"@domain\" catches what nobody has."`
	Target   []string `arg:"" help:"Where its mail goes."`
	Identity bool     `help:"The targets may also send as the alias."`
}

// Run adds an alias.
func (c *aliasAdd) Run(g *Global) error {
	a, err := call[admin.AliasAdd](g, "alias/add", admin.AliasAdd{Address: c.Address, Targets: c.Target, Identity: c.Identity})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) { row(w, a.Address, strings.Join(a.Targets, " ")) })
}

type aliasRemove struct {
	Address string `arg:"" help:"The alias."`
}

// Run removes an alias.
func (c *aliasRemove) Run(g *Global) error {
	_, err := call[admin.AliasAdd](g, "alias/add", admin.AliasAdd{Address: c.Address, Remove: true})
	return err
}

type aliasList struct {
	Contract string `arg:"" optional:"" help:"Only of this contract."`
}

// Run lists aliases.
func (c *aliasList) Run(g *Global) error {
	a, err := call[[]admin.AliasAdd](g, "alias/list", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "ALIAS", "TARGETS", "IDENTITY")
		for _, x := range a {
			row(w, x.Address, strings.Join(x.Targets, " "), x.Identity)
		}
	})
}
