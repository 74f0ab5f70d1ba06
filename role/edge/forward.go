package edge

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// forward asks the role behind, and gives what it answered when the route may answer that.
func (x *exchange) forward() {
	ctx := x.r.Context()
	q := wire.WebRequest{Method: x.r.Method, Path: x.r.URL.Path, Query: x.r.URL.RawQuery, Type: x.kind, Body: x.body, Match: x.matchHeader(),
		Idempotency: shorten(x.r.Header.Get("Idempotency-Key"), 200), Language: x.language, Origin: x.origin.url, Client: x.client}
	if q.Method == http.MethodHead {
		q.Method = http.MethodGet
	}
	var cell uint16
	if !x.route.open {
		g, ok := x.capability(ctx)
		if !ok {
			return
		}
		q.Capability, cell = g.Capability, g.Cell
	}
	line, call, err := x.behind(ctx, cell)
	if err != nil {
		x.fail(sekisho.E("edge.forward", sekisho.Unavailable, err))
		return
	}
	a, err := call.AskLine(ctx, line, q)
	if err != nil {
		x.fail(err)
		return
	}
	x.deliver(line.Peer, call.Name, a)
}

func (x *exchange) matchHeader() string {
	if m := x.r.Header.Get("If-Match"); m != "" {
		return shorten(m, 200)
	}
	return shorten(x.r.Header.Get("If-None-Match"), 200)
}

// behind is the line to the process that answers the route.
func (x *exchange) behind(ctx context.Context, cell uint16) (*wire.Line, *wire.Call[wire.WebRequest, wire.WebResponse], error) {
	p := x.edge.peers
	switch x.route.to {
	case sekisho.Webmail:
		line, err := p.Webmail.PickCell(ctx, cell)
		return line, wire.WebmailAsk, err
	case sekisho.Console:
		line, err := p.Console.Pick(ctx)
		return line, wire.ConsoleAsk, err
	case sekisho.Desk:
		line, err := p.Desk.Pick(ctx)
		return line, wire.DeskAsk, err
	}
	return nil, nil, fmt.Errorf("no role answers %s", x.r.URL.Path)
}

// capability gets the right to one request; it answers itself when there is none.
func (x *exchange) capability(ctx context.Context) (wire.Granting, bool) {
	if !x.edge.has(LayerSession) {
		return wire.Granting{}, true
	}
	if !x.proves() {
		x.signedOut()
		return wire.Granting{}, false
	}
	proof, err := x.proof(ctx, x.route.to)
	if err != nil {
		x.fail(err)
		return wire.Granting{}, false
	}
	g, err := wire.VaultCapability.Ask(ctx, x.edge.peers.Vault, proof)
	if x.route.begins && sekisho.KindOf(err) == sekisho.Denied {
		x.signedOut()
		return wire.Granting{}, false
	}
	if err != nil {
		x.fail(err)
		return wire.Granting{}, false
	}
	if len(g.Renewed) > 0 {
		x.setCookie(sessionCookie, g.Renewed, g.Expires)
	}
	if wait := x.edge.limit.person(x.edge, x.client, g.Contract, g.Account); wait > 0 {
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: wait})
		return wire.Granting{}, false
	}
	who, err := x.edge.people.find(ctx, x.edge, g.Contract, g.Account)
	if err != nil {
		x.fail(err)
		return wire.Granting{}, false
	}
	if who.Status != sekisho.Active {
		x.signedOut()
		return wire.Granting{}, false
	}
	return g, true
}

// signedOut answers that nobody is signed in.
func (x *exchange) signedOut() {
	if !x.route.begins {
		x.refuse(problem{slug: "signed-out", status: http.StatusUnauthorized})
		return
	}
	x.say(struct {
		SignedIn bool `json:"signedIn"`
	}{})
}

// deliver gives an answer of a role behind to the browser, when it is one that the route may give. Everything else is withheld
// and told to the supervisor: it is what a role that was taken over would try.
func (x *exchange) deliver(by sekisho.Caller, call string, a wire.WebResponse) {
	if x.edge.has(LayerAnswer) {
		if err := x.route.mayAnswer(a); err != nil {
			x.edge.config.Report(by, call, err)
			x.refuse(problem{slug: "upstream", status: http.StatusBadGateway})
			return
		}
	}
	h := x.w.Header()
	if a.ETag != "" {
		h.Set("ETag", `"`+a.ETag+`"`)
	}
	if a.Retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((a.Retry+time.Second-1)/time.Second)))
	}
	if a.Begun != "" {
		h.Set("Location", a.Begun)
	}
	if a.Status == http.StatusUnauthorized && x.r.Header.Get("Sec-Fetch-Site") == "" {
		h.Set("WWW-Authenticate", `Basic realm="Sekisho", charset="UTF-8"`)
	}
	kind := a.Type
	if x.route.download && a.Status < 300 {
		kind = x.keep(a)
	} else if kind != typeJSON && kind != typeProblem && kind != "" { // a file of the console's
		kind = x.keep(a)
	}
	if a.Status == http.StatusNotModified || a.Status == http.StatusNoContent {
		x.w.WriteHeader(a.Status)
		return
	}
	x.write(a.Status, kind, a.Body)
}

