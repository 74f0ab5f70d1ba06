package spam

import (
	"math"
	"math/rand/v2"
	"slices"

	"sekisho/learn"
)

// Example is the features of one mail and what it is.
type Example struct {
	Features []uint32
	Spam     bool
	Weight   float64 // how much it counts; 0 means 1
}

// Features are the features of a mail, as Learn wants them.
func Features(m *Mail) []uint32 {
	s := sets.Get().(*set)
	defer sets.Put(s)
	s.take(m)
	out := slices.Clone(s.order)
	s.clear()
	return out
}

// Wording are the features of what a mail says: of its subject, text and links, without those of header and form.
func Wording(m *Mail) []uint32 {
	s := sets.Get().(*set)
	defer sets.Put(s)
	s.take(m)
	out := slices.Concat(s.order[:s.cut[words]], s.order[s.cut[sender]:s.cut[links]])
	s.clear()
	return out
}

// Training says how to learn; zero values are the defaults that made the shipped model.
type Training struct {
	Rounds  int     // through all examples: 20
	Rate    float64 // of the first step: 0.5
	Shrink  float64 // of weights, against learning by heart: 3e-6
	Prior   float64 // opinion about a mail of which nothing is known: -1.8, rather wanted
	Seed    uint64
	Several int // models from different orders, added up: 5
}

// Learn makes a model of train, and sets its levels by check, which are mails that it has not seen. The same examples in
// the same order make the same model.
func Learn(train, check []Example, t Training) *Model {
	if t.Rounds == 0 {
		t.Rounds = 20
	}
	if t.Rate == 0 {
		t.Rate = 0.5
	}
	if t.Shrink == 0 {
		t.Shrink = 3e-6
	}
	if t.Several == 0 {
		t.Several = 5
	}
	if t.Prior == 0 {
		t.Prior = -1.8
	}
	// Several models, each from another order of the examples, are better than one; linear models can be added up.
	several := uint64(t.Several)
	sum, bias := make([]float64, Buckets), 0.0
	for i := range several {
		each := t
		each.Seed += i

		w, b := descend(train, each)
		for f := range sum {
			sum[f] += w[f] / float64(several)
		}
		bias += b / float64(several)
	}
	m := quantise(sum, bias)
	m.levels(train, check)
	return m
}

// descend is stochastic gradient descent with steps of their own for each feature (AdaGrad).
func descend(train []Example, t Training) ([]float64, float64) {
	w, g := make([]float64, Buckets), make([]float64, Buckets)
	bias := t.Prior
	spam := 0
	for i := range train {
		if train[i].Spam {
			spam++
		}
	}
	r := ratios(train, spam)
	rnd := rand.New(rand.NewPCG(t.Seed, 1))
	for range t.Rounds {
		for _, i := range rnd.Perm(len(train)) {
			e := &train[i]
			n := learn.Norm(len(e.Features))
			z := bias
			for _, f := range e.Features {
				z += w[f] * r[f] * n
			}
			y, weight := 0.0, 1.0
			if e.Spam {
				y = 1
			}
			if e.Weight > 0 {
				weight *= e.Weight
			}
			d := (1/(1+math.Exp(-z)) - y) * weight
			if math.Abs(d) < 3e-5 {
				continue
			}
			for _, f := range e.Features {
				grad := d*n*r[f] + t.Shrink*w[f]
				g[f] += grad * grad
				w[f] -= t.Rate * grad / (math.Sqrt(g[f]) + 1e-3)
			}
		}
	}
	for f := range w {
		w[f] *= r[f]
	}
	return w, bias
}

// ratios says of each feature how much more often it stands in one class than in the other, as a logarithm: learning begins
// from what counting alone knows (Wang and Manning, "Baselines and Bigrams", 2012).
func ratios(train []Example, spam int) []float64 {
	in, out := make([]float64, Buckets), make([]float64, Buckets)
	for i := range train {
		for _, f := range train[i].Features {
			if train[i].Spam {
				in[f]++
			} else {
				out[f]++
			}
		}
	}
	r := make([]float64, Buckets)
	for f := range r {
		if in[f]+out[f] > 0 {
			r[f] = math.Abs(math.Log((in[f]+0.5)/(float64(spam)+1)) - math.Log((out[f]+0.5)/(float64(len(train)-spam)+1)))
		}
	}
	return r
}

// quantise makes bytes of weights, their square roots: the few large ones say as much as the many small ones, so that both must keep their
// differences.
func quantise(w []float64, bias float64) *Model {
	m := &Model{weight: make([]int8, Buckets), bias: float32(bias), scale: 1}
	top := 0.0
	for _, v := range w {
		top = max(top, math.Abs(v))
	}
	if top == 0 {
		return m
	}
	m.scale = float32(top / (127 * 127))
	for i, v := range w {
		m.weight[i] = int8(math.Copysign(math.Round(127*math.Sqrt(math.Abs(v)/top)), v))
	}
	return m
}

// levels sets the levels of the score by mails that taught nothing: tag where one in 750 of the wanted ones lies
// above, sure where none does, those of the training included, with a distance.
func (m *Model) levels(train, check []Example) {
	seen, unseen := m.ham(train), m.ham(check)
	if len(unseen) == 0 {
		unseen = seen
	}
	if len(unseen) == 0 {
		m.tag, m.sure = 1, 3
		return
	}
	top := unseen[len(unseen)-1]
	m.tag = float32(unseen[len(unseen)-1-len(unseen)/750])
	if len(seen) > 0 {
		top = max(top, seen[len(seen)-1])
	}
	m.sure = float32(max(top+0.5, float64(m.tag)+1.5))
}

// Level takes the levels of another model, which was taught by a part of what taught this one and checked by the rest: a model cannot be
// checked by its own teachers.
func (m *Model) Level(by *Model) { m.tag, m.sure = by.tag, by.sure }

// ham are the opinions about the wanted mails, in order.
func (m *Model) ham(list []Example) []float64 {
	var out []float64
	for i := range list {
		if !list[i].Spam {
			out = append(out, m.logit(list[i].Features))
		}
	}
	slices.Sort(out)
	return out
}
