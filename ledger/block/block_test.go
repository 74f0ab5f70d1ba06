package block

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"sekisho"
	"sekisho/ledger"
)

// usual makes rows as sessions of people leave them.
func usual(r *rand.Rand, n int) []byte {
	type session struct{ id, account, contract, address, object uint64 }
	login := func() session {
		a := r.Uint64N(4_000_000)
		return session{1722643200000<<20 + r.Uint64N(1<<22), a, a / 600, r.Uint64(), r.Uint64N(1 << 30)}
	}
	live := make([]session, 512)
	for i := range live {
		live[i] = login()
	}
	var rows []byte
	now := uint64(1722643200000)
	for i := range n {
		s := &live[r.IntN(len(live))]
		now += r.Uint64N(400)
		e := ledger.Entry{Time: now, Kind: ledger.Opening, Role: sekisho.Reader, Process: sekisho.Instance(7 + i/20000), Class: sekisho.ClassBody,
			Contract: sekisho.ContractID(s.contract), Account: sekisho.AccountID(s.account), Session: sekisho.SessionID(s.id), Object: s.object,
			Count: 1, Bytes: 2000 << r.IntN(7), Address: s.address}
		if r.IntN(3) == 0 {
			e.Class, e.Count, e.Bytes = sekisho.ClassHeader, 1+uint32(r.IntN(50)), 1500+r.Uint64N(1000)
		}
		s.object += uint64(e.Count)
		if rows = e.Row(rows); r.IntN(32) == 0 {
			*s = login()
		}
	}
	return rows
}

// wild makes rows of any numbers at all.
func wild(r *rand.Rand, n int) []byte {
	rows := make([]byte, n*ledger.RowLen)
	for i := range rows {
		rows[i] = byte(r.Uint32())
	}
	return rows
}

func head() Head {
	h := Head{Stream: ledger.Stream{Node: 65535, Role: sekisho.Reader, Cell: 3}, First: 1<<40 + 7}
	for i := range h.Key {
		h.Key[i] = byte(i + 1)
	}
	return h
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var e Encoder
	var again Block
	for name, rows := range map[string][]byte{"one": usual(r, 1), "few": usual(r, 3), "usual": usual(r, 10_000), "full": usual(r, Max),
		"wild": wild(r, 5000), "wild one": wild(r, 1), "zero": make([]byte, 700*ledger.RowLen), "ones": bytes.Repeat([]byte{255}, 300*ledger.RowLen),
		"many acts": wild(r, Max)} {
		b, err := Encode(head(), rows)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if reused, err := e.Encode([]byte("before"), head(), rows); err != nil || !bytes.Equal(reused[6:], b) {
			t.Fatalf("%s: an encoder used before writes other bytes, %v", name, err)
		}
		got, err := Open(b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Head != head() || got.Len() != len(rows)/ledger.RowLen {
			t.Fatalf("%s: head came back as %+v", name, got.Head)
		}
		back, err := got.Rows(nil)
		if err != nil || !bytes.Equal(back, rows) {
			t.Fatalf("%s: rows differ, %v", name, err)
		}
		if err := again.Reset(bytes.NewReader(b), int64(len(b))); err != nil {
			t.Fatal(err)
		}
		if back, err := again.Rows(back[:0]); err != nil || !bytes.Equal(back, rows) {
			t.Fatalf("%s: rows differ when a block is used again, %v", name, err)
		}
		t.Logf("%-10s %6d rows, %.2f bytes a row", name, got.Len(), float64(len(b))/float64(got.Len()))
	}
}

// Every field by itself must come back at its full width, in any order of times.
func TestEachField(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for at := range ledger.RowLen {
		rows := bytes.Repeat(usual(r, 1), 200)
		for i := range 200 {
			rows[i*ledger.RowLen+at] = byte(r.Uint32())
		}
		b, err := Encode(head(), rows)
		if err != nil {
			t.Fatal(err)
		}
		x, err := Open(b)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := x.Rows(nil); err != nil || !bytes.Equal(back, rows) {
			t.Fatalf("byte %d of rows is lost: %v", at, err)
		}
	}
}

func TestWrongInput(t *testing.T) {
	row := make([]byte, ledger.RowLen)
	for name, f := range map[string]func() ([]byte, error){
		"no rows":  func() ([]byte, error) { return Encode(head(), nil) },
		"half row": func() ([]byte, error) { return Encode(head(), row[:40]) },
		"too many": func() ([]byte, error) { return Encode(head(), bytes.Repeat(row, Max+1)) },
		"past end": func() ([]byte, error) { return Encode(Head{First: 1<<64 - 1}, row) },
	} {
		if b, err := f(); err == nil {
			t.Errorf("%s: a block of %d bytes", name, len(b))
		}
	}
}

// Whatever byte is changed, and wherever the block is cut, reading says so.
func TestDamage(t *testing.T) {
	good, err := Encode(head(), usual(rand.New(rand.NewPCG(5, 6)), 60))
	if err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) error {
		x, err := Open(b)
		if err != nil {
			return err
		}
		_, err = x.Rows(nil)
		return err
	}
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		if err := read(bad); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
		if err := read(good[:i]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut after %d bytes: %v", i, err)
		}
	}
	var x Block
	if err := x.Reset(bytes.NewReader(good), int64(len(good))); err != nil {
		t.Fatal(err)
	}
	x.src = bytes.NewReader(good[:len(good)-3]) // the file shrinks while it is read
	if _, err := x.Rows(nil); !errors.Is(err, io.EOF) {
		t.Fatalf("shrunk file: %v", err)
	}
}

