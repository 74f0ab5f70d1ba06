// Package learn is what people teach the spam model about their own mail: layers of weights on top of it, of an account, of a
// contract, of an installation. It knows mails only as sets of numbered features, which inspection takes from them, and so it
// needs nothing that opens a mail; who says what of which mail is not its business either.
//
// A layer is bounded twice: in what it holds, and in how far it may move an opinion. A wider layer learns by votes only: what
// one account says moves its own layer and no other.
package learn

import (
	"encoding/binary"
	"errors"
	"math"

	"sekisho"
)

// Level says whose a layer is: how much it holds, and how far it may move a mail's score.
type Level byte

// The levels.
const (
	Installation Level = iota + 1 // taught by the operator, from collections of mails
	Contract                      // taught by several accounts that agree
	Account                       // taught by one person, for mail to that person
	Everybody                     // taught by several contracts that agree
)

// slots is how many weights a layer has, a power of two; cap is how far it may move the opinion at most. A person can turn
// the opinion about own mail around; a contract's people together cannot excuse what the model is sure of.
func (l Level) slots() (bits uint, most float64) {
	switch l {
	case Installation:
		return 20, 14
	case Contract:
		return 16, 4
	case Everybody:
		return 16, 2
	}
	return 14, 8
}

// Layer is what was learned at one place on top of the model: mail that is wanted or unwanted there. It is not safe for use
// by several goroutines while it learns. A Layer counts for nobody but those to whom its owner hands it: what one account
// teaches moves no other.
type Layer struct {
	level Level
	bits  uint
	most  float64
	w     []int16
	wide  *wide // of an installation's layer
	ham   uint32
	spam  uint32
	vote  []vote
	seen  []uint64 // the last mails that it has learned, each with what it was said to be in the lowest bit
}

// NewLayer makes a layer that has learned nothing.
func NewLayer(level Level) *Layer {
	l := &Layer{level: level}
	l.bits, l.most = level.slots()
	l.w = make([]int16, 1<<l.bits)
	if level == Installation {
		l.wide = newWide()
	}
	return l
}

// Norm makes long and short mails comparable: what the weights of so many features are multiplied by.
func Norm(features int) float64 { return 1 / math.Sqrt(float64(features)+150) }

// unit is the worth of one step of a weight.
const unit = 1.0 / 1024

// slot is where a feature's weight stands.
func (l *Layer) slot(f uint32) uint32 { return f * 0x9e3779b1 >> (32 - l.bits) }

// raw is the layer's own opinion, without limit.
func (l *Layer) raw(features []uint32) float64 {
	sum := 0
	for _, f := range features {
		sum += int(l.w[l.slot(f)])
	}
	return float64(sum) * unit * Norm(len(features))
}

// Add is what the layer adds to the opinion about a mail with these features, within its bound.
func (l *Layer) Add(features []uint32) float64 {
	if l == nil || l.ham+l.spam == 0 {
		return 0
	}
	words, grams := l.parts(features)
	z := l.raw(words)
	if l.wide != nil {
		z += besides * (l.wide.byGram(grams) + l.wide.byCount(words))
	}
	return min(max(z, -l.most), l.most)
}

// besides is how much the other learners of an installation's layer count.
const besides = 1.0

// parts parts features for the learners. To a layer that is not wide all are alike: masked numbers have no order.
func (l *Layer) parts(features []uint32) (words, grams []uint32) {
	if l.wide == nil {
		return features, nil
	}
	return split(features)
}

// Wide says whether the layer learns runs of bytes too: give it Grams behind a mail's features.
func (l *Layer) Wide() bool { return l != nil && l.wide != nil }

// Size is how many mails of each sort it has learned.
func (l *Layer) Size() (ham, spam int) { return int(l.ham), int(l.spam) }

// Steps of learning: how fast, how near to certainty is near enough, and how often one mail is looked at.
const (
	pace  = 3.0  // where the model below knows something: only what it gets wrong is to change
	alone = 20.0 // where it knows nothing
	near  = 0.02
	looks = 20
)

// steps are those of one learner.
type steps struct {
	rate, near float64
	looks      int
}

