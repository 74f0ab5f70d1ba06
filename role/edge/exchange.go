package edge

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/wire"
)

// exchange is one request and its answer.
type exchange struct {
	edge     *Edge
	w        http.ResponseWriter
	r        *http.Request
	origin   *origin
	route    *route
	client   netip.Addr
	language string
	body     []byte
	kind     string // content type of the body
}

func clientOf(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// languageOf is the language of texts in the answer: the first of ours that the browser names.
func languageOf(r *http.Request) string {
	for part := range strings.SplitSeq(shorten(r.Header.Get("Accept-Language"), 200), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		switch primary, _, _ := strings.Cut(strings.ToLower(tag), "-"); primary {
		case "ja", "en":
			return primary
		}
	}
	return "en"
}

func shorten(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return s
}

// serve takes the request through the layers.
func (x *exchange) serve() {
	e := x.edge
	x.secure(x.origin.policy)
	rc := http.NewResponseController(x.w)
	rc.SetReadDeadline(time.Now().Add(bodyTime))
	rc.SetWriteDeadline(time.Now().Add(bodyTime))
	if !goodPath(x.r.URL.Path) || len(x.r.URL.RawQuery) > 4096 {
		x.refuse(problem{slug: "bad-request", status: http.StatusBadRequest})
		return
	}
	if wait := e.limit.take(e, x.client); wait > 0 {
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: wait})
		return
	}
	found, allow := x.origin.match(x.r.Method, x.r.URL.Path)
	if found == nil {
		x.nothing(allow)
		return
	}
	x.route = found
	if e.has(LayerFetch) && !x.mayCome() {
		x.refuse(problem{slug: "cross-site", status: http.StatusForbidden})
		return
	}
	if found.page != "" {
		x.page()
		return
	}
	if found.large {
		rc.SetReadDeadline(time.Now().Add(largeTime))
		rc.SetWriteDeadline(time.Now().Add(largeTime))
	}
	done, ok := x.read()
	defer done()
	if !ok {
		return
	}
	if e.has(LayerRule) && !e.config.Rules.fine(x) {
		x.refuse(problem{slug: "refused", status: http.StatusForbidden})
		return
	}
	if e.has(LayerSchema) && found.schema != nil && (isJSON(x.kind) || found.api && len(x.body) > 0) {
		if f := found.schema.check(x.body); f != nil {
			x.refuse(problem{slug: "schema", status: http.StatusUnprocessableEntity, errors: []fault{*f}})
			return
		}
	}
	if e.has(LayerSchema) && found.api && !x.operates() {
		return
	}
	found.answer(x)
}

// operates says whether the request is one of console's operations and fits it. Otherwise it was answered, as console would.
func (x *exchange) operates() bool {
	o, allow := x.edge.operations.find(x.r.Method, x.r.URL.Path)
	if o == nil {
		x.nothing(allow)
		return false
	}
	f := o.check(x.r.URL.Path, x.r.URL.RawQuery, x.body)
	if len(f) > 0 {
		x.refuse(problem{slug: "invalid", text: "operation", status: http.StatusBadRequest, errors: f})
	}
	return len(f) == 0
}

// nothing answers where no route is.
func (x *exchange) nothing(allow []string) {
	if len(allow) > 0 {
		x.w.Header().Set("Allow", strings.Join(allow, ", "))
		x.refuse(problem{slug: "method", status: http.StatusMethodNotAllowed})
		return
	}
	x.refuse(problem{slug: "not-found", status: http.StatusNotFound})
}

// isJSON says whether a content type is JSON by any name: its form is checked whatever it is called.
func isJSON(kind string) bool { return kind == typeJSON || strings.HasSuffix(kind, "+json") }

// goodPath says whether a path is in its one canonical form: then every layer sees the same one.
func goodPath(p string) bool {
	if len(p) > 1024 || !strings.HasPrefix(p, "/") {
		return false
	}
	for i := range len(p) {
		if p[i] < 0x20 || p[i] == 0x7f || p[i] == '\\' {
			return false
		}
	}
	clean := path.Clean(p)
	return p == clean || p == clean+"/"
}

// mayCome says whether the request comes from where it may: pages of the own origin, or programs that bring their own proof.
func (x *exchange) mayCome() bool {
	h := x.r.Header
	site, dest := h.Get("Sec-Fetch-Site"), h.Get("Sec-Fetch-Dest")
	from := h.Get("Origin")
	if x.route.page != "" {
		if x.origin.framed {
			return dest != "object" && dest != "embed"
		}
		return slices.Contains([]string{"", "document", "script", "style", "font", "image", "empty"}, dest) // in nobody's frame
	}
	if from != "" && from != x.origin.url {
		return false
	}
	if !slices.Contains([]string{"", "same-origin", "none"}, site) {
		return false
	}
	switch {
	case x.r.Method != http.MethodGet && site == "none": // nobody types a request with a body
		return false
	case x.r.Method == http.MethodGet && x.route.download:
		return slices.Contains([]string{"", "empty", "document", "image"}, dest)
	case !slices.Contains([]string{"", "empty"}, dest):
		return false
	}
	// A browser always names the origin of what changes something; only programs may leave it out, and those bring no cookie.
	return x.r.Method == http.MethodGet || from != "" || x.r.Header.Get("Cookie") == ""
}

