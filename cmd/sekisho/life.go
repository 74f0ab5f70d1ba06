package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"sekisho/role/admin"
)

// presentedFlags are how officers bring their shares: typed one after the other, or from files.
type presentedFlags struct {
	ShareFile []string `placeholder:"FILE" help:"File with officers' shares; may be repeated. Without it shares are read from the standard input."`
	Operator  bool     `help:"Add the share that is kept for the operator."`
}

// read gathers the shares. It says nothing back: what is typed is a secret.
func (p *presentedFlags) read(g *Global) (admin.Presented, error) {
	out := admin.Presented{Operator: p.Operator}
	for _, f := range p.ShareFile {
		text, err := readText(f)
		if err != nil {
			return out, err
		}
		out.Words = append(out.Words, shares(text)...)
	}
	if len(p.ShareFile) > 0 {
		return out, nil
	}
	if terminal(os.Stdin) {
		fmt.Fprintln(g.Err, "Shares, one officer after the other, as they are printed; what is typed is not shown. An empty line ends.")
	}
	err := silently(os.Stdin, func() error {
		var typed strings.Builder
		lines := bufio.NewScanner(io.LimitReader(os.Stdin, 1<<20))
		for lines.Scan() && strings.TrimSpace(lines.Text()) != "" {
			typed.WriteString(lines.Text() + "\n")
		}
		out.Words = shares(typed.String())
		return lines.Err()
	})
	return out, err
}

// shareWords is how many words a share has.
const shareWords = 14

// shares cuts a text into shares, however they stand on lines and whatever numbers stand between the words. What is left
// over is one too: vault says what is wrong with it.
func shares(text string) []string {
	var out []string
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	for len(words) > 0 {
		n := min(shareWords, len(words))
		out = append(out, strings.Join(words[:n], " "))
		words = words[n:]
	}
	return out
}

// showShares prints shares to be handed out.
func showShares(w io.Writer, s *admin.Shares) {
	if s == nil {
		return
	}
	fmt.Fprintf(w, "\nShares for officers, shown once and kept nowhere. Print each, give it to one person. Any %d together open what an owner has lost.\n", s.Need)
	if s.Kept {
		fmt.Fprintln(w, "One more share is kept here for the operator (--operator).")
	}
	for i, share := range s.Words {
		fmt.Fprintf(w, "\n  officer %d\n", i+1)
		words := strings.Fields(share)
		for n := 0; n < len(words); n += 7 {
			fmt.Fprint(w, "   ")
			for j, word := range words[n:min(n+7, len(words))] {
				fmt.Fprintf(w, " %d.%s", n+j+1, word)
			}
			fmt.Fprintln(w)
		}
	}
}

type contractOfficers struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Recovery string `placeholder:"K/N" help:"How many of how many; without it two of three, one of them the operator."`
	Fresh    bool   `help:"The first shares were lost before anybody had them: make others, without the old ones. Only while the contract has no account and no archive."`
	presentedFlags
}

// Run replaces the shares; the old officers are needed once more.
func (c *contractOfficers) Run(g *Global) error {
	var p admin.Presented
	var err error
	if !c.Fresh {
		if p, err = c.read(g); err != nil {
			return err
		}
	}
	s, err := call[admin.Shares](g, "contract/officers", admin.Officers{Contract: c.Contract, Shares: p, Recovery: c.Recovery, Fresh: c.Fresh})
	if err != nil {
		return err
	}
	return g.print(s, func(w io.Writer) { showShares(w, &s) })
}

type accountRecover struct {
	Address      string `arg:"" help:"The account's address."`
	PasswordFile string `placeholder:"FILE" help:"File with the new main password; without it one is made and shown."`
	Revoke       bool   `help:"Also revoke all app passwords and end all sessions."`
	presentedFlags
}

