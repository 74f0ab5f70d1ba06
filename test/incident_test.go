package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekisho/incident"
	"sekisho/ledger"
	"sekisho/ledger/scope"
	"sekisho/role/admin"
)

// told runs a command of the house and reads its JSON.
func told[A any](t *testing.T, h *House, args ...string) A {
	t.Helper()
	var a A
	out := h.Run(append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return a
}

// An incident of a running service, from its opening to its end: somebody got hold of ann's app password and reads her mail
// from an address of his own, through a reader whose other users are honest.
func TestIncident(t *testing.T) {
	h := NewHouse(t, os.Getuid(), false)
	for _, way := range [][2]string{{"ann", "sato"}, {"sato", "ann"}, {"ken@kawa.example", "yamada@kawa.example"}} {
		from, to := way[0], way[1]
		if !strings.Contains(from, "@") {
			from, to = from+"@mori.example", to+"@mori.example"
		}
		raw := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: to %s\r\nMessage-ID: <%s@x.example>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0900\r\n\r\nhello\r\n", from, to, way[1], way[0])
		if err := submit(t, h, from, to, []byte(raw)); err != nil {
			t.Fatal(err)
		}
	}
	since := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	bodies(t, mailbox(t, h, "sato@mori.example"), "INBOX") // an honest user, from this host's usual address
	bodies(t, mailbox(t, h, "yamada@kawa.example"), "INBOX")
	before := told[[]admin.Entry](t, h, "ledger", "tail", "-n", "200")
	bodies(t, mailbox(t, h, "ann@mori.example"), "INBOX") // the intruder
	session := uint64(0)
	for _, e := range told[[]admin.Entry](t, h, "ledger", "tail", "-n", "20") {
		if e.Kind == ledger.Login.String() && e.Role == "reader" && e.Account != 0 && e.Time.After(before[len(before)-1].Time) {
			session = e.Session
		}
	}
	if session == 0 {
		t.Fatal("the intruder's session is not in the ledger")
	}

	r := told[admin.IncidentShown](t, h, "incident", "open", "--title", "stolen app password", "--component", "reader", "--from", since)
	id := fmt.Sprint(r.Number)
	first := told[scope.Summary](t, h, "incident", "scope", id)
	if first.Reachable.Contracts != 3 || first.Exposed.Classes["body"].Accounts != 3 || first.Confirmed.Contracts != 0 {
		t.Errorf("without a trace: %+v", first)
	}
	told[admin.IncidentShown](t, h, "incident", "indicator", "add", id, "--session", fmt.Sprint(session))
	second := told[scope.Summary](t, h, "incident", "scope", id, "--sets")
	if c := second.Confirmed.Classes["body"]; c.Contracts != 1 || c.Accounts != 1 || c.Objects != 1 || second.Confirmed.Contracts != 1 {
		t.Errorf("confirmed: %+v", second.Confirmed)
	}
	contract := second.Confirmed.Sets.Contracts[0][0]

	// Both scopes are in the ledger, by the hashes of their manifests.
	shown := told[admin.IncidentShown](t, h, "incident", "show", id)
	entered := map[string]bool{}
	for _, e := range told[[]admin.Entry](t, h, "ledger", "tail", "-n", "50") {
		if e.Kind == ledger.Scoped.String() {
			entered[fmt.Sprintf("%x", e.Digest)] = true
		}
	}
	for _, s := range shown.Scopes {
		if !entered[s.Manifest] {
			t.Errorf("scope %d is not in the ledger: %v", s.Number, entered)
		}
	}
	d := told[scope.Difference](t, h, "incident", "diff", id, "1", "2")
	found := false
	for _, x := range d.Changes {
		found = found || x.Level == "confirmed" && x.Class == "body" && x.Cause == "new session" && x.Count == 1
	}
	if !found {
		t.Errorf("difference: %+v", d)
	}

	out := filepath.Join(t.TempDir(), "statement.zip")
	s := told[incident.Statement](t, h, "incident", "statement", id, "--contract", fmt.Sprint(contract), "--out", out)
	if s.Verdict != "affected" || s.Name == "" || len(s.Evidence) == 0 || s.Evidence[0].Proof == "" {
		t.Errorf("statement: %+v", s)
	}

	told[admin.IncidentShown](t, h, "incident", "close", id, "--outcome", "password replaced")
	if out, err := h.Try("incident", "indicator", "add", id, "--session", "1"); err == nil || !strings.Contains(out, "closed") {
		t.Errorf("a closed incident was changed: %s", out)
	}
	// What was acknowledged is there after a kill.
	h.Kill()
	h.Start(false)
	if list := told[[]incident.Record](t, h, "incident", "list"); len(list) != 1 || list[0].State != incident.Closed || len(list[0].Scopes) != 2 {
		t.Errorf("after a kill: %+v", list)
	}
}
