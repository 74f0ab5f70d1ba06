package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/sandbox"
)

// controlDescriptor is where a child finds its control channel.
const controlDescriptor = 3

// Child is the role's side of its supervisor.
type Child struct {
	taken     // only in builds with the tag redteam it holds anything
	Self      sekisho.Caller
	Calls     []sekisho.Role          // whom it may call, as the table says: a line to each of their processes will come
	Config    []byte                  // the role's part of the configuration
	Dir       string                  // where its files are once it is confined; "" for none
	Listeners map[string]net.Listener // by the names of the table
	Files     map[string]*os.File     // secrets that this role is given; to be read and closed before Confine
	Level     sandbox.Level           // reached; set by Confine
	Digest    [32]byte                // SHA-256 of the program that runs, as the supervisor read it

	spec    sandbox.Spec
	control *control
	lines   chan Line
	done    chan struct{}
	finish  sync.Once
	health  atomic.Pointer[Status]
}

// Line is a connection to one peer. For roles that hear it may instead be the news that a process began or ended: then Conn is
// nil. The news that a process began comes before any line to it.
type Line struct {
	Peer     sekisho.Caller
	Outgoing bool // this process asks, the peer answers; otherwise the other way
	Conn     *net.UnixConn

	Ended  bool     // news: it ended; otherwise it began
	Digest [32]byte // news that it began: SHA-256 of its program
}

// Join takes up the channel to the supervisor and reads who this process is. It does not confine yet: what the role or a
// library will want from the file system is to be fetched between Join and Confine, since afterwards merely asking is an
// alarm. Known to ask late: x509.SystemCertPool, mime.TypeByExtension, time.LoadLocation, host names in net.Dial.
// Join empties the environment; the local time zone is read by Confine.
func Join() (*Child, error) {
	const op = "supervise.join"
	ctl, err := newControl(os.NewFile(controlDescriptor, "control"))
	if err != nil {
		return nil, sekisho.E(op, sekisho.Invalid, fmt.Errorf("not started by a supervisor: %w", err))
	}
	m, files, err := ctl.receive(maxDescriptors)
	if err != nil {
		return nil, sekisho.E(op, sekisho.Unavailable, err)
	}
	defer closeAll(files)
	role, ok := sekisho.RoleOf(m.Role)
	if m.Kind != sayBegin || m.Spec == nil || !ok || len(files) != 1+len(m.Listeners)+len(m.Files) {
		return nil, sekisho.E(op, sekisho.Invalid, fmt.Errorf("unexpected message %q", m.Kind))
	}
	c := &Child{taken: newTaken(),
		Self: sekisho.Caller{Role: role, Instance: m.Instance, Cell: m.Cell}, Files: map[string]*os.File{}, Dir: m.Spec.Home(), Listeners: map[string]net.Listener{},
		Digest: digestOf(m.Digest), spec: *m.Spec, control: ctl, lines: make(chan Line), done: make(chan struct{}),
	}
	for _, name := range m.Calls {
		callee, ok := sekisho.RoleOf(name)
		if !ok {
			return nil, sekisho.E(op, sekisho.Invalid, fmt.Errorf("unknown role %q", name))
		}
		c.Calls = append(c.Calls, callee)
	}
	if c.Config, err = io.ReadAll(io.NewSectionReader(files[0], 0, MaxConfig)); err != nil {
		return nil, sekisho.E(op, sekisho.Internal, err)
	}
	for i, name := range m.Listeners {
		if c.Listeners[name], err = net.FileListener(files[1+i]); err != nil {
			return nil, sekisho.E(op, sekisho.Internal, fmt.Errorf("listener %s: %w", name, err))
		}
	}
	for i, name := range m.Files {
		fd, err := unix.FcntlInt(files[1+len(m.Listeners)+i].Fd(), unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			return nil, sekisho.E(op, sekisho.Internal, fmt.Errorf("file %s: %w", name, err))
		}
		c.Files[name] = os.NewFile(uintptr(fd), name)
	}
	zone := os.Getenv("TZ")
	os.Clearenv()
	if zone != "" {
		os.Setenv("TZ", zone)
	}
	go c.listen()
	return c, nil
}

