package store

import (
	"testing"

	"sekisho"
	"sekisho/wire"
)

func TestIncident(t *testing.T) {
	w := newWorld(t, "")
	change := func(q wire.IncidentChange) wire.Incidents {
		t.Helper()
		return ask(w, wire.StoreIncident, w.operator, q)
	}
	deny := func(kind sekisho.ErrorKind, q wire.IncidentChange) {
		t.Helper()
		refused(w, kind, wire.StoreIncident, w.operator, q)
	}
	one := change(wire.IncidentChange{Do: "add", Record: []byte("{1}")}).List[0]
	two := change(wire.IncidentChange{Do: "add", Record: []byte("{2}")}).List[0]
	if one.ID != 1 || two.ID != 2 || one.Version != 1 {
		t.Errorf("%+v, %+v", one, two)
	}
	got := change(wire.IncidentChange{Do: "set", ID: 1, Version: 1, Record: []byte("{1b}"), Number: 1, Manifest: []byte("m1")}).List[0]
	if got.Version != 2 {
		t.Errorf("%+v", got)
	}
	// Of two changes that began with the same version the second is refused, whole.
	deny(sekisho.Conflict, wire.IncidentChange{Do: "set", ID: 1, Version: 1, Record: []byte("{lost}"), Number: 2, Manifest: []byte("m2")})
	deny(sekisho.NotFound, wire.IncidentChange{Do: "manifest", ID: 1, Number: 2})
	deny(sekisho.NotFound, wire.IncidentChange{Do: "get", ID: 3})
	deny(sekisho.Invalid, wire.IncidentChange{Do: "set", ID: 1, Version: 2, Record: []byte("{}"), Number: 2})
	deny(sekisho.Invalid, wire.IncidentChange{Do: "add"})
	deny(sekisho.Invalid, wire.IncidentChange{Do: "drop", ID: 1})
	if m := change(wire.IncidentChange{Do: "manifest", ID: 1, Number: 1}).Manifest; string(m) != "m1" {
		t.Errorf("manifest %q", m)
	}
	if r := change(wire.IncidentChange{Do: "get", ID: 1}).List; len(r) != 1 || string(r[0].Record) != "{1b}" {
		t.Errorf("%+v", r)
	}
	if r := change(wire.IncidentChange{Do: "list"}).List; len(r) != 2 || r[0].ID != 2 {
		t.Errorf("%+v", r)
	}
}
