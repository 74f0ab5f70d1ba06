package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// Tail asks for ledger entries, of one stream or of all in the order in which they were entered. From is the Next of the
// answer before; without it the newest are given.
type Tail struct {
	Stream string `json:"stream,omitempty"`
	Most   int    `json:"most"`
	From   uint64 `json:"from,omitempty"`
	Wait   bool   `json:"wait,omitempty"`
}

// Tailed is the answer.
type Tailed struct {
	Entries []Entry `json:"entries"`
	Next    uint64  `json:"next"`
	Size    uint64  `json:"size"` // of the stream, or of all
}

// Entry is one line of the ledger.
type Entry struct {
	Stream   string    `json:"stream"`
	Number   uint64    `json:"number"` // in its stream
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"`
	Role     string    `json:"role"`
	Process  uint64    `json:"process"`
	Class    string    `json:"class,omitempty"`
	Contract uint64    `json:"contract,omitempty"`
	Account  uint64    `json:"account,omitempty"`
	Session  uint64    `json:"session,omitempty"`
	Object   uint64    `json:"object,omitempty"`
	Count    uint32    `json:"count"`
	Bytes    uint64    `json:"bytes,omitempty"`
	Actor    uint64    `json:"actor,omitempty"`
	Address  uint64    `json:"address,omitempty"`
	Flags    uint8     `json:"flags,omitempty"`
	Digest   []byte    `json:"digest,omitempty"` // start: SHA-256 of the program; scope: of the manifest
}

// EntryOf is an entry as commands show it.
func EntryOf(s ledger.Stream, n uint64, e ledger.Entry) Entry {
	out := Entry{Stream: s.String(), Number: n, Time: time.UnixMilli(int64(e.Time)).UTC(), Kind: e.Kind.String(), Role: e.Role.String(),
		Process: uint64(e.Process), Contract: uint64(e.Contract), Account: uint64(e.Account), Session: uint64(e.Session), Object: e.Object,
		Count: e.Count, Bytes: e.Bytes, Actor: e.Actor, Address: e.Address, Flags: e.Flags}
	if e.Class != sekisho.NoClass {
		out.Class = e.Class.String()
	}
	if e.Kind == ledger.Start || e.Kind == ledger.Scoped {
		d := e.Digest()
		out.Digest, out.Session, out.Object, out.Actor, out.Address = d[:], 0, 0, 0, 0
	}
	return out
}

// EntriesOf are canonical rows of one stream as commands show them, the first of which has the number given.
func EntriesOf(s ledger.Stream, first uint64, rows []byte) ([]Entry, error) {
	out := []Entry{}
	for ; len(rows) >= ledger.RowLen; rows, first = rows[ledger.RowLen:], first+1 {
		e, err := ledger.ParseRow(rows[:ledger.RowLen])
		if err != nil {
			return nil, err
		}
		out = append(out, EntryOf(s, first, e))
	}
	return out, nil
}

// Rows are entries in their canonical form, From on, of one stream: what an export reads.
type Rows struct {
	Rows []byte `json:"rows"`
	From uint64 `json:"from"`
	Next uint64 `json:"next"`
	Size uint64 `json:"size"`
}

// LedgerState is the ledger as it stands.
type LedgerState struct {
	Streams    []StreamState `json:"streams"`
	Entries    uint64        `json:"entries"`
	Checkpoint string        `json:"checkpoint"` // signed note
	Key        string        `json:"key"`        // that verifies it
	Failure    string        `json:"failure,omitempty"`
}

// StreamState is one stream.
type StreamState struct {
	Name   string `json:"name"`
	First  uint64 `json:"first"` // entries before are pruned
	Sealed uint64 `json:"sealed"`
	Size   uint64 `json:"size"`
	Root   []byte `json:"root"`
	Blocks int    `json:"blocks"`
}

// Verify begins a verification, or goes on with one.
type Verify struct {
	Token uint64          `json:"token,omitempty"`
	Since json.RawMessage `json:"since,omitempty"`
}

// Verified is how far a verification is. Report is package book's, complete when Finished.
type Verified struct {
	Token    uint64          `json:"token"`
	Done     uint64          `json:"done"`
	Total    uint64          `json:"total"`
	Finished bool            `json:"finished"`
	Report   json.RawMessage `json:"report"`
}

// Prove asks for the proof of one entry.
type Prove struct {
	Stream string `json:"stream"`
	Number uint64 `json:"number"`
}

// Proven is a proof as a file.
type Proven struct {
	Proof string `json:"proof"`
}

// Prune lets old entries go.
type Prune struct {
	Keep time.Duration `json:"keep,omitempty"`
}

// Pruned is what went of one stream.
type Pruned struct {
	Stream string `json:"stream"`
	From   uint64 `json:"from"`
	To     uint64 `json:"to"`
	Blocks int    `json:"blocks"`
	Held   uint64 `json:"held,omitempty"` // by this legal hold more is kept
}

// HoldChange sets or lifts a legal hold; with neither reason nor lift it only lists.
type HoldChange struct {
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
	Lift   uint64    `json:"lift,omitempty"`
}

