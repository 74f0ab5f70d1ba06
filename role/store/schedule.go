package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sekisho"
)

// schedule says when a contract's people are told of what is kept from them.
type schedule struct {
	every time.Duration // 0: once a day, at
	at    time.Duration // since midnight
	zone  *time.Location
	off   bool
}

// usualDigest is when people are told where the contract says nothing.
const usualDigest = "08:00"

// parseSchedule reads "off", hours such as "6h", or a time of day such as "08:00" or "08:00+09:00". A time without a zone is Japan's
// where the contract's language is Japanese, and UTC elsewhere.
func parseSchedule(text, language string) (schedule, error) {
	s := schedule{zone: time.UTC}
	if language == "ja" {
		s.zone = time.FixedZone("+09:00", 9*3600)
	}
	if text == "" {
		text = usualDigest
	}
	if text == "off" {
		s.off = true
		return s, nil
	}
	if hours, is := strings.CutSuffix(text, "h"); is {
		n, err := strconv.Atoi(hours)
		if err == nil && n >= 1 && n <= 24 && strconv.Itoa(n) == hours {
			s.every = time.Duration(n) * time.Hour
			return s, nil
		}
	}
	for _, layout := range []string{"15:04Z07:00", "15:04"} {
		if len(text) < 5 {
			break
		}
		if at, err := time.Parse(layout, text); err == nil {
			if layout != "15:04" {
				_, offset := at.Zone()
				s.zone = time.FixedZone(text[5:], offset)
			}
			s.at = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
			return s, nil
		}
	}
	return s, sekisho.E("store.digest", sekisho.Invalid, fmt.Errorf("digest %.40q: write \"off\", hours such as \"6h\", or a time such as \"08:00\" or \"08:00+09:00\"", text))
}

// next is the first time after now at which people are to be told.
func (s schedule) next(now time.Time) time.Time {
	if s.every > 0 {
		return now.Truncate(s.every).Add(s.every)
	}
	local := now.In(s.zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, s.zone).Add(s.at)
	if !day.After(now) {
		day = day.AddDate(0, 0, 1)
	}
	return day.UTC()
}
