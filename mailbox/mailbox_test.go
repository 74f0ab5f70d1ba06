package mailbox

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"sekisho"
	"sekisho/wire"
)

// TestCut compares spans put together from pieces with the mail itself.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		raw := make([]byte, r.IntN(200))
		for i := range raw {
			raw[i] = byte('a' + r.IntN(26))
		}
		m := &Mail{Summary: &sekisho.Summary{Size: int64(len(raw))}}
		classes := []sekisho.Class{sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassAttachment}
		for at := 0; at < len(raw); {
			n := 1 + r.IntN(len(raw)-at)
			c := classes[r.IntN(3)]
			m.Summary.Pieces = append(m.Summary.Pieces, sekisho.Piece{Class: c, Span: sekisho.Span{Start: int64(at), End: int64(at + n)}})
			b := map[sekisho.Class]*[]byte{sekisho.ClassHeader: &m.Header, sekisho.ClassBody: &m.Body, sekisho.ClassAttachment: &m.Attachment}[c]
			*b = append(*b, raw[at:at+n]...)
			at += n
		}
		for range 20 {
			a := r.IntN(len(raw) + 1)
			z := a + r.IntN(len(raw)-a+1)
			x := sekisho.Span{Start: int64(a), End: int64(z)}
			got, ok := m.Cut(x)
			if !ok || !bytes.Equal(got, raw[a:z]) {
				t.Fatalf("%v of %q in %v: %q, %v", x, raw, m.Summary.Pieces, got, ok)
			}
			// Without a class that the span touches there is no half answer.
			if set := Touched(m.Summary, x); set&(1<<sekisho.ClassBody) != 0 {
				without := *m
				without.Body = nil
				if got, ok := without.Cut(x); ok {
					t.Fatalf("%q without the body", got)
				}
			}
		}
	}
}

func TestFindOdd(t *testing.T) {
	leaf := sekisho.Part{Type: "text", Subtype: "plain", Body: sekisho.Span{Start: 1, End: 2}}
	inner := sekisho.Part{Type: "multipart", Subtype: "mixed", Parts: []sekisho.Part{leaf, leaf}}
	attached := sekisho.Part{Type: "message", Subtype: "rfc822", Message: &sekisho.Fields{}, Parts: []sekisho.Part{inner}}
	empty := sekisho.Part{Type: "multipart", Subtype: "mixed"}
	for _, c := range []struct {
		root sekisho.Part
		path []int
		want string
	}{
		{leaf, []int{1}, "text"}, {leaf, []int{2}, ""}, {leaf, []int{1, 1}, ""}, {leaf, []int{0}, ""},
		{attached, []int{1}, "message"}, {attached, []int{1, 1}, "text"}, {attached, []int{1, 2}, "text"}, {attached, []int{1, 3}, ""},
		{inner, []int{2}, "text"}, {inner, []int{2, 1}, ""}, {empty, []int{1}, ""}, {inner, []int{-1}, ""},
	} {
		got := ""
		if p := Find(&c.root, c.path); p != nil {
			got = p.Type
		}
		if got != c.want {
			t.Errorf("%v of %s: %q; want %q", c.path, c.root.Type, got, c.want)
		}
	}
}

func TestChunk(t *testing.T) {
	a, err := indexCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	x := &Index{of: map[uint32][]byte{3: []byte("three"), 9: nil, 1000000: []byte("m")}}
	c := wire.IndexChunk{From: 3, Upto: 1000000}
	c.Sealed = sealChunk(a, 7, c, x.plain([]uint32{3, 9, 1000000}))
	plain, err := openChunk(a, 7, c)
	if err != nil {
		t.Fatal(err)
	}
	y := &Index{of: map[uint32][]byte{}}
	if err := y.add(plain); err != nil || fmt.Sprint(len(y.of), string(y.of[3]), string(y.of[1000000])) != "3threem" {
		t.Fatal(err, y.of)
	}
	if _, err := openChunk(a, 8, c); err == nil {
		t.Fatal("a chunk of another mailbox opened")
	}
	c.Upto++
	if _, err := openChunk(a, 7, c); err == nil {
		t.Fatal("a chunk opened for messages that it does not cover")
	}
}

func FuzzChunk(f *testing.F) {
	f.Add((&Index{of: map[uint32][]byte{1: {1, 2}, 5: {1, 9}}}).plain([]uint32{1, 5}))
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		x := &Index{of: map[uint32][]byte{}}
		if x.add(b) == nil {
			for u := range x.of {
				x.Has(u, []uint32{1, 2})
			}
		}
	})
}

// TestBlock: what nobody could look into still comes back whole, in two pieces.
func TestBlock(t *testing.T) {
	for _, c := range [][2]string{{"A: b\r\n\r\n", "text"}, {"", "\x00\x01"}, {"A: b\r\n", ""}, {"", ""}, {"A: b\r\nc: d\r\n\r\n", ""}} {
		raw := []byte(c[0] + c[1])
		s := block(raw)
		m := &Mail{Summary: &s, Header: raw[:s.Root.Header.End], Body: raw[s.Root.Header.End:]}
		for _, f := range []struct {
			span sekisho.Span
			want string
		}{{sekisho.Span{End: s.Size}, c[0] + c[1]}, {s.Root.Header, c[0]}, {s.Root.Body, c[1]}} {
			if got, ok := m.Cut(f.span); !ok || string(got) != f.want {
				t.Errorf("%q %v: %q, %v", raw, f.span, got, ok)
			}
		}
	}
}
