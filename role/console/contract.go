package console

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"sekisho"
	"sekisho/office"
	"sekisho/wire"
)

// Me is who asks, and what he may do.
type Me struct {
	Account      uint64          `json:"account"`
	Address      string          `json:"address"`
	Name         string          `json:"name"`
	Role         string          `json:"role"`
	Contract     uint64          `json:"contract"`
	ContractName string          `json:"contractName"`
	Language     string          `json:"language"`
	Rights       []sekisho.Right `json:"rights"`
	Fresh        bool            `json:"fresh" doc:"acts that need a proof of the last ten minutes are possible now"`
	Scopes       []string        `json:"scopes,omitempty" doc:"of the access token that asks"`
}

// Contract is a customer of the operator.
type Contract struct {
	ID        uint64        `json:"id"`
	Name      string        `json:"name"`
	Status    string        `json:"status"`
	Language  string        `json:"language"`
	Domains   []string      `json:"domains"`
	Networks  []string      `json:"networks"`
	Hosts     []string      `json:"hosts"`
	People    []wire.Person `json:"people" doc:"names that others may borrow"`
	Policy    string        `json:"policy" doc:"default or own"`
	Unscanned string        `json:"unscanned" doc:"when inspection fails"`
	Senders   string        `json:"senders" doc:"own: people have lists of allowed and blocked senders; none"`
	Digest    string        `json:"digest" doc:"when people are told of what is kept from them: off, 6h, 08:00+09:00; empty: daily at 08:00"`
	Archive   bool          `json:"archive"`
	Ready     bool          `json:"ready" doc:"its keys are made"`
	Limit     Limit         `json:"limit"`
	Forward   []string      `json:"forward" doc:"domains that people's own filters may send mail on to, besides the contract's; * is any"`
	Hold      string        `json:"hold,omitempty" doc:"a legal hold stands, for this reason"`
	Wait      int           `json:"wait" doc:"most minutes that people may let their own mail wait before it leaves; 0: none"`
	Reply     string        `json:"reply" doc:"who gets people's automatic replies"`
}

// Limit bounds what a contract sends. 0 is the installation's default.
type Limit struct {
	Message    int64 `json:"message" minimum:"0" doc:"bytes of a mail"`
	Recipients int   `json:"recipients" minimum:"0" doc:"of one mail"`
	Total      int   `json:"total" minimum:"0" doc:"recipients an hour, all together"`
	Hourly     int   `json:"hourly" minimum:"0" doc:"recipients an hour, of one account"`
	Daily      int   `json:"daily" minimum:"0" doc:"recipients a day, of one account"`
}

// ContractNew makes a contract.
type ContractNew struct {
	Name     string   `json:"name" minLength:"1" maxLength:"200"`
	Language string   `json:"language,omitempty" enum:"ja,en"`
	Networks []string `json:"networks,omitempty" maxItems:"1000" doc:"relay sources, CIDR"`
	Recovery string   `json:"recovery,omitempty" maxLength:"10" doc:"\"2/3\" officers, \"none\"; empty: two of three with the operator"`
	Archive  bool     `json:"archive,omitempty" doc:"every mail is archived too"`
}

// ContractMade is a contract with its officers' shares, which are shown once.
type ContractMade struct {
	Contract
	Shares *Shares `json:"shares,omitempty"`
}

// Shares are for the officers, one each.
type Shares struct {
	Need  int      `json:"need"`
	Words []string `json:"words"`
	Kept  bool     `json:"kept" doc:"one more is kept for the operator"`
}

