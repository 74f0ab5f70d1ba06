package font

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gobolditalic"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/goregular"

	"sekisho/scan/shape"
)

// Substitute stands in for a font that the document does not carry.
type Substitute struct {
	font   *Font
	widths *[95]int // of the letters of ASCII, in thousandths of the em; nil: those of the substitute
	fixed  bool
	Symbol bool // the font is Symbol, which has an encoding of its own
	Signs  bool // the font is ZapfDingbats, whose signs have no names here
}

func lazily(data []byte) func() *Font {
	return sync.OnceValue(func() *Font {
		f, err := Read(data)
		if err != nil {
			return &Font{}
		}
		return f
	})
}

// The faces of the Go project, which stand in for all others.
var (
	regular    = lazily(goregular.TTF)
	bold       = lazily(gobold.TTF)
	italic     = lazily(goitalic.TTF)
	boldItalic = lazily(gobolditalic.TTF)
	mono       = lazily(gomono.TTF)
	monoBold   = lazily(gomonobold.TTF)
)

// SubstituteFor picks a face by the name of a font and the flags of its description.
func SubstituteFor(name string, flags int) *Substitute {
	low := strings.ToLower(name)
	if i := strings.IndexByte(low, '+'); i == 6 {
		low = low[7:]
	}
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(low, w) {
				return true
			}
		}
		return false
	}
	heavy := has("bold", "black", "heavy", "demi") || flags&(1<<18) != 0
	slanted := has("italic", "oblique") || flags&(1<<6) != 0
	s := &Substitute{Symbol: strings.HasPrefix(low, "symbol"), Signs: has("dingbats")}
	if has("courier", "mono", "consol", "typewriter") || flags&1 != 0 && flags != 0 {
		s.fixed = true
		s.font = mono()
		if heavy {
			s.font = monoBold()
		}
		return s
	}
	switch {
	case heavy && slanted:
		s.font = boldItalic()
	case heavy:
		s.font = bold()
	case slanted:
		s.font = italic()
	default:
		s.font = regular()
	}
	switch serif := has("times", "serif", "roman", "georgia", "garamond", "minion", "palatino", "bookman", "century") && !has("sans"); {
	case serif && heavy:
		s.widths = &timesBold
	case serif:
		s.widths = &times
	case heavy:
		s.widths = &helveticaBold
	default:
		s.widths = &helvetica
	}
	return s
}

// Glyph is the outline of a letter, pressed into the width that it should have.
func (s *Substitute) Glyph(text string, width float64, known bool) (*shape.Path, float64) {
	var r rune
	for _, r = range text {
		break
	}
	if parts := ligatures(r); parts != "" {
		return s.together(parts, width, known)
	}
	n, has := s.font.Runes[r]
	own, _ := s.font.Width(n)
	if !known {
		width = s.width(r, own)
	}
	if !has {
		if r == 0 || unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Mn, r) || r == 0xad || r == 0x200b {
			return nil, width
		}
		return blank(width), width
	}
	k := 1.0
	if own > 0 && width > 0 {
		k = min(1.15, max(0.5, width/own))
	}
	p := &shape.Path{}
	p.Append(s.font.Outline(n), shape.Matrix{k, 0, 0, 1, max(0, width-own*k) / 2, 0})
	return p, width
}

// ligatures are letters that are drawn as one.
func ligatures(r rune) string {
	if r < 0xfb00 || r > 0xfb04 {
		return ""
	}
	return []string{"ff", "fi", "fl", "ffi", "ffl"}[r-0xfb00]
}

// together draws letters beside each other, in the width of one.
func (s *Substitute) together(text string, width float64, known bool) (*shape.Path, float64) {
	p := &shape.Path{}
	at := 0.0
	for _, r := range text {
		n := s.font.Runes[r]
		own, _ := s.font.Width(n)
		p.Append(s.font.Outline(n), shape.Matrix{1, 0, 0, 1, at, 0})
		at += own
	}
	if !known || width <= 0 || at <= 0 {
		return p, at
	}
	q := &shape.Path{}
	q.Append(p, shape.Matrix{width / at, 0, 0, 1, 0, 0})
	return q, width
}

