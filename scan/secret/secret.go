// Package secret finds keys, tokens and passwords of programs in texts, by rules in the form of a gitleaks configuration: a
// regular expression (RE2), words that make it worth trying, the least entropy of what it catches, and lists of what is no
// secret after all.
//
// All words of all rules are looked for in one pass (Aho-Corasick); an expression runs only around its words. What is found is
// given as a place; this package never copies it, and neither may who calls it.
package secret

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"sekisho"
	"sekisho/scan/word"
)

// Hit is one find: bytes of the text, by a rule.
type Hit struct {
	Rule       string
	Start, End int
}

// Problem is a rule that cannot be used, and why.
type Problem struct{ Rule, Reason string }

// Set is rules, ready for use. It is safe for use by several goroutines.
type Set struct {
	rules []rule
	allow []allow // for every rule
	words *word.Automaton
	free  []int // rules that no word announces
}

type rule struct {
	id      string
	regex   *regexp.Regexp
	path    *regexp.Regexp
	entropy float64
	group   int
	run     int    // least run of characters of keys in a line; 0: the expression is tried on everything
	edge    bool   // a word of the rule must begin where a word begins
	then    string // one of these must stand near behind it,
	within  int    // at most so many bytes away
	joined  bool   // and before any blank
	behind  int    // how many bytes behind the word the expression is given
	allow   []allow
}

// announced says whether the word at at, n bytes long, is reason to try the rule.
func (r *rule) announced(t string, at, n int) bool {
	if r.edge && at > 0 && t[at] != '_' && letter(t[at]) && letter(t[at-1]) {
		return false
	}
	if r.edge && r.run > 0 && !begins(t[at:], r.run) {
		return false
	}
	if r.then == "" {
		return true
	}
	next := t[at+n : min(len(t), at+n+r.within)]
	if i := strings.IndexFunc(next, unicode.IsSpace); r.joined && i >= 0 {
		next = next[:i]
	}
	if !strings.ContainsAny(next, r.then) {
		return false
	}
	return r.run == 0 || runs(t[at+n:min(len(t), at+n+2*r.within+r.run)], r.run)
}

// begins says whether t begins with a run of at least n characters of keys with a digit among them.
func begins(t string, n int) bool {
	end := strings.IndexFunc(t, func(c rune) bool { return !keyed(c) })
	if end < 0 {
		end = len(t)
	}
	return end >= n && strings.ContainsAny(t[:end], "0123456789")
}

// keyed says whether a character may stand in a key, or in what such keys are joined by.
func keyed(c rune) bool {
	return c > ' ' && c < utf8.RuneSelf && c != '"' && c != '\'' && c != ',' && c != '<' && c != '>'
}

func letter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// allow is a list of what is no secret.
type allow struct {
	all     bool // every kind of condition that is given must be met
	target  string
	regexes []*regexp.Regexp
	paths   []*regexp.Regexp
	stops   []string
	commits bool
}

// file is what is read of a configuration. Keys that are about repositories of source code (commits) mean nothing in mail.
type file struct {
	Allowlist  *allowlist  `toml:"allowlist"`
	Allowlists []allowlist `toml:"allowlists"`
	Rules      []struct {
		ID          string      `toml:"id"`
		Regex       string      `toml:"regex"`
		Path        string      `toml:"path"`
		Entropy     float64     `toml:"entropy"`
		SecretGroup int         `toml:"secretGroup"`
		Run         int         `toml:"run"`
		Edge        bool        `toml:"edge"`
		Then        string      `toml:"then"`
		Within      int         `toml:"within"`
		Joined      bool        `toml:"joined"`
		Behind      int         `toml:"behind"`
		Keywords    []string    `toml:"keywords"`
		Allowlist   *allowlist  `toml:"allowlist"`
		Allowlists  []allowlist `toml:"allowlists"`
	} `toml:"rules"`
}

type allowlist struct {
	Condition   string   `toml:"condition"`
	Commits     []string `toml:"commits"`
	Paths       []string `toml:"paths"`
	RegexTarget string   `toml:"regexTarget"`
	Regexes     []string `toml:"regexes"`
	StopWords   []string `toml:"stopwords"`
	TargetRules []string `toml:"targetRules"`
}

// Most that a configuration may have.
const (
	mostRules = 2000
	longest   = 20_000 // bytes of one expression
)