// Run gives an account a new main password with officers' shares. Its owner is told by mail.
func (c *accountRecover) Run(g *Global) error {
	password, made := "", c.PasswordFile == ""
	if made {
		password = newPassword()
	} else if c.PasswordFile == "-" && len(c.ShareFile) == 0 {
		return errors.New("the standard input cannot hold both the password and the shares: name a file for one of them")
	} else {
		var err error
		if password, err = readSecret(c.PasswordFile); err != nil {
			return err
		}
	}
	p, err := c.read(g)
	if err != nil {
		return err
	}
	a, err := call[admin.Recovered](g, "account/recover", admin.Recover{Address: c.Address, Shares: p, Password: password, Revoke: c.Revoke})
	if err != nil {
		return err
	}
	out := struct {
		admin.Recovered
		Password string `json:"password,omitempty"`
	}{Recovered: a}
	if made {
		out.Password = password
	}
	return g.print(out, func(w io.Writer) {
		row(w, "account", a.Address)
		if made {
			row(w, "password", password, "(shown once)")
		}
		row(w, "owner told by mail", a.Told)
	})
}

type contractRotate struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Accounts bool   `help:"Give every account a new key pair too; old mail stays readable."`
}

// Run replaces the contract's key, and the accounts' pairs when asked.
func (c *contractRotate) Run(g *Global) error {
	r, err := call[admin.Rotated](g, "rotate", admin.Rotate{What: "contract", Contract: c.Contract})
	if err == nil && c.Accounts {
		var a admin.Rotated
		a, err = call[admin.Rotated](g, "rotate", admin.Rotate{What: "accounts", Contract: c.Contract})
		r.Accounts = a.Accounts
	}
	if err != nil {
		return err
	}
	return g.print(r, func(w io.Writer) { showRotated(w, r) })
}

func showRotated(w io.Writer, r admin.Rotated) {
	if r.Contract != 0 {
		row(w, "contract", r.Contract)
	}
	row(w, r.What+" key", "generation", r.Generation)
	if r.Accounts > 0 {
		row(w, "accounts with new pairs", r.Accounts)
	}
	if r.Left != "" {
		row(w, "left to do", r.Left)
	}
}

// vaultCommand is about the keys of the installation.
type vaultCommand struct {
	Copy   vaultCopy   `cmd:"" help:"Copy the current key table and the root key, over the copy before: a data backup must not hold them."`
	Rotate vaultRotate `cmd:"" help:"Begin a new epoch of the root key; the old one is destroyed."`
}

type vaultRotate struct {
	Installation bool `help:"Replace the installation's own key instead, which TLS keys and passes are under."`
}

// Run replaces the root key, or the installation's own.
func (c *vaultRotate) Run(g *Global) error {
	what := "root"
	if c.Installation {
		what = "contract"
	}
	r, err := call[admin.Rotated](g, "rotate", admin.Rotate{What: what})
	if err != nil {
		return err
	}
	return g.print(r, func(w io.Writer) {
		if showRotated(w, r); what == "root" {
			row(w, "now", "replace your copies: sekisho vault copy DIR")
		}
	})
}

type contractTerminate struct {
	Contract string `arg:"" help:"Name, number or domain."`
	Confirm  string `required:"" placeholder:"NAME" help:"The contract's name once more: this cannot be undone."`
	Export   string `placeholder:"DIR" help:"First write what is not sealed (people, domains, rules, trace) into this directory."`
	Reason   string `help:"For the certificate."`
	Contact  string `placeholder:"TEXT" help:"Whom to tell of a breach that is found later; sealed, and kept for three years."`
	Out      string `placeholder:"FILE" help:"Write the certificate here; without it, it is printed."`
}

// Run ends a contract. Repeating it after an interruption finishes what was begun and gives the same certificate.
func (c *contractTerminate) Run(g *Global) error {
	if c.Export != "" {
		if err := export(g, c.Contract, c.Export); err != nil {
			return fmt.Errorf("nothing was terminated, as the export failed: %w", err)
		}
	}
	x, err := call[admin.Certificate](g, "contract/terminate", admin.Terminate{Contract: c.Contract, Name: c.Confirm, Reason: c.Reason, Contact: c.Contact})
	if err != nil {
		return err
	}
	return writeCertificate(g, c.Out, x)
}

