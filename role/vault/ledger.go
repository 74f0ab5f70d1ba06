package vault

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"sekisho"
	"sekisho/journal"
	"sekisho/ledger"
	"sekisho/ledger/book"
	"sekisho/wire"
)

// openLedger opens the ledger: the first of all, since what is done with keys from here on is entered.
func (v *Vault) openLedger() error {
	c := v.config.Ledger
	c.Dir, c.Log = filepath.Join(v.config.Dir, "ledger"), v.config.Log
	if c.Clock == nil {
		c.Clock = v.config.Clock
	}
	var err error
	if v.journal, err = journal.Open(c); err != nil {
		return err
	}
	v.checks.list = map[uint64]*checking{}
	v.living.all = map[sekisho.Instance]sekisho.Caller{}
	return v.Began(sekisho.Caller{Role: sekisho.Vault, Instance: v.config.Self}, v.config.Digest)
}

// signLedger loads the key of checkpoints, or makes it. The origin stands with the public key in the ledger and never changes:
// proofs that were given out would be of another log.
func (v *Vault) signLedger() error {
	name := cmpOr(v.config.Name, "localhost") + "/ledger"
	if known := v.journal.Key(); known.Name != "" {
		name = known.Name
	} else if !ledger.GoodName(name) {
		name = "localhost/ledger"
	}
	seed, err := v.installationSecret("ledger")
	if err != nil {
		return err
	}
	s, err := ledger.NewSigner(name, ed25519.NewKeyFromSeed(seed))
	if err != nil {
		return err
	}
	return v.journal.SignWith(s)
}

// living is who runs, as the supervisor says.
type living struct {
	mu     sync.Mutex // guards what follows
	all    map[sekisho.Instance]sekisho.Caller
	unsaid []ledger.Entry // that could not be entered yet
}

// beat is how long a component may say nothing before it says that it lives. Silence beyond that shows in its stream.
const beat = time.Minute

// Began enters that a process began, and which program it is. Only the supervisor's word comes here.
func (v *Vault) Began(who sekisho.Caller, digest [32]byte) error {
	e := by(who, ledger.Start)
	e.SetDigest(digest)
	v.living.mu.Lock()
	v.living.all[who.Instance] = who
	v.living.mu.Unlock()
	return v.insist(e)
}

// Ended enters that a process ended.
func (v *Vault) Ended(who sekisho.Caller) error {
	v.living.mu.Lock()
	delete(v.living.all, who.Instance)
	v.living.mu.Unlock()
	return v.insist(by(who, ledger.Stop))
}

// insist enters what is only told once: when it cannot be entered now, it is entered with the next beat, with its own time
// lost and a flag that says so.
func (v *Vault) insist(e ledger.Entry) error {
	err := v.enter(e)
	if err != nil {
		e.Flags |= ledger.FlagGap
		v.living.mu.Lock()
		v.living.unsaid = append(v.living.unsaid, e)
		v.living.mu.Unlock()
	}
	return err
}

// Run enters a heartbeat a minute for every component that lives, until ctx is done; then it closes vault.
func (v *Vault) Run(ctx context.Context) error {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if err := v.beat(); err != nil {
				v.config.Log.Error("no heartbeat entered", "error", err)
			}
		case <-ctx.Done():
			return errors.Join(v.Ended(sekisho.Caller{Role: sekisho.Vault, Instance: v.config.Self}), v.Close())
		}
	}
}

// beat enters one heartbeat for each stream that has a living process, and what could not be entered before.
func (v *Vault) beat() error {
	v.living.mu.Lock()
	list := v.living.unsaid
	seen := map[ledger.Stream]bool{}
	for _, who := range v.living.all {
		e := by(who, ledger.Heartbeat)
		if !seen[e.Stream()] {
			seen[e.Stream()] = true
			list = append(list[:len(list):len(list)], e)
		}
	}
	unsaid := len(v.living.unsaid)
	v.living.mu.Unlock()
	if err := v.enter(list...); err != nil {
		return err
	}
	v.living.mu.Lock()
	v.living.unsaid = v.living.unsaid[unsaid:]
	v.living.mu.Unlock()
	return nil
}

