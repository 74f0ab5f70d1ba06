package ledger

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sekisho"
)

func random(r *rand.Rand) Entry {
	return Entry{Time: r.Uint64(), Kind: Kind(r.IntN(14)), Role: sekisho.Role(r.IntN(10)), Process: sekisho.Instance(r.Uint64()),
		Class: sekisho.Class(r.IntN(13)), Contract: sekisho.ContractID(r.Uint64()), Account: sekisho.AccountID(r.Uint64()),
		Session: sekisho.SessionID(r.Uint64()), Object: r.Uint64(), Count: r.Uint32(), Bytes: r.Uint64(), Actor: r.Uint64(),
		Address: r.Uint64(), Flags: uint8(r.Uint32())}
}

func TestRowRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		e := random(r)
		row := e.Row(nil)
		if got, err := ParseRow(row); err != nil || got != e {
			t.Fatalf("%+v came back as %+v, %v", e, got, err)
		}
		if len(row) != RowLen {
			t.Fatalf("a row of %d bytes", len(row))
		}
		if _, err := ParseRow(append(row, 0)); err == nil {
			t.Fatal("a longer row was accepted: two forms of one entry would exist")
		}
	}
}

// The tree is the one of RFC 6962: an independent implementation finds the same roots.
func TestTreeAgainstTlog(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var e Edge
	hashes := map[int64]tlog.Hash{}
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			out[i] = hashes[x]
		}
		return out, nil
	})
	for n := range int64(300) {
		row := random(r).Row(nil)
		stored, err := tlog.StoredHashes(n, row, read)
		if err != nil {
			t.Fatal(err)
		}
		for i, h := range stored {
			hashes[tlog.StoredHashIndex(0, n)+int64(i)] = h
		}
		e.Add(Leaf(row))
		want, err := tlog.TreeHash(n+1, read)
		if err != nil {
			t.Fatal(err)
		}
		if tlog.Hash(e.Root()) != want {
			t.Fatalf("root of %d leaves differs", n+1)
		}
	}
}

func frames(n int) [][]byte {
	r := rand.New(rand.NewPCG(5, 6))
	var e Edge
	var out [][]byte
	for range n {
		var rows []byte
		for range 1 + r.IntN(5) {
			rows = random(r).Row(rows)
		}
		out = append(out, e.Frame(nil, rows))
	}
	return out
}

func replay(fs [][]byte) error {
	var e Edge
	for _, f := range fs {
		if _, err := e.Replay(f); err != nil {
			return err
		}
	}
	return nil
}

func TestReplayFindsWhatWasDone(t *testing.T) {
	good := frames(20)
	if err := replay(good); err != nil {
		t.Fatal(err)
	}
	for name, harm := range map[string]func([][]byte) [][]byte{
		"dropped":   func(f [][]byte) [][]byte { return append(f[:7:7], f[8:]...) },
		"reordered": func(f [][]byte) [][]byte { f[7], f[8] = f[8], f[7]; return f },
		"repeated":  func(f [][]byte) [][]byte { return append(f[:8:8], f[7:]...) },
		"altered": func(f [][]byte) [][]byte {
			f[7] = bytes.Clone(f[7])
			f[7][FrameHead+9] ^= 1
			return f
		},
		"cut short": func(f [][]byte) [][]byte { f[7] = f[7][:len(f[7])-1]; return f },
		"emptied":   func(f [][]byte) [][]byte { f[7] = nil; return f },
	} {
		if err := replay(harm(append([][]byte{}, good...))); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReplay(f *testing.F) {
	f.Add(frames(1)[0])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var e Edge
		before := e.Root()
		if _, err := e.Replay(b); err != nil && (e.Size != 0 || e.Root() != before) {
			t.Fatal("a refused frame changed the tree")
		}
	})
}
