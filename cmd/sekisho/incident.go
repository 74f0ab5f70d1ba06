package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger"
	"sekisho/ledger/book"
	"sekisho/ledger/scope"
)

// incidentCommand keeps breaches and finds what they reached.
type incidentCommand struct {
	Open      incidentOpen      `cmd:"" help:"Open an incident."`
	Indicator incidentIndicator `cmd:"" help:"What is known of the intruder."`
	List      incidentList      `cmd:"" help:"List incidents."`
	Show      incidentShow      `cmd:"" help:"Show an incident with its indicators and scopes."`
	Close     incidentClose     `cmd:"" help:"End an incident."`
	Scope     incidentScope     `cmd:"" help:"Compute what was reachable, exposed and confirmed."`
	Diff      incidentDiff      `cmd:"" help:"What changed from one scope to another, and why."`
	Statement incidentStatement `cmd:"" help:"What one customer is told, with the rows that prove it."`
}

// caseFlags say which breach is looked at.
type caseFlags struct {
	Ledger     string `placeholder:"DIR" help:"A ledger directory: exported, copied or synthetic."`
	Indicators string `placeholder:"FILE" help:"What is known of the intruder: see docs/operate/incident.md."`
	Graph      string `placeholder:"FILE" help:"Who could reach what; default: graph.json of the ledger."`
	Verify     bool   `help:"First compare every row with the tree and the checkpoint."`
	Key        string `placeholder:"KEY" help:"Key of the checkpoints, or a file with it, for --verify; default: the one beside the ledger."`
	Names      string `placeholder:"FILE" help:"Names of contracts as CSV; default: names.csv of the ledger, if it has one."`
}

// open reads all that a scope is computed from: of an incident of the running service, or of files.
func (c *caseFlags) open(g *Global, id uint64) (*opened, error) {
	if id != 0 {
		return c.openLive(g, id)
	}
	if c.Ledger == "" || c.Indicators == "" {
		return nil, errors.New("name an incident of the running service by its number, or a ledger with --ledger and what is known of the intruder with --indicators")
	}
	var o opened
	var err error
	if o.in, o.notices, err = indicatorsOf(c.Indicators); err != nil {
		return nil, err
	}
	if o.src, err = openSource(c.Ledger); err != nil {
		return nil, err
	}
	if o.facts, err = graphOf(o.src, c.Graph); err != nil {
		return nil, err
	}
	o.dir = c.Ledger
	if o.names, err = c.names(); err != nil {
		return nil, err
	}
	return &o, c.verify(g, &o)
}

// verify checks the whole ledger, if that is wanted. What is broken is no error: it becomes part of the scope.
func (c *caseFlags) verify(g *Global, o *opened) error {
	if !c.Verify {
		return nil
	}
	v := ledgerVerify{source: source{o.dir}, Key: c.Key}
	if beside := filepath.Join(o.dir, book.Key); c.Key == "" {
		if _, err := os.Stat(beside); err != nil {
			return fmt.Errorf("no key of the checkpoints: name it with --key: %w", err)
		}
		v.Key = beside
	}
	r, err := v.offline(g, nil)
	if err == nil {
		o.src.Verified(r)
	}
	return err
}

// opened is all that a scope is computed from.
type opened struct {
	dir     string // of the ledger
	src     scope.Source
	in      *scope.Indicators
	notices []string
	facts   *scope.Graph
	names   incident.Names
}

func (o *opened) compute(g *Global) (*found, error) {
	return scopeOf(g, o.src, o.in, o.notices, o.facts)
}

