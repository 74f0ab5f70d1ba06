package webmail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/gate"
	"sekisho/role/inspect"
	"sekisho/role/store"
	"sekisho/role/vault"
	"sekisho/seal"
	"sekisho/wire"
)

// house is store, vault, inspect and webmail in one process, with two contracts and some accounts. Capabilities are stood in
// for by logins with app passwords: what a ticket opens is vault's real answer.
type house struct {
	storeAs  func(sekisho.Role) *wire.Peer // store, as another role of the same process number asks it
	t        testing.TB
	contract sekisho.ContractID
	people   map[string]*person
	keys     map[sekisho.ContractID]wire.ContractKeys
	store    *wire.Peer // as gate
	operator *wire.Peer // store as admin
	vaultAs  *wire.Peer // vault as admin
	inspect  *wire.Peer // as gate
	webmail  *Webmail
	edge     *wire.Peer
	log      record
	ahead    atomic.Int64  // how far the clocks are ahead
	stale    time.Duration // how long ago people proved who they are
	scopes   []string      // of tickets that are given out
}

type record struct {
	mu sync.Mutex
	b  strings.Builder
}

func (r *record) Write(p []byte) (int, error) { r.mu.Lock(); defer r.mu.Unlock(); return r.b.Write(p) }
func (r *record) String() string              { r.mu.Lock(); defer r.mu.Unlock(); return r.b.String() }

type person struct {
	contract sekisho.ContractID
	id       sekisho.AccountID
	address  string
	public   []byte
	app      string
}

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

const webmailInstance = 42

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{t: t, people: map[string]*person{}, keys: map[sekisho.ContractID]wire.ContractKeys{}}
	v := must[*vault.Vault](t)(vault.New(vault.Config{Dir: t.TempDir(), Hosts: []string{"mail.mori.example"}, Clock: h.clock}))
	t.Cleanup(func() { v.Close() })
	vaults := v.Service(report(t))
	to := func(role sekisho.Role, s *wire.Service, as sekisho.Role, instance sekisho.Instance) *wire.Peer {
		p := wire.NewPeer(role)
		if err := wire.Local(ctx, sekisho.Caller{Role: as, Instance: instance}, s, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	hello := must[wire.VaultPublic](t)(wire.VaultHello.Ask(ctx, to(sekisho.Vault, vaults, sekisho.Store, 2), wire.Nothing{}))
	pass := func(p wire.Pass, by sekisho.Caller) (seal.Pass, error) {
		return seal.CheckPass(hello.PassKey, p, by.Instance, h.clock())
	}
	s := must[*store.Store](t)(store.New(store.Config{Dir: t.TempDir(), Reserve: 1, Clock: h.clock, Pass: func(p wire.Pass, by sekisho.Caller) (store.PassClaims, error) {
		c, err := pass(p, by)
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
	h.store, h.operator = to(sekisho.Store, s.Service(), sekisho.Gate, 5), to(sekisho.Store, s.Service(), sekisho.Admin, 8)
	h.vaultAs, h.inspect = to(sekisho.Vault, vaults, sekisho.Admin, 8), to(sekisho.Inspect, inspects, sekisho.Gate, 5)

	h.storeAs = func(r sekisho.Role) *wire.Peer { return to(sekisho.Store, s.Service(), r, webmailInstance) }
	h.contract = h.newContract("Mori", "mori.example")
	h.person(h.contract, "ann", "mori.example")
	h.person(h.contract, "bob", "mori.example")
	h.person(h.newContract("Kawa", "kawa.example"), "eve", "kawa.example")

	gates := gate.New(gate.Config{Name: "mail.mori.example", Clock: h.clock, Hourly: 50, Pass: pass}, gate.Peers{Store: h.store, Vault: to(sekisho.Vault, vaults, sekisho.Gate, 5), Inspect: h.inspect, Dial: wire.NewPeer(sekisho.Dial)}).Service(report(t))
	logins := to(sekisho.Vault, vaults, sekisho.Reader, webmailInstance)
	h.webmail = New(Config{Name: "mail.mori.example", Clock: h.clock, Log: slog.New(slog.NewTextHandler(&h.log, nil))},
		Peers{Store: to(sekisho.Store, s.Service(), sekisho.Webmail, webmailInstance), Vault: to(sekisho.Vault, vaults, sekisho.Webmail, webmailInstance),
			Inspect: to(sekisho.Inspect, inspects, sekisho.Webmail, webmailInstance), Gate: to(sekisho.Gate, gates, sekisho.Webmail, webmailInstance), Fetch: wire.NewPeer(sekisho.Fetch)})
	h.webmail.enter = func(ctx context.Context, c wire.Capability) (wire.Ticket, error) {
		p := h.people[string(c.Secret)]
		if p == nil {
			return wire.Ticket{}, sekisho.E("vault.enter", sekisho.Denied, nil)
		}
		t, err := wire.VaultLogin.Ask(ctx, logins, wire.Login{Contract: p.contract, Account: p.id, Secret: p.app, Protocol: "imap"})
		t.Scopes, t.Fresh = h.scopes, h.clock().Add(-h.stale)
		return t, err
	}
	go h.webmail.Run(ctx)
	h.edge = to(sekisho.Webmail, h.webmail.Service(report(t)), sekisho.Edge, 11)
	t.Cleanup(func() {
		if l := h.log.String(); strings.Contains(l, "ERROR") {
			t.Errorf("webmail logged errors:\n%s", l)
		}
	})
	return h
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func (h *house) admin(q wire.Admin) wire.AdminDone {
	h.t.Helper()
	return must[wire.AdminDone](h.t)(wire.StoreAdmin.Ask(context.Background(), h.operator, q))
}

func (h *house) newContract(name, domain string) sekisho.ContractID {
	h.t.Helper()
	c := h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: name}}}).Contract
	k := must[wire.ContractKeys](h.t)(wire.VaultContract.Ask(context.Background(), h.vaultAs, wire.NewContract{Contract: c}))
	h.keys[c] = k
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: c, Spool: k.Spool, Quarantine: k.Quarantine, Config: k.Config}}})
	h.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: c, Set: wire.Domain{Name: domain}}})
	return c
}

