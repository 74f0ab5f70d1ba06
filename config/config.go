// Package config reads the one configuration file.
//
// The file is TOML and read strictly: an unknown key, a wrong type or an impossible combination stops the start with file,
// line, key and remedy. Nothing in it is secret. Each role is given its own part only.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"sekisho/mail/address"
)

// Config is the whole file. Every field has a default, so that an empty file is a good one for a first try.
type Config struct {
	Name      string    `toml:"name"`      // host name of the installation: greetings, certificates, MX; default: the host's
	Data      string    `toml:"data"`      // data directory; default /var/lib/sekisho
	Listen    Listen    `toml:"listen"`    // "address:port", empty for off
	DNS       DNS       `toml:"dns"`       //
	Inspect   Inspect   `toml:"inspect"`   //
	Limit     Limit     `toml:"limit"`     //
	Post      Post      `toml:"post"`      //
	Report    Report    `toml:"report"`    //
	Ledger    Ledger    `toml:"ledger"`    //
	Isolation Isolation `toml:"isolation"` //
	Keys      Keys      `toml:"keys"`      //
	Cells     int       `toml:"cells"`     // worker cells of reader and webmail; default 1
	Web       Web       `toml:"web"`       //
}

// Listen says where to listen.
type Listen struct {
	MX          string `toml:"mx"`          // default ":25"
	Submission  string `toml:"submission"`  // default ":587"
	Submissions string `toml:"submissions"` // default ":465"
	IMAP        string `toml:"imap"`        // default ":143"
	IMAPS       string `toml:"imaps"`       // default ":993"
	HTTPS       string `toml:"https"`       // default ":443"
}

// Web gives the host names of what browsers see. Each is an origin of its own, so that none can reach into another.
type Web struct {
	Mail    string `toml:"mail"`    // webmail and JMAP; default "mail." and name
	Console string `toml:"console"` // administration; default "console." and name
	Desk    string `toml:"desk"`    // people without an account; default "desk." and name
	Content string `toml:"content"` // where the text of mails is shown; default "content." and name
	ACME    string `toml:"acme"`    // URL of a certificate authority's directory (RFC 8555), reached on port 443 from outside; default: none
	Contact string `toml:"contact"` // e-mail address for the authority
	CA      string `toml:"ca"`      // file with the certificates that the authority's own must be under; default: the host's
}

// Hosts are the names in force: mail, console, desk, content.
func (c Config) Hosts() (mail, console, desk, content string) {
	or := func(given, label string) string {
		if given != "" {
			return given
		}
		return label + "." + c.Name
	}
	return or(c.Web.Mail, "mail"), or(c.Web.Console, "console"), or(c.Web.Desk, "desk"), or(c.Web.Content, "content")
}

// DNS says whom to ask.
type DNS struct {
	Resolver string `toml:"resolver"` // "address:port"; default: the first of /etc/resolv.conf
	Zone     string `toml:"zone"`     // master file whose names are answered from it alone; for demonstrations and tests
}

// Inspect says how mail is inspected.
type Inspect struct {
	Workers int    `toml:"workers"` // default: number of cores, at least 2
	Clamd   string `toml:"clamd"`   // "address:port" of clamd (TCPSocket in its configuration); default: none

	// Sealers are domains of forwarders whose ARC seals are trusted (RFC 8617), with those below them; default: large services that
	// check what they seal.
	Sealers []string `toml:"sealers"`
}

// Limit bounds what is taken.
type Limit struct {
	Size       string   `toml:"size"`       // of a mail: "50MB"; limit 200MB
	Recipients int      `toml:"recipients"` // of a mail; default and limit 1000
	PerSource  int      `toml:"per_source"` // connections of one address; default 20
	PerMinute  int      `toml:"per_minute"` // mails that one address outside may hand in in a minute; default 600
	Contract   int      `toml:"contract"`   // recipients that a contract may send to in an hour; default 50000
	Hourly     int      `toml:"hourly"`     // recipients an account may send to in an hour; default 2000
	Daily      int      `toml:"daily"`      // and in a day; default 10000
	Exempt     []string `toml:"exempt"`     // networks without limits of rate
}

