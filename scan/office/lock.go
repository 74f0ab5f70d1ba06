package office

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Everybody is the password that Excel tries by itself: a workbook that is encrypted with it opens without a question.
const Everybody = "VelvetSweatshop"

// Unlock tries words with a document that is encrypted, and gives it decrypted with the word that fits; nil when none does. more is
// asked before each try and can end them: the keys are made to take long ([MS-OFFCRYPTO]).
func Unlock(data []byte, words []string, more func() bool) (plain []byte, word string) {
	c := openCompound(data)
	if c == nil {
		return nil, ""
	}
	l := c.lock()
	if l == nil {
		return nil, ""
	}
	for _, w := range words {
		if len(w) > 255 || !more() {
			return nil, ""
		}
		if l.opens(w) {
			return l.plain(), w
		}
	}
	return nil, ""
}

// lock is one way in which a document is encrypted.
type lock interface {
	opens(word string) bool // sets the key when it does
	plain() []byte
}

// lock finds how a file is encrypted; nil when it is not, or in a way that is not known.
func (c *compound) lock() lock {
	if info, packed := c.named("EncryptionInfo"), c.named("EncryptedPackage"); info != nil && packed != nil {
		return packageLock(c.stream(info), c.stream(packed))
	}
	for _, name := range []string{"Workbook", "Book"} {
		if e := c.named(name); e != nil {
			return bookLock(c, e)
		}
	}
	if e := c.named("WordDocument"); e != nil {
		return wordLock(c, e)
	}
	return nil
}

// named is the stream of a name; nil for none.
func (c *compound) named(name string) *entry {
	for i := range c.dir {
		if e := &c.dir[i]; e.kind == 2 && strings.EqualFold(e.name, name) && !strings.Contains(e.path, "ObjectPool") {
			return e
		}
	}
	return nil
}

// wideWord is a word in UTF-16, as all keys are made of it.
func wideWord(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func number(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// packageLock is the lock of a document since 2007: a zip in a compound file.
func packageLock(info, packed []byte) lock {
	if len(info) < 8 || len(packed) < 8 {
		return nil
	}
	size := binary.LittleEndian.Uint64(packed)
	packed = packed[8:]
	if size > uint64(len(packed)) {
		return nil
	}
	switch major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:]); {
	case major == 4 && minor == 4:
		return agileLock(string(info[8:]), packed, int(size))
	case minor == 2 && major >= 2 && major <= 4:
		h := readHeader(info[4:])
		if h == nil || h.algorithm < 0x660e || h.algorithm > 0x6610 {
			return nil
		}
		return &standard{header: *h, packed: packed, size: int(size)}
	}
	return nil
}

// header is what the older locks say of their key.
type header struct {
	algorithm     uint32
	bits          int
	salt          []byte
	proof, proof2 []byte // a random text and its hash, encrypted
}

