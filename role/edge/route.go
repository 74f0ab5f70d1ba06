package edge

import (
	"net/http"
	"slices"
	"strings"

	"sekisho"
)

// route is one thing that can be asked for. What has no route does not exist, and what a route does not allow does not pass:
// neither towards the role behind nor back.
type route struct {
	method   string
	path     []string // its segments; "*" takes any one, "**" at the end any number
	to       sekisho.Role
	page     string // a static app
	body     int64  // most bytes; 0: no body
	kinds    []string
	schema   *schema
	api      bool     // console's: which operation it is, and what that takes, the table of operations says
	returns  []string // content types of answers, besides problems
	download bool     // its answer is kept as a file, or shown as a picture
	large    bool     // it may take long
	mail     bool     // the body is a mail or parts of one: the web rules do not read it
	open     bool     // nobody needs to be signed in
	begins   bool     // that nobody is signed in is an answer, not a refusal
	answer   func(*exchange)
}

// takes says whether a body may have this type.
func (r *route) takes(kind string) bool {
	return kind == "" || slices.Contains(r.kinds, kind) || slices.Contains(r.kinds, "*")
}

// matches says whether a path is this route's.
func (r *route) matches(segments []string) bool {
	for i, p := range r.path {
		if p == "**" {
			return true
		}
		if i >= len(segments) || p != "*" && p != segments[i] || p == "*" && segments[i] == "" {
			return false
		}
	}
	return len(segments) == len(r.path)
}

// match finds a route; allow are the methods of the path when only the method is wrong.
func (o *origin) match(method, p string) (found *route, allow []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for _, r := range o.routes {
		if !r.matches(segments) {
			continue
		}
		if r.method == method {
			return r, nil
		}
		allow = append(allow, r.method)
	}
	return nil, allow
}

// The types of answers.
const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

var (
	onlyJSON = []string{typeJSON}
	pictures = []string{"image/png", "image/jpeg"}
)

func at(p string) []string { return strings.Split(strings.TrimPrefix(p, "/"), "/") }

// table are the routes by origin.
type table struct{ mail, console, desk, content []*route }

const (
	smallBody = 64 << 10
	apiBody   = 16 << 20 // JMAP carries the text of drafts
)

// routes is the whole table.
func (e *Edge) routes() table {
	var t table
	auth := authRoutes()
	t.mail = slices.Concat(auth, e.mailRoutes(), pages("webmail", true))
	t.console = slices.Concat(auth, consoleRoutes(), pages("console", true))
	t.desk = slices.Concat(deskRoutes(), pages("desk", false))
	t.content = pages("content", false)
	for _, list := range [][]*route{t.mail, t.console, t.desk} {
		for _, r := range list {
			if r.answer == nil {
				r.answer = (*exchange).forward
			}
		}
	}
	return t
}

// pages are an app's own files, and the login's.
func pages(app string, signIn bool) []*route {
	out := []*route{{method: http.MethodGet, path: at("/assets/*"), page: app}, {method: http.MethodGet, path: at("/"), page: app}}
	if signIn {
		out = append(out, &route{method: http.MethodGet, path: at("/sign-in"), page: "login"}, &route{method: http.MethodGet, path: at("/sign-in/assets/*"), page: "login"})
	}
	for _, p := range []string{"/favicon.ico", "/robots.txt"} {
		out = append(out, &route{method: http.MethodGet, path: at(p), page: app})
	}
	return out
}

// mailRoutes are JMAP (RFC 8620) and what belongs to it.
func (e *Edge) mailRoutes() []*route {
	to := sekisho.Webmail
	return []*route{
		{method: http.MethodGet, path: at("/.well-known/jmap"), to: to, returns: onlyJSON, answer: (*exchange).discover},
		{method: http.MethodGet, path: at("/jmap/session"), to: to, returns: onlyJSON},
		{method: http.MethodGet, path: at("/jmap/start"), to: to, returns: onlyJSON, begins: true},
		{method: http.MethodPost, path: at("/jmap/api"), to: to, body: apiBody, kinds: onlyJSON, schema: jmapSchema(), returns: onlyJSON, mail: true, large: true},
		{method: http.MethodPost, path: at("/jmap/upload/*"), to: to, body: max(e.config.Size, 1<<20), kinds: []string{"*"}, returns: onlyJSON, mail: true, large: true},
		{method: http.MethodGet, path: at("/jmap/download/*/*/*"), to: to, returns: []string{"*"}, download: true, large: true},
		{method: http.MethodGet, path: at("/jmap/picture/*/*/*"), to: to, returns: pictures, download: true},
		{method: http.MethodGet, path: at("/jmap/preview/*/*/*"), to: to, returns: []string{"image/png"}, download: true},
		{method: http.MethodGet, path: at("/jmap/events"), to: to, answer: (*exchange).watch},
	}
}

// consoleRoutes are the administration's. Of each body the form is checked first, then what its operation takes.
func consoleRoutes() []*route {
	// Rules are expressions, and files of accounts are base64: the web rules see attacks in both, and console reads them by parsers of its own.
	text := func(method, path string, body int64) *route {
		return &route{method: method, path: at(path), to: sekisho.Console, body: body, kinds: onlyJSON, schema: formSchema(), returns: onlyJSON, large: true, mail: true, api: true}
	}
	out := []*route{{method: http.MethodGet, path: at("/api/v1/openapi.json"), to: sekisho.Console, returns: onlyJSON, open: true},
		text(http.MethodPut, "/api/v1/contracts/*/policy", 2<<20), text(http.MethodPost, "/api/v1/contracts/*/policy/test", 4<<20), text(http.MethodPost, "/api/v1/contracts/*/imports", 48<<20), text(http.MethodPost, "/api/v1/contracts/*/partners/import", 48<<20)}
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		r := &route{method: m, path: at("/api/v1/**"), to: sekisho.Console, returns: []string{typeJSON, "text/csv", "application/gzip", "message/rfc822", "text/plain"}, large: true, api: true}
		if m != http.MethodGet {
			r.body, r.kinds, r.schema = 4<<20, onlyJSON, formSchema()
		}
		out = append(out, r)
	}
	return out
}

// deskRoutes are for people without an account, who come by a link.
func deskRoutes() []*route {
	return []*route{
		{method: http.MethodPost, path: at("/desk/share/file"), to: sekisho.Desk, body: smallBody, kinds: onlyJSON, schema: formSchema(), returns: []string{"application/octet-stream"}, open: true, download: true, large: true},
		{method: http.MethodGet, path: at("/f/"), page: "desk"}, // links to files
		{method: http.MethodGet, path: at("/u/"), page: "desk"}, // links of mails; which one stands behind the "#"
		{method: http.MethodGet, path: at("/desk/**"), to: sekisho.Desk, returns: onlyJSON, open: true},
		{method: http.MethodPost, path: at("/desk/**"), to: sekisho.Desk, body: smallBody, kinds: onlyJSON, schema: formSchema(), returns: onlyJSON, open: true},
	}
}
