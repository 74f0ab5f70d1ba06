// Package key is the opening side of the key hierarchy; only vault may reach it.
//
// root key -> contract key -> the contract's key pairs and the slots of its accounts. The private half of an account is
// stored in slots only, each wrapped twice: inside under its own secret, outside under the contract key. Whoever has the
// database without the contract key cannot try passwords against it, whoever has vault without the secret cannot open the
// mailbox, and the contract key can be replaced without anybody's secret: only the outer wrap is made anew. There is no
// password hash: a secret is right when the slot opens.
package key

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"

	"sekisho/seal"
)

// Wrap seals a short secret under a key, bound to its place.
func Wrap(key, secret []byte, place string) []byte {
	return gcm(key).Seal(nil, nil, secret, []byte(place))
}

// Unwrap undoes Wrap; key and place must be the same.
func Unwrap(key, box []byte, place string) ([]byte, error) {
	b, err := gcm(key).Open(nil, nil, box, []byte(place))
	if err != nil {
		return nil, seal.ErrSealed
	}
	return b, nil
}

// gcm chooses its nonces at random: safe for fewer than 2^32 wraps under one key (NIST SP 800-38D section 8.3).
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("key: " + err.Error()) // every key here has 32 bytes
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("key: " + err.Error())
	}
	return a
}

// Derive makes a key for one purpose from a secret.
func Derive(secret, salt []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, salt, "sekisho/"+purpose, seal.KeyLen)
	if err != nil {
		panic("key: " + err.Error()) // only for impossible lengths
	}
	return k
}

// Pair is a key pair that boxes are made for.
type Pair struct {
	private hpke.PrivateKey
	recent  *recent
}

// recent keeps the encapsulations that a pair opened last: boxes that one sender made come together.
type recent struct {
	mu sync.Mutex // guards what follows
	by map[string]*hpke.Recipient
}

// mostRecent bounds them.
const mostRecent = 256

// NewPair makes a key pair.
func NewPair() (Pair, error) {
	k, err := hpke.MLKEM768X25519().GenerateKey()
	return Pair{k, &recent{}}, err
}

// ParsePair reads a private half as Private wrote it.
func ParsePair(private []byte) (Pair, error) {
	k, err := hpke.MLKEM768X25519().NewPrivateKey(private)
	if err != nil {
		return Pair{}, seal.ErrSealed
	}
	return Pair{k, &recent{}}, nil
}

// Private is the private half, for sealing into slots only.
func (p Pair) Private() []byte {
	b, err := p.private.Bytes()
	if err != nil {
		panic("key: " + err.Error()) // this KEM always has bytes
	}
	return b
}

// Public is the public half.
func (p Pair) Public() []byte { return p.private.PublicKey().Bytes() }

// Unbox opens a box made by seal.Public.Box for the same reader and message.
func (p Pair) Unbox(f seal.For, box []byte) ([]byte, error) {
	if len(box) < seal.EncLen {
		return nil, seal.ErrSealed
	}
	enc := box[:seal.EncLen]
	name := string(f.Reader()) + string(enc)
	p.recent.mu.Lock()
	r := p.recent.by[name]
	p.recent.mu.Unlock()
	if r == nil {
		var err error
		if r, err = hpke.NewRecipient(enc, p.private, hpke.HKDFSHA256(), hpke.AES256GCM(), f.Reader()); err != nil {
			return nil, seal.ErrSealed
		}
	}
	k, err := r.Export(f.Export(), seal.KeyLen)
	if err != nil {
		return nil, seal.ErrSealed
	}
	data, err := gcm(k).Open(nil, nil, box[seal.EncLen:], f.Info())
	if err != nil || len(data) != seal.KeyLen {
		return nil, seal.ErrSealed
	}
	p.recent.keep(name, r)
	return data, nil
}

func (k *recent) keep(enc string, r *hpke.Recipient) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.by == nil || len(k.by) >= mostRecent {
		k.by = map[string]*hpke.Recipient{}
	}
	k.by[enc] = r
}

// Mailbox is an account's symmetric key: after the first opening of a mail its data key is wrapped under it, since that
// opens a hundred times faster than a box.
type Mailbox struct{ aead cipher.AEAD }

// MailboxKey derives it from the first private half, so that it stays when the pair is replaced.
func MailboxKey(r Ring) Mailbox {
	return Mailbox{gcm(Derive(r.first(), nil, "mailbox/v1"))}
}

// IndexKey derives the key of the account's search index, from the first private half too.
func IndexKey(r Ring) []byte { return Derive(r.first(), nil, "index/v1") }

// Wrap wraps a data key.
func (m Mailbox) Wrap(f seal.For, data []byte) []byte { return m.aead.Seal(nil, nil, data, f.Info()) }

// Unwrap undoes Wrap.
func (m Mailbox) Unwrap(f seal.For, wrapped []byte) ([]byte, error) {
	b, err := m.aead.Open(nil, nil, wrapped, f.Info())
	if err != nil || len(b) != seal.KeyLen {
		return nil, seal.ErrSealed
	}
	return b, nil
}

// SlotKind is the kind of secret that opens a slot.
type SlotKind uint8

// The kinds of slots.
const (
	Password    SlotKind = iota + 1 // chosen by a person: argon2id first
	AppPassword                     // 160 random bits: no slow hash needed
	Recovery                        // boxed to the contract's recovery key, which officers open together
	Passkey                         // 32 bytes that a passkey's prf extension gives: no slow hash needed
)

// argon2id with 19 MiB, two passes, one lane: the least of OWASP's password storage recommendations.
const (
	argonTime   = 2
	argonMemory = 19 << 10
)

// SlotKey is the key of a slot's inner wrap. For Password it takes 19 MiB and tens of milliseconds: bound how many run at
// once.
func SlotKey(kind SlotKind, secret, salt []byte) []byte {
	if kind == Password {
		secret = argon2.IDKey(secret, salt, argonTime, argonMemory, 1, 32)
	}
	return Derive(secret, salt, "slot/v2/"+string('0'+rune(kind)))
}

// SessionKey is the key of a session's inner wrap; the outer one is under the contract key, so that a session dies with its
// contract.
func SessionKey(secret []byte) []byte { return Derive(secret, nil, "session/v2") }

// OfficerKey is the key of the inner wrap of what officers open together, from the secret that their shares give.
func OfficerKey(joined []byte) []byte { return Derive(joined, nil, "officer/v1") }

// NewAppPassword makes an app password of 160 random bits, in groups that people can copy.
func NewAppPassword() string {
	b := make([]byte, 20)
	rand.Read(b) // never fails (crypto/rand)
	s := strings.ToLower(base32.StdEncoding.EncodeToString(b))
	var groups []string
	for len(s) > 0 {
		groups = append(groups, s[:4])
		s = s[4:]
	}
	return strings.Join(groups, "-")
}

// AppSecret is the secret in an app password as a person typed it: case, spaces and dashes do not matter. False when it
// cannot be one.
func AppSecret(typed string) ([]byte, bool) {
	s := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
	b, err := base32.StdEncoding.DecodeString(s)
	return b, err == nil && len(b) == 20
}
