package sekisho_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layer gives every top folder its height; a package imports only what is lower, or its own folder (roles not even that).
var layer = map[string]int{
	".":    0,
	"mail": 1, "scan": 1, "policy": 1, "ledger": 1, "seal": 1, "search": 1, "incident": 1, "learn": 1, "insider": 1,
	"wire": 2, "sandbox": 2, "supervise": 2, "config": 2, "db": 2, "blob": 2, "journal": 2, "office": 2, "mailbox": 2, "takeover": 2, "ui": 2, "feed": 2,
	"role": 3, "cmd": 4, "test": 5, "bench": 5,
}

// sideways are the few imports allowed inside one layer, folder to folder.
var sideways = map[string][]string{"scan": {"mail", "search", "learn"}, "policy": {"mail"}, "supervise": {"sandbox"}, "journal": {"blob"}, "incident": {"ledger"}, "office": {"wire"}, "mailbox": {"wire"}, "feed": {"wire"}, "takeover": {"wire", "mailbox"}}

// reach lists who alone may depend on a package or folder, directly or through others. cmd, test and bench may anyway.
var reach = map[string][]string{
	"seal":         {"role/vault", "role/gate", "role/post", "role/reader", "role/admin", "role/console", "office", "mailbox", "role/webmail", "takeover"}, // store, dial, inspect, door and link have nothing that opens or seals
	"seal/key":     {"role/vault"},
	"journal":      {"role/vault"},
	"seal/share":   {"role/vault"},
	"db":           {"role/store"},
	"db/sqlite":    {"role/vault", "role/store", "db"},
	"supervise":    {},
	"scan":         {"role/inspect"},
	"mail/message": {"scan", "role/inspect"},
}

// vaultReach is all that vault may reach outside of this module and the standard library: the driver with what it is made
// of, and x/crypto and x/sys.
var vaultReach = []string{"golang.org/x/crypto/", "golang.org/x/sys/", "modernc.org/", "github.com/dustin/go-humanize", "github.com/google/uuid",
	"github.com/remyoudompheng/bigfft", "github.com/mattn/go-isatty", "github.com/ncruces/go-strftime"}

// impure are imports that layer 1 may not have: it touches no files, network, database or kernel.
var impure = []string{"os", "os/exec", "database/sql", "net", "net/http", "syscall", "unsafe"}

// clock are the functions of package time that layer 1 may not call: time comes as an argument.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// registers lists the blank imports allowed besides embed.
var registers = map[string][]string{
	"db/driver.go":        {"github.com/jackc/pgx/v5/stdlib", "sekisho/db/sqlite"},
	"db/sqlite/sqlite.go": {"modernc.org/sqlite"},
	"db/dbtest/dbtest.go": {"sekisho/db"},
}

// headings are what every role's doc.go must say.
var headings = []string{"# Does", "# Holds", "# Trusts", "# May call", "# If taken over"}

// vague are names that say nothing.
var vague = []string{"util", "utils", "common", "helper", "helpers", "base", "core", "manager", "misc", "pkg", "shared", "types", "models"}

// The most lines that a file and a function may have, and a package without its tests.
const longFile, longFunc, longPackage = 800, 120, 3000

// bigger packages, each with the reason.
var bigger = map[string]int{
	"mail/message": 4000,  // one reader of MIME and one writer that must agree with it to the byte
	"cmd/sekisho":  9500,  // a file for each command of the operator
	"role/webmail": 8000,  // one JMAP method after another: they share a request's ticket and what it has read
	"role/edge":    4000,  // the one table of routes, and what stands before and behind each
	"role/console": 5000,  // one operation of the administration API after another, each with its words
	"role/vault":   8000,  // everything that touches keys shares their tables and one lock: a split would share the keys
	"ledger/scope": 4000,  // what is asked, what is found and how: all of it speaks of the same spans, reasons and sets
	"wire":         6000,  // the calls of all roles, one file per callee, and the one codec they share
	"role/gate":    4000,  // one dialogue, and everything that is decided and made between its last line and the answer
	"role/store":   15000, // every table and the SQL of each, for two engines: a split would share the transaction
}

type pkg struct {
	ImportPath, Doc, Dir string
	GoFiles              []string
	Imports, Deps        []string
}

// TestLayout checks what packages import. It sees the files of this platform only.
func TestLayout(t *testing.T) {
	for _, p := range list(t, "./...") {
		p.check(t)
	}
}

func list(t *testing.T, what ...string) []pkg {
	t.Helper()
	var why bytes.Buffer
	c := exec.Command("go", append([]string{"list", "-json=ImportPath,Doc,Dir,GoFiles,Imports,Deps"}, what...)...)
	c.Stderr = &why
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &why)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func (p *pkg) check(t *testing.T) {
	from := rel(p.ImportPath)
	h, known := layer[top(from)]
	if !known {
		t.Errorf("%s: not in the layout", from)
	}
	if p.Doc == "" && len(p.GoFiles) > 0 {
		t.Errorf("%s: no package comment", from)
	}
	if strings.Count(from, "/") > 1 {
		t.Errorf("%s: deeper than two levels", from)
	}
	for part := range strings.SplitSeq(from, "/") {
		if slices.Contains(vague, part) {
			t.Errorf("%s: the name says nothing", from)
		}
	}
	for _, i := range p.Imports {
		if h == 1 && slices.Contains(impure, i) {
			t.Errorf("%s imports %s: this layer is pure", from, i)
		}
		if to := rel(i); to != "" && !allowed(from, to, h) {
			t.Errorf("%s may not import %s", from, to)
		}
	}
	for _, i := range p.Deps {
		p.reaches(t, from, h, i)
	}
}

