package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"sekisho"
	"sekisho/db/dbtest"
	"sekisho/wire"
)

// world is a running store with its askers, one contract, one domain and some accounts.
type world struct {
	t      testing.TB
	dir    string
	config Config
	s      *Store
	stop   func()
	clock  *clock

	gate, post, reader, operator, webmail, console *wire.Peer

	contract sekisho.ContractID
	accounts map[string]sekisho.AccountID
	at       int64 // counts mails, for times that differ
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// fakePass is contract and account in the clear; one that does not decode is forged.
func fakePass(p wire.Pass, _ sekisho.Caller) (PassClaims, error) {
	if len(p) != 16 {
		return PassClaims{}, sekisho.E("pass", sekisho.Denied, nil)
	}
	return PassClaims{Session: 1, Contract: sekisho.ContractID(binary.BigEndian.Uint64(p)), Account: sekisho.AccountID(binary.BigEndian.Uint64(p[8:]))}, nil
}

func (w *world) pass(who string) wire.Pass {
	return passOf(w.contract, w.accounts[who])
}

func passOf(c sekisho.ContractID, a sekisho.AccountID) wire.Pass {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(c)), uint64(a))
}

func newWorld(t testing.TB, database string) *world {
	w := &world{t: t, dir: t.TempDir(), clock: &clock{now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)}, accounts: map[string]sekisho.AccountID{}}
	w.config = Config{Dir: w.dir, Database: database, Clock: w.clock.Now, Pass: fakePass, Reserve: 1}
	w.start()
	w.contract = w.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mori", Networks: []string{"192.0.2.0/24"}}}}).Contract
	w.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: w.contract, Set: wire.Domain{Name: "mori.example"}}})
	for _, n := range []string{"alice", "bob"} {
		w.account(n)
	}
	return w
}

func (w *world) account(name string) {
	w.accounts[name] = w.admin(wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: w.contract, Address: name + "@mori.example", Name: name, Public: []byte("key of " + name)}}).Account
}

func (w *world) start() {
	s, err := New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	w.s = s
	for role, p := range map[sekisho.Role]**wire.Peer{sekisho.Gate: &w.gate, sekisho.Post: &w.post, sekisho.Reader: &w.reader, sekisho.Admin: &w.operator, sekisho.Webmail: &w.webmail, sekisho.Console: &w.console} {
		*p = wire.NewPeer(sekisho.Store)
		if err := wire.Local(ctx, sekisho.Caller{Role: role, Instance: 1}, s.Service(), *p); err != nil {
			w.t.Fatal(err)
		}
	}
	var once sync.Once
	w.stop = func() { once.Do(func() { cancel(); <-done }) }
	w.t.Cleanup(func() { w.stop() })
}

func (w *world) restart() { w.stop(); w.start() }

func ask[Q, A any](w *world, c *wire.Call[Q, A], to *wire.Peer, q Q) A {
	w.t.Helper()
	a, err := c.Ask(context.Background(), to, q)
	if err != nil {
		w.t.Fatalf("%s: %v", c.Name, err)
	}
	return a
}

func refused[Q, A any](w *world, kind sekisho.ErrorKind, c *wire.Call[Q, A], to *wire.Peer, q Q) {
	w.t.Helper()
	if _, err := c.Ask(context.Background(), to, q); sekisho.KindOf(err) != kind {
		w.t.Fatalf("%s %+v: %v; want %v", c.Name, q, err, kind)
	}
}

func (w *world) admin(a wire.Admin) wire.AdminDone {
	w.t.Helper()
	return ask(w, wire.StoreAdmin, w.operator, a)
}

func (w *world) lease(n uint64) sekisho.MessageID {
	return ask(w, wire.StoreLease, w.gate, wire.Lease{Count: n}).First
}

