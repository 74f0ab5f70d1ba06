package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/role/admin"
	"sekisho/role/dial"
	"sekisho/role/door"
	"sekisho/role/edge"
	"sekisho/role/gate"
	"sekisho/role/inspect"
	"sekisho/role/link"
	"sekisho/role/post"
	"sekisho/role/reader"
	"sekisho/role/store"
	"sekisho/role/vault"
	"sekisho/seal"
	"sekisho/supervise"
	"sekisho/wire"
)

// roleCommand is what the supervisor starts, once per process. It is of no use by hand.
type roleCommand struct {
	Name string `arg:"" help:"Role to play."`
}

// process is one confined process: its supervisor's channel, its part of the configuration and its lines to others.
type process struct {
	*supervise.Child
	part  part
	roots *x509.CertPool
	files map[string][]byte // secrets that were passed
	rules *edge.Rules       // edge: read while there still are files
	peers map[sekisho.Role]*wire.Peer
}

// playing is a role at work.
type playing struct {
	service *wire.Service                   // what others may ask; nil for roles that are asked nothing
	run     func(ctx context.Context) error // serves until ctx is done; nil for roles that only answer
	retired <-chan struct{}                 // closed when the process should be replaced; nil for never
	news    func(supervise.Line)            // is told of processes that begin and end; nil for roles that do not hear
}

// grace is how long what is under way may take when the process is to stop.
const grace = 5 * time.Second

// mostSecret bounds a secret that is passed by descriptor.
const mostSecret = 64 << 10

// Run plays the role until the supervisor says stop.
func (c *roleCommand) Run(*Global) error {
	forgets := strings.Contains(os.Getenv("GODEBUG"), "clobberfree=1") // Join empties the environment
	child, err := supervise.Join()
	if err != nil {
		return err
	}
	p := &process{Child: child, files: map[string][]byte{}, peers: map[sekisho.Role]*wire.Peer{}}
	if len(child.Config) > 0 {
		if err := json.Unmarshal(child.Config, &p.part); err != nil {
			return err
		}
	}
	if r := child.Self.Role; r == sekisho.Post || r == sekisho.Link || r == sekisho.Fetch || r == sekisho.Edge { // read while there still are files
		if p.roots, err = x509.SystemCertPool(); err != nil {
			p.roots = x509.NewCertPool()
		}
	}
	if child.Self.Role == sekisho.Edge {
		if p.rules, err = edge.LoadRules(); err != nil {
			return err
		}
	}
	for name, f := range child.Files {
		if p.files[name], err = io.ReadAll(io.NewSectionReader(f, 0, mostSecret)); err != nil {
			return fmt.Errorf("the descriptor for %q cannot be read from its beginning (pass a file, not a pipe): %w", name, err)
		}
		f.Close()
	}
	for _, r := range child.Calls {
		p.peers[r] = wire.NewPeer(r)
	}
	if err := child.Confine(); err != nil {
		return err
	}
	tune(child.Self.Role)
	if forgets {
		go p.forget()
	}
	return p.play()
}

// tune fits the runtime to many small processes on one machine. The cores are shared by all of them, so that each runs Go
// code on half of them: waking a second thread for every answer costs more than it brings. Roles that every mail or request passes
// through collect garbage less often, the others keep their memory small.
func tune(r sekisho.Role) {
	runtime.GOMAXPROCS(max(1, runtime.NumCPU()/2))
	switch r {
	case sekisho.Gate, sekisho.Inspect, sekisho.Reader, sekisho.Edge, sekisho.Webmail:
		debug.SetGCPercent(400)
	case sekisho.Store, sekisho.Vault, sekisho.Post:
		debug.SetGCPercent(200)
	default:
		debug.SetGCPercent(50)
	}
}

