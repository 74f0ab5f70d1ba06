package journal

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

// benchConfig is the journal as vault has it.
func benchConfig(b *testing.B) Config {
	return Config{Dir: filepath.Join(b.TempDir(), "ledger"), Signer: signer(b)}
}

// BenchmarkAppend is durable entries: callers at the same time, each with requests of so many rows.
func BenchmarkAppend(b *testing.B) {
	for _, x := range []struct{ callers, rows int }{{1, 1}, {16, 1}, {64, 1}, {256, 1}, {2048, 1}, {256, 64}} {
		b.Run(fmt.Sprintf("callers=%d/rows=%d", x.callers, x.rows), func(b *testing.B) {
			j, err := Open(benchConfig(b))
			if err != nil {
				b.Fatal(err)
			}
			before := cpu()
			took := make([][]time.Duration, x.callers)
			b.ResetTimer()
			var all sync.WaitGroup
			for c := range x.callers {
				all.Go(func() {
					list := entries(sekisho.Reader, uint16(c%4), c, x.rows)
					for i := c; i < b.N; i += x.callers {
						began := time.Now()
						if err := j.Append(list...); err != nil {
							b.Error(err)
							return
						}
						took[c] = append(took[c], time.Since(began))
					}
				})
			}
			all.Wait()
			b.StopTimer()
			n := float64(b.N * x.rows)
			b.ReportMetric(n/b.Elapsed().Seconds(), "entries/s")
			b.ReportMetric((cpu()-before).Seconds()/n*1e6, "cpu-us/entry")
			report(b, slices.Concat(took...))
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkSync is what everything is compared with: one 4 KiB block written and synced.
func BenchmarkSync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "x"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		f.Write(block)
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	if len(took) > 0 {
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-us")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-us")
	}
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bigLedger makes a ledger of n entries like those of readers, in four streams.
func bigLedger(b *testing.B, n int) string {
	b.Helper()
	c := benchConfig(b)
	j, err := Open(c)
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for at := 0; at < n; {
		var list []ledger.Entry
		for range 2000 {
			account := r.Uint64N(50_000)
			run := 1 + r.IntN(5)
			for k := range run {
				list = append(list, ledger.Entry{Time: uint64(day.UnixMilli()) + uint64(at/10), Kind: ledger.Opening, Role: sekisho.Reader, Cell: uint16(account % 4), Process: 5,
					Class: sekisho.ClassHeader + sekisho.Class(k%2), Contract: sekisho.ContractID(account / 600), Account: sekisho.AccountID(account),
					Session: sekisho.SessionID(1<<40 + account*3), Object: r.Uint64N(1 << 24), Count: 1 + r.Uint32N(20), Bytes: r.Uint64N(1 << 17), Address: account * 7919})
			}
		}
		at += len(list)
		if err := j.Append(list...); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Seal(); err != nil {
		b.Fatal(err)
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return c.Dir
}

func openRead(b *testing.B, dir string) *book.Book {
	out, err := book.Open(os.DirFS(dir), func(func([]byte) error) error { return nil })
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkVerify reads a whole ledger: every column decoded, every leaf hashed, every root compared.
func BenchmarkVerify(b *testing.B) {
	dir := bigLedger(b, 2_000_000)
	key := signer(b).Verifier
	var n uint64
	before := cpu()
	for b.Loop() {
		k := openRead(b, dir)
		r := book.Verify(k, &key, nil)
		if len(r.Faults) > 0 {
			b.Fatal(r.Faults)
		}
		n += r.Entries
		k.Close()
	}
	b.ReportMetric(float64(n)/(cpu()-before).Seconds(), "entries/cpu-s")
	var size int64
	for _, f := range files(b, dir) {
		size += f
	}
	b.ReportMetric(float64(size)/(float64(n)/float64(b.N)), "bytes/entry")
}

func files(b *testing.B, dir string) (out []int64) {
	for _, pattern := range []string{"streams/*/*", "heads*", "checkpoint"} {
		names, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, n := range names {
			info, err := os.Stat(n)
			if err != nil {
				b.Fatal(err)
			}
			out = append(out, info.Size())
		}
	}
	return out
}

// BenchmarkProofs makes and checks a thousand proofs of rows all over the ledger, in order of their places.
func BenchmarkProofs(b *testing.B) {
	dir := bigLedger(b, 2_000_000)
	key := signer(b).Verifier
	before := cpu()
	for b.Loop() {
		k := openRead(b, dir)
		n, _ := ledger.ParseNote(k.Note)
		c, err := ledger.ParseCheckpoint(n.Text)
		if err != nil {
			b.Fatal(err)
		}
		for _, s := range k.Streams {
			for i := range uint64(250) {
				p, err := book.Prove(k.Heads, s, i*(s.Size()/250), k.Note, c.Size)
				if err != nil {
					b.Fatal(err)
				}
				if p, err = ledger.ParseProof(p.Text()); err != nil {
					b.Fatal(err)
				}
				if _, _, err := p.Check(key); err != nil {
					b.Fatal(err)
				}
			}
		}
		k.Close()
	}
	b.ReportMetric((cpu()-before).Seconds()/float64(b.N), "cpu-s/1000")
}

// BenchmarkOpen is a start of vault on a long history: it reads the unsealed rows and the newest heads.
func BenchmarkOpen(b *testing.B) {
	dir := bigLedger(b, 2_000_000)
	for b.Loop() {
		j, err := Open(Config{Dir: dir, Signer: signer(b)})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		j.Close()
		b.StartTimer()
	}
}