func (h *house) person(c sekisho.ContractID, name, domain string) {
	h.t.Helper()
	address := name + "@" + domain
	id := h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: c, Address: address, Name: strings.ToUpper(name)}}).Account
	k := must[wire.AccountKeys](h.t)(wire.VaultAccount.Ask(context.Background(), h.vaultAs, wire.NewAccount{Contract: c, Account: id, Password: "correct horse " + name, AppPassword: true}))
	h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Contract: c, ID: id, Public: k.Public}})
	h.people[name] = &person{c, id, address, k.Public, k.AppPassword}
}

// deliver puts mails into a mailbox as gate does, a day apart, and gives their email ids.
func (h *house) deliver(name, mailbox string, raws ...string) (ids []string) {
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
		box := must[[]byte](h.t)(public.Box(seal.For{Contract: p.contract, Account: p.id, Key: uint8(wire.AccountKey), Message: id}, data))
		q.Messages = append(q.Messages, wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: p.contract, Size: int64(len(raw)), Boxes: []wire.Box{{Account: p.id, Key: wire.AccountKey, Sealed: box}},
			Summary: x.Summary, Header: x.Header, Body: x.Body, Attachment: x.Attachment, Text: x.Text, Index: x.Index, Thread: wire.ThreadOf(p.contract, &r.Summary), Attached: r.Summary.Attachment},
			Deliveries: []wire.Delivery{{Recipient: name, Fate: wire.FateMailbox, Account: p.id, Mailbox: mailbox, Internal: time.Date(2026, 3, 1+i, 12, 0, 0, 0, time.UTC)}}})
		ids = append(ids, emailID(id))
	}
	must[wire.Accepted](h.t)(wire.StoreAccept.Ask(ctx, h.store, q))
	return ids
}

