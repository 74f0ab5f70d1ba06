package test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sekisho/ledger/book"
	"sekisho/role/admin"
)

var kills = flag.Int("kills", 4, "how many kills the crash drill makes")

// between is how many mails are acknowledged between two kills.
const between = 200

// record is what the drill's own client remembers of mails that were acknowledged: nothing else is believed.
type record struct {
	mu    sync.Mutex
	acked map[string]expectation // by marker
	count atomic.Int64
}

type expectation struct {
	to   string // who must have it
	fate string // "mailbox", "quarantine", "hold", "queue": what the policy says about mail of this kind
}

func (r *record) add(marker string, e expectation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.acked[marker] = e
	r.count.Add(1)
}

// talker is a plain SMTP client, sharing no code with the product.
type talker struct {
	conn net.Conn
	r    *bufio.Reader
}

func talk(address string, t *tls.Config) (*talker, error) {
	conn, err := net.DialTimeout("tcp", address, 2*time.Second)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	if t != nil {
		conn = tls.Client(conn, t)
	}
	k := &talker{conn, bufio.NewReader(conn)}
	if err := k.expect(220); err != nil {
		conn.Close()
		return nil, err
	}
	return k, k.say(250, "EHLO drill.partner.example")
}

func (k *talker) expect(code int) error {
	for {
		line, err := k.r.ReadString('\n')
		if err != nil {
			return err
		}
		if len(line) > 3 && line[3] == '-' {
			continue
		}
		if !strings.HasPrefix(line, fmt.Sprint(code)) {
			return fmt.Errorf("answer %q", line)
		}
		return nil
	}
}

func (k *talker) say(code int, line string) error {
	if _, err := fmt.Fprintf(k.conn, "%s\r\n", line); err != nil {
		return err
	}
	return k.expect(code)
}

func (k *talker) mail(from, to, text string) error {
	k.conn.SetDeadline(time.Now().Add(30 * time.Second))
	if err := k.say(250, "MAIL FROM:<"+from+">"); err != nil {
		return err
	}
	if err := k.say(250, "RCPT TO:<"+to+">"); err != nil {
		return err
	}
	if err := k.say(354, "DATA"); err != nil {
		return err
	}
	return k.say(250, text+"\r\n.")
}

// load sends until ctx is done: mails of several kinds in both directions, each attempt with a marker of its own. What is
// not acknowledged may be there or not; what is acknowledged goes into the record.
func load(ctx context.Context, h *House, r *record, n int, numbers *atomic.Int64) {
	pace := rand.New(rand.NewPCG(uint64(n), 7))
	for ctx.Err() == nil {
		out := n%3 == 2
		address, secret := h.Port("smtp"), ""
		var t *tls.Config
		if out {
			address, secret, t = h.Port("submissions"), h.Secret("ann@mori.example"), h.TLS()
		}
		k, err := talk(address, t)
		if err == nil && out {
			err = k.say(235, "AUTH PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00ann@mori.example\x00"+secret)))
		}
		for err == nil && ctx.Err() == nil {
			marker := fmt.Sprintf("drill-%d-%d", n, numbers.Add(1))
			from, to, body, want := kind(marker, out, pace.IntN(10))
			if err = k.mail(from, to, body); err == nil {
				r.add(marker, want)
			}
		}
		if k != nil {
			k.conn.Close()
		}
		select {
		case <-time.After(20 * time.Millisecond): // the service is being restarted
		case <-ctx.Done():
		}
	}
}

func kind(marker string, out bool, dice int) (from, to, body string, want expectation) {
	head := func(from, to string) string {
		return fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <%s@drill.example>\r\nMIME-Version: 1.0\r\n", from, to, marker, marker)
	}
	note := "\r\nDear all,\r\n\r\nthe minutes of the meeting are attached to the wiki page. Please read them before Friday.\r\n\r\nRegards"
	program := "Content-Type: application/octet-stream; name=\"setup.exe\"\r\nContent-Disposition: attachment; filename=\"setup.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAA="
	switch {
	case out && dice < 3: // to somebody outside who cannot be reached: it stays in the queue
		return "ann@mori.example", "far@unreachable.example", head("ann@mori.example", "far@unreachable.example") + note, expectation{"far@unreachable.example", "queue"}
	case out && dice < 5: // an attachment to a stranger: it is held
		to := marker + "@unreachable.example"
		return "ann@mori.example", to, head("ann@mori.example", to) + "Content-Type: text/csv; name=\"prices.csv\"\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\na,b\r\n1,2", expectation{to, "hold"}
	case out:
		return "ann@mori.example", "yamada@kawa.example", head("ann@mori.example", "yamada@kawa.example") + note, expectation{"yamada@kawa.example", "mailbox"}
	case dice < 2:
		return "lena@partner.example", "ken@kawa.example", head("lena@partner.example", "ken@kawa.example") + program, expectation{"ken@kawa.example", "quarantine"}
	}
	return "lena@partner.example", "sato@mori.example", head("lena@partner.example", "sato@mori.example") + note, expectation{"sato@mori.example", "mailbox"}
}

