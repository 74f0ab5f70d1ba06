// Package block stores ledger rows in columns: at most 65,536 consecutive rows of one stream, each column packed alone, so
// that a question decodes only what it needs.
//
// What a row says of who asked (session, address, process, contract, account, actor) hardly changes from row to row of one
// session. So a block has a dictionary of these six together, sorted, and one code per row; a question about sessions,
// addresses or accounts is answered by the dictionary first, and most blocks end there. Kind, role, class and flags are a
// second dictionary. Times are differences; objects are differences to what the same session would open next; counts and
// sizes are packed apart for each kind and class. No general compressor is used: vault writes blocks, and its code is kept
// small.
//
// Nothing is cut: every field keeps its full width. What is damaged is an error that names the column; no input makes the
// reader panic or take more memory than a full block needs.
package block

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"

	"sekisho"
	"sekisho/ledger"
)

// Max is the most rows of a block.
const Max = 1 << 16

// Head is what a block says of itself: its stream, the number of its first row in it, and the key from which the blinds of
// its leaves are made.
type Head struct {
	Stream ledger.Stream
	First  uint64
	Key    [32]byte
}

// Field is one column of the dictionary of who asked.
type Field int

// The fields of who asked.
const (
	Session Field = iota
	Address
	Process
	Contract
	Account
	Actor
	Fields
)

// column is one column of a block, in file order: dictionaries first, since most questions end with them.
type column int

const (
	baseAt   = column(Fields) + iota // first object of each asker; the six Fields stand before it
	whatAt                           // kind, role, class, flags
	whoCode                          // one per row
	whatCode                         // one per row
	timeAt                           // one per row
	objectAt                         // difference to the expected one, by what
	countAt                          // by what
	bytesAt                          // by what
	columns
)

var names = [columns]string{"session", "address", "process", "contract", "account", "actor", "first object", "what", "who code", "what code",
	"time", "object", "count", "bytes"}

const (
	magic = "skblock1"
	fixed = len(magic) + 2 + 1 + 2 + 8 + 32 + 4 + 8 + 8 + 4 + 4
	// HeadLen is the length of the head with the index of the columns.
	HeadLen = fixed + int(columns)*8 + 4
	// mostLen bounds a block: more than the worst rows need.
	mostLen = 16 << 20
)

// ErrDamaged means that bytes are no block, or not any more.
var ErrDamaged = errors.New("block: damaged")

func damaged(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, a...))
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) } // the library keeps one

// What is what a row says of the act.
type What struct {
	Kind  ledger.Kind
	Role  sekisho.Role
	Class sekisho.Class
	Flags uint8
}

// Block is an opened block. Its methods decode a column at the first call and keep it until Reset; what they return
// belongs to the block. A Block is used by one goroutine.
type Block struct {
	Head
	TimeMin, TimeMax uint64 // of all rows, whatever their order
	src              io.ReaderAt
	raw              []byte
	n, whos, whats   int
	at               [columns + 1]int64
	sum              [columns]uint32

	field  [Fields + 1][]uint64 // and the first objects
	what   []What
	code   [2][]uint16
	number [4][]uint64 // time, object, count, bytes
	have   [columns]bool
	decode unpacker
}

// Open reads the head of a block.
func Open(b []byte) (*Block, error) {
	out := new(Block)
	return out, out.Reset(bytesAtReader(b), int64(len(b)))
}

// bytesAtReader reads from memory without a copy.
type bytesAtReader []byte

