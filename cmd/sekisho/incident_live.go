package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/incident"
	"sekisho/ledger/scope"
	"sekisho/role/admin"
	"sekisho/wire"
)

// This file has what incidents of a running service need: the records are kept by store, the ledger is read from the data
// directory, and who could reach what comes from the directory of contracts and accounts and from the ledger itself.

type incidentOpen struct {
	Title     string   `required:"" help:"What it is about."`
	Component []string `placeholder:"NAME" help:"What was taken over: a stream as in 0-reader-0, or a role; several with commas."`
	From      string   `required:"" placeholder:"TIME" help:"Since when: 2026-01-31T08:00:00Z, or a date for its midnight in UTC."`
	To        string   `placeholder:"TIME" help:"Until when; left out while it goes on."`
}

// componentOf reads a stream's or a role's name.
func componentOf(name string) scope.Component {
	if strings.Contains(name, "-") {
		return scope.Component{Stream: name}
	}
	return scope.Component{Role: name}
}

// Run opens an incident.
func (c *incidentOpen) Run(g *Global) error {
	q := admin.IncidentOpen{Title: c.Title}
	for _, x := range []struct {
		to   *scope.Instant
		text string
	}{{&q.Window.From, c.From}, {&q.Window.To, c.To}} {
		var err error
		if x.text == "" {
			continue
		}
		if *x.to, err = scope.ParseInstant(x.text); err != nil {
			return err
		}
	}
	for _, n := range c.Component {
		q.Components = append(q.Components, componentOf(n))
	}
	r, err := call[admin.IncidentShown](g, "incident/open", q)
	if err != nil {
		return err
	}
	return g.print(r, func(t io.Writer) {
		row(t, "incident", r.Number)
		row(t, "next", fmt.Sprintf("sekisho incident indicator add %d ..., then sekisho incident scope %d", r.Number, r.Number))
	})
}

type incidentIndicator struct {
	Add indicatorAdd `cmd:"" help:"Add what became known."`
}

type indicatorAdd struct {
	ID          uint64   `arg:"" help:"Incident."`
	File        string   `placeholder:"FILE" help:"An indicator file: see docs/operate/incident.md. Its window is not taken."`
	Component   []string `placeholder:"NAME" help:"A stream as in 0-reader-0, or a role."`
	Session     []uint64 `placeholder:"N" help:"A session of the intruder."`
	SessionFile string   `placeholder:"FILE" help:"Sessions, one a line."`
	Hijacked    bool     `help:"The sessions are those of real users, in which the intruder was too."`
	IP          []string `name:"ip" placeholder:"ADDRESS" help:"A network address of the intruder."`
	IPFile      string   `name:"ip-file" placeholder:"FILE" help:"Network addresses, one a line."`
	Shared      bool     `help:"Others use the addresses too: they confirm nothing."`
	Account     []uint64 `placeholder:"N" help:"An account that is out of its owner's hand."`
	Key         []uint64 `placeholder:"N" help:"A key that is out of hand."`
	Confidence  string   `enum:"high,medium,low" default:"high" help:"high, medium or low; only high confirms."`
}

// Run adds indicators.
func (c *indicatorAdd) Run(g *Global) error {
	known, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: c.ID})
	if err != nil {
		return err
	}
	q := admin.IncidentAdd{ID: c.ID}
	if c.File != "" {
		in, notices, err := indicatorsOf(c.File)
		if err != nil {
			return err
		}
		for _, n := range notices {
			fmt.Fprintln(g.Err, n)
		}
		q.Indicators = *in
	}
	if err := c.flags(g, &q.Indicators, known.Indicators.Span); err != nil {
		return err
	}
	r, err := call[admin.IncidentShown](g, "incident/add", q)
	if err != nil {
		return err
	}
	return g.print(r, func(t io.Writer) {
		showIndicators(t, &r.Indicators)
		for _, n := range r.Notices {
			row(t, "to be known", n)
		}
	})
}

