package wire

import "sekisho"

// StoreWays says by which ways mail of an organisation has come to a contract before: signed by it, from servers that it names, or from
// elsewhere. Gate asks about mail that nothing proves.
var StoreWays = define[WayQuery, Ways](sekisho.Store, 230, "ways", small, sekisho.Gate)

// Ways that prove something. Others name the network of the host that brought the mail: "net 198.51.0.0/16".
const (
	WaySigned = "dkim" // signed by the organisation of the From field
	WayServer = "spf"  // from a server that this organisation names
)

// WayQuery asks about mail of one organisation's domain.
type WayQuery struct {
	Contract sekisho.ContractID
	Site     string
	Way      string
}

// Ways are the mails of the organisation that were delivered to the contract's people: all, those that something proved, those that came by
// the way asked for; and on how many days the busiest way was used.
type Ways struct{ Mails, Proven, Here, Days int64 }
