package store

import (
	"context"
	"errors"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepTransport: what other domains say about how their mail is to be handed over. It belongs to no contract.
const stepTransport = `
CREATE TABLE transport (
	domain TEXT PRIMARY KEY,
	id TEXT NOT NULL,
	policy BYTES NOT NULL,
	read_at BIGINT NOT NULL,
	until BIGINT NOT NULL
) CLUSTERED
;
CREATE INDEX transport_until ON transport (until)
`

const (
	transportRead  = "SELECT id, policy, read_at, until FROM transport WHERE domain = $1"
	transportWrite = `INSERT INTO transport (domain, id, policy, read_at, until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (domain) DO UPDATE SET id = excluded.id, policy = excluded.policy, read_at = excluded.read_at, until = excluded.until`
	transportOver = "DELETE FROM transport WHERE until <= $1"
)

// mostPolicy bounds a policy (RFC 8461 section 3.3).
const mostPolicy = 64 << 10

// transport answers StoreTransport. What is void is nothing.
func (s *Store) transport(ctx context.Context, _ sekisho.Caller, q wire.TransportQuery) (out wire.Transport, err error) {
	domain := strings.ToLower(q.Domain)
	if domain == "" || len(domain) > 253 || q.Keep != nil && len(q.Keep.Policy) > mostPolicy {
		return out, sekisho.E("store.transport", sekisho.Invalid, errors.New("a domain, and a policy of at most 64 KB"))
	}
	if k := q.Keep; k != nil {
		return *k, s.change(ctx, func(t *txn) error {
			if _, err := t.Exec(transportOver, db.Micros(s.now())); err != nil {
				return err
			}
			_, err := t.Exec(transportWrite, domain, db.Text(k.ID), k.Policy, db.Micros(k.Read), db.Micros(k.Until))
			return err
		})
	}
	var read, until int64
	if _, err = s.db.One(ctx, []any{&out.ID, &out.Policy, &read, &until}, transportRead, domain); err != nil {
		return out, err
	}
	if out.Read, out.Until = db.Time(read), db.Time(until); !s.now().Before(out.Until) {
		return wire.Transport{}, nil
	}
	return out, nil
}
