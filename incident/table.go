package incident

import (
	"slices"

	"sekisho"
	"sekisho/ledger/scope"
)

// Line is one contract and class of a scope, as tables have it.
type Line struct {
	Contract   uint64 `json:"contract" parquet:"contract"`
	Name       string `json:"name" parquet:"name"`
	Terminated bool   `json:"terminated" parquet:"terminated"`
	Class      string `json:"class" parquet:"class,dict"`
	Verdict    string `json:"verdict" parquet:"verdict,dict"`
	Reasons    string `json:"reasons" parquet:"reasons,dict"` // separated by blanks
	Entries    uint64 `json:"entries" parquet:"entries"`
	Objects    uint64 `json:"objects" parquet:"objects"`
	Bytes      uint64 `json:"bytes" parquet:"bytes"`
}

// Names gives contracts their names; nil gives none.
type Names map[uint64]string

// Lines are all contracts and classes down to a level, by contract. The figures are those of the level of the verdict.
func Lines(r *scope.Result, level scope.Level, names Names) []Line {
	var out []Line
	for i := range r.Levels[level].Classes {
		c := &r.Levels[level].Classes[i]
		class := sekisho.Class(c.Class)
		exposed, confirmed := index(r.Levels[scope.Exposed].Class(class)), index(r.Levels[scope.Confirmed].Class(class))
		for _, run := range scope.Runs(c.Contracts.Bitmap) {
			for k := run[0]; k-run[0] < run[1]; k++ {
				v, why := r.Verdict(sekisho.ContractID(k), class)
				l := Line{Contract: k, Name: names[k], Terminated: r.Terminated.Contains(k), Class: class.String(), Verdict: v.String(), Reasons: join(why)}
				x, found := confirmed[k]
				if !found {
					x = exposed[k]
				}
				l.Entries, l.Objects, l.Bytes = x.Entries, x.Objects, x.Bytes
				out = append(out, l)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		switch {
		case a.Contract < b.Contract:
			return -1
		case a.Contract > b.Contract:
			return 1
		}
		return 0
	})
	return out
}

func index(c *scope.Class) map[uint64]scope.Line {
	out := map[uint64]scope.Line{}
	if c != nil {
		for _, l := range c.Lines {
			out[l.Contract] = l
		}
	}
	return out
}