// Parse reads a configuration. A rule that cannot be used is left out and named in problems; the error is for a text that is
// no configuration at all.
func Parse(text []byte) (s *Set, problems []Problem, err error) {
	var f file
	if err := toml.NewDecoder(bytes.NewReader(text)).Decode(&f); err != nil {
		return nil, nil, sekisho.E("secret", sekisho.Invalid, err)
	}
	if len(f.Rules) > mostRules {
		return nil, nil, sekisho.E("secret", sekisho.TooMany, fmt.Errorf("%d rules, at most %d", len(f.Rules), mostRules))
	}
	s = &Set{}
	if f.Allowlist != nil {
		f.Allowlists = append(f.Allowlists, *f.Allowlist)
	}
	targeted := map[string][]allow{}
	for i := range f.Allowlists {
		a, err := f.Allowlists[i].compile()
		switch {
		case err != nil:
			problems = append(problems, Problem{"allowlist", err.Error()})
		case len(f.Allowlists[i].TargetRules) == 0:
			s.allow = append(s.allow, a)
		}
		for _, id := range f.Allowlists[i].TargetRules {
			targeted[id] = append(targeted[id], a)
		}
	}
	var words []word.Word
	for i := range f.Rules {
		x := &f.Rules[i]
		r := rule{id: x.ID, entropy: x.Entropy, group: x.SecretGroup, run: x.Run, edge: x.Edge, then: x.Then, within: cmp.Or(max(x.Within, 0), usualWithin), joined: x.Joined, behind: cmp.Or(max(x.Behind, 0), behind), allow: targeted[x.ID]}
		lists := x.Allowlists
		if x.Allowlist != nil {
			lists = append(lists, *x.Allowlist)
		}
		if err := r.compile(x.Regex, x.Path, lists); err != nil {
			problems = append(problems, Problem{x.ID, err.Error()})
			continue
		}
		s.rules = append(s.rules, r)
		if len(x.Keywords) == 0 {
			s.free = append(s.free, len(s.rules)-1)
		}
		for _, k := range x.Keywords {
			words = append(words, word.Word{Text: strings.ToLower(k), Of: len(s.rules) - 1})
		}
	}
	s.words = word.New(words)
	return s, problems, nil
}

func (r *rule) compile(regex, path string, lists []allowlist) error {
	if r.id == "" || len(r.id) > 100 {
		return errors.New("a rule needs an id of at most 100 bytes")
	}
	if regex == "" && path == "" {
		return errors.New("it has neither regex nor path")
	}
	var err error
	if regex != "" {
		if r.regex, err = expression(regex); err != nil {
			return err
		}
		if r.group > r.regex.NumSubexp() {
			return fmt.Errorf("secretGroup %d, and the expression has %d groups", r.group, r.regex.NumSubexp())
		}
	}
	if path != "" {
		if r.path, err = expression(path); err != nil {
			return err
		}
	}
	for i := range lists {
		a, err := lists[i].compile()
		if err != nil {
			return err
		}
		r.allow = append(r.allow, a)
	}
	return nil
}

func expression(s string) (*regexp.Regexp, error) {
	if len(s) > longest {
		return nil, fmt.Errorf("the expression has %d bytes, at most %d", len(s), longest)
	}
	return regexp.Compile(s)
}

func (l *allowlist) compile() (allow, error) {
	a := allow{all: strings.EqualFold(l.Condition, "AND") || l.Condition == "&&", target: l.RegexTarget, commits: len(l.Commits) > 0}
	for _, s := range l.Regexes {
		r, err := expression(s)
		if err != nil {
			return a, err
		}
		a.regexes = append(a.regexes, r)
	}
	for _, s := range l.Paths {
		r, err := expression(s)
		if err != nil {
			return a, err
		}
		a.paths = append(a.paths, r)
	}
	for _, s := range l.StopWords {
		a.stops = append(a.stops, strings.ToLower(s))
	}
	return a, nil
}

// Len is how many rules can be used.
func (s *Set) Len() int { return len(s.rules) }

// usualWithin is how far what a rule wants behind its word may be away.
const usualWithin = 60

// Around a word so much of a text is given to its rule, and so many finds are enough.
const (
	ahead, behind = 300, 3000
	maxHits       = 1000
)

// span is a part of the text in which a rule is tried.
type span struct{ start, end int }

// Find looks through t, which stands in a file called path ("" for a mail's text). Where several rules catch the same, the
// first counts. The order is that of the rules.
func (s *Set) Find(t, path string) []Hit {
	places := make(map[int][]span)
	s.words.Find(t, func(r, at, n int) {
		if !s.rules[r].announced(t, at, n) {
			return
		}
		w := widen(t, at-ahead, at+n+s.rules[r].behind)
		list := places[r]
		if k := len(list) - 1; k >= 0 && list[k].end >= w.start {
			list[k].end = max(list[k].end, w.end)
			return
		}
		places[r] = append(list, w)
	})
	for _, r := range s.free {
		places[r] = []span{{0, len(t)}}
	}
	var hits []Hit
	for i := range s.rules {
		for _, w := range places[i] {
			if hits = s.try(&s.rules[i], t, path, w, hits); len(hits) >= maxHits {
				return hits
			}
		}
	}
	return hits
}

