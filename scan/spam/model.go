package spam

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"

	"sekisho"
	"sekisho/learn"
)

// Model is a trained classifier. It is safe for use by several goroutines.
type Model struct {
	weight []int8  // of each feature: its size is the square of this, in units of scale
	scale  float32 // of one unit
	bias   float32
	tag    float32 // logit from which a mail is probably spam
	sure   float32 // logit from which it is that certainly
}

const magic = "SPAM4\n"

var errModel = errors.New("not a spam model")

// Load reads a model that Bytes wrote. The error is Invalid.
func Load(b []byte) (*Model, error) {
	if len(b) != len(magic)+16+Buckets || string(b[:len(magic)]) != magic {
		return nil, sekisho.E("spam.load", sekisho.Invalid, errModel)
	}
	m := &Model{weight: make([]int8, Buckets)}
	b = b[len(magic):]
	for i, v := range []*float32{&m.scale, &m.bias, &m.tag, &m.sure} {
		*v = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		if math.IsNaN(float64(*v)) || math.IsInf(float64(*v), 0) {
			return nil, sekisho.E("spam.load", sekisho.Invalid, errModel)
		}
	}
	for i, c := range b[16:] {
		m.weight[i] = int8(c)
	}
	return m, nil
}

// Bytes writes the model.
func (m *Model) Bytes() []byte {
	b := make([]byte, 0, len(magic)+16+Buckets)
	b = append(b, magic...)
	for _, v := range []float32{m.scale, m.bias, m.tag, m.sure} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	for _, w := range m.weight {
		b = append(b, byte(w))
	}
	return b
}

// Logit is the classifier's opinion: above 0 rather spam.
func (m *Model) Logit(mail *Mail) float64 {
	s := sets.Get().(*set)
	s.take(mail)
	l := m.logit(s.order)
	s.clear()
	sets.Put(s)
	return l
}

// LogitOf is Logit for features that were taken before, with what layers add: what a further layer learns on top of.
func (m *Model) LogitOf(features []uint32, layers ...*learn.Layer) float64 {
	l := m.logit(features)
	for _, layer := range layers {
		l += layer.Add(features)
	}
	return l
}

func (m *Model) logit(features []uint32) float64 {
	sum := 0
	for _, f := range features {
		sum += m.units(f)
	}
	return float64(m.bias) + float64(m.scale)*float64(sum)*learn.Norm(len(features))
}

// units is the weight of a feature in units of scale.
func (m *Model) units(f uint32) int {
	w := int(m.weight[f])
	if w < 0 {
		return -w * w
	}
	return w * w
}

// Score turns the opinion into points: 0 for a mail of which nothing is known, 5 from the level on at which almost no wanted
// mail lies, 10 where none does. Beyond 10 and below -1 they grow ever more slowly: words that sound harmless excuse little.
func (m *Model) Score(mail *Mail, layers ...*learn.Layer) float64 {
	p, _, _ := m.Judge(mail, nil, layers...)
	return p
}

// Judge is Score with the reasons in words: which parts of the mail speak for spam, the strongest first, which against it, and
// what was learned here; and the opinion that layers elsewhere go on from. grams are
// those of the mail, when one of the layers is wide.
func (m *Model) Judge(mail *Mail, grams []uint32, layers ...*learn.Layer) (points float64, why string, o learn.Opinion) {
	s := sets.Get().(*set)
	s.take(mail)
	weight := m.parts(s)
	o = m.scaled()
	o.Logit = float64(m.bias)
	for _, w := range weight {
		o.Logit += w
	}
	more := o.Logit
	features := s.sorted()
	o.Features = learn.Pack(features)
	if len(layers) > 0 {
		all := append(features, grams...)
		for _, layer := range layers {
			more += layer.Add(all)
		}
	}
	p := o.Points(o.Logit)
	learned := o.Points(more) - p
	why = tell(weight, learned)
	s.clear()
	sets.Put(s)
	p = compress(p)
	if p > 0 {
		p *= 1 - 0.3*japanese(mail.Text)
		if n := float64(len(mail.Text)); n < enough && len(mail.Sites) == 0 {
			p *= 0.4 + 0.6*n/enough
		}
	}
	return math.Round((p+learned)*1000) / 1000, why, o
}

