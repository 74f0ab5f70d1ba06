package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"sekisho/ledger/scope"
	"sekisho/ledger/world"
)

// drillCommand makes breaches whose truth is known, and finds their scope.
type drillCommand struct {
	World drillWorld `cmd:"" help:"Write a synthetic ledger, indicators of its intruder, and the truth."`
	Scope drillScope `cmd:"" help:"Make such a world, compute the scope from ledger and indicators alone, and compare with the truth."`
}

// worldFlags say which world.
type worldFlags struct {
	Shape  string `required:"" placeholder:"FILE" help:"What the world looks like: a JSON file, or the name of a shipped one: published-case.json, cells.json."`
	Events uint64 `placeholder:"N" help:"Rows of the ledger; default: as the shape says."`
	Seed   uint64 `placeholder:"S" help:"Another world of the same shape."`
}

func (c *worldFlags) make() (*world.World, error) {
	b, err := os.ReadFile(c.Shape)
	if errors.Is(err, fs.ErrNotExist) {
		shipped, known := world.Shipped(filepath.Base(c.Shape))
		if !known {
			return nil, fmt.Errorf("%w; shipped shapes are published-case.json and cells.json", err)
		}
		b, err = shipped, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := world.ParseShape(b)
	if err != nil {
		return nil, err
	}
	return world.New(s, c.Seed, c.Events)
}

type drillWorld struct {
	worldFlags
	Out string `required:"" placeholder:"DIR" help:"Where to; an empty or new directory."`
}

// written is the answer of drill world.
type written struct {
	Ledger     string  `json:"ledger"`
	Indicators string  `json:"indicators"`
	Truth      string  `json:"truth"`
	Events     uint64  `json:"events"`
	Streams    int     `json:"streams"`
	Bytes      int64   `json:"bytes"`
	PerEvent   float64 `json:"bytes_per_event"`
	CPU        float64 `json:"cpu_s"`
	Peak       float64 `json:"peak_mb"`
}

// Run writes the world.
func (c *drillWorld) Run(g *Global) error {
	w, err := c.make()
	if err != nil {
		return err
	}
	out, err := writeWorld(g, w, c.Out)
	if err != nil {
		return err
	}
	return g.print(out, func(t io.Writer) {
		row(t, "ledger", out.Ledger)
		row(t, "indicators", out.Indicators)
		row(t, "truth", out.Truth)
		row(t, "events", fmt.Sprintf("%d in %d streams, %.2f bytes each", out.Events, out.Streams, out.PerEvent))
		row(t, "next", fmt.Sprintf("sekisho incident scope --ledger %s --indicators %s", out.Ledger, out.Indicators))
	})
}

// writeWorld writes a world into a directory that has nothing in it.
func writeWorld(g *Global, w *world.World, dir string) (written, error) {
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 {
		return written{}, fmt.Errorf("%s is not empty: give a new directory", dir)
	}
	for _, s := range w.Streams() {
		if err := os.MkdirAll(filepath.Join(dir, "streams", s.String()), 0o755); err != nil {
			return written{}, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "truth"), 0o755); err != nil {
		return written{}, err
	}
	use := startUse()
	tell := bar(g.Err, "writing the world")
	err := w.Write(func(name string, data []byte) error {
		return os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), data, 0o644)
	}, runtime.NumCPU(), func(done, total uint64) { tell(int(done), int(total)) })
	if err != nil {
		return written{}, err
	}
	out := written{Ledger: dir, Indicators: filepath.Join(dir, "indicators.json"), Truth: filepath.Join(dir, "truth"), Events: w.Events, Streams: len(w.Streams())}
	err = filepath.WalkDir(filepath.Join(dir, "streams"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		i, err := d.Info()
		if err == nil {
			out.Bytes += i.Size()
		}
		return err
	})
	out.PerEvent = float64(out.Bytes) / float64(out.Events)
	out.CPU, out.Peak = use.end()
	return out, err
}

type drillScope struct {
	worldFlags
	Out  string `placeholder:"DIR" help:"Keep the world here; default: a temporary directory."`
	Sets bool   `help:"Also print the numbers of contracts and accounts, as runs: first and count."`
}

// drilled is the answer of drill scope.
type drilled struct {
	scope.Summary
	Equals    bool     `json:"equals_truth"`
	Different []string `json:"different,omitempty"`
	Notices   []string `json:"notices,omitempty"`
	Manifest  string   `json:"manifest"` // SHA-256
	CPU       float64  `json:"cpu_s"`    // of the scope alone
	Peak      float64  `json:"peak_mb"`
	World     written  `json:"world"`

	plain scope.Summary // without sets
}

