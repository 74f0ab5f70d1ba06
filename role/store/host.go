package store

import (
	"context"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// host answers StoreHost: which contract has a host name for mail programs.
func (s *Store) host(ctx context.Context, _ sekisho.Caller, q wire.HostQuery) (wire.HostOwner, error) {
	all, err := readContracts(s.db.Reading(ctx))
	if err != nil {
		return wire.HostOwner{}, err
	}
	name := strings.ToLower(q.Name)
	for _, c := range all {
		if c.Status != sekisho.Terminated && slices.Contains(c.Hosts, name) {
			return wire.HostOwner{Contract: c.ID}, nil
		}
	}
	return wire.HostOwner{}, nil
}

// freeHosts checks host names that a contract is to have: small letters, and nobody else's.
func (t *txn) freeHosts(id sekisho.ContractID, hosts []string) error {
	if len(hosts) == 0 {
		return nil
	}
	all, err := readContracts(t)
	if err != nil {
		return err
	}
	for _, h := range hosts {
		if h != strings.ToLower(h) || !strings.Contains(h, ".") || len(h) > 253 || strings.ContainsAny(h, " /:@*") {
			return adminError(sekisho.Invalid, "not a host name in small letters: %.100q", h)
		}
		if slices.Contains(t.s.c.Hosts, h) {
			return adminError(sekisho.Exists, "host %q is the installation's own", h)
		}
		for _, c := range all {
			if c.ID != id && slices.Contains(c.Hosts, h) {
				return adminError(sekisho.Exists, "host %q", h)
			}
		}
	}
	return nil
}
