package vault

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/blob"
	"sekisho/journal"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

// fragile is a disk that works for so many changes and then fails with an error for ever: what a process sees that is killed,
// as far as it matters whether it still answers.
type fragile struct {
	journal.RealDisk
	left atomic.Int64
	err  error
}

func (f *fragile) step() error {
	if f.left.Add(-1) < 0 {
		return f.err
	}
	return nil
}

func (f *fragile) Open(path string, flag int) (blob.File, error) {
	x, err := f.RealDisk.Open(path, flag)
	return &fragileFile{x, f}, err
}

func (f *fragile) Rename(from, to string) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.RealDisk.Rename(from, to)
}

type fragileFile struct {
	blob.File
	f *fragile
}

func (x *fragileFile) WriteAt(p []byte, off int64) (int, error) {
	if err := x.f.step(); err != nil {
		n, _ := x.File.WriteAt(p[:len(p)/2], off)
		return n, err
	}
	return x.File.WriteAt(p, off)
}

func (x *fragileFile) Fdatasync() error {
	if err := x.f.step(); err != nil {
		return err
	}
	return x.File.Fdatasync()
}

// At whatever write or sync the end comes, and with a full disk or a dead one: every key that was given out has its entry, in
// a ledger that verifies, when vault starts again.
func TestEveryReleasedKeyHasItsEntry(t *testing.T) {
	for name, fault := range map[string]error{"dead": errors.New("dead"), "full": unix.ENOSPC, "fdatasync": unix.EIO} {
		t.Run(name, func(t *testing.T) {
			released := 0
			for n := int64(0); n < 24; n++ {
				dir := t.TempDir()
				disk := &fragile{err: fault}
				disk.left.Store(1 << 40)
				b := openWith(t, Config{Dir: dir, Ledger: journal.Config{Disk: disk, Rows: 64}})
				ann := b.account(1, 11)
				ticket := must[wire.Ticket](t)(b.signIn(1, 11, ann.AppPassword))
				disk.left.Store(n)
				given := readUntilItEnds(b, ann, ticket)
				b.Close()
				c := open(t, dir)
				for m := range given {
					if c.count(ledger.Entry{Kind: ledger.Opening, Class: sekisho.ClassBody, Object: uint64(m)}) == 0 {
						t.Fatalf("after %d changes: the key of %d was given out, and no entry says so", n, m)
					}
				}
				c.whole()
				c.Close()
				released += len(given)
			}
			if released == 0 {
				t.Error("no key was given out at all: nothing was tried")
			}
		})
	}
}

// readUntilItEnds asks for keys from several sessions' worth of callers at once until nothing is answered any more. It gives
// the messages whose keys were given out.
func readUntilItEnds(b *bench, ann wire.AccountKeys, ticket wire.Ticket) map[sekisho.MessageID]bool {
	var mu sync.Mutex
	given := map[sekisho.MessageID]bool{}
	var all sync.WaitGroup
	for caller := range 4 {
		all.Go(func() {
			for i := range 6 {
				m := sekisho.MessageID(1000*(caller+1) + 2*i)
				q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{{Message: m,
					Key: wire.AccountKey, Sealed: box(b.t, ann.Public, seal.For{Contract: 1, Account: 11, Key: uint8(wire.AccountKey), Message: m}, seal.NewKey())}}}
				got, err := b.open(background, reader, q)
				if len(got.Messages) > 0 && got.Messages[0].Keys != nil {
					mu.Lock()
					given[m] = true
					mu.Unlock()
				}
				if err != nil {
					return
				}
			}
		})
	}
	all.Wait()
	return given
}
