package edge

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// What console's operations do not take never reaches console: edge answers as console would, in the asker's language.
func TestOperationLayer(t *testing.T) {
	o := open(t, LayerRate|LayerFetch|LayerRule|LayerAnswer)
	api := "https://" + consoleHost + "/api/v1"
	for _, c := range []struct {
		method, path, body string
		status             int
		at                 string
	}{
		{"POST", "/contracts/1/accounts", `{"address":"a@mori.example","admin":true}`, 400, "/admin"},
		{"POST", "/contracts/1/accounts", `{"address":7}`, 400, "/address"},
		{"POST", "/contracts/1/accounts", `{"name":"x"}`, 400, "/address"},
		{"POST", "/contracts/1/accounts", `{"address":"a@mori.example","role":"root"}`, 400, "/role"},
		{"POST", "/contracts/1/accounts", `{"address":"a@mori.example","quota":-1}`, 400, "/quota"},
		{"POST", "/contracts/1/accounts", ``, 400, ""},
		{"POST", "/contracts/1/accounts", `{"address":"a@b.example","address":"c@d.example"}`, 422, "/address"},
		{"POST", "/contracts/x/accounts", `{"address":"a@mori.example"}`, 400, "/path/contract"},
		{"POST", "/contracts/1/queue/steer", `{"do":"retry","ids":[]}`, 400, "/ids"},
		{"POST", "/contracts/1/queue/steer", `{"do":"retry","ids":[1,"2"]}`, 400, "/ids/1"},
		{"POST", "/contracts/1/termination", `{"name":"x","really":true}`, 400, "/really"},
		{"GET", "/contracts?limit=100000", ``, 400, "/query/limit"},
		{"GET", "/contracts?limit=1&limit=2", ``, 400, "/query/limit"},
		{"GET", "/contracts?debug=1", ``, 400, "/query/debug"},
		{"GET", "/contracts?a=%zz", ``, 400, ""},
		{"GET", "/nothing", ``, 404, ""},
		{"GET", "/contracts/1/accounts/", ``, 404, ""},
		{"DELETE", "/contracts", ``, 405, ""},
	} {
		r := o.send(request{method: c.method, url: api + c.path, body: c.body, cookie: true, header: map[string]string{"Accept-Language": "ja"}})
		var p struct {
			Type, Title string
			Errors      []struct{ Pointer, Detail string }
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &p); err != nil || r.StatusCode != c.status || p.Title == "" {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, r.StatusCode, b)
			continue
		}
		if c.status == 400 && c.at != "" && (len(p.Errors) != 1 || p.Errors[0].Pointer != c.at || p.Errors[0].Detail == "" || p.Type != "urn:sekisho:problem:invalid" || p.Title != "入力に誤りがあります") {
			t.Errorf("%s %s: %s, want a fault at %q", c.path, c.body, b, c.at)
		}
	}
	if len(o.asked) != 0 {
		t.Errorf("%d requests reached a role", len(o.asked))
	}
	o.send(request{method: "GET", url: api + "/contracts?limit=10&search=mori", cookie: true})
	o.send(request{method: "POST", url: api + "/contracts/1/partners/import", body: `{"csv":"YQ=="}`, cookie: true})
	if len(o.asked) != 2 {
		t.Errorf("what fits does not get there: %d", len(o.asked))
	}
}

// A table that says what edge does not understand is not taken.
func TestOperationTable(t *testing.T) {
	if _, err := ReadOperations(); err != nil {
		t.Fatal(err)
	}
	no := false
	for name, f := range map[string]form{
		"no type": {}, "another type": {Type: kinds{"text"}}, "open object": {Type: kinds{"object"}}, "another format": {Type: kinds{"string"}, Format: "email"},
		"no pattern": {Type: kinds{"string"}, Pattern: "("}, "open inside": {Type: kinds{"object"}, AdditionalProperties: &no, Properties: map[string]*form{"x": {Type: kinds{"object"}}}},
	} {
		if f.prepare() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzOperation(f *testing.F) {
	o, err := ReadOperations()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("POST", "/api/v1/contracts/1/accounts", "a=1", []byte(`{"address":"a@mori.example","quota":1}`))
	f.Add("GET", "/api/v1/contracts", "limit=1&after=%00", []byte(nil))
	f.Add("POST", "/api/v1/contracts/1/queue/steer", "", []byte(`{"do":"retry","ids":[1,2e0,99999999999999999999]}`))
	f.Add("PATCH", "/api/v1/contracts/1", "", []byte(`{"limit":{"message":1.0},"people":null}`))
	f.Fuzz(func(t *testing.T, method, path, query string, body []byte) {
		list, known := o.Pointers(method, path, query, body)
		if len(list) > mostFaults || !known && list != nil {
			t.Errorf("%d faults", len(list))
		}
		for _, p := range list {
			if p != "" && !strings.HasPrefix(p, "/") {
				t.Errorf("%q", p)
			}
		}
	})
}
