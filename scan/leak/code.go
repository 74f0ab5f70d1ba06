package leak

import "strings"

// birth tries dates that the text calls days of birth: 1985-04-12, 1985/4/12, 19850412, 1985年4月12日, 昭和60年4月12日, 12.04.1985.
func (f *finder) birth(g []group) int {
	start := g[0].start
	n, end := 1, g[0].end
	switch {
	case g[0].len() == 8 && f.whole(g, 1) && date(f.t[start:end]):
	case len(g) >= 3 && f.calendar(g):
		n, end = 3, g[2].end
	default:
		s := f.t[start:min(len(f.t), start+24)]
		l := written(s)
		if l == 0 {
			return 0
		}
		end = start + l
	}
	if f.says(f.era(start), end) != isBirth {
		return 0
	}
	f.hit(Birth, start, end)
	return n
}

// calendar says whether three groups are a day: year first or last.
func (f *finder) calendar(g []group) bool {
	if !f.whole(g, 3) || g[0].sep != g[1].sep || g[0].sep == ' ' || g[0].sep == '_' {
		return false
	}
	a, b, c := g[0].len(), g[1].len(), g[2].len()
	v := func(i int) int { return num(f.t[g[i].start:g[i].end]) }
	switch {
	case a == 4 && b <= 2 && c <= 2:
		return v(0) >= 1900 && v(0) < 2100 && v(1) >= 1 && v(1) <= 12 && v(2) >= 1 && v(2) <= 31
	case c == 4 && a <= 2 && b <= 2:
		return v(2) >= 1900 && v(2) < 2100 && v(0) >= 1 && v(1) >= 1 && min(v(0), v(1)) <= 12 && max(v(0), v(1)) <= 31
	case a <= 2 && b <= 2 && c <= 2: // 60.4.12, of an era
		return v(0) >= 1 && v(0) <= 64 && v(1) >= 1 && v(1) <= 12 && v(2) >= 1 && v(2) <= 31
	}
	return false
}

// written is the length of a day that s begins with: 1985年4月12日, or 1985/4/12. 0 for none.
func written(s string) int {
	i, ok := 0, true
	number := func(most int) int {
		from := i
		for i < len(s) && i-from < most && digit(s[i]) {
			i++
		}
		ok = ok && i > from
		return num(s[from:i])
	}
	skip := func(marks ...string) {
		for _, m := range marks {
			if rest, found := strings.CutPrefix(s[i:], m); found {
				i = len(s) - len(strings.TrimLeft(rest, " "))
				return
			}
		}
		ok = false
	}
	y := number(4)
	skip("年", "/")
	m := number(2)
	skip("月", "/")
	d := number(2)
	if !ok || y < 1 || y > 64 && y < 1900 && m > 31 || m < 1 || d < 1 || m > 31 || d > 31 {
		return 0
	}
	if strings.HasPrefix(s[i:], "日") {
		i += len("日")
	} else if y2 := i; strings.HasPrefix(s[i:], "/") { // 12/04/1985
		i++
		number(4)
		if !ok {
			return y2
		}
	}
	return i
}

// era is start moved before the name of an era, so that the label behind it is found.
func (f *finder) era(start int) int {
	for _, e := range []string{"昭和", "平成", "令和", "大正", "s", "h", "r", "t"} {
		if strings.HasSuffix(f.t[:start], e) {
			return start - len(e)
		}
	}
	return start
}

// codes finds numbers with letters: passports, residence cards, international accounts.
func (f *finder) codes() {
	for i := 0; i+9 <= len(f.t); i++ {
		if !latin(f.t[i]) || i > 0 && (word(f.t[i-1]) || f.t[i-1] == '-' || f.t[i-1] == '.' && i > 1 && word(f.t[i-2])) {
			continue
		}
		switch {
		case latin(f.t[i+1]) && digit(f.t[i+2]) && digit(f.t[i+3]):
			f.two(i)
		case digit(f.t[i+1]) && digit(f.t[i+2]) && digits(f.t[i+1:i+9]) && f.stops(i+9):
			if f.says(i, i+9) == isPassport { // one letter and eight digits: China, Germany, the United States
				f.hit(Passport, i, i+9)
			}
		}
	}
}

func (f *finder) stops(end int) bool { return end == len(f.t) || !word(f.t[end]) && f.t[end] != '-' }

// two tries what begins with two letters and two digits.
func (f *finder) two(i int) {
	if n := f.international(i); n > 0 {
		f.hit(Bank, i, i+n)
		return
	}
	end := i + 9
	if digits(f.t[i+2:end]) && f.stops(end) {
		if s := f.says(i, end); s == isPassport || s == unsaid && f.travels() {
			f.hit(Passport, i, end)
		}
		return
	}
	if end = i + 12; end <= len(f.t) && digits(f.t[i+2:i+10]) && latin(f.t[i+10]) && latin(f.t[i+11]) && f.stops(end) {
		if s := f.says(i, end); s == isResidence || s == unsaid {
			f.hit(Residence, i, end)
		}
	}
}

// travels says whether the text speaks of passports at all.
func (f *finder) travels() bool {
	return strings.Contains(f.t, "旅券") || strings.Contains(f.t, "パスポート") || strings.Contains(f.t, "passport")
}

// international is the length of the IBAN that begins at i, in one piece or in groups of four; 0 for none.
func (f *finder) international(i int) int {
	at := strings.Index(ibans, f.t[i:i+2])
	if at < 0 || at%5 != 0 {
		return 0
	}
	want := num(ibans[at+2 : at+4])
	var b strings.Builder
	n := 0
	for ; i+n < len(f.t) && b.Len() < want; n++ {
		c := f.t[i+n]
		if (c == ' ' || c == '-') && b.Len()%4 == 0 && b.Len() > 0 {
			continue
		}
		if !digit(c) && !latin(c) {
			return 0
		}
		b.WriteByte(c)
	}
	if b.Len() != want || !f.stops(i+n) || !iban(b.String()) {
		return 0
	}
	return n
}
