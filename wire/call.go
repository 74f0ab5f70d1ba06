// Package wire is what each role may ask of another, and the carrier that brings the question and the answer.
//
// One file per callee lists its calls: the question's and the answer's type, the largest size of either, and who may
// ask. No list means no. A role is asked over a line, one socketpair per pair of processes made by the supervisor, and
// who asks is known from the line, never from the question. A peer that sends what was not agreed loses its line.
package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"sekisho"
)

// Call is one thing that some roles may ask of one other. Calls are constants in spirit: made by define, never changed.
type Call[Q, A any] struct {
	Rule
	once     sync.Once
	question plan
	answer   plan
}

// Rule is what the process table and the tests may know of a call.
type Rule struct {
	Number  uint16         // on the wire; the callee's role in the high byte
	Name    string         // "store.accept"
	Callee  sekisho.Role   // who answers
	Callers []sekisho.Role // who may ask; nobody else
	Limit   int            // most bytes of a question or an answer
}

func define[Q, A any](callee sekisho.Role, number uint8, name string, limit int, callers ...sekisho.Role) *Call[Q, A] {
	return &Call[Q, A]{Rule: Rule{uint16(callee)<<8 | uint16(number), callee.String() + "." + name, callee, callers, limit}}
}

func (c *Call[Q, A]) plans() (question, answer plan) {
	c.once.Do(func() { c.question, c.answer = planOf[Q](), planOf[A]() })
	return c.question, c.answer
}

// Ask asks one of the callee's processes and waits for the answer. Byte slices in the answer belong to the caller.
// Unavailable means that no process of the callee is there or that it ended before it answered: the question may then
// have been carried out or not. Descriptors in the answer belong to the caller.
func (c *Call[Q, A]) Ask(ctx context.Context, to *Peer, q Q) (A, error) {
	var a A
	line, err := to.pick(ctx)
	if err != nil {
		return a, sekisho.E(c.Name, sekisho.Unavailable, err)
	}
	return c.AskLine(ctx, line, q)
}

// AskLine is Ask of one certain process.
func (c *Call[Q, A]) AskLine(ctx context.Context, line *Line, q Q) (A, error) {
	var a A
	qp, ap := c.plans()
	e := encoder{b: make([]byte, headLen, headLen+qp.size(&q))}
	qp.encode(&e, &q)
	if len(e.b)-headLen > c.Limit {
		return a, sekisho.E(c.Name, sekisho.TooLarge, fmt.Errorf("question of %d bytes, at most %d", len(e.b)-headLen, c.Limit))
	}
	body, files, err := line.ask(ctx, c.Number, c.Limit, e.b, e.files)
	if err != nil {
		var known *sekisho.Error
		if errors.As(err, &known) {
			return a, err
		}
		return a, sekisho.E(c.Name, sekisho.Unavailable, err)
	}
	if err := ap.decode(body, files, &a); err != nil {
		line.fail(fmt.Errorf("%s: answer: %w", c.Name, err))
		return a, sekisho.E(c.Name, sekisho.Internal, err)
	}
	return a, nil
}

// Service answers the calls of one role. Handle all calls before the first line is served.
type Service struct {
	role   sekisho.Role
	answer map[uint16]handler
	report func(by sekisho.Caller, call string, why error)

	drained chan struct{} // closed when no more questions are taken
	once    sync.Once
	serving sync.WaitGroup
}

type handler struct {
	Rule
	run func(ctx context.Context, by sekisho.Caller, body []byte, files []*os.File) ([]byte, []*os.File, error)
}

// NewService makes the service of a role without any calls. report is told of every breach of the rules by a peer.
func NewService(role sekisho.Role, report func(by sekisho.Caller, call string, why error)) *Service {
	return &Service{role: role, answer: map[uint16]handler{}, report: report, drained: make(chan struct{})}
}

// Drain takes no more questions, and returns when those under way are answered and all lines have ended. Questions that
// were on a line unread are lost; their askers see the line end.
func (s *Service) Drain() {
	s.once.Do(func() { close(s.drained) })
	s.serving.Wait()
}

// errProtocol marks what ends a line.
var errProtocol = errors.New("breach of protocol")

// Handle says how one call is answered. f may keep byte slices of the question. It panics when the call is another
// role's or handled twice: both are faults of the program.
func Handle[Q, A any](s *Service, c *Call[Q, A], f func(ctx context.Context, by sekisho.Caller, q Q) (A, error)) {
	if _, twice := s.answer[c.Number]; twice || c.Callee != s.role {
		panic("wire: " + c.Name + " handled by " + s.role.String())
	}
	qp, ap := c.plans()
	s.answer[c.Number] = handler{c.Rule, func(ctx context.Context, by sekisho.Caller, body []byte, files []*os.File) ([]byte, []*os.File, error) {
		var q Q
		if err := qp.decode(body, files, &q); err != nil {
			return nil, nil, fmt.Errorf("%w: %s: %w", errProtocol, c.Name, err)
		}
		a, err := f(ctx, by, q)
		if err != nil {
			return nil, nil, err
		}
		e := encoder{b: make([]byte, headLen, headLen+ap.size(&a))}
		ap.encode(&e, &a)
		if len(e.b)-headLen > c.Limit {
			return nil, nil, sekisho.E(c.Name, sekisho.TooLarge, fmt.Errorf("answer of %d bytes", len(e.b)-headLen))
		}
		return e.b, e.files, nil
	}}
}

// Handled lists the rules of all calls that the service answers, by number.
func (s *Service) Handled() []Rule {
	var out []Rule
	for _, h := range s.answer {
		out = append(out, h.Rule)
	}
	slices.SortFunc(out, func(a, b Rule) int { return int(a.Number) - int(b.Number) })
	return out
}
