package wire

import "sekisho"

// The calls about incidents: store keeps their records, vault enters the hash of every scope that is computed.
var (
	StoreIncident = define[IncidentChange, Incidents](sekisho.Store, 70, "incident", large, sekisho.Admin)
	VaultScope    = define[ScopeReport, Nothing](sekisho.Vault, 60, "scope", small, sekisho.Admin)
)

// IncidentChange asks for a record, or changes one. Records are JSON (package incident); store does not look into them.
type IncidentChange struct {
	Do       string // "list", "get", "add", "set", "manifest" (get one)
	ID       uint64 // get, set, manifest
	Version  uint64 // set: the version that was read; another one is a Conflict
	Record   []byte // add, set
	Number   uint64 // of a scope, from 1 on: manifest; or set, together with Manifest
	Manifest []byte // set: the manifest of the scope of that number, kept for ever
}

// Incidents are records, newest first, or one manifest.
type Incidents struct {
	List     []IncidentRow
	Manifest []byte
}

// IncidentRow is one record.
type IncidentRow struct {
	ID      uint64
	Version uint64
	Record  []byte
}

// ScopeReport enters that a scope was computed.
type ScopeReport struct {
	Incident uint64
	Number   uint64 // of the scope within the incident
	Manifest []byte // SHA-256
}
