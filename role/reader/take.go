package reader

import (
	"context"
	"errors"
	"net"
	"sync"

	"sekisho"
	"sekisho/wire"
)

// Where reader has cells, it does not accept: door passes connections to it, with what was read from them already.

// Service is what door may ask of reader.
func (r *Reader) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Reader, report)
	wire.Handle(s, wire.ReaderTake, r.take)
	return s
}

// take answers ReaderTake.
func (r *Reader) take(ctx context.Context, _ sekisho.Caller, q wire.TakeConn) (wire.Nothing, error) {
	if q.Conn == nil || r.passed[q.Listener] == nil {
		return wire.Nothing{}, sekisho.E("reader.take", sekisho.Invalid, errors.New("no connection, or no such listener"))
	}
	c, err := net.FileConn(q.Conn)
	q.Conn.Close()
	if err != nil {
		return wire.Nothing{}, sekisho.E("reader.take", sekisho.Invalid, err)
	}
	return wire.Nothing{}, r.passed[q.Listener].put(ctx, &begunConn{Conn: c, read: q.Read})
}

// begunConn is a connection of which something was read already.
type begunConn struct {
	net.Conn
	read []byte // by the one goroutine that reads
}

// Read gives what was read before, then what comes.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.read) > 0 {
		n := copy(p, c.read)
		c.read = c.read[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// passed is a listener whose connections are passed to it.
type passed struct {
	conns chan net.Conn
	ended chan struct{}
	once  sync.Once
}

func newPassed() *passed { return &passed{conns: make(chan net.Conn), ended: make(chan struct{})} }

func (p *passed) put(ctx context.Context, c net.Conn) error {
	select {
	case p.conns <- c:
		return nil
	case <-p.ended:
	case <-ctx.Done():
	}
	c.Close()
	return sekisho.E("reader.take", sekisho.Unavailable, net.ErrClosed)
}

// Accept waits for the next connection.
func (p *passed) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

// Close ends it.
func (p *passed) Close() error {
	p.once.Do(func() { close(p.ended) })
	return nil
}

// Addr is nowhere.
func (p *passed) Addr() net.Addr { return &net.UnixAddr{Name: "passed", Net: "unix"} }
