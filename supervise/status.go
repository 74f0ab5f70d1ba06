package supervise

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"sekisho"
	"sekisho/sandbox"
)

// Status is what the supervisor knows about its processes.
type Status struct {
	Level     sandbox.Level   `json:"level"` // that all processes reached, the lowest of them
	Ready     bool            `json:"ready"` // every process serves now
	Boot      uint64          `json:"boot"`  // number of this start
	Processes []ProcessStatus `json:"processes"`
	Alerts    []Alert         `json:"alerts"` // the newest 100, oldest first
}

// ProcessStatus is one place of the table.
type ProcessStatus struct {
	Role     string           `json:"role"`
	Worker   int              `json:"worker"`
	Instance sekisho.Instance `json:"instance,omitempty"`
	Pid      int              `json:"pid,omitempty"`
	State    State            `json:"state"`
	Level    sandbox.Level    `json:"level"`
	Since    time.Time        `json:"since,omitzero"`
	Cell     uint16           `json:"cell"`           // of roles whose workers are cells
	Cells    bool             `json:"cells"`          // it is one
	Restarts uint64           `json:"restarts"`       // of this place since the supervisor began
	Retired  uint64           `json:"retired"`        // of these: it had served enough, and asked to be replaced
	Denied   uint64           `json:"denied"`         // refused calls of all processes that were here
	Last     string           `json:"last,omitempty"` // how the one before ended

	Confinement Confinement `json:"confinement"`
}

// StatusFile is where a running supervisor keeps its Status, below the data directory, for its own user only. It is
// written within a second of a change and removed at the end. One that was left by a killed supervisor tells of the past:
// whether it is current is known by the lock beside it.
const StatusFile = ownDirectory + "/status.json"

// ReadStatus reads the file; NotFound when no supervisor has one here.
func ReadStatus(data string) (Status, error) {
	const op = "supervise.status"
	var st Status
	b, err := os.ReadFile(filepath.Join(data, StatusFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return st, sekisho.E(op, sekisho.NotFound, err)
	case err != nil:
		return st, sekisho.E(op, sekisho.Unavailable, err)
	}
	if err := json.Unmarshal(b, &st); err != nil {
		return st, sekisho.E(op, sekisho.Corrupt, err)
	}
	return st, nil
}

// publish keeps the file until done is closed. A file that cannot be written is only logged: nothing depends on it.
func (s *Supervisor) publish(done <-chan struct{}) {
	name := s.home.dir(StatusFile)
	defer os.Remove(name)
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	var before []byte
	looked := time.Time{}
	for {
		select {
		case <-tick.C:
		case <-done:
			return
		}
		if time.Since(looked) >= lookEvery {
			s.look()
			looked = time.Now()
		}
		st := s.Status()
		now, err := json.Marshal(st)
		if err == nil && !bytes.Equal(now, before) {
			if err = os.WriteFile(name+".new", now, 0o600); err == nil {
				err = os.Rename(name+".new", name)
			}
			before = now
			s.inform(st)
		}
		if err != nil {
			s.c.Log.Warn("status not written", "error", err)
		}
	}
}

// Status tells how all processes are now.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Status{Level: s.level, Ready: true, Boot: s.home.boot, Alerts: append([]Alert{}, s.recent...)}
	for _, sl := range s.slots {
		ps := ProcessStatus{Role: sl.role.Role.String(), Worker: sl.worker, State: Waiting, Restarts: sl.restarts, Retired: sl.retired, Cells: sl.role.Cells, Denied: sl.denied, Last: sl.last}
		if p := sl.process; p != nil {
			ps.Instance, ps.Pid, ps.State, ps.Level, ps.Since = p.self.Instance, p.cmd.Process.Pid, p.state, p.level, p.began
			ps.Cell, ps.Confinement = p.self.Cell, p.confinement
			if p.state == Confined || p.state == Serving {
				out.Level = min(out.Level, p.level)
			}
		}
		out.Ready = out.Ready && ps.State == Serving
		out.Processes = append(out.Processes, ps)
	}
	return out
}