// keep sets what makes an answer a file to be kept, never a page: attachment, a type that is not shown, a sandbox. Pictures of
// picture routes may be shown by the page that asked.
func (x *exchange) keep(a wire.WebResponse) string {
	h := x.w.Header()
	h.Set("Content-Security-Policy", policyNone)
	if slices.Contains(pictures, a.Type) && !slices.Contains(x.route.returns, "*") {
		h.Set("Content-Disposition", "inline")
		h.Set("Cache-Control", "private, max-age=3600")
		return a.Type
	}
	name := strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '_'
		}
		return r
	}, a.Name)
	if name == "" {
		name = "file"
	}
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	if h.Get("Content-Disposition") == "" {
		h.Set("Content-Disposition", "attachment")
	}
	if slices.Contains(safeTypes, a.Type) {
		return a.Type
	}
	return "application/octet-stream"
}

// safeTypes are shown by no browser as a page, whatever is in them.
var safeTypes = []string{"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "application/zip", "application/gzip", "text/csv", "message/rfc822", "audio/mpeg", "video/mp4"}

// statuses are those that a role behind may answer: no redirect is among them.
var statuses = []int{200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 423, 428, 429, 500, 501, 503, 507}

var errAnswer = errors.New("an answer that the route may not give")

// mayAnswer says what is wrong with an answer.
func (r *route) mayAnswer(a wire.WebResponse) error {
	if !slices.Contains(statuses, a.Status) {
		return fmt.Errorf("%w: status %d", errAnswer, a.Status)
	}
	switch {
	case len(a.Body) == 0 && a.Type == "":
	case a.Type == typeProblem && a.Status >= 400:
	case a.Status >= 400:
		return fmt.Errorf("%w: status %d with type %q", errAnswer, a.Status, shorten(a.Type, 100))
	case slices.Contains(r.returns, "*"):
		if !goodType(a.Type) {
			return fmt.Errorf("%w: type %q", errAnswer, shorten(a.Type, 100))
		}
	case !slices.Contains(r.returns, a.Type):
		return fmt.Errorf("%w: type %q", errAnswer, shorten(a.Type, 100))
	}
	if slices.Contains(pictures, a.Type) && !slices.Contains(r.returns, "*") && http.DetectContentType(a.Body) != a.Type {
		return fmt.Errorf("%w: %s that is none", errAnswer, a.Type)
	}
	if (a.Type == typeJSON || a.Type == typeProblem) && !validJSON(a.Body) {
		return fmt.Errorf("%w: no JSON", errAnswer)
	}
	if a.Begun != "" && (a.Status != http.StatusCreated || !goodPath(a.Begun) || strings.HasPrefix(a.Begun, "//") || !headerText(a.Begun)) {
		return fmt.Errorf("%w: place %q", errAnswer, shorten(a.Begun, 100))
	}
	if !headerText(a.ETag) || strings.ContainsAny(a.ETag, `" `) || len(a.ETag) > 200 || len(a.Name) > 1000 {
		return fmt.Errorf("%w: tag or name", errAnswer)
	}
	return nil
}

func goodType(t string) bool {
	kind, _, err := mime.ParseMediaType(t)
	return err == nil && kind == t
}

// headerText says whether a text can stand in a header.
func headerText(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// people remembers for a moment who accounts are.
type people struct {
	mu    sync.Mutex // guards what follows
	known map[personKey]person
}

type personKey struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
}

type person struct {
	wire.PersonFound
	read time.Time
}

const (
	personLife = 15 * time.Second
	mostPeople = 10_000
)

// find asks store who an account is, unless it did just now. An account that was suspended gets no answers after that time.
func (p *people) find(ctx context.Context, e *Edge, c sekisho.ContractID, a sekisho.AccountID) (wire.PersonFound, error) {
	k, now := personKey{c, a}, e.config.Clock()
	p.mu.Lock()
	known, ok := p.known[k]
	p.mu.Unlock()
	if ok && now.Sub(known.read) < personLife {
		return known.PersonFound, nil
	}
	got, err := wire.StorePerson.Ask(ctx, e.peers.Store, wire.PersonQuery{Contract: c, Account: a})
	if err != nil {
		return got, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= mostPeople {
		clear(p.known)
	}
	p.known[k] = person{got, now}
	return got, nil
}

// discover answers where JMAP is (RFC 8620 section 2.2), as the session object itself.
func (x *exchange) discover() {
	x.w.Header().Set("Location", "/jmap/session")
	x.write(http.StatusTemporaryRedirect, typeJSON, []byte("{}"))
}
