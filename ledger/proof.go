package ledger

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Proof shows to somebody who has nothing but the ledger's key that a row stands in it: as number Number of its stream,
// whose head stands in the head log, which the checkpoint signs. It is written as c2sp.org/tlog-proof@v1: what is proven
// there is the head; the way from the row to the head is its extra data:
//
//	"sekisho1", the head (56 bytes), the row's number (8, little-endian), the row (80), its blind (16), hashes (32 each)
type Proof struct {
	Number     uint64
	Row        []byte
	Blind      [BlindLen]byte
	Path       []Hash // from the row to the root of its stream
	Head       Head
	Index      uint64 // of the head in the head log
	HeadPath   []Hash
	Checkpoint []byte // signed note
}

const (
	proofMagic = "c2sp.org/tlog-proof@v1"
	extraMagic = "sekisho1"
	extraHead  = len(extraMagic) + HeadLen + 8 + RowLen + BlindLen
	mostPath   = 63
	mostProof  = mostNote + 64<<10
)

// ErrProof means that a proof is not one or proves nothing.
var ErrProof = errors.New("ledger: proof not valid")

// Text is the file of the proof.
func (p Proof) Text() []byte {
	extra := p.Head.Append([]byte(extraMagic))
	extra = binary.LittleEndian.AppendUint64(extra, p.Number)
	extra = append(append(extra, p.Row...), p.Blind[:]...)
	for _, h := range p.Path {
		extra = append(extra, h[:]...)
	}
	b := fmt.Appendf(nil, "%s\nextra %s\nindex %d\n", proofMagic, base64.StdEncoding.EncodeToString(extra), p.Index)
	return append(append(appendHashes(b, p.HeadPath), '\n'), p.Checkpoint...)
}

func appendHashes(b []byte, list []Hash) []byte {
	for _, h := range list {
		b = append(base64.StdEncoding.AppendEncode(b, h[:]), '\n')
	}
	return b
}

// ParseProof reads the file of a proof. Nothing of it is checked yet.
func ParseProof(b []byte) (Proof, error) {
	if len(b) > mostProof {
		return Proof{}, fmt.Errorf("%w: too long", ErrProof)
	}
	head, note, found := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != proofMagic {
		return Proof{}, fmt.Errorf("%w: not a %s", ErrProof, proofMagic)
	}
	p := Proof{Checkpoint: []byte(note)}
	if err := p.parseExtra(lines[1]); err != nil {
		return Proof{}, err
	}
	index, ok := strings.CutPrefix(lines[2], "index ")
	var err error
	if p.Index, err = parseSize(index); !ok || err != nil {
		return Proof{}, fmt.Errorf("%w: no index", ErrProof)
	}
	if p.HeadPath, err = parseHashes(lines[3:]); err != nil {
		return Proof{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	return p, nil
}

func (p *Proof) parseExtra(line string) error {
	text, ok := strings.CutPrefix(line, "extra ")
	b, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(b) < extraHead || (len(b)-extraHead)%len(Hash{}) != 0 || string(b[:len(extraMagic)]) != extraMagic {
		return fmt.Errorf("%w: its extra data are not those of an entry", ErrProof)
	}
	b = b[len(extraMagic):]
	if p.Head, err = ParseHead(b[:HeadLen]); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	b = b[HeadLen:]
	p.Number, b = binary.LittleEndian.Uint64(b), b[8:]
	p.Row, b = b[:RowLen:RowLen], b[RowLen:]
	p.Blind, b = [BlindLen]byte(b), b[BlindLen:]
	for ; len(b) > 0; b = b[len(Hash{}):] {
		p.Path = append(p.Path, Hash(b[:len(Hash{})]))
	}
	if len(p.Path) > mostPath {
		return fmt.Errorf("%w: %d hashes", ErrProof, len(p.Path))
	}
	return nil
}

func parseHashes(lines []string) ([]Hash, error) {
	if len(lines) > mostPath {
		return nil, fmt.Errorf("ledger: %d hashes", len(lines))
	}
	var out []Hash
	for _, l := range lines {
		h, err := parseHash(l)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// Check says whether the proof holds under the ledger's key, and gives the entry and the checkpoint that it holds under.
func (p Proof) Check(log Verifier) (Entry, Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, log)
	if err != nil {
		return Entry{}, c, err
	}
	root, err := RootOf(Leaf(p.Row, p.Blind[:]), p.Number, p.Head.Size, p.Path)
	if err != nil || root != p.Head.Root {
		return Entry{}, c, fmt.Errorf("%w: the row is not number %s of %s as its head has it", ErrProof, strconv.FormatUint(p.Number, 10), p.Head.Stream)
	}
	root, err = RootOf(Leaf(p.Head.Append(nil), nil), p.Index, c.Size, p.HeadPath)
	if err != nil || root != c.Root {
		return Entry{}, c, fmt.Errorf("%w: the head is not number %d of what the checkpoint signs", ErrProof, p.Index)
	}
	e, err := ParseRow(p.Row)
	e.Node, e.Cell = p.Head.Stream.Node, p.Head.Stream.Cell
	if err == nil && e.Role != p.Head.Stream.Role {
		err = fmt.Errorf("%w: a row of %s in the stream %s", ErrProof, e.Role, p.Head.Stream)
	}
	return e, c, err
}
