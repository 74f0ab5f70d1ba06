package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// reverse gives the value of each character of base64; 0xff for none, 0xfe for white space, 0xfd for padding.
var reverse = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t[' '], t['\t'], t['\r'], t['\n'], t['='] = 0xfe, 0xfe, 0xfe, 0xfe, 0xfd
	return t
}()

// Base64 decodes b. Characters outside the alphabet are left out; after padding in the middle the rest is decoded as a
// new text. odd says in one word what was wrong: "", "garbage", "padding" (in the middle), "bits" or "short" (an end that
// does not come out even).
func Base64(b []byte) (out []byte, odd string) {
	out = make([]byte, 0, len(b)/4*3+3)
	for len(b) > 0 { // line by line while it is clean
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			i = len(b)
		}
		line := bytes.TrimRight(b[:i], "\r")
		if len(line) == 0 || len(line)%4 != 0 || line[len(line)-1] == '=' {
			break
		}
		n := len(out)
		out = append(out, make([]byte, len(line)/4*3)...)
		if _, err := base64.StdEncoding.Decode(out[n:], line); err != nil {
			out = out[:n]
			break
		}
		b = b[min(i+1, len(b)):]
	}
	return base64Rest(out, b)
}

// base64Rest decodes character by character.
func base64Rest(out, b []byte) ([]byte, string) {
	odd := ""
	var acc uint32
	var n uint
	ended := false
	for _, c := range b {
		v := reverse[c]
		switch {
		case v < 64:
			if ended {
				odd, ended = "padding", false
			}
			acc, n = acc<<6|uint32(v), n+6
			if n >= 8 {
				n -= 8
				out = append(out, byte(acc>>n))
			}
		case v == 0xfd:
			if n >= 6 && odd == "" {
				odd = "short"
			}
			if acc&(1<<n-1) != 0 && odd == "" {
				odd = "bits"
			}
			ended, acc, n = true, 0, 0
		case v == 0xff && odd != "padding":
			odd = "garbage"
		}
	}
	if n >= 6 && odd == "" {
		odd = "short"
	}
	return out, odd
}

// Quoted decodes quoted-printable (RFC 2045 section 6.7). An equals sign that begins nothing valid stays as it is; odd is
// "escape" then.
func Quoted(b []byte) (out []byte, odd string) {
	out = make([]byte, 0, len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		line, brk := b, []byte(nil)
		if i >= 0 {
			line, brk = b[:i], b[i:i+1]
			if i > 0 && b[i-1] == '\r' {
				line, brk = b[:i-1], b[i-1:i+1]
			}
			b = b[i+1:]
		} else {
			b = nil
		}
		line = bytes.TrimRight(line, " \t")
		if len(line) > 0 && line[len(line)-1] == '=' {
			line, brk = line[:len(line)-1], nil // a soft line break
		}
		var o bool
		out, o = quotedLine(out, line)
		if o {
			odd = "escape"
		}
		out = append(out, brk...)
	}
	return out, odd
}

func quotedLine(out, line []byte) (_ []byte, odd bool) {
	for {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			return append(out, line...), odd
		}
		out = append(out, line[:i]...)
		if i+2 < len(line) && nibble(line[i+1]) >= 0 && nibble(line[i+2]) >= 0 {
			out = append(out, byte(nibble(line[i+1])<<4|nibble(line[i+2])))
			line = line[i+3:]
			continue
		}
		out, odd = append(out, '='), true
		line = line[i+1:]
	}
}

// Uudecode decodes the first uuencoded file in b.
func Uudecode(b []byte) []byte {
	var out []byte
	begun := false
	for line := range bytes.SplitSeq(b, []byte{'\n'}) {
		line = bytes.TrimRight(line, "\r")
		switch {
		case !begun:
			begun = bytes.HasPrefix(line, []byte("begin "))
		case string(line) == "end":
			return out
		case len(line) == 0:
		default:
			out = uuLine(out, line)
		}
	}
	return out
}

func uuLine(out, line []byte) []byte {
	n := int(line[0]-' ') & 63
	line = line[1:]
	for n > 0 && len(line) > 0 {
		var q [4]byte
		for i := range q {
			if i < len(line) {
				q[i] = (line[i] - ' ') & 63
			}
		}
		three := [3]byte{q[0]<<2 | q[1]>>4, q[1]<<4 | q[2]>>2, q[2]<<6 | q[3]}
		out = append(out, three[:min(n, 3)]...)
		n -= 3
		line = line[min(4, len(line)):]
	}
	return out
}

// transfer is the meaning of a Content-Transfer-Encoding: "" identity, "b" base64, "q" quoted-printable, "u" uuencode.
// False when it is not known.
func transfer(name string) (string, bool) {
	switch strings.TrimSpace(name) {
	case "", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits":
		return "", true
	case "base64":
		return "b", true
	case "quoted-printable":
		return "q", true
	case "x-uuencode", "uuencode", "x-uue":
		return "u", true
	}
	return "", false
}
