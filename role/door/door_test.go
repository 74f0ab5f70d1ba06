package door

import (
	"bytes"
	"crypto/tls"
	"net"
	"testing"
	"time"
)

// What a client says first gives the name it asks for, and nothing is answered.
func TestServerName(t *testing.T) {
	for _, want := range []string{"imap.mori.example", "IMAP.Mori.example", ""} {
		a, b := net.Pipe()
		go tls.Client(a, &tls.Config{ServerName: want, InsecureSkipVerify: true}).Handshake()
		name, read, err := serverName(b)
		if err != nil || name != want || len(read) < 50 {
			t.Errorf("%q: %q, %d bytes, %v", want, name, len(read), err)
		}
		a.Close()
		b.Close()
	}
}

func FuzzServerName(f *testing.F) {
	a, b := net.Pipe()
	go tls.Client(a, &tls.Config{ServerName: "imap.mori.example"}).Handshake()
	_, hello, err := serverName(b)
	if err != nil {
		f.Fatal(err)
	}
	a.Close()
	f.Add(hello)
	f.Add([]byte("a LOGIN x y\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &script{Reader: bytes.NewReader(b)}
		if name, read, err := serverName(c); err == nil && !bytes.HasPrefix(b, read) {
			t.Fatalf("%q: what is passed on is not what was sent", name)
		}
		if c.written > 0 {
			t.Fatal("something was answered")
		}
	})
}

// script is a connection that sends some bytes.
type script struct {
	*bytes.Reader
	written int
}

func (s *script) Write(p []byte) (int, error)      { s.written += len(p); return len(p), nil }
func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }
