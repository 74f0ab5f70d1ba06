//go:build redteam

package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekisho"
	"sekisho/sandbox"
)

// This file exists only in builds with the tag redteam: the supervisor can order a confined role to attack from inside,
// and sees whether the attack was refused and reported.

// taken is the part of a child that only these builds have: what it does when its role is to behave as one taken over.
type taken struct {
	take func(order []byte) ([]byte, error)
}

func newTaken() taken { return taken{} }

// OnTake says what the role does when it is taken over; the order is the role's own matter.
func (c *Child) OnTake(f func(order []byte) ([]byte, error)) { c.take = f }

// orderToTake begins the name of an attack that is not one of the sandbox: behind it stands the role's order.
const orderToTake = "take:"

// takeOver obeys the order to behave as a role that was taken over.
func (c *Child) takeOver(name, order string) error {
	if c.take == nil {
		return errors.New("this role has no order to be taken over")
	}
	out, err := c.take([]byte(order))
	if err != nil {
		out, _ = json.Marshal(err.Error())
	}
	return c.control.send(message{Kind: sayDone, Probe: name, Result: out})
}

// Take has the process of a role with that number, which is its cell where the role has cells, behave as if it were taken
// over, and gives what it got.
func (s *Supervisor) Take(role sekisho.Role, worker int, order []byte) ([]byte, error) {
	for _, sl := range s.slots {
		if sl.role.Role != role || sl.worker != worker {
			continue
		}
		p, _, err := s.serves(sl)
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		p.say(message{Kind: sayProbe, Probe: orderToTake + string(order)})
		s.mu.Unlock()
		select {
		case out := <-p.got:
			return out, nil
		case <-p.ended:
			return nil, errors.New("it ended")
		case <-time.After(time.Minute):
			return nil, errors.New("no answer")
		}
	}
	return nil, fmt.Errorf("no process of %v", role)
}

// probe obeys the order to attack.
func (c *Child) probe(m message) error {
	if order, is := strings.CutPrefix(m.Probe, orderToTake); is {
		return c.takeOver(orderToTake, order)
	}
	outcome, err := sandbox.Try(m.Probe, c.Dir)
	if err != nil {
		return err
	}
	b, err := json.Marshal(outcome)
	if err != nil {
		return err
	}
	return c.control.send(message{Kind: sayDone, Probe: m.Probe, Result: b})
}

// probed hands the answer to whoever waits for it.
func (s *Supervisor) probed(p *process, m message) error {
	if m.Probe == orderToTake {
		select {
		case p.got <- m.Result:
			return nil
		default:
			return errors.New("an answer that nobody asked for")
		}
	}
	var o sandbox.Outcome
	if err := json.Unmarshal(m.Result, &o); err != nil {
		return err
	}
	select {
	case p.outcomes <- o:
		return nil
	default:
		return errors.New("an answer that nobody asked for")
	}
}

// redteam is the part of a process that only these builds have.
type redteam struct {
	outcomes chan sandbox.Outcome
	got      chan []byte // by a role that was taken over
}

func newRedteam() redteam { return redteam{make(chan sandbox.Outcome, 1), make(chan []byte, 1)} }

// What became of an attack. Anything else in a cell is the name of an error that the kernel gave without the sandbox
// having been asked: the attack failed, and nobody was told.
const (
	CellRefused = "refused" // it failed with EPERM and was reported
	CellGranted = "GRANTED" // it succeeded: the policy allows the call
	CellKilled  = "killed"  // the kernel ended the process
)

// Matrix is what became of every attack in every role.
type Matrix struct {
	Roles   []string
	Attacks []string
	Cells   map[string]map[string]string // role, attack
}

// Redteam attacks from inside of one process of every role, one attack after another. The supervisor must be ready, and
// its table should neither have OneStrike nor its Config few Denials, or the roles die on the way.
func (s *Supervisor) Redteam() (Matrix, error) {
	m := Matrix{Attacks: sandbox.Attacks(), Cells: map[string]map[string]string{}}
	for _, sl := range s.slots {
		if sl.worker != 0 {
			continue
		}
		role := sl.role.Role
		m.Roles = append(m.Roles, role.String())
		m.Cells[role.String()] = map[string]string{}
		for _, name := range m.Attacks {
			cell, err := s.attack(sl, name)
			if err != nil {
				return m, sekisho.E("supervise.redteam", sekisho.Internal, fmt.Errorf("%v, %s: %w", role, name, err))
			}
			m.Cells[role.String()][name] = cell
		}
	}
	return m, nil
}

// attack makes one attack in the process of a slot. That it was reported is read from the count of refused calls, which
// grows before the caller goes on.
func (s *Supervisor) attack(sl *slot, name string) (string, error) {
	p, before, err := s.serves(sl)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	p.say(message{Kind: sayProbe, Probe: name})
	s.mu.Unlock()
	select {
	case o := <-p.outcomes:
		s.mu.Lock()
		reported := p.denied - before
		s.mu.Unlock()
		switch {
		case o.Errno == 0:
			return CellGranted, nil
		case reported == 1 && o.Error == "EPERM":
			return CellRefused, nil
		case reported > 0:
			return "", fmt.Errorf("%s with %d reports", o.Error, reported)
		}
		return o.Error, nil
	case <-p.ended:
		return CellKilled, nil
	case <-time.After(20 * time.Second):
		return "", errors.New("no answer")
	}
}

// serves waits for the process of a slot to be ready.
func (s *Supervisor) serves(sl *slot) (*process, uint64, error) {
	for range 2000 {
		s.mu.Lock()
		p := sl.process
		if p != nil && p.state == Serving {
			defer s.mu.Unlock()
			return p, p.denied, nil
		}
		s.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	return nil, 0, errors.New("does not serve")
}

// String writes the matrix as the golden file has it: one line per attack, one column per role.
func (m Matrix) String() string {
	var b strings.Builder
	width := 0
	for _, a := range m.Attacks {
		width = max(width, len(a))
	}
	row := func(first string, cell func(role string) string) {
		line := fmt.Sprintf("%-*s", width, first)
		for _, r := range m.Roles {
			line += fmt.Sprintf("  %-8s", cell(r))
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	row("attack", func(r string) string { return r })
	for _, a := range m.Attacks {
		row(a, func(r string) string { return m.Cells[r][a] })
	}
	return b.String()
}

// Count says how many cells have one of these words.
func (m Matrix) Count(words ...string) (n int) {
	for _, cells := range m.Cells {
		for _, c := range cells {
			if slices.Contains(words, c) {
				n++
			}
		}
	}
	return n
}
