package learn

import (
	"encoding/binary"
	"errors"
	"slices"

	"sekisho"
)

// Opinion is what the model thinks of one mail, and what it thinks it by: all that a layer needs to learn the mail or to speak
// about it. Features are Pack's.
type Opinion struct {
	Features []byte
	Logit    float64 // the model's own: above 0 rather unwanted
	Bias     float64 // of a mail of which nothing is known: 0 points
	Tag      float64 // from where it is 5 points
	Sure     float64 // and 10
}

// Points is the scale of scores for an opinion, without its ends drawn in.
func (o *Opinion) Points(logit float64) float64 {
	switch {
	case logit < o.Bias:
		return logit - o.Bias
	case logit < o.Tag:
		return 5 * (logit - o.Bias) / max(o.Tag-o.Bias, 0.1)
	}
	return 5 + 5*(logit-o.Tag)/max(o.Sure-o.Tag, 0.1)
}

// Shift is how many points layers add to the mail's score, or take away.
func (o *Opinion) Shift(layers ...*Layer) float64 {
	features, err := Unpack(o.Features)
	if err != nil {
		return 0
	}
	l := o.Logit
	for _, x := range layers {
		l += x.Add(features)
	}
	return o.Points(l) - o.Points(o.Logit)
}

// mostFeatures is how many features one mail can have; the numbers are below limit.
const (
	mostFeatures = 1 << 17
	limit        = 1 << 24
)

var errFeatures = errors.New("not a set of features")

// Pack writes a set of features in order, each as its distance from the one before.
func Pack(features []uint32) []byte {
	list := slices.Clone(features)
	slices.Sort(list)
	list = slices.Compact(list)
	out := make([]byte, 0, 2*len(list))
	last := uint32(0)
	for _, f := range list {
		out = binary.AppendUvarint(out, uint64(f-last))
		last = f
	}
	return out
}

// Unpack reads what Pack wrote. The error is Invalid.
func Unpack(b []byte) ([]uint32, error) {
	r := reading{b: b}
	out := make([]uint32, 0, min(len(b), mostFeatures))
	last := uint64(0)
	for len(r.b) > 0 && !r.bad {
		step := r.number()
		if step == 0 && len(out) > 0 || step >= limit || last+step >= limit || len(out) >= mostFeatures {
			r.bad = true
			break
		}
		last += step
		out = append(out, uint32(last))
	}
	if r.bad {
		return nil, sekisho.E("learn.unpack", sekisho.Invalid, errFeatures)
	}
	return out, nil
}
