package office

import (
	"fmt"
	"slices"
	"strings"

	"sekisho"
	"sekisho/mail/address"
	"sekisho/wire"
)

// Bounds of each of a contract's lists of hosts.
const (
	mostHosts     = 1000
	mostHostBytes = 24 << 10
)

// URLs changes what a contract says about links in mail: do is "allow", "block" or "remove", with hosts; or "direct" or "ask", for how
// links to allowed hosts open. A host stands in one list only; what is below it counts too.
func URLs(old *wire.URLPolicy, do string, hosts []string) (*wire.URLPolicy, error) {
	bad := func(kind sekisho.ErrorKind, format string, args ...any) (*wire.URLPolicy, error) {
		return nil, sekisho.E("urls", kind, fmt.Errorf(format, args...))
	}
	var next wire.URLPolicy
	if old != nil {
		next = wire.URLPolicy{Allow: slices.Clone(old.Allow), Block: slices.Clone(old.Block), Direct: old.Direct}
	}
	switch do {
	case "direct", "ask":
		next.Direct = do == "direct"
		return &next, nil
	case "allow", "block", "remove":
	default:
		return bad(sekisho.Invalid, "%q is none of allow, block, remove, direct, ask", do)
	}
	if len(hosts) == 0 {
		return bad(sekisho.Invalid, "name at least one host, such as www.shop.example")
	}
	for _, h := range hosts {
		folded, err := address.FoldDomain(strings.TrimSuffix(strings.TrimSpace(h), "."))
		if err != nil || !strings.Contains(folded, ".") {
			return bad(sekisho.Invalid, "%q is no host; write it without https:// and without a path, such as www.shop.example", h)
		}
		same := func(x string) bool { return x == folded }
		listed := slices.ContainsFunc(next.Allow, same) || slices.ContainsFunc(next.Block, same)
		if do == "remove" && !listed {
			return bad(sekisho.NotFound, "%s is in no list", folded)
		}
		next.Allow, next.Block = slices.DeleteFunc(next.Allow, same), slices.DeleteFunc(next.Block, same)
		switch do {
		case "allow":
			next.Allow = append(next.Allow, folded)
		case "block":
			next.Block = append(next.Block, folded)
		}
	}
	for _, list := range [][]string{next.Allow, next.Block} {
		if len(list) > mostHosts || len(strings.Join(list, "")) > mostHostBytes {
			return bad(sekisho.TooMany, "a list has at most %d hosts and %d bytes", mostHosts, mostHostBytes)
		}
	}
	return &next, nil
}