func (p *pkg) reaches(t *testing.T, from string, h int, i string) {
	if from == "role/vault" && strings.Contains(strings.SplitN(i, "/", 2)[0], ".") &&
		!slices.ContainsFunc(vaultReach, func(v string) bool { return strings.HasPrefix(i, v) || i == strings.TrimSuffix(v, "/") }) {
		t.Errorf("role/vault reaches %s: its code is kept small", i)
	}
	to := rel(i)
	who, guarded := reach[to]
	if !guarded {
		who, guarded = reach[top(to)]
	}
	if guarded && h < 4 && top(to) != top(from) && !slices.Contains(who, from) && !slices.Contains(who, top(from)) {
		t.Errorf("%s reaches %s", from, to)
	}
}

func allowed(from, to string, h int) bool {
	a, b := top(from), top(to)
	if a == b {
		return a != "role"
	}
	return layer[b] < h || slices.Contains(sideways[a], b)
}

// rel is a path inside the module; "" for a foreign one.
func rel(path string) string {
	if path == "sekisho" {
		return "."
	}
	r, ok := strings.CutPrefix(path, "sekisho/")
	if !ok {
		return ""
	}
	return r
}

func top(r string) string { t, _, _ := strings.Cut(r, "/"); return t }

// TestSource checks what gofmt and vet do not: sizes, init, blank imports, mutable variables, the clock, role headings.
func TestSource(t *testing.T) {
	fset := token.NewFileSet()
	sizes := map[string]int{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if n := d.Name(); n != "." && (strings.HasPrefix(n, ".") || n == "testdata" || n == "node_modules" || n == "demo-data" || path == "bench/out") {
				return filepath.SkipDir
			}
			return roleDoc(t, path)
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		if ast.IsGenerated(f) {
			return nil
		}
		test := strings.HasSuffix(path, "_test.go")
		lines := length(t, fset, path, f)
		if test {
			return nil
		}
		sizes[filepath.Dir(path)] += lines
		source(t, fset, filepath.ToSlash(path), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, n := range sizes {
		if most := max(longPackage, bigger[dir]); n > most {
			t.Errorf("%s: %d lines, at most %d", dir, n, most)
		}
	}
}

// roleDoc demands a doc.go with all headings of every folder below role.
func roleDoc(t *testing.T, path string) error {
	if filepath.ToSlash(filepath.Dir(path)) != "role" {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(path, "doc.go"))
	if err != nil {
		t.Errorf("%s: no doc.go", path)
		return nil
	}
	for _, h := range headings {
		if !strings.Contains(string(text), h+"\n") {
			t.Errorf("%s: no %q", path, h)
		}
	}
	return nil
}

// length checks the sizes of a file and its functions.
func length(t *testing.T, fset *token.FileSet, path string, f *ast.File) int {
	n := fset.Position(f.FileEnd).Line
	if n > longFile {
		t.Errorf("%s: %d lines, at most %d", path, n, longFile)
	}
	for _, x := range f.Decls {
		if fn, ok := x.(*ast.FuncDecl); ok {
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > longFunc {
				t.Errorf("%s: %s has %d lines, at most %d", path, fn.Name.Name, n, longFunc)
			}
		}
	}
	return n
}

func source(t *testing.T, fset *token.FileSet, path string, f *ast.File) {
	for _, i := range f.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		if i.Name != nil && i.Name.Name == "_" && p != "embed" && !slices.Contains(registers[path], p) {
			t.Errorf("%s: blank import of %s", path, p)
		}
	}
	for _, x := range f.Decls {
		if fn, ok := x.(*ast.FuncDecl); ok {
			if fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init runs in every role; wire it in cmd instead", path)
			}
			if layer[top(path)] == 1 {
				noClock(t, fset, fn)
			}
		}
	}
	assigned(t, fset, f)
	for _, x := range f.Decls {
		exported(t, fset, x)
	}
}

// assigned finds assignments to package variables of the same file: a table that is never written is no variable. A local
// name must therefore not hide a package variable that it is assigned to.
func assigned(t *testing.T, fset *token.FileSet, f *ast.File) {
	vars := map[string]bool{}
	for _, x := range f.Decls {
		g, ok := x.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			for _, n := range s.(*ast.ValueSpec).Names {
				vars[n.Name] = n.Name != "_"
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok || a.Tok == token.DEFINE {
			return true
		}
		for _, l := range a.Lhs {
			if i, ok := l.(*ast.IndexExpr); ok {
				l = i.X
			}
			if id, ok := l.(*ast.Ident); ok && vars[id.Name] {
				t.Errorf("%s: the package variable %s is written", fset.Position(a.Pos()), id.Name)
			}
		}
		return true
	})
}

// exported demands a comment of every exported function, method and type.
func exported(t *testing.T, fset *token.FileSet, x ast.Decl) {
	switch d := x.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
			t.Errorf("%s: %s has no comment", fset.Position(d.Pos()), d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
				t.Errorf("%s: %s has no comment", fset.Position(ts.Pos()), ts.Name.Name)
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	r := d.Recv.List[0].Type
	if s, ok := r.(*ast.StarExpr); ok {
		r = s.X
	}
	if i, ok := r.(*ast.IndexExpr); ok {
		r = i.X
	}
	id, ok := r.(*ast.Ident)
	return !ok || id.IsExported()
}

func noClock(t *testing.T, fset *token.FileSet, fn *ast.FuncDecl) {
	ast.Inspect(fn, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, s.Sel.Name) {
			t.Errorf("%s: time.%s: this layer gets its time as an argument", fset.Position(s.Pos()), s.Sel.Name)
		}
		return true
	})
}
