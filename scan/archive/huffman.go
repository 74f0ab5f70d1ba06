package archive

import (
	"bufio"
	"errors"
	"io"
)

// The compression of LHA and ARJ: matches in a window, with literals and lengths in one Huffman code, distances in another, and both
// codes written anew for each block of so many symbols (Okumura's LZHUF; the formats of LHA's -lh4- to -lh7- and ARJ's methods 1 to 3).

var errPacked = errors.New("the compressed data is wrong")

// Sizes of the codes.
const (
	symbols    = 510 // literals, and lengths from 3 to 256
	lengths    = 19  // of the code in which the first code's lengths are written
	longest    = 16  // bits of a code word
	shortMatch = 3
)

// unpacker reads such data.
type unpacker struct {
	in     *bufio.Reader
	bits   uint64
	have   uint
	past   int // bytes made up behind the end of the input
	window []byte
	at     int
	left   int64 // of the file
	block  int   // symbols left in the block
	first  prefix
	second prefix
	places int  // how many distances there are
	width  uint // bits in which their number is written

	from, copying int // of a match under way
}

// newUnpacker makes a reader of size bytes; window is 1<<bits bytes, and as many distances as places.
func newUnpacker(in io.Reader, size int64, bits uint, places int, width uint) *unpacker {
	return &unpacker{in: bufio.NewReader(in), window: make([]byte, 1<<bits), left: size, places: places, width: width}
}

// Read gives the expanded bytes.
func (u *unpacker) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if u.left <= 0 {
			return n, eof(n)
		}
		if u.copying == 0 {
			if err := u.symbol(); err != nil {
				return n, err
			}
			continue
		}
		c := u.window[u.from&(len(u.window)-1)]
		u.from++
		u.copying--
		p[n] = u.put(c)
		n++
	}
	return n, nil
}

func eof(n int) error {
	if n > 0 {
		return nil
	}
	return io.EOF
}

func (u *unpacker) put(c byte) byte {
	u.window[u.at&(len(u.window)-1)] = c
	u.at++
	u.left--
	return c
}

// symbol reads a literal as a match of one byte that was just put into the window, or a match.
func (u *unpacker) symbol() error {
	if u.block == 0 {
		if u.block = int(u.take(16)); u.block == 0 {
			return errPacked
		}
		if err := u.codes(); err != nil {
			return err
		}
	}
	u.block--
	c := u.first.read(u)
	if c < 0 || u.past > 16 {
		return errPacked
	}
	if c < 256 {
		// A literal goes the way of a match, so that Read has one way.
		u.window[u.at&(len(u.window)-1)] = byte(c)
		u.from, u.copying = u.at, 1
		return nil
	}
	d := u.second.read(u)
	if d < 0 {
		return errPacked
	}
	distance := 0
	if d > 0 {
		distance = 1<<(d-1) | int(u.take(uint(d-1)))
	}
	u.from, u.copying = u.at-distance-1, c-256+shortMatch
	return nil
}

// codes reads the codes of a block.
func (u *unpacker) codes() error {
	var t prefix
	if !t.readLengths(u, lengths, 5, 3) || !u.first.readSymbols(u, &t) || !u.second.readLengths(u, u.places, u.width, -1) {
		return errPacked
	}
	return nil
}

// take reads n bits, at most 16; behind the end there are zeros.
func (u *unpacker) take(n uint) uint32 {
	if n == 0 {
		return 0
	}
	v := u.peek(n)
	u.have -= n
	return v
}

func (u *unpacker) peek(n uint) uint32 {
	for u.have < n {
		c, err := u.in.ReadByte()
		if err != nil {
			u.past++
		}
		u.bits = u.bits<<8 | uint64(c)
		u.have += 8
	}
	return uint32(u.bits>>(u.have-n)) & (1<<n - 1)
}

// prefix is a Huffman code: for each length of a word, how many there are and which symbols they stand for, in order.
type prefix struct {
	count   [longest + 1]int
	symbol  []int
	only    int // the one symbol of a code without bits
	without bool
}

// read takes one symbol; -1 for bits that are no word.
func (c *prefix) read(u *unpacker) int {
	if c.without {
		return c.only
	}
	code, first, index := 0, 0, 0
	for n := 1; n <= longest; n++ {
		code |= int(u.take(1))
		if k := c.count[n]; code-first < k {
			return c.symbol[index+code-first]
		} else {
			index += k
			first += k
		}
		first <<= 1
		code <<= 1
	}
	return -1
}

// make builds the code from the length of each symbol's word; false when they are no code.
func (c *prefix) make(length []int) bool {
	*c = prefix{symbol: c.symbol[:0]}
	room := 1 << longest
	for n := 1; n <= longest; n++ {
		for s, l := range length {
			if l == n {
				c.count[n]++
				c.symbol = append(c.symbol, s)
				room -= 1 << (longest - n)
			}
		}
	}
	return room >= 0 && len(c.symbol) > 0
}

func (c *prefix) one(u *unpacker, width uint, n int) bool {
	*c = prefix{without: true, only: int(u.take(width))}
	return c.only < n
}

// readLengths reads a code of n symbols whose lengths are written plainly: three bits, and a row of ones for more than six. Behind
// symbol gap stands in two bits how many lengths of zero follow.
func (c *prefix) readLengths(u *unpacker, n int, width uint, gap int) bool {
	have := int(u.take(width))
	if have == 0 {
		return c.one(u, width, n)
	}
	if have > n {
		return false
	}
	length := make([]int, n)
	for i := 0; i < have; i++ {
		l := int(u.take(3))
		for l >= 7 && u.take(1) == 1 {
			if l++; l > longest {
				return false
			}
		}
		length[i] = l
		if i+1 == gap {
			i += int(u.take(2))
		}
	}
	return c.make(length)
}

// readSymbols reads the code of literals and lengths, whose own lengths are words of t: 0 to 2 are runs of zeros.
func (c *prefix) readSymbols(u *unpacker, t *prefix) bool {
	have := int(u.take(9))
	if have == 0 {
		return c.one(u, 9, symbols)
	}
	if have > symbols {
		return false
	}
	length := make([]int, symbols)
	for i := 0; i < have; {
		switch s := t.read(u); s {
		case -1:
			return false
		case 0:
			i++
		case 1:
			i += int(u.take(4)) + 3
		case 2:
			i += int(u.take(9)) + 20
		default:
			length[i] = s - 2
			i++
		}
	}
	return c.make(length)
}
