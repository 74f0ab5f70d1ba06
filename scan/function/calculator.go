package function

import (
	"math"
	"strconv"
)

// word is one word of a function in PostScript: a number, an operator, or a block in braces.
type word struct {
	number float64
	op     string
	block  []word
}

// calculator reads a function in PostScript (ISO 32000-1 section 7.10.5).
func calculator(b []byte) Function {
	at := 0
	for at < len(b) && b[at] != '{' {
		at++
	}
	at++
	left := 10_000
	block, _, ok := words(b, at, 0, &left)
	if !ok {
		return nil
	}
	return func(in []float64) []float64 {
		c := &calculation{stack: append(make([]float64, 0, 32), in...), left: maxProgram}
		c.run(block)
		return c.stack
	}
}

// words reads up to the brace that closes.
func words(b []byte, at, deep int, left *int) (list []word, next int, ok bool) {
	for at < len(b) {
		if *left--; *left < 0 || deep > maxDeep {
			return nil, at, false
		}
		switch c := b[at]; {
		case c <= ' ':
			at++
		case c == '}':
			return list, at + 1, true
		case c == '{':
			inner, n, ok := words(b, at+1, deep+1, left)
			if !ok {
				return nil, n, false
			}
			list = append(list, word{op: "{", block: inner})
			at = n
		default:
			start := at
			for at < len(b) && b[at] > ' ' && b[at] != '{' && b[at] != '}' {
				at++
			}
			w := string(b[start:at])
			if v, err := strconv.ParseFloat(w, 64); err == nil {
				list = append(list, word{number: v})
			} else {
				list = append(list, word{op: w})
			}
		}
	}
	return list, at, true
}

// calculation is one run.
type calculation struct {
	stack []float64
	left  int
}

func (c *calculation) pop() float64 {
	if len(c.stack) == 0 {
		return 0
	}
	v := c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
	return v
}

func (c *calculation) push(v float64) {
	if len(c.stack) < 200 {
		c.stack = append(c.stack, v)
	}
}

func (c *calculation) run(list []word) {
	for i := range list {
		w := &list[i]
		if c.left--; c.left < 0 {
			return
		}
		switch w.op {
		case "":
			c.push(w.number)
		case "{":
		case "if":
			if c.pop() != 0 && i > 0 {
				c.run(list[i-1].block)
			}
		case "ifelse":
			if i < 2 {
				continue
			}
			if c.pop() != 0 {
				c.run(list[i-2].block)
			} else {
				c.run(list[i-1].block)
			}
		default:
			c.operator(w.op)
		}
	}
}

func (c *calculation) operator(op string) {
	if f := unary(op); f != nil {
		c.push(f(c.pop()))
		return
	}
	if f := binary(op); f != nil {
		b := c.pop()
		c.push(f(c.pop(), b))
		return
	}
	switch op {
	case "true":
		c.push(1)
	case "false":
		c.push(0)
	case "pop":
		c.pop()
	case "exch":
		b, a := c.pop(), c.pop()
		c.push(b)
		c.push(a)
	case "dup":
		v := c.pop()
		c.push(v)
		c.push(v)
	case "copy":
		if n := int(c.pop()); n > 0 && n <= len(c.stack) && n < 100 {
			c.stack = append(c.stack, c.stack[len(c.stack)-n:]...)
		}
	case "index":
		if n := int(c.pop()); n >= 0 && n < len(c.stack) {
			c.push(c.stack[len(c.stack)-1-n])
		}
	case "roll":
		c.roll()
	}
}

func (c *calculation) roll() {
	by, n := int(c.pop()), int(c.pop())
	if n <= 0 || n > len(c.stack) {
		return
	}
	part := c.stack[len(c.stack)-n:]
	by = ((by % n) + n) % n
	turned := append(append([]float64{}, part[n-by:]...), part[:n-by]...)
	copy(part, turned)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func unary(op string) func(float64) float64 {
	switch op {
	case "abs":
		return math.Abs
	case "neg":
		return func(a float64) float64 { return -a }
	case "ceiling":
		return math.Ceil
	case "floor":
		return math.Floor
	case "round":
		return math.Round
	case "truncate", "cvi":
		return math.Trunc
	case "cvr":
		return func(a float64) float64 { return a }
	case "sqrt":
		return math.Sqrt
	case "sin":
		return func(a float64) float64 { return math.Sin(a * math.Pi / 180) }
	case "cos":
		return func(a float64) float64 { return math.Cos(a * math.Pi / 180) }
	case "ln":
		return math.Log
	case "log":
		return math.Log10
	case "not":
		return func(a float64) float64 { return truth(a == 0) }
	}
	return nil
}

func binary(op string) func(a, b float64) float64 {
	switch op {
	case "add":
		return func(a, b float64) float64 { return a + b }
	case "sub":
		return func(a, b float64) float64 { return a - b }
	case "mul":
		return func(a, b float64) float64 { return a * b }
	case "div":
		return func(a, b float64) float64 { return a / b }
	case "idiv":
		return func(a, b float64) float64 { return math.Trunc(a / b) }
	case "mod":
		return math.Mod
	case "exp":
		return math.Pow
	case "atan":
		return func(a, b float64) float64 { return math.Mod(math.Atan2(a, b)*180/math.Pi+360, 360) }
	case "eq":
		return func(a, b float64) float64 { return truth(a == b) }
	case "ne":
		return func(a, b float64) float64 { return truth(a != b) }
	case "gt":
		return func(a, b float64) float64 { return truth(a > b) }
	case "ge":
		return func(a, b float64) float64 { return truth(a >= b) }
	case "lt":
		return func(a, b float64) float64 { return truth(a < b) }
	case "le":
		return func(a, b float64) float64 { return truth(a <= b) }
	case "and":
		return func(a, b float64) float64 { return float64(int64(a) & int64(b)) }
	case "or":
		return func(a, b float64) float64 { return float64(int64(a) | int64(b)) }
	case "xor":
		return func(a, b float64) float64 { return float64(int64(a) ^ int64(b)) }
	case "bitshift":
		return func(a, b float64) float64 {
			if b < 0 {
				return float64(int32(a) >> min(31, uint(-b)))
			}
			return float64(int32(a) << min(31, uint(b)))
		}
	}
	return nil
}
