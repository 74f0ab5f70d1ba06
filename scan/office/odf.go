package office

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
)

// boxed is one encrypted member of an OpenDocument (ODF 1.3 part 2 section 3.4).
type boxed struct {
	name          string
	check         []byte // SHA-256 of the first kilobyte, packed
	vector, salt  []byte
	rounds, bytes int
	data          []byte
}

// The most of an OpenDocument that is decrypted: its members are encrypted one by one, each with a key of its own that takes long to make.
const (
	mostBoxed  = 16
	mostRounds = 250_000
	mostMember = 16 << 20
)

// UnlockOpen tries words with an OpenDocument that is encrypted, and gives the members that say what it does, decrypted, as another zip; nil
// when no word fits. more is asked before each try.
func UnlockOpen(data []byte, words []string, more func() bool) (plain []byte, word string) {
	list := boxes(data)
	if len(list) == 0 {
		return nil, ""
	}
	for _, w := range words {
		if !more() {
			return nil, ""
		}
		if list[0].open(w) == nil {
			continue
		}
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, b := range list {
			text := b.open(w)
			if text == nil {
				continue
			}
			if f, err := z.Create(b.name); err == nil {
				f.Write(text)
			}
		}
		if z.Close() != nil {
			return nil, ""
		}
		return out.Bytes(), w
	}
	return nil, ""
}

// boxes are the encrypted members that matter, the smallest first: the text, macros, and objects.
func boxes(data []byte) (list []*boxed) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil
	}
	manifest := member(z, "META-INF/manifest.xml", 4<<20)
	for n, part := range bytes.Split(manifest, []byte("file-entry ")) {
		if n == 0 || n > 5000 || len(list) >= mostBoxed {
			continue
		}
		if b := boxOf(string(part)); b != nil && acts(b.name) {
			if b.data = member(z, b.name, mostMember); len(b.data) >= 16 && len(b.data)%16 == 0 {
				list = append(list, b)
			}
		}
	}
	for i := range list { // the first one is tried with every word
		if len(list[i].data) < len(list[0].data) {
			list[0], list[i] = list[i], list[0]
		}
	}
	return list
}

// acts says whether a member is worth its key.
func acts(name string) bool {
	low := strings.ToLower(name)
	return low == "content.xml" || low == "settings.xml" || strings.HasPrefix(low, "basic/") || strings.HasPrefix(low, "scripts/") || strings.HasPrefix(low, "object")
}

func member(z *zip.Reader, name string, most int64) []byte {
	f, err := z.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil
	}
	return b
}

// boxOf reads how a member is encrypted, from the attributes behind the start of its entry; nil for one that is not, or in a way that is not known.
func boxOf(s string) *boxed {
	b := &boxed{}
	entry, rest, _ := strings.Cut(s, ">")
	b.name = attribute(entry, "full-path")
	tag := func(name string) string {
		i := strings.Index(rest, name+" ")
		if i < 0 {
			return ""
		}
		t, _, _ := strings.Cut(rest[i:], ">")
		return t
	}
	sum, way, key, start := tag("encryption-data"), tag("algorithm"), tag("key-derivation"), tag("start-key-generation")
	if !strings.HasSuffix(attribute(way, "algorithm-name"), "aes256-cbc") || !strings.HasSuffix(strings.ToLower(attribute(start, "start-key-generation-name")), "sha256") ||
		!strings.HasSuffix(strings.ToLower(attribute(sum, "checksum-type")), "sha256-1k") {
		return nil
	}
	var err [3]error
	b.check, err[0] = base64.StdEncoding.DecodeString(attribute(sum, "checksum"))
	b.vector, err[1] = base64.StdEncoding.DecodeString(attribute(way, "initialisation-vector"))
	b.salt, err[2] = base64.StdEncoding.DecodeString(attribute(key, "salt"))
	b.rounds, _ = strconv.Atoi(attribute(key, "iteration-count"))
	b.bytes, _ = strconv.Atoi(attribute(key, "key-size"))
	if err != [3]error{} || len(b.vector) != 16 || len(b.check) != 32 || b.rounds < 1 || b.rounds > mostRounds || b.bytes != 32 {
		return nil
	}
	return b
}

// open decrypts a member with a word; nil when it does not fit.
func (b *boxed) open(word string) []byte {
	start := sha256.Sum256([]byte(word))
	key, err := pbkdf2.Key(sha1.New, string(start[:]), b.salt, b.rounds, b.bytes)
	if err != nil {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(b.data))
	cipher.NewCBCDecrypter(block, b.vector).CryptBlocks(out, b.data)
	if n := int(out[len(out)-1]); n >= 1 && n <= 16 {
		out = out[:len(out)-n]
	}
	sum := sha256.Sum256(out[:min(len(out), 1024)])
	if !bytes.Equal(sum[:], b.check) {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(out)), mostMember))
	return text
}
