package jpeg2000

// arithmetic is the MQ decoder (section C.3).
type arithmetic struct {
	b     []byte
	at    int
	c, a  uint32
	count int
	state [contexts]uint8
	more  [contexts]uint8 // the more probable symbol
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

// reset gives the contexts their first states (table D.7).
func (m *arithmetic) reset() {
	m.state, m.more = [contexts]uint8{}, [contexts]uint8{}
	m.state[0], m.state[contextRun], m.state[contextPlain] = 4, 3, 46
}

// begin starts on the data of a piece.
func (m *arithmetic) begin(b []byte) {
	m.b, m.at = b, 0
	m.c = uint32(m.byte(0)) << 16
	m.fetch()
	m.c <<= 7
	m.count -= 7
	m.a = 0x8000
}

func (m *arithmetic) byte(i int) byte {
	if i < len(m.b) {
		return m.b[i]
	}
	return 0xff
}

// fetch takes the next byte; after 0xff only seven bits count, and a marker is the end.
func (m *arithmetic) fetch() {
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

// bit decodes a bit in a context.
func (m *arithmetic) bit(context int) int {
	x := &chances[m.state[context]]
	d := m.more[context]
	m.a -= x.q
	if m.c>>16 < x.q {
		// the lower part
		if m.a < x.q {
			m.state[context] = x.more
		} else {
			d = 1 - d
			m.less(context, x)
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
		m.less(context, x)
	} else {
		m.state[context] = x.more
	}
	m.renew()
	return int(d)
}

func (m *arithmetic) less(context int, x *chance) {
	if x.turn {
		m.more[context] = 1 - m.more[context]
	}
	m.state[context] = x.less
}

func (m *arithmetic) renew() {
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
