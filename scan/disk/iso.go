package disk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// iso is one directory tree of a CD.
type iso struct {
	*volume
	block int64
	wide  bool // Joliet
	skip  int  // bytes before the entries of Rock Ridge
	seen  map[int64]bool
}

// record is one entry of a directory (ECMA-119 9.1).
type record struct {
	name, link string
	at, size   int64
	flags      byte
}

// iso reads all directory trees of a CD, that with the longest names first: Windows and others show one of them each.
func (v *volume) iso() {
	var trees []*iso
	var roots []record
	for sector := int64(16); sector < 64; sector++ {
		b := v.table(sector*2048, 2048)
		if b == nil || string(b[1:6]) != "CD001" && string(b[1:6]) != "CDW02" || b[0] == 255 {
			break
		}
		if b[0] != 1 && b[0] != 2 {
			continue
		}
		t := &iso{volume: v, block: int64(le.Uint16(b[128:])), seen: map[int64]bool{}}
		if t.block != 512 && t.block != 1024 && t.block != 2048 {
			t.block = 2048
		}
		t.wide = b[0] == 2 && b[88] == '%' && b[89] == '/'
		root, _, ok := t.record(b[156:190])
		if !ok {
			v.m.note("broken", "a volume of the CD has no root")
			continue
		}
		v.m.found = true
		if t.wide {
			trees, roots = slices.Insert(trees, 0, t), slices.Insert(roots, 0, root)
		} else {
			trees, roots = append(trees, t), append(roots, root)
		}
	}
	for i, t := range trees {
		t.directory("", roots[i], 0)
	}
}

// directory reads a directory and what is below it.
func (t *iso) directory(path string, r record, depth int) {
	if depth > mostDepth || t.seen[r.at] || t.m.over {
		return
	}
	t.seen[r.at] = true
	b := t.table(r.at, min(r.size, mostOnce))
	if b == nil {
		t.m.note("broken", "a directory is not in the image: "+path)
		return
	}
	var pieces []run
	size := int64(0)
	for at := 0; at < len(b) && !t.m.over; {
		if b[at] == 0 { // no entry crosses the end of a sector
			at = (at/2048 + 1) * 2048
			continue
		}
		n := int(b[at])
		if n < 34 || at+n > len(b) {
			t.m.note("broken", "an entry of a directory makes no sense: "+path)
			return
		}
		e, child, ok := t.record(b[at : at+n])
		at += n
		switch {
		case !ok || e.name == "\x00" || e.name == "\x01":
			if depth == 0 && e.name == "\x00" {
				t.rock(b[:n])
			}
		case child > 0: // a directory that was moved because it stood too deep
			t.moved(path+e.name+"/", child, depth)
		case e.flags&2 != 0:
			t.directory(path+e.name+"/", e, depth+1)
		case e.link != "":
			t.give(&File{Name: path + e.name, Link: e.link})
		default:
			pieces, size = append(pieces, run{e.at, e.size}), size+e.size
			if e.flags&0x80 == 0 || len(pieces) > 1000 { // the last piece of the file
				t.file(path+e.name, size, pieces)
				pieces, size = nil, 0
			}
		}
	}
}

// moved reads a directory that stands elsewhere; its own first entry says how long it is.
func (t *iso) moved(path string, at int64, depth int) {
	if b := t.table(at, 34); b != nil {
		if r, _, ok := t.record(b); ok {
			t.directory(path, r, depth+1)
		}
	}
}

// record reads one entry. child is where a directory that was moved stands.
func (t *iso) record(b []byte) (r record, child int64, ok bool) {
	n := int(b[32])
	if 33+n > len(b) {
		return r, 0, false
	}
	at, size := le.Uint32(b[2:]), le.Uint32(b[10:])
	r = record{at: (int64(at) + int64(b[1])) * t.block, size: int64(size), flags: b[25], name: string(b[33 : 33+n])}
	if at != be.Uint32(b[6:]) || size != be.Uint32(b[14:]) {
		t.m.note("conflict", fmt.Sprintf("a file of the CD has two places: %d and %d, %d and %d bytes", at, be.Uint32(b[6:]), size, be.Uint32(b[14:])))
	}
	if n == 1 && b[33] <= 1 {
		return r, 0, true
	}
	if t.wide {
		u := make([]uint16, 0, n/2)
		for p := b[33 : 33+n]; len(p) >= 2; p = p[2:] {
			u = append(u, be.Uint16(p))
		}
		r.name = string(utf16.Decode(u))
	}
	if i := strings.LastIndexByte(r.name, ';'); i > 0 {
		r.name = r.name[:i]
	}
	r.name = strings.TrimSuffix(r.name, ".")
	if !t.wide {
		child = t.susp(&r, b[33+n+(1-n&1):], 0)
	}
	r.name = strings.ToValidUTF8(strings.ReplaceAll(r.name, "/", "_"), "?")
	return r, child, true
}

// rock looks in the first entry of the root for how many bytes stand before the entries of Rock Ridge.
func (t *iso) rock(b []byte) {
	if len(b) >= 34+7 && string(b[34:36]) == "SP" {
		t.skip = int(b[40])
	}
}

// susp reads what stands behind an entry: the name and the link of Rock Ridge (RRIP 4.1), perhaps in another place.
func (t *iso) susp(r *record, b []byte, depth int) (child int64) {
	name, named := "", false
	var link strings.Builder
	if depth == 0 && t.skip < len(b) {
		b = b[t.skip:]
	}
	for len(b) >= 4 && depth < 8 {
		n := int(b[2])
		if n < 4 || n > len(b) {
			break
		}
		e := b[:n]
		b = b[n:]
		switch {
		case string(e[:2]) == "NM" && n >= 5 && e[4]&6 == 0:
			name, named = name+string(e[5:]), true
		case string(e[:2]) == "SL" && n >= 5:
			components(&link, e[5:])
		case string(e[:2]) == "CL" && n >= 12:
			child = int64(le.Uint32(e[4:])) * t.block
		case string(e[:2]) == "ZF":
			t.m.note("unread", "a file is packed: "+r.name)
		case string(e[:2]) == "CE" && n >= 28:
			b = append(slices.Clone(b), t.table(int64(le.Uint32(e[4:]))*t.block+int64(le.Uint32(e[12:])), min(int64(le.Uint32(e[20:])), 64<<10))...)
			depth++
		}
	}
	if named && name != "" {
		r.name = name
	}
	r.link = link.String()
	return child
}

// components adds the parts of a symbolic link.
func components(link *strings.Builder, b []byte) {
	for len(b) >= 2 && len(b) >= 2+int(b[1]) && link.Len() < 1000 {
		if s := link.String(); s != "" && !strings.HasSuffix(s, "/") {
			link.WriteByte('/')
		}
		switch {
		case b[0]&2 != 0:
			link.WriteString(".")
		case b[0]&4 != 0:
			link.WriteString("..")
		case b[0]&8 != 0:
			link.WriteString("/")
		default:
			link.Write(b[2 : 2+int(b[1])])
		}
		b = b[2+int(b[1]):]
	}
}
