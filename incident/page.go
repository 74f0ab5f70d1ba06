package incident

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"sekisho"
	"sekisho/ledger/scope"
)

//go:embed page.html
var pageText string

// Page is what the page of a scope shows.
type Page struct {
	Lang     string // "ja" or "en"
	Result   *scope.Result
	Manifest string // SHA-256 of the manifest, in hexadecimal
	Names    Names
}

// pageLines is how many contracts the page lists by name; the tables for machines have all.
const pageLines = 1000

// view is the page, computed.
type view struct {
	Page
	S       scope.Summary
	Levels  []viewLevel
	Classes []viewClass
	Reasons []viewReason
	Lines   []Line
	More    int // contracts and classes that are not listed
	Looked  []scope.Covered
}

type viewLevel struct {
	Key   string
	F     scope.Figures
	Width float64 // of the bar, in percent
}

type viewClass struct {
	Class                         string
	Reach, Exposed, Confirmed     scope.Count
	Affected, Doubt, Clear, Never uint64 // contracts by verdict
}

type viewReason struct {
	Reason    string
	Contracts uint64
}

// Write writes the page: one HTML file that needs no other, without script.
func (p Page) Write(w io.Writer) error {
	words, known := pageWords[p.Lang]
	if !known {
		return fmt.Errorf("no page in the language %q: there are en and ja", p.Lang)
	}
	t, err := template.New("page").Funcs(template.FuncMap{
		"t":     func(key string) string { return words[key] },
		"n":     grouped,
		"bytes": sized,
		"time":  func(i scope.Instant) string { return i.Time().Format("2006-01-02 15:04 MST") },
		"short": func(s string) string { return s[:min(16, len(s))] },
		"join":  func(s []string) string { return strings.Join(s, ", ") },
		"word": func(s string) string {
			if x := words[s]; x != "" {
				return x
			}
			return s
		},
		"why": func(s string) string { return why(words, s) },
		"words": func(s string) string {
			f := strings.Fields(s)
			for i := range f {
				f[i] = why(words, f[i])
			}
			return strings.Join(f, ", ")
		},
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, p.view())
}

// why is a reason in words.
func why(words map[string]string, reason string) string {
	for _, key := range []string{reason + ".reason", reason} {
		if x := words[key]; x != "" {
			return x
		}
	}
	return reason
}

func (p Page) view() view {
	v := view{Page: p, S: p.Result.Summary(false), Looked: p.Result.Components}
	for _, x := range []struct {
		key string
		f   scope.Figures
	}{{"reachable", v.S.Reachable}, {"exposed", v.S.Exposed}, {"confirmed", v.S.Confirmed}} {
		v.Levels = append(v.Levels, viewLevel{x.key, x.f, max(1, 100*float64(x.f.Contracts)/float64(max(1, v.S.Reachable.Contracts)))})
	}
	for _, c := range p.Result.Levels[scope.Reachable].Classes {
		name := sekisho.Class(c.Class).String()
		k := viewClass{Class: name, Reach: v.S.Reachable.Classes[name], Exposed: v.S.Exposed.Classes[name], Confirmed: v.S.Confirmed.Classes[name]}
		k.Affected = k.Confirmed.Contracts
		k.Doubt = k.Exposed.Contracts - k.Confirmed.Contracts
		k.Clear = k.Reach.Contracts - k.Exposed.Contracts
		k.Never = v.S.Reachable.Union - k.Reach.Contracts
		v.Classes = append(v.Classes, k)
	}
	v.Reasons = reasons(p.Result)
	v.Lines = Lines(p.Result, scope.Confirmed, p.Names)
	if len(v.Lines) > pageLines {
		v.More = len(v.Lines) - pageLines
		v.Lines = v.Lines[:pageLines]
	}
	return v
}

// reasons counts the contracts that cannot be ruled out, by reason.
func reasons(r *scope.Result) []viewReason {
	found := map[string]map[uint64]bool{}
	for _, c := range r.Levels[scope.Exposed].Classes {
		confirmed := r.Levels[scope.Confirmed].Class(sekisho.Class(c.Class))
		for _, l := range c.Lines {
			if confirmed != nil && confirmed.Contracts.Contains(l.Contract) {
				continue
			}
			for _, n := range l.Reason.Names() {
				if found[n] == nil {
					found[n] = map[uint64]bool{}
				}
				found[n][l.Contract] = true
			}
		}
	}
	var out []viewReason
	for n, set := range found {
		out = append(out, viewReason{n, uint64(len(set))})
	}
	slices.SortFunc(out, func(a, b viewReason) int { return strings.Compare(a.Reason, b.Reason) })
	return out
}

// grouped writes a number with its thousands apart.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// sized writes a number of bytes in a unit that people read.
func sized(n uint64) string {
	const units = "kMGTPE"
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	f, u := float64(n)/1000, 0
	for f >= 999.5 && u < len(units)-1 {
		f, u = f/1000, u+1
	}
	return fmt.Sprintf("%.3g %cB", f, units[u])
}