// ContractSet changes a contract; what is absent stays. Name, status, networks and limits are the operator's to set.
type ContractSet struct {
	Name      string         `json:"name,omitempty" maxLength:"200"`
	Status    string         `json:"status,omitempty" enum:"active,suspended"`
	Language  string         `json:"language,omitempty" enum:"ja,en"`
	Networks  []string       `json:"networks,omitempty" maxItems:"1000"`
	People    *[]wire.Person `json:"people,omitempty" maxItems:"10000"`
	Unscanned string         `json:"unscanned,omitempty" enum:"defer,quarantine"`
	Senders   string         `json:"senders,omitempty" enum:"own,none"`
	Digest    string         `json:"digest,omitempty" maxLength:"20"`
	Limit     *Limit         `json:"limit,omitempty"`
	Forward   *[]string      `json:"forward,omitempty" maxItems:"1000" doc:"domains that people's own filters may send mail on to; * is any"`
	Hold      string         `json:"hold,omitempty" maxLength:"200" doc:"reason of a legal hold; none lifts it"`
	Wait      *int           `json:"wait,omitempty" minimum:"0" maximum:"1440" doc:"most minutes that people may let their own mail wait before it leaves; 0: none"`
	Reply     string         `json:"reply,omitempty" enum:"all,inside,nobody" doc:"who gets people's automatic replies"`
}

func contractOf(k wire.Contract) Contract {
	out := Contract{ID: uint64(k.ID), Name: k.Name, Status: k.Status.String(), Language: k.Language, Domains: []string{}, Networks: some(k.Networks),
		Hosts: some(k.Hosts), People: some(k.People), Policy: "default", Unscanned: k.Unscanned, Senders: "own", Digest: k.Digest, Archive: len(k.Archive) > 0, Ready: len(k.Spool) > 0, Limit: Limit(k.Limit), Hold: k.Hold, Wait: k.Wait}
	if k.Senders != "" {
		out.Senders = k.Senders
	}
	if len(k.Policy) > 0 {
		out.Policy = "own"
	}
	out.Forward, out.Reply = []string{}, "all"
	if a := k.Automatic; a != nil {
		out.Forward, out.Reply = append(out.Forward, a.Forward...), cmp.Or(a.Reply, out.Reply)
	}
	for _, d := range k.Domains {
		out.Domains = append(out.Domains, d.Name)
	}
	return out
}

// some is the list, which is never null in an answer.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// contractTag names a contract's state as store does.
func contractTag(k wire.Contract) string {
	k.Version, k.Domains = 0, nil
	return wire.Tag(k)
}

// contract finds one contract that the asker may see.
func (p *person) contract(ctx context.Context, id sekisho.ContractID) (wire.Contract, error) {
	page, err := p.page(ctx, wire.PageQuery{What: "contract", Contract: id, Most: 1})
	if err != nil {
		return wire.Contract{}, err
	}
	if len(page.Contracts) == 0 {
		return wire.Contract{}, problem{Status: 404, slug: "not-found"}
	}
	return page.Contracts[0], nil
}

func contractRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/me", id: "getMe", tag: "me", summary: "Who asks, and what he may do"},
		func(_ context.Context, p *person, _ *struct{}) (*one[Me], error) {
			m := p.me
			return &one[Me]{Body: Me{Account: uint64(m.Account), Address: m.Address, Name: m.Name, Role: m.Duty, Contract: uint64(m.Contract), ContractName: m.Company,
				Language: m.Language, Rights: sekisho.RightsOf(m.Duty), Fresh: p.fresh(), Scopes: p.ticket.Scopes}}, nil
		})
	route(a, act{method: http.MethodGet, path: "/contracts", id: "listContracts", tag: "contract", summary: "Contracts", right: sekisho.ViewContract},
		func(ctx context.Context, p *person, in *struct {
			Window
			Status string `query:"status" enum:"active,suspended,terminated"`
		}) (*listed[Contract], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "contract", Match: in.Search, After: in.After, Most: in.Limit, Status: statuses[in.Status]})
			return listOf(page, page.Contracts, contractOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}", id: "getContract", tag: "contract", summary: "One contract", right: sekisho.ViewContract},
		func(ctx context.Context, p *person, in *OfContract) (*one[Contract], error) {
			k, err := p.contract(ctx, in.id())
			return &one[Contract]{ETag: contractTag(k), Body: contractOf(k)}, err
		})
	route(a, act{method: http.MethodPost, path: "/contracts", id: "addContract", tag: "contract", summary: "Make a contract", right: sekisho.ManageContracts, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct{ Body ContractNew }) (*one[ContractMade], error) {
			return p.addContract(ctx, in.Body)
		})
	route(a, act{method: http.MethodPatch, path: "/contracts/{contract}", id: "setContract", tag: "contract", summary: "Change a contract", right: sekisho.ChangeContract, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Condition
			Body ContractSet
		}) (*one[Contract], error) {
			return p.setContract(ctx, in.id(), in.Condition, in.Body)
		})
}