// send asks as edge does.
func (h *house) send(name string, q wire.WebRequest) wire.WebResponse {
	h.t.Helper()
	q.Capability = wire.Capability{ID: 1, Secret: []byte(name)}
	q.Origin = "https://mail.mori.example"
	return must[wire.WebResponse](h.t)(wire.WebmailAsk.Ask(context.Background(), h.edge, q))
}

func (h *house) account(name string) string { return number('a', uint64(h.people[name].id)) }

// m is a JSON object.
type m = map[string]any

var allUsing = capabilities()

// calls sends several method calls and gives the responses.
func (h *house) calls(name string, calls ...[]any) []response {
	h.t.Helper()
	b := must[[]byte](h.t)(json.Marshal(m{"using": allUsing, "methodCalls": calls}))
	r := h.send(name, wire.WebRequest{Method: "POST", Path: "/jmap/api", Type: "application/json", Body: b})
	if r.Status != 200 {
		h.t.Fatalf("%d %s", r.Status, r.Body)
	}
	var out struct{ MethodResponses []response }
	if err := json.Unmarshal(r.Body, &out); err != nil {
		h.t.Fatalf("%v in %s", err, r.Body)
	}
	return out.MethodResponses
}

type response struct {
	name string
	args m
	id   string
}

func (r *response) UnmarshalJSON(b []byte) error {
	var x []json.RawMessage
	if err := json.Unmarshal(b, &x); err != nil {
		return err
	}
	if len(x) != 3 {
		return errors.New("not three")
	}
	return errors.Join(json.Unmarshal(x[0], &r.name), json.Unmarshal(x[1], &r.args), json.Unmarshal(x[2], &r.id))
}

// call sends one method call that has to succeed. The account is filled in.
func (h *house) call(name, method string, args m) m {
	h.t.Helper()
	r := h.try(name, method, args)
	if r.name != method {
		h.t.Fatalf("%s %v: %s %v", method, args, r.name, r.args)
	}
	return r.args
}

func (h *house) try(name, method string, args m) response {
	h.t.Helper()
	if _, given := args["accountId"]; !given {
		args["accountId"] = h.account(name)
	}
	return h.calls(name, []any{method, args, "c"})[0]
}

// fails sends a method call that has to be refused.
func (h *house) fails(kind, name, method string, args m) m {
	h.t.Helper()
	r := h.try(name, method, args)
	if r.name != "error" || r.args["type"] != kind {
		h.t.Fatalf("%s %v: %s %v; want %s", method, args, r.name, r.args, kind)
	}
	return r.args
}

// at follows names and indexes into JSON.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, _ := v.(m)
			v = o[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func text(v any, path ...any) string { return fmt.Sprint(at(v, path...)) }

// box gives the id of a mailbox by role.
func (h *house) box(name, role string) string {
	h.t.Helper()
	for _, x := range h.call(name, "Mailbox/get", m{"properties": []string{"id", "role"}})["list"].([]any) {
		if text(x, "role") == role {
			return text(x, "id")
		}
	}
	h.t.Fatalf("no mailbox with role %s", role)
	return ""
}

func simple(n int, subject, body string) string {
	return fmt.Sprintf("From: Writer %d <w%d@out.example>\r\nTo: bob@mori.example\r\nSubject: %s\r\nDate: Sun, 1 Mar 2026 12:00:0%d +0900\r\nMessage-ID: <%d@out.example>\r\nX-Number: no. %d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		n, n, subject, n%10, n, n, body)
}

const mixed = "From: =?utf-8?B?5qOu?= <mori@out.example>\r\nTo: bob@mori.example\r\nSubject: =?utf-8?B?6KaL56mN5pu4?=\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b1\r\n\r\npreamble\r\n" +
	"--b1\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\x1b$B8+@Q=q\x1b(B\r\n" +
	"--b1\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8gcGRm\r\n" +
	"--b1\r\nContent-Type: message/rfc822\r\n\r\nFrom: inner@in.example\r\nSubject: inside\r\n\r\ninner text\r\n" +
	"--b1--\r\nepilogue\r\n"

func unmarshal(t testing.TB, b []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%v in %.200s", err, b)
	}
}
