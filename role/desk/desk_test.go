package desk_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/desk"
	"sekisho/role/store"
	"sekisho/seal"
	"sekisho/wire"
)

// house is store and desk in one process, with one customer and a key in vault's place.
type house struct {
	t     testing.TB
	edge  *wire.Peer
	gate  *wire.Peer
	admin *wire.Peer
	post  *wire.Peer
	key   ed25519.PrivateKey
	ahead atomic.Int64
	id    sekisho.ContractID
	links uint64
	mails uint64
}

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
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, key: private}
	s := must[*store.Store](t)(store.New(store.Config{Dir: t.TempDir(), Reserve: 1, Clock: h.clock, Link: func(b []byte, now time.Time) (wire.LinkClaims, error) {
		l, err := seal.CheckLink(public, b, now)
		return wire.LinkClaims{ID: l.ID, Purpose: uint8(l.Purpose), Contract: l.Contract, Message: l.Message, To: l.To, Expires: l.Expires}, err
	}}))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	to := func(callee, as sekisho.Role, s *wire.Service) *wire.Peer {
		p := wire.NewPeer(callee)
		if err := wire.Local(ctx, sekisho.Caller{Role: as, Instance: sekisho.Instance(as)}, s, p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	x := desk.New(desk.Config{Name: "mx.example", Clock: h.clock}, desk.Peers{Store: to(sekisho.Store, sekisho.Desk, s.Service())})
	h.edge = to(sekisho.Desk, sekisho.Edge, x.Service(func(by sekisho.Caller, call string, why error) { t.Errorf("%s: %v", call, why) }))
	h.gate, h.admin, h.post = to(sekisho.Store, sekisho.Gate, s.Service()), to(sekisho.Store, sekisho.Admin, s.Service()), to(sekisho.Store, sekisho.Post, s.Service())
	h.id = must[wire.AdminDone](t)(wire.StoreAdmin.Ask(ctx, h.admin, wire.Admin{Contract: &wire.AdminContract{Do: "add", Set: wire.Contract{Name: "Mori", Language: "ja"}}})).Contract
	return h
}

// held takes a mail that is held for recipients.
func (h *house) held(approve bool, recipients ...string) sekisho.MessageID {
	h.t.Helper()
	h.mails++
	id := sekisho.MessageID(h.mails)
	a := wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: h.id, Body: []byte("sealed"), Boxes: []wire.Box{{Key: wire.SpoolKey, Sealed: []byte("x")}}},
		Trace: wire.Trace{ID: sekisho.TraceID(1<<40 + h.mails), Direction: sekisho.Outbound, Envelope: sekisho.Envelope{From: "tanaka@mori.example", Rcpt: recipients, At: h.clock()}}}
	for _, r := range recipients {
		a.Deliveries = append(a.Deliveries, wire.Delivery{Recipient: r, Fate: wire.FateHold, AtEnd: "send", Approve: approve, Reason: "first mail to them", NotBefore: h.clock().Add(5 * time.Minute)})
	}
	must[wire.Accepted](h.t)(wire.StoreAccept.Ask(h.t.Context(), h.gate, wire.Accept{Messages: []wire.Arrival{a}}))
	return id
}

func (h *house) link(p seal.LinkPurpose, m sekisho.MessageID, to string) string {
	h.links++
	b := seal.SignLink(h.key, seal.Link{ID: h.links, Purpose: p, Contract: h.id, Message: m, To: to, Expires: h.clock().Add(24 * time.Hour)})
	return base64.RawURLEncoding.EncodeToString(b)
}

// do posts and gives the status and the body.
func (h *house) do(path string, body map[string]string) (int, map[string]any) {
	h.t.Helper()
	q := wire.WebRequest{Method: "POST", Path: path, Type: "application/json", Language: "en", Body: must[[]byte](h.t)(json.Marshal(body)), Client: netip.AddrFrom4([4]byte{192, 0, byte(h.links >> 4), byte(h.links)})}
	a := must[wire.WebResponse](h.t)(wire.DeskAsk.Ask(h.t.Context(), h.edge, q))
	var out map[string]any
	if err := json.Unmarshal(a.Body, &out); err != nil {
		h.t.Fatalf("%s: %v", a.Body, err)
	}
	return a.Status, out
}