// FuzzOpen reads anything, also with the checksums put right, so that the decoders themselves are reached.
func FuzzOpen(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, rows := range [][]byte{usual(r, 40), wild(r, 5), make([]byte, ledger.RowLen)} {
		b, err := Encode(head(), rows)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, b := range [][]byte{b, righted(b)} {
			x, err := Open(b)
			if err != nil {
				continue
			}
			rows, err := x.Rows(nil)
			if err != nil {
				continue
			}
			if len(rows) != x.Len()*ledger.RowLen {
				t.Fatalf("%d bytes of %d rows", len(rows), x.Len())
			}
			again, err := Encode(x.Head, rows)
			if err != nil {
				t.Fatal(err)
			}
			y, err := Open(again)
			if err != nil {
				t.Fatal(err)
			}
			if back, err := y.Rows(nil); err != nil || !bytes.Equal(back, rows) {
				t.Fatalf("rows that were read do not come back: %v", err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	rows := usual(rand.New(rand.NewPCG(1, 2)), Max)
	var e Encoder
	var out []byte
	for b.Loop() {
		out, _ = e.Encode(out[:0], head(), rows)
	}
	b.ReportMetric(float64(b.N)*Max/b.Elapsed().Seconds()/1e6, "Mrows/s")
	b.ReportMetric(float64(len(out))/Max, "B/row")
}

func BenchmarkRows(b *testing.B) {
	block, _ := Encode(head(), usual(rand.New(rand.NewPCG(1, 2)), Max))
	var x Block
	var rows []byte
	for b.Loop() {
		if err := x.Reset(bytesAtReader(block), int64(len(block))); err != nil {
			b.Fatal(err)
		}
		rows, _ = x.Rows(rows[:0])
	}
	b.ReportMetric(float64(b.N)*Max/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

// BenchmarkScan decodes what a question about one session needs of a block in which it occurs.
func BenchmarkScan(b *testing.B) {
	block, _ := Encode(head(), usual(rand.New(rand.NewPCG(1, 2)), Max))
	var x Block
	hits := 0
	for b.Loop() {
		if err := x.Reset(bytesAtReader(block), int64(len(block))); err != nil {
			b.Fatal(err)
		}
		session, _ := x.Field(Session)
		want := make([]bool, len(session))
		want[len(want)/2] = true
		who, _ := x.Who()
		x.What()
		for _, w := range who {
			if want[w] {
				hits++
			}
		}
	}
	b.ReportMetric(float64(b.N)*Max/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
