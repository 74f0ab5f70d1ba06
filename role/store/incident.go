package store

import (
	"context"
	"fmt"

	"sekisho"
	"sekisho/wire"
)

// mostIncidents is how many records a list has at most.
const mostIncidents = 1000

// mostRecord bounds a record, and mostManifest a manifest.
const mostRecord, mostManifest = 16 << 20, 64 << 20

// incident answers StoreIncident. A change is durable when it returns. Of two changes that began with the same version the
// second is refused, so that neither is lost unseen.
func (s *Store) incident(ctx context.Context, _ sekisho.Caller, q wire.IncidentChange) (out wire.Incidents, err error) {
	bad := func(kind sekisho.ErrorKind, format string, a ...any) error {
		return sekisho.E("store.incident", kind, fmt.Errorf(format, a...))
	}
	if len(q.Record) > mostRecord || len(q.Manifest) > mostManifest {
		return out, bad(sekisho.TooLarge, "a record of %d bytes, a manifest of %d", len(q.Record), len(q.Manifest))
	}
	switch q.Do {
	case "list":
		out.List, err = readIncidents(s.db.Reading(ctx), 0)
		return out, err
	case "get":
		if out.List, err = readIncidents(s.db.Reading(ctx), q.ID); err == nil && len(out.List) == 0 {
			err = bad(sekisho.NotFound, "no incident %d", q.ID)
		}
		return out, err
	case "manifest":
		var found bool
		if out.Manifest, found, err = readManifest(s.db.Reading(ctx), q.ID, q.Number); err == nil && !found {
			err = bad(sekisho.NotFound, "incident %d has no scope %d", q.ID, q.Number)
		}
		return out, err
	case "add", "set":
		if len(q.Record) == 0 || (q.Number == 0) != (len(q.Manifest) == 0) {
			return out, bad(sekisho.Invalid, "no record, or a manifest without its number")
		}
	default:
		return out, bad(sekisho.Invalid, "no action %q", q.Do)
	}
	err = s.change(ctx, func(t *txn) error {
		row := wire.IncidentRow{ID: q.ID, Version: q.Version + 1, Record: q.Record}
		if q.Do == "add" {
			n, err := t.lastIncident()
			if err != nil {
				return err
			}
			row.ID, row.Version = n+1, 1
			if err := t.insertIncident(row); err != nil {
				return err
			}
		} else if done, err := t.updateIncident(row, q.Version); err != nil {
			return err
		} else if !done {
			return bad(sekisho.Conflict, "incident %d was changed meanwhile, or is not there: try again", q.ID)
		}
		out = wire.Incidents{List: []wire.IncidentRow{row}}
		if q.Number == 0 {
			return nil
		}
		return t.insertManifest(row.ID, q.Number, q.Manifest)
	})
	return out, err
}
