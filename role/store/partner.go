package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sekisho"
	"sekisho/db"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// Bounds of the shared address book.
const (
	mostPartners         = 100_000
	mostPartnerAddresses = 20
	mostPartnerGroups    = 50
	mostPartnersFound    = 500
	longestNote          = 4000
)

// partner adds, sets or removes an entry. An address stands in one entry only, so that an import that is repeated is noticed.
func (m *amendment) partner(q wire.AdminPartner) error {
	var old, set wire.Partner
	var err error
	if q.Do != "add" {
		if old, err = readPartner(m, q.Contract, q.Set.ID); err != nil {
			return err
		}
		if old.ID == 0 {
			return m.missing(m.partnerOwner(q.Set.ID))
		}
		if err := m.unchanged(old); err != nil {
			return err
		}
		if err := m.forgetPartner(q.Contract, old.ID); err != nil {
			return err
		}
	}
	if q.Do != "remove" {
		if set, err = wholePartner(q.Set); err != nil {
			return err
		}
	}
	m.done.Contract = q.Contract
	switch q.Do {
	case "add":
		if err := m.liveContract(q.Contract); err != nil {
			return err
		}
		if set.ID, err = m.newPartner(q.Contract); err != nil {
			return err
		}
	case "set":
		set.ID = old.ID
	case "remove":
		m.done.Partner = old.ID
		return m.noted(q.Contract, "partner", old.Name, q.Do, old, nil)
	default:
		return noAction(q.Do)
	}
	m.done.Partner = set.ID
	if err := m.writePartner(q.Contract, set); err != nil {
		return err
	}
	return m.noted(q.Contract, "partner", set.Name, q.Do, something(old.ID != 0, old), set)
}

// newPartner takes a number, while there is room.
func (m *amendment) newPartner(c sekisho.ContractID) (uint64, error) {
	var n int64
	if _, err := m.One([]any{&n}, "SELECT COUNT(*) FROM partner WHERE contract = $1", int64(c)); err != nil {
		return 0, err
	}
	if n >= mostPartners {
		return 0, adminError(sekisho.TooMany, "an address book has at most %d entries", mostPartners)
	}
	id, err := m.take("partner", 1)
	return uint64(id), err
}

// partnerOwner finds whose the entry is; 0 when there is none, or when it cannot be found out.
func (m *amendment) partnerOwner(id uint64) sekisho.ContractID {
	var c int64
	if _, err := m.One([]any{&c}, "SELECT contract FROM partner WHERE id = $1 LIMIT 1", int64(id)); err != nil {
		return 0
	}
	return sekisho.ContractID(c)
}

// wholePartner checks an entry and brings it into its form.
func wholePartner(p wire.Partner) (wire.Partner, error) {
	p.Name, p.Organization = strings.TrimSpace(p.Name), strings.TrimSpace(p.Organization)
	if err := nameText("the name", p.Name, false); err != nil {
		return p, err
	}
	if err := nameText("the organisation", p.Organization, true); err != nil {
		return p, err
	}
	if len(p.Note) > longestNote || !utf8.ValidString(p.Note) || strings.ContainsRune(p.Note, 0) {
		return p, adminError(sekisho.Invalid, "the note is longer than %d bytes, or no text", longestNote)
	}
	if len(p.Addresses) == 0 || len(p.Addresses) > mostPartnerAddresses || len(p.Groups) > mostPartnerGroups {
		return p, adminError(sekisho.Invalid, "an entry has 1 to %d addresses and at most %d groups", mostPartnerAddresses, mostPartnerGroups)
	}
	addresses, groups := []string{}, []string{}
	for _, a := range p.Addresses {
		name, err := addr.Fold(strings.TrimSpace(a))
		if err != nil || !strings.Contains(name, "@") {
			return p, adminError(sekisho.Invalid, "not an address: %.100q", a)
		}
		if !slices.Contains(addresses, name) {
			addresses = append(addresses, name)
		}
	}
	for _, g := range p.Groups {
		g = strings.TrimSpace(g)
		if err := nameText("the name of a group", g, false); err != nil {
			return p, err
		}
		if !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	p.Addresses, p.Groups = addresses, groups
	return p, nil
}

func (m *amendment) writePartner(c sekisho.ContractID, p wire.Partner) error {
	data, err := json.Marshal(p)
	if err != nil {
		return sekisho.E("store.partner", sekisho.Internal, err)
	}
	search := strings.ToLower(strings.Join(append(append([]string{p.Name, p.Organization}, p.Addresses...), p.Groups...), "\n"))
	if _, err := m.Exec("INSERT INTO partner (contract, id, name, search, data) VALUES ($1, $2, $3, $4, $5)", int64(c), int64(p.ID), db.Text(p.Name), db.Text(search), data); err != nil {
		return err
	}
	for _, a := range p.Addresses {
		var one int64
		if taken, err := m.One([]any{&one}, "SELECT partner FROM partner_key WHERE contract = $1 AND kind = 'address' AND word = $2", int64(c), a); err != nil || taken {
			return orExists(err, "the address %q, in another entry", a)
		}
		if err := m.partnerKey(c, p.ID, "address", a); err != nil {
			return err
		}
	}
	for _, g := range p.Groups {
		if err := m.partnerKey(c, p.ID, "group", db.Text(g)); err != nil {
			return err
		}
	}
	return nil
}

func (m *amendment) partnerKey(c sekisho.ContractID, id uint64, kind, word string) error {
	_, err := m.Exec("INSERT INTO partner_key (contract, kind, word, partner) VALUES ($1, $2, $3, $4)", int64(c), kind, word, int64(id))
	return err
}

func (m *amendment) forgetPartner(c sekisho.ContractID, id uint64) error {
	if _, err := m.Exec("DELETE FROM partner WHERE contract = $1 AND id = $2", int64(c), int64(id)); err != nil {
		return err
	}
	_, err := m.Exec("DELETE FROM partner_key WHERE contract = $1 AND partner = $2", int64(c), int64(id))
	return err
}

func readPartner(r db.Reader, c sekisho.ContractID, id uint64) (wire.Partner, error) {
	list, err := readPartners(r, "SELECT data FROM partner WHERE contract = $1 AND id = $2", int64(c), int64(id))
	if err != nil || len(list) == 0 {
		return wire.Partner{}, err
	}
	return list[0], nil
}

func readPartners(r db.Reader, query string, args ...any) (list []wire.Partner, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var data []byte
		var p wire.Partner
		if err := scan(&data); err != nil {
			return err
		}
		if err := json.Unmarshal(data, &p); err != nil {
			return sekisho.E("store.partner", sekisho.Corrupt, err)
		}
		list = append(list, p)
		return nil
	}, query, args...)
	return list, err
}

