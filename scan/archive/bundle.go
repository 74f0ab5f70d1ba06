package archive

import (
	"bytes"
	"encoding/binary"
	"strings"

	"sekisho/mail/message"
	"sekisho/scan/disk"
)

// Attributes of TNEF ([MS-OXTNEF] 2.1.3.2).
const (
	tnefTitle = 0x00018010
	tnefData  = 0x0006800f
	tnefStart = 0x00069002 // begins another attachment
)

// tnef takes the attachments out of a winmail.dat.
func (w *walk) tnef() {
	b, name := w.data[min(6, len(w.data)):], "attachment"
	var data []byte
	flush := func() {
		if data != nil && w.more() {
			w.member(name, bytes.NewReader(data), int64(len(data)), false)
		}
		name, data = "attachment", nil
	}
	for len(b) >= 11 {
		id, n := binary.LittleEndian.Uint32(b[1:]), int64(binary.LittleEndian.Uint32(b[5:]))
		if n > int64(len(b)-11) {
			w.note("broken", "an attribute is longer than the file")
			break
		}
		v := b[9 : 9+n]
		b = b[9+n+2:]
		switch id {
		case tnefStart:
			flush()
		case tnefTitle:
			if t := strings.TrimRight(message.Decode(v, ""), "\x00"); t != "" {
				name = t
			}
		case tnefData:
			data = v
		}
	}
	flush()
}

// fileData is the mark before an embedded file in a notebook ([MS-ONESTORE] 2.6.13).
const fileData = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"

// onenote takes the embedded files out of a notebook. Their names stand elsewhere and are not looked for.
func (w *walk) onenote() {
	for b := w.data; ; {
		i := bytes.Index(b, []byte(fileData))
		if i < 0 || len(b)-i < 36 {
			return
		}
		b = b[i+16:]
		n := binary.LittleEndian.Uint64(b)
		rest := b[20:]
		if n > uint64(len(rest)) {
			w.note("broken", "an embedded file is longer than the notebook")
			n = uint64(len(rest))
		}
		if !w.more() {
			return
		}
		w.member("file", bytes.NewReader(rest[:n]), int64(n), false)
		b = rest[n:]
	}
}

// disk takes the files out of a disk image.
func (w *walk) disk() {
	notes := disk.Walk(w.data, func(f *disk.File) bool {
		if !w.more() {
			return false
		}
		if f.Link != "" {
			w.each(&Member{Name: f.Name, Link: true, Data: []byte(f.Link)})
		} else {
			w.member(f.Name, f, int64(len(w.data)), false)
		}
		return !w.over
	})
	for _, n := range notes {
		w.note(n.Name, n.Evidence)
	}
}
