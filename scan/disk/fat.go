package disk

import (
	"math/bits"
	"strings"
	"unicode/utf16"
)

// fat is a file system of the FAT family: a table says which cluster follows which.
type fat struct {
	*volume
	table0   int64 // where the table stands
	width    int64 // bits of an entry
	ex       bool  // exFAT
	clusters int64
	cluster  int64 // bytes of one
	data     int64 // where cluster 2 stands
	page     []byte
	pageAt   int64
	seen     map[int64]bool // directories
}

// fat reads a FAT with 12, 16 or 32 bits, if the boot sector is that of one.
func (v *volume) fat(boot []byte) {
	sector, per := int64(le.Uint16(boot[11:])), int64(boot[13])
	reserved, copies, root := int64(le.Uint16(boot[14:])), int64(boot[16]), int64(le.Uint16(boot[17:]))
	total, size := int64(le.Uint16(boot[19:])), int64(le.Uint16(boot[22:]))
	if total == 0 {
		total = int64(le.Uint32(boot[32:]))
	}
	wide := size == 0
	if wide {
		size = int64(le.Uint32(boot[36:]))
	}
	if sector < 128 || sector > 4096 || sector&(sector-1) != 0 || per == 0 || per&(per-1) != 0 || reserved == 0 || copies == 0 || copies > 8 ||
		size == 0 || total == 0 || wide && root != 0 || !wide && root == 0 {
		return
	}
	rootSectors := (root*32 + sector - 1) / sector
	first := reserved + copies*size + rootSectors
	f := &fat{volume: v, table0: reserved * sector, cluster: per * sector, data: first * sector, clusters: (total - first) / per, seen: map[int64]bool{}}
	if f.clusters < 1 || first*sector > v.size {
		return
	}
	v.m.found = true
	switch {
	case wide:
		f.width = 32
		f.directory("", f.chain(int64(le.Uint32(boot[44:])), -1), 0)
		return
	case f.clusters < 4085:
		f.width = 12
	default:
		f.width = 16
	}
	f.directory("", []run{{(reserved + copies*size) * sector, root * 32}}, 0)
}

// next is the cluster after c; 0 at the end.
func (f *fat) next(c int64) int64 {
	at := c * f.width / 8
	if page := at &^ 4095; f.page == nil || page != f.pageAt || at+4 > page+int64(len(f.page)) {
		f.pageAt = page
		if f.page = f.table(f.table0+page, min(4100, f.size-f.table0-page)); f.page == nil {
			return 0
		}
	}
	b := f.page[at-f.pageAt:]
	if len(b) < 4 {
		return 0
	}
	var n int64
	switch f.width {
	case 12:
		n = int64(le.Uint16(b)) >> (c & 1 * 4) & 0xfff
	case 16:
		n = int64(le.Uint16(b))
	default:
		n = int64(le.Uint32(b))
		if !f.ex {
			n &= 0x0fffffff
		}
	}
	if n < 2 || n >= f.clusters+2 {
		return 0
	}
	return n
}

// chain are the pieces of a file that begins in cluster c, size bytes of it, or to the end of the chain when that is negative.
func (f *fat) chain(c, size int64) (runs []run) {
	most := int64(1 << 20)
	if size >= 0 {
		most = min(most, (size+f.cluster-1)/f.cluster)
	} else {
		most = min(most, mostOnce/f.cluster+1)
	}
	for n := int64(0); n < most && c >= 2 && c < f.clusters+2 && len(runs) < mostRuns; n++ {
		runs = extend(runs, f.data+(c-2)*f.cluster, f.cluster)
		c = f.next(c)
	}
	return runs
}

func length(runs []run) (n int64) {
	for _, r := range runs {
		n += r.n
	}
	return n
}

// enter says whether a directory may be read: once each, and not endlessly deep.
func (f *fat) enter(runs []run, depth int) []byte {
	if len(runs) == 0 || depth > mostDepth || f.seen[runs[0].at] || f.m.over {
		return nil
	}
	f.seen[runs[0].at] = true
	return f.all(runs, length(runs))
}