// Learn teaches one mail: base is the opinion without this layer (the model's, and that of wider layers). It repeats until
// the mail would be judged rightly with some distance, so that the next of its kind is. What must be moved further than the
// layer's bound is not tried: a flood of wrong labels ends there. A mail that it has learned lately it does not learn again,
// unless it is now said to be the other thing. It takes well under a millisecond. True when something was learned.
func (l *Layer) Learn(features []uint32, base float64, spam bool) bool {
	if l.knows(features, spam) {
		return false
	}
	y := 0.0
	if spam {
		y = 1
		l.spam++
	} else {
		l.ham++
	}
	features, grams := l.parts(features)
	if l.wide != nil {
		l.wide.learn(features, grams, spam)
	}
	n, s := Norm(len(features)), steps{pace, near, looks}
	switch {
	case base == 0 && l.wide != nil:
		s = steps{wideRate, wideNear, wideLooks}
	case base == 0:
		s.rate = alone
	}
	for range s.looks {
		own := l.raw(features)
		d := y - 1/(1+math.Exp(-(base+min(max(own, -l.most), l.most))))
		if math.Abs(d) < s.near || spam && own >= l.most || !spam && own <= -l.most {
			break
		}
		l.step(features, s.rate*d*n)
	}
	return true
}

// knows says whether a mail was learned lately, and remembers it.
func (l *Layer) knows(features []uint32, spam bool) bool {
	h := uint64(14695981039346656037)
	for _, f := range features {
		h = (h ^ uint64(f)) * 1099511628211
	}
	h = h &^ 1
	if spam {
		h |= 1
	}
	for i, s := range l.seen {
		if s == h {
			return true
		}
		if s == h^1 {
			l.seen[i] = h
			return false
		}
	}
	if len(l.seen) >= l.remembers() {
		l.seen = append(l.seen[:0], l.seen[1:]...)
	}
	l.seen = append(l.seen, h)
	return false
}

// step moves the weights of features by v each.
func (l *Layer) step(features []uint32, v float64) {
	s := int32(math.Round(v / unit))
	if s == 0 {
		s = 1
		if v < 0 {
			s = -1
		}
	}
	for _, f := range features {
		w := &l.w[l.slot(f)]
		*w = int16(min(max(int32(*w)+s, -math.MaxInt16), math.MaxInt16))
	}
}

// remembers is how many mails a layer remembers to have learned.
func (l *Layer) remembers() int {
	switch l.level {
	case Installation:
		return 16 << 10
	case Contract, Everybody:
		return 4 << 10
	}
	return 1 << 10
}

const layerMagic = "LAYER2\n"

var errLayer = errors.New("not a layer of the spam model")

// Bytes writes the layer: only the weights that are not zero, each as its distance from the one before and its value. It
// says much about the mails that taught it; whoever keeps it seals it like them.
func (l *Layer) Bytes() []byte {
	b := append([]byte(layerMagic), byte(l.level))
	b = binary.AppendUvarint(b, uint64(l.ham))
	b = binary.AppendUvarint(b, uint64(l.spam))
	b = l.appendVotes(b)
	b = binary.AppendUvarint(b, uint64(len(l.seen)))
	for _, s := range l.seen {
		b = binary.LittleEndian.AppendUint64(b, s)
	}
	if l.wide != nil {
		b = l.wide.appendTo(b)
	}
	last := 0
	for i, w := range l.w {
		if w != 0 {
			b = binary.AppendUvarint(b, uint64(i-last))
			b = binary.AppendVarint(b, int64(w))
			last = i
		}
	}
	return b
}

// LoadLayer reads what Bytes wrote. The error is Invalid.
func LoadLayer(b []byte) (*Layer, error) {
	bad := sekisho.E("learn.layer", sekisho.Invalid, errLayer)
	if len(b) < len(layerMagic)+3 || string(b[:len(layerMagic)]) != layerMagic {
		return nil, bad
	}
	level := Level(b[len(layerMagic)])
	if level < Installation || level > Everybody {
		return nil, bad
	}
	l := NewLayer(level)
	r := reading{b: b[len(layerMagic)+1:]}
	l.ham, l.spam = uint32(r.number()), uint32(r.number())
	l.readVotes(&r)
	n := r.number()
	if n > uint64(l.remembers()) || uint64(len(r.b)) < 8*n {
		return nil, bad
	}
	for range n {
		l.seen = append(l.seen, binary.LittleEndian.Uint64(r.b))
		r.b = r.b[8:]
	}
	if l.wide != nil {
		l.wide = readWide(&r)
	}
	at := uint64(0)
	for first := true; len(r.b) > 0 && !r.bad; first = false {
		step := r.number()
		v, n := binary.Varint(r.b)
		if n <= 0 || !first && step == 0 || step >= uint64(len(l.w)) || v < -math.MaxInt16 || v > math.MaxInt16 {
			return nil, bad
		}
		r.b = r.b[n:]
		if at += step; at >= uint64(len(l.w)) {
			return nil, bad
		}
		l.w[at] = int16(v)
	}
	if r.bad {
		return nil, bad
	}
	return l, nil
}

// reading reads numbers.
type reading struct {
	b   []byte
	bad bool
}

func (r *reading) number() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}