// Confine gives up everything that this process does not need, tells the supervisor and hands over the descriptor on
// which it will hear of refused calls. After an error the process must end.
func (c *Child) Confine() error {
	const op = "supervise.confine"
	_, _ = time.Now().Zone() // reads the zone's file, once
	listener, level, err := sandbox.Enter(c.spec)
	if err != nil {
		c.control.send(message{Kind: sayHello, Error: err.Error()})
		return sekisho.E(op, sekisho.Internal, err)
	}
	var files []*os.File
	if listener >= 0 {
		files = append(files, os.NewFile(uintptr(listener), "refused calls"))
	}
	defer closeAll(files)
	if err := c.control.send(message{Kind: sayHello, Level: level}, files...); err != nil {
		return sekisho.E(op, sekisho.Unavailable, err)
	}
	c.Level = level
	return nil
}

// Lines gives the connections to peers as the supervisor makes them: at the start, and again when a peer was started
// anew. The channel is never closed.
func (c *Child) Lines() <-chan Line { return c.lines }

// Ready tells the supervisor that this process serves.
func (c *Child) Ready() error { return c.control.send(message{Kind: sayReady}) }

// Lost tells the supervisor that a line has ended. When both processes live on, it makes a new one. It is enough that one
// side tells, best the one that is asked.
func (c *Child) Lost(l Line) error {
	return c.control.send(message{Kind: sayLost, Role: l.Peer.Role.String(), Instance: l.Peer.Instance, Outgoing: l.Outgoing})
}

// Breach tells the supervisor that a peer did on their line what it may not: an unknown call, one that is not granted to
// its role, a broken frame. It becomes an alert about the peer, with our name. what is cut to 1 KiB.
func (c *Child) Breach(peer sekisho.Caller, what string) error {
	if len(what) > 1024 {
		what = what[:1024]
	}
	return c.control.send(message{Kind: sayBreach, Role: peer.Role.String(), Instance: peer.Instance, Error: what})
}

// Done is closed when the process is to finish and exit with code 0. When the supervisor is gone it is closed too, and
// the process ends within a second by itself.
func (c *Child) Done() <-chan struct{} { return c.done }

// listen reads what the supervisor says for the rest of the process' life.
func (c *Child) listen() {
	queue := make(chan Line)
	go pump(queue, c.lines)
	for {
		m, files, err := c.control.receive(1)
		if err == nil {
			err = c.obey(m, files, queue)
		}
		if err != nil {
			c.finish.Do(func() { close(c.done) })
			time.Sleep(time.Second)
			fmt.Fprintln(os.Stderr, "supervisor gone:", err)
			os.Exit(3)
		}
	}
}

func (c *Child) obey(m message, files []*os.File, queue chan<- Line) error {
	switch {
	case m.Kind == sayStop && len(files) == 0:
		c.finish.Do(func() { close(c.done) })
		return nil
	case m.Kind == sayLine && len(files) == 1:
		role, ok := sekisho.RoleOf(m.Role)
		conn, err := connOf(files[0])
		if err != nil || !ok {
			return errors.Join(errors.New("bad line"), err)
		}
		queue <- Line{Peer: sekisho.Caller{Role: role, Instance: m.Instance, Cell: m.Cell}, Outgoing: m.Outgoing, Conn: conn}
		return nil
	case (m.Kind == sayBegan || m.Kind == sayEnded) && len(files) == 0:
		role, ok := sekisho.RoleOf(m.Role)
		if !ok {
			return errors.New("bad news")
		}
		queue <- Line{Peer: sekisho.Caller{Role: role, Instance: m.Instance, Cell: m.Cell}, Ended: m.Kind == sayEnded, Digest: digestOf(m.Digest)}
		return nil
	case m.Kind == sayHealth && len(files) == 1:
		return c.learn(files[0])
	case m.Kind == sayProbe && len(files) == 0:
		return c.probe(m)
	}
	closeAll(files)
	return fmt.Errorf("unexpected message %q", m.Kind)
}

// learn reads a status. The other end of the pipe is closed already.
func (c *Child) learn(f *os.File) error {
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostHealth))
	if err != nil {
		return err
	}
	var st Status
	if err := json.Unmarshal(b, &st); err != nil {
		return err
	}
	c.health.Store(&st)
	return nil
}

// Health is the newest status that this process was told, when its role watches; nil before the first. It is not to be changed.
func (c *Child) Health() *Status { return c.health.Load() }

func digestOf(b []byte) (d [32]byte) {
	copy(d[:], b)
	return d
}

// pump hands lines on without ever making the sender wait: the control channel must be read whatever the role does.
func pump(in <-chan Line, out chan<- Line) {
	var waiting []Line
	for {
		var next Line
		to := out
		if len(waiting) == 0 {
			to = nil
		} else {
			next = waiting[0]
		}
		select {
		case l := <-in:
			waiting = append(waiting, l)
		case to <- next:
			waiting = waiting[1:]
		}
	}
}
