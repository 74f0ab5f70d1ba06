package console_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/role/console"
	"sekisho/role/dial"
	"sekisho/role/inspect"
	"sekisho/role/store"
	"sekisho/role/vault"
	"sekisho/seal"
	"sekisho/wire"
)

// house is store, vault, inspect, dial and console in one process, with two customers and the operator's own contract.
type house struct {
	t      testing.TB
	peers  map[string]*wire.Peer          // "asker/callee"
	edge   *wire.Peer                     // console as edge asks it
	ahead  atomic.Int64                   // how far the clocks are ahead
	health atomic.Pointer[console.Health] // what the supervisor told

	mu sync.Mutex // guards the cookies of people

	mori, kita, home sekisho.ContractID
	people           map[string]*someone
}

// someone is an account of the house.
type someone struct {
	id       sekisho.AccountID
	contract sekisho.ContractID
	address  string
	cookie   []byte
	token    string // of a program; "": he sits at a browser
}

const zone = `$TTL 60
proved.example. IN SOA ns.proved.example. h.proved.example. 1 2 3 4 5
`

func must[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func (h *house) clock() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

func newHouse(t testing.TB) *house {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{t: t, peers: map[string]*wire.Peer{}, people: map[string]*someone{}}
	report := func(by sekisho.Caller, call string, why error) {
		if call != wire.VaultEnter.Name { // a capability that a test presents twice
			t.Errorf("%s broke the rules of %s: %v", by.Role, call, why)
		}
	}
	v := must[*vault.Vault](t)(vault.New(vault.Config{Dir: t.TempDir(), Hosts: []string{"localhost"}, Clock: h.clock}))
	t.Cleanup(func() { v.Close() })
	vaults := v.Service(report)
	hello := must[wire.VaultPublic](t)(wire.VaultHello.Ask(ctx, h.line(ctx, sekisho.Store, sekisho.Vault, vaults), wire.Nothing{}))
	s := must[*store.Store](t)(store.New(store.Config{Dir: t.TempDir(), Reserve: 1, Clock: h.clock, Vault: h.peers["store/vault"],
		Pass: func(p wire.Pass, by sekisho.Caller) (store.PassClaims, error) {
			c, err := seal.CheckPass(hello.PassKey, p, by.Instance, h.clock())
			if err != nil {
				return store.PassClaims{}, sekisho.E("pass", sekisho.Denied, err)
			}
			return store.PassClaims{Session: c.Session, Contract: c.Contract, Account: c.Account}, nil
		}}))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	i := must[*inspect.Inspect](t)(inspect.New(inspect.Config{Life: 1 << 30}))
	d := must[*dial.Dial](t)(dial.New(dial.Config{Zone: zone, Private: true}))
	services := map[sekisho.Role]*wire.Service{sekisho.Vault: vaults, sekisho.Store: s.Service(), sekisho.Inspect: i.Service(report), sekisho.Dial: d.Service(report)}
	for _, asker := range []sekisho.Role{sekisho.Admin, sekisho.Gate, sekisho.Edge, sekisho.Post, sekisho.Console} {
		for callee, service := range services {
			h.line(ctx, asker, callee, service)
		}
	}
	x := console.New(console.Config{Name: "mx.example", Clock: h.clock, Health: h.health.Load},
		console.Peers{Store: h.peers["console/store"], Vault: h.peers["console/vault"], Inspect: h.peers["console/inspect"], Dial: h.peers["console/dial"]})
	h.edge = h.line(ctx, sekisho.Edge, sekisho.Console, x.Service(report))
	h.fill()
	return h
}

// line joins two roles.
func (h *house) line(ctx context.Context, asker, callee sekisho.Role, s *wire.Service) *wire.Peer {
	h.t.Helper()
	p := wire.NewPeer(callee)
	by := sekisho.Caller{Role: asker, Instance: sekisho.Instance(asker)}
	if err := wire.Local(ctx, by, s, p); err != nil {
		h.t.Fatal(err)
	}
	h.peers[asker.String()+"/"+callee.String()] = p
	return p
}

func (h *house) admin(q wire.Admin) wire.AdminDone {
	h.t.Helper()
	return must[wire.AdminDone](h.t)(wire.StoreAdmin.Ask(h.t.Context(), h.peers["admin/store"], q))
}

func (h *house) customer(name, domain string) sekisho.ContractID {
	h.t.Helper()
	ctx := h.t.Context()
	id := h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: name, Language: "ja"}}}).Contract
	keys := must[wire.ContractKeys](h.t)(wire.VaultContract.Ask(ctx, h.peers["admin/vault"], wire.NewContract{Contract: id, Recovery: wire.Choice{None: true}}))
	h.admin(wire.Admin{Contract: &wire.AdminContract{Do: "set", Keep: true, Set: wire.Contract{ID: id, Spool: keys.Spool, Quarantine: keys.Quarantine}}})
	h.admin(wire.Admin{Domain: &wire.AdminDomain{Do: "add", Contract: id, Set: wire.Domain{Name: domain}}})
	return id
}

