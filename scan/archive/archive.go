// Package archive takes files out of archives: zip, 7z, rar, cab, lzh, arj, tar, gzip, bzip2, xz, zstd, lz4 and lzip, out of disk images, and out of
// what Microsoft's programs make of several files: winmail.dat (TNEF) and notebooks of OneNote.
//
// An archive in a mail is a letter to two readers: the scanner and the program that opens it later. They may not see
// different files, so for zip both directories (the one at the end and the headers before each file) are read, and what
// stands only in one of them is given too, with a remark. An archive is also an attack by size: a few kilobytes can
// expand to gigabytes. All archives of one mail share one Budget, and what is beyond it is stated, never silently left out.
package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"sekisho/scan/file"
)

// Limit bounds what all archives of one mail may cost together. A zero field is its default.
type Limit struct {
	Depth   int   // archives in archives: 8
	Entries int   // files in all: 10,000
	Bytes   int64 // expanded bytes in all: 1 GB
	Ratio   int64 // expanded to packed size, of a file above 1 MB: 200
	Member  int64 // bytes of one file that are looked at: 64 MB
	Memory  int64 // bytes held at one time: 160 MB
}

// Filled is the limit with its defaults.
func (l Limit) Filled() Limit {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Bytes, 1e9)
	set(&l.Ratio, 200)
	set(&l.Member, 64<<20)
	set(&l.Memory, 160<<20)
	if l.Depth <= 0 {
		l.Depth = 8
	}
	if l.Entries <= 0 {
		l.Entries = 10000
	}
	return l
}

// Budget is what is left of a Limit. It belongs to one mail and one goroutine.
type Budget struct {
	Limit
	Passwords []string // that may open archives, the likeliest first; Walk puts one that fits to the front
	tries     int      // of passwords with zips
	slow      int      // with others
	entries   int
	bytes     int64
	held      int64
}

// NewBudget is a whole budget.
func NewBudget(l Limit) *Budget { return &Budget{Limit: l.Filled()} }

// Member is one file of an archive.
type Member struct {
	Name      string
	Data      []byte // the content, or as much of it as was allowed; only valid during the call
	Encrypted bool   // nobody here can read it
	Link      bool   // a symbolic or hard link: Data is where it leads to
	Cut       bool   // Data is not all
}

// Remark is something about an archive that is a fact of its own.
type Remark struct {
	Name     string // "encrypted", "opened", "broken", "bomb", "conflict", "cut", "unread"
	Evidence string
}

// walk is one archive on its way through Walk.
type walk struct {
	ctx   context.Context
	b     *Budget
	data  []byte
	each  func(*Member)
	notes []Remark
	over  bool
}

// Walk gives the files of data, an archive of type t, to each, and remarks about the archive as a whole. It never panics,
// whatever a decoder does; ctx ends it early.
func Walk(ctx context.Context, t file.Type, data []byte, b *Budget, each func(*Member)) (notes []Remark) {
	w := &walk{ctx: ctx, b: b, data: data, each: each}
	held := b.held
	defer func() {
		if p := recover(); p != nil {
			b.held = held
			w.note("broken", fmt.Sprint("the decoder fails: ", p))
			notes = w.notes
		}
	}()
	switch t {
	case file.Zip:
		w.zip()
	case file.SevenZ:
		w.sevenzip()
	case file.Rar:
		w.rar()
	case file.Tar:
		w.tar(bytes.NewReader(data))
	case file.TNEF:
		w.tnef()
	case file.OneNote:
		w.onenote()
	case file.Cab:
		w.cab()
	case file.Lzh:
		w.lzh()
	case file.Arj:
		w.arj()
	case file.Gzip, file.Bzip2, file.Xz, file.Zstd, file.LZ4, file.Lzip:
		w.stream(t)
	case file.ISO, file.VHD, file.Image:
		w.disk()
	}
	return w.notes
}

func (w *walk) note(name, evidence string) {
	if len(w.notes) < 20 {
		w.notes = append(w.notes, Remark{name, evidence})
	}
}

// more says whether another file may be taken out, and states it when not.
func (w *walk) more() bool {
	if w.over {
		return false
	}
	w.b.entries++
	switch {
	case w.ctx.Err() != nil:
		w.note("cut", "no time left")
	case w.b.entries > w.b.Entries:
		w.note("bomb", fmt.Sprintf("more than %d files", w.b.Entries))
	case w.b.bytes >= w.b.Bytes:
		w.note("bomb", fmt.Sprintf("more than %d bytes", w.b.Bytes))
	default:
		return true
	}
	w.over = true
	return false
}

// member reads one file from in and gives it on. packed is its size in the archive, 0 when unknown.
func (w *walk) member(name string, in io.Reader, packed int64, link bool) {
	data, cut, err := w.read(name, in, packed)
	if err != nil {
		w.note("broken", name+": "+err.Error())
	}
	if len(data) > 0 || err == nil {
		w.b.held += int64(cap(data))
		w.each(&Member{Name: name, Data: data, Link: link, Cut: cut || err != nil})
		w.b.held -= int64(cap(data))
	}
}

// read reads as much of in as is allowed.
func (w *walk) read(name string, in io.Reader, packed int64) (data []byte, cut bool, err error) {
	most := min(w.b.Member, w.b.Memory-w.b.held, w.b.Bytes-w.b.bytes)
	buf := make([]byte, 0, min(max(packed*3, 512), 1<<20, max(most, 0)+1))
	for {
		if w.ctx.Err() != nil {
			w.note("cut", "no time left")
			w.over = true
			return buf, true, nil
		}
		if int64(len(buf)) >= most {
			return buf, w.full(name, in, int64(len(buf)), packed), nil
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, min(int64(cap(buf))*2, most+1)), buf...)
		}
		n, err := in.Read(buf[len(buf):min(int64(cap(buf)), int64(len(buf))+1<<18)])
		buf = buf[:len(buf)+n]
		w.b.bytes += int64(n)
		if packed > 0 && len(buf) > 1<<20 && int64(len(buf)) > packed*w.b.Ratio {
			w.note("bomb", fmt.Sprintf("%s: %d bytes from %d", name, len(buf), packed))
			return buf, true, nil
		}
		if err == io.EOF {
			return buf, false, nil
		}
		if err != nil {
			return buf, true, err
		}
	}
}

// full says whether something is left in in when the limit is reached, and states which limit it was.
func (w *walk) full(name string, in io.Reader, got, packed int64) bool {
	var one [1]byte
	if n, _ := io.ReadFull(in, one[:]); n == 0 {
		return false
	}
	if w.b.bytes >= w.b.Bytes {
		w.note("bomb", fmt.Sprintf("more than %d bytes", w.b.Bytes))
		w.over = true
	} else {
		w.note("cut", fmt.Sprintf("%s: only %d bytes are looked at", name, got))
	}
	return true
}
