package disk

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// open finds the disk in data, and its size. why says what of it cannot be read.
func open(data []byte) (src io.ReaderAt, size int64, why string) {
	whole, n := io.ReaderAt(bytes.NewReader(data)), int64(len(data))
	tail := data[max(0, len(data)-512):]
	switch {
	case bytes.HasPrefix(data, []byte("vhdxfile")):
		return vhdx(data)
	case bytes.HasPrefix(data, []byte("conectix")) && len(data) > 1024:
		return vhd(data, data[:512])
	case len(data) > 1024 && bytes.HasPrefix(tail, []byte("conectix")):
		return vhd(data, tail)
	case len(data) > 1024 && bytes.HasPrefix(tail[1:], []byte("conectix")): // older programs write 511 bytes
		return vhd(data, tail[1:])
	case bytes.HasPrefix(data, []byte("KDMV")):
		return vmdk(data)
	case bytes.HasPrefix(data, []byte("QFI\xfb")):
		return qcow(data)
	case bytes.HasPrefix(data, []byte("\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00")):
		return rawCD(data)
	}
	for _, m := range []string{"MSWIM\x00\x00\x00", "hsqs"} {
		if bytes.HasPrefix(data, []byte(m)) {
			return nil, 0, "nobody here reads this kind of image"
		}
	}
	return whole, n, ""
}

// blocks is a disk whose blocks stand elsewhere in data, or nowhere.
type blocks struct {
	data []byte
	size int64
	each int64
	at   func(i int64) int64  // where block i stands; negative: nowhere, it is zeros
	get  func(i int64) []byte // for blocks that are packed; nil for others
	kept int64                // the block that get gave last
	last []byte
}

var errShort = errors.New("a block of the disk is not in the file")

