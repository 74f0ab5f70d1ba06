package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
)

// A frame is: id (8 bytes), length of the body (4), call (2), flags (1), descriptors (1), deadline in milliseconds (4),
// all big-endian; then the body. An answer repeats the id and the call.
const headLen = 20

const (
	flagError = 1 << iota // the body of the answer is an error
)

// together is how many questions of one peer are answered at once; more wait on the line, which slows that peer only.
const together = 1024

// longest is the time a question may take when its asker set no deadline.
const longest = 10 * time.Minute

type head struct {
	id       uint64
	size     int
	call     uint16
	flags    uint8
	files    uint8
	deadline uint32
}

func (h head) put(b []byte) {
	binary.BigEndian.PutUint64(b, h.id)
	binary.BigEndian.PutUint32(b[8:], uint32(h.size))
	binary.BigEndian.PutUint16(b[12:], h.call)
	b[14], b[15] = h.flags, h.files
	binary.BigEndian.PutUint32(b[16:], h.deadline)
}

// Line is one end of a connection between two processes. The asking end makes it with NewLine.
type Line struct {
	Peer sekisho.Caller // who is at the other end; told by the supervisor

	conn   *net.UnixConn
	asking atomic.Int64 // questions under way, for choosing the least busy of a pool

	write sync.Mutex // one frame at a time on conn

	mu      sync.Mutex // guards what follows
	next    uint64
	waiting map[uint64]*waiter
	dead    error
	ended   chan struct{} // closed when dead is set
}

type waiter struct {
	limit int
	call  uint16
	got   chan answer
}

type answer struct {
	flags uint8
	body  []byte
	files []*os.File
	err   error
}

// NewLine starts reading answers from conn, which it then owns.
func NewLine(peer sekisho.Caller, conn *net.UnixConn) *Line {
	l := &Line{Peer: peer, conn: conn, waiting: map[uint64]*waiter{}, ended: make(chan struct{})}
	go l.read()
	return l
}

// Close ends the line; questions under way fail.
func (l *Line) Close() { l.fail(net.ErrClosed) }

// Ended is closed when the line is of no more use.
func (l *Line) Ended() <-chan struct{} { return l.ended }

// ask sends frame, whose first headLen bytes are free for the head, and waits for the answer.
func (l *Line) ask(ctx context.Context, call uint16, limit int, frame []byte, files []*os.File) ([]byte, []*os.File, error) {
	w := &waiter{limit, call, make(chan answer, 1)}
	l.asking.Add(1)
	defer l.asking.Add(-1)
	l.mu.Lock()
	if l.dead != nil {
		l.mu.Unlock()
		return nil, nil, l.dead
	}
	l.next++
	id := l.next
	l.waiting[id] = w
	l.mu.Unlock()
	h := head{id: id, size: len(frame) - headLen, call: call, files: uint8(len(files))}
	if t, ok := ctx.Deadline(); ok {
		h.deadline = uint32(max(1, min(time.Until(t).Milliseconds(), 1<<31)))
	}
	h.put(frame)
	if err := l.send(frame, files); err != nil {
		l.fail(err)
	}
	select {
	case a := <-w.got:
		if a.err == nil && a.flags&flagError != 0 {
			a.err = remoteError(a.body)
		}
		return a.body, a.files, a.err
	case <-ctx.Done(): // the answer, when it comes, is thrown away by read
		return nil, nil, ctx.Err()
	}
}

func (l *Line) send(frame []byte, files []*os.File) error {
	l.write.Lock()
	defer l.write.Unlock()
	return writeFrame(l.conn, frame, files)
}

// writeFrame writes one frame; descriptors ride on its first bytes.
func writeFrame(conn *net.UnixConn, frame []byte, files []*os.File) error {
	if len(files) == 0 {
		_, err := conn.Write(frame)
		return err
	}
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	n, _, err := conn.WriteMsgUnix(frame, unix.UnixRights(fds...), nil)
	for _, f := range files {
		f.Close()
	}
	if err == nil && n < len(frame) {
		_, err = conn.Write(frame[n:])
	}
	return err
}

func (l *Line) read() {
	in := newReader(l.conn, l.Peer.Role == sekisho.Dial || l.Peer.Role == sekisho.Store) // sockets, and files that gate may read
	for {
		h, err := in.head()
		if err != nil {
			l.fail(err)
			return
		}
		l.mu.Lock()
		w := l.waiting[h.id]
		delete(l.waiting, h.id)
		l.mu.Unlock()
		if w == nil || w.call != h.call || h.size > w.limit {
			l.fail(fmt.Errorf("%w: answer %d of %d bytes", errProtocol, h.id, h.size))
			return
		}
		body, files, err := in.body(h)
		if err != nil {
			w.got <- answer{err: err}
			l.fail(err)
			return
		}
		w.got <- answer{flags: h.flags, body: body, files: files}
	}
}

