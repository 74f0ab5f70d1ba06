package scope_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/scope"
)

// house is a small installation: contracts 1 to 4 with accounts 11.., 21.., 31.., 41..; readers of cells 0 (contracts 1, 2)
// and 1 (contracts 3, 4).
type house struct {
	fs    fstest.MapFS
	graph *scope.Graph
}

const t0 = 1_750_000_000_000 // the window begins

// Sessions and addresses of the intruder.
const (
	his     = 666
	address = 0xdead
)

var cell0, cell1 = ledger.Stream{Role: sekisho.Reader}, ledger.Stream{Role: sekisho.Reader, Cell: 1}

func newHouse() *house {
	h := &house{fs: fstest.MapFS{"streams": &fstest.MapFile{Mode: 0o755 | 1<<31}}, graph: &scope.Graph{Version: 1}}
	always := scope.Span{From: 1}
	for k := range uint64(4) {
		h.graph.Contracts = append(h.graph.Contracts, scope.Contract{ID: sekisho.ContractID(k + 1), Accounts: []scope.Run{{k*10 + 11, 3}},
			Status: []scope.Standing{{Status: "active", Span: always}}, Outside: 7})
	}
	h.graph.Streams = []scope.Pin{{Stream: cell0.String(), Contracts: []scope.Run{{1, 2}}, Span: always}, {Stream: cell1.String(), Contracts: []scope.Run{{3, 2}}, Span: always}}
	h.graph.Rights = []scope.Right{{Role: "reader", Status: []string{"active"}, Span: always,
		Classes: []scope.ClassName{scope.ClassName(sekisho.ClassHeader), scope.ClassName(sekisho.ClassBody)}}}
	return h
}

// body is an opening of one body at a time after t0.
func body(at int, contract, account, session, addr uint64) ledger.Entry {
	return ledger.Entry{Time: uint64(t0 + at), Kind: ledger.Opening, Role: sekisho.Reader, Process: 5, Class: sekisho.ClassBody, Contract: sekisho.ContractID(contract),
		Account: sekisho.AccountID(account), Session: sekisho.SessionID(session), Object: 100 + uint64(at), Count: 1, Bytes: 1000, Address: addr}
}

// seal writes one block of a stream.
func (h *house) seal(t *testing.T, s ledger.Stream, first uint64, entries ...ledger.Entry) string {
	t.Helper()
	var rows []byte
	for _, e := range entries {
		rows = e.Row(rows)
	}
	b, err := block.Encode(block.Head{Stream: s, First: first}, rows)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("streams/%s/%016x.block", s, first)
	h.fs[name] = &fstest.MapFile{Data: b}
	return name
}

// ordinary writes the usual ledger: two blocks in cell 0, in which contract 1 is the intruder's and contract 2 an honest
// user's; one block in cell 1.
func (h *house) ordinary(t *testing.T) {
	h.seal(t, cell0, 0, body(1000, 1, 11, his, address), body(2000, 2, 21, 50, 9))
	h.seal(t, cell0, 2, body(3000, 1, 12, his, 8), body(4000, 2, 21, 50, 9))
	h.seal(t, cell0, 4, body(5000, 1, 11, 51, 9))
	h.seal(t, cell1, 0, body(1500, 3, 31, 52, 9), body(2500, 3, 31, 53, address))
}

func usual() *scope.Indicators {
	return &scope.Indicators{Version: 1, Span: scope.Span{From: t0, To: t0 + 100_000}, Components: []scope.Component{{Stream: cell0.String()}},
		Sessions: []scope.Mark{{ID: his}}, Addresses: []scope.Mark{{Pseudonym: fmt.Sprintf("%016x", address)}}}
}