// narrowPartners adds what entries are looked for by.
func narrowPartners(w *where, text, group string) {
	if text != "" {
		w.and("search LIKE ? ESCAPE '!'", like(text))
	}
	if group != "" {
		w.and("id IN (SELECT partner FROM partner_key AS k WHERE k.contract = partner.contract AND k.kind = 'group' AND k.word = ?)", db.Text(group))
	}
}

// partners is a page of the address book.
func (p *pager) partners() error {
	p.of()
	if p.q.ID != 0 {
		p.w.and("id = ?", int64(p.q.ID))
	}
	narrowPartners(&p.w, p.q.Match, p.q.Group)
	if err := p.total("partner"); err != nil {
		return err
	}
	if p.q.After != "" {
		parts, err := parseCursor(p.q.After, 2)
		if err != nil {
			return err
		}
		id, err := numbers(parts[1:])
		if err != nil {
			return err
		}
		p.w.and("(name, id) > (?, ?)", db.Text(parts[0]), id[0])
	}
	list, err := readPartners(p.r, "SELECT data FROM partner"+p.w.String()+" ORDER BY name, id"+p.limit(), p.w.args...)
	p.out.Partners = cut(p, list, func(x wire.Partner) string { return cursor(x.Name, x.ID) })
	return err
}

// partners answers StorePartners: everybody of a contract reads its address book.
func (s *Store) partners(ctx context.Context, by sekisho.Caller, q wire.PartnerQuery) (out wire.PartnersFound, err error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if len(q.IDs) > mostPartnersFound {
		return out, sekisho.E("store.partners", sekisho.TooMany, errors.New("at most 500 at once"))
	}
	err = s.db.Snapshot(ctx, func(r db.Reader) (err error) {
		if _, out.Version, err = readStanding(r, k.contract); err != nil {
			return err
		}
		if len(q.IDs) > 0 {
			for _, id := range q.IDs {
				p, err := readPartner(r, k.contract, id)
				if err != nil {
					return err
				}
				if p.ID != 0 {
					out.List = append(out.List, p)
				}
			}
			return nil
		}
		p := pager{r: r, q: wire.PageQuery{Contract: k.contract, Most: int(min(max(q.Most, 1), mostPartnersFound)) - 1}}
		p.of()
		narrowPartners(&p.w, q.Text, q.Group)
		var n int64
		if _, err := r.One([]any{&n}, "SELECT COUNT(*) FROM partner"+p.w.String(), p.w.args...); err != nil {
			return err
		}
		out.Total = uint64(n)
		args := append(slices.Clone(p.w.args), int64(q.After))
		if out.List, err = readPartners(r, "SELECT data FROM partner"+p.w.String()+" ORDER BY name, id"+p.limit()+" OFFSET $"+strconv.Itoa(len(args)), args...); err != nil {
			return err
		}
		out.Groups, err = readPartnerGroups(r, k.contract, q.Text)
		return err
	})
	return out, err
}

// readPartnerGroups are the groups whose name has a text, by name.
func readPartnerGroups(r db.Reader, c sekisho.ContractID, text string) (out []wire.PartnerGroup, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var g wire.PartnerGroup
		var n int64
		err := scan(&g.Name, &n)
		g.Members = uint64(n)
		out = append(out, g)
		return err
	}, "SELECT word, COUNT(*) FROM partner_key WHERE contract = $1 AND kind = 'group' AND LOWER(word) LIKE $2 ESCAPE '!' GROUP BY word ORDER BY word LIMIT 200", int64(c), like(text))
	return out, err
}

// partnerDomains are the domains of an address book's addresses: what is not to be imitated to this contract's people.
func partnerDomains(r db.Reader, c sekisho.ContractID) (out []string, err error) {
	seen := map[string]bool{}
	err = r.Each(func(scan func(...any) error) error {
		var a string
		err := scan(&a)
		if d := addr.Domain(a); d != "" && !seen[d] && len(out) < mostPartnerDomains {
			seen[d] = true
			out = append(out, d)
		}
		return err
	}, "SELECT word FROM partner_key WHERE contract = $1 AND kind = 'address' ORDER BY word", int64(c))
	return out, err
}

// mostPartnerDomains bounds what each inspection compares with.
const mostPartnerDomains = 5000
