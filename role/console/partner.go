package console

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// Partner is an entry of the shared address book: somebody outside whom the contract's people write to.
type Partner struct {
	ID uint64 `json:"id"`
	PartnerSet
}

// PartnerSet is what an entry says.
type PartnerSet struct {
	Name         string   `json:"name" minLength:"1" maxLength:"200"`
	Addresses    []string `json:"addresses" minItems:"1" maxItems:"20" doc:"the first is the usual one; each stands in one entry only"`
	Organization string   `json:"organization,omitempty" maxLength:"200"`
	Groups       []string `json:"groups,omitempty" maxItems:"50" doc:"who writes to a group writes to all of its entries"`
	Note         string   `json:"note,omitempty" maxLength:"4000"`
}

// PartnerImported says what was found in a file, or made. With an error nothing is made.
type PartnerImported struct {
	Charset string       `json:"charset"`
	Rows    int          `json:"rows"`
	Made    int          `json:"made"`
	Errors  []CellError  `json:"errors"`
	Preview []PartnerSet `json:"preview" doc:"the first rows as they were read"`
}

// OfPartner is the part of the path that names an entry.
type OfPartner struct {
	OfContract
	Partner uint64 `path:"partner" minimum:"1" maximum:"9007199254740991"`
}

func partnerOf(p wire.Partner) Partner {
	return Partner{p.ID, PartnerSet{p.Name, some(p.Addresses), p.Organization, p.Groups, p.Note}}
}

// row is the entry as store takes it.
func (p PartnerSet) row(id uint64) wire.Partner {
	return wire.Partner{ID: id, Name: p.Name, Addresses: p.Addresses, Organization: p.Organization, Groups: some(p.Groups), Note: p.Note}
}

func (p *person) partner(ctx context.Context, c sekisho.ContractID, id uint64) (*one[Partner], error) {
	page, err := p.page(ctx, wire.PageQuery{What: "partner", Contract: c, ID: id, Most: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Partners) == 0 {
		return nil, problem{Status: 404, slug: "not-found"}
	}
	return &one[Partner]{ETag: wire.Tag(page.Partners[0]), Body: partnerOf(page.Partners[0])}, nil
}

func partnerRoutes(a api) {
	const list, single = "/contracts/{contract}/partners", "/contracts/{contract}/partners/{partner}"
	route(a, act{method: http.MethodGet, path: list, id: "listPartners", tag: "partner", summary: "The shared address book", right: sekisho.ViewPartner},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Group string `query:"group" maxLength:"200"`
		}) (*listed[Partner], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "partner", Contract: in.id(), Match: in.Search, Group: in.Group, After: in.After, Most: in.Limit})
			return listOf(page, page.Partners, partnerOf), err
		})
	route(a, act{method: http.MethodGet, path: single, id: "getPartner", tag: "partner", summary: "One entry", right: sekisho.ViewPartner},
		func(ctx context.Context, p *person, in *OfPartner) (*one[Partner], error) {
			return p.partner(ctx, in.id(), in.Partner)
		})
	route(a, act{method: http.MethodPost, path: list, id: "addPartner", tag: "partner", summary: "Make an entry", right: sekisho.ChangePartner, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body PartnerSet
		}) (*one[Partner], error) {
			done, err := p.Amend(ctx, wire.Admin{Partner: &wire.AdminPartner{Do: "add", Contract: in.id(), Set: in.Body.row(0)}})
			if err != nil {
				return nil, err
			}
			out, err := p.partner(ctx, in.id(), done.Partner)
			if err == nil {
				out.Location = "/api/v1/contracts/" + number(in.Contract) + "/partners/" + number(done.Partner)
			}
			return out, err
		})
	route(a, act{method: http.MethodPut, path: single, id: "setPartner", tag: "partner", summary: "Change an entry", right: sekisho.ChangePartner},
		func(ctx context.Context, p *person, in *struct {
			OfPartner
			Condition
			Body PartnerSet
		}) (*one[Partner], error) {
			if _, err := p.amend(ctx, in.tag(), wire.Admin{Partner: &wire.AdminPartner{Do: "set", Contract: in.id(), Set: in.Body.row(in.Partner)}}); err != nil {
				return nil, in.within(err)
			}
			return p.partner(ctx, in.id(), in.Partner)
		})
	route(a, act{method: http.MethodDelete, path: single, id: "removePartner", tag: "partner", summary: "Remove an entry", right: sekisho.ChangePartner, status: 204},
		func(ctx context.Context, p *person, in *struct {
			OfPartner
			Condition
		}) (*none, error) {
			_, err := p.amend(ctx, in.tag(), wire.Admin{Partner: &wire.AdminPartner{Do: "remove", Contract: in.id(), Set: wire.Partner{ID: in.Partner}}})
			return &none{}, in.within(err)
		})
	route(a, act{method: http.MethodPost, path: list + "/import", id: "importPartners", tag: "partner", summary: "Check a file of entries, or make them: all or none", right: sekisho.ChangePartner, body: 32 << 20},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Import
		}) (*one[PartnerImported], error) {
			return p.importPartners(ctx, in.id(), in.Body)
		})
}