func (h *house) compute(t *testing.T, in *scope.Indicators) *scope.Result {
	t.Helper()
	r, err := scope.Compute(scope.Source{FS: h.fs}, in, h.graph, scope.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	return r
}

// says checks one verdict and its reasons.
func says(t *testing.T, r *scope.Result, contract sekisho.ContractID, c sekisho.Class, v scope.Verdict, reasons ...string) {
	t.Helper()
	got, why := r.Verdict(contract, c)
	if got != v || !slices.Equal(why.Names(), reasons) {
		t.Errorf("contract %d, %s: %s %v, want %s %v; %v", contract, c, got, why.Names(), v, reasons, r.Notices)
	}
}

func TestVerdicts(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	r := h.compute(t, usual())
	says(t, r, 1, sekisho.ClassBody, scope.Affected, "session", "address")
	says(t, r, 2, sekisho.ClassBody, scope.CannotRuleOut, "component")
	says(t, r, 1, sekisho.ClassHeader, scope.NotAffected)
	says(t, r, 3, sekisho.ClassBody, scope.NeverReachable)
	s := r.Summary(true)
	if c := s.Confirmed.Classes["body"]; c.Objects != 2 || c.Bytes != 2000 || c.Accounts != 2 {
		t.Errorf("confirmed %+v", c)
	}
	if e := s.Elsewhere; e.Contracts != 1 || e.Sets.Contracts[0] != (scope.Run{3, 1}) {
		t.Errorf("an address on another component must be investigated, and no more: %+v", e)
	}
	if p := s.Exposed.Persons; p.Own != 3 || p.Outside != 14 {
		t.Errorf("persons %+v", p)
	}
	if c := r.Components[0]; c.First != 0 || c.Last != 5 || len(c.Missing) != 0 {
		t.Errorf("covered %+v", c)
	}
}

// What keeps a trace from confirming leaves the opening exposed, with the reason.
func TestWeakMarks(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*scope.Indicators)
		want   []string
	}{
		"hijacked":        {func(in *scope.Indicators) { in.Sessions[0].Hijacked = true }, []string{"component", "hijacked-session"}},
		"shared":          {func(in *scope.Indicators) { in.Sessions = nil; in.Addresses[0].Shared = true }, []string{"component", "shared-address"}},
		"low":             {func(in *scope.Indicators) { in.Addresses = nil; in.Sessions[0].Confidence = "low" }, []string{"component", "low-confidence"}},
		"doubtful reader": {func(in *scope.Indicators) { in.Components[0].Confidence = "medium" }, []string{"low-confidence"}},
		"only later":      {func(in *scope.Indicators) { in.Addresses = nil; in.Sessions[0].From = t0 + 4500 }, []string{"component"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			h.ordinary(t)
			in := usual()
			x.change(in)
			says(t, h.compute(t, in), 1, sekisho.ClassBody, scope.CannotRuleOut, x.want...)
		})
	}
}

// Rows that are missing, pruned or damaged make everything that the component could reach then impossible to rule out.
func TestMissingRows(t *testing.T) {
	for name, x := range map[string]struct {
		harm func(*house)
		want []string
	}{
		"gap":       {func(h *house) { delete(h.fs, "streams/0-reader-0/0000000000000002.block") }, []string{"gap"}},
		"pruned":    {func(h *house) { delete(h.fs, "streams/0-reader-0/0000000000000000.block") }, []string{"outside-retention"}},
		"damaged":   {func(h *house) { h.fs["streams/0-reader-0/0000000000000002.block"].Data[270] ^= 1 }, []string{"damaged"}},
		"cut short": {func(h *house) { f := h.fs["streams/0-reader-0/0000000000000002.block"]; f.Data = f.Data[:40] }, []string{"damaged"}},
		"last lost": {func(h *house) { h.fs["streams/0-reader-0/0000000000000004.block"].Data = nil }, []string{"damaged"}},
		"all lost": {func(h *house) {
			for name := range h.fs {
				if strings.Contains(name, "reader-0/") {
					delete(h.fs, name)
				}
			}
		}, []string{"gap"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			h.ordinary(t)
			x.harm(h)
			r := h.compute(t, usual())
			says(t, r, 2, sekisho.ClassHeader, scope.CannotRuleOut, x.want...)
			says(t, r, 3, sekisho.ClassBody, scope.NeverReachable)
			if len(r.Notices) == 0 || len(r.Components[0].Missing) == 0 {
				t.Errorf("nothing was said: %v", r.Notices)
			}
		})
	}
}

