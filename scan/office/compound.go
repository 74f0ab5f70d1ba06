package office

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// compound is a compound file: a small file system in a file ([MS-CFB]).
type compound struct {
	data    []byte
	shift   uint // log2 of the size of a sector
	fat     []uint32
	minifat []uint32
	mini    []byte // the stream that holds the small streams
	cutoff  uint32
	dir     []entry
}

// entry is one stream or storage.
type entry struct {
	name        string
	kind        byte // 1 storage, 2 stream, 5 root
	left, right uint32
	child       uint32
	start       uint32
	size        uint64
	class       string // of a storage or the root, as it stands there
	path        string // names of the storages above, each with a slash behind it
}

const magicCompound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// endOfChain and all higher numbers are no sectors.
const endOfChain = 0xfffffffa

// openCompound reads the tables of data; nil when they make no sense.
func openCompound(data []byte) *compound {
	if len(data) < 512 || !bytes.HasPrefix(data, []byte(magicCompound)) {
		return nil
	}
	le := binary.LittleEndian
	c := &compound{data: data, shift: uint(le.Uint16(data[30:])), cutoff: le.Uint32(data[56:])}
	if c.shift != 9 && c.shift != 12 {
		return nil
	}
	c.readFAT()
	dir := c.chain(c.fat, le.Uint32(data[48:]), uint64(len(data)))
	for i := 0; i+128 <= len(dir) && len(c.dir) < 20000; i += 128 {
		c.dir = append(c.dir, newEntry(dir[i:i+128]))
	}
	if len(c.dir) == 0 {
		return nil
	}
	c.mini = c.chain(c.fat, c.dir[0].start, c.dir[0].size)
	m := c.chain(c.fat, le.Uint32(data[60:]), uint64(len(data)))
	for i := 0; i+4 <= len(m); i += 4 {
		c.minifat = append(c.minifat, le.Uint32(m[i:]))
	}
	c.paths()
	return c
}

// sector is the content of one sector; shorter or empty at the end of the file.
func (c *compound) sector(n uint32) []byte {
	at := (uint64(n) + 1) << c.shift
	if at >= uint64(len(c.data)) {
		return nil
	}
	return c.data[at:min(at+1<<c.shift, uint64(len(c.data)))]
}

// readFAT reads the table that chains the sectors, by the list of its own sectors.
func (c *compound) readFAT() {
	le := binary.LittleEndian
	most := len(c.data)>>c.shift + 1
	list := c.data[76:512]
	next := le.Uint32(c.data[68:])
	for rounds := 0; rounds <= most; rounds++ {
		for i := 0; i+4 <= len(list) && len(c.fat) <= most; i += 4 {
			n := le.Uint32(list[i:])
			if n >= endOfChain {
				continue
			}
			s := c.sector(n)
			for k := 0; k+4 <= len(s); k += 4 {
				c.fat = append(c.fat, le.Uint32(s[k:]))
			}
		}
		if next >= endOfChain {
			return
		}
		s := c.sector(next)
		if len(s) < 1<<c.shift {
			return
		}
		list, next = s[:len(s)-4], le.Uint32(s[len(s)-4:])
	}
}

// chain puts together the sectors that fat chains from start on; size bytes at most.
func (c *compound) chain(fat []uint32, start uint32, size uint64) []byte {
	var out []byte
	for n := start; n < endOfChain && uint64(len(out)) < size && len(out) <= len(c.data); {
		s := c.sector(n)
		if len(s) == 0 {
			break
		}
		out = append(out, s...)
		if int(n) >= len(fat) {
			break
		}
		n = fat[n]
	}
	return out[:min(uint64(len(out)), size)]
}

// stream is the content of a stream.
func (c *compound) stream(e *entry) []byte {
	if e.size >= uint64(c.cutoff) {
		return c.chain(c.fat, e.start, e.size)
	}
	var out []byte
	for n := e.start; n < endOfChain && uint64(len(out)) < e.size && len(out) <= len(c.mini); {
		at := uint64(n) << 6
		if at >= uint64(len(c.mini)) {
			break
		}
		out = append(out, c.mini[at:min(at+64, uint64(len(c.mini)))]...)
		if int(n) >= len(c.minifat) {
			break
		}
		n = c.minifat[n]
	}
	return out[:min(uint64(len(out)), e.size)]
}

func newEntry(b []byte) entry {
	le := binary.LittleEndian
	n := min(int(le.Uint16(b[64:])), 64)
	var u []uint16
	for i := 0; i+2 < n; i += 2 {
		u = append(u, le.Uint16(b[i:]))
	}
	return entry{name: string(utf16.Decode(u)), kind: b[66], class: string(b[80:96]), left: le.Uint32(b[68:]), right: le.Uint32(b[72:]),
		child: le.Uint32(b[76:]), start: le.Uint32(b[116:]), size: uint64(le.Uint32(b[120:]))}
}

// paths writes to each entry where it stands. What the tree does not reach keeps an empty path.
func (c *compound) paths() {
	seen := make([]bool, len(c.dir))
	type step struct {
		n    uint32
		path string
	}
	todo := []step{{c.dir[0].child, ""}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if uint64(s.n) >= uint64(len(c.dir)) || seen[s.n] {
			continue
		}
		seen[s.n] = true
		e := &c.dir[s.n]
		e.path = s.path
		todo = append(todo, step{e.left, s.path}, step{e.right, s.path})
		if e.kind == 1 && len(s.path) < 500 {
			todo = append(todo, step{e.child, s.path + e.name + "/"})
		}
	}
}