// export writes what is not sealed. Mailboxes are not part of it: their owners alone can open them.
func export(g *Global, contract, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	q := admin.Query{Contract: contract, Most: 100_000, All: true}
	policy, err := call[string](g, "contract/policy", q)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "policy.toml"), []byte(policy), 0o600); err != nil {
		return err
	}
	for _, part := range []struct{ name, call string }{{"contract", "contract/list"}, {"accounts", "account/list"}, {"aliases", "alias/list"},
		{"groups", "group/list"}, {"trace", "trace"}, {"queue", "queue/list"}} {
		got, err := call[json.RawMessage](g, part.call, q)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, part.name+".json"), append(got, '\n'), 0o600); err != nil {
			return err
		}
	}
	fmt.Fprintf(g.Err, "exported to %s\n", dir)
	return nil
}

type contractCertificate struct {
	Contract string `arg:"" optional:"" help:"Name or number of a contract that is terminated."`
	Check    string `placeholder:"FILE" help:"Check the signature of a certificate; no service is needed."`
	Key      string `placeholder:"BASE64" help:"The installation's key that it must be signed with; without it the one in the file is believed."`
	Out      string `placeholder:"FILE" help:"Write the certificate here."`
}

// Run shows the certificate of a terminated contract, or checks one.
func (c *contractCertificate) Run(g *Global) error {
	if c.Check != "" {
		return c.check(g)
	}
	if c.Contract == "" {
		return errors.New("name a contract, or a file with --check")
	}
	list, err := call[[]admin.Certificate](g, "contract/certificate", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	if len(list) != 1 {
		return fmt.Errorf("%d certificates", len(list))
	}
	return writeCertificate(g, c.Out, list[0])
}

func (c *contractCertificate) check(g *Global) error {
	b, err := os.ReadFile(c.Check)
	if err != nil {
		return err
	}
	x, err := parseCertificate(b)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Check, err)
	}
	key := fmt.Sprintf("%x", x.Key)
	if c.Key != "" && !strings.EqualFold(c.Key, key) {
		return fmt.Errorf("%s is signed with another key: %s", c.Check, key)
	}
	s, err := readStatement(x)
	if err != nil {
		return err
	}
	return g.print(struct {
		OK  bool   `json:"ok"`
		Key string `json:"key"`
		statement
	}{true, key, s}, func(w io.Writer) {
		row(w, "signature", "right")
		row(w, "key", key)
		fmt.Fprint(w, "\n", s.text("en"))
	})
}

// parseCertificate reads a certificate file and checks its signature.
func parseCertificate(b []byte) (admin.Certificate, error) {
	var x admin.Certificate
	if err := json.Unmarshal(b, &x); err != nil {
		return x, fmt.Errorf("not a certificate: %w", err)
	}
	if len(x.Key) != ed25519.PublicKeySize || !ed25519.Verify(x.Key, []byte(x.Statement), x.Signature) {
		return x, errors.New("the signature is wrong: the certificate was altered")
	}
	return x, nil
}

