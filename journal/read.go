package journal

import (
	"errors"
	"fmt"
	"path/filepath"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

// Book is the ledger as it stands, to be read while it grows. Close it after use.
func (j *Journal) Book() *book.Book {
	j.signing.Lock()
	defer j.signing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	var streams []*book.Stream
	for _, s := range j.sorted() {
		if s.edge.Size > 0 {
			streams = append(streams, j.view(s))
		}
	}
	return book.New(j.fsys(), book.NewHeadLog(j.fsys(), j.heads.edge.Size), j.note, streams)
}

// Stream is one stream as it stands. Errors: NotFound.
func (j *Journal) Stream(name ledger.Stream) (*book.Stream, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.streams[name]
	if s == nil || s.edge.Size == 0 {
		return nil, sekisho.E("journal.stream", sekisho.NotFound, fmt.Errorf("no stream %s", name))
	}
	return j.view(s), nil
}

// Prove makes the proof of one entry under a checkpoint that has it; when there is none yet, one is made. Errors: NotFound.
func (j *Journal) Prove(name ledger.Stream, number uint64) (ledger.Proof, error) {
	s, err := j.Stream(name)
	if err != nil {
		return ledger.Proof{}, err
	}
	defer s.Close()
	if number >= s.Size() || number < s.First() {
		why := fmt.Errorf("%s has the entries %d to %d", name, s.First(), s.Size()-1)
		if number < s.First() {
			why = fmt.Errorf("%w; those before are pruned", why)
		}
		return ledger.Proof{}, sekisho.E("journal.prove", sekisho.NotFound, why)
	}
	j.mu.Lock()
	signed := j.streams[name].headed > number
	j.mu.Unlock()
	if !signed {
		if err := j.checkpoint(); err != nil {
			return ledger.Proof{}, err
		}
	}
	if s, err = j.Stream(name); err != nil { // as it stands after the checkpoint
		return ledger.Proof{}, err
	}
	defer s.Close()
	l, note := j.headLog()
	defer l.Close()
	return book.Prove(l, s, number, note, l.Size)
}

// headLog is the head log with the note that signs all of it.
func (j *Journal) headLog() (*book.HeadLog, []byte) {
	j.signing.Lock()
	defer j.signing.Unlock()
	return book.NewHeadLog(j.fsys(), j.heads.edge.Size), j.Checkpoint()
}

// Submission is the newest checkpoint with the proof that it continues the one of the size given: what a witness is sent.
// Errors: Invalid when the ledger is smaller than that, which means that it was rolled back.
func (j *Journal) Submission(old uint64) (ledger.Submission, error) {
	l, note := j.headLog()
	defer l.Close()
	if note == nil {
		return ledger.Submission{}, sekisho.E("journal.submission", sekisho.NotFound, errors.New("there is no checkpoint yet"))
	}
	if old > l.Size {
		return ledger.Submission{}, sekisho.E("journal.submission", sekisho.Invalid,
			fmt.Errorf("the witness has signed %d heads of this ledger, which now has %d: the ledger was rolled back", old, l.Size))
	}
	proof, err := ledger.Consistency(l, old, l.Size)
	return ledger.Submission{Old: old, Proof: proof, Checkpoint: note}, err
}

// KeepCosigned keeps a checkpoint that witnesses signed. It must be one of this ledger: who checks their keys is the caller.
func (j *Journal) KeepCosigned(note []byte) error {
	c, err := ledger.OpenCheckpoint(note, j.Key())
	if err != nil {
		return sekisho.E("journal.cosigned", sekisho.Invalid, err)
	}
	l, _ := j.headLog()
	defer l.Close()
	root, err := ledger.RootAt(l, min(c.Size, l.Size))
	if err != nil {
		return err
	}
	if c.Size > l.Size || root != c.Root {
		return sekisho.E("journal.cosigned", sekisho.Invalid, errors.New("this ledger never had that checkpoint"))
	}
	return place(j.config.Disk, filepath.Join(j.config.Dir, book.Cosigned), note)
}
