// Package jmap is the part of JMAP that is the same for all kinds of data (RFC 8620): requests with several method calls,
// references from one call to the result of another, and the errors of both levels. It knows nothing of accounts or mails.
package jmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits are what a server allows of one request; the session object tells them.
type Limits struct {
	Size  int // bytes of a request
	Calls int // method calls in it
	Depth int // of JSON
}

// Request is a checked request object (RFC 8620 section 3.3).
type Request struct {
	Using   []string
	Calls   []Invocation
	Created map[string]string // creation ids of earlier requests
	Asked   bool              // createdIds was given: the answer has them too
}

// Invocation is a method call or a response: a name, arguments and the id of the call.
type Invocation struct {
	Name string
	Args json.RawMessage
	ID   string
}

// MarshalJSON writes the three as an array.
func (i Invocation) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{i.Name, i.Args, i.ID})
}

// RequestError refuses a whole request (RFC 8620 section 3.6.1).
type RequestError struct {
	Type   string // the last part of urn:ietf:params:jmap:error:
	Limit  string // for "limit": which
	Detail string
}

// Error says what is wrong.
func (e *RequestError) Error() string { return e.Type + ": " + e.Detail }

// URN is the type of the problem document.
func (e *RequestError) URN() string { return "urn:ietf:params:jmap:error:" + e.Type }

// MethodError is the answer to one call that failed (RFC 8620 section 3.6.2).
type MethodError struct {
	Type        string   `json:"type"`
	Description string   `json:"description,omitempty"`
	Arguments   []string `json:"arguments,omitempty"`
}

// Error says what is wrong.
func (e *MethodError) Error() string { return e.Type + ": " + e.Description }

// Fail makes a method error.
func Fail(kind, text string, args ...any) *MethodError {
	return &MethodError{Type: kind, Description: fmt.Sprintf(text, args...)}
}

// Invalid says which argument is wrong, and how.
func Invalid(argument, text string, args ...any) *MethodError {
	return &MethodError{Type: "invalidArguments", Description: argument + ": " + fmt.Sprintf(text, args...), Arguments: []string{argument}}
}

// ParseRequest reads a request. capabilities are those that the server has.
func ParseRequest(b []byte, capabilities []string, l Limits) (*Request, *RequestError) {
	if len(b) > l.Size {
		return nil, &RequestError{"limit", "maxSizeRequest", fmt.Sprintf("a request may have %d bytes", l.Size)}
	}
	if err := checkJSON(b, l.Depth); err != nil {
		return nil, &RequestError{"notJSON", "", err.Error()}
	}
	var top map[string]json.RawMessage
	if json.Unmarshal(b, &top) != nil {
		return nil, notRequest("the request is not an object")
	}
	r := &Request{}
	var calls [][]json.RawMessage
	for name, raw := range top {
		var err error
		switch name {
		case "using":
			err = json.Unmarshal(raw, &r.Using)
		case "methodCalls":
			err = json.Unmarshal(raw, &calls)
		case "createdIds":
			r.Asked = true
			err = json.Unmarshal(raw, &r.Created)
		default:
			err = errors.New("no such property")
		}
		if err != nil {
			return nil, notRequest(fmt.Sprintf("%.40q is not as it should be", name))
		}
	}
	if top["using"] == nil || top["methodCalls"] == nil || r.Using == nil || calls == nil {
		return nil, notRequest("using and methodCalls are needed")
	}
	for _, u := range r.Using {
		if !slices.Contains(capabilities, u) {
			return nil, &RequestError{"unknownCapability", "", fmt.Sprintf("no capability %.100q", u)}
		}
	}
	if len(calls) > l.Calls {
		return nil, &RequestError{"limit", "maxCallsInRequest", fmt.Sprintf("a request may have %d method calls", l.Calls)}
	}
	return r, r.take(calls)
}

func notRequest(detail string) *RequestError { return &RequestError{"notRequest", "", detail} }

func (r *Request) take(calls [][]json.RawMessage) *RequestError {
	for i, c := range calls {
		var x Invocation
		if len(c) != 3 || json.Unmarshal(c[0], &x.Name) != nil || json.Unmarshal(c[2], &x.ID) != nil || kind(c[1]) != '{' || kind(c[0]) != '"' || kind(c[2]) != '"' {
			return notRequest(fmt.Sprintf("method call %d is not a name, an object and an id", i))
		}
		x.Args = c[1]
		r.Calls = append(r.Calls, x)
	}
	return nil
}

