package policy

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// leak is the section of a policy that says what the contract looks for itself: sets of words, regular expressions (RE2), and
// rules for secrets in the form of a gitleaks configuration.
type leak struct {
	Words []struct {
		Name  string   `toml:"name"`
		Words []string `toml:"words"`
	} `toml:"words"`
	Patterns []struct {
		Name   string `toml:"name"`
		Regex  string `toml:"regex"`
		Folded bool   `toml:"folded"` // compare with the folded text: NFKC, lower case
	} `toml:"patterns"`
	Exact []struct {
		Name string `toml:"name"`
		Key  string `toml:"key"` // 32 bytes in hexadecimal
		Set  string `toml:"set"` // base64, as "sekisho fingerprint make" writes it
	} `toml:"exact"`
	Documents []struct {
		Name  string  `toml:"name"`
		Key   string  `toml:"key"`
		Set   string  `toml:"set"`   // base64, as "sekisho fingerprint document" writes it
		Share float64 `toml:"share"` // from which share on it is a hit; 0: 0.3
	} `toml:"documents"`
	Rules      []secretRule     `toml:"rules"`
	Allowlist  map[string]any   `toml:"allowlist"`
	Allowlists []map[string]any `toml:"allowlists"`
}

// secretRule is a rule of gitleaks. What its other keys say is inspection's business.
type secretRule struct {
	ID          string           `toml:"id"`
	Description string           `toml:"description"`
	Regex       string           `toml:"regex"`
	Path        string           `toml:"path"`
	Entropy     float64          `toml:"entropy"`
	SecretGroup int              `toml:"secretGroup"`
	Keywords    []string         `toml:"keywords"`
	Tags        []string         `toml:"tags"`
	Allowlist   map[string]any   `toml:"allowlist"`
	Allowlists  []map[string]any `toml:"allowlists"`
	SkipReport  bool             `toml:"skipReport"`
}

// Most that a section may have.
const (
	mostSets     = 200
	mostWords    = 100_000
	longestWord  = 200
	longestRegex = 20_000
	mostSecrets  = 2000
	mostExact    = 1 << 20 // bytes: some 300,000 values; they go to inspection with every mail
)

// section checks the section and gives it as inspection reads it.
func section(m map[string]any) ([]byte, error) {
	if len(m) == 0 {
		return nil, nil
	}
	text, err := toml.Marshal(m)
	if err != nil {
		return nil, err
	}
	var l leak
	dec := toml.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return nil, explain(err)
	}
	for _, check := range []func() error{l.words, l.patterns, l.exact, l.secrets} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// named checks the name of a set, which stands in findings and conditions.
func named(name string, seen map[string]bool) error {
	if name == "" || len(name) > 60 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("name %q: write small letters, digits and hyphens, at most 60", name)
	}
	if seen[name] {
		return fmt.Errorf("the name %q is used twice", name)
	}
	seen[name] = true
	return nil
}

func (l *leak) words() error {
	seen, n := map[string]bool{}, 0
	for _, w := range l.Words {
		if err := named(w.Name, seen); err != nil {
			return err
		}
		if len(w.Words) == 0 {
			return fmt.Errorf("words %q: the list is empty", w.Name)
		}
		n += len(w.Words)
		if i := slices.IndexFunc(w.Words, func(s string) bool { return len(strings.TrimSpace(s)) < 2 || len(s) > longestWord }); i >= 0 {
			return fmt.Errorf("words %q: word %d has less than 2 or more than %d bytes", w.Name, i+1, longestWord)
		}
	}
	if len(l.Words) > mostSets || n > mostWords {
		return fmt.Errorf("%d sets with %d words, at most %d and %d", len(l.Words), n, mostSets, mostWords)
	}
	return nil
}

func (l *leak) patterns() error {
	seen := map[string]bool{}
	for _, w := range l.Words {
		seen[w.Name] = true
	}
	if len(l.Patterns) > mostSets {
		return fmt.Errorf("%d patterns, at most %d", len(l.Patterns), mostSets)
	}
	for _, p := range l.Patterns {
		if err := named(p.Name, seen); err != nil {
			return err
		}
		r, err := compiles(p.Regex)
		switch {
		case err != nil:
			return fmt.Errorf("pattern %q: %w", p.Name, err)
		case r.MatchString(""):
			return fmt.Errorf("pattern %q matches the empty text, so it would match every mail", p.Name)
		}
	}
	return nil
}

// exact checks sets of fingerprints as far as their form goes.
func (l *leak) exact() error {
	seen, size := map[string]bool{}, 0
	for _, e := range l.Exact {
		if err := named(e.Name, seen); err != nil {
			return err
		}
		key, err := hex.DecodeString(e.Key)
		if err != nil || len(key) != 32 {
			return fmt.Errorf("exact %q: the key is 32 bytes in hexadecimal", e.Name)
		}
		b, err := base64.StdEncoding.DecodeString(e.Set)
		if err != nil || !bytes.HasPrefix(b, []byte("skexact2")) {
			return fmt.Errorf("exact %q: the set is not what \"sekisho fingerprint make --policy NAME\" writes", e.Name)
		}
		size += len(b)
	}
	for _, d := range l.Documents {
		if err := named(d.Name, seen); err != nil {
			return err
		}
		key, err := hex.DecodeString(d.Key)
		b, wrong := base64.StdEncoding.DecodeString(d.Set)
		if err != nil || wrong != nil || len(key) != 32 || len(b) == 0 || len(b)%8 != 0 || d.Share < 0 || d.Share > 1 {
			return fmt.Errorf("document %q: it is not what \"sekisho fingerprint document\" writes, or share is not from 0 to 1", d.Name)
		}
		size += len(b)
	}
	if size > mostExact {
		return fmt.Errorf("the sets of fingerprints have %d bytes, at most %d", size, mostExact)
	}
	return nil
}

func (l *leak) secrets() error {
	if len(l.Rules) > mostSecrets {
		return fmt.Errorf("%d rules, at most %d", len(l.Rules), mostSecrets)
	}
	seen := map[string]bool{}
	for i := range l.Rules {
		r := &l.Rules[i]
		switch {
		case r.ID == "":
			return fmt.Errorf("rule %d for secrets has no id", i+1)
		case seen[r.ID]:
			return fmt.Errorf("the id %q is used twice", r.ID)
		case r.Regex == "" && r.Path == "":
			return fmt.Errorf("rule %q has neither regex nor path", r.ID)
		}
		seen[r.ID] = true
		for _, s := range []string{r.Regex, r.Path} {
			x, err := compiles(s)
			if err != nil {
				return fmt.Errorf("rule %q: %w", r.ID, err)
			}
			if s == r.Regex && r.SecretGroup > x.NumSubexp() {
				return fmt.Errorf("rule %q: secretGroup %d, and the expression has %d groups", r.ID, r.SecretGroup, x.NumSubexp())
			}
		}
	}
	return nil
}

func compiles(s string) (*regexp.Regexp, error) {
	if len(s) > longestRegex {
		return nil, fmt.Errorf("the expression has %d bytes, at most %d", len(s), longestRegex)
	}
	return regexp.Compile(s)
}