// Post says how mail is sent.
type Post struct {
	Connections int      `toml:"connections"` // at a time; default 50
	Destination int      `toml:"destination"` // to one destination; default 10
	Port        int      `toml:"port"`        // where mail exchangers listen; default 25
	Private     bool     `toml:"private"`     // may connect to private addresses: closed networks
	Internal    []string `toml:"internal"`    // networks of the customers' own servers that domains are routed to; default none
	Seal        bool     `toml:"seal"`        // mail that is sent on gets an ARC seal (RFC 8617); default no
}

// Report says whether other domains are told what their mail and their servers look like from here (RFC 9990, RFC 8460).
type Report struct {
	From string `toml:"from"` // address that reports are from, of a domain of some contract here; default: no reports
	Name string `toml:"name"` // of the organisation that reports; default: name
}

// Keys says where the root key comes from, and how long things about keys are kept. Secrets are in files, never here.
type Keys struct {
	Root       string `toml:"root"`       // "file" in vault's directory, "descriptor", or "transit"; default file
	Descriptor int    `toml:"descriptor"` // number of the descriptor that serve was started with
	Address    string `toml:"address"`    // transit: "https://vault.example:8200"
	Mount      string `toml:"mount"`      // transit: where the engine is mounted; default "transit"
	Key        string `toml:"key"`        // transit: name of the key, for this installation alone; default "sekisho"
	Token      string `toml:"token"`      // transit: file with the token
	CA         string `toml:"ca"`         // transit: file with the service's CA; default: the host's
	Backups    int    `toml:"backups"`    // days that data backups are kept; default 90
	Copies     int    `toml:"copies"`     // days after which copies of the current key table are replaced; default 7
}

// Ledger says who watches the ledger.
type Ledger struct {
	Witness []string `toml:"witness"` // "URL KEY" of each witness that is asked to sign checkpoints; default none
}

// Isolation says how processes are confined.
type Isolation struct {
	Least    string `toml:"least"`     // refuse to start below: "L1", "L2", "L3"; default L2
	UserBase int    `toml:"user_base"` // first user number of roles; default 71000
}

// Defaults is the configuration of an empty file.
func Defaults() Config {
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "localhost"
	}
	return Config{
		Name: name, Data: "/var/lib/sekisho",
		Listen:    Listen{MX: ":25", Submission: ":587", Submissions: ":465", IMAP: ":143", IMAPS: ":993", HTTPS: ":443"},
		Inspect:   Inspect{Sealers: Sealers()},
		Limit:     Limit{Size: "50MB", Recipients: 1000, PerSource: 20, PerMinute: 600, Contract: 50_000, Hourly: 2000, Daily: 10_000},
		Post:      Post{Connections: 50, Destination: 10, Port: 25},
		Isolation: Isolation{Least: "L2", UserBase: 71_000},
		Keys:      Keys{Root: "file", Mount: "transit", Key: "sekisho", Backups: 90, Copies: 7},
		Cells:     1,
	}
}

// Sealers are the forwarders whose ARC seals are trusted when the file names none: services that check what comes to them before they
// send it on, and seal with these domains.
func Sealers() []string {
	return []string{"google.com", "microsoft.com", "outlook.com", "messagingengine.com", "icloud.com", "yahoo.com"}
}

// Fault is one thing wrong with the file.
type Fault struct {
	File   string
	Line   int    // 0 when it concerns the whole file
	Key    string // "" when it concerns no key
	Wrong  string
	Remedy string
}

// Error is file, line, key, what is wrong and what to do.
func (f *Fault) Error() string {
	at := f.File
	if f.Line > 0 {
		at += fmt.Sprintf(":%d", f.Line)
	}
	if f.Key != "" {
		at += ": " + f.Key
	}
	s := at + ": " + f.Wrong
	if f.Remedy != "" {
		s += ". " + f.Remedy
	}
	return s
}

// Load reads and checks a file.
func Load(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, &Fault{File: path, Wrong: err.Error(), Remedy: "Name an existing file, or begin with \"sekisho init\""}
	}
	return Parse(path, b)
}

