package archive

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"

	"sekisho/scan/file"
)

// lockedZip makes a zip of one stored file that is encrypted: with AES of a strength, or 0 for the first encryption of zip.
func lockedZip(t testing.TB, name, content, password string, strength byte) []byte {
	t.Helper()
	le := binary.LittleEndian
	method, sum := uint16(0), crc32.ChecksumIEEE([]byte(content))
	var body, extra []byte
	if strength == 0 {
		k := newZipKeys(password)
		for _, c := range append(append(make([]byte, 11), byte(sum>>24)), content...) {
			x := k[2] | 2
			body = append(body, c^byte(x*(x^1)>>8))
			k.update(c)
		}
	} else {
		size := 8 + 8*int(strength)
		salt := bytes.Repeat([]byte{7}, size/2)
		key, err := pbkdf2.Key(sha1.New, password, salt, 1000, 2*size+2)
		if err != nil {
			t.Fatal(err)
		}
		block, _ := aes.NewCipher(key[:size])
		var in, out [16]byte
		text := []byte(content)
		for i := range text {
			if i%16 == 0 {
				le.PutUint64(in[:], uint64(i/16+1))
				block.Encrypt(out[:], in[:])
			}
			text[i] ^= out[i%16]
		}
		code := hmac.New(sha1.New, key[size:2*size])
		code.Write(text)
		body = slices.Concat(salt, key[2*size:], text, code.Sum(nil)[:10])
		extra = []byte{0x01, 0x99, 7, 0, 2, 0, 'A', 'E', strength, 0, 0}
		method, sum = 99, 0
	}
	head := le.AppendUint16([]byte{20, 0, 1, 0}, method)
	head = le.AppendUint32(head, 0x5a215a21)
	head = le.AppendUint32(head, sum)
	head = le.AppendUint32(head, uint32(len(body)))
	head = le.AppendUint32(head, uint32(len(content)))
	head = le.AppendUint16(head, uint16(len(name)))
	head = le.AppendUint16(head, uint16(len(extra)))
	out := slices.Concat([]byte(sigLocal), head, []byte(name), extra, body)
	at := len(out)
	out = slices.Concat(out, []byte(sigCentral), []byte{20, 0}, head, make([]byte, 14), []byte(name), extra)
	size := len(out) - at
	out = append(out, "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"...)
	out = le.AppendUint32(out, uint32(size))
	out = le.AppendUint32(out, uint32(at))
	return append(out, 0, 0)
}

func TestUnlock(t *testing.T) {
	for strength := range byte(4) {
		data := lockedZip(t, "a.txt", "hello, this is longer than one block", "secret99", strength)
		for _, c := range []struct {
			passwords []string
			open      bool
		}{{[]string{"wrong", "secret99"}, true}, {[]string{"wrong"}, false}, {nil, false}} {
			b, got := NewBudget(Limit{}), ""
			b.Passwords = c.passwords
			notes := Walk(context.Background(), file.Zip, data, b, func(m *Member) {
				if !m.Encrypted {
					got = string(m.Data)
				}
			})
			opened := slices.ContainsFunc(notes, func(n Remark) bool { return n.Name == "opened" })
			if c.open != (got == "hello, this is longer than one block") || c.open != opened || c.open && b.Passwords[0] != "secret99" {
				t.Errorf("strength %d, passwords %q: %q %v", strength, c.passwords, got, notes)
			}
		}
	}
	b := NewBudget(Limit{})
	for range 500 {
		b.Passwords = append(b.Passwords, "x")
	}
	Walk(context.Background(), file.Zip, lockedZip(t, "a", "b", "c", 3), b, func(*Member) {})
	if b.tries != mostTries {
		t.Errorf("%d tries", b.tries)
	}
}

func FuzzUnlock(f *testing.F) {
	f.Add(lockedZip(f, "a", "hello", "pw", 0), "pw")
	f.Add(lockedZip(f, "a", "hello", "pw", 3), "pw")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		b := NewBudget(Limit{Entries: 20, Bytes: 1 << 20, Member: 1 << 18})
		b.Passwords = []string{password}
		Walk(context.Background(), file.Sniff(data), data, b, func(*Member) {})
		if b.held != 0 {
			t.Fatalf("%d bytes are held", b.held)
		}
	})
}
