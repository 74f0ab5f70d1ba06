package store

import (
	"context"

	"sekisho"
	addr "sekisho/mail/address"
	"sekisho/wire"
)

// sts answers StoreSTS.
func (s *Store) sts(ctx context.Context, _ sekisho.Caller, q wire.STSQuery) (wire.STSAnswer, error) {
	name, err := addr.FoldDomain(q.Domain)
	if err != nil {
		return wire.STSAnswer{}, nil // nobody has it
	}
	d, err := readDomain(s.db.Reading(ctx), name)
	if err != nil || d.contract == 0 {
		return wire.STSAnswer{}, err
	}
	return wire.STSAnswer{Mode: d.set.STS}, nil
}

// setDomain changes what a wish names of a domain's settings; the rest stays.
func (t *txn) setDomain(old, wish wire.Domain) error {
	if wish.DKIM == nil {
		wish.DKIM = old.DKIM
	}
	switch wish.STS {
	case "":
		wish.STS = old.STS
	case "off":
		wish.STS = ""
	case "none", "testing", "enforce":
	default:
		return adminError(sekisho.Invalid, "no mode of MTA-STS: %.20q", wish.STS)
	}
	return t.updateDomain(wish)
}