// sealed makes a message whose pieces tell what they are.
func (w *world) sealed(id sekisho.MessageID, size int) wire.SealedMessage {
	m := wire.SealedMessage{ID: id, Contract: w.contract, Size: int64(size)}
	for n, a := range w.accounts {
		m.Boxes = append(m.Boxes, wire.Box{Account: a, Key: wire.AccountKey, Sealed: fmt.Appendf(nil, "box of %d for %s", id, n)})
	}
	m.Boxes = append(m.Boxes, wire.Box{Key: wire.SpoolKey, Sealed: fmt.Appendf(nil, "spool box of %d", id)})
	for i, p := range parts(&m) {
		*p = fmt.Appendf(nil, "piece %d of %d ", i, id)
	}
	m.Body = append(m.Body, bytes.Repeat([]byte("b"), size)...)
	return m
}

func (w *world) arrival(id sekisho.MessageID, deliveries ...wire.Delivery) wire.Arrival {
	w.at++
	return wire.Arrival{
		Sealed: w.sealed(id, 1000),
		Trace: wire.Trace{ID: sekisho.TraceID(1000 + id), From: "sender@out.example", Subject: []byte("sealed subject"),
			Envelope: sekisho.Envelope{From: "bounce@out.example", Rcpt: []string{"x"}, At: w.clock.Now().Add(time.Duration(w.at) * time.Microsecond)}},
		Deliveries: deliveries,
	}
}

func (w *world) to(name string) wire.Delivery {
	return wire.Delivery{Recipient: name + "@mori.example", Fate: wire.FateMailbox, Action: "pass", Rule: "default", Account: w.accounts[name]}
}

func (w *world) accept(list ...wire.Arrival) wire.Accepted {
	w.t.Helper()
	return ask(w, wire.StoreAccept, w.gate, wire.Accept{Messages: list})
}

// mail delivers n messages to a mailbox of somebody.
func (w *world) mail(name, mailbox string, n int) (out []sekisho.UID) {
	w.t.Helper()
	for ; n > 0; n -= 500 {
		k := min(n, 500)
		first := w.lease(uint64(k))
		var list []wire.Arrival
		for i := range k {
			d := w.to(name)
			d.Mailbox = mailbox
			list = append(list, w.arrival(first+sekisho.MessageID(i), d))
		}
		for _, p := range w.accept(list...).Messages {
			out = append(out, p.Boxes[0].UID)
		}
	}
	return out
}

func (w *world) selected(name, mailbox string, since uint64) wire.Selected {
	w.t.Helper()
	return ask(w, wire.StoreSelect, w.reader, wire.Select{Pass: w.pass(name), Name: mailbox, Since: since})
}

func uidsOf(s wire.Selected) (out []sekisho.UID) {
	last := uint64(0)
	for b := s.UIDs; len(b) > 0; {
		d, n := binary.Uvarint(b)
		last += d
		out = append(out, sekisho.UID(last))
		b = b[n:]
	}
	return out
}

// suite is what must hold on either engine.
var suite = []struct {
	name string
	run  func(*testing.T, *world)
}{
	{"deliver and read", testDeliverAndRead}, {"accept twice is once", testAcceptTwiceIsOnce}, {"queue to outcome", testQueueToOutcome},
	{"queue by hand", testQueueByHand}, {"folders", testFolders}, {"flags", testFlags}, {"emails", testEmails}, {"email refusals", testEmailRefusals}, {"items", testItems}, {"uploads", testUploads}, {"copy and move", testCopyMove}, {"expunge", testExpunge},
	{"passes", testPasses}, {"rewrap", testRewrap}, {"index", testIndex}, {"watch", testWatch}, {"quarantine", testQuarantine}, {"hold", testHold},
	{"pages", testPages}, {"amend", testAmend}, {"counted", testCounted}, {"directory", testDirectory}, {"directory refusals", testDirectoryRefusals}, {"terminate", testTerminate}, {"relay and contact", testRelayContact},
	{"trace", testTrace}, {"insider", testInsider}, {"ways", testWays}, {"feeds", testFeeds}, {"share rows", testShareRows}, {"old", testOld}, {"columns agree with the database", testColumns},
}

func TestSQLite(t *testing.T) {
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.run(t, newWorld(t, "")) })
	}
}

func TestPostgres(t *testing.T) {
	server := dbtest.Start(t)
	for _, c := range suite {
		t.Run(c.name, func(t *testing.T) { c.run(t, newWorld(t, server.New(t))) })
	}
}

