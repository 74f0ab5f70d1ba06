//go:build redteam

package main

import (
	"bytes"
	"crypto/tls"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger/scope"
	"sekisho/role/admin"
	"sekisho/role/reader"
)

// TestBreachDrill takes one of two confined readers of the running product over and lets it read what it really can. Told to
// read the mails of two people, it gets those of the one who is signed in there: the other's contract has a cell of its own.
// The scope must confirm exactly these mails, expose no more than the people with tickets at that reader, and name nothing
// of the other cell or of the contract of which nobody was signed in.
//
//	go test -tags redteam -run BreachDrill ./cmd/sekisho
func TestBreachDrill(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: the roles of level L3 are taken over")
	}
	h := startAttacked(t, 2)
	if err := os.Symlink(h.at["admin"], adminSocket(h.data)); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	g := &Global{Data: h.data, Out: io.Discard, Err: io.Discard}
	began := time.Now().Add(-time.Minute).UTC()
	people := settle(t, g)
	for _, p := range people {
		for i := range 4 {
			send(t, h.at["submissions"], p, fmt.Sprintf("From: %[1]s\r\nTo: %[1]s\r\nSubject: %[2]d\r\nMessage-ID: <%[2]d.%[1]s>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0900\r\n\r\nsecret %[2]d\r\n", p.Address, i))
		}
	}
	// Three of four sign in and read something themselves, the third one in the other cell. The fourth does not.
	for i, p := range people[:3] {
		signIn(t, h.at["imaps"], p, []string{"localhost", "localhost", ownHost}[i])
	}
	time.Sleep(20 * time.Millisecond)
	from := time.Now()
	plan, err := json.Marshal(reader.Plan{Accounts: []sekisho.AccountID{people[0].ID, people[2].ID}, Mails: 3})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := h.Take(sekisho.Reader, 0, plan)
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(time.Millisecond)
	var loot reader.Loot
	if err := json.Unmarshal(raw, &loot); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	if len(loot.Read) != 3 || loot.Refused != 3 {
		t.Fatalf("the intruder read %d mails and was refused %d times: the drill itself is wrong", len(loot.Read), loot.Refused)
	}

	// What the operator knows: the reader, and that from then to then what these sessions did was the intruder's.
	id := openIncident(t, g, "0-reader-0", began, loot.Read, from, until)
	out := filepath.Join(t.TempDir(), "scope.manifest")
	s := ran[scoped](t, g, &incidentScope{ID: id, caseFlags: caseFlags{Verify: true}, outputs: outputs{Level: "exposed", Lang: "en", Manifest: out}, Sets: true})
	if c := s.Confirmed.Classes["body"]; c.Objects != 3 || c.Accounts != 1 || c.Contracts != 1 || len(s.Confirmed.Classes) != 1 {
		t.Errorf("confirmed: %+v", s.Confirmed)
	}
	signed := scope.RunsOf([]uint64{uint64(people[0].ID), uint64(people[1].ID)})
	if got := s.Exposed.Classes["body"].Sets; got == nil || !slices.Equal(got.Accounts, signed) {
		t.Errorf("exposed bodies: %+v, want the accounts with tickets: %v", got, signed)
	}
	if got := s.Reachable.Classes["body"].Sets; got == nil || !slices.Equal(got.Accounts, signed) {
		t.Errorf("reachable bodies: %+v, want the accounts with tickets: %v", got, signed)
	}
	exact(t, g, id, loot.Read, []sekisho.ContractID{people[0].Contract, people[2].Contract, people[3].Contract},
		func(c sekisho.ContractID) bool { return c == people[0].Contract })
}

// ownHost is the host name of the contract that has a cell of its own.
const ownHost = "imap.b.example"

