package leak

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// group is a run of digits; sep is what stands between it and the next group: ' ', '-', '.', '_', or 0 when none follows
// directly.
type group struct {
	start, end int
	sep        byte
}

func (g group) len() int { return g.end - g.start }

// gap reads what may stand between two groups of one number, of any look-alike of a hyphen or a space.
func gap(s string) (sep byte, n int) {
	for n < len(s) && n < 8 {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case r == ' ' || r == 0xa0 || r == 0x200b || r == 0x2009 || r == 0xfeff:
			sep = max(sep, ' ')
		case r == '-' || r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 'ー' || r == 0x2500 || r == 0xad || r == '・':
			if sep > ' ' {
				return 0, 0
			}
			sep = '-'
		case (r == '.' || r == '_') && n == 0:
			return byte(r), 1
		case r == '\n' && sep == '-' || r == '\r' && sep == '-' && n+1 < len(s) && s[n+1] == '\n': // a number that a line's end divides
		default:
			return sep, n
		}
		n += size
	}
	return sep, n
}

// numbers walks over the digits of the text, group by group.
func (f *finder) numbers() {
	var run []group
	for i := 0; i < len(f.t); {
		if !digit(f.t[i]) {
			i++
			continue
		}
		run = run[:0]
		for {
			g := group{start: i}
			for i < len(f.t) && digit(f.t[i]) {
				i++
			}
			g.end = i
			if sep, n := gap(f.t[i:]); n > 0 && i+n < len(f.t) && digit(f.t[i+n]) && len(run) < 10000 {
				g.sep = sep
				i += n
			}
			run = append(run, g)
			if g.sep == 0 {
				break
			}
		}
		f.run(run)
	}
}

// run looks for numbers in groups that follow each other directly.
func (f *finder) run(run []group) {
	for i := 0; i < len(run); {
		i += max(f.at(run[i:], i > 0 && run[i-1].sep != ' '), 1)
	}
}

// at tries the kinds of numbers at the first group and gives how many groups it took. joined says that a hyphen stands
// before it.
func (f *finder) at(g []group, joined bool) int {
	start := g[0].start
	if n := f.plus(g); n > 0 {
		return n
	}
	if !joined && !f.begins(start) && f.era(start) == start-1 && (start == 1 || !word(f.t[start-2])) {
		return f.birth(g)
	}
	if joined || !f.begins(start) || slices.ContainsFunc(f.coded, func(h Hit) bool { return start >= h.Start && start < h.End }) {
		return 0
	}
	for _, try := range []func([]group) int{f.birth, f.phone, f.person, f.card, f.corporate, f.account} {
		if n := try(g); n > 0 {
			return n
		}
	}
	return 0
}

// begins says whether a number can begin at start: it is no part of a word, a code or a sum.
func (f *finder) begins(start int) bool {
	if start == 0 {
		return true
	}
	switch c := f.t[start-1]; {
	case latin(c) && f.named(start):
		return true
	case word(c), c == '+', c == '&', c == '$', c == '%', c == '\\':
		return false
	case c == '-', c == '.':
		return start > 1 && (f.t[start-2] == ' ' || f.t[start-2] == '\n' || c == '.' && latin(f.t[start-2]))
	case c == ',':
		return start < 2 || !digit(f.t[start-2]) || !f.thousands(start)
	}
	return !strings.HasSuffix(f.t[:start], "¥")
}

// named says whether the word that ends at start, with nothing between, is a label of personal data: two elements of a page that
// stand side by side.
func (f *finder) named(start int) bool {
	front := f.t[max(0, start-24):start]
	bare := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(front, "number"), "no"), " _-")
	return ends(front) || bare != front && ends(bare)
}

// ends says whether a label of four bytes or more stands at the end of s.
func ends(s string) (is bool) {
	vocabulary().Find(s, func(of, i, n int) {
		is = is || i+n == len(s) && n >= 4 && sense(of) != other && stands(s, i, n)
	})
	return is
}

// linked says whether start stands in the address of a page or the name of a file: digits there are no numbers of persons unless
// a word says so.
func (f *finder) linked(start, end int) bool {
	from := start
	for from > 0 && start-from < 300 && f.t[from-1] > ' ' && f.t[from-1] < utf8.RuneSelf && f.t[from-1] != '"' && f.t[from-1] != '<' {
		from--
	}
	if strings.Contains(f.t[from:start], "://") || strings.HasPrefix(f.t[from:start], "www.") || strings.HasPrefix(f.t[from:start], "cid:") {
		return true
	}
	s := f.t[end:min(len(f.t), end+6)]
	n := 1
	for n < len(s) && latin(s[n]) {
		n++
	}
	return n >= 4 && n <= 5 && s[0] == '.' && (n == len(s) || !word(s[n])) || strings.HasPrefix(s, "@")
}

