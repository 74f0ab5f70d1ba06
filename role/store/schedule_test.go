package store

import (
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	now := time.Date(2026, 4, 1, 9, 30, 0, 0, time.UTC) // in Japan it is 18:30
	for _, c := range []struct{ text, language, want string }{
		{"", "en", "2026-04-02T08:00:00Z"}, {"", "ja", "2026-04-01T23:00:00Z"}, {"09:30", "", "2026-04-02T09:30:00Z"}, {"09:31", "", "2026-04-01T09:31:00Z"},
		{"08:00+09:00", "en", "2026-04-01T23:00:00Z"}, {"6h", "", "2026-04-01T12:00:00Z"}, {"1h", "", "2026-04-01T10:00:00Z"}, {"24h", "ja", "2026-04-02T00:00:00Z"},
		{"00:00Z", "ja", "2026-04-02T00:00:00Z"},
	} {
		s, err := parseSchedule(c.text, c.language)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := s.next(now).Format(time.RFC3339); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.text, c.language, got, c.want)
		}
	}
	for _, bad := range []string{"daily", "0h", "25h", "06h", "-1h", "8:00", "24:00", "08:00+9", "h", " ", "08:00 "} {
		if s, err := parseSchedule(bad, ""); err == nil {
			t.Errorf("%q is read as %+v", bad, s)
		}
	}
	if s, err := parseSchedule("off", "ja"); err != nil || !s.off {
		t.Errorf("%+v %v", s, err)
	}
}

// Whatever is taken for a schedule comes later than now, and within a day.
func FuzzSchedule(f *testing.F) {
	for _, s := range []string{"", "off", "6h", "08:00", "08:00+09:00", "23:59-12:00", "1h", "99:99"} {
		f.Add(s, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		s, err := parseSchedule(text, "en")
		if err != nil || s.off || at < 0 || at > 1<<40 {
			return
		}
		now := time.Unix(at, 0)
		if next := s.next(now); !next.After(now) || next.Sub(now) > 25*time.Hour {
			t.Errorf("%q after %s: %s", text, now, next)
		}
	})
}

// An address that is taken into a list is taken there unchanged again, and a domain only where domains may stand.
func FuzzSenderAddress(f *testing.F) {
	for _, s := range []string{"a@b.example", "@b.example", "A@B.Example", "日本@例え.example", "@", "a", "a@b@c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, domain := range []bool{false, true} {
			a, err := senderAddress(s, domain)
			if err != nil {
				continue
			}
			if a[0] == '@' && !domain {
				t.Errorf("%q became the domain %q", s, a)
			}
			if again, err := senderAddress(a, domain); err != nil || again != a {
				t.Errorf("%q became %q, which becomes %q, %v", s, a, again, err)
			}
		}
	})
}
