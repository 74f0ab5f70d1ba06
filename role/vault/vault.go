package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"sekisho"
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
}

// Vault answers the calls of wire's vault file.
type Vault struct {
	config  Config
	root    []byte
	keys    *keyTable
	journal *journal
	pass    ed25519.PrivateKey
	argon   chan struct{} // holds a token for each argon2id computation under way
	guess   guessing
	parsed  parsed

	mu       sync.Mutex // guards what follows
	sessions map[sekisho.SessionID]*session
	last     sekisho.SessionID
}

// New opens vault's directory, making what is missing: on the first start the root key and the empty ledger. The whole
// ledger is checked first; a broken one is Corrupt.
func New(c Config) (*Vault, error) {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	c.Life = cmpOr(c.Life, 12*time.Hour)
	c.Quota = cmpOr(c.Quota, 500_000)
	v := &Vault{config: c, sessions: map[sekisho.SessionID]*session{}, argon: make(chan struct{}, 2),
		guess: guessing{failed: map[guess][]time.Time{}}}
	var err error
	if v.keys, err = openKeys(filepath.Join(c.Dir, "keys.db")); err != nil {
		return nil, err
	}
	if v.root, err = rootKey(filepath.Join(c.Dir, "root.key"), v.keys); err != nil {
		return nil, err
	}
	if v.journal, err = openJournal(filepath.Join(c.Dir, "ledger")); err != nil {
		return nil, err
	}
	if err := v.enter(ledger.Entry{Kind: ledger.Start, Role: sekisho.Vault, Process: c.Self}); err != nil {
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

// rootKey reads the root key, or makes one when there are no keys yet that would need the old one.
func rootKey(path string, keys *keyTable) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err == nil && len(b) == seal.KeyLen {
		return b, nil
	}
	if err == nil {
		return nil, sekisho.E("vault.root", sekisho.Corrupt, fmt.Errorf("%s has %d bytes, not %d", filepath.Base(path), len(b), seal.KeyLen))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if used, err := keys.any(); err != nil || used {
		return nil, sekisho.E("vault.root", sekisho.Corrupt, errors.Join(err,
			errors.New("the root key is missing but there are keys under it: put root.key back from its backup")))
	}
	b = seal.NewKey()
	return b, writeDurably(path, b)
}

// writeDurably writes a file that is there whole or not at all.
func writeDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o400)
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
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Close ends the journal and the database; what was answered is on disk already.
func (v *Vault) Close() error { return errors.Join(v.journal.close(), v.keys.close()) }

// Service is vault's answers.
func (v *Vault) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Vault, func(by sekisho.Caller, call string, why error) {
		// What a role asks that it may not ask is entered too: it is the trace of a role taken over.
		if err := v.enter(ledger.Entry{Kind: ledger.Denial, Role: by.Role, Process: by.Instance}); err != nil {
			v.config.Log.Error("denial not entered", "error", err)
		}
		report(by, call, why)
	})
	wire.Handle(s, wire.VaultHello, v.hello)
	wire.Handle(s, wire.VaultContract, v.newContract)
	wire.Handle(s, wire.VaultAccount, v.newAccount)
	wire.Handle(s, wire.VaultSlot, v.newSlot)
	wire.Handle(s, wire.VaultLogin, v.login)
	wire.Handle(s, wire.VaultLogout, v.logout)
	wire.Handle(s, wire.VaultOpen, v.open)
	wire.Handle(s, wire.VaultSpool, v.openSpool)
	wire.Handle(s, wire.VaultRelease, v.openQuarantine)
	wire.Handle(s, wire.VaultTransit, v.transit)
	wire.Handle(s, wire.VaultSign, v.signDKIM)
	wire.Handle(s, wire.VaultTLS, v.signTLS)
	wire.Handle(s, wire.VaultSigner, v.newSigner)
	wire.Handle(s, wire.VaultChains, v.chains)
	wire.Handle(s, wire.VaultTail, v.tail)
	wire.Handle(s, wire.VaultVerify, v.verify)
	wire.Handle(s, wire.VaultInform, v.inform)
	return s
}

// enter makes entries durable. Every path that gives something out calls it first and gives nothing when it fails.
func (v *Vault) enter(entries ...ledger.Entry) error {
	now := uint64(v.config.Clock().UnixMilli())
	rows := make([]byte, 0, len(entries)*ledger.RowLen)
	for _, e := range entries {
		e.Time = now
		if e.Count == 0 {
			e.Count = 1
		}
		rows = e.Row(rows)
	}
	if err := v.journal.append(rows); err != nil {
		return sekisho.E("vault.ledger", sekisho.Unavailable, err)
	}
	return nil
}

// by begins an entry with what vault itself knows of the asker.
func by(who sekisho.Caller, kind ledger.Kind) ledger.Entry {
	return ledger.Entry{Kind: kind, Role: who.Role, Process: who.Instance}
}

// openPass loads the key that signs passes, or makes it.
func (v *Vault) openPass() error {
	raw, err := v.keys.installation("pass")
	if err != nil {
		return err
	}
	if raw != nil {
		seed, err := v.fromRoot(raw, "pass")
		if err != nil {
			return sekisho.E("vault.pass", sekisho.Corrupt, err)
		}
		v.pass = ed25519.NewKeyFromSeed(seed)
		return nil
	}
	_, v.pass, _ = ed25519.GenerateKey(rand.Reader)
	return v.keys.setInstallation("pass", v.toRoot(v.pass.Seed(), "pass"))
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
	kinds := map[string]ledger.Kind{"policy": ledger.Grant, "config-read": ledger.ConfigRead, "start": ledger.Start, "stop": ledger.Stop}
	kind, ok := kinds[q.What]
	if !ok {
		return wire.Nothing{}, sekisho.E("vault.inform", sekisho.Invalid, fmt.Errorf("no kind %q", q.What))
	}
	e := by(who, kind)
	e.Contract, e.Actor = q.Contract, q.Operator
	if kind == ledger.ConfigRead || kind == ledger.Grant {
		e.Class = sekisho.ClassConfig
	}
	return wire.Nothing{}, v.enter(e)
}
