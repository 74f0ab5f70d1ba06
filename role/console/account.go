package console

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"net/http"
	"strings"

	"sekisho"
	"sekisho/office"
	"sekisho/wire"
)

// Account is one account of a contract.
type Account struct {
	ID       uint64 `json:"id"`
	Contract uint64 `json:"contract"`
	Address  string `json:"address"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Status   string `json:"status"`
	Quota    int64  `json:"quota" doc:"bytes; 0: no bound"`
	Ready    bool   `json:"ready" doc:"its keys are made"`

	Supervisor string `json:"supervisor" doc:"whom rules may ask about his mail; empty: nobody"`
	Leaves     string `json:"leaves" doc:"his announced last day, as 2026-12-31; empty: none"`
}

// AccountNew makes an account.
type AccountNew struct {
	Address     string `json:"address" minLength:"3" maxLength:"320"`
	Name        string `json:"name,omitempty" maxLength:"200"`
	Role        string `json:"role,omitempty" enum:"user,help-desk,auditor,approver,domain-admin,contract-admin,operator"`
	Quota       int64  `json:"quota,omitempty" minimum:"0"`
	Password    string `json:"password,omitempty" minLength:"12" maxLength:"1024" doc:"absent: one is made, and shown once"`
	AppPassword bool   `json:"appPassword,omitempty" doc:"also make a first app password for mail programs"`
}

// AccountMade is an account with what is shown once.
type AccountMade struct {
	Account
	Password    string `json:"password,omitempty"`
	AppPassword string `json:"appPassword,omitempty"`
}

// AccountSet changes an account; what is absent stays.
type AccountSet struct {
	Address string `json:"address,omitempty" minLength:"3" maxLength:"320"`
	Name    string `json:"name,omitempty" maxLength:"200"`
	Role    string `json:"role,omitempty" enum:"user,help-desk,auditor,approver,domain-admin,contract-admin,operator"`
	Status  string `json:"status,omitempty" enum:"active,suspended"`
	Quota   int64  `json:"quota,omitempty" minimum:"0"`

	Supervisor string `json:"supervisor,omitempty" maxLength:"320" doc:"whom rules may ask about his mail; none: nobody"`
	Leaves     string `json:"leaves,omitempty" maxLength:"10" doc:"his announced last day; none: he stays"`
}

func accountOf(a wire.AdminAccount) Account {
	return Account{ID: uint64(a.ID), Contract: uint64(a.Contract), Address: a.Address, Name: a.Name, Role: a.Role, Status: a.Status.String(), Quota: a.Quota, Ready: len(a.Public) > 0, Supervisor: a.Supervisor, Leaves: a.Leaves}
}

// accountTag names an account's state as store does.
func accountTag(a wire.AdminAccount) string {
	a.Do, a.Public = "", nil
	return wire.Tag(a)
}

// OfAccount is the part of the path that names an account.
type OfAccount struct {
	OfContract
	Account uint64 `path:"account" minimum:"1" maximum:"9007199254740991"`
}

func (p *person) account(ctx context.Context, c sekisho.ContractID, id uint64) (wire.AdminAccount, error) {
	page, err := p.page(ctx, wire.PageQuery{What: "account", Contract: c, ID: id, Most: 1})
	if err != nil {
		return wire.AdminAccount{}, err
	}
	if len(page.Accounts) == 0 {
		return wire.AdminAccount{}, problem{Status: 404, slug: "not-found"}
	}
	return page.Accounts[0], nil
}

func accountRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/accounts", id: "listAccounts", tag: "account", summary: "Accounts", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Status string `query:"status" enum:"active,suspended"`
			Role   string `query:"role" enum:"user,help-desk,auditor,approver,domain-admin,contract-admin,operator"`
			Domain string `query:"domain" maxLength:"253"`
		}) (*listed[Account], error) {
			page, err := p.page(ctx, wire.PageQuery{What: "account", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit,
				Status: statuses[in.Status], Duty: in.Role, Domain: in.Domain})
			return listOf(page, page.Accounts, accountOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/accounts/{account}", id: "getAccount", tag: "account", summary: "One account", right: sekisho.ViewAccount},
		func(ctx context.Context, p *person, in *OfAccount) (*one[Account], error) {
			x, err := p.account(ctx, in.id(), in.Account)
			return &one[Account]{ETag: accountTag(x), Body: accountOf(x)}, err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/accounts", id: "addAccount", tag: "account", summary: "Make an account", right: sekisho.ChangeAccount, fresh: true, status: 201},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Body AccountNew
		}) (*one[AccountMade], error) {
			return p.addAccount(ctx, in.id(), in.Body)
		})
	route(a, act{method: http.MethodPatch, path: "/contracts/{contract}/accounts/{account}", id: "setAccount", tag: "account", summary: "Change an account", right: sekisho.ChangeAccount, fresh: true},
		func(ctx context.Context, p *person, in *struct {
			OfAccount
			Condition
			Body AccountSet
		}) (*one[Account], error) {
			q := in.Body
			set := wire.AdminAccount{Do: "set", ID: sekisho.AccountID(in.Account), Contract: in.id(), Address: q.Address, Name: q.Name, Role: q.Role, Status: statuses[q.Status], Quota: q.Quota, Supervisor: q.Supervisor, Leaves: q.Leaves}
			if _, err := p.amend(ctx, in.tag(), wire.Admin{Account: &set}); err != nil {
				return nil, in.within(err)
			}
			x, err := p.account(ctx, in.id(), in.Account)
			return &one[Account]{ETag: accountTag(x), Body: accountOf(x)}, err
		})
	route(a, act{method: http.MethodDelete, path: "/contracts/{contract}/accounts/{account}", id: "removeAccount", tag: "account", summary: "Remove an account with all its mail",
		right: sekisho.ChangeAccount, fresh: true, status: 204},
		func(ctx context.Context, p *person, in *struct {
			OfAccount
			Condition
		}) (*none, error) {
			_, err := p.amend(ctx, in.tag(), wire.Admin{Account: &wire.AdminAccount{Do: "remove", ID: sekisho.AccountID(in.Account), Contract: in.id()}})
			return &none{}, in.within(err)
		})
}

// firstPassword is random: 20 letters and digits without those that look alike, in groups.
func firstPassword() string {
	var b [13]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	s := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:20]
}

func (p *person) addAccount(ctx context.Context, c sekisho.ContractID, q AccountNew) (*one[AccountMade], error) {
	n := wire.NewAccount{Password: q.Password, AppPassword: q.AppPassword}
	if q.Password == "" {
		n.Password = firstPassword()
	}
	x, keys, err := office.AddAccount(ctx, p, wire.AdminAccount{Contract: c, Address: q.Address, Name: q.Name, Role: q.Role, Quota: q.Quota}, n)
	if err != nil {
		return nil, err
	}
	if x, err = p.account(ctx, c, uint64(x.ID)); err != nil {
		return nil, err
	}
	out := &one[AccountMade]{ETag: accountTag(x), Location: fmt.Sprintf("/api/v1/contracts/%d/accounts/%d", c, x.ID),
		Body: AccountMade{Account: accountOf(x), AppPassword: keys.AppPassword}}
	if q.Password == "" {
		out.Body.Password = n.Password
	}
	return out, nil
}
