package archive

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"math"
	"path"
	"strconv"
	"strings"
	"time"
)

// Plain is a file that goes into an archive.
type Plain struct {
	Name string
	Data []byte
}

// The sizes of WinZip's strongest encryption: AES with 256 bits, its salt, and the code at the end.
const (
	lockKey  = 32
	lockSalt = 16
	lockCode = 10
)

// Lock makes a zip whose files are encrypted with a password, as WinZip's AE-2 has it and 7-Zip reads it.
// Names are UTF-8; two of the same name are told apart. Salts come from rand.
func Lock(files []Plain, password string, at time.Time, rand func([]byte)) ([]byte, error) {
	if len(files) == 0 || len(files) >= math.MaxUint16 || password == "" {
		return nil, errors.New("no files, too many, or no password")
	}
	var out, directory bytes.Buffer
	used := map[string]bool{}
	for _, f := range files {
		salt := make([]byte, lockSalt)
		rand(salt)
		body, err := locked(f.Data, password, salt)
		if err != nil {
			return nil, err
		}
		if int64(out.Len())+int64(len(body)) > math.MaxInt32 {
			return nil, errors.New("too large for a zip")
		}
		name := apart(f.Name, used)
		head := lockHead(name, at, len(body), len(f.Data))
		directory.WriteString("PK\x01\x02\x33\x00") // made by version 5.1
		directory.Write(head)
		directory.Write(make([]byte, 2+2+2+4)) // comment, disk, attributes
		directory.Write(binary.LittleEndian.AppendUint32(nil, uint32(out.Len())))
		directory.WriteString(name)
		directory.Write(lockExtra())
		out.WriteString("PK\x03\x04")
		out.Write(head)
		out.WriteString(name)
		out.Write(lockExtra())
		out.Write(body)
	}
	le, start := binary.LittleEndian, out.Len()
	end := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	end = le.AppendUint16(le.AppendUint16(end, uint16(len(files))), uint16(len(files)))
	end = le.AppendUint32(le.AppendUint32(end, uint32(directory.Len())), uint32(start))
	out.Write(directory.Bytes())
	out.Write(append(end, 0, 0))
	return out.Bytes(), nil
}

// lockHead is what local header and directory have in common: version 5.1, encrypted, UTF-8, method 99. AE-2 has no checksum.
func lockHead(name string, at time.Time, packed, size int) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, 51)
	b = le.AppendUint16(b, 1|1<<11)
	b = le.AppendUint16(b, 99)
	b = le.AppendUint16(b, uint16(at.Hour()<<11|at.Minute()<<5|at.Second()/2))
	b = le.AppendUint16(b, uint16(max(0, at.Year()-1980)<<9|int(at.Month())<<5|at.Day()))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(packed))
	b = le.AppendUint32(b, uint32(size))
	b = le.AppendUint16(b, uint16(len(name)))
	return le.AppendUint16(b, uint16(len(lockExtra())))
}

// lockExtra says that a member is encrypted by AE-2 with 256 bits, and compressed by deflate before.
func lockExtra() []byte { return []byte{0x01, 0x99, 7, 0, 2, 0, 'A', 'E', 3, 8, 0} }

// locked compresses and encrypts the content of one file: salt, two bytes of check, content, code.
func locked(data []byte, password string, salt []byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha1.New, password, salt, 1000, 2*lockKey+2)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:lockKey])
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(data); err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, err
	}
	body := packed.Bytes()
	stream(block, body)
	sum := hmac.New(sha1.New, key[lockKey:2*lockKey])
	sum.Write(body)
	out := append(bytes.Clone(salt), key[2*lockKey:]...)
	return append(append(out, body...), sum.Sum(nil)[:lockCode]...), nil
}

// apart is a name that no other file of the archive has, without a folder.
func apart(name string, used map[string]bool) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == ':' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_")), ". ")
	if name == "" {
		name = "file"
	}
	for len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; used[strings.ToLower(name)]; n++ {
		name = stem + "-" + strconv.Itoa(n) + ext
	}
	used[strings.ToLower(name)] = true
	return name
}
