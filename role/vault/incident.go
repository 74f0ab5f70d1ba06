package vault

import (
	"context"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// scope enters the hash of a scope: from then on nobody can say that another one was computed.
func (v *Vault) scope(_ context.Context, who sekisho.Caller, q wire.ScopeReport) (wire.Nothing, error) {
	if len(q.Manifest) != 32 || q.Incident == 0 || q.Number == 0 || q.Number > 1<<31 {
		return wire.Nothing{}, sekisho.E("vault.scope", sekisho.Invalid, fmt.Errorf("scope %d of incident %d, %d bytes of hash", q.Number, q.Incident, len(q.Manifest)))
	}
	e := by(who, ledger.Scoped)
	e.SetDigest([32]byte(q.Manifest))
	e.Bytes, e.Count = q.Incident, uint32(q.Number)
	return wire.Nothing{}, v.enter(e)
}

// The most addresses and days of one question.
const mostAddresses, mostDays = 1000, 400

// addresses tells the pseudonyms of addresses.
func (v *Vault) addresses(_ context.Context, _ sekisho.Caller, q wire.Addresses) (out wire.Pseudonyms, err error) {
	from := q.From.UTC().Truncate(24 * time.Hour)
	days := int(q.To.UTC().Truncate(24*time.Hour).Sub(from)/(24*time.Hour)) + 1
	if len(q.List) == 0 || len(q.List) > mostAddresses || days < 1 || days > mostDays {
		return out, sekisho.E("vault.address", sekisho.Invalid, fmt.Errorf("%d addresses on %d days: at most %d on %d", len(q.List), days, mostAddresses, mostDays))
	}
	for _, a := range q.List {
		for d := range days {
			out.List = append(out.List, v.pseudonymOn(a, from.AddDate(0, 0, d)))
		}
	}
	return out, nil
}
