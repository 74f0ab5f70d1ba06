package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/book"
)

// Retention is how long entries are kept at least. An intruder stays for months before somebody notices; law and contracts
// ask for one to two years.
const Retention = 800 * 24 * time.Hour

// Hold keeps the entries of a time from being pruned until it is lifted.
type Hold struct {
	ID     uint64    `json:"id"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
	By     uint64    `json:"by"` // operator's user number + 1
	Set    time.Time `json:"set"`
}

// Holds lists the legal holds.
func (j *Journal) Holds() ([]Hold, error) {
	b, err := os.ReadFile(filepath.Join(j.config.Dir, book.Holds))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Hold
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		return nil, sekisho.E("journal.holds", sekisho.Corrupt, err)
	}
	return out, nil
}

// AddHold sets a legal hold and gives its number. The entry is durable first.
func (j *Journal) AddHold(h Hold) (uint64, error) {
	if h.Reason == "" || h.Until.Before(h.From) {
		return 0, sekisho.E("journal.hold", sekisho.Invalid, errors.New("a hold needs a reason, and must not end before it begins"))
	}
	j.pruning.Lock()
	defer j.pruning.Unlock()
	list, err := j.Holds()
	if err != nil {
		return 0, err
	}
	h.ID, h.Set = 1, j.config.Clock()
	for _, x := range list {
		h.ID = max(h.ID, x.ID+1)
	}
	if err := j.Append(j.own(ledger.Hold, h.ID, h.By, 0)); err != nil {
		return 0, err
	}
	return h.ID, j.writeHolds(append(list, h))
}

// LiftHold ends a legal hold. The entry is durable first. Errors: NotFound.
func (j *Journal) LiftHold(id, by uint64) error {
	j.pruning.Lock()
	defer j.pruning.Unlock()
	list, err := j.Holds()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(h Hold) bool { return h.ID == id })
	if i < 0 {
		return sekisho.E("journal.hold", sekisho.NotFound, fmt.Errorf("no hold %d", id))
	}
	if err := j.Append(j.own(ledger.Hold, id, by, ledger.FlagDenied)); err != nil {
		return err
	}
	return j.writeHolds(slices.Delete(list, i, i+1))
}

func (j *Journal) own(kind ledger.Kind, object, by uint64, flags uint8) ledger.Entry {
	return ledger.Entry{Time: uint64(j.config.Clock().UnixMilli()), Kind: kind, Role: sekisho.Vault, Object: object, Count: 1, Actor: by, Flags: flags}
}

func (j *Journal) writeHolds(list []Hold) error {
	b, err := json.MarshalIndent(list, "", "\t")
	if err != nil {
		return err
	}
	return place(j.config.Disk, filepath.Join(j.config.Dir, book.Holds), b)
}

// Pruned says what was done in one stream.
type Pruned struct {
	Stream   ledger.Stream
	From, To uint64 // entries of these numbers are gone
	Blocks   int
	Held     uint64 // the hold that kept more from going; 0: none
}

// Prune lets entries go that are older than keep (0: the retention), a block at a time, oldest first, as far as no legal hold
// wants them. That they are gone is an entry of the stream, durable before the first block goes, so that what is missing is
// known as pruned and never taken for nothing having happened. Proofs that were given out stay valid, since the tree's
// hashes stay. Errors: Denied when keep is less than the retention.
func (j *Journal) Prune(keep time.Duration, by uint64) ([]Pruned, error) {
	if keep == 0 {
		keep = Retention
	}
	if keep < Retention {
		return nil, sekisho.E("journal.prune", sekisho.Denied, fmt.Errorf("entries are kept for %d days at least", Retention/(24*time.Hour)))
	}
	j.pruning.Lock()
	defer j.pruning.Unlock()
	holds, err := j.Holds()
	if err != nil {
		return nil, err
	}
	cutoff := uint64(j.config.Clock().Add(-keep).UnixMilli())
	var out []Pruned
	for _, i := range j.Streams() {
		p, err := j.prune(i.Stream, cutoff, holds, by)
		if p.Blocks > 0 || p.Held > 0 {
			out = append(out, p)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

func (j *Journal) prune(name ledger.Stream, cutoff uint64, holds []Hold, by uint64) (Pruned, error) {
	out := Pruned{Stream: name}
	s, err := j.Stream(name)
	if err != nil {
		return out, err
	}
	defer s.Close()
	out.From, out.To = s.First(), s.First()
	blocks := s.Blocks()
	may := 0 // blocks that are old enough
	for ; may+1 < len(blocks); may++ {
		b, err := os.ReadFile(filepath.Join(j.config.Dir, s.Block(blocks[may])))
		if err != nil {
			return out, err
		}
		k, err := block.Open(b)
		if err != nil {
			return out, streamError(&stream{name: name}, err)
		}
		if k.TimeMax >= cutoff {
			break
		}
		if out.Held = held(holds, k.TimeMin, k.TimeMax); out.Held != 0 {
			break
		}
	}
	if may == 0 {
		return out, nil
	}
	// The group of leaves that the first remaining row is in must stay whole, or that row could not be proven.
	to := blocks[may] &^ (ledger.Group - 1)
	gone := 0
	for gone < may && blocks[gone+1] <= to {
		gone++
	}
	if gone == 0 {
		return out, nil
	}
	e := j.own(ledger.Prune, to, by, 0)
	e.Node, e.Role, e.Cell = name.Node, name.Role, name.Cell
	if err := j.Append(e); err != nil {
		return out, err
	}
	if err := j.checkpoint(); err != nil {
		return out, err
	}
	j.mu.Lock()
	j.streams[name].blocks = slices.Clone(j.streams[name].blocks[gone:])
	j.mu.Unlock()
	out.To, out.Blocks = to, gone
	for _, first := range blocks[:gone] { // oldest first: what is left is always one piece
		if err := j.config.Disk.Remove(filepath.Join(j.config.Dir, s.Block(first))); err != nil {
			return out, err
		}
	}
	return out, j.config.Disk.SyncDir(j.streamDir(name))
}

// held is the hold that wants rows of these times; 0 for none.
func held(holds []Hold, from, to uint64) uint64 {
	for _, h := range holds {
		if to >= uint64(h.From.UnixMilli()) && from <= uint64(h.Until.UnixMilli()) {
			return h.ID
		}
	}
	return 0
}
