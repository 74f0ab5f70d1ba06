package supervise

import (
	"context"
	"os"
	"strconv"
	"testing"

	"sekisho"
)

// BenchmarkStart starts and stops a table of twelve processes, from New to all ready and gone.
func BenchmarkStart(b *testing.B) {
	dir, err := os.MkdirTemp("", "sekisho-start-")
	if err != nil {
		b.Fatal(err)
	}
	os.Chmod(dir, 0o711)
	defer os.RemoveAll(dir)
	all := []sekisho.Role{sekisho.Store, sekisho.Vault, sekisho.Inspect, sekisho.Dial}
	c := Config{Data: dir + "/data", Table: []Role{
		{Role: sekisho.Gate, Number: 1, Calls: all}, {Role: sekisho.Reader, Number: 2, Workers: 2, Calls: all}, {Role: sekisho.Post, Number: 3, Calls: all},
		{Role: sekisho.Admin, Number: 4, Workers: 2, Calls: all}, {Role: sekisho.Inspect, Number: 5, Workers: 3}, {Role: sekisho.Dial, Number: 6, Net: true},
		{Role: sekisho.Store, Number: 7, Dir: "store"}, {Role: sekisho.Vault, Number: 8, Dir: "vault"},
	}}
	for b.Loop() {
		s, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		end := make(chan error)
		go func() { end <- s.Run(ctx) }()
		select {
		case <-s.Ready():
		case err := <-end:
			b.Fatal(err)
		}
		stop()
		if err := <-end; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDeniedCall is how long a process waits for the supervisor's no.
func BenchmarkDeniedCall(b *testing.B) {
	w := start(b, func(c *Config) {
		c.Denials = 1 << 30
		c.Alert = func(Alert) {}
	})
	var total, calls float64
	for b.Loop() {
		ns, err := strconv.ParseFloat(w.say("self denials"), 64)
		if err != nil {
			b.Fatal(err)
		}
		total, calls = total+ns, calls+1000
	}
	b.ReportMetric(total/calls/1000, "us/call")
}
