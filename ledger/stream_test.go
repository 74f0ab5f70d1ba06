package ledger

import (
	"testing"

	"sekisho"
)

func TestStreamName(t *testing.T) {
	for _, s := range []Stream{{0, sekisho.Reader, 2}, {65535, sekisho.Gate, 65535}} {
		if got, err := ParseStream(s.String()); err != nil || got != s {
			t.Errorf("%v came back as %v, %v", s, got, err)
		}
	}
	for _, bad := range []string{"", "0-reader", "0-nobody-1", "00-reader-1", "0-reader-65536", "-1-reader-0", "0-reader-+1", "0-none-0"} {
		if s, err := ParseStream(bad); err == nil {
			t.Errorf("%q is read as %v", bad, s)
		}
	}
}