// What the ledger itself admits counts for every component.
func TestAdmittedGap(t *testing.T) {
	for name, e := range map[string]ledger.Entry{
		"gap":       {Kind: ledger.Gap, Time: t0 + 9000, Object: t0 + 100, Bytes: 300},
		"emergency": {Kind: ledger.Emergency, Time: t0 + 100},
	} {
		h := newHouse()
		h.ordinary(t)
		h.seal(t, ledger.Stream{Role: sekisho.Vault}, 0, e)
		says(t, h.compute(t, usual()), 2, sekisho.ClassHeader, scope.CannotRuleOut, name)
	}
	h := newHouse()
	h.ordinary(t)
	h.seal(t, ledger.Stream{Role: sekisho.Vault}, 0, ledger.Entry{Kind: ledger.Gap, Time: t0, Object: t0 - 5000, Bytes: 300})
	says(t, h.compute(t, usual()), 2, sekisho.ClassHeader, scope.NotAffected)
}

// A row between others of the window is in it, whatever its clock says.
func TestClockJump(t *testing.T) {
	h := newHouse()
	h.seal(t, cell0, 0, body(1000, 1, 11, 50, 9), body(-90_000_000, 2, 21, 51, 9), body(900_000_000, 2, 22, his, 9), body(2000, 1, 11, 50, 9))
	r := h.compute(t, usual())
	says(t, r, 2, sekisho.ClassBody, scope.Affected, "session")
	in := usual()
	in.Sessions, in.Addresses = nil, nil
	r = h.compute(t, in)
	says(t, r, 2, sekisho.ClassBody, scope.CannotRuleOut, "clock-jump")
	// Whole blocks whose clock was wrong are found as well.
	h = newHouse()
	h.seal(t, cell0, 0, body(1000, 1, 11, 50, 9))
	h.seal(t, cell0, 1, body(-90_000_000, 2, 21, 51, 9))
	h.seal(t, cell0, 2, body(2000, 1, 11, 50, 9))
	r = h.compute(t, in)
	says(t, r, 2, sekisho.ClassBody, scope.CannotRuleOut, "clock-jump")
	if !slices.ContainsFunc(r.Notices, func(s string) bool { return strings.Contains(s, "the clock went back") }) {
		t.Errorf("notices %v", r.Notices)
	}
}

// A session number that was given out twice says nothing of who opened.
func TestReusedSession(t *testing.T) {
	h := newHouse()
	login := func(at int, contract, account uint64) ledger.Entry {
		e := body(at, contract, account, his, 9)
		e.Kind = ledger.Login
		e.Class = sekisho.ClassLogin
		return e
	}
	h.graph.Rights[0].Classes = append(h.graph.Rights[0].Classes, scope.ClassName(sekisho.ClassLogin))
	h.seal(t, cell0, 0, login(500, 1, 11), body(1000, 1, 11, his, 9), login(1500, 2, 21), body(2000, 2, 21, his, 9))
	r := h.compute(t, usual())
	says(t, r, 1, sekisho.ClassBody, scope.CannotRuleOut, "reused-session")
	says(t, r, 2, sekisho.ClassBody, scope.CannotRuleOut, "reused-session")
}

