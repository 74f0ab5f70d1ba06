package edge

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// value checks one value against a form. Whoever adds a rule here compares it with what console says (TestOperations).
func (v *verdict) value(f *form, x any, at []string) {
	switch x := x.(type) {
	case nil:
		if !f.is("null") {
			v.add("type", at...)
		}
	case bool:
		if !f.is("boolean") {
			v.add("type", at...)
		}
	case json.Number:
		v.number(f, x.String(), at)
	case string:
		if !f.is("string") {
			v.add("type", at...)
			return
		}
		v.text(f, x, at)
	case []any:
		v.list(f, x, at)
	case map[string]any:
		v.object(f, x, at)
	}
}

// number checks a number as it is written. An integer may have no fraction that matters.
func (v *verdict) number(f *form, s string, at []string) {
	n, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || !f.is("number") && !f.is("integer"):
		v.add("type", at...)
	case !f.is("number") && n != float64(int64(n)):
		v.add("type", at...)
	case f.Minimum != nil && n < *f.Minimum:
		v.add("small", at...)
	case f.Maximum != nil && n > *f.Maximum:
		v.add("large", at...)
	}
}

func (v *verdict) text(f *form, s string, at []string) {
	n := utf8.RuneCountInString(s)
	switch {
	case n < f.MinLength:
		v.add("short", at...)
	case f.MaxLength != nil && n > *f.MaxLength:
		v.add("long", at...)
	case f.Enum != nil && !slices.Contains(f.Enum, s):
		v.add("choice", at...)
	case f.pattern != nil && !f.pattern.MatchString(s):
		v.add("pattern", at...)
	case f.Format == "date-time":
		if _, err := time.Parse(time.RFC3339Nano, s); err != nil {
			v.add("time", at...)
		}
	}
}

func (v *verdict) list(f *form, x []any, at []string) {
	switch {
	case !f.is("array"):
		v.add("type", at...)
		return
	case len(x) < f.MinItems:
		v.add("few", at...)
	case f.MaxItems != nil && len(x) > *f.MaxItems:
		v.add("many", at...)
		return
	}
	for i, item := range x {
		if f.Items != nil {
			v.value(f.Items, item, append(slices.Clone(at), strconv.Itoa(i)))
		}
	}
}

func (v *verdict) object(f *form, x map[string]any, at []string) {
	if !f.is("object") {
		v.add("type", at...)
		return
	}
	for _, name := range f.Required {
		if _, there := x[name]; !there {
			v.add("missing", append(slices.Clone(at), name)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(x)) {
		where := append(slices.Clone(at), name)
		p := f.Properties[name]
		switch {
		case p == nil:
			v.add("unknown", where...)
		case x[name] == nil && !slices.Contains(f.Required, name): // as if it were absent
		default:
			v.value(p, x[name], where)
		}
	}
}

// parameter checks a value of the path or the query, which is text there.
func (v *verdict) parameter(f *form, s, in, name string) {
	switch {
	case f == nil:
		v.add("unknown", in, name)
	case f.is("integer"):
		if _, err := strconv.ParseInt(s, 10, 64); err != nil {
			v.add("type", in, name)
			return
		}
		v.number(f, s, []string{in, name})
	case f.is("boolean"):
		if _, err := strconv.ParseBool(s); err != nil {
			v.add("type", in, name)
		}
	default:
		v.text(f, s, []string{in, name})
	}
}
