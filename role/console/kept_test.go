package console_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"

	"sekisho"
	"sekisho/ledger"
	"sekisho/policy"
	"sekisho/wire"
)

// kinds counts ledger entries of a kind that console's sessions left.
func (h *house) kinds(k ledger.Kind) int {
	h.t.Helper()
	n := 0
	got := must[wire.Entries](h.t)(wire.VaultTail.Ask(h.t.Context(), h.peers["admin/vault"], wire.Tail{Most: 10_000, Last: true}))
	for rows := got.Rows; len(rows) >= ledger.RowLen; rows = rows[ledger.RowLen:] {
		if e := must[ledger.Entry](h.t)(ledger.ParseRow(rows[:ledger.RowLen])); e.Kind == k && e.Session != 0 && e.Role == sekisho.Console {
			n++
		}
	}
	return n
}

// A mail in quarantine: found, looked into with an entry, released into the mailbox, told in the trace.
func TestQuarantine(t *testing.T) {
	h := newHouse(t)
	k := h.mail(h.mori, "user", wire.FateQuarantine)
	list := h.do("help-desk", "GET", h.of(h.mori)+"/kept/quarantine", nil, 200)
	if list.at("items.0.recipient") != "user@mori.example" || list.at("items.0.rule") != "rule-1" || bytes.Contains(list.Body, []byte("見積")) {
		t.Errorf("%s", list.Body)
	}
	path := fmt.Sprintf("%s/kept/quarantine/%d", h.of(h.mori), k.ID)
	opened := h.kinds(ledger.Opening)
	h.do("help-desk", "POST", path+"/look", nil, 403)
	if n := h.kinds(ledger.Opening); n != opened {
		t.Error("a refused look opened something")
	}
	seen := h.do("contract-admin", "POST", path+"/look", nil, 200)
	if seen.at("subject") != "見積 7" || seen.at("sender") != "ono@far.example" || seen.at("text") != nil || seen.at("findings.0.name") != "words" {
		t.Errorf("%s", seen.Body)
	}
	if n := h.kinds(ledger.Opening); n != opened+1 {
		t.Errorf("%d openings entered", n-opened)
	}
	if seen := h.do("contract-admin", "POST", path+"/look?text=true", nil, 200); !strings.Contains(seen.at("text").(string), "price is 42") {
		t.Errorf("%s", seen.Body)
	}
	h.do("contract-admin", "POST", path+"/decide", object{"do": "send"}, 400)
	h.do("contract-admin", "POST", path+"/decide", object{"do": "release"}, 200)
	h.do("contract-admin", "POST", path+"/decide", object{"do": "release"}, 404)
	why := h.do("help-desk", "GET", h.of(h.mori)+"/traces/"+k.Trace.String(), nil, 200)
	if !bytes.Contains(why.Body, []byte("event/released")) || !bytes.Contains(why.Body, []byte("finding/spam/words")) || !bytes.Contains(why.Body, []byte("contract-admin@mori.example")) {
		t.Errorf("%s", why.Body)
	}
}

