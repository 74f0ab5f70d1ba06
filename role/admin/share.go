package admin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sekisho"
	"sekisho/wire"
)

// ShareQuery asks for files that wait at the desk, or stops a share.
type ShareQuery struct {
	Contract string `json:"contract,omitempty"` // name, number or domain; "" all
	ID       uint64 `json:"id,omitempty"`       // one of them
	Most     int    `json:"most,omitempty"`
}

// Share is one mail's files, for whom they wait, and what happened to them. Names of files stand in the mail's trace.
type Share struct {
	ID       uint64       `json:"id"`
	Contract uint64       `json:"contract"`
	Trace    string       `json:"trace"`
	Sender   string       `json:"sender"`
	At       time.Time    `json:"at"`
	Until    time.Time    `json:"until"`
	State    string       `json:"state"` // "open", "stopped", "expired"
	Files    int          `json:"files"`
	Code     bool         `json:"code"`
	Opens    int          `json:"opens,omitempty"` // how often each recipient may open it; 0: as often as he likes
	To       []ShareTo    `json:"to"`
	Events   []ShareEvent `json:"events"`
}

// ShareTo is one recipient.
type ShareTo struct {
	Address string `json:"address"`
	Opened  int    `json:"opened"`
}

// ShareEvent is one thing that happened.
type ShareEvent struct {
	At   time.Time `json:"at"`
	To   string    `json:"to,omitempty"`
	What string    `json:"what"` // "code", "wrong", "locked", "opened", "downloaded", "stopped", "expired"
	Who  string    `json:"who,omitempty"`
	File int       `json:"file,omitempty"`
}

func shareOf(x wire.ShareRow) Share {
	out := Share{ID: uint64(x.Message), Contract: uint64(x.Contract), Trace: x.Trace.String(), Sender: x.Sender, At: x.At, Until: x.Until, State: x.State,
		Files: x.Files, Code: x.Code, Opens: x.Opens, To: []ShareTo{}, Events: []ShareEvent{}}
	for i, to := range x.To {
		t := ShareTo{Address: to}
		if i < len(x.Opened) {
			t.Opened = x.Opened[i]
		}
		out.To = append(out.To, t)
	}
	for _, e := range x.Events {
		out.Events = append(out.Events, ShareEvent{e.At, e.Recipient, e.What, e.Who, e.File})
	}
	return out
}

func (c *Admin) shareList(ctx context.Context, _ operator, q ShareQuery) ([]Share, error) {
	ask := wire.ShareQuery{Message: sekisho.MessageID(q.ID), Most: q.Most}
	if q.Contract != "" {
		k, err := c.contract(ctx, q.Contract)
		if err != nil {
			return nil, err
		}
		ask.Contract = k.ID
	}
	got, err := wire.StoreShares.Ask(ctx, c.peers.Store, ask)
	out := []Share{}
	for _, x := range got.List {
		out = append(out, shareOf(x))
	}
	return out, err
}

// shareStop deletes the files of a share. Nothing is opened by that; it stands in the mail's trace.
func (c *Admin) shareStop(ctx context.Context, who operator, q ShareQuery) (Share, error) {
	list, err := c.shareList(ctx, who, q)
	if err == nil && (q.ID == 0 || len(list) != 1) {
		err = sekisho.E("share", sekisho.NotFound, fmt.Errorf("no share %d", q.ID))
	}
	if err != nil {
		return Share{}, err
	}
	id := sekisho.ContractID(list[0].Contract)
	if _, err := wire.StoreShareStop.Ask(ctx, c.peers.Store, wire.ShareQuery{Contract: id, Message: sekisho.MessageID(q.ID), By: "operator"}); err != nil {
		return Share{}, err
	}
	list, err = c.shareList(ctx, who, q)
	if err == nil && len(list) != 1 {
		err = sekisho.E("share", sekisho.Internal, errors.New("it is gone"))
	}
	if err != nil {
		return Share{}, err
	}
	return list[0], nil
}