// With tickets, only accounts that were signed in at the component are reachable.
func TestTickets(t *testing.T) {
	h := newHouse()
	h.graph.Rights[0].Bound, h.graph.Life = "ticket", 10_000
	login := body(-5000, 1, 12, 40, 9)
	login.Kind, login.Class = ledger.Login, sekisho.ClassLogin
	h.seal(t, cell0, 0, login, body(1000, 2, 21, 50, 9))
	s := h.compute(t, usual()).Summary(true)
	got := s.Reachable.Classes["body"]
	if got.Contracts != 2 || !slices.Equal(got.Sets.Accounts, []scope.Run{{12, 1}, {21, 1}}) {
		t.Errorf("reachable %+v", got.Sets)
	}
}

// Of data without entries, whatever was reachable counts as exposed.
func TestUnrecorded(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	living := scope.Right{Role: "reader", Status: []string{"active"}, Classes: []scope.ClassName{scope.ClassName(sekisho.ClassEnvelope)}, Span: scope.Span{From: 1}, Unrecorded: true}
	bound := living
	bound.Bound, bound.Classes = "ticket", []scope.ClassName{scope.ClassName(sekisho.ClassDirectory)}
	h.graph.Rights, h.graph.Life = append(h.graph.Rights, living, bound), 10_000
	r := h.compute(t, usual())
	says(t, r, 2, sekisho.ClassEnvelope, scope.CannotRuleOut, "unrecorded")
	says(t, r, 2, sekisho.ClassDirectory, scope.CannotRuleOut, "unrecorded")
	says(t, r, 3, sekisho.ClassEnvelope, scope.NeverReachable)
	if got := r.Summary(true).Exposed.Classes; got["envelope"].Accounts != 6 || got["directory"].Accounts != 3 {
		t.Errorf("envelope %d accounts, directory %d", got["envelope"].Accounts, got["directory"].Accounts)
	}
}

// A worker that mails pass through is found by its number in the rows of others.
func TestWorker(t *testing.T) {
	h := newHouse()
	gate := ledger.Stream{Role: sekisho.Gate}
	transit := func(at int, contract, worker uint64) ledger.Entry {
		e := body(at, contract, 0, 0, 0)
		e.Kind, e.Class, e.Actor = ledger.PassedBy, sekisho.ClassTransit, worker
		return e
	}
	h.ordinary(t)
	h.seal(t, gate, 0, transit(1000, 1, 70), transit(2000, 2, 71))
	h.graph.Streams = append(h.graph.Streams, scope.Pin{Stream: gate.String(), Span: scope.Span{From: 1}})
	h.graph.Rights = append(h.graph.Rights, scope.Right{Role: "inspect", Status: []string{"active"}, Classes: []scope.ClassName{scope.ClassName(sekisho.ClassTransit)}, Span: scope.Span{From: 1}})
	in := usual()
	in.Sessions, in.Addresses = nil, nil
	in.Components = []scope.Component{{Role: "inspect", Process: 71}}
	r := h.compute(t, in)
	says(t, r, 1, sekisho.ClassTransit, scope.NotAffected)
	says(t, r, 2, sekisho.ClassTransit, scope.CannotRuleOut, "component")
	in.Components[0].Process = 0
	says(t, h.compute(t, in), 1, sekisho.ClassTransit, scope.CannotRuleOut, "component")
}

// What the ledger tells of contracts and accounts completes a graph.
func TestObserve(t *testing.T) {
	h := newHouse()
	made := func(contract, account uint64) ledger.Entry {
		return ledger.Entry{Kind: ledger.KeyMade, Time: t0, Contract: sekisho.ContractID(contract), Account: sekisho.AccountID(account)}
	}
	h.seal(t, ledger.Stream{Role: sekisho.Admin}, 0, made(4, 44), made(9, 91), ledger.Entry{Kind: ledger.Termination, Time: t0 + 5, Contract: 9})
	if err := scope.Observe(scope.Source{FS: h.fs}, h.graph); err != nil {
		t.Fatal(err)
	}
	k := h.graph.Contracts
	if len(k) != 5 || !slices.Equal(k[3].Accounts, []scope.Run{{41, 4}}) || k[4].ID != 9 || !slices.Equal(k[4].Accounts, []scope.Run{{91, 1}}) ||
		k[4].Status[1].Status != "terminated" || k[4].Status[0].To != t0+5 {
		t.Errorf("%+v", k)
	}
}