func (h *house) person(name, duty string, c sekisho.ContractID, domain string) {
	h.t.Helper()
	a := wire.AdminAccount{Do: "add", Contract: c, Address: name + "@" + domain, Name: name, Role: duty}
	id := h.admin(wire.Admin{Account: &a}).Account
	keys := must[wire.AccountKeys](h.t)(wire.VaultAccount.Ask(h.t.Context(), h.peers["admin/vault"], wire.NewAccount{Contract: c, Account: id, Password: "a long password of " + name}))
	a.Do, a.ID, a.Public = "set", id, keys.Public
	h.admin(wire.Admin{Account: &a})
	h.people[name] = &someone{id: id, contract: c, address: a.Address}
}

// duties of mori, one person each, named as the duty; kita has an administrator and a user; the operator's house two operators.
func (h *house) fill() {
	h.mori, h.kita, h.home = h.customer("Mori", "mori.example"), h.customer("Kita", "kita.example"), h.customer("Operator", "operator.example")
	for _, duty := range sekisho.Duties() {
		if duty != "operator" {
			h.person(duty, duty, h.mori, "mori.example")
		}
	}
	h.person("kita-admin", "contract-admin", h.kita, "kita.example")
	h.person("kita-user", "user", h.kita, "kita.example")
	h.person("operator", "operator", h.home, "operator.example")
	h.person("second", "operator", h.home, "operator.example")
}

