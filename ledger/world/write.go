package world

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"sekisho/ledger"
	"sekisho/ledger/block"
	"sekisho/ledger/book"
)

// Writer takes the files of a world. It is called from several goroutines, never twice for one name, and must not keep data.
type Writer func(name string, data []byte) error

// Write writes the ledger with its trees, heads and a signed checkpoint, indicators.json, graph.json, names.csv and truth/truth.json. workers streams are made at a time;
// progress, if not nil, is told how many rows of how many are done, from any goroutine.
func (w *World) Write(put Writer, workers int, progress func(done, total uint64)) error {
	var mu sync.Mutex // guards what follows
	var failed error
	done := uint64(0)
	next := make(chan int)
	w.heads = make([][]ledger.Head, len(w.streams))
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

// stream writes the blocks of one stream and its tree, and notes a head for each block.
func (w *World) stream(e *block.Encoder, i int, put Writer, told func(rows uint64)) error {
	h := block.Head{Stream: w.streams[i].Stream}
	dir := path.Join(book.Streams, h.Stream.String())
	var buf []byte
	var edge ledger.Edge
	var kept []ledger.Hash
	err := w.Rows(i, block.Max, func(rows []byte) error {
		binary.LittleEndian.PutUint64(h.Key[:], w.seed)
		binary.LittleEndian.PutUint64(h.Key[8:], uint64(i))
		binary.LittleEndian.PutUint64(h.Key[16:], h.First)
		var err error
		if buf, err = e.Encode(buf[:0], h, rows); err != nil {
			return err
		}
		if err := put(path.Join(dir, book.BlockName(h.First)), buf); err != nil {
			return err
		}
		kept = edge.AddRows(ledger.NewBlinder(h.Key), rows, kept)
		last, err := ledger.ParseRow(rows[len(rows)-ledger.RowLen:])
		if err != nil {
			return err
		}
		n := uint64(len(rows) / ledger.RowLen)
		h.First += n
		w.heads[i] = append(w.heads[i], ledger.Head{Stream: h.Stream, Size: h.First, Time: last.Time, Root: edge.Root()})
		told(n)
		return nil
	})
	if err != nil {
		return err
	}
	return put(path.Join(dir, book.Tree), bytesOf(kept))
}

func bytesOf(hashes []ledger.Hash) []byte {
	out := make([]byte, 0, len(hashes)*len(ledger.Hash{}))
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out
}

// sign writes the head log and the checkpoint over it. The key follows from the seed: it proves that nothing was changed
// since, not who made the world.
func (w *World) sign(put Writer) error {
	all := slices.Concat(w.heads...)
	slices.SortStableFunc(all, func(a, b ledger.Head) int { return cmp.Compare(a.Time, b.Time) })
	var edge ledger.Edge
	var kept []ledger.Hash
	var heads []byte
	for _, h := range all {
		row := h.Append(nil)
		heads = append(heads, row...)
		kept = edge.Grow(ledger.Leaf(row, nil), kept)
	}
	seed := sha256.Sum256(binary.LittleEndian.AppendUint64([]byte("sekisho drill"), w.seed))
	s, err := ledger.NewSigner("drill.example", ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{book.Heads, heads}, {book.HeadsTree, bytesOf(kept)}, {book.Key, []byte(s.String() + "\n")}, {book.Checkpoint, s.Sign(edge.Size, edge.Root())}} {
		if err := put(f.name, f.data); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) rest(put Writer) error {
	if err := w.sign(put); err != nil {
		return err
	}
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