// fail ends the line for the first reason given and wakes all who wait.
func (l *Line) fail(why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead != nil {
		return
	}
	if errors.Is(why, io.EOF) {
		why = errors.New("peer ended")
	}
	l.dead = why
	close(l.ended)
	l.conn.Close()
	for id, w := range l.waiting {
		delete(l.waiting, id)
		w.got <- answer{err: why}
	}
}

// Serve answers the questions that come in on conn until it ends, the peer breaks the rules or ctx is done. It owns
// conn. Questions run side by side; each gets the asker's deadline.
func (s *Service) Serve(ctx context.Context, by sekisho.Caller, conn *net.UnixConn) error {
	s.serving.Add(1)
	defer s.serving.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	defer conn.Close()
	var running sync.WaitGroup
	defer running.Wait()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		select {
		case <-s.drained:
			conn.SetReadDeadline(time.Unix(1, 0)) // ends the reading, not the answering
		case <-ended:
		}
	}()
	// Nobody else sends descriptors with questions.
	in := newReader(conn, by.Role == sekisho.Door || by.Role == sekisho.Gate && s.role == sekisho.Inspect)
	room := make(chan struct{}, together)
	var write sync.Mutex
	for {
		h, err := in.head()
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) || ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		a, known := s.answer[h.call]
		if err := admit(a, known, h, by); err != nil {
			s.report(by, a.Name, err)
			return err
		}
		body, files, err := in.body(h)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		room <- struct{}{}
		running.Add(1)
		go func() {
			defer running.Done()
			defer func() { <-room }()
			if err := s.respond(ctx, a, by, h, body, files, conn, &write); err != nil {
				s.report(by, a.Name, err)
				conn.Close()
			}
		}()
	}
}

func admit(a handler, known bool, h head, by sekisho.Caller) error {
	switch {
	case !known:
		return fmt.Errorf("%w: no call %#x", errProtocol, h.call)
	case h.size > a.Limit:
		return fmt.Errorf("%w: question of %d bytes, at most %d", errProtocol, h.size, a.Limit)
	case !a.may(by.Role):
		return fmt.Errorf("%w: not granted to %s", errProtocol, by.Role)
	}
	return nil
}

func (r Rule) may(role sekisho.Role) bool {
	for _, c := range r.Callers {
		if c == role {
			return true
		}
	}
	return false
}

// respond runs one question and sends the answer. An error of its own means that the line must end.
func (s *Service) respond(ctx context.Context, a handler, by sekisho.Caller, h head, body []byte, files []*os.File,
	conn *net.UnixConn, write *sync.Mutex) error {
	allowed := longest
	if h.deadline > 0 {
		allowed = time.Duration(h.deadline) * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	frame, out, err := a.run(ctx, by, body, files)
	if errors.Is(err, errProtocol) {
		return err
	}
	r := head{id: h.id, call: h.call, files: uint8(len(out))}
	if err != nil {
		frame, r.flags = errorFrame(a.Name, err), flagError
	}
	r.size = len(frame) - headLen
	r.put(frame)
	write.Lock()
	defer write.Unlock()
	if err := writeFrame(conn, frame, out); err != nil && ctx.Err() == nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil
}

func errorFrame(op string, err error) []byte {
	text := err.Error()
	if len(text) > 1024 {
		text = text[:1024]
	}
	var known *sekisho.Error
	if errors.As(err, &known) && known.Op != "" {
		op = known.Op
		if text = ""; known.Err != nil {
			text = known.Err.Error()
		}
	}
	kind := sekisho.KindOf(err)
	if known == nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		kind = sekisho.Unavailable
	}
	b := make([]byte, headLen, headLen+2+len(op)+len(text))
	b = append(b, byte(kind), byte(len(op)))
	b = append(b, op...)
	return append(b, text...)
}

func remoteError(b []byte) error {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return sekisho.E("wire", sekisho.Internal, errors.New("unreadable error"))
	}
	e := sekisho.E(string(b[2:2+b[1]]), sekisho.ErrorKind(b[0]), nil)
	if rest := b[2+int(b[1]):]; len(rest) > 0 {
		e.Err = errors.New(string(rest))
	}
	return e
}
