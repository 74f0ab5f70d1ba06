package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sekisho"
	"sekisho/wire"
)

// parallel runs f b.N times from many callers.
func parallel(b *testing.B, callers int, f func(i int64)) {
	var n atomic.Int64
	var wg sync.WaitGroup
	var before, after syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	b.ResetTimer()
	for range callers {
		wg.Go(func() {
			for {
				i := n.Add(1) - 1
				if i >= int64(b.N) {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/call")
}

// BenchmarkAccept is one small mail per call from 50 callers, to a mailbox with 0 or 50,000 messages.
func BenchmarkAccept(b *testing.B) {
	for _, have := range []int{0, 50000} {
		b.Run(fmt.Sprintf("mailbox=%d", have), func(b *testing.B) {
			w := newWorld(b, "")
			w.account("user0")
			if have > 0 {
				w.mail("user0", "", have)
				w.selected("user0", "", 0)
			}
			w.mail("bob", "", 50000-have) // the database is as large in both cases
			first := w.lease(uint64(b.N))
			list := make([]wire.Accept, b.N)
			for i := range list {
				who := "user0"
				a := w.arrival(first+sekisho.MessageID(i), w.to(who))
				a.Sealed.Boxes = []wire.Box{{Account: w.accounts[who], Key: wire.AccountKey, Sealed: make([]byte, 1200)}}
				a.Sealed.Body = make([]byte, 4000)
				list[i].Messages = []wire.Arrival{a}
			}
			parallel(b, 50, func(i int64) {
				if _, err := wire.StoreAccept.Ask(context.Background(), w.gate, list[i]); err != nil {
					b.Error(err)
				}
			})
		})
	}
}

func bigMailbox(b *testing.B, n int) *world {
	w := newWorld(b, "")
	w.mail("bob", "", n)
	return w
}

// BenchmarkSelect gives the columns of 50,000 messages.
func BenchmarkSelect(b *testing.B) {
	w := bigMailbox(b, 50000)
	w.selected("bob", "", 0)
	for b.Loop() {
		w.selected("bob", "", 0)
	}
}

// BenchmarkFetch reads 256 whole messages of 4 KB per call.
func BenchmarkFetch(b *testing.B) {
	w := bigMailbox(b, 20000)
	box := w.selected("bob", "", 0).Mailbox.ID
	var messages atomic.Int64
	parallel(b, 4, func(i int64) {
		q := wire.Fetch{Pass: w.pass("bob"), Mailbox: box, Want: wire.Want{Summary: true, Header: true, Body: true}}
		for k := range 256 {
			q.UIDs = append(q.UIDs, sekisho.UID(1+(int(i)*256+k)%20000))
		}
		messages.Add(int64(len(ask(w, wire.StoreFetch, w.reader, q).Messages)))
	})
	b.ReportMetric(float64(messages.Load())/b.Elapsed().Seconds(), "messages/s")
}

// BenchmarkFlag marks one message as read per call, from 20 callers.
func BenchmarkFlag(b *testing.B) {
	w := bigMailbox(b, 5000)
	box := w.selected("bob", "", 0).Mailbox.ID
	parallel(b, 20, func(i int64) {
		do := "add"
		if i/5000%2 == 1 {
			do = "remove"
		}
		ask(w, wire.StoreFlag, w.reader, wire.Flag{Pass: w.pass("bob"), Mailbox: box, UIDs: []sekisho.UID{sekisho.UID(1 + i%5000)}, Do: do, Flags: wire.FlagSeen})
	})
}

// BenchmarkQueue takes a mail for the outside, leases it and reports it sent, 50 callers taking and one posting.
func BenchmarkQueue(b *testing.B) {
	w := newWorld(b, "")
	first := w.lease(uint64(b.N))
	list := make([]wire.Accept, b.N)
	for i := range list {
		a := w.arrival(first+sekisho.MessageID(i), wire.Delivery{Recipient: "x@y.example", Fate: wire.FateQueue})
		list[i].Messages = []wire.Arrival{a}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for sent := 0; sent < b.N; {
			due := ask(w, wire.StoreDue, w.post, wire.DueQuery{Most: 200, Lease: time.Minute, Wait: time.Second})
			var out wire.Outcomes
			for _, it := range due.Items {
				out.Items = append(out.Items, wire.Outcome{ID: it.ID, State: "sent", Code: 250})
			}
			if sent += len(due.Items); len(due.Items) > 0 {
				ask(w, wire.StoreOutcome, w.post, out)
			}
		}
	})
	parallel(b, 50, func(i int64) {
		if _, err := wire.StoreAccept.Ask(context.Background(), w.gate, list[i]); err != nil {
			b.Error(err)
		}
	})
	wg.Wait()
}
