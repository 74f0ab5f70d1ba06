package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// A link is looked at as often as anybody likes; looking changes nothing. It gives a word, good for a while and for this link only,
// and a number to type. Acting takes both, and not at once: what fetches every address in a mail, or presses every button of a
// page, does not get there.
const (
	lookLife  = 15 * time.Minute
	lookPause = time.Second
	mostLooks = 10_000
)

// looks are the words that looking gave. They are lost when store ends: then one looks again.
type looks struct {
	mu   sync.Mutex // guards what follows
	list map[string]look
}

type look struct {
	link uint64
	task string
	at   time.Time
}

// begin makes a word for a link.
func (l *looks) begin(link uint64, now time.Time) (word []byte, task string) {
	word = make([]byte, 16)
	rand.Read(word) // never fails (crypto/rand)
	task = strconv.Itoa(100 + (int(word[0])<<8|int(word[1]))%900)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list == nil || len(l.list) >= mostLooks {
		l.list = map[string]look{}
	}
	l.list[hex.EncodeToString(word)] = look{link, task, now}
	return word, task
}

// permit makes a word that lets the one who did the task carry out one decision.
func (l *looks) permit(link uint64, do string, now time.Time) []byte {
	word, _ := l.begin(link, now.Add(-lookPause))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list[hex.EncodeToString(word)] = look{link, permitted + do, now.Add(-lookPause)}
	return word
}

// permitted stands before a decision in place of a task: nobody can have been shown it.
const permitted = "permitted "

// use takes a word back: it works once, when the task was done and the pause is over.
func (l *looks) use(word []byte, link uint64, typed string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := hex.EncodeToString(word)
	x, known := l.list[k]
	switch {
	case !known || x.link != link || now.Sub(x.at) > lookLife:
		return sekisho.E("store.link", sekisho.Conflict, errors.New("open the link again"))
	case now.Sub(x.at) < lookPause:
		return sekisho.E("store.link", sekisho.TooMany, errors.New("too fast"))
	case subtle.ConstantTimeCompare([]byte(x.task), []byte(strings.TrimSpace(typed))) != 1:
		delete(l.list, k) // one try for one look
		return sekisho.E("store.link", sekisho.Invalid, errors.New("not the number that was shown"))
	}
	delete(l.list, k)
	return nil
}

// claims checks a link. What is wrong with one is not told.
func (s *Store) claims(token []byte) (wire.LinkClaims, error) {
	if s.c.Link == nil {
		return wire.LinkClaims{}, sekisho.E("store.link", sekisho.NotFound, nil)
	}
	l, err := s.c.Link(token, s.now())
	if err != nil {
		return l, sekisho.E("store.link", sekisho.NotFound, nil)
	}
	return l, nil
}

// The purposes of links that store knows what to do about; package seal numbers them.
const (
	linkHold       = 1
	linkApprove    = 2
	linkQuarantine = 3
)

// linkLook answers StoreLinkLook.
func (s *Store) linkLook(ctx context.Context, _ sekisho.Caller, q wire.LinkLook) (wire.LinkSeen, error) {
	l, err := s.claims(q.Token)
	if err != nil {
		return wire.LinkSeen{}, err
	}
	if l.Purpose == linkQuarantine {
		return s.quarantineLook(ctx, l)
	}
	if l.Purpose != linkHold && l.Purpose != linkApprove {
		return wire.LinkSeen{}, sekisho.E("store.link", sekisho.NotFound, nil)
	}
	out := wire.LinkSeen{Purpose: l.Purpose, To: l.To}
	err = s.db.Snapshot(ctx, func(r db.Reader) error {
		rows, err := readHeld(r, l)
		if err != nil {
			return err
		}
		c, err := readContract(r, l.Contract)
		if err != nil {
			return err
		}
		out.Language = c.Language
		for _, k := range rows {
			out.Trace, out.Arrived, out.Until, out.AtEnd, out.Reason, out.Size = k.Trace.String(), k.Arrived, k.Until, k.AtEnd, k.Reason, k.Size
			out.Waiting = append(out.Waiting, k.Recipient)
		}
		out.Ended, err = readEnded(r, l)
		return err
	})
	if err != nil {
		return out, err
	}
	if len(out.Waiting) > 0 && l.Purpose == linkHold {
		now := s.now()
		out.Act, out.Task = s.looks.begin(l.ID, now)
		out.Choices = []string{"send", "cancel"}
		out.NotBefore = now.Add(lookPause)
	}
	return out, nil
}

