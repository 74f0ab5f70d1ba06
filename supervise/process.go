package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/sandbox"
)

// process is one child from its start to its end.
type process struct {
	redteam

	slot    *slot
	self    sekisho.Caller
	spec    sandbox.Spec
	forgets bool
	cmd     *exec.Cmd
	control *control
	out     chan parcel   // what is still to be said to it
	ended   chan struct{} // closed when it is gone
	group   string        // its cgroup directory; "" for none
	began   time.Time
	strikes rate // refused calls; used by its listener only

	logged   chan struct{} // closed when its standard error has been read to the end
	lastLine string        // of its log; to be read after that

	// guarded by Supervisor.mu
	state       State
	level       sandbox.Level
	asked       bool        // told to stop
	confinement Confinement // as the kernel said last
	denied      uint64      // refused calls

	complaints rate   // about peers
	why        string // why we killed it
}

// State is where a process stands in its life.
type State string

// The states of a process, in order. Between two processes a slot is waiting.
const (
	Waiting  State = "waiting"
	Started  State = "started"
	Confined State = "confined"
	Serving  State = "ready"
	Ended    State = "ended"
)

// parcel is a message on its way to a child; its files are closed when it was sent or cannot be.
type parcel struct {
	message message
	files   []*os.File
}

// ending says how a process ended.
type ending struct {
	instance sekisho.Instance
	ready    bool
	state    *os.ProcessState
	why      string
	line     string // the last of its log
	err      error
}

func (e ending) retired() bool {
	return e.ready && e.err == nil && e.why == "" && e.state != nil && e.state.ExitCode() == 0
}

func (e ending) String() string {
	var parts []string
	if e.err != nil {
		parts = append(parts, e.err.Error())
	}
	if e.why != "" {
		parts = append(parts, e.why)
	}
	if e.state != nil {
		parts = append(parts, e.state.String())
	}
	if e.line != "" && !e.retired() && e.why == "" {
		parts = append(parts, "its last words: "+e.line)
	}
	return strings.Join(parts, "; ")
}

func (p *process) name() string { return p.self.Role.String() }

// kill ends every thread and process of it at once, whatever it does. Supervisor.mu is held.
func (p *process) kill(why string) {
	if p.why == "" {
		p.why = why
	}
	if p.group != "" && os.WriteFile(filepath.Join(p.group, "cgroup.kill"), []byte("1"), 0) == nil {
		return
	}
	p.cmd.Process.Kill()
}

// say queues a message without waiting. A child that does not read its channel is killed. Supervisor.mu is held.
func (p *process) say(m message, files ...*os.File) {
	if p.state == Ended {
		closeAll(files)
		return
	}
	select {
	case p.out <- parcel{m, files}:
	default:
		closeAll(files)
		p.kill("does not read its control channel")
	}
}

func (p *process) askToStop() {
	if !p.asked {
		p.asked = true
		p.say(message{Kind: sayStop})
	}
}

// speak sends what was queued until the process has ended.
func (p *process) speak() {
	for {
		select {
		case x := <-p.out:
			p.control.send(x.message, x.files...) // an error means that it is ending: its reader sees that too
			closeAll(x.files)
		case <-p.ended:
			for {
				select {
				case x := <-p.out:
					closeAll(x.files)
				default:
					return
				}
			}
		}
	}
}

// live starts the process of a slot, serves it and returns when it has ended.
func (s *Supervisor) live(sl *slot) ending {
	p, err := s.start(sl)
	if err != nil {
		return ending{err: err}
	}
	err = s.hear(p)
	s.mu.Lock()
	e := ending{instance: p.self.Instance, ready: p.state == Serving}
	if p.state != Serving || err != nil {
		p.kill("")
	}
	s.mu.Unlock()
	if e.state, err = p.wait(); err != nil {
		e.err = err
	}
	select {
	case <-p.logged:
		e.line = p.lastLine
	case <-time.After(time.Second): // somebody else holds the pipe
	}
	s.mu.Lock()
	if p.confined() { // nobody was told of it otherwise
		s.gone(p)
	}
	p.state = Ended
	e.why = p.why
	sl.process = nil
	s.living = slices.DeleteFunc(s.living, func(q *process) bool { return q == p })
	s.mu.Unlock()
	close(p.ended)
	p.control.conn.Close()
	removeGroup(p.group)
	s.note()
	s.c.Log.Info("ended", "role", p.name(), "instance", p.self.Instance, "how", e.String())
	return e
}

// wait reaps the process. A child that closed its channel but lives on is killed after a second.
func (p *process) wait() (*os.ProcessState, error) {
	t := time.AfterFunc(time.Second, func() { p.cmd.Process.Kill() })
	defer t.Stop()
	err := p.cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		err = nil
	}
	return p.cmd.ProcessState, err
}

