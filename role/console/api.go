package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sekisho"
	"sekisho/wire"
)

// api gathers the operations; they are served from the mux, and described in one document.
type api struct{ huma.API }

// act says what an operation takes besides its input.
type act struct {
	method, path string
	id           string // name of the operation in the document
	summary      string
	tag          string
	right        sekisho.Right // "" for what concerns the asker himself
	person       bool          // no access token may do it
	fresh        bool          // it takes a proof of the last ten minutes
	status       int           // of success; 0: 200
	body         int64         // most bytes; 0: 1 MiB
}

// The document's extensions: what an operation takes.
const (
	extensionRight = "x-sekisho-right"
	extensionFresh = "x-sekisho-fresh"
)

// routes registers every operation and gives the document.
func (x *Console) routes() []byte {
	c := huma.DefaultConfig("Sekisho administration", "1")
	c.CreateHooks, c.OpenAPIPath, c.DocsPath, c.SchemasPath = nil, "", "", ""
	a := api{humago.New(x.mux, c)}
	for _, register := range []func(api){contractRoutes, domainRoutes, accountRoutes, aliasRoutes, groupRoutes, partnerRoutes, traceRoutes, keptRoutes, queueRoutes, policyRoutes, senderRoutes, urlRoutes, printRoutes, learnRoutes,
		changeRoutes, grantRoutes, tokenRoutes, importRoutes, statisticRoutes, insiderRoutes, reportRoutes, systemRoutes, healthRoutes, endRoutes} {
		register(a)
	}
	b, err := json.Marshal(a.OpenAPI())
	if err != nil {
		panic("console: the document: " + err.Error()) // a fault of the program: the operations are fixed
	}
	return b
}

// route registers one operation. The rights are store's to judge; what is judged here is what store cannot know: a token's
// scopes, and how long ago the asker proved himself.
func route[I, O any](a api, t act, f func(context.Context, *person, *I) (*O, error)) {
	op := huma.Operation{Method: t.method, Path: "/api/v1" + t.path, OperationID: t.id, Summary: t.summary, Tags: []string{t.tag}, DefaultStatus: t.status,
		MaxBodyBytes: t.body, RejectUnknownQueryParameters: true, Extensions: map[string]any{extensionRight: string(t.right), extensionFresh: t.fresh}}
	huma.Register(a, op, func(ctx context.Context, in *I) (*O, error) {
		p := personOf(ctx)
		if p == nil {
			return nil, problem{Status: 401, slug: "sign-in"}.in("")
		}
		if t.right != "" && !p.scoped(t.right) {
			return nil, problem{Status: 403, slug: "scope", Errors: []fault{{"", string(t.right)}}}.in(p.language())
		}
		if t.person && p.program() {
			return nil, problem{Status: 403, slug: "person"}.in(p.language())
		}
		if t.fresh && !p.fresh() {
			return nil, problem{Status: 403, slug: "step-up"}.in(p.language())
		}
		if err := p.may(ctx, t, in); err != nil {
			return nil, problemOf(err, p.language())
		}
		out, err := f(ctx, p, in)
		if err != nil {
			if sekisho.KindOf(err) == sekisho.Internal && !errors.As(err, new(problem)) {
				p.x.config.Log.Error("a request failed", "operation", t.id, "error", err)
			}
			return nil, problemOf(err, p.language())
		}
		return out, nil
	})
}

// inContract is an input that names a contract.
type inContract interface{ id() sekisho.ContractID }

// may asks store first whether the asker may do this at all, so that every refusal is store's, and in the ledger. Each call that
// follows is judged again by itself. Lists of contracts and what concerns the asker himself are judged by the calls alone.
func (p *person) may(ctx context.Context, t act, in any) error {
	q := wire.May{Pass: p.ticket.Pass, Right: t.right}
	if c, named := in.(inContract); named {
		q.Contract = c.id()
	} else if t.right != sekisho.ViewSystem && t.right != sekisho.ManageContracts {
		return nil
	}
	_, err := wire.StoreMay.Ask(ctx, p.x.peers.Store, q)
	return err
}

// recorder takes an answer of the mux.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's header.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write takes a part of the body.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(200)
	return r.body.Write(b)
}

