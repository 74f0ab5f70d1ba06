package vault

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"sekisho"
	"sekisho/journal"
	"sekisho/ledger"
	"sekisho/seal"
	"sekisho/wire"
)

// Config is what vault is told.
type Config struct {
	Dir   string           // its own directory: root key, key database, ledger
	Self  sekisho.Instance // entered with its own acts
	Clock func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: nothing is logged
	Life  time.Duration    // of a session; 0: 12 hours
	Quota int              // openings that one session may have in an hour; 0: 500,000
	Hosts []string         // names that need a certificate: without one, the installation's own CA signs it

	Name   string         // of the installation, for the origin of its checkpoints; "": localhost
	Digest [32]byte       // of the program that runs: SHA-256 of its file, as the supervisor read it
	Ledger journal.Config // zero but for tests: directory, signer, clock and log are set by New

	Cells   int           // how many cells reader has; 0: one
	Root    Root          // where the root key comes from; nil: a file in Dir
	Backups time.Duration // how long data backups are kept; 0: 90 days
	Copies  time.Duration // how long copies of the current key table may be behind; 0: 7 days
	ACME    bool          // certificates may be requested by edge, from an authority that the configuration names
	Origins []string      // "https://mail.example.com": of the pages that may use passkeys
	Contact time.Duration // how long the contact of a customer that is gone is kept; 0: 3 years

	crash func(where string) // tests end the process here
}

// Vault answers the calls of wire's vault file.
type Vault struct {
	config  Config
	keys    *keyTable
	current *currentTable
	journal *journal.Journal
	pass    ed25519.PrivateKey
	argon   chan struct{} // holds a token for each argon2id computation under way
	hashed  atomic.Int64  // slow hashes so far
	guess   guessing
	parsed  parsed
	living  living
	checks  checks
	address []byte // pseudonyms of network addresses are derived from it
	returns []byte // keys of return paths are derived from it
	urls    []byte // keys of links in mail are derived from it
	mask    []byte // what is learned about spam is kept under it

	// life is held for writing while keys are replaced or destroyed, for reading by every answer that uses keys. It guards
	// what follows.
	life  sync.RWMutex
	root  []byte
	epoch uint64
	left  string // what the source of the root key could not destroy of old epochs

	gmu         sync.RWMutex // guards what follows, against contracts that begin
	generations map[sekisho.ContractID]uint64

	typing typing
	report func(sekisho.Caller, string, error) // set by Service

	mu       sync.Mutex // guards what follows
	archives map[uint64]*archive
	sessions map[sekisho.SessionID]*session
	endings  map[sekisho.ContractID]wire.EndingBy // that store told of
	web      web
	last     sekisho.SessionID
}

