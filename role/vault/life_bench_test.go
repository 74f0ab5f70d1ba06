package vault

import (
	"database/sql"
	"testing"

	"sekisho"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/seal/key"
	"sekisho/wire"
)

// BenchmarkTurnEpoch replaces the root key of an installation with 6,493 contracts.
func BenchmarkTurnEpoch(b *testing.B) {
	x := open(b, b.TempDir())
	err := x.current.change(func(tx *sql.Tx) error {
		for c := range sekisho.ContractID(6493) {
			wrapped := key.Wrap(x.root, seal.NewKey(), contractPlace(c+1, 1))
			if _, err := tx.Exec(`INSERT INTO contract_key (contract, generation, wrapped, retired) VALUES ($1, 1, $2, 0)`, int64(c+1), wrapped); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		x.rotate(background, admin, wire.Rotate{What: "root"})
	}
}

// BenchmarkRotateContract replaces the key of a contract with 1,000 accounts of three slots.
func BenchmarkRotateContract(b *testing.B) {
	x := open(b, b.TempDir())
	must[wire.ContractKeys](b)(x.newContract(background, admin, wire.NewContract{Contract: 1}))
	contract := must[[]byte](b)(x.contractKey(1))
	pair := must[key.Pair](b)(key.NewPair())
	ring := must[key.Ring](b)(key.ParseRing(pair.Private()))
	err := x.keys.change(func(tx *sql.Tx) error {
		for a := range sekisho.AccountID(1000) {
			for range 3 {
				s := slotRow{id: newID(), kind: key.AppPassword, salt: []byte{1}}
				s.fill(contract, seal.NewKey(), a+1, ring)
				if err := insertSlot(tx, 1, a+1, s); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		must[wire.Rotated](b)(x.rotate(background, admin, wire.Rotate{What: "contract", Contract: 1}))
	}
}

// BenchmarkRecover joins two shares, opens an account and gives it a new password, with all entries.
func BenchmarkRecover(b *testing.B) {
	x := open(b, b.TempDir())
	keys := must[wire.ContractKeys](b)(x.newContract(background, admin, wire.NewContract{Contract: 1}))
	must[wire.AccountKeys](b)(x.newAccount(background, admin, wire.NewAccount{Contract: 1, Account: 11, Password: "correct horse"}))
	for b.Loop() {
		must[wire.Slot](b)(x.recover(background, admin, wire.Recover{Contract: 1, Account: 11, Shares: wire.Presented{Words: keys.Shares.Words}, Password: "battery staple"}))
	}
	if x.count(ledger.Entry{Kind: ledger.Recovery}) == 0 {
		b.Error("nothing was entered")
	}
}
