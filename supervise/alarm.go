package supervise

import (
	"time"

	"sekisho/sandbox"
)

const (
	keptAlerts  = 100
	window      = 10 * time.Second // in which floods are counted
	targetsRead = 20               // refused calls of one process whose target is read: reading is slow and a flood must not gain by it
)

// listen refuses the calls that a process may not make, one after another, and tells of each.
func (s *Supervisor) listen(p *process, l *sandbox.Listener) {
	defer l.Close()
	for {
		d, err := l.Next()
		if err != nil {
			return
		}
		a := Alert{Kind: AlertDenied, Role: p.name(), Instance: p.self.Instance, Call: sandbox.CallName(int(d.Call)), Number: d.Call, Args: d.Args}
		s.mu.Lock()
		p.denied++
		p.slot.denied++
		n := p.denied
		s.mu.Unlock()
		if n <= targetsRead {
			a.Target = l.Target(d)
		}
		if p.slot.role.OneStrike { // before it can go on
			s.end(p, "made a refused call: "+a.Call)
		}
		l.Refuse(d) // an error means that it died meanwhile
		s.alert(a)
		if p.strikes.over(s.c.Denials) {
			s.alert(Alert{Kind: AlertFlood, Role: p.name(), Instance: p.self.Instance, Detail: "killed after too many refused calls"})
			s.end(p, "too many refused calls")
		}
	}
}

func (s *Supervisor) end(p *process, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.state != Ended && p.why == "" {
		p.kill(why)
	}
}

// rate notices too many events within a window of time.
type rate struct{ newest []time.Time }

// over counts one event and says, once for a flood, that there were limit of them within the window.
func (r *rate) over(limit int) bool {
	now := time.Now()
	r.newest = append(r.newest, now)
	if len(r.newest) < limit {
		return false
	}
	first := r.newest[0]
	r.newest = r.newest[1:]
	if now.Sub(first) > window {
		return false
	}
	r.newest = nil
	return true
}

// alert queues an alert without waiting: when the queue is full it is only counted.
func (s *Supervisor) alert(a Alert) {
	a.Time = time.Now()
	a.Missed = s.missed.Swap(0)
	select {
	case s.alerts <- a:
		s.mu.Lock()
		s.recent = append(s.recent, a)
		if len(s.recent) > keptAlerts {
			s.recent = append(s.recent[:0], s.recent[len(s.recent)-keptAlerts:]...)
		}
		s.mu.Unlock()
	default:
		s.missed.Add(1 + a.Missed)
	}
}

// tell hands alerts on until the queue is closed; without somebody to hand them to they go into the log.
func (s *Supervisor) tell(done chan<- struct{}) {
	defer close(done)
	for a := range s.alerts {
		if s.c.Alert != nil {
			s.c.Alert(a)
			continue
		}
		s.c.Log.Error("alert", "kind", a.Kind, "role", a.Role, "instance", a.Instance, "call", a.Call, "target", a.Target,
			"detail", a.Detail, "missed", a.Missed)
	}
}