// parts are what each group of features says.
func (m *Model) parts(s *set) (weight [groups]float64) {
	from, norm := 0, float64(m.scale)*learn.Norm(len(s.order))
	for g, end := range s.cut {
		sum := 0
		for _, f := range s.order[from:end] {
			sum += m.units(f)
		}
		weight[g], from = float64(sum)*norm, end
	}
	return weight
}

// tell says in words what moves the opinion.
func tell(weight [groups]float64, learned float64) string {
	var out strings.Builder
	for _, sign := range [...]float64{1, -1} {
		first := true
		for range groups { // the strongest first; there are few
			best := -1
			for g := range weight {
				if sign*weight[g] > 0.15 && (best < 0 || sign*weight[g] > sign*weight[best]) {
					best = g
				}
			}
			if best < 0 {
				break
			}
			switch {
			case first && sign > 0:
				out.WriteString("for spam: ")
			case first && out.Len() > 0:
				out.WriteString("; against: ")
			case first:
				out.WriteString("against: ")
			default:
				out.WriteString(", ")
			}
			first = false
			out.WriteString(names[best])
			weight[best] = 0
		}
	}
	if learned > 0.2 || learned < -0.2 {
		fmt.Fprintf(&out, "; learned here: %+.1f", learned)
	}
	return strings.TrimPrefix(out.String(), "; ")
}

// scaled is an opinion about nothing yet, with the model's scale.
func (m *Model) scaled() learn.Opinion {
	return learn.Opinion{Bias: float64(m.bias), Tag: float64(m.tag), Sure: float64(m.sure)}
}

// Opinion is what layers elsewhere need of a mail: its features, and what the model thinks of it by them.
func (m *Model) Opinion(features []uint32) learn.Opinion {
	o := m.scaled()
	o.Features, o.Logit = learn.Pack(features), m.logit(features)
	return o
}

// compress draws the ends of the scale in.
func compress(p float64) float64 {
	switch {
	case p > 10:
		return 10 + math.Log1p(p-10)
	case p < -1:
		return -1 - 0.6*math.Log1p(-1-p)
	}
	return p
}

// Probability is how likely a mail with so many points is unwanted where as much unwanted as wanted mail comes: a logistic curve,
// its middle and slope set by hand over mails that had taught nothing.
func Probability(points float64) float64 { return 1 / (1 + math.Exp(-Slope*(points-Middle))) }

// The curve of Probability: half of the mails with the points of Middle are unwanted; each point more multiplies the odds by the
// exponential of Slope.
const (
	Middle = 2.2
	Slope  = 1.1
)

// enough is how many bytes of text a mail without links must have to be judged by its words: without words only the form of the header
// speaks, and programs that write short mails are careless about it.
const enough = 160

// japanese says how much of a text is Japanese, from 0 to 1, by its kana. The shipped model has learnt from mails in other
// languages, where everything East Asian was spam; what it thinks of Japanese counts little.
func japanese(text string) float64 {
	kana, letters := 0, 0
	for _, r := range text[:min(len(text), 8<<10)] {
		switch {
		case r < 0x80:
			if r >= 'a' && r <= 'z' {
				letters++
			}
		case r >= 0x3041 && r <= 0x30ff:
			kana++
		}
	}
	if kana == 0 {
		return 0
	}
	return min(1, 6*float64(kana)/float64(letters+6*kana+1)*1.2)
}

// Empty is a model that has no opinion.
func Empty() *Model { return &Model{weight: make([]int8, Buckets), scale: 1, tag: 1, sure: 3} }