// Parse reads the text of a file. path is for messages.
func Parse(path string, text []byte) (Config, error) {
	c := Defaults()
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, decodeFault(path, err)
	}
	if f := c.check(); f != nil {
		f.File, f.Line = path, lineOf(text, f.Key)
		return c, f
	}
	return c, nil
}

func decodeFault(path string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		e := unknown.Errors[0]
		line, _ := e.Position()
		key := strings.Join(e.Key(), ".")
		return &Fault{path, line, key, "there is no such key", "The nearest known one is " + nearest(key)}
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, _ := decode.Position()
		return &Fault{path, line, strings.Join(decode.Key(), "."), strings.TrimPrefix(decode.Error(), "toml: "), "See docs/operate/config.md"}
	}
	return &Fault{File: path, Wrong: err.Error()}
}

// lineOf finds the line of a key "table.key" for messages; 0 when it is not in the text.
func lineOf(text []byte, key string) int {
	table, name, ok := strings.Cut(key, ".")
	if !ok {
		table, name = "", key
	}
	now := ""
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			now = strings.Trim(line, "[] \t")
			continue
		}
		k, _, _ := strings.Cut(line, "=")
		if k = strings.TrimSpace(k); now == table && k == name || now == "" && k == key {
			return i + 1
		}
	}
	return 0
}

func (c *Config) check() *Fault {
	for key, a := range map[string]string{"listen.mx": c.Listen.MX, "listen.submission": c.Listen.Submission,
		"listen.submissions": c.Listen.Submissions, "listen.imap": c.Listen.IMAP, "listen.imaps": c.Listen.IMAPS, "listen.https": c.Listen.HTTPS} {
		if a == "" {
			continue
		}
		if _, err := net.ResolveTCPAddr("tcp", a); err != nil {
			return &Fault{Key: key, Wrong: fmt.Sprintf("%q is no address to listen on", a), Remedy: `Write "address:port" such as ":25" or "192.0.2.1:25", or "" for off`}
		}
	}
	if f := c.checkServers(); f != nil {
		return f
	}
	if f := c.checkWeb(); f != nil {
		return f
	}
	if f := c.checkKeys(); f != nil {
		return f
	}
	switch {
	case c.Name == "" || strings.ContainsAny(c.Name, " /@:"):
		return &Fault{Key: "name", Wrong: fmt.Sprintf("%q is no host name", c.Name), Remedy: "Write the name that MX records point to, such as mx.example.net"}
	case c.Data == "":
		return &Fault{Key: "data", Wrong: "it is empty", Remedy: "Name a directory"}
	case c.Limit.Recipients < 1 || c.Limit.Recipients > 1000:
		return &Fault{Key: "limit.recipients", Wrong: "it must be from 1 to 1000", Remedy: "1000 is the default"}
	case c.Inspect.Workers < 0 || c.Inspect.Workers > 256:
		return &Fault{Key: "inspect.workers", Wrong: "it must be from 1 to 256", Remedy: "Leave it out for one per core"}
	case c.Limit.PerSource < 1 || c.Limit.PerMinute < 1 || c.Limit.Contract < 1 || c.Limit.Hourly < 1 || c.Limit.Daily < 1:
		return &Fault{Key: "limit.per_source", Wrong: "limits must be at least 1", Remedy: "Leave them out for the defaults"}
	case c.Isolation.Least != "L1" && c.Isolation.Least != "L2" && c.Isolation.Least != "L3":
		return &Fault{Key: "isolation.least", Wrong: fmt.Sprintf("there is no level %q", c.Isolation.Least), Remedy: "Write L3 (full), L2 or L1; \"sekisho doctor\" tells what this host reaches"}
	case c.Isolation.UserBase < 1000 || c.Isolation.UserBase > 1<<30:
		return &Fault{Key: "isolation.user_base", Wrong: "it must be from 1000 to 1073741824", Remedy: "Choose numbers that no other user of the host has; 71000 is the default"}
	case c.Cells < 1 || c.Cells > 64:
		return &Fault{Key: "cells", Wrong: "it must be from 1 to 64", Remedy: "1 is the default"}
	case c.Post.Port < 1 || c.Post.Port > 65535:
		return &Fault{Key: "post.port", Wrong: "it is no port", Remedy: "25 is the default"}
	case c.Post.Connections < 1 || c.Post.Destination < 1:
		return &Fault{Key: "post.connections", Wrong: "it must be at least 1", Remedy: "Leave it out for the default"}
	}
	if _, err := c.Bytes(); err != nil {
		return &Fault{Key: "limit.size", Wrong: err.Error(), Remedy: `Write "50MB"; at most "200MB"`}
	}
	for key, list := range map[string][]string{"limit.exempt": c.Limit.Exempt, "post.internal": c.Post.Internal} {
		for _, n := range list {
			if _, err := netip.ParsePrefix(n); err != nil {
				return &Fault{Key: key, Wrong: fmt.Sprintf("%q is no network", n), Remedy: `Write "192.0.2.0/24"`}
			}
		}
	}
	return nil
}

