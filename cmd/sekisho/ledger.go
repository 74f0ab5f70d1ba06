package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sekisho/blob"
	"sekisho/ledger"
	"sekisho/ledger/book"
	"sekisho/role/admin"
)

// ledgerCommand reads and keeps the access ledger.
type ledgerCommand struct {
	Tail    ledgerTail    `cmd:"" help:"Show the newest entries: who was given which key."`
	Streams ledgerStreams `cmd:"" help:"Show how far every stream has grown, and the key of the checkpoints."`
	Verify  ledgerVerify  `cmd:"" help:"Check that nothing was dropped, reordered or altered."`
	Prove   ledgerProve   `cmd:"" help:"Write the proof of one entry to a file that anybody can check."`
	Check   ledgerCheck   `cmd:"" help:"Check the proof of an entry, without a service or a ledger."`
	Export  ledgerExport  `cmd:"" help:"Copy the ledger, or write it as Parquet."`
	Prune   ledgerPrune   `cmd:"" help:"Let entries go whose retention is over."`
	Hold    ledgerHold    `cmd:"" help:"Legal holds: they keep entries from being pruned."`
	Witness ledgerWitness `cmd:"" help:"Have checkpoints signed by witnesses."`
}

// source is where a command reads the ledger: the running service, or a directory.
type source struct {
	Ledger string `placeholder:"DIR" help:"Read a ledger directory instead of asking the running service."`
}

// book opens a ledger directory.
func (s source) book() (*book.Book, error) { return openBook(s.Ledger) }

