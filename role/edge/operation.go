package edge

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sekisho"
)

// What console's operations take is told by their description (OpenAPI 3.1). Edge has of it what concerns requests, as operation.json:
// a request that does not fit is refused here, so that console's own parsers see nothing else. A test in package test makes the file
// of the description, fails when they differ, and compares what edge and console say of the same requests.

//go:embed operation.json
var operationTable []byte

// Operations are what can be asked of console.
type Operations struct{ list []*operation }

// operation is one of them.
type operation struct {
	method   string
	path     []string // its segments; "{x}" takes any one
	query    map[string]*form
	need     []string         // of the query
	segments map[string]*form // parameters of the path
	body     *form            // nil: none
}

// form is the part of JSON Schema that the description uses. A keyword beyond it is an error when the table is read.
type form struct {
	Type                 kinds            `json:"type"`
	Format               string           `json:"format,omitempty"`
	Enum                 []string         `json:"enum,omitempty"`
	Pattern              string           `json:"pattern,omitempty"`
	Minimum              *float64         `json:"minimum,omitempty"`
	Maximum              *float64         `json:"maximum,omitempty"`
	MinLength            int              `json:"minLength,omitempty"`
	MaxLength            *int             `json:"maxLength,omitempty"`
	MinItems             int              `json:"minItems,omitempty"`
	MaxItems             *int             `json:"maxItems,omitempty"`
	Items                *form            `json:"items,omitempty"`
	Properties           map[string]*form `json:"properties,omitempty"`
	Required             []string         `json:"required,omitempty"`
	AdditionalProperties *bool            `json:"additionalProperties,omitempty"`

	pattern *regexp.Regexp
}

// kinds are the types that a value may have: one name, or a list of them.
type kinds []string

// UnmarshalJSON reads either.
func (k *kinds) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*k = kinds{one}
		return nil
	}
	var several []string
	err := json.Unmarshal(b, &several)
	*k = several
	return err
}

// MarshalJSON writes one name as a name.
func (k kinds) MarshalJSON() ([]byte, error) {
	if len(k) == 1 {
		return json.Marshal(k[0])
	}
	return json.Marshal([]string(k))
}

// stored is an operation in the table.
type stored struct {
	Method   string           `json:"method"`
	Path     string           `json:"path"`
	Query    map[string]*form `json:"query,omitempty"`
	Need     []string         `json:"need,omitempty"` // of the query
	Segments map[string]*form `json:"segments,omitempty"`
	Body     *form            `json:"body,omitempty"`
}

// ReadOperations reads the table.
func ReadOperations() (*Operations, error) {
	d := json.NewDecoder(bytes.NewReader(operationTable))
	d.DisallowUnknownFields()
	var list []stored
	if err := d.Decode(&list); err != nil {
		return nil, sekisho.E("edge.operations", sekisho.Corrupt, err)
	}
	o := &Operations{}
	for _, s := range list {
		x := &operation{method: s.Method, path: at(s.Path), query: s.Query, need: s.Need, segments: s.Segments, body: s.Body}
		for _, f := range x.forms() {
			if err := f.prepare(); err != nil {
				return nil, sekisho.E("edge.operations", sekisho.Corrupt, fmt.Errorf("%s %s: %w", s.Method, s.Path, err))
			}
		}
		o.list = append(o.list, x)
	}
	// What is named goes before what is open: "/partners/import" before "/partners/{partner}".
	slices.SortStableFunc(o.list, func(a, b *operation) int { return a.open() - b.open() })
	return o, nil
}

func (o *operation) forms() []*form {
	var out []*form
	for _, m := range []map[string]*form{o.query, o.segments} {
		for _, f := range m {
			out = append(out, f)
		}
	}
	if o.body != nil {
		out = append(out, o.body)
	}
	return out
}

func (o *operation) open() (n int) {
	for _, s := range o.path {
		if strings.HasPrefix(s, "{") {
			n++
		}
	}
	return n
}