// TestCrashDrill kills processes under load and then asks what is there. Every acknowledged mail must be exactly where the
// policy put it, none twice in one mailbox; ledger and segments must be whole.
func TestCrashDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("a drill")
	}
	h := NewHouse(t, 0, false)
	r := &record{acked: map[string]expectation{}}
	var numbers atomic.Int64
	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	for n := range *kills {
		acknowledge(t, h, r, &numbers, between)
		switch {
		case n%8 == 3: // everything at once
			for _, c := range h.Children() {
				syscall.Kill(c.Pid, syscall.SIGKILL)
			}
			h.Kill()
			h.Start(false)
		case n%8 == 7:
			h.Kill()
			h.Start(false)
		default:
			c := h.Children()
			if len(c) == 0 {
				t.Fatal("no processes")
			}
			victim := c[dice.IntN(len(c))]
			if n == 0 { // the one with most to lose is always among them
				for _, x := range c {
					if x.Role == "store" {
						victim = x
					}
				}
			}
			t.Logf("kill %d: %s", n+1, victim.Role)
			syscall.Kill(victim.Pid, syscall.SIGKILL)
		}
	}
	acknowledge(t, h, r, &numbers, between)
	h.Stop()
	h.Start(false) // what a start after all that finds
	r.check(t, h)
}

// acknowledge loads the house until n more mails were acknowledged.
func acknowledge(t *testing.T, h *House, r *record, numbers *atomic.Int64, n int64) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	goal := r.count.Load() + n
	var running sync.WaitGroup
	for i := range 9 {
		running.Go(func() { load(ctx, h, r, i, numbers) })
	}
	for end := time.Now().Add(90 * time.Second); r.count.Load() < goal; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("only %d of %d mails were acknowledged in 90 s:\n%s", n-(goal-r.count.Load()), n, tailOf(h.Log()))
			break
		}
	}
	// The load goes on while the kill strikes: the senders are stopped a moment later.
	time.AfterFunc(30*time.Millisecond, cancel)
	go func() { running.Wait() }()
	if t.Failed() {
		t.FailNow()
	}
}

func tailOf(s string) string { return s[max(0, len(s)-6000):] }

func (r *record) check(t *testing.T, h *House) {
	time.Sleep(time.Second)              // stragglers of the load have ended
	found := map[string]map[string]int{} // marker, place, how often
	see := func(marker, place string) {
		if !strings.HasPrefix(marker, "drill-") {
			return // a notice that a mail could not be delivered
		}
		if found[marker] == nil {
			found[marker] = map[string]int{}
		}
		found[marker][place]++
	}
	for _, who := range []string{"sato@mori.example", "ann@mori.example", "yamada@kawa.example", "ken@kawa.example"} {
		for _, folder := range []string{"INBOX", "Junk"} {
			for _, m := range subjects(t, h, who, folder) {
				see(m, "mailbox "+who)
			}
		}
	}
	byTrace := map[string]string{}
	for _, row := range Ask[[]admin.Trace](t, h.Socket(), "trace", admin.Query{Most: 10_000}) {
		byTrace[row.Trace+row.Recipient] = row.Fate
	}
	for _, what := range []string{"quarantine", "hold"} {
		for _, k := range Ask[[]admin.Kept](t, h.Socket(), "kept/list", admin.Query{Match: what, Most: 10_000}) {
			shown := Ask[admin.Kept](t, h.Socket(), "kept/show", admin.Act{Kind: what, ID: k.ID})
			see(shown.Subject, what+" "+k.Recipient)
		}
	}
	queued := 0
	for _, q := range Ask[[]admin.QueueItem](t, h.Socket(), "queue/list", admin.Query{Most: 10_000, All: true}) {
		if q.Recipient == "far@unreachable.example" {
			queued++
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	lost, wantQueued := 0, 0
	for marker, e := range r.acked {
		if e.fate == "queue" {
			wantQueued++
			continue
		}
		place := e.fate + " " + e.to
		if found[marker][place] == 0 {
			if lost++; lost < 20 {
				t.Errorf("%s was acknowledged and is not in %s (found in %v)", marker, place, found[marker])
			}
		}
	}
	for marker, places := range found {
		for place, n := range places {
			if n > 1 {
				t.Errorf("%s is %d times in %s", marker, n, place)
			}
		}
	}
	if queued < wantQueued {
		t.Errorf("%d mails of %d that were acknowledged are in the queue", queued, wantQueued)
	}
	var v book.Report
	if err := json.Unmarshal([]byte(h.Run("ledger", "verify", "--json")), &v); err != nil || len(v.Faults) > 0 {
		t.Errorf("ledger: %+v %v", v, err)
	}
	t.Logf("%d mails acknowledged, %d lost, %d queued, ledger of %d entries whole", len(r.acked), lost, queued, v.Entries)
}

// subjects reads the Subject of every mail of a folder with a plain IMAP conversation.
func subjects(t *testing.T, h *House, who, folder string) []string {
	t.Helper()
	conn, err := tls.Dial("tcp", h.Port("imaps"), h.TLS())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(2 * time.Minute))
	r := bufio.NewReaderSize(conn, 1<<20)
	var out []string
	ask := func(tag, line string, each func(string)) {
		if line != "" {
			fmt.Fprintf(conn, "%s %s\r\n", tag, line)
		}
		for {
			l, err := r.ReadString('\n')
			if err != nil {
				t.Fatalf("%s %s: %v", who, line, err)
			}
			if strings.HasPrefix(l, tag+" ") {
				if !strings.HasPrefix(l, tag+" OK") && line != "" {
					t.Fatalf("%s: %s", line, l)
				}
				return
			}
			if each != nil {
				each(l)
			}
			if line == "" {
				return
			}
		}
	}
	ask("*", "", nil)
	ask("a", fmt.Sprintf("LOGIN %s %s", who, h.Secret(who)), nil)
	empty := false
	ask("b", "SELECT "+folder, func(l string) { empty = empty || strings.HasPrefix(l, "* 0 EXISTS") })
	if empty {
		return nil
	}
	ask("c", "FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]", func(l string) {
		if s, ok := strings.CutPrefix(l, "Subject: "); ok {
			out = append(out, strings.TrimSpace(strings.TrimPrefix(s, "[SPAM] ")))
		}
	})
	return out
}
