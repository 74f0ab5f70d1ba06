package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"

	"sekisho"
	"sekisho/config"
)

// part is what a role is told of the configuration. Each role gets its own fields and no others.
type part struct {
	Name        string         `json:"name,omitempty"`
	Hosts       []string       `json:"hosts,omitempty"`       // vault, store: names with certificates
	Size        int64          `json:"size,omitempty"`        // gate
	Recipients  int            `json:"recipients,omitempty"`  // gate
	PerSource   int            `json:"per_source,omitempty"`  // gate
	PerMinute   int            `json:"per_minute,omitempty"`  // gate
	Contract    int            `json:"contract,omitempty"`    // gate
	Hourly      int            `json:"hourly,omitempty"`      // gate
	Daily       int            `json:"daily,omitempty"`       // gate
	Exempt      []netip.Prefix `json:"exempt,omitempty"`      // gate, edge
	Clamd       string         `json:"clamd,omitempty"`       // gate (whether), dial (where)
	Sealers     []string       `json:"sealers,omitempty"`     // gate
	Report      config.Report  `json:"report,omitzero"`       // gate (whether), post
	Resolver    string         `json:"resolver,omitempty"`    // dial
	Zone        string         `json:"zone,omitempty"`        // dial: the text
	Private     bool           `json:"private,omitempty"`     // dial, fetch
	Internal    []netip.Prefix `json:"internal,omitempty"`    // dial
	Port        uint16         `json:"port,omitempty"`        // post
	Connections int            `json:"connections,omitempty"` // post
	Destination int            `json:"destination,omitempty"` // post
	Seal        bool           `json:"seal,omitempty"`        // post
	Root        string         `json:"root,omitempty"`        // vault: where the root key comes from
	Backups     int            `json:"backups,omitempty"`     // vault: days
	Copies      int            `json:"copies,omitempty"`      // vault: days
	KeyService  string         `json:"key_service,omitempty"` // link
	Mount       string         `json:"mount,omitempty"`       // link
	Key         string         `json:"key,omitempty"`         // link: the name of the service's key
	CA          string         `json:"ca,omitempty"`          // link, edge: PEM
	ACME        string         `json:"acme,omitempty"`        // vault (whether), dial: "host:port" of the certificate authority
	Directory   string         `json:"directory,omitempty"`   // edge: its address
	Contact     string         `json:"contact,omitempty"`     // edge: for it
	Links       []string       `json:"links,omitempty"`       // dial: "host:port" that link may reach
	Witness     []string       `json:"witness,omitempty"`     // vault: keys; link: URLs
	Cells       int            `json:"cells,omitempty"`       // vault, door, edge: of reader and webmail
	Web         web            `json:"web,omitzero"`          // vault, edge, webmail, console, desk; post, gate: for links
}

// web is what the roles behind HTTPS are told: the host names of their origins, and the port that browsers see.
type web struct {
	Mail    string `json:"mail"`
	Console string `json:"console"`
	Desk    string `json:"desk"`
	Content string `json:"content"`
	Port    string `json:"port"` // "" for 443
}

// listening is the web as others are told of it: nothing when nothing listens.
func (w web) listening(address string) web {
	if address == "" {
		return web{}
	}
	return w
}

// origin is how browsers reach one of the hosts; "" when nothing listens.
func (w web) origin(host string) string {
	if host == "" {
		return ""
	}
	if w.Port != "" {
		host += ":" + w.Port
	}
	return "https://" + host
}

// origins are those whose pages sign people in.
func (w web) origins() []string {
	port := ""
	if w.Port != "" {
		port = ":" + w.Port
	}
	return []string{"https://" + w.Mail + port, "https://" + w.Console + port}
}

// webOf reads it from the configuration.
func webOf(c config.Config) web {
	var w web
	w.Mail, w.Console, w.Desk, w.Content = c.Hosts()
	if _, port, err := net.SplitHostPort(c.Listen.HTTPS); err == nil && port != "443" {
		w.Port = port
	}
	return w
}

