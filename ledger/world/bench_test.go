package world

import (
	"flag"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sekisho/ledger/scope"
)

var (
	events = flag.Uint64("events", 1_000_000, "rows of the published case in benchmarks")
	kept   = flag.String("world", "", "use this world, or make it there, instead of a temporary one")
)

// cpu is what this process has used, in seconds.
func cpu() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// BenchmarkScope computes the scope of the published case with one worker: of the components named, and with a hunt for the
// intruder's traces over all streams.
//
//	go test -run xxx -bench Scope -benchtime 3x ./ledger/world -args -events 100000000 -world DIR
func BenchmarkScope(b *testing.B) {
	dir := *kept
	if dir == "" {
		dir = b.TempDir()
	}
	if _, err := os.Stat(filepath.Join(dir, "graph.json")); err != nil {
		w, err := New(shipped(b, "published-case.json"), 0, *events)
		if err != nil {
			b.Fatal(err)
		}
		err = w.Write(func(name string, data []byte) error {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o644)
		}, 2, nil)
		if err != nil {
			b.Fatal(err)
		}
	}
	src := scope.Source{FS: os.DirFS(dir)}
	raw, err := os.ReadFile(filepath.Join(dir, "indicators.json"))
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, change func(*scope.Indicators)) {
		begun := cpu()
		defer func() { b.ReportMetric((cpu()-begun)/float64(b.N), "CPU-s/op") }()
		for b.Loop() {
			in, _, err := scope.ParseIndicators(raw)
			if err != nil {
				b.Fatal(err)
			}
			change(in)
			g, err := src.Graph()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := scope.Compute(src, in, g, scope.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("one", func(b *testing.B) {
		run(b, func(in *scope.Indicators) { in.Sessions, in.Addresses, in.Components = nil, nil, in.Components[:1] })
	})
	b.Run("components", func(b *testing.B) {
		run(b, func(in *scope.Indicators) { in.Sessions, in.Addresses = nil, nil })
	})
	b.Run("everywhere", func(b *testing.B) { run(b, func(*scope.Indicators) {}) })
}
