package archive

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"

	"github.com/bodgit/sevenzip"
	"github.com/klauspost/compress/zstd"
	"github.com/nwaples/rardecode/v2"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"sekisho/scan/file"
)

// stream expands a file that is compressed as one.
func (w *walk) stream(t file.Type) {
	if !w.more() {
		return
	}
	in := io.Reader(bytes.NewReader(w.data))
	inner := "content"
	var err error
	switch t {
	case file.Gzip:
		var z *gzip.Reader
		if z, err = gzip.NewReader(in); err == nil {
			if z.Name != "" {
				inner = z.Name
			}
			in = z
		}
	case file.Bzip2:
		in = bzip2.NewReader(in)
	case file.Xz:
		in, err = xz.ReaderConfig{DictCap: 64 << 20}.NewReader(in)
	case file.LZ4:
		in = lz4.NewReader(in)
	case file.Lzip:
		in, err = lzip(w.data)
	case file.Zstd:
		var z *zstd.Decoder
		z, err = zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20), zstd.WithDecoderLowmem(true))
		if err == nil {
			defer z.Close()
			in = z
		}
	}
	if err != nil {
		w.note("broken", err.Error())
		return
	}
	w.member(inner, in, int64(len(w.data)), false)
}

// lzip is the reader of the first member of an lzip file: a header of six bytes, then LZMA with its usual properties.
func lzip(data []byte) (io.Reader, error) {
	if len(data) < 26 {
		return nil, io.ErrUnexpectedEOF
	}
	size := uint32(1) << (data[5] & 0x1f)
	size -= size / 16 * uint32(data[5]>>5)
	if size > 64<<20 {
		return nil, errDictionary
	}
	head := binary.LittleEndian.AppendUint32([]byte{0x5d}, size)
	head = append(head, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	return lzma.NewReader(io.MultiReader(bytes.NewReader(head), bytes.NewReader(data[6:])))
}

// tar reads a tar.
func (w *walk) tar(in io.Reader) {
	t := tar.NewReader(in)
	for w.more() {
		h, err := t.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			w.note("broken", err.Error())
			return
		}
		switch h.Typeflag {
		case tar.TypeDir, tar.TypeXGlobalHeader, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		case tar.TypeLink, tar.TypeSymlink:
			w.each(&Member{Name: h.Name, Link: true, Data: []byte(h.Linkname)})
		default:
			w.member(h.Name, t, 0, false) // holes are cheap in a tar: the size in all bounds them
		}
	}
}

// sevenzip reads a 7z.
func (w *walk) sevenzip() {
	z, err := sevenzip.NewReaderWithPassword(bytes.NewReader(w.data), int64(len(w.data)), w.sevenKey())
	if err != nil {
		w.closed(err)
		return
	}
	var size uint64
	for _, f := range z.File {
		size += f.UncompressedSize
	}
	if size > 1<<20 && size > uint64(len(w.data))*uint64(w.b.Ratio) {
		w.note("bomb", "the files are more than the ratio allows")
	}
	for _, f := range z.File {
		if f.FileInfo().IsDir() {
			continue
		}
		if !w.more() {
			return
		}
		in, err := f.Open()
		if err != nil {
			if !w.closed(err) {
				continue
			}
			w.each(&Member{Name: f.Name, Encrypted: true})
			continue
		}
		w.sevenMember(f, in)
	}
}

// sevenMember reads one file; a wrong key shows only when reading.
func (w *walk) sevenMember(f *sevenzip.File, in io.ReadCloser) {
	defer in.Close()
	data, cut, err := w.read(f.Name, in, 0)
	if err != nil && w.closed(err) {
		w.each(&Member{Name: f.Name, Encrypted: true})
		return
	}
	w.b.held += int64(cap(data))
	w.each(&Member{Name: f.Name, Data: data, Cut: cut || err != nil})
	w.b.held -= int64(cap(data))
}

// closed states an error of a 7z; true when it means that a password is needed.
func (w *walk) closed(err error) bool {
	var e *sevenzip.ReadError
	if errors.As(err, &e) && e.Encrypted {
		w.note("encrypted", "7z")
		return true
	}
	w.note("broken", err.Error())
	return false
}

// rar reads a rar.
func (w *walk) rar() {
	options := []rardecode.Option{rardecode.MaxDictionarySize(64 << 20)}
	key := w.rarKey()
	if key != "" {
		options = append(options, rardecode.Password(key))
	}
	r, err := rardecode.NewReader(bytes.NewReader(w.data), options...)
	for err == nil && w.more() {
		var h *rardecode.FileHeader
		if h, err = r.Next(); err != nil {
			break
		}
		switch {
		case h.IsDir:
		case h.Encrypted && key == "":
			w.each(&Member{Name: h.Name, Encrypted: true})
		default:
			w.member(h.Name, r, alone(h), false)
		}
	}
	switch {
	case err == nil || err == io.EOF:
	case errors.Is(err, rardecode.ErrArchiveEncrypted) || errors.Is(err, rardecode.ErrArchivedFileEncrypted):
		w.note("encrypted", "rar")
	default:
		w.note("broken", err.Error())
	}
}

// alone is the packed size of a file that was packed by itself; in a solid rar the ratio of one file says nothing.
func alone(h *rardecode.FileHeader) int64 {
	if h.Solid {
		return 0
	}
	return h.PackedSize
}
