package admin

import (
	"context"
	"time"

	"sekisho"
	"sekisho/policy"
	"sekisho/wire"
)

// PolicyVersion is a set of rules that was in force, or is.
type PolicyVersion struct {
	Version uint64    `json:"version"`
	At      time.Time `json:"at"`
	Who     string    `json:"who,omitempty"` // an address; "" for the operator's command
	Text    string    `json:"text"`
}

// contractPolicy shows a contract's rules, or those of version Query.ID: an operator's look at a customer's settings, so it is entered.
func (c *Admin) contractPolicy(ctx context.Context, who operator, q Query) (string, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return "", err
	}
	if err := c.inform(ctx, who, "config-read", k.ID); err != nil {
		return "", err
	}
	if q.ID == 0 {
		return rules(k.Policy), nil
	}
	got, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "policy", Contract: k.ID, ID: q.ID, Most: 1})
	if err == nil && len(got.Policies) == 0 {
		err = sekisho.E("policy", sekisho.NotFound, nil)
	}
	if err != nil {
		return "", err
	}
	return rules(got.Policies[0].Text), nil
}

// rules is the text of rules; nothing stands for the default ones.
func rules(text []byte) string {
	if len(text) == 0 {
		return string(policy.Default)
	}
	return string(text)
}

// policyVersions lists the rules that were in force, newest first. It is entered, as contractPolicy is.
func (c *Admin) policyVersions(ctx context.Context, who operator, q Query) ([]PolicyVersion, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return nil, err
	}
	if err := c.inform(ctx, who, "config-read", k.ID); err != nil {
		return nil, err
	}
	got, err := wire.StoreList.Ask(ctx, c.peers.Store, wire.List{What: "policy", Contract: k.ID, Most: q.Most})
	out := []PolicyVersion{}
	for _, v := range got.Policies {
		out = append(out, PolicyVersion{v.Version, v.At, v.Who, rules(v.Text)})
	}
	return out, err
}

// policyUndo puts the rules back that were in force before, and gives them. The entry comes first.
func (c *Admin) policyUndo(ctx context.Context, who operator, q Query) (string, error) {
	k, err := c.contract(ctx, q.Contract)
	if err != nil {
		return "", err
	}
	if err := c.inform(ctx, who, "policy", k.ID); err != nil {
		return "", err
	}
	if _, err := wire.StoreAdmin.Ask(ctx, c.peers.Store, wire.Admin{Contract: &wire.AdminContract{Do: "undo-policy", Set: wire.Contract{ID: k.ID}}}); err != nil {
		return "", err
	}
	k, err = c.contract(ctx, q.Contract)
	return rules(k.Policy), err
}