// flags adds what the command line says.
func (c *indicatorAdd) flags(g *Global, in *scope.Indicators, window scope.Span) error {
	confidence := c.Confidence
	if confidence == "high" {
		confidence = ""
	}
	for _, n := range c.Component {
		k := componentOf(n)
		k.Confidence = confidence
		in.Components = append(in.Components, k)
	}
	sessions, err := linesOf(c.SessionFile)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			return fmt.Errorf("%s: %q is no session: want a number as the ledger has it", c.SessionFile, s)
		}
		c.Session = append(c.Session, n)
	}
	for _, n := range c.Session {
		in.Sessions = append(in.Sessions, scope.Mark{ID: n, Hijacked: c.Hijacked, Confidence: confidence})
	}
	for _, n := range c.Account {
		in.Accounts = append(in.Accounts, scope.Mark{ID: n, Confidence: confidence})
	}
	for _, n := range c.Key {
		in.Keys = append(in.Keys, scope.Mark{ID: n, Confidence: confidence})
	}
	addresses, err := linesOf(c.IPFile)
	if err != nil {
		return err
	}
	marks, err := pseudonyms(g, append(addresses, c.IP...), window)
	for _, m := range marks {
		m.Shared, m.Confidence = c.Shared, confidence
		in.Addresses = append(in.Addresses, m)
	}
	return err
}

// linesOf are the lines of a file without blanks; none for no file.
func linesOf(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		if t := strings.TrimSpace(s.Text()); t != "" && !strings.HasPrefix(t, "#") {
			out = append(out, t)
		}
	}
	return out, s.Err()
}

// pseudonyms asks what stands for addresses in the ledger.
func pseudonyms(g *Global, addresses []string, window scope.Span) ([]scope.Mark, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	q := admin.IncidentAddress{Window: window}
	for _, a := range addresses {
		ip, err := netip.ParseAddr(a)
		if err != nil {
			return nil, fmt.Errorf("%q is no network address", a)
		}
		q.Addresses = append(q.Addresses, ip)
	}
	return call[[]scope.Mark](g, "incident/address", q)
}

func showIndicators(t io.Writer, in *scope.Indicators) {
	until := "goes on"
	if in.To != 0 {
		until = when(in.To.Time())
	}
	row(t, "window", when(in.From.Time())+" to "+until)
	for _, c := range in.Components {
		row(t, "component", c.String(), c.Confidence)
	}
	row(t, "sessions", len(in.Sessions))
	row(t, "addresses", len(in.Addresses), "(one for each day)")
	row(t, "accounts", len(in.Accounts))
	row(t, "keys", len(in.Keys))
}

type incidentList struct{}

// Run lists incidents.
func (c *incidentList) Run(g *Global) error {
	a, err := call[[]incident.Record](g, "incident/list", wire.Nothing{})
	if err != nil {
		return err
	}
	return g.print(a, func(t io.Writer) {
		row(t, "ID", "STATE", "OPENED", "TITLE", "SCOPES", "REACHABLE", "EXPOSED", "CONFIRMED")
		for _, r := range a {
			var s scope.Summary
			if n := len(r.Scopes); n > 0 {
				s = r.Scopes[n-1].Figures
			}
			row(t, r.Number, r.State, when(r.Opened), r.Title, len(r.Scopes), s.Reachable.Contracts, s.Exposed.Contracts, s.Confirmed.Contracts)
		}
	})
}

type incidentShow struct {
	ID uint64 `arg:"" help:"Incident."`
}

// Run shows an incident.
func (c *incidentShow) Run(g *Global) error {
	r, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: c.ID})
	if err != nil {
		return err
	}
	return g.print(r, func(t io.Writer) {
		row(t, "incident", r.Number, r.Title)
		row(t, "state", r.State, r.Outcome)
		row(t, "opened", when(r.Opened), r.By)
		showIndicators(t, &r.Indicators)
		row(t, "")
		row(t, "SCOPE", "AT", "REACHABLE", "EXPOSED", "CONFIRMED", "MANIFEST")
		for _, s := range r.Scopes {
			row(t, s.Number, when(s.At), s.Figures.Reachable.Contracts, s.Figures.Exposed.Contracts, s.Figures.Confirmed.Contracts, s.Manifest)
		}
	})
}