// Sign is the outline of a sign of ZapfDingbats by its code.
func (s *Substitute) Sign(code int, width float64, known bool) (*shape.Path, float64) {
	if !known {
		width = 0.8
	}
	if code <= 32 {
		return nil, width
	}
	return sign(rune(code), width), width
}

// width is what the letter has in the font that is missing.
func (s *Substitute) width(r rune, own float64) float64 {
	switch {
	case s.fixed:
		return 0.6
	case s.widths != nil && r >= 32 && r < 127:
		return float64(s.widths[r-32]) / 1000
	}
	return own
}

// blank is a box for a letter that no face here has.
func blank(width float64) *shape.Path {
	p := &shape.Path{}
	w := max(0.2, width)
	p.Rect(w*0.1, -0.05, w*0.8, 0.8)
	p.MoveTo(w*0.1+0.05, 0)
	p.LineTo(w*0.1+0.05, 0.7)
	p.LineTo(w*0.9-0.05, 0.7)
	p.LineTo(w*0.9-0.05, 0)
	p.Close()
	return p
}

// sign draws the marks of ZapfDingbats that forms use; of others, a square.
func sign(r rune, width float64) *shape.Path {
	p := &shape.Path{}
	points := func(xy ...float64) {
		for i := 0; i+1 < len(xy); i += 2 {
			if i == 0 {
				p.MoveTo(xy[0], xy[1])
			} else {
				p.LineTo(xy[i], xy[i+1])
			}
		}
		p.Close()
	}
	switch r {
	case '3', '4': // check marks
		points(0.05, 0.3, 0.2, 0.38, 0.3, 0.2, 0.62, 0.7, 0.75, 0.7, 0.32, 0, 0.25, 0)
	case '5', '6', '7', '8': // crosses
		points(0.08, 0.1, 0.18, 0, 0.38, 0.25, 0.58, 0, 0.68, 0.1, 0.45, 0.35, 0.68, 0.6, 0.58, 0.7, 0.38, 0.45, 0.18, 0.7, 0.08, 0.6, 0.3, 0.35)
	case 'l', 'm': // a disc
		const k = 0.5523 * 0.35
		p.MoveTo(0.75, 0.35)
		p.CurveTo(0.75, 0.35+k, 0.4+k, 0.7, 0.4, 0.7)
		p.CurveTo(0.4-k, 0.7, 0.05, 0.35+k, 0.05, 0.35)
		p.CurveTo(0.05, 0.35-k, 0.4-k, 0, 0.4, 0)
		p.CurveTo(0.4+k, 0, 0.75, 0.35-k, 0.75, 0.35)
		p.Close()
	case 'u': // a lozenge
		points(0.4, 0, 0.75, 0.35, 0.4, 0.7, 0.05, 0.35)
	case 'H', 'I': // a star
		points(0.4, 0.75, 0.5, 0.45, 0.8, 0.45, 0.56, 0.27, 0.65, -0.02, 0.4, 0.16, 0.15, -0.02, 0.24, 0.27, 0, 0.45, 0.3, 0.45)
	default:
		p.Rect(0.05, 0, max(0.2, width)*0.85, 0.7)
	}
	return p
}

// Widths of the letters of ASCII in the fonts that documents need not carry.
var (
	helvetica = [95]int{278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
		1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
		333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584}
	helveticaBold = [95]int{278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
		975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
		333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584}
	times = [95]int{250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444,
		921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889, 722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500,
		333, 444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480, 200, 480, 541}
	timesBold = [95]int{250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500,
		930, 722, 667, 722, 722, 667, 611, 778, 778, 389, 500, 778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722, 722, 667, 333, 278, 333, 581, 500,
		333, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556, 278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520}
)
