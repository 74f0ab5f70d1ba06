package reader_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/role/inspect"
	"sekisho/role/reader"
	"sekisho/role/store"
	"sekisho/role/vault"
	"sekisho/seal"
	"sekisho/test/corpus"
	"sekisho/wire"
)

// house is store, vault, inspect and reader in one process, with one contract and some accounts.
type house struct {
	t        testing.TB
	contract sekisho.ContractID
	keys     wire.ContractKeys
	people   map[string]*person
	roots    *x509.CertPool
	store    *wire.Peer // as gate
	operator *wire.Peer // store as admin
	vaultAs  *wire.Peer // vault as admin
	inspect  *wire.Peer
	plain    string // addresses of the listeners
	secure   string
	log      record       // what reader logs
	now      atomic.Int64 // how far vault's and store's clocks are ahead
}

// record keeps what is written to it.
type record struct {
	mu sync.Mutex
	b  strings.Builder
}

func (r *record) Write(p []byte) (int, error) { r.mu.Lock(); defer r.mu.Unlock(); return r.b.Write(p) }
func (r *record) String() string              { r.mu.Lock(); defer r.mu.Unlock(); return r.b.String() }

type person struct {
	id     sekisho.AccountID
	public []byte
	app    string
}

const host = "mail.mori.example"

func report(t testing.TB) func(sekisho.Caller, string, error) {
	return func(by sekisho.Caller, call string, why error) {
		t.Errorf("%s broke the rules of %s: %v", by.Role, call, why)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{t: t, people: map[string]*person{}, roots: x509.NewCertPool()}
	v := must[*vault.Vault](t)(vault.New(vault.Config{Dir: t.TempDir(), Hosts: []string{host}, Clock: h.clock}))
	t.Cleanup(func() { v.Close() })
	vaults := v.Service(report(t))
	to := func(role sekisho.Role, s *wire.Service, as sekisho.Role) *wire.Peer {
		p := wire.NewPeer(role)
		if err := wire.Local(ctx, sekisho.Caller{Role: as, Instance: sekisho.Instance(as)}, s, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	hello := must[wire.VaultPublic](t)(wire.VaultHello.Ask(ctx, to(sekisho.Vault, vaults, sekisho.Store), wire.Nothing{}))
	s := must[*store.Store](t)(store.New(store.Config{Dir: t.TempDir(), Reserve: 1, Pass: func(p wire.Pass, by sekisho.Caller) (store.PassClaims, error) {
		c, err := seal.CheckPass(hello.PassKey, p, by.Instance, h.clock())
		if err != nil {
			return store.PassClaims{}, sekisho.E("pass", sekisho.Denied, err)
		}
		return store.PassClaims{Session: c.Session, Contract: c.Contract, Account: c.Account}, nil
	}}))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	i := must[*inspect.Inspect](t)(inspect.New(inspect.Config{Life: 1 << 30}))
	inspects := i.Service(report(t))
	h.store, h.operator = to(sekisho.Store, s.Service(), sekisho.Gate), to(sekisho.Store, s.Service(), sekisho.Admin)
	h.vaultAs, h.inspect = to(sekisho.Vault, vaults, sekisho.Admin), to(sekisho.Inspect, inspects, sekisho.Gate)

	h.contract = h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mori"}}}).Contract
	h.keys = must[wire.ContractKeys](t)(wire.VaultContract.Ask(ctx, h.vaultAs, wire.NewContract{Contract: h.contract}))
	h.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: h.contract, Set: wire.Domain{Name: "mori.example"}}})
	h.person("ann")
	h.person("bob")
	chains := must[wire.Chains](t)(wire.VaultChains.Ask(ctx, h.vaultAs, wire.Nothing{}))
	if !h.roots.AppendCertsFromPEM(chains.CA) {
		t.Fatal("no CA")
	}

	r := reader.New(reader.Config{PerSource: 10000, Log: slog.New(slog.NewTextHandler(&h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, reader.Peers{Store: to(sekisho.Store, s.Service(), sekisho.Reader), Vault: to(sekisho.Vault, vaults, sekisho.Reader),
		Inspect: to(sekisho.Inspect, inspects, sekisho.Reader)})
	listeners := map[string]net.Listener{"imap": must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0")), "imaps": must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))}
	h.plain, h.secure = listeners["imap"].Addr().String(), listeners["imaps"].Addr().String()
	served := make(chan error, 1)
	rctx, stop := context.WithCancel(ctx)
	go func() { served <- r.Serve(rctx, listeners) }()
	t.Cleanup(func() { stop(); <-served })
	return h
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.now.Load())) }

func (h *house) admin(q wire.Admin) wire.AdminDone {
	h.t.Helper()
	return must[wire.AdminDone](h.t)(wire.StoreAdmin.Ask(context.Background(), h.operator, q))
}

func (h *house) person(name string) {
	h.t.Helper()
	id := h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: h.contract, Address: name + "@mori.example", Name: name}}).Account
	k := must[wire.AccountKeys](h.t)(wire.VaultAccount.Ask(context.Background(), h.vaultAs, wire.NewAccount{Contract: h.contract, Account: id, Password: "correct horse " + name, AppPassword: true}))
	h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: h.contract, ID: id, Public: k.Public}})
	h.people[name] = &person{id, k.Public, k.AppPassword}
}

