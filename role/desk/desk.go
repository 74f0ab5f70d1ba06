package desk

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"sekisho"
	"sekisho/feed"
	"sekisho/wire"
)

// Config is what desk is told.
type Config struct {
	Name  string // host name of the installation
	Log   *slog.Logger
	Clock func() time.Time // nil: time.Now
}

// Peers are the roles that desk asks.
type Peers struct{ Store, Vault, Inspect *wire.Peer }

// Desk answers requests.
type Desk struct {
	config Config
	peers  Peers
	limits *limits
	listed *feed.Lists
}

// New makes a desk that does not serve yet.
func New(c Config, p Peers) *Desk {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return &Desk{c, p, newLimits(), feed.NewBad(p.Store)}
}

// Service is what edge may ask.
func (x *Desk) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Desk, report)
	wire.Handle(s, wire.DeskAsk, x.ask)
	return s
}

// ask answers one request. Only POST acts, and only with what looking gave: an address that is fetched changes nothing.
func (x *Desk) ask(ctx context.Context, _ sekisho.Caller, q wire.WebRequest) (wire.WebResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	f, known := map[string]func(context.Context, *wire.WebRequest) (any, error){"/desk/look": x.look, "/desk/act": x.act, "/desk/inquiry": x.inquire, "/desk/url": x.url, "/desk/url/report": x.report}[q.Path]
	switch {
	case !known:
		return refusal(404, "not-found", q.Language), nil
	case q.Method != "POST":
		return refusal(405, "method", q.Language), nil
	}
	if wait := x.limits.take(q.Client, x.config.Clock()); wait > 0 {
		a := refusal(429, "too-many", q.Language)
		a.Retry = wait
		return a, nil
	}
	out, err := f(ctx, &q)
	if err != nil {
		return x.failed(err, q.Language), nil
	}
	b, err := json.Marshal(out)
	if err != nil {
		return refusal(500, "internal", q.Language), nil
	}
	return wire.WebResponse{Status: 200, Type: "application/json", Body: b}, nil
}

// failed makes a problem of an error.
func (x *Desk) failed(err error, language string) wire.WebResponse {
	switch sekisho.KindOf(err) {
	case sekisho.Invalid:
		return refusal(400, "invalid", language)
	case sekisho.NotFound:
		return refusal(404, "link", language)
	case sekisho.Denied:
		return refusal(403, "sign-in", language)
	case sekisho.Conflict:
		return refusal(409, "again", language)
	case sekisho.TooMany:
		a := refusal(429, "too-many", language)
		a.Retry = time.Second
		return a
	case sekisho.Unavailable, sekisho.Full:
		return refusal(503, "unavailable", language)
	}
	x.config.Log.Error("a request failed", "error", err)
	return refusal(500, "internal", language)
}

// mostBody bounds a request: a token, a word and a number. The token of a mail's link has an address in it.
const (
	mostBody = 4 << 10
	mostLink = 20 << 10
)

// read takes a JSON object with the members of v and no others.
func read(q *wire.WebRequest, v any) error { return readUpTo(q, v, mostBody) }

