package phish

import (
	"strings"
	"sync"
)

// phrase is one phrase of a topic.
type phrase struct {
	text string
	of   topic
}

// lexicon finds phrases by how they begin.
type lexicon struct {
	begin [1 << 10]uint64     // filter: bits
	list  map[string][]phrase // by their first four bytes
}

var phrases = sync.OnceValue(func() *lexicon {
	x := &lexicon{list: make(map[string][]phrase)}
	for of, line := range lures {
		for t := range strings.SplitSeq(line+"|"+tongues[of], "|") {
			if len(t) < shortest {
				continue
			}
			k := t[:shortest]
			x.list[k] = append(x.list[k], phrase{t, topic(of)})
			h := spot(k)
			x.begin[h>>6] |= 1 << (h & 63)
		}
	}
	return x
})

// shortest is the fewest bytes of a phrase; shorter ones in the tables are padded by what they stand before.
const shortest = 3

// spot is the place of the first bytes of a phrase in the filter.
func spot(s string) uint32 {
	return (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16) * 0x9e3779b1 >> 16
}

// found is what a text says: which topics, by which words first, and how many different phrases.
type found struct {
	by    [topics]string
	count [topics]int
}

// has says whether a topic is there.
func (f *found) has(t topic) bool { return f.count[t] > 0 }

// look finds the topics of a folded text.
func look(text string) *found {
	x, f := phrases(), &found{}
	text = flat(text)
	seen := make(map[string]bool, 16)
	for i := 0; i+shortest <= len(text); i++ {
		c := text[i]
		if c >= 0x80 && c < 0xc0 || i > 0 && latin(c) && latin(text[i-1]) {
			continue
		}
		if h := spot(text[i:]); x.begin[h>>6]>>(h&63)&1 == 0 {
			continue
		}
		for _, p := range x.list[text[i:i+shortest]] {
			if stands(text[i:], p.text) && !seen[p.text] {
				seen[p.text] = true
				if f.count[p.of]++; f.count[p.of] == 1 {
					f.by[p.of] = p.text
				}
			}
		}
	}
	return f
}

// stands says whether a text begins with a phrase, as whole words.
func stands(text, phrase string) bool {
	n := len(phrase)
	return strings.HasPrefix(text, phrase) && (n == len(text) || !latin(text[n-1]) || !latin(text[n]))
}

// flat is a text in which every white space is one blank.
func flat(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\n' || c == '\r' || c == '\t' || c == ' ' {
			if n := len(out); n == 0 || out[n-1] == ' ' {
				continue
			}
			c = ' '
		}
		out = append(out, c)
	}
	return string(out)
}

// latin says whether a byte belongs to a word in Latin letters.
func latin(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
