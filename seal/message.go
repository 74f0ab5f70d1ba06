package seal

import (
	"sekisho"
)

// Content is a message in the clear, cut as inspect said.
type Content struct {
	Raw     []byte
	Pieces  []sekisho.Piece // cover Raw without holes
	Summary []byte          // encoded by the caller
	Text    []byte
	Index   []byte
	Subject []byte
}

// Sealed is a message at rest: each piece under the key of its class.
type Sealed struct{ Summary, Header, Body, Attachment, Text, Index, Subject []byte }

// Seal seals a message under a fresh data key, which must not be used again.
func Seal(data []byte, m sekisho.MessageID, c Content) (Sealed, error) {
	var s Sealed
	header, err := NewCipher(ClassKey(data, sekisho.ClassHeader), m)
	if err != nil {
		return s, err
	}
	body, err := NewCipher(ClassKey(data, sekisho.ClassBody), m)
	if err != nil {
		return s, err
	}
	s.Summary = header.Seal(Summary, c.Summary)
	s.Header = header.Seal(Header, gather(c, sekisho.ClassHeader))
	s.Subject = header.Seal(Subject, c.Subject)
	s.Body = body.Seal(Body, gather(c, sekisho.ClassBody))
	s.Text = body.Seal(Text, c.Text)
	if attached := gather(c, sekisho.ClassAttachment); len(attached) > 0 {
		a, err := NewCipher(ClassKey(data, sekisho.ClassAttachment), m)
		if err != nil {
			return s, err
		}
		s.Attachment = a.Seal(Attachment, attached)
	}
	if len(c.Index) > 0 {
		i, err := NewCipher(ClassKey(data, sekisho.ClassIndex), m)
		if err != nil {
			return s, err
		}
		s.Index = i.Seal(Index, c.Index)
	}
	return s, nil
}

// gather joins the pieces of one class; a class in one piece is not copied.
func gather(c Content, class sekisho.Class) []byte {
	var out []byte
	copied := false
	for _, p := range c.Pieces {
		if p.Class != class {
			continue
		}
		b := c.Raw[p.Start:p.End]
		switch {
		case out == nil:
			out = b
		case !copied:
			out, copied = append(append(make([]byte, 0, 2*(len(out)+len(b))), out...), b...), true
		default:
			out = append(out, b...)
		}
	}
	return out
}

// Join puts the pieces back in order. It fails when they do not fit the plan exactly.
func Join(pieces []sekisho.Piece, header, body, attachment []byte) ([]byte, error) {
	from := map[sekisho.Class][]byte{sekisho.ClassHeader: header, sekisho.ClassBody: body, sekisho.ClassAttachment: attachment}
	raw := make([]byte, 0, len(header)+len(body)+len(attachment))
	for _, p := range pieces {
		b := from[p.Class]
		if p.Start != int64(len(raw)) || p.Len() < 0 || p.Len() > int64(len(b)) {
			return nil, ErrSealed
		}
		raw = append(raw, b[:p.Len()]...)
		from[p.Class] = b[p.Len():]
	}
	for _, rest := range from {
		if len(rest) > 0 {
			return nil, ErrSealed
		}
	}
	return raw, nil
}
