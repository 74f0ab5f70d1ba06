package console

import (
	"context"
	"net/http"
	"time"

	"sekisho"
	"sekisho/wire"
)

// Share is one mail's files that wait at the desk, and what happened to them. Names of files stand in the mail's trace.
type Share struct {
	ID     uint64       `json:"id"`
	Trace  string       `json:"trace"`
	Sender string       `json:"sender"`
	At     time.Time    `json:"at"`
	Until  time.Time    `json:"until"`
	State  string       `json:"state" enum:"open,stopped,expired"`
	Files  int          `json:"files"`
	Code   bool         `json:"code" doc:"opening takes a code that is mailed to the recipient"`
	Opens  int          `json:"opens" doc:"how often each recipient may open it; 0: as often as he likes"`
	To     []ShareTo    `json:"to"`
	Events []ShareEvent `json:"events"`
}

// ShareTo is one recipient.
type ShareTo struct {
	Address string `json:"address"`
	Opened  int    `json:"opened"`
}

// ShareEvent is one thing that happened.
type ShareEvent struct {
	At   time.Time `json:"at"`
	To   string    `json:"to"`
	What string    `json:"what" doc:"code, wrong, locked, opened, downloaded, stopped, expired"`
	Who  string    `json:"who,omitempty" doc:"network address of who did it; stopped: who"`
	File int       `json:"file,omitempty" doc:"downloaded: which, from 1"`
}

// shareOf is a share as the API gives it.
func shareOf(x wire.ShareRow) Share {
	out := Share{ID: uint64(x.Message), Trace: x.Trace.String(), Sender: x.Sender, At: x.At, Until: x.Until, State: x.State, Files: x.Files, Code: x.Code, Opens: x.Opens,
		To: []ShareTo{}, Events: []ShareEvent{}}
	for i, to := range x.To {
		out.To = append(out.To, ShareTo{Address: to})
		if i < len(x.Opened) {
			out.To[i].Opened = x.Opened[i]
		}
	}
	for _, e := range x.Events {
		out.Events = append(out.Events, ShareEvent{e.At, e.Recipient, e.What, e.Who, e.File})
	}
	return out
}

// OfShare is the part of the path that names a share.
type OfShare struct {
	OfContract
	ID uint64 `path:"id" minimum:"1" maximum:"9007199254740991"`
}

func shareRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/contracts/{contract}/shares", id: "listShares", tag: "shares", summary: "Files that secure links lead to, newest first, with who had them", right: sekisho.ViewTrace},
		func(ctx context.Context, p *person, in *struct {
			OfContract
			Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (*listed[Share], error) {
			got, err := wire.StoreShares.Ask(ctx, p.x.peers.Store, wire.ShareQuery{Pass: p.ticket.Pass, Contract: in.id(), Most: in.Limit})
			return listOf(wire.Page{Total: uint64(len(got.List))}, got.List, shareOf), err
		})
	route(a, act{method: http.MethodPost, path: "/contracts/{contract}/shares/{id}/stop", id: "stopShare", tag: "shares",
		summary: "Delete the files of a share now: its links open nothing any more", right: sekisho.SettleKept, fresh: true},
		func(ctx context.Context, p *person, in *OfShare) (*one[Share], error) {
			q := wire.ShareQuery{Pass: p.ticket.Pass, Contract: in.id(), Message: sekisho.MessageID(in.ID), Most: 1}
			if _, err := wire.StoreShareStop.Ask(ctx, p.x.peers.Store, q); err != nil {
				return nil, err
			}
			got, err := wire.StoreShares.Ask(ctx, p.x.peers.Store, q)
			if err != nil || len(got.List) != 1 {
				return nil, sekisho.E("console.share", sekisho.NotFound, err)
			}
			return &one[Share]{Body: shareOf(got.List[0])}, nil
		})
}
