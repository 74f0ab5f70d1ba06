package vault

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// Bounds of access tokens.
const (
	mostTokens   = 50 // of one account
	longestToken = 366 * 24 * time.Hour
	mostScopes   = 50
	mostNetworks = 20
	tokenPrefix  = "sekisho_" // so that scanners of repositories know one when they see it
)

// manageTokens is the scope that lets a token make tokens.
const manageTokens = string(sekisho.ManageToken)

// tokens makes, lists and revokes the access tokens of whoever is signed in. A token never makes one that may more than itself.
func (v *Vault) tokens(_ context.Context, who sekisho.Caller, q wire.TokenChange) (wire.Tokens, error) {
	s, _, err := v.resume(who, q.Hand.Session, q.Hand.Secret)
	if err != nil {
		return wire.Tokens{}, v.deny(who, nil, q.Hand.Session, err)
	}
	list, err := v.keys.tokensOf(s.contract, s.account)
	if err != nil {
		return wire.Tokens{}, err
	}
	switch q.Do {
	case "list":
		out := wire.Tokens{}
		for _, t := range list {
			out.List = append(out.List, t.shown())
		}
		return out, nil
	case "make":
		return v.makeToken(who, s, q, len(list))
	case "revoke":
		if !slices.ContainsFunc(list, func(t tokenRow) bool { return t.id == q.ID }) {
			return wire.Tokens{}, v.deny(who, s, q.Hand.Session, sekisho.E("vault.token", sekisho.NotFound, nil))
		}
		e := by(who, ledger.KeyGone)
		e.Contract, e.Account, e.Session, e.Address, e.Class, e.Object = s.contract, s.account, q.Hand.Session, s.address, sekisho.ClassLogin, q.ID
		if err := v.enter(e); err != nil {
			return wire.Tokens{}, err
		}
		return wire.Tokens{}, v.keys.removeToken(s.contract, s.account, q.ID)
	}
	return wire.Tokens{}, sekisho.E("vault.token", sekisho.Invalid, fmt.Errorf("cannot %q", q.Do))
}

func (v *Vault) makeToken(who sekisho.Caller, s *session, q wire.TokenChange, there int) (wire.Tokens, error) {
	now := v.config.Clock()
	if err := goodToken(q, now); err != nil {
		return wire.Tokens{}, sekisho.E("vault.token", sekisho.Invalid, err)
	}
	if there >= mostTokens {
		return wire.Tokens{}, sekisho.E("vault.token", sekisho.TooMany, fmt.Errorf("an account has at most %d tokens", mostTokens))
	}
	if len(s.scopes) > 0 {
		for _, x := range q.Scopes {
			if !slices.Contains(s.scopes, x) || x == manageTokens {
				return wire.Tokens{}, v.deny(who, s, q.Hand.Session, sekisho.E("vault.token", sekisho.Denied, errors.New("a token makes none that may more than itself")))
			}
		}
	}
	var random [32]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	secret := tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	hash := sha256.Sum256([]byte(secret))
	t := tokenRow{contract: s.contract, id: newID(), account: s.account, name: q.Name, scopes: q.Scopes, networks: q.Networks, created: now, expires: q.Expires}
	e := by(who, ledger.KeyMade)
	e.Contract, e.Account, e.Session, e.Address, e.Class, e.Object = s.contract, s.account, q.Hand.Session, s.address, sekisho.ClassLogin, t.id
	if err := v.enter(e); err != nil {
		return wire.Tokens{}, err
	}
	return wire.Tokens{List: []wire.AccessToken{t.shown()}, Secret: secret}, v.keys.addToken(t, hash[:])
}

// goodToken checks what a token is to be.
func goodToken(q wire.TokenChange, now time.Time) error {
	switch {
	case q.Name == "" || len(q.Name) > 200 || !utf8.ValidString(q.Name):
		return errors.New("a token has a name of at most 200 bytes")
	case len(q.Scopes) == 0 || len(q.Scopes) > mostScopes:
		return fmt.Errorf("a token has 1 to %d scopes", mostScopes)
	case len(q.Networks) > mostNetworks:
		return fmt.Errorf("a token has at most %d networks", mostNetworks)
	case !q.Expires.After(now) || q.Expires.Sub(now) > longestToken:
		return errors.New("a token ends within a year")
	}
	for _, x := range q.Scopes {
		if x == "" || len(x) > 50 || strings.ContainsFunc(x, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fmt.Errorf("no scope %.50q", x)
		}
	}
	for _, n := range q.Networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			return errors.New("a network is written as 192.0.2.0/24 or 2001:db8::/32")
		}
	}
	return nil
}

func (t tokenRow) shown() wire.AccessToken {
	return wire.AccessToken{ID: t.id, Name: t.name, Scopes: t.scopes, Networks: t.networks, Made: t.created, Expires: t.expires, Used: t.used}
}
