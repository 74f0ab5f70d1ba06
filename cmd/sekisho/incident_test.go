package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/scope"
)

// smallShape is a world that is made in no time.
const smallShape = `{"title": "small", "seed": 3, "from": "2025-01-01", "days": 30, "contracts": 60, "accounts": 1200,
	"terminated": {"before": 0.1, "during": 0.1, "reach": ["credential"]}, "hosts": 2, "cells": 2, "compromised": [{"host": 1, "cell": 0}], "events": 30000,
	"hits": {"body": {"contracts": 3, "accounts": 9, "objects": 70}, "credential": {"contracts": 5, "objects": 2}}, "union": 7,
	"decoys": {"elsewhere": 5, "shared": 5, "syncs": 2, "hijacked": 3}}`

// ran runs a command, of the service that g names, and gives what it printed.
func ran[A any](t *testing.T, g *Global, c interface{ Run(*Global) error }) A {
	t.Helper()
	var out, errs bytes.Buffer
	if err := c.Run(&Global{JSON: true, Data: g.Data, Out: &out, Err: &errs}); err != nil {
		t.Fatal(err)
	}
	var a A
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	if errs.Len() > 0 {
		t.Errorf("progress without a terminal: %s", errs.String())
	}
	return a
}

// small makes the small world.
func small(t *testing.T) (dir string, c caseFlags) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "world")
	shape := write(t, t.TempDir(), "small.json", smallShape)
	got := ran[written](t, &Global{}, &drillWorld{worldFlags{Shape: shape}, dir})
	if got.Events != 30000 || got.Ledger != dir {
		t.Fatalf("%+v", got)
	}
	return dir, caseFlags{Ledger: dir, Indicators: got.Indicators}
}

func TestDrillScope(t *testing.T) {
	shape := write(t, t.TempDir(), "small.json", smallShape)
	got := ran[drilled](t, &Global{}, &drillScope{worldFlags: worldFlags{Shape: shape}, Sets: true})
	if !got.Equals || got.Confirmed.Union != 7 || got.Confirmed.Sum != 8 || got.Confirmed.Classes["body"].Accounts != 9 || got.Confirmed.Sets == nil {
		t.Errorf("%+v", got)
	}
	// The names in JSON are what others rely on.
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{`"reachable":{"contracts":`, `"exposed":`, `"confirmed":`, `"classes":{`, `"objects":`, `"bytes":`, `"union":`, `"sum":`,
		`"terminated":`, `"active":`, `"equals_truth":true`, `"cpu_s":`, `"peak_mb":`} {
		if !strings.Contains(string(b), name) {
			t.Errorf("no %s", name)
		}
	}
	if err := (&drillScope{worldFlags: worldFlags{Shape: "none.json"}}).Run(&Global{Out: io.Discard, Err: io.Discard}); err == nil ||
		!strings.Contains(err.Error(), "published-case.json") {
		t.Errorf("an unknown shape: %v", err)
	}
}

