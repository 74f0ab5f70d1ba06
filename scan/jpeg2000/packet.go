package jpeg2000

import "math/bits"

// block is a code block.
type block struct {
	x0, y0, x1, y1 int // in its subband
	included       bool
	zero           int // bit planes that are empty
	length         int // exponent of the lengths of its pieces
	passes         int
	pieces         []*piece
}

// piece is a run of passes that is coded as one.
type piece struct {
	passes, most int
	data         []byte
}

// tagTree is a tree of the least values of squares of squares (section B.10.2).
type tagTree struct {
	levels []treeLevel
}

type treeLevel struct {
	w, h  int
	value []int
	low   []int
	known []bool
}

func newTree(w, h int) *tagTree {
	t := &tagTree{}
	for w > 0 && h > 0 {
		t.levels = append(t.levels, treeLevel{w: w, h: h, value: make([]int, w*h), low: make([]int, w*h), known: make([]bool, w*h)})
		if w == 1 && h == 1 {
			break
		}
		w, h = (w+1)/2, (h+1)/2
	}
	return t
}

// below says whether the value of a leaf is below the threshold, and reads as many bits as that takes.
func (t *tagTree) below(r *bitReader, x, y, threshold int) bool {
	low := 0
	for i := len(t.levels) - 1; i >= 0; i-- {
		l := &t.levels[i]
		k := (y>>i)*l.w + x>>i
		l.low[k] = max(l.low[k], low)
		for l.low[k] < threshold && !l.known[k] {
			if r.bit() == 1 {
				l.known[k], l.value[k] = true, l.low[k]
			} else {
				l.low[k]++
			}
		}
		low = l.low[k]
	}
	l := &t.levels[0]
	k := y*l.w + x
	return l.known[k] && l.value[k] < threshold
}

// bitReader takes bits off packet headers: after 0xff a bit is left out.
type bitReader struct {
	b    []byte
	at   int
	have int
	now  byte
	last byte
}

func (r *bitReader) bit() int {
	if r.have == 0 {
		r.last = r.now
		r.now = 0xff
		if r.at < len(r.b) {
			r.now = r.b[r.at]
		}
		r.at++
		r.have = 8
		if r.last == 0xff {
			r.have = 7
		}
	}
	r.have--
	return int(r.now>>r.have) & 1
}

func (r *bitReader) bits(n int) (v int) {
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

// end passes over the rest of the last byte.
func (r *bitReader) end() {
	if r.now == 0xff && r.at > 0 {
		r.at++
	}
	r.have = 0
}

// count is how many passes a packet has of a block (table B.4).
func (r *bitReader) count() int {
	if r.bit() == 0 {
		return 1
	}
	if r.bit() == 0 {
		return 2
	}
	if v := r.bits(2); v < 3 {
		return 3 + v
	}
	if v := r.bits(5); v < 31 {
		return 6 + v
	}
	return 37 + r.bits(7)
}

// packet reads the header of a packet and shares its data out; rest is what follows. False at the end.
func (p *precinct) packet(b []byte, layer int, style int, marked int) (rest []byte, ok bool) {
	if marked&2 != 0 && len(b) >= 6 && b[0] == 0xff && b[1] == 0x91 {
		b = b[6:]
	}
	if len(b) == 0 {
		return nil, false
	}
	r := &bitReader{b: b}
	type share struct {
		to     *piece
		length int
	}
	var shares []share
	if r.bit() == 1 {
		for i := range p.bands {
			band := &p.bands[i]
			for k := range band.blocks {
				c := &band.blocks[k]
				if !p.includes(r, band, k, layer) {
					continue
				}
				n := r.count()
				for r.bit() == 1 {
					if c.length++; c.length > 40 {
						return nil, false
					}
				}
				for n > 0 {
					x := c.room(style)
					take := min(n, x.most-x.passes)
					shares = append(shares, share{x, r.bits(min(32, c.length+bits.Len(uint(take))-1))})
					x.passes += take
					c.passes += take
					n -= take
				}
			}
		}
	}
	r.end()
	if r.at > len(b) {
		return nil, false
	}
	b = b[r.at:]
	if marked&4 != 0 && len(b) >= 2 && b[0] == 0xff && b[1] == 0x92 {
		b = b[2:]
	}
	for _, s := range shares {
		n := min(s.length, len(b))
		s.to.data = append(s.to.data, b[:n]...)
		b = b[n:]
	}
	return b, true
}

// includes reads whether a packet has something of a block.
func (p *precinct) includes(r *bitReader, band *bandPart, k, layer int) bool {
	c := &band.blocks[k]
	if c.included {
		return r.bit() == 1
	}
	x, y := k%band.across, k/band.across
	if !band.inclusion.below(r, x, y, layer+1) {
		return false
	}
	c.included, c.length = true, 3
	zero := 1
	for !band.empty.below(r, x, y, zero) {
		if zero++; zero > 80 {
			break
		}
	}
	c.zero = zero - 1
	return true
}

// room is the piece that the next passes belong to (section D.4, D.6).
func (c *block) room(style int) *piece {
	if n := len(c.pieces); n > 0 && c.pieces[n-1].passes < c.pieces[n-1].most {
		return c.pieces[n-1]
	}
	most := 1 << 10
	switch n := len(c.pieces); {
	case style&4 != 0:
		most = 1
	case style&1 != 0 && n == 0:
		most = 10
	case style&1 != 0 && n%2 == 1:
		most = 2
	case style&1 != 0:
		most = 1
	}
	x := &piece{most: most}
	c.pieces = append(c.pieces, x)
	return x
}
