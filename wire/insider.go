package wire

import (
	"sekisho"
	"sekisho/insider"
)

// StoreInsider ranks the people of a contract by what is unusual about them (package insider), or says what was counted of one of them. Who
// asks through console takes a right of his own for it; each asking is in the contract's list of accesses before the answer. Admin asks
// for the operator's socket, and has entered that in the ledger.
var StoreInsider = define[InsiderQuery, Insiders](sekisho.Store, 191, "insider", large, sekisho.Console, sekisho.Admin)

// InsiderQuery asks about the last days of a contract's people.
type InsiderQuery struct {
	Pass     Pass // console's
	Contract sekisho.ContractID
	Account  sekisho.AccountID // only this one, with his days; 0: everybody who has something unusual
	Days     int               // 1 to 90; 0: 30
	Who      string            // admin's: who asks, for the list of accesses
}

// Insiders is the ranking.
type Insiders struct {
	List   []InsiderOf
	Days   []insider.Day // of one person, with those before, oldest first
	People int           // how many are known
	Kept   int           // days that are kept
}

// InsiderOf is somebody's place in it.
type InsiderOf struct {
	insider.Standing
	Address   string
	Name      string
	Leaves    string // his last day, as 2026-12-31; "" when nothing is known
	Suspended bool
	Last      insider.Day // sums of the days that were asked for
}
