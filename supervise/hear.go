package supervise

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"sekisho/sandbox"
)

// hear reads what a child says until it is gone or says something it never says.
func (s *Supervisor) hear(p *process) error {
	p.control.conn.SetReadDeadline(time.Now().Add(confineWithin))
	for {
		m, files, err := p.control.receive(1)
		if errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET) {
			return nil
		}
		if err == nil {
			err = s.answer(p, m, files)
		}
		if err != nil {
			s.alert(Alert{Kind: AlertProtocol, Role: p.name(), Instance: p.self.Instance, Detail: err.Error()})
			s.mu.Lock()
			p.kill(err.Error())
			s.mu.Unlock()
			return err
		}
	}
}

// answer does what one message of a child is for. The files become ours.
func (s *Supervisor) answer(p *process, m message, files []*os.File) error {
	s.mu.Lock()
	state := p.state
	s.mu.Unlock()
	switch {
	case m.Kind == sayHello && state == Started:
		return s.welcome(p, m, files)
	case m.Kind == sayReady && state == Confined && len(files) == 0:
		s.serving(p)
		return nil
	case (m.Kind == sayLost || m.Kind == sayBreach) && state >= Confined && len(files) == 0:
		return s.complaint(p, m)
	case m.Kind == sayDone && state >= Confined && len(files) == 0:
		return s.probed(p, m)
	}
	closeAll(files)
	return fmt.Errorf("unexpected message %q", m.Kind)
}

// welcome checks how well a child is confined, begins to hear its refused calls, and connects it.
func (s *Supervisor) welcome(p *process, m message, files []*os.File) error {
	defer closeAll(files)
	if m.Error != "" {
		return errors.New("not confined: " + printable(m.Error))
	}
	if m.Level < s.c.Least {
		return fmt.Errorf("confined to %v only, %v is wanted at least", m.Level, s.c.Least)
	}
	if err := verify(p.cmd.Process.Pid, p.spec); err != nil {
		return err
	}
	if len(files) == 1 {
		fd, err := unix.FcntlInt(files[0].Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return err
		}
		l, err := sandbox.NewListener(fd)
		if err != nil {
			return err
		}
		go s.listen(p, l)
	}
	p.control.conn.SetReadDeadline(time.Time{})
	s.mu.Lock()
	defer s.mu.Unlock()
	p.state, p.level = Confined, m.Level
	p.confinement = s.confinement(p)
	s.connect(p)
	return nil
}

// verify reads from the kernel what the child cannot pretend.
func verify(pid int, spec sandbox.Spec) error {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return err
	}
	is := statusLines(string(b))
	want := map[string]string{"Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0000000000000000"}
	if spec.UID != 0 {
		id := strconv.Itoa(spec.UID)
		want["Uid"] = strings.Join([]string{id, id, id, id}, " ")
		want["Gid"], want["Groups"], want["CapBnd"] = want["Uid"], "", "0000000000000000"
	}
	for name, value := range want {
		if is[name] != value {
			return fmt.Errorf("not confined: %s is %q, must be %q", name, is[name], value)
		}
	}
	return nil
}

// serving notes that a child is ready, and when all are, says so.
func (s *Supervisor) serving(p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.state = Serving
	p.slot.everReady = true
	s.c.Log.Info("ready", "role", p.name(), "instance", p.self.Instance, "level", p.level, "after", time.Since(p.began).Round(time.Millisecond))
	select {
	case <-s.ready:
		return
	default:
	}
	if !slices.ContainsFunc(s.slots, func(sl *slot) bool { return !sl.everReady }) {
		close(s.ready)
	}
}