// linkAct answers StoreLinkAct. Exactly one of all who decide wins, for all recipients of the mail together.
func (s *Store) linkAct(ctx context.Context, _ sekisho.Caller, q wire.LinkAct) (out wire.LinkDone, err error) {
	l, err := s.claims(q.Token)
	if err != nil {
		return out, err
	}
	if l.Purpose == linkQuarantine {
		return s.quarantineAct(ctx, l, q)
	}
	if l.Purpose != linkHold {
		return out, sekisho.E("store.link", sekisho.Denied, errors.New("this takes a sign-in"))
	}
	if q.Do != "send" && q.Do != "cancel" {
		return out, sekisho.E("store.link", sekisho.Invalid, fmt.Errorf("cannot %q", q.Do))
	}
	if err := s.looks.use(q.Act, l.ID, q.Typed, s.now()); err != nil {
		return out, err
	}
	err = s.change(ctx, func(t *txn) error {
		out = wire.LinkDone{}
		rows, err := readHeld(t, l)
		if err != nil {
			return err
		}
		for _, k := range rows {
			if err := t.decideKeptNoted(&wire.Resolution{What: q.Do, Kind: "hold", ID: k.ID, By: l.To}, "by link"); err != nil {
				return err
			}
			out.Won = true
		}
		out.At = t.s.now()
		out.Ended, err = readEnded(t, l)
		return err
	})
	return out, err
}

// readHeld lists what of a link's mail is still held. The sender's own link reaches his own mail only, and not what waits for
// somebody else's word.
func readHeld(r db.Reader, l wire.LinkClaims) (out []wire.Kept, err error) {
	err = r.Each(func(scan func(...any) error) error {
		k, err := scanKept(scan)
		mine := l.Purpose == linkHold && strings.EqualFold(k.From, l.To) && !k.Approve
		if mine || l.Purpose == linkApprove && k.Approve {
			out = append(out, k.Kept)
		}
		return err
	}, heldOf, int64(l.Contract), int64(l.Message), int64(wire.FateHold))
	return out, err
}

// readEnded lists what has become of a link's mail.
func readEnded(r db.Reader, l wire.LinkClaims) (out []wire.LinkOutcome, err error) {
	err = r.Each(func(scan func(...any) error) error {
		var at int64
		var x wire.LinkOutcome
		err := scan(&at, &x.Recipient, &x.What, &x.By)
		x.At = db.Time(at)
		out = append(out, x)
		return err
	}, endedOf, int64(l.Contract), int64(l.Message))
	return out, err
}

// inquire answers StoreInquire: it is kept for people, and nothing is said about it.
func (s *Store) inquire(ctx context.Context, _ sekisho.Caller, q wire.Inquiry) (wire.Nothing, error) {
	for _, x := range []string{q.Domain, q.Name, q.Reply} {
		if x == "" || len(x) > 300 {
			return wire.Nothing{}, sekisho.E("store.inquire", sekisho.Invalid, errors.New("three fields of at most 300 bytes"))
		}
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		var n int64
		if _, err := t.One([]any{&n}, "SELECT COUNT(*) FROM inquiry"); err != nil {
			return err
		}
		if n >= mostInquiries {
			return sekisho.E("store.inquire", sekisho.Full, nil)
		}
		id, err := t.take("inquiry", 1)
		if err != nil {
			return err
		}
		_, err = t.Exec("INSERT INTO inquiry (id, at, domain, name, reply) VALUES ($1, $2, $3, $4, $5)", id, db.Micros(t.s.now()), db.Text(q.Domain), db.Text(q.Name), db.Text(q.Reply))
		return err
	})
}

// mostInquiries bounds what strangers can fill a disk with.
const mostInquiries = 100_000

// inquiries answers StoreInquiries.
func (s *Store) inquiries(ctx context.Context, by sekisho.Caller, q wire.PageQuery) (out wire.Inquiries, err error) {
	a, err := s.asker(ctx, by, q.Pass)
	if err != nil {
		return out, err
	}
	if err := s.forOperator(ctx, a, sekisho.ViewSystem); err != nil {
		return out, err
	}
	page := wire.Page{}
	p := pager{r: s.db.Reading(ctx), q: q, out: &page}
	if p.q.Most <= 0 || p.q.Most > mostPage {
		p.q.Most = usualPage
	}
	if err := p.total("inquiry"); err != nil {
		return out, err
	}
	if err := p.before("id", 1); err != nil {
		return out, err
	}
	err = p.r.Each(func(scan func(...any) error) error {
		var x wire.InquiryRow
		var id, at int64
		err := scan(&id, &at, &x.Domain, &x.Name, &x.Reply)
		x.ID, x.At = uint64(id), db.Time(at)
		out.List = append(out.List, x)
		return err
	}, "SELECT id, at, domain, name, reply FROM inquiry"+p.w.String()+" ORDER BY id DESC"+p.limit(), p.w.args...)
	out.List = cut(&p, out.List, func(x wire.InquiryRow) string { return cursor(x.ID) })
	out.Total, out.Next = page.Total, page.Next
	return out, err
}