// mostPartnerImport bounds one file.
const mostPartnerImport = 20_000

func (p *person) importPartners(ctx context.Context, c sekisho.ContractID, q Import) (*one[PartnerImported], error) {
	raw, err := base64.StdEncoding.DecodeString(q.CSV)
	if err != nil {
		return nil, invalid("/csv", "the file is given in base64")
	}
	f := readPartners(raw)
	out := PartnerImported{Charset: f.charset, Rows: len(f.partners), Errors: some(f.errors), Preview: some(f.partners[:min(len(f.partners), previewRows)])}
	if len(f.errors) > 0 || !q.Really || len(f.partners) == 0 {
		return &one[PartnerImported]{Body: out}, nil
	}
	a := wire.Amendment{Pass: p.ticket.Pass}
	for _, r := range f.partners {
		a.List = append(a.List, wire.Admin{Partner: &wire.AdminPartner{Do: "add", Contract: c, Set: r.row(0)}})
	}
	if _, err := wire.StoreAmend.Ask(ctx, p.x.peers.Store, a); err != nil {
		if e, is := f.rowOf(err); is {
			out.Errors = append(out.Errors, e)
			return &one[PartnerImported]{Body: out}, nil
		}
		return nil, err
	}
	out.Made = len(f.partners)
	return &one[PartnerImported]{Body: out}, nil
}

// partnerFile is a file of entries as it was read.
type partnerFile struct {
	importFile
	partners []PartnerSet
}

// partnerColumns are the names that a column may have.
var partnerColumns = map[string]string{"address": "address", "mail": "address", "email": "address", "メールアドレス": "address", "アドレス": "address", "name": "name", "氏名": "name", "名前": "name", "表示名": "name",
	"organization": "organization", "organisation": "organization", "company": "organization", "会社": "organization", "会社名": "organization", "組織": "organization",
	"groups": "groups", "group": "groups", "グループ": "groups", "note": "note", "メモ": "note", "備考": "note"}

// readPartners reads a file of entries; what is wrong with it is in its errors. Several addresses or groups stand in one cell with
// semicolons or lines between them.
func readPartners(raw []byte) *partnerFile {
	f := &partnerFile{}
	seen := map[string]int{}
	f.read(raw, partnerColumns, "address, name, organization, groups and note", mostPartnerImport, func(line int, get func(string) string) {
		x := PartnerSet{Name: get("name"), Addresses: several(strings.ToLower(get("address"))), Organization: get("organization"), Groups: several(get("groups")), Note: get("note")}
		if len(x.Addresses) == 0 {
			f.wrong(line, "address", "", "an entry has an address")
			return
		}
		for _, a := range x.Addresses {
			local, domain, ok := strings.Cut(a, "@")
			switch {
			case !ok || local == "" || domain == "" || strings.ContainsAny(a, " \t,<>\""):
				f.wrong(line, "address", a, "not an address")
			case seen[a] > 0:
				f.wrong(line, "address", a, "row %d has it already", seen[a])
			}
			seen[a] = line
		}
		if x.Name == "" {
			x.Name = x.Addresses[0]
		}
		for column, text := range map[string]string{"name": x.Name, "organization": x.Organization} {
			if len(text) > 200 || strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
				f.wrong(line, column, text, "longer than 200 bytes, or with control characters")
			}
		}
		f.partners, f.lines = append(f.partners, x), append(f.lines, line)
		f.rows = append(f.rows, ImportRow{Address: x.Addresses[0]})
	})
	return f
}

// several are the parts of a cell.
func several(cell string) []string {
	out := []string{}
	for _, s := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\n' || r == '；' }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