// names reads the names of contracts.
func (c *caseFlags) names() (incident.Names, error) {
	path := c.Names
	if path == "" {
		path = filepath.Join(c.Ledger, "names.csv")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && c.Names == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := incident.Names{}
	for i, l := range lines {
		n, err := strconv.ParseUint(l[0], 10, 64)
		if err != nil || len(l) < 2 {
			if i == 0 {
				continue // the head
			}
			return nil, fmt.Errorf("%s, line %d: want a contract's number and name", path, i+1)
		}
		out[n] = l[1]
	}
	return out, nil
}

// outputs are the files that a scope is written to.
type outputs struct {
	Level    string `enum:"reachable,exposed,confirmed" default:"exposed" help:"How far down tables go: reachable, exposed or confirmed."`
	CSV      string `name:"csv" placeholder:"FILE" help:"Write a table, one line per contract and class."`
	Parquet  string `placeholder:"FILE" help:"The same as Parquet."`
	HTML     string `name:"html" placeholder:"FILE" help:"Write a page with the funnel, which prints well."`
	Lang     string `enum:"en,ja" default:"en" help:"Language of the page: en or ja."`
	Manifest string `placeholder:"FILE" help:"Write the manifest: the scope as canonical bytes."`
}

type incidentScope struct {
	ID uint64 `arg:"" optional:"" help:"Incident of the running service: the scope is kept with it, and entered in the ledger."`
	caseFlags
	outputs
	Sets bool `help:"Also print the numbers of contracts and accounts, as runs: first and count."`
}

// scoped is the answer of scope.
type scoped struct {
	scope.Summary
	Manifest string   `json:"manifest"` // SHA-256
	Unseen   []string `json:"unseen"`
	Notices  []string `json:"notices"`
	CPU      float64  `json:"cpu_s"`
	Peak     float64  `json:"peak_mb"`
}

// Run computes the scope and writes what was asked for.
func (c *incidentScope) Run(g *Global) error {
	o, err := c.open(g, c.ID)
	if err != nil {
		return err
	}
	f, err := o.compute(g)
	if err != nil {
		return err
	}
	if c.ID != 0 {
		if err := keepScope(g, c.ID, f); err != nil {
			return err
		}
	}
	return c.show(g, f, o.names, c.Sets)
}

// show prints a scope and writes its files.
func (o *outputs) show(g *Global, f *found, names incident.Names, sets bool) error {
	if err := o.write(f, names); err != nil {
		return err
	}
	out := scoped{f.result.Summary(sets), f.hash, f.result.Unseen, f.result.Notices, f.cpu, f.peak}
	return g.print(out, func(t io.Writer) {
		funnel(t, out.Summary)
		row(t, "")
		row(t, "manifest", out.Manifest)
		if !f.result.Verified {
			row(t, "not verified", "the rows were not compared with the tree: --verify, or \"sekisho ledger verify\"")
		}
		for _, n := range out.Notices {
			row(t, "to be known", n)
		}
		row(t, "", "Tell everybody who is exposed, unless the difference to confirmed is explained row by row.")
	})
}

func (o *outputs) write(f *found, names incident.Names) error {
	level := map[string]scope.Level{"reachable": scope.Reachable, "exposed": scope.Exposed, "confirmed": scope.Confirmed}[o.Level]
	if o.Manifest != "" {
		if err := os.WriteFile(o.Manifest, f.manifest, 0o600); err != nil {
			return err
		}
	}
	if o.CSV != "" {
		if err := create(o.CSV, func(w io.Writer) error { return writeCSV(w, incident.Lines(f.result, level, names)) }); err != nil {
			return err
		}
	}
	if o.Parquet != "" {
		if err := create(o.Parquet, func(w io.Writer) error { return writeParquet(w, f, incident.Lines(f.result, level, names)) }); err != nil {
			return err
		}
	}
	if o.HTML != "" {
		page := incident.Page{Lang: o.Lang, Result: f.result, Manifest: f.hash, Names: names}
		if err := create(o.HTML, page.Write); err != nil {
			return err
		}
	}
	return nil
}

// create writes a file that only its owner may read: scopes name customers.
func create(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func writeCSV(w io.Writer, lines []incident.Line) error {
	c := csv.NewWriter(w)
	c.Write([]string{"contract", "name", "terminated", "class", "verdict", "reasons", "entries", "objects", "bytes"})
	for _, l := range lines {
		c.Write([]string{fmt.Sprint(l.Contract), cell(l.Name), fmt.Sprint(l.Terminated), l.Class, l.Verdict, l.Reasons,
			fmt.Sprint(l.Entries), fmt.Sprint(l.Objects), fmt.Sprint(l.Bytes)})
	}
	c.Flush()
	return c.Error()
}

// cell keeps a spreadsheet from taking a name for a formula.
func cell(s string) string {
	if strings.HasPrefix(s, "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
		return "'" + s
	}
	return s
}

// writeParquet writes a table whose metadata name the scope and the checkpoint that it was made from.
func writeParquet(w io.Writer, f *found, lines []incident.Line) error {
	p := parquet.NewGenericWriter[incident.Line](w, parquet.Compression(&parquet.Zstd),
		parquet.KeyValueMetadata("sekisho.manifest", f.hash), parquet.KeyValueMetadata("sekisho.checkpoint", f.result.Checkpoint))
	_, err := p.Write(lines)
	return errors.Join(err, p.Close())
}

type incidentDiff struct {
	What []string `arg:"" name:"what" help:"Two manifest files, the earlier one first; or an incident and the numbers of two of its scopes."`
}

func readManifest(path string) (*scope.Result, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, err := scope.ParseManifest(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Run compares two scopes.
func (c *incidentDiff) Run(g *Global) error {
	var pair [2]*scope.Result
	var err error
	switch len(c.What) {
	case 2:
		for i := range pair {
			if pair[i], err = readManifest(c.What[i]); err != nil {
				return err
			}
		}
	case 3:
		for i := range pair {
			if pair[i], err = keptManifest(g, c.What[0], c.What[i+1]); err != nil {
				return err
			}
		}
	default:
		return errors.New("name two manifest files, or an incident and the numbers of two of its scopes")
	}
	return showDiff(g, pair[0], pair[1])
}

func showDiff(g *Global, old, new *scope.Result) error {
	d := scope.Diff(old, new)
	return g.print(d, func(t io.Writer) {
		if len(d.Changes) == 0 {
			row(t, "no difference", strings.Join(d.Inputs, ", "))
			return
		}
		row(t, "LEVEL", "CLASS", "CHANGE", "CONTRACTS", "ACCOUNTS", "CAUSE")
		for _, x := range d.Changes {
			class := x.Class
			if class == "" {
				class = "(union)"
			}
			row(t, x.Level, class, x.Do, x.Count, x.Accounts, x.Cause)
		}
		row(t, "")
		row(t, "computed from other", strings.Join(d.Inputs, ", "))
	})
}

type incidentStatement struct {
	ID uint64 `arg:"" optional:"" help:"Incident of the running service."`
	caseFlags
	Contract uint64 `required:"" placeholder:"N" help:"The customer's contract."`
	Out      string `required:"" placeholder:"PATH" help:"Where to: a new folder, or a file whose name ends in .zip."`
}

// Run writes the bundle of one customer.
func (c *incidentStatement) Run(g *Global) error {
	o, err := c.open(g, c.ID)
	if err != nil {
		return err
	}
	f, err := o.compute(g)
	if err != nil {
		return err
	}
	if c.ID != 0 { // what a customer is told must be a scope that is kept
		if f, err = keptOr(g, c.ID, f); err != nil {
			return err
		}
	}
	s, err := writeStatement(o.dir, o.src, o.in, o.facts, f, sekisho.ContractID(c.Contract), o.names[c.Contract], c.Out)
	if err != nil {
		return err
	}
	return printStatement(g, s, c.Out)
}

func printStatement(g *Global, s *incident.Statement, path string) error {
	return g.print(s, func(t io.Writer) {
		row(t, "contract", s.Contract, s.Name)
		row(t, "verdict", s.Verdict)
		row(t, "")
		row(t, "CLASS", "VERDICT", "ACCOUNTS", "OBJECTS", "BYTES", "REASONS")
		for _, x := range s.Classes {
			n := uint64(0)
			for _, r := range x.Accounts {
				n += r[1]
			}
			row(t, x.Class, x.Verdict, n, x.Objects, x.Bytes, strings.Join(x.Reasons, " "))
		}
		row(t, "")
		row(t, "written to", path)
	})
}

// writeStatement writes the bundle: statement.json, rows.csv with every row that exposed something of the contract, and for
// the first and last row of each class a proof under the ledger's checkpoint, if it has one.
func writeStatement(dir string, src scope.Source, in *scope.Indicators, g *scope.Graph, f *found, contract sekisho.ContractID, name, path string) (*incident.Statement, error) {
	known := false
	for _, k := range g.Contracts {
		known = known || k.ID == contract
	}
	if !known {
		return nil, fmt.Errorf("no contract %d in the graph of this ledger", contract)
	}
	b, err := newBundle(path)
	if err != nil {
		return nil, err
	}
	s, err := fillStatement(b, dir, src, in, g, f, contract, name)
	return s, errors.Join(err, b.close())
}

func fillStatement(b *bundle, dir string, src scope.Source, in *scope.Indicators, g *scope.Graph, f *found, contract sekisho.ContractID, name string) (*incident.Statement, error) {
	w, err := b.file("rows.csv")
	if err != nil {
		return nil, err
	}
	draft, table := incident.NewDraft(f.result, contract), csv.NewWriter(w)
	table.Write(incident.RowHead())
	err = scope.Rows(src, in, g, contract, func(x scope.Row) error {
		if !f.result.Covers(x) { // it came after the scope was computed
			return nil
		}
		draft.Add(x)
		return table.Write(incident.RowFields(x))
	})
	table.Flush()
	if err = errors.Join(err, table.Error()); err != nil {
		return nil, err
	}
	s, err := draft.Statement(name, scope.ManifestHash(f.manifest))
	if err != nil {
		return nil, err
	}
	if err := prove(b, dir, s); err != nil {
		return nil, err
	}
	text, err := s.JSON()
	if err != nil {
		return nil, err
	}
	if w, err = b.file("statement.json"); err == nil {
		_, err = w.Write(text)
	}
	return s, err
}

// youngest is how long a new entry may take to come under a checkpoint: vault signs one every second.
const youngest = 5 * time.Second

// prove writes the proofs of a statement's evidence. A ledger without a checkpoint has none; an entry that was just made is
// waited for.
func prove(b *bundle, dir string, s *incident.Statement) error {
	from, err := openBook(dir)
	if err != nil {
		return err
	}
	defer func() { from.Close() }()
	if _, err := os.Stat(filepath.Join(dir, book.Key)); len(from.Note) == 0 && err != nil {
		return nil // nobody signs it
	}
	done, began := map[string]bool{}, time.Now()
	for i := range s.Evidence {
		e := &s.Evidence[i]
		e.Proof = fmt.Sprintf("proofs/%s-%d.tlog-proof", e.Stream, e.Row)
		if done[e.Proof] {
			continue
		}
		text, err := proofOf(from, e)
		for err != nil && time.Since(began) < youngest {
			time.Sleep(500 * time.Millisecond)
			from.Close()
			if from, err = openBook(dir); err != nil {
				return err
			}
			text, err = proofOf(from, e)
		}
		if err != nil {
			return fmt.Errorf("the evidence cannot be proven: %w. \"sekisho ledger verify\" says what is wrong with the ledger", err)
		}
		w, err := b.file(e.Proof)
		if err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		done[e.Proof] = true
	}
	return nil
}

func proofOf(from *book.Book, e *incident.Evidence) ([]byte, error) {
	n, err := noteSize(from.Note)
	if err != nil {
		return nil, err
	}
	stream, err := streamOf(from, e.Stream)
	if err != nil {
		return nil, err
	}
	p, err := book.Prove(from.Heads, stream, e.Row, from.Note, n)
	return p.Text(), err
}

func streamOf(b *book.Book, name string) (*book.Stream, error) {
	for _, s := range b.Streams {
		if s.Name.String() == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no stream %s in this ledger", name)
}

// noteSize is the size of the head log that a checkpoint signs.
func noteSize(note []byte) (uint64, error) {
	n, err := ledger.ParseNote(note)
	if err != nil {
		return 0, err
	}
	c, err := ledger.ParseCheckpoint(n.Text)
	return c.Size, err
}