// deliver puts mails into a mailbox as gate does.
func (h *house) deliver(name, mailbox string, raws ...string) {
	h.t.Helper()
	ctx := context.Background()
	p := h.people[name]
	var q wire.Accept
	first := must[wire.Leased](h.t)(wire.StoreLease.Ask(ctx, h.store, wire.Lease{Count: uint64(len(raws))})).First
	public := must[seal.Public](h.t)(seal.ParsePublic(p.public))
	for i, raw := range raws {
		id := first + sekisho.MessageID(i)
		r := must[wire.Report](h.t)(wire.InspectScan.Ask(ctx, h.inspect, wire.Scan{Raw: []byte(raw), Now: time.Now(), Summarise: true}))
		data := seal.NewKey()
		x := must[seal.Sealed](h.t)(seal.Seal(data, id, seal.Content{Raw: []byte(raw), Pieces: r.Summary.Pieces, Summary: wire.EncodeSummary(r.Summary), Text: []byte(r.Text), Index: r.Tokens}))
		box := must[[]byte](h.t)(public.Box(seal.For{Contract: h.contract, Account: p.id, Key: uint8(wire.AccountKey), Message: id}, data))
		q.Messages = append(q.Messages, wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: h.contract, Size: int64(len(raw)), Boxes: []wire.Box{{Account: p.id, Key: wire.AccountKey, Sealed: box}},
			Summary: x.Summary, Header: x.Header, Body: x.Body, Attachment: x.Attachment, Text: x.Text, Index: x.Index},
			Deliveries: []wire.Delivery{{Recipient: name, Fate: wire.FateMailbox, Account: p.id, Mailbox: mailbox, Internal: time.Date(2026, 3, 1+i, 12, 0, 0, 0, time.UTC)}}})
	}
	must[wire.Accepted](h.t)(wire.StoreAccept.Ask(ctx, h.store, q))
}

// entries counts what the ledger says of openings of a class.
func (h *house) entries(c sekisho.Class) (n int) {
	h.t.Helper()
	got := must[wire.Entries](h.t)(wire.VaultTail.Ask(context.Background(), h.vaultAs, wire.Tail{Most: 10000}))
	for rows := got.Rows; len(rows) > 0; rows = rows[ledger.RowLen:] {
		e := must[ledger.Entry](h.t)(ledger.ParseRow(rows[:ledger.RowLen]))
		if e.Kind == ledger.Opening && e.Class == c {
			n += int(e.Count)
		}
	}
	return n
}

// client speaks IMAP line by line.
type client struct {
	t   testing.TB
	c   net.Conn
	r   *bufio.Reader
	tag int
}

func (h *house) dial() *client {
	h.t.Helper()
	c := must[*tls.Conn](h.t)(tls.Dial("tcp", h.secure, &tls.Config{RootCAs: h.roots, ServerName: host}))
	return begin(h.t, c)
}

func begin(t testing.TB, c net.Conn) *client {
	t.Helper()
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	x := &client{t: t, c: c, r: bufio.NewReader(c)}
	if l := x.line(); !strings.HasPrefix(l, "* OK") {
		t.Fatal(l)
	}
	return x
}

func (h *house) login(name string) *client {
	h.t.Helper()
	c := h.dial()
	c.ok("LOGIN %s@mori.example %q", name, h.people[name].app)
	return c
}

// line reads one line with its literals, as one string.
func (c *client) line() string {
	c.t.Helper()
	var out strings.Builder
	for {
		l, err := c.r.ReadString('\n')
		if err != nil {
			c.t.Fatalf("%v after %q", err, out.String()+l)
		}
		l = strings.TrimSuffix(l, "\r\n")
		out.WriteString(l)
		open := strings.LastIndexByte(l, '{')
		if open < 0 || !strings.HasSuffix(l, "}") {
			return out.String()
		}
		n, err := strconv.Atoi(strings.TrimSuffix(l[open+1:], "}"))
		if err != nil {
			return out.String()
		}
		b := make([]byte, n)
		if _, err := io.ReadFull(c.r, b); err != nil {
			c.t.Fatal(err)
		}
		out.Write(b)
	}
}

func (c *client) send(format string, args ...any) {
	if _, err := fmt.Fprintf(c.c, format+"\r\n", args...); err != nil {
		c.t.Fatal(err)
	}
}