// parts cuts the configuration into the roles' parts.
func parts(c config.Config) (func(sekisho.Role) []byte, error) {
	size, err := c.Bytes()
	if err != nil {
		return nil, err
	}
	zone := []byte{}
	if c.DNS.Zone != "" {
		if zone, err = os.ReadFile(c.DNS.Zone); err != nil {
			return nil, err
		}
	}
	if c.DNS.Resolver == "" && len(zone) == 0 {
		c.DNS.Resolver = hostResolver()
	}
	exempt, err := prefixes(c.Limit.Exempt)
	if err != nil {
		return nil, err
	}
	internal, err := prefixes(c.Post.Internal)
	if err != nil {
		return nil, err
	}
	hosts := []string{c.Name}
	if c.Name != "localhost" {
		hosts = append(hosts, "localhost")
	}
	w := webOf(c)
	if c.Listen.HTTPS != "" {
		hosts = append(hosts, w.Mail, w.Console, w.Desk, w.Content)
	}
	destination, address, ca, err := keyService(c)
	if err != nil {
		return nil, err
	}
	links, urls, keys := []string{}, []string{}, []string{}
	if destination != "" {
		links = append(links, destination)
	}
	witnesses, err := c.Witnesses()
	if err != nil {
		return nil, err
	}
	for _, w := range witnesses {
		links, urls, keys = append(links, w.Destination), append(urls, w.URL), append(keys, w.Key)
	}
	authority, err := c.Authority()
	if err != nil {
		return nil, err
	}
	var webCA []byte
	if c.Web.CA != "" {
		if webCA, err = os.ReadFile(c.Web.CA); err != nil {
			return nil, err
		}
	}
	all := map[sekisho.Role]part{
		sekisho.Vault: {Name: c.Name, Hosts: hosts, Root: c.Keys.Root, Backups: c.Keys.Backups, Copies: c.Keys.Copies, Witness: keys, Cells: c.Cells, Web: w, ACME: authority},
		sekisho.Door:  {Cells: c.Cells},
		sekisho.Link:  {KeyService: address, Mount: c.Keys.Mount, Key: c.Keys.Key, CA: ca, Witness: urls},
		sekisho.Store: {Hosts: hosts},
		sekisho.Gate: {Name: c.Name, Size: size, Recipients: c.Limit.Recipients, PerSource: c.Limit.PerSource, PerMinute: c.Limit.PerMinute, Contract: c.Limit.Contract, Hourly: c.Limit.Hourly,
			Daily: c.Limit.Daily, Exempt: exempt, Clamd: c.Inspect.Clamd, Sealers: c.Inspect.Sealers, Report: c.Report, Web: w.listening(c.Listen.HTTPS)},
		sekisho.Dial:    {Resolver: c.DNS.Resolver, Zone: string(zone), Private: c.Post.Private, Internal: internal, Clamd: c.Inspect.Clamd, Links: links, ACME: authority},
		sekisho.Post:    {Name: c.Name, Port: uint16(c.Post.Port), Connections: c.Post.Connections, Destination: c.Post.Destination, Seal: c.Post.Seal, Report: c.Report, Web: w.listening(c.Listen.HTTPS)},
		sekisho.Reader:  {Name: c.Name, Size: size},
		sekisho.Edge:    {Name: c.Name, Size: size, Web: w, Exempt: exempt, Cells: c.Cells, Directory: c.Web.ACME, Contact: c.Web.Contact, CA: string(webCA)},
		sekisho.Webmail: {Name: c.Name, Size: size, Web: w},
		sekisho.Console: {Name: c.Name, Web: w},
		sekisho.Fetch:   {Private: c.Post.Private},
		sekisho.Desk:    {Name: c.Name, Web: w},
		sekisho.Admin:   {Name: c.Name},
	}
	return func(r sekisho.Role) []byte {
		b, err := json.Marshal(all[r])
		if err != nil {
			panic(fmt.Sprintf("configuration of %s: %v", r, err)) // plain fields only
		}
		return b
	}, nil
}

// keyService gives what link and dial are told of the key management service; nothing when there is none.
func keyService(c config.Config) (destination, address, ca string, err error) {
	if c.Keys.Root != "transit" {
		return "", "", "", nil
	}
	destination, u, err := c.KeyService()
	if err != nil {
		return "", "", "", err
	}
	var pem []byte
	if c.Keys.CA != "" {
		pem, err = os.ReadFile(c.Keys.CA)
	}
	return destination, u.String(), string(pem), err
}

func prefixes(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, n := range list {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// hostResolver is the first name server of this host; "" when there is none.
func hostResolver() string {
	b, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "nameserver" && net.ParseIP(f[1]) != nil {
			return net.JoinHostPort(f[1], "53")
		}
	}
	return ""
}

// inspectWorkers is how many inspect processes run when the configuration does not say.
func inspectWorkers(c config.Config) int {
	if c.Inspect.Workers > 0 {
		return c.Inspect.Workers
	}
	return max(2, runtime.NumCPU())
}
