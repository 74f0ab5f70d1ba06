package disk

import (
	"bytes"
	"strings"
	"unicode/utf16"
)

// udf is a file system of DVDs (ECMA-167 and UDF 2.60).
type udf struct {
	*volume
	block int64
	parts []udfPart // by their number in the logical volume
	real  map[int64]udfPart
	seen  map[int64]bool
}

// udfPart is where a partition stands; one of metadata is a file in another.
type udfPart struct {
	at, size int64
	runs     []run
	unread   bool
}

// udf reads a UDF, if v is one.
func (v *volume) udf() {
	mark := v.table(32768, 6)
	if mark == nil || string(mark[1:6]) != "BEA01" && string(mark[1:6]) != "CD001" {
		return
	}
	for _, block := range []int64{2048, 512, 4096, 1024} {
		for _, at := range []int64{256, v.size/block - 257, v.size/block - 1, 512} {
			b := v.table(at*block, 512)
			if b == nil || le.Uint16(b) != 2 || !tagged(b) || int64(le.Uint32(b[12:])) != at {
				continue
			}
			u := &udf{volume: v, block: block, real: map[int64]udfPart{}, seen: map[int64]bool{}}
			if u.sequence(int64(le.Uint32(b[20:])), int64(le.Uint32(b[16:]))) || u.sequence(int64(le.Uint32(b[28:])), int64(le.Uint32(b[24:]))) {
				return
			}
		}
	}
}

// tagged says whether the sum of the first 16 bytes of a descriptor is right.
func tagged(b []byte) bool {
	sum := byte(0)
	for i, c := range b[:16] {
		if i != 4 {
			sum += c
		}
	}
	return sum == b[4]
}

// sequence reads the descriptors of the volume, and then its files.
func (u *udf) sequence(at, size int64) bool {
	var logical []byte
	for i := int64(0); i < min(size/u.block, 64); i++ {
		b := u.table((at+i)*u.block, u.block)
		if b == nil || !tagged(b) {
			break
		}
		switch le.Uint16(b) {
		case 5:
			u.real[int64(le.Uint16(b[22:]))] = udfPart{at: int64(le.Uint32(b[188:])) * u.block, size: int64(le.Uint32(b[192:])) * u.block}
		case 6:
			logical = b
		case 8:
			size = 0
		}
	}
	if logical == nil || len(u.real) == 0 {
		return false
	}
	u.m.found = true
	u.maps(logical)
	set := u.at(logical[248:264])
	if set == nil || le.Uint16(set) != 256 {
		u.m.note("unread", "the file set of the UDF is not there")
		return true
	}
	u.entry("", set[400:416], 0, true)
	return true
}

// maps reads which partitions the logical volume has.
func (u *udf) maps(b []byte) {
	m := b[440:]
	m = m[:min(int64(le.Uint32(b[264:])), int64(len(m)))]
	for len(m) >= 6 && int(m[1]) >= 6 && int(m[1]) <= len(m) && len(u.parts) < 16 {
		e := m[:m[1]]
		m = m[m[1]:]
		switch {
		case e[0] == 1:
			u.parts = append(u.parts, u.real[int64(le.Uint16(e[4:]))])
		case len(e) < 64:
			u.parts = append(u.parts, udfPart{unread: true})
		case bytes.HasPrefix(e[5:], []byte("*UDF Metadata Partition")):
			u.parts = append(u.parts, u.metadata(u.real[int64(le.Uint16(e[38:]))], int64(le.Uint32(e[40:]))))
		case bytes.HasPrefix(e[5:], []byte("*UDF Sparable Partition")):
			u.parts = append(u.parts, u.real[int64(le.Uint16(e[38:]))])
		default:
			u.m.note("unread", "a kind of partition of UDF that is not known")
			u.parts = append(u.parts, udfPart{unread: true})
		}
	}
}

// metadata finds the pieces of a partition that is a file of another.
func (u *udf) metadata(p udfPart, at int64) udfPart {
	own := &udf{volume: u.volume, block: u.block, parts: []udfPart{p}, seen: map[int64]bool{}}
	runs, size, _, _ := own.pieces(u.table(p.at+at*u.block, u.block), 0)
	return udfPart{size: size, runs: runs}
}

// place is where n bytes from block lbn of partition part stand; false when they are not in one piece or not there.
func (u *udf) place(part, lbn, n int64) (int64, bool) {
	if part >= int64(len(u.parts)) {
		return 0, false
	}
	p := u.parts[part]
	at := lbn * u.block
	if p.unread || at >= p.size {
		return 0, false
	}
	if p.runs == nil {
		return p.at + at, true
	}
	for _, r := range p.runs {
		if at < r.n {
			return r.at + at, r.at >= 0 && at+min(n, u.block) <= r.n
		}
		at -= r.n
	}
	return 0, false
}

// at reads the block that a long address leads to.
func (u *udf) at(address []byte) []byte {
	at, ok := u.place(int64(le.Uint16(address[8:])), int64(le.Uint32(address[4:])), u.block)
	if !ok {
		return nil
	}
	return u.table(at, u.block)
}

