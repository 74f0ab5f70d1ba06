package disk

import (
	"bytes"
	"encoding/binary"
)

var le, be = binary.LittleEndian, binary.BigEndian

// mostParts bounds the partitions of one disk.
const mostParts = 64

// partitions are the parts of a disk, by its table in the old form or in that of EFI.
func (v *volume) partitions() (parts []*volume) {
	b := v.table(0, 512)
	if b == nil || b[510] != 0x55 || b[511] != 0xaa {
		return v.gpt(nil)
	}
	for i := 446; i < 510; i += 16 {
		kind, at, n := b[i+4], int64(le.Uint32(b[i+8:]))*512, int64(le.Uint32(b[i+12:]))*512
		switch {
		case b[i]&0x7f != 0 || kind == 0 || n == 0:
		case kind == 0xee:
			parts = v.gpt(parts)
		case kind == 5 || kind == 0xf || kind == 0x85:
			parts = v.extended(parts, at)
		default:
			parts = v.add(parts, at, n)
		}
	}
	return parts
}

func (v *volume) add(parts []*volume, at, n int64) []*volume {
	if p := v.part(at, n); p != nil && at > 0 && len(parts) < mostParts {
		parts = append(parts, p)
	}
	return parts
}

// extended follows the chain of tables in an extended partition.
func (v *volume) extended(parts []*volume, start int64) []*volume {
	for at, n := start, 0; n < mostParts; n++ {
		b := v.table(at, 512)
		if b == nil || b[510] != 0x55 || b[511] != 0xaa {
			return parts
		}
		if b[450] != 0 {
			parts = v.add(parts, at+int64(le.Uint32(b[454:]))*512, int64(le.Uint32(b[458:]))*512)
		}
		next := int64(le.Uint32(b[470:])) * 512
		if b[466] == 0 || next == 0 {
			return parts
		}
		at = start + next
	}
	return parts
}

// gpt reads the table of EFI, with sectors of 512 or 4096 bytes.
func (v *volume) gpt(parts []*volume) []*volume {
	for _, sector := range []int64{512, 4096} {
		h := v.table(sector, 92)
		if h == nil || string(h[:8]) != "EFI PART" {
			continue
		}
		at, count, each := int64(le.Uint64(h[72:])), int64(le.Uint32(h[80:])), int64(le.Uint32(h[84:]))
		if each < 128 || each > 4096 || at > 1<<40 {
			continue
		}
		b := v.table(at*sector, min(count, 256)*each)
		for ; int64(len(b)) >= each; b = b[each:] {
			if bytes.Count(b[:16], []byte{0}) == 16 {
				continue
			}
			first, last := int64(le.Uint64(b[32:])), int64(le.Uint64(b[40:]))
			if first > 0 && first < 1<<40 && last >= first && last < 1<<40 {
				parts = v.add(parts, first*sector, (last-first+1)*sector)
			}
		}
	}
	return parts
}

// carve gives what begins as a program at the start of a sector, where no file system was found: the programs of a small
// image stand in one piece as a rule.
func (m *image) carve(data []byte) {
	v := &volume{m: m, src: bytes.NewReader(data), size: int64(len(data))}
	for at, n := 512, 0; at+512 <= len(data) && n < 20; at += 512 {
		if program(data[at:]) {
			n++
			v.file("sector "+itoa(at/512), int64(min(len(data)-at, mostOnce)), []run{{int64(at), int64(len(data) - at)}})
		}
	}
}

// program says whether b begins as a program of Windows or Unix, or as a link of Windows.
func program(b []byte) bool {
	switch {
	case b[0] == 'M' && b[1] == 'Z':
		at := int64(le.Uint32(b[60:]))
		return at < 4096 && at+4 <= int64(len(b)) && string(b[at:at+4]) == "PE\x00\x00"
	case string(b[:4]) == "\x7fELF":
		return b[5] == 1 || b[5] == 2
	}
	return string(b[:8]) == "L\x00\x00\x00\x01\x14\x02\x00"
}