// widen moves a part's ends to the ends of lines, when these are near.
func widen(t string, start, end int) span {
	start, end = max(start, 0), min(end, len(t))
	if i := strings.LastIndexByte(t[max(0, start-200):start], '\n'); i >= 0 {
		start = max(0, start-200) + i + 1
	}
	for start > 0 && start < len(t) && !utf8.RuneStart(t[start]) {
		start--
	}
	if i := strings.IndexByte(t[end:min(len(t), end+200)], '\n'); i >= 0 {
		end += i
	}
	for end < len(t) && !utf8.RuneStart(t[end]) {
		end++
	}
	return span{start, end}
}

// try runs a rule over a part of the text.
func (s *Set) try(r *rule, t, path string, w span, hits []Hit) []Hit {
	if r.path != nil && (path == "" || !r.path.MatchString(path)) {
		return hits
	}
	if r.regex == nil { // the name of the file is the find
		return append(hits, Hit{r.id, 0, 0})
	}
	if r.run == 0 {
		return s.match(r, t, path, w, hits)
	}
	for at := w.start; at < w.end; {
		end := w.end
		if i := strings.IndexByte(t[at:w.end], '\n'); i >= 0 {
			end = at + i
		}
		if runs(t[at:end], r.run) {
			hits = s.match(r, t, path, span{at, end}, hits)
		}
		at = end + 1
	}
	return hits
}

// runs says whether s has a run of at least n characters of keys with a digit among them.
func runs(s string, n int) bool {
	from, figure := 0, false
	for i := 0; i <= len(s); i++ {
		if i < len(s) && keyed(rune(s[i])) {
			figure = figure || s[i] >= '0' && s[i] <= '9'
			continue
		}
		if figure && i-from >= n {
			return true
		}
		from, figure = i+1, false
	}
	return false
}

// match runs the expression of a rule over a part of the text.
func (s *Set) match(r *rule, t, path string, w span, hits []Hit) []Hit {
	part := t[w.start:w.end]
	for _, m := range r.regex.FindAllStringSubmatchIndex(part, maxHits-len(hits)) {
		g := r.caught(m)
		secret := part[m[2*g]:m[2*g+1]]
		if secret == "" || r.entropy > 0 && Entropy(secret) <= r.entropy {
			continue
		}
		f := found{secret: secret, match: part[m[0]:m[1]], line: line(part, m[0], m[1]), path: path}
		if f.in(r.allow) || f.in(s.allow) || taken(hits, w.start+m[2*g], w.start+m[2*g+1]) {
			continue
		}
		hits = append(hits, Hit{r.id, w.start + m[2*g], w.start + m[2*g+1]})
	}
	return hits
}

// caught is the group of a match that is the secret: the one the rule names, else the first that caught something, else all.
func (r *rule) caught(m []int) int {
	if r.group > 0 && m[2*r.group] >= 0 {
		return r.group
	}
	for g := 1; r.group == 0 && g < len(m)/2; g++ {
		if m[2*g] >= 0 && m[2*g+1] > m[2*g] {
			return g
		}
	}
	return 0
}

func taken(hits []Hit, start, end int) bool {
	for _, h := range hits {
		if start < h.End && h.Start < end {
			return true
		}
	}
	return false
}

func line(t string, start, end int) string {
	start = strings.LastIndexByte(t[:start], '\n') + 1
	if i := strings.IndexByte(t[end:], '\n'); i >= 0 {
		return t[start : end+i]
	}
	return t[start:]
}

// found is what a rule caught, for comparing with the lists.
type found struct{ secret, match, line, path string }

func (f *found) in(lists []allow) bool {
	for i := range lists {
		if f.allowed(&lists[i]) {
			return true
		}
	}
	return false
}

func (f *found) allowed(a *allow) bool {
	given, met := 0, 0
	check := func(is, ok bool) {
		if is {
			given++
			if ok {
				met++
			}
		}
	}
	subject := f.secret
	switch a.target {
	case "match":
		subject = f.match
	case "line":
		subject = f.line
	}
	check(len(a.regexes) > 0, matches(a.regexes, subject))
	check(len(a.paths) > 0, f.path != "" && matches(a.paths, f.path))
	low := strings.ToLower(f.secret)
	stopped := false
	for _, w := range a.stops {
		stopped = stopped || strings.Contains(low, w)
	}
	check(len(a.stops) > 0, stopped)
	check(a.commits, false)
	return met > 0 && (!a.all || met == given)
}

func matches(list []*regexp.Regexp, s string) bool {
	for _, r := range list {
		if r.MatchString(s) {
			return true
		}
	}
	return false
}

// Entropy is Shannon's, in bits for each character of s.
func Entropy(s string) float64 {
	count := make(map[rune]int, 32)
	n := 0
	for _, r := range s {
		count[r]++
		n++
	}
	sum := 0.0
	for _, c := range count {
		p := float64(c) / float64(n)
		sum -= p * math.Log2(p)
	}
	return sum
}
