package insider

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// expected is what was to be expected in the days looked at, from the days before.
func (s *standing) expected(before uint64, days int) float64 {
	if len(s.before) == 0 {
		return 0
	}
	return float64(before) * float64(days) / float64(max(len(s.before), days))
}

// private is for mail to his own name at a free mail service. It counts for something even where he always does it.
func (s *standing) private(days int) {
	n := s.Sums.Private
	if n == 0 {
		return
	}
	usual := s.expected(s.then.Private, days)
	points := 2*math.Log2(1+float64(n)) + 7*max(0, math.Log2((float64(n)+1)/(usual+1))) + 3*math.Log2(1+float64(s.Sums.PrivateBytes)/(10<<20))
	s.add(Part{Kind: "private", Points: min(points, 40), Value: float64(n), Usual: usual, Bytes: s.Sums.PrivateBytes})
}

// onward is for mail that his own filter sends on to the outside.
func (s *standing) onward(days int) {
	n, own := float64(s.Sums.Onward), float64(s.Sums.OnwardOwn)
	if n == 0 {
		return
	}
	usual := s.expected(s.then.Onward, days)
	points := 4 * max(0, math.Log2((n+2)/(usual+2)))
	if own > 0 {
		points += 8 + 2*math.Log2(1+own)
	}
	s.add(Part{Kind: "onward", Points: min(points, 40), Value: n, Usual: usual})
}

// seldom is the share of an hour, with the hours beside it, below which somebody hardly ever sends in it; known is how many mails must
// have been sent to know that, and odd how many must be unusual.
const (
	seldom = 0.01
	known  = 60
	odd    = 5
)

// hours is for mail sent at hours at which he hardly ever did.
func (s *standing) hours() {
	var all uint64
	for _, n := range s.then.Hours {
		all += n
	}
	if all < known || len(s.then.Hours) != 24 || len(s.Sums.Hours) != 24 {
		return
	}
	var n, sent uint64
	for h, c := range s.Sums.Hours {
		sent += c
		around := s.then.Hours[h] + s.then.Hours[(h+1)%24] + s.then.Hours[(h+23)%24]
		if float64(around) < seldom*float64(all) {
			n += c
		}
	}
	usual := seldom * float64(sent)
	if n < odd || float64(n) < 2*usual {
		return
	}
	s.add(Part{Kind: "hours", Points: min(5*math.Log2(float64(n)/2), 25), Value: float64(n), Usual: math.Round(usual)})
}

// soon is how many days before his last day somebody counts as leaving.
const soon = 92

// leaving makes what else there is weigh more for somebody who leaves, or is suspended.
func (s *standing) leaving(today int64) {
	leaves := s.person.Leaves > 0 && s.person.Leaves-today <= soon
	if !leaves && !s.person.Suspended || len(s.Parts) == 0 {
		return
	}
	var sum float64
	for _, p := range s.Parts {
		sum += p.Points
	}
	p := Part{Kind: "leaving", Points: max(min(sum/2, 30), leastPoint)}
	if leaves {
		p.Day = s.person.Leaves
	}
	s.add(p)
}

// Date is a day as people write it.
func Date(day int64) string { return time.Unix(day*86400, 0).UTC().Format(time.DateOnly) }

func size(bytes float64) string {
	switch {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GB", bytes/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", bytes/(1<<20))
	}
	return fmt.Sprintf("%.0f KB", math.Ceil(bytes/(1<<10)))
}

// Text says a part in words, in "ja" or "en".
func (p *Part) Text(language string) string {
	n, usual, day := fmt.Sprintf("%.0f", p.Value), fmt.Sprintf("%.0f", p.Usual), Date(p.Day)
	if strings.HasPrefix(p.Kind, "bytes") {
		n, usual = size(p.Value), size(p.Usual)
	}
	if language == "ja" {
		return p.japanese(n, usual, day)
	}
	switch p.Kind {
	case "private":
		return fmt.Sprintf("%s mails to the person's own name at a free mail service (%s in all); %s were to be expected", n, size(float64(p.Bytes)), usual)
	case "onward":
		return fmt.Sprintf("%s mails sent on to the outside by the person's own filter; %s were to be expected", n, usual)
	case "volume":
		return fmt.Sprintf("%s recipients outside on %s; the highest days before had %s", n, day, usual)
	case "bytes":
		return fmt.Sprintf("%s to the outside on %s; the highest days before had %s", n, day, usual)
	case "attachments":
		return fmt.Sprintf("%s mails with attachments to the outside on %s; the highest days before had %s", n, day, usual)
	case "bytes-total":
		return fmt.Sprintf("%s to the outside in all; %s were to be expected from the time before", n, usual)
	case "attachments-total":
		return fmt.Sprintf("%s mails with attachments to the outside in all; %s were to be expected from the time before", n, usual)
	case "reading-total":
		return fmt.Sprintf("%s mails fetched whole from the mailbox in all; %s were to be expected from the time before", n, usual)
	case "hours":
		return fmt.Sprintf("%s mails sent at hours at which this person hardly ever sent before; about %s were to be expected", n, usual)
	case "reading":
		return fmt.Sprintf("%s mails fetched whole from the mailbox on %s; the highest days before had %s", n, day, usual)
	case "looking":
		return fmt.Sprintf("%s kept mails of others opened on %s; the highest days before had %s", n, day, usual)
	case "leaving":
		if p.Day > 0 {
			return "the person leaves on " + day + ": everything else weighs half as much again"
		}
		return "the account is suspended: everything else weighs half as much again"
	}
	return p.Kind
}

func (p *Part) japanese(n, usual, day string) string {
	switch p.Kind {
	case "private":
		return fmt.Sprintf("フリーメールの本人名義と思われる宛先へ %s 通（合計 %s）。通常の見込みは %s 通", n, size(float64(p.Bytes)), usual)
	case "onward":
		return fmt.Sprintf("本人の振り分け設定による社外への転送 %s 通。通常の見込みは %s 通", n, usual)
	case "volume":
		return fmt.Sprintf("%s に社外の宛先 %s 件。これまでの最多の日は %s 件", day, n, usual)
	case "bytes":
		return fmt.Sprintf("%s に社外へ %s。これまでの最多の日は %s", day, n, usual)
	case "attachments":
		return fmt.Sprintf("%s に社外へ添付ファイル付きメール %s 通。これまでの最多の日は %s 通", day, n, usual)
	case "bytes-total":
		return fmt.Sprintf("期間全体で社外へ %s。それ以前からの見込みは %s", n, usual)
	case "attachments-total":
		return fmt.Sprintf("期間全体で社外へ添付ファイル付きメール %s 通。それ以前からの見込みは %s 通", n, usual)
	case "reading-total":
		return fmt.Sprintf("期間全体でメールボックスから本文ごと取得 %s 通。それ以前からの見込みは %s 通", n, usual)
	case "hours":
		return fmt.Sprintf("普段ほとんど送信しない時間帯の送信 %s 通。通常の見込みは約 %s 通", n, usual)
	case "reading":
		return fmt.Sprintf("%s にメールボックスから本文ごと取得 %s 通。これまでの最多の日は %s 通", day, n, usual)
	case "looking":
		return fmt.Sprintf("%s に隔離・保留された他者のメールの閲覧 %s 通。これまでの最多の日は %s 通", day, n, usual)
	case "leaving":
		if p.Day > 0 {
			return day + " に退職予定のため、他の項目を1.5倍に評価"
		}
		return "アカウント停止中のため、他の項目を1.5倍に評価"
	}
	return p.Kind
}