// What waits for approval is decided by an approver who looked at these bytes, and never by its sender.
func TestApproval(t *testing.T) {
	h := newHouse(t)
	approve := func(a *wire.Arrival) { a.Deliveries[0].Approve, a.Deliveries[0].AtEnd = true, "delete" }
	k := h.mail(h.mori, "user", wire.FateHold, approve)
	path := fmt.Sprintf("%s/kept/hold/%d", h.of(h.mori), k.ID)
	seen := h.do("approver", "POST", path+"/look?text=true", nil, 200)
	digest, _ := seen.at("digest").(string)
	if len(digest) != 64 || seen.at("approve") != true {
		t.Fatalf("%s", seen.Body)
	}
	h.do("contract-admin", "POST", path+"/decide", object{"do": "send"}, 409)
	h.do("approver", "POST", path+"/approve", object{"do": "approve", "digest": strings.Repeat("00", 32)}, 409)
	h.do("user", "POST", path+"/approve", object{"do": "approve", "digest": digest}, 403)
	h.do("approver", "POST", path+"/approve", object{"do": "approve", "digest": digest}, 200)
	why := h.do("contract-admin", "GET", h.of(h.mori)+"/traces/"+k.Trace.String(), nil, 200)
	if !bytes.Contains(why.Body, []byte("approver@mori.example sha256:"+digest)) {
		t.Errorf("who, and of which bytes: %s", why.Body)
	}
	own := h.mail(h.mori, "approver", wire.FateHold, approve)
	path = fmt.Sprintf("%s/kept/hold/%d", h.of(h.mori), own.ID)
	digest = h.do("approver", "POST", path+"/look", nil, 200).at("digest").(string)
	h.do("approver", "POST", path+"/approve", object{"do": "approve", "digest": digest}, 403)
	h.do("contract-admin", "POST", path+"/approve", object{"do": "refuse", "reason": "too much in it"}, 200)
	plain := h.mail(h.mori, "user", wire.FateHold)
	h.do("approver", "POST", fmt.Sprintf("%s/kept/hold/%d/look", h.of(h.mori), plain.ID), nil, 403)
}

// When cancel and send meet, exactly one wins.
func TestOneWins(t *testing.T) {
	h := newHouse(t)
	for range 10 {
		k := h.mail(h.mori, "user", wire.FateHold)
		var mu sync.Mutex
		var wg sync.WaitGroup
		won := map[int]int{}
		for i := range 8 {
			do := []string{"send", "cancel"}[i%2]
			q := wire.WebRequest{Method: "POST", Path: fmt.Sprintf("/api/v1%s/kept/hold/%d/decide", h.of(h.mori), k.ID), Body: []byte(`{"do":"` + do + `"}`), Type: "application/json", Capability: h.capability("contract-admin")}
			wg.Go(func() {
				a, err := wire.ConsoleAsk.Ask(t.Context(), h.edge, q)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				won[a.Status]++
			})
		}
		wg.Wait()
		if won[200] != 1 || won[404] != 7 {
			t.Fatalf("%v", won)
		}
		why := h.do("help-desk", "GET", h.of(h.mori)+"/traces/"+k.Trace.String(), nil, 200)
		if n := bytes.Count(why.Body, []byte(`"event/`)); n != 1 {
			t.Fatalf("%d events: %s", n, why.Body)
		}
	}
}

// Mails are found by reference, sender, recipient, Message-ID, fate, finding and time; another customer's are not.
func TestTraces(t *testing.T) {
	h := newHouse(t)
	a, b := h.mail(h.mori, "user", wire.FateQuarantine), h.mail(h.mori, "auditor", wire.FateMailbox)
	h.mail(h.kita, "kita-user", wire.FateQuarantine)
	for query, want := range map[string]int{
		"": 2, "search=user@mori": 1, "search=ono@far.example": 2, "search=%3Cm1@far.example%3E": 2, "search=" + a.Trace.String(): 1, "search=" + b.Trace.String(): 1,
		"fate=quarantine": 1, "fate=mailbox": 1, "fate=drop": 0, "kind=spam": 2, "kind=virus": 0, "search=kita": 0, "to=2020-01-01T00:00:00Z": 0, "from=2020-01-01T00:00:00Z": 2,
		"search=b%25b": 0,
	} {
		got := h.do("help-desk", "GET", h.of(h.mori)+"/traces?"+query, nil, 200)
		if n := len(got.at("items").([]any)); n != want {
			t.Errorf("%s: %d mails, want %d", query, n, want)
		}
	}
	s := h.do("auditor", "GET", h.of(h.mori)+"/statistics?step=minute", nil, 200)
	if s.at("sums.fate/quarantine") != 1.0 || s.at("sums.direction/inbound") != 2.0 || s.at("sums.kind/spam") != 2.0 || len(s.at("times").([]any)) != len(s.at("series.fate/quarantine").([]any)) {
		t.Errorf("%s", s.Body)
	}
	o := h.do("contract-admin", "GET", h.of(h.mori)+"/overview", nil, 200)
	if o.at("quarantine") != 1.0 || o.at("holds") != 0.0 || len(o.at("newest").([]any)) != 2 {
		t.Errorf("%s", o.Body)
	}
}

