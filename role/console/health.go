package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sekisho"
)

// Health is how the processes of this installation are, and how they are confined. It names processes, never customers.
type Health struct {
	State     string          `json:"state" enum:"whole,degraded,unknown"`
	Reasons   []Reason        `json:"reasons" doc:"why it is not whole"`
	Level     string          `json:"level" doc:"of confinement that all processes reached"`
	Boot      uint64          `json:"boot" doc:"number of this start"`
	Processes []HealthProcess `json:"processes"`
	Alerts    []HealthAlert   `json:"alerts" doc:"the newest of this start, newest first"`
}

// Reason is one thing that is not as it should be: a code for programs, a sentence for people.
type Reason struct {
	Code    string `json:"code"`
	Process string `json:"process"`
	Text    string `json:"text"`
}

// HealthProcess is one place of the process table.
type HealthProcess struct {
	Role        string    `json:"role"`
	Worker      int       `json:"worker"`
	Cell        *uint16   `json:"cell,omitempty" doc:"contracts are pinned to cells"`
	Instance    string    `json:"instance"`
	State       string    `json:"state"`
	Since       time.Time `json:"since,omitzero"`
	Uptime      int64     `json:"uptime" doc:"seconds"`
	Restarts    uint64    `json:"restarts" doc:"of this place since the supervisor began"`
	Retired     uint64    `json:"retired" doc:"of these: it had served enough and asked to be replaced"`
	Denied      uint64    `json:"denied" doc:"refused system calls"`
	Last        string    `json:"last,omitempty" doc:"how the one before ended"`
	Memory      uint64    `json:"memory" doc:"bytes resident"`
	MemoryLimit uint64    `json:"memoryLimit" doc:"0: none"`
	Confinement Confined  `json:"confinement"`
}

// Confined is how a process is confined: what the kernel says now, and what its line of the table allows.
type Confined struct {
	Known        bool     `json:"known" doc:"the kernel was asked"`
	Whole        bool     `json:"whole" doc:"as it should be"`
	Level        string   `json:"level"`
	UID          int      `json:"uid"`
	OwnUser      bool     `json:"ownUser"`
	Seccomp      bool     `json:"seccomp" doc:"only the system calls that its role needs"`
	NoNewPrivs   bool     `json:"noNewPrivs"`
	Capabilities string   `json:"capabilities" doc:"effective; empty: none"`
	Namespaces   []string `json:"namespaces" doc:"of its own"`
	Files        bool     `json:"files" doc:"its own directory; otherwise none"`
	Network      bool     `json:"network" doc:"sockets to the outside"`
	Listeners    []string `json:"listeners" doc:"that it was handed"`
}

// HealthAlert is something that never happens in honest work.
type HealthAlert struct {
	At       time.Time `json:"at"`
	Kind     string    `json:"kind" doc:"denied, flood, crash, breach or protocol"`
	Role     string    `json:"role"`
	Instance string    `json:"instance"`
	Call     string    `json:"call,omitempty"`
	Target   string    `json:"target,omitempty" doc:"path or address that the call was aimed at"`
	Detail   string    `json:"detail,omitempty"`
}

func healthRoutes(a api) {
	route(a, act{method: http.MethodGet, path: "/health", id: "getHealth", tag: "system", summary: "The processes, how they are confined, and refused calls", right: sekisho.ViewSystem},
		func(_ context.Context, p *person, _ *struct{}) (*one[Health], error) {
			return &one[Health]{Body: p.health()}, nil
		})
}

// health judges what the supervisor told last. Before it told anything the state is unknown, never whole.
func (p *person) health() Health {
	var h *Health
	if p.x.config.Health != nil {
		h = p.x.config.Health()
	}
	if h == nil {
		return Health{State: "unknown", Reasons: []Reason{}, Processes: []HealthProcess{}, Alerts: []HealthAlert{}}
	}
	out, now := *h, p.x.config.Clock()
	out.State, out.Reasons = "whole", []Reason{}
	out.Processes = append([]HealthProcess{}, h.Processes...)
	add := func(code, process, detail string) {
		l := 0
		if p.language() == "ja" {
			l = 1
		}
		out.State, out.Reasons = "degraded", append(out.Reasons, Reason{code, process, fmt.Sprintf(degraded[code][l], process, detail)})
	}
	best := "" // the level that this host allows: "L1" to "L3"
	for _, x := range out.Processes {
		best = max(best, x.Confinement.Level)
	}
	for i := range out.Processes {
		x := &out.Processes[i]
		name := x.name()
		if x.Uptime = 0; !x.Since.IsZero() {
			x.Uptime = max(0, int64(now.Sub(x.Since)/time.Second))
		}
		switch {
		case x.State != "ready":
			add("not-ready", name, x.State)
		case !x.Confinement.Known:
			add("not-known", name, "")
		case !x.Confinement.Whole:
			add("not-confined", name, "")
		case x.Confinement.Level < best:
			add("level", name, x.Confinement.Level)
		}
	}
	recent := map[string]bool{}
	for _, al := range out.Alerts {
		if key := al.Kind + " " + al.Role; now.Sub(al.At) < alertTime && !recent[key] {
			recent[key] = true
			add("alert-"+al.Kind, al.Role, al.At.UTC().Format("2006-01-02 15:04 UTC"))
		}
	}
	return out
}

// alertTime is how long an alert makes an installation degraded: long enough for somebody to have looked.
const alertTime = 24 * time.Hour

func (x *HealthProcess) name() string {
	if x.Cell != nil {
		return fmt.Sprintf("%s, cell %d", x.Role, *x.Cell)
	}
	if x.Worker > 0 {
		return fmt.Sprintf("%s %d", x.Role, x.Worker+1)
	}
	return x.Role
}

// degraded are the sentences: English, then Japanese. The first value is the process, the second a detail.
var degraded = map[string][2]string{
	"not-ready":      {"%s does not serve now (%s).", "%s は現在稼働していません（%s）。"},
	"not-known":      {"How %s is confined could not be read.%s", "%s の隔離状態を確認できませんでした。%s"},
	"not-confined":   {"%s is not confined as it should be.%s", "%s が正しく隔離されていません。%s"},
	"level":          {"%s is confined to a lower level (%s).", "%s の隔離レベルが低くなっています（%s）。"},
	"alert-denied":   {"%s made a system call that its role never makes (last: %s).", "%s が、役割にないシステムコールを行いました（最終: %s）。"},
	"alert-flood":    {"%s was ended after many refused system calls (last: %s).", "%s は多数のシステムコール拒否により終了されました（最終: %s）。"},
	"alert-crash":    {"%s ended without being asked to (last: %s).", "%s が予期せず終了しました（最終: %s）。"},
	"alert-breach":   {"%s did to another process what it may not (last: %s).", "%s が他のプロセスに対して許可のない動作をしました（最終: %s）。"},
	"alert-protocol": {"%s said what it never says to the supervisor (last: %s).", "%s が監視プロセスに不正な通信を行いました（最終: %s）。"},
}
