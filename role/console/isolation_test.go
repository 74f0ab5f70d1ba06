package console_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/console"
	"sekisho/wire"
)

// document is as much of OpenAPI as the tests read.
type document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	ID         string `json:"operationId"`
	Right      string `json:"x-sekisho-right"`
	Parameters []struct {
		Name     string `json:"name"`
		In       string `json:"in"`
		Required bool   `json:"required"`
		Schema   schema `json:"schema"`
	} `json:"parameters"`
	RequestBody struct {
		Content map[string]struct {
			Schema schema `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Enum       []any             `json:"enum"`
	Format     string            `json:"format"`
	MinLength  int               `json:"minLength"`
	Minimum    float64           `json:"minimum"`
	MinItems   int               `json:"minItems"`
	Items      *schema           `json:"items"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
}

func readDocument(t testing.TB) document {
	t.Helper()
	x := console.New(console.Config{Name: "mx.example"}, console.Peers{})
	var d document
	if err := json.Unmarshal(x.Document(), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Paths) < 30 {
		t.Fatalf("%d paths", len(d.Paths))
	}
	return d
}

// sample makes a value that a schema takes. Names that mean something get something that fits.
func (d document) sample(name string, s schema) any {
	if s.Ref != "" {
		return d.sample(name, d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]])
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	switch fmt.Sprint(s.Type) {
	case "object":
		o := object{}
		for _, r := range s.Required {
			o[r] = d.sample(r, s.Properties[r])
		}
		return o
	case "[array null]", "array":
		list := []any{}
		for range s.MinItems {
			list = append(list, d.sample(name, *s.Items))
		}
		return list
	case "integer", "number", "[integer null]":
		return max(s.Minimum, 1)
	case "boolean":
		return false
	}
	switch {
	case s.Format == "date-time":
		return time.Now().Add(time.Hour)
	case name == "address", name == "targets", name == "addresses":
		return "victim@kita.example"
	case name == "scopes":
		return "account:view"
	case name == "csv":
		return "YWRkcmVzcwo="
	case name == "text":
		return "version = 1\n"
	}
	return strings.Repeat("x", max(s.MinLength, 3))
}

// victim is what another customer has, to be named in paths.
type victim map[string]string

func (d document) request(method, path string, op operation, v victim) wire.WebRequest {
	for _, p := range op.Parameters {
		if p.In == "path" {
			value, known := v[p.Name]
			if !known {
				value = fmt.Sprint(d.sample(p.Name, p.Schema))
			}
			path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
		}
	}
	q := wire.WebRequest{Method: strings.ToUpper(method), Path: path, Language: "en"}
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			q.Query = p.Name + "=" + fmt.Sprint(d.sample(p.Name, p.Schema))
		}
	}
	if c, has := op.RequestBody.Content["application/json"]; has {
		b, err := json.Marshal(d.sample("", c.Schema))
		if err != nil {
			panic(err)
		}
		q.Body = b
	}
	return q
}

// rowsOf counts what store has of a contract that console could change.
func (h *house) rowsOf(c sekisho.ContractID) string {
	h.t.Helper()
	var b strings.Builder
	for _, what := range []string{"contract", "account", "alias", "group", "quarantine", "hold"} {
		got := must[wire.Listed](h.t)(wire.StoreList.Ask(h.t.Context(), h.peers["admin/store"], wire.List{What: what, Contract: c}))
		for i := range got.Contracts {
			got.Contracts[i].Version = 0 // operators may change settings
		}
		j := must[[]byte](h.t)(json.Marshal(got))
		b.Write(j)
	}
	return b.String()
}

