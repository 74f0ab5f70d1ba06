package book

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"testing/fstest"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// made is a ledger made by hand, of one stream with two blocks and some rows in the log: what package journal writes is tried
// there, here it is what the reader makes of it.
type made struct {
	fsys   fstest.MapFS
	frames [][]byte
	signer *ledger.Signer
}

const sealed, size = 700, 900

func ledgerOf(t testing.TB) *made {
	t.Helper()
	s, err := ledger.NewSigner("log.test.example", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	m := &made{fsys: fstest.MapFS{}, signer: s}
	name := ledger.Stream{Role: sekisho.Reader, Cell: 2}
	dir := Streams + "/" + name.String() + "/"
	var edge ledger.Edge
	var kept []ledger.Hash
	row := 0
	rows := func(n int) (out []byte) {
		for range n {
			out = ledger.Entry{Time: uint64(row), Kind: ledger.Opening, Role: sekisho.Reader, Object: uint64(row), Count: 1}.Row(out)
			row++
		}
		return out
	}
	for i, n := range []int{400, sealed - 400} {
		key := [32]byte{byte(i + 1)}
		first, list := edge.Size, rows(n)
		b, err := block.Encode(block.Head{Stream: name, First: first, Key: key}, list)
		if err != nil {
			t.Fatal(err)
		}
		m.fsys[dir+BlockName(first)] = &fstest.MapFile{Data: b}
		kept = edge.AddRows(ledger.NewBlinder(key), list, kept)
	}
	m.fsys[dir+Tree] = &fstest.MapFile{Data: hashes(kept)}
	for range 2 {
		s := ledger.Section{Stream: name, First: edge.Size, Key: [32]byte{9}, Root: edge.Root(), Rows: rows((size - sealed) / 2)}
		m.frames = append(m.frames, s.Append(nil))
		edge.AddRows(ledger.NewBlinder(s.Key), s.Rows, nil)
	}
	var heads ledger.Edge
	h := ledger.Head{Stream: name, Size: edge.Size, Time: 5, Root: edge.Root()}.Append(nil)
	heads.Add(ledger.Leaf(h, nil))
	m.fsys[Heads] = &fstest.MapFile{Data: h}
	m.fsys[Checkpoint] = &fstest.MapFile{Data: s.Sign(1, heads.Root())}
	m.fsys[Key] = &fstest.MapFile{Data: []byte(s.Verifier.String() + "\n")}
	return m
}

func hashes(list []ledger.Hash) (out []byte) {
	for _, h := range list {
		out = append(out, h[:]...)
	}
	return out
}

func (m *made) open(t testing.TB) *Book {
	t.Helper()
	b, err := Open(m.fsys, func(f func([]byte) error) error {
		for _, x := range m.frames {
			if err := f(x); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRead(t *testing.T) {
	m := ledgerOf(t)
	b := m.open(t)
	if r := Verify(b, &m.signer.Verifier, nil); len(r.Faults) > 0 || r.Entries != size || !r.Signed {
		t.Fatalf("%+v", r)
	}
	s := b.Stream(ledger.Stream{Role: sekisho.Reader, Cell: 2})
	if s == nil || s.Size() != size || s.Sealed() != sealed || len(s.Parts()) != 1 || s.First() != 0 {
		t.Fatalf("%+v", s)
	}
	for _, x := range [][2]uint64{{0, 1}, {399, 401}, {250, 820}, {699, 900}, {0, 2000}} {
		rows, err := s.Rows(x[0], x[1])
		if err != nil {
			t.Fatal(err)
		}
		if want := min(x[1], size) - x[0]; uint64(len(rows)) != want*ledger.RowLen {
			t.Fatalf("%v: %d rows, want %d", x, len(rows)/ledger.RowLen, want)
		}
		for i := range uint64(len(rows) / ledger.RowLen) {
			if e, _ := ledger.ParseRow(rows[i*ledger.RowLen : (i+1)*ledger.RowLen]); e.Object != x[0]+i {
				t.Fatalf("%v: row %d is %d", x, i, e.Object)
			}
		}
	}
	for n := uint64(0); n < size; n += 37 {
		p, err := Prove(b.Heads, s, n, b.Note, 1)
		if err != nil {
			t.Fatal(err)
		}
		if e, _, err := p.Check(m.signer.Verifier); err != nil || e.Object != n {
			t.Errorf("%d: %+v %v", n, e, err)
		}
	}
}

// What an intruder may do who can write the directory and has no key: each is found, at the right place.
func TestForgeries(t *testing.T) {
	dir := Streams + "/0-reader-2/"
	for name, x := range map[string]struct {
		do    func(*made)
		index uint64
	}{
		"a block from 400 on is dropped":                    {func(m *made) { delete(m.fsys, dir+BlockName(400)) }, 400},
		"the first block is dropped":                        {func(m *made) { delete(m.fsys, dir+BlockName(0)) }, 0},
		"a row is written anew, with its block's checksums": {func(m *made) { m.rewrite(t, 400, func(rows []byte) { rows[50*ledger.RowLen+16] ^= 1 }) }, 256},
		"a row after the last stored hash is written anew":  {func(m *made) { m.rewrite(t, 400, func(rows []byte) { rows[250*ledger.RowLen+16] ^= 1 }) }, 512},
		"a frame is dropped":                                {func(m *made) { m.frames = m.frames[:1] }, 800},
		"frames change places":                              {func(m *made) { m.frames[0], m.frames[1] = m.frames[1], m.frames[0] }, 700},
		"a frame's row is changed":                          {func(m *made) { m.frames[0][ledger.SectionHead+20] ^= 1 }, 700},
		"a row of another role": {func(m *made) {
			m.rewrite(t, 400, func(rows []byte) { rows[3*ledger.RowLen+77] = byte(sekisho.Gate) })
		}, 403},
	} {
		m := ledgerOf(t)
		x.do(m)
		r := Verify(m.open(t), &m.signer.Verifier, nil)
		if len(r.Faults) == 0 {
			t.Errorf("%s: nothing was found", name)
		} else if f := r.Faults[0]; f.Stream != "0-reader-2" || f.Index != x.index {
			t.Errorf("%s: %v, want entry %d of 0-reader-2", name, f, x.index)
		}
	}
}

// What a witness signed must be what is there.
func TestCosigned(t *testing.T) {
	for name, x := range map[string]struct {
		note func(m *made) []byte
		bad  bool
	}{
		"the checkpoint itself":    {func(m *made) []byte { return m.fsys[Checkpoint].Data }, false},
		"one of more heads":        {func(m *made) []byte { return m.signer.Sign(9, ledger.Hash{1}) }, true},
		"another of the same size": {func(m *made) []byte { return m.signer.Sign(1, ledger.Hash{1}) }, true},
		"no note":                  {func(*made) []byte { return []byte("x") }, true},
		"by another key": {func(m *made) []byte {
			s, err := ledger.NewSigner("log.test.example", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32)))
			if err != nil {
				t.Fatal(err)
			}
			n, err := ledger.ParseNote(m.fsys[Checkpoint].Data)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ledger.ParseCheckpoint(n.Text)
			if err != nil {
				t.Fatal(err)
			}
			return s.Sign(c.Size, c.Root)
		}, true},
	} {
		m := ledgerOf(t)
		m.fsys[Cosigned] = &fstest.MapFile{Data: x.note(m)}
		if r := Verify(m.open(t), &m.signer.Verifier, nil); len(r.Faults) > 0 != x.bad {
			t.Errorf("%s: %v", name, r.Faults)
		}
	}
}

// rewrite makes a block anew with other rows.
func (m *made) rewrite(t *testing.T, first uint64, change func(rows []byte)) {
	name := Streams + "/0-reader-2/" + BlockName(first)
	k, err := block.Open(m.fsys[name].Data)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := k.Rows(nil)
	if err != nil {
		t.Fatal(err)
	}
	change(rows)
	b, err := block.Encode(k.Head, rows)
	if err != nil {
		t.Fatal(err)
	}
	m.fsys[name] = &fstest.MapFile{Data: b}
}

// FuzzBook reads a directory of which one file is anything.
func FuzzBook(f *testing.F) {
	m := ledgerOf(f)
	var names []string
	for n := range m.fsys {
		names = append(names, n)
	}
	for i, n := range names {
		f.Add(uint8(i), m.fsys[n].Data)
	}
	f.Add(uint8(len(names)), m.frames[0])
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		m := ledgerOf(t)
		i := int(which) % (len(names) + 1)
		same := false
		if i == len(names) {
			same = bytes.Equal(m.frames[0], data)
			m.frames[0] = data
		} else {
			same = bytes.Equal(m.fsys[names[i]].Data, data)
			m.fsys[names[i]] = &fstest.MapFile{Data: data}
		}
		b := m.open(t)
		r := Verify(b, &m.signer.Verifier, nil)
		if len(r.Faults) == 0 && !same && r.Entries != size {
			t.Fatalf("file %d changed, %d entries and no fault", i, r.Entries)
		}
	})
}

func FuzzSince(f *testing.F) {
	f.Add([]byte(`{"size":1,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	f.Fuzz(func(t *testing.T, b []byte) { ParseSince(b) })
}
