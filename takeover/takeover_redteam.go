//go:build redteam

// Package takeover lets a role behind edge behave as one that an intruder has taken over: with nothing but what the process
// really has, the tickets of requests of the last minute and its lines to others.
package takeover

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"sekisho"
	"sekisho/mailbox"
	"sekisho/wire"
)

// life is how long a ticket of the web is good.
const life = time.Minute

// Held are the tickets of the last minute, as an intruder in the process would keep them.
type Held struct {
	mu    sync.Mutex // guards what follows
	live  []taken
	twist *wire.WebResponse
}

type taken struct {
	capability wire.Capability
	ticket     wire.Ticket
	at         time.Time
}

// Keep keeps a ticket; its secret is copied, since the process forgets its own.
func (h *Held) Keep(c wire.Capability, t wire.Ticket) {
	t.Secret = bytes.Clone(t.Secret)
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	h.live = slices.DeleteFunc(h.live, func(x taken) bool { return now.Sub(x.at) > life })
	h.live = append(h.live, taken{c, t, now})
}

// Twist gives the intruder's answer instead of the process's own, when he has one.
func (h *Held) Twist(a wire.WebResponse) wire.WebResponse {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.twist != nil {
		return *h.twist
	}
	return a
}

// Plan says what the intruder does.
type Plan struct {
	Mails  int                // reads so many of the newest mails of every account with a ticket
	Answer *wire.WebResponse  // answers every request with this from now on
	Replay bool               // presents every capability again
	Honest bool               // answers honestly again
	Other  sekisho.ContractID // asks for this contract's things
	Breach bool               // asks what the role may not ask: its lines end
}

// Loot is what he got, and what was refused to him.
type Loot struct {
	Tickets int // accounts with a live ticket
	Read    []Read
	Refused int      // mails that did not open in the session of another, and capabilities that did not work twice
	Got     []string // what he got and must not get
}

// Read is one mail whose text he has read.
type Read struct {
	Session  sekisho.SessionID
	Contract sekisho.ContractID
	Account  sekisho.AccountID
	Object   sekisho.MessageID
	Bytes    int
}

// Peers are the lines that the process has.
type Peers struct{ Store, Vault *wire.Peer }

// Carry carries out a plan.
func (h *Held) Carry(p Peers, order []byte) ([]byte, error) {
	var plan Plan
	if err := json.Unmarshal(order, &plan); err != nil {
		return nil, err
	}
	h.mu.Lock()
	if plan.Answer != nil || plan.Honest {
		h.twist = plan.Answer
	}
	live := newest(h.live)
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	out := Loot{Tickets: len(live)}
	for _, x := range live {
		if plan.Mails > 0 {
			if err := out.read(ctx, p, x, live, plan.Mails); err != nil {
				return nil, err
			}
		}
		if plan.Other != 0 {
			out.reach(ctx, p, x, plan.Other)
		}
	}
	for _, x := range live { // at the end: vault takes it for what it is, and ends the tickets
		if plan.Replay {
			if _, err := wire.VaultEnter.Ask(ctx, p.Vault, x.capability); err != nil {
				out.Refused++
			} else {
				out.Got = append(out.Got, "a ticket by a capability that was used")
			}
		}
	}
	if plan.Breach {
		out.breach(ctx, p)
	}
	return json.Marshal(out)
}

// newest is one ticket an account.
func newest(live []taken) []taken {
	by := map[sekisho.AccountID]taken{}
	for _, x := range live {
		if time.Since(x.at) < life {
			by[x.ticket.Account] = x
		}
	}
	var out []taken
	for _, x := range by {
		out = append(out, x)
	}
	return out
}

// read reads the newest mails of a ticket's account, and tries each in the sessions of the others.
func (l *Loot) read(ctx context.Context, p Peers, x taken, live []taken, most int) error {
	s := &mailbox.Session{Store: p.Store, Vault: p.Vault, Ticket: x.ticket}
	box, err := wire.StoreSelect.Ask(ctx, p.Store, wire.Select{Pass: x.ticket.Pass, Name: "INBOX"})
	if err != nil {
		return err
	}
	var uids []sekisho.UID
	for b, last := box.UIDs, uint64(0); len(b) > 0; {
		step, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("no columns")
		}
		last += step
		uids, b = append(uids, sekisho.UID(last)), b[n:]
	}
	mails, err := s.Fetch(ctx, box.Mailbox.ID, uids[max(0, len(uids)-most):], wire.Want{Body: true})
	if err != nil {
		return err
	}
	list := make([]*mailbox.Mail, len(mails))
	for i := range mails {
		list[i] = &mails[i]
		for _, other := range live {
			if other.ticket.Account != x.ticket.Account {
				l.foreign(ctx, p, other, mails[i].Sealed)
			}
		}
	}
	if err := s.Open(ctx, list); err != nil {
		return err
	}
	for _, m := range list {
		if m.Body != nil {
			l.Read = append(l.Read, Read{x.ticket.Session, x.ticket.Contract, x.ticket.Account, m.Sealed.ID, len(m.Body)})
		}
	}
	return nil
}

// foreign tries a mail in another's session.
func (l *Loot) foreign(ctx context.Context, p Peers, other taken, m wire.SealedMessage) {
	got, err := wire.VaultOpen.Ask(ctx, p.Vault, wire.Open{Session: other.ticket.Session, Secret: other.ticket.Secret, Classes: []sekisho.Class{sekisho.ClassBody},
		Boxes: []wire.MessageBox{{Message: m.ID, Key: m.Boxes[0].Key, Sealed: m.Boxes[0].Sealed}}})
	if err == nil && len(got.Messages) > 0 && len(got.Messages[0].Keys) > 0 {
		l.Got = append(l.Got, "a key in the session of somebody else")
		return
	}
	l.Refused++
}

// reach asks for another contract's things with a live ticket, as console would.
func (l *Loot) reach(ctx context.Context, p Peers, x taken, other sekisho.ContractID) {
	for _, what := range []string{"account", "domain", "trace", "quarantine", "hold"} {
		_, err := wire.StorePage.Ask(ctx, p.Store, wire.PageQuery{Pass: x.ticket.Pass, What: what, Contract: other, Most: 10})
		if err == nil {
			l.Got = append(l.Got, what+" of another contract")
			continue
		}
		l.Refused++
	}
}

// breach asks what no role behind edge may ask.
func (l *Loot) breach(ctx context.Context, p Peers) {
	short, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := wire.VaultSignIn.Ask(short, p.Vault, wire.SignIn{Contract: 1, Account: 1, Password: wire.Phrase{Text: "guess"}}); err == nil {
		l.Got = append(l.Got, "a sign-in")
	}
	if _, err := wire.StoreAdmin.Ask(short, p.Store, wire.Admin{}); err == nil {
		l.Got = append(l.Got, "an operator's change")
	}
}
