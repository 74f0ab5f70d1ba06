package scope

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"sekisho"
)

// Given says how many marks of one kind there were, and which: equal hashes are equal marks.
type Given struct {
	Kind  string `json:"kind"` // session, address, account, key
	Count int    `json:"count"`
	Hash  string `json:"hash"`
}

func given(in *Indicators) []Given {
	out := []Given{}
	for _, x := range []struct {
		kind  string
		marks []Mark
	}{{"session", in.Sessions}, {"address", in.Addresses}, {"account", in.Accounts}, {"key", in.Keys}} {
		b, err := json.Marshal(x.marks)
		if err != nil {
			panic(err) // numbers and strings only
		}
		h := sha256.Sum256(b)
		out = append(out, Given{x.kind, len(x.marks), hex.EncodeToString(h[:])})
	}
	return out
}

// Difference says how a scope became another one.
type Difference struct {
	Inputs  []string `json:"inputs"`  // what differs of what the two were computed from
	Changes []Change `json:"changes"` // by level, class and cause
}

// Change is a group of contracts that came to a level and class, or left it, for one cause.
type Change struct {
	Level     string `json:"level"`
	Class     string `json:"class"` // "" for all classes together
	Do        string `json:"change"`
	Cause     string `json:"cause"`
	Contracts []Run  `json:"contracts"`
	Count     uint64 `json:"count"`    // of contracts
	Accounts  uint64 `json:"accounts"` // that came or left with this change; only where no cause splits the class
}

// Diff compares two scopes, the earlier one first.
func Diff(old, new *Result) Difference {
	d := Difference{Inputs: inputs(old, new), Changes: []Change{}}
	for l := Reachable; l <= Confirmed; l++ {
		for c := range 256 {
			a, b := old.Levels[l].Class(sekisho.Class(c)), new.Levels[l].Class(sekisho.Class(c))
			if a != nil || b != nil {
				d.class(l, sekisho.Class(c), a, b, old, new)
			}
		}
		d.add(Change{Level: l.String(), Do: "added", Cause: "union"}, roaring64.AndNot(new.Levels[l].Contracts.Bitmap, old.Levels[l].Contracts.Bitmap),
			roaring64.AndNot(new.Levels[l].Accounts.Bitmap, old.Levels[l].Accounts.Bitmap))
		d.add(Change{Level: l.String(), Do: "removed", Cause: "union"}, roaring64.AndNot(old.Levels[l].Contracts.Bitmap, new.Levels[l].Contracts.Bitmap),
			roaring64.AndNot(old.Levels[l].Accounts.Bitmap, new.Levels[l].Accounts.Bitmap))
	}
	return d
}

func (d *Difference) add(c Change, contracts, accounts *roaring64.Bitmap) {
	if contracts.IsEmpty() && (accounts == nil || accounts.IsEmpty()) {
		return
	}
	c.Contracts, c.Count = Runs(contracts), contracts.GetCardinality()
	if accounts != nil {
		c.Accounts = accounts.GetCardinality()
	}
	d.Changes = append(d.Changes, c)
}

// class compares one class of one level and groups what changed by its cause.
func (d *Difference) class(l Level, class sekisho.Class, a, b *Class, old, new *Result) {
	none := &Class{Contracts: newSet(), Accounts: newSet()}
	a, b = cmp.Or(a, none), cmp.Or(b, none)
	for _, way := range []struct {
		do       string
		from, to *Class
		at       *Result
	}{{"added", a, b, new}, {"removed", b, a, old}} {
		contracts := roaring64.AndNot(way.to.Contracts.Bitmap, way.from.Contracts.Bitmap)
		accounts := roaring64.AndNot(way.to.Accounts.Bitmap, way.from.Accounts.Bitmap)
		groups := map[string]*roaring64.Bitmap{}
		for k := range roaring64.Values(contracts) {
			why := d.cause(l, way.do, reasonOf(way.to, k), old, new)
			if groups[why] == nil {
				groups[why] = roaring64.New()
			}
			groups[why].Add(k)
		}
		if len(groups) == 0 && !accounts.IsEmpty() { // more accounts of the same contracts
			groups[d.cause(l, way.do, 0, old, new)] = roaring64.New()
		}
		var names []string
		for why := range groups {
			names = append(names, why)
		}
		slices.Sort(names)
		for _, why := range names {
			c := Change{Level: l.String(), Class: class.String(), Do: way.do, Cause: why}
			if len(groups) > 1 {
				d.add(c, groups[why], nil)
			} else {
				d.add(c, groups[why], accounts)
			}
		}
	}
}

