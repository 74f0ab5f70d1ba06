package test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A talk is a conversation with the service as a file, one step a line; anybody can add one.
//
//	connect smtp             open a connection: smtp, submission, submissions, imap, imaps (TLS where the port has it)
//	c MAIL FROM:<a@b>        send a line, with CR LF
//	raw "a\n.\r\n"           send exactly this (a Go string)
//	many 1000 "X: y\r\n"     send this so often
//	s 250                    the answer begins so; all its lines are read
//	s~ 250.*(?s)SIZE         the whole answer matches
//	starttls                 go on with TLS
//	auth ann@mori.example    AUTH PLAIN with the account's app password
//	half                     close our sending side
//	closed                   the other side closes
//	# ...                    a remark
type converser struct {
	t     *testing.T
	h     *House
	where string
	conn  net.Conn
	r     *bufio.Reader
}

// patience is how long any one answer may take.
const patience = 20 * time.Second

// Every talk in talks/, on one house. Afterwards it must be as well as before: no process has crashed, none made a refused
// call, and an honest mail passes.
func TestTalks(t *testing.T) {
	h := NewHouse(t, 0, false)
	files, err := filepath.Glob("talks/*.talk")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d talks: %v", len(files), err)
	}
	before := h.Children()
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".talk"), func(t *testing.T) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			c := &converser{t: t, h: h}
			defer c.close()
			for n, line := range strings.Split(string(text), "\n") {
				c.where = fmt.Sprintf("%s:%d: %s", filepath.Base(f), n+1, line)
				c.step(strings.TrimRight(line, "\r"))
			}
		})
	}
	if err := deliver(h, "lena@partner.example", []string{"ann@mori.example"}, message("lena@partner.example", "ann@mori.example", "after the talks", 1000)); err != nil {
		t.Errorf("an honest mail afterwards: %v", err)
	}
	if !has(bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX"), "after the talks") {
		t.Error("the honest mail did not arrive")
	}
	alive := map[int]bool{}
	for _, c := range h.Children() {
		alive[c.Pid] = true
	}
	for _, c := range before {
		if !alive[c.Pid] && c.Role != "inspect" { // those are replaced after so many mails
			t.Errorf("the process of %s is another", c.Role)
		}
	}
	if log := h.Log(); strings.Contains(log, "ALERT") {
		t.Errorf("alerts:\n%s", log)
	}
}

func (c *converser) fatal(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf("%s\n%s", c.where, fmt.Sprintf(format, args...))
}

func (c *converser) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

func (c *converser) step(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "", "#":
	case "connect":
		c.connect(rest)
	case "c":
		c.send([]byte(rest + "\r\n"))
	case "raw":
		c.send([]byte(c.unquote(rest)))
	case "many":
		count, text, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(count)
		if err != nil {
			c.fatal("%v", err)
		}
		c.send(bytes.Repeat([]byte(c.unquote(text)), n))
	case "s":
		if got := c.answer(); !strings.HasPrefix(got, rest) {
			c.fatal("the answer is %q", got)
		}
	case "s~":
		if got := c.answer(); !regexp.MustCompile(rest).MatchString(got) {
			c.fatal("the answer is %q", got)
		}
	case "starttls":
		c.tls()
	case "auth":
		c.send([]byte("AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00"+rest+"\x00"+c.h.Secret(rest))) + "\r\n"))
		if got := c.answer(); !strings.HasPrefix(got, "235") {
			c.fatal("the answer is %q", got)
		}
	case "half":
		c.conn.(interface{ CloseWrite() error }).CloseWrite()
	case "closed":
		c.conn.SetReadDeadline(time.Now().Add(patience))
		for {
			if _, err := c.r.ReadString('\n'); err != nil {
				if e, ok := err.(net.Error); ok && e.Timeout() {
					c.fatal("the connection stays open")
				}
				break
			}
		}
	default:
		c.fatal("no such step")
	}
}

func (c *converser) connect(port string) {
	c.close()
	var err error
	if c.conn, err = net.Dial("tcp", c.h.Port(port)); err != nil {
		c.fatal("%v", err)
	}
	c.r = bufio.NewReader(c.conn)
	if port == "submissions" || port == "imaps" {
		c.tls()
	}
}

func (c *converser) tls() {
	t := tls.Client(c.conn, c.h.TLS())
	c.conn.SetDeadline(time.Now().Add(patience))
	if err := t.Handshake(); err != nil {
		c.fatal("TLS: %v", err)
	}
	c.conn, c.r = t, bufio.NewReader(t)
}

func (c *converser) unquote(s string) string {
	out, err := strconv.Unquote(s)
	if err != nil {
		c.fatal("%v", err)
	}
	return out
}

// send ignores errors: who is cut off learns it from the answer.
func (c *converser) send(b []byte) {
	c.conn.SetWriteDeadline(time.Now().Add(patience))
	c.conn.Write(b)
}

// answer reads one reply of SMTP with all its lines, or one line of IMAP.
func (c *converser) answer() string {
	c.t.Helper()
	c.conn.SetReadDeadline(time.Now().Add(patience))
	var out strings.Builder
	for {
		l, err := c.r.ReadString('\n')
		out.WriteString(l)
		if err != nil {
			c.fatal("no answer: %v after %q", err, out.String())
		}
		if len(l) < 4 || l[3] != '-' || l[0] < '0' || l[0] > '9' {
			return out.String()
		}
	}
}
