package webmail

import (
	"fmt"
	"testing"
)

// TestIndex: what is found stays the same while the index grows, is made one with what came, and mails go.
func TestIndex(t *testing.T) {
	h := newHouse(t)
	inbox := h.box("bob", "inbox")
	var ids []string
	n := 0
	more := func(count int) {
		t.Helper()
		var raws []string
		for range count {
			n++
			word := "carrot"
			if n%10 == 0 {
				word = "見積書"
			}
			raws = append(raws, simple(n, fmt.Sprintf("mail %d", n), fmt.Sprintf("about %s number%d", word, n)))
		}
		ids = append(ids, h.deliver("bob", "", raws...)...)
	}
	found := func(text string) int {
		t.Helper()
		return len(h.call("bob", "Email/query", m{"filter": m{"inMailbox": inbox, "text": text}, "limit": 400})["ids"].([]any))
	}
	for step, count := range []int{70, 3, 90, 1, 100} {
		more(count)
		for text, want := range map[string]int{"見積": n / 10, "carrot": n - n/10, "number7": 1 + min(max(n-69, 0), 10) + min(max(n-699, 0), 100), "nowhere": 0} {
			if got := found(text); got != want {
				t.Errorf("step %d, %q: %d; want %d", step, text, got, want)
			}
		}
	}
	for part := 0; part < 60; part++ {
		h.call("bob", "Email/set", m{"destroy": []string{ids[part]}})
	}
	more(70)
	if got, want := found("見積"), n/10-6; got != want {
		t.Errorf("after some were deleted: %d; want %d", got, want)
	}
}