func reasonOf(c *Class, contract uint64) Reason {
	i, found := slices.BinarySearchFunc(c.Lines, contract, func(l Line, k uint64) int { return cmp.Compare(l.Contract, k) })
	if !found {
		return 0
	}
	return c.Lines[i].Reason
}

// inputs names what differs of what two scopes were computed from.
func inputs(old, new *Result) []string {
	out := []string{}
	differ := func(name string, is bool) {
		if is {
			out = append(out, name)
		}
	}
	differ("engine", old.Engine != new.Engine)
	differ("window", old.Window != new.Window)
	differ("component", !slices.Equal(watched(old), watched(new)))
	for i, g := range new.Marks {
		differ(g.Kind, i < len(old.Marks) && old.Marks[i] != g)
	}
	differ("gap", !slices.EqualFunc(absent(old), absent(new), func(a, b Missing) bool { return a.First == b.First && a.Last == b.Last }))
	differ("graph", old.Graph != new.Graph)
	differ("ledger", old.Checkpoint != new.Checkpoint || !slices.Equal(extents(old), extents(new)))
	return out
}

func watched(r *Result) (out []string) {
	for _, c := range r.Components {
		out = append(out, c.Component+" "+c.Stream)
	}
	return out
}

func absent(r *Result) (out []Missing) {
	for _, c := range r.Components {
		out = append(out, c.Missing...)
	}
	return out
}

func extents(r *Result) (out [][2]uint64) {
	for _, c := range r.Components {
		out = append(out, [2]uint64{c.First, c.Last})
	}
	return out
}

// cause is what made a contract come or go: the input that differs and that its reasons point to, else the first that can
// have done it at all.
func (d *Difference) cause(l Level, do string, r Reason, old, new *Result) string {
	differs := func(name string) bool { return slices.Contains(d.Inputs, name) }
	for _, x := range []struct {
		reason Reason
		input  string
		added  string
		gone   string
	}{
		{BySession, "session", "new session", "session withdrawn"},
		{ByAddress, "address", "new address", "address withdrawn"},
		{ByAccount, "account", "new account", "account withdrawn"},
		{ByKey, "key", "new key", "key withdrawn"},
		{ByGap | ByRetention | ByDamage | ByEmergency, "gap", "rows missing", "gap closed"},
		{ByLease | ByGraph, "graph", "other facts", "other facts"},
	} {
		if r&x.reason != 0 && differs(x.input) {
			return pick(do, x.added, x.gone)
		}
	}
	for _, x := range []struct{ input, added, gone string }{
		{"component", "new component", "component withdrawn"},
		{"window", "wider window", "narrower window"},
		{"session", "other judgement of sessions", "other judgement of sessions"},
		{"address", "other judgement of addresses", "other judgement of addresses"},
		{"gap", "rows missing", "gap closed"},
		{"account", "new account", "account withdrawn"},
		{"key", "new key", "key withdrawn"},
		{"graph", "other facts", "other facts"},
		{"ledger", "more of the ledger", "other ledger"},
		{"engine", "other rules", "other rules"},
	} {
		marks := x.input == "session" || x.input == "address"
		if differs(x.input) && (l == Confirmed || !marks) {
			return pick(do, x.added, x.gone)
		}
	}
	return "unknown"
}

func pick(do, added, gone string) string {
	if do == "added" {
		return added
	}
	return gone
}
