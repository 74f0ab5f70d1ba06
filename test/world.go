// Package test tries the whole product: all roles in one process for talks and measurements (World), and the real binary
// with its confined processes for everything else (House).
package test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/admin"
	"sekisho/role/dial"
	"sekisho/role/fetch"
	"sekisho/role/gate"
	"sekisho/role/inspect"
	"sekisho/role/post"
	"sekisho/role/store"
	"sekisho/role/vault"
	"sekisho/seal"
	"sekisho/wire"
)

// World is the product in one process: the real roles on real files, joined by real lines, without confinement.
type World struct {
	Zone  string           // master file that dial answers from
	Roots *x509.CertPool   // authorities that the world outside has its certificates from
	Web   uint16           // port of the web outside
	Clock func() time.Time // of gate and store; nil: time.Now

	Desk   string        // origin of the desk; "": there is none
	Report post.Reporter // in whose name other domains get reports; empty: none do
	Seal   bool          // mail that is sent on gets an ARC seal
	Flush  func(context.Context) error

	Admin   string            // path of the admin socket
	Address map[string]string // of listeners: "mx", "submission"
	CA      []byte

	ctx   context.Context
	peers map[sekisho.Role]map[sekisho.Role]*wire.Peer // asker, callee
}

// NewWorld starts a world; it ends with the test.
func NewWorld(t testing.TB, zone string, with ...func(*World)) *World {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w := &World{Zone: zone, Address: map[string]string{}, ctx: ctx, peers: map[sekisho.Role]map[sekisho.Role]*wire.Peer{}}
	for _, f := range with {
		f(w)
	}
	dir := t.TempDir()
	end := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	fault := func(by sekisho.Caller, call string, why error) {
		t.Errorf("%s broke the protocol: %s: %v", by.Role, call, why)
	}

	v, err := vault.New(vault.Config{Dir: mkdir(t, dir, "vault"), Self: 1, Hosts: []string{"localhost"}})
	end(err)
	vaultService := v.Service(fault)
	var passKey []byte
	s, err := store.New(store.Config{Clock: w.Clock, Dir: mkdir(t, dir, "store"), Hosts: []string{"localhost"},
		Pass: func(p wire.Pass, by sekisho.Caller) (store.PassClaims, error) {
			got, err := seal.CheckPass(passKey, p, by.Instance, time.Now())
			if err != nil {
				return store.PassClaims{}, sekisho.E("store.pass", sekisho.Denied, err)
			}
			return store.PassClaims{Session: got.Session, Contract: got.Contract, Account: got.Account}, nil
		},
		Link: func(b []byte, now time.Time) (wire.LinkClaims, error) {
			l, err := seal.CheckLink(passKey, b, now)
			return wire.LinkClaims{ID: l.ID, Purpose: uint8(l.Purpose), Contract: l.Contract, Message: l.Message, To: l.To, Expires: l.Expires}, err
		}})
	end(err)
	i, err := inspect.New(inspect.Config{Life: 1 << 30})
	end(err)
	d, err := dial.New(dial.Config{Zone: zone, Private: true})
	end(err)
	services := map[sekisho.Role]*wire.Service{sekisho.Vault: vaultService, sekisho.Store: s.Service(), sekisho.Inspect: i.Service(fault), sekisho.Dial: d.Service(fault)}
	out := wire.NewPeer(sekisho.Dial)
	end(wire.Local(ctx, sekisho.Caller{Role: sekisho.Fetch, Instance: sekisho.Instance(sekisho.Fetch)}, services[sekisho.Dial], out))
	services[sekisho.Fetch] = fetch.New(fetch.Config{Roots: w.Roots, Private: true, Policy: w.Web}, fetch.Peers{Dial: out}).Service(fault)
	for _, asker := range []sekisho.Role{sekisho.Gate, sekisho.Post, sekisho.Reader, sekisho.Admin, sekisho.Store, sekisho.Desk} {
		w.peers[asker] = map[sekisho.Role]*wire.Peer{}
		for callee, service := range services {
			p := wire.NewPeer(callee)
			end(wire.Local(ctx, sekisho.Caller{Role: asker, Instance: sekisho.Instance(asker)}, service, p))
			w.peers[asker][callee] = p
		}
	}
	hello, err := wire.VaultHello.Ask(ctx, w.Peer(sekisho.Store, sekisho.Vault), wire.Nothing{})
	end(err)
	passKey = hello.PassKey
	stopped := make(chan struct{})
	go func() { s.Run(ctx); close(stopped) }()

	g := gate.New(gate.Config{Clock: w.Clock, Name: "mx.test.example", Exempt: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Report: w.Report.From != "", Desk: w.Desk},
		gate.Peers{Inspect: w.Peer(sekisho.Gate, sekisho.Inspect), Store: w.Peer(sekisho.Gate, sekisho.Store), Vault: w.Peer(sekisho.Gate, sekisho.Vault), Dial: w.Peer(sekisho.Gate, sekisho.Dial)})
	listeners := map[string]net.Listener{}
	for _, name := range []string{"mx", "submission", "submissions"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		end(err)
		listeners[name], w.Address[name] = l, l.Addr().String()
	}
	go g.Serve(ctx, listeners, time.Second)
	_, port, _ := net.SplitHostPort(w.Address["mx"])
	mx, err := net.LookupPort("tcp", port)
	end(err)
	p := post.New(post.Config{Name: "mx.test.example", Port: uint16(mx), Roots: w.Roots, Report: w.Report, Seal: w.Seal, First: time.Second},
		post.Peers{Store: w.Peer(sekisho.Post, sekisho.Store), Vault: w.Peer(sekisho.Post, sekisho.Vault), Dial: w.Peer(sekisho.Post, sekisho.Dial), Inspect: w.Peer(sekisho.Post, sekisho.Inspect), Fetch: w.Peer(sekisho.Post, sekisho.Fetch)})
	w.Flush = func(ctx context.Context) error { return errors.Join(g.Flush(ctx), p.Flush(ctx)) }
	go p.Run(ctx, time.Second)
	operator := admin.New(admin.Config{Name: "mx.test.example"}, admin.Peers{Store: w.Peer(sekisho.Admin, sekisho.Store), Vault: w.Peer(sekisho.Admin, sekisho.Vault),
		Inspect: w.Peer(sekisho.Admin, sekisho.Inspect), Dial: w.Peer(sekisho.Admin, sekisho.Dial)})
	w.Admin = filepath.Join(dir, "admin.sock")
	l, err := net.Listen("unix", w.Admin)
	end(err)
	go operator.Serve(ctx, l)
	chains, err := wire.VaultChains.Ask(ctx, w.Peer(sekisho.Gate, sekisho.Vault), wire.Nothing{})
	end(err)
	w.CA = chains.CA
	t.Cleanup(func() {
		cancel()
		<-stopped
		if err := v.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return w
}

// Peer is how one role asks another.
func (w *World) Peer(asker, callee sekisho.Role) *wire.Peer { return w.peers[asker][callee] }
