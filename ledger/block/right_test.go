package block

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// righted puts the checksums of what may be a block right.
func righted(b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) < HeadLen {
		return b
	}
	le, at := binary.LittleEndian, HeadLen
	for c := range int(columns) {
		p := b[fixed+8*c:]
		n := int(le.Uint32(p))
		if n > len(b)-at {
			break
		}
		le.PutUint32(p[4:], crc32.Checksum(b[at:at+n], castagnoli()))
		at += n
	}
	le.PutUint32(b[HeadLen-4:], crc32.Checksum(b[:HeadLen-4], castagnoli()))
	return b
}
