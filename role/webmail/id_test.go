package webmail

import (
	"testing"

	"sekisho/wire"
)

func TestState(t *testing.T) {
	marks := []wire.Mark{{Mailbox: 9, ModSeq: 1 << 40, UIDNext: 7}, {Mailbox: 2, ModSeq: 1, UIDNext: 1}}
	got, ok := marksOf(stateOf(marks))
	if !ok || len(got) != 2 || got[0] != marks[1] || got[1] != marks[0] {
		t.Fatalf("%v %v", got, ok)
	}
}

// FuzzIDs: whatever a client sends for an id or a state is read without harm, and only the spelling that is given out.
func FuzzIDs(f *testing.F) {
	for _, s := range []string{"e1", "e1.2.3", "u9", "b4", "t18446744073709551615", "i7", "AQID", "e+1", "e01", "e1.", ".", "e1.99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, ok := parseEmail(s); ok && emailID(m) != s {
			t.Fatalf("%q is %s", s, emailID(m))
		}
		if b, ok := parseBox(s); ok && boxID(b) != s {
			t.Fatalf("%q is %s", s, boxID(b))
		}
		parseBlob(s)
		parseBoxState(s)
		if marks, ok := marksOf(s); ok {
			if again, ok := marksOf(stateOf(marks)); !ok || len(again) != len(marks) {
				t.Fatalf("%q", s)
			}
		}
		parseForm("header:" + s)
		readable(s)
		angled(s)
		marked(s, []string{"a", s}, 100)
	})
}
