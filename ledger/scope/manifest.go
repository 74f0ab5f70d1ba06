package scope

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"sekisho"
)

// Manifest is the result as canonical bytes: the same ledger, indicators, graph and engine give the same bytes.
func (r *Result) Manifest() ([]byte, error) {
	b, err := json.Marshal(r)
	return append(b, '\n'), err
}

// ParseManifest reads a manifest and checks its invariants. Bytes that are not canonical are refused, so that one scope has
// one hash.
func ParseManifest(b []byte) (*Result, error) {
	r := new(Result)
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if err := r.whole(); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	again, err := r.Manifest()
	if err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("manifest: it was altered: its bytes are not what its content gives")
	}
	return r, r.Check()
}

// whole finds sets that are not there.
func (r *Result) whole() error {
	sets := []Set{r.Terminated}
	for _, l := range r.Levels {
		sets = append(sets, l.Contracts, l.Accounts)
		for _, c := range l.Classes {
			sets = append(sets, c.Contracts, c.Accounts)
		}
	}
	if slices.ContainsFunc(sets, func(s Set) bool { return s.Bitmap == nil }) {
		return fmt.Errorf("a set is missing")
	}
	return nil
}

// ManifestHash is the SHA-256 of a manifest: what is entered in the ledger.
func ManifestHash(manifest []byte) [32]byte { return sha256.Sum256(manifest) }

// Summary is a result in numbers, as commands print it.
type Summary struct {
	Reachable Figures `json:"reachable"`
	Exposed   Figures `json:"exposed"`
	Confirmed Figures `json:"confirmed"`
	Elsewhere Figures `json:"investigate"` // traces on components that nobody named; no part of the three
}

// Figures are those of one level. Contracts and Union are the same number, without duplicates; Sum adds the classes up.
type Figures struct {
	Contracts  uint64           `json:"contracts"`
	Accounts   uint64           `json:"accounts"`
	Classes    map[string]Count `json:"classes"`
	Union      uint64           `json:"union"`
	Sum        uint64           `json:"sum"`
	Terminated uint64           `json:"terminated"`
	Active     uint64           `json:"active"`
	Persons    *Persons         `json:"persons,omitempty"`
	Sets       *Sets            `json:"sets,omitempty"`
}

// Count are the figures of one class. Objects counts an object as often as it was opened.
type Count struct {
	Contracts uint64 `json:"contracts"`
	Accounts  uint64 `json:"accounts"`
	Objects   uint64 `json:"objects"`
	Bytes     uint64 `json:"bytes"`
	Sets      *Sets  `json:"sets,omitempty"`
}

// Sets are numbers as runs: first and count.
type Sets struct {
	Contracts []Run `json:"contracts"`
	Accounts  []Run `json:"accounts"`
}

// Summary counts. With sets, the numbers themselves are in it.
func (r *Result) Summary(sets bool) Summary {
	f := func(l Level) Figures {
		layer := &r.Levels[l]
		n := layer.Contracts.GetCardinality()
		ended := layer.Contracts.AndCardinality(r.Terminated.Bitmap)
		out := Figures{Contracts: n, Accounts: layer.Accounts.GetCardinality(), Classes: map[string]Count{}, Union: n, Terminated: ended, Active: n - ended}
		if l <= Confirmed {
			out.Persons = &r.Persons[l]
		}
		if sets {
			out.Sets = &Sets{Runs(layer.Contracts.Bitmap), Runs(layer.Accounts.Bitmap)}
		}
		for i := range layer.Classes {
			c := &layer.Classes[i]
			k := Count{Contracts: c.Contracts.GetCardinality(), Accounts: c.Accounts.GetCardinality()}
			for _, x := range c.Lines {
				k.Objects, k.Bytes = k.Objects+x.Objects, k.Bytes+x.Bytes
			}
			if sets {
				k.Sets = &Sets{Runs(c.Contracts.Bitmap), Runs(c.Accounts.Bitmap)}
			}
			out.Classes[sekisho.Class(c.Class).String()] = k
			out.Sum += k.Contracts
		}
		return out
	}
	return Summary{f(Reachable), f(Exposed), f(Confirmed), f(Elsewhere)}
}

// Runs are the runs of consecutive numbers of a set.
func Runs(b *roaring64.Bitmap) []Run {
	out := []Run{}
	for v := range roaring64.Values(b) {
		if n := len(out); n > 0 && out[n-1][0]+out[n-1][1] == v {
			out[n-1][1]++
		} else {
			out = append(out, Run{v, 1})
		}
	}
	return out
}