// thousands says whether the comma before start divides the digits of one sum: 1,234,567.
func (f *finder) thousands(start int) bool {
	end := start
	for end < len(f.t) && digit(f.t[end]) {
		end++
	}
	return end-start == 3
}

// whole says that n groups of g end where the number ends: no digit is joined to them, no letter follows.
func (f *finder) whole(g []group, n int) bool {
	if n > len(g) || g[n-1].sep != 0 && g[n-1].sep != ' ' {
		return false
	}
	end := g[n-1].end
	return end == len(f.t) || !word(f.t[end]) && f.t[end] != '%' && !strings.HasPrefix(f.t[end:], "円") && !strings.HasPrefix(f.t[end:], "件")
}

// shape says whether g begins with groups of these lengths, one separator between all.
func (f *finder) shape(g []group, lengths ...int) bool {
	if len(g) < len(lengths) || !f.whole(g, len(lengths)) {
		return false
	}
	for i, n := range lengths {
		if g[i].len() != n || i < len(lengths)-1 && g[i].sep != g[0].sep {
			return false
		}
	}
	return true
}

// total is how many groups, at most six, have n digits together and end as a number ends; 0 for none.
func (f *finder) total(g []group, n int) int {
	if f.boxes(g) == n {
		return n
	}
	sum := 0
	for i := range min(len(g), 6) {
		if sum += g[i].len(); sum == n && f.whole(g, i+1) {
			return i + 1
		}
		if sum >= n {
			return 0
		}
	}
	return 0
}

// boxes is how many groups of one digit each stand side by side, as in the boxes of a form, when the number ends behind them.
func (f *finder) boxes(g []group) int {
	if i := g[0].start; i > 2 && (f.t[i-1] == ' ' || f.t[i-1] == '-') && digit(f.t[i-2]) && !digit(f.t[i-3]) {
		return 0
	}
	n := 0
	for n < len(g) && n < 20 && g[n].len() == 1 && (n == 0 || g[n-1].sep == g[0].sep) {
		n++
	}
	if n < len(g) && n > 0 && g[n-1].sep == g[0].sep && g[n].len() == 1 || n < 12 || !f.whole(g, n) {
		return 0
	}
	return n
}

// digits are the digits of n groups.
func (f *finder) digits(g []group, n int) string {
	if n == 1 {
		return f.t[g[0].start:g[0].end]
	}
	var b strings.Builder
	for _, x := range g[:n] {
		b.WriteString(f.t[x.start:x.end])
	}
	return b.String()
}

// usual are how a card's digits are grouped on it.
var usual = [...][]int{{4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4}, {16}, {15}, {14}, {19}, {4, 4, 4, 4, 3}, {6, 13}}

// card tries payment cards: issuer's prefix, length, check digit, and no word that says otherwise. In groups that no card
// has, the text must call it a card.
func (f *finder) card(g []group) int {
	i := slices.IndexFunc(usual[:], func(l []int) bool { return f.shape(g, l...) })
	n := 0
	if i >= 0 {
		n = len(usual[i])
	} else {
		for _, l := range []int{16, 15, 14, 19, 17, 18} {
			if n = f.total(g, l); n > 0 {
				break
			}
		}
	}
	if n == 0 {
		return 0
	}
	d := f.digits(g, n)
	start, end := g[0].start, g[n-1].end
	right := issuer(d) && luhn(d)
	if !right && (i < 0 || len(d) < 16) {
		return 0
	}
	p := &f.pools[min(n, 2)-1]
	switch s := f.says(start, end); {
	case !right && s == unsaid && !stamp(d):
		p.wrong++
		return n
	case right && s == isCard:
		f.hit(Card, start, end)
	case right && i >= 0 && (s == unsaid || s == loose) && !stamp(d) && !f.linked(start, end):
		p.hits = append(p.hits, Hit{Card, start, end})
	default:
		return 0
	}
	return n
}