func (d *blocks) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off >= d.size {
		return 0, io.EOF
	}
	for n < len(p) && off < d.size {
		i, in := off/d.each, off%d.each
		k := min(d.each-in, int64(len(p)-n), d.size-off)
		if b, packed := d.packed(i); packed {
			if int64(len(b)) < in+k {
				return n, errShort
			}
			copy(p[n:], b[in:in+k])
		} else if at := d.at(i); at < 0 {
			clear(p[n : n+int(k)])
		} else {
			if at > int64(len(d.data)) || int64(len(d.data))-at < in+k {
				return n, errShort
			}
			copy(p[n:], d.data[at+in:at+in+k])
		}
		n, off = n+int(k), off+k
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// packed is the content of a block that is packed, and whether it is one.
func (d *blocks) packed(i int64) ([]byte, bool) {
	if d.get == nil {
		return nil, false
	}
	if d.last == nil || d.kept != i {
		b := d.get(i)
		if b == nil {
			return nil, false
		}
		d.kept, d.last = i, b
	}
	return d.last, true
}

// vhd opens a disk of Virtual PC and Hyper-V, fixed or dynamic.
func vhd(data, footer []byte) (io.ReaderAt, int64, string) {
	if len(footer) < 64 {
		return nil, 0, "the footer is cut"
	}
	size := int64(be.Uint64(footer[48:]))
	switch kind := be.Uint32(footer[60:]); {
	case size <= 0:
		return nil, 0, "the disk has no size"
	case kind == 2:
		return bytes.NewReader(data), min(size, int64(len(data))), ""
	case kind == 4:
		return nil, 0, "a disk of differences, whose parent is elsewhere"
	case kind != 3:
		return nil, 0, "a kind of disk that is not known"
	}
	at := be.Uint64(footer[16:])
	if at > uint64(len(data)) || len(data)-int(at) < 1024 || string(data[at:at+8]) != "cxsparse" {
		return nil, 0, "the header is not there"
	}
	h := data[at : at+1024]
	bat, count, each := be.Uint64(h[16:]), int64(be.Uint32(h[28:])), int64(be.Uint32(h[32:]))
	if each < 4096 || each > 1<<28 || each%512 != 0 || bat > uint64(len(data)) {
		return nil, 0, "the header makes no sense"
	}
	table := data[bat:]
	bitmap := (each/512/8 + 511) / 512 * 512
	return &blocks{data: data, size: size, each: each, at: func(i int64) int64 {
		if i >= count || i*4+4 > int64(len(table)) {
			return -1
		}
		sector := be.Uint32(table[i*4:])
		if sector == 0xffffffff {
			return -1
		}
		return int64(sector)*512 + bitmap
	}}, size, ""
}

// The places of the regions and items of a VHDX ([MS-VHDX] 2.2.3, 2.6).
const (
	vhdxBAT      = "\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08"
	vhdxMetadata = "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"
	vhdxFile     = "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"
	vhdxSize     = "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"
	vhdxSector   = "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f"
)

// vhdx opens a disk of Hyper-V in its newer form.
func vhdx(data []byte) (io.ReaderAt, int64, string) {
	var regions map[string][]byte
	for _, at := range []int{192 << 10, 256 << 10} {
		if len(data) >= at+64<<10 && string(data[at:at+4]) == "regi" {
			regions = entries(data, data[at:at+64<<10], int(le.Uint32(data[at+8:])), 16, 0, true)
			break
		}
	}
	bat, meta := regions[vhdxBAT], regions[vhdxMetadata]
	if bat == nil || len(meta) < 64<<10 || string(meta[:8]) != "metadata" {
		return nil, 0, "the tables of the VHDX are not there"
	}
	items := entries(meta, meta[:64<<10], int(le.Uint16(meta[10:])), 32, 0, false)
	param, long, unit := items[vhdxFile], items[vhdxSize], items[vhdxSector]
	if len(param) < 8 || len(long) < 8 || len(unit) < 4 {
		return nil, 0, "the VHDX does not say how large it is"
	}
	each, size, sector := int64(le.Uint32(param)), int64(le.Uint64(long)), int64(le.Uint32(unit))
	if each < 1<<20 || each > 1<<28 || size <= 0 || sector != 512 && sector != 4096 {
		return nil, 0, "the header makes no sense"
	}
	if param[4]&2 != 0 {
		return nil, 0, "a disk of differences, whose parent is elsewhere"
	}
	ratio := max(sector<<23/each, 1)
	why := ""
	if journal(data) {
		why = "the VHDX has a log that was not written to its place"
	}
	return &blocks{data: data, size: size, each: each, at: func(i int64) int64 {
		k := i + i/ratio
		if k*8+8 > int64(len(bat)) {
			return -1
		}
		e := le.Uint64(bat[k*8:])
		if state := e & 7; state != 6 && state != 7 || e>>62 != 0 {
			return -1
		}
		return int64(e >> 20 << 20)
	}}, size, why
}

// journal says whether the current header of a VHDX names a log.
func journal(data []byte) bool {
	var newest uint64
	busy := false
	for _, at := range []int{64 << 10, 128 << 10} {
		h := data[at : at+4096]
		if n := le.Uint64(h[8:]); string(h[:4]) == "head" && n >= newest {
			newest, busy = n, bytes.Count(h[48:64], []byte{0}) != 16
		}
	}
	return busy
}

// entries reads a table of names of 16 bytes with a place and a length in all.
func entries(all, table []byte, n, at, base int, wide bool) map[string][]byte {
	out := map[string][]byte{}
	for i := 0; i < min(n, 2047) && at+32 <= len(table); i, at = i+1, at+32 {
		e := table[at:]
		from, size := uint64(le.Uint32(e[16:])), uint64(le.Uint32(e[20:]))
		if wide {
			from, size = le.Uint64(e[16:]), uint64(le.Uint32(e[24:]))
		}
		if from < uint64(len(all)) {
			out[string(e[:16])] = all[from:min(from+size, uint64(len(all)))]
		}
	}
	return out
}

// rawCD opens an image with all 2352 bytes of each sector.
func rawCD(data []byte) (io.ReaderAt, int64, string) {
	count := int64(len(data) / 2352)
	return &blocks{data: data, size: count * 2048, each: 2048, at: func(i int64) int64 {
		if at := i * 2352; data[at+15] == 2 {
			return at + 24
		}
		return i*2352 + 16
	}}, count * 2048, ""
}

// vmdk opens a disk of VMware that is one growing file, packed or not.
func vmdk(data []byte) (io.ReaderAt, int64, string) {
	h := data
	if len(h) >= 512+1536 && le.Uint64(h[56:]) == 1<<64-1 { // the header with the places stands at the end
		h = data[len(data)-1024:]
	}
	if len(h) < 512 || string(h[:4]) != "KDMV" {
		return nil, 0, "the header of the VMDK is cut"
	}
	size, grain, per, dir := int64(le.Uint64(h[12:])), int64(le.Uint64(h[20:])), int64(le.Uint32(h[44:])), int64(le.Uint64(h[56:]))
	if size <= 0 || size > 1<<40 || grain < 8 || grain > 1<<16 || per < 1 || per > 1<<16 || dir <= 0 || dir > int64(len(data))/512 {
		return nil, 0, "the header of the VMDK makes no sense"
	}
	word := func(at int64) int64 {
		if at < 0 || at+4 > int64(len(data)) {
			return 0
		}
		return int64(le.Uint32(data[at:]))
	}
	d := &blocks{data: data, size: size * 512, each: grain * 512, at: func(i int64) int64 {
		table := word(dir*512 + i/per*4)
		if table == 0 {
			return -1
		}
		if at := word(table*512 + i%per*4); at > 1 {
			return at * 512
		}
		return -1
	}}
	if le.Uint32(h[8:])&(1<<16) != 0 {
		plain := d.at
		d.get = func(i int64) []byte {
			at := plain(i)
			if at < 0 || at+12 > int64(len(data)) {
				return nil
			}
			return inflate(data[at+12:], int64(le.Uint32(data[at+8:])), d.each, true)
		}
	}
	return d, d.size, ""
}

// inflate expands n bytes of b to a block, which it gives whole and never nil.
func inflate(b []byte, n, each int64, wrapped bool) []byte {
	b = b[:min(n, int64(len(b)))]
	out := make([]byte, each)
	var z io.Reader = flate.NewReader(bytes.NewReader(b))
	if wrapped {
		var err error
		if z, err = zlib.NewReader(bytes.NewReader(b)); err != nil {
			return []byte{}
		}
	}
	k, err := io.ReadFull(z, out)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return []byte{}
	}
	return out[:k]
}

