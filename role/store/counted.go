package store

import (
	"sync"
	"time"

	"sekisho"
)

// counted remembers the counts of hours and days that are over, so that a page which shows a day and is open does not have the
// whole day counted every few seconds.
type counted struct {
	mu   sync.Mutex // guards what follows
	list map[countedKey]map[string]uint64
}

type countedKey struct {
	contract sekisho.ContractID // 0: all
	step     time.Duration
	start    time.Time
}

// settled is how long after its end a step may still get mail: the time of a mail is when its dialogue began. mostCountedSteps bounds
// the memory.
const (
	settled          = 30 * time.Minute
	mostCountedSteps = 20_000
)

// get gives the counts of a step, if they are known.
func (c *counted) get(k countedKey) (map[string]uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, known := c.list[k]
	return m, known
}

// put remembers the counts of a step.
func (c *counted) put(k countedKey, m map[string]uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list == nil || len(c.list) >= mostCountedSteps {
		c.list = map[countedKey]map[string]uint64{}
	}
	c.list[k] = m
}

// forget forgets everything: a contract has ended.
func (c *counted) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
}

// known fills a count with the first steps that are remembered, and gives the time from which on it has to be counted.
func (c *counting) known(from *counted, k countedKey) time.Time {
	for i := range c.n {
		k.start = c.from.Add(time.Duration(i) * c.step)
		m, known := from.get(k)
		if !known {
			return k.start
		}
		for name, n := range m {
			c.plus(i, name, n)
		}
		c.first = i + 1
	}
	return c.from.Add(time.Duration(c.n) * c.step)
}

// remember keeps the steps that were counted, up to whole, and are over.
func (c *counting) remember(in *counted, k countedKey, whole int, now time.Time) {
	if c.step < time.Hour {
		return
	}
	for i := c.first; i < whole; i++ {
		k.start = c.from.Add(time.Duration(i) * c.step)
		if now.Sub(k.start) < c.step+settled {
			return
		}
		m := map[string]uint64{}
		for name, values := range c.series {
			if values[i] > 0 {
				m[name] = values[i]
			}
		}
		in.put(k, m)
	}
}
