package wire

import "sekisho"

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
