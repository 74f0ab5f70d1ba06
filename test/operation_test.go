package test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/console"
	"sekisho/role/edge"
	"sekisho/wire"
)

var updateOperations = flag.Bool("update-operations", false, "write edge's table of console's operations anew")

// description is as much of OpenAPI as requests are checked by.
type description struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name     string         `json:"name"`
			In       string         `json:"in"`
			Required bool           `json:"required"`
			Schema   map[string]any `json:"schema"`
		} `json:"parameters"`
		RequestBody struct {
			Content map[string]struct {
				Schema map[string]any `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]map[string]any `json:"schemas"`
	} `json:"components"`
}

// bare is a schema without what explains it, and with what it refers to in its place.
func (d *description) bare(s map[string]any) map[string]any {
	if ref, is := s["$ref"].(string); is {
		return d.bare(d.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]])
	}
	out := map[string]any{}
	for k, v := range s {
		switch k {
		case "description", "default", "examples":
		case "properties":
			p := map[string]any{}
			for name, x := range v.(map[string]any) {
				p[name] = d.bare(x.(map[string]any))
			}
			out[k] = p
		case "items":
			out[k] = d.bare(v.(map[string]any))
		default:
			out[k] = v
		}
	}
	return out
}

// table is what edge has of the description.
func (d *description) table(t *testing.T) []byte {
	t.Helper()
	var list []map[string]any
	for path, methods := range d.Paths {
		for method, o := range methods {
			x := map[string]any{"method": strings.ToUpper(method), "path": path}
			for _, p := range o.Parameters {
				key := map[string]string{"query": "query", "path": "segments"}[p.In]
				if key == "" {
					continue // headers are edge's to choose
				}
				if x[key] == nil {
					x[key] = map[string]any{}
				}
				x[key].(map[string]any)[p.Name] = d.bare(p.Schema)
				if p.Required && p.In == "query" {
					need, _ := x["need"].([]string)
					x["need"] = append(need, p.Name)
				}
			}
			if c, has := o.RequestBody.Content["application/json"]; has {
				x["body"] = d.bare(c.Schema)
			}
			list = append(list, x)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		return fmt.Sprint(list[i]["path"], list[i]["method"]) < fmt.Sprint(list[j]["path"], list[j]["method"])
	})
	var b bytes.Buffer
	for i, x := range list {
		line, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s%s", map[bool]string{true: "[\n", false: ",\n"}[i == 0], line)
	}
	return append(b.Bytes(), "\n]\n"...)
}

// consoleAlone is a console whose asker is a program with no scope: what it finds wrong with a request it says before it asks whether he may.
func consoleAlone(t *testing.T) (*console.Console, func(wire.WebRequest) wire.WebResponse) {
	t.Helper()
	quiet := func(sekisho.Caller, string, error) {} // it asks for more than these two answer
	vault, store := wire.NewService(sekisho.Vault, quiet), wire.NewService(sekisho.Store, quiet)
	wire.Handle(vault, wire.VaultEnter, func(context.Context, sekisho.Caller, wire.Capability) (wire.Ticket, error) {
		return wire.Ticket{Session: 1, Scopes: []string{"nothing"}}, nil
	})
	wire.Handle(store, wire.StoreMe, func(context.Context, sekisho.Caller, wire.Bearer) (wire.Me, error) { return wire.Me{Account: 1}, nil })
	line := func(callee sekisho.Role, s *wire.Service, as sekisho.Role) *wire.Peer {
		p := wire.NewPeer(callee)
		if err := wire.Local(t.Context(), sekisho.Caller{Role: as, Instance: 1}, s, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	now := time.Now() // each request a minute later: nobody waits
	x := console.New(console.Config{Name: "mx.example", Clock: func() time.Time { now = now.Add(time.Minute); return now }},
		console.Peers{Store: line(sekisho.Store, store, sekisho.Console), Vault: line(sekisho.Vault, vault, sekisho.Console)})
	p := line(sekisho.Console, x.Service(quiet), sekisho.Edge)
	return x, func(q wire.WebRequest) wire.WebResponse {
		q.Capability = wire.Capability{ID: 1, Secret: []byte("x")}
		a, err := wire.ConsoleAsk.Ask(t.Context(), p, q)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

// Edge's table of operations is what console's description says, and both say the same of requests: whether one fits, and where it does
// not. Each operation is asked with a request that fits and with many that are wrong in one place.
func TestOperations(t *testing.T) {
	x, ask := consoleAlone(t)
	var d description
	if err := json.Unmarshal(x.Document(), &d); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "role", "edge", "operation.json")
	want := d.table(t)
	if *updateOperations {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skip("written: run the test again, now that another table is built in")
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("role/edge/operation.json is not what console's description says (%v): go test ./test -run TestOperations -update-operations", err)
	}
	o, err := edge.ReadOperations()
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Method, Path    string
		Query, Segments map[string]map[string]any
		Need            []string
		Body            map[string]any
	}
	if err := json.Unmarshal(want, &list); err != nil {
		t.Fatal(err)
	}
	tried, wrong := 0, 0
	for _, op := range list {
		path := op.Path
		for name, s := range op.Segments {
			path = strings.ReplaceAll(path, "{"+name+"}", fmt.Sprint(example(s)))
		}
		base := ""
		for _, name := range op.Need {
			base += name + "=xxx&"
		}
		try := func(path, query string, body any) {
			q := wire.WebRequest{Method: op.Method, Path: path, Query: query, Type: "application/json", Language: "en"}
			if op.Body != nil {
				q.Body, _ = json.Marshal(body) //nolint:errcheck // maps, lists and texts
			}
			ours, known := o.Pointers(q.Method, q.Path, q.Query, q.Body)
			if !known {
				t.Fatalf("edge knows no %s %s", q.Method, q.Path)
			}
			tried++
			if len(ours) > 0 {
				wrong++
			}
			compare(t, q, ours, ask(q))
		}
		var good any
		if op.Body != nil {
			good = example(op.Body)
		}
		try(path, "", good)
		try(path, base, good)
		for _, bad := range spoiled(op.Body, good) {
			try(path, "", bad)
		}
		try(path, base+"nothing=1", good)
		for name, s := range op.Query {
			for _, v := range []string{"", "x", "1", "0", "-1", "1001", "json", "true", "2026-01-02T03:04:05Z", strings.Repeat("あ", 201), strings.Repeat("x", 801), fmt.Sprint(example(s))} {
				try(path, name+"="+v, good)
			}
		}
	}
	if tried < 1000 || wrong < 500 {
		t.Errorf("%d requests, %d of them wrong", tried, wrong)
	}
}

// compare wants console to refuse what edge refuses, in the same places, and nothing else.
func compare(t *testing.T, q wire.WebRequest, ours []string, a wire.WebResponse) {
	t.Helper()
	var p struct {
		Type   string
		Errors []struct{ Pointer string }
	}
	if a.Status >= 400 {
		if err := json.Unmarshal(a.Body, &p); err != nil {
			t.Fatal(err)
		}
	}
	var theirs []string
	if a.Status == 400 {
		for _, e := range p.Errors {
			theirs = append(theirs, e.Pointer)
		}
	}
	body := q.Body[:min(len(q.Body), 300)]
	if (len(ours) > 0) != (a.Status == 400) {
		t.Errorf("%s %s?%.100s %s: edge finds %v, console says %d %s", q.Method, q.Path, q.Query, body, ours, a.Status, a.Body)
		return
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	if len(ours) > 0 && !slices.Equal(slices.Compact(ours), slices.Compact(theirs)) {
		t.Errorf("%s %s?%.100s %s: edge points at %v, console at %v", q.Method, q.Path, q.Query, body, ours, theirs)
	}
}

// example is a value that fits a schema.
func example(s map[string]any) any {
	if e, has := s["enum"].([]any); has {
		return e[0]
	}
	kind := fmt.Sprint(s["type"])
	switch {
	case strings.Contains(kind, "object"):
		o := map[string]any{}
		for name, p := range s["properties"].(map[string]any) {
			o[name] = example(p.(map[string]any))
		}
		return o
	case strings.Contains(kind, "array"):
		return []any{example(s["items"].(map[string]any))}
	case kind == "integer":
		if m, has := s["minimum"].(float64); has {
			return int64(m)
		}
		return int64(1)
	case kind == "boolean":
		return true
	case s["format"] == "date-time":
		return "2026-01-02T03:04:05Z"
	case s["pattern"] != nil:
		return "12"
	}
	n, _ := s["minLength"].(float64)
	return strings.Repeat("x", max(int(n), 3))
}

// spoiled are bodies that are wrong, or only odd, in one place.
func spoiled(s map[string]any, good any) (out []any) {
	if s == nil {
		return nil
	}
	out = append(out, nil, "x", 1, []any{}, []any{good})
	if o, is := good.(map[string]any); is {
		with := func(name string, v any) map[string]any {
			c := maps.Clone(o)
			c[name] = v
			return c
		}
		out = append(out, with("nothing", 1), map[string]any{})
		for name, p := range s["properties"].(map[string]any) {
			c := maps.Clone(o)
			delete(c, name)
			out = append(out, c)
			for _, v := range append(spoiled(p.(map[string]any), o[name]), odd()...) {
				out = append(out, with(name, v))
			}
		}
		return out
	}
	if l, is := good.([]any); is {
		items, _ := s["items"].(map[string]any)
		for _, v := range append(spoiled(items, l[0]), odd()...) {
			out = append(out, []any{v}, []any{l[0], v})
		}
		if m, has := s["maxItems"].(float64); has && m < 2000 {
			out = append(out, slices.Repeat(l, int(m)+1), slices.Repeat(l, int(m)))
		}
	}
	return out
}

// odd are values that mean something else in each type.
func odd() []any {
	return []any{nil, true, 0, -1, 1.5, 1e3, 9007199254740992, "", "あ", strings.Repeat("あ", 10), strings.Repeat("x", 201), strings.Repeat("あ", 320), "1", "2026-01-02", "2026-01-02T03:04:05+09:00", []any{}, map[string]any{}}
}
