//go:build redteam

package supervise

import (
	"flag"
	"os"
	"testing"

	"sekisho"
	"sekisho/sandbox"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Every kind of policy there is, attacked from inside. A change of testdata/policy.golden is a change of what a role
// may do, and needs a reason.
func TestRedteam(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) { attackAll(t, level, "testdata/policy."+level.String()+".golden") })
	}
}

func attackAll(t *testing.T, level sandbox.Level, golden string) {
	w := start(t, func(c *Config) {
		c.Level, c.Denials = level, 1<<30
		c.Table = []Role{
			{Role: sekisho.Gate, Number: 1, Listeners: []string{"front"}},
			{Role: sekisho.Inspect, Number: 2},
			{Role: sekisho.Store, Number: 3, Dir: "store"},
			{Role: sekisho.Dial, Number: 4, Net: true},
		}
	})
	m, err := w.Redteam()
	if err != nil {
		t.Fatal(err)
	}
	cells := len(m.Attacks) * len(m.Roles)
	t.Logf("%d attacks in %d roles: %d refused and reported, %d granted, %d killed, %d others", len(m.Attacks), len(m.Roles),
		m.Count(CellRefused), m.Count(CellGranted), m.Count(CellKilled), cells-m.Count(CellRefused, CellGranted, CellKilled))
	if len(m.Attacks) < 38 {
		t.Errorf("only %d attacks", len(m.Attacks))
	}
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(m.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if m.String() != string(want) {
		t.Errorf("the policy changed:\n%s", m)
	}
	// What the golden file may never say.
	for role, cells := range m.Cells {
		for _, attack := range []string{"exec-sh", "fork", "mmap-rwx", "mprotect-rx", "mptcp-socket", "unix-socket", "open-handle", "ptrace", "seccomp", "bpf", "io-uring"} {
			if cells[attack] != CellRefused {
				t.Errorf("%s in %s: %s", attack, role, cells[attack])
			}
		}
		if cells["open-shadow"] == CellGranted || cells["creat-root"] == CellGranted {
			t.Errorf("%s reaches files of the host", role)
		}
	}
}
