package webmail

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sekisho/wire"
)

func TestSession(t *testing.T) {
	h := newHouse(t)
	r := h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/session"})
	var s m
	if err := json.Unmarshal(r.Body, &s); err != nil || r.Status != 200 {
		t.Fatal(r.Status, err)
	}
	if text(s, "username") != "bob@mori.example" || text(s, "primaryAccounts", capMail) != h.account("bob") || text(s, "apiUrl") != "https://mail.mori.example/jmap/api" ||
		text(s, "capabilities", capCore, "maxCallsInRequest") != "32" {
		t.Fatalf("%s", r.Body)
	}
	for _, q := range []wire.WebRequest{{Method: "GET", Path: "/jmap/api"}, {Method: "POST", Path: "/jmap/session"}, {Method: "GET", Path: "/"}, {Method: "GET", Path: "/jmap/sessions"}} {
		if r := h.send("bob", q); r.Status != 404 || r.Type != "application/problem+json" {
			t.Errorf("%s %s: %d %s", q.Method, q.Path, r.Status, r.Body)
		}
	}
	if r := h.send("nobody", wire.WebRequest{Method: "GET", Path: "/jmap/session", Language: "ja"}); r.Status != 401 || !strings.Contains(string(r.Body), "サインイン") {
		t.Errorf("%d %s", r.Status, r.Body)
	}
}

func TestRequests(t *testing.T) {
	h := newHouse(t)
	post := func(body string) wire.WebResponse {
		return h.send("bob", wire.WebRequest{Method: "POST", Path: "/jmap/api", Body: []byte(body)})
	}
	for body, want := range map[string]string{
		`{`:                                "notJSON",
		`{"using":["x"],"methodCalls":[]}`: "unknownCapability",
		`{"using":[]}`:                     "notRequest",
		strings.Repeat("[", 100) + strings.Repeat("]", 100):                                                         "notJSON",
		`{"using":[],"methodCalls":[` + strings.TrimSuffix(strings.Repeat(`["Core/echo",{},"c"],`, 33), ",") + `]}`: "limit",
	} {
		if r := post(body); r.Status != 400 || !strings.Contains(string(r.Body), "urn:ietf:params:jmap:error:"+want) {
			t.Errorf("%.60s: %d %s", body, r.Status, r.Body)
		}
	}
	got := h.calls("bob", []any{"Core/echo", m{"x": "y\u2028\"<"}, "1"}, []any{"Nope/get", m{}, "2"}, []any{"Mailbox/get", m{}, "3"}, []any{"Mailbox/get", m{"accountId": h.account("ann")}, "4"},
		[]any{"Mailbox/get", m{"accountId": h.account("bob"), "idz": nil}, "5"},
		[]any{"Core/echo", m{"#z": m{"resultOf": "1", "name": "Core/echo", "path": "/x"}}, "6"})
	if fmt.Sprint(got[0].args) != fmt.Sprint(m{"x": "y\u2028\"<"}) || text(got[1].args, "type") != "unknownMethod" || text(got[2].args, "type") != "invalidArguments" ||
		text(got[3].args, "type") != "accountNotFound" || text(got[4].args, "arguments", 0) != "idz" || text(got[5].args, "z") != "y\u2028\"<" || got[5].id != "6" {
		t.Fatalf("%v", got)
	}
	// A method of a capability that is not in using does not exist.
	r := post(`{"using":["` + capCore + `"],"methodCalls":[["Mailbox/get",{"accountId":"` + h.account("bob") + `"},"c"]]}`)
	if !strings.Contains(string(r.Body), "unknownMethod") {
		t.Errorf("%s", r.Body)
	}
}