func readUpTo(q *wire.WebRequest, v any, most int) error {
	bad := func(err error) error { return sekisho.E("desk", sekisho.Invalid, err) }
	if len(q.Body) > most {
		return bad(errors.New("too large"))
	}
	d := json.NewDecoder(bytes.NewReader(q.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return bad(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return bad(errors.New("more than one value"))
	}
	return nil
}

// Seen is what a link shows.
type Seen struct {
	Purpose  string    `json:"purpose"` // "hold", "approve", "quarantine"
	To       string    `json:"to"`
	Trace    string    `json:"trace,omitempty"`
	Arrived  time.Time `json:"arrived,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Now      time.Time `json:"now"`
	AtEnd    string    `json:"atEnd,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Size     int64     `json:"size,omitempty"`
	From     string    `json:"from,omitempty"`
	Wanted   bool      `json:"wanted,omitempty"` // an administrator was asked for the release
	Waiting  []string  `json:"waiting"`
	Ended    []Outcome `json:"ended"`
	SignIn   bool      `json:"signIn"`         // deciding takes a sign-in at the console
	Act      string    `json:"act,omitempty"`  // to be given back when acting
	Task     string    `json:"task,omitempty"` // the number to type
	Wait     int64     `json:"wait,omitempty"` // milliseconds before acting
	Choices  []string  `json:"choices"`
	Language string    `json:"language"`
}

// Outcome is what became of the mail for one recipient.
type Outcome struct {
	Recipient string    `json:"recipient"`
	What      string    `json:"what"`
	At        time.Time `json:"at"`
	By        string    `json:"by"`
}

func outcomes(list []wire.LinkOutcome) []Outcome {
	out := []Outcome{}
	for _, o := range list {
		out = append(out, Outcome{o.Recipient, o.What, o.At, o.By})
	}
	return out
}

// purposes are the words for what a link is for, by package seal's number.
var purposes = [...]string{"", "hold", "approve", "quarantine"}

// look opens a link. It changes nothing, however often.
func (x *Desk) look(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in struct {
		Token string `json:"token"`
	}
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	got, err := wire.StoreLinkLook.Ask(ctx, x.peers.Store, wire.LinkLook{Token: token, Client: q.Client})
	if err != nil {
		return nil, err
	}
	out := Seen{To: got.To, Trace: got.Trace, Arrived: got.Arrived, Until: got.Until, Now: x.config.Clock().UTC(), AtEnd: got.AtEnd, Reason: got.Reason, Size: got.Size, From: got.From, Wanted: got.Wanted,
		Waiting: append([]string{}, got.Waiting...), Ended: outcomes(got.Ended), Choices: []string{}, Language: got.Language}
	if int(got.Purpose) < len(purposes) {
		out.Purpose = purposes[got.Purpose]
	}
	out.SignIn = out.Purpose == "approve"
	if len(got.Act) > 0 {
		out.Act, out.Task, out.Choices = base64.RawURLEncoding.EncodeToString(got.Act), got.Task, append(out.Choices, got.Choices...)
		out.Wait = max(got.NotBefore.Sub(x.config.Clock()).Milliseconds(), 0)
	}
	return out, nil
}

// tokenOf reads a link's token. One that is none is as one that is wrong.
func tokenOf(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) == 0 {
		return nil, sekisho.E("desk.token", sekisho.NotFound, err)
	}
	return b, nil
}

// Done is what is so after acting.
type Done struct {
	Won   bool      `json:"won"` // this act decided; otherwise somebody or the clock was faster
	Do    string    `json:"do"`
	At    time.Time `json:"at"`
	Ended []Outcome `json:"ended"`
}

// act decides, for all recipients at once.
func (x *Desk) act(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in struct {
		Token string `json:"token"`
		Act   string `json:"act"`
		Do    string `json:"do"`
		Typed string `json:"confirm"`
	}
	if err := read(q, &in); err != nil {
		return nil, err
	}
	token, err := tokenOf(in.Token)
	if err != nil {
		return nil, err
	}
	word, err := base64.RawURLEncoding.DecodeString(in.Act)
	if err != nil {
		return nil, sekisho.E("desk.act", sekisho.Conflict, err)
	}
	do := wire.LinkAct{Token: token, Act: word, Typed: in.Typed, Do: in.Do}
	got, err := wire.StoreLinkAct.Ask(ctx, x.peers.Store, do)
	if err == nil && got.Release != nil { // vault boxes the mail anew, store takes that and decides
		r := *got.Release
		r.Token = token
		made, err := wire.VaultLinkRelease.Ask(ctx, x.peers.Vault, r)
		if err != nil {
			return nil, err
		}
		do.Act, do.Box = got.Act, &made.Box
		got, err = wire.StoreLinkAct.Ask(ctx, x.peers.Store, do)
		return Done{got.Won, in.Do, got.At, outcomes(got.Ended)}, err
	}
	return Done{got.Won, in.Do, got.At, outcomes(got.Ended)}, err
}

// inquire takes a question. The answer is the same whoever is or was a customer.
func (x *Desk) inquire(ctx context.Context, q *wire.WebRequest) (any, error) {
	var in struct {
		Domain string `json:"domain"`
		Name   string `json:"name"`
		Reply  string `json:"reply"`
	}
	if err := read(q, &in); err != nil {
		return nil, err
	}
	_, err := wire.StoreInquire.Ask(ctx, x.peers.Store, wire.Inquiry{Domain: strings.TrimSpace(in.Domain), Name: strings.TrimSpace(in.Name), Reply: strings.TrimSpace(in.Reply)})
	return struct {
		Text string `json:"text"`
	}{words["taken"][japanese(q.Language)][0]}, err
}
