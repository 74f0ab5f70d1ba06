package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"sekisho"
)

// specimenFile is a file of a class, made here: no tool and no sample that the readers were written with made it.
type specimenFile struct {
	class sekisho.Kind // "" for an ordinary file
	name  string
	data  []byte
}

var le = binary.LittleEndian

// zipFiles makes a zip of names and contents.
func zipFiles(files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, _ := z.Create(files[i])
		w.Write([]byte(files[i+1]))
	}
	z.Close()
	return b.Bytes()
}

// zipLocked makes a zip whose member says that it is encrypted: method is that of the file, 99 for AES.
func zipLocked(name string, method, flags uint16, streamed bool) []byte {
	body := strings.Repeat("\x8a\x13\xf0", 20)
	if streamed {
		flags |= 8
	}
	head := le.AppendUint16(nil, 20)
	head = le.AppendUint16(head, flags|1)
	head = le.AppendUint16(head, method)
	head = le.AppendUint32(head, 0x5a215a21)
	head = le.AppendUint32(head, 0x11223344)
	head = le.AppendUint32(head, uint32(len(body)))
	head = le.AppendUint32(head, 40)
	head = le.AppendUint16(head, uint16(len(name)))
	head = le.AppendUint16(head, 0)
	out := append([]byte("PK\x03\x04"), head...)
	out = append(append(out, name...), body...)
	at := len(out)
	out = append(append(out, "PK\x01\x02\x14\x00"...), head...)
	out = append(out, make([]byte, 14)...)
	out = append(out, name...)
	size := len(out) - at
	out = append(out, "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"...)
	out = le.AppendUint32(out, uint32(size))
	out = le.AppendUint32(out, uint32(at))
	return append(out, 0, 0)
}

// rar5 makes a RAR of version 5; kind 4 is an encryption header, else a file, encrypted or not.
func rar5(encryptedHead, encryptedFile bool) []byte {
	block := func(body []byte) []byte {
		b := append([]byte{byte(len(body))}, body...)
		return append(le.AppendUint32(nil, crc32.ChecksumIEEE(b)), b...)
	}
	out := []byte("Rar!\x1a\x07\x01\x00")
	if encryptedHead {
		return append(append(out, block(append([]byte{4, 0, 0, 0, 15}, make([]byte, 16)...))...), bytes.Repeat([]byte{0x5a}, 64)...)
	}
	out = append(out, block([]byte{1, 0, 0})...)
	extra := []byte{}
	if encryptedFile { // size, type 1, version 0, flags 0, count 15, salt, IV
		extra = append([]byte{36, 1, 0, 0, 15}, make([]byte, 32)...)
	}
	body := []byte{2, 3, byte(len(extra)), 5, 0, 5, 0x20, 0, 1, 1, 'a'}
	if !encryptedFile {
		body = []byte{2, 2, 5, 0, 5, 0x20, 0, 1, 1, 'a'}
	}
	out = append(append(out, block(append(body, extra...))...), "hello"...)
	return append(out, block([]byte{5, 0, 0})...)
}