func testDeliverAndRead(t *testing.T, w *world) {
	id := w.lease(1)
	got := w.accept(w.arrival(id, w.to("alice"), w.to("bob")))
	if len(got.Messages) != 1 || len(got.Messages[0].Boxes) != 2 || got.Messages[0].Boxes[0].UID != 1 {
		t.Fatalf("%+v", got)
	}
	for range 2 {
		for _, name := range []string{"alice", "bob"} {
			sel := w.selected(name, "inbox", 0)
			if m := sel.Mailbox; m.Messages != 1 || m.Unseen != 1 || m.UIDNext != 2 || !slices.Equal(uidsOf(sel), []sekisho.UID{1}) || !bytes.Equal(sel.Flags, []byte{0}) {
				t.Fatalf("%s: %+v", name, sel)
			}
			f := ask(w, wire.StoreFetch, w.reader, wire.Fetch{Pass: w.pass(name), Mailbox: sel.Mailbox.ID, UIDs: []sekisho.UID{7, 1}, Want: wire.Want{Summary: true, Body: true, Index: true}})
			if len(f.Messages) != 1 {
				t.Fatalf("%+v", f)
			}
			m, full := f.Messages[0].Sealed, w.sealed(id, 1000)
			if !bytes.Equal(m.Summary, full.Summary) || !bytes.Equal(m.Body, full.Body) || !bytes.Equal(m.Index, full.Index) || m.Header != nil || m.Attachment != nil || m.Text != nil || m.ID != id || m.Contract != w.contract || m.Size != 1000 {
				t.Fatalf("%+v", m)
			}
			if len(m.Boxes) != 1 || string(m.Boxes[0].Sealed) != fmt.Sprintf("box of %d for %s", id, name) || m.Boxes[0].Key != wire.AccountKey {
				t.Fatalf("%+v", m.Boxes)
			}
		}
		w.restart()
	}
}

func testAcceptTwiceIsOnce(t *testing.T, w *world) {
	first := w.lease(3)
	list := []wire.Arrival{w.arrival(first, w.to("alice"), w.to("bob")), w.arrival(first+1, w.to("bob")),
		w.arrival(first+2, wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue})}
	list[1].Trace = wire.Trace{} // as for an APPEND
	want := w.accept(list...)
	for range 2 {
		if got := w.accept(list...); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%+v; want %+v", got, want)
		}
		w.restart()
	}
	if got := uidsOf(w.selected("bob", "INBOX", 0)); !slices.Equal(got, []sekisho.UID{1, 2}) {
		t.Fatal(got)
	}
	if q := ask(w, wire.StoreList, w.operator, wire.List{What: "queue"}); len(q.Queue) != 1 {
		t.Fatalf("%+v", q.Queue)
	}
	// Also when the message was thrown away meanwhile.
	box := w.selected("bob", "INBOX", 0).Mailbox.ID
	ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{1}, Do: "add", Flags: wire.FlagDeleted})
	ask(w, wire.StoreExpunge, w.reader, wire.Expunge{Pass: w.pass("bob"), Mailbox: box})
	if got := w.accept(list[0]); fmt.Sprint(got.Messages[0]) != fmt.Sprint(want.Messages[0]) {
		t.Fatalf("%+v", got)
	}
	if got := uidsOf(w.selected("bob", "INBOX", 0)); !slices.Equal(got, []sekisho.UID{2}) {
		t.Fatal(got)
	}
}

