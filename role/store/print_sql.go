package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// stepPrint: sets of fingerprints of contracts' own data, in pieces.
const stepPrint = `
CREATE TABLE print (
	contract BIGINT NOT NULL,
	name TEXT NOT NULL,
	digest TEXT NOT NULL,
	size BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (contract, name)
) CLUSTERED
;
CREATE TABLE print_piece (
	contract BIGINT NOT NULL,
	name TEXT NOT NULL,
	place BIGINT NOT NULL,
	content BYTES NOT NULL,
	PRIMARY KEY (contract, name, place)
) CLUSTERED
`

const (
	printPut   = "INSERT INTO print (contract, name, digest, size, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (contract, name) DO UPDATE SET digest = excluded.digest, size = excluded.size, at = excluded.at"
	printList  = "SELECT name, digest, size, at FROM print WHERE contract = $1 ORDER BY name"
	printDrop  = "DELETE FROM print WHERE contract = $1 AND name = $2"
	piecePut   = "INSERT INTO print_piece (contract, name, place, content) VALUES ($1, $2, $3, $4)"
	piecesOf   = "SELECT content FROM print_piece WHERE contract = $1 AND name = $2 ORDER BY place"
	piecesDrop = "DELETE FROM print_piece WHERE contract = $1 AND name = $2"
)

// printPiece is how many bytes stand in one row.
const printPiece = 1 << 20

// adminPrint puts a set, in the place of one of the same name, or drops one.
func (t *txn) adminPrint(q wire.AdminPrint, out *wire.AdminDone) error {
	out.Contract = q.Contract
	if err := t.liveContract(q.Contract); err != nil {
		return err
	}
	if q.Name == "" || len(q.Name) > 60 || strings.Trim(q.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return adminError(sekisho.Invalid, "name %q: write small letters, digits and hyphens, at most 60", q.Name)
	}
	list, err := printsOf(t, q.Contract)
	if err != nil {
		return err
	}
	known := false
	for _, p := range list {
		known = known || p.Name == q.Name
	}
	switch q.Do {
	case "drop":
		if !known {
			return adminError(sekisho.NotFound, "contract %d has no set of fingerprints %q", q.Contract, q.Name)
		}
		if _, err := t.Exec(printDrop, int64(q.Contract), q.Name); err != nil {
			return err
		}
		_, err := t.Exec(piecesDrop, int64(q.Contract), q.Name)
		return err
	case "put":
		if !known && len(list) >= wire.MostPrints {
			return adminError(sekisho.TooMany, "a contract has at most %d sets of fingerprints", wire.MostPrints)
		}
		return t.putPrint(q)
	}
	return noAction(q.Do)
}

func (t *txn) putPrint(q wire.AdminPrint) error {
	if len(q.Set) == 0 || len(q.Set) > wire.MostPrint {
		return adminError(sekisho.TooLarge, "the set has %d bytes, at most %d: some 10,000,000 values", len(q.Set), wire.MostPrint)
	}
	sum := sha256.Sum256(q.Set)
	if _, err := t.Exec(piecesDrop, int64(q.Contract), q.Name); err != nil {
		return err
	}
	if _, err := t.Exec(printPut, int64(q.Contract), q.Name, hex.EncodeToString(sum[:]), int64(len(q.Set)), db.Micros(t.s.now())); err != nil {
		return err
	}
	for i, b := int64(0), q.Set; len(b) > 0; i++ {
		n := min(len(b), printPiece)
		if _, err := t.Exec(piecePut, int64(q.Contract), q.Name, i, b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// printsOf are a contract's sets, without their bytes.
func printsOf(r db.Reader, id sekisho.ContractID) (list []wire.Print, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var p wire.Print
		var at int64
		err := scan(&p.Name, &p.Digest, &p.Size, &at)
		p.At = db.Time(at)
		list = append(list, p)
		return err
	}, printList, int64(id))
	return list, err
}

// prints answers StorePrints. A set is written to a file without a name, which is read where it is needed: all workers of a host share
// its pages.
func (s *Store) prints(ctx context.Context, _ sekisho.Caller, q wire.PrintQuery) (out wire.Prints, err error) {
	r := s.db.Reading(ctx)
	if out.List, err = printsOf(r, q.Contract); err != nil || q.Listed {
		return out, err
	}
	for i := range out.List {
		p := &out.List[i]
		if p.File, err = s.printFile(r, q.Contract, p.Name); err != nil {
			for _, x := range out.List[:i] {
				x.File.Close()
			}
			return wire.Prints{}, sekisho.E("store.prints", sekisho.Internal, err)
		}
	}
	return out, nil
}

func (s *Store) printFile(r db.Reader, id sekisho.ContractID, name string) (*os.File, error) {
	w, err := os.CreateTemp(s.c.Dir, "print-*")
	if err != nil {
		return nil, err
	}
	defer w.Close()
	f, err := os.Open(w.Name())
	if wrong := os.Remove(w.Name()); err == nil && wrong != nil {
		f.Close()
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	err = r.Each(func(scan func(...any) error) error {
		var b []byte
		if err := scan(&b); err != nil {
			return err
		}
		_, err := w.Write(b)
		return err
	}, piecesOf, int64(id), name)
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