type incidentClose struct {
	ID      uint64 `arg:"" help:"Incident."`
	Outcome string `required:"" help:"How it ended."`
}

// Run ends an incident.
func (c *incidentClose) Run(g *Global) error {
	r, err := call[admin.IncidentShown](g, "incident/close", admin.IncidentClose{ID: c.ID, Outcome: c.Outcome})
	if err != nil {
		return err
	}
	return g.print(r, func(t io.Writer) { row(t, "incident", r.Number, r.State, r.Outcome) })
}

// keepScope keeps a scope with its incident; a scope that is kept already is not kept twice.
func keepScope(g *Global, id uint64, f *found) error {
	known, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: id})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(known.Scopes, func(s incident.Scope) bool { return s.Manifest == f.hash }) {
		return nil
	}
	_, err = call[admin.IncidentShown](g, "incident/scope", admin.IncidentScope{ID: id, Manifest: f.manifest})
	return err
}

// keptOr gives the newest scope that is kept, when what was just computed says the same of everybody: the ledger grows all
// the time, and not every entry makes another scope. Otherwise the new one is kept.
func keptOr(g *Global, id uint64, f *found) (*found, error) {
	known, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: id})
	if err != nil {
		return nil, err
	}
	if n := len(known.Scopes); n > 0 {
		a, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: id, Number: uint64(n)})
		if err != nil {
			return nil, err
		}
		old, err := scope.ParseManifest(a.Manifest)
		if err != nil {
			return nil, err
		}
		if len(scope.Diff(old, f.result).Changes) == 0 && old.Verified == f.result.Verified {
			return &found{result: old, manifest: a.Manifest, hash: known.Scopes[n-1].Manifest}, nil
		}
	}
	return f, keepScope(g, id, f)
}

// keptManifest is a scope that is kept with an incident.
func keptManifest(g *Global, id, number string) (*scope.Result, error) {
	n, err1 := strconv.ParseUint(id, 10, 64)
	k, err2 := strconv.ParseUint(number, 10, 64)
	if err1 != nil || err2 != nil || k == 0 {
		return nil, fmt.Errorf("incident %q, scope %q: want numbers", id, number)
	}
	a, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: n, Number: k})
	if err != nil {
		return nil, err
	}
	return scope.ParseManifest(a.Manifest)
}

// openLive reads what the scope of an incident of the running service is computed from.
func (c *caseFlags) openLive(g *Global, id uint64) (*opened, error) {
	if c.Indicators != "" {
		return nil, errors.New("an incident has its indicators: add to them with \"sekisho incident indicator add\"")
	}
	conf, err := g.load()
	if err != nil {
		return nil, err
	}
	r, err := call[admin.IncidentShown](g, "incident/show", admin.IncidentShow{ID: id})
	if err != nil {
		return nil, err
	}
	o := &opened{dir: c.Ledger}
	if o.dir == "" {
		o.dir = filepath.Join(conf.Data, "vault", "ledger")
	}
	if o.in, o.notices, err = r.Indicators.Checked(); err != nil {
		return nil, err
	}
	if o.src, err = openSource(o.dir); err != nil {
		return nil, fmt.Errorf("%w: run this command as the user who started the service, or on a copy with --ledger", err)
	}
	if err := c.verify(g, o); err != nil {
		return nil, err
	}
	if c.Graph != "" {
		o.facts, err = graphOf(o.src, c.Graph)
		return o, err
	}
	o.facts, o.names, err = liveGraph(g, o.src)
	return o, err
}

// mostAccounts is how many accounts the service lists at once.
const mostAccounts = 100_000