// ReadAt is io.ReaderAt's.
func (b bytesAtReader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Reset makes b the block that lies in r, size bytes long, and reads its head. r must stay readable as long as b is used.
// Memory of the block before is used again.
func (b *Block) Reset(r io.ReaderAt, size int64) error {
	b.src, b.have = r, [columns]bool{}
	if size < int64(HeadLen) || size > mostLen {
		return damaged("%d bytes: a block has %d to %d", size, HeadLen, mostLen)
	}
	h, err := b.read(0, HeadLen)
	if err != nil {
		return err
	}
	if string(h[:len(magic)]) != magic {
		return damaged("it does not begin as a block does")
	}
	le := binary.LittleEndian
	if le.Uint32(h[HeadLen-4:]) != crc32.Checksum(h[:HeadLen-4], castagnoli()) {
		return damaged("head: checksum")
	}
	sums := h[fixed : HeadLen-4]
	h = h[len(magic):]
	b.Stream = ledger.Stream{Node: le.Uint16(h), Role: sekisho.Role(h[2]), Cell: le.Uint16(h[3:])}
	b.First, b.Key = le.Uint64(h[5:]), [32]byte(h[13:45])
	h = h[45:]
	n, whos, whats := le.Uint32(h), le.Uint32(h[20:]), le.Uint32(h[24:])
	b.TimeMin, b.TimeMax = le.Uint64(h[4:]), le.Uint64(h[12:])
	if n == 0 || n > Max || whos == 0 || whos > n || whats == 0 || whats > n || b.TimeMin > b.TimeMax || b.First+uint64(n) < b.First {
		return damaged("head: %d rows from %d on, %d askers, %d acts", n, b.First, whos, whats)
	}
	b.n, b.whos, b.whats = int(n), int(whos), int(whats)
	b.at[0] = int64(HeadLen)
	for c := range columns {
		b.at[c+1] = b.at[c] + int64(le.Uint32(sums[c*8:]))
		b.sum[c] = le.Uint32(sums[c*8+4:])
	}
	if b.at[columns] != size {
		return damaged("%d bytes, the head says %d", size, b.at[columns])
	}
	return nil
}

// Len is the number of rows.
func (b *Block) Len() int { return b.n }

// Whos is the number of different askers.
func (b *Block) Whos() int { return b.whos }

func (b *Block) read(at int64, n int) ([]byte, error) {
	if m, ok := b.src.(bytesAtReader); ok {
		return m[at : at+int64(n)], nil
	}
	if cap(b.raw) < n {
		b.raw = make([]byte, n)
	}
	p := b.raw[:n]
	if k, err := b.src.ReadAt(p, at); k < n {
		return nil, fmt.Errorf("%w: %d of %d bytes at %d: %w", ErrDamaged, k, n, at, err)
	}
	return p, nil
}

// column reads the bytes of a column and checks them.
func (b *Block) column(c column) ([]byte, error) {
	p, err := b.read(b.at[c], int(b.at[c+1]-b.at[c]))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", names[c], err)
	}
	if crc32.Checksum(p, castagnoli()) != b.sum[c] {
		return nil, damaged("%s: checksum", names[c])
	}
	return p, nil
}

// Field is one field of each asker; askers are sorted by session, then by the other fields.
func (b *Block) Field(f Field) ([]uint64, error) {
	c := column(f)
	if b.have[c] {
		return b.field[f], nil
	}
	p, err := b.column(c)
	if err != nil {
		return nil, err
	}
	if b.field[f], err = b.decode.all(p, b.whos, b.field[f]); err != nil {
		return nil, damaged("%s: %v", names[c], err)
	}
	b.have[c] = true
	return b.field[f], nil
}

// Acts are the different acts.
func (b *Block) Acts() ([]What, error) {
	if b.have[whatAt] {
		return b.what, nil
	}
	p, err := b.column(whatAt)
	if err != nil {
		return nil, err
	}
	if len(p) != 4*b.whats {
		return nil, damaged("%s: %d bytes for %d acts", names[whatAt], len(p), b.whats)
	}
	b.what = b.what[:0]
	for ; len(p) > 0; p = p[4:] {
		b.what = append(b.what, What{ledger.Kind(p[0]), sekisho.Role(p[1]), sekisho.Class(p[2]), p[3]})
	}
	b.have[whatAt] = true
	return b.what, nil
}

// Who is the asker of each row: an index into the fields.
func (b *Block) Who() ([]uint16, error) { return b.codes(whoCode, b.whos) }

// What is the act of each row: an index into Acts.
func (b *Block) What() ([]uint16, error) { return b.codes(whatCode, b.whats) }

func (b *Block) codes(c column, most int) ([]uint16, error) {
	out := &b.code[c-whoCode]
	if b.have[c] {
		return *out, nil
	}
	p, err := b.column(c)
	if err != nil {
		return nil, err
	}
	if *out, err = b.decode.codes(p, b.n, most, *out); err != nil {
		return nil, damaged("%s: %v", names[c], err)
	}
	b.have[c] = true
	return *out, nil
}