// TestDrillNotEqual: a drill whose scope is not the truth fails.
func TestDrillNotEqual(t *testing.T) {
	dir, c := small(t)
	b, err := os.ReadFile(filepath.Join(dir, "truth", "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "truth", "truth.json"), bytes.Replace(b, []byte(`"union":7`), []byte(`"union":8`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	out := drilled{}
	if err := compare(&Global{Err: io.Discard}, c.Ledger, &out); err != nil {
		t.Fatal(err)
	}
	if out.Equals || len(out.Different) == 0 {
		t.Error("another truth is taken for equal")
	}
	if err := (&drillWorld{worldFlags{Shape: "cells.json"}, dir}).Run(&Global{Out: io.Discard, Err: io.Discard}); err == nil {
		t.Error("a world was written over another")
	}
}

func TestIncidentScope(t *testing.T) {
	dir, c := small(t)
	os.RemoveAll(filepath.Join(dir, "truth")) // it must not be needed
	at := t.TempDir()
	file := func(name string) string { return filepath.Join(at, name) }
	got := ran[scoped](t, &Global{}, &incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "ja", CSV: file("s.csv"), Parquet: file("s.parquet"),
		HTML: file("s.html"), Manifest: file("s.manifest")}})
	if got.Confirmed.Union != 7 || len(got.Manifest) != 64 {
		t.Errorf("%+v", got)
	}
	f, err := os.Open(file("s.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil || uint64(len(table)-1) != got.Exposed.Sum {
		t.Errorf("%d lines for %d exposed, %v", len(table)-1, got.Exposed.Sum, err)
	}
	rows, err := parquet.ReadFile[incident.Line](file("s.parquet"))
	if err != nil || len(rows) != len(table)-1 || rows[0].Name == "" {
		t.Errorf("%d rows in Parquet, %v", len(rows), err)
	}
	page, err := os.ReadFile(file("s.html"))
	if err != nil || !bytes.Contains(page, []byte("インシデントの影響範囲")) || !bytes.Contains(page, []byte(got.Manifest)) ||
		bytes.Contains(page, []byte("<script")) || bytes.Contains(page, []byte("http")) {
		t.Errorf("the page is not whole or not by itself: %v", err)
	}
	st, err := os.Stat(file("s.csv"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("a table that names customers has mode %v", st.Mode())
	}
	m, err := readManifest(file("s.manifest"))
	if err != nil || m.Summary(false).Confirmed.Union != 7 {
		t.Errorf("manifest: %v", err)
	}
}

func TestIncidentDiff(t *testing.T) {
	_, c := small(t)
	in, _, err := indicatorsOf(c.Indicators)
	if err != nil {
		t.Fatal(err)
	}
	at := t.TempDir()
	in.Sessions, in.Addresses = nil, nil
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	first := caseFlags{Ledger: c.Ledger, Indicators: write(t, at, "first.json", string(b))}
	ran[scoped](t, &Global{}, &incidentScope{caseFlags: first, outputs: outputs{Level: "exposed", Lang: "en", Manifest: filepath.Join(at, "1")}})
	ran[scoped](t, &Global{}, &incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "en", Manifest: filepath.Join(at, "2")}})
	d := ran[scope.Difference](t, &Global{}, &incidentDiff{What: []string{filepath.Join(at, "1"), filepath.Join(at, "2")}})
	added := uint64(0)
	for _, x := range d.Changes {
		if x.Level == "confirmed" && x.Class == "" {
			added = x.Count
		}
		if x.Cause == "unknown" {
			t.Errorf("a change without a cause: %+v", x)
		}
	}
	if added != 7 || strings.Join(d.Inputs, " ") != "session address" {
		t.Errorf("%d contracts confirmed, inputs %v", added, d.Inputs)
	}
}

