package console_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"sekisho/role/console"
)

// Operators see the processes; whole is said only when all serve, are confined, and no alert is recent.
func TestHealth(t *testing.T) {
	h := newHouse(t)
	if a := h.do("operator", "GET", "/health", nil, 200); a.at("state") != "unknown" {
		t.Errorf("before anything was told: %s", a.Body)
	}
	cell := uint16(2)
	good := console.Confined{Known: true, Whole: true, Level: "L3", Seccomp: true, NoNewPrivs: true}
	fresh := func() *console.Health {
		return &console.Health{Level: "L3", Processes: []console.HealthProcess{
			{Role: "vault", State: "ready", Since: h.clock().Add(-time.Hour), Confinement: good}, {Role: "reader", Worker: 2, Cell: &cell, State: "ready", Since: h.clock(), Confinement: good}}}
	}
	h.health.Store(fresh())
	if a := h.do("operator", "GET", "/health", nil, 200); a.at("state") != "whole" || a.at("processes.0.uptime").(float64) < 3599 || a.at("processes.1.cell") != 2.0 {
		t.Errorf("%s", a.Body)
	}
	for code, spoil := range map[string]func(*console.Health){
		"not-ready":    func(x *console.Health) { x.Processes[1].State = "started" },
		"not-known":    func(x *console.Health) { x.Processes[1].Confinement.Known = false },
		"not-confined": func(x *console.Health) { x.Processes[1].Confinement.Whole = false },
		"level":        func(x *console.Health) { x.Processes[1].Confinement.Level, x.Level = "L2", "L2" },
		"alert-denied": func(x *console.Health) {
			x.Alerts = []console.HealthAlert{{At: h.clock().Add(-time.Hour), Kind: "denied", Role: "inspect", Call: "socket"}}
		},
	} {
		x := fresh()
		spoil(x)
		h.health.Store(x)
		a := h.do("operator", "GET", "/health", nil, 200)
		if a.at("state") != "degraded" || a.at("reasons.0.code") != code || a.at("reasons.1") != nil || bytes.Contains(a.Body, []byte("%!")) {
			t.Errorf("%s: %s", code, a.Body)
		}
	}
	old := fresh()
	old.Alerts = []console.HealthAlert{{At: h.clock().Add(-25 * time.Hour), Kind: "crash", Role: "post"}}
	h.health.Store(old)
	if a := h.do("operator", "GET", "/health", nil, 200); a.at("state") != "whole" || a.at("alerts.0.role") != "post" {
		t.Errorf("an old alert: %s", a.Body)
	}
	for _, who := range []string{"contract-admin", "auditor", "user"} {
		if a := h.do(who, "GET", "/health", nil, 403); bytes.Contains(a.Body, []byte("vault")) {
			t.Errorf("%s sees %s", who, fmt.Sprint(a.body))
		}
	}
}
