package learn

import (
	"encoding/binary"
	"math"
)

// wide is what an installation's layer has beside the weights of features: two more learners that err otherwise than those do. Their
// opinions are added up: logarithms of odds. One is a logistic regression over the runs of four bytes at the beginning of a mail, the other
// counts in how many mails of each sort a feature stood.
type wide struct {
	gram      []int16
	good, bad []uint16
	mails     [2]uint32 // counted, wanted and unwanted
}

// Gram is the first number of features that are runs of bytes; those below it are what the model knows.
const Gram = 1 << 20

// headBytes is how much of a mail is read for runs of bytes.
const headBytes = 3000

// Grams are the runs of four bytes at the beginning of a mail, as features.
func Grams(raw []byte) []uint32 {
	raw = raw[:min(len(raw), headBytes)]
	out := make([]uint32, 0, len(raw))
	var seen [Gram / 64]uint64
	for i := 0; i+4 <= len(raw); i++ {
		f := binary.LittleEndian.Uint32(raw[i:]) * 0x9e3779b1 >> 12
		if seen[f>>6]>>(f&63)&1 == 0 {
			seen[f>>6] |= 1 << (f & 63)
			out = append(out, Gram+f)
		}
	}
	return out
}

func newWide() *wide {
	return &wide{gram: make([]int16, Gram), good: make([]uint16, Gram), bad: make([]uint16, Gram)}
}

// split parts features from runs of bytes.
func split(features []uint32) (words, grams []uint32) {
	for i, f := range features {
		if f >= Gram {
			return features[:i], features[i:]
		}
	}
	return features, nil
}

// Steps of the two learners.
const (
	wideRate  = 8.0
	wideNear  = 0.1
	wideLooks = 4
	sureCount = 3.0 // the opinion from which a mail that is judged rightly is not counted
	evenCount = 0.05
)

func (w *wide) byGram(grams []uint32) float64 {
	sum := 0
	for _, f := range grams {
		sum += int(w.gram[f-Gram])
	}
	return float64(sum) * unit / math.Sqrt(float64(len(grams)+1))
}

func (w *wide) byCount(words []uint32) float64 {
	sum := 0.0
	for _, f := range words {
		g, b := float64(w.good[f]), float64(w.bad[f])
		if n := g + b; n > 0 {
			sum += math.Log((b+evenCount)/(float64(w.mails[1])+1)*(float64(w.mails[0])+1)/(g+evenCount)) * n / (n + 1)
		}
	}
	return sum / math.Sqrt(float64(len(words)+1)) / 3
}

// learn teaches both.
func (w *wide) learn(words, grams []uint32, spam bool) {
	y := 0.0
	if spam {
		y = 1
	}
	n := 1 / math.Sqrt(float64(len(grams)+1))
	for range wideLooks {
		d := y - 1/(1+math.Exp(-w.byGram(grams)))
		if math.Abs(d) < wideNear {
			break
		}
		step := int32(math.Round(wideRate * d * n / unit))
		for _, f := range grams {
			x := &w.gram[f-Gram]
			*x = int16(min(max(int32(*x)+step, -math.MaxInt16), math.MaxInt16))
		}
	}
	if z := w.byCount(words); math.Abs(z) > sureCount && (z > 0) == spam {
		return
	}
	count, k := w.good, 0
	if spam {
		count, k = w.bad, 1
	}
	w.mails[k]++
	for _, f := range words {
		if count[f] < math.MaxUint16 {
			count[f]++
		}
	}
}

// appendTo writes what is not zero.
func (w *wide) appendTo(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(w.mails[0]))
	b = binary.AppendUvarint(b, uint64(w.mails[1]))
	sparse := func(at func(i int) int64) {
		n, last := 0, 0
		for i := range Gram {
			if at(i) != 0 {
				n++
			}
		}
		b = binary.AppendUvarint(b, uint64(n))
		for i := range Gram {
			if v := at(i); v != 0 {
				b = binary.AppendVarint(binary.AppendUvarint(b, uint64(i-last)), v)
				last = i
			}
		}
	}
	sparse(func(i int) int64 { return int64(w.gram[i]) })
	sparse(func(i int) int64 { return int64(w.good[i]) })
	sparse(func(i int) int64 { return int64(w.bad[i]) })
	return b
}

// readWide reads what appendTo wrote.
func readWide(r *reading) *wide {
	w := newWide()
	w.mails[0], w.mails[1] = uint32(r.number()), uint32(r.number())
	sparse := func(low, high int64, set func(i int, v int64)) {
		n, at := r.number(), uint64(0)
		for i := range n {
			step := r.number()
			v, k := binary.Varint(r.b)
			if at += step; r.bad || k <= 0 || step >= Gram || at >= Gram || i > 0 && step == 0 || v < low || v > high {
				r.bad = true
				return
			}
			r.b = r.b[k:]
			set(int(at), v)
		}
	}
	sparse(-math.MaxInt16, math.MaxInt16, func(i int, v int64) { w.gram[i] = int16(v) })
	sparse(0, math.MaxUint16, func(i int, v int64) { w.good[i] = uint16(v) })
	sparse(0, math.MaxUint16, func(i int, v int64) { w.bad[i] = uint16(v) })
	return w
}
