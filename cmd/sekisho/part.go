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
	Hourly      int            `json:"hourly,omitempty"`      // gate
	Daily       int            `json:"daily,omitempty"`       // gate
	Exempt      []netip.Prefix `json:"exempt,omitempty"`      // gate
	Clamd       string         `json:"clamd,omitempty"`       // gate (whether), dial (where)
	Resolver    string         `json:"resolver,omitempty"`    // dial
	Zone        string         `json:"zone,omitempty"`        // dial: the text
	Private     bool           `json:"private,omitempty"`     // dial
	Port        uint16         `json:"port,omitempty"`        // post
	Connections int            `json:"connections,omitempty"` // post
	Destination int            `json:"destination,omitempty"` // post
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
	var exempt []netip.Prefix
	for _, n := range c.Limit.Exempt {
		p, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, err
		}
		exempt = append(exempt, p)
	}
	hosts := []string{c.Name}
	if c.Name != "localhost" {
		hosts = append(hosts, "localhost")
	}
	all := map[sekisho.Role]part{
		sekisho.Vault: {Name: c.Name, Hosts: hosts},
		sekisho.Store: {Hosts: hosts},
		sekisho.Gate: {Name: c.Name, Size: size, Recipients: c.Limit.Recipients, PerSource: c.Limit.PerSource, Hourly: c.Limit.Hourly,
			Daily: c.Limit.Daily, Exempt: exempt, Clamd: c.Inspect.Clamd},
		sekisho.Dial:    {Resolver: c.DNS.Resolver, Zone: string(zone), Private: c.Post.Private, Clamd: c.Inspect.Clamd},
		sekisho.Post:    {Name: c.Name, Port: uint16(c.Post.Port), Connections: c.Post.Connections, Destination: c.Post.Destination},
		sekisho.Reader:  {Name: c.Name, Size: size},
		sekisho.Console: {Name: c.Name},
	}
	return func(r sekisho.Role) []byte {
		b, err := json.Marshal(all[r])
		if err != nil {
			panic(fmt.Sprintf("configuration of %s: %v", r, err)) // plain fields only
		}
		return b
	}, nil
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