func (h *house) state(m sekisho.MessageID) string {
	h.t.Helper()
	held := must[wire.Listed](h.t)(wire.StoreList.Ask(h.t.Context(), h.admin, wire.List{What: "hold"}))
	queue := must[wire.Listed](h.t)(wire.StoreList.Ask(h.t.Context(), h.admin, wire.List{What: "queue"}))
	n, q := 0, 0
	for _, k := range held.Kept {
		if k.Message == m {
			n++
		}
	}
	for _, k := range queue.Queue {
		if k.Message == m {
			q++
		}
	}
	return fmt.Sprintf("%d held, %d queued", n, q)
}

// A sender cancels: he looks, does the task after a moment, and it leaves for nobody.
func TestCancel(t *testing.T) {
	h := newHouse(t)
	m := h.held(false, "suzuki@kita.example", "sato@kita.example")
	token := h.link(seal.LinkHold, m, "Tanaka@mori.example")
	var seen map[string]any
	for range 3 { // looking changes nothing
		status, body := h.do("/desk/look", map[string]string{"token": token})
		if status != 200 || body["purpose"] != "hold" || len(body["waiting"].([]any)) != 2 || body["reason"] != "first mail to them" || body["task"] == "" || h.state(m) != "2 held, 0 queued" {
			t.Fatalf("%d %v, %s", status, body, h.state(m))
		}
		seen = body
	}
	act := func(typed, word string) (int, map[string]any) {
		return h.do("/desk/act", map[string]string{"token": token, "act": word, "do": "cancel", "confirm": typed})
	}
	word, task := seen["act"].(string), seen["task"].(string)
	if status, body := act(task, word); status != 429 {
		t.Errorf("at once: %d %v", status, body)
	}
	h.ahead.Add(int64(2 * time.Second))
	for name, try := range map[string]struct {
		typed, word string
		want        int
	}{"no word": {task, "", 409}, "another's word": {task, base64.RawURLEncoding.EncodeToString(make([]byte, 16)), 409}} {
		if status, body := act(try.typed, try.word); status != try.want {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	if status, _ := act("0", word); status != 400 {
		t.Errorf("a wrong number: %d", status)
	}
	if status, _ := act(task, word); status != 409 {
		t.Errorf("a second guess with the same word: %d", status)
	}
	if h.state(m) != "2 held, 0 queued" {
		t.Fatalf("refused tries changed it: %s", h.state(m))
	}
	_, seen = h.do("/desk/look", map[string]string{"token": token})
	h.ahead.Add(int64(2 * time.Second))
	status, body := act(seen["task"].(string), seen["act"].(string))
	if status != 200 || body["won"] != true || len(body["ended"].([]any)) != 2 || h.state(m) != "0 held, 0 queued" {
		t.Fatalf("%d %v, %s", status, body, h.state(m))
	}
	status, body = h.do("/desk/look", map[string]string{"token": token})
	if status != 200 || len(body["waiting"].([]any)) != 0 || body["act"] != nil || !strings.Contains(fmt.Sprint(body["ended"]), "cancelled") {
		t.Errorf("afterwards: %d %v", status, body)
	}
}

// What is no link, has ended, or is somebody else's shows nothing; and all of that looks alike.
func TestWrongLink(t *testing.T) {
	h := newHouse(t)
	m := h.held(false, "suzuki@kita.example")
	good := h.link(seal.LinkHold, m, "tanaka@mori.example")
	_, other, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged := base64.RawURLEncoding.EncodeToString(seal.SignLink(other, seal.Link{ID: 1, Purpose: seal.LinkHold, Contract: h.id, Message: m, To: "tanaka@mori.example", Expires: h.clock().Add(time.Hour)}))
	var bodies []string
	for _, token := range []string{"", "x", "!!!", forged, good[:len(good)-2], good + "AA"} {
		for _, path := range []string{"/desk/look", "/desk/act"} {
			q := map[string]string{"token": token}
			status, body := h.do(path, q)
			if status != 404 {
				t.Errorf("%s %q: %d", path, token, status)
			}
			bodies = append(bodies, fmt.Sprint(body))
		}
	}
	for _, b := range bodies {
		if b != bodies[0] {
			t.Errorf("%s and %s", b, bodies[0])
		}
	}
	if _, body := h.do("/desk/look", map[string]string{"token": h.link(seal.LinkHold, m, "eve@mori.example")}); len(body["waiting"].([]any)) != 0 || body["act"] != nil || body["reason"] != nil {
		t.Errorf("a link to somebody who did not send it: %v", body)
	}
	h.ahead.Store(int64(25 * time.Hour))
	if status, _ := h.do("/desk/look", map[string]string{"token": good}); status != 404 {
		t.Errorf("after its end: %d", status)
	}
	for _, q := range []wire.WebRequest{{Method: "GET", Path: "/desk/look"}, {Method: "POST", Path: "/desk/else"}, {Method: "POST", Path: "/desk/look", Body: []byte(`{"token":"x","more":1}`)},
		{Method: "POST", Path: "/desk/look", Body: []byte(`{"token":"x"}{}`)}, {Method: "POST", Path: "/desk/look"}} {
		q.Client = netip.MustParseAddr("2001:db8::1")
		if a := must[wire.WebResponse](t)(wire.DeskAsk.Ask(t.Context(), h.edge, q)); a.Status < 400 || a.Status >= 500 || a.Type != "application/problem+json" {
			t.Errorf("%s %s %s: %d", q.Method, q.Path, q.Body, a.Status)
		}
	}
}

// What waits for somebody else's word is shown to an approver, and decided by nobody without a sign-in; its sender's own link does
// not reach it.
func TestApproveTakesSignIn(t *testing.T) {
	h := newHouse(t)
	m := h.held(true, "suzuki@kita.example")
	_, body := h.do("/desk/look", map[string]string{"token": h.link(seal.LinkApprove, m, "kato@mori.example")})
	if body["signIn"] != true || body["act"] != nil || len(body["waiting"].([]any)) != 1 {
		t.Errorf("%v", body)
	}
	for _, token := range []string{h.link(seal.LinkApprove, m, "kato@mori.example"), h.link(seal.LinkHold, m, "tanaka@mori.example")} {
		for _, do := range []string{"send", "cancel", "approve"} {
			if status, body := h.do("/desk/act", map[string]string{"token": token, "act": "AAAA", "do": do, "confirm": "1"}); status == 200 {
				t.Errorf("%s: %v", do, body)
			}
		}
	}
	if h.state(m) != "1 held, 0 queued" {
		t.Error(h.state(m))
	}
}

// When senders' cancel, send and the clock meet, exactly one wins, for all recipients, and everybody is told the same.
func TestOneWins(t *testing.T) {
	h := newHouse(t)
	for round := range 50 {
		m := h.held(false, "suzuki@kita.example", "sato@kita.example")
		type try struct{ token, word, task, do string }
		var tries []try
		for i := range 6 {
			token := h.link(seal.LinkHold, m, "tanaka@mori.example")
			_, seen := h.do("/desk/look", map[string]string{"token": token})
			tries = append(tries, try{token, seen["act"].(string), seen["task"].(string), []string{"send", "cancel"}[i%2]})
		}
		h.ahead.Add(int64(2 * time.Second))
		if round%5 == 0 {
			h.ahead.Add(int64(5 * time.Minute)) // now it ends by itself, too
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		var won []string
		ends := map[string]bool{}
		for i, x := range tries {
			wg.Go(func() {
				body := must[[]byte](t)(json.Marshal(map[string]string{"token": x.token, "act": x.word, "do": x.do, "confirm": x.task}))
				a, err := wire.DeskAsk.Ask(t.Context(), h.edge, wire.WebRequest{Method: "POST", Path: "/desk/act", Body: body, Client: netip.AddrFrom4([4]byte{10, byte(round), byte(i), 1})})
				var out desk.Done
				if err == nil {
					err = json.Unmarshal(a.Body, &out)
				}
				mu.Lock()
				defer mu.Unlock()
				if err != nil || a.Status != 200 || len(out.Ended) != 2 {
					t.Errorf("%v %d %s", err, a.Status, a.Body)
				}
				if out.Won {
					won = append(won, x.do)
				}
				b, _ := json.Marshal(out.Ended)
				ends[string(b)] = true
			})
		}
		wg.Wait()
		if len(won) > 1 || len(won) == 0 && round%5 != 0 || len(ends) != 1 {
			t.Fatalf("round %d: won %v, told %v", round, won, ends)
		}
		want := "0 held, 2 queued"
		if len(won) == 1 && won[0] == "cancel" {
			want = "0 held, 0 queued"
		}
		if got := h.state(m); got != want {
			t.Fatalf("round %d: won %v: %s", round, won, got)
		}
	}
}

// An inquiry gets the same answer, whoever is or was a customer.
func TestInquiry(t *testing.T) {
	h := newHouse(t)
	var first string
	for _, domain := range []string{"mori.example", "never.example", "1"} {
		status, body := h.do("/desk/inquiry", map[string]string{"domain": domain, "name": "Ueda", "reply": "ueda@there.example"})
		if first == "" {
			first = fmt.Sprint(body)
		}
		if status != 200 || fmt.Sprint(body) != first {
			t.Errorf("%s: %d %v", domain, status, body)
		}
	}
	if status, _ := h.do("/desk/inquiry", map[string]string{"domain": "", "name": "x", "reply": "y"}); status != 400 {
		t.Errorf("an empty field: %d", status)
	}
}

// One source cannot ask without end.
func TestLimit(t *testing.T) {
	h := newHouse(t)
	refused := 0
	for range 60 {
		a := must[wire.WebResponse](t)(wire.DeskAsk.Ask(t.Context(), h.edge, wire.WebRequest{Method: "POST", Path: "/desk/look", Body: []byte(`{"token":"x"}`), Client: netip.MustParseAddr("198.51.100.7")}))
		if a.Status == 429 {
			refused++
			if a.Retry <= 0 {
				t.Error("no word when to come again")
			}
		}
	}
	if refused < 25 {
		t.Errorf("%d of 60 refused", refused)
	}
}

// The sender of held mail is to be told, once for all recipients, and how it ended unless he decided it himself.
func TestNotices(t *testing.T) {
	h := newHouse(t)
	h.held(false, "suzuki@kita.example", "sato@kita.example")
	take := func() []wire.NoticeDue {
		return must[wire.Notices](t)(wire.StoreNotices.Ask(t.Context(), h.post, wire.NoticeQuery{Most: 10, Wait: time.Millisecond})).List
	}
	first := take()
	if len(first) != 1 || first[0].Kind != "held" || len(first[0].Recipients) != 2 || first[0].To[0] != "tanaka@mori.example" || first[0].Mail == 0 || first[0].AtEnd != "send" {
		t.Fatalf("%+v", first)
	}
	if again := take(); len(again) != 1 || again[0].Mail != first[0].Mail {
		t.Errorf("until it is done, the same: %+v", again)
	}
	must[wire.Nothing](t)(wire.StoreNoticed.Ask(t.Context(), h.post, wire.Noticed{ID: first[0].ID, Recipients: 1}))
	if late := take(); len(late) != 1 || len(late[0].Recipients) != 1 || late[0].Recipients[0] != first[0].Recipients[1] || late[0].Mail == first[0].Mail {
		t.Errorf("who came while the mail was written is told of in another: %+v", late)
	}
	must[wire.Nothing](t)(wire.StoreNoticed.Ask(t.Context(), h.post, wire.Noticed{ID: first[0].ID}))
	if rest := take(); len(rest) != 0 {
		t.Errorf("%+v", rest)
	}
	h.ahead.Add(int64(6 * time.Minute))
	h.held(true, "x@there.example") // wakes what waits
	var kinds []string
	for end := time.Now().Add(10 * time.Second); !slices.Contains(kinds, "sent") && time.Now().Before(end); {
		for _, n := range take() {
			kinds = append(kinds, n.Kind)
			must[wire.Nothing](t)(wire.StoreNoticed.Ask(t.Context(), h.post, wire.Noticed{ID: n.ID}))
		}
	}
	if !slices.Contains(kinds, "sent") || !slices.Contains(kinds, "approve") {
		t.Errorf("told of: %q", kinds)
	}
}

func FuzzAsk(f *testing.F) {
	h := newHouse(f)
	f.Add("/desk/look", []byte(`{"token":"AAAA"}`))
	f.Add("/desk/act", []byte(`{"token":"AAAA","act":"AAAA","do":"send","confirm":"1"}`))
	f.Add("/desk/inquiry", []byte(`{"domain":"a","name":"b","reply":"c"}`))
	f.Add("/desk/share", []byte(`{"token":"AAAA"}`))
	f.Add("/desk/share/code", []byte(`{"token":""}`))
	f.Add("/desk/share/open", []byte(`{"token":"AAAA","code":"123456"}`))
	f.Add("/desk/share/file", []byte(`{"token":"AAAA","word":"AAAA","file":-1}`))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		a, err := wire.DeskAsk.Ask(t.Context(), h.edge, wire.WebRequest{Method: "POST", Path: path, Body: body})
		if err != nil || a.Status >= 500 || !json.Valid(a.Body) {
			t.Errorf("%v %d %s", err, a.Status, a.Body)
		}
	})
}
