package script

import (
	"reflect"
	"strings"
	"testing"
)

var limit = Limit{Size: 1 << 20, Nesting: 32, Faults: 100}

// A tree prints as text that reads back to the same tree.
func TestPrint(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"KEEP ;", "keep;\r\n"},
		{"# a\n#b\nstop; /* c */ x 10K :Tag [\"a\",\"b\"] \"\\q\\\"\\\\\" ;", "# a\r\n# b\r\nstop;\r\nx 10240 :tag [\"a\", \"b\"] \"q\\\"\\\\\";\r\n"},
		{"if not anyof (a, b [\"x\"]) { c text: # d\n..e\n.f\n.\n; }", "if not anyof (a, b [\"x\"]) {\r\n\tc \".e\r\n.f\r\n\";\r\n}\r\n"},
	} {
		list, faults := Parse([]byte(c.text), limit)
		if got := string(Print(list)); faults != nil || got != c.want {
			t.Errorf("%q: %q %v, want %q", c.text, got, faults, c.want)
		}
	}
}

// Each fault is told with its line, and reading goes on behind it.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines []int
	}{
		{"a", []int{1}}, {"a;\nb\n", []int{3}}, {"a [\"x\";\nb (c;\nd;", []int{1, 2}}, {"}\n}", []int{1, 2}}, {"a \"x", []int{1, 1}},
		{"/* x", []int{1}}, {"a text:\nx", []int{1, 2}}, {"a 99999999999999999999;\nb $;\n\"x\";", []int{1, 2, 3}}, {"a \"\x00\";", []int{1}},
		{"a [];", []int{1}}, {"if a {", []int{1}}, {strings.Repeat("if a {", 40), []int{1}},
	} {
		list, faults := Parse([]byte(c.text), limit)
		var lines []int
		for _, f := range faults {
			lines = append(lines, f.Line)
		}
		if len(lines) == 0 || list != nil {
			t.Errorf("%q: no fault", c.text)
		} else if lines[0] != c.lines[0] || lines[len(lines)-1] < c.lines[len(c.lines)-1] {
			t.Errorf("%q: lines %v, want %v: %v", c.text, lines, c.lines, faults)
		}
	}
}

func TestDecode(t *testing.T) {
	for in, want := range map[string]string{"${hex:40 41}": "@A", "${UNICODE:4e00}": "一", "${hex:}": "${hex:}", "${hex:4g}": "${hex:4g}", "${hex:40": "${hex:40",
		"$${hex:40}": "$@", "${a}${hex:24}{b}": "${a}${b}"} {
		if got := Decode(in, func(s string) { t.Error(s) }); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	told := 0
	Decode("${unicode:d800}${unicode:110000}", func(string) { told++ })
	if told != 2 {
		t.Errorf("%d faults, want 2", told)
	}
}

func FuzzPrint(f *testing.F) {
	f.Add([]byte("# x\nif not anyof (a, b [\"x\", \"y\"]) { c :t 3 text:\r\n..\r\n.\r\n; } \x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		Decode(string(b), func(string) {})
		list, faults := Parse(b, limit)
		if faults != nil {
			return
		}
		text := Print(list)
		again, faults := Parse(text, limit)
		unlined(list)
		unlined(again)
		if faults != nil || !reflect.DeepEqual(list, again) {
			t.Fatalf("%v\n%q\n%q", faults, b, text)
		}
	})
}

// unlined takes the lines away, which printing changes, and comments that only tests have.
func unlined(list []*Node) {
	for _, n := range list {
		n.Line = 0
		for _, a := range n.Args {
			a.Line = 0
		}
		unlined(n.Tests)
		unlined(n.Block)
	}
}
