package office

import (
	"encoding/binary"
	"slices"
)

// book is the lock of a workbook of Excel 97 to 2003 ([MS-XLS] 2.2.10).
type book struct {
	*stream4
	c    *compound
	e    *entry
	data []byte
	pass int // where the record stands that says so
}

// Records that are not encrypted, and the one of sheets, whose first four bytes are not.
const (
	recBOF, recPass, recSheet = 0x809, 0x2f, 0x85
	recUsers, recLock         = 0x194, 0x195
	recInterface              = 0xe1
	recRevision, recHead      = 0x196, 0x138
)

func bookLock(c *compound, e *entry) lock {
	b := c.stream(e)
	for at := 0; at+4 <= len(b) && at < 4096; {
		kind, n := int(binary.LittleEndian.Uint16(b[at:])), int(binary.LittleEndian.Uint16(b[at+2:]))
		if kind == recPass && n >= 6 && at+4+n <= len(b) && binary.LittleEndian.Uint16(b[at+4:]) == 1 {
			if l := rc4Lock(b[at+6 : at+4+n]); l != nil {
				return &book{stream4: l, c: c, e: e, data: b, pass: at}
			}
			return nil
		}
		at += 4 + n
	}
	return nil
}

func (l *book) plain() []byte {
	open := l.open(l.data, 1024)
	for at := 0; at+4 <= len(open); {
		kind, n := int(binary.LittleEndian.Uint16(l.data[at:])), int(binary.LittleEndian.Uint16(l.data[at+2:]))
		keep := 4
		switch kind {
		case recBOF, recPass, recUsers, recLock, recInterface, recRevision, recHead:
			keep = 4 + n
		case recSheet:
			keep = 8
		}
		copy(open[at:min(at+keep, len(open))], l.data[at:])
		at += 4 + n
	}
	binary.LittleEndian.PutUint16(open[l.pass:], 0xffff) // a record that means nothing
	return l.c.with(map[*entry][]byte{l.e: open})
}

// paper is the lock of a document of Word 97 to 2003 ([MS-DOC] 2.2.6).
type paper struct {
	*stream4
	c     *compound
	main  *entry
	table *entry
	head  int // of the table stream, which is the lock itself
}

func wordLock(c *compound, e *entry) lock {
	b := c.stream(e)
	if len(b) < 68 || binary.LittleEndian.Uint16(b[10:])&0x0100 == 0 || binary.LittleEndian.Uint16(b[10:])&0x8000 != 0 {
		return nil
	}
	name := "0Table"
	if binary.LittleEndian.Uint16(b[10:])&0x0200 != 0 {
		name = "1Table"
	}
	t, n := c.named(name), int(binary.LittleEndian.Uint32(b[14:]))
	if t == nil {
		return nil
	}
	head := c.stream(t)
	if n < 4 || n > len(head) {
		return nil
	}
	if l := rc4Lock(head[:n]); l != nil {
		return &paper{stream4: l, c: c, main: e, table: t, head: n}
	}
	return nil
}

func (l *paper) plain() []byte {
	raw := l.c.stream(l.main)
	open := l.open(raw, 512)
	copy(open, raw[:68])
	binary.LittleEndian.PutUint16(open[10:], binary.LittleEndian.Uint16(open[10:])&^0x0100)
	out := map[*entry][]byte{l.main: open}
	raw = l.c.stream(l.table)
	open = l.open(raw, 512)
	copy(open, raw[:l.head])
	out[l.table] = open
	if e := l.c.named("Data"); e != nil {
		out[e] = l.open(l.c.stream(e), 512)
	}
	return l.c.with(out)
}

// with is the file with other contents of some of its streams, each of the same length.
func (c *compound) with(streams map[*entry][]byte) []byte {
	d := &compound{data: slices.Clone(c.data), shift: c.shift, fat: c.fat, minifat: c.minifat, cutoff: c.cutoff, dir: c.dir}
	for e, b := range streams {
		small := e.size < uint64(c.cutoff)
		n := e.start
		for count := 0; len(b) > 0 && count < len(c.data); count++ {
			var part []byte
			if small {
				part = d.small(n)
			} else if at := (uint64(n) + 1) << d.shift; at < uint64(len(d.data)) {
				part = d.data[at:min(at+1<<d.shift, uint64(len(d.data)))]
			}
			if part == nil {
				break
			}
			b = b[copy(part, b):]
			table := d.fat
			if small {
				table = d.minifat
			}
			if uint64(n) >= uint64(len(table)) {
				break
			}
			n = table[n]
		}
	}
	return d.data
}

// small is a sector of 64 bytes where it stands in the file; nil when it is not there.
func (c *compound) small(n uint32) []byte {
	at := uint64(n) * 64
	if at >= uint64(len(c.data)) {
		return nil
	}
	sector := c.dir[0].start
	for i := at >> c.shift; i > 0; i-- {
		if uint64(sector) >= uint64(len(c.fat)) {
			return nil
		}
		sector = c.fat[sector]
	}
	off := (uint64(sector)+1)<<c.shift + at&(1<<c.shift-1)
	if off+64 > uint64(len(c.data)) {
		return nil
	}
	return c.data[off : off+64]
}
