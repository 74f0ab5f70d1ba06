package wire

import (
	"context"
	"os"

	"sekisho"
)

// Where reader has more cells than one, door accepts and reader takes.

// The calls about cells.
var (
	ReaderTake = define[TakeConn, Nothing](sekisho.Reader, 1, "take", small, sekisho.Door)
	StoreHost  = define[HostQuery, HostOwner](sekisho.Store, 10, "host", small, sekisho.Door)
	VaultPin   = define[Pin, Nothing](sekisho.Vault, 50, "pin", small, sekisho.Admin)
)

// TakeConn hands over a connection that nothing was answered on yet.
type TakeConn struct {
	Listener string // on which it came in: "imap", "imaps"
	Read     []byte // what was read from it already
	Conn     *os.File
}

// HostQuery asks which contract has a host name.
type HostQuery struct{ Name string }

// HostOwner answers; Contract is 0 for the installation's own names, and for names nobody has.
type HostOwner struct{ Contract sekisho.ContractID }

// Pin tells vault which host names a contract has: with any, its people sign in in its own cell and nowhere else, and its
// certificates are for that cell. It replaces what was told before.
type Pin struct {
	Contract sekisho.ContractID
	Hosts    []string
	Operator uint64 // user number of the operator + 1
}

// CellOf is the cell of a contract that has host names of its own; contract 0, and any contract when there is one cell only,
// are in the shared cell 0.
func CellOf(c sekisho.ContractID, cells int) uint16 {
	if c == 0 || cells < 2 {
		return 0
	}
	return uint16(1 + uint64(c)%uint64(cells-1))
}

// PickCell gives a line to the process of one cell, waiting for it while it is being restarted.
func (p *Peer) PickCell(ctx context.Context, cell uint16) (*Line, error) {
	return p.pickWhere(ctx, func(l *Line) bool { return l.Peer.Cell == cell })
}