func openBook(dir string) (*book.Book, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("no ledger there: %w", err)
	}
	fsys := os.DirFS(dir)
	b, err := book.Open(fsys, func(f func([]byte) error) error { return blob.Read(fsys, book.Log, f) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(b.Streams) == 0 && b.Note == nil && len(b.Faults) == 0 {
		return nil, errors.Join(fmt.Errorf("%s holds no ledger: it has no streams and no checkpoint", dir), b.Close())
	}
	return b, nil
}

// logKey reads the key of a log: the text of it, or a file with it.
func logKey(s string) (ledger.Verifier, error) {
	if b, err := os.ReadFile(s); err == nil {
		s = string(b)
	}
	v, err := ledger.ParseVerifier(s)
	if err != nil {
		return v, fmt.Errorf("--key: neither a file nor a key of the form NAME+ID+BASE64, as \"sekisho ledger streams\" prints it: %w", err)
	}
	return v, nil
}

type ledgerTail struct {
	source
	Stream string `placeholder:"NAME" help:"Only this stream, as in 0-reader-0."`
	Most   int    `short:"n" default:"20" help:"How many entries."`
	Follow bool   `short:"f" help:"Go on as entries come."`
}

// Run prints entries; with --follow until interrupted.
func (c *ledgerTail) Run(g *Global) error {
	if c.Ledger != "" {
		return c.offline(g)
	}
	q := admin.Tail{Stream: c.Stream, Most: c.Most}
	for {
		a, err := call[admin.Tailed](g, "ledger/tail", q)
		if err != nil {
			return err
		}
		if len(a.Entries) > 0 || !c.Follow {
			if err := g.print(a.Entries, func(w io.Writer) { entries(w, a.Entries, q.From == 0) }); err != nil {
				return err
			}
		}
		if !c.Follow {
			return nil
		}
		if c.Stream != "" && len(a.Entries) == 0 { // a stream is not waited for, all together are
			time.Sleep(time.Second)
		}
		q.From, q.Wait, q.Most = a.Next, true, 1000
	}
}

// offline prints the newest entries of a directory, by time.
func (c *ledgerTail) offline(g *Global) error {
	if c.Follow {
		return errors.New("--follow needs the running service: leave --ledger out")
	}
	b, err := c.book()
	if err != nil {
		return err
	}
	defer b.Close()
	list := []admin.Entry{}
	for _, s := range b.Streams {
		if c.Stream != "" && c.Stream != s.Name.String() {
			continue
		}
		from := max(s.Size()-min(s.Size(), uint64(c.Most)), s.First())
		rows, err := s.Rows(from, s.Size())
		if err != nil {
			return err
		}
		more, err := admin.EntriesOf(s.Name, from, rows)
		if err != nil {
			return err
		}
		list = append(list, more...)
	}
	sortEntries(list)
	list = list[max(0, len(list)-c.Most):]
	return g.print(list, func(w io.Writer) { entries(w, list, true) })
}

func entries(w io.Writer, list []admin.Entry, head bool) {
	if head {
		row(w, "STREAM", "ENTRY", "TIME", "KIND", "CLASS", "CONTRACT", "ACCOUNT", "SESSION", "OBJECT", "COUNT")
	}
	for _, e := range list {
		object := strconv.FormatUint(e.Object, 10)
		if e.Digest != nil {
			object = hex.EncodeToString(e.Digest[:8])
		}
		row(w, e.Stream, e.Number, e.Time.Local().Format("2006-01-02 15:04:05.000"), e.Kind, e.Class, e.Contract, e.Account, e.Session, object, e.Count)
	}
}

type ledgerStreams struct{ source }

// Run prints the streams.
func (c *ledgerStreams) Run(g *Global) error {
	a, err := c.state(g)
	if err != nil {
		return err
	}
	return g.print(a, func(w io.Writer) {
		row(w, "STREAM", "FIRST", "SEALED", "ENTRIES", "BLOCKS")
		for _, s := range a.Streams {
			row(w, s.Name, s.First, s.Sealed, s.Size, s.Blocks)
		}
		row(w, "key", a.Key)
		if a.Failure != "" {
			row(w, "trouble", a.Failure)
		}
	})
}

func (c *ledgerStreams) state(g *Global) (admin.LedgerState, error) {
	if c.Ledger == "" {
		return call[admin.LedgerState](g, "ledger/state", wireNothing{})
	}
	b, err := c.book()
	if err != nil {
		return admin.LedgerState{}, err
	}
	defer b.Close()
	out := admin.LedgerState{Streams: []admin.StreamState{}, Checkpoint: string(b.Note)}
	if k, err := os.ReadFile(filepath.Join(c.Ledger, book.Key)); err == nil {
		out.Key = strings.TrimSpace(string(k))
	}
	for _, s := range b.Streams {
		out.Streams = append(out.Streams, admin.StreamState{Name: s.Name.String(), First: s.First(), Sealed: s.Sealed(), Size: s.Size(), Blocks: len(s.Blocks())})
		out.Entries += s.Size()
	}
	return out, nil
}

type ledgerVerify struct {
	source
	Key   string `placeholder:"KEY" help:"Key of the checkpoints, or a file with it; with --ledger. Without it only what the directory itself says is used."`
	State string `placeholder:"FILE" help:"Read only what came after the last time: what was found then is kept in this file."`
}

// Run checks the ledger; a broken one fails.
func (c *ledgerVerify) Run(g *Global) error {
	var since []byte
	if c.State != "" {
		b, err := os.ReadFile(c.State)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		since = b
	}
	began := time.Now()
	var r book.Report
	var err error
	if c.Ledger != "" {
		r, err = c.offline(g, since)
	} else {
		r, err = c.live(g, since)
	}
	if err != nil {
		return err
	}
	if c.State != "" && r.Since != nil {
		b, err := json.Marshal(r.Since)
		if err == nil {
			err = writeWhole(c.State, append(b, '\n'), 0o644)
		}
		if err != nil {
			return err
		}
	}
	if err := g.print(r, func(w io.Writer) { verified(w, r, time.Since(began)) }); err != nil {
		return err
	}
	if len(r.Faults) > 0 {
		return fmt.Errorf("the ledger is broken: %w. Keep a copy of it as it is, restore nothing over it, and ask who had access", r.Faults[0])
	}
	return nil
}

func verified(w io.Writer, r book.Report, took time.Duration) {
	row(w, "STREAM", "FIRST", "ENTRIES", "ROOT")
	for _, s := range r.Streams {
		row(w, s.Name, s.First, s.Size, base64.StdEncoding.EncodeToString(s.Root))
	}
	for _, f := range r.Faults {
		row(w, "BROKEN", f.Stream, f.Index, f.What)
	}
	row(w, "read", fmt.Sprintf("%d entries, %d heads in %s", r.Entries, r.Heads, took.Round(time.Millisecond)))
	signed := "the signature was not checked: no --key"
	if r.Signed {
		signed = "signed"
	}
	row(w, "checkpoint", strings.ReplaceAll(strings.TrimSpace(r.Checkpoint), "\n", " "), signed)
	state := "whole"
	if len(r.Faults) > 0 {
		state = "BROKEN"
	}
	row(w, "state", state)
}

func (c *ledgerVerify) live(g *Global, since []byte) (book.Report, error) {
	q := admin.Verify{Since: since}
	tell := share(g.Err, "entries")
	defer tell(0, 0)
	for {
		a, err := call[admin.Verified](g, "ledger/verify", q)
		if err != nil {
			return book.Report{}, err
		}
		if tell(a.Done, a.Total); a.Finished {
			var r book.Report
			return r, json.Unmarshal(a.Report, &r)
		}
		q = admin.Verify{Token: a.Token}
	}
}

func (c *ledgerVerify) offline(g *Global, old []byte) (book.Report, error) {
	var key *ledger.Verifier
	if c.Key != "" {
		k, err := logKey(c.Key)
		if err != nil {
			return book.Report{}, err
		}
		key = &k
	}
	var since *book.Since
	if len(old) > 0 {
		s, err := book.ParseSince(old)
		if err != nil {
			return book.Report{}, fmt.Errorf("%s: %w", c.State, err)
		}
		since = &s
	}
	b, err := c.book()
	if err != nil {
		return book.Report{}, err
	}
	defer b.Close()
	v := book.NewVerifier(b, key, since)
	tell := share(g.Err, "entries")
	defer tell(0, 0)
	for v.Step() {
		tell(v.Progress())
	}
	return v.Report(), nil
}

type ledgerProve struct {
	source
	Stream string `arg:"" help:"Stream, as in 0-reader-0."`
	Number uint64 `arg:"" help:"Number of the entry in it."`
	Out    string `short:"o" placeholder:"FILE" help:"Where to write; STREAM-NUMBER.tlog-proof when not given, - for standard output."`
}

// Run writes the proof.
func (c *ledgerProve) Run(g *Global) error {
	text, err := c.proof(g)
	if err != nil {
		return err
	}
	out := c.Out
	if out == "-" {
		_, err := g.Out.Write(text)
		return err
	}
	if out == "" {
		out = fmt.Sprintf("%s-%d.tlog-proof", c.Stream, c.Number)
	}
	if err := writeWhole(out, text, 0o644); err != nil {
		return err
	}
	return g.print(map[string]any{"file": out, "bytes": len(text)}, func(w io.Writer) { row(w, "proof", out) })
}

func (c *ledgerProve) proof(g *Global) ([]byte, error) {
	if c.Ledger == "" {
		a, err := call[admin.Proven](g, "ledger/prove", admin.Prove{Stream: c.Stream, Number: c.Number})
		return []byte(a.Proof), err
	}
	name, err := ledger.ParseStream(c.Stream)
	if err != nil {
		return nil, err
	}
	b, err := c.book()
	if err != nil {
		return nil, err
	}
	defer b.Close()
	s := b.Stream(name)
	if s == nil {
		return nil, fmt.Errorf("no stream %s there: see \"sekisho ledger streams\"", name)
	}
	n, err := ledger.ParseNote(b.Note)
	if err != nil {
		return nil, err
	}
	cp, err := ledger.ParseCheckpoint(n.Text)
	if err != nil {
		return nil, err
	}
	p, err := book.Prove(b.Heads, s, c.Number, b.Note, cp.Size)
	if err != nil {
		return nil, err
	}
	return p.Text(), nil
}

type ledgerCheck struct {
	File    string   `arg:"" help:"The .tlog-proof file."`
	Key     string   `required:"" placeholder:"KEY" help:"Key of the ledger's checkpoints, or a file with it."`
	Witness []string `placeholder:"KEY" help:"Also demand a signature of this witness; may be given several times."`
}

// checked is a proof that holds.
type checked struct {
	Entry      admin.Entry `json:"entry"`
	Origin     string      `json:"origin"`
	Size       uint64      `json:"size"` // heads under the checkpoint
	Headed     time.Time   `json:"headed"`
	Witnesses  []witnessed `json:"witnesses"`
	Checkpoint string      `json:"checkpoint"`
}

type witnessed struct {
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Run checks a proof.
func (c *ledgerCheck) Run(g *Global) error {
	key, err := logKey(c.Key)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	p, err := ledger.ParseProof(b)
	if err != nil {
		return err
	}
	e, cp, err := p.Check(key)
	if err != nil {
		return fmt.Errorf("%s proves nothing: %w", c.File, err)
	}
	out := checked{Entry: admin.EntryOf(p.Head.Stream, p.Number, e), Origin: cp.Origin, Size: cp.Size, Checkpoint: string(p.Checkpoint),
		Headed: time.UnixMilli(int64(p.Head.Time)).UTC(), Witnesses: []witnessed{}}
	note, err := ledger.ParseNote(p.Checkpoint)
	if err != nil {
		return err
	}
	for _, w := range c.Witness {
		k, err := logKey(w)
		if err != nil {
			return err
		}
		signed, err := note.Check(k)
		if err != nil {
			return fmt.Errorf("%s: %s did not sign its checkpoint: %w", c.File, k.Name, err)
		}
		out.Witnesses = append(out.Witnesses, witnessed{k.Name, time.Unix(int64(signed[0].When), 0).UTC()})
	}
	return g.print(out, func(w io.Writer) {
		entries(w, []admin.Entry{out.Entry}, true)
		row(w, "holds", "under checkpoint of "+out.Origin, fmt.Sprintf("%d heads", out.Size))
		for _, x := range out.Witnesses {
			row(w, "witness", x.Name, when(x.At))
		}
	})
}

// writeWhole writes a file that is there whole or not at all, and durably when it returns.
func writeWhole(path string, b []byte, mode os.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