// start makes the process and tells it who it is. It returns before the process is confined.
func (s *Supervisor) start(sl *slot) (*process, error) {
	r := sl.role
	p := &process{redteam: newRedteam(), slot: sl, out: make(chan parcel, 1024), ended: make(chan struct{}), logged: make(chan struct{}), began: time.Now(), state: Started}
	p.self = sekisho.Caller{Role: r.Role, Instance: sekisho.Instance(s.home.boot<<24 | s.next.Add(1))}
	if r.Cells {
		p.self.Cell = uint16(sl.worker)
	}
	p.forgets = r.Forgets
	p.spec = sandbox.Spec{
		Role: r.Role.String(), Level: s.level, Dir: s.home.dir(r.Dir), Stage: s.home.dir(ownDirectory), Files: r.Dir != "",
		Accept: len(r.Listeners) > 0, Net: r.Net, Memory: r.Memory, Outside: s.outside,
		Processes: 512 * uint64(max(1, r.Workers)), // the kernel counts the threads of all workers together
	}
	if os.Geteuid() == 0 {
		p.spec.UID = s.uid(r)
	}
	var settings []byte
	if s.c.RoleConfig != nil {
		settings = s.c.RoleConfig(r.Role)
	}
	files, named, err := s.belongings(r, settings)
	if err != nil {
		return nil, err
	}
	defer files[0].Close()
	if err := s.spawn(p); err != nil {
		return nil, err
	}
	begin := message{Kind: sayBegin, Role: p.name(), Instance: p.self.Instance, Cell: p.self.Cell, Digest: s.digest[:],
		Spec: &p.spec, Listeners: r.Listeners, Files: named}
	for _, callee := range r.Calls {
		begin.Calls = append(begin.Calls, callee.String())
	}
	if err := p.control.send(begin, files...); err != nil {
		s.c.Log.Debug("begin not sent", "role", p.name(), "error", err)
	}
	go p.speak()
	s.mu.Lock()
	sl.process = p
	s.living = append(s.living, p)
	if s.isStopping() { // wind may have looked before this one was in the list
		p.kill("started while all was to stop")
	}
	s.mu.Unlock()
	return p, nil
}

// belongings are the descriptors a child begins with: its configuration, which is ours to close, then its listeners, then
// the files that are named.
func (s *Supervisor) belongings(r Role, settings []byte) (files []*os.File, named []string, err error) {
	if len(settings) > MaxConfig {
		return nil, nil, fmt.Errorf("configuration of %v has %d bytes", r.Role, len(settings))
	}
	fd, err := unix.MemfdCreate("configuration", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fd), "configuration")
	if _, err = f.Write(settings); err == nil {
		_, err = unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, unix.F_SEAL_SEAL|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	files = append(files, f)
	for _, name := range r.Listeners {
		files = append(files, s.c.Listeners[name])
	}
	for _, name := range r.Files {
		if f := s.c.Files[name]; f != nil {
			files, named = append(files, f), append(named, name)
		}
	}
	return files, named, nil
}

// spawn forks and executes. Everything of the child's that we hold is closed here.
func (s *Supervisor) spawn(p *process) error {
	ours, theirs, err := pair(unix.SOCK_SEQPACKET)
	if err != nil {
		return err
	}
	defer theirs.Close()
	reader, writer, err := os.Pipe()
	if err != nil {
		ours.Close()
		return err
	}
	defer writer.Close()
	p.group = groupFor(s.group, p)
	for {
		err = s.fork.do(func() error { return p.begin(s.c, theirs, writer) })
		if err == nil || p.group == "" {
			break
		}
		removeGroup(p.group) // the group may be what fails: better without than not at all
		p.group = ""
	}
	if err == nil {
		p.control, err = newControl(ours)
	} else {
		ours.Close()
	}
	if err != nil {
		reader.Close()
		return fmt.Errorf("start: %w", err)
	}
	go s.readLog(p, reader)
	return nil
}

// begin starts the child. It runs on the thread that forks.
func (p *process) begin(c Config, control, log *os.File) error {
	args := append(slices.Clone(c.Arguments), p.name())
	p.cmd = exec.Command(c.Binary, args...)
	p.cmd.Env = []string{"TZ=" + os.Getenv("TZ")}
	if os.Getenv("TZ") == "" {
		p.cmd.Env = []string{}
	}
	if p.forgets { // the collector overwrites what it frees
		p.cmd.Env = append(p.cmd.Env, "GODEBUG=clobberfree=1")
	}
	if p.spec.Memory != 0 { // the collector should work harder before the limit kills
		p.cmd.Env = append(p.cmd.Env, "GOMEMLIMIT="+strconv.FormatUint(p.spec.Memory/10*8, 10))
	}
	p.cmd.Stderr = log
	p.cmd.ExtraFiles = []*os.File{control}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: sandbox.CloneFlags(p.spec), Pdeathsig: syscall.SIGKILL, Setsid: true}
	if p.group != "" {
		dir, err := os.Open(p.group)
		if err != nil {
			return err
		}
		defer dir.Close()
		p.cmd.SysProcAttr.UseCgroupFD, p.cmd.SysProcAttr.CgroupFD = true, int(dir.Fd())
	}
	return p.cmd.Start()
}

// forker makes all children from one thread that lives as long as they do: the parent-death signal comes when the
// thread that forked ends, not when the process does.
type forker struct{ work chan func() }

func (f *forker) start() {
	f.work = make(chan func())
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for do := range f.work {
			do()
		}
	}()
}

// do runs start on that thread.
func (f *forker) do(start func() error) error {
	done := make(chan error)
	f.work <- func() { done <- start() }
	return <-done
}

// end lets the thread go; all children must be gone.
func (f *forker) end() { close(f.work) }