// writeCertificate writes JSON and the text in English and Japanese beside it, or prints.
func writeCertificate(g *Global, path string, x admin.Certificate) error {
	s, err := readStatement(x)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return err
	}
	if path != "" {
		base := strings.TrimSuffix(path, ".json")
		for name, text := range map[string]string{path: string(b) + "\n", base + ".en.txt": s.text("en"), base + ".ja.txt": s.text("ja")} {
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return g.print(x, func(w io.Writer) {
		fmt.Fprint(w, s.text("en"), "\n", s.text("ja"))
		if path == "" {
			fmt.Fprintf(w, "\n%s\n", b)
		}
	})
}

// statement is what a certificate says; see vault's Statement.
type statement struct {
	Form         string    `json:"form"`
	Installation string    `json:"installation"`
	Contract     uint64    `json:"contract"`
	Name         string    `json:"name"`
	Reason       string    `json:"reason,omitempty"`
	Destroyed    time.Time `json:"keys_destroyed"`
	Classes      []string  `json:"classes"`
	Accounts     int       `json:"accounts"`
	Messages     uint64    `json:"messages"`
	Bytes        uint64    `json:"bytes"`
	OldEpoch     uint64    `json:"epoch_destroyed"`
	NewEpoch     uint64    `json:"epoch_in_force"`
	Backups      time.Time `json:"backups_unreadable_from"`
	Copies       time.Time `json:"key_copies_replaced_by"`
	Left         string    `json:"left,omitempty"`
	Ledger       uint64    `json:"ledger_entries"`
}

func readStatement(x admin.Certificate) (statement, error) {
	var s statement
	if err := json.Unmarshal([]byte(x.Statement), &s); err != nil {
		return s, fmt.Errorf("the statement is unreadable: %w", err)
	}
	if s.Form != "sekisho/deletion/1" {
		return s, fmt.Errorf("a statement of an unknown form %q", s.Form)
	}
	return s, nil
}

// text writes the statement for people.
func (s statement) text(language string) string {
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 MST") }
	var b strings.Builder
	if language == "ja" {
		fmt.Fprintf(&b, "データ消去証明書\n\n契約: %s（番号 %d）\n設備: %s\n鍵の破棄: %s\n", s.Name, s.Contract, s.Installation, at(s.Destroyed))
		fmt.Fprintf(&b, "対象の区分: %s\nアカウント数: %d\nメール数: %d（%d バイト）\n", strings.Join(s.Classes, "、"), s.Accounts, s.Messages, s.Bytes)
		fmt.Fprintf(&b, "破棄した世代のルート鍵: %d（現在の世代: %d）\n", s.OldEpoch, s.NewEpoch)
		fmt.Fprintf(&b, "バックアップが読めなくなった時刻: %s\n鍵表の複製が置き換わる期限: %s\n", at(s.Backups), at(s.Copies))
		if s.Reason != "" {
			fmt.Fprintf(&b, "理由: %s\n", s.Reason)
		}
		if s.Left != "" {
			fmt.Fprintf(&b, "残る作業: %s\n", s.Left)
		}
		fmt.Fprintf(&b, "台帳の行数（破棄の時点）: %d\n", s.Ledger)
		return b.String()
	}
	fmt.Fprintf(&b, "Certificate of deletion\n\ncontract: %s (number %d)\ninstallation: %s\nkeys destroyed: %s\n", s.Name, s.Contract, s.Installation, at(s.Destroyed))
	fmt.Fprintf(&b, "classes: %s\naccounts: %d\nmessages: %d (%d bytes)\n", strings.Join(s.Classes, ", "), s.Accounts, s.Messages, s.Bytes)
	fmt.Fprintf(&b, "root key epoch destroyed: %d (in force now: %d)\n", s.OldEpoch, s.NewEpoch)
	fmt.Fprintf(&b, "data backups unreadable from: %s\ncopies of the key table replaced by: %s\n", at(s.Backups), at(s.Copies))
	if s.Reason != "" {
		fmt.Fprintf(&b, "reason: %s\n", s.Reason)
	}
	if s.Left != "" {
		fmt.Fprintf(&b, "left to do: %s\n", s.Left)
	}
	fmt.Fprintf(&b, "ledger entries when the keys were gone: %d\n", s.Ledger)
	return b.String()
}

type contractContact struct {
	Contract string `arg:"" help:"Name or number of a contract that is terminated."`
}

// Run shows whom to tell; the look is entered in the ledger.
func (c *contractContact) Run(g *Global) error {
	a, err := call[admin.Contact](g, "contract/contact", admin.Query{Contract: c.Contract})
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "contact", a.Contact)
		row(w, "kept until", when(a.Expires))
	})
}