// liveGraph makes the graph of this installation: from its directory, and from the ledger for what is no more.
func liveGraph(g *Global, src scope.Source) (*scope.Graph, incident.Names, error) {
	contracts, err := call[[]admin.Contract](g, "contract/list", admin.Query{Most: 20_000})
	if err != nil {
		return nil, nil, err
	}
	names, facts := incident.Names{}, &scope.Graph{Version: 1, Rights: liveRights(), Life: uint64((12 * time.Hour).Milliseconds())}
	always := scope.Span{From: 1}
	for _, k := range contracts {
		names[uint64(k.ID)] = k.Name
		c := scope.Contract{ID: k.ID, Status: []scope.Standing{{Status: sekisho.Active.String(), Span: always}}}
		if k.Status == sekisho.Terminated.String() { // when, the ledger says
			c.Status = append(c.Status, scope.Standing{Status: k.Status, Span: always})
		}
		accounts, err := call[[]admin.Account](g, "account/list", admin.Query{Contract: fmt.Sprint(k.ID), Most: mostAccounts})
		if err != nil {
			return nil, nil, err
		}
		var ids []uint64
		for _, a := range accounts {
			ids = append(ids, uint64(a.ID))
		}
		c.Accounts = scope.RunsOf(ids)
		facts.Contracts = append(facts.Contracts, c)
	}
	streams, err := src.Streams()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range streams {
		facts.Streams = append(facts.Streams, scope.Pin{Stream: s.String(), Span: always})
	}
	if err := scope.Observe(src, facts); err != nil {
		return nil, nil, err
	}
	// What is read back from a file must be what was computed with.
	b, err := json.Marshal(facts)
	if err != nil {
		return nil, nil, err
	}
	facts, err = scope.ParseGraph(b)
	return facts, names, err
}

// liveRights say what each role can ask for: the calls of wire, by class. What is not sealed makes no entry.
func liveRights() []scope.Right {
	const (
		directory, login, envelope, header = sekisho.ClassDirectory, sekisho.ClassLogin, sekisho.ClassEnvelope, sekisho.ClassHeader
		body, attachment, index            = sekisho.ClassBody, sekisho.ClassAttachment, sekisho.ClassIndex
		credential, config, transit        = sekisho.ClassCredential, sekisho.ClassConfig, sekisho.ClassTransit
	)
	var out []scope.Right
	right := func(role sekisho.Role, bound string, unrecorded bool, classes ...sekisho.Class) {
		r := scope.Right{Role: role.String(), Bound: bound, Unrecorded: unrecorded, Span: scope.Span{From: 1},
			Status: []string{sekisho.Active.String(), sekisho.Suspended.String()}}
		for _, c := range classes {
			r.Classes = append(r.Classes, scope.ClassName(c))
		}
		out = append(out, r)
	}
	right(sekisho.Reader, "ticket", false, login, header, body, attachment, index)
	right(sekisho.Reader, "ticket", true, envelope)
	right(sekisho.Reader, "", true, directory)
	right(sekisho.Gate, "ticket", false, login)
	right(sekisho.Gate, "", false, transit)
	right(sekisho.Gate, "", true, directory)
	right(sekisho.Inspect, "", false, transit)
	right(sekisho.Post, "", false, header, body, attachment, transit)
	right(sekisho.Post, "", true, envelope)
	right(sekisho.Admin, "", false, login, header, body, attachment, config, transit)
	right(sekisho.Admin, "", true, directory, envelope)
	right(sekisho.Webmail, "ticket", false, login, header, body, attachment, index, sekisho.ClassAddressbook, config)
	right(sekisho.Webmail, "ticket", true, envelope)
	right(sekisho.Webmail, "", true, directory)
	right(sekisho.Console, "ticket", false, login, header, body, attachment, config)
	right(sekisho.Console, "ticket", true, directory, envelope)
	right(sekisho.Edge, "ticket", false, login)
	right(sekisho.Edge, "", true, directory)
	right(sekisho.Desk, "", false, header, attachment)
	right(sekisho.Desk, "", true, envelope)
	right(sekisho.Store, "", true, directory, envelope)
	right(sekisho.Vault, "", false, login, header, body, attachment, index, credential, config)
	return out
}
