package reader

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/emersion/go-imap/v2"

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
		m := &mail{summary: &sekisho.Summary{Size: int64(len(raw))}}
		classes := []sekisho.Class{sekisho.ClassHeader, sekisho.ClassBody, sekisho.ClassAttachment}
		for at := 0; at < len(raw); {
			n := 1 + r.IntN(len(raw)-at)
			c := classes[r.IntN(3)]
			m.summary.Pieces = append(m.summary.Pieces, sekisho.Piece{Class: c, Span: sekisho.Span{Start: int64(at), End: int64(at + n)}})
			b := map[sekisho.Class]*[]byte{sekisho.ClassHeader: &m.header, sekisho.ClassBody: &m.body, sekisho.ClassAttachment: &m.attachment}[c]
			*b = append(*b, raw[at:at+n]...)
			at += n
		}
		for range 20 {
			a := r.IntN(len(raw) + 1)
			z := a + r.IntN(len(raw)-a+1)
			x := sekisho.Span{Start: int64(a), End: int64(z)}
			got, ok := m.cut(x)
			if !ok || !bytes.Equal(got, raw[a:z]) {
				t.Fatalf("%v of %q in %v: %q, %v", x, raw, m.summary.Pieces, got, ok)
			}
			// Without a class that the span touches there is no half answer.
			if set := touched(m.summary, x); set&(1<<sekisho.ClassBody) != 0 {
				without := *m
				without.body = nil
				if got, ok := without.cut(x); ok {
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
		if p := find(&c.root, c.path); p != nil {
			got = p.Type
		}
		if got != c.want {
			t.Errorf("%v of %s: %q; want %q", c.path, c.root.Type, got, c.want)
		}
	}
	// What has nothing inside is still written: the library insists on it.
	structure(&empty, true)
	structure(&sekisho.Part{Type: "message", Subtype: "rfc822"}, true)
}

func TestPartialStaysInside(t *testing.T) {
	x := sekisho.Span{Start: 10, End: 20}
	for _, c := range [][4]int64{{0, 5, 10, 15}, {5, 100, 15, 20}, {10, 1, 20, 20}, {1 << 62, 1 << 62, 20, 20}, {0, 0, 10, 10}, {-5, -5, 10, 10}} {
		if got := partial(x, &imap.SectionPartial{Offset: c[0], Size: c[1]}); got != (sekisho.Span{Start: c[2], End: c[3]}) {
			t.Errorf("<%d.%d>: %v", c[0], c[1], got)
		}
	}
}

func TestChunk(t *testing.T) {
	a, err := indexCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	x := &tokenIndex{of: map[uint32][]byte{3: []byte("three"), 9: nil, 1000000: []byte("m")}}
	c := wire.IndexChunk{From: 3, Upto: 1000000}
	c.Sealed = sealChunk(a, 7, c, x.plain([]uint32{3, 9, 1000000}))
	plain, err := openChunk(a, 7, c)
	if err != nil {
		t.Fatal(err)
	}
	y := &tokenIndex{of: map[uint32][]byte{}}
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
	f.Add((&tokenIndex{of: map[uint32][]byte{1: {1, 2}, 5: {1, 9}}}).plain([]uint32{1, 5}))
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		x := &tokenIndex{of: map[uint32][]byte{}}
		if x.add(b) == nil {
			for u := range x.of {
				x.has(u, []uint32{1, 2})
			}
		}
	})
}

// TestBlock: what nobody could look into still comes back whole, and by header and text.
func TestBlock(t *testing.T) {
	for _, c := range [][2]string{{"A: b\r\n\r\n", "text"}, {"", "\x00\x01"}, {"A: b\r\n", ""}, {"", ""}, {"A: b\r\nc: d\r\n\r\n", ""}} {
		raw := []byte(c[0] + c[1])
		s := block(raw)
		m := &mail{summary: &s, header: raw[:s.Root.Header.End], body: raw[s.Root.Header.End:]}
		for _, f := range []struct {
			p    imap.PartSpecifier
			want string
		}{{imap.PartSpecifierNone, c[0] + c[1]}, {imap.PartSpecifierHeader, c[0]}, {imap.PartSpecifierText, c[1]}} {
			if got, ok := m.section(&imap.FetchItemBodySection{Specifier: f.p}); !ok || string(got) != f.want {
				t.Errorf("%q %s: %q, %v", raw, f.p, got, ok)
			}
		}
	}
}

// TestNumbered compares with looking at every message.
func TestNumbered(t *testing.T) {
	b := &selected{uids: []uint32{2, 3, 7, 10, 4294967295}}
	r := rand.New(rand.NewPCG(5, 6))
	pick := func() uint32 {
		return []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 4294967294, 4294967295}[r.IntN(14)]
	}
	for range 2000 {
		var seqs imap.SeqSet
		var uids imap.UIDSet
		for range r.IntN(4) {
			x, y := pick(), pick()
			seqs = append(seqs, imap.SeqRange{Start: x, Stop: y})
			uids = append(uids, imap.UIDRange{Start: imap.UID(x), Stop: imap.UID(y)})
		}
		in := func(number, last uint32) bool {
			for _, s := range seqs {
				low, high := bounds(s.Start, s.Stop, last)
				if low <= number && number <= high {
					return true
				}
			}
			return false
		}
		var bySeq, byUID []int
		for i, u := range b.uids {
			if in(uint32(i+1), 5) {
				bySeq = append(bySeq, i)
			}
			if in(u, 4294967295) {
				byUID = append(byUID, i)
			}
		}
		if got := b.numbered(seqs); fmt.Sprint(got) != fmt.Sprint(bySeq) {
			t.Fatalf("%v: %v; want %v", seqs, got, bySeq)
		}
		if got := b.numbered(uids); fmt.Sprint(got) != fmt.Sprint(byUID) {
			t.Fatalf("%v: %v; want %v", uids, got, byUID)
		}
	}
	many := make(imap.SeqSet, 20000)
	for i := range many {
		many[i] = imap.SeqRange{Start: 1, Stop: 0}
	}
	if got := b.numbered(many); len(got) != 5 {
		t.Fatal(got)
	}
}