// replay answers a request with the mux, in this process.
func (x *Console) replay(ctx context.Context, p *person, q *wire.WebRequest) wire.WebResponse {
	r, err := http.NewRequestWithContext(context.WithValue(ctx, personKey{}, p), q.Method, "http://console/", bytes.NewReader(q.Body))
	if err != nil {
		return answerProblem(problem{Status: 400, slug: "invalid"}, q.Language)
	}
	r.URL.Path, r.URL.RawQuery = q.Path, q.Query
	if plain, err := url.PathUnescape(q.Path); err == nil && plain != q.Path {
		r.URL.Path, r.URL.RawPath = plain, q.Path
	}
	if len(q.Body) > 0 {
		r.Header.Set("Content-Type", "application/json")
		if q.Type != "" && q.Type != "application/json" {
			return answerProblem(problem{Status: 400, slug: "invalid", Errors: []fault{{"", "the body is JSON: application/json"}}}, q.Language)
		}
	}
	r.Header.Set("If-Match", q.Match)
	w := &recorder{header: http.Header{}}
	x.mux.ServeHTTP(w, r)
	return x.answer(w, q)
}

// answer takes from what the mux said only what edge may be told.
func (x *Console) answer(w *recorder, q *wire.WebRequest) wire.WebResponse {
	w.WriteHeader(204)
	if w.status >= 400 {
		if isOurs(w.body.Bytes()) {
			return wire.WebResponse{Status: w.status, Type: problemType, Body: w.body.Bytes()}
		}
		return translated(w.status, w.body.Bytes(), q.Language)
	}
	a := wire.WebResponse{Status: w.status, Body: w.body.Bytes(), ETag: strings.Trim(w.header.Get("ETag"), `"`), Begun: w.header.Get("Location")}
	if len(a.Body) > 0 {
		a.Type = "application/json"
	}
	if a.ETag != "" && q.Method == http.MethodGet && strings.Trim(q.Match, `"`) == a.ETag {
		return wire.WebResponse{Status: 304, ETag: a.ETag}
	}
	return a
}

// isOurs says whether a body is a problem of ours already.
func isOurs(b []byte) bool {
	var p problem
	return json.Unmarshal(b, &p) == nil && strings.HasPrefix(p.Type, "urn:sekisho:problem:")
}

// Window is how lists are asked for.
type Window struct {
	Search string `query:"search" maxLength:"200" doc:"part of a name or address"`
	After  string `query:"after" maxLength:"800" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Format string `query:"format" enum:"json,csv" default:"json" doc:"csv: the whole list as a file"`
}

// list is a page of rows.
type list[T any] struct {
	Items []T    `json:"items"`
	Total uint64 `json:"total" doc:"how many match"`
	More  bool   `json:"more" doc:"there are more than total: it is counted up to a bound"`
	Next  string `json:"next,omitempty" doc:"after of the next page; absent on the last"`
}

// listed is the answer with a page.
type listed[T any] struct{ Body list[T] }

// listOf makes a page of rows.
func listOf[R, T any](page wire.Page, rows []R, f func(R) T) *listed[T] {
	out := &listed[T]{Body: list[T]{Items: make([]T, 0, len(rows)), Total: page.Total, More: page.More, Next: page.Next}}
	for _, r := range rows {
		out.Body.Items = append(out.Body.Items, f(r))
	}
	return out
}

// one is the answer with one row, and its tag.
type one[T any] struct {
	ETag     string `header:"ETag"`
	Location string `header:"Location"`
	Body     T
}

// Condition is the tag that a change is bound to.
type Condition struct {
	Match string `header:"If-Match" doc:"ETag of the row as it was read: another one there now gives 412"`
}

// tag is the bare tag; "*" binds to nothing.
func (c Condition) tag() string {
	t := strings.Trim(strings.TrimPrefix(c.Match, "W/"), `"`)
	if t == "*" {
		return ""
	}
	return t
}

// within makes 412 of a conflict where a tag was given.
func (c Condition) within(err error) error {
	if c.tag() != "" && sekisho.KindOf(err) == sekisho.Conflict && strings.Contains(err.Error(), "read it again") {
		return changedMeanwhile()
	}
	return err
}

// OfContract is the part of the path that names the contract.
type OfContract struct {
	Contract uint64 `path:"contract" minimum:"1" maximum:"9007199254740991"`
}

func (c OfContract) id() sekisho.ContractID { return sekisho.ContractID(c.Contract) }

// none is the answer without a body.
type none struct{}