// LegalHold keeps the entries of a time.
type LegalHold struct {
	ID     uint64    `json:"id"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
	By     uint64    `json:"by"` // operator's user number + 1
	Set    time.Time `json:"set"`
}

// Submit asks for what a witness is sent that signed the first Old heads.
type Submit struct {
	Old uint64 `json:"old"`
}

// Submission is a request to a witness.
type Submission struct {
	Body       []byte `json:"body"`
	Checkpoint []byte `json:"checkpoint"`
}

// Cosign hands in a witness' answer.
type Cosign struct {
	Checkpoint []byte   `json:"checkpoint"`
	Answer     []byte   `json:"answer"`
	Keys       []string `json:"keys"`
}

// Cosigned is the checkpoint with the signatures that hold.
type Cosigned struct {
	Checkpoint string `json:"checkpoint"`
}

func (c *Admin) ledgerRoutes(m *http.ServeMux) {
	route(m, "ledger/tail", c.ledgerTail)
	route(m, "ledger/rows", c.ledgerRows)
	route(m, "ledger/state", c.ledgerState)
	route(m, "ledger/verify", c.ledgerVerify)
	route(m, "ledger/prove", c.ledgerProve)
	route(m, "ledger/prune", c.ledgerPrune)
	route(m, "ledger/hold", c.ledgerHold)
	route(m, "ledger/submit", c.ledgerSubmit)
	route(m, "ledger/cosign", c.ledgerCosign)
}

func (c *Admin) ledgerTail(ctx context.Context, _ operator, q Tail) (Tailed, error) {
	t := wire.Tail{Stream: q.Stream, Most: q.Most, From: q.From, Last: q.From == 0}
	if q.Wait {
		t.Wait = 20 * time.Second
	}
	got, err := wire.VaultTail.Ask(ctx, c.peers.Vault, t)
	if err != nil {
		return Tailed{}, err
	}
	out := Tailed{Entries: []Entry{}, Next: got.Next, Size: got.Size}
	for i, at := range got.Places {
		e, err := ledger.ParseRow(got.Rows[i*ledger.RowLen : (i+1)*ledger.RowLen])
		if err != nil {
			return Tailed{}, err
		}
		out.Entries = append(out.Entries, EntryOf(ledger.Stream{Node: at.Node, Role: at.Role, Cell: at.Cell}, at.Number, e))
	}
	return out, nil
}

func (c *Admin) ledgerRows(ctx context.Context, _ operator, q Tail) (Rows, error) {
	got, err := wire.VaultTail.Ask(ctx, c.peers.Vault, wire.Tail{Stream: q.Stream, Most: q.Most, From: q.From})
	return Rows{Rows: got.Rows, From: got.Next - uint64(len(got.Rows)/ledger.RowLen), Next: got.Next, Size: got.Size}, err
}

func (c *Admin) ledgerState(ctx context.Context, _ operator, _ wire.Nothing) (LedgerState, error) {
	got, err := wire.VaultStreams.Ask(ctx, c.peers.Vault, wire.Nothing{})
	out := LedgerState{Streams: []StreamState{}, Checkpoint: string(got.Checkpoint), Key: got.Key, Failure: got.Failure}
	for _, s := range got.List {
		out.Streams = append(out.Streams, StreamState(s))
		out.Entries += s.Size
	}
	return out, err
}

func (c *Admin) ledgerVerify(ctx context.Context, _ operator, q Verify) (Verified, error) {
	got, err := wire.VaultVerify.Ask(ctx, c.peers.Vault, wire.Verify{Token: q.Token, Since: q.Since})
	return Verified{got.Token, got.Done, got.Total, got.Finished, got.Report}, err
}

func (c *Admin) ledgerProve(ctx context.Context, _ operator, q Prove) (Proven, error) {
	got, err := wire.VaultProve.Ask(ctx, c.peers.Vault, wire.Prove(q))
	return Proven{string(got.Proof)}, err
}

func (c *Admin) ledgerPrune(ctx context.Context, who operator, q Prune) ([]Pruned, error) {
	got, err := wire.VaultPrune.Ask(ctx, c.peers.Vault, wire.Prune{Keep: q.Keep, Operator: uint64(who)})
	out := []Pruned{}
	for _, p := range got.List {
		out = append(out, Pruned{p.Name, p.From, p.To, p.Blocks, p.Held})
	}
	return out, err
}

func (c *Admin) ledgerHold(ctx context.Context, who operator, q HoldChange) ([]LegalHold, error) {
	got, err := wire.VaultHold.Ask(ctx, c.peers.Vault, wire.HoldChange{From: q.From, Until: q.Until, Reason: q.Reason, Lift: q.Lift, Operator: uint64(who)})
	out := []LegalHold{}
	for _, h := range got.List {
		out = append(out, LegalHold(h))
	}
	return out, err
}

func (c *Admin) ledgerSubmit(ctx context.Context, _ operator, q Submit) (Submission, error) {
	got, err := wire.VaultSubmit.Ask(ctx, c.peers.Vault, wire.Submit(q))
	return Submission(got), err
}

func (c *Admin) ledgerCosign(ctx context.Context, who operator, q Cosign) (Cosigned, error) {
	got, err := wire.VaultCosign.Ask(ctx, c.peers.Vault, wire.Cosign{Checkpoint: q.Checkpoint, Answer: q.Answer, Keys: q.Keys, Operator: uint64(who)})
	return Cosigned{string(got.Checkpoint)}, err
}