// Rules are checked with the line of what is wrong, kept by version, and tried on mail that came.
func TestPolicy(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	h.mail(h.mori, "user", wire.FateQuarantine)
	old := h.do("auditor", "GET", of+"/policy", nil, 200)
	if old.at("default") != true || !strings.Contains(old.at("text").(string), "version = 1") {
		t.Errorf("%s", old.Body)
	}
	for text, at := range map[string]string{
		"version = 1\n\n[[rule]]\nname = \"x\"\ncolour = 1\n":                                         "/text/line/5",
		"version = 1\n\n[[rule]]\nname = \"x\"\ndirection = \"inbound\"\naction = \"burn\"\n":         "/text/line/3",
		"version = 1\n[[rule]]\nname=\"a\"\ndirection=\"inbound\"\naction=\"pass\"\n\n[[rule]]\n":     "/text/line/7",
		"version = 1\n[[rule]]\nname=\"a\"\ndirection=\"inbound\"\naction=\"pass\"\nwhen='score >'\n": "",
	} {
		a := h.do("contract-admin", "PUT", of+"/policy", object{"text": text}, 400)
		if got := a.at("errors.0.pointer"); at != "" && got != at || a.at("errors.0.detail") == "" {
			t.Errorf("%q: at %v: %s", text, got, a.Body)
		}
	}
	text := "version = 1\n[[rule]]\nname = \"strict\"\ndirection = \"inbound\"\nwhen = 'dmarc == \"fail\" && dmarc_policy == \"reject\"'\naction = \"reject\"\nreason = \"r\"\n"
	tried := h.do("contract-admin", "POST", of+"/policy/test", object{"text": text, "days": 7}, 200)
	if tried.at("mails") != 1.0 || tried.at("differs") != 1.0 || tried.at("examples.0.now") != "reject" || tried.at("examples.0.was") != "quarantine" || tried.at("rules.0.rule") != "strict" {
		t.Errorf("%s", tried.Body)
	}
	sample := base64.StdEncoding.EncodeToString([]byte("From: <a@far.example>\r\nTo: <user@mori.example>\r\nSubject: price list\r\n\r\nHello.\r\n"))
	rule := "version = 1\n[[rule]]\nname = \"wait\"\ndirection = \"outbound\"\nwhen = 'subject contains \"price\" && !known'\naction = \"approve\"\n[[rule]]\nname = \"watch\"\ndirection = \"inbound\"\naction = \"quarantine\"\nobserve = true\n"
	for direction, want := range map[string]string{"outbound": "approve wait", "inbound": "pass "} {
		a := h.do("auditor", "POST", of+"/policy/test", object{"text": rule, "message": sample, "direction": direction, "sender": "user@mori.example", "recipient": "b@far.example"}, 200)
		if got := fmt.Sprint(a.at("examples.0.now"), " ", a.at("examples.0.nowRule")); got != want {
			t.Errorf("%s: %s: %s", direction, got, a.Body)
		}
		if direction == "inbound" && (a.at("rules.0.rule") != "watch" || a.at("rules.0.observed") != 1.0) {
			t.Errorf("a rule that only watches: %s", a.Body)
		}
	}
	put := func(tag string) int {
		return h.ask("contract-admin", wire.WebRequest{Method: "PUT", Path: "/api/v1" + of + "/policy", Match: tag, Body: must[[]byte](t)(jsonOf(object{"text": text}))}).Status
	}
	if first, second := put(old.ETag), put(old.ETag); first != 200 || second != 412 {
		t.Errorf("%d, %d", first, second)
	}
	h.do("contract-admin", "PUT", of+"/policy", object{"text": "version = 1\n"}, 200)
	v := h.do("auditor", "GET", of+"/policy/versions", nil, 200)
	if len(v.at("items").([]any)) != 3 || v.at("items.1.text") != text || v.at("items.0.who") != "contract-admin@mori.example" || v.at("items.2.text") != string(policy.Default) {
		t.Errorf("%s", v.Body)
	}
	h.do("auditor", "POST", of+"/policy/undo", nil, 403)
	if back := h.do("contract-admin", "POST", of+"/policy/undo", nil, 200); back.at("text") != text {
		t.Errorf("%s", back.Body)
	}
	odd := "version = 1\n[[rule]]\nname = \"all\"\ndirection = \"inbound\"\naction = \"pass\"\n" + text[len("version = 1\n"):]
	if a := h.do("contract-admin", "PUT", of+"/policy", object{"text": odd}, 200); a.at("remarks.0.what") != "shadowed" || a.at("remarks.0.by") != "all" {
		t.Errorf("%s", a.Body)
	}
	if changes := h.do("auditor", "GET", of+"/changes", nil, 200); !bytes.Contains(changes.Body, []byte(`"policy"`)) {
		t.Errorf("%s", changes.Body)
	}
}

