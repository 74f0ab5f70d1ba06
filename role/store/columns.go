package store

import (
	"container/list"
	"encoding/binary"
	"slices"
	"strings"

	"sekisho"
	"sekisho/wire"
)

// shelfRoom is how many messages' columns are kept in memory, about 40 bytes each.
const shelfRoom = 2 << 20

// columns are a mailbox's messages as Select and the calls for JMAP give them, in order of UID.
type columns struct {
	uids     []uint32
	flags    []uint8
	modseq   []uint64
	message  []uint64
	thread   []uint64
	internal []int64
	size     []int64
	attached []bool
	keywords map[string][]uint32 // ascending UIDs
	orders   orders
}

func (c *columns) index(uid sekisho.UID) (int, bool) {
	n := len(c.uids)
	if n > 0 && uint32(uid) > c.uids[n-1] {
		return n, false
	}
	return slices.BinarySearch(c.uids, uint32(uid))
}

// put adds a message or sets its flags.
func (c *columns) put(p *placement) {
	i, found := c.index(p.uid)
	if !found {
		thread := p.thread
		if thread == 0 {
			thread = loneThread(p.message)
		}
		c.uids = slices.Insert(c.uids, i, uint32(p.uid))
		c.flags = slices.Insert(c.flags, i, p.flags)
		c.modseq = slices.Insert(c.modseq, i, p.modseq)
		c.message = slices.Insert(c.message, i, uint64(p.message))
		c.thread = slices.Insert(c.thread, i, thread)
		c.internal = slices.Insert(c.internal, i, p.internal)
		c.size = slices.Insert(c.size, i, p.size)
		c.attached = slices.Insert(c.attached, i, p.attached)
		c.orders.added(c, i)
	} else {
		c.flags[i], c.modseq[i] = p.flags, p.modseq
		c.orders.counted = false
		for k, list := range c.keywords {
			if j, has := slices.BinarySearch(list, uint32(p.uid)); has {
				c.keywords[k] = slices.Delete(list, j, j+1)
			}
		}
	}
	for k := range strings.FieldsSeq(p.keywords) {
		if c.keywords == nil {
			c.keywords = map[string][]uint32{}
		}
		list := c.keywords[k]
		j, _ := slices.BinarySearch(list, uint32(p.uid))
		c.keywords[k] = slices.Insert(list, j, uint32(p.uid))
	}
}

// remove takes messages out; uids are ascending.
func (c *columns) remove(uids []sekisho.UID) {
	gone := func(uid uint32) bool { _, g := slices.BinarySearch(uids, sekisho.UID(uid)); return g }
	n := 0
	for i, u := range c.uids {
		if gone(u) {
			continue
		}
		c.uids[n], c.flags[n], c.modseq[n], c.message[n] = u, c.flags[i], c.modseq[i], c.message[i]
		c.thread[n], c.internal[n], c.size[n], c.attached[n] = c.thread[i], c.internal[i], c.size[i], c.attached[i]
		n++
	}
	c.uids, c.flags, c.modseq, c.message = c.uids[:n], c.flags[:n], c.modseq[:n], c.message[:n]
	c.thread, c.internal, c.size, c.attached = c.thread[:n], c.internal[:n], c.size[:n], c.attached[:n]
	c.orders.forget()
	for k, list := range c.keywords {
		c.keywords[k] = slices.DeleteFunc(list, gone)
	}
}

// answer writes the columns as they travel.
func (c *columns) answer(since uint64) (out wire.Selected) {
	out.UIDs = make([]byte, 0, len(c.uids)+16)
	out.Flags = make([]byte, 0, len(c.uids))
	last := uint32(0)
	for i, u := range c.uids {
		if c.modseq[i] <= since {
			continue
		}
		out.UIDs = binary.AppendUvarint(out.UIDs, uint64(u-last))
		out.Flags = append(out.Flags, c.flags[i])
		last = u
	}
	for name, list := range c.keywords {
		k := wire.Keyword{Name: name}
		for _, u := range list {
			if i, found := c.index(sekisho.UID(u)); found && c.modseq[i] > since {
				k.UIDs = append(k.UIDs, sekisho.UID(u))
			}
		}
		if len(k.UIDs) > 0 {
			out.Keywords = append(out.Keywords, k)
		}
	}
	slices.SortFunc(out.Keywords, func(a, b wire.Keyword) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// shelf keeps the columns of mailboxes that were opened lately. Store.cmu guards it.
type shelf struct {
	room  int
	used  int
	order *list.List // front: used last
	boxes map[sekisho.MailboxID]*list.Element
}

type shelved struct {
	id sekisho.MailboxID
	c  *columns
	n  int // counted for
}

func newShelf(room int) *shelf {
	return &shelf{room: room, order: list.New(), boxes: map[sekisho.MailboxID]*list.Element{}}
}

// get does not note the use, so that it is right under a read lock.
func (s *shelf) get(id sekisho.MailboxID) *columns {
	if e := s.boxes[id]; e != nil {
		return e.Value.(*shelved).c
	}
	return nil
}

// touch notes a use and counts anew.
func (s *shelf) touch(id sekisho.MailboxID) {
	e := s.boxes[id]
	if e == nil {
		return
	}
	s.order.MoveToFront(e)
	v := e.Value.(*shelved)
	s.used += len(v.c.uids) + 64 - v.n
	v.n = len(v.c.uids) + 64
	for s.used > s.room && s.order.Len() > 1 {
		s.drop(s.order.Back().Value.(*shelved).id)
	}
}

func (s *shelf) put(id sekisho.MailboxID, c *columns) {
	s.drop(id)
	s.boxes[id] = s.order.PushFront(&shelved{id: id, c: c})
	s.touch(id)
}

func (s *shelf) drop(id sekisho.MailboxID) {
	if e := s.boxes[id]; e != nil {
		s.used -= e.Value.(*shelved).n
		s.order.Remove(e)
		delete(s.boxes, id)
	}
}
