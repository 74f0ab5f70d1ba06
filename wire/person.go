package wire

import (
	"net/netip"

	"sekisho"
)

// StorePerson tells edge whose session it serves: what the person is called, and whether the account still may sign in. Store
// cannot tell whether there is such a session; what it answers is what a directory holds.
var StorePerson = define[PersonQuery, PersonFound](sekisho.Store, 140, "person", small, sekisho.Edge)

// PersonQuery names an account.
type PersonQuery struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
}

// PersonFound is an account. Address is empty when there is none.
type PersonFound struct {
	Address  string
	Name     string
	Duty     string
	Language string // of the contract
	Status   sekisho.Status
	Public   []byte // to which a notice is sealed
}

// StoreWarn has the owner of an account told by mail that something about signing in changed, or that somebody signed in from a
// new device. Post writes it.
var StoreWarn = define[Warning, Nothing](sekisho.Store, 141, "warn", small, sekisho.Edge)

// Warning says what. The words are post's: edge chooses among few.
type Warning struct {
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	What     string // a Warn constant
	Client   netip.Addr
	Device   string // "Firefox, Windows": at most 60 printable characters
}

// What owners are warned of.
const (
	WarnDevice   = "new-device"
	WarnPassword = "new-password"
	WarnFactor   = "new-factor" // a second factor, passkey, app password or recovery code was made or removed
)
