package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sekisho"
	"sekisho/wire"
)

// homesKept is how many accounts' folders are remembered.
const homesKept = 20000

// homeKey names an account with its contract.
type homeKey struct {
	contract sekisho.ContractID
	account  sekisho.AccountID
}

// home is the folders of one account with their counters. One that is in Store.homes is never changed: a transaction
// works on a clone, which takes its place after the commit. So counters need no counting and readers need no lock.
type home struct {
	list []*mailbox // by id
}

// mailbox is one folder.
type mailbox struct {
	wire.Mailbox
	dirty bool // differs from its row; only ever set in a transaction's clone
}

func (h *home) clone() *home {
	c := &home{list: make([]*mailbox, len(h.list))}
	all := make([]mailbox, len(h.list))
	for i, m := range h.list {
		all[i].Mailbox = m.Mailbox
		c.list[i] = &all[i]
	}
	return c
}

func (h *home) byID(id sekisho.MailboxID) *mailbox {
	for _, m := range h.list {
		if m.ID == id {
			return m
		}
	}
	return nil
}

func (h *home) byName(name string) *mailbox {
	for _, m := range h.list {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// find gives the folder of a delivery: by special use, by name, or INBOX when neither is there, as mail must not be lost
// because a folder was renamed.
func (h *home) find(name string) *mailbox {
	if n, is := strings.CutPrefix(name, wire.MailboxMark); is {
		if id, err := strconv.ParseUint(n, 10, 63); err == nil {
			for _, m := range h.list {
				if m.ID == sekisho.MailboxID(id) {
					return m
				}
			}
		}
		return h.byName(inbox)
	}
	if strings.HasPrefix(name, `\`) {
		for _, m := range h.list {
			if strings.EqualFold(m.Special, name) {
				return m
			}
		}
	} else if m := h.byName(folded(name)); m != nil {
		return m
	}
	return h.byName(inbox)
}

func (h *home) size() int64 {
	var n int64
	for _, m := range h.list {
		n += m.Size
	}
	return n
}

const inbox = "INBOX"

// folded is a mailbox name as it is kept: INBOX in any spelling is INBOX (RFC 9051 section 5.1).
func folded(name string) string {
	if name == "" || strings.EqualFold(name, inbox) {
		return inbox
	}
	if len(name) > len(inbox) && strings.EqualFold(name[:len(inbox)+1], inbox+"/") {
		return inbox + name[len(inbox):]
	}
	return name
}

// firstFolders come with every account (RFC 6154).
var firstFolders = [...]struct{ name, special string }{
	{inbox, ""}, {"Sent", `\Sent`}, {"Drafts", `\Drafts`}, {"Junk", `\Junk`}, {"Trash", `\Trash`}, {"Archive", `\Archive`},
}

// home gives the working copy of an account's folders.
func (t *txn) home(k homeKey) (*home, error) {
	if h := t.homes[k]; h != nil {
		return h, nil
	}
	t.s.cmu.RLock()
	h := t.s.homes[k]
	t.s.cmu.RUnlock()
	if h != nil {
		h = h.clone()
	} else {
		var err error
		if h, err = loadHome(t, k); err != nil {
			return nil, err
		}
	}
	t.homes[k] = h
	return h, nil
}

// keepHome puts a home where readers find it. cmu must be held.
func (s *Store) keepHome(k homeKey, h *home) {
	if len(s.homes) >= homesKept {
		for other := range s.homes {
			if delete(s.homes, other); len(s.homes) < homesKept*9/10 {
				break
			}
		}
	}
	s.homes[k] = h
}

// homeOf gives the committed state of an account's folders.
func (s *Store) homeOf(ctx context.Context, k homeKey) (*home, error) {
	s.cmu.RLock()
	h := s.homes[k]
	s.cmu.RUnlock()
	if h != nil {
		return h, nil
	}
	err := s.change(ctx, func(t *txn) (err error) { h, err = t.home(k); return err })
	return h, err
}

// enter checks a pass and gives the account it speaks for.
func (s *Store) enter(ctx context.Context, by sekisho.Caller, p wire.Pass) (homeKey, error) {
	c, err := s.c.Pass(p, by)
	if err != nil {
		return homeKey{}, err
	}
	k := homeKey{c.Contract, c.Account}
	return k, s.stands(ctx, k)
}

// stands refuses an account that is suspended or removed, or whose contract is: what it has open ends with its next call. Answers are
// remembered until the directory changes.
func (s *Store) stands(ctx context.Context, k homeKey) error {
	s.dmu.RLock()
	stands, known := s.active[k]
	changed := s.changed
	s.dmu.RUnlock()
	if !known {
		r := s.db.Reading(ctx)
		a, err := readAccount(r, accountByID, int64(k.contract), int64(k.account))
		if err != nil {
			return err
		}
		contract, _, err := readStanding(r, k.contract)
		if err != nil {
			return err
		}
		stands = a.ID != 0 && a.Status == sekisho.Active && contract == sekisho.Active
		s.dmu.Lock()
		if changed == s.changed {
			if len(s.active) >= mostKnown {
				clear(s.active)
			}
			s.active[k] = stands
		}
		s.dmu.Unlock()
	}
	if !stands {
		return sekisho.E("store.pass", sekisho.Denied, errors.New("the account is not active"))
	}
	return nil
}

// mailboxes answers StoreMailboxes.
func (s *Store) mailboxes(ctx context.Context, by sekisho.Caller, q wire.MailboxQuery) (wire.Mailboxes, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Mailboxes{}, err
	}
	h, err := s.homeOf(ctx, k)
	if err != nil {
		return wire.Mailboxes{}, err
	}
	out := make([]wire.Mailbox, len(h.list))
	for i, m := range h.list {
		out[i] = m.Mailbox
	}
	slices.SortFunc(out, func(a, b wire.Mailbox) int { return strings.Compare(a.Name, b.Name) })
	return wire.Mailboxes{List: out}, nil
}

// folder answers StoreFolder.
func (s *Store) folder(ctx context.Context, by sekisho.Caller, q wire.Folder) (wire.Nothing, error) {
	k, err := s.enter(ctx, by, q.Pass)
	if err != nil {
		return wire.Nothing{}, err
	}
	name := folded(q.Name)
	return wire.Nothing{}, s.change(ctx, func(t *txn) error {
		h, err := t.home(k)
		if err != nil {
			return err
		}
		switch q.Do {
		case "create":
			return t.createFolder(k, h, name, q.Special)
		case "delete":
			return t.deleteFolder(k, h, name)
		case "rename":
			return t.renameFolder(k, h, name, folded(q.To))
		case "subscribe", "unsubscribe":
			m := h.byName(name)
			if m == nil {
				return noMailbox(name)
			}
			m.Subscribed, m.dirty = q.Do == "subscribe", true
			return nil
		}
		return sekisho.E("store.folder", sekisho.Invalid, fmt.Errorf("no action %q", q.Do))
	})
}

func noMailbox(name string) error {
	return sekisho.E("store.mailbox", sekisho.NotFound, fmt.Errorf("no mailbox %q", name))
}

// nameError says what is wrong with a name for a new mailbox.
func nameError(name string) error {
	bad := ""
	switch {
	case len(name) > 1000:
		bad = "longer than 1000 bytes"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		bad = "control characters or not UTF-8"
	case strings.HasPrefix(name, "/") || strings.Contains(name, "//"):
		bad = "a level without a name"
	case strings.Count(name, "/") > 30:
		bad = "more than 30 levels"
	case strings.ContainsAny(name, "%*"):
		bad = "wildcards"
	default:
		return nil
	}
	return sekisho.E("store.folder", sekisho.Invalid, errors.New("mailbox name: "+bad))
}

const mostFolders = 5000

func (t *txn) createFolder(k homeKey, h *home, name, special string) error {
	name = strings.TrimSuffix(name, "/")
	if err := nameError(name); err != nil {
		return err
	}
	if h.byName(name) != nil {
		return sekisho.E("store.folder", sekisho.Exists, fmt.Errorf("mailbox %q", name))
	}
	if len(h.list) >= mostFolders {
		return sekisho.E("store.folder", sekisho.TooMany, fmt.Errorf("at most %d mailboxes", mostFolders))
	}
	levels := strings.Split(name, "/")
	for i := range levels { // RFC 9051 section 6.3.4: the levels above are made too
		part := strings.Join(levels[:i+1], "/")
		if h.byName(part) != nil {
			continue
		}
		sp := ""
		if i == len(levels)-1 {
			sp = special
		}
		if err := t.newMailbox(k, h, part, sp); err != nil {
			return err
		}
	}
	return nil
}

// newMailbox adds a folder. Its number is its UIDVALIDITY: numbers grow, so a folder that is made again under an old
// name always has a greater one.
func (t *txn) newMailbox(k homeKey, h *home, name, special string) error {
	id, err := t.take("mailbox", 1)
	if err != nil {
		return err
	}
	m := &mailbox{Mailbox: wire.Mailbox{ID: sekisho.MailboxID(id), Name: name, Special: special, Subscribed: true, UIDValidity: uint32(id), UIDNext: 1, ModSeq: 1}, dirty: true}
	if err := t.insertMailbox(k, m); err != nil {
		return err
	}
	h.list = append(h.list, m)
	return nil
}

func (t *txn) deleteFolder(k homeKey, h *home, name string) error {
	m := h.byName(name)
	if m == nil {
		return noMailbox(name)
	}
	if name == inbox {
		return sekisho.E("store.folder", sekisho.Denied, errors.New("INBOX cannot be deleted"))
	}
	for _, o := range h.list {
		if strings.HasPrefix(o.Name, name+"/") {
			return sekisho.E("store.folder", sekisho.Conflict, fmt.Errorf("%q has mailboxes below it", name))
		}
	}
	if err := t.dropMailbox(k, m); err != nil {
		return err
	}
	h.list = slices.DeleteFunc(h.list, func(o *mailbox) bool { return o == m })
	t.after = append(t.after, func() { t.s.columns.drop(m.ID) })
	t.told = append(t.told, func() { t.s.feed.add(m.ID) })
	return nil
}

// renameFolder moves a folder and all below it. Renaming INBOX moves its mail into the new folder and leaves INBOX
// empty (RFC 9051 section 6.3.6).
func (t *txn) renameFolder(k homeKey, h *home, name, to string) error {
	to = strings.TrimSuffix(to, "/")
	m := h.byName(name)
	switch {
	case m == nil:
		return noMailbox(name)
	case h.byName(to) != nil:
		return sekisho.E("store.folder", sekisho.Exists, fmt.Errorf("mailbox %q", to))
	case strings.HasPrefix(to, name+"/"):
		return sekisho.E("store.folder", sekisho.Invalid, errors.New("a mailbox cannot move below itself"))
	}
	if err := nameError(to); err != nil {
		return err
	}
	if name == inbox {
		if err := t.createFolder(k, h, to, ""); err != nil {
			return err
		}
		uids, err := t.allUIDs(k, m)
		if err != nil {
			return err
		}
		_, err = t.copyMessages(k, m, h.byName(to), uids, true)
		return err
	}
	if i := strings.LastIndexByte(to, '/'); i > 0 && h.byName(to[:i]) == nil {
		if err := t.createFolder(k, h, to[:i], ""); err != nil {
			return err
		}
	}
	for _, o := range h.list {
		if o == m || strings.HasPrefix(o.Name, name+"/") {
			o.Name, o.dirty = to+o.Name[len(name):], true
		}
	}
	return nil
}