// prepare checks a form of the table, which is ours: what edge does not know it must not pass over.
func (f *form) prepare() (err error) {
	for _, k := range f.Type {
		if !slices.Contains([]string{"object", "array", "string", "integer", "number", "boolean", "null"}, k) {
			return fmt.Errorf("no type %q", k)
		}
	}
	if f.Format != "" && f.Format != "date-time" && f.Format != "int64" {
		return fmt.Errorf("no format %q", f.Format)
	}
	if len(f.Type) == 0 || f.is("object") && (f.AdditionalProperties == nil || *f.AdditionalProperties) {
		return fmt.Errorf("a form that takes anything")
	}
	if f.Pattern != "" {
		if f.pattern, err = regexp.Compile(f.Pattern); err != nil {
			return err
		}
	}
	for _, p := range f.Properties {
		if err := p.prepare(); err != nil {
			return err
		}
	}
	if f.Items != nil {
		return f.Items.prepare()
	}
	return nil
}

func (f *form) is(kind string) bool { return slices.Contains(f.Type, kind) }

// find gives the operation of a request. allow are the methods of its path when only the method is wrong.
func (o *Operations) find(method, path string) (found *operation, allow []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := at(path)
	for _, x := range o.list {
		if !x.matches(segments) {
			continue
		}
		if x.method == method {
			return x, nil
		}
		if !slices.Contains(allow, x.method) {
			allow = append(allow, x.method)
		}
	}
	return nil, allow
}

func (o *operation) matches(segments []string) bool {
	if len(segments) != len(o.path) {
		return false
	}
	for i, s := range o.path {
		if segments[i] == "" || s != segments[i] && !strings.HasPrefix(s, "{") {
			return false
		}
	}
	return true
}

// Pointers says where a request does not fit, as the problem names it; false when there is no such operation.
func (o *Operations) Pointers(method, path, query string, body []byte) ([]string, bool) {
	x, _ := o.find(method, path)
	if x == nil {
		return nil, false
	}
	var out []string
	for _, f := range x.check(path, query, body) {
		out = append(out, f.pointer)
	}
	return out, true
}

// mostFaults bounds how many are told.
const mostFaults = 20

// check says what is wrong with a request.
func (o *operation) check(path, query string, body []byte) []fault {
	v := &verdict{}
	for i, s := range at(path) {
		if name, open := strings.CutPrefix(o.path[i], "{"); open {
			name = strings.TrimSuffix(name, "}")
			v.parameter(o.segments[name], s, "path", name)
		}
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return []fault{{"/query", "syntax"}}
	}
	for name, list := range values {
		f := o.query[name]
		switch {
		case f == nil:
			v.add("unknown", "query", name)
		case len(list) > 1:
			v.add("twice", "query", name)
		case list[0] != "": // empty is as if it were absent
			v.parameter(f, list[0], "query", name)
		}
	}
	for _, name := range o.need {
		if values.Get(name) == "" {
			v.add("missing", "query", name)
		}
	}
	slices.SortFunc(v.faults, func(a, b fault) int { return strings.Compare(a.pointer, b.pointer) })
	switch {
	case o.body == nil && len(body) > 0:
		v.add("unknown")
	case o.body == nil:
	case len(body) == 0:
		v.add("missing")
	default:
		v.document(o.body, body)
	}
	return v.faults
}

// verdict gathers faults.
type verdict struct{ faults []fault }

func (v *verdict) add(why string, at ...string) {
	if len(v.faults) >= mostFaults {
		return
	}
	c := checker{at: at}
	v.faults = append(v.faults, *c.fault(why))
}

// document checks a body, which was found to be JSON within bounds, without members twice.
func (v *verdict) document(f *form, body []byte) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var x any
	if d.Decode(&x) != nil || d.Decode(new(any)) != io.EOF {
		v.add("syntax")
		return
	}
	v.value(f, x, nil)
}
