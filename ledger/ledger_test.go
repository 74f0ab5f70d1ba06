package ledger

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"slices"
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

// wood is a tree in memory, in the stored form: hashes of level Kept and up, and the leaves.
type wood struct {
	edge   Edge
	leaves []Hash
	kept   []Hash
}

func (w *wood) add(row []byte) {
	h := Leaf(row, nil)
	w.leaves = append(w.leaves, h)
	w.kept = w.edge.Grow(h, w.kept)
}

func (w *wood) Node(level int, index uint64) (Hash, error) {
	if level >= Kept {
		return w.kept[Place(level, index)], nil
	}
	var e Edge
	for _, h := range w.leaves[index<<level : (index+1)<<level] {
		e.Add(h)
	}
	return e.Root(), nil
}

// The tree is the one of RFC 6962: an independent implementation finds the same roots and takes and gives the same proofs.
func TestTreeAgainstTlog(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var w wood
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			out[i] = stored[x]
		}
		return out, nil
	})
	const most = 1400 // crosses level 10
	roots := []Hash{w.edge.Root()}
	for n := range int64(most) {
		row := random(r).Row(nil)
		more := must(tlog.StoredHashes(n, row, read))(t)
		stored = append(stored, more...)
		w.add(row)
		if want := must(tlog.TreeHash(n+1, read))(t); tlog.Hash(w.edge.Root()) != want {
			t.Fatalf("root of %d leaves differs", n+1)
		}
		roots = append(roots, w.edge.Root())
	}
	if uint64(len(w.kept)) != Stored(most) {
		t.Fatalf("%d hashes kept, %d expected", len(w.kept), Stored(most))
	}
	for range 2000 {
		size := 1 + r.Uint64N(most)
		index, old := r.Uint64N(size), r.Uint64N(size+1)
		if root := must(RootAt(&w, size))(t); root != roots[size] {
			t.Fatalf("root of size %d, made again, differs", size)
		}
		path := must(Inclusion(&w, index, size))(t)
		var theirs tlog.RecordProof
		for _, h := range path {
			theirs = append(theirs, tlog.Hash(h))
		}
		if err := tlog.CheckRecord(theirs, int64(size), tlog.Hash(roots[size]), int64(index), tlog.Hash(w.leaves[index])); err != nil {
			t.Fatalf("inclusion of %d in %d: %v", index, size, err)
		}
		if root, err := RootOf(w.leaves[index], index, size, path); err != nil || root != roots[size] {
			t.Fatalf("inclusion of %d in %d: %v", index, size, err)
		}
		proof := must(Consistency(&w, old, size))(t)
		if err := Consistent(old, size, roots[old], roots[size], proof); err != nil {
			t.Fatalf("%d to %d: %v", old, size, err)
		}
		if old == 0 {
			continue
		}
		var tree tlog.TreeProof
		for _, h := range proof {
			tree = append(tree, tlog.Hash(h))
		}
		if err := tlog.CheckTree(tree, int64(size), tlog.Hash(roots[size]), int64(old), tlog.Hash(roots[old])); err != nil {
			t.Fatalf("%d to %d: %v", old, size, err)
		}
		if len(proof) > 0 { // one wrong bit anywhere
			bad := slices.Clone(proof)
			bad[r.IntN(len(bad))][r.IntN(32)] ^= 1
			if Consistent(old, size, roots[old], roots[size], bad) == nil || Consistent(old, size, roots[old-1], roots[size], proof) == nil {
				t.Fatalf("%d to %d: a wrong proof was accepted", old, size)
			}
		}
		if len(path) > 0 {
			bad := slices.Clone(path)
			bad[r.IntN(len(bad))][r.IntN(32)] ^= 1
			if root, err := RootOf(w.leaves[index], index, size, bad); err == nil && root == roots[size] {
				t.Fatalf("%d in %d: a wrong path was accepted", index, size)
			}
		}
	}
}

func must[T any](x T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

// frames makes n frames of two streams.
func frames(n int) [][]byte {
	r := rand.New(rand.NewPCG(5, 6))
	edges := map[Stream]*Edge{{Role: sekisho.Reader}: {}, {Role: sekisho.Gate, Cell: 1}: {}}
	key := [32]byte{1}
	blind := NewBlinder(key)
	var out [][]byte
	for range n {
		var frame []byte
		for name, e := range edges {
			var rows []byte
			for range 1 + r.IntN(5) {
				rows = random(r).Row(rows)
			}
			frame = Section{name, e.Size, key, e.Root(), rows}.Append(frame)
			e.AddRows(blind, rows, nil)
		}
		out = append(out, frame)
	}
	return out
}

func replay(fs [][]byte) error {
	edges := map[Stream]*Edge{}
	for _, f := range fs {
		list, err := Sections(f)
		if err != nil {
			return err
		}
		for _, s := range list {
			if edges[s.Stream] == nil {
				edges[s.Stream] = new(Edge)
			}
			if _, err := edges[s.Stream].Replay(s, nil); err != nil {
				return err
			}
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
			f[7][SectionHead+9] ^= 1
			return f
		},
		"another key": func(f [][]byte) [][]byte {
			f[7] = bytes.Clone(f[7])
			f[7][24] ^= 1
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

// Blinds of rows and of blocks differ, and the leaf depends on them.
func TestBlind(t *testing.T) {
	a, b := NewBlinder([32]byte{1}), NewBlinder([32]byte{2})
	row := Entry{Kind: Opening}.Row(nil)
	seen := map[Hash]bool{}
	for n := range uint64(100) {
		seen[Leaf(row, a.Blind(n))] = true
		seen[Leaf(row, b.Blind(n))] = true
	}
	if len(seen) != 200 {
		t.Errorf("%d different leaves of 200", len(seen))
	}
}

func TestDigest(t *testing.T) {
	d := sha256.Sum256([]byte("a program"))
	var e Entry
	e.SetDigest(d)
	if got := must(ParseRow(e.Row(nil)))(t); got.Digest() != d {
		t.Error("the digest is not what it was")
	}
}

func FuzzSections(f *testing.F) {
	f.Add(frames(1)[0])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Sections(b)
		if err != nil {
			return
		}
		var again []byte
		for _, s := range list {
			again = s.Append(again)
		}
		if !bytes.Equal(again, b) {
			t.Fatal("a frame has two forms")
		}
		var e Edge
		before := e.Root()
		for _, s := range list {
			if _, err := e.Replay(s, nil); err != nil && e.Size == 0 && e.Root() != before {
				t.Fatal("a refused section changed the tree")
			}
		}
	})
}

// BenchmarkTree hashes rows into a tree: what a full verification does besides reading.
func BenchmarkTree(b *testing.B) {
	r := rand.New(rand.NewPCG(7, 8))
	var rows []byte
	for range 4096 {
		rows = random(r).Row(rows)
	}
	blind := NewBlinder([32]byte{1})
	var e Edge
	b.SetBytes(RowLen)
	for b.Loop() {
		e.AddRows(blind, rows, nil)
	}
	b.ReportMetric(float64(b.N)*4096/b.Elapsed().Seconds(), "rows/s")
}
