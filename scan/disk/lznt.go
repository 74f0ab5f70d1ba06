package disk

import "io"

// unit is how many clusters NTFS packs at once.
const unit = 16

// packed reads a stream that NTFS packed: units of clusters, each packed if it has fewer clusters than it should.
type packed struct {
	n    *ntfs
	runs []run
	left int64
	buf  []byte
}

// unpacked reads the content of a stream that is packed.
func (n *ntfs) unpacked(s *stream) io.Reader { return &packed{n: n, runs: s.runs(), left: s.size} }

func (p *packed) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, io.EOF
	}
	if len(p.buf) == 0 {
		if err := p.fill(); err != nil {
			return 0, err
		}
	}
	k := copy(b[:min(int64(len(b)), p.left)], p.buf)
	p.buf, p.left = p.buf[k:], p.left-int64(k)
	return k, nil
}

// fill expands the next unit.
func (p *packed) fill() error {
	size := unit * p.n.cluster
	var here []run
	hole := false
	for got := int64(0); got < size; {
		if len(p.runs) == 0 {
			if got == 0 {
				return io.ErrUnexpectedEOF
			}
			break
		}
		r := &p.runs[0]
		k := min(r.n, size-got)
		if r.at >= 0 {
			here = append(here, run{r.at, k})
			r.at += k
		} else {
			hole = true
		}
		r.n, got = r.n-k, got+k
		if r.n == 0 {
			p.runs = p.runs[1:]
		}
	}
	if len(here) == 0 {
		p.buf = make([]byte, size)
		return nil
	}
	raw := make([]byte, length(here))
	if _, err := io.ReadFull(&content{v: p.n.volume, runs: here, left: int64(len(raw))}, raw); err != nil {
		return err
	}
	if hole {
		raw = lznt(raw, int(size))
	}
	p.buf = append(raw, make([]byte, max(0, size-int64(len(raw))))...)
	return nil
}

// lznt expands chunks of 4096 bytes ([MS-XCA] 2.5), most bytes in all.
func lznt(b []byte, most int) (out []byte) {
	for len(b) >= 2 && len(out) < most {
		head := int(le.Uint16(b))
		if head == 0 {
			break
		}
		n := min(head&0xfff+3, len(b))
		chunk := b[2:n]
		b = b[n:]
		start := len(out)
		if head&0x8000 == 0 {
			out = append(out, chunk...)
		} else {
			out = lzntChunk(out, chunk)
		}
		if len(b) >= 2 && len(out)-start < 4096 { // all chunks but the last are whole
			out = append(out, make([]byte, 4096-(len(out)-start))...)
		}
	}
	return out[:min(len(out), most)]
}

func lzntChunk(out, chunk []byte) []byte {
	start := len(out)
	for len(chunk) > 0 {
		flags := chunk[0]
		chunk = chunk[1:]
		for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out, chunk = append(out, chunk[0]), chunk[1:]
				continue
			}
			if len(chunk) < 2 {
				return out
			}
			token := int(le.Uint16(chunk))
			chunk = chunk[2:]
			shift := 12
			for n := len(out) - start - 1; n >= 16; n >>= 1 {
				shift--
			}
			back, long := token>>shift+1, token&(1<<shift-1)+3
			if back > len(out)-start {
				return out
			}
			for ; long > 0 && len(out)-start < 4096; long-- {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out
}
