package scope

import (
	"slices"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Row is one row of the ledger with what it means for a contract.
type Row struct {
	Stream ledger.Stream
	Number uint64 // in its stream
	Level  Level  // Exposed or Confirmed
	Reason Reason
	Entry  ledger.Entry
	Bytes  []byte   // the canonical row; valid only during the call
	Key    [32]byte // of its block
}

// Rows calls f with all rows that exposed something of a contract, stream by stream, in their order. The same inputs as
// those of Compute give the rows that its figures count.
func Rows(src Source, in *Indicators, g *Graph, contract sekisho.ContractID, f func(Row) error) error {
	e := &engine{src: src, in: in, graph: g, reused: map[uint64]bool{}}
	e.Workers = 1
	e.marks = marksOf(in)
	if err := e.list(); err != nil {
		return err
	}
	t, err := e.scan()
	if err != nil {
		return err
	}
	e.reused = t.reused(e.marks.sessions)
	w := newWorker(e)
	w.only, w.emit = uint64(contract), f
	for _, j := range e.jobs() {
		if err := w.look(j); err != nil {
			return err
		}
	}
	return nil
}

// told hands a row to whoever asked for the rows of one contract.
func (w *worker) told(i int, f Reason) error {
	if l := level(f); l <= Confirmed {
		var err error
		if w.canonical == nil {
			if w.canonical, err = w.b.Rows(w.canonical); err != nil {
				return err
			}
		}
		row := w.canonical[i*ledger.RowLen : (i+1)*ledger.RowLen]
		e, err := ledger.ParseRow(row)
		if err != nil {
			return err
		}
		return w.emit(Row{w.b.Stream, w.b.First + uint64(i), l, f & (endOfReasons - 1), e, row, w.b.Key})
	}
	return nil
}

// concerns says whether a block can have rows that are asked for.
func (w *worker) concerns() (bool, error) {
	w.canonical = nil
	if w.emit == nil {
		return true, nil
	}
	contracts, err := w.b.Field(block.Contract)
	return slices.Contains(contracts, w.only), err
}
