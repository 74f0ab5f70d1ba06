package spf

import (
	"net/netip"
	"strings"

	"sekisho/mail/zone"
)

// matches says whether the client is one that a term means (RFC 7208 section 5). Errors are *stop.
func (c *check) matches(t term, domain string) (bool, error) {
	switch t.name {
	case "all":
		return true, nil
	case "ip4", "ip6":
		return t.prefix.Contains(c.client), nil
	}
	if err := c.count(); err != nil {
		return false, err
	}
	target := domain
	if t.domain != "" {
		s, err := c.expand(t.domain, domain, false)
		if err != nil {
			return false, err
		}
		target = name(s)
	}
	switch t.name {
	case "include":
		return c.include(target)
	case "ptr":
		return c.ptr(target), nil
	}
	if !zone.Plausible(target) {
		return false, nil // no such name can exist
	}
	switch t.name {
	case "a":
		return c.a(t, target)
	case "mx":
		return c.mx(t, target)
	}
	found, err := c.addresses("A", target, true)
	return len(found) > 0, err
}

// include asks another list (RFC 7208 section 5.2).
func (c *check) include(target string) (bool, error) {
	switch o := c.host(target); o.value {
	case Pass:
		return true, nil
	case TempError:
		return false, &stop{TempError, o.reason}
	case PermError:
		return false, permanent(o.reason)
	case None:
		return false, permanent("include of a domain without SPF record")
	}
	return false, nil
}

// addresses asks for a name's addresses of one kind. Answers without any are counted when asked so; a name that merely has
// no IPv6 address is no mistake of its owner and is not.
func (c *check) addresses(kind, target string, counted bool) ([]netip.Addr, error) {
	x, err := zone.Ask(c.ctx, c.Resolver, kind, target)
	if err != nil {
		return nil, temporary(target)
	}
	if counted && len(x.IP) == 0 && (x.Void || kind == "A") {
		return nil, c.nothing()
	}
	return x.IP, nil
}

func (c *check) nothing() error {
	if c.void++; c.void > mostVoid {
		return permanent("more than 2 DNS lookups found nothing")
	}
	return nil
}

// kind is the type of address record that can match the client.
func (c *check) kind() string {
	if c.client.Is4() {
		return "A"
	}
	return "AAAA"
}

func (c *check) among(t term, list []netip.Addr) bool {
	bits := t.v6
	if c.client.Is4() {
		bits = t.v4
	}
	for _, a := range list {
		if p, err := a.Unmap().Prefix(bits); err == nil && p.Contains(c.client) {
			return true
		}
	}
	return false
}

func (c *check) a(t term, target string) (bool, error) {
	found, err := c.addresses(c.kind(), target, true)
	return c.among(t, found), err
}

func (c *check) mx(t term, target string) (bool, error) {
	x, err := zone.Ask(c.ctx, c.Resolver, "MX", target)
	if err != nil {
		return false, temporary(target)
	}
	if len(x.MX) == 0 {
		return false, c.nothing()
	}
	if len(x.MX) > mostHosts {
		return false, permanent("more than 10 MX records at " + target)
	}
	for _, m := range x.MX {
		if !zone.Plausible(m.Host) {
			continue
		}
		found, err := c.addresses(c.kind(), m.Host, false)
		if err != nil {
			return false, err
		}
		if c.among(t, found) {
			return true, nil
		}
	}
	return false, nil
}

// ptr says whether one of the client's names lies in a domain. Failing questions are no match (RFC 7208 section 5.5).
func (c *check) ptr(target string) bool {
	for _, n := range c.clientNames() {
		if within(n, target) {
			return true
		}
	}
	return false
}

func within(name, domain string) bool {
	name, domain = strings.ToLower(name), strings.ToLower(domain)
	return name == domain || strings.HasSuffix(name, "."+domain)
}

// clientNames are the names of the client that lead back to it, asked once.
func (c *check) clientNames() []string {
	if c.named {
		return c.names
	}
	c.named = true
	x, err := zone.Ask(c.ctx, c.Resolver, "PTR", zone.Reverse(c.client))
	if err != nil {
		return nil
	}
	for i, n := range x.Names {
		if i == mostHosts {
			break
		}
		if n = strings.TrimSuffix(n, "."); !zone.Plausible(n) {
			continue
		}
		found, err := c.addresses(c.kind(), n, false)
		if err == nil && c.among(term{v4: 32, v6: 128}, found) {
			c.names = append(c.names, n)
		}
	}
	return c.names
}

// clientName is the p macro: the domain itself, else a name in it, else any, else "unknown" (RFC 7208 section 7.3).
func (c *check) clientName(domain string) string {
	best, rank := "unknown", 0
	for _, n := range c.clientNames() {
		r := 1
		if strings.EqualFold(n, domain) {
			r = 3
		} else if within(n, domain) {
			r = 2
		}
		if r > rank {
			best, rank = n, r
		}
	}
	return best
}
