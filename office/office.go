// Package office is the work of administration that the operator's socket and the web's console share: steps over several
// roles that leave nothing half done, the records to publish for a domain, and mail that was kept back.
//
// Who asks, and what he may, is not known here: a Hand carries out the single steps, and store and vault judge them.
package office

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/mail/address"
	"sekisho/wire"
)

// Hand carries out single steps for whoever asks.
type Hand interface {
	// Amend changes the directory.
	Amend(ctx context.Context, q wire.Admin) (wire.AdminDone, error)
	// Contract makes a contract's keys.
	Contract(ctx context.Context, q wire.NewContract) (wire.ContractKeys, error)
	// Account makes an account's keys.
	Account(ctx context.Context, q wire.NewAccount) (wire.AccountKeys, error)
	// Signer makes a signing key.
	Signer(ctx context.Context, q wire.NewSigner) (wire.Signer, error)
	// Kept opens kept mail, or boxes it to whom it is released.
	Kept(ctx context.Context, q wire.OpenKept) (wire.Opened, error)
}

// Automatic changes what a contract's people may have sent by filters; an empty forward or reply stays as it was, and forward
// "none" is the empty list. nil when nothing changes.
func Automatic(old *wire.Automatic, forward []string, reply string) (*wire.Automatic, error) {
	if len(forward) == 0 && reply == "" {
		return nil, nil
	}
	var next wire.Automatic
	if old != nil {
		next = *old
	}
	if len(forward) > 0 {
		next.Forward = nil
	}
	for _, d := range forward {
		folded, err := address.FoldDomain(d)
		switch {
		case d == "none" && len(forward) == 1:
			continue
		case d == "*":
			folded = d
		case err != nil || !strings.Contains(folded, "."):
			return nil, sekisho.E("contract", sekisho.Invalid, fmt.Errorf("%q is no domain that mail can be sent on to", d))
		}
		next.Forward = append(next.Forward, folded)
	}
	if reply != "" {
		next.Reply = reply
	}
	return &next, nil
}

// FinishContract makes the keys of a contract whose row is there, and puts their public halves into the row. It may be repeated.
func FinishContract(ctx context.Context, h Hand, id sekisho.ContractID, recovery wire.Choice, archive bool) (wire.ContractKeys, error) {
	keys, err := h.Contract(ctx, wire.NewContract{Contract: id, Recovery: recovery})
	if err != nil {
		return keys, err
	}
	if !archive {
		keys.Archive = nil
	}
	_, err = h.Amend(ctx, wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true,
		Set: wire.Contract{ID: id, Spool: keys.Spool, Quarantine: keys.Quarantine, Archive: keys.Archive, Config: keys.Config}}})
	return keys, err
}

// AddDomain adds a domain with its DKIM keys.
func AddDomain(ctx context.Context, h Hand, id sekisho.ContractID, d wire.Domain) (wire.Domain, error) {
	d.Name, d.DKIM = strings.ToLower(d.Name), nil
	for _, a := range dkimPair() {
		selector := "sekisho" + a.suffix
		s, err := h.Signer(ctx, wire.NewSigner{Contract: id, Purpose: "dkim", Name: selector + "." + d.Name, Algorithm: a.key})
		if err != nil {
			return d, err
		}
		d.DKIM = append(d.DKIM, wire.DKIMKey{Key: s.Key, Selector: selector, Algorithm: a.algorithm, Public: s.Public, Since: time.Now()})
	}
	_, err := h.Amend(ctx, wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: id, Set: d}})
	return d, err
}

// AddAccount makes an account: the row, its keys in vault, then the public key in the row, from when on mail is taken. When the
// keys cannot be made the row is taken away again.
func AddAccount(ctx context.Context, h Hand, a wire.AdminAccount, n wire.NewAccount) (wire.AdminAccount, wire.AccountKeys, error) {
	a.Do, a.Status = "add", sekisho.Suspended
	done, err := h.Amend(ctx, wire.Admin{Account: &a})
	if err != nil {
		return a, wire.AccountKeys{}, err
	}
	a.ID, n.Contract, n.Account = done.Account, a.Contract, done.Account
	keys, err := h.Account(ctx, n)
	if err != nil {
		undo := wire.AdminAccount{Do: "remove", ID: done.Account, Contract: a.Contract}
		_, also := h.Amend(ctx, wire.Admin{Account: &undo})
		return a, keys, errors.Join(err, also)
	}
	a.Do, a.Public, a.Status = "set", keys.Public, sekisho.Active
	_, err = h.Amend(ctx, wire.Admin{Account: &a})
	return a, keys, err
}

// ParseRoute reads next hops: "host", "host:port", with "/may", "/must" or "/verify" for TLS.
func ParseRoute(list []string) ([]wire.NextHop, error) {
	var out []wire.NextHop
	for _, s := range list {
		h := wire.NextHop{Port: 25, TLS: "may"}
		bare, tls, has := strings.Cut(s, "/")
		if has {
			h.TLS = tls
		}
		h.Host = bare
		if host, port, err := net.SplitHostPort(bare); err == nil {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil || n == 0 {
				return nil, sekisho.E("route", sekisho.Invalid, fmt.Errorf("%q: the port is no number from 1 to 65535", s))
			}
			h.Host, h.Port = host, uint16(n)
		}
		if h.Host == "" || h.TLS != "may" && h.TLS != "must" && h.TLS != "verify" {
			return nil, sekisho.E("route", sekisho.Invalid, fmt.Errorf("%q: write host[:port][/may|must|verify]", s))
		}
		out = append(out, h)
	}
	return out, nil
}

// Route writes next hops as ParseRoute reads them.
func Route(list []wire.NextHop) []string {
	out := []string{}
	for _, h := range list {
		r := net.JoinHostPort(h.Host, strconv.Itoa(int(h.Port)))
		if h.TLS != "" {
			r += "/" + h.TLS
		}
		out = append(out, r)
	}
	return out
}

// ParseRecovery reads who may recover: "" (the default), "none" or "K/N".
func ParseRecovery(text string) (wire.Choice, error) {
	switch text {
	case "":
		return wire.Choice{}, nil
	case "none":
		return wire.Choice{None: true}, nil
	}
	k, n, ok := strings.Cut(text, "/")
	need, err1 := strconv.Atoi(k)
	of, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || need < 2 || of < need {
		return wire.Choice{}, sekisho.E("contract", sekisho.Invalid, fmt.Errorf("recovery %q: write \"2/3\" for any two of three officers, or \"none\"", text))
	}
	return wire.Choice{Need: need, Of: of}, nil
}
