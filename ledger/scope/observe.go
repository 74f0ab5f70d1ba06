package scope

import (
	"cmp"
	"fmt"
	"slices"

	"sekisho"
	"sekisho/ledger"
	"sekisho/ledger/block"
)

// Observe completes the contracts of a graph from the ledger itself: accounts and contracts whose keys were made but that are
// no more, and when contracts were terminated. It reads the streams of the roles that make and destroy keys.
func Observe(src Source, g *Graph) error {
	o := observer{g: g, index: map[sekisho.ContractID]int{}, accounts: map[sekisho.ContractID][]uint64{}}
	for i, c := range g.Contracts {
		o.index[c.ID] = i
	}
	streams, err := src.Streams()
	if err != nil {
		return err
	}
	for _, s := range streams {
		if s.Role != sekisho.Admin && s.Role != sekisho.Vault {
			continue
		}
		blocks, err := src.Blocks(s)
		if err != nil {
			return err
		}
		for _, first := range blocks {
			if err := o.block(src, s, first); err != nil {
				return fmt.Errorf("reading who exists: %w", err)
			}
		}
	}
	o.finish()
	return nil
}

type observer struct {
	g        *Graph
	index    map[sekisho.ContractID]int
	accounts map[sekisho.ContractID][]uint64
}

func (o *observer) block(src Source, s ledger.Stream, first uint64) error {
	var b block.Block
	f, err := src.Open(&b, s, first)
	if err != nil {
		return err
	}
	defer f.Close()
	acts, err := b.Acts()
	if err != nil || !slices.ContainsFunc(acts, func(a block.What) bool { return a.Kind == ledger.KeyMade || a.Kind == ledger.Termination }) {
		return err
	}
	rows, err := b.Rows(nil)
	if err != nil {
		return err
	}
	for ; len(rows) > 0; rows = rows[ledger.RowLen:] {
		e, err := ledger.ParseRow(rows[:ledger.RowLen])
		if err != nil {
			return err
		}
		if e.Contract == 0 || e.Kind != ledger.KeyMade && e.Kind != ledger.Termination {
			continue
		}
		o.contract(e)
	}
	return nil
}

func (o *observer) contract(e ledger.Entry) {
	i, known := o.index[e.Contract]
	if !known {
		i = len(o.g.Contracts)
		o.index[e.Contract] = i
		o.g.Contracts = append(o.g.Contracts, Contract{ID: e.Contract, Status: []Standing{{Status: sekisho.Active.String(), Span: Span{From: 1}}}})
	}
	if e.Account != 0 {
		o.accounts[e.Contract] = append(o.accounts[e.Contract], uint64(e.Account))
	}
	if e.Kind == ledger.Termination {
		o.g.Contracts[i].Status = []Standing{{Status: sekisho.Active.String(), Span: Span{From: 1, To: Instant(e.Time)}},
			{Status: sekisho.Terminated.String(), Span: Span{From: Instant(e.Time)}}}
	}
}

func (o *observer) finish() {
	for k, list := range o.accounts {
		c := &o.g.Contracts[o.index[k]]
		for _, r := range c.Accounts {
			for a := r[0]; a-r[0] < r[1]; a++ {
				list = append(list, a)
			}
		}
		c.Accounts = RunsOf(list)
	}
	slices.SortFunc(o.g.Contracts, func(a, b Contract) int { return cmp.Compare(a.ID, b.ID) })
}

// RunsOf are the runs of a list of numbers in any order.
func RunsOf(list []uint64) []Run {
	slices.Sort(list)
	out := []Run{}
	for _, v := range slices.Compact(list) {
		if n := len(out); n > 0 && out[n-1][0]+out[n-1][1] == v {
			out[n-1][1]++
		} else {
			out = append(out, Run{v, 1})
		}
	}
	return out
}
