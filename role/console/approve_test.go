package console_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho/wire"
)

// asking is a mail of somebody's that waits for the words that a rule wants.
func (h *house) asking(who string, asks wire.Approval) wire.Kept {
	return h.mail(h.mori, who, wire.FateHold, func(a *wire.Arrival) {
		a.Deliveries[0].Approve, a.Deliveries[0].AtEnd, a.Deliveries[0].Asks = true, "delete", &asks
	})
}

func (h *house) approve(who string, k wire.Kept, want int) answered {
	h.t.Helper()
	path := fmt.Sprintf("%s/kept/hold/%d", h.of(h.mori), k.ID)
	digest := h.do("contract-admin", "POST", path+"/look", nil, 200).at("digest").(string)
	return h.do(who, "POST", path+"/approve", object{"do": "approve", "digest": digest}, want)
}

// A rule's stages go in their order, each by one of those whom it asks; an ordinary person sees what he is asked about, and nothing else;
// who comes late is told what happened.
func TestStages(t *testing.T) {
	h := newHouse(t)
	h.person("boss", "user", h.mori, "mori.example")
	h.person("legal", "user", h.mori, "mori.example")
	h.admin(wire.Admin{Account: &wire.AdminAccount{Do: "set", Address: "user@mori.example", Supervisor: "boss@mori.example"}})
	k := h.asking("user", wire.Approval{Stages: [][]string{{"supervisor"}, {"legal@mori.example"}}})
	other := h.asking("user", wire.Approval{Stages: [][]string{{"legal@mori.example"}}})
	quarantined := h.mail(h.mori, "user", wire.FateQuarantine)
	path := fmt.Sprintf("%s/kept/hold/%d", h.of(h.mori), k.ID)

	list := h.do("boss", "GET", h.of(h.mori)+"/kept/hold", nil, 200)
	if list.at("total") != 1.0 || list.at("items.0.id") != float64(k.ID) || list.at("items.0.asked.0") != "boss@mori.example" || list.at("items.0.stages") != 2.0 {
		t.Errorf("%s", list.Body)
	}
	h.do("boss", "POST", fmt.Sprintf("%s/kept/hold/%d/look", h.of(h.mori), other.ID), nil, 403)
	h.do("boss", "POST", fmt.Sprintf("%s/kept/quarantine/%d/look", h.of(h.mori), quarantined.ID), nil, 403)
	if l := h.do("boss", "GET", h.of(h.mori)+"/kept/quarantine", nil, 200); l.at("total") != 0.0 {
		t.Errorf("%s", l.Body)
	}
	h.do("approver", "POST", path+"/look", nil, 403)
	h.do("user", "POST", path+"/look", nil, 403)
	h.approve("legal", k, 403)
	h.approve("boss", k, 200)
	h.approve("boss", k, 403)
	if seen := h.do("legal", "POST", path+"/look", nil, 200); seen.at("stage") != 2.0 || seen.at("said.0.by") != "boss@mori.example" {
		t.Errorf("%s", seen.Body)
	}
	digest := h.do("legal", "POST", path+"/look", nil, 200).at("digest").(string)
	h.do("legal", "POST", path+"/approve", object{"do": "approve", "digest": digest}, 200)
	if late := h.do("legal", "POST", path+"/approve", object{"do": "approve", "digest": digest}, 409); !bytes.Contains(late.Body, []byte("released by legal@mori.example")) {
		t.Errorf("%s", late.Body)
	}
	why := h.do("contract-admin", "GET", h.of(h.mori)+"/traces/"+k.Trace.String(), nil, 200)
	for _, want := range []string{"event/asked", "event/approved", "stage 1 of 2", "boss@mori.example", "event/released", "legal@mori.example"} {
		if !bytes.Contains(why.Body, []byte(want)) {
			t.Errorf("no %q in %s", want, why.Body)
		}
	}
}

