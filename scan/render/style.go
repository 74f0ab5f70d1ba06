package render

import (
	"strconv"
	"strings"
)

// properties are those that cannot leave the frame, cover what is not the mail's, or load anything.
const properties = " background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse border-color border-left border-left-color " +
	"border-left-style border-left-width border-radius border-right border-right-color border-right-style border-right-width border-spacing border-style border-top border-top-color " +
	"border-top-style border-top-width border-width caption-side clear color direction display empty-cells float font-family font-size font-style font-variant font-weight height " +
	"letter-spacing line-height list-style-position list-style-type margin margin-bottom margin-left margin-right margin-top max-height max-width min-height min-width overflow-wrap " +
	"padding padding-bottom padding-left padding-right padding-top table-layout text-align text-decoration text-indent text-transform unicode-bidi vertical-align white-space width " +
	"word-break word-spacing word-wrap "

const displays = " block inline inline-block list-item table table-caption table-cell table-column table-column-group table-footer-group table-header-group table-row table-row-group "

const (
	mostStyle  = 8000 // bytes of one attribute
	mostNumber = 5000 // of pixels, or anything else
)

// style reads a style attribute. none means that the element is styled out of sight.
func style(s string) (out []Attr, none bool) {
	if len(s) > mostStyle {
		return nil, false
	}
	for decl := range strings.SplitSeq(s, ";") { // a ; inside of quotes cuts a value in two, neither of which passes
		name, value, ok := strings.Cut(decl, ":")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.TrimSpace(strings.ToLower(value))
		if cut, important := strings.CutSuffix(value, "important"); important {
			value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(cut), "!"))
		}
		if hides(name, value) {
			return nil, true
		}
		if name == "background" { // of the shorthand only a plain colour is of use
			name = "background-color"
		}
		if name == "font" { // the shorthand may set anything: its parts are asked for by name
			continue
		}
		if in(properties, name) && allowed(name, value) {
			out = append(out, Attr{name, value})
		}
		if len(out) > 60 {
			break
		}
	}
	return out, false
}

// hides says whether a declaration puts an element out of sight: what is there for filters only is not shown to people.
func hides(name, value string) bool {
	switch name {
	case "display":
		return value == "none"
	case "visibility":
		return value == "hidden" || value == "collapse"
	case "opacity", "font-size", "max-height", "max-width":
		n, ok := zero(value)
		return ok && n
	case "mso-hide":
		return value == "all"
	}
	return false
}

// zero says whether a value is a number, and whether it is nothing.
func zero(value string) (is, ok bool) {
	digits := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz% ")
	f, err := strconv.ParseFloat(digits, 64)
	return f == 0, err == nil
}

// allowed says whether a value is harmless: names, numbers within bounds, colours.
func allowed(name, value string) bool {
	if value == "" || len(value) > 200 {
		return false
	}
	if name == "font-family" {
		return fonts(value)
	}
	if name == "display" {
		return in(displays, value)
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(" #%.,-+()", c) >= 0) {
			return false
		}
		if c == '(' && !colour(value[:i]) {
			return false
		}
	}
	return bounded(name, value)
}

// colour says whether what stands before a parenthesis is a function of colours.
func colour(before string) bool {
	for _, f := range []string{"rgb", "rgba", "hsl", "hsla"} {
		if strings.HasSuffix(before, f) && (len(before) == len(f) || before[len(before)-len(f)-1] == ' ' || before[len(before)-len(f)-1] == ',') {
			return true
		}
	}
	return false
}

// bounded looks at every number of a value: none is negative, but for the distance of letters, and none is out of measure.
func bounded(name, value string) bool {
	for i := 0; i < len(value); {
		c := value[i]
		if !(c >= '0' && c <= '9' || c == '.') {
			i++
			continue
		}
		if i > 0 && value[i-1] == '#' || i > 1 && inColour(value, i) {
			for i < len(value) && (value[i] >= '0' && value[i] <= '9' || value[i] >= 'a' && value[i] <= 'z' || value[i] == '.') {
				i++
			}
			continue
		}
		from := i
		for i < len(value) && (value[i] >= '0' && value[i] <= '9' || value[i] == '.') {
			i++
		}
		f, err := strconv.ParseFloat(value[from:i], 64)
		if err != nil || f > most(name) {
			return false
		}
		if from > 0 && value[from-1] == '-' && f != 0 && name != "letter-spacing" && name != "word-spacing" {
			return false
		}
	}
	return true
}

// inColour says whether place i is inside of a colour that is written with # .
func inColour(value string, i int) bool {
	for j := i - 1; j >= 0; j-- {
		switch c := value[j]; {
		case c == '#':
			return true
		case c >= '0' && c <= '9' || c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return false
}

func most(name string) float64 {
	switch name {
	case "font-size":
		return 200
	case "letter-spacing", "word-spacing":
		return 50
	case "line-height":
		return 400
	}
	return mostNumber
}
