package blob

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sekisho"
)

// Read calls f with every record of a log that is perhaps being written by another process, oldest first; nothing is
// changed. dir is the log's directory in fsys; no directory is an empty log. A group that is not whole at the very end is
// skipped, as Open would cut it off. Errors: Corrupt names file and offset; f's own.
func Read(fsys fs.FS, dir string, f func(record []byte) error) error {
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var numbers []uint64
	for _, e := range entries {
		if n, ok := segmentNumber(e.Name()); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	r := reading{dir: dir, each: f}
	for i, n := range numbers {
		b, err := fs.ReadFile(fsys, dir+"/"+segmentName(n))
		if errors.Is(err, fs.ErrNotExist) && i == 0 {
			continue // dropped meanwhile
		}
		if err != nil {
			return err
		}
		if err := r.segment(n, b, i == len(numbers)-1); err != nil {
			return err
		}
	}
	return nil
}

type reading struct {
	dir  string
	each func([]byte) error
	last uint64 // segment read before; 0: none
	next uint64 // group that must come; 0: any
}

func (r *reading) damage(n uint64, at int, what string) error {
	return sekisho.E("blob.read", sekisho.Corrupt, fmt.Errorf("%s/%s at offset %d: %s", r.dir, segmentName(n), at, what))
}

func (r *reading) segment(n uint64, b []byte, newest bool) error {
	number, salt, first, ok := getSegmentHead(b)
	switch {
	case !ok && newest && len(b) <= segmentHead:
		return nil // not born yet
	case !ok || number != n:
		return r.damage(n, 0, "not a header of this segment")
	case r.last != 0 && n != r.last+1:
		return r.damage(r.last+1, 0, "the segment is missing")
	case r.next != 0 && first != r.next:
		return r.damage(n-1, 0, fmt.Sprintf("groups %d to %d are missing at its end", r.next, first-1))
	}
	r.last, r.next = n, first
	for at := segmentHead; at < len(b); r.next++ {
		g, ok := getGroup(b[at:], salt)
		end := at + groupHead + int(g.size)
		if !ok || end > len(b) || g.seq != r.next || !whole(g, b[at+groupHead:end]) {
			if newest && !laterGroup(b[at+1:], salt, r.next) {
				return nil
			}
			return r.damage(n, at, fmt.Sprintf("group %d is damaged", r.next))
		}
		err := each(n, int64(at+groupHead), b[at+groupHead:end], Pos{}, func(_ Pos, record []byte) error { return r.each(record) })
		if err != nil {
			return err
		}
		at = end
	}
	return nil
}

// laterGroup says whether a group of a higher number begins anywhere in b.
func laterGroup(b []byte, salt, seq uint64) bool {
	for {
		i := bytes.Index(b, []byte(groupMagic))
		if i < 0 {
			return false
		}
		if g, ok := getGroup(b[i:], salt); ok && g.seq > seq {
			return true
		}
		b = b[i+1:]
	}
}