func TestIncidentStatement(t *testing.T) {
	_, c := small(t)
	f, err := findScope(&Global{Err: io.Discard}, c.Ledger, c.Indicators, "")
	if err != nil {
		t.Fatal(err)
	}
	hit := incident.Lines(f.result, scope.Confirmed, nil)[0]
	out := filepath.Join(t.TempDir(), "statement.zip")
	s := ran[incident.Statement](t, &Global{}, &incidentStatement{caseFlags: c, Contract: hit.Contract, Out: out})
	if s.Verdict != "affected" || s.Manifest != f.hash || len(s.Evidence) == 0 || s.Name == "" {
		t.Errorf("%+v", s)
	}
	for _, x := range s.Classes {
		if x.Class == hit.Class && (x.Objects != hit.Objects || x.Bytes != hit.Bytes || x.Verdict != hit.Verdict) {
			t.Errorf("the statement says %+v, the scope %+v", x, hit)
		}
	}
	z, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	r, err := z.Open("rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil || uint64(len(rows)-1) != s.Rows || s.Rows == 0 {
		t.Errorf("%d rows, %d announced, %v", len(rows)-1, s.Rows, err)
	}
	key, err := logKey(filepath.Join(c.Ledger, "key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Evidence {
		r, err := z.Open(e.Proof)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ledger.ParseProof(text)
		if err != nil {
			t.Fatal(err)
		}
		entry, _, err := p.Check(key)
		if err != nil || hex.EncodeToString(entry.Row(nil)) != e.Entry || uint64(entry.Contract) != hit.Contract {
			t.Errorf("%s does not prove the evidence: %v", e.Proof, err)
		}
	}
	// Contract 2 is pinned to the other cell.
	s = ran[incident.Statement](t, &Global{}, &incidentStatement{caseFlags: c, Contract: 2, Out: filepath.Join(t.TempDir(), "new", "folder")})
	if s.Verdict != "never-reachable" || s.Rows != 0 {
		t.Errorf("contract 2: %+v", s)
	}
	if err := (&incidentStatement{caseFlags: c, Contract: 9999, Out: t.TempDir()}).Run(&Global{Out: io.Discard, Err: io.Discard}); err == nil {
		t.Error("a statement for nobody")
	}
	// Indicators that are not those of the scope are found out.
	in, _, err := indicatorsOf(c.Indicators)
	if err != nil {
		t.Fatal(err)
	}
	in.Sessions, in.Addresses = nil, nil
	src, err := openSource(c.Ledger)
	if err != nil {
		t.Fatal(err)
	}
	g, err := src.Graph()
	if err != nil {
		t.Fatal(err)
	}
	_, err = writeStatement(c.Ledger, src, in, g, f, sekisho.ContractID(hit.Contract), "", filepath.Join(t.TempDir(), "x.zip"))
	if err == nil || !strings.Contains(err.Error(), "not the indicators") {
		t.Errorf("rows that do not show what the scope says: %v", err)
	}
}

// TestBadCases: what is wrong is said, and what cannot be known is not passed over.
func TestBadCases(t *testing.T) {
	dir, c := small(t)
	run := func(c caseFlags) error {
		return (&incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "en"}}).Run(&Global{JSON: true, Out: io.Discard, Err: io.Discard})
	}
	for name, x := range map[string]struct {
		c    caseFlags
		want string
	}{
		"nothing":       {caseFlags{}, "--ledger"},
		"no ledger":     {caseFlags{Ledger: t.TempDir(), Indicators: c.Indicators}, "holds no ledger"},
		"no indicators": {caseFlags{Ledger: dir, Indicators: filepath.Join(dir, "none")}, "no such file"},
		"not JSON":      {caseFlags{Ledger: dir, Indicators: filepath.Join(dir, "names.csv")}, "indicators"},
		"not a graph":   {caseFlags{Ledger: dir, Indicators: c.Indicators, Graph: c.Indicators}, "graph"},
		"bad names":     {caseFlags{Ledger: dir, Indicators: c.Indicators, Names: write(t, t.TempDir(), "n.csv", "a,b\nc,d\n")}, "line 2"},
	} {
		if err := run(x.c); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
	// A block that was put together anew, with one row changed, is found by --verify only.
	c.Verify = true
	if got := ran[scoped](t, &Global{}, &incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "en"}}); len(got.Notices) != 0 {
		t.Errorf("a whole ledger: %v", got.Notices)
	}
	forge(t, filepath.Join(dir, "streams", "1-reader-0", "0000000000000000.block"))
	forged := ran[scoped](t, &Global{}, &incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "en"}})
	if forged.Exposed.Contracts != forged.Reachable.Contracts || len(forged.Notices) == 0 {
		t.Errorf("forged rows: %d of %d exposed, notices %v", forged.Exposed.Contracts, forged.Reachable.Contracts, forged.Notices)
	}
	c.Verify = false
	// A block of the component is lost: nobody in its cell is told that he is not affected.
	if err := os.Remove(filepath.Join(dir, "streams", "1-reader-0", "0000000000000000.block")); err != nil {
		t.Fatal(err)
	}
	got := ran[scoped](t, &Global{}, &incidentScope{caseFlags: c, outputs: outputs{Level: "exposed", Lang: "en"}})
	if got.Exposed.Contracts != got.Reachable.Contracts || got.Exposed.Contracts == 0 || len(got.Notices) == 0 {
		t.Errorf("%d of %d are exposed, notices %v", got.Exposed.Contracts, got.Reachable.Contracts, got.Notices)
	}
}

// forge changes one row of a block and makes the block anew, so that only the tree can tell.
func forge(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x, err := block.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.Rows(nil)
	if err != nil {
		t.Fatal(err)
	}
	rows[24] ^= 1 // the contract of the first row
	if b, err = block.Encode(x.Head, rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
