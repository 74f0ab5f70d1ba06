package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger/scope"
	"sekisho/wire"
)

// IncidentOpen opens an incident.
type IncidentOpen struct {
	Title      string            `json:"title"`
	Window     scope.Span        `json:"window"`
	Components []scope.Component `json:"components,omitempty"`
}

// IncidentAdd adds indicators to an incident.
type IncidentAdd struct {
	ID         uint64           `json:"id"`
	Indicators scope.Indicators `json:"indicators"`
}

// IncidentScope notes a computed scope: its hash is entered in the ledger, then the manifest is kept.
type IncidentScope struct {
	ID       uint64 `json:"id"`
	Manifest []byte `json:"manifest"`
}

// IncidentClose ends an incident.
type IncidentClose struct {
	ID      uint64 `json:"id"`
	Outcome string `json:"outcome"`
}

// IncidentShow asks for one incident, and with Number for the manifest of one of its scopes.
type IncidentShow struct {
	ID     uint64 `json:"id"`
	Number uint64 `json:"number,omitempty"`
}

// IncidentShown is an incident as commands show it.
type IncidentShown struct {
	incident.Record
	Notices  []string `json:"notices,omitempty"`
	Manifest []byte   `json:"manifest,omitempty"`
}

// IncidentAddress asks what stands for network addresses in the ledger.
type IncidentAddress struct {
	Addresses []netip.Addr `json:"addresses"`
	Window    scope.Span   `json:"window"`
}

func (c *Admin) incidentAddress(ctx context.Context, _ operator, q IncidentAddress) ([]scope.Mark, error) {
	to := q.Window.To.Time()
	if q.Window.To == 0 {
		to = time.Now()
	}
	got, err := wire.VaultAddress.Ask(ctx, c.peers.Vault, wire.Addresses{List: q.Addresses, From: q.Window.From.Time(), To: to})
	out := []scope.Mark{}
	for _, n := range got.List {
		out = append(out, scope.Mark{Pseudonym: fmt.Sprintf("%016x", n)})
	}
	return out, err
}

func (c *Admin) incidentRow(ctx context.Context, q wire.IncidentChange) (incident.Record, uint64, error) {
	var r incident.Record
	got, err := wire.StoreIncident.Ask(ctx, c.peers.Store, q)
	if err != nil {
		return r, 0, err
	}
	if len(got.List) != 1 {
		return r, 0, sekisho.E("incident", sekisho.Internal, fmt.Errorf("%d records", len(got.List)))
	}
	if err := json.Unmarshal(got.List[0].Record, &r); err != nil {
		return r, 0, sekisho.E("incident", sekisho.Corrupt, err)
	}
	r.Number = got.List[0].ID
	return r, got.List[0].Version, nil
}

func (c *Admin) incidentOpen(ctx context.Context, who operator, q IncidentOpen) (IncidentShown, error) {
	r, err := incident.New(q.Title, q.Window, q.Components, who.String(), time.Now())
	if err == nil && len(q.Components) > 0 {
		_, _, err = r.Indicators.Checked()
	}
	if err != nil {
		return IncidentShown{}, sekisho.E("incident", sekisho.Invalid, err)
	}
	b, err := json.Marshal(r)
	if err != nil {
		return IncidentShown{}, err
	}
	out, _, err := c.incidentRow(ctx, wire.IncidentChange{Do: "add", Record: b})
	return IncidentShown{Record: out}, err
}

// incidentChange changes a record; f says how. manifest, when there is one, is kept as the scope that f added.
func (c *Admin) incidentChange(ctx context.Context, id uint64, manifest []byte, f func(*incident.Record) error) (incident.Record, error) {
	r, version, err := c.incidentRow(ctx, wire.IncidentChange{Do: "get", ID: id})
	if err != nil {
		return r, err
	}
	if err := f(&r); err != nil {
		if sekisho.KindOf(err) == sekisho.Internal {
			err = sekisho.E("incident", sekisho.Invalid, err)
		}
		return r, err
	}
	b, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	q := wire.IncidentChange{Do: "set", ID: id, Version: version, Record: b, Manifest: manifest}
	if len(manifest) > 0 {
		q.Number = uint64(len(r.Scopes))
	}
	r, _, err = c.incidentRow(ctx, q)
	return r, err
}

func (c *Admin) incidentAdd(ctx context.Context, _ operator, q IncidentAdd) (out IncidentShown, err error) {
	out.Record, err = c.incidentChange(ctx, q.ID, nil, func(r *incident.Record) (err error) {
		out.Notices, err = r.Add(q.Indicators)
		return err
	})
	return out, err
}

func (c *Admin) incidentScope(ctx context.Context, who operator, q IncidentScope) (out IncidentShown, err error) {
	result, err := scope.ParseManifest(q.Manifest)
	if err != nil {
		return out, sekisho.E("incident", sekisho.Invalid, err)
	}
	hash := scope.ManifestHash(q.Manifest)
	out.Record, err = c.incidentChange(ctx, q.ID, q.Manifest, func(r *incident.Record) error {
		if err := r.AddScope(q.Manifest, result, who.String(), time.Now()); err != nil {
			return err
		}
		// The entry comes first: a scope that is kept is always in the ledger. One that is only entered was computed too.
		_, err := wire.VaultScope.Ask(ctx, c.peers.Vault, wire.ScopeReport{Incident: q.ID, Number: uint64(len(r.Scopes)), Manifest: hash[:]})
		return err
	})
	return out, err
}

func (c *Admin) incidentClose(ctx context.Context, who operator, q IncidentClose) (out IncidentShown, err error) {
	out.Record, err = c.incidentChange(ctx, q.ID, nil, func(r *incident.Record) error { return r.Close(q.Outcome, who.String(), time.Now()) })
	return out, err
}

func (c *Admin) incidentShow(ctx context.Context, _ operator, q IncidentShow) (out IncidentShown, err error) {
	if out.Record, _, err = c.incidentRow(ctx, wire.IncidentChange{Do: "get", ID: q.ID}); err != nil || q.Number == 0 {
		return out, err
	}
	got, err := wire.StoreIncident.Ask(ctx, c.peers.Store, wire.IncidentChange{Do: "manifest", ID: q.ID, Number: q.Number})
	out.Manifest = got.Manifest
	return out, err
}

func (c *Admin) incidentList(ctx context.Context, _ operator, _ wire.Nothing) ([]incident.Record, error) {
	got, err := wire.StoreIncident.Ask(ctx, c.peers.Store, wire.IncidentChange{Do: "list"})
	out := []incident.Record{}
	for _, x := range got.List {
		var r incident.Record
		if err := json.Unmarshal(x.Record, &r); err != nil {
			return nil, sekisho.E("incident", sekisho.Corrupt, err)
		}
		r.Number = x.ID
		out = append(out, r)
	}
	return out, err
}
