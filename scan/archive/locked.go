package archive

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"github.com/bodgit/sevenzip"
	"github.com/nwaples/rardecode/v2"
)

// Bounds of what is spent on passwords, in one mail.
const (
	mostTries = 50 // of a password with a member of a zip, or a part of it
	mostSlow  = 10 // with a 7z or a rar, whose keys are made to take long
	mostCheck = 8 << 20
)

// unlock tries the passwords that the budget knows with a member of a zip. nil when none fits; the one that fits is tried first next time.
func (w *walk) unlock(e *entry, packed []byte) (content []byte, method uint16, ok bool) {
	for i, p := range w.b.Passwords {
		if w.b.tries >= mostTries || w.ctx.Err() != nil || len(packed) > mostCheck {
			return nil, 0, false
		}
		w.b.tries++
		method = e.method
		if e.method == 99 {
			content, method, ok = aesContent(e, packed, p)
		} else {
			content, ok = cryptoContent(e, packed, p)
		}
		if !ok || !w.fits(method, content, e) {
			continue
		}
		w.b.tries-- // what works costs nothing: a zip has many members
		copy(w.b.Passwords[1:i+1], w.b.Passwords[:i])
		w.b.Passwords[0] = p
		return content, method, true
	}
	return nil, 0, false
}

// sealed gives an encrypted member: opened, when one of the passwords opens it.
func (w *walk) sealed(e *entry, packed []byte) {
	content, method, ok := w.unlock(e, packed)
	if !ok {
		w.each(&Member{Name: e.name, Encrypted: true})
		return
	}
	w.opened()
	in, err := expand(method, content)
	if err != nil {
		w.each(&Member{Name: e.name, Encrypted: true})
		return
	}
	w.member(e.name, in, int64(len(content)), e.link())
}

// opened states once that an archive was opened with a password.
func (w *walk) opened() {
	for i := range w.notes {
		if w.notes[i].Name == "opened" {
			return
		}
	}
	w.note("opened", "with a password that stands in the mail")
}

// slowly tries the passwords one after the other with an archive that open opens; "" when none fits.
func (w *walk) slowly(open func(password string) bool) string {
	for i, p := range w.b.Passwords {
		if w.b.slow >= mostSlow || w.ctx.Err() != nil {
			return ""
		}
		w.b.slow++
		if open(p) {
			copy(w.b.Passwords[1:i+1], w.b.Passwords[:i])
			w.b.Passwords[0] = p
			w.opened()
			return p
		}
	}
	return ""
}

// sevenKey is the password of a 7z that needs one; "" when it needs none, or none fits.
func (w *walk) sevenKey() string {
	if len(w.b.Passwords) == 0 {
		return ""
	}
	try := func(password string) (fits, locked bool) {
		z, err := sevenzip.NewReaderWithPassword(bytes.NewReader(w.data), int64(len(w.data)), password)
		if err == nil {
			i := slices.IndexFunc(z.File, func(f *sevenzip.File) bool { return f.UncompressedSize > 0 })
			if i < 0 {
				return true, false
			}
			err = drain(z.File[i])
		}
		var e *sevenzip.ReadError
		return err == nil, errors.As(err, &e) && e.Encrypted
	}
	if _, locked := try(""); !locked {
		return ""
	}
	return w.slowly(func(p string) bool { fits, _ := try(p); return fits })
}

// drain reads a file of a 7z, as far as a check of its password needs.
func drain(f *sevenzip.File) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(in, mostCheck))
	return err
}

// rarKey is the password of a rar that needs one; "" when it needs none, or none fits.
func (w *walk) rarKey() string {
	if len(w.b.Passwords) == 0 {
		return ""
	}
	try := func(o ...rardecode.Option) (fits, locked bool) {
		r, err := rardecode.NewReader(bytes.NewReader(w.data), append(o, rardecode.MaxDictionarySize(64<<20))...)
		for n := 0; err == nil && n < 1000; n++ {
			var h *rardecode.FileHeader
			if h, err = r.Next(); err != nil {
				break
			}
			if h.Encrypted && !h.IsDir {
				if len(o) == 0 {
					return false, true
				}
				_, err = io.Copy(io.Discard, io.LimitReader(r, mostCheck))
				return err == nil, true
			}
		}
		locked = errors.Is(err, rardecode.ErrArchiveEncrypted) || errors.Is(err, rardecode.ErrArchivedFileEncrypted)
		return err == io.EOF, locked
	}
	if _, locked := try(); !locked {
		return ""
	}
	return w.slowly(func(p string) bool { fits, _ := try(rardecode.Password(p)); return fits })
}

