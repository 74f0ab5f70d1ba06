// Package gauge says how well scores tell unwanted mail from wanted: the area under the curve, and how much is caught
// while few wanted mails are suspected. It also makes the mails on which a result must hardly change: without what the
// receiving side wrote into their headers, and at another time.
package gauge

import (
	"cmp"
	"slices"
)

// Result is what an inspection said of one mail whose nature is known.
type Result struct {
	Score float64 // the higher, the more unwanted
	Bad   bool    // it is unwanted
	Kind  string  // what it is: "ham", "spam", "phish", ...
}

// Curve is how a set of results fares at every threshold.
type Curve struct {
	Good int     `json:"ham"`
	Bad  int     `json:"spam"`
	AUC  float64 `json:"auc"`          // the chance that an unwanted mail scores higher than a wanted one
	Miss float64 `json:"miss_percent"` // 1-AUC in per cent
	At01 float64 `json:"caught_0_1"`   // share of the unwanted that is caught while at most 0.1 % of the wanted is suspected
	At1  float64 `json:"caught_1"`     // the same at 1 %
	At5  float64 `json:"caught_5"`     // the same at 5 %
}

// Of sums results up. Equal scores count half for the area, and against the classifier for what is caught.
func Of(list []Result) Curve {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Result) int { return cmp.Compare(b.Score, a.Score) })
	var c Curve
	for i := range list {
		if list[i].Bad {
			c.Bad++
		} else {
			c.Good++
		}
	}
	if c.Bad == 0 || c.Good == 0 {
		return c
	}
	bad, good, lost := 0, 0, 0.0
	for i := 0; i < len(list); {
		b, g := 0, 0
		for s := list[i].Score; i < len(list) && list[i].Score == s; i++ {
			if list[i].Bad {
				b++
			} else {
				g++
			}
		}
		lost += float64(g) * (float64(c.Bad-bad-b) + float64(b)/2)
		bad, good = bad+b, good+g
		for _, at := range []struct {
			share  float64
			caught *float64
		}{{0.001, &c.At01}, {0.01, &c.At1}, {0.05, &c.At5}} {
			if float64(good) <= at.share*float64(c.Good) {
				*at.caught = float64(bad) / float64(c.Bad)
			}
		}
	}
	c.Miss = 100 * lost / float64(c.Good) / float64(c.Bad)
	c.AUC = 1 - c.Miss/100
	return c
}

// At is what a fixed threshold does: the share of the unwanted and of the wanted that score as much.
func At(list []Result, threshold float64) (caught, suspected float64) {
	var bad, good, hit, wrong int
	for _, r := range list {
		over := r.Score >= threshold
		switch {
		case r.Bad:
			bad++
			if over {
				hit++
			}
		default:
			good++
			if over {
				wrong++
			}
		}
	}
	return share(hit, bad), share(wrong, good)
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
