package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"sync"
	"time"

	"sekisho"
	"sekisho/db"
	"sekisho/wire"
)

// Files that wait at the desk. A link says for whom; a code that goes to that address by mail says that it is he who opens it. Codes
// and the words of those who opened are kept in memory only: they are in no database and in no backup, and when store ends one asks
// for another code. What was downloaded is in the trace before the first byte is given.

// Bounds of codes.
const (
	codeLife  = 10 * time.Minute
	codeTries = 5                // of one code
	codePause = 30 * time.Second // between two codes
	codesHour = 5                // for one link in an hour
	wrongMost = 20               // of one link, ever
	wordLife  = time.Hour
	mostCodes = 10_000
	shareLink = 4 // package seal numbers the purposes of links
)

// codes are what was mailed and what was opened.
type codes struct {
	mu    sync.Mutex // guards what follows
	list  map[uint64]*code
	words map[string]entered
}

type code struct {
	text  string // "" used up
	at    time.Time
	tries int
	asked []time.Time
}

type entered struct {
	link  uint64
	until time.Time
}

// begin makes a code for a link.
func (c *codes) begin(link uint64, now time.Time) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return sekisho.E("store.share-code", sekisho.Internal, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list == nil || len(c.list) >= mostCodes {
		c.list = map[uint64]*code{}
	}
	x := c.list[link]
	if x == nil {
		x = &code{}
		c.list[link] = x
	}
	recent := x.asked[:0]
	for _, at := range x.asked {
		if now.Sub(at) < time.Hour {
			recent = append(recent, at)
		}
	}
	x.asked = recent
	if len(recent) >= codesHour || now.Sub(x.at) < codePause {
		return sekisho.E("store.share-code", sekisho.TooMany, errors.New("a code was sent a moment ago"))
	}
	x.text, x.at, x.tries, x.asked = fmt.Sprintf("%06d", n.Int64()), now, 0, append(x.asked, now)
	return nil
}

// of is the code of a link that is to be mailed; "" for none.
func (c *codes) of(link uint64, now time.Time) (string, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.list[link]
	if x == nil || now.Sub(x.at) > codeLife {
		return "", time.Time{}
	}
	return x.text, x.at.Add(codeLife)
}

// try compares what somebody typed. A code works once, and is worth nothing after too many tries. Where there was no code to guess,
// nothing was guessed.
func (c *codes) try(link uint64, typed string, now time.Time) (right, guessed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.list[link]
	if x == nil || x.text == "" || now.Sub(x.at) > codeLife {
		return false, false
	}
	x.tries++
	right = subtle.ConstantTimeCompare([]byte(x.text), []byte(typed)) == 1
	if right || x.tries >= codeTries {
		x.text = ""
	}
	return right, !right
}

// word lets who opened a link have its files for a while.
func (c *codes) word(link uint64, until time.Time) []byte {
	w := make([]byte, 16)
	rand.Read(w) // never fails (crypto/rand)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.words == nil || len(c.words) >= mostCodes {
		c.words = map[string]entered{}
	}
	c.words[hex.EncodeToString(w)] = entered{link, until}
	return w
}

func (c *codes) knows(word []byte, link uint64, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	x, known := c.words[hex.EncodeToString(word)]
	return known && x.link == link && now.Before(x.until)
}

// visit is a share as the holder of one link stands to it.
type visit struct {
	wire.ShareRow
	link          wire.LinkClaims
	opened, wrong int64
}

// visitOf finds what a link leads to. What is wrong with one is not told.
func (s *Store) visitOf(r db.Reader, token []byte) (v visit, err error) {
	none := sekisho.E("store.share", sekisho.NotFound, nil)
	if v.link, err = s.claims(token); err != nil {
		return v, err
	}
	if v.link.Purpose != shareLink {
		return v, none
	}
	if v.ShareRow, err = readShare(r, v.link.Contract, v.link.Message); err != nil {
		return v, err
	}
	if v.Message == 0 || v.State != "open" || !s.now().Before(v.Until) {
		return v, none
	}
	found, err := r.One([]any{&v.opened, &v.wrong}, shareToOne, int64(v.Contract), int64(v.Message), strings.ToLower(v.link.To))
	if err == nil && !found {
		err = none
	}
	return v, err
}

// state says what the holder can do, and left how often; -1 for as often as he likes.
func (v *visit) state() (state string, left int) {
	left = -1
	if v.Opens > 0 {
		left = max(0, v.Opens-int(min(v.opened, math.MaxInt32)))
	}
	switch {
	case v.Code && v.wrong >= wrongMost:
		return "locked", left
	case left == 0:
		return "used", 0
	}
	return "open", left
}

// may refuses who cannot open a share any more.
func (v *visit) may() error {
	if state, _ := v.state(); state != "open" {
		return sekisho.E("store.share", sekisho.Denied, errors.New(state))
	}
	return nil
}

// shareLook answers StoreShareLook.
func (s *Store) shareLook(ctx context.Context, _ sekisho.Caller, q wire.ShareLook) (out wire.ShareSeen, err error) {
	r := s.db.Reading(ctx)
	v, err := s.visitOf(r, q.Token)
	if err != nil {
		return out, err
	}
	c, err := readContract(r, v.Contract)
	out = wire.ShareSeen{To: v.link.To, Sender: v.Sender, Language: c.Language, Until: v.Until, Files: v.Files, Code: v.Code}
	out.State, out.Left = v.state()
	return out, err
}