// bodiesMost is how many bytes of bodies may be in memory at once.
const bodiesMost = 192 << 20

// room bounds the memory of bodies.
type room struct {
	mu   sync.Mutex
	left int64
}

func (r *room) take(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left < n {
		return false
	}
	r.left -= n
	return true
}

func (r *room) give(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
}

// read takes the body in: of a type that the route knows, no longer than it allows, while there is room.
func (x *exchange) read() (done func(), ok bool) {
	done = func() {}
	most := x.route.body
	if most == 0 || x.r.Method == http.MethodGet {
		if x.r.ContentLength > 0 || len(x.r.TransferEncoding) > 0 {
			x.refuse(problem{slug: "no-body", status: http.StatusBadRequest})
			return done, false
		}
		return done, true
	}
	kind, _, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil && x.r.ContentLength != 0 || err == nil && !x.route.takes(kind) {
		x.refuse(problem{slug: "media-type", status: http.StatusUnsupportedMediaType})
		return done, false
	}
	if x.r.Header.Get("Content-Encoding") != "" {
		x.refuse(problem{slug: "media-type", status: http.StatusUnsupportedMediaType})
		return done, false
	}
	if x.r.ContentLength > most {
		x.refuse(problem{slug: "too-large", status: http.StatusRequestEntityTooLarge})
		return done, false
	}
	held := most
	if x.r.ContentLength >= 0 {
		held = x.r.ContentLength
	}
	if !x.edge.room.take(held) {
		x.refuse(problem{slug: "busy", status: http.StatusServiceUnavailable, retry: time.Second})
		return done, false
	}
	done = func() { x.edge.room.give(held) }
	b, err := readAll(http.MaxBytesReader(x.w, x.r.Body, most), x.r.ContentLength)
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			x.refuse(problem{slug: "too-large", status: http.StatusRequestEntityTooLarge})
		} else {
			x.refuse(problem{slug: "bad-request", status: http.StatusBadRequest})
		}
		return done, false
	}
	x.body, x.kind = b, kind
	return done, true
}

// readAll reads a body of a known length without growing.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 {
		return io.ReadAll(r)
	}
	b := make([]byte, length)
	_, err := io.ReadFull(r, b)
	return b, err
}

// The cookies. Their prefix ties them to this host, to HTTPS and to the whole path.
const (
	sessionCookie = "__Host-sekisho"
	deviceCookie  = "__Host-sekisho-device"
)

// secretIn is what a cookie holds; nil when there is none, or more than one.
func (x *exchange) secretIn(name string) []byte {
	var out []byte
	n := 0
	for _, c := range x.r.CookiesNamed(name) {
		n++
		out, _ = unbase64(c.Value)
	}
	if n != 1 {
		return nil
	}
	return out
}

func (x *exchange) setCookie(name string, secret []byte, until time.Time) {
	c := &http.Cookie{Name: name, Value: base64url(secret), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if len(secret) == 0 {
		c.MaxAge = -1
	} else if left := int(until.Sub(x.edge.config.Clock()).Seconds()); left > 0 {
		c.MaxAge = left
	}
	http.SetCookie(x.w, c)
}

// proof says who the request is from: a cookie, or what a program brings in Authorization. It finds the account of an app
// password's name.
func (x *exchange) proof(ctx context.Context, to sekisho.Role) (wire.Proof, error) {
	p := wire.Proof{For: to, Client: x.client}
	if user, password, basic := x.r.BasicAuth(); basic {
		who, err := wire.StoreIdentity.Ask(ctx, x.edge.peers.Store, wire.Identity{Login: shorten(user, 320)})
		if err != nil {
			return p, err
		}
		p.Contract, p.Account, p.Password = who.Contract, who.Account, password
		if who.Status != sekisho.Active {
			p.Account = 0
		}
		return p, nil
	}
	if token, bearer := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer "); bearer {
		p.Token = shorten(token, 512)
		return p, nil
	}
	p.Cookie = x.secretIn(sessionCookie)
	return p, nil
}

// signedIn says whether the request brings any proof at all.
func (x *exchange) proves() bool {
	return x.r.Header.Get("Authorization") != "" || x.secretIn(sessionCookie) != nil
}
