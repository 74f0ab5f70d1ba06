package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint) and cosignatures (c2sp.org/tlog-cosignature).

// Signature types of notes.
const (
	plainSignature = 1 // Ed25519 over the text
	timedSignature = 4 // Ed25519 over a time and the text, by a witness
)

// ErrNote means that a note is not one, or that no signature of it is by a key that counts.
var ErrNote = errors.New("ledger: note not valid")

const mostNote = 64 << 10

// Verifier knows one key: the ledger's own or a witness'.
type Verifier struct {
	Name string
	kind byte
	key  ed25519.PublicKey
}

// Signer signs under a name.
type Signer struct {
	Verifier
	private ed25519.PrivateKey
}

// GoodName says whether a note's key can have that name: not empty, no space, no plus sign, no control character.
func GoodName(name string) bool {
	return name != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r < ' ' || r == '+' })
}

// NewSigner makes the signer of checkpoints; name is also the origin of the log.
func NewSigner(name string, key ed25519.PrivateKey) (*Signer, error) {
	return newSigner(name, key, plainSignature)
}

// NewCosigner makes the signer of a witness.
func NewCosigner(name string, key ed25519.PrivateKey) (*Signer, error) {
	return newSigner(name, key, timedSignature)
}

func newSigner(name string, key ed25519.PrivateKey, kind byte) (*Signer, error) {
	if !GoodName(name) {
		return nil, fmt.Errorf("ledger: %q cannot be the name of a key", name)
	}
	return &Signer{Verifier{name, kind, key.Public().(ed25519.PublicKey)}, key}, nil
}

// ID tells keys of one name apart.
func (v Verifier) ID() uint32 {
	h := sha256.New()
	h.Write([]byte(v.Name + "\n"))
	h.Write([]byte{v.kind})
	h.Write(v.key)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Witness says whether it is a key for cosignatures.
func (v Verifier) Witness() bool { return v.kind == timedSignature }

// String is the key as others are given it: name+id+base64 of type and key.
func (v Verifier) String() string {
	return fmt.Sprintf("%s+%08x+%s", v.Name, v.ID(), base64.StdEncoding.EncodeToString(append([]byte{v.kind}, v.key...)))
}

// ParseVerifier reads what String writes.
func ParseVerifier(s string) (Verifier, error) {
	bad := fmt.Errorf("ledger: %q is no key of a note: want name+id+base64", s)
	name, rest, _ := strings.Cut(strings.TrimSpace(s), "+")
	id, text, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !GoodName(name) || len(raw) != 1+ed25519.PublicKeySize || raw[0] != plainSignature && raw[0] != timedSignature {
		return Verifier{}, bad
	}
	v := Verifier{name, raw[0], raw[1:]}
	if id != fmt.Sprintf("%08x", v.ID()) {
		return Verifier{}, bad
	}
	return v, nil
}

// check verifies a signature over the text; when is 0 for a plain one, else the seconds since 1970 that it names.
func (v Verifier) check(text, signature []byte) (when uint64, ok bool) {
	if v.kind == plainSignature {
		return 0, ed25519.Verify(v.key, text, signature)
	}
	if len(signature) != 8+ed25519.SignatureSize {
		return 0, false
	}
	when = binary.BigEndian.Uint64(signature)
	return when, when < 1<<63 && ed25519.Verify(v.key, cosigned(when, text), signature[8:])
}

func cosigned(when uint64, text []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatUint(when, 10)+"\n"), text...)
}

// Line is the signature line over a text. when, seconds since 1970, counts for a witness only.
func (s *Signer) Line(text []byte, when uint64) []byte {
	b := binary.BigEndian.AppendUint32(nil, s.ID())
	if s.kind == timedSignature {
		b = binary.BigEndian.AppendUint64(b, when)
		text = cosigned(when, text)
	}
	b = append(b, ed25519.Sign(s.private, text)...)
	return []byte("\u2014 " + s.Name + " " + base64.StdEncoding.EncodeToString(b) + "\n")
}

// Checkpoint is what a log says of itself: its origin, how many heads it has, and their root.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   Hash
}

