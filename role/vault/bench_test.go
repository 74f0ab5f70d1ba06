package vault

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// readers is how many ask at the same time.
const readers = 64

// BenchmarkOpening is how long a reader waits for the keys of one mail, with 64 readers at work. The keys are under the
// account's symmetric key, as after the first opening. Most of it is work with keys, not the ledger: see BenchmarkEntry.
func BenchmarkOpening(b *testing.B) {
	v := open(b, b.TempDir())
	ann := v.account(1, 11)
	ticket := must[wire.Ticket](b)(v.signIn(1, 11, ann.AppPassword))
	m := v.mail(ann.Public, 1, 11, 5)
	first := must[wire.Opened](b)(v.open(background, reader, wire.Open{Session: ticket.Session, Secret: ticket.Secret,
		Classes: []sekisho.Class{sekisho.ClassBody}, Boxes: []wire.MessageBox{m.MessageBox}}))
	q := wire.Open{Session: ticket.Session, Secret: ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody},
		Boxes: []wire.MessageBox{{Message: 5, Key: wire.WrappedKey, Sealed: first.Messages[0].Wrapped}}}
	v.config.Quota = 1 << 40
	together(b, func() error {
		got, err := v.open(background, reader, q)
		if err == nil && got.Messages[0].Keys == nil {
			err = errors.New("no key")
		}
		return err
	})
}

// BenchmarkEntry is what the ledger adds to an opening with 64 readers at work: from the entry to its being durable.
func BenchmarkEntry(b *testing.B) {
	v := open(b, b.TempDir())
	together(b, func() error {
		return v.enter(ledger.Entry{Kind: ledger.Opening, Role: sekisho.Reader, Class: sekisho.ClassBody, Contract: 1, Account: 11, Object: 5})
	})
}

// together lets 64 do something again and again, and compares what each waits with one bare fdatasync of 4 KiB on the same
// disk in the same run.
func together(b *testing.B, do func() error) {
	before := syncs(b, 300)
	took := make([][]time.Duration, readers)
	b.ResetTimer()
	var all sync.WaitGroup
	for c := range readers {
		all.Go(func() {
			for i := c; i < b.N; i += readers {
				began := time.Now()
				if err := do(); err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(began))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	p50, bare := median(slices.Concat(took...)), median(append(before, syncs(b, 300)...))
	b.ReportMetric(float64(p50.Microseconds()), "p50-us")
	b.ReportMetric(float64(bare.Microseconds()), "fdatasync-p50-us")
	b.ReportMetric(float64(p50)/float64(bare), "ratio")
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func syncs(b *testing.B, n int) (out []time.Duration) {
	f, err := os.Create(filepath.Join(b.TempDir(), "x"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for range n {
		began := time.Now()
		f.Write(block)
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		out = append(out, time.Since(began))
	}
	return out
}
