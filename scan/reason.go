package scan

import (
	"math"
	"sort"

	"sekisho"
	"sekisho/scan/sentence"
	"sekisho/scan/spam"
)

// Reason says in words why a mail was judged as it was.
type Reason struct {
	Kind     sekisho.Kind `json:"kind"`
	Name     string       `json:"name"`
	Score    float64      `json:"score"`
	English  string       `json:"en"`
	Japanese string       `json:"ja"`
	Evidence string       `json:"evidence,omitempty"`
}

// Reasons are the findings that moved the score, the weightiest first, in words of both languages.
func Reasons(list []sekisho.Finding) []Reason {
	out := make([]Reason, 0, len(list))
	for i := range list {
		f := &list[i]
		if f.Score == 0 || !most(list, i) {
			continue
		}
		s, ok := sentence.Of(f.Name)
		if !ok {
			s = sentence.Sentence{English: string(f.Kind) + ": " + f.Name, Japanese: string(f.Kind) + ": " + f.Name}
			if f.Kind == sekisho.KindImpersonation || f.Kind == sekisho.KindURL {
				s = sentence.Sentence{English: "Imitates or hides an address (" + f.Name + ").", Japanese: "アドレスを偽装しているか隠しています(" + f.Name + ")。"}
			}
		}
		out = append(out, Reason{Kind: f.Kind, Name: f.Name, Score: math.Round(f.Score*1000) / 1000, English: s.English, Japanese: s.Japanese, Evidence: f.Evidence})
	}
	sort.SliceStable(out, func(i, j int) bool { return math.Abs(out[i].Score) > math.Abs(out[j].Score) })
	return out
}

// Probability is how likely a mail with that score is unwanted where as much unwanted as wanted mail comes.
func Probability(score float64) float64 { return spam.Probability(score) }

// Level names the three levels at which contracts act: "low" from 5 on, "middle" from 7.5, "high" from 10; "" below.
func Level(score float64) string {
	switch {
	case score >= 10:
		return "high"
	case score >= 7.5:
		return "middle"
	case score >= 5:
		return "low"
	}
	return ""
}