// Times are the times of the rows, milliseconds since 1970.
func (b *Block) Times() ([]uint64, error) {
	out := &b.number[0]
	if b.have[timeAt] {
		return *out, nil
	}
	p, err := b.column(timeAt)
	if err != nil {
		return nil, err
	}
	if *out, err = b.decode.all(p, b.n, *out); err != nil {
		return nil, damaged("%s: %v", names[timeAt], err)
	}
	b.have[timeAt] = true
	return *out, nil
}

// Counts are the counts of the rows, at most 32 bits each.
func (b *Block) Counts() ([]uint64, error) {
	v, err := b.byWhat(countAt)
	if err != nil {
		return nil, err
	}
	for i, x := range v {
		if x > 1<<32-1 {
			return nil, damaged("%s: row %d: %d", names[countAt], i, x)
		}
	}
	return v, nil
}

// Bytes are the sizes of the rows.
func (b *Block) Bytes() ([]uint64, error) { return b.byWhat(bytesAt) }

// byWhat decodes a column that is packed apart for each act.
func (b *Block) byWhat(c column) ([]uint64, error) {
	out := &b.number[c-timeAt]
	if b.have[c] {
		return *out, nil
	}
	what, err := b.What()
	if err != nil {
		return nil, err
	}
	p, err := b.column(c)
	if err != nil {
		return nil, err
	}
	if *out, err = b.decode.parts(p, what, b.whats, *out); err != nil {
		return nil, damaged("%s: %v", names[c], err)
	}
	b.have[c] = true
	return *out, nil
}

// Objects are the first objects of the rows.
func (b *Block) Objects() ([]uint64, error) {
	if b.have[objectAt] {
		return b.number[1], nil
	}
	who, err := b.Who()
	if err != nil {
		return nil, err
	}
	counts, err := b.Counts()
	if err != nil {
		return nil, err
	}
	base, err := b.Field(Fields)
	if err != nil {
		return nil, err
	}
	v, err := b.byWhat(objectAt)
	if err != nil {
		return nil, err
	}
	next := append(b.decode.next[:0], base...)
	b.decode.next = next
	for i := range v {
		w := who[i]
		v[i] = next[w] + unzigzag(v[i])
		next[w] = v[i] + counts[i]
	}
	return v, nil
}

// Rows appends the canonical rows to dst. It also checks what the head says of them, so that whoever has compared the rows
// with the tree may trust the head.
func (b *Block) Rows(dst []byte) ([]byte, error) {
	var f [Fields][]uint64
	var err error
	for k := range f {
		if f[k], err = b.Field(Field(k)); err != nil {
			return nil, err
		}
	}
	who, err1 := b.Who()
	what, err2 := b.What()
	acts, err3 := b.Acts()
	times, err4 := b.Times()
	objects, err5 := b.Objects()
	counts, err6 := b.Counts()
	sizes, err7 := b.Bytes()
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return nil, err
	}
	low, high := times[0], times[0]
	for i, w := range who {
		low, high = min(low, times[i]), max(high, times[i])
		a := acts[what[i]]
		dst = ledger.Entry{Time: times[i], Kind: a.Kind, Role: a.Role, Class: a.Class, Flags: a.Flags,
			Session: sekisho.SessionID(f[Session][w]), Address: f[Address][w], Process: sekisho.Instance(f[Process][w]),
			Contract: sekisho.ContractID(f[Contract][w]), Account: sekisho.AccountID(f[Account][w]), Actor: f[Actor][w],
			Object: objects[i], Count: uint32(counts[i]), Bytes: sizes[i]}.Row(dst)
	}
	if low != b.TimeMin || high != b.TimeMax {
		return nil, damaged("head: times from %d to %d, the rows have %d to %d", b.TimeMin, b.TimeMax, low, high)
	}
	return dst, nil
}

func zigzag(d uint64) uint64   { return d<<1 ^ uint64(int64(d)>>63) }
func unzigzag(z uint64) uint64 { return z>>1 ^ -(z & 1) }

func width(v uint64) int { return bits.Len64(v) }
