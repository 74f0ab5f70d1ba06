package mailbox

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"sekisho"
	"sekisho/search"
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

func testIndex(t testing.TB) *Index {
	x := &Index{box: 7}
	if err := x.keyed(make([]byte, 32)); err != nil {
		t.Fatal(err)
	}
	return x
}

// TestRun: a run gives back what was put in, finds by tokens, and opens in its own place only.
func TestRun(t *testing.T) {
	x := testIndex(t)
	texts := map[uint32]string{3: "three blind mice", 9: "", 1000000: "見積書を three 通"}
	for u := uint32(2000); u < 2100; u++ {
		texts[u] = "every one of three hundred " + string(rune('a'+u%26)) + "word"
	}
	of := map[uint32][]byte{}
	var uids []uint32
	for u, s := range texts {
		of[u] = search.Encode(search.Tokens(s))
		uids = append(uids, u)
	}
	slices.Sort(uids)
	made := invert(uids, of)
	r := sealedRun{from: sekisho.UID(uids[0]), upto: sekisho.UID(uids[len(uids)-1]), slices: map[uint8][]byte{}}
	parts := made.slices(x.sliceOf)
	for i, b := range append([][]byte{made.head()}, parts...) {
		r.slices[uint8(i)] = x.seal(r, uint8(i), b)
	}
	for _, q := range []string{"three", "blind", "見積", "nothing", "aword", "hundred"} {
		var want []uint32
		for _, u := range uids {
			if has(of[u], search.Query(q)) {
				want = append(want, u)
			}
		}
		all, hits, err := x.match(r, search.Query(q))
		if err != nil || !slices.Equal(all, uids) || !slices.Equal(hits, want) {
			t.Errorf("%q: %v, %v; want %v", q, hits, err, want)
		}
	}
	back, err := readRun(made.head(), parts)
	if err != nil {
		t.Fatal(err)
	}
	again := map[uint32][]byte{}
	back.revert(again)
	for u, b := range of {
		if string(again[u]) != string(b) {
			t.Errorf("%d: %x; want %x", u, again[u], b)
		}
	}
	moved := r
	moved.upto++
	swapped := sealedRun{r.from, r.upto, map[uint8][]byte{0: r.slices[1], 1: r.slices[0]}}
	other := testIndex(t)
	other.box = 8
	for name, try := range map[string]func() ([]byte, error){"other messages": func() ([]byte, error) { return x.open(moved, 0) },
		"another slice": func() ([]byte, error) { return x.open(swapped, 1) }, "another mailbox": func() ([]byte, error) { return other.open(r, 0) }} {
		if _, err := try(); err == nil {
			t.Errorf("a slice opened in the place of %s", name)
		}
	}
}

func FuzzPosting(f *testing.F) {
	r := invert([]uint32{1, 5, 6}, map[uint32][]byte{1: search.Encode([]uint32{2, 7}), 5: search.Encode([]uint32{7}), 6: search.Encode([]uint32{7, 900})})
	one := func(uint32) int { return 1 }
	f.Add(r.head(), r.slices(one)[0], uint32(7))
	f.Add([]byte{1, 1}, []byte{7, 3, 0xff}, uint32(7))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 1}, []byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, uint32(1))
	f.Fuzz(func(t *testing.T, head, slice []byte, token uint32) {
		uids, err := readHead(head)
		if err != nil || len(uids) > 5000 {
			return
		}
		all := newPlaces(len(uids))
		for i := range all {
			all[i] = ^uint64(0)
		}
		if intersect(all, slice, []uint32{token}, len(uids)) == nil {
			all.each(len(uids), func(p int) { _ = uids[p] })
		}
		if got, err := readRun(head, [][]byte{slice}); err == nil {
			of := map[uint32][]byte{}
			got.revert(of)
			if len(of) != len(uids) {
				t.Fatalf("%d messages of %d", len(of), len(uids))
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
