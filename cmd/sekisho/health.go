package main

import (
	"slices"
	"strconv"

	"sekisho/role/console"
	"sekisho/supervise"
)

// healthOf is the status of the processes as console shows it; nil before the supervisor told any.
func healthOf(st *supervise.Status) *console.Health {
	if st == nil {
		return nil
	}
	out := &console.Health{Level: st.Level.String(), Boot: st.Boot, Alerts: []console.HealthAlert{}}
	for _, p := range st.Processes {
		out.Processes = append(out.Processes, processHealth(p))
	}
	for _, a := range slices.Backward(st.Alerts) {
		out.Alerts = append(out.Alerts, console.HealthAlert{At: a.Time, Kind: a.Kind, Role: a.Role, Instance: strconv.FormatUint(uint64(a.Instance), 10),
			Call: a.Call, Target: a.Target, Detail: a.Detail})
	}
	return out
}

func processHealth(p supervise.ProcessStatus) console.HealthProcess {
	c := p.Confinement
	out := console.HealthProcess{Role: p.Role, Worker: p.Worker, Instance: strconv.FormatUint(uint64(p.Instance), 10), State: string(p.State), Since: p.Since,
		Restarts: p.Restarts, Retired: p.Retired, Denied: p.Denied, Last: p.Last, Memory: c.Memory, MemoryLimit: c.Limit,
		Confinement: console.Confined{Known: c.Read, Whole: c.Whole(), Level: c.Level.String(), UID: c.UID, OwnUser: c.Own, Seccomp: c.Seccomp, NoNewPrivs: c.NoNewPrivs,
			Capabilities: c.Capabilities, Namespaces: append([]string{}, c.Namespaces...), Files: c.Files, Network: c.Net, Listeners: append([]string{}, c.Accept...)}}
	if p.Cells {
		out.Cell = &p.Cell
	}
	return out
}
