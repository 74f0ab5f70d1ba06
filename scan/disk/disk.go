// Package disk reads files out of disk images: of CDs and DVDs (ISO 9660 with Joliet and Rock Ridge, UDF), and of disks (FAT, exFAT, NTFS)
// that are given as they are, with a table of partitions, or in a container of a virtual machine (VHD, VHDX, VMDK, QCOW2).
//
// A double click shows such an image as a drive, so what is in it is only a click further away than in an archive, and the mark
// "from the internet" is lost on the way. An image can have several directories that show different files to different systems:
// all of them are read. Nothing is written and nothing is mounted; whatever the tables say, work and memory stay bounded.
package disk

import (
	"fmt"
	"io"
	"strings"
)

// File is one file of an image. It is valid during the call only.
type File struct {
	Name string
	Size int64  // as the directory says
	Link string // where a symbolic link leads; then there is no content
	io.Reader
}

// Note is something about an image that is a fact of its own.
type Note struct {
	Name     string // "broken", "unread", "encrypted", "conflict", "cut"
	Evidence string
}

// The most that the tables of an image may cost: bytes of them, files, and parts of one file.
const (
	mostTable = 48 << 20
	mostFiles = 1 << 16
	mostRuns  = 1 << 16
	mostDepth = 32
	mostOnce  = 16 << 20
)

// image is one image on its way through Walk.
type image struct {
	each  func(*File) bool
	notes []Note
	seen  map[key]bool
	fuel  int
	files int
	found bool // a file system, perhaps an empty one
	over  bool
}

// key tells the same file in two directories.
type key struct {
	at, size int64
	ext      string
}

// Walk gives the files of an image to each until that answers false, and notes about the image as a whole.
func Walk(data []byte, each func(*File) bool) []Note {
	m := &image{each: each, seen: map[key]bool{}, fuel: mostTable}
	src, size, why := open(data)
	if why != "" {
		m.note("unread", why)
	}
	if src != nil {
		m.disk(&volume{m: m, src: src, size: size})
	}
	if !m.found && !m.over {
		if why == "" {
			m.note("unread", "no file system that is known here")
		}
		m.carve(data)
	}
	return m.notes
}

func (m *image) note(name, evidence string) {
	n := Note{name, evidence}
	for _, old := range m.notes {
		if old == n {
			return
		}
	}
	if len(m.notes) < 20 {
		m.notes = append(m.notes, n)
	}
}

// volume is a part of an image that may hold a file system.
type volume struct {
	m    *image
	src  io.ReaderAt
	base int64
	size int64
}

// part is a part of a volume.
func (v *volume) part(at, size int64) *volume {
	if at < 0 || at > v.size {
		return nil
	}
	return &volume{m: v.m, src: v.src, base: v.base + at, size: min(max(size, 0), v.size-at)}
}

// table reads n bytes of a table; nil when they are not there or too much was read already.
func (v *volume) table(at, n int64) []byte {
	if at < 0 || n <= 0 || n > mostOnce || at > v.size-n {
		return nil
	}
	if v.m.fuel -= int(n); v.m.fuel < 0 {
		v.m.note("cut", "the tables of the image are too long")
		v.m.over = true
		return nil
	}
	b := make([]byte, n)
	if k, err := v.src.ReadAt(b, v.base+at); k < len(b) || err != nil && err != io.EOF {
		return nil
	}
	return b
}

// run is a piece of a file: n bytes at a place of the volume, or zeros when that is negative.
type run struct{ at, n int64 }

// extend adds a piece, and joins it to the last one where they touch.
func extend(runs []run, at, n int64) []run {
	if k := len(runs) - 1; k >= 0 && (at >= 0 && runs[k].at >= 0 && runs[k].at+runs[k].n == at || at < 0 && runs[k].at < 0) {
		runs[k].n += n
		return runs
	}
	return append(runs, run{at, n})
}

// content reads the pieces of a file one after another.
type content struct {
	v    *volume
	runs []run
	left int64
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.runs) > 0 && c.runs[0].n <= 0 {
		c.runs = c.runs[1:]
	}
	if c.left <= 0 {
		return 0, io.EOF
	}
	if len(c.runs) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	r := &c.runs[0]
	p = p[:min(int64(len(p)), r.n, c.left)]
	if r.at < 0 {
		clear(p)
	} else {
		if r.at > c.v.size-int64(len(p)) {
			p = p[:max(0, min(int64(len(p)), c.v.size-r.at))]
		}
		if len(p) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		if k, err := c.v.src.ReadAt(p, c.v.base+r.at); k < len(p) {
			return 0, fmt.Errorf("the image ends too early or does not read: %w", firstOf(err, io.ErrUnexpectedEOF))
		}
		r.at += int64(len(p))
	}
	r.n -= int64(len(p))
	c.left -= int64(len(p))
	return len(p), nil
}

func firstOf(err, other error) error {
	if err != nil && err != io.EOF {
		return err
	}
	return other
}

// all reads a table that stands in pieces, mostOnce at most.
func (v *volume) all(runs []run, size int64) []byte {
	if size <= 0 {
		return nil
	}
	n := min(size, mostOnce)
	if v.m.fuel -= int(n); v.m.fuel < 0 {
		v.m.note("cut", "the tables of the image are too long")
		v.m.over = true
		return nil
	}
	b := make([]byte, n)
	k, _ := io.ReadFull(&content{v: v, runs: append([]run(nil), runs...), left: n}, b)
	return b[:k]
}

// file gives one file on.
func (v *volume) file(name string, size int64, runs []run) {
	if size > 0 && len(runs) > 0 {
		k := key{v.base + runs[0].at, size, extension(name)}
		if v.m.seen[k] {
			return
		}
		v.m.seen[k] = true
	}
	v.give(&File{Name: name, Size: size, Reader: &content{v: v, runs: runs, left: size}})
}

// extension is the ending of a name, without the version that ISO 9660 adds.
func extension(name string) string {
	name, _, _ = strings.Cut(name, ";")
	return strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
}

func (v *volume) give(f *File) {
	m := v.m
	if m.over {
		return
	}
	if m.files++; m.files > mostFiles {
		m.note("cut", "too many files")
		m.over = true
		return
	}
	m.over = !m.each(f)
}

// disk looks for file systems on a whole disk, and in its partitions.
func (m *image) disk(v *volume) {
	m.system(v)
	for _, p := range v.partitions() {
		if !m.over {
			m.system(p)
		}
	}
}

// system reads whatever file systems begin at the start of v. A CD can have two at once.
func (m *image) system(v *volume) {
	if v == nil || v.size < 512 {
		return
	}
	boot := v.table(0, 512)
	switch {
	case boot == nil:
	case string(boot[3:11]) == "NTFS    ":
		v.ntfs(boot)
	case string(boot[3:11]) == "EXFAT   ":
		v.exfat(boot)
	case string(boot[3:11]) == "-FVE-FS-" || string(boot[:6]) == "LUKS\xba\xbe":
		m.found = true
		m.note("encrypted", "the file system is encrypted")
	default:
		v.fat(boot)
	}
	v.udf()
	v.iso()
}
