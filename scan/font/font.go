// Package font reads the fonts that documents carry (TrueType, OpenType, CFF, Type 1) for the outlines of their glyphs,
// and knows how codes of a text become glyphs and letters: encodings, names of glyphs, CMaps.
//
// Nothing of hinting and layout is done. Fonts in documents are often cut down to what the document needs, or damaged;
// whatever can be read is used, and a glyph that cannot be drawn is empty.
package font

import (
	"bytes"
	"encoding/binary"
	"errors"

	"sekisho/scan/shape"
)

// ErrFont says that nothing can be drawn with the font.
var ErrFont = errors.New("not a font that can be read")

// Limits of one font.
const (
	maxGlyphs = 65536
	maxSteps  = 200_000 // of the program of one glyph
	maxDeep   = 10      // glyphs in glyphs, subroutines in subroutines
)

// Font is a font whose glyphs are numbered. It is not changed after it was read.
type Font struct {
	Glyphs int
	// Names numbers glyphs by their names, Codes by the codes of the font's own encoding, Runes by letters, Symbols by
	// the codes of a TrueType font for symbols, Mac by the codes of MacRoman; CIDs by the numbers of a character
	// collection. nil when the font does not say.
	Names   map[string]int
	Codes   map[int]int
	Runes   map[rune]int
	Symbols map[int]int
	Mac     map[int]int
	CIDs    map[int]int
	// Width is a glyph's advance as part of the em; ok is false when it is not known.
	Width func(glyph int) (w float64, ok bool)

	outline func(glyph int) *shape.Path
}

// Outline is a glyph's outline in units of the em, y upwards. It is never nil.
func (f *Font) Outline(glyph int) (p *shape.Path) {
	defer func() {
		if recover() != nil {
			p = &shape.Path{}
		}
	}()
	if glyph < 0 || glyph >= f.Glyphs {
		return &shape.Path{}
	}
	return f.outline(glyph)
}

// Read reads a font of whatever kind data begins with.
func Read(data []byte) (f *Font, err error) {
	defer func() {
		if recover() != nil {
			f, err = nil, ErrFont
		}
	}()
	switch {
	case len(data) < 4:
		return nil, ErrFont
	case bytes.HasPrefix(data, []byte("\x00\x01\x00\x00")), bytes.HasPrefix(data, []byte("true")), bytes.HasPrefix(data, []byte("OTTO")), bytes.HasPrefix(data, []byte("ttcf")):
		return readTrueType(data)
	case data[0] == 1 && data[1] == 0 || data[0] == 1 && data[2] >= 4 && data[2] < 32 && data[3] >= 1 && data[3] <= 4:
		return readCFF(data)
	case data[0] == 0x80 || bytes.Contains(data[:min(len(data), 1024)], []byte("%!")) || bytes.Contains(data, []byte("eexec")):
		return readType1(data)
	}
	return nil, ErrFont
}

// view takes numbers from bytes; outside of them everything is 0.
type view []byte

func (v view) u8(at int) int {
	if at < 0 || at >= len(v) {
		return 0
	}
	return int(v[at])
}

func (v view) u16(at int) int {
	if at < 0 || at+2 > len(v) {
		return 0
	}
	return int(binary.BigEndian.Uint16(v[at:]))
}

func (v view) i16(at int) int { return int(int16(v.u16(at))) }

func (v view) u32(at int) int {
	if at < 0 || at+4 > len(v) {
		return 0
	}
	return int(binary.BigEndian.Uint32(v[at:]))
}

// from is what begins at an offset, n bytes at most.
func (v view) from(at, n int) view {
	if at < 0 || at >= len(v) || n <= 0 {
		return nil
	}
	return v[at:min(len(v), at+min(n, len(v)))]
}
