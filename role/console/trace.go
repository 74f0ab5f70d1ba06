package console

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Trace is one mail's way, for one recipient.
type Trace struct {
	Trace     string            `json:"trace" doc:"the reference that outsiders are told"`
	At        time.Time         `json:"at"`
	Direction string            `json:"direction"`
	Sender    string            `json:"sender" doc:"of the envelope"`
	From      string            `json:"from" doc:"of the header"`
	Recipient string            `json:"recipient"`
	Client    string            `json:"client"`
	Helo      string            `json:"helo"`
	Protocol  string            `json:"protocol"`
	TLS       string            `json:"tls"`
	SignedIn  bool              `json:"signedIn"`
	Fate      string            `json:"fate"`
	Action    string            `json:"action"`
	Rule      string            `json:"rule"`
	Reason    string            `json:"reason"`
	Score     float64           `json:"score"`
	Took      int64             `json:"took" doc:"milliseconds of inspection"`
	Findings  []sekisho.Finding `json:"findings"`
	Events    []Event           `json:"events"`
}

// Event is something that happened after the decision.
type Event struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Why explains one mail: a line for each stage, in order, and what became of it for each recipient.
type Why struct {
	Trace  string  `json:"trace"`
	Stages []Stage `json:"stages"`
	Items  []Trace `json:"items"`
}

// Stage is one step of a mail's way: a code for programs, a sentence for people.
type Stage struct {
	At     time.Time `json:"at"`
	Code   string    `json:"code"`
	Text   string    `json:"text"`
	Detail string    `json:"detail,omitempty"`
}

func traceOf(r wire.TraceRow) Trace {
	e := r.Trace.Envelope
	t := Trace{Trace: r.Trace.ID.String(), At: e.At, Direction: r.Trace.Direction.String(), Sender: e.From, From: r.Trace.From, Recipient: r.Recipient,
		Helo: e.Helo, Protocol: e.Protocol, TLS: e.TLS, SignedIn: e.Account != 0, Fate: r.Fate.String(), Action: r.Action,
		Rule: r.Rule, Reason: r.Reason, Score: r.Trace.Score, Took: r.Trace.Took.Milliseconds(), Findings: some(r.Trace.Findings), Events: []Event{}}
	if e.Client.IsValid() {
		t.Client = e.Client.String()
	}
	for _, x := range r.Events {
		t.Events = append(t.Events, Event(x))
	}
	return t
}

// fates are the words for a fate.
var fates = map[string]wire.Fate{"mailbox": wire.FateMailbox, "queue": wire.FateQueue, "quarantine": wire.FateQuarantine, "hold": wire.FateHold,
	"refuse": wire.FateRefuse, "drop": wire.FateDrop}

// reference reads a trace's reference; false when the text is something else to search for.
func reference(s string) (uint64, bool) {
	if len(s) < 8 || strings.ContainsAny(s, "@. ") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 36, 63)
	return n, err == nil
}

func traceRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/traces", id: "listTraces", tag: "trace",
		summary: "Mails by reference, sender, recipient, Message-ID, time, fate or finding", right: sekisho.ViewTrace},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Window
			Span
			Fate string `query:"fate" enum:"mailbox,queue,quarantine,hold,refuse,drop"`
			Kind string `query:"kind" maxLength:"40"`
		}) (*listed[Trace], error) {
			q := wire.PageQuery{What: "trace", Contract: in.id(), Match: in.Search, After: in.After, Most: in.Limit, From: in.From, To: in.To, Fate: fates[in.Fate], Kind: in.Kind}
			if id, is := reference(in.Search); is {
				q.ID, q.Match = id, ""
			}
			page, err := p.page(ctx, q)
			if q.ID != 0 && sekisho.KindOf(err) == sekisho.NotFound { // it looked like a reference and is part of a name
				q.ID, q.Match = 0, in.Search
				page, err = p.page(ctx, q)
			}
			return listOf(page, page.Traces, traceOf), err
		})
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/traces/{trace}", id: "getTrace", tag: "trace", summary: "Why a mail went where it went", right: sekisho.ViewTrace},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Trace string `path:"trace" maxLength:"16"`
		}) (*one[Why], error) {
			id, err := strconv.ParseUint(in.Trace, 36, 63)
			if err != nil || id == 0 {
				return nil, problem{Status: 404, slug: "not-found"}
			}
			page, err := p.page(ctx, wire.PageQuery{What: "trace", Contract: in.id(), ID: id, Most: mostRecipients})
			if err != nil {
				return nil, err
			}
			return &one[Why]{Body: why(page.Traces, p.language())}, nil
		})
}

// mostRecipients bounds what one mail's page shows.
const mostRecipients = 1000

// why makes the time line of one mail.
func why(rows []wire.TraceRow, language string) Why {
	out := Why{Stages: []Stage{}, Items: []Trace{}}
	say := func(at time.Time, code, english, japanese, detail string) {
		text := english
		if language == "ja" {
			text = japanese
		}
		out.Stages = append(out.Stages, Stage{at, code, text, detail})
	}
	for i, r := range rows {
		t := traceOf(r)
		out.Items = append(out.Items, t)
		if i == 0 {
			out.Trace = t.Trace
			say(t.At, "connection", "A mail came in from "+t.Client+" ("+t.Protocol+").", t.Client+" からメールを受け付けました（"+t.Protocol+"）。", t.TLS)
			if t.SignedIn {
				say(t.At, "signed-in", "The sender had signed in.", "送信者は認証済みです。", t.Sender)
			}
			for _, f := range t.Findings {
				say(t.At, "finding/"+string(f.Kind)+"/"+f.Name, "Found: "+string(f.Kind)+" "+f.Name+".", "検出: "+string(f.Kind)+" "+f.Name+"。", f.Evidence)
			}
		}
		rule := t.Rule
		if rule == "" {
			say(t.At, "decision/"+t.Action, t.Recipient+": no rule objected; "+t.Fate+".", t.Recipient+": 該当する規則はありません。"+t.Fate+"。", t.Reason)
		} else {
			say(t.At, "decision/"+t.Action, t.Recipient+": the rule \""+rule+"\" decided; "+t.Fate+".", t.Recipient+": 規則「"+rule+"」により判定しました。"+t.Fate+"。", t.Reason)
		}
		for _, e := range t.Events {
			say(e.At, "event/"+e.What, t.Recipient+": "+e.What+".", t.Recipient+": "+e.What+"。", strings.TrimSpace(e.By+" "+e.Text))
		}
	}
	return out
}
