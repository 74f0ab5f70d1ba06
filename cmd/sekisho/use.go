package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
)

// use measures what a piece of work takes.
type use struct{ cpu float64 }

// startUse begins to measure: memory that earlier work left is given back first, and the kernel's peak is begun anew.
func startUse() use {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // where it is refused, the peak is that of the whole process
	return use{cpuSeconds()}
}

// end is what was used: CPU seconds, and the most memory resident at a time in megabytes.
func (u use) end() (cpu, peak float64) { return cpuSeconds() - u.cpu, peakMB() }

func cpuSeconds() float64 {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

func peakMB() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(b, []byte("VmHWM:"))
	fields := strings.Fields(string(rest))
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb / 1024
}

// bar tells on a terminal how far a long piece of work is, at most four times a second and not before a second is over. It
// may be called from any goroutine.
func bar(w io.Writer, what string) func(done, total int) {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return func(int, int) {}
	}
	var mu sync.Mutex // guards last and shown
	last, shown := time.Now().Add(750*time.Millisecond), false
	return func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if done >= total && shown {
			fmt.Fprintf(f, "\r\x1b[K")
			shown = false
			return
		}
		if time.Since(last) < 250*time.Millisecond {
			return
		}
		last, shown = time.Now(), true
		const width = 30
		n := width * done / max(1, total)
		fmt.Fprintf(f, "\r%s [%s%s] %d%%", what, strings.Repeat("#", n), strings.Repeat(".", width-n), 100*done/max(1, total))
	}
}
