package missend

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
)

// Together is a sketch of which organisations were written to in one mail: a Bloom filter in two generations of 64 KiB. When the younger
// one is full the older one is forgotten, so that it stays bounded and habits that ended fade. It holds bits, no address; it errs towards
// "they were together", in about one of 200 cases.
type Together struct {
	young, old []byte
	n          uint32 // pairs in the young one
}

const (
	sketchSize = 64 << 10
	sketchBits = 4
	mostPairs  = 60_000
	mostMeet   = 40 // organisations of one mail
	// fewPairs is how many pairs a sketch must have before what is missing says something.
	fewPairs = 30
)

var errSketch = errors.New("missend: it is no sketch of who was written to together")

// LoadTogether reads what Bytes wrote; nothing is an empty sketch.
func LoadTogether(b []byte) (*Together, error) {
	switch len(b) {
	case 0:
		return &Together{young: make([]byte, sketchSize), old: make([]byte, sketchSize)}, nil
	case 4 + 2*sketchSize:
		b = slices.Clone(b)
		return &Together{n: binary.LittleEndian.Uint32(b), young: b[4 : 4+sketchSize], old: b[4+sketchSize:]}, nil
	}
	return nil, errSketch
}

// Bytes is the sketch as it is kept.
func (t *Together) Bytes() []byte {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+2*sketchSize), t.n)
	return append(append(b, t.young...), t.old...)
}

// Add notes that one mail went to these addresses, and says whether something about it is new.
func (t *Together) Add(addresses []string) (changed bool) {
	eachPair(addresses, func(_, _ string, h uint64) {
		if has(t.young, h) {
			return
		}
		changed = true
		if t.n >= mostPairs {
			t.old, t.young, t.n = t.young, make([]byte, sketchSize), 0
		}
		for i := range sketchBits {
			p := place(h, i)
			t.young[p/8] |= 1 << (p % 8)
		}
		t.n++
	})
	return changed
}

// Apart gives the pairs of organisations among these addresses that were never written to together; nothing while the sketch knows too
// little.
func (t *Together) Apart(addresses []string) (out [][2]string) {
	if t.n < fewPairs && !slices.ContainsFunc(t.old, func(b byte) bool { return b != 0 }) {
		return nil
	}
	eachPair(addresses, func(a, b string, h uint64) {
		if !has(t.young, h) && !has(t.old, h) {
			out = append(out, [2]string{a, b})
		}
	})
	return out
}

func eachPair(addresses []string, f func(a, b string, h uint64)) {
	list := Organisations(addresses)
	slices.Sort(list)
	list = list[:min(len(list), mostMeet)]
	for i, a := range list {
		for _, b := range list[i+1:] {
			x := fnv.New64a()
			x.Write([]byte(a + "\x00" + b))
			f(a, b, x.Sum64())
		}
	}
}

// place is the i-th bit of a pair.
func place(h uint64, i int) uint64 { return (h + uint64(i)*(h>>32|1)) * 0x9e3779b97f4a7c15 >> 45 }

func has(bits []byte, h uint64) bool {
	for i := range sketchBits {
		if p := place(h, i); bits[p/8]&(1<<(p%8)) == 0 {
			return false
		}
	}
	return true
}

// forms are what stands before or behind the names of Japanese organisations.
var forms = [...]string{"株式会社", "(株)", "有限会社", "合同会社", "(有)", "一般社団法人", "医療法人", "学校法人"}

// Bare is an organisation's name without its form, folded.
func Bare(folded string) string {
	for _, f := range forms {
		folded = strings.ReplaceAll(folded, f, "")
	}
	return strings.TrimSpace(folded)
}

// Elsewhere gives which of the known organisations a folded text is addressed to ("...御中", "... 様") although none of them is among those
// it goes to. known are folded names with the registered domains of each; domains are those of the recipients.
func Elsewhere(folded string, known map[string][]string, domains []string) (out []string) {
	for name, homes := range known {
		bare := Bare(name)
		if len([]rune(bare)) < 2 || !addressed(folded, bare) {
			continue
		}
		if !slices.ContainsFunc(homes, func(h string) bool { return slices.Contains(domains, h) }) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// addressed says whether name stands in the text with a word of address behind it.
func addressed(t, name string) bool {
	for at := 0; ; {
		i := strings.Index(t[at:], name)
		if i < 0 {
			return false
		}
		at += i + len(name)
		tail := t[at:min(len(t), at+60)]
		tail, _, _ = strings.Cut(tail, "\n")
		for _, f := range forms {
			tail = strings.TrimPrefix(strings.TrimLeft(tail, " _"), f)
		}
		tail = strings.TrimLeft(tail, " _-:")
		for _, w := range []string{"御中", "様", "殿", "宛", "向け", "attn", "見積", "請求", "quote", "invoice"} {
			if strings.HasPrefix(tail, w) {
				return true
			}
		}
	}
}
