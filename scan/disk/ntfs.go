package disk

import (
	"bytes"
	"slices"
	"sort"
)

// ntfs is a file system of Windows: everything is a record of one table, which is a file itself.
type ntfs struct {
	*volume
	cluster, record int64
	nodes           map[uint64]*node
}

// node is one file or directory.
type node struct {
	name    string
	posix   bool // the name is not the one that people see
	parent  uint64
	dir     bool
	streams map[string]*stream
}

// stream is the content of a file, or one of its hidden ones.
type stream struct {
	size   int64
	inline []byte
	pieces []piece
	flags  uint16
}

// piece is a part of a stream that begins with a cluster of it.
type piece struct {
	first int64
	runs  []run
}

// mostRecords bounds the files of one NTFS.
const mostRecords = 1 << 16

// ntfs reads an NTFS.
func (v *volume) ntfs(boot []byte) {
	sector, per := int64(le.Uint16(boot[11:])), int64(boot[13])
	if per > 0x80 {
		per = power(256 - int(per))
	}
	n := &ntfs{volume: v, cluster: sector * per, record: int64(int8(boot[64])) * sector * per, nodes: map[uint64]*node{}}
	if r := int(int8(boot[64])); r < 0 {
		n.record = power(-r)
	}
	if !even(sector) || sector < 256 || sector > 4096 || !even(per) || n.cluster > 2<<20 || n.record < 512 || n.record > 64<<10 {
		v.m.note("broken", "the boot sector of the NTFS makes no sense")
		return
	}
	v.m.found = true
	at := int64(le.Uint64(boot[48:]))
	if at < 0 || at > v.size/n.cluster {
		v.m.note("broken", "the table of the NTFS is not there")
		return
	}
	n.read(0, n.fixed(v.table(at*n.cluster, n.record)))
	zero := n.nodes[0]
	if zero == nil || zero.streams[""] == nil {
		v.m.note("broken", "the table of the NTFS does not begin as one")
		return
	}
	n.records(zero.streams[""])
	n.files()
}

// records reads the whole table.
func (n *ntfs) records(table *stream) {
	in := &content{v: n.volume, runs: table.runs(), left: table.size}
	buf := make([]byte, n.record)
	for i := uint64(0); i < mostRecords && !n.m.over; i++ {
		if n.m.fuel -= len(buf); n.m.fuel < 0 {
			n.m.note("cut", "the tables of the image are too long")
			return
		}
		for k := 0; k < len(buf); {
			m, err := in.Read(buf[k:])
			if k += m; err != nil {
				return
			}
		}
		if i > 0 {
			n.read(i, n.fixed(slices.Clone(buf)))
		}
	}
}

// fixed puts back the last two bytes of each sector, which were exchanged to see whether all of it was written; nil for no record.
func (n *ntfs) fixed(b []byte) []byte {
	if len(b) < 48 || string(b[:4]) != "FILE" || b[22]&1 == 0 {
		return nil
	}
	at, count := int(le.Uint16(b[4:])), int(le.Uint16(b[6:]))
	if count < 1 || at+2*count > len(b) {
		return nil
	}
	fix := slices.Clone(b[at : at+2*count])
	for i := 1; i < count && i*512 <= len(b); i++ {
		copy(b[i*512-2:], fix[2*i:2*i+2])
	}
	return b
}

// read takes the attributes of one record.
func (n *ntfs) read(id uint64, b []byte) {
	if b == nil {
		return
	}
	if base := le.Uint64(b[32:]) & (1<<48 - 1); base != 0 {
		id = base
	}
	o := n.nodes[id]
	if o == nil {
		o = &node{streams: map[string]*stream{}}
		n.nodes[id] = o
	}
	o.dir = o.dir || b[22]&2 != 0
	at := int(le.Uint16(b[20:]))
	for count := 0; at+24 <= len(b) && count < 200; count++ {
		kind, size := le.Uint32(b[at:]), int(le.Uint32(b[at+4:]))
		if kind == 0xffffffff || size < 24 || at+size > len(b) {
			return
		}
		n.attribute(o, kind, b[at:at+size])
		at += size
	}
}

