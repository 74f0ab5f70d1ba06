package journal

import (
	"path/filepath"
	"time"

	"sekisho/ledger"
	"sekisho/ledger/book"
)

// headLog is the head log as it grows. Journal.signing guards it.
type headLog struct {
	edge  ledger.Edge
	since uint64 // heads since all streams were headed together
}

// allEvery is how many heads may come before all streams are headed again, also those that did not grow: a start reads heads
// backwards until it has met every stream.
const allEvery = 1 << 14

// mostStreams bounds how many heads one checkpoint makes.
const mostStreams = 1 << 13

// keeper makes checkpoints while entries come, and none while none do.
func (j *Journal) keeper() {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-j.dirty:
			select {
			case <-time.After(j.config.Checkpoint):
			case <-j.stop:
				return
			}
			j.fault("a checkpoint could not be made", j.checkpoint())
		case <-look.C:
			j.closeOld()
		case <-j.stop:
			return
		}
	}
}

// checkpoint heads every stream that has grown and signs the head log. What was shown to nobody may be written over.
func (j *Journal) checkpoint() error {
	j.signing.Lock()
	defer j.signing.Unlock()
	if j.signer == nil {
		return nil
	}
	now := uint64(j.config.Clock().UnixMilli())
	all := j.heads.since >= allEvery
	var list []ledger.Head
	j.mu.Lock()
	for _, s := range j.sorted() {
		if s.edge.Size > 0 && (all || s.headed != s.edge.Size) {
			list = append(list, ledger.Head{Stream: s.name, Size: s.edge.Size, Time: now, Root: s.edge.Root()})
		}
	}
	j.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	edge := j.heads.edge.Clone()
	var b, tree []byte
	for _, h := range list {
		b = h.Append(b)
		for _, k := range edge.Grow(ledger.Leaf(b[len(b)-ledger.HeadLen:], nil), nil) {
			tree = append(tree, k[:]...)
		}
	}
	size := j.heads.edge.Size
	if err := j.write(book.Heads, b, size*ledger.HeadLen); err != nil {
		return err
	}
	if len(tree) > 0 {
		if err := j.write(book.HeadsTree, tree, ledger.Stored(size)*uint64(len(ledger.Hash{}))); err != nil {
			return err
		}
	}
	note := j.signer.Sign(edge.Size, edge.Root())
	if err := place(j.config.Disk, filepath.Join(j.config.Dir, book.Checkpoint), note); err != nil {
		return err
	}
	j.heads.edge = edge
	if j.heads.since += uint64(len(list)); all {
		j.heads.since = 0
	}
	j.mu.Lock()
	j.note = note
	for _, h := range list {
		j.streams[h.Stream].headed = h.Size
	}
	j.mu.Unlock()
	return nil
}

// write puts bytes into a file of the ledger's own directory; when it begins the file, its name is durable too.
func (j *Journal) write(name string, b []byte, at uint64) error {
	path := filepath.Join(j.config.Dir, name)
	if err := patch(j.config.Disk, path, b, int64(at)); err != nil {
		return err
	}
	if at == 0 {
		return j.config.Disk.SyncDir(j.config.Dir)
	}
	return nil
}

// Checkpoint is the newest checkpoint; nil before the first. Everything entered before Sign returned is under it.
func (j *Journal) Checkpoint() []byte {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.note
}

// Sign makes a checkpoint now.
func (j *Journal) Sign() ([]byte, error) {
	err := j.checkpoint()
	return j.Checkpoint(), err
}

// Key is the key that verifies the checkpoints; without a name when there is none yet.
func (j *Journal) Key() ledger.Verifier {
	j.signing.Lock()
	defer j.signing.Unlock()
	return j.key
}

// SignWith begins to sign checkpoints. The public key stands in the directory, for whoever reads a copy; another key than
// before is Corrupt: either the ledger or the key was exchanged.
func (j *Journal) SignWith(s *ledger.Signer) error {
	j.signing.Lock()
	defer j.signing.Unlock()
	switch {
	case j.key.Name == "":
		if err := place(j.config.Disk, filepath.Join(j.config.Dir, book.Key), []byte(s.Verifier.String()+"\n")); err != nil {
			return err
		}
	case j.key.String() != s.Verifier.String():
		return corrupt("its checkpoints are signed by %s, not by %s", j.key, s.Verifier)
	}
	j.signer, j.key = s, s.Verifier
	select {
	case j.dirty <- struct{}{}: // what was entered before
	default:
	}
	return nil
}
