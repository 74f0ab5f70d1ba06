package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
)

// crypt decrypts what the standard security handler has encrypted (ISO 32000-2 section 7.6), with the empty password or one of
// the words that the file was opened with.
type crypt struct {
	version int
	key     []byte
	text    method // of strings
	stream  method
	meta    bool // metadata are encrypted too
}

// method is a way of encrypting.
type method int

const (
	plain method = iota
	rc4Method
	aes128
	aes256
)

// padding stands in for what a password lacks (algorithm 2).
const padding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

// Encrypted says whether the file is encrypted, in whatever way.
func (f *File) Encrypted() bool { return f.trailer["Encrypt"] != nil }

// unlock finds the key. The error is ErrLocked when neither the empty password nor one of the words opens it.
func (f *File) unlock() error {
	if f.trailer["Encrypt"] == nil || f.crypt != nil {
		return nil
	}
	d := f.Dict(f.trailer["Encrypt"])
	if d == nil {
		return nil // a damaged file says so; nothing can be decrypted, and what is plain can be read
	}
	c := &crypt{version: Int(f.Resolve(d["V"])), meta: f.Resolve(d["EncryptMetadata"]) != false}
	if filter := f.Resolve(d["Filter"]); filter != Name("Standard") {
		return ErrLocked
	}
	bits := Int(f.Resolve(d["Length"]))
	switch c.version {
	case 1:
		bits, c.text, c.stream = 40, rc4Method, rc4Method
	case 2, 3:
		c.text, c.stream = rc4Method, rc4Method
	case 4, 5:
		bits = 128
		c.text, c.stream = f.method(d, "StrF"), f.method(d, "StmF")
	default:
		return ErrLocked
	}
	if bits < 40 || bits > 128 {
		bits = 40
	}
	for _, w := range append([]string{""}, f.words...) {
		if c.version == 5 {
			c.key = f.key256(d, w[:min(len(w), 127)])
		} else {
			c.key = f.key(d, bits/8, c.meta, padded(w))
		}
		if c.key != nil {
			f.word = w
			break
		}
	}
	if c.key == nil {
		return ErrLocked
	}
	f.crypt = c
	clear(f.cache) // what was read until now was read as it stands
	f.nodes = 0
	f.bundles, f.order = map[int]*bundle{}, nil
	return nil
}

// method is the method of a crypt filter.
func (f *File) method(d Dict, use Name) method {
	name, _ := f.Resolve(d[use]).(Name)
	filter := f.Dict(f.Dict(d["CF"])[name])
	switch f.Resolve(filter["CFM"]) {
	case Name("V2"):
		return rc4Method
	case Name("AESV2"):
		return aes128
	case Name("AESV3"):
		return aes256
	}
	return plain
}

func (f *File) bytes(o Object) []byte {
	s, _ := f.Resolve(o).(String)
	return []byte(s)
}

// padded is a password of 32 bytes, in the letters of Western Europe where it can be.
func padded(word string) []byte {
	b := make([]byte, 0, len(word)+32)
	for _, r := range word {
		if r > 255 {
			b = append(b[:0], word...)
			break
		}
		b = append(b, byte(r))
	}
	return append(b, padding...)[:32]
}

// key makes the key from a user password (algorithm 2), and checks it (algorithms 4 and 5).
func (f *File) key(d Dict, n int, meta bool, word []byte) []byte {
	revision := Int(f.Resolve(d["R"]))
	owner, user := f.bytes(d["O"]), f.bytes(d["U"])
	if len(owner) < 32 || len(user) < 16 {
		return nil
	}
	var id []byte
	if a := f.Array(f.trailer["ID"]); len(a) > 0 {
		id = f.bytes(a[0])
	}
	h := md5.New()
	h.Write(word)
	h.Write(owner[:32])
	p, _ := Float(f.Resolve(d["P"]))
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(int64(p))))
	h.Write(id)
	if revision >= 4 && !meta {
		h.Write([]byte{255, 255, 255, 255})
	}
	key := h.Sum(nil)
	if revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:n])
			key = sum[:]
		}
	}
	key = key[:n]
	if revision < 3 {
		if !bytes.Equal(xor(key, []byte(padding)), user[:min(32, len(user))]) {
			return nil
		}
		return key
	}
	sum := md5.Sum(append([]byte(padding), id...))
	check := sum[:]
	for i := range byte(20) {
		round := make([]byte, n)
		for k := range round {
			round[k] = key[k] ^ i
		}
		check = xor(round, check)
	}
	if !bytes.Equal(check, user[:16]) {
		return nil
	}
	return key
}

