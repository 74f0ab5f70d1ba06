package main

import (
	"bufio"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"sekisho"
	"sekisho/role/admin"
)

// guideCommand fills a demonstration: it is an operator and a few mail programs in one, and a process of its own.
type guideCommand struct {
	Order string `arg:"" help:"What demo wants, in JSON."`
}

type guideOrder struct {
	Pid       int            `json:"pid"`
	Level     string         `json:"level"`
	Ports     map[string]int `json:"ports"`
	Host      string         `json:"host"`
	ReadyFile string         `json:"ready_file"`
	Quiet     bool           `json:"quiet"`
	Took      time.Duration  `json:"took"`
}

// ready is the ready file.
type ready struct {
	Pid      int            `json:"pid"`
	Level    string         `json:"level"`
	Ports    map[string]int `json:"ports"`
	CA       string         `json:"ca"`
	Accounts []readyAccount `json:"accounts"`
}

type readyAccount struct {
	Address     string             `json:"address"`
	Password    string             `json:"password"`
	AppPassword string             `json:"app_password"`
	Contract    sekisho.ContractID `json:"contract"`
	Role        string             `json:"role"`
}

// people of the demonstration.
var people = []struct{ contract, address, name, role string }{
	{"Mori Trading", "sato@mori.example", "佐藤 花子", "admin"},
	{"Mori Trading", "ann@mori.example", "Ann Mori", "user"},
	{"Kawa Works", "yamada@kawa.example", "山田 太郎", "admin"},
	{"Kawa Works", "ken@kawa.example", "Ken Kawa", "user"},
	{"Sekisho", "operator@sekisho.example", "Operator", "operator"},
}

var customers = []struct{ name, domain, language string }{{"Mori Trading", "mori.example", "ja"}, {"Kawa Works", "kawa.example", "en"}, {"Sekisho", "sekisho.example", "en"}}

// guide is one run.
type guide struct {
	guideOrder
	g     *Global
	ready ready
	fresh bool     // nothing was there before
	gone  []string // customers whose contract was terminated
}

// Run makes customers and accounts, says that everything answers, sends the first mails and tells what became of them.
func (c *guideCommand) Run(g *Global) error {
	d := &guide{g: g}
	if err := json.Unmarshal([]byte(c.Order), &d.guideOrder); err != nil {
		return err
	}
	if err := d.customers(); err != nil {
		return err
	}
	if err := d.accounts(); err != nil {
		return err
	}
	if err := d.announce(); err != nil {
		return err
	}
	if d.Quiet {
		return nil
	}
	d.welcome()
	if !d.fresh {
		fmt.Fprintln(g.Out, "\nThis demonstration goes on where it was left: no second set of first mails.")
		return nil
	}
	return d.mails()
}