// entry reads a file or directory by its address.
func (u *udf) entry(path string, address []byte, depth int, dir bool) {
	b := u.at(address)
	runs, size, inline, kind := u.pieces(b, int64(le.Uint16(address[8:])))
	name := strings.TrimSuffix(path, "/")
	switch {
	case kind == 0:
		u.m.note("broken", "an entry of the UDF is not there: "+path)
	case kind == 4 || dir:
		u.directory(path, address, runs, inline, size, depth)
	case kind == 12:
		u.give(&File{Name: name, Link: u.link(runs, inline, size)})
	case inline != nil:
		u.give(&File{Name: name, Size: size, Reader: bytes.NewReader(inline)})
	default:
		u.file(name, size, runs)
	}
}

// pieces reads a file entry: where its content stands, or the content itself. kind is 0 where there is none.
func (u *udf) pieces(b []byte, part int64) (runs []run, size int64, inline []byte, kind byte) {
	if len(b) < 216 || !tagged(b) {
		return nil, 0, nil, 0
	}
	extra, long, start := int64(le.Uint32(b[168:])), int64(le.Uint32(b[172:])), int64(176)
	switch le.Uint16(b) {
	case 261:
	case 266:
		extra, long, start = int64(le.Uint32(b[208:])), int64(le.Uint32(b[212:])), 216
	default:
		return nil, 0, nil, 0
	}
	kind, size = b[27], int64(le.Uint64(b[56:]))
	start += extra
	if start > int64(len(b)) || size < 0 || kind == 0 {
		return nil, 0, nil, 0
	}
	list := b[start:min(start+long, int64(len(b)))]
	form := le.Uint16(b[34:]) & 7
	if form == 3 {
		return nil, min(size, int64(len(list))), append([]byte{}, list[:min(size, int64(len(list)))]...), kind
	}
	return u.addresses(list, form, part), size, nil, kind
}

// addresses reads a list of pieces, which can go on elsewhere.
func (u *udf) addresses(b []byte, form uint16, part int64) (runs []run) {
	step := map[uint16]int{0: 8, 1: 16, 2: 20}[form]
	for hops := 0; step > 0 && len(b) >= step && len(runs) < mostRuns; {
		e := b[:step]
		b = b[step:]
		n, kind, lbn, in := int64(le.Uint32(e)&(1<<30-1)), le.Uint32(e)>>30, int64(le.Uint32(e[4:])), part
		if form == 1 {
			in = int64(le.Uint16(e[8:]))
		} else if form == 2 {
			lbn, in = int64(le.Uint32(e[12:])), int64(le.Uint16(e[16:]))
		}
		if n == 0 {
			break
		}
		at, ok := u.place(in, lbn, n)
		switch {
		case kind == 3:
			next := u.table(at, u.block)
			if hops++; !ok || hops > 1000 || next == nil || le.Uint16(next) != 258 {
				return runs
			}
			b = next[24:min(24+int64(le.Uint32(next[20:])), int64(len(next)))]
		case kind != 0:
			runs = extend(runs, -1, n)
		case !ok:
			return runs
		default:
			runs = extend(runs, at, n)
		}
	}
	return runs
}

// directory reads the names of a directory (ECMA-167 4/14.4).
func (u *udf) directory(path string, address []byte, runs []run, inline []byte, size int64, depth int) {
	id := int64(le.Uint16(address[8:]))<<32 | int64(le.Uint32(address[4:]))
	if depth > mostDepth || u.seen[id] || u.m.over {
		return
	}
	u.seen[id] = true
	b := inline
	if b == nil {
		b = u.all(runs, size)
	}
	for len(b) >= 38 && le.Uint16(b) == 257 && !u.m.over {
		traits, name, use := b[18], int(b[19]), int(le.Uint16(b[36:]))
		if 38+use+name > len(b) {
			u.m.note("broken", "a directory of the UDF is cut: "+path)
			return
		}
		if traits&0x0c == 0 {
			dir := traits&2 != 0
			to := path + dstring(b[38+use:38+use+name])
			if dir {
				to += "/"
			}
			u.entry(to, b[20:36], depth+1, dir)
		}
		b = b[min((38+use+name+3)&^3, len(b)):]
	}
}

// dstring is a text of UDF: its first byte says how wide the letters are.
func dstring(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	var u []uint16
	switch b[0] {
	case 16, 255:
		for p := b[1:]; len(p) >= 2; p = p[2:] {
			u = append(u, be.Uint16(p))
		}
	default:
		for _, c := range b[1:] {
			u = append(u, uint16(c))
		}
	}
	return strings.ReplaceAll(string(utf16.Decode(u)), "/", "_")
}

// link is where a symbolic link leads.
func (u *udf) link(runs []run, inline []byte, size int64) string {
	b := inline
	if b == nil {
		b = u.all(runs, min(size, 4096))
	}
	var parts []string
	for len(b) >= 4 && len(b) >= 4+int(b[1]) {
		switch b[0] {
		case 2:
			parts = append(parts, "")
		case 3:
			parts = append(parts, "..")
		case 5:
			parts = append(parts, dstring(b[4:4+int(b[1])]))
		}
		b = b[4+int(b[1]):]
	}
	return strings.Join(parts, "/")
}
