package console_test

import (
	"encoding/json"
	"fmt"
	"time"

	"sekisho"
	"sekisho/seal"
	"sekisho/wire"
)

// mail takes a mail for somebody as gate would, with a fate, and gives the row of what was kept.
func (h *house) mail(c sekisho.ContractID, who string, fate wire.Fate, change ...func(*wire.Arrival)) wire.Kept {
	h.t.Helper()
	ctx := h.t.Context()
	p := h.people[who]
	raw := []byte("From: <ono@far.example>\r\nTo: <" + p.address + ">\r\nSubject: =?UTF-8?B?6KaL56mN?= 7\r\nMessage-ID: <m1@far.example>\r\n\r\nThe secret price is 42.\r\n")
	scan := must[wire.Report](h.t)(wire.InspectScan.Ask(ctx, h.peers["gate/inspect"], wire.Scan{Raw: raw, Now: h.clock(), Summarise: true}))
	id := must[wire.Leased](h.t)(wire.StoreLease.Ask(ctx, h.peers["gate/store"], wire.Lease{Count: 1})).First
	data := seal.NewKey()
	sealed := must[seal.Sealed](h.t)(seal.Seal(data, id, seal.Content{Raw: raw, Pieces: scan.Summary.Pieces, Summary: wire.EncodeSummary(scan.Summary), Text: []byte(scan.Text),
		Subject: []byte(scan.Summary.Subject)}))
	contract := must[wire.Contract](h.t)(wire.StoreContract.Ask(ctx, h.peers["gate/store"], wire.ContractQuery{Contract: c}))
	key, public := wire.QuarantineKey, contract.Quarantine
	if fate == wire.FateHold || fate == wire.FateQueue {
		key, public = wire.SpoolKey, contract.Spool
	}
	k := must[seal.Public](h.t)(seal.ParsePublic(public))
	box := must[[]byte](h.t)(k.Box(seal.For{Contract: c, Key: uint8(key), Message: id}, data))
	now := h.clock()
	a := wire.Arrival{Sealed: wire.SealedMessage{ID: id, Contract: c, Size: int64(len(raw)), Summary: sealed.Summary, Header: sealed.Header, Body: sealed.Body, Text: sealed.Text,
		Boxes: []wire.Box{{Key: key, Sealed: box}}},
		Trace: wire.Trace{ID: sekisho.TraceID(uint64(id) + 1<<40), Direction: sekisho.Inbound, From: "ono@far.example", MessageID: wire.MessageMark("<m1@far.example>"), Score: 6,
			Findings: []sekisho.Finding{{Kind: sekisho.KindSpam, Name: "words", Score: 6}, {Kind: sekisho.KindAuth, Name: "dmarc-fail", Score: 1, Evidence: "far.example asks for reject: x"}},
			Envelope: sekisho.Envelope{From: "ono@far.example", Rcpt: []string{p.address}, Listener: "mx", Protocol: "ESMTPS", At: now}},
		Deliveries: []wire.Delivery{{Recipient: p.address, Fate: fate, Action: fate.String(), Rule: "rule-1", Reason: "because", Account: p.id, NotBefore: now.Add(time.Hour)}}}
	if fate == wire.FateHold {
		a.Trace.Direction, a.Trace.Envelope.From, a.Deliveries[0].AtEnd = sekisho.Outbound, p.address, "send"
		a.Deliveries[0].Recipient, a.Deliveries[0].Account = "suzuki@far.example", 0
	}
	for _, f := range change {
		f(&a)
	}
	must[wire.Accepted](h.t)(wire.StoreAccept.Ask(ctx, h.peers["gate/store"], wire.Accept{Messages: []wire.Arrival{a}}))
	if fate != wire.FateQuarantine && fate != wire.FateHold {
		return wire.Kept{Trace: a.Trace.ID, Message: id}
	}
	got := must[wire.Listed](h.t)(wire.StoreList.Ask(ctx, h.peers["admin/store"], wire.List{What: fate.String(), Contract: c, Match: fmt.Sprint(a.Trace.ID)}))
	if len(got.Kept) != 1 {
		h.t.Fatalf("%d kept", len(got.Kept))
	}
	return got.Kept[0]
}

func jsonOf(v any) ([]byte, error) { return json.Marshal(v) }
