// Package arithmetic decodes bits that were coded by the MQ coder of JPEG 2000 and JBIG2 (ITU-T T.800 annex C, T.88 annex E).
package arithmetic

// Context is what was learned of the bits that stand in one kind of place. The zero value knows nothing.
type Context struct {
	state uint8
	more  uint8 // the more probable symbol
}

// In makes a context that is in a state of the table of probabilities.
func In(state uint8) Context { return Context{state: state} }

// Decoder takes bits off data; behind the end there are as many as are asked for.
type Decoder struct {
	b     []byte
	at    int
	c, a  uint32
	count int
}

// chance is a row of the table of probabilities (table C.2).
type chance struct {
	q          uint32
	more, less uint8
	turn       bool
}

var chances = [47]chance{
	{0x5601, 1, 1, true}, {0x3401, 2, 6, false}, {0x1801, 3, 9, false}, {0x0AC1, 4, 12, false}, {0x0521, 5, 29, false}, {0x0221, 38, 33, false},
	{0x5601, 7, 6, true}, {0x5401, 8, 14, false}, {0x4801, 9, 14, false}, {0x3801, 10, 14, false}, {0x3001, 11, 17, false}, {0x2401, 12, 18, false},
	{0x1C01, 13, 20, false}, {0x1601, 29, 21, false}, {0x5601, 15, 14, true}, {0x5401, 16, 14, false}, {0x5101, 17, 15, false}, {0x4801, 18, 16, false},
	{0x3801, 19, 17, false}, {0x3401, 20, 18, false}, {0x3001, 21, 19, false}, {0x2801, 22, 19, false}, {0x2401, 23, 20, false}, {0x2201, 24, 21, false},
	{0x1C01, 25, 22, false}, {0x1801, 26, 23, false}, {0x1601, 27, 24, false}, {0x1401, 28, 25, false}, {0x1201, 29, 26, false}, {0x1101, 30, 27, false},
	{0x0AC1, 31, 28, false}, {0x09C1, 32, 29, false}, {0x08A1, 33, 30, false}, {0x0521, 34, 31, false}, {0x0441, 35, 32, false}, {0x02A1, 36, 33, false},
	{0x0221, 37, 34, false}, {0x0141, 38, 35, false}, {0x0111, 39, 36, false}, {0x0085, 40, 37, false}, {0x0049, 41, 38, false}, {0x0025, 42, 39, false},
	{0x0015, 43, 40, false}, {0x0009, 44, 41, false}, {0x0005, 45, 42, false}, {0x0001, 45, 43, false}, {0x5601, 46, 46, false},
}

// Begin starts on data.
func (m *Decoder) Begin(b []byte) {
	m.b, m.at = b, 0
	m.c = uint32(m.byte(0)) << 16
	m.fetch()
	m.c <<= 7
	m.count -= 7
	m.a = 0x8000
}

func (m *Decoder) byte(i int) byte {
	if i < len(m.b) {
		return m.b[i]
	}
	return 0xff
}

// fetch takes the next byte; after 0xff only seven bits count, and a marker is the end.
func (m *Decoder) fetch() {
	if m.byte(m.at) == 0xff {
		if m.byte(m.at+1) > 0x8f {
			m.c += 0xff00
			m.count = 8
			return
		}
		m.at++
		m.c += uint32(m.byte(m.at)) << 9
		m.count = 7
		return
	}
	m.at++
	m.c += uint32(m.byte(m.at)) << 8
	m.count = 8
}

// Bit decodes a bit in a context.
func (m *Decoder) Bit(k *Context) int {
	x := &chances[k.state]
	d := k.more
	m.a -= x.q
	if m.c>>16 < x.q {
		// the lower part
		if m.a < x.q {
			k.state = x.more
		} else {
			d = 1 - d
			k.less(x)
		}
		m.a = x.q
		m.renew()
		return int(d)
	}
	m.c -= x.q << 16
	if m.a&0x8000 != 0 {
		return int(d)
	}
	if m.a < x.q {
		d = 1 - d
		k.less(x)
	} else {
		k.state = x.more
	}
	m.renew()
	return int(d)
}

func (k *Context) less(x *chance) {
	if x.turn {
		k.more = 1 - k.more
	}
	k.state = x.less
}

func (m *Decoder) renew() {
	for {
		if m.count == 0 {
			m.fetch()
		}
		m.a <<= 1
		m.c <<= 1
		m.count--
		if m.a&0x8000 != 0 {
			return
		}
	}
}