// do sends a command and gives its untagged answers and the tagged one without the tag.
func (c *client) do(format string, args ...any) (untagged []string, tagged string) {
	c.t.Helper()
	c.tag++
	tag := fmt.Sprintf("t%d", c.tag)
	c.send(tag+" "+format, args...)
	return c.until(tag)
}

func (c *client) until(tag string) (untagged []string, tagged string) {
	c.t.Helper()
	for {
		l := c.line()
		if rest, ok := strings.CutPrefix(l, tag+" "); ok {
			return untagged, rest
		}
		untagged = append(untagged, l)
	}
}

func (c *client) ok(format string, args ...any) string {
	c.t.Helper()
	u, t := c.do(format, args...)
	if !strings.HasPrefix(t, "OK") {
		c.t.Fatalf("%s: %s", fmt.Sprintf(format, args...), t)
	}
	return strings.Join(u, "\n")
}

func (c *client) no(code, format string, args ...any) {
	c.t.Helper()
	if _, t := c.do(format, args...); !strings.HasPrefix(t, "NO") || !strings.Contains(t, "["+code+"]") {
		c.t.Fatalf("%s: %s; want NO [%s]", fmt.Sprintf(format, args...), t, code)
	}
}

func (c *client) want(want, format string, args ...any) {
	c.t.Helper()
	if got := c.ok(format, args...); got != want {
		c.t.Fatalf("%s:\n%s\nwant:\n%s", fmt.Sprintf(format, args...), got, want)
	}
}

