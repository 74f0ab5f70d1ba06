package supervise

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"sekisho/sandbox"
)

// Confinement is what the kernel says about a live process, and what its line of the table allows. What could not be read is not
// claimed.
type Confinement struct {
	Read         bool     `json:"read"` // the kernel was asked; otherwise the fields up to Namespaces say nothing
	Seccomp      bool     `json:"seccomp"`
	NoNewPrivs   bool     `json:"noNewPrivs"`
	Capabilities string   `json:"capabilities"`         // that are effective; "" for none
	UID          int      `json:"uid"`                  // its user
	Namespaces   []string `json:"namespaces,omitempty"` // of its own; none below L3
	Memory       uint64   `json:"memory"`               // bytes resident, in whole MiB

	Level  sandbox.Level `json:"level"`  // it reached
	Own    bool          `json:"own"`    // a user of its own was asked for
	Files  bool          `json:"files"`  // its own directory
	Net    bool          `json:"net"`    // sockets to the outside
	Accept []string      `json:"accept"` // listeners
	Limit  uint64        `json:"limit"`  // bytes of private memory; 0: none
}

// Whole says whether the process is confined as it should be.
func (c Confinement) Whole() bool {
	return !c.Read || c.Seccomp && c.NoNewPrivs && c.Capabilities == ""
}

// confinement reads how a process is confined now. It is asked of the kernel, not of the process.
func (s *Supervisor) confinement(p *process) Confinement {
	r := p.slot.role
	c := Confinement{Level: p.level, Own: p.spec.UID != 0, Files: r.Dir != "", Net: r.Net, Accept: r.Listeners, Limit: r.Memory}
	dir := "/proc/" + strconv.Itoa(p.cmd.Process.Pid)
	b, err := os.ReadFile(dir + "/status")
	if err != nil {
		return c
	}
	is := statusLines(string(b))
	c.Read, c.Seccomp, c.NoNewPrivs = true, is["Seccomp"] == "2", is["NoNewPrivs"] == "1"
	if set := strings.TrimLeft(is["CapEff"], "0"); set != "" {
		c.Capabilities = "0x" + set
	}
	first, _, _ := strings.Cut(is["Uid"], " ")
	c.UID, _ = strconv.Atoi(first) // the kernel writes a number
	kilobytes, _, _ := strings.Cut(is["VmRSS"], " ")
	n, _ := strconv.ParseUint(kilobytes, 10, 64) // absent for a process that is ending
	c.Memory = n >> 10 << 20
	for _, kind := range []string{"mnt", "pid", "ipc", "uts", "net"} {
		if name, err := os.Readlink(dir + "/ns/" + kind); err == nil && s.outside[kind] != "" && name != s.outside[kind] {
			c.Namespaces = append(c.Namespaces, kind)
		}
	}
	return c
}

// statusLines reads the lines "Name: value" of a process' status.
func statusLines(text string) map[string]string {
	is := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		is[name] = strings.Join(strings.Fields(value), " ")
	}
	return is
}

// How often the kernel is asked, and how much of a status is told to roles that watch: it must fit into a pipe.
const (
	lookEvery  = 5 * time.Second
	mostHealth = 60 << 10
)

// look asks the kernel about every live process.
func (s *Supervisor) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.living {
		if p.confined() {
			p.confinement = s.confinement(p)
		}
	}
}

// inform hands a status to the processes that watch. What a process wrote itself is left out: its last words could hold what
// it worked on.
func (s *Supervisor) inform(st Status) {
	for i := range st.Processes {
		st.Processes[i].Last, _, _ = strings.Cut(st.Processes[i].Last, "its last words: ")
	}
	for i := range st.Alerts {
		a := &st.Alerts[i]
		a.Args = [6]uint64{}
		if a.Detail, _, _ = strings.Cut(a.Detail, "its last words: "); a.Kind == AlertBreach || a.Kind == AlertProtocol {
			a.Detail = ""
		}
	}
	b, err := json.Marshal(st)
	for err == nil && len(b) > mostHealth && len(st.Alerts) > 0 {
		st.Alerts = st.Alerts[(len(st.Alerts)+1)/2:]
		b, err = json.Marshal(st)
	}
	if err != nil || len(b) > mostHealth {
		s.c.Log.Warn("status too large to be told", "bytes", len(b), "error", err)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.living {
		if p.slot.role.Watches && p.confined() {
			if f, err := filled(b); err == nil {
				p.say(message{Kind: sayHealth}, f)
			}
		}
	}
}

// filled is the end to read of a pipe that holds b and nothing more. b fits into a pipe.
func filled(b []byte) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if _, err := w.Write(b); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}