// kind is the first byte of a JSON value: what sort it is.
func kind(raw json.RawMessage) byte {
	for _, c := range raw {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

// checkJSON refuses what is not I-JSON (RFC 7493), as far as it can be seen without a tree, and what is too deep.
func checkJSON(b []byte, most int) error {
	if !utf8.Valid(b) {
		return errors.New("not UTF-8")
	}
	depth, text := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > most {
				return fmt.Errorf("deeper than %d levels", most)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	if !json.Valid(b) {
		return errors.New("not JSON")
	}
	return nil
}

// reference is a ResultReference (RFC 8620 section 3.7).
type reference struct {
	ResultOf string `json:"resultOf"`
	Name     string `json:"name"`
	Path     string `json:"path"`
}

// Resolve replaces the references in a call's arguments by what earlier responses hold.
func Resolve(args json.RawMessage, responses []Invocation) (json.RawMessage, *MethodError) {
	if !strings.Contains(string(args), `"#`) {
		return args, nil
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(args, &top); err != nil {
		return nil, Fail("invalidArguments", "not an object")
	}
	for name, raw := range maps.Clone(top) {
		plain, is := strings.CutPrefix(name, "#")
		if !is {
			continue
		}
		if _, both := top[plain]; both {
			return nil, Invalid(plain, "given itself and as a reference")
		}
		var ref reference
		if err := Decode(raw, &ref); err != nil {
			return nil, Invalid(name, "not a reference: %s", err.Description)
		}
		value, err := ref.value(responses)
		if err != nil {
			return nil, Fail("invalidResultReference", "%s: %s", plain, err)
		}
		delete(top, name)
		top[plain] = value
	}
	out, err := json.Marshal(top)
	if err != nil {
		return nil, Fail("serverFail", "%v", err)
	}
	return out, nil
}

func (r *reference) value(responses []Invocation) (json.RawMessage, error) {
	i := slices.IndexFunc(responses, func(x Invocation) bool { return x.ID == r.ResultOf })
	if i < 0 {
		return nil, fmt.Errorf("no call %.40q before", r.ResultOf)
	}
	if responses[i].Name != r.Name {
		return nil, fmt.Errorf("call %.40q answered %s", r.ResultOf, responses[i].Name)
	}
	var v any
	d := json.NewDecoder(strings.NewReader(string(responses[i].Args)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	found, err := pointer(v, r.Path)
	if err != nil {
		return nil, err
	}
	return json.Marshal(found)
}

// pointer follows a JSON pointer (RFC 6901), in which "*" is every element of an array (RFC 8620 section 3.7).
func pointer(v any, path string) (any, error) {
	if path == "" {
		return v, nil
	}
	if path[0] != '/' {
		return nil, errors.New("the path does not begin with /")
	}
	token, rest, more := strings.Cut(path[1:], "/")
	if more {
		rest = "/" + rest
	}
	token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	switch v := v.(type) {
	case map[string]any:
		next, there := v[token]
		if !there {
			return nil, fmt.Errorf("nothing at %.40q", token)
		}
		return pointer(next, rest)
	case []any:
		if token != "*" {
			n, err := index(token, len(v))
			if err != nil {
				return nil, err
			}
			return pointer(v[n], rest)
		}
		out := []any{}
		for _, x := range v {
			found, err := pointer(x, rest)
			if err != nil {
				return nil, err
			}
			if list, is := found.([]any); is {
				out = append(out, list...)
			} else {
				out = append(out, found)
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("nothing below %.40q", token)
}

// index reads an array's index as RFC 6901 section 4 writes it.
func index(token string, length int) (int, error) {
	n := 0
	if token == "" || len(token) > 9 || len(token) > 1 && token[0] == '0' {
		return 0, fmt.Errorf("no index %.40q", token)
	}
	for _, c := range []byte(token) {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("no index %.40q", token)
		}
		n = n*10 + int(c-'0')
	}
	if n >= length {
		return 0, fmt.Errorf("nothing at %d", n)
	}
	return n, nil
}