// settle makes three contracts with four people; the second contract has a host name of its own.
func settle(t *testing.T, g *Global) (out []admin.Account) {
	t.Helper()
	for i, c := range []string{"a", "a", "b", "c"} {
		if i == 0 || c != "a" {
			if _, err := call[admin.Contract](g, "contract/add", admin.ContractAdd{Name: c, Language: "en"}); err != nil {
				t.Fatal(err)
			}
			if _, err := call[admin.Domain](g, "domain/add", admin.DomainAdd{Contract: c, Name: c + ".example"}); err != nil {
				t.Fatal(err)
			}
		}
		a, err := call[admin.Account](g, "account/add", admin.AccountAdd{Address: fmt.Sprintf("p%d@%s.example", i, c), Password: "correct horse battery"})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
	if _, err := call[admin.Contract](g, "contract/set", admin.ContractSet{Contract: "b", Hosts: []string{ownHost}}); err != nil {
		t.Fatal(err)
	}
	return out
}

func send(t *testing.T, at string, p admin.Account, text string) {
	t.Helper()
	c, err := smtp.DialTLS(at, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth(sasl.NewPlainClient("", p.Address, p.AppPassword)); err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail(p.Address, []string{p.Address}, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
}

// signIn opens a mailbox, reads its first mail and stays.
func signIn(t *testing.T, at string, p admin.Account, host string) {
	t.Helper()
	c, err := imapclient.DialTLS(at, &imapclient.Options{TLSConfig: &tls.Config{InsecureSkipVerify: true, ServerName: host}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(p.Address, p.AppPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	if s, err := c.Select("INBOX", nil).Wait(); err != nil || s.NumMessages != 4 {
		t.Fatalf("%s: %+v, %v", p.Address, s, err)
	}
	section := &imap.FetchItemBodySection{Peek: true}
	if _, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect(); err != nil {
		t.Fatal(err)
	}
}

func openIncident(t *testing.T, g *Global, component string, began time.Time, loot []reader.Read, from, until time.Time) uint64 {
	t.Helper()
	r := ran[admin.IncidentShown](t, g, &incidentOpen{Title: component + " taken over", Component: []string{component}, From: began.Format(time.RFC3339)})
	in := scope.Indicators{Version: 1, Span: scope.Span{From: scope.Instant(began.UnixMilli())}}
	for _, x := range loot {
		m := scope.Mark{ID: uint64(x.Session), Span: scope.Span{From: scope.Instant(from.UnixMilli()), To: scope.Instant(until.UnixMilli()) + 1}}
		if !slices.Contains(in.Sessions, m) {
			in.Sessions = append(in.Sessions, m)
		}
	}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	ran[admin.IncidentShown](t, g, &indicatorAdd{ID: r.Number, File: write(t, t.TempDir(), "in.json", string(b)), Confidence: "high"})
	return r.Number
}

// exact compares the mails that were read with those that the statements confirm, mail by mail.
func exact(t *testing.T, g *Global, id uint64, loot []reader.Read, contracts []sekisho.ContractID, reached func(sekisho.ContractID) bool) {
	t.Helper()
	var want, got []string
	for _, x := range loot {
		want = append(want, fmt.Sprintf("contract %d account %d mail %d", x.Contract, x.Account, x.Object))
	}
	for _, contract := range contracts {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(contract))
		s := ran[incident.Statement](t, g, &incidentStatement{ID: id, Contract: uint64(contract), Out: dir})
		verdict := s.Classes[sekisho.ClassBody-1].Verdict
		if reached(contract) == (verdict == "never-reachable") {
			t.Errorf("contract %d: %s", contract, verdict)
		}
		b, err := os.ReadFile(filepath.Join(dir, "rows.csv"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows[1:] {
			if r[2] == "confirmed" {
				first, err1 := strconv.ParseUint(r[10], 10, 64)
				count, err2 := strconv.ParseUint(r[11], 10, 64)
				if r[6] != "body" || err1 != nil || err2 != nil {
					t.Errorf("confirmed: %v", r)
				}
				for k := range count { // a row is one mail, or a run of them
					got = append(got, fmt.Sprintf("contract %s account %s mail %d", r[7], r[8], first+k))
				}
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("confirmed:\n%s\nread:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
