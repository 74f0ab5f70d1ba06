package store

import (
	"context"

	"sekisho"
	"sekisho/wire"
)

// person answers StorePerson.
func (s *Store) person(ctx context.Context, _ sekisho.Caller, q wire.PersonQuery) (wire.PersonFound, error) {
	r := s.db.Reading(ctx)
	a, err := readAccount(r, accountByID, int64(q.Contract), int64(q.Account))
	if err != nil || a.ID == 0 {
		return wire.PersonFound{}, err
	}
	c, err := readContract(r, a.Contract)
	if err != nil {
		return wire.PersonFound{}, err
	}
	return wire.PersonFound{Address: a.Address, Name: a.Name, Duty: a.Role, Language: c.Language, Status: max(a.Status, c.Status), Public: a.Public}, nil
}
