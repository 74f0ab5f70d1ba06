package supervise

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
)

// dialFor is what dial does: it connects and passes the connected socket over the line.
func dialFor(line *net.UnixConn, network, address string) error {
	c, err := net.DialTimeout(network, address, 10*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	f, err := c.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return err
	}
	defer f.Close()
	_, _, err = line.WriteMsgUnix([]byte("ok"), unix.UnixRights(int(f.Fd())), nil)
	return err
}

// useSocket is what post does with a socket it was handed: everything but making one.
func useSocket(line *net.UnixConn, order string) error {
	if _, err := line.Write([]byte(order)); err != nil {
		return err
	}
	b, rights := make([]byte, 200), make([]byte, unix.CmsgSpace(4))
	n, rn, _, _, err := line.ReadMsgUnix(b, rights)
	if err != nil {
		return err
	}
	files, err := descriptors(rights[:rn])
	if err != nil || len(files) != 1 {
		return fmt.Errorf("dial says %q: %v", b[:n], err)
	}
	c, err := net.FileConn(files[0])
	files[0].Close()
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	if t, ok := c.(*net.TCPConn); ok {
		t.SetNoDelay(true)
		t.SetKeepAlive(true)
		t.SetKeepAlivePeriod(time.Minute)
	}
	if c.LocalAddr() == nil || c.RemoteAddr() == nil {
		return fmt.Errorf("no address")
	}
	if _, err := c.Write([]byte("ehlo")); err != nil {
		return err
	}
	n, err = c.Read(b)
	if err != nil || string(b[:n]) != "EHLO" {
		return fmt.Errorf("peer says %q: %v", b[:n], err)
	}
	if t, ok := c.(*net.TCPConn); ok {
		if err := t.CloseWrite(); err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, t); err != nil {
			return err
		}
	}
	return nil
}

func TestDialPassesSocketsToARoleWithoutNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 10)
			n, _ := c.Read(b)
			c.Write([]byte(strings.ToUpper(string(b[:n]))))
			c.Read(b)
			c.Close()
		}
	}()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	go func() {
		b := make([]byte, 10)
		for {
			n, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			u.WriteTo([]byte(strings.ToUpper(string(b[:n]))), from)
		}
	}()
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) {
				c.Level = level
				c.Table = []Role{
					{Role: sekisho.Post, Number: 1, Calls: []sekisho.Role{sekisho.Dial}, Listeners: []string{"front"}},
					{Role: sekisho.Dial, Number: 2, Net: true},
				}
			})
			for _, order := range []string{"tcp " + l.Addr().String(), "udp " + u.LocalAddr().String()} {
				if got := w.peer("dial " + order); got != "<nil>" {
					t.Errorf("%s: %s", order, got)
				}
			}
			w.stop()
			for len(w.alerts) > 0 {
				t.Errorf("alert: %+v", <-w.alerts)
			}
		})
	}
}

// honest does what every Go program does all the time: threads, timers, garbage, descriptors.
func honest() {
	done := make(chan bool)
	for range 16 {
		go func() {
			runtime.LockOSThread()
			junk := [][]byte{}
			for range 50 {
				junk = append(junk, make([]byte, 100<<10))
				time.Sleep(time.Microsecond)
			}
			runtime.KeepAlive(junk)
			done <- true
		}()
	}
	for range 16 {
		<-done
	}
	runtime.GC()
	runtime.NumGoroutine()
	os.Getpid()
	os.Hostname()
	_ = time.Now().Local().String()
	r, w, err := os.Pipe()
	if err == nil {
		w.Write([]byte("x"))
		r.Close()
		w.Close()
	}
}

func TestHonestWorkRaisesNoAlert(t *testing.T) {
	for _, level := range levels(t) {
		t.Run(level.String(), func(t *testing.T) {
			w := start(t, func(c *Config) { c.Level = level })
			for range 20 {
				if got := w.say("self honest"); got != "ok" {
					t.Fatal(got)
				}
			}
			w.peer("who")
			if got := w.say("relay who"); !strings.HasSuffix(got, " 4 <nil>") {
				t.Errorf("relay: %q", got)
			}
			w.stop()
			for len(w.alerts) > 0 {
				t.Errorf("alert: %+v", <-w.alerts)
			}
		})
	}
}

var idle = flag.Duration("idle", 0, "how long TestIdle watches confined processes that do nothing but collect garbage")

// The runtime reads its cgroup and the processors it may use from time to time; that must not be an alarm either.
func TestIdle(t *testing.T) {
	if *idle == 0 {
		t.Skip("a measurement: go test -run Idle -idle 60s")
	}
	w := start(t, nil)
	for end := time.Now().Add(*idle); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		w.say("self gc")
		w.peer("gc")
	}
	w.stop()
	t.Logf("alerts in %v: %d", *idle, len(w.alerts))
	for len(w.alerts) > 0 {
		t.Errorf("%+v", <-w.alerts)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	w := start(t, func(c *Config) { c.Table[0].Memory = 200 << 20 })
	if got := w.say("self eat"); got != "" {
		t.Errorf("gate has 1 GiB: %q", got)
	}
	a := w.alert(AlertCrash)
	if a.Role != "gate" {
		t.Errorf("%+v", a)
	}
}