// capability signs somebody in as edge would, and gives what edge hands on.
func (h *house) capability(name string) wire.Capability {
	h.t.Helper()
	if name == "" {
		return wire.Capability{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p, edge := h.people[name], h.peers["edge/vault"]
	if p.cookie == nil && p.token == "" {
		p.cookie = must[wire.SignedIn](h.t)(wire.VaultSignIn.Ask(h.t.Context(), edge, wire.SignIn{Contract: p.contract, Account: p.id, Password: wire.Phrase{Text: "a long password of " + name}, Client: source})).Cookie
	}
	got := must[wire.Granting](h.t)(wire.VaultCapability.Ask(h.t.Context(), edge, wire.Proof{Cookie: p.cookie, Token: p.token, For: sekisho.Console, Client: source}))
	if len(got.Renewed) > 0 {
		p.cookie = got.Renewed
	}
	return got.Capability
}

// source is where people sit.
var source = netip.MustParseAddr("192.0.2.7")

// answered is an answer and its body as JSON.
type answered struct {
	wire.WebResponse
	body map[string]any
}

// at reads a member of the body: "items.0.name".
func (a answered) at(path string) any {
	var v any = a.body
	for _, k := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[k]
		case []any:
			var i int
			if _, err := fmt.Sscan(k, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (h *house) ask(who string, q wire.WebRequest) answered {
	h.t.Helper()
	q.Capability = h.capability(who)
	if q.Language == "" {
		q.Language = "en"
	}
	if len(q.Body) > 0 {
		q.Type = "application/json"
	}
	a := answered{WebResponse: must[wire.WebResponse](h.t)(wire.ConsoleAsk.Ask(h.t.Context(), h.edge, q))}
	if strings.Contains(a.Type, "json") {
		if err := json.Unmarshal(a.Body, &a.body); err != nil {
			h.t.Fatalf("%s %s: no JSON: %v: %s", q.Method, q.Path, err, a.Body)
		}
	}
	return a
}

// do asks with a body that may be nil, and wants a status.
func (h *house) do(who, method, path string, body any, want int) answered {
	h.t.Helper()
	q := wire.WebRequest{Method: method}
	q.Path, q.Query, _ = strings.Cut("/api/v1"+path, "?")
	if body != nil {
		q.Body = must[[]byte](h.t)(json.Marshal(body))
	}
	a := h.ask(who, q)
	if a.Status != want {
		h.t.Fatalf("%s: %s %s: %d, want %d: %s", who, method, path, a.Status, want, a.Body)
	}
	return a
}

func (h *house) of(c sekisho.ContractID) string { return fmt.Sprintf("/contracts/%d", c) }

// denials counts what the ledger has of console's refusals, and of store's on its behalf.
func (h *house) denials() int {
	h.t.Helper()
	n := 0
	got := must[wire.Entries](h.t)(wire.VaultTail.Ask(h.t.Context(), h.peers["admin/vault"], wire.Tail{Most: 10_000, Last: true}))
	for rows := got.Rows; len(rows) >= ledger.RowLen; rows = rows[ledger.RowLen:] {
		e := must[ledger.Entry](h.t)(ledger.ParseRow(rows[:ledger.RowLen]))
		if e.Kind == ledger.Denial && e.Role == sekisho.Console && e.Session != 0 {
			n++
		}
	}
	return n
}

type object = map[string]any

func TestMe(t *testing.T) {
	h := newHouse(t)
	a := h.do("help-desk", "GET", "/me", nil, 200)
	if a.at("role") != "help-desk" || a.at("contractName") != "Mori" || a.at("fresh") != true || !bytes.Contains(a.Body, []byte("trace:view")) || bytes.Contains(a.Body, []byte("account:change")) {
		t.Errorf("%s", a.Body)
	}
	h.do("", "GET", "/me", nil, 401)
	if a := h.ask("help-desk", wire.WebRequest{Method: "GET", Path: "/api/v1/nothing", Language: "ja"}); a.Status != 404 || a.at("type") != "urn:sekisho:problem:not-found" || a.at("title") != "見つかりません" {
		t.Errorf("%s", a.Body)
	}
	// A capability works once.
	c := h.capability("user")
	for i, want := range []int{200, 401} {
		a := must[wire.WebResponse](t)(wire.ConsoleAsk.Ask(t.Context(), h.edge, wire.WebRequest{Method: "GET", Path: "/api/v1/me", Capability: c}))
		if a.Status != want {
			t.Errorf("time %d: %d", i+1, a.Status)
		}
	}
}

// The life of accounts, aliases and groups as an administrator of the customer sees it, with who changed what.
func TestDirectory(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	made := h.do("contract-admin", "POST", of+"/accounts", object{"address": "Ito@mori.example", "name": "伊藤", "appPassword": true}, 201)
	if made.at("address") != "ito@mori.example" || made.at("status") != "active" || made.at("ready") != true || len(made.at("password").(string)) < 20 || made.at("appPassword") == "" {
		t.Fatalf("%s", made.Body)
	}
	path := strings.TrimPrefix(made.Begun, "/api/v1")
	got := h.do("help-desk", "GET", path, nil, 200)
	if got.ETag == "" || got.ETag != made.ETag {
		t.Errorf("tags %q and %q", got.ETag, made.ETag)
	}
	if a := h.ask("help-desk", wire.WebRequest{Method: "GET", Path: "/api/v1" + path, Match: got.ETag}); a.Status != 304 {
		t.Errorf("an unchanged row: %d", a.Status)
	}
	change := func(tag string, body string) int {
		return h.ask("contract-admin", wire.WebRequest{Method: "PATCH", Path: "/api/v1" + path, Match: `"` + tag + `"`, Body: []byte(body)}).Status
	}
	if first, second := change(got.ETag, `{"name":"伊藤 花"}`), change(got.ETag, `{"name":"伊藤 華"}`); first != 200 || second != 412 {
		t.Errorf("a change and one of an old state: %d, %d", first, second)
	}
	h.do("contract-admin", "POST", of+"/accounts", object{"address": "ito@mori.example"}, 409)
	h.do("contract-admin", "POST", of+"/accounts", object{"address": "x@kita.example"}, 404)
	h.do("contract-admin", "PATCH", path, object{"status": "suspended"}, 200)
	h.do("contract-admin", "POST", of+"/aliases", object{"address": "sales@mori.example", "targets": []string{"ito@mori.example"}, "identity": true}, 201)
	h.do("contract-admin", "PUT", of+"/aliases/sales@mori.example", object{"targets": []string{"user@mori.example"}}, 200)
	h.do("contract-admin", "POST", of+"/groups", object{"name": "営業", "members": []string{"ito@mori.example"}}, 201)
	if a := h.do("auditor", "GET", of+"/groups/営業", nil, 200); a.at("members.0") != "ito@mori.example" {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "DELETE", of+"/groups/営業", nil, 204)
	h.do("contract-admin", "DELETE", path, nil, 204)
	h.do("contract-admin", "GET", path, nil, 404)

	a := h.do("auditor", "GET", of+"/changes", nil, 200)
	var did []string
	for _, x := range a.at("items").([]any) {
		x := x.(object)
		did = append(did, fmt.Sprint(x["do"], " ", x["what"], " ", x["object"]))
		if x["who"] != "contract-admin@mori.example" || x["session"] == "0" {
			t.Errorf("who: %v", x)
		}
	}
	want := "remove account ito@mori.example,remove group 営業,add group 営業,set alias sales@mori.example,add alias sales@mori.example," +
		"set account ito@mori.example,set account ito@mori.example,set account ito@mori.example,add account ito@mori.example"
	if strings.Join(did, ",") != want {
		t.Errorf("changes: %s", strings.Join(did, ","))
	}
	if b, after := a.at("items.6.before.Name"), a.at("items.6.after.Name"); b != "伊藤" || after != "伊藤 花" {
		t.Errorf("before %v, after %v", b, after)
	}
	if bytes.Contains(a.Body, []byte("Public\":\"")) {
		t.Error("keys in the list of changes")
	}
}

// Lists are searched, narrowed and paged; a page's cursor goes on where the page ended; a file has every row.
func TestList(t *testing.T) {
	h := newHouse(t)
	for i := range 25 {
		h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "add", Contract: h.mori, Address: fmt.Sprintf("n%02d@mori.example", i), Name: "=cmd|' /C calc'!A0", Status: sekisho.Suspended}})
	}
	var seen []string
	for after := ""; ; {
		a := h.do("help-desk", "GET", h.of(h.mori)+"/accounts?search=N&status=suspended&limit=10&after="+after, nil, 200)
		if a.at("total") != 25.0 {
			t.Fatalf("total %v", a.at("total"))
		}
		for _, x := range a.at("items").([]any) {
			seen = append(seen, x.(object)["address"].(string))
		}
		next, more := a.at("next").(string)
		if !more {
			break
		}
		after = next
	}
	if len(seen) != 25 || seen[0] != "n00@mori.example" || seen[24] != "n24@mori.example" {
		t.Errorf("%d rows: %v", len(seen), seen)
	}
	file := h.do("help-desk", "GET", h.of(h.mori)+"/accounts?search=n&status=suspended&format=csv", nil, 200)
	lines := strings.Split(strings.TrimSpace(string(file.Body)), "\r\n")
	if file.Type != "text/csv" || file.Name != "accounts.csv" || len(lines) != 26 || !strings.HasPrefix(lines[0], "\ufeffid,contract,address,name") || !strings.Contains(lines[1], "'=cmd") {
		t.Errorf("%s %s %d lines: %q", file.Type, file.Name, len(lines), lines[:2])
	}
	for _, bad := range []string{"?limit=-1", "?limit=5000", "?after=zzz", "?colour=red", "?status=gone"} {
		h.do("help-desk", "GET", h.of(h.mori)+"/accounts"+bad, nil, 400)
	}
}

// What is wrong with a request is said with its place.
func TestInvalid(t *testing.T) {
	h := newHouse(t)
	for body, want := range map[string]string{
		`{"address":"x@mori.example","colour":"red"}`: "/colour",
		`{"name":"x"}`: "/address",
		`{"address":"x@mori.example","role":"king"}`:      "/role",
		`{"address":"x@mori.example","quota":"much"}`:     "/quota",
		`{"address":"x@mori.example","password":"short"}`: "/password",
		`{"address":`: "",
		`[1,2]`:       "",
	} {
		a := h.ask("contract-admin", wire.WebRequest{Method: "POST", Path: "/api/v1" + h.of(h.mori) + "/accounts", Body: []byte(body)})
		at, ok := a.at("errors.0.pointer").(string)
		if a.Status != 400 || a.Type != "application/problem+json" || a.at("type") != "urn:sekisho:problem:invalid" || !ok || at != want {
			t.Errorf("%s: %d %s", body, a.Status, a.Body)
		}
	}
}

// A request sent twice with one key is carried out once.
func TestRepeated(t *testing.T) {
	h := newHouse(t)
	q := wire.WebRequest{Method: "POST", Path: "/api/v1" + h.of(h.mori) + "/accounts", Idempotency: "k1", Body: []byte(`{"address":"twice@mori.example"}`)}
	first, second := h.ask("contract-admin", q), h.ask("contract-admin", q)
	if first.Status != 201 || second.Status != 201 || !bytes.Equal(first.Body, second.Body) {
		t.Errorf("%d %d", first.Status, second.Status)
	}
	q.Body = []byte(`{"address":"other@mori.example"}`)
	if a := h.ask("contract-admin", q); a.Status != 400 {
		t.Errorf("another request with the key: %d", a.Status)
	}
	q.Path = "/api/v1" + h.of(h.kita) + "/accounts"
	q.Body = []byte(`{"address":"other@kita.example"}`)
	if a := h.ask("kita-admin", q); a.Status != 201 {
		t.Errorf("somebody else's key: %d %s", a.Status, a.Body)
	}
}

// Acts that matter need a proof of the last ten minutes; a token needs the scope instead, and gets no more than its scopes.
func TestFreshAndScopes(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	admin := h.people["contract-admin"]
	h.do("contract-admin", "GET", "/me", nil, 200)
	h.ahead.Store(int64(11 * time.Minute))
	if a := h.do("contract-admin", "POST", of+"/accounts", object{"address": "x@mori.example"}, 403); a.at("type") != "urn:sekisho:problem:step-up" {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "GET", of+"/accounts", nil, 200)
	admin.cookie = nil
	expires := time.Now().Add(24 * time.Hour)
	for _, scope := range []string{"contracts:manage", "system:view", "nonsense"} {
		h.do("contract-admin", "POST", "/tokens", object{"name": "t", "scopes": []string{scope}, "expires": expires}, 400)
	}
	made := h.do("contract-admin", "POST", "/tokens", object{"name": "robot", "scopes": []string{"account:change", "token:manage"}, "expires": expires}, 201)
	cookie := admin.cookie
	admin.cookie, admin.token = nil, made.at("secret").(string)
	h.do("contract-admin", "POST", of+"/accounts", object{"address": "x@mori.example"}, 201)
	if a := h.do("contract-admin", "GET", of+"/traces", nil, 403); a.at("type") != "urn:sekisho:problem:scope" {
		t.Errorf("%s", a.Body)
	}
	if a := h.do("contract-admin", "GET", "/me", nil, 200); a.at("scopes.0") != "account:change" || a.at("fresh") != true {
		t.Errorf("%s", a.Body)
	}
	h.do("contract-admin", "POST", "/tokens", object{"name": "t", "scopes": []string{"account:change"}, "expires": expires}, 201)
	for _, scope := range []string{"trace:view", "token:manage", "contracts:manage", "nonsense"} {
		h.do("contract-admin", "POST", "/tokens", object{"name": "t", "scopes": []string{scope}, "expires": expires}, 400)
	}
	admin.cookie, admin.token = cookie, ""
	tokens := h.do("contract-admin", "GET", "/tokens", nil, 200)
	if len(tokens.at("items").([]any)) != 2 || bytes.Contains(tokens.Body, []byte("secret")) {
		t.Errorf("%s", tokens.Body)
	}
	h.do("kita-admin", "DELETE", fmt.Sprintf("/tokens/%s", made.at("id")), nil, 404)
	h.do("contract-admin", "DELETE", fmt.Sprintf("/tokens/%s", made.at("id")), nil, 204)
	if tokens := h.do("contract-admin", "GET", "/tokens", nil, 200); len(tokens.at("items").([]any)) != 1 {
		t.Errorf("%s", tokens.Body)
	}
}

// A file of accounts: checked first, then made, all or none; the keys follow, as many as there is time for, and what was cut off
// goes on.
func TestImport(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	file := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	a := h.do("contract-admin", "POST", of+"/imports", object{"csv": file("address\nok@mori.example\nx@kita.example\n"), "really": true}, 200)
	if a.at("errors.0.row") != 3.0 || a.at("made") != 0.0 {
		t.Errorf("%s", a.Body)
	}
	a = h.do("contract-admin", "POST", of+"/imports", object{"csv": file("address\nnew@mori.example\nuser@mori.example\n"), "really": true}, 200)
	if a.at("errors.0.row") != 3.0 || a.at("errors.0.value") != "user@mori.example" || a.at("made") != 0.0 {
		t.Errorf("one is there already: %s", a.Body)
	}
	h.do("contract-admin", "POST", of+"/imports", object{"csv": "%%%"}, 400)
	good := file("address,name\nn1@mori.example,一\nn2@mori.example,二\nn3@mori.example,三\n")
	if a := h.do("contract-admin", "POST", of+"/imports", object{"csv": good}, 200); a.at("rows") != 3.0 || a.at("made") != 0.0 || a.at("preview.2.name") != "三" {
		t.Errorf("%s", a.Body)
	}
	if a := h.do("contract-admin", "POST", of+"/imports", object{"csv": good, "really": true}, 200); a.at("made") != 3.0 {
		t.Errorf("%s", a.Body)
	}
	if a := h.do("contract-admin", "GET", of+"/accounts?search=n1", nil, 200); a.at("items.0.ready") != false || a.at("items.0.status") != "suspended" {
		t.Errorf("%s", a.Body)
	}
	// Vault has made the keys of one, and the answer was lost.
	lost := h.do("contract-admin", "GET", of+"/accounts?search=n2", nil, 200).at("items.0.id").(float64)
	must[wire.AccountKeys](t)(wire.VaultAccount.Ask(t.Context(), h.peers["admin/vault"], wire.NewAccount{Contract: h.mori, Account: sekisho.AccountID(lost), Password: "a lost password"}))
	made := 0
	for range 5 {
		a := h.do("contract-admin", "POST", of+"/imports/keys", object{"most": 2}, 200)
		for _, x := range a.at("items").([]any) {
			if x := x.(object); x["status"] != "active" || x["ready"] != true || len(x["password"].(string)) < 20 {
				t.Errorf("%v", x)
			}
			made++
		}
	}
	if a := h.do("contract-admin", "GET", of+"/accounts?search=n&status=active&limit=1000", nil, 200); made != 3 || !bytes.Contains(a.Body, []byte("n2@mori.example")) {
		t.Errorf("%d made: %s", made, a.Body)
	}
}

func FuzzAsk(f *testing.F) {
	h := newHouse(f)
	f.Add("POST", "/accounts", "", []byte(`{"address":"a@mori.example"}`))
	f.Add("PUT", "/policy", "", []byte(`{"text":"version = 1\n"}`))
	f.Add("GET", "/traces", "search=x&after=AA&limit=5", []byte(nil))
	f.Add("GET", "/accounts/%2e%2e/x", "format=csv", []byte(nil))
	f.Add("POST", "/kept/hold/1/approve", "", []byte(`{"do":"refuse"}`))
	f.Fuzz(func(t *testing.T, method, path, query string, body []byte) {
		h.t = t
		h.ahead.Add(int64(100 * time.Millisecond)) // nobody asks faster than the limits allow
		q := wire.WebRequest{Method: method, Path: "/api/v1/contracts/1" + path, Query: query, Body: body, Type: "application/json", Language: "ja", Capability: h.capability("contract-admin")}
		a, err := wire.ConsoleAsk.Ask(t.Context(), h.edge, q)
		if err != nil || a.Status >= 500 || a.Status < 200 {
			t.Errorf("%s %q?%q: %v %d %s", method, path, query, err, a.Status, a.Body)
		}
		if len(a.Body) > 0 && a.Type != "application/json" && a.Type != "application/problem+json" && a.Type != "text/csv" {
			t.Errorf("type %q", a.Type)
		}
	})
}