// An operator reaches a customer's data by a grant of the customer's or of a second operator's only; the customer sees both the grant
// and what it was used for; and after its end nothing is reached.
func TestGrant(t *testing.T) {
	h := newHouse(t)
	of := h.of(h.mori)
	k := h.mail(h.mori, "user", wire.FateQuarantine)
	look := fmt.Sprintf("%s/kept/quarantine/%d/look", of, k.ID)
	if a := h.do("operator", "GET", of+"/traces", nil, 403); a.at("type") != "urn:sekisho:problem:grant-needed" {
		t.Errorf("%s", a.Body)
	}
	h.do("operator", "POST", of+"/grants", object{"reason": "short"}, 400)
	h.do("operator", "POST", of+"/grants", object{"reason": "a ticket of the customer's", "minutes": 1000}, 400)
	ask := func() string {
		g := h.do("operator", "POST", of+"/grants", object{"reason": "the customer's ticket 42", "minutes": 60}, 201)
		if g.at("state") != "asked" {
			t.Fatalf("%s", g.Body)
		}
		return fmt.Sprintf("%s/grants/%v/decide", of, g.at("id"))
	}
	decide := ask()
	h.do("operator", "POST", decide, object{"do": "approve"}, 403)
	h.do("operator", "POST", look, nil, 403)
	h.do("help-desk", "POST", decide, object{"do": "approve"}, 403)
	h.do("kita-admin", "POST", decide, object{"do": "approve"}, 404)
	h.do("contract-admin", "POST", decide, object{"do": "approve"}, 200)
	h.do("contract-admin", "POST", decide, object{"do": "approve"}, 409)
	h.do("operator", "GET", of+"/traces?search=user", nil, 200)
	h.do("operator", "POST", look, nil, 200)
	h.do("operator", "GET", h.of(h.kita)+"/traces", nil, 403)
	told := ""
	for _, n := range must[wire.Notices](t)(wire.StoreNotices.Ask(t.Context(), h.peers["post/store"], wire.NoticeQuery{Most: 100})).List {
		told += fmt.Sprint(n.Kind, " ", n.To, " ", n.Sender, " ", n.Reason, ";")
	}
	for _, want := range []string{"grant-asked [contract-admin@mori.example] operator@operator.example the customer's ticket 42;", "grant-standing [contract-admin@mori.example]"} {
		if !strings.Contains(told, want) {
			t.Errorf("the customer is not told of %q: %s", want, told)
		}
	}
	h.do("second", "POST", look, nil, 403)
	seen := h.do("auditor", "GET", of+"/accesses", nil, 200)
	if !bytes.Contains(seen.Body, []byte(`"what":"trace","object":"user"`)) || !bytes.Contains(seen.Body, []byte(`"what":"quarantine","object":"`+k.Trace.String())) || !bytes.Contains(seen.Body, []byte("operator@operator.example")) {
		t.Errorf("%s", seen.Body)
	}
	if g := h.do("auditor", "GET", of+"/grants", nil, 200); g.at("items.0.state") != "standing" || g.at("items.0.reason") != "the customer's ticket 42" || g.at("items.0.by") != "contract-admin@mori.example" {
		t.Errorf("%s", g.Body)
	}
	h.do("contract-admin", "POST", decide, object{"do": "end"}, 200)
	h.do("operator", "GET", of+"/traces", nil, 403)
	h.do("operator", "POST", look, nil, 403)
	h.do("second", "POST", ask(), object{"do": "approve"}, 200)
	h.do("operator", "POST", look, nil, 200)
	h.ahead.Store(int64(61 * 60 * 1e9))
	h.do("operator", "POST", look, nil, 403)
	if g := h.do("auditor", "GET", of+"/grants", nil, 200); g.at("items.0.state") != "over" {
		t.Errorf("%s", g.Body)
	}
}

