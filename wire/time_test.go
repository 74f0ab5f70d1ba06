package wire

import (
	"testing"
	"time"

	"sekisho"
)

// TestTimesKeepTheirZone: the date of a mail is shown as its writer wrote it; this machine's own zone does not travel.
func TestTimesKeepTheirZone(t *testing.T) {
	at := time.Date(2026, 3, 1, 0, 30, 0, 7, time.UTC)
	for _, c := range []struct {
		in   time.Time
		zone int
	}{{time.Time{}, 0}, {at, 0}, {at.In(time.FixedZone("x", 9*3600)), 9 * 3600}, {at.In(time.FixedZone("", -3*3600-1800)), -3*3600 - 1800}, {at.Local(), 0}, {at.In(time.FixedZone("", 200*3600)), 0}} {
		s, err := DecodeSummary(EncodeSummary(sekisho.Summary{Fields: sekisho.Fields{Date: c.in}}))
		if err != nil || !s.Date.Equal(c.in) {
			t.Fatalf("%v became %v, %v", c.in, s.Date, err)
		}
		if _, zone := s.Date.Zone(); zone != c.zone {
			t.Errorf("%v came back in a zone of %d seconds, not %d", c.in, zone, c.zone)
		}
	}
	b := EncodeSummary(sekisho.Summary{Fields: sekisho.Fields{Date: at}})
	if b[1] != 1 {
		t.Fatal(b[:8])
	}
	b[1] = 3
	if _, err := DecodeSummary(b); err == nil {
		t.Fatal("a kind of time that does not exist was read")
	}
}