// shareCode answers StoreShareCode: a code goes to whom the link was sent to.
func (s *Store) shareCode(ctx context.Context, _ sekisho.Caller, q wire.ShareLook) (wire.Nothing, error) {
	v, err := s.visitOf(s.db.Reading(ctx), q.Token)
	if err == nil {
		err = v.may()
	}
	if err == nil && !v.Code {
		err = sekisho.E("store.share-code", sekisho.Invalid, errors.New("it takes no code"))
	}
	if err == nil {
		err = s.codes.begin(v.link.ID, s.now())
	}
	if err != nil {
		return wire.Nothing{}, err
	}
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		if err := t.event(v.Contract, v.Trace, v.link.To, shareMark+"code", client(q.Client), ""); err != nil {
			return err
		}
		return t.tellCode(&v)
	})
}

// client is an address for a log.
func client(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.Unmap().String()
}

// tellCode has a code mailed. The notice names the link only.
func (t *txn) tellCode(v *visit) error {
	var one int64
	waits, err := t.One([]any{&one}, "SELECT 1 FROM notice WHERE contract = $1 AND message = $2 AND kind = $3", int64(v.Contract), int64(v.link.ID), codeNotice)
	if err != nil || waits {
		return err // the mail that is still to be written has the new code
	}
	return t.insertNotice(v.Contract, int64(v.link.ID), codeNotice, noticeData{Sender: v.Sender, To: []string{v.link.To}})
}

// codeNotice is the kind of notices that carry a code.
const codeNotice = "share-code"

// shareOpen answers StoreShareOpen. Each time counts.
func (s *Store) shareOpen(ctx context.Context, _ sekisho.Caller, q wire.ShareEntry) (out wire.ShareOpened, err error) {
	v, err := s.visitOf(s.db.Reading(ctx), q.Token)
	if err == nil {
		err = v.may()
	}
	if err != nil {
		return out, err
	}
	now := s.now()
	if v.Code {
		right, guessed := s.codes.try(v.link.ID, strings.TrimSpace(q.Code), now)
		if guessed {
			err = s.noteWrong(ctx, &v, q.Client)
		}
		if !right {
			return out, errors.Join(sekisho.E("store.share-open", sekisho.Invalid, errors.New("not the code, or not any more")), err)
		}
	}
	err = s.change(ctx, func(t *txn) error {
		again, err := s.visitOf(t, q.Token)
		if err == nil {
			err = again.may()
		}
		if err != nil {
			return err
		}
		v = again
		v.opened++
		if _, err := t.Exec(shareOpened, int64(v.Contract), int64(v.Message), strings.ToLower(v.link.To)); err != nil {
			return err
		}
		return t.event(v.Contract, v.Trace, v.link.To, shareMark+"opened", client(q.Client), "")
	})
	if err != nil {
		return out, err
	}
	m, err := s.sealed(ctx, v.Contract, v.Message, wire.Want{Summary: true})
	if err != nil {
		return out, err
	}
	_, left := v.state()
	return wire.ShareOpened{Word: s.codes.word(v.link.ID, now.Add(wordLife)), Message: v.Message, Box: shareBox(m.Boxes), Summary: m.Summary, Left: left}, nil
}

// noteWrong counts a wrong code; after too many, the link opens no more.
func (s *Store) noteWrong(ctx context.Context, v *visit, from netip.Addr) error {
	return s.change(ctx, func(t *txn) error {
		if _, err := t.Exec(shareWrong, int64(v.Contract), int64(v.Message), strings.ToLower(v.link.To)); err != nil {
			return err
		}
		what := "wrong"
		if v.wrong+1 >= wrongMost {
			what = "locked"
		}
		return t.event(v.Contract, v.Trace, v.link.To, shareMark+what, client(from), "")
	})
}

// shareBox is the data key of a share as it is kept.
func shareBox(list []wire.Box) []byte {
	for _, b := range list {
		if b.Key == wire.ShareKey {
			return b.Sealed
		}
	}
	return nil
}

// shareFile answers StoreShareFile.
func (s *Store) shareFile(ctx context.Context, _ sekisho.Caller, q wire.ShareFetch) (out wire.ShareFetched, err error) {
	v, err := s.visitOf(s.db.Reading(ctx), q.Token)
	if err != nil {
		return out, err
	}
	if !s.codes.knows(q.Word, v.link.ID, s.now()) {
		return out, sekisho.E("store.share-file", sekisho.Conflict, errors.New("open the link again"))
	}
	if q.File < 0 || q.File >= v.Files {
		return out, sekisho.E("store.share-file", sekisho.NotFound, fmt.Errorf("no file %d", q.File+1))
	}
	err = s.change(ctx, func(t *txn) error {
		return t.event(v.Contract, v.Trace, v.link.To, shareMark+"downloaded", client(q.Client), fmt.Sprint(fileNote, q.File+1))
	})
	if err != nil {
		return out, err
	}
	m, err := s.sealed(ctx, v.Contract, v.Message, wire.Want{Summary: true, Attachment: true})
	return wire.ShareFetched{Message: v.Message, Box: shareBox(m.Boxes), Summary: m.Summary, Attachment: m.Attachment}, err
}