// Nobody approves his own mail unless the rule says "self"; groups and deputies of the absent do not make it so.
func TestSelfAndDeputies(t *testing.T) {
	h := newHouse(t)
	h.person("boss", "user", h.mori, "mori.example")
	h.person("aide", "user", h.mori, "mori.example")
	h.admin(wire.Admin{Group: &wire.AdminGroup{Do: "add", Contract: h.mori, Name: "team", Members: []string{"user@mori.example", "boss@mori.example"}}})
	away := func(deputy string) {
		must[wire.Nothing](t)(wire.StoreDeputy.Ask(t.Context(), h.peers["admin/store"], wire.Deputy{Address: "boss@mori.example", Deputy: deputy,
			Since: h.clock().Add(-time.Minute), Until: h.clock().Add(time.Hour)}))
	}
	away("user@mori.example")
	h.approve("user", h.asking("user", wire.Approval{Stages: [][]string{{"group:team"}}}), 403)
	away("aide@mori.example")
	k := h.asking("user", wire.Approval{Stages: [][]string{{"group:team"}}})
	if l := h.do("aide", "GET", h.of(h.mori)+"/kept/hold", nil, 200); l.at("total") != 2.0 {
		t.Errorf("%s", l.Body)
	}
	h.approve("aide", k, 200)
	h.approve("user", h.asking("user", wire.Approval{Stages: [][]string{{"self"}}}), 200)
	h.approve("contract-admin", h.asking("contract-admin", wire.Approval{Stages: [][]string{{"boss@mori.example"}}}), 403)
	over := h.asking("user", wire.Approval{Stages: [][]string{{"boss@mori.example"}, {"aide@mori.example"}}})
	h.approve("contract-admin", over, 200)
	if why := h.do("contract-admin", "GET", h.of(h.mori)+"/traces/"+over.Trace.String(), nil, 200); !bytes.Contains(why.Body, []byte("in place of those")) {
		t.Errorf("%s", why.Body)
	}
}

// Those asked are reminded, and others are asked too, when their time has come; a word after the end is refused with what happened.
func TestRemindersAndEscalation(t *testing.T) {
	h := newHouse(t)
	h.person("boss", "user", h.mori, "mori.example")
	h.person("chief", "user", h.mori, "mori.example")
	k := h.mail(h.mori, "user", wire.FateHold, func(a *wire.Arrival) {
		d := &a.Deliveries[0]
		d.Approve, d.AtEnd, d.NotBefore = true, "delete", h.clock().Add(10*time.Hour)
		d.Asks = &wire.Approval{Stages: [][]string{{"boss@mori.example"}}, Remind: time.Hour, Escalate: 150 * time.Minute, EscalateTo: []string{"chief@mori.example"}}
	})
	path := fmt.Sprintf("%s/kept/hold/%d", h.of(h.mori), k.ID)
	h.do("boss", "POST", path+"/look", nil, 200)
	h.do("chief", "POST", path+"/look", nil, 403)
	trace := func() string {
		return string(h.do("contract-admin", "GET", h.of(h.mori)+"/traces/"+k.Trace.String(), nil, 200).Body)
	}
	after := func(d time.Duration, event string, n int) {
		t.Helper()
		h.ahead.Store(int64(d))
		h.mail(h.mori, "user", wire.FateHold) // store looks at its clock when something new is due
		end := time.Now().Add(20 * time.Second)
		for strings.Count(trace(), event) != n && time.Now().Before(end) {
			time.Sleep(20 * time.Millisecond)
		}
		if got := trace(); strings.Count(got, event) != n {
			t.Fatalf("after %s not %d %s: %s", d, n, event, got)
		}
	}
	after(61*time.Minute, "event/reminded", 1)
	after(122*time.Minute, "event/reminded", 2)
	after(151*time.Minute, "event/escalated", 1)
	h.do("chief", "POST", path+"/look", nil, 200)
	after(11*time.Hour, "event/deleted", 1)
	if late := h.do("boss", "POST", path+"/look", nil, 409); !bytes.Contains(late.Body, []byte("deleted by end of time")) {
		t.Errorf("%s", late.Body)
	}
}
