package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// VaultAddress tells the pseudonyms that stand for network addresses in the ledger: whoever knows an intruder's address finds
// it there. It opens nothing and gives nothing back that the asker did not bring.
var VaultAddress = define[Addresses, Pseudonyms](sekisho.Vault, 61, "address", small, sekisho.Admin)

// Addresses asks for the pseudonyms of addresses on each day of a time, at most 400 days and 1,000 addresses.
type Addresses struct {
	List     []netip.Addr
	From, To time.Time
}

// Pseudonyms are those of the first address on each day (UTC), then those of the second, and so on.
type Pseudonyms struct{ List []uint64 }