// qcow opens a disk of QEMU, version 2 or 3.
func qcow(data []byte) (io.ReaderAt, int64, string) {
	if len(data) < 104 {
		return nil, 0, "the header is cut"
	}
	version, bits, size, dir := be.Uint32(data[4:]), be.Uint32(data[20:]), int64(be.Uint64(data[24:])), be.Uint64(data[40:])
	switch {
	case version != 2 && version != 3 || bits < 9 || bits > 21 || size <= 0 || dir >= uint64(len(data)):
		return nil, 0, "the header makes no sense"
	case be.Uint64(data[8:]) != 0:
		return nil, 0, "a disk of differences, whose parent is elsewhere"
	case be.Uint32(data[32:]) != 0:
		return nil, 0, "the disk is encrypted"
	case version == 3 && be.Uint64(data[72:])&^3 != 0:
		return nil, 0, "a kind of disk that is not known"
	}
	each := int64(1) << bits
	word := func(at uint64) uint64 {
		if at >= uint64(len(data)) || uint64(len(data))-at < 8 {
			return 0
		}
		return be.Uint64(data[at:])
	}
	entry := func(i int64) uint64 {
		table := word(dir+uint64(i/(each/8)*8)) & 0x00fffffffffffe00
		if table == 0 {
			return 0
		}
		return word(table + uint64(i%(each/8)*8))
	}
	const packed = 1 << 62
	d := &blocks{data: data, size: size, each: each}
	d.at = func(i int64) int64 {
		e := entry(i)
		if e&packed == 0 && (e&0x00fffffffffffe00 == 0 || version == 3 && e&1 != 0) {
			return -1
		}
		return int64(e & 0x00fffffffffffe00)
	}
	d.get = func(i int64) []byte {
		e := entry(i)
		if e&packed == 0 {
			return nil
		}
		shift := 62 - (bits - 8)
		at, sectors := e&(1<<shift-1), int64(e>>shift&(1<<(bits-8)-1))+1
		if at >= uint64(len(data)) {
			return []byte{}
		}
		return inflate(data[at:], sectors*512-int64(at%512), each, false)
	}
	return d, size, ""
}
