package blob

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"strconv"
	"strings"

	"sekisho"
)

// A segment file, all numbers little-endian:
//
//	segment  magic (8), number (8), salt (8), number of its first group (8), CRC-32C of these (4), zero (4)
//	group    magic (4), bytes that follow (4), group number (8), records (4), CRC-32C of these and the salt (4)
//	record   length (4), CRC-32C of length and bytes (4), bytes
//
// The top bit of a record's length says that it was forgotten: its bytes may be anything. It is set by writing one byte,
// which no crash can tear.
const (
	segmentMagic = "SKSHLOG1"
	groupMagic   = "SKg1"
	segmentHead  = 40
	groupHead    = 24
	recordHead   = 8

	maxGroup = 1 << 30 // bytes of all records of one group

	forgotten = 1 << 31 // in a record's length
)

func putSegmentHead(number, salt, first uint64) []byte {
	b := make([]byte, segmentHead)
	copy(b, segmentMagic)
	binary.LittleEndian.PutUint64(b[8:], number)
	binary.LittleEndian.PutUint64(b[16:], salt)
	binary.LittleEndian.PutUint64(b[24:], first)
	binary.LittleEndian.PutUint32(b[32:], crc32.Checksum(b[:32], castagnoli))
	return b
}

func getSegmentHead(b []byte) (number, salt, first uint64, ok bool) {
	ok = len(b) >= segmentHead && string(b[:8]) == segmentMagic &&
		binary.LittleEndian.Uint32(b[32:]) == crc32.Checksum(b[:32], castagnoli) && binary.LittleEndian.Uint32(b[36:]) == 0
	if !ok {
		return 0, 0, 0, false
	}
	return binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:]), true
}

// group is the header of a group.
type group struct {
	size  uint32
	seq   uint64
	count uint32
}

func (g group) put(b []byte, salt uint64) []byte {
	start := len(b)
	b = append(b, groupMagic...)
	b = binary.LittleEndian.AppendUint32(b, g.size)
	b = binary.LittleEndian.AppendUint64(b, g.seq)
	b = binary.LittleEndian.AppendUint32(b, g.count)
	return binary.LittleEndian.AppendUint32(b, groupSum(b[start:start+20], salt))
}

func getGroup(b []byte, salt uint64) (g group, ok bool) {
	if len(b) < groupHead || string(b[:4]) != groupMagic || binary.LittleEndian.Uint32(b[20:]) != groupSum(b[:20], salt) {
		return group{}, false
	}
	return group{binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint32(b[16:])}, true
}

func groupSum(b []byte, salt uint64) uint32 {
	var s [8]byte
	binary.LittleEndian.PutUint64(s[:], salt)
	return crc32.Update(crc32.Checksum(s[:], castagnoli), castagnoli, b)
}

// sumStart begins the sum of a record of the given length.
func sumStart(size uint32) uint32 {
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], size)
	return crc32.Checksum(b[:], castagnoli)
}

func (r record) putHead(b []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, r.size)
	return binary.LittleEndian.AppendUint32(b, r.sum)
}

// getRecordHead reads a record's head; live is false for one that was forgotten.
func getRecordHead(b []byte) (size, sum uint32, live bool) {
	size = binary.LittleEndian.Uint32(b)
	return size &^ forgotten, binary.LittleEndian.Uint32(b[4:]), size&forgotten == 0
}

const suffix = ".seg"

func segmentName(n uint64) string { return fmt.Sprintf("%010d%s", n, suffix) }

func segmentNumber(name string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) != 10 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil && n > 0
}

func (l *Log) path(n uint64) string { return filepath.Join(l.dir, segmentName(n)) }

func (l *Log) damage(p Pos, what string) error {
	return sekisho.E("blob.read", sekisho.Corrupt, fmt.Errorf("%s at offset %d: %s", l.path(p.Segment), p.Offset, what))
}
