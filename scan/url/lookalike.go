package url

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"sekisho/scan/brand"
)

// shortest is the fewest letters of a name of which a change of one letter is an imitation: shorter ones meet by chance.
const shortest = 6

// Likeness says to which domain another is similar.
type Likeness struct {
	Of  string // the domain that is imitated
	How string // "homograph", "typo", "inside"
}

// Lookalike knows domains that must not be imitated. It is safe for use by several goroutines once made.
type Lookalike struct {
	exact  map[string]bool
	form   map[string]string // skeleton of a domain -> domain
	labels map[string]string // skeletons of first labels that are long enough -> domain
	near   map[string]string // those skeletons with one letter left out, for comparing with one change
}

// NewLookalike makes a Lookalike of domains and, with known, of the well-known brands too.
func NewLookalike(domains []string, known bool) *Lookalike {
	n := len(domains)
	if known {
		n += 2 * len(brand.All())
	}
	l := &Lookalike{exact: make(map[string]bool, n), form: make(map[string]string, n), labels: make(map[string]string, n), near: make(map[string]string, 8*n)}
	for _, d := range domains {
		l.add(strings.ToLower(d))
	}
	if known {
		for _, b := range brand.All() {
			for _, d := range b.Domains {
				l.add(d)
			}
		}
	}
	return l
}

func (l *Lookalike) add(d string) {
	site := Site(d)
	l.exact[d], l.exact[site] = true, true
	l.form[Skeleton(site)] = site
	label, _, _ := strings.Cut(Skeleton(site), ".")
	if len(label) < shortest {
		return
	}
	if _, ok := l.labels[label]; ok {
		return // the first domain of a name speaks for it
	}
	l.labels[label] = site
	for i := range label {
		l.near[label[:i]+label[i+1:]] = label
	}
}

// Of says which domain host imitates; false for none. A domain is never its own imitation.
func (l *Lookalike) Of(host string) (Likeness, bool) {
	site := Site(strings.ToLower(host))
	if l == nil || l.exact[site] || l.exact[host] || host == "" {
		return Likeness{}, false
	}
	shown := site
	if strings.Contains(site, "xn--") {
		if u, err := idna.ToUnicode(site); err == nil {
			shown = u
		}
	}
	if d, ok := l.form[Skeleton(shown)]; ok {
		return Likeness{d, "homograph"}, true
	}
	label, _, _ := strings.Cut(Skeleton(shown), ".")
	if _, ok := l.labels[label]; ok { // the same name under another suffix is often the same owner
		return l.inside(host, site)
	}
	if known, ok := l.typo(label); ok {
		return Likeness{l.labels[known], "typo"}, true
	}
	return l.inside(host, site)
}

// typo says whether label is one letter away from a known one: one left out, added, changed, or two swapped.
func (l *Lookalike) typo(label string) (string, bool) {
	if len(label) < shortest {
		return "", false
	}
	try := func(s string) (string, bool) {
		known, ok := l.near[s]
		if !ok {
			if _, is := l.labels[s]; is {
				return s, true
			}
			return "", false
		}
		return known, distance(known, label) == 1
	}
	if k, ok := try(label); ok && k != label {
		return k, true
	}
	for i := range label {
		if k, ok := try(label[:i] + label[i+1:]); ok && k != label {
			return k, true
		}
	}
	return "", false
}

// distance is 1 when a becomes b by one change of a letter, an added or left out one, or two neighbours swapped; 0 when
// they are equal; 2 for more.
func distance(a, b string) int {
	if a == b {
		return 0
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		if a[i:] == b[i+1:] {
			return 1
		}
	case 0:
		if a[i+1:] == b[i+1:] {
			return 1
		}
		if i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:] {
			return 1
		}
	}
	return 2
}

// inside says whether a whole known domain stands in the labels of a foreign one: "amazon.co.jp.account.example".
func (l *Lookalike) inside(host, site string) (Likeness, bool) {
	front := strings.TrimSuffix(host, site)
	if len(front) < 6 {
		return Likeness{}, false
	}
	labels := strings.Split(strings.Trim(front, "."), ".")
	for i := range labels {
		for k := i + 2; k <= min(len(labels), i+3); k++ {
			if d := strings.Join(labels[i:k], "."); l.exact[d] {
				return Likeness{d, "inside"}, true
			}
		}
	}
	return Likeness{}, false
}

// Skeleton is how a name looks: equal for names that people take for each other.
func Skeleton(s string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if !ascii {
		s = strings.Map(shape, norm.NFKD.String(strings.ToLower(s)))
	}
	s = strings.ToLower(s)
	if strings.Contains(s, "rn") || strings.Contains(s, "vv") || strings.Contains(s, "cl") {
		s = strings.NewReplacer("rn", "m", "vv", "w", "cl", "d").Replace(s)
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o'
		case '1', 'i', '|':
			return 'l'
		case '5':
			return 's'
		}
		return r
	}, s)
}

// shape is the Latin letter that another character looks like; marks vanish.
func shape(r rune) rune {
	if r < 0x80 {
		return r
	}
	odd := 0
	const pairs = "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwвbкkмmнhтtб6гrпnьbз3ъbոnսuեeհhցgգqզzօoαaβbγyδdεeιiκkνvοoρpτtυuχxωwηnμuϲcϳjɑaɡgıiⅼlⅰiɩiʟlɪiɴnʀrᴀaʙbᴄcᴅdᴇeᴋkᴍmᴏoᴛtᴜuᴠvᴡwᴢz٥o۵o੦o૦o०o০o〇oー-‐-‑-‒-–-—-―-−-一-─-⁄/∕/╱/ノ/。.．.･.・.·.ロ口エ工ニ二カ力タ夕ト卜ハ八ヘへ" // each character, then what it looks like
	want := false
	for _, c := range pairs {
		switch {
		case want:
			return c
		case odd%2 == 0 && c == r:
			want = true
		}
		odd++
	}
	if r >= 0x300 && r <= 0x36f || r >= 0x200b && r <= 0x200f || r == 0xad || r == 0x3099 || r == 0x309a {
		return -1
	}
	return r
}
