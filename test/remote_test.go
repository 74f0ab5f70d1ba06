package test

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sekisho/role/admin"
)

// FakeMTA is somebody else's mail server, and may lie: what it does depends on the recipient's local part.
//
//	gone      550 at RCPT
//	busy      450 at RCPT, each time
//	later     450 at the first try, then taken
//	cut       closes the connection after the final dot, without an answer
//	refused   554 after the final dot
type FakeMTA struct {
	address string
	tls     *tls.Config // nil: no STARTTLS

	mu    sync.Mutex // guards what follows
	tries map[string]int
	taken map[string]int
	mails []relayed
}

// relayed is a mail that a FakeMTA took.
type relayed struct {
	from, to, raw string
	encrypted     bool
}

// NewFakeMTA listens on a port of 127.0.0.3.
func NewFakeMTA(t *testing.T, port int) *FakeMTA {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.3:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	f := &FakeMTA{address: l.Addr().String(), tries: map[string]int{}, taken: map[string]int{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go f.serve(c)
		}
	}()
	return f
}

func (f *FakeMTA) serve(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	say("220 fake.example")
	from, to, whole := "", "", ""
	for {
		l, err := r.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimSpace(l))
		switch {
		case strings.HasPrefix(verb, "EHLO"):
			if _, encrypted := c.(*tls.Conn); f.tls != nil && !encrypted {
				say("250-fake.example")
				say("250 STARTTLS")
				continue
			}
			say("250 fake.example")
		case verb == "STARTTLS" && f.tls != nil:
			say("220 go on")
			c = tls.Server(c, f.tls)
			r = bufio.NewReader(c)
		case strings.HasPrefix(verb, "MAIL"):
			from, _, _ = strings.Cut(l[strings.IndexByte(l, '<')+1:], ">")
			say("250 ok")
		case strings.HasPrefix(verb, "RCPT"):
			whole, _, _ = strings.Cut(l[strings.IndexByte(l, '<')+1:], ">")
			to, _, _ = strings.Cut(strings.ToLower(l[strings.IndexByte(l, '<')+1:]), "@")
			say(f.recipient(to))
		case verb == "DATA":
			say("354 go on")
			raw := ""
			for err == nil && l != ".\r\n" {
				if l, err = r.ReadString('\n'); l != ".\r\n" {
					raw += l
				}
			}
			if to == "cut" {
				return
			}
			if to == "refused" {
				say("554 5.6.0 not this")
				continue
			}
			f.mu.Lock()
			f.taken[to]++
			_, encrypted := c.(*tls.Conn)
			f.mails = append(f.mails, relayed{from, whole, raw, encrypted})
			f.mu.Unlock()
			say("250 2.0.0 taken")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (f *FakeMTA) recipient(to string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries[to]++
	switch {
	case to == "gone":
		return "550 5.1.1 nobody of that name"
	case to == "busy", to == "later" && f.tries[to] == 1:
		return "450 4.2.0 come back"
	}
	return "250 ok"
}

// await waits for the nth mail to an address.
func (f *FakeMTA) await(t *testing.T, to string, n int) relayed {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		f.mu.Lock()
		left := n
		for _, m := range f.mails {
			if strings.EqualFold(m.to, to) {
				if left--; left == 0 {
					f.mu.Unlock()
					return m
				}
			}
		}
		f.mu.Unlock()
	}
	t.Fatalf("no mail number %d to %s in 30 s: %d mails in all", n, to, len(f.mails))
	return relayed{}
}

func (f *FakeMTA) count(to string) (tries, taken int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tries[to], f.taken[to]
}

// What a next hop says is what becomes of a mail: notices in the sender's mailbox for what failed (RFC 3464), later tries
// for what may pass, and an operator who can retry and cancel.
func TestRemote(t *testing.T) {
	port := 14000 + os.Getpid()%1000
	far := NewFakeMTA(t, port)
	h := NewService(t, Setting{Port: port, Zone: `
far.example.      MX 10 mx.far.example.
mx.far.example.   A 127.0.0.3
null.example.     MX 0 .
`})
	send := func(to string) {
		t.Helper()
		if err := submit(t, h, "ann@mori.example", to, message("ann@mori.example", to, "to "+to, 1500)); err != nil {
			t.Fatal(err)
		}
	}
	for _, to := range []string{"gone", "busy", "later", "cut", "refused", "fine"} {
		send(to + "@far.example")
	}
	send("x@null.example")
	send("x@nowhere.example")
	c := mailbox(t, h, "ann@mori.example")
	notices := arrived(t, 4, h.Log, func() map[string]string {
		out := map[string]string{}
		for _, m := range bodies(t, c, "INBOX") {
			for _, to := range []string{"gone@far.example", "refused@far.example", "x@null.example", "x@nowhere.example"} {
				if strings.Contains(m, "Final-Recipient: rfc822; "+to) || strings.Contains(m, "Final-Recipient: rfc822;"+to) {
					out[to] = m
				}
			}
		}
		return out
	})
	for to, want := range map[string][]string{
		"gone@far.example":    {"multipart/report", "Action: failed", "Status: 5.1.1", "nobody of that name"},
		"refused@far.example": {"Action: failed", "Status: 5.6.0"},
		"x@null.example":      {"Action: failed", "Status: 5.1.10"},
		"x@nowhere.example":   {"Action: failed", "Status: 5.1.2"},
	} {
		for _, w := range want {
			if !strings.Contains(notices[to], w) {
				t.Errorf("the notice about %s does not say %q:\n%s", to, w, notices[to])
			}
		}
	}
	if _, taken := far.count("fine"); taken != 1 {
		t.Errorf("the good one was taken %d times", taken)
	}
	items := map[string]admin.QueueItem{}
	for _, i := range queue(t, h) {
		items[i.Recipient] = i
	}
	for _, to := range []string{"busy@far.example", "later@far.example", "cut@far.example"} {
		if items[to].State != "waiting" || items[to].Attempts != 1 {
			t.Errorf("%s: %+v", to, items[to])
		}
	}
	h.Run("queue", "retry", fmt.Sprint(items["later@far.example"].ID))
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if _, taken := far.count("later"); taken == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the retried mail did not go:\n%s", h.Log())
		}
	}
	h.Run("queue", "cancel", fmt.Sprint(items["busy@far.example"].ID))
	for _, i := range queue(t, h) {
		if i.Recipient == "busy@far.example" && i.State == "waiting" {
			t.Error("the cancelled mail still waits")
		}
	}
}

func queue(t *testing.T, h *House) []admin.QueueItem {
	t.Helper()
	var out []admin.QueueItem
	if err := json.Unmarshal([]byte(h.Run("queue", "list", "--json")), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