// compoundFile makes a compound file of streams: names and contents. class is that of the root.
func compoundFile(class string, streams ...string) []byte {
	const free, end, fatSector = 0xffffffff, 0xfffffffe, 0xfffffffd
	n := len(streams) / 2
	sectors := make([][]byte, 0, 16)
	fat := []uint32{fatSector}
	entry := func(name string, kind byte, left, right, child, start uint32, size int) []byte {
		b := make([]byte, 128)
		for i, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(b[i*2:], u)
		}
		le.PutUint16(b[64:], uint16(len(utf16.Encode([]rune(name)))*2+2))
		b[66], b[67] = kind, 1
		le.PutUint32(b[68:], left)
		le.PutUint32(b[72:], right)
		le.PutUint32(b[76:], child)
		le.PutUint32(b[116:], start)
		le.PutUint32(b[120:], uint32(size))
		return b
	}
	var dir []byte
	root := entry("Root Entry", 5, free, free, 1, end, 0)
	copy(root[80:], class)
	dir = append(dir, root...)
	next := uint32(1 + (n+1+3)/4)
	for i := range (n + 1 + 3) / 4 {
		fat = append(fat, uint32(i+2))
	}
	fat[len(fat)-1] = end
	for i := range n {
		data := []byte(streams[i*2+1])
		data = append(data, make([]byte, max(0, 4096-len(data)))...) // no small streams
		right := uint32(free)
		if i+1 < n {
			right = uint32(i + 2)
		}
		dir = append(dir, entry(streams[i*2], 2, free, right, free, next, len(data))...)
		for at := 0; at < len(data); at += 512 {
			s := make([]byte, 512)
			copy(s, data[at:])
			sectors = append(sectors, s)
			next++
			fat = append(fat, next)
		}
		fat[len(fat)-1] = end
	}
	dir = append(dir, make([]byte, (512-len(dir)%512)%512)...)
	head := make([]byte, 512)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(head[24:], 0x3e)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xfffe)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], 1)
	le.PutUint32(head[48:], 1)
	le.PutUint32(head[56:], 4096)
	le.PutUint32(head[60:], end)
	le.PutUint32(head[68:], end)
	for i := 76; i < 512; i += 4 {
		le.PutUint32(head[i:], free)
	}
	le.PutUint32(head[76:], 0)
	table := make([]byte, 0, 512)
	for _, f := range fat {
		table = le.AppendUint32(table, f)
	}
	for len(table) < 512 {
		table = le.AppendUint32(table, free)
	}
	out := append(append(head, table...), dir...)
	for _, s := range sectors {
		out = append(out, s...)
	}
	return out
}

// record is one record of Excel.
func record(kind uint16, body ...byte) string {
	return string(le.AppendUint16(le.AppendUint16(nil, kind), uint16(len(body)))) + string(body)
}

func padded(size int, at map[int]string) []byte {
	b := make([]byte, size)
	for i, s := range at {
		copy(b[i:], s)
	}
	return b
}

func tarred(name, content string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600})
	w.Write([]byte(content))
	w.Close()
	return b.Bytes()
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func wide(s string) []byte {
	out := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		out = le.AppendUint16(out, u)
	}
	return out
}

// ooxml makes a document of Office since 2007 with more parts.
func ooxml(main, kind string, more ...string) []byte {
	return zipFiles(append([]string{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/` + main + `" ContentType="` + kind + `"/></Types>`,
		"_rels/.rels", `<Relationships><Relationship Id="r" Type="x/officeDocument" Target="` + main + `"/></Relationships>`}, more...)...)
}

// related is a list of one relation to the outside.
func related(kind, target string) string {
	return `<Relationships xmlns="x"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + target + `" TargetMode="External"/></Relationships>`
}

// measured counts a class.
type measured struct{ right, all int }

func TestMeasureClasses(t *testing.T) {
	s := scanner(t)
	count := map[sekisho.Kind]*measured{}
	for _, f := range slices.Concat(lockedFiles(), programFiles(), macroFiles(), activeFiles(), wrappedFiles(), ordinaryFiles()) {
		for how, r := range map[string]Report{"file": s.File(context.Background(), f.name, f.data), "mail": s.Scan(context.Background(), wrap(f.name, f.data), Context{})} {
			c := count[f.class]
			if c == nil {
				c = &measured{}
				count[f.class] = c
			}
			c.all++
			ok := has(r, f.class)
			if f.class == "" {
				ok = !slices.ContainsFunc(r.Findings, func(x sekisho.Finding) bool { return x.Kind != sekisho.KindSpam && x.Score > 0 })
			}
			if ok {
				c.right++
			} else {
				t.Errorf("%s as %s is not %q: %s %+v", f.name, how, f.class, r.Verdict, r.Findings)
			}
		}
	}
	for k, c := range count {
		t.Logf("%-12s %3d of %3d", k, c.right, c.all)
	}
}

// base64Of is data as base64.
func base64Of(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