func simple(n int, subject, text string) string {
	return fmt.Sprintf("From: Writer %d <w%d@out.example>\r\nTo: bob@mori.example\r\nSubject: %s\r\nDate: Sun, 1 Mar 2026 12:00:0%d +0900\r\nMessage-ID: <%d@out.example>\r\nX-Number: no. %d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		n, n, subject, n%10, n, n, text)
}

const mixed = "From: =?utf-8?B?5qOu?= <mori@out.example>\r\nTo: bob@mori.example\r\nSubject: =?utf-8?B?6KaL56mN5pu4?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b1\r\n\r\npreamble\r\n" +
	"--b1\r\nContent-Type: text/plain\r\n\r\nhello part one\r\n" +
	"--b1\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8gcGRm\r\n" +
	"--b1\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@in.example\r\nSubject: inside\r\n\r\ninner text\r\n" +
	"--b1--\r\nepilogue\r\n"

func TestNoLoginWithoutTLS(t *testing.T) {
	h := newHouse(t)
	c := begin(t, must[net.Conn](t)(net.Dial("tcp", h.plain)))
	if caps := c.ok("CAPABILITY"); !strings.Contains(caps, "LOGINDISABLED") || !strings.Contains(caps, "STARTTLS") || strings.Contains(caps, "AUTH=") {
		t.Fatal(caps)
	}
	c.no("PRIVACYREQUIRED", "LOGIN bob@mori.example %q", h.people["bob"].app)
	c.ok("STARTTLS")
	secure := tls.Client(c.c, &tls.Config{RootCAs: h.roots, ServerName: host})
	c.c, c.r = secure, bufio.NewReader(secure)
	if caps := c.ok("CAPABILITY"); strings.Contains(caps, "LOGINDISABLED") || strings.Contains(caps, "STARTTLS") {
		t.Fatal(caps)
	}
	c.ok("LOGIN bob@mori.example %q", h.people["bob"].app)
	c.ok("SELECT INBOX")
	c.ok("LOGOUT")
}

func TestWrongSecretSaysWhatToDo(t *testing.T) {
	h := newHouse(t)
	c := h.dial()
	for _, try := range []string{
		fmt.Sprintf("LOGIN bob@mori.example %q", "correct horse bob"), // the main password is for the web only
		fmt.Sprintf("LOGIN bob@mori.example %q", h.people["ann"].app),
		fmt.Sprintf("LOGIN nobody@mori.example %q", h.people["bob"].app),
		fmt.Sprintf("LOGIN %q x", "a\tb"),
	} {
		if _, got := c.do("%s", try); !strings.HasPrefix(got, "NO [AUTHENTICATIONFAILED]") || !strings.Contains(got, "app password") {
			t.Errorf("%s: %s", try, got)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct{ identity, name, secret, want string }{
		{"", "bob@mori.example", h.people["bob"].app, "OK"}, {"bob@mori.example", "bob@mori.example", h.people["bob"].app, "OK"},
		{"ann@mori.example", "bob@mori.example", h.people["bob"].app, "NO"}, {"", "bob@mori.example", "x", "NO"},
	} {
		x := h.dial()
		got := base64.StdEncoding.EncodeToString([]byte(c.identity + "\x00" + c.name + "\x00" + c.secret))
		if _, tagged := x.do("AUTHENTICATE PLAIN %s", got); !strings.HasPrefix(tagged, c.want) {
			t.Errorf("%q as %q: %s", c.name, c.identity, tagged)
		}
	}
}

// TestSessionEnds: when vault no longer knows the session the client is told to sign in again.
func TestSessionEnds(t *testing.T) {
	h := newHouse(t)
	h.deliver("bob", "", simple(1, "s", "t"))
	c := h.login("bob")
	c.ok("SELECT INBOX")
	h.now.Store(int64(13 * time.Hour))
	c.send("x FETCH 1 ENVELOPE")
	if l := c.line(); !strings.HasPrefix(l, "* BYE") || !strings.Contains(l, "sign in again") {
		t.Fatal(l)
	}
	h.login("bob").ok("SELECT INBOX")
}

func TestReadMail(t *testing.T) {
	h := newHouse(t)
	one := simple(1, "first", "text of the first")
	h.deliver("bob", "", one, mixed)
	c := h.login("bob")
	sel := c.ok("SELECT INBOX")
	for _, x := range []string{"* 2 EXISTS", "[UIDNEXT 3]", "[UNSEEN 1]", `\*`} {
		if !strings.Contains(sel, x) {
			t.Fatalf("no %q in\n%s", x, sel)
		}
	}
	c.want("* 1 FETCH (UID 1 FLAGS () RFC822.SIZE "+fmt.Sprint(len(one))+")\n* 2 FETCH (UID 2 FLAGS () RFC822.SIZE "+fmt.Sprint(len(mixed))+")", "FETCH 1:* (UID FLAGS RFC822.SIZE)")
	if n := h.entries(sekisho.ClassHeader); n != 0 {
		t.Fatalf("%d headers were opened for flags and sizes", n)
	}
	c.want(`* 1 FETCH (INTERNALDATE " 1-Mar-2026 12:00:00 +0000" ENVELOPE ("Sun, 01 Mar 2026 12:00:01 +0900" "first" (("Writer 1" NIL "w1" "out.example")) (("Writer 1" NIL "w1" "out.example")) (("Writer 1" NIL "w1" "out.example")) ((NIL NIL "bob" "mori.example")) NIL NIL NIL "<1@out.example>"))`,
		"FETCH 1 (INTERNALDATE ENVELOPE)")
	if n := h.entries(sekisho.ClassHeader); n != 1 {
		t.Fatalf("%d headers were opened for one envelope", n)
	}
	c.want(`* 2 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 14 1 NIL NIL NIL NIL)("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 12 NIL ("attachment" ("filename" "a b.pdf")) NIL NIL)("message" "rfc822" NIL NIL NIL "7bit" 53 (NIL "inside" ((NIL NIL "inner" "in.example")) ((NIL NIL "inner" "in.example")) ((NIL NIL "inner" "in.example")) NIL NIL NIL NIL NIL) ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL) "mixed" ("boundary" "b1") NIL NIL NIL))`,
		"FETCH 2 BODYSTRUCTURE")
	if n := h.entries(sekisho.ClassBody) + h.entries(sekisho.ClassAttachment); n != 0 {
		t.Fatalf("%d bodies were opened for envelopes and structure", n)
	}
	for item, want := range map[string]string{
		"BODY.PEEK[]":       mixed,
		"BODY.PEEK[TEXT]":   mixed[strings.Index(mixed, "preamble"):],
		"BODY.PEEK[HEADER]": mixed[:strings.Index(mixed, "preamble")],
		"BODY.PEEK[HEADER.FIELDS (Subject X-None)]":      "Subject: =?utf-8?B?6KaL56mN5pu4?=\r\n\r\n",
		"BODY.PEEK[HEADER.FIELDS.NOT (From To Subject)]": "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n",
		"BODY.PEEK[1]":        "hello part one",
		"BODY.PEEK[2]":        "aGVsbG8gcGRm",
		"BODY.PEEK[2.MIME]":   "Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		"BODY.PEEK[3]":        "From: inner@in.example\r\nSubject: inside\r\n\r\ninner text",
		"BODY.PEEK[3.HEADER]": "From: inner@in.example\r\nSubject: inside\r\n\r\n",
		"BODY.PEEK[3.TEXT]":   "inner text",
		"BODY.PEEK[3.1]":      "inner text",
		"BODY.PEEK[4]":        "",
		"BODY.PEEK[1.1]":      "",
		"BODY.PEEK[1]<6.4>":   "part",
		"BODY.PEEK[1]<100.4>": "",
		"BINARY.PEEK[2]":      "hello pdf",
	} {
		got := c.ok("UID FETCH 2 %s", item)
		if !strings.HasSuffix(got, fmt.Sprintf("{%d}%s)", len(want), want)) {
			t.Errorf("%s: %q; want %q", item, got, want)
		}
	}
	if n := h.entries(sekisho.ClassAttachment); n != 8 { // BODY[], TEXT, 2, BINARY 2, and the four of the attached mail
		t.Errorf("%d openings of attachments", n)
	}
	c.want("* 1 FETCH (FLAGS (\\Seen) BODY[TEXT] {19}text of the first\r\n)", "FETCH 1 BODY[TEXT]")
	c.want("* SEARCH 1", "SEARCH SEEN")
}

func TestEveryMailOfTheCorpusComesBackToTheByte(t *testing.T) {
	dir := corpus.Path(t, "data/mime/ruby-mail")
	h := newHouse(t)
	var raws []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && len(raws) < 150 {
			if b, err := os.ReadFile(path); err == nil && len(b) > 0 && len(b) < 200000 {
				raws = append(raws, string(b))
			}
		}
		return nil
	})
	if len(raws) < 50 {
		t.Fatalf("only %d mails", len(raws))
	}
	h.deliver("bob", "", raws...)
	c := h.login("bob")
	c.ok("EXAMINE INBOX")
	got := strings.Count(c.ok("FETCH 1:* (ENVELOPE BODYSTRUCTURE)"), "ENVELOPE")
	if got != len(raws) {
		t.Fatalf("%d envelopes of %d", got, len(raws))
	}
	for i, raw := range raws {
		if got := c.ok("FETCH %d BODY[]", i+1); got != fmt.Sprintf("* %d FETCH (BODY[] {%d}%s)", i+1, len(raw), raw) {
			t.Fatalf("mail %d: %.200q", i+1, got)
		}
	}
}

func TestChangeMail(t *testing.T) {
	h := newHouse(t)
	for i := range 5 {
		h.deliver("bob", "", simple(i, "s", "t"))
	}
	c := h.login("bob")
	c.ok("SELECT INBOX")
	c.want("* 2 FETCH (FLAGS (\\Flagged $Work))", "STORE 2 +FLAGS (\\Flagged $Work)")
	c.want("", "STORE 1:2 +FLAGS.SILENT (\\Deleted)")
	c.want("* SEARCH 2", "SEARCH KEYWORD $work DELETED")
	c.want("* 2 EXPUNGE", "UID EXPUNGE 2:3")
	if _, tagged := c.do("COPY 2 Archive"); !strings.Contains(tagged, "[COPYUID ") || !strings.Contains(tagged, " 3 1]") {
		t.Fatal(tagged)
	}
	moved := c.ok("MOVE 2:3 Archive")
	if !strings.Contains(moved, " 3:4 2:3] ") || !strings.HasSuffix(moved, "* 3 EXPUNGE\n* 2 EXPUNGE") {
		t.Fatal(moved)
	}
	c.no("TRYCREATE", "COPY 1 Nowhere")
	c.no("TRYCREATE", "MOVE 1 Nowhere")
	c.want(`* STATUS "Archive" (MESSAGES 3 UIDNEXT 4 UNSEEN 3)`, "STATUS Archive (MESSAGES UIDNEXT UNSEEN)")
	c.ok("CLOSE") // expunges message 1
	c.want(fmt.Sprintf("* STATUS INBOX (MESSAGES 1 SIZE %d)", len(simple(4, "s", "t"))), "STATUS INBOX (MESSAGES SIZE)")
	c.ok("EXAMINE Archive")
	c.no("NOPERM", "STORE 1 +FLAGS (\\Deleted)")
	c.no("NOPERM", "MOVE 1 INBOX")
}

func TestFolders(t *testing.T) {
	h := newHouse(t)
	c := h.login("bob")
	c.want(`* NAMESPACE (("" "/")) NIL NIL`, "NAMESPACE")
	c.want(`* LIST (\Noselect) "/" ""`, `LIST "" ""`)
	c.ok(`CREATE "Projekte/&ZeVnLIqe-"`)
	c.ok("CREATE Tickets (USE (\\Archive))")
	list := c.ok(`LIST "" *`)
	for _, x := range []string{`* LIST (\HasNoChildren) "/" INBOX`, `* LIST (\HasNoChildren \Sent) "/" "Sent"`, `* LIST (\HasChildren) "/" "Projekte"`, `* LIST (\HasNoChildren) "/" "Projekte/&ZeVnLIqe-"`, `* LIST (\HasNoChildren \Archive) "/" "Tickets"`} {
		if !strings.Contains(list, x) {
			t.Errorf("no %s in\n%s", x, list)
		}
	}
	if got := c.ok(`LIST (SPECIAL-USE) "" * RETURN (STATUS (MESSAGES))`); strings.Count(got, "* LIST") != 6 || strings.Count(got, "* STATUS") != 6 {
		t.Error(got)
	}
	c.ok("UNSUBSCRIBE Tickets")
	if got := c.ok(`LSUB "" *`); strings.Contains(got, "Tickets") || !strings.Contains(got, "INBOX") {
		t.Error(got)
	}
	c.want(`* LIST (\HasChildren) "/" "Projekte"`, `LIST "" Pro%%`)
	c.ok("RENAME Projekte Arbeit")
	c.ok(`SELECT "Arbeit/&ZeVnLIqe-"`)
	c.no("HASCHILDREN", "DELETE Arbeit")
	c.no("CANNOT", "DELETE INBOX")
	c.no("NONEXISTENT", "DELETE Nowhere")
	c.no("NONEXISTENT", "SELECT Nowhere")
	c.no("ALREADYEXISTS", "CREATE Sent")
}

func TestAppend(t *testing.T) {
	h := newHouse(t)
	c := h.login("bob")
	c.ok("SELECT Drafts")
	c.send("a APPEND Drafts (\\Seen \\Draft $Own) \"07-Feb-2026 21:52:25 +0100\" {%d}", len(mixed))
	if l := c.line(); !strings.HasPrefix(l, "+") {
		t.Fatal(l)
	}
	c.send("%s", mixed)
	untagged, tagged := c.until("a")
	if !strings.HasPrefix(tagged, "OK [APPENDUID ") || strings.Join(untagged, " ") != "* 1 EXISTS" {
		t.Fatal(untagged, tagged)
	}
	c.want("* 1 FETCH (UID 1 FLAGS (\\Seen \\Draft $Own) INTERNALDATE \" 7-Feb-2026 20:52:25 +0000\" BODY[] {"+fmt.Sprint(len(mixed))+"}"+mixed+")", "UID FETCH 1 (FLAGS INTERNALDATE BODY.PEEK[])")
	c.send("b APPEND Nowhere {1}")
	c.line()
	c.send("x")
	if _, tagged := c.until("b"); !strings.HasPrefix(tagged, "NO [TRYCREATE]") {
		t.Fatal(tagged)
	}
}

// TestSearch: tokens choose, texts confirm.
func TestSearch(t *testing.T) {
	h := newHouse(t)
	var raws []string
	for i := range 100 {
		raws = append(raws, simple(i, fmt.Sprintf("subject %d of many", i), fmt.Sprintf("the quick brown fox %d jumps", i)))
	}
	raws = append(raws, simple(100, "=?utf-8?B?6KaL56mN5pu4?=", "請求書をお送りします"), simple(101, "needle in subject", "nothing"), mixed)
	h.deliver("bob", "", raws...)
	c := h.login("bob")
	c.ok("SELECT INBOX")
	for _, q := range []struct{ query, want string }{
		{"ALL UID 5:7", "5 6 7"},
		{"NEW", ""},
		{"OLD UNSEEN 3", "3"},
		{"UID 102:*", "102 103"},
		{"*", "103"},
		{"BODY {6}\r\nfox 42", "43"},
		{`BODY "BROWN fox 9"`, "10 91 92 93 94 95 96 97 98 99 100"},
		{`BODY "x brown f"`, ""}, // all tokens are there, the text is not
		{`BODY needle`, ""},
		{`TEXT needle`, "102"},
		{`SUBJECT needle`, "102"},
		{`SUBJECT "subject 5"`, "6 51 52 53 54 55 56 57 58 59 60"},
		{`FROM w55@`, "56"},
		{`FROM "writer 7"`, "8 71 72 73 74 75 76 77 78 79 80"},
		{`TO bob@mori BODY "fox 1 "`, "2"},
		{`HEADER X-Number "no. 33"`, "34"},
		{`HEADER X-None ""`, ""},
		{`TEXT "no. 33"`, "34"},
		{"CHARSET UTF-8 BODY {9}\r\n請求書", "101"},
		{"CHARSET UTF-8 SUBJECT {6}\r\n見積", "101 103"},
		{"CHARSET UTF-8 FROM {3}\r\n森", "103"},
		{`NOT BODY fox`, "101 102 103"},
		{`OR BODY "fox 3 " SUBJECT needle`, "4 102"},
		{`LARGER 400`, "103"},
		{`SINCE 30-Mar-2026 BEFORE 1-Apr-2026 UID 1:60`, "30 31"},
		{`SENTON 1-Mar-2026 UID 1:3`, "1 2 3"},
		{`SENTSINCE 2-Mar-2026`, ""},
		{`SENTON 1-Mar-2026 SUBJECT needle`, "102"},
		{`BODY he UID 103`, "103"}, // too short for tokens
	} {
		// Literals are sent without waiting: LITERAL- allows it for short ones.
		got := c.ok("SEARCH %s", strings.ReplaceAll(q.query, "}\r\n", "+}\r\n"))
		if want := strings.TrimSpace("* SEARCH " + q.want); got != want {
			t.Errorf("%s: %s; want %s", q.query, got, want)
		}
	}
	c.want(`* ESEARCH (TAG "t`+fmt.Sprint(c.tag+1)+`") UID MIN 1 MAX 103 COUNT 103`, "UID SEARCH RETURN (MIN MAX COUNT) ALL")
	c.ok("SEARCH RETURN (SAVE) SUBJECT needle")
	c.want("* 102 FETCH (UID 102)", "FETCH $ UID")

	// The index was kept: another session opens no tokens again, only those of the mail that is new.
	before := h.entries(sekisho.ClassIndex)
	h.deliver("bob", "", simple(7, "late", "a late fox 77"))
	d := h.login("bob")
	d.ok("SELECT INBOX")
	d.want("* SEARCH 78 104", `SEARCH BODY "fox 77"`)
	if n := h.entries(sekisho.ClassIndex) - before; n != 2 { // the index key, and one message's tokens
		t.Errorf("%d openings of index data", n)
	}
}

// TestTwoSessions: what one does the other is told, at once when it idles.
func TestTwoSessions(t *testing.T) {
	h := newHouse(t)
	for i := range 4 {
		h.deliver("bob", "", simple(i, "s", "t"))
	}
	a, b := h.login("bob"), h.login("bob")
	a.ok("SELECT INBOX")
	b.ok("SELECT INBOX")
	a.ok("STORE 1:2 +FLAGS.SILENT (\\Deleted)")
	b.want("* 1 FETCH (UID 1 FLAGS (\\Deleted))\n* 2 FETCH (UID 2 FLAGS (\\Deleted))", "NOOP")
	a.want("* 2 EXPUNGE\n* 1 EXPUNGE", "EXPUNGE")
	b.want("* 3 FETCH (UID 3)", "FETCH 3 UID") // numbers stay while FETCH runs
	b.want("* 2 EXPUNGE\n* 1 EXPUNGE", "NOOP")
	b.want("* 1 FETCH (UID 3)", "FETCH 1 UID")
	b.send("i IDLE")
	if l := b.line(); !strings.HasPrefix(l, "+") {
		t.Fatal(l)
	}
	h.deliver("bob", "", simple(9, "new", "mail"))
	if l := b.line(); l != "* 3 EXISTS" {
		t.Fatal(l)
	}
	a.want("* 3 EXISTS", "NOOP")
	a.ok("STORE 3 +FLAGS.SILENT (\\Answered)")
	if l := b.line(); l != "* 3 FETCH (UID 5 FLAGS (\\Answered))" {
		t.Fatal(l)
	}
	b.send("DONE")
	if _, tagged := b.until("i"); !strings.HasPrefix(tagged, "OK") {
		t.Fatal(tagged)
	}
	a.ok("CREATE Work")
	a.ok("COPY 1 Work")
	b.ok("SELECT Work")
	a.ok("RENAME Work Werk") // another name, the same mailbox
	b.want("* 1 FETCH (UID 1)", "FETCH 1 UID")
	b.ok("NOOP")
	a.ok("DELETE Werk")
	b.want("* 1 EXPUNGE", "NOOP")
	b.ok("SELECT INBOX")
	a.ok("RENAME INBOX Old") // moves the mail away
	b.want("* 3 EXPUNGE\n* 2 EXPUNGE\n* 1 EXPUNGE", "NOOP")
}

// TestShortBoxes: after the first opening store gives the short box, and it opens.
func TestShortBoxes(t *testing.T) {
	h := newHouse(t)
	h.deliver("bob", "", simple(1, "s", "t"))
	for range 3 {
		c := h.login("bob")
		c.ok("SELECT INBOX")
		if got := c.ok("FETCH 1 (ENVELOPE BODY.PEEK[])"); !strings.Contains(got, `"<1@out.example>"`) || !strings.Contains(got, "\r\n\r\nt\r\n") {
			t.Fatal(got)
		}
		c.ok("LOGOUT")
	}
}

func TestManyMessagesInOneFetch(t *testing.T) {
	h := newHouse(t)
	var raws []string
	for i := range 600 {
		raws = append(raws, simple(i, fmt.Sprint("s", i), "t"))
	}
	h.deliver("bob", "", raws...)
	c := h.login("bob")
	c.ok("SELECT INBOX")
	if n := strings.Count(c.ok("FETCH 1:* (FLAGS ENVELOPE)"), "ENVELOPE"); n != 600 {
		t.Fatal(n)
	}
	if n := h.entries(sekisho.ClassHeader); n != 600 {
		t.Fatalf("%d openings", n)
	}
	if n := strings.Count(c.ok("FETCH 1:* BODY.PEEK[]"), "BODY[] {"); n != 600 {
		t.Fatal(n)
	}
	if n := h.entries(sekisho.ClassHeader); n != 1200 && n != 1800 {
		t.Fatalf("%d openings", n)
	}
}

// BenchmarkFetch reads a mailbox of 5,000 mails of 4 KB, by envelope and whole.
func BenchmarkFetch(b *testing.B) {
	h := newHouse(b)
	const n = 5000
	var raws []string
	for i := range 500 {
		raws = append(raws, simple(i, fmt.Sprint("s", i), strings.Repeat("text of a mail, not too long.\r\n", 120)))
	}
	for range n / len(raws) {
		h.deliver("bob", "", raws...)
	}
	c := h.login("bob")
	c.ok("SELECT INBOX")
	c.ok("FETCH 1:* ENVELOPE") // the first opening is another matter
	for _, what := range []string{"FLAGS", "ENVELOPE", "BODY.PEEK[]"} {
		b.Run(what, func(b *testing.B) {
			c.c.SetDeadline(time.Now().Add(time.Minute))
			for b.Loop() {
				c.send("x FETCH 1:* %s", what)
				for !strings.HasPrefix(c.line(), "x OK") {
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
	b.Run("SEARCH", func(b *testing.B) {
		for b.Loop() {
			c.ok(`SEARCH BODY "not too lang"`)
		}
	})
}

// TestOddCommands: whatever a program says, it gets an answer and the session goes on.
func TestOddCommands(t *testing.T) {
	h := newHouse(t)
	h.deliver("bob", "", simple(1, "s", "t"), mixed, "", "\x00\x01\x02", "no header at all", "From: x\n\nbare lf\n", "Content-Type: multipart/mixed; boundary=x\r\n\r\nno parts",
		"Content-Type: message/rfc822\r\n\r\n", "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nSubject: deep\r\n\r\nx")
	c := h.login("bob")
	for _, cmd := range []string{"FETCH 1 FLAGS", "CLOSE", "EXPUNGE", "SEARCH ALL", "SELECT", "SELECT \"\"", "SELECT \"&&\"", "NOSUCH"} {
		c.do("%s", cmd)
	}
	c.ok("SELECT INBOX")
	items := []string{"ALL", "FULL", "FAST", "BODY", "BODYSTRUCTURE", "ENVELOPE", "BODY[]", "RFC822", "RFC822.HEADER", "RFC822.TEXT", "BODY.PEEK[1]", "BODY.PEEK[1.MIME]",
		"BODY.PEEK[1.HEADER]", "BODY.PEEK[1.1.1.1.1]", "BODY.PEEK[0]", "BODY.PEEK[4294967295]", "BODY.PEEK[HEADER.FIELDS (\"\")]", "BODY.PEEK[HEADER.FIELDS (a b)]<3.1>", "BODY.PEEK[]<4294967295.4294967295>",
		"BODY.PEEK[]<0.0>", "BINARY.PEEK[]", "BINARY.PEEK[1]", "BINARY.SIZE[1]", "BINARY.PEEK[9]<0.5>", "(UID MODSEQ)", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[TEXT]<1.2>)"}
	for _, set := range []string{"1:*", "*", "4294967295", "9:1", "$", "1,1,1:3,2"} {
		for _, it := range items {
			c.do("FETCH %s %s", set, it)
			c.do("UID FETCH %s %s", set, it)
		}
		for _, cmd := range []string{"STORE %s FLAGS ()", "STORE %s +FLAGS (\\Recent \\Foo)", "STORE %s -FLAGS.SILENT x", "COPY %s INBOX", "UID COPY %s Nowhere", "SEARCH %s", "SEARCH NOT %s", "SEARCH UID %s", "UID EXPUNGE %s"} {
			c.do(cmd, set)
		}
	}
	for _, cmd := range []string{"SEARCH OR NOT ALL (SEEN UNSEEN)", "SEARCH BODY \"\"", "SEARCH TEXT \"\"", "SEARCH HEADER \"\" \"\"", "SEARCH SINCE 31-Feb-2026", "SEARCH KEYWORD x", "SEARCH LARGER 0",
		"SEARCH CHARSET KOI8-R ALL", "SEARCH RETURN () ALL", "SEARCH RETURN (SAVE COUNT) DELETED", "LIST \"\" (a* %%)", "LIST x/ *", "CREATE \"a//b\"", "CREATE INBOX", "RENAME INBOX INBOX", "RENAME Sent Sent/x",
		"STATUS INBOX ()", "ENABLE CONDSTORE", "ENABLE IMAP4rev2", "NAMESPACE", "UNSELECT", "IDLE x", "APPEND INBOX ()", "STARTTLS", "LOGIN a b"} {
		c.do("%s", cmd)
	}
	c.ok("SELECT INBOX")
	c.ok("LOGOUT")
	if strings.Contains(h.log.String(), "panic") {
		t.Fatal(h.log.String())
	}
}