// fits says whether decrypted content expands to what the directory says: the check of a password is one byte only.
func (w *walk) fits(method uint16, content []byte, e *entry) bool {
	if e.aes && e.crc == 0 {
		return true // its own code was checked
	}
	in, err := expand(method, content)
	if err != nil {
		return false
	}
	sum := crc32.NewIEEE()
	n, err := io.Copy(sum, io.LimitReader(in, int64(len(content))*w.b.Ratio+1<<20))
	w.b.bytes += n
	return err == nil && n == e.size && sum.Sum32() == e.crc
}

// zipKeys are the keys of the first encryption of zip (APPNOTE 6.1).
type zipKeys [3]uint32

func newZipKeys(password string) zipKeys {
	k := zipKeys{0x12345678, 0x23456789, 0x34567890}
	for i := range len(password) {
		k.update(password[i])
	}
	return k
}

func (k *zipKeys) update(c byte) {
	k[0] = crc32.IEEETable[byte(k[0])^c] ^ k[0]>>8
	k[1] = (k[1]+k[0]&0xff)*134775813 + 1
	k[2] = crc32.IEEETable[byte(k[2])^byte(k[1]>>24)] ^ k[2]>>8
}

func (k *zipKeys) decrypt(in []byte) []byte {
	out := make([]byte, len(in))
	for i, c := range in {
		t := k[2] | 2
		out[i] = c ^ byte(t*(t^1)>>8)
		k.update(out[i])
	}
	return out
}

// cryptoContent decrypts a member; false when the check byte at the end of its header is another.
func cryptoContent(e *entry, packed []byte, password string) ([]byte, bool) {
	if len(packed) < 12 {
		return nil, false
	}
	k := newZipKeys(password)
	head := k.decrypt(packed[:12])
	if head[11] != byte(e.crc>>24) && head[11] != byte(e.time>>8) {
		return nil, false
	}
	return k.decrypt(packed[12:]), true
}

// aesContent decrypts a member that WinZip's AES encrypts: salt, two bytes of check, content, ten bytes of code. The extra field says
// the length of the key and the method of compression.
func aesContent(e *entry, packed []byte, password string) ([]byte, uint16, bool) {
	size := map[byte]int{1: 16, 2: 24, 3: 32}[e.strength]
	salt := size / 2
	if size == 0 || len(packed) < salt+12 {
		return nil, 0, false
	}
	key, err := pbkdf2.Key(sha1.New, password, packed[:salt], 1000, 2*size+2)
	if err != nil || !bytes.Equal(key[2*size:], packed[salt:salt+2]) {
		return nil, 0, false
	}
	body, code := packed[salt+2:len(packed)-10], packed[len(packed)-10:]
	sum := hmac.New(sha1.New, key[size:2*size])
	sum.Write(body)
	if !hmac.Equal(sum.Sum(nil)[:10], code) {
		return nil, 0, false
	}
	block, err := aes.NewCipher(key[:size])
	if err != nil {
		return nil, 0, false
	}
	out := bytes.Clone(body)
	stream(block, out)
	return out, e.inner, true
}

// stream encrypts or decrypts in place. The counter is little-endian, unlike that of crypto/cipher.
func stream(block cipher.Block, b []byte) {
	var counter, pad [16]byte
	for i := 0; i < len(b); i += 16 {
		binary.LittleEndian.PutUint64(counter[:], uint64(i/16+1))
		block.Encrypt(pad[:], counter[:])
		for j := i; j < min(i+16, len(b)); j++ {
			b[j] ^= pad[j-i]
		}
	}
}

// aesExtra reads the extra field of an encrypted member (0x9901).
func (e *entry) aesExtra(v []byte) {
	if len(v) >= 7 {
		e.aes, e.strength, e.inner = true, v[4], binary.LittleEndian.Uint16(v[5:])
	}
}
