// Package cms takes the content out of messages that are signed in one piece (RFC 5652 section 5): a mail client shows it as it shows
// any other mail, so inspection has to see it too. Signatures are not checked here; what is encrypted stays closed.
package cms

import "bytes"

// signedData is the identifier of the content type id-signedData as it is encoded (RFC 5652 section 5.1); compressed data have another.
const signedData = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

// The kinds of messages that hide what is in them.
const (
	Enveloped  = "enveloped"
	Compressed = "compressed"
)

// Kind tells which of these data is; "" for none (RFC 5652 section 6, RFC 5083, RFC 3274).
func Kind(data []byte) string {
	head := data[:min(len(data), 64)]
	for _, id := range []string{"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06", "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"} {
		if bytes.Contains(head, []byte(id)) {
			return Enveloped
		}
	}
	if bytes.Contains(head, []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09")) {
		return Compressed
	}
	return ""
}

// deepest is how deep values in values are followed.
const deepest = 24

// Content is what is signed, put together when it stands in pieces; nil when data is no signed message or holds no content of its own.
func Content(data []byte) []byte {
	if !bytes.Contains(data[:min(len(data), 64)], []byte(signedData)) {
		return nil
	}
	v, _, ok := read(data)
	if !ok || v.tag != 0x30 {
		return nil
	}
	signed := v.child(1).child(0)     // [0] EXPLICIT, SignedData
	wrapped := signed.child(2)        // encapContentInfo, behind version and digestAlgorithms
	content := wrapped.child(1)       // [0] EXPLICIT
	return content.child(0).text(nil) // OCTET STRING
}

// value is one value of ASN.1 in its basic encoding (X.690 section 8.1).
type value struct {
	tag  byte
	body []byte
}

// read takes the first value of b, and gives the rest. Values of indefinite length end with two zeros.
func read(b []byte) (v value, rest []byte, ok bool) { return readAt(b, 0) }

func readAt(b []byte, depth int) (v value, rest []byte, ok bool) {
	if len(b) < 2 || depth > deepest || b[0]&0x1f == 0x1f {
		return value{}, nil, false
	}
	v.tag = b[0]
	n, head := int(b[1]), 2
	switch {
	case n == 0x80:
		body := b[2:]
		for rest = body; ; {
			if len(rest) >= 2 && rest[0] == 0 && rest[1] == 0 {
				v.body = body[:len(body)-len(rest)]
				return v, rest[2:], true
			}
			if len(rest) == 0 { // the end is missing: what is there counts
				v.body = body
				return v, nil, true
			}
			_, next, ok := readAt(rest, depth+1)
			if !ok || len(next) >= len(rest) {
				v.body = body
				return v, nil, true
			}
			rest = next
		}
	case n > 0x80:
		count := n & 0x7f
		if count > 4 || len(b) < 2+count {
			return value{}, nil, false
		}
		n = 0
		for _, c := range b[2 : 2+count] {
			n = n<<8 | int(c)
		}
		head += count
	}
	end := min(head+n, len(b))
	v.body = b[head:end]
	return v, b[end:], true
}

// child is the nth value in v; the zero value when there is none.
func (v value) child(n int) value {
	if v.tag&0x20 == 0 {
		return value{}
	}
	for rest := v.body; len(rest) > 0; n-- {
		c, next, ok := read(rest)
		if !ok {
			return value{}
		}
		if n == 0 {
			return c
		}
		rest = next
	}
	return value{}
}

// text puts an octet string together.
func (v value) text(out []byte) []byte { return v.pieces(out, 0) }

func (v value) pieces(out []byte, depth int) []byte {
	if v.tag == 0x04 {
		return append(out, v.body...)
	}
	if v.tag != 0x24 || depth > deepest {
		return out
	}
	for rest := v.body; len(rest) > 0; {
		c, next, ok := read(rest)
		if !ok || len(next) >= len(rest) {
			return out
		}
		out = c.pieces(out, depth+1)
		rest = next
	}
	return out
}
