package webmail

import (
	"strings"

	"sekisho/wire"
)

// identityOf gives the id of an address that the account may send as.
func identityOf(address string) string {
	return number('n', uint64(hashOf(strings.ToLower(address)))+1)
}

// identityAddress gives the address of an identity.
func (t *turn) identityAddress(id string) (string, *setError) {
	who, err := t.who()
	if err != nil {
		return "", t.setErrorOf(err)
	}
	for _, a := range addressesOf(who) {
		if identityOf(a) == id {
			return a, nil
		}
	}
	return "", badProperty("no such identity", "identityId")
}

// addressesOf are the addresses that the account may send as; whole domains are left out, as nobody lists their addresses.
func addressesOf(who *wire.Identified) (out []string) {
	for _, a := range who.Identities {
		if !strings.HasPrefix(a, "@") && !contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// identityGet lists them (RFC 8621 section 6).
func (t *turn) identityGet(a *getArgs) (any, error) {
	ids, err := a.ids()
	if err != nil {
		return nil, err
	}
	who, err := t.who()
	if err != nil {
		return nil, err
	}
	signatures, state, err := t.signatures()
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]any{}
	for _, x := range addressesOf(who) {
		id := identityOf(x)
		s := signatures[id]
		name := who.Name
		if s.Name != nil {
			name = *s.Name
		}
		all[id] = map[string]any{"id": id, "name": name, "email": x, "replyTo": s.ReplyTo, "bcc": s.Bcc, "textSignature": s.Text, "htmlSignature": s.HTML, "mayDelete": false}
		if a.IDs == nil {
			ids = append(ids, id)
		}
	}
	out := getAnswer{AccountID: t.account(), State: state, List: []any{}, NotFound: []string{}}
	for _, id := range ids {
		if all[id] == nil {
			out.NotFound = append(out.NotFound, id)
			continue
		}
		o, err := only(all[id], a.Properties)
		if err != nil {
			return nil, err
		}
		out.List = append(out.List, o)
	}
	return out, nil
}