// Text is the text of the note.
func (c Checkpoint) Text() []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// Sign makes the signed note of a checkpoint.
func (s *Signer) Sign(size uint64, root Hash) []byte {
	text := Checkpoint{s.Name, size, root}.Text()
	return append(append(text, '\n'), s.Line(text, 0)...)
}

// ParseCheckpoint reads the text of a checkpoint. Extension lines are allowed and ignored.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) < 4 || lines[0] == "" || lines[len(lines)-1] != "" {
		return Checkpoint{}, fmt.Errorf("%w: not a checkpoint", ErrNote)
	}
	size, err1 := parseSize(lines[1])
	root, err2 := parseHash(lines[2])
	if err := errors.Join(err1, err2); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: not a checkpoint: %w", ErrNote, err)
	}
	return Checkpoint{lines[0], size, root}, nil
}

func parseSize(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return 0, fmt.Errorf("ledger: %.40q is no size", s)
	}
	return n, nil
}

func parseHash(s string) (Hash, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != len(Hash{}) || base64.StdEncoding.EncodeToString(b) != s {
		return Hash{}, fmt.Errorf("ledger: %.60q is no hash", s)
	}
	return Hash(b), nil
}

// Note is a note taken apart: whose signatures hold is not known yet.
type Note struct {
	Text  []byte // with its last newline
	lines []noteLine
}

type noteLine struct {
	name      string
	id        uint32
	signature []byte
	raw       []byte
}

// ParseNote takes a note apart.
func ParseNote(b []byte) (Note, error) {
	if len(b) > mostNote || !utf8.Valid(b) || bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' }) {
		return Note{}, fmt.Errorf("%w: not text, or too long", ErrNote)
	}
	at := bytes.LastIndex(b, []byte("\n\n"))
	if at < 0 || b[len(b)-1] != '\n' {
		return Note{}, fmt.Errorf("%w: it has no signatures", ErrNote)
	}
	n := Note{Text: b[: at+1 : at+1]}
	for line := range bytes.Lines(b[at+2:]) {
		l, ok := parseLine(line)
		if !ok {
			return Note{}, fmt.Errorf("%w: %.80q is no signature", ErrNote, line)
		}
		n.lines = append(n.lines, l)
	}
	if len(n.lines) == 0 || len(n.lines) > 64 {
		return Note{}, fmt.Errorf("%w: %d signatures", ErrNote, len(n.lines))
	}
	return n, nil
}

func parseLine(line []byte) (noteLine, bool) {
	part := strings.Split(strings.TrimSuffix(string(line), "\n"), " ")
	if len(part) != 3 || part[0] != "\u2014" || !GoodName(part[1]) || line[len(line)-1] != '\n' {
		return noteLine{}, false
	}
	b, err := base64.StdEncoding.DecodeString(part[2])
	if err != nil || len(b) < 5 {
		return noteLine{}, false
	}
	return noteLine{part[1], binary.BigEndian.Uint32(b), b[4:], line}, true
}

// Signed is what a known key said.
type Signed struct {
	By   Verifier
	When uint64 // seconds since 1970; 0 for the log itself
	Line []byte // as it stands in the note
}

// Check gives the signatures by known keys. One that does not hold makes the whole note wrong; those by others are ignored.
func (n Note) Check(known ...Verifier) ([]Signed, error) {
	var out []Signed
	for _, l := range n.lines {
		for _, v := range known {
			if v.Name != l.name || v.ID() != l.id {
				continue
			}
			when, ok := v.check(n.Text, l.signature)
			if !ok {
				return nil, fmt.Errorf("%w: the signature by %s does not hold", ErrNote, v.Name)
			}
			out = append(out, Signed{v, when, l.raw})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: no signature by a known key", ErrNote)
	}
	return out, nil
}

// OpenCheckpoint reads a checkpoint that the log of the key must have signed.
func OpenCheckpoint(b []byte, log Verifier) (Checkpoint, error) {
	n, err := ParseNote(b)
	if err != nil {
		return Checkpoint{}, err
	}
	if _, err := n.Check(log); err != nil {
		return Checkpoint{}, err
	}
	c, err := ParseCheckpoint(n.Text)
	if err == nil && c.Origin != log.Name {
		err = fmt.Errorf("%w: the origin is %q, the key is for %q", ErrNote, c.Origin, log.Name)
	}
	return c, err
}