func (v *Vault) ledgerService(s *wire.Service) {
	wire.Handle(s, wire.VaultTail, v.tail)
	wire.Handle(s, wire.VaultVerify, v.verify)
	wire.Handle(s, wire.VaultStreams, v.streams)
	wire.Handle(s, wire.VaultProve, v.prove)
	wire.Handle(s, wire.VaultPrune, v.prune)
	wire.Handle(s, wire.VaultHold, v.hold)
	wire.Handle(s, wire.VaultSubmit, v.submit)
	wire.Handle(s, wire.VaultCosign, v.cosign)
}

// mostTail and longTail bound one question for entries.
const (
	mostTail = 10_000
	longTail = 30 * time.Second
)

func (v *Vault) tail(_ context.Context, _ sekisho.Caller, q wire.Tail) (wire.Entries, error) {
	most := min(max(q.Most, 1), mostTail)
	if q.Stream != "" {
		return v.tailOf(q, uint64(most))
	}
	list, _, next := v.journal.Recent(q.From, most, q.Last, min(q.Wait, longTail))
	out := wire.Entries{Next: next, Size: v.journal.Size()}
	for _, r := range list {
		out.Rows = append(out.Rows, r.Row[:]...)
		out.Places = append(out.Places, wire.EntryPlace{Node: r.Stream.Node, Role: r.Stream.Role, Cell: r.Stream.Cell, Number: r.Number})
	}
	return out, nil
}

func (v *Vault) tailOf(q wire.Tail, most uint64) (wire.Entries, error) {
	name, err := ledger.ParseStream(q.Stream)
	if err != nil {
		return wire.Entries{}, sekisho.E("vault.tail", sekisho.Invalid, err)
	}
	s, err := v.journal.Stream(name)
	if err != nil {
		return wire.Entries{}, err
	}
	defer s.Close()
	from := max(q.From, s.First())
	if q.Last {
		from = max(s.Size()-min(s.Size(), most), s.First())
	}
	out := wire.Entries{Next: max(from, min(from+most, s.Size())), Size: s.Size()}
	if out.Rows, err = s.Rows(from, out.Next); err != nil {
		return wire.Entries{}, sekisho.E("vault.tail", sekisho.Corrupt, err)
	}
	for n := from; n < out.Next; n++ {
		out.Places = append(out.Places, wire.EntryPlace{Node: name.Node, Role: name.Role, Cell: name.Cell, Number: n})
	}
	return out, nil
}

// checks are verifications under way.
type checks struct {
	mu   sync.Mutex // guards what follows
	list map[uint64]*checking
	last uint64
}

type checking struct {
	mu   sync.Mutex // held while it works
	v    *book.Verifier
	book *book.Book
	used time.Time
}

// A verification works for checkTime in one call; when nobody asks for it for checkLife it is forgotten. mostChecks run side
// by side.
const (
	checkTime  = 500 * time.Millisecond
	checkLife  = 5 * time.Minute
	mostChecks = 4
)