// attribute takes one attribute: the name and the content are what matters.
func (n *ntfs) attribute(o *node, kind uint32, a []byte) {
	name := ""
	if k, at := int(a[9])*2, int(le.Uint16(a[10:])); k > 0 && at+k <= len(a) {
		name = wide(a[at : at+k])
	}
	switch {
	case kind == 0x30 && a[8] == 0:
		o.named(value(a))
	case kind == 0x80 && a[8] == 0:
		v := value(a)
		o.streams[name] = &stream{size: int64(len(v)), inline: v}
	case kind == 0x80 && len(a) >= 64:
		s := o.streams[name]
		if s == nil {
			s = &stream{}
			o.streams[name] = s
		}
		first := int64(le.Uint64(a[16:]))
		if first == 0 {
			s.size, s.flags = int64(le.Uint64(a[48:])), le.Uint16(a[12:])
		}
		if len(s.pieces) < 1000 {
			s.pieces = append(s.pieces, piece{first, n.runs(a)})
		}
	}
}

// value is the content of an attribute that stands in its record.
func value(a []byte) []byte {
	size, at := int(le.Uint32(a[16:])), int(le.Uint16(a[20:]))
	if size < 0 || at+size > len(a) {
		return nil
	}
	return a[at : at+size]
}

// named takes a name of a file. It can have a short one too, which nobody sees.
func (o *node) named(b []byte) {
	if len(b) < 66 || len(b) < 66+2*int(b[64]) {
		return
	}
	if o.name != "" && (b[65] == 2 || !o.posix) {
		return
	}
	o.name, o.posix, o.parent = wide(b[66:66+2*int(b[64])]), b[65] == 2, le.Uint64(b)&(1<<48-1)
}

// runs reads where the clusters of an attribute stand: lengths and distances of as many bytes as the head of each says.
func (n *ntfs) runs(a []byte) (runs []run) {
	at := int(le.Uint16(a[32:]))
	if at > len(a) {
		return nil
	}
	place := int64(0)
	for b := a[at:]; len(b) > 0 && b[0] != 0 && len(runs) < mostRuns; {
		k, m := int(b[0]&15), int(b[0]>>4)
		if k == 0 || k > 8 || m > 8 || len(b) < 1+k+m {
			return runs
		}
		count := signed(append(slices.Clone(b[1:1+k]), 0))
		if count <= 0 || count > 1<<40 {
			return runs
		}
		if m == 0 {
			runs = extend(runs, -1, count*n.cluster)
		} else if place += signed(b[1+k : 1+k+m]); place >= 0 && place <= n.size/n.cluster {
			runs = extend(runs, place*n.cluster, count*n.cluster)
		} else {
			return runs
		}
		b = b[1+k+m:]
	}
	return runs
}

// signed is a number of any length, the lowest byte first.
func signed(b []byte) int64 {
	n := int64(0)
	for i := len(b) - 1; i >= 0; i-- {
		if i == len(b)-1 {
			n = int64(int8(b[i]))
			continue
		}
		n = n<<8 | int64(b[i])
	}
	return n
}

// runs are the pieces of a stream in their order.
func (s *stream) runs() (out []run) {
	sort.SliceStable(s.pieces, func(i, k int) bool { return s.pieces[i].first < s.pieces[k].first })
	for _, p := range s.pieces {
		out = append(out, p.runs...)
	}
	return out
}

// files gives all files, the hidden streams of each too.
func (n *ntfs) files() {
	ids := make([]uint64, 0, len(n.nodes))
	for id := range n.nodes {
		if id >= 16 { // the first ones are the file system's own
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		o := n.nodes[id]
		path, own := n.path(id)
		names := make([]string, 0, len(o.streams))
		for s := range o.streams {
			names = append(names, s)
		}
		slices.Sort(names)
		for _, s := range names {
			if own || o.dir && s == "" || n.m.over {
				continue
			}
			name := path
			if s != "" {
				name += ":" + s
			}
			n.give(name, o.streams[s])
		}
	}
}

// path is the whole name of a file, and whether it belongs to the file system itself.
func (n *ntfs) path(id uint64) (path string, own bool) {
	for depth := 0; depth < mostDepth*2 && id != 5; depth++ {
		o := n.nodes[id]
		if o == nil || o.name == "" {
			break
		}
		if id < 16 {
			return path, true
		}
		if path != "" {
			path = "/" + path
		}
		path, id = o.name+path, o.parent
	}
	if path == "" {
		path = "file"
	}
	return path, false
}

func (n *ntfs) give(name string, s *stream) {
	switch {
	case s.flags&0x4000 != 0:
		n.m.note("encrypted", "a file is encrypted: "+name)
	case s.inline != nil || len(s.pieces) == 0:
		n.volume.give(&File{Name: name, Size: s.size, Reader: bytes.NewReader(s.inline)})
	case s.flags&0xff != 0:
		n.volume.give(&File{Name: name, Size: s.size, Reader: n.unpacked(s)})
	default:
		n.file(name, s.size, s.runs())
	}
}