// A new customer: made by an operator, who sets it up until it has an administrator of its own, and no longer than his grant.
func TestOnboarding(t *testing.T) {
	h := newHouse(t)
	h.do("contract-admin", "POST", "/contracts", object{"name": "Aoba"}, 403)
	made := h.do("operator", "POST", "/contracts", object{"name": "Aoba", "language": "ja"}, 201)
	if made.at("ready") != true || len(made.at("shares.words").([]any)) == 0 {
		t.Fatalf("%s", made.Body)
	}
	of := strings.TrimPrefix(made.Begun, "/api/v1")
	d := h.do("operator", "POST", of+"/domains", object{"name": "Aoba.example"}, 201)
	if d.at("name") != "aoba.example" || len(d.at("dkim").([]any)) != 2 {
		t.Errorf("%s", d.Body)
	}
	if r := h.do("operator", "GET", of+"/domains/aoba.example/records", nil, 200); len(r.at("items").([]any)) < 6 || r.at("items.1.live") != "missing" {
		t.Errorf("%s", r.Body)
	}
	h.do("second", "POST", of+"/accounts", object{"address": "x@aoba.example"}, 403)
	h.do("operator", "POST", of+"/accounts", object{"address": "it@aoba.example", "role": "operator"}, 403)
	h.do("operator", "POST", of+"/accounts", object{"address": "it@aoba.example", "role": "contract-admin"}, 201)
	g := h.do("second", "POST", of+"/grants", object{"reason": "to look around a little"}, 201)
	if g.at("state") != "asked" {
		t.Errorf("with an administrator there, nobody lets himself in: %s", g.Body)
	}
	h.do("contract-admin", "POST", h.of(h.mori)+"/domains", object{"name": "gmail.example"}, 400)
	h.do("contract-admin", "PATCH", h.of(h.mori), object{"networks": []string{"0.0.0.0/0"}}, 403)
	h.do("contract-admin", "PATCH", h.of(h.mori), object{"status": "suspended"}, 403)
	h.do("contract-admin", "PATCH", h.of(h.mori), object{"language": "en", "people": []object{{"Name": "Mori Hanako", "Address": "h@mori.example"}}}, 200)
	h.do("contract-admin", "POST", h.of(h.mori)+"/accounts", object{"address": "boss@mori.example", "role": "operator"}, 403)
	admin := fmt.Sprintf("%s/accounts/%d", h.of(h.mori), h.people["contract-admin"].id)
	h.do("contract-admin", "PATCH", admin, object{"status": "suspended"}, 409)
	h.do("domain-admin", "PATCH", admin, object{"name": "x"}, 403)
}