func testQueueToOutcome(t *testing.T, w *world) {
	id := w.lease(1)
	d := wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue, Route: []wire.NextHop{{Host: "mx.y.example", Port: 25, TLS: "may"}}, Notify: "NEVER"}
	w.accept(w.arrival(id, d))
	due := ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute})
	if len(due.Items) != 1 {
		t.Fatalf("%+v", due)
	}
	it := due.Items[0]
	if it.Recipient != "x@y.example" || it.Message != id || it.Envelope.From != "bounce@out.example" || it.State != "sending" || len(it.Route) != 1 || it.Notify != "NEVER" {
		t.Fatalf("%+v", it)
	}
	if again := ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute}); len(again.Items) != 0 || again.Next.IsZero() {
		t.Fatalf("leased twice: %+v", again)
	}
	m := ask(w, wire.StoreSpool, w.post, wire.SpoolQuery{Message: id, Want: wire.Want{Header: true, Body: true, Attachment: true}})
	if len(m.Boxes) != 1 || m.Boxes[0].Key != wire.SpoolKey || !bytes.Equal(m.Body, w.sealed(id, 1000).Body) {
		t.Fatalf("%+v", m)
	}
	next := w.clock.Now().Add(time.Hour)
	ask(w, wire.StoreOutcome, w.post, wire.Outcomes{Items: []wire.Outcome{{ID: it.ID, State: "waiting", Next: next, Code: 451, Text: "later"}}})
	if early := ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute}); len(early.Items) != 0 || !early.Next.Equal(next) {
		t.Fatalf("%+v", early)
	}
	w.clock.Add(2 * time.Hour)
	due = ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute})
	if len(due.Items) != 1 || due.Items[0].Attempts != 1 || due.Items[0].Last != "451 later" {
		t.Fatalf("%+v", due)
	}
	w.restart() // a crash in the middle of a try: due again at once
	due = ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 10, Lease: time.Minute})
	if len(due.Items) != 1 {
		t.Fatalf("%+v", due)
	}
	ask(w, wire.StoreOutcome, w.post, wire.Outcomes{Items: []wire.Outcome{{ID: it.ID, State: "sent", Host: "mx.y.example", Code: 250, Text: "ok", TLS: "TLS1.3"}}})
	refused(w, sekisho.NotFound, wire.StoreSpool, w.post, wire.SpoolQuery{Message: id})
	tr := ask(w, wire.StoreList, w.operator, wire.List{What: "trace", Match: "x@y"})
	if len(tr.Traces) != 1 || len(tr.Traces[0].Events) != 2 || tr.Traces[0].Events[1].What != "sent" {
		t.Fatalf("%+v", tr.Traces)
	}
}

func testFolders(t *testing.T, w *world) {
	names := func() (out []string) {
		for _, m := range ask(w, wire.StoreMailboxes, w.reader, wire.MailboxQuery{Pass: w.pass("bob")}).List {
			out = append(out, m.Name+m.Special)
		}
		return out
	}
	do := func(do, name, to string) {
		t.Helper()
		ask(w, wire.StoreFolder, w.reader, wire.Folder{Pass: w.pass("bob"), Do: do, Name: name, To: to})
	}
	if got := fmt.Sprint(names()); got != `[Archive\Archive Drafts\Drafts INBOX Junk\Junk Sent\Sent Trash\Trash]` {
		t.Fatal(got)
	}
	do("create", "a/b/c", "")
	do("rename", "a/b", "x/y")
	do("delete", "a", "")
	w.restart()
	if got := fmt.Sprint(names()); got != `[Archive\Archive Drafts\Drafts INBOX Junk\Junk Sent\Sent Trash\Trash x x/y x/y/c]` {
		t.Fatal(got)
	}
	w.mail("bob", "", 3)
	do("rename", "INBOX", "Old")
	if a, b := uidsOf(w.selected("bob", "INBOX", 0)), uidsOf(w.selected("bob", "Old", 0)); len(a) != 0 || len(b) != 3 {
		t.Fatal(a, b)
	}
	before := w.selected("bob", "Old", 0).Mailbox
	do("delete", "Old", "")
	do("create", "Old", "")
	if after := w.selected("bob", "Old", 0).Mailbox; after.UIDValidity <= before.UIDValidity || after.Messages != 0 {
		t.Fatalf("%+v", after)
	}
	for kind, q := range map[sekisho.ErrorKind]wire.Folder{
		sekisho.Exists: {Do: "create", Name: "x"}, sekisho.NotFound: {Do: "delete", Name: "nope"}, sekisho.Conflict: {Do: "delete", Name: "x"},
		sekisho.Denied: {Do: "delete", Name: "inBox"}, sekisho.Invalid: {Do: "create", Name: "a//b"},
	} {
		q.Pass = w.pass("bob")
		refused(w, kind, wire.StoreFolder, w.reader, q)
	}
}
