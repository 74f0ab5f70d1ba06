package gate

import (
	"context"
	"errors"
	"time"

	"github.com/emersion/go-smtp"

	"sekisho"
	"sekisho/wire"
)

// Service is what webmail may ask.
func (g *Gate) Service(report func(sekisho.Caller, string, error)) *wire.Service {
	s := wire.NewService(sekisho.Gate, report)
	wire.Handle(s, wire.GateSubmit, g.submit)
	return s
}

// mostUndo is how long a mail can be kept back so that its sender can take it back.
const mostUndo = 2*time.Minute + 10*time.Second

// undoRule stands in traces for the rule of a hold that the sender asked for.
const undoRule = "undo-send"

// submit answers GateSubmit: the way of a submission over SMTP, with the pass in the place of a login.
func (g *Gate) submit(ctx context.Context, by sekisho.Caller, q wire.Outgoing) (wire.Submitted, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	who, err := g.sender(ctx, by, &q)
	if err != nil {
		return wire.Submitted{}, err
	}
	if int64(len(q.Raw)) > g.config.Size {
		return wire.Submitted{}, sekisho.E("gate.submit", sekisho.TooLarge, nil)
	}
	if len(q.Rcpt) == 0 || len(q.Rcpt) > g.config.Recipients {
		return wire.Submitted{}, sekisho.E("gate.submit", sekisho.Invalid, errors.New("no recipients, or too many"))
	}
	now := g.config.Clock().UTC()
	if q.Until.After(now.Add(mostUndo)) {
		return wire.Submitted{}, sekisho.E("gate.submit", sekisho.Invalid, errors.New("it cannot be kept back that long"))
	}
	s := &session{gate: g, client: q.Client, listener: "submission", account: who}
	s.mail = &transaction{trace: newTrace(), until: q.Until, draft: q.Draft, envelope: sekisho.Envelope{Client: q.Client, Helo: "webmail", Protocol: "HTTPS", Listener: "submission", From: q.From,
		UTF8: true, EightBit: true, At: now, Account: who.Account, Contract: who.Contract}}
	out := wire.Submitted{Trace: s.mail.trace}
	for _, to := range q.Rcpt {
		if err := s.Rcpt(to, &smtp.RcptOptions{}); err != nil {
			var refused *smtp.SMTPError
			if !errors.As(err, &refused) {
				return wire.Submitted{}, sekisho.E("gate.submit", sekisho.Internal, err)
			}
			out.Recipients = append(out.Recipients, wire.SubmittedTo{Address: to, Fate: wire.FateRefuse, Code: refused.Code, Text: refused.Message})
			out.Code = max(out.Code, refused.Code)
			out.Text = refused.Message
		}
	}
	if out.Code != 0 { // all or nobody: the sender mends the list and sends again
		return out, nil
	}
	return g.deliverSubmission(ctx, s, q.Raw, out)
}

// deliverSubmission takes the mail and says what becomes of it.
func (g *Gate) deliverSubmission(ctx context.Context, s *session, raw []byte, out wire.Submitted) (wire.Submitted, error) {
	outcomes, err := g.takeAll(ctx, s.mail, s.account, raw)
	var answer *smtp.SMTPError
	if !errors.As(err, &answer) {
		return wire.Submitted{}, sekisho.E("gate.submit", sekisho.Internal, err)
	}
	out.Code, out.Text, out.Until = answer.Code, answer.Message, s.mail.until
	for _, o := range outcomes {
		to := wire.SubmittedTo{Address: o.address, Fate: o.fate, Rule: o.decision.Rule, Reason: o.decision.Reason}
		if !s.mail.until.IsZero() && (o.fate == wire.FateQueue || o.fate == wire.FateMailbox) {
			to.Fate, to.Rule = wire.FateHold, undoRule
		}
		out.Recipients = append(out.Recipients, to)
	}
	return out, nil
}

// sender checks the pass and finds out who it speaks for, and whether he may send as the envelope says.
func (g *Gate) sender(ctx context.Context, by sekisho.Caller, q *wire.Outgoing) (*wire.Identified, error) {
	claims, err := g.config.Pass(q.Pass, by)
	if err != nil {
		return nil, sekisho.E("gate.submit", sekisho.Denied, err)
	}
	who, err := wire.StoreIdentity.Ask(ctx, g.peers.Store, wire.Identity{Login: q.Login})
	if err != nil {
		return nil, err
	}
	if who.Account == 0 || who.Account != claims.Account || who.Contract != claims.Contract || who.Status != sekisho.Active {
		return nil, sekisho.E("gate.submit", sekisho.Denied, errors.New("the pass is somebody else's"))
	}
	if !owns(&who, q.From) {
		return nil, sekisho.E("gate.submit", sekisho.Denied, errors.New("not an address of the account"))
	}
	return &who, nil
}