// person tries My Number and driving licences: twelve digits both.
func (f *finder) person(g []group) int {
	n, plain := 0, true
	switch {
	case f.shape(g, 12):
		n = 1
	case f.shape(g, 4, 4, 4):
		n = 3
	case f.boxes(g) == 12:
		n = 12
	default:
		n, plain = f.total(g, 12), false
	}
	if n == 0 || !plain && f.t[g[0].start] == '0' && n == 4 && g[0].sep == '-' && g[0].len() == 2 {
		return 0
	}
	if f.shape(g, 4, 4, 4, 4) && len(g) == 4 {
		if d := f.digits(g, 4); issuer(d) && luhn(d) {
			return 0 // a card's number begins like this, too
		}
	}
	d := f.digits(g, n)
	start, end := g[0].start, g[n-1].end
	right, s := myNumber(d), f.says(start, end)
	p := &f.pools[2+min(n, 2)-1]
	switch {
	case s == isLicense && plain && num(d[:2]) >= 10:
		f.hit(License, start, end)
	case right && s == isMyNumber:
		f.hit(MyNumber, start, end)
	case !plain || s != unsaid || stamp(d) || abroad(d) && n == 1 || f.t[max(start-1, 0)] == '#' || f.linked(start, end) || more(g, n) || f.inner(start):
		return 0
	case right:
		p.hits = append(p.hits, Hit{MyNumber, start, end})
	default:
		p.wrong++
		return 0
	}
	return n
}

// more says whether another group of four digits follows three of them: twelve digits of a longer number or a list of years.
func more(g []group, n int) bool { return n == 3 && len(g) > 3 && g[3].len() == 4 && len(g)%3 != 0 }

// inner says whether four digits stand before start on its line, spaces between.
func (f *finder) inner(start int) bool {
	s := strings.TrimRight(f.t[max(0, start-9):start], " ")
	return len(s) >= 4 && f.t[start-1] == ' ' && digits(s[len(s)-4:])
}

// abroad says whether twelve digits are a mobile telephone of Japan as it is called from outside.
func abroad(d string) bool { return d[:2] == "81" && d[3] == '0' && d[2] >= '7' }

// corporate tries corporate numbers, which are public.
func (f *finder) corporate(g []group) int {
	n := 0
	switch {
	case f.shape(g, 13):
		n = 1
	case f.shape(g, 1, 4, 4, 4):
		n = 4
	default:
		return 0
	}
	d := f.digits(g, n)
	start, end := g[0].start, g[n-1].end
	s := f.says(start, end)
	goods := article(d) && (d[:2] == "45" || d[:2] == "49" || d[:3] == "978" || d[:3] == "979")
	if !corporate(d) || s != isCorporate && (s != unsaid || goods) {
		return 0
	}
	f.hit(Corporate, start, end)
	return n
}

// account tries numbers that only a word makes recognisable: accounts, insurers, pensions, passports of countries whose
// passports have digits only.
func (f *finder) account(g []group) int {
	n := 1
	if f.shape(g, 4, 6) {
		n = 2
	} else if f.shape(g, 5, 8) || f.shape(g, 5, 7) || f.shape(g, 3, 7) || f.shape(g, 5, 1, 8) {
		n = len(g[:2])
	}
	if !f.whole(g, n) {
		return 0
	}
	d := f.digits(g, n)
	if len(d) < 6 || len(d) > 14 {
		return 0
	}
	start, end := g[0].start, g[n-1].end
	switch s := f.says(start, end); {
	case s == isBank && (len(d) <= 8 || n == 2 && len(d) <= 13) && f.banking(start):
		f.hit(Bank, start, end)
	case s == unsaid && len(d) >= 6 && len(d) <= 8 && n == 1 && strings.Contains(f.t[max(0, start-30):start], "記号") && f.banking(start):
		f.hit(Bank, start, end)
	case s == isInsurer && (len(d) == 6 || len(d) == 8):
		f.hit(Insurer, start, end)
	case s == isPension && len(d) == 10:
		f.hit(Pension, start, end)
	case s == isPassport && len(d) == 9 && n == 1:
		f.hit(Passport, start, end)
	default:
		return 0
	}
	return n
}

// banking says whether the text speaks of a bank near at, so that an account is one of money.
func (f *finder) banking(at int) bool {
	s := f.t[max(0, at-300):min(len(f.t), at+100)]
	for _, w := range []string{"銀行", "支店", "信用金庫", "信金", "信用組合", "ゆうちょ", "農協", "労働金庫", "振込", "普通", "当座", "貯蓄", "預金", "口座名義", "口座番号", "bank", "branch", "savings", "checking", "routing", "swift", "account number", "account no", "account_number"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
