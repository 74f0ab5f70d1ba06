// Package word finds many words in one pass over a text.
package word

// Word is a word, in lower case, and what it stands for.
type Word struct {
	Text string
	Of   int
}

// Automaton finds many words in one pass over a text (Aho and Corasick, 1975), with a full table of steps over the classes of
// bytes that the words have.
type Automaton struct {
	class [256]uint8 // 0: in no word
	width int        // how many classes
	next  []int32    // state*width + class
	ends  [][]int32  // words that end in a state, its own and those of its fallback
	words []Word     // what they are
}

// New makes an automaton; empty words are left out.
func New(words []Word) *Automaton {
	a := &Automaton{width: 1}
	for _, w := range words {
		if w.Text == "" {
			continue
		}
		a.words = append(a.words, w)
		for i := range len(w.Text) {
			if c := w.Text[i]; a.class[c] == 0 && a.width < 255 {
				a.class[c] = uint8(a.width)
				a.width++
			}
		}
	}
	for c := byte('A'); c <= 'Z'; c++ {
		a.class[c] = a.class[c+'a'-'A']
	}
	a.grow()
	a.link()
	return a
}

func (a *Automaton) state() int32 {
	for range a.width {
		a.next = append(a.next, 0)
	}
	a.ends = append(a.ends, nil)
	return int32(len(a.ends) - 1)
}

// grow makes the tree of the words.
func (a *Automaton) grow() {
	a.state()
	for i, w := range a.words {
		s := int32(0)
		for k := range len(w.Text) {
			at := int(s)*a.width + int(a.class[w.Text[k]])
			if a.next[at] == 0 {
				n := a.state() // moves next
				a.next[at] = n
			}
			s = a.next[at]
		}
		a.ends[s] = append(a.ends[s], int32(i))
	}
}

// link fills in where to go when no word goes on, nearest states first.
func (a *Automaton) link() {
	fall := make([]int32, len(a.ends))
	queue := []int32{0}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for c := 1; c < a.width; c++ {
			at := int(s)*a.width + c
			n := a.next[at]
			back := int32(0)
			if s != 0 {
				back = a.next[int(fall[s])*a.width+c]
			}
			if n == 0 {
				a.next[at] = back
				continue
			}
			fall[n] = back
			a.ends[n] = append(a.ends[n], a.ends[back]...)
			queue = append(queue, n)
		}
	}
}

// Find calls each for every place where a word stands, whatever the case of its Latin letters: what it stands for, where and
// how long it is.
func (a *Automaton) Find(t string, each func(of, at, n int)) {
	s := int32(0)
	for i := 0; i < len(t); i++ {
		c := a.class[t[i]]
		if c == 0 {
			s = 0
			continue
		}
		s = a.next[int(s)*a.width+int(c)]
		for _, w := range a.ends[s] {
			x := &a.words[w]
			each(x.Of, i+1-len(x.Text), len(x.Text))
		}
	}
}