// xor is RC4.
func xor(key, b []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(b))
	c.XORKeyStream(out, b)
	return out
}

// key256 takes the key out of its box, which a user password opens (algorithm 2.A).
func (f *File) key256(d Dict, word string) []byte {
	user, box := f.bytes(d["U"]), f.bytes(d["UE"])
	if len(user) < 48 || len(box) < 32 {
		return nil
	}
	hash := func(salt []byte) []byte {
		if Int(f.Resolve(d["R"])) >= 6 {
			return hash6(word, salt)
		}
		sum := sha256.Sum256(append([]byte(word), salt...))
		return sum[:]
	}
	if !bytes.Equal(hash(user[32:40]), user[:32]) {
		return nil
	}
	block, err := aes.NewCipher(hash(user[40:48]))
	if err != nil {
		return nil
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, 16)).CryptBlocks(key, box[:32])
	return key
}

// hash6 is algorithm 2.B for a user password.
func hash6(word string, salt []byte) []byte {
	sum := sha256.Sum256(append([]byte(word), salt...))
	k := sum[:]
	for round := 0; ; round++ {
		data := bytes.Repeat(append([]byte(word), k...), 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(data, data)
		rest := 0
		for _, c := range data[:16] {
			rest += int(c)
		}
		switch rest % 3 {
		case 0:
			s := sha256.Sum256(data)
			k = s[:]
		case 1:
			s := sha512.Sum384(data)
			k = s[:]
		default:
			s := sha512.Sum512(data)
			k = s[:]
		}
		if round >= 63 && int(data[len(data)-1]) <= round-31 || round > 1000 {
			return k[:32]
		}
	}
}

// strings decrypts the strings of an object.
func (c *crypt) strings(o Object, r Ref) Object {
	switch v := o.(type) {
	case String:
		return String(c.open(c.text, r, []byte(v)))
	case Array:
		for i := range v {
			v[i] = c.strings(v[i], r)
		}
	case Dict:
		for k := range v {
			v[k] = c.strings(v[k], r)
		}
	case *Stream:
		c.strings(v.Dict, r)
	}
	return o
}

// decrypt is a stream's bytes, decrypted but still encoded.
func (f *File) decrypt(s *Stream) []byte {
	if f.crypt == nil || s.Ref.Number == 0 {
		return s.Raw
	}
	t := s.Dict["Type"]
	if t == Name("XRef") || t == Name("Metadata") && !f.crypt.meta {
		return s.Raw
	}
	for _, x := range f.filters(s.Dict) {
		if x.name == "Crypt" && (x.parm["Name"] == nil || x.parm["Name"] == Name("Identity")) {
			return s.Raw
		}
	}
	f.left -= len(s.Raw)
	return f.crypt.open(f.crypt.stream, s.Ref, s.Raw)
}

// open decrypts bytes of the object r (algorithms 1 and 1.A).
func (c *crypt) open(m method, r Ref, b []byte) []byte {
	key := c.key
	if m == rc4Method || m == aes128 {
		h := md5.New()
		h.Write(c.key)
		h.Write([]byte{byte(r.Number), byte(r.Number >> 8), byte(r.Number >> 16), byte(r.Generation), byte(r.Generation >> 8)})
		if m == aes128 {
			h.Write([]byte("sAlT"))
		}
		key = h.Sum(nil)[:min(16, len(c.key)+5)]
	}
	switch m {
	case rc4Method:
		return xor(key, b)
	case aes128, aes256:
		return cbc(key, b)
	}
	return b
}

// cbc decrypts AES in CBC mode: the vector stands in front, the padding at the end.
func cbc(key, b []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(b) < 32 {
		return nil
	}
	vector, b := b[:16], b[16:]
	out := make([]byte, len(b)/16*16)
	cipher.NewCBCDecrypter(block, vector).CryptBlocks(out, b[:len(out)])
	if n := int(out[len(out)-1]); n >= 1 && n <= 16 {
		out = out[:len(out)-n]
	}
	return out
}