func (d *guide) customers() error {
	have, err := call[[]admin.Contract](d.g, "contract/list", admin.Query{})
	if err != nil {
		return err
	}
	domains, err := call[[]admin.Domain](d.g, "domain/list", admin.Query{})
	if err != nil {
		return err
	}
	for _, c := range customers {
		if i := slices.IndexFunc(have, func(k admin.Contract) bool { return k.Name == c.name }); i >= 0 && have[i].Status == "terminated" {
			d.gone = append(d.gone, c.name) // somebody tried the end of a contract: it stays ended
			continue
		}
		if !slices.ContainsFunc(have, func(k admin.Contract) bool { return k.Name == c.name }) {
			k, err := call[admin.Contract](d.g, "contract/add", admin.ContractAdd{Name: c.name, Language: c.language})
			if err != nil {
				return err
			}
			if err := d.keepShares(c.domain, k.Shares); err != nil {
				return err
			}
		}
		if !slices.ContainsFunc(domains, func(k admin.Domain) bool { return k.Name == c.domain }) {
			if _, err := call[admin.Domain](d.g, "domain/add", admin.DomainAdd{Contract: c.name, Name: c.domain}); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepShares writes officers' shares where whoever tries the demonstration finds them. In earnest they are printed and handed
// to two persons, and stand nowhere.
func (d *guide) keepShares(domain string, s *admin.Shares) error {
	if s == nil {
		return nil
	}
	return os.WriteFile(filepath.Join(d.g.Data, "demo-shares-"+domain+".txt"), []byte(strings.Join(s.Words, "\n")+"\n"), 0o600)
}

// accounts makes the people. Their secrets come from the demonstration's own key, so that they are the same at each
// start and stand nowhere.
func (d *guide) accounts() error {
	root, err := d.key()
	if err != nil {
		return err
	}
	have, err := call[[]admin.Account](d.g, "account/list", admin.Query{Most: 1000})
	if err != nil {
		return err
	}
	for _, p := range people {
		if slices.Contains(d.gone, p.contract) {
			continue
		}
		password, app, err := secrets(root, p.address)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(have, func(a admin.Account) bool { return a.Address == p.address })
		var a admin.Account
		if i >= 0 {
			a = have[i]
		} else {
			d.fresh = true
			if a, err = call[admin.Account](d.g, "account/add", admin.AccountAdd{Address: p.address, Name: p.name, Role: p.role, Password: password, Given: app}); err != nil {
				return err
			}
		}
		d.ready.Accounts = append(d.ready.Accounts, readyAccount{a.Address, password, app, a.Contract, a.Role})
	}
	return nil
}

// key is the demonstration's own key, from which its people's secrets come. It is not the root key, which can be replaced.
func (d *guide) key() ([]byte, error) {
	path := filepath.Join(d.g.Data, "demo.key")
	b, err := os.ReadFile(path)
	if err == nil || !os.IsNotExist(err) {
		return b, err
	}
	b = make([]byte, 32)
	rand.Read(b) // never fails (crypto/rand)
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return nil, err
	}
	return b, os.Rename(path+".new", path)
}

// secrets derives an account's main password and app password.
func secrets(root []byte, address string) (password, app string, err error) {
	b, err := hkdf.Key(sha256.New, root, nil, "sekisho/demo/"+address, 32)
	if err != nil {
		return "", "", err
	}
	text := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	return text[32:37] + "-" + text[37:42] + "-" + text[42:47], text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:16] + "-" +
		text[16:20] + "-" + text[20:24] + "-" + text[24:28] + "-" + text[28:32], nil
}

// announce writes the CA and, once every port answers, the ready file.
func (d *guide) announce() error {
	ca, err := call[admin.Issued](d.g, "tls/issue", admin.Issue{Name: "localhost"})
	if err != nil {
		return err
	}
	d.ready.Pid, d.ready.Level = d.Pid, d.Level
	d.ready.CA = filepath.Join(d.g.Data, "ca.pem")
	if err := os.WriteFile(d.ready.CA, []byte(ca.CA), 0o644); err != nil {
		return err
	}
	d.ready.Ports = map[string]int{}
	for name, port := range d.Ports {
		if err := d.answers(name, port); err != nil {
			return fmt.Errorf("%s on port %d does not answer: %w", name, port, err)
		}
		if name == "mx" {
			name = "smtp"
		}
		d.ready.Ports[name] = port
	}
	if d.ReadyFile == "" {
		return nil
	}
	b, err := json.MarshalIndent(d.ready, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.ReadyFile+".new", append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(d.ReadyFile+".new", d.ReadyFile)
}

// answers waits for a greeting, or for the connection where TLS speaks first.
func (d *guide) answers(name string, port int) error {
	c, err := net.DialTimeout("tcp", net.JoinHostPort(d.Host, fmt.Sprint(port)), 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if name == "submissions" || name == "imaps" || name == "https" {
		return nil
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	_, err = bufio.NewReader(c).ReadString('\n')
	return err
}

func (d *guide) welcome() {
	w := tabwriter.NewWriter(d.g.Out, 0, 4, 2, ' ', 0)
	row(w, "data", d.g.Data)
	row(w, "isolation", d.Level+map[string]string{"L3": " (full)", "L2": " (reduced: start as root for users and namespaces of their own)", "L1": " (minimal)"}[d.Level])
	for _, name := range []string{"smtp", "submission", "submissions", "imap", "imaps"} {
		if p := d.ready.Ports[name]; p != 0 {
			row(w, name, fmt.Sprintf("%s:%d", d.Host, p))
		}
	}
	if p := d.ready.Ports["https"]; p != 0 {
		row(w, "webmail", fmt.Sprintf("https://mail.localhost:%d", p))
		row(w, "console", fmt.Sprintf("https://console.localhost:%d", p))
	}
	row(w, "CA", d.ready.CA+" (import it into the browser, or accept its warning)")
	w.Flush()
	fmt.Fprintln(d.g.Out)
	row(w, "ACCOUNT", "PASSWORD (web)", "APP PASSWORD (mail programs)")
	for _, a := range d.ready.Accounts {
		row(w, a.Address, a.Password, a.AppPassword)
	}
	w.Flush()
}

// mails sends the first mails and prints what was decided.
func (d *guide) mails() error {
	w := tabwriter.NewWriter(d.g.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(d.g.Out)
	row(w, "MAIL", "FROM", "TO", "DECIDED", "WHY", "REFERENCE")
	for _, m := range firstMails() {
		answer, err := d.send(m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		ref := reference(answer)
		got, err := call[[]admin.Trace](d.g, "trace", admin.Query{Match: ref, Most: 10})
		if err != nil {
			return err
		}
		if len(got) == 0 {
			row(w, m.name, m.from, m.to, "refused", answer, ref)
			continue
		}
		t := got[0]
		why := or(t.Reason, "nothing found against it")
		if t.Rule == "" && len(t.Findings) > 0 {
			why = string(t.Findings[0].Kind) + "/" + t.Findings[0].Name
		}
		row(w, m.name, m.from, m.to, decided(t), why, ref)
	}
	w.Flush()
	fmt.Fprintf(d.g.Out, "\nNext:\n")
	self := "bin/sekisho"
	for _, c := range []string{"quarantine list", "hold list", "trace ann@mori.example", "ledger tail", "doctor"} {
		fmt.Fprintf(d.g.Out, "  %s %s --data %s\n", self, c, d.g.Data)
	}
	fmt.Fprintf(d.g.Out, "\nStop with Ctrl-C; the same command goes on later. Deleting %s removes every trace.\n", d.g.Data)
	return nil
}

func decided(t admin.Trace) string {
	switch {
	case t.Fate == "mailbox" && t.Rule != "":
		return "delivered, marked (" + t.Rule + ")"
	case t.Fate == "mailbox" && strings.Contains(t.Reason, "written anew"):
		return "delivered, written anew"
	case t.Fate == "mailbox":
		return "delivered"
	case t.Fate == "queue":
		return "sent on"
	case t.Fate == "refuse":
		return "refused (" + t.Rule + ")"
	}
	return t.Fate + " (" + t.Rule + ")"
}

// reference is the trace id in an SMTP answer.
func reference(answer string) string {
	_, ref, ok := strings.Cut(answer, "reference ")
	if !ok {
		return ""
	}
	ref, _, _ = strings.Cut(ref, " ")
	return strings.Trim(ref, ".,\r\n")
}