// TestOthersAreNotFound tries every method with accounts and ids of others.
func TestOthersAreNotFound(t *testing.T) {
	h := newHouse(t)
	ids := map[string][]string{"ann": h.deliver("ann", "", simple(1, "secret of ann", "x"), mixed), "eve": h.deliver("eve", "", simple(2, "secret of eve", "x"))}
	for name := range h.webmail.methods {
		if name == "Core/echo" {
			continue
		}
		for _, other := range []string{"ann", "eve"} {
			for _, id := range []string{h.account(other), "", "a0", "x", strings.ToUpper(h.account("bob"))} {
				if r := h.try("bob", name, m{"accountId": id}); r.name != "error" || r.args["type"] != "accountNotFound" {
					t.Errorf("%s for account %q: %s %v", name, id, r.name, r.args)
				}
			}
		}
	}
	for other, list := range ids {
		inbox := h.box(other, "inbox")
		thread := text(h.call(other, "Email/get", m{"ids": list[:1], "properties": []string{"threadId"}}), "list", 0, "threadId")
		for _, c := range []struct {
			method string
			args   m
			want   string // where the foreign id has to be
			gone   string
		}{
			{"Email/get", m{"ids": list}, "notFound", list[0]},
			{"Email/get", m{"ids": list, "properties": []string{"id"}}, "notFound", list[0]},
			{"Mailbox/get", m{"ids": []string{inbox}}, "notFound", inbox},
			{"Thread/get", m{"ids": []string{thread}}, "notFound", thread},
			{"Email/parse", m{"blobIds": list}, "notFound", list[0]},
			{"SearchSnippet/get", m{"emailIds": list, "filter": m{"text": "secret"}}, "notFound", list[0]},
			{"Email/set", m{"update": m{list[0]: m{"keywords/$seen": true}}}, "notUpdated", list[0]},
			{"Email/set", m{"destroy": list}, "notDestroyed", list[0]},
			{"Mailbox/set", m{"update": m{inbox: m{"name": "x"}}}, "notUpdated", inbox},
			{"Mailbox/set", m{"destroy": []string{inbox}}, "notDestroyed", inbox},
			{"Email/import", m{"emails": m{"k": m{"blobId": list[0], "mailboxIds": m{h.box("bob", "inbox"): true}}}}, "notCreated", "invalidProperties"},
			{"Email/import", m{"emails": m{"k": m{"blobId": list[0], "mailboxIds": m{inbox: true}}}}, "notCreated", "invalidProperties"},
			{"Email/set", m{"create": m{"k": m{"mailboxIds": m{inbox: true}}}}, "notCreated", "invalidProperties"},
			{"Email/set", m{"create": m{"k": m{"mailboxIds": m{h.box("bob", "inbox"): true}, "attachments": []m{{"blobId": list[0] + ".1"}}}}}, "notCreated", "blobNotFound"},
		} {
			got := h.call("bob", c.method, c.args)
			if !strings.Contains(fmt.Sprint(got[c.want]), c.gone) || strings.Contains(fmt.Sprint(got), "secret") {
				t.Errorf("%s with ids of %s: %v", c.method, other, got)
			}
		}
		h.fails("invalidArguments", "bob", "Email/query", m{"filter": m{"inMailbox": inbox}})
		for _, path := range []string{"/jmap/download/" + h.account(other) + "/" + list[0] + "/x", "/jmap/download/" + h.account("bob") + "/" + list[0] + "/x", "/jmap/download/" + h.account("bob") + "/" + list[0] + ".1/x",
			"/jmap/picture/" + h.account("bob") + "/" + list[0] + "/0", "/jmap/picture/" + h.account(other) + "/" + list[0] + "/0", "/jmap/preview/" + h.account("bob") + "/" + list[0] + ".1/0"} {
			if r := h.send("bob", wire.WebRequest{Method: "GET", Path: path}); r.Status != 404 {
				t.Errorf("%s: %d %.100s", path, r.Status, r.Body)
			}
		}
		if r := h.send("bob", wire.WebRequest{Method: "POST", Path: "/jmap/upload/" + h.account(other), Body: []byte("x")}); r.Status != 404 {
			t.Errorf("upload: %d", r.Status)
		}
	}
}

func TestScopes(t *testing.T) {
	h := newHouse(t)
	ids := h.deliver("bob", "", simple(1, "one", "x"))
	h.scopes = []string{"mail:read"}
	h.call("bob", "Email/get", m{"ids": ids})
	for name, x := range h.webmail.methods {
		if r := h.try("bob", name, m{}); x.writes != (r.name == "error" && r.args["type"] == "forbidden") {
			t.Errorf("%s: %s %v", name, r.name, r.args)
		}
	}
	if r := h.send("bob", wire.WebRequest{Method: "POST", Path: "/jmap/upload/" + h.account("bob"), Body: []byte("x")}); r.Status != 403 {
		t.Errorf("upload: %d", r.Status)
	}
	h.scopes = []string{"something"}
	if r := h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/session"}); r.Status != 403 {
		t.Errorf("session: %d", r.Status)
	}
}

// TestStart: the beginning is what the app could ask for itself.
func TestStart(t *testing.T) {
	h := newHouse(t)
	h.deliver("bob", "", simple(1, "first", "x"), simple(2, "second", "y"))
	h.call("bob", "Preference/set", m{"update": m{"singleton": m{"threads": false, "theme": "dark"}}})
	r := h.send("bob", wire.WebRequest{Method: "GET", Path: "/jmap/start"})
	var got m
	unmarshal(t, r.Body, &got)
	if r.Status != 200 || text(got, "signedIn") != "true" || text(got, "session", "username") != "bob@mori.example" || text(got, "preference", "theme") != "dark" || text(got, "threads") != "false" || text(got, "inbox") != h.box("bob", "inbox") {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if text(got, "answers", "Email/get", "list", 0, "subject") != "second" || text(got, "answers", "Email/query", "total") != "2" || text(got, "answers", "Thread/get", "list", 0, "emailIds", 0) == "<nil>" || text(got, "answers", "Identity/get", "list", 0, "email") != "bob@mori.example" {
		t.Fatalf("%s", r.Body)
	}
}