// directory reads a directory, with the long names that stand before the short ones.
func (f *fat) directory(path string, runs []run, depth int) {
	b := f.enter(runs, depth)
	var long [20]string
	for ; len(b) >= 32 && !f.m.over; b = b[32:] {
		e, attr := b[:32], b[11]
		switch {
		case e[0] == 0:
			return
		case e[0] == 0xe5:
			long = [20]string{}
			continue
		case attr&0x3f == 0x0f:
			if n := int(e[0] & 0x1f); n >= 1 && n <= len(long) {
				long[n-1] = wide(e[1:11]) + wide(e[14:26]) + wide(e[28:32])
			}
			continue
		case attr&0x08 != 0 || e[0] == '.':
			long = [20]string{}
			continue
		}
		name := strings.Join(long[:], "")
		name, _, _ = strings.Cut(name, "\x00")
		long = [20]string{}
		if name == "" {
			name = short(e)
		}
		c, size := int64(le.Uint16(e[26:])), int64(le.Uint32(e[28:]))
		if f.width == 32 {
			c |= int64(le.Uint16(e[20:])) << 16
		}
		if attr&0x10 != 0 {
			f.directory(path+name+"/", f.chain(c, -1), depth+1)
		} else {
			f.file(path+name, size, f.chain(c, size))
		}
	}
}

// short is a name of eight letters and three.
func short(e []byte) string {
	name, ext := strings.TrimRight(string(e[:8]), " "), strings.TrimRight(string(e[8:11]), " ")
	if e[12]&0x08 != 0 {
		name = strings.ToLower(name)
	}
	if e[12]&0x10 != 0 {
		ext = strings.ToLower(ext)
	}
	if ext != "" {
		name += "." + ext
	}
	return strings.ToValidUTF8(name, "?")
}

// wide is a text in UTF-16, its bytes the other way round than on a network.
func wide(b []byte) string {
	u := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		u = append(u, le.Uint16(b))
	}
	return string(utf16.Decode(u))
}

// exfat reads an exFAT.
func (v *volume) exfat(boot []byte) {
	sector, per := boot[108], boot[109]
	if sector < 9 || sector > 12 || per > 25-sector {
		v.m.note("broken", "the boot sector of the exFAT makes no sense")
		return
	}
	v.m.found = true
	f := &fat{volume: v, width: 32, ex: true, table0: int64(le.Uint32(boot[80:])) << sector, data: int64(le.Uint32(boot[88:])) << sector,
		clusters: int64(le.Uint32(boot[92:])), cluster: 1 << (sector + per), seen: map[int64]bool{}}
	f.exDirectory("", f.chain(int64(le.Uint32(boot[96:])), -1), 0)
}

// exDirectory reads a directory of exFAT: one file is a set of entries.
func (f *fat) exDirectory(path string, runs []run, depth int) {
	b := f.enter(runs, depth)
	for len(b) >= 32 && !f.m.over {
		if b[0] == 0 {
			return
		}
		n := 1
		if b[0] == 0x85 {
			n = min(int(b[1])+1, 19, len(b)/32)
			f.exFile(path, b[:n*32], depth)
		}
		b = b[n*32:]
	}
}

// exFile reads one set of entries.
func (f *fat) exFile(path string, set []byte, depth int) {
	name, dir := "", set[4]&0x10 != 0
	var stream []byte
	for e := set[32:]; len(e) >= 32; e = e[32:] {
		switch e[0] {
		case 0xc0:
			stream = e[:32]
		case 0xc1:
			name += wide(e[2:32])
		}
	}
	if stream == nil {
		return
	}
	if u := utf16.Encode([]rune(name)); len(u) > int(stream[3]) {
		name = string(utf16.Decode(u[:stream[3]]))
	}
	c, size := int64(le.Uint32(stream[20:])), int64(le.Uint64(stream[24:]))
	if size < 0 || size > f.clusters*f.cluster {
		f.m.note("broken", "a file is larger than the file system: "+path+name)
		size = max(0, min(size, f.clusters*f.cluster))
	}
	var runs []run
	if stream[1]&2 != 0 && c >= 2 {
		runs = []run{{f.data + (c-2)*f.cluster, size}}
	} else {
		runs = f.chain(c, size)
	}
	if dir {
		f.exDirectory(path+name+"/", runs, depth+1)
		return
	}
	f.file(path+name, size, runs)
}

// power is 2 to the n, or 0 where that is no size of anything.
func power(n int) int64 {
	if n < 0 || n > 31 {
		return 0
	}
	return 1 << n
}

// even says whether n is a power of two.
func even(n int64) bool { return n > 0 && bits.OnesCount64(uint64(n)) == 1 }
