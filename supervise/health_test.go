package supervise

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sekisho"
	"sekisho/sandbox"
)

// A role that watches is told how every process is confined, as the kernel says it, of refused calls, and of processes that were
// replaced; not of what they wrote before they died.
func TestHealth(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) {
				c.Level = level
				c.Table[0].Watches = true
			})
			read := func() (st Status) {
				json.Unmarshal([]byte(w.say("self health")), &st)
				return st
			}
			until(t, "gate was told that all serve", func() bool { return read().Ready })
			for _, p := range read().Processes {
				c := p.Confinement
				if !c.Read || !c.Whole() || !c.Seccomp || !c.NoNewPrivs || c.Level != level || c.Files != (p.Role == "store") || c.Net || c.Memory == 0 {
					t.Errorf("%s: %+v", p.Role, c)
				}
				if os.Geteuid() == 0 && (!c.Own || c.UID < 71001) {
					t.Errorf("%s: %+v", p.Role, c)
				}
				if own := strings.Join(c.Namespaces, " "); level == sandbox.L3 && own != "mnt pid ipc uts net" || level < sandbox.L3 && own != "" {
					t.Errorf("%s has its own %q", p.Role, own)
				}
			}
			w.say("self open")
			w.alert(AlertDenied)
			until(t, "gate was told of the refused call", func() bool {
				st := read()
				return len(st.Alerts) == 1 && st.Alerts[0].Call == "openat" && st.Processes[0].Denied == 1
			})
		})
	}
}

// What a process said last may hold what it worked on: who watches is not told.
func TestHealthWithoutLastWords(t *testing.T) {
	w := start(t, func(c *Config) { c.Table[0].Watches = true })
	w.mu.Lock()
	w.slots[1].last = "exit status 2; its last words: panic: the secret price"
	w.mu.Unlock()
	w.Supervisor.alert(Alert{Kind: AlertCrash, Role: "store", Detail: "exit status 2; its last words: panic: the secret price"})
	w.Supervisor.alert(Alert{Kind: AlertBreach, Role: "store", Detail: "the secret price"})
	var said string
	until(t, "gate was told of both", func() bool { said = w.say("self health"); return strings.Contains(said, AlertBreach) })
	if strings.Contains(said, "secret") || !strings.Contains(said, "exit status 2") {
		t.Errorf("told: %s", said)
	}
}

// A status that does not fit into a pipe is told with fewer alerts.
func TestHealthFits(t *testing.T) {
	w := start(t, func(c *Config) { c.Table[0].Watches = true })
	for range keptAlerts {
		w.Supervisor.alert(Alert{Kind: AlertDenied, Role: "gate", Target: strings.Repeat("x", 1000)})
		w.alert(AlertDenied)
	}
	until(t, "gate was told of some", func() bool {
		var st Status
		json.Unmarshal([]byte(w.say("self health")), &st)
		return len(st.Alerts) > 10 && len(st.Alerts) < keptAlerts
	})
	if p := w.one(sekisho.Gate); p.State != Serving || p.Restarts != 0 {
		t.Errorf("%+v", p)
	}
}

func FuzzStatusLines(f *testing.F) {
	f.Add("Name:\tx\nUid:\t1 1 1 1\nSeccomp:\t2\n")
	f.Add(":\n\n: :")
	f.Fuzz(func(t *testing.T, text string) {
		for name, value := range statusLines(text) {
			if strings.Contains(name, ":") || value != strings.TrimSpace(value) {
				t.Errorf("%q: %q", name, value)
			}
		}
	})
}
