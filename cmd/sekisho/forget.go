package main

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// How a process forgets: it looks every second whether it rests after work, and then collects garbage until nothing of the
// work is left. Buffers that are kept for reuse (sync.Pool) outlive two collections.
const (
	forgetPause = time.Second
	forgetTimes = 3
	forgetFrom  = 64 << 10 // bytes allocated since the last time that are worth it: a process at rest allocates less
)

// forget has the collector overwrite what requests have left behind, soon after the last one. It is of use only
// where the collector overwrites what it frees (supervise.Role.Forgets).
func (p *process) forget() {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	allocated := func() uint64 { metrics.Read(sample); return sample[0].Value.Uint64() }
	clean, last := uint64(0), allocated()
	for {
		select {
		case <-p.Done():
			return
		case <-time.After(forgetPause):
		}
		now := allocated()
		if now-last < forgetFrom && now-clean >= forgetFrom {
			for range forgetTimes {
				runtime.GC()
			}
			now = allocated()
			clean = now
		}
		last = now
	}
}