// Run makes a world and finds the scope of its breach.
func (c *drillScope) Run(g *Global) error {
	dir := c.Out
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "sekisho-drill-"); err != nil {
			return err
		}
		defer os.RemoveAll(dir)
	}
	out := drilled{}
	if err := c.write(g, dir, &out.World); err != nil {
		return err
	}
	if err := compare(g, dir, &out); err != nil {
		return err
	}
	if !c.Sets {
		out.Summary = out.plain
	}
	if err := g.print(out, func(t io.Writer) {
		funnel(t, out.Summary)
		row(t, "")
		row(t, "equals the truth", out.Equals, strings.Join(out.Different, "; "))
		row(t, "cost", fmt.Sprintf("%.2f CPU s, %.0f MB; %d rows, %.2f bytes each", out.CPU, out.Peak, out.World.Events, out.World.PerEvent))
	}); err != nil {
		return err
	}
	if !out.Equals {
		return errors.New("the scope differs from the truth")
	}
	return nil
}

// compare finds the scope from the ledger and the indicators of a world, then reads the truth.
func compare(g *Global, dir string, out *drilled) error {
	f, err := findScope(g, dir, filepath.Join(dir, "indicators.json"), "")
	if err != nil {
		return err
	}
	b, err := os.ReadFile(filepath.Join(dir, "truth", "truth.json"))
	if err != nil {
		return err
	}
	truth, err := world.ParseTruth(b)
	if err != nil {
		return err
	}
	out.Summary, out.plain = f.result.Summary(true), f.result.Summary(false)
	out.Notices, out.Manifest, out.CPU, out.Peak = f.result.Notices, f.hash, f.cpu, f.peak
	out.Different = truth.Compare(out.Summary)
	out.Equals = len(out.Different) == 0
	return nil
}

// write makes the world and forgets it, so that the scope finds nothing of it in memory.
func (c *drillScope) write(g *Global, dir string, out *written) error {
	w, err := c.make()
	if err != nil {
		return err
	}
	*out, err = writeWorld(g, w, dir)
	return err
}

// funnel prints the levels by class.
func funnel(t io.Writer, s scope.Summary) {
	row(t, "CLASS", "REACHABLE", "accounts", "EXPOSED", "accounts", "CONFIRMED", "accounts", "objects", "bytes")
	var names []string
	for name := range s.Reachable.Classes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, n := range names {
		r, e, c := s.Reachable.Classes[n], s.Exposed.Classes[n], s.Confirmed.Classes[n]
		row(t, n, r.Contracts, r.Accounts, e.Contracts, e.Accounts, c.Contracts, c.Accounts, c.Objects, c.Bytes)
	}
	row(t, "sum", s.Reachable.Sum, "", s.Exposed.Sum, "", s.Confirmed.Sum)
	row(t, "union", s.Reachable.Union, s.Reachable.Accounts, s.Exposed.Union, s.Exposed.Accounts, s.Confirmed.Union, s.Confirmed.Accounts)
	row(t, "active", s.Reachable.Active, "", s.Exposed.Active, "", s.Confirmed.Active)
	row(t, "terminated", s.Reachable.Terminated, "", s.Exposed.Terminated, "", s.Confirmed.Terminated)
	if s.Elsewhere.Contracts > 0 {
		row(t, "")
		row(t, "to investigate", fmt.Sprintf("%d contracts: traces of the intruder on components that are not named", s.Elsewhere.Contracts))
	}
}

// indicatorsOf reads an indicator file.
func indicatorsOf(path string) (*scope.Indicators, []string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	in, notices, err := scope.ParseIndicators(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return in, notices, nil
}

// graphOf reads the graph from a file, or from beside the ledger.
func graphOf(src scope.Source, path string) (*scope.Graph, error) {
	if path == "" {
		return src.Graph()
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return scope.ParseGraph(b)
}

// found is a computed scope.
type found struct {
	result    *scope.Result
	manifest  []byte
	hash      string // SHA-256 of the manifest
	cpu, peak float64
}

// findScope computes the scope of an incident from a ledger directory and an indicator file.
func findScope(g *Global, ledger, indicators, graph string) (*found, error) {
	in, notices, err := indicatorsOf(indicators)
	if err != nil {
		return nil, err
	}
	src, err := openSource(ledger)
	if err != nil {
		return nil, err
	}
	facts, err := graphOf(src, graph)
	if err != nil {
		return nil, err
	}
	return scopeOf(g, src, in, notices, facts)
}

// openSource opens a ledger directory to compute scopes from.
func openSource(dir string) (scope.Source, error) {
	b, err := openBook(dir)
	if err != nil {
		return scope.Source{}, err
	}
	src, err := scope.Of(os.DirFS(dir), b)
	return src, errors.Join(err, b.Close())
}

func scopeOf(g *Global, src scope.Source, in *scope.Indicators, notices []string, facts *scope.Graph) (*found, error) {
	use := startUse()
	var err error
	out := new(found)
	if out.result, err = scope.Compute(src, in, facts, scope.Options{Workers: runtime.NumCPU(), Notices: notices, Progress: bar(g.Err, "reading the ledger")}); err != nil {
		return nil, err
	}
	if err := out.result.Check(); err != nil {
		return nil, err
	}
	out.cpu, out.peak = use.end()
	if out.manifest, err = out.result.Manifest(); err != nil {
		return nil, err
	}
	hash := scope.ManifestHash(out.manifest)
	out.hash = fmt.Sprintf("%x", hash)
	return out, nil
}