func (v *Vault) verify(_ context.Context, _ sekisho.Caller, q wire.Verify) (wire.Verified, error) {
	c, token, err := v.checking(q)
	if err != nil {
		return wire.Verified{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	more := true
	for end := time.Now().Add(checkTime); more && time.Now().Before(end); {
		more = c.v.Step()
	}
	out := wire.Verified{Token: token, Finished: !more}
	out.Done, out.Total = c.v.Progress()
	if out.Report, err = json.Marshal(c.v.Report()); err != nil || more {
		return out, err
	}
	v.checks.mu.Lock()
	delete(v.checks.list, token)
	v.checks.mu.Unlock()
	return out, c.book.Close()
}

// checking finds a verification or begins one.
func (v *Vault) checking(q wire.Verify) (*checking, uint64, error) {
	v.checks.mu.Lock()
	defer v.checks.mu.Unlock()
	now := time.Now()
	for token, c := range v.checks.list {
		if now.Sub(c.used) > checkLife {
			delete(v.checks.list, token)
		}
	}
	if q.Token != 0 {
		c := v.checks.list[q.Token]
		if c == nil {
			return nil, 0, sekisho.E("vault.verify", sekisho.NotFound, errors.New("that verification is over: begin anew"))
		}
		c.used = now
		return c, q.Token, nil
	}
	if len(v.checks.list) >= mostChecks {
		return nil, 0, sekisho.E("vault.verify", sekisho.TooMany, fmt.Errorf("%d verifications run already", mostChecks))
	}
	var since *book.Since
	if len(q.Since) > 0 {
		s, err := book.ParseSince(q.Since)
		if err != nil {
			return nil, 0, sekisho.E("vault.verify", sekisho.Invalid, err)
		}
		since = &s
	}
	b, key := v.journal.Book(), v.journal.Key()
	c := &checking{book: b, v: book.NewVerifier(b, &key, since), used: now}
	v.checks.last++
	v.checks.list[v.checks.last] = c
	return c, v.checks.last, nil
}

func (v *Vault) streams(context.Context, sekisho.Caller, wire.Nothing) (wire.Streams, error) {
	out := wire.Streams{Checkpoint: v.journal.Checkpoint(), Key: v.journal.Key().String()}
	if err := v.journal.Failure(); err != nil {
		out.Failure = err.Error()
	}
	for _, i := range v.journal.Streams() {
		out.List = append(out.List, wire.StreamState{Name: i.Stream.String(), First: i.First, Sealed: i.Sealed, Size: i.Size, Root: i.Root[:], Blocks: i.Blocks})
	}
	return out, nil
}

func (v *Vault) prove(_ context.Context, _ sekisho.Caller, q wire.Prove) (wire.Proven, error) {
	name, err := ledger.ParseStream(q.Stream)
	if err != nil {
		return wire.Proven{}, sekisho.E("vault.prove", sekisho.Invalid, err)
	}
	p, err := v.journal.Prove(name, q.Number)
	return wire.Proven{Proof: p.Text()}, err
}

func (v *Vault) prune(_ context.Context, _ sekisho.Caller, q wire.Prune) (wire.Pruned, error) {
	v.checks.mu.Lock()
	defer v.checks.mu.Unlock() // none begins meanwhile
	for _, c := range v.checks.list {
		if time.Since(c.used) < checkLife {
			return wire.Pruned{}, sekisho.E("vault.prune", sekisho.Conflict, errors.New("a verification reads the ledger: prune when it is done"))
		}
	}
	list, err := v.journal.Prune(q.Keep, q.Operator)
	var out wire.Pruned
	for _, p := range list {
		out.List = append(out.List, wire.PrunedStream{Name: p.Stream.String(), From: p.From, To: p.To, Blocks: p.Blocks, Held: p.Held})
	}
	return out, err
}

func (v *Vault) hold(_ context.Context, _ sekisho.Caller, q wire.HoldChange) (wire.Holds, error) {
	if q.Reason != "" {
		if _, err := v.journal.AddHold(journal.Hold{From: q.From, Until: q.Until, Reason: q.Reason, By: q.Operator}); err != nil {
			return wire.Holds{}, err
		}
	}
	if q.Lift != 0 {
		if err := v.journal.LiftHold(q.Lift, q.Operator); err != nil {
			return wire.Holds{}, err
		}
	}
	list, err := v.journal.Holds()
	var out wire.Holds
	for _, h := range list {
		out.List = append(out.List, wire.LegalHold(h))
	}
	return out, err
}

func (v *Vault) submit(_ context.Context, _ sekisho.Caller, q wire.Submit) (wire.Submission, error) {
	s, err := v.journal.Submission(q.Old)
	if err != nil {
		return wire.Submission{}, err
	}
	return wire.Submission{Body: s.Text(), Checkpoint: s.Checkpoint}, nil
}

func (v *Vault) cosign(_ context.Context, _ sekisho.Caller, q wire.Cosign) (wire.Cosigned, error) {
	var keys []ledger.Verifier
	for _, k := range q.Keys {
		w, err := ledger.ParseVerifier(k)
		if err == nil && !w.Witness() {
			err = fmt.Errorf("%s is no key of a witness", k)
		}
		if err != nil {
			return wire.Cosigned{}, sekisho.E("vault.cosign", sekisho.Invalid, err)
		}
		keys = append(keys, w)
	}
	note, err := ledger.Cosigned(q.Checkpoint, q.Answer, keys...)
	if err != nil {
		return wire.Cosigned{}, sekisho.E("vault.cosign", sekisho.Invalid, err)
	}
	return wire.Cosigned{Checkpoint: note}, v.journal.KeepCosigned(note)
}
