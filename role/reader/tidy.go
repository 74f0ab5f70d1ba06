package reader

import (
	"context"
	"runtime/debug"
	"time"
)

// Connections that went idle have left big stacks and buffers behind them, and a process in which nothing happens collects
// no garbage: memory would stay at what the sign-ins took. So after a wave of them the memory is given back.
const (
	tidyEvery = time.Second
	tidyAfter = 32 // connections that went idle since the last time
)

// tidy looks once a second until ctx is done. It waits for the end of a wave, and forgets encapsulations that are used no more.
func (r *Reader) tidy(ctx context.Context) {
	var seen, done int64
	for tick := time.NewTicker(tidyEvery); ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}
		r.senders.Forget(r.config.Clock())
		now := r.idled.Load()
		if now == seen && now-done >= tidyAfter {
			debug.FreeOSMemory()
			done = now
		}
		seen = now
	}
}
