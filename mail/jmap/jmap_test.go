package jmap

import (
	"encoding/json"
	"strings"
	"testing"
)

var limits = Limits{Size: 1000, Calls: 2, Depth: 10}

func TestParseRequest(t *testing.T) {
	for in, want := range map[string]string{
		`{"using":["a"],"methodCalls":[["Core/echo",{"x":1},"c1"]]}`: "",
		`{"using":[],"methodCalls":[],"createdIds":{"k":"v"}}`:       "",
		`{"using":["a"],"methodCalls":[["Core/echo",{"x":1},"c1"]]`:  "notJSON",
		`nonsense`: "notJSON",
		"{\"using\":[\"\xff\"],\"methodCalls\":[]}":       "notJSON",
		strings.Repeat("[", 11) + strings.Repeat("]", 11): "notJSON",
		`[]`:                              "notRequest",
		`{"using":["a"]}`:                 "notRequest",
		`{"using":null,"methodCalls":[]}`: "notRequest",
		`{"using":["a"],"methodCalls":[],"more":1}`:                                               "notRequest",
		`{"using":["a"],"methodCalls":[["Core/echo",{"x":1}]]}`:                                   "notRequest",
		`{"using":["a"],"methodCalls":[["Core/echo",[],"c"]]}`:                                    "notRequest",
		`{"using":["a"],"methodCalls":[[1,{},"c"]]}`:                                              "notRequest",
		`{"using":["a"],"methodCalls":[["x",{},null]]}`:                                           "notRequest",
		`{"using":["b"],"methodCalls":[]}`:                                                        "unknownCapability",
		`{"using":["a"],"methodCalls":[["x",{},"1"],["x",{},"2"],["x",{},"3"]]}`:                  "limit",
		`{"using":["a"],"methodCalls":[],"createdIds":{"k":"` + strings.Repeat("x", 1000) + `"}}`: "limit",
	} {
		_, err := ParseRequest([]byte(in), []string{"a"}, limits)
		got := ""
		if err != nil {
			got = err.Type
		}
		if got != want {
			t.Errorf("%.80s: %q; want %q", in, got, want)
		}
	}
}

func TestResolve(t *testing.T) {
	done := []Invocation{{"Foo/query", json.RawMessage(`{"ids":["a","b"],"n":12345678901234567890,"list":[{"e":["x","y"]},{"e":["z"]},{"e":"w"}],"a/b":{"~":1}}`), "0"}}
	for in, want := range map[string]string{
		`{"#ids":{"resultOf":"0","name":"Foo/query","path":"/ids"}}`:         `{"ids":["a","b"]}`,
		`{"#ids":{"resultOf":"0","name":"Foo/query","path":"/ids/1"}}`:       `{"ids":"b"}`,
		`{"#ids":{"resultOf":"0","name":"Foo/query","path":"/list/*/e"}}`:    `{"ids":["x","y","z","w"]}`,
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/n"}}`:             `{"n":12345678901234567890}`,
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/a~1b/~0"}}`:       `{"n":1}`,
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/ids/01"}}`:        "invalidResultReference",
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/ids/2"}}`:         "invalidResultReference",
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/list/*/none"}}`:   "invalidResultReference",
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"ids"}}`:            "invalidResultReference",
		`{"#n":{"resultOf":"1","name":"Foo/query","path":"/ids"}}`:           "invalidResultReference",
		`{"#n":{"resultOf":"0","name":"Foo/get","path":"/ids"}}`:             "invalidResultReference",
		`{"#n":{"resultOf":"0","name":"Foo/query"},"n":1}`:                   "invalidArguments",
		`{"#n":{"resultOf":"0","name":"Foo/query","path":"/ids","extra":1}}`: "invalidArguments",
		`{"#n":7}`: "invalidArguments",
	} {
		out, err := Resolve(json.RawMessage(in), done)
		got := string(out)
		if err != nil {
			got = err.Type
		}
		if got != want {
			t.Errorf("%s: %s; want %s", in, got, want)
		}
	}
}

type inner struct {
	A string `json:"a"`
}

type outer struct {
	S    string           `json:"s"`
	P    *string          `json:"p"`
	N    uint32           `json:"n"`
	List []inner          `json:"list"`
	Map  map[string]inner `json:"map"`
	One  *inner           `json:"one"`
	Raw  json.RawMessage  `json:"raw"`
	Not  string
}

func TestDecode(t *testing.T) {
	for in, want := range map[string]string{
		`{"s":"x","p":null,"n":3,"list":[{"a":"b"}],"map":{"k":{"a":"c"}},"one":{"a":"d"},"raw":[1,2]}`: "",
		`{"S":"x"}`:               "S",
		`{"Not":"x"}`:             "Not",
		`{"s":1}`:                 "s",
		`{"s":null}`:              "s",
		`{"n":-1}`:                "n",
		`{"n":1.5}`:               "n",
		`{"n":4294967296}`:        "n",
		`{"list":{}}`:             "list",
		`{"list":[{"b":1}]}`:      "list/0/b",
		`{"map":{"k":{"A":"x"}}}`: "map/k/A",
		`{"map":[]}`:              "map",
		`{"one":[]}`:              "one",
		`{"one":{"a":{}}}`:        "one/a",
	} {
		var o outer
		err := Decode(json.RawMessage(in), &o)
		got := ""
		if err != nil {
			got = strings.Join(err.Arguments, ",")
		}
		if got != want {
			t.Errorf("%s: %q; want %q", in, got, want)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add([]byte(`{"using":["a"],"methodCalls":[["A/get",{"x":1},"c1"],["B/get",{"#ids":{"resultOf":"c1","name":"A/get","path":"/x"}},"c2"]]}`))
	f.Add([]byte(`{"using":["a"],"methodCalls":[["A/get",{"#x":{"resultOf":"c1","name":"A/get","path":"/*/*/0"}},"c1"]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ParseRequest(b, []string{"a"}, limits)
		if err != nil {
			return
		}
		for _, c := range r.Calls {
			if out, err := Resolve(c.Args, r.Calls); err == nil {
				var o outer
				Decode(out, &o)
			}
		}
	})
}
