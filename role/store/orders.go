package store

import (
	"slices"
	"sync"
)

// orders are what is worked out of a mailbox's columns when somebody asks for it, and kept until the mailbox changes:
// places in the columns by message and by time of receipt, the newest mail of each thread, and how many threads there are.
type orders struct {
	mu        sync.Mutex // guards what follows: readers of the columns make it, while nobody changes them
	message   []int32    // ascending by message
	time      []int32    // ascending by time of receipt, then UID
	collapsed []int32    // descending by time, the first of each thread
	counted   bool
	threads   uint32
	unseen    uint32
}

// forget is called when places have moved.
func (o *orders) forget() { o.message, o.time, o.collapsed, o.counted = nil, nil, nil, false }

// added is called when a message came to a place; one at the end, newer than all, is what usually happens.
func (o *orders) added(c *columns, i int) {
	o.collapsed, o.counted = nil, false
	if i != len(c.uids)-1 {
		o.forget()
		return
	}
	if n := len(o.message); n > 0 && c.message[o.message[n-1]] <= c.message[i] {
		o.message = append(o.message, int32(i))
	} else {
		o.message = nil
	}
	if n := len(o.time); n > 0 && c.internal[o.time[n-1]] <= c.internal[i] {
		o.time = append(o.time, int32(i))
	} else {
		o.time = nil
	}
}

func all(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// byMessage gives the places ordered by message.
func (c *columns) byMessage() []int32 {
	c.orders.mu.Lock()
	defer c.orders.mu.Unlock()
	if len(c.orders.message) != len(c.uids) {
		c.orders.message = all(len(c.uids))
		slices.SortStableFunc(c.orders.message, func(a, b int32) int { return compare(c.message[a], c.message[b]) })
	}
	return c.orders.message
}

func compare[T int64 | uint64 | int32](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// byTime gives the places ordered by time of receipt, oldest first.
func (c *columns) byTime() []int32 {
	c.orders.mu.Lock()
	defer c.orders.mu.Unlock()
	return c.timed()
}

func (c *columns) timed() []int32 {
	if len(c.orders.time) != len(c.uids) {
		c.orders.time = all(len(c.uids))
		slices.SortStableFunc(c.orders.time, func(a, b int32) int { return compare(c.internal[a], c.internal[b]) })
	}
	return c.orders.time
}

// newest gives the newest mail of each thread, newest first.
func (c *columns) newest() []int32 {
	c.orders.mu.Lock()
	defer c.orders.mu.Unlock()
	if c.orders.collapsed == nil {
		c.orders.collapsed = make([]int32, 0, len(c.uids))
		seen := make(map[uint64]bool, len(c.uids))
		for _, i := range slices.Backward(c.timed()) {
			if !seen[c.thread[i]] {
				seen[c.thread[i]] = true
				c.orders.collapsed = append(c.orders.collapsed, i)
			}
		}
	}
	return c.orders.collapsed
}

// count gives how many threads there are, and how many have a mail that was not seen.
func (c *columns) count() (threads, unseen uint32) {
	c.orders.mu.Lock()
	defer c.orders.mu.Unlock()
	if !c.orders.counted {
		seen := make(map[uint64]bool, len(c.uids))
		for i, t := range c.thread {
			seen[t] = seen[t] || c.flags[i]&1 == 0
		}
		c.orders.counted, c.orders.threads, c.orders.unseen = true, uint32(len(seen)), 0
		for _, u := range seen {
			if u {
				c.orders.unseen++
			}
		}
	}
	return c.orders.threads, c.orders.unseen
}

// places gives where a message is; one message can be in a mailbox twice.
func (c *columns) places(message uint64) []int32 {
	by := c.byMessage()
	from, found := slices.BinarySearchFunc(by, message, func(i int32, m uint64) int { return compare(c.message[i], m) })
	if !found {
		return nil
	}
	to := from + 1
	for to < len(by) && c.message[by[to]] == message {
		to++
	}
	return by[from:to]
}
