package draw

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sekisho/scan/pdf"
)

// TestHostile draws pages that are made to take for ever. Each ends by its limits or by the context, with a picture.
func TestHostile(t *testing.T) {
	stream := func(dict, data string) string {
		return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data)
	}
	var lines, subpaths strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&lines, "%d %d l ", i%100, (i*37)%100)
		fmt.Fprintf(&subpaths, "0 %d m 100 %d l ", i%100, i*7%100)
	}
	program := "{" + strings.Repeat("dup 0.5 mul sin ", 2000) + "}"
	for name, c := range map[string][]string{
		"many lines":       {"0 0 m " + lines.String() + "f* " + strings.Repeat("0 0 m "+lines.String()[:100_000]+"S ", 20)},
		"dashes of points": {"[0 0.001] 0 d 1 w " + subpaths.String() + "S"},
		"dashes, short":    {"[0.01] 0 d 1 J " + subpaths.String() + "S"},
		"shading program": {strings.Repeat("/S sh ", 50), "<</Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Matrix[100 0 0 100 0 0]/Function 6 0 R>>>>>>",
			stream("/FunctionType 4/Domain[0 1 0 1]/Range[0 1]", program)},
		"forms in forms": {strings.Repeat("/F Do ", 100), "<</XObject<</F 6 0 R>>>>", stream("/Subtype/Form/BBox[0 0 99 99]/Group<</S/Transparency>>/Resources 5 0 R", strings.Repeat("/F Do ", 100))},
		"tiles in tiles": {"/Pattern cs /P scn 0 0 100 100 re f", "<</Pattern<</P 6 0 R>>>>",
			stream("/PatternType 1/PaintType 1/BBox[0 0 1000 1000]/XStep 1000/YStep 1000/Resources 5 0 R", strings.Repeat("/Pattern cs /P scn 0 0 1000 1000 re f ", 50))},
		"masks":   {strings.Repeat("q /G gs ", 200), "<</ExtGState<</G<</SMask<</S/Luminosity/G 6 0 R>>>>>>>>", stream("/Subtype/Form/BBox[0 0 100 100]/Resources 5 0 R", "/G gs 1 g 0 0 50 100 re f")},
		"letters": {"BT /F 9 Tf " + strings.Repeat("("+strings.Repeat("Wg", 500)+") Tj ", 2000), "<</Font<</F<</Subtype/Type1/BaseFont/Helvetica>>>>>>"},
		"a CMap of many rows": {"BT /F 9 Tf <" + hexes(20_000) + "> Tj", "<</Font<</F<</Subtype/Type0/Encoding/Identity-H/ToUnicode 6 0 R>>>>>>",
			stream("", "99999 beginbfrange "+strings.Repeat("<ffff><ffff><0041> ", 99_000))},
		"pictures": {strings.Repeat("q 100 0 0 100 0 0 cm /I Do Q ", 500), "<</XObject<</I 6 0 R>>>>",
			stream("/Subtype/Image/Width 5000/Height 5000/BitsPerComponent 8/ColorSpace[/Separation/X/DeviceRGB 7 0 R]/Filter/FlateDecode", deflated(strings.Repeat("\x00\x55\xaa", 8<<20))),
			stream("/FunctionType 4/Domain[0 1]/Range[0 1 0 1 0 1]", program)},
	} {
		f, err := pdf.Open(document(c[0], c[1:]...))
		if err != nil {
			t.Fatal(name, err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		began := time.Now()
		if img, err := Page(ctx, f, 1, 1200); err != nil || img.Rect.Dx() != 800 {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		t.Logf("%s: %v", name, time.Since(began))
	}
}

func hexes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%04x", i)
	}
	return b.String()
}
