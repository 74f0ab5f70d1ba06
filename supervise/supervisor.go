package supervise

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/sandbox"
)

// Times that rule the keeping of processes.
const (
	confineWithin = 20 * time.Second // from the start to hello, on a machine under load
	firstWait     = 50 * time.Millisecond
	longestWait   = 5 * time.Second
	healthyAfter  = 10 * time.Second
	shortLives    = 10 // processes in a row that may retire within a second of their start before the next must wait
	firstTries    = 5  // starts in a row that may fail before a role has ever been ready
)

// Supervisor keeps the processes of one table. Make it with New.
type Supervisor struct {
	c        Config
	home     *home
	level    sandbox.Level // that processes are confined to
	digest   [32]byte      // SHA-256 of the program
	outside  map[string]string
	fork     forker
	below    string // cgroup directory that this process is in; "" for none
	group    string // cgroup directory of all our processes; "" for none
	slots    []*slot
	ready    chan struct{} // closed when every slot was ready once
	stopping chan struct{} // closed when no process may be started any more
	halt     sync.Once
	fault    error // why; nil when asked to. Written inside halt, read after stopping
	alerts   chan Alert
	missed   atomic.Uint64
	next     atomic.Uint64 // instances made in this boot

	mu      sync.Mutex // guards what follows and the mutable fields of slots and processes
	living  []*process // started and not yet ended
	recent  []Alert    // the newest, oldest first
	repairs map[couple]*repairing
	changed chan struct{}
}

// slot is the place of one process in the table.
type slot struct {
	role   Role
	worker int

	// guarded by Supervisor.mu
	process   *process // nil between two starts
	everReady bool
	restarts  uint64
	retired   uint64
	denied    uint64
	last      string // how the process before ended
}

