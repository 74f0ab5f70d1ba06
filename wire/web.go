package wire

import (
	"net/netip"
	"time"

	"sekisho"
)

// edge speaks HTTP with browsers and programs; webmail, console and desk answer in JSON, and never see a cookie, a header
// that edge did not choose, or a connection. What they may answer is listed by Response's fields: there is none for a
// redirect, a cookie, HTML or script, and edge checks the type that each route may return.

// The calls of webmail, console and desk.
var (
	WebmailAsk   = define[WebRequest, WebResponse](sekisho.Webmail, 1, "ask", large, sekisho.Edge)
	WebmailWatch = define[WebWatch, WebChange](sekisho.Webmail, 2, "watch", small, sekisho.Edge)
	ConsoleAsk   = define[WebRequest, WebResponse](sekisho.Console, 1, "ask", large, sekisho.Edge)
	DeskAsk      = define[WebRequest, WebResponse](sekisho.Desk, 1, "ask", large, sekisho.Edge)
)

// WebRequest is one HTTP request that edge let in: its route exists, its body has the size and the shape that the route's
// schema allows.
type WebRequest struct {
	Method      string
	Path        string // cleaned: "/jmap/api", "/api/v1/contracts/7"
	Query       string // raw
	Type        string // content type of the body, without parameters
	Body        []byte
	Match       string // If-Match or If-None-Match
	Idempotency string // Idempotency-Key
	Language    string // "ja" or "en": of texts in the answer
	Origin      string // "https://mail.example.com": what edge is reached as
	Client      netip.Addr
	Capability  Capability // zero: nobody is signed in
}

// WebResponse is the answer. Edge adds every header; what is not here cannot be said.
type WebResponse struct {
	Status int
	Type   string // one that the route allows, otherwise edge answers 502 and raises an alert
	Body   []byte
	Name   string        // file name of a download
	ETag   string        // without quotes
	Retry  time.Duration // Retry-After
	Begun  string        // Location of a thing that was made: a path of the same role, never a host
}

// WebWatch waits until something changed for the account of the capability, or half a minute. Types are JMAP's.
type WebWatch struct {
	Capability Capability
	Types      []string // empty: all
	States     []string // "type=state" as the browser last knew them
}

// WebChange is a JMAP StateChange object (RFC 8620 section 7.1) in JSON; empty when nothing changed.
type WebChange struct{ JSON []byte }

// Capability is a session cut down to one request: vault makes it for edge from a cookie, a token or an app password, and
// takes it from the role that it is for, once, for a minute at most. Nothing else about a session reaches that role.
type Capability struct {
	ID     uint64
	Secret []byte
}

// VaultEnter turns a capability into a ticket for the asking process. It works once; the ticket lasts as long as the
// capability would have. What it may do is in Ticket.
var VaultEnter = define[Capability, Ticket](sekisho.Vault, 80, "enter", small, sekisho.Webmail, sekisho.Console)
