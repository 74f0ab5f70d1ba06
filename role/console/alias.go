package console

import (
	"context"
	"net/http"
	"net/url"

	"sekisho"
	"sekisho/wire"
)

// Alias is an address whose mail goes to others.
type Alias struct {
	Address  string   `json:"address" minLength:"3" maxLength:"320"`
	Targets  []string `json:"targets" minItems:"1" maxItems:"1000"`
	Identity bool     `json:"identity,omitempty" doc:"the targets may send as it"`
}

// AliasSet changes an alias.
type AliasSet struct {
	Targets  []string `json:"targets" minItems:"1" maxItems:"1000"`
	Identity bool     `json:"identity,omitempty"`
}

// Group is a named list of addresses, for rules.
type Group struct {
	Name    string   `json:"name" minLength:"1" maxLength:"200"`
	Members []string `json:"members" maxItems:"10000" doc:"addresses, or \"@domain\""`
}

// GroupSet changes a group.
type GroupSet struct {
	Members []string `json:"members" maxItems:"10000"`
}

func aliasOf(a wire.AdminAlias) Alias { return Alias{a.Address, some(a.Targets), a.Identity} }
func groupOf(g wire.AdminGroup) Group { return Group{g.Name, some(g.Members)} }

// OfAlias is the part of the path that names an alias.
type OfAlias struct {
	OfContract
	Address string `path:"address" maxLength:"320"`
}

// OfGroup is the part of the path that names a group.
type OfGroup struct {
	OfContract
	Group string `path:"group" maxLength:"200"`
}

func (p *person) alias(ctx context.Context, c sekisho.ContractID, name string) (*one[Alias], error) {
	page, err := p.page(ctx, wire.PageQuery{What: "alias", Contract: c, Name: name, Most: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Aliases) == 0 {
		return nil, problem{Status: 404, slug: "not-found"}
	}
	return &one[Alias]{ETag: wire.Tag(page.Aliases[0]), Body: aliasOf(page.Aliases[0])}, nil
}

func (p *person) group(ctx context.Context, c sekisho.ContractID, name string) (*one[Group], error) {
	page, err := p.page(ctx, wire.PageQuery{What: "group", Contract: c, Name: name, Most: 1})
	if err != nil {
		return nil, err
	}
	if len(page.Groups) == 0 {
		return nil, problem{Status: 404, slug: "not-found"}
	}
	return &one[Group]{ETag: wire.Tag(page.Groups[0]), Body: groupOf(page.Groups[0])}, nil
}

func aliasRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/aliases", id: "listAliases", tag: "alias", summary: "Aliases", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Alias], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "alias", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit})
			return listOf(page, page.Aliases, aliasOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/aliases/{address}", id: "getAlias", tag: "alias", summary: "One alias", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *OfAlias) (*one[Alias], error) {
			return p.alias(ctx, in.id(), in.Address)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/aliases", id: "addAlias", tag: "alias", summary: "Make an alias", right: sekisho.ChangeAccount, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Alias
		}) (*one[Alias], error) {
			q := in.Body
			if _, err := p.Amend(ctx, wire.Admin{Alias: &wire.AdminAlias{Do: "add", Contract: in.id(), Address: q.Address, Targets: q.Targets, Identity: q.Identity}}); err != nil {
				return nil, err
			}
			out, err := p.alias(ctx, in.id(), q.Address)
			if err == nil {
				out.Location = "/api/v1/contracts/" + number(in.Contract) + "/aliases/" + url.PathEscape(out.Body.Address)
			}
			return out, err
		})
	route(a, act{method: http.MethodPut, path: "/contracts/{contract}/aliases/{address}", id: "setAlias", tag: "alias", summary: "Change an alias", right: sekisho.ChangeAccount, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfAlias
			Condition
			Body AliasSet
		}) (*one[Alias], error) {
			q := in.Body
			if _, err := p.amend(ctx, in.tag(), wire.Admin{Alias: &wire.AdminAlias{Do: "set", Contract: in.id(), Address: in.Address, Targets: q.Targets, Identity: q.Identity}}); err != nil {
				return nil, in.within(err)
			}
			return p.alias(ctx, in.id(), in.Address)
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/aliases/{address}", id: "removeAlias", tag: "alias", summary: "Remove an alias", right: sekisho.ChangeAccount, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *struct {
			OfAlias
			Condition
		}) (*none, error) {
			_, err := p.amend(ctx, in.tag(), wire.Admin{Alias: &wire.AdminAlias{Do: "remove", Contract: in.id(), Address: in.Address}})
			return &none{}, in.within(err)
		})
}

func groupRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/groups", id: "listGroups", tag: "group", summary: "Groups", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
		}) (*listed[Group], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "group", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit})
			return listOf(page, page.Groups, groupOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/groups/{group}", id: "getGroup", tag: "group", summary: "One group", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *OfGroup) (*one[Group], error) {
			return p.group(ctx, in.id(), in.Group)
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/groups", id: "addGroup", tag: "group", summary: "Make a group", right: sekisho.ChangeAccount, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body Group
		}) (*one[Group], error) {
			q := in.Body
			if _, err := p.Amend(ctx, wire.Admin{Group: &wire.AdminGroup{Do: "add", Contract: in.id(), Name: q.Name, Members: q.Members}}); err != nil {
				return nil, err
			}
			out, err := p.group(ctx, in.id(), q.Name)
			if err == nil {
				out.Location = "/api/v1/contracts/" + number(in.Contract) + "/groups/" + url.PathEscape(q.Name)
			}
			return out, err
		})
	route(a, act{method: http.MethodPut, path: "/contracts/{contract}/groups/{group}", id: "setGroup", tag: "group", summary: "Change a group, or make it", right: sekisho.ChangeAccount, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfGroup
			Condition
			Body GroupSet
		}) (*one[Group], error) {
			if _, err := p.amend(ctx, in.tag(), wire.Admin{Group: &wire.AdminGroup{Do: "set", Contract: in.id(), Name: in.Group, Members: in.Body.Members}}); err != nil {
				return nil, in.within(err)
			}
			return p.group(ctx, in.id(), in.Group)
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/groups/{group}", id: "removeGroup", tag: "group", summary: "Remove a group", right: sekisho.ChangeAccount, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *struct {
			OfGroup
			Condition
		}) (*none, error) {
			_, err := p.amend(ctx, in.tag(), wire.Admin{Group: &wire.AdminGroup{Do: "remove", Contract: in.id(), Name: in.Group}})
			return &none{}, in.within(err)
		})
}