// statuses are the words for a status; "" is 0, which stands for any.
var statuses = map[string]sekisho.Status{"active": sekisho.Active, "suspended": sekisho.Suspended, "terminated": sekisho.Terminated}

// addContract makes the row, then the keys. When the keys fail, the contract stands there as not ready, and making one of that name
// again finishes it.
func (p *person) addContract(ctx context.Context, q ContractNew) (*one[ContractMade], error) {
	recovery, err := office.ParseRecovery(q.Recovery)
	if err != nil {
		return nil, invalid("/recovery", "write \"2/3\" for any two of three officers, or \"none\"")
	}
	if recovery.None && q.Archive {
		return nil, invalid("/archive", "an archive is opened by officers: a contract without them has none")
	}
	done, err := p.Amend(ctx, wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: q.Name, Language: q.Language, Networks: q.Networks}}})
	id := done.Contract
	if sekisho.KindOf(err) == sekisho.Exists {
		page, also := p.page(ctx, wire.PageQuery{What: "contract", Match: q.Name, Most: 1000})
		if also != nil {
			return nil, also
		}
		for _, k := range page.Contracts {
			if k.Name == q.Name && len(k.Spool) == 0 {
				id = k.ID
			}
		}
		if id == 0 {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	keys, err := office.FinishContract(ctx, p, id, recovery, q.Archive)
	if err != nil {
		return nil, err
	}
	k, err := p.contract(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &one[ContractMade]{ETag: contractTag(k), Location: "/api/v1/contracts/" + number(uint64(id)), Body: ContractMade{Contract: contractOf(k)}}
	if s := keys.Shares; s.Need > 0 && len(s.Words) > 0 {
		out.Body.Shares = &Shares{s.Need, s.Words, s.Kept}
	}
	return out, nil
}

func (p *person) setContract(ctx context.Context, id sekisho.ContractID, c Condition, q ContractSet) (*one[Contract], error) {
	set := wire.Contract{ID: id, Name: q.Name, Status: statuses[q.Status], Language: q.Language, Networks: q.Networks, Unscanned: q.Unscanned, Senders: q.Senders, Digest: q.Digest, Hold: q.Hold}
	if q.Limit != nil {
		set.Limit = wire.Limit(*q.Limit)
	}
	if q.Wait != nil {
		if set.Wait = *q.Wait; set.Wait == 0 {
			set.Wait = -1
		}
	}
	if q.Forward != nil || q.Reply != "" {
		old, err := p.contract(ctx, id)
		if err != nil {
			return nil, err
		}
		list := []string{}
		if q.Forward != nil {
			list = *q.Forward
			if len(list) == 0 {
				list = []string{"none"}
			}
		}
		if set.Automatic, err = office.Automatic(old.Automatic, list, q.Reply); err != nil {
			return nil, invalid("/forward", err.Error())
		}
	}
	a := wire.Amendment{Pass: p.ticket.Pass, If: c.tag()}
	if q.People != nil {
		set.People, a.Whole = *q.People, true
	}
	a.List = []wire.Admin{{Contract: &wire.AdminContract{Do: "set", Set: set, Keep: true}}}
	if _, err := wire.StoreAmend.Ask(ctx, p.x.peers.Store, a); err != nil {
		return nil, c.within(err)
	}
	k, err := p.contract(ctx, id)
	return &one[Contract]{ETag: contractTag(k), Body: contractOf(k)}, err
}

func parseID(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}
