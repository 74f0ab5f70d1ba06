package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"sekisho"
	"sekisho/journal"
	"sekisho/ledger"
	"sekisho/ledger/book"
)

// ledgerDir is a small ledger of two streams, and what is needed to go on with it.
type ledgerDir struct {
	t      *testing.T
	dir    string
	signer *ledger.Signer
	key    string // file with the key
	at     time.Time
}

func newLedger(t *testing.T) *ledgerDir {
	t.Helper()
	s, err := ledger.NewSigner("mx.test.example/ledger", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	l := &ledgerDir{t: t, dir: filepath.Join(t.TempDir(), "ledger"), signer: s, at: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	l.key = filepath.Join(filepath.Dir(l.dir), "key")
	if err := os.WriteFile(l.key, []byte(s.Verifier.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *ledgerDir) open() *journal.Journal {
	l.t.Helper()
	j, err := journal.Open(journal.Config{Dir: l.dir, Signer: l.signer, Rows: 512, Clock: func() time.Time { return l.at }})
	if err != nil {
		l.t.Fatal(err)
	}
	return j
}

// grow adds n entries of contract 7 by a reader, and one by vault.
func (l *ledgerDir) grow(n int) {
	l.t.Helper()
	j := l.open()
	l.at = l.at.Add(time.Minute)
	list := []ledger.Entry{{Time: uint64(l.at.UnixMilli()), Kind: ledger.Grant, Role: sekisho.Vault, Count: 1}}
	for i := range n {
		list = append(list, ledger.Entry{Time: uint64(l.at.UnixMilli()), Kind: ledger.Opening, Role: sekisho.Reader, Cell: 2, Class: sekisho.ClassBody,
			Contract: 7, Account: 8, Session: 9, Object: uint64(i), Count: 1, Bytes: 100})
	}
	if err := errors.Join(j.Append(list...), j.Close()); err != nil {
		l.t.Fatal(err)
	}
}

// run runs a command and gives what it printed.
func run(c interface{ Run(*Global) error }, json bool) (string, error) {
	var out bytes.Buffer
	err := c.Run(&Global{JSON: json, Out: &out, Err: io.Discard})
	return out.String(), err
}

func TestLedgerCommandsOnADirectory(t *testing.T) {
	l := newLedger(t)
	l.grow(1500)
	src := source{Ledger: l.dir}
	state := filepath.Join(t.TempDir(), "state")
	var r book.Report
	text, err := run(&ledgerVerify{source: src, Key: l.key, State: state}, true)
	if e := json.Unmarshal([]byte(text), &r); err != nil || e != nil || r.Entries != 1501 || !r.Signed {
		t.Fatalf("%v %v %s", err, e, text)
	}
	l.grow(10)
	text, err = run(&ledgerVerify{source: src, Key: l.key, State: state}, true)
	if e := json.Unmarshal([]byte(text), &r); err != nil || e != nil || r.Entries > 300 {
		t.Errorf("what was verified before is read again: %v %v %d", err, e, r.Entries)
	}
	if text, err = run(&ledgerTail{source: src, Stream: "0-reader-2", Most: 3}, false); err != nil || strings.Count(text, "opening") != 3 {
		t.Errorf("%v %s", err, text)
	}
	if text, err = run(&ledgerStreams{src}, false); err != nil || !strings.Contains(text, l.signer.Verifier.String()) {
		t.Errorf("%v %s", err, text)
	}
	file := filepath.Join(t.TempDir(), "x.tlog-proof")
	if _, err := run(&ledgerProve{source: src, Stream: "0-reader-2", Number: 700, Out: file}, false); err != nil {
		t.Fatal(err)
	}
	if text, err = run(&ledgerCheck{File: file, Key: l.key}, false); err != nil || !strings.Contains(text, "0-reader-2") {
		t.Errorf("%v %s", err, text)
	}
	if _, err := run(&ledgerProve{source: src, Stream: "0-reader-2", Number: 7000}, false); err == nil {
		t.Error("an entry that is not there was proven")
	}
	flip(t, filepath.Join(l.dir, book.Streams, "0-reader-2", book.BlockName(512)), 4000)
	if text, err = run(&ledgerVerify{source: src, Key: l.key}, false); err == nil || !strings.Contains(err.Error(), "0-reader-2") {
		t.Errorf("a damaged block passed: %v %s", err, text)
	}
	if _, err := run(&ledgerVerify{source: source{Ledger: t.TempDir()}}, false); err == nil {
		t.Error("an empty directory is a whole ledger")
	}
}

func flip(t *testing.T, path string, at int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[min(at, len(b)-1)] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLedgerExport(t *testing.T) {
	l := newLedger(t)
	l.grow(1500)
	dir := t.TempDir()
	if text, err := run(&ledgerExport{source: source{Ledger: l.dir}, Out: filepath.Join(dir, "copy")}, false); err != nil {
		t.Fatal(err, text)
	}
	if text, err := run(&ledgerVerify{source: source{Ledger: filepath.Join(dir, "copy")}, Key: l.key}, false); err != nil {
		t.Error(err, text)
	}
	if _, err := run(&ledgerExport{source: source{Ledger: l.dir}, Out: filepath.Join(dir, "copy")}, false); err == nil {
		t.Error("a copy was overwritten")
	}
	file := filepath.Join(dir, "all.parquet")
	if _, err := run(&ledgerExport{source: source{Ledger: l.dir}, Out: file, Parquet: true}, false); err != nil {
		t.Fatal(err)
	}
	rows, err := parquet.ReadFile[parquetRow](file)
	if err != nil || len(rows) != 1501 {
		t.Fatalf("%d rows %v", len(rows), err)
	}
	x := rows[700]
	if x.Stream != "0-reader-2" || x.Number != 700 || x.Contract != 7 || x.Class != "body" || x.Object != 700 {
		t.Errorf("%+v", x)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, _ := f.Stat()
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	note, _ := p.Lookup("sekisho.checkpoint")
	if _, err := ledger.OpenCheckpoint([]byte(note), l.signer.Verifier); err != nil {
		t.Errorf("the checkpoint in the file: %v", err)
	}
}

// A witness over real HTTP: it signs what continues, also after a restart, and nothing else.
func TestWitnessCatchesRollBack(t *testing.T) {
	l := newLedger(t)
	l.grow(600)
	early := filepath.Join(t.TempDir(), "early")
	if err := os.CopyFS(early, os.DirFS(l.dir)); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(t.TempDir(), "witness")
	if _, err := run(&witnessInit{Dir: home, Name: "witness.test.example/1", Log: []string{l.key}}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := run(&witnessInit{Dir: home, Name: "another.test.example"}, false); err == nil {
		t.Error("a witness' key was replaced")
	}
	serve := func() (*witness, *witnessPush, func()) {
		w, err := openWitness(home)
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewServer(w)
		return w, &witnessPush{URL: s.URL}, func() { s.Close(); w.lock.Close() }
	}
	w, push, end := serve()
	submit := func(old uint64) ([]byte, uint64, error) {
		j := l.open()
		defer j.Close()
		s, err := j.Submission(old)
		if err != nil {
			return nil, 0, err
		}
		answer, size, err := push.post(s.Text())
		if answer != nil {
			note, err := ledger.Cosigned(s.Checkpoint, answer, w.signer.Verifier)
			if err == nil {
				err = j.KeepCosigned(note)
			}
			if err != nil {
				t.Errorf("what the witness answered: %v", err)
			}
		}
		return answer, size, err
	}
	if answer, _, err := submit(0); answer == nil {
		t.Fatal(err)
	}
	l.grow(10)
	_, size, err := submit(0)
	if err != nil || size == 0 {
		t.Fatalf("it should say what it signed last: %d %v", size, err)
	}
	if answer, _, err := submit(size); answer == nil {
		t.Fatal(err)
	}
	end()
	w, push, end = serve()
	defer end()
	l.grow(10)
	_, last, _ := submit(0)
	if answer, _, err := submit(last); answer == nil {
		t.Fatalf("after a restart: %v", err)
	}
	_, last, _ = submit(0)
	os.RemoveAll(l.dir) // and now the whole directory is put back
	if err := os.CopyFS(l.dir, os.DirFS(early)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := submit(last); sekisho.KindOf(err) != sekisho.Invalid || !strings.Contains(err.Error(), "rolled back") {
		t.Errorf("the ledger itself does not see it: %v", err)
	}
	if answer, again, err := submit(0); answer != nil || again != last {
		t.Errorf("the witness signed a ledger that was rolled back: %d %v", again, err)
	}
	for range 8 { // it grows to the same size and further, with another past
		l.grow(30)
	}
	if answer, _, err := submit(last); answer != nil || err == nil || !strings.Contains(err.Error(), "422") {
		t.Errorf("the witness signed another past: %v", err)
	}
}

// The checker in docs/verify, which shares no code with us, takes what we write, and refuses it when any of it is changed.
func TestIndependentChecker(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: the independent checker is not tried")
	}
	script, _ := filepath.Abs("../../docs/verify/check.py")
	if b, err := os.ReadFile(script); err != nil || bytes.Count(b, []byte("\n")) > 100 {
		t.Fatalf("%v: the checker is to be read in one go: 100 lines at most", err)
	}
	check := func(files ...string) (string, bool) {
		out, err := exec.Command(python, append([]string{script, newLedger(t).signer.Verifier.String()}, files...)...).CombinedOutput()
		return string(out), err == nil
	}
	l := newLedger(t)
	l.grow(1500)
	dir := filepath.Join(t.TempDir(), "bundle")
	if err := os.MkdirAll(filepath.Join(dir, "proofs"), 0o700); err != nil {
		t.Fatal(err)
	}
	type evidence struct {
		Stream string `json:"stream"`
		Row    uint64 `json:"row"`
		Entry  string `json:"entry"`
		Proof  string `json:"proof"`
	}
	var list []evidence
	var files []string
	for _, n := range []uint64{0, 700, 1499} {
		name := fmt.Sprintf("proofs/%d.tlog-proof", n)
		file := filepath.Join(dir, name)
		if _, err := run(&ledgerProve{source: source{Ledger: l.dir}, Stream: "0-reader-2", Number: n, Out: file}, false); err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(file)
		p, err := ledger.ParseProof(b)
		if err != nil {
			t.Fatal(err)
		}
		list, files = append(list, evidence{"0-reader-2", n, hex.EncodeToString(p.Row), name}), append(files, file)
	}
	statement := func(contract uint64) {
		b, _ := json.Marshal(map[string]any{"contract": contract, "evidence": list})
		if err := os.WriteFile(filepath.Join(dir, "statement.json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	statement(7)
	all := append(files, dir, filepath.Join(l.dir, book.Checkpoint))
	if out, ok := check(all...); !ok || strings.Count(out, "\n") != len(all) || !strings.Contains(out, "all 3 entries") {
		t.Fatalf("%s", out)
	}
	statement(8)
	if out, ok := check(dir); ok {
		t.Errorf("a statement about another contract: %s", out)
	}
	list[1].Row++
	statement(7)
	if out, ok := check(dir); ok {
		t.Errorf("a statement with another row: %s", out)
	}
	good, _ := os.ReadFile(files[1])
	for at := 30; at < len(good); at += len(good) / 12 {
		bad := bytes.Clone(good)
		bad[at] ^= 2
		os.WriteFile(files[1], bad, 0o600)
		if out, ok := check(files[1]); ok {
			t.Errorf("byte %d changed: %s", at, out)
		}
	}
}

// The checker takes the statement that a customer is given, as folder and as zip, and none whose evidence is of somebody else.
func TestIndependentCheckerOnStatement(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: the independent checker is not tried")
	}
	dir := filepath.Join(t.TempDir(), "world")
	if _, err := run(&drillWorld{worldFlags: worldFlags{Shape: "cells.json", Events: 40_000}, Out: dir}, true); err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Confirmed struct {
			Classes map[string]struct {
				Sets struct {
					Contracts [][2]uint64 `json:"contracts"`
				} `json:"sets"`
			} `json:"classes"`
		} `json:"confirmed"`
	}
	b, err := os.ReadFile(filepath.Join(dir, "truth", "truth.json"))
	if err == nil {
		err = json.Unmarshal(b, &truth)
	}
	if err != nil || len(truth.Confirmed.Classes["body"].Sets.Contracts) == 0 {
		t.Fatalf("%v: %.200s", err, b)
	}
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"statement", "statement.zip"} {
		out := filepath.Join(t.TempDir(), name)
		c := &incidentStatement{caseFlags: caseFlags{Ledger: dir, Indicators: filepath.Join(dir, "indicators.json")},
			Contract: truth.Confirmed.Classes["body"].Sets.Contracts[0][0], Out: out}
		if _, err := run(c, true); err != nil {
			t.Fatal(err)
		}
		text, err := exec.Command(python, "../../docs/verify/check.py", string(key), out).CombinedOutput()
		if err != nil || !bytes.Contains(text, []byte("proven")) || bytes.Contains(text, []byte("all 0 ")) {
			t.Errorf("%s: %v %s", name, err, text)
		}
	}
}
