package ledger

import (
	"errors"
	"fmt"
	"strings"
)

// A witness (c2sp.org/tlog-witness) signs a checkpoint only when it continues the one that it signed before. Whoever rolls a
// ledger back or keeps two of them finds no witness for it. Here is what both sides say; who carries it is elsewhere.

// Submission is what the log asks of a witness: to sign Checkpoint, which continues the one of size Old, as Proof shows.
type Submission struct {
	Old        uint64
	Proof      []Hash
	Checkpoint []byte // signed note
}

// ErrSubmission means that a request to a witness makes no sense.
var ErrSubmission = errors.New("ledger: not a submission to a witness")

// Text is the body of the request.
func (s Submission) Text() []byte {
	b := fmt.Appendf(nil, "old %d\n", s.Old)
	return append(append(appendHashes(b, s.Proof), '\n'), s.Checkpoint...)
}

// ParseSubmission reads the body of a request.
func ParseSubmission(b []byte) (Submission, error) {
	if len(b) > mostProof {
		return Submission{}, fmt.Errorf("%w: too long", ErrSubmission)
	}
	head, note, found := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	old, ok := strings.CutPrefix(lines[0], "old ")
	size, err := parseSize(old)
	if !found || !ok || err != nil {
		return Submission{}, ErrSubmission
	}
	proof, err := parseHashes(lines[1:])
	if err != nil {
		return Submission{}, fmt.Errorf("%w: %w", ErrSubmission, err)
	}
	return Submission{size, proof, []byte(note)}, nil
}

// Refusal says why a witness does not sign.
type Refusal int

// Why a witness does not sign. The numbers are those of its answer over HTTP.
const (
	Nonsense     Refusal = 400 // the request makes no sense, or the old size is above the new one
	Forged       Refusal = 403 // no signature by a key of that log
	UnknownLog   Refusal = 404 // the origin is none that the witness knows
	OtherSize    Refusal = 409 // the old size is not what the witness signed last, or the root of that size is another
	Inconsistent Refusal = 422 // the checkpoint does not continue the one that the witness signed
)

// Error is the refusal in words.
func (r Refusal) Error() string {
	switch r {
	case Nonsense:
		return "witness: the request makes no sense"
	case Forged:
		return "witness: no signature by a key of that log"
	case UnknownLog:
		return "witness: the log is unknown"
	case OtherSize:
		return "witness: another size or root was signed before"
	case Inconsistent:
		return "witness: the checkpoint does not continue the one signed before"
	}
	return fmt.Sprintf("witness: refused with %d", int(r))
}

// Judge decides about a submission: latest is what the witness signed last for that log, with size 0 when nothing. The
// checkpoint that it gives must be durable as the latest before the cosignature leaves. An error is a Refusal.
func (s Submission) Judge(log Verifier, latest Checkpoint) (Checkpoint, error) {
	n, err := ParseNote(s.Checkpoint)
	if err != nil {
		return Checkpoint{}, Nonsense
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, Nonsense
	}
	if c.Origin != log.Name {
		return Checkpoint{}, UnknownLog
	}
	if _, err := n.Check(log); err != nil {
		return Checkpoint{}, Forged
	}
	switch {
	case s.Old > c.Size:
		return Checkpoint{}, Nonsense
	case s.Old != latest.Size:
		return Checkpoint{}, OtherSize
	case s.Old == c.Size && latest.Size != 0 && latest.Root != c.Root:
		return Checkpoint{}, OtherSize
	case s.Old == 0 && len(s.Proof) > 0:
		return Checkpoint{}, Inconsistent
	case s.Old != 0 && Consistent(s.Old, c.Size, latest.Root, c.Root, s.Proof) != nil:
		return Checkpoint{}, Inconsistent
	}
	return c, nil
}

// Cosigned checks a witness' answer to a submission and gives the checkpoint's note with its signatures added.
func Cosigned(checkpoint, answer []byte, witness ...Verifier) ([]byte, error) {
	whole := append(append([]byte{}, checkpoint...), answer...)
	n, err := ParseNote(whole)
	if err != nil {
		return nil, err
	}
	signed, err := n.Check(witness...)
	if err != nil {
		return nil, err
	}
	out := append([]byte{}, checkpoint...)
	for _, s := range signed {
		out = append(out, s.Line...)
	}
	return out, nil
}
