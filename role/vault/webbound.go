package vault

import (
	"errors"
	"net/netip"
	"slices"
	"time"

	"sekisho"
	"sekisho/wire"
)

// usedEvery is how exactly the last use of an app password or a token is known: each use would cost a write.
const usedEvery = 10 * time.Minute

var errBound = errors.New("not for this protocol or network")

// bound says whether an app password may be used for this protocol and from there, and notes that it was.
func (v *Vault) bound(q wire.Login, slot uint64, now time.Time) error {
	all, err := v.keys.bounds(q.Contract, q.Account)
	if err != nil {
		return err
	}
	b := all[slot]
	if len(b.protocols) > 0 && !slices.Contains(b.protocols, q.Protocol) || !inNetworks(q.Client, b.networks) {
		return errBound
	}
	if now.Sub(b.used) < usedEvery {
		return nil
	}
	return v.keys.boundUsed(q.Contract, q.Account, slot, now)
}

// inNetworks says whether an address is in one of the networks; no networks mean anywhere.
func inNetworks(a netip.Addr, networks []string) bool {
	return len(networks) == 0 || slices.ContainsFunc(networks, func(n string) bool {
		p, err := netip.ParsePrefix(n)
		return err == nil && p.Contains(a.Unmap())
	})
}

// protocols are those that an app password can be bound to.
var protocols = []string{"imap", "smtp", "jmap"}

// goodBound checks what an app password is to be bound to.
func goodBound(p, networks []string) error {
	for _, x := range p {
		if !slices.Contains(protocols, x) {
			return sekisho.E("vault.app-password", sekisho.Invalid, errors.New("a protocol is imap, smtp or jmap"))
		}
	}
	if len(networks) > 10 {
		return sekisho.E("vault.app-password", sekisho.Invalid, errors.New("at most ten networks"))
	}
	for _, n := range networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			return sekisho.E("vault.app-password", sekisho.Invalid, errors.New("a network is written as 192.0.2.0/24 or 2001:db8::/32"))
		}
	}
	return nil
}