// Every operation of the document, by every duty, with another customer's things: refused as if it did not exist, entered in the
// ledger, and nothing changed. A new operation is tried without a new test.
func TestIsolation(t *testing.T) {
	h, d := newHouse(t), readDocument(t)
	h.admin(wire.Admin{Alias: &wire.AdminAlias{Do: "add", Contract: h.kita, Address: "sales@kita.example", Targets: []string{"kita-user@kita.example"}}})
	h.admin(wire.Admin{Group: &wire.AdminGroup{Do: "set", Contract: h.kita, Name: "staff", Members: []string{"kita-user@kita.example"}}})
	partner := h.do("kita-admin", "POST", h.of(h.kita)+"/partners", object{"name": "theirs", "addresses": []string{"x@far.example"}}, 201)
	kept := h.mail(h.kita, "kita-user", wire.FateQuarantine)
	v := victim{"contract": fmt.Sprint(h.kita), "account": fmt.Sprint(h.people["kita-user"].id), "domain": "kita.example", "address": "sales@kita.example",
		"group": "staff", "id": fmt.Sprint(kept.ID), "kind": "quarantine", "trace": kept.Trace.String(), "partner": fmt.Sprintf("%.0f", partner.at("id"))}
	mixed := victim{}
	for k, x := range v {
		mixed[k] = x
	}
	mixed["contract"] = fmt.Sprint(h.mori)
	before := h.rowsOf(h.kita)
	tried := 0
	for path, methods := range d.Paths {
		for method, op := range methods {
			if !strings.Contains(path, "{contract}") {
				continue
			}
			for _, who := range sekisho.Duties() {
				tried++
				h.isolated(who, op, d.request(method, path, op, v), true)
				if strings.Contains(path, "/senders/") || strings.Contains(path, "/fingerprints/") { // whoever's address may stand in a list, and any name: it is no thing of another customer's
					continue
				}
				if strings.Count(strings.ReplaceAll(path, "{kind}", ""), "{") > 1 && who != "operator" {
					h.isolated(who, op, d.request(method, path, op, mixed), false)
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d tries", tried)
	}
	if after := h.rowsOf(h.kita); after != before {
		t.Errorf("something changed:\n%s\n%s", before, after)
	}
}

// isolated tries one request. With the other's contract in the path it must be refused and entered; with his own contract and the
// other's things it must be refused.
func (h *house) isolated(who string, op operation, q wire.WebRequest, entered bool) {
	h.t.Helper()
	before := h.denials()
	a := h.ask(who, q)
	if who == "operator" && sekisho.May("operator", sekisho.Right(op.Right)) {
		return // what operators may do in every contract
	}
	want := []int{404}
	if who == "operator" || !entered {
		want = []int{403, 404, 409}
	}
	if who != "operator" && !entered && !slices.Contains(want, a.Status) && mine(op.ID, a.Status) {
		return
	}
	if !slices.Contains(want, a.Status) {
		h.t.Errorf("%s as %s: %s %s: %d %s", op.ID, who, q.Method, q.Path, a.Status, a.Body)
	}
	if n := h.denials(); entered && n <= before {
		h.t.Errorf("%s as %s: refused with %d, not in the ledger", op.ID, who, a.Status)
	}
}

// mine says whether an answer is right because the name in the path is looked for in the asker's own contract, and may be given there.
func mine(id string, status int) bool {
	if id == "setSender" || id == "removeSender" || id == "getSender" { // an address in the asker's own list, whosever it is
		return status < 300
	}
	return id == "setGroup" && status == 200 || (id == "removeGroup" || id == "getGroup") && status < 300 // after that
}

// What concerns the installation is refused to everybody but operators, and entered.
func TestSystemIsolation(t *testing.T) {
	h, d := newHouse(t), readDocument(t)
	for path, methods := range d.Paths {
		for method, op := range methods {
			if strings.Contains(path, "{contract}") || op.Right != string(sekisho.ViewSystem) && op.Right != string(sekisho.ManageContracts) {
				continue
			}
			for _, who := range sekisho.Duties() {
				before := h.denials()
				a := h.ask(who, d.request(method, path, op, victim{"id": "1", "number": "1"}))
				if who == "operator" {
					if a.Status == 403 {
						h.t.Errorf("%s: an operator is refused: %s", op.ID, a.Body)
					}
					continue
				}
				if a.Status != 403 && a.Status != 404 {
					t.Errorf("%s as %s: %d %s", op.ID, who, a.Status, a.Body)
				}
				if h.denials() <= before {
					t.Errorf("%s as %s: not in the ledger", op.ID, who)
				}
			}
		}
	}
}

// Who is not signed in gets nothing, of whatever operation.
func TestNobody(t *testing.T) {
	h, d := newHouse(t), readDocument(t)
	for path, methods := range d.Paths {
		for method, op := range methods {
			q := d.request(method, path, op, victim{"contract": "1", "account": "1", "id": "1", "kind": "hold"})
			for _, c := range []wire.Capability{{}, {ID: 99, Secret: []byte("guessed")}} {
				q.Capability = c
				a := must[wire.WebResponse](t)(wire.ConsoleAsk.Ask(t.Context(), h.edge, q))
				if a.Status != 401 {
					t.Errorf("%s: %d", op.ID, a.Status)
				}
			}
		}
	}
}

// Within a contract each duty can do what it brings, and no more.
func TestDuties(t *testing.T) {
	h, d := newHouse(t), readDocument(t)
	v := victim{"contract": fmt.Sprint(h.mori), "account": fmt.Sprint(h.people["user"].id), "domain": "mori.example", "address": "nobody@mori.example", "group": "staff",
		"id": "999", "kind": "hold", "trace": "1111111"}
	for path, methods := range d.Paths {
		for method, op := range methods {
			if !strings.Contains(path, "{contract}") || method == "delete" || op.Right == "" {
				continue
			}
			for _, who := range sekisho.Duties() {
				if who == "operator" {
					continue
				}
				a := h.ask(who, d.request(method, path, op, v))
				may := sekisho.May(who, sekisho.Right(op.Right))
				if !may && a.Status != 403 {
					t.Errorf("%s as %s: %d %s", op.ID, who, a.Status, a.Body)
				}
				if may && a.Status == 403 && who == "contract-admin" {
					t.Errorf("%s as %s: refused: %s", op.ID, who, a.Body)
				}
			}
		}
	}
}
