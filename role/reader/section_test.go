package reader

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/emersion/go-imap/v2"

	"sekisho"
)

func TestPartialStaysInside(t *testing.T) {
	x := sekisho.Span{Start: 10, End: 20}
	for _, c := range [][4]int64{{0, 5, 10, 15}, {5, 100, 15, 20}, {10, 1, 20, 20}, {1 << 62, 1 << 62, 20, 20}, {0, 0, 10, 10}, {-5, -5, 10, 10}} {
		if got := partial(x, &imap.SectionPartial{Offset: c[0], Size: c[1]}); got != (sekisho.Span{Start: c[2], End: c[3]}) {
			t.Errorf("<%d.%d>: %v", c[0], c[1], got)
		}
	}
}

func TestStructureOfNothing(t *testing.T) {
	// What has nothing inside is still written: the library insists on it.
	structure(&sekisho.Part{Type: "multipart", Subtype: "mixed"}, true)
	structure(&sekisho.Part{Type: "message", Subtype: "rfc822"}, true)
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