// Run starts all processes of the table and keeps them until ctx ends; then it stops them, callers before the called.
// It returns nil after such a stop, and an error when the processes could not be started or not be confined.
func Run(ctx context.Context, c Config) error {
	s, err := New(c)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// New checks what can be checked before the first process starts: the level this host allows, the data directory, the
// listeners. Errors are Denied (level or owner of the directory; the text says what to do), Conflict (the directory is
// in use), Invalid. Run must follow.
func New(c Config) (*Supervisor, error) {
	const op = "supervise.new"
	c = withDefaults(c)
	report := sandbox.Probe()
	level := report.Level
	if c.Level != sandbox.L0 {
		level = min(level, c.Level)
	}
	if level < c.Least {
		return nil, sekisho.E(op, sekisho.Denied, fmt.Errorf("this host allows %v, %v is wanted at least: %s", level, c.Least, strings.Join(report.Missing, "; ")))
	}
	if err := disown(); err != nil {
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	s := &Supervisor{c: c, level: level, ready: make(chan struct{}), stopping: make(chan struct{}), alerts: make(chan Alert, 256),
		changed: make(chan struct{}, 1), repairs: map[couple]*repairing{}}
	for _, r := range c.Table {
		for _, name := range r.Listeners {
			if c.Listeners[name] == nil {
				return nil, sekisho.E(op, sekisho.Invalid, fmt.Errorf("role %v accepts on %q, which was not opened", r.Role, name))
			}
		}
		for w := range max(1, r.Workers) {
			s.slots = append(s.slots, &slot{role: r, worker: w})
		}
	}
	var err error
	if s.outside, err = sandbox.Namespaces(); err != nil {
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	if s.digest, err = digest(c.Binary); err != nil {
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	if s.home, err = openHome(c, s.uid); err != nil {
		return nil, err
	}
	s.below = report.Cgroup
	return s, nil
}

// digest reads what every process will run.
func digest(path string) (d [32]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return d, err
	}
	h.Sum(d[:0])
	return d, nil
}

// disown keeps what this process was given by accident (a shell's pipes, a service manager's sockets) from the roles: they
// get what is named for them and nothing else.
func disown() error {
	err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	open, err := os.ReadDir("/proc/self/fd") // before Linux 5.11
	for _, d := range open {
		if fd, err := strconv.Atoi(d.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return err
}

func withDefaults(c Config) Config {
	if c.Least == sandbox.L0 {
		c.Least = sandbox.L2
		if c.Level != sandbox.L0 {
			c.Least = min(c.Least, c.Level)
		}
	}
	if c.Binary == "" {
		c.Binary = "/proc/self/exe"
	}
	if c.Arguments == nil {
		c.Arguments = []string{"role"}
	}
	if c.UserBase == 0 {
		c.UserBase = DefaultUserBase
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Denials == 0 {
		c.Denials = 100
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	return c
}

// uid is the user of a role; 0 where we cannot give it one.
func (s *Supervisor) uid(r Role) int {
	if os.Geteuid() != 0 {
		return os.Geteuid()
	}
	return s.c.UserBase + r.Number
}

// Level is how far the processes are confined.
func (s *Supervisor) Level() sandbox.Level { return s.level }

// Ready is closed when every process of the table has said that it serves.
func (s *Supervisor) Ready() <-chan struct{} { return s.ready }

// Run does the work; see the function Run. It may be called once.
func (s *Supervisor) Run(ctx context.Context) error {
	defer s.home.close()
	s.group = newGroup(s.below)
	s.fork.start()
	told := make(chan struct{})
	go s.tell(told)
	gone := make(chan struct{})
	var keepers, scribe sync.WaitGroup
	scribe.Go(func() { s.publish(gone) })
	for _, sl := range s.slots {
		keepers.Go(func() { s.keep(sl) })
	}
	select {
	case <-ctx.Done():
		s.stop(nil)
	case <-s.stopping:
	}
	s.wind()
	keepers.Wait()
	close(gone)
	scribe.Wait()
	s.fork.end()
	close(s.alerts)
	<-told
	removeGroup(s.group)
	return s.fault
}

// stop ends all starting; err is why, nil when it was asked for.
func (s *Supervisor) stop(err error) {
	s.halt.Do(func() {
		s.fault = err
		close(s.stopping)
	})
}

func (s *Supervisor) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// keep starts the process of a slot again and again until all is to stop.
func (s *Supervisor) keep(sl *slot) {
	wait, failed, short := firstWait, 0, 0
	for !s.isStopping() {
		begun := time.Now()
		end := s.live(sl)
		if s.isStopping() {
			return
		}
		lived := time.Since(begun)
		s.mu.Lock()
		sl.restarts++
		if end.retired() {
			sl.retired++
		}
		sl.last = end.String()
		ever := sl.everReady
		s.mu.Unlock()
		if end.retired() {
			failed = 0
			if short++; lived >= time.Second {
				short, wait = 0, firstWait
			}
			if short >= shortLives {
				s.pause(&wait)
			}
			continue
		}
		s.alert(Alert{Kind: AlertCrash, Role: sl.role.Role.String(), Instance: end.instance, Detail: end.String()})
		if failed++; !ever && failed >= firstTries {
			s.stop(sekisho.E("supervise.run", sekisho.Unavailable, fmt.Errorf("role %v does not start: %v", sl.role.Role, end)))
			return
		}
		if lived >= healthyAfter {
			wait, failed = firstWait, 0
		}
		s.pause(&wait)
	}
}

// pause waits about *wait, or until all is to stop, and doubles it for the next time.
func (s *Supervisor) pause(wait *time.Duration) {
	select {
	case <-time.After(*wait/2 + rand.N(*wait)):
	case <-s.stopping:
	}
	*wait = min(2**wait, longestWait)
}

// wind stops what lives, callers before the called, so that what is in work can be finished. Whatever still lives after
// the grace is killed.
func (s *Supervisor) wind() {
	late := time.After(s.c.Grace)
	for {
		if s.tellToStop() == 0 {
			return
		}
		select {
		case <-s.changed:
		case <-late:
			s.mu.Lock()
			for _, p := range s.living {
				s.c.Log.Warn("killed: did not stop in time", "role", p.name(), "instance", p.self.Instance)
				p.kill("did not stop in time")
			}
			s.mu.Unlock()
			late = nil
		}
	}
}

// tellToStop asks every process that nobody living calls any more; all of them when the table goes in circles. It
// returns how many processes live.
func (s *Supervisor) tellToStop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := false
	for _, p := range s.living {
		called := slices.ContainsFunc(s.living, func(q *process) bool { return q != p && slices.Contains(q.slot.role.Calls, p.self.Role) })
		if !called {
			p.askToStop()
		}
		told = told || p.asked
	}
	if !told {
		for _, p := range s.living {
			p.askToStop()
		}
	}
	return len(s.living)
}

func (s *Supervisor) note() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}
