package vault

import (
	"context"
	"errors"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// A contract with host names of its own has a cell of reader's: its people sign in there and nowhere else, nobody else signs
// in there, and the certificates of its names are for the reader of that cell. So a reader that was taken over reaches the
// contracts of its cell only, whatever it claims: its cell is known from its line.

// cellOf is the cell that a contract's people read in.
func (v *Vault) cellOf(c sekisho.ContractID) (uint16, error) {
	if v.config.Cells < 2 {
		return 0, nil
	}
	n, err := v.keys.count("pin", c)
	if err != nil || n == 0 {
		return 0, err
	}
	return wire.CellOf(c, v.config.Cells), nil
}

var errCell = errors.New("not in this cell")

// inCell checks that a reader asks for a contract of its own cell.
func (v *Vault) inCell(who sekisho.Caller, c sekisho.ContractID) error {
	if who.Role != sekisho.Reader {
		return nil
	}
	cell, err := v.cellOf(c)
	if err == nil && cell != who.Cell {
		err = sekisho.E("vault.cell", sekisho.Denied, errCell)
	}
	return err
}

// hostInCell checks that a reader shows a certificate of its own cell.
func (v *Vault) hostInCell(who sekisho.Caller, host string) error {
	if who.Role != sekisho.Reader {
		return nil
	}
	c, err := v.keys.pinned(host)
	if err == nil && c != 0 { // the installation's own names are for every cell
		err = v.inCell(who, c)
	}
	return err
}

// pin notes the host names of a contract.
func (v *Vault) pin(_ context.Context, who sekisho.Caller, q wire.Pin) (wire.Nothing, error) {
	e := by(who, ledger.Grant)
	e.Contract, e.Class, e.Actor = q.Contract, sekisho.ClassConfig, q.Operator
	if err := v.enter(e); err != nil {
		return wire.Nothing{}, err
	}
	return wire.Nothing{}, v.keys.setPins(q.Contract, q.Hosts)
}
