package supervise

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"sekisho"
)

// A line is made anew after firstRepair, and after twice as long each time it happens again, at most longestRepair.
const (
	firstRepair   = time.Second
	longestRepair = 30 * time.Second
)

// couple names two processes of which the first asks the second.
type couple struct{ asks, answers sekisho.Instance }

// connect makes a line for every pair of this process and a confined peer of which the table says that one may call the
// other. s.mu is held.
func (s *Supervisor) connect(p *process) {
	s.announce(p)
	for _, q := range s.living {
		if q == p || !q.confined() {
			continue
		}
		if p.calls(q) {
			s.line(p, q)
		}
		if q.calls(p) {
			s.line(q, p)
		}
	}
}

// announce tells those who hear that p is there, before they can get a line to it, and p of all others when it hears itself.
// s.mu is held.
func (s *Supervisor) announce(p *process) {
	for _, q := range s.living {
		if q == p || !q.confined() {
			continue
		}
		if q.slot.role.Hears {
			q.say(s.about(p, sayBegan))
		}
		if p.slot.role.Hears {
			p.say(s.about(q, sayBegan))
		}
	}
}

func (s *Supervisor) about(p *process, kind string) message {
	return message{Kind: kind, Role: p.name(), Instance: p.self.Instance, Cell: p.self.Cell, Digest: s.digest[:]}
}

// gone tells those who hear that p has ended. s.mu is held.
func (s *Supervisor) gone(p *process) {
	for _, q := range s.living {
		if q != p && q.slot.role.Hears && q.confined() {
			q.say(s.about(p, sayEnded))
		}
	}
}

func (p *process) calls(q *process) bool { return slices.Contains(p.slot.role.Calls, q.self.Role) }

func (p *process) confined() bool { return p.state == Confined || p.state == Serving }

// line connects two processes; the first is the one who asks. s.mu is held.
func (s *Supervisor) line(asks, answers *process) {
	a, b, err := pair(unix.SOCK_STREAM)
	if err != nil {
		s.c.Log.Error("no line", "from", asks.name(), "to", answers.name(), "error", err)
		asks.kill("no line to " + answers.name() + ": " + err.Error())
		return
	}
	asks.say(message{Kind: sayLine, Role: answers.name(), Instance: answers.self.Instance, Cell: answers.self.Cell, Outgoing: true}, a)
	answers.say(message{Kind: sayLine, Role: asks.name(), Instance: asks.self.Instance, Cell: asks.self.Cell}, b)
}

// complaint is what a process says about a peer: that their line ended, or that the peer broke its rules. Only peers of
// the table can be named, and too many complaints end who complains.
func (s *Supervisor) complaint(p *process, m message) error {
	s.mu.Lock()
	many := p.complaints.over(s.c.Denials)
	q := s.find(m.Instance)
	s.mu.Unlock()
	switch {
	case many:
		return fmt.Errorf("%d complaints in %v", s.c.Denials, window)
	case q == nil: // it ended meanwhile
		return nil
	case q.name() != m.Role || !p.calls(q) && !q.calls(p):
		return fmt.Errorf("complains about %q, which is no peer of it", printable(m.Role))
	case m.Kind == sayBreach:
		s.alert(Alert{Kind: AlertBreach, Role: q.name(), Instance: q.self.Instance,
			Detail: fmt.Sprintf("told by %s/%d: %s", p.name(), p.self.Instance, printable(m.Error))})
		return nil
	}
	if !m.Outgoing {
		p, q = q, p
	}
	if !p.calls(q) {
		return fmt.Errorf("there is no line from %s to %s", p.name(), q.name())
	}
	s.repair(p, q)
	return nil
}

// find is the living process of that instance. s.mu is held.
func (s *Supervisor) find(i sekisho.Instance) *process {
	for _, p := range s.living {
		if p.self.Instance == i {
			return p
		}
	}
	return nil
}

// repair makes a new line, on which p asks q, after a while, when both still live then: mostly a line ends because one
// of them does.
func (s *Supervisor) repair(p, q *process) {
	key := couple{p.self.Instance, q.self.Instance}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.repairs[key]
	if r == nil {
		r = &repairing{wait: firstRepair}
		s.repairs[key] = r
	}
	if r.under {
		return
	}
	r.under = true
	time.AfterFunc(r.wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		r.under = false
		r.wait = min(2*r.wait, longestRepair)
		if s.find(key.asks) == nil || s.find(key.answers) == nil {
			delete(s.repairs, key)
			return
		}
		if s.isStopping() || p.asked || q.asked || !p.confined() || !q.confined() {
			return
		}
		s.c.Log.Warn("line made anew", "from", p.name(), "instance", p.self.Instance, "to", q.name(), "peer", q.self.Instance)
		s.line(p, q)
	})
}

// repairing is how often the line of a couple was lost.
type repairing struct {
	wait  time.Duration
	under bool // a new line is on its way
}