// readHeader reads flags, an EncryptionHeader and an EncryptionVerifier; nil when they make no sense.
func readHeader(b []byte) *header {
	if len(b) < 8 {
		return nil
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	b = b[8:]
	if n < 32 || n > 4096 || len(b) < n+4+16+16+4+20 {
		return nil
	}
	h := &header{algorithm: binary.LittleEndian.Uint32(b[8:]), bits: int(binary.LittleEndian.Uint32(b[16:]))}
	v := b[n:]
	h.salt, h.proof, h.proof2 = v[4:20], v[20:36], v[40:min(len(v), 72)]
	if h.bits == 0 {
		h.bits = 40
	}
	if h.bits < 40 || h.bits > 256 || h.bits%8 != 0 {
		return nil
	}
	return h
}

// standard is the lock of Office 2007: AES in ECB mode.
type standard struct {
	header
	packed []byte
	size   int
	block  cipher.Block
}

func (l *standard) opens(word string) bool {
	if len(l.proof2) < 32 {
		return false
	}
	sum := sha1.Sum(append(slices.Clone(l.salt), wideWord(word)...))
	h := sum[:]
	for i := range 50000 {
		sum = sha1.Sum(append(number(i), h...))
	}
	sum = sha1.Sum(append(slices.Clone(h), number(0)...))
	var key []byte
	for _, pad := range []byte{0x36, 0x5c} {
		b := bytes.Repeat([]byte{pad}, 64)
		for i, c := range sum {
			b[i] ^= c
		}
		x := sha1.Sum(b)
		key = append(key, x[:]...)
	}
	block, err := aes.NewCipher(key[:min(l.bits/8, len(key))])
	if err != nil {
		return false
	}
	text, proof := ecb(block, l.proof), ecb(block, l.proof2)
	want := sha1.Sum(text)
	l.block = block
	return bytes.Equal(want[:], proof[:20])
}

func (l *standard) plain() []byte { return ecb(l.block, l.packed)[:l.size] }

// ecb decrypts each block by itself; a rest that is no block stays as it is.
func ecb(c cipher.Block, b []byte) []byte {
	out := slices.Clone(b)
	for i := 0; i+16 <= len(out); i += 16 {
		c.Decrypt(out[i:i+16], out[i:i+16])
	}
	return out
}

// agile is the lock of Office 2010 and later.
type agile struct {
	sum                 func() hash.Hash // of the password's key
	spin, bits          int
	salt                []byte
	input, value, boxed []byte
	dataSum             func() hash.Hash
	dataSalt            []byte
	packed              []byte
	size                int
	key                 []byte
}

// mostSpin bounds the rounds of one try.
const mostSpin = 250_000

func agileLock(xml string, packed []byte, size int) lock {
	l := &agile{packed: packed, size: size}
	ok := true
	b64 := func(tag, name string) []byte {
		b, err := base64.StdEncoding.DecodeString(attribute(tag, name))
		ok = ok && err == nil && len(b) >= 8
		return b
	}
	elements(xml, "keyData", func(tag string) bool {
		l.dataSum, l.dataSalt = hashOf(attribute(tag, "hashAlgorithm")), b64(tag, "saltValue")
		ok = ok && attribute(tag, "cipherAlgorithm") == "AES" && attribute(tag, "cipherChaining") == "ChainingModeCBC"
		return true
	})
	elements(xml, "encryptedKey", func(tag string) bool {
		if l.sum != nil || attribute(tag, "spinCount") == "" { // one for a certificate
			return true
		}
		l.sum, l.salt = hashOf(attribute(tag, "hashAlgorithm")), b64(tag, "saltValue")
		l.spin, _ = strconv.Atoi(attribute(tag, "spinCount"))
		l.bits, _ = strconv.Atoi(attribute(tag, "keyBits"))
		l.input, l.value, l.boxed = b64(tag, "encryptedVerifierHashInput"), b64(tag, "encryptedVerifierHashValue"), b64(tag, "encryptedKeyValue")
		ok = ok && attribute(tag, "cipherAlgorithm") == "AES" && attribute(tag, "cipherChaining") == "ChainingModeCBC"
		return true
	})
	if !ok || l.sum == nil || l.dataSum == nil || l.spin < 0 || l.spin > mostSpin || l.bits != 128 && l.bits != 192 && l.bits != 256 {
		return nil
	}
	return l
}

// hashOf is a hash by its name; nil for others.
func hashOf(name string) func() hash.Hash {
	switch strings.ReplaceAll(strings.ToUpper(name), "-", "") {
	case "SHA1":
		return sha1.New
	case "SHA256":
		return sha256.New
	case "SHA384":
		return sha512.New384
	case "SHA512":
		return sha512.New
	}
	return nil
}

// The keys of a lock are made of one hash and one of these each ([MS-OFFCRYPTO] 2.3.4.11 to 2.3.4.13).
const (
	forInput = "\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79"
	forValue = "\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"
	forKey   = "\x14\x6e\x0b\xe7\xab\xac\xd0\xd6"
)

func (l *agile) opens(word string) bool {
	h := l.sum()
	h.Write(l.salt)
	h.Write(wideWord(word))
	sum := h.Sum(nil)
	var count [4]byte
	for i := range l.spin {
		binary.LittleEndian.PutUint32(count[:], uint32(i))
		h.Reset()
		h.Write(count[:])
		h.Write(sum)
		sum = h.Sum(sum[:0])
	}
	open := func(purpose string, b []byte) []byte {
		h.Reset()
		h.Write(sum)
		h.Write([]byte(purpose))
		return chained(fill(h.Sum(nil), l.bits/8), fill(l.salt, 16), b)
	}
	h2 := l.sum()
	h2.Write(open(forInput, l.input)[:min(len(l.salt), len(l.input))])
	want, got := h2.Sum(nil), open(forValue, l.value)
	if len(got) < len(want) || !bytes.Equal(want, got[:len(want)]) {
		return false
	}
	l.key = open(forKey, l.boxed)
	l.key = l.key[:min(len(l.key), l.bits/8)]
	return true
}

func (l *agile) plain() []byte {
	out := make([]byte, 0, len(l.packed))
	for i := 0; i*4096 < len(l.packed); i++ {
		part := l.packed[i*4096 : min((i+1)*4096, len(l.packed))]
		h := l.dataSum()
		h.Write(l.dataSalt)
		h.Write(number(i))
		out = append(out, chained(l.key, fill(h.Sum(nil), 16), part)...)
	}
	return out[:min(l.size, len(out))]
}

// fill cuts b to n bytes, or adds the byte that stands for none.
func fill(b []byte, n int) []byte {
	b = slices.Clone(b[:min(n, len(b))])
	return append(b, bytes.Repeat([]byte{0x36}, n-len(b))...)
}

// chained decrypts AES in CBC mode; a rest that is no block is left out.
func chained(key, vector, b []byte) []byte {
	out := make([]byte, len(b)/16*16)
	if block, err := aes.NewCipher(key); err == nil {
		cipher.NewCBCDecrypter(block, vector).CryptBlocks(out, b[:len(out)])
	}
	return out
}

// stream4 is RC4 with a key for each block of a stream.
type stream4 struct {
	old   bool // the first kind, with 40 bits
	salt  []byte
	bits  int
	proof []byte
	hash  []byte
	base  []byte
}

// rc4Lock reads the lock of Office 97 to 2003, in a workbook or a document; nil when it is none.
func rc4Lock(b []byte) *stream4 {
	if len(b) < 4 {
		return nil
	}
	major, minor := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
	b = b[4:]
	if major == 1 && minor == 1 && len(b) >= 48 {
		return &stream4{old: true, salt: b[:16], proof: b[16:32], hash: b[32:48]}
	}
	if minor != 2 || major < 2 || major > 4 {
		return nil
	}
	h := readHeader(b)
	if h == nil || h.algorithm != 0x6801 || h.bits > 128 {
		return nil
	}
	return &stream4{salt: h.salt, bits: h.bits, proof: h.proof, hash: h.proof2[:20]}
}

func (l *stream4) opens(word string) bool {
	if l.old {
		sum := md5.Sum(wideWord(word))
		sum = md5.Sum(bytes.Repeat(append(slices.Clone(sum[:5]), l.salt...), 16))
		l.base = sum[:5]
	} else {
		sum := sha1.Sum(append(slices.Clone(l.salt), wideWord(word)...))
		l.base = sum[:]
	}
	both := append(slices.Clone(l.proof), l.hash...)
	c := l.cipher(0)
	if c == nil {
		return false
	}
	c.XORKeyStream(both, both)
	if l.old {
		want := md5.Sum(both[:16])
		return bytes.Equal(want[:], both[16:])
	}
	want := sha1.Sum(both[:16])
	return bytes.Equal(want[:], both[16:])
}

// cipher is the cipher of one block.
func (l *stream4) cipher(block int) *rc4.Cipher {
	var key []byte
	if l.old {
		sum := md5.Sum(append(slices.Clone(l.base), number(block)...))
		key = sum[:]
	} else {
		sum := sha1.Sum(append(slices.Clone(l.base), number(block)...))
		key = sum[:l.bits/8]
		if l.bits == 40 {
			key = append(slices.Clone(key), make([]byte, 11)...)
		}
	}
	c, _ := rc4.NewCipher(key)
	return c
}

// open decrypts a stream whose blocks have size bytes.
func (l *stream4) open(b []byte, size int) []byte {
	out := slices.Clone(b)
	for i := 0; i*size < len(out); i++ {
		part := out[i*size : min((i+1)*size, len(out))]
		l.cipher(i).XORKeyStream(part, part)
	}
	return out
}