func (p *process) play() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := make(chan playing, 1)
	go p.connect(ctx, started)
	role, err := p.start()
	if err != nil {
		return err
	}
	started <- role
	if err := p.Ready(); err != nil {
		return err
	}
	finished := make(chan error, 1)
	if role.run != nil {
		go func() { finished <- role.run(ctx) }()
	}
	select {
	case <-p.Done():
	case <-role.retired:
		return nil
	case err := <-finished:
		return err
	}
	cancel()
	if role.run == nil {
		return nil
	}
	return <-finished
}

// connect takes the lines that the supervisor makes: those on which this process asks go to their peer at once, since
// starting may need to ask; those on which it is asked, and news, wait until it can answer, and are then taken in order.
func (p *process) connect(ctx context.Context, started <-chan playing) {
	var role playing
	var waiting []supervise.Line
	take := func(l supervise.Line) {
		switch {
		case l.Conn == nil && role.news != nil:
			role.news(l)
		case l.Conn != nil && role.service != nil: // otherwise nobody may ask this role: the table gives it no such line
			go p.serve(ctx, role.service, l)
		}
	}
	begun := false
	for {
		select {
		case l := <-p.Lines():
			switch {
			case l.Outgoing:
				if peer := p.peers[l.Peer.Role]; peer != nil {
					peer.Add(wire.NewLine(l.Peer, l.Conn))
				}
			case begun:
				take(l)
			default:
				waiting = append(waiting, l)
			}
		case role = <-started:
			begun, started = true, nil
			for _, l := range waiting {
				take(l)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (p *process) serve(ctx context.Context, s *wire.Service, l supervise.Line) {
	if err := s.Serve(ctx, l.Peer, l.Conn); err != nil && ctx.Err() == nil {
		p.Log().Error("line ended", "peer", l.Peer.Role.String(), "instance", uint64(l.Peer.Instance), "error", err)
	}
	if ctx.Err() == nil {
		p.Lost(l) // when the peer lives, the supervisor makes a new one
	}
}

// breach reports what a peer did that it may not: the supervisor raises an alert about the peer.
func (p *process) breach(by sekisho.Caller, call string, why error) {
	p.Breach(by, fmt.Sprintf("%s: %v", call, why))
	p.Log().Error("breach of protocol by a peer", "role", by.Role.String(), "instance", uint64(by.Instance), "call", call, "error", why)
}

// start makes the role. Each case is the whole wiring of one process.
func (p *process) start() (playing, error) {
	switch p.Self.Role {
	case sekisho.Vault:
		v, err := p.vault()
		if err != nil {
			return playing{}, err
		}
		return playing{service: v.Service(p.breach), run: p.witnessed(v), news: func(l supervise.Line) { p.tell(v, l) }}, nil
	case sekisho.Store:
		passes := &passKey{vault: p.peers[sekisho.Vault]}
		s, err := store.New(store.Config{Dir: p.Dir, Hosts: p.part.Hosts, Log: p.Log(), Report: p.breach, Pass: passes.claims, Link: passes.link, Vault: p.peers[sekisho.Vault]})
		if err != nil {
			return playing{}, err
		}
		return playing{service: s.Service(), run: s.Run}, nil
	case sekisho.Inspect:
		i, err := inspect.New(inspect.Config{})
		if err != nil {
			return playing{}, err
		}
		return playing{service: i.Service(p.breach), retired: i.Retired()}, nil
	case sekisho.Dial:
		d, err := dial.New(dial.Config{Resolver: p.part.Resolver, Zone: p.part.Zone, Private: p.part.Private, Internal: p.part.Internal, Clamd: p.part.Clamd, Link: p.part.Links, ACME: p.part.ACME, Log: p.Log()})
		if err != nil {
			return playing{}, err
		}
		return playing{service: d.Service(p.breach)}, nil
	case sekisho.Gate:
		passes := &passKey{vault: p.peers[sekisho.Vault]}
		g := gate.New(gate.Config{Pass: passes.pass, Name: p.part.Name, Size: p.part.Size, Recipients: p.part.Recipients, PerSource: p.part.PerSource, PerMinute: p.part.PerMinute, Contract: p.part.Contract,
			Hourly: p.part.Hourly, Daily: p.part.Daily, Exempt: p.part.Exempt, Clamd: p.part.Clamd != "", Sealers: p.part.Sealers, Report: p.part.Report.From != "", Desk: p.part.Web.origin(p.part.Web.Desk), Log: p.Log()},
			gate.Peers{Inspect: p.peers[sekisho.Inspect], Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Dial: p.peers[sekisho.Dial]})
		return playing{service: g.Service(p.breach), run: func(ctx context.Context) error { return g.Serve(ctx, p.Listeners, grace) }}, nil
	case sekisho.Post:
		s := post.New(post.Config{Name: p.part.Name, Total: p.part.Connections, Destination: p.part.Destination, Port: p.part.Port, Seal: p.part.Seal,
			Report: post.Reporter{From: p.part.Report.From, Name: cmp.Or(p.part.Report.Name, p.part.Name)}, Roots: p.roots, Desk: p.part.Web.origin(p.part.Web.Desk), Log: p.Log()},
			post.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Dial: p.peers[sekisho.Dial], Inspect: p.peers[sekisho.Inspect], Fetch: p.peers[sekisho.Fetch]})
		return playing{run: func(ctx context.Context) error { return s.Run(ctx, grace) }}, nil
	case sekisho.Reader:
		r := reader.New(reader.Config{Name: p.part.Name, Size: p.part.Size, Log: p.Log()},
			reader.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Inspect: p.peers[sekisho.Inspect]})
		arm(p.Child, r)
		return playing{service: r.Service(p.breach), run: func(ctx context.Context) error { return r.Serve(ctx, p.Listeners) }}, nil
	case sekisho.Admin:
		c := admin.New(admin.Config{Name: p.part.Name, Log: p.Log()},
			admin.Peers{Store: p.peers[sekisho.Store], Vault: p.peers[sekisho.Vault], Inspect: p.peers[sekisho.Inspect], Dial: p.peers[sekisho.Dial]})
		return playing{run: func(ctx context.Context) error { return c.Serve(ctx, p.Listeners["admin"]) }}, nil
	}
	if role, known, err := p.startWeb(); known {
		return role, err
	}
	if p.Self.Role == sekisho.Door {
		d := door.New(door.Config{Cells: p.part.Cells, Log: p.Log()}, door.Peers{Store: p.peers[sekisho.Store], Reader: p.peers[sekisho.Reader]})
		return playing{run: func(ctx context.Context) error { return d.Serve(ctx, p.Listeners) }}, nil
	}
	if p.Self.Role == sekisho.Link {
		l, err := p.link()
		if err != nil {
			return playing{}, err
		}
		return playing{service: l.Service(p.breach)}, nil
	}
	return playing{}, fmt.Errorf("no role %q", p.Self.Role)
}

// witnessed runs vault, and beside it asks the configured witnesses.
func (p *process) witnessed(v *vault.Vault) func(context.Context) error {
	return func(ctx context.Context) error {
		if len(p.part.Witness) > 0 {
			go v.AskWitnesses(ctx, p.peers[sekisho.Link], p.part.Witness)
		}
		return v.Run(ctx)
	}
}

// tell enters that a process began or ended.
func (p *process) tell(v *vault.Vault, l supervise.Line) {
	var err error
	if l.Ended {
		err = v.Ended(l.Peer)
	} else {
		err = v.Began(l.Peer, l.Digest)
	}
	if err != nil {
		p.Log().Error("a start or end is not entered yet", "role", l.Peer.Role.String(), "instance", uint64(l.Peer.Instance), "error", err)
	}
}

const day = 24 * time.Hour

// vault makes vault with the source of the root key that was chosen. One that is with a key service is fetched through link
// while vault starts.
func (p *process) vault() (*vault.Vault, error) {
	c := vault.Config{Dir: p.Dir, Self: p.Self.Instance, Hosts: p.part.Hosts, Name: p.part.Name, Digest: p.Digest, Log: p.Log(), Backups: time.Duration(p.part.Backups) * day,
		Copies: time.Duration(p.part.Copies) * day, Cells: p.part.Cells, Origins: p.part.Web.origins(), ACME: p.part.ACME != ""}
	switch p.part.Root {
	case "descriptor":
		r, err := vault.DescriptorRoot(bytes.NewReader(p.files["root"]))
		if err != nil {
			return nil, err
		}
		c.Root = r
	case "transit":
		c.Root = vault.LinkRoot(p.peers[sekisho.Link])
	}
	return vault.New(c)
}

func (p *process) link() (*link.Link, error) {
	roots := p.roots
	if p.part.CA != "" {
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM([]byte(p.part.CA)) {
			return nil, errors.New("keys.ca holds no certificate")
		}
	}
	return link.New(link.Config{Address: p.part.KeyService, Mount: p.part.Mount, Key: p.part.Key, Token: strings.TrimSpace(string(p.files["token"])),
		Roots: roots, Witness: p.part.Witness, Log: p.Log()}, link.Peers{Dial: p.peers[sekisho.Dial]}), nil
}

// passKey checks vault's passes. The key is asked for once, and again when a pass does not fit, at most once a second.
type passKey struct {
	vault *wire.Peer

	mu    sync.Mutex // guards what follows
	key   []byte
	asked time.Time
	// checked are passes whose signature was good; emptied when it is full.
	checked map[string]seal.Pass
}

// mostChecked bounds it.
const mostChecked = 1 << 12

func (k *passKey) keep(p wire.Pass, got seal.Pass) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.checked == nil || len(k.checked) >= mostChecked {
		k.checked = map[string]seal.Pass{}
	}
	k.checked[string(p)] = got
}

// pass is for gate. A pass that was checked is not checked again: it says itself for whom and until when it is good.
func (k *passKey) pass(p wire.Pass, by sekisho.Caller) (seal.Pass, error) {
	now := time.Now()
	k.mu.Lock()
	got, known := k.checked[string(p)]
	k.mu.Unlock()
	if known && got.Holder == by.Instance && now.Before(got.Expires) {
		return got, nil
	}
	for range 2 {
		got, err := seal.CheckPass(k.current(), p, by.Instance, now)
		if err == nil {
			k.keep(p, got)
			return got, nil
		}
		if !k.renew() {
			break
		}
	}
	return seal.Pass{}, sekisho.E("pass", sekisho.Denied, nil)
}

// claims is for store, which has no part of package seal.
func (k *passKey) claims(p wire.Pass, by sekisho.Caller) (store.PassClaims, error) {
	got, err := k.pass(p, by)
	return store.PassClaims{Session: got.Session, Contract: got.Contract, Account: got.Account}, err
}

func (k *passKey) current() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.key
}

func (k *passKey) renew() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.asked) < time.Second {
		return false
	}
	k.asked = time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	got, err := wire.VaultHello.Ask(ctx, k.vault, wire.Nothing{})
	if err == nil {
		k.key = got.PassKey
	}
	return err == nil
}

// link checks a link that vault signed.
func (k *passKey) link(token []byte, now time.Time) (wire.LinkClaims, error) {
	for range 2 {
		l, err := seal.CheckLink(k.current(), token, now)
		if err == nil {
			return wire.LinkClaims{ID: l.ID, Purpose: uint8(l.Purpose), Contract: l.Contract, Message: l.Message, To: l.To, Expires: l.Expires}, nil
		}
		if !k.renew() {
			break
		}
	}
	return wire.LinkClaims{}, sekisho.E("store.link", sekisho.NotFound, nil)
}