// New opens vault's directory, making what is missing: on the first start the root key and the empty ledger. Of the ledger
// what is not sealed yet and the newest heads are checked; when they do not fit it is Corrupt.
func New(c Config) (*Vault, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Life = cmpOr(c.Life, 12*time.Hour)
	c.Quota = cmpOr(c.Quota, 500_000)
	if c.Root == nil {
		c.Root = FileRoot(c.Dir)
	}
	if c.crash == nil {
		c.crash = func(string) {}
	}
	c.Backups, c.Copies, c.Contact = cmpOr(c.Backups, defaultBackups), cmpOr(c.Copies, defaultCopies), cmpOr(c.Contact, defaultContact)
	v := &Vault{config: c, sessions: map[sekisho.SessionID]*session{}, archives: map[uint64]*archive{}, web: newWeb(), argon: make(chan struct{}, 2),
		guess: guessing{failed: map[guess][]time.Time{}}}
	var err error
	if v.keys, err = openKeys(filepath.Join(c.Dir, "keys.db")); err != nil {
		return nil, err
	}
	if v.current, err = openCurrent(c.Dir); err != nil {
		return nil, err
	}
	if err := v.openLedger(); err != nil {
		return nil, err
	}
	if err := v.openKeys(); err != nil {
		return nil, err
	}
	if err := v.signLedger(); err != nil {
		return nil, err
	}
	// Session numbers go on where no earlier start can have been: they carry the time of this start.
	v.last = sekisho.SessionID(c.Clock().UnixMilli()) << 20
	if err := v.openPass(); err != nil {
		return nil, err
	}
	for _, h := range c.Hosts {
		q := wire.NewSigner{Purpose: "tls", Name: h, Algorithm: "ecdsa-p256"}
		if _, err := v.newSigner(context.Background(), sekisho.Caller{Role: sekisho.Vault, Instance: c.Self}, q); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func cmpOr[T comparable](a, b T) T {
	var zero T
	if a == zero {
		return b
	}
	return a
}

// openKeys opens what everything else needs, and finishes what a crash has left: the root key, the contracts' generations, the
// installation's own key, terminations. The journal must be open.
func (v *Vault) openKeys() error {
	if err := v.openRoot(); err != nil {
		return err
	}
	if err := v.loadGenerations(); err != nil {
		return err
	}
	if v.generations[0] == 0 {
		if _, err := v.begin(0); err != nil {
			return err
		}
		if err := v.keys.addContract(contractRow{generation: 1}); err != nil {
			return err
		}
		v.begun(0)
	}
	var err error
	if v.address, err = v.installationSecret("address"); err != nil {
		return err
	}
	if v.returns, err = v.installationSecret("return"); err != nil {
		return err
	}
	if v.urls, err = v.installationSecret("url"); err != nil {
		return err
	}
	if v.mask, err = v.installationSecret("mask"); err != nil {
		return err
	}
	if err := v.age(); err != nil {
		return err
	}
	return v.resumeTerminations()
}

// installationSecret loads a random key of the installation's own, or makes it.
func (v *Vault) installationSecret(name string) ([]byte, error) {
	raw, err := v.keys.installation(name)
	if err != nil {
		return nil, err
	}
	if raw == nil {
		secret := seal.NewKey()
		wrapped, err := v.toInstallation(secret, installationPlace(name))
		if err != nil {
			return nil, err
		}
		return secret, v.keys.setInstallation(name, wrapped)
	}
	secret, err := v.fromInstallation(raw, installationPlace(name))
	if err != nil {
		return nil, sekisho.E("vault."+name, sekisho.Corrupt, err)
	}
	return secret, nil
}

// writeDurably writes a file that is there whole or not at all.
func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Close ends the journal and the database; what was answered is on disk already.
func (v *Vault) Close() error {
	return errors.Join(v.journal.Close(), v.keys.close(), v.current.close())
}

// Service is vault's answers.
func (v *Vault) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	v.report = report
	s := wire.NewService(sekisho.Vault, func(by sekisho.Caller, call string, why error) {
		// What a role asks that it may not ask is entered too: it is the trace of a role taken over.
		if err := v.enter(denial(by)); err != nil {
			v.config.Log.Error("denial not entered", "error", err)
		}
		report(by, call, why)
	})
	wire.Handle(s, wire.VaultHello, v.hello)
	wire.Handle(s, wire.VaultOwnKept, v.openOwn)
	wire.Handle(s, wire.VaultContract, using(v, v.newContract))
	wire.Handle(s, wire.VaultAccount, using(v, v.newAccount))
	wire.Handle(s, wire.VaultSlot, using(v, v.newSlot))
	wire.Handle(s, wire.VaultLogin, using(v, v.login))
	wire.Handle(s, wire.VaultLogout, using(v, v.logout))
	wire.Handle(s, wire.VaultOpen, using(v, v.open))
	wire.Handle(s, wire.VaultSpool, using(v, v.openSpool))
	wire.Handle(s, wire.VaultFilter, using(v, v.openFilter))
	wire.Handle(s, wire.VaultRelease, using(v, v.openQuarantine))
	wire.Handle(s, wire.VaultTransit, v.transit)
	wire.Handle(s, wire.VaultSign, using(v, v.signDKIM))
	wire.Handle(s, wire.VaultTLS, using(v, v.signTLS))
	wire.Handle(s, wire.VaultSigner, using(v, v.newSigner))
	wire.Handle(s, wire.VaultChains, v.chains)
	wire.Handle(s, wire.VaultReturn, using(v, v.returnKeys))
	wire.Handle(s, wire.VaultURL, using(v, v.urlKey))
	wire.Handle(s, wire.VaultURLCheck, using(v, v.urlCheck))
	wire.Handle(s, wire.VaultMask, using(v, v.maskKey))
	wire.Handle(s, wire.VaultPrint, using(v, v.printKey))
	v.ledgerService(s)
	wire.Handle(s, wire.VaultInform, v.inform)
	wire.Handle(s, wire.VaultScope, v.scope)
	wire.Handle(s, wire.VaultAddress, v.addresses)
	wire.Handle(s, wire.VaultRequest, using(v, v.request))
	wire.Handle(s, wire.VaultInstall, using(v, v.install))
	wire.Handle(s, wire.VaultTyping, v.newTyping)
	v.serveLife(s)
	v.serveWeb(s)
	v.handService(s)
	return s
}

// enter makes entries durable. Every path that gives something out calls it first and gives nothing when it fails.
func (v *Vault) enter(entries ...ledger.Entry) error {
	now := uint64(v.config.Clock().UnixMilli())
	for i := range entries {
		entries[i].Time = now
		if entries[i].Count == 0 {
			entries[i].Count = 1
		}
	}
	if err := v.journal.Append(entries...); err != nil {
		return sekisho.E("vault.ledger", sekisho.Unavailable, err)
	}
	return nil
}

// by begins an entry with what vault itself knows of the asker.
func by(who sekisho.Caller, kind ledger.Kind) ledger.Entry {
	return ledger.Entry{Kind: kind, Role: who.Role, Cell: who.Cell, Process: who.Instance}
}

func denial(who sekisho.Caller) ledger.Entry {
	e := by(who, ledger.Denial)
	e.Flags = ledger.FlagDenied
	return e
}

// openPass loads the key that signs passes, or makes it.
func (v *Vault) openPass() error {
	seed, err := v.installationSecret("pass")
	if err == nil {
		v.pass = ed25519.NewKeyFromSeed(seed)
	}
	return err
}

func (v *Vault) hello(context.Context, sekisho.Caller, wire.Nothing) (wire.VaultPublic, error) {
	return wire.VaultPublic{PassKey: v.pass.Public().(ed25519.PublicKey)}, nil
}

// transit enters mails that a process held in the clear on their way.
func (v *Vault) transit(_ context.Context, who sekisho.Caller, q wire.Transit) (wire.Nothing, error) {
	entries := make([]ledger.Entry, len(q.Runs))
	for i, r := range q.Runs {
		e := by(who, ledger.PassedBy)
		e.Class, e.Contract, e.Object, e.Count, e.Bytes = sekisho.ClassTransit, r.Contract, uint64(r.First), r.Count, r.Bytes
		e.Actor = uint64(r.Worker)
		entries[i] = e
	}
	return wire.Nothing{}, v.enter(entries...)
}

func (v *Vault) inform(_ context.Context, who sekisho.Caller, q wire.Inform) (wire.Nothing, error) {
	kinds := map[string]ledger.Kind{"policy": ledger.Grant, "config-read": ledger.ConfigRead, "insider": ledger.ConfigRead}
	kind, ok := kinds[q.What]
	if !ok {
		return wire.Nothing{}, sekisho.E("vault.inform", sekisho.Invalid, fmt.Errorf("no kind %q", q.What))
	}
	e := by(who, kind)
	e.Contract, e.Actor = q.Contract, q.Operator
	if kind == ledger.ConfigRead || kind == ledger.Grant {
		e.Class = sekisho.ClassConfig
	}
	if q.What == "insider" {
		e.Class = sekisho.ClassDirectory
	}
	return wire.Nothing{}, v.enter(e)
}
