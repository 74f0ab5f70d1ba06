package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
	"sekisho/sandbox"
)

// Kinds of control messages.
const (
	sayBegin  = "begin"
	sayLine   = "line"
	sayStop   = "stop"
	sayHello  = "hello"
	sayReady  = "ready"
	sayLost   = "lost"
	sayBreach = "breach"
	sayBegan  = "began"  // to roles that hear: another process is confined
	sayEnded  = "ended"  // likewise: it is gone
	sayHealth = "health" // to roles that watch: the status, on the descriptor
	sayProbe  = "probe"  // only in builds with the tag redteam
	sayDone   = "probed" // likewise
)

// message is everything that is ever said on a control channel; which fields count depends on Kind.
type message struct {
	Kind string `json:"kind"`

	Role      string           `json:"role,omitempty"`     // begin: yourself; line, lost, breach: the peer; began, ended: who
	Instance  sekisho.Instance `json:"instance,omitempty"` // likewise
	Cell      uint16           `json:"cell,omitempty"`     // likewise; begin: yours; line: the peer's
	Digest    []byte           `json:"digest,omitempty"`   // begin, began: SHA-256 of the program
	Outgoing  bool             `json:"outgoing,omitempty"` // line, lost: you are the one who asks
	Calls     []string         `json:"calls,omitempty"`    // begin: whom you may call
	Spec      *sandbox.Spec    `json:"spec,omitempty"`
	Listeners []string         `json:"listeners,omitempty"` // begin: names of the descriptors after the first, which is the configuration
	Files     []string         `json:"files,omitempty"`     // begin: names of the descriptors after the listeners

	Level sandbox.Level `json:"level,omitempty"` // hello
	Error string        `json:"error,omitempty"` // hello: could not be confined; breach: what the peer did

	Probe  string          `json:"probe,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
}

const (
	maxMessage     = 16 << 10
	maxDescriptors = 64
)

// control is one end of a control channel.
type control struct{ conn *net.UnixConn }

// newControl takes over a descriptor.
func newControl(f *os.File) (*control, error) {
	c, err := connOf(f)
	if err != nil {
		return nil, err
	}
	return &control{c}, nil
}

// connOf makes a connection of a socket and closes the original, so that no second copy stays open.
func connOf(f *os.File) (*net.UnixConn, error) {
	defer f.Close()
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	u, ok := c.(*net.UnixConn)
	if !ok {
		c.Close()
		return nil, errors.New("not a unix socket")
	}
	return u, nil
}

// pair makes a socketpair whose ends are not inherited.
func pair(kind int) (a, b *os.File, err error) {
	p, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(p[0]), "pair"), os.NewFile(uintptr(p[1]), "pair"), nil
}

// send writes one message with descriptors; they stay the caller's. It gives up after 5 s.
func (c *control) send(m message, files ...*os.File) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if len(b) > maxMessage || len(files) > maxDescriptors {
		return fmt.Errorf("message of %d bytes and %d descriptors", len(b), len(files))
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
		}
		rights = unix.UnixRights(fds...)
	}
	if err := c.conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	_, _, err = c.conn.WriteMsgUnix(b, rights, nil)
	return err
}

// receive reads one message; the descriptors become the caller's. io.EOF when the other end is gone. A message that is
// too long, has more descriptors than most, or cannot be read is an error after which the channel must be closed.
func (c *control) receive(most int) (message, []*os.File, error) {
	var m message
	b, rights := make([]byte, maxMessage), make([]byte, unix.CmsgSpace(4*most))
	n, rn, flags, _, err := c.conn.ReadMsgUnix(b, rights)
	if err != nil {
		return m, nil, err
	}
	files, err := descriptors(rights[:rn])
	if err == nil && flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0 {
		err = errors.New("message too long")
	}
	if err == nil {
		err = json.Unmarshal(b[:n], &m)
	}
	if err != nil {
		closeAll(files)
		return m, nil, err
	}
	return m, files, nil
}

func descriptors(rights []byte) (files []*os.File, err error) {
	if len(rights) == 0 {
		return nil, nil
	}
	parts, err := unix.ParseSocketControlMessage(rights)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		fds, err := unix.ParseUnixRights(&parts[i])
		if err != nil {
			closeAll(files)
			return nil, err
		}
		for _, fd := range fds {
			syscall.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}
