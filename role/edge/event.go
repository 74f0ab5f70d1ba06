package edge

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sekisho"
	"sekisho/wire"
)

// The bounds of event streams.
const (
	streamsPerAccount = 10
	streamsMost       = 2000
	streamLife        = time.Hour // then the browser connects again, and proves itself again
	shortestPing      = 30
)

// eventTypes are the names of JMAP's data types, as a list or "*".
var eventTypes = regexp.MustCompile(`^(\*|[A-Za-z]{1,40}(,[A-Za-z]{1,40}){0,20})$`)

// watch holds an event stream (RFC 8620 section 7.3), and asks webmail for changes with a new capability each time.
func (x *exchange) watch() {
	v := x.r.URL.Query()
	types, closes := v.Get("types"), v.Get("closeafter")
	ping, err := strconv.Atoi(v.Get("ping"))
	if v.Get("ping") == "" {
		ping, err = 0, nil
	}
	if !eventTypes.MatchString(types) || closes != "state" && closes != "no" && closes != "" || err != nil || ping < 0 {
		x.refuse(problem{slug: "invalid", status: http.StatusUnprocessableEntity})
		return
	}
	g, ok := x.capability(x.r.Context())
	if !ok {
		return
	}
	if !x.edge.stream(g.Account, 1) {
		x.refuse(problem{slug: "too-many", status: http.StatusTooManyRequests, retry: 10 * time.Second})
		return
	}
	defer x.edge.stream(g.Account, -1)
	rc := http.NewResponseController(x.w)
	rc.SetReadDeadline(time.Time{})
	h := x.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Content-Security-Policy", policyNone)
	h.Set("X-Accel-Buffering", "no")
	x.w.WriteHeader(http.StatusOK)
	ctx, cancel := context.WithTimeout(x.r.Context(), streamLife)
	defer cancel()
	var list []string
	if types != "*" {
		list = strings.Split(types, ",")
	}
	x.follow(ctx, rc, g, list, closes == "state", time.Duration(max(ping, shortestPing))*time.Second)
}

// stream counts an account's event streams up or down; false when there are too many.
func (e *Edge) stream(a sekisho.AccountID, by int) bool {
	e.emu.Lock()
	defer e.emu.Unlock()
	if by > 0 && (e.streams[a] >= streamsPerAccount || e.events.Load() >= streamsMost) {
		return false
	}
	e.events.Add(int64(by))
	if e.streams[a] += by; e.streams[a] <= 0 {
		delete(e.streams, a)
	}
	return true
}

// shortestWatch is the least time between two questions of a stream: each costs a capability of the session.
const shortestWatch = time.Second

// follow sends changes until the stream ends.
func (x *exchange) follow(ctx context.Context, rc *http.ResponseController, g wire.Granting, types []string, once bool, ping time.Duration) {
	send := func(text string) bool {
		rc.SetWriteDeadline(time.Now().Add(bodyTime))
		_, err := x.w.Write([]byte(text))
		ok := err == nil && rc.Flush() == nil
		rc.SetWriteDeadline(time.Time{}) // over HTTP/2 a deadline that passes ends the stream, though nothing is being written
		return ok
	}
	if !send(": open\n\n") {
		return
	}
	pinged := time.Now()
	known := map[string]string{}
	for ctx.Err() == nil {
		began := time.Now()
		line, err := x.edge.peers.Webmail.PickCell(ctx, g.Cell)
		if err != nil {
			return
		}
		c, err := wire.WebmailWatch.AskLine(ctx, line, wire.WebWatch{Capability: g.Capability, Types: types, States: states(known)})
		if err != nil {
			return
		}
		if len(c.JSON) > 0 {
			if x.edge.has(LayerAnswer) && (!validJSON(c.JSON) || strings.ContainsAny(string(c.JSON), "\r\n")) {
				x.edge.config.Report(line.Peer, wire.WebmailWatch.Name, errAnswer)
				return
			}
			if !send("event: state\ndata: "+string(c.JSON)+"\n\n") || once {
				return
			}
		}
		learn(known, c.JSON)
		if time.Since(pinged) >= ping {
			if !send(fmt.Sprintf("event: ping\ndata: {\"interval\":%d}\n\n", int(ping.Seconds()))) {
				return
			}
			pinged = time.Now()
		}
		if rest := shortestWatch - time.Since(began); rest > 0 { // answers at once would spin, and use the session up
			select {
			case <-ctx.Done():
			case <-time.After(rest):
			}
		}
		if g, err = x.again(ctx); err != nil {
			return
		}
	}
}

// The most that is kept of what webmail says; what is more is told again.
const (
	mostStates = 32
	longState  = 256
)

// learn takes over the states of a StateChange. Each question names what the browser knows already: without that webmail
// would answer at once, and the stream would spin.
func learn(known map[string]string, change []byte) {
	var c struct {
		Changed map[string]map[string]string `json:"changed"`
	}
	if json.Unmarshal(change, &c) != nil {
		return
	}
	for _, account := range c.Changed { // a session has one
		for kind, state := range account {
			if _, old := known[kind]; (old || len(known) < mostStates) && len(kind)+len(state) <= longState && !strings.Contains(kind, "=") {
				known[kind] = state
			}
		}
	}
}

// states writes what is known as a question names it.
func states(known map[string]string) (out []string) {
	for kind, state := range known {
		out = append(out, kind+"="+state)
	}
	return out
}

// again gets the next capability of a stream; its cookie cannot be renewed any more.
func (x *exchange) again(ctx context.Context) (wire.Granting, error) {
	proof, err := x.proof(ctx, sekisho.Webmail)
	if err != nil {
		return wire.Granting{}, err
	}
	proof.Held = true
	g, err := wire.VaultCapability.Ask(ctx, x.edge.peers.Vault, proof)
	if err != nil {
		return g, err
	}
	who, err := x.edge.people.find(ctx, x.edge, g.Contract, g.Account)
	if err == nil && who.Status != sekisho.Active {
		err = sekisho.E("edge.watch", sekisho.Denied, nil)
	}
	return g, err
}
