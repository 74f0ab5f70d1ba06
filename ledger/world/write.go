package world

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"sync"

	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Writer takes the files of a world. It is called from several goroutines, never twice for one name, and must not keep data.
type Writer func(name string, data []byte) error

// Write writes the ledger, indicators.json, graph.json, names.csv and truth/truth.json. workers streams are made at a time;
// progress, if not nil, is told how many rows of how many are done, from any goroutine.
func (w *World) Write(put Writer, workers int, progress func(done, total uint64)) error {
	var mu sync.Mutex // guards what follows
	var failed error
	done := uint64(0)
	next := make(chan int)
	var wg sync.WaitGroup
	for range max(1, workers) {
		wg.Go(func() {
			var e block.Encoder
			for i := range next {
				err := w.stream(&e, i, put, func(rows uint64) {
					mu.Lock()
					done += rows
					n := done
					mu.Unlock()
					if progress != nil {
						progress(n, w.Events)
					}
				})
				mu.Lock()
				if failed == nil {
					failed = err
				}
				mu.Unlock()
			}
		})
	}
	for i := range w.streams {
		next <- i
	}
	close(next)
	wg.Wait()
	if failed != nil {
		return failed
	}
	return w.rest(put)
}

// stream writes the blocks of one stream.
func (w *World) stream(e *block.Encoder, i int, put Writer, told func(rows uint64)) error {
	h := block.Head{Stream: w.streams[i].Stream}
	dir := path.Join("streams", h.Stream.String())
	var buf []byte
	return w.Rows(i, block.Max, func(rows []byte) error {
		binary.LittleEndian.PutUint64(h.Key[:], w.seed)
		binary.LittleEndian.PutUint64(h.Key[8:], uint64(i))
		binary.LittleEndian.PutUint64(h.Key[16:], h.First)
		var err error
		if buf, err = e.Encode(buf[:0], h, rows); err != nil {
			return err
		}
		if err := put(path.Join(dir, fmt.Sprintf("%016x.block", h.First)), buf); err != nil {
			return err
		}
		n := uint64(len(rows) / ledger.RowLen)
		h.First += n
		told(n)
		return nil
	})
}

func (w *World) rest(put Writer) error {
	for name, v := range map[string]any{"graph.json": w.Graph(), "indicators.json": w.Indicators(), "truth/truth.json": w.Truth} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := put(name, append(b, '\n')); err != nil {
			return err
		}
	}
	var names strings.Builder
	names.WriteString("contract,name\n")
	for k := range w.Contracts {
		fmt.Fprintf(&names, "%d,Customer %04d\n", k+1, k+1)
	}
	return put("names.csv", []byte(names.String()))
}
