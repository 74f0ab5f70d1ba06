package leak

import "strings"

// phone tries telephone numbers of Japan: ten digits, or eleven for mobile and IP telephones, that begin with 0.
func (f *finder) phone(g []group) int {
	if f.t[g[0].start] != '0' || g[0].len() < 2 {
		return 0
	}
	if n := f.area(g); n > 0 {
		return n
	}
	first := f.t[g[0].start:]
	if l := g[0].len(); f.whole(g, 1) && (l == 11 && mobile(first) && f.says(g[0].start, g[0].end) != other || l == 10 && f.says(g[0].start, g[0].end) == isPhone) {
		f.hit(Phone, g[0].start, g[0].end)
		return 1
	}
	if len(g) < 3 || g[0].sep != g[1].sep || !f.whole(g, 3) || g[2].len() < 3 || g[2].len() > 4 || g[0].len() > 5 {
		return 0
	}
	n := g[0].len() + g[1].len() + g[2].len()
	if n != 10 && !(n == 11 && mobile(first)) || g[0].sep == '_' {
		return 0
	}
	if g[0].sep != '-' && n == 10 && g[0].sep != '.' && f.says(g[0].start, g[2].end) == other {
		return 0
	}
	f.hit(Phone, g[0].start, g[2].end)
	return 3
}

// area tries 03(5198)7061 and (03) 5198-7061.
func (f *finder) area(g []group) int {
	end := g[0].end
	s := f.t[end:]
	if len(g) > 1 && g[0].sep != 0 || g[0].len() > 5 || s == "" || s[0] != ')' && s[0] != '(' {
		return 0
	}
	i := end + 1
	if i < len(f.t) && f.t[i] == ' ' {
		i++
	}
	n, from := g[0].len(), i
	for ; i < len(f.t) && (digit(f.t[i]) || i > from && strings.IndexByte("-) ", f.t[i]) >= 0 && i+1 < len(f.t) && (digit(f.t[i+1]) || f.t[i+1] == ' ')); i++ {
		if digit(f.t[i]) {
			n++
		}
	}
	if n != 10 && n != 11 || n == 11 && !mobile(f.t[g[0].start:]) {
		return 0
	}
	start := g[0].start
	if s[0] == ')' {
		if start == 0 || f.t[start-1] != '(' {
			return 0
		}
		start--
	}
	f.hit(Phone, start, i)
	return 1
}

func mobile(s string) bool {
	return len(s) > 3 && s[0] == '0' && s[2] == '0' && (s[1] >= '5' && s[1] <= '9')
}

// plus tries numbers with a country: +81-90-1234-5678, +81 3 1234 5678, +819012345678, +1 212 555 0100.
func (f *finder) plus(g []group) int {
	start := g[0].start
	if start == 0 || f.t[start-1] != '+' || start > 1 && word(f.t[start-2]) {
		return 0
	}
	n, total := 0, 0
	for n < len(g) && n < 6 {
		total += g[n].len()
		if n++; g[n-1].sep == 0 || total >= 11 && g[n-1].sep == ' ' {
			break
		}
	}
	if total < 9 || total > 15 || !f.whole(g, n) {
		return f.optional(g)
	}
	f.hit(Phone, start-1, g[n-1].end)
	return n
}

// optional tries +81 (0)90-1234-5678 and (+81) 90-1234-5678.
func (f *finder) optional(g []group) int {
	s := f.t[g[0].end:]
	t := strings.TrimLeft(s, " -")
	skip := len("(0)")
	switch {
	case f.t[g[0].start:g[0].end] != "81":
		return 0
	case strings.HasPrefix(t, ")") && g[0].start > 1 && f.t[g[0].start-2] == '(':
		skip = 1 + len(t[1:]) - len(strings.TrimLeft(t[1:], " "))
	case !strings.HasPrefix(t, "(0)"):
		return 0
	}
	from := g[0].end + len(s) - len(t)
	n, i := 0, from+skip
	for ; i < len(f.t) && (digit(f.t[i]) || (f.t[i] == '-' || f.t[i] == ' ') && i+1 < len(f.t) && digit(f.t[i+1])) && n < 10; i++ {
		if digit(f.t[i]) {
			n++
		}
	}
	if n != 9 && n != 10 {
		return 0
	}
	f.hit(Phone, g[0].start-1, i)
	return 1
}