func TestKeysLeasesAccounts(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	classes := []scope.ClassName{scope.ClassName(sekisho.ClassBody)}
	h.graph.Keys = []scope.Key{{ID: 9, Contract: 4, Classes: classes}}
	h.graph.Leases = []scope.Lease{{Stream: cell0.String(), Contract: 2, Account: 22, Classes: []scope.ClassName{scope.ClassName(sekisho.ClassHeader)},
		Span: scope.Span{From: t0 - 5, To: t0 + 5}}}
	in := usual()
	in.Keys = []scope.Mark{{ID: 9}}
	in.Accounts = []scope.Mark{{ID: 31}}
	r := h.compute(t, in)
	says(t, r, 4, sekisho.ClassBody, scope.CannotRuleOut, "key")
	says(t, r, 2, sekisho.ClassHeader, scope.CannotRuleOut, "lease")
	says(t, r, 3, sekisho.ClassBody, scope.CannotRuleOut, "account")
}

func TestVaultTakenOver(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	vault := ledger.Stream{Role: sekisho.Vault}
	h.seal(t, vault, 0, ledger.Entry{Kind: ledger.Start, Role: sekisho.Vault, Time: t0 + 1, Process: 1})
	h.graph.Streams = append(h.graph.Streams, scope.Pin{Stream: vault.String(), Span: scope.Span{From: 1}})
	h.graph.Rights = append(h.graph.Rights, scope.Right{Role: "vault", Status: []string{"active"}, Classes: []scope.ClassName{scope.ClassName(sekisho.ClassCredential)}, Span: scope.Span{From: 1}})
	in := usual()
	in.Components = []scope.Component{{Role: "vault"}}
	says(t, h.compute(t, in), 3, sekisho.ClassCredential, scope.CannotRuleOut, "vault")
}

// A graph that does not know what the ledger shows is not believed.
func TestIncompleteGraph(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	h.seal(t, cell0, 5, body(6000, 4, 41, 50, 9))
	r := h.compute(t, usual())
	says(t, r, 4, sekisho.ClassBody, scope.CannotRuleOut, "component", "graph")
	if len(r.Notices) == 0 {
		t.Error("nothing was said")
	}
}

