package function

import (
	"fmt"
	"math"
	"testing"

	"sekisho/scan/pdf"
)

// of reads a function of a file that has nothing else.
func of(o pdf.Object) Function { return Read(file(), o) }

func file() *pdf.File {
	f, err := pdf.Open([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Kids[]>>endobj trailer<</Root 1 0 R>>"))
	if err != nil {
		panic(err)
	}
	return f
}

func numbers(v ...float64) pdf.Array {
	a := pdf.Array{}
	for _, x := range v {
		a = append(a, x)
	}
	return a
}

func TestKinds(t *testing.T) {
	power := pdf.Dict{"FunctionType": 2, "Domain": numbers(0, 1), "C0": numbers(0, 1), "C1": numbers(1, 0), "N": 2}
	for name, c := range map[string]struct {
		fn   pdf.Object
		in   []float64
		want string
	}{
		"power":    {power, []float64{0.5}, "[0.25 0.75]"},
		"outside":  {power, []float64{7}, "[1 0]"},
		"no count": {power, []float64{math.NaN()}, "[0 1]"},
		"stitched": {pdf.Dict{"FunctionType": 3, "Domain": numbers(0, 1), "Functions": pdf.Array{power, power}, "Bounds": numbers(0.5), "Encode": numbers(0, 1, 1, 0)}, []float64{0.75}, "[0.25 0.75]"},
		"table": {&pdf.Stream{Dict: pdf.Dict{"FunctionType": 0, "Domain": numbers(0, 1), "Range": numbers(0, 1, 0, 1), "Size": numbers(2), "BitsPerSample": 8}, Raw: []byte{0, 255, 255, 0}},
			[]float64{0.25}, "[0.25 0.75]"},
		"table of two": {&pdf.Stream{Dict: pdf.Dict{"FunctionType": 0, "Domain": numbers(0, 1, 0, 1), "Range": numbers(0, 1), "Size": numbers(2, 2), "BitsPerSample": 4}, Raw: []byte{0x0f, 0x0f}},
			[]float64{0.5, 0.25}, "[0.5]"},
		"program": {&pdf.Stream{Dict: pdf.Dict{"FunctionType": 4, "Domain": numbers(0, 1), "Range": numbers(0, 1, 0, 10)}, Raw: []byte("{dup 0.5 gt {1 exch sub} {2 mul} ifelse 7}")}, []float64{0.25}, "[0.5 7]"},
		"list":    {pdf.Array{power, power}, []float64{1}, "[1 0 1 0]"},
	} {
		fn := of(c.fn)
		if fn == nil {
			t.Errorf("%s cannot be read", name)
			continue
		}
		if got := fmt.Sprint(fn(c.in)); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
	for name, o := range map[string]pdf.Object{"nothing": nil, "no kind": pdf.Dict{}, "too short": &pdf.Stream{Dict: pdf.Dict{"FunctionType": 0, "Domain": numbers(0, 1), "Range": numbers(0, 1), "Size": numbers(9), "BitsPerSample": 8}},
		"no parts": pdf.Dict{"FunctionType": 3, "Domain": numbers(0, 1)}} {
		if of(o) != nil {
			t.Errorf("%s is a function", name)
		}
	}
}

func TestCalculator(t *testing.T) {
	for program, want := range map[string]string{
		"{2 mul}":                           "[6]",
		"{dup mul sqrt}":                    "[3]",
		"{1 2 3 3 1 roll}":                  "[3 3 1 2]",
		"{1 2 3 3 -1 roll}":                 "[3 2 3 1]",
		"{5 1 index}":                       "[3 5 3]",
		"{2 gt {10} {20} ifelse}":           "[10]",
		"{3 eq not {10} if 4}":              "[4]",
		"{4 exch pop 3 copy}":               "[4]",
		"{pop 7 2 idiv 7 2 mod}":            "[3 1]",
		"{pop 90 sin 1 1 atan round}":       "[1 45]",
		"{pop 5 3 and 5 3 or 1 3 bitshift}": "[1 7 8]",
		"{pop 2 3 exp -1.5 truncate}":       "[8 -1]",
		"{pop pop pop add}":                 "[0]",
	} {
		if got := fmt.Sprint(calculator([]byte(program))([]float64{3})); got != want {
			t.Errorf("%s: %s, not %s", program, got, want)
		}
	}
}

func FuzzCalculator(f *testing.F) {
	f.Add([]byte("{dup 0.5 gt {1 exch sub} {2 mul} ifelse}"), 0.3)
	f.Add([]byte("{{{{ 1e999 2 copy roll index -1 bitshift idiv mod"), -1.0)
	f.Fuzz(func(t *testing.T, b []byte, x float64) {
		if fn := of(&pdf.Stream{Dict: pdf.Dict{"FunctionType": 4, "Domain": numbers(0, 1), "Range": numbers(0, 1, 0, 1)}, Raw: b}); fn != nil {
			for i, v := range fn([]float64{x}) {
				if i < 2 && (math.IsNaN(v) || v < 0 || v > 1) {
					t.Fatal(v)
				}
			}
		}
	})
}
