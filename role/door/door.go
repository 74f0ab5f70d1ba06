package door

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"sekisho/wire"
)

// Config is what door is told.
type Config struct {
	Cells int          // how many cells reader has
	Log   *slog.Logger // nil: nothing is logged
}

// Peers are the roles that door asks.
type Peers struct{ Store, Reader *wire.Peer }

// Door passes connections on.
type Door struct {
	config Config
	peers  Peers

	mu    sync.Mutex // guards what follows
	cells map[string]known
}

// known is an answer of store.
type known struct {
	cell  uint16
	until time.Time
}

// Bounds.
const (
	helloTime  = 10 * time.Second // for a client to say hello
	handTime   = 10 * time.Second // for a reader to take a connection
	cellLife   = 10 * time.Second // of an answer of store
	mostCells  = 10_000           // names remembered
	mostAtOnce = 1000             // connections that have not said hello
	mostHello  = 64 << 10         // bytes of a hello
)

// New makes a door that does not accept yet.
func New(c Config, p Peers) *Door {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Door{config: c, peers: p, cells: map[string]known{}}
}

// Serve accepts on the listeners, by name: "imap" begins in the clear, "imaps" with TLS. It returns when ctx is done.
func (d *Door) Serve(ctx context.Context, listeners map[string]net.Listener) error {
	failed := make(chan error, len(listeners))
	room := make(chan struct{}, mostAtOnce)
	for name, l := range listeners {
		stop := context.AfterFunc(ctx, func() { l.Close() })
		defer stop()
		go func() { failed <- d.accept(ctx, name, l, room) }()
	}
	select {
	case err := <-failed:
		if ctx.Err() != nil {
			return nil
		}
		return err
	case <-ctx.Done():
		return nil
	}
}

func (d *Door) accept(ctx context.Context, name string, l net.Listener, room chan struct{}) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		select {
		case room <- struct{}{}:
		default: // a flood of clients that say nothing
			c.Close()
			continue
		}
		go func() {
			defer func() { <-room }()
			defer c.Close() // ours: the reader has its own descriptor
			if err := d.pass(ctx, name, c); err != nil && ctx.Err() == nil {
				d.config.Log.Debug("connection not passed on", "listener", name, "error", err)
			}
		}()
	}
}

// pass finds the cell of a connection and hands it over. In the clear there is no name: that is the shared cell.
func (d *Door) pass(ctx context.Context, listener string, c net.Conn) error {
	t := wire.TakeConn{Listener: listener}
	cell := uint16(0)
	if listener == "imaps" {
		name, read, err := serverName(c)
		if err != nil {
			return err
		}
		if cell, err = d.cell(ctx, name); err != nil {
			return err
		}
		t.Read = read
	}
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	line, err := d.peers.Reader.PickCell(ctx, cell)
	if err != nil {
		return err
	}
	if t.Conn, err = c.(interface{ File() (*os.File, error) }).File(); err != nil {
		return err
	}
	_, err = wire.ReaderTake.AskLine(ctx, line, t)
	return err
}

// cell asks store which cell a host name belongs to.
func (d *Door) cell(ctx context.Context, name string) (uint16, error) {
	name = strings.ToLower(name)
	if name == "" {
		return 0, nil
	}
	now := time.Now()
	d.mu.Lock()
	k, ok := d.cells[name]
	d.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.cell, nil
	}
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	got, err := wire.StoreHost.Ask(ctx, d.peers.Store, wire.HostQuery{Name: name})
	if err != nil {
		return 0, err
	}
	k = known{wire.CellOf(got.Contract, d.config.Cells), now.Add(cellLife)}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.cells) >= mostCells {
		clear(d.cells)
	}
	d.cells[name] = k
	return k.cell, nil
}

var errHello = errors.New("the hello has been read")

// serverName reads a client's first message of the handshake and gives the server name in it, and everything that was read.
// It answers nothing: whoever takes the connection begins with what was read.
func serverName(c net.Conn) (name string, read []byte, err error) {
	if err := c.SetReadDeadline(time.Now().Add(helloTime)); err != nil {
		return "", nil, err
	}
	r := &recorder{Conn: c}
	found := false
	err = tls.Server(r, &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		name, found = h.ServerName, true
		return nil, errHello
	}}).Handshake()
	if !found {
		return "", nil, err
	}
	return name, r.read, c.SetReadDeadline(time.Time{})
}

// recorder keeps what is read, and writes nothing.
type recorder struct {
	net.Conn
	read []byte
}

// Read reads and remembers.
func (r *recorder) Read(p []byte) (int, error) {
	if len(r.read) > mostHello {
		return 0, errors.New("the hello is too long")
	}
	n, err := r.Conn.Read(p)
	r.read = append(r.read, p[:n]...)
	return n, err
}

// Write drops the alert that ends the reading.
func (r *recorder) Write(p []byte) (int, error) { return len(p), nil }