func TestUnknownIDs(t *testing.T) {
	for name, x := range map[string]struct {
		change func(*scope.Indicators)
		want   string
	}{
		"stream":  {func(in *scope.Indicators) { in.Components[0].Stream = "3-reader-9" }, "neither ledger nor graph knows 3-reader-9; there are 0-reader-0"},
		"process": {func(in *scope.Indicators) { in.Components[0].Process = 77 }, "is the number right?"},
		"key":     {func(in *scope.Indicators) { in.Keys = []scope.Mark{{ID: 5}} }, "key 5"},
		"account": {func(in *scope.Indicators) { in.Accounts = []scope.Mark{{ID: 500}} }, "account 500"},
	} {
		h := newHouse()
		h.ordinary(t)
		in := usual()
		x.change(in)
		if _, err := scope.Compute(scope.Source{FS: h.fs}, in, h.graph, scope.Options{}); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h := newHouse()
	h.ordinary(t)
	in := usual()
	in.Sessions = append(in.Sessions, scope.Mark{ID: 4444})
	r := h.compute(t, in)
	if !slices.Equal(r.Unseen, []string{"session 4444"}) || len(r.Notices) != 1 {
		t.Errorf("unseen %v, notices %v", r.Unseen, r.Notices)
	}
	in = usual()
	in.Components[0] = scope.Component{Process: 5}
	says(t, h.compute(t, in), 3, sekisho.ClassBody, scope.Affected, "address")
}

func TestParseIndicators(t *testing.T) {
	const window = `"version": 1, "from": "2025-01-01", "to": "2025-01-02"`
	for text, want := range map[string]string{
		``:                        "indicators",
		`{"version": 2}`:          "version 2",
		`{"version": 1}`:          "no window",
		`{` + window + `}`:        "nothing to look for",
		`{` + window + `, "x":1}`: "unknown field",
		`{` + window + `, "sessions": [{"id": 1}]} {}`:                                                   "behind the end",
		`{"version": 1, "from": "2025-01-02", "to": "2025-01-01", "sessions": [{"id": 1}]}`:              "is not before",
		`{"version": 1, "from": "yesterday", "to": "2025-01-01"}`:                                        "is no time",
		`{` + window + `, "margin": "-1h", "sessions": [{"id": 1}]}`:                                     "margin",
		`{` + window + `, "components": [{}]}`:                                                           "component 1: give a stream",
		`{` + window + `, "components": [{"stream": "0-reader-0", "cell": 1}]}`:                          "not both",
		`{` + window + `, "components": [{"role": "nobody"}]}`:                                           `no role "nobody"`,
		`{` + window + `, "components": [{"role": "reader", "from": "2025-01-02", "to": "2025-01-01"}]}`: "is not before",
		`{` + window + `, "components": [{"role": "reader", "confidence": "sure"}]}`:                     "want high, medium or low",
		`{` + window + `, "sessions": [{}]}`:                                                             "session 1: no id",
		`{` + window + `, "sessions": [{"id": 1, "shared": true}]}`:                                      "only an address",
		`{` + window + `, "sessions": [{"id": 1}, {"id": 1, "hijacked": true}]}`:                         "given twice, and differently",
		`{` + window + `, "sessions": [{"id": 1, "from": "2025-01-01"}, {"id": 1}]}`:                     "different windows",
		`{` + window + `, "addresses": [{"pseudonym": "12"}]}`:                                           "16 hexadecimal digits",
		`{` + window + `, "accounts": [{"id": 1, "hijacked": true}]}`:                                    "only a session",
	} {
		if _, _, err := scope.ParseIndicators([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	in, notices, err := scope.ParseIndicators([]byte(`{` + window + `, "components": [{"role": "reader"}, {"role": "reader", "from": "2025-01-01T12:00:00Z"}],
		"sessions": [{"id": 7}, {"id": 3}, {"id": 7}]}`))
	if err != nil || len(in.Sessions) != 2 || len(notices) != 2 {
		t.Errorf("%+v, %v, %v", in, notices, err)
	}
	// The order of marks does not matter, and neither does saying one twice.
	other, _, err := scope.ParseIndicators([]byte(`{` + window + `, "components": [{"role": "reader"}, {"role": "reader", "from": "2025-01-01T12:00:00Z"}],
		"sessions": [{"id": 3}, {"id": 7}]}`))
	if err != nil || in.Hash() != other.Hash() {
		t.Error("equal indicators have different hashes")
	}
}

func TestParseGraph(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "version",
		`{"version": 1, "contracts": [{"id": 1}], "streams": [], "rights": []}`:                                                   "no status",
		`{"version": 1, "contracts": [{"id": 1, "status": [{"status": "gone"}]}]}`:                                                "no status",
		`{"version": 1, "contracts": [{"id": 1, "status": [{"status": "active"}], "accounts": [[5, 0]]}]}`:                        "run of 0",
		`{"version": 1, "streams": [{"stream": "x"}]}`:                                                                            "is no stream",
		`{"version": 1, "rights": [{"role": "nobody"}]}`:                                                                          "role",
		`{"version": 1, "rights": [{"role": "reader", "classes": ["soul"]}]}`:                                                     "no class",
		`{"version": 1, "rights": [{"role": "reader", "status": ["active"], "from": "2025-01-02", "to": "2025-01-01"}]}`:          "is not before",
		`{"version": 1, "contracts": [{"id": 1, "status": [{"status": "active"}]}, {"id": 1, "status": [{"status": "active"}]}]}`: "twice",
	} {
		if _, err := scope.ParseGraph([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestDiff(t *testing.T) {
	causes := func(d scope.Difference, level, do string) (out []string) {
		for _, c := range d.Changes {
			if c.Level == level && c.Do == do && c.Class == "body" {
				out = append(out, c.Cause)
			}
		}
		return out
	}
	h := newHouse()
	h.ordinary(t)
	first := usual()
	first.Sessions, first.Addresses, first.To = nil, nil, t0+1500
	a := h.compute(t, first)
	wide := usual()
	wide.Sessions, wide.Addresses = nil, nil
	b := h.compute(t, wide)
	if d := scope.Diff(a, b); !slices.Equal(causes(d, "exposed", "added"), []string{"wider window"}) {
		t.Errorf("%+v", d)
	}
	c := h.compute(t, usual())
	if d := scope.Diff(b, c); !slices.Equal(causes(d, "confirmed", "added"), []string{"new session"}) {
		t.Errorf("%+v", d)
	}
	kept := h.fs["streams/0-reader-0/0000000000000002.block"]
	delete(h.fs, "streams/0-reader-0/0000000000000002.block")
	holed := h.compute(t, usual())
	h.fs["streams/0-reader-0/0000000000000002.block"] = kept
	d := scope.Diff(holed, c)
	found := false
	for _, x := range d.Changes {
		found = found || x.Class == "header" && x.Level == "exposed" && x.Do == "removed" && x.Cause == "gap closed" && x.Count == 2
	}
	if !found {
		t.Errorf("%+v", d)
	}
	if d := scope.Diff(c, c); len(d.Changes)+len(d.Inputs) != 0 {
		t.Errorf("a scope differs from itself: %+v", d)
	}
}

// A manifest is read back as it was, and no altered one is.
func TestManifest(t *testing.T) {
	h := newHouse()
	h.ordinary(t)
	r := h.compute(t, usual())
	b, err := r.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	again, err := scope.ParseManifest(b)
	if err != nil {
		t.Fatal(err)
	}
	if again.Summary(true).Confirmed.Classes["body"].Objects != 2 {
		t.Error("lost on the way")
	}
	if _, err := scope.ParseManifest([]byte(strings.Replace(string(b), `"bytes":`, `"bytes": `, 1))); err == nil {
		t.Error("bytes that are not canonical were read")
	}
	r.Levels[scope.Exposed].Classes = nil
	if b, err = r.Manifest(); err != nil {
		t.Fatal(err)
	}
	if _, err := scope.ParseManifest(b); err == nil || !strings.Contains(err.Error(), "no part") {
		t.Errorf("confirmed without exposed: %v", err)
	}
}

func FuzzParseIndicators(f *testing.F) {
	f.Add([]byte(`{"version": 1, "from": "2025-01-01", "to": "2025-01-02", "components": [{"role": "reader", "cell": 3}], "addresses": [{"pseudonym": "00000000000000ff"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if in, _, err := scope.ParseIndicators(b); err == nil && in.To != 0 && in.From >= in.To {
			t.Error("an inverted window was read")
		}
	})
}

func FuzzParseGraph(f *testing.F) {
	f.Add([]byte(`{"version": 1, "contracts": [{"id": 1, "accounts": [[1, 5]], "status": [{"status": "active"}]}], "streams": [{"stream": "0-reader-0"}],
		"rights": [{"role": "reader", "classes": ["body"], "status": ["active"]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) { scope.ParseGraph(b) })
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"type":"sekisho-scope","engine":1,"levels":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := scope.ParseManifest(b); err == nil && r.Check() != nil {
			t.Error("a manifest that breaks the invariants was read")
		}
	})
}
