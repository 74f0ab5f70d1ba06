package post

import (
	"testing"
	"time"

	"sekisho"
	"sekisho/mail/dsn"
	"sekisho/wire"
)

// The table in the comment of conclude, and who is told.
func TestConclude(t *testing.T) {
	p := New(Config{}, Peers{})
	now := time.Unix(1_800_000_000, 0)
	vouched := sekisho.Envelope{From: "ann@mori.example", Vouched: true}
	for name, x := range map[string]struct {
		result result
		age    time.Duration
		change func(*wire.QueueItem)
		state  string
		notice dsn.Action
	}{
		"sent":                        {result{sent: true, code: 250}, 0, nil, "sent", ""},
		"sent, asked to be told":      {result{sent: true, code: 250}, 0, func(i *wire.QueueItem) { i.Notify = "SUCCESS,FAILURE" }, "sent", dsn.Relayed},
		"refused":                     {result{code: 550}, 0, nil, "failed", dsn.Failed},
		"refused, wants no notice":    {result{code: 550}, 0, func(i *wire.QueueItem) { i.Notify = "NEVER" }, "failed", ""},
		"refused, null sender":        {result{code: 550}, 0, func(i *wire.QueueItem) { i.Envelope.From = "" }, "failed", ""},
		"refused, sender not vouched": {result{code: 550}, 0, func(i *wire.QueueItem) { i.Envelope.Vouched = false }, "failed", ""},
		"passing":                     {result{code: 450}, time.Hour, nil, "waiting", ""},
		"no server":                   {result{}, time.Hour, nil, "waiting", ""},
		"passing for long":            {result{code: 450}, 5 * time.Hour, nil, "waiting", dsn.Delayed},
		"passing, told already":       {result{code: 450}, 5 * time.Hour, func(i *wire.QueueItem) { i.Warned = true }, "waiting", ""},
		"passing for too long":        {result{code: 450}, 6 * 24 * time.Hour, nil, "failed", dsn.Failed},
		"no server for too long":      {result{}, 6 * 24 * time.Hour, nil, "failed", dsn.Failed},
	} {
		i := wire.QueueItem{ID: 7, Recipient: "kim@far.example", Envelope: vouched, Arrived: now.Add(-x.age)}
		if x.change != nil {
			x.change(&i)
		}
		o, n := p.conclude(i, x.result, now)
		if o.State != x.state || o.ID != 7 {
			t.Errorf("%s: %+v", name, o)
		}
		if (n != nil) != (x.notice != "") || n != nil && n.Action != x.notice {
			t.Errorf("%s: notice %+v", name, n)
		}
		if o.State == "waiting" && !o.Next.After(now) {
			t.Errorf("%s: tried again at %v", name, o.Next)
		}
	}
}

// Pauses double up to the longest, and no two are alike for long.
func TestBackoff(t *testing.T) {
	p := New(Config{First: time.Minute, Longest: time.Hour}, Peers{})
	for n, want := range map[int]time.Duration{0: time.Minute, 1: 2 * time.Minute, 5: 32 * time.Minute, 6: time.Hour, 100: time.Hour} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := p.backoff(n)
			if d > want || d < want*4/5 {
				t.Errorf("pause %d is %v, about %v is right", n, d, want)
			}
			seen[d] = true
		}
		if len(seen) < 10 {
			t.Errorf("pause %d: no chance in it", n)
		}
	}
}
