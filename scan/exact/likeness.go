package exact

import (
	"encoding/binary"
	"errors"
	"slices"
	"unicode"

	"sekisho"
	"sekisho/search"
)

// A likeness is keyed fingerprints of a document: of its runs of 12 letters, those that are least among 8 neighbours
// (winnowing: Schleimer, Wilkerson and Aiken, 2003). Any run of 19 letters that two texts share gives them a fingerprint in
// common, wherever it stands and however spaces, marks and case differ.
const (
	gram, window = 12, 8
	mostPrints   = 100_000 // of one document
)

// prints are the fingerprints of a folded text, in order, each once.
func (k Key) prints(folded string) []uint64 {
	var letters []byte
	var starts []int
	for _, r := range folded {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			starts = append(starts, len(letters))
			letters = append(letters, string(r)...)
		}
	}
	starts = append(starts, len(letters))
	fast := k.fast()
	var sums []uint64
	for i := 0; i+gram < len(starts); i++ {
		sums = append(sums, fast.sum(letters[starts[i]:starts[i+gram]]))
	}
	var out []uint64
	last := -1
	for i := 0; i+window <= len(sums) && len(out) < mostPrints; i++ {
		least := i
		for n := i; n < i+window; n++ {
			if sums[n] <= sums[least] {
				least = n
			}
		}
		if least != last {
			out = append(out, sums[least])
			last = least
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Document gives the fingerprints of a document as they are handed over. The error is Invalid for one with less than some
// fifty words: it would resemble too much.
func Document(key Key, text string) ([]byte, error) {
	if len(key) != KeySize {
		return nil, sekisho.E("exact", sekisho.Invalid, errors.New("the key has another size"))
	}
	list := key.prints(search.Fold(text))
	if len(list) < 20 {
		return nil, sekisho.E("exact", sekisho.Invalid, errors.New("the document is too short to be told from others"))
	}
	out := make([]byte, 0, 8*len(list))
	for _, p := range list {
		out = binary.LittleEndian.AppendUint64(out, p)
	}
	return out, nil
}

// Share is how much of a document stands in a folded text: 0 to 1. Documents are what Document gave.
func Share(key Key, document []byte, folded string) float64 {
	n := len(document) / 8
	if n == 0 {
		return 0
	}
	have := key.prints(folded)
	common := 0
	for i := range n {
		if _, ok := slices.BinarySearch(have, binary.LittleEndian.Uint64(document[8*i:])); ok {
			common++
		}
	}
	return float64(common) / float64(n)
}
