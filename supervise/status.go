package supervise

import (
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
	Restarts uint64           `json:"restarts"`
	Denied   uint64           `json:"denied"`         // refused calls of all processes that were here
	Last     string           `json:"last,omitempty"` // how the one before ended
}

// Status tells how all processes are now.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Status{Level: s.level, Ready: true, Boot: s.home.boot, Alerts: append([]Alert{}, s.recent...)}
	for _, sl := range s.slots {
		ps := ProcessStatus{Role: sl.role.Role.String(), Worker: sl.worker, State: Waiting, Restarts: sl.restarts, Denied: sl.denied, Last: sl.last}
		if p := sl.process; p != nil {
			ps.Instance, ps.Pid, ps.State, ps.Level, ps.Since = p.self.Instance, p.cmd.Process.Pid, p.state, p.level, p.began
			if p.state == Confined || p.state == Serving {
				out.Level = min(out.Level, p.level)
			}
		}
		out.Ready = out.Ready && ps.State == Serving
		out.Processes = append(out.Processes, ps)
	}
	return out
}
