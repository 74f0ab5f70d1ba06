package test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"sekisho"
	"sekisho/role/admin"
)

// Mail of an organisation that always came from its own servers is found strange when it comes from elsewhere and nothing proves it; mail
// of one that never came before, or of which little is known, is not.
func TestNewPath(t *testing.T) {
	var days atomic.Int64
	w := NewWorld(t, `
partner.example.  TXT "v=spf1 ip4:127.0.0.1 -all"
stranger.example. TXT "v=spf1 ip4:127.0.0.1 -all"
`, func(w *World) {
		w.Clock = func() time.Time { return time.Now().Add(time.Duration(days.Load()) * 24 * time.Hour) }
	})
	settle(t, w.Admin, "Mori", "mori.example", 1)
	found := func(envelope, from, subject string) *sekisho.Finding {
		t.Helper()
		if err := handIn(t, w, envelope, "u1@mori.example", message(from, "u1@mori.example", subject, 300)); err != nil {
			t.Fatal(err)
		}
		rows := Ask[[]admin.Trace](t, w.Admin, "trace", admin.Query{Match: "u1@mori.example"})
		if len(rows) == 0 {
			t.Fatal("no trace")
		}
		list := rows[0].Findings
		if i := slices.IndexFunc(list, func(f sekisho.Finding) bool { return f.Name == "new-path" }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for i := range 6 {
		if f := found("hana@partner.example", "hana@partner.example", fmt.Sprintf("usual %d", i)); f != nil {
			t.Errorf("mail %d of the usual way: %+v", i, f)
		}
		if i < 3 {
			days.Add(1)
		}
	}
	if f := found("x@stranger.example", "hana@partner.example", "our new account"); f == nil || f.Score != 3 {
		t.Errorf("a forged mail of a known organisation: %+v", f)
	}
	if f := found("x@stranger.example", "hana@nobody.example", "hello"); f != nil {
		t.Errorf("mail of an organisation that is not known: %+v", f)
	}
	if f := found("hana@partner.example", "hana@partner.example", "usual again"); f != nil {
		t.Errorf("the usual way again: %+v", f)
	}
}
