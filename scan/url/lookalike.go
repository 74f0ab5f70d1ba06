package url

import (
	"strings"

	"golang.org/x/net/idna"

	"sekisho/mail/likeness"
	"sekisho/scan/brand"
)

// shortest is the fewest letters of a name of which a change of one letter is an imitation: shorter ones meet by chance.
const shortest = 6

// shortestBrand is the fewest letters of a well-known name that somebody may be found to imitate by writing it with other letters: "ml.com" is
// not "mi.com".
const shortestBrand = 4

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
		l.add(strings.ToLower(d), 1)
	}
	if known {
		for _, b := range brand.All() {
			for _, d := range b.Domains {
				l.add(d, shortestBrand)
			}
		}
	}
	return l
}

// add takes a domain; one whose label has fewer letters than least is only known, and nobody imitates it.
func (l *Lookalike) add(d string, least int) {
	site := Site(d)
	l.exact[d], l.exact[site] = true, true
	label, _, _ := strings.Cut(likeness.Skeleton(site), ".")
	if len(label) < least {
		return
	}
	l.form[likeness.Skeleton(site)] = site
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
	if d, ok := l.form[likeness.Skeleton(shown)]; ok {
		return Likeness{d, "homograph"}, true
	}
	label, _, _ := strings.Cut(likeness.Skeleton(shown), ".")
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
		return known, likeness.OneChange(known, label)
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
