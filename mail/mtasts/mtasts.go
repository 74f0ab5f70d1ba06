// Package mtasts reads MTA-STS policies (RFC 8461): by them a domain says over HTTPS which servers take its mail, and that they are to be
// reached with TLS and a certificate that the web's authorities stand behind. A TXT record says which version of the policy is in force.
package mtasts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Mode says what happens when a server does not fit the policy.
type Mode string

// The modes (RFC 8461 section 5).
const (
	Enforce Mode = "enforce" // mail is not handed over
	Testing Mode = "testing" // it is, and the domain is told in reports
	None    Mode = "none"    // there is no policy any more
)

// Policy is what a domain wants.
type Policy struct {
	Mode   Mode
	MX     []string // host names; "*.example.com" stands for one label
	MaxAge time.Duration
}

var (
	// ErrNone means that the domain has no policy: no record, or several.
	ErrNone = errors.New("mtasts: no record of a policy")
	// ErrSyntax means that the record or the policy cannot be read; then there is none (section 3.3).
	ErrSyntax = errors.New("mtasts: not a policy")
)

const (
	mostAge  = 31_557_600 // seconds (section 3.2)
	mostSize = 64 << 10   // bytes of a policy (section 3.3)
	mostMX   = 1000
)

// Host is where the policy of a domain is, and Path at what path.
func Host(domain string) string { return "mta-sts." + domain }

// Path is the path of every policy.
const Path = "/.well-known/mta-sts.txt"

// Name is where the TXT record is.
func Name(domain string) string { return "_mta-sts." + domain }

// Record reads the id from the TXT records of Name (section 3.1).
func Record(txt []string) (id string, err error) {
	found := false
	for _, t := range txt {
		if t != "v=STSv1" && !strings.HasPrefix(t, "v=STSv1;") && !strings.HasPrefix(t, "v=STSv1 ") {
			continue
		}
		if found {
			return "", ErrNone
		}
		found = true
		for _, f := range strings.Split(t, ";")[1:] {
			if k, v, ok := strings.Cut(strings.TrimSpace(f), "="); ok && strings.TrimSpace(k) == "id" && id == "" {
				id = strings.TrimSpace(v)
			}
		}
	}
	if !found {
		return "", ErrNone
	}
	if id == "" || len(id) > 32 || strings.ContainsFunc(id, func(r rune) bool { return !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') }) {
		return "", fmt.Errorf("%w: the record has no id of up to 32 letters and digits", ErrSyntax)
	}
	return id, nil
}

// Parse reads a policy (section 3.2). Keys that are not known are skipped, as the standard asks.
func Parse(text []byte) (Policy, error) {
	var p Policy
	bad := func(format string, args ...any) (Policy, error) {
		return Policy{}, fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))
	}
	if len(text) > mostSize {
		return bad("%d bytes", len(text))
	}
	seen := map[string]bool{}
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		key, value = strings.TrimRight(key, " \t"), strings.TrimLeft(value, " \t")
		if !ok || key == "" {
			return bad("line %d is no field", n+1)
		}
		if key == "mx" {
			if p.MX = append(p.MX, strings.ToLower(value)); !pattern(value) || len(p.MX) > mostMX {
				return bad("mx %.100q", value)
			}
			continue
		}
		if seen[key] {
			continue // the first counts
		}
		seen[key] = true
		switch key {
		case "version":
			if value != "STSv1" {
				return bad("version %.20q", value)
			}
		case "mode":
			p.Mode = Mode(value)
		case "max_age":
			s, err := strconv.ParseUint(value, 10, 32)
			if err != nil || s > mostAge {
				return bad("max_age %.20q", value)
			}
			p.MaxAge = time.Duration(s) * time.Second
		}
	}
	switch {
	case !seen["version"] || !seen["max_age"]:
		return bad("version or max_age is missing")
	case p.Mode != Enforce && p.Mode != Testing && p.Mode != None:
		return bad("mode %.20q", p.Mode)
	case p.Mode != None && len(p.MX) == 0:
		return bad("no mx")
	}
	return p, nil
}

// pattern says whether an mx field is a host name or "*." and one.
func pattern(s string) bool {
	s = strings.TrimPrefix(s, "*.")
	for _, l := range strings.Split(s, ".") {
		if l == "" || len(l) > 63 || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && r != '_' && !('0' <= r && r <= '9') && !('a' <= r|0x20 && r|0x20 <= 'z')
		}) {
			return false
		}
	}
	return len(s) <= 253
}

// Names says whether the policy names a host (section 4.1).
func (p Policy) Names(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, parent, _ := strings.Cut(host, ".")
	for _, m := range p.MX {
		if rest, wild := strings.CutPrefix(m, "*."); m == host || wild && rest == parent {
			return true
		}
	}
	return false
}

// String writes the policy as it is served.
func (p Policy) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: STSv1\r\nmode: %s\r\n", p.Mode)
	for _, m := range p.MX {
		fmt.Fprintf(&b, "mx: %s\r\n", m)
	}
	fmt.Fprintf(&b, "max_age: %d\r\n", p.MaxAge/time.Second)
	return b.String()
}