func (c *Config) checkServers() *Fault {
	if f := c.Report.From; f != "" {
		if folded, err := address.Fold(f); err != nil || folded != f || strings.ContainsAny(f, " <>\"()") {
			return &Fault{Key: "report.from", Wrong: fmt.Sprintf("%q is no address", f), Remedy: `Write from = "dmarc-reports@example.com", of a domain of this installation; leave it out to send no reports`}
		}
	}
	for _, s := range c.Inspect.Sealers {
		if !strings.Contains(s, ".") || strings.ContainsAny(s, "@/: ") {
			return &Fault{Key: "inspect.sealers", Wrong: fmt.Sprintf("%q is no domain", s), Remedy: `Write the d= of the seals, such as sealers = ["google.com"]; [] trusts nobody`}
		}
	}
	if c.Inspect.Clamd != "" {
		if _, err := netip.ParseAddrPort(c.Inspect.Clamd); err != nil {
			return &Fault{Key: "inspect.clamd", Wrong: fmt.Sprintf("%q is no address with a port", c.Inspect.Clamd),
				Remedy: `Write "127.0.0.1:3310", and "TCPSocket 3310" with "TCPAddr 127.0.0.1" in clamd.conf: the confined roles see no socket files`}
		}
	}
	if c.DNS.Resolver != "" {
		if _, err := netip.ParseAddrPort(c.DNS.Resolver); err != nil {
			return &Fault{Key: "dns.resolver", Wrong: fmt.Sprintf("%q is no address with a port", c.DNS.Resolver), Remedy: `Write "127.0.0.1:53"`}
		}
	}
	if c.DNS.Zone != "" {
		if _, err := os.Stat(c.DNS.Zone); err != nil {
			return &Fault{Key: "dns.zone", Wrong: err.Error(), Remedy: "Name a master file, or leave it out"}
		}
	}
	return nil
}

// Bytes is limit.size as a number.
func (c *Config) Bytes() (int64, error) {
	units := map[string]int64{"B": 1, "KB": 1 << 10, "MB": 1 << 20}
	var n int64
	var unit string
	if _, err := fmt.Sscanf(c.Limit.Size, "%d%s", &n, &unit); err != nil || units[strings.ToUpper(unit)] == 0 {
		return 0, fmt.Errorf("%q is no size", c.Limit.Size)
	}
	if n *= units[strings.ToUpper(unit)]; n < 64<<10 || n > 200<<20 {
		return 0, fmt.Errorf("%q is not from 64KB to 200MB", c.Limit.Size)
	}
	return n, nil
}

// keys are all keys of the file, by their full names.
func keys() []string {
	b, err := toml.Marshal(Defaults())
	if err != nil {
		return nil
	}
	var out []string
	table := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			table = strings.Trim(line, "[]") + "."
			continue
		}
		if k, _, ok := strings.Cut(line, "="); ok {
			out = append(out, table+strings.TrimSpace(k))
		}
	}
	return out
}

// nearest is the known key with the fewest letters to change.
func nearest(key string) string {
	all := keys()
	sort.SliceStable(all, func(i, j int) bool { return distance(key, all[i]) < distance(key, all[j]) })
	if len(all) == 0 {
		return "none"
	}
	return all[0]
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
