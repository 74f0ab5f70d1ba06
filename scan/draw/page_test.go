package draw

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	xdraw "golang.org/x/image/draw"

	"sekisho/scan/pdf"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// opened is a document of testdata.
func opened(t testing.TB, path string) *pdf.File {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.Open(b)
	if err != nil {
		t.Fatal(path, err)
	}
	return f
}

// small is a picture in grey, 120 points wide: what is compared, so that a change of an edge is none.
func small(img image.Image) *image.Gray {
	b := img.Bounds()
	to := image.NewGray(image.Rect(0, 0, 120, max(1, 120*b.Dy()/b.Dx())))
	xdraw.BiLinear.Scale(to, to.Rect, img, b, xdraw.Src, nil)
	return to
}

// TestGolden draws documents of real makers. The golden pictures were looked at beside those of another program.
func TestGolden(t *testing.T) {
	list, err := filepath.Glob("testdata/*.pdf")
	if err != nil || len(list) < 10 {
		t.Fatal(list, err)
	}
	for _, p := range list {
		f := opened(t, p)
		for n := 1; n <= f.Pages(); n++ {
			img, err := Page(t.Context(), f, n, 800)
			if err != nil {
				t.Errorf("%s: %v", p, err)
				continue
			}
			golden(t, fmt.Sprintf("%s-%d.png", strings.TrimSuffix(p, ".pdf"), n), small(img))
		}
	}
}

func golden(t *testing.T, path string, got *image.Gray) {
	t.Helper()
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(b))
	if err != nil || want.Bounds() != got.Bounds() {
		t.Errorf("%s: %v %v", path, err, got.Bounds())
		return
	}
	off := 0
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			d := int(got.GrayAt(x, y).Y) - int(color.GrayModel.Convert(want.At(x, y)).(color.Gray).Y)
			off += max(d, -d)
		}
	}
	if mean := float64(off) / float64(len(got.Pix)); mean > 1 {
		t.Errorf("%s differs by %.2f on the mean", path, mean)
	}
}

func TestText(t *testing.T) {
	for name, want := range map[string]string{
		"browser": "株式会社 関所", "printer": "二ページ", "japanese": "請求書 株式会社関所 ABC 123", "letters": "Привет Καλημέρα Zażółć", "compact": "list directory contents",
		"form": "John Smith", "chart": "Figure of type 3", "cid": "株式会社関所", "type1": "αβγδ",
	} {
		got := Text(t.Context(), opened(t, "testdata/"+name+".pdf"), 1<<16)
		got = strings.NewReplacer("⼆", "二", "⽬", "目", "⾒", "見").Replace(got)
		if !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := Text(t.Context(), opened(t, "testdata/letters.pdf"), 100); len(got) > 200 {
		t.Errorf("%d bytes", len(got))
	}
}

// document makes a file of one page of 100 by 100, with that program and those objects from 10 on.
func document(content string, objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Kids[3 0 R]/Count 1>>endobj\n" +
		"3 0 obj<</Type/Page/MediaBox[0 0 100 100]/Contents 4 0 R/Resources 5 0 R/Annots 9 0 R>>endobj\n")
	fmt.Fprintf(&b, "4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n", len(content), content)
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj%s endobj\n", 5+i, o)
	}
	root := 1
	if len(objects) > 3 && strings.Contains(objects[3], "/Catalog") {
		root = 8
	}
	fmt.Fprintf(&b, "trailer<</Root %d 0 R>>\n", root)
	return []byte(b.String())
}

// drawn draws such a document, a point for a point.
func drawn(t testing.TB, content string, objects ...string) *image.RGBA {
	t.Helper()
	f, err := pdf.Open(document(content, objects...))
	if err != nil {
		t.Fatal(err)
	}
	img, err := Page(t.Context(), f, 1, 100)
	if err != nil || img.Rect.Dx() != 100 || img.Rect.Dy() != 100 {
		t.Fatal(err)
	}
	return img
}

func deflated(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

// TestOperators draws with one operator after the other, and looks at points: x, y from the left and the top.
func TestOperators(t *testing.T) {
	const red, green, blue, black, white = "ff0000", "00ff00", "0000ff", "000000", "ffffff"
	stream := func(dict, data string) string {
		return fmt.Sprintf("<<%s/Length %d>>stream\n%s\nendstream", dict, len(data), data)
	}
	for name, c := range map[string]struct {
		content string
		objects []string
		at      map[[2]int]string
	}{
		"fill":           {"1 0 0 rg 10 10 30 30 re f", nil, map[[2]int]string{{20, 80}: red, {50, 50}: white, {5, 95}: white}},
		"even-odd":       {"0 0 1 rg 10 10 80 80 re 30 30 40 40 re f*", nil, map[[2]int]string{{15, 50}: blue, {50, 50}: white}},
		"matrix":         {"q .5 0 0 .5 50 50 cm 0 1 0 rg 0 0 100 100 re f Q 1 0 0 rg 0 0 10 10 re f", nil, map[[2]int]string{{75, 25}: green, {25, 75}: white, {5, 95}: red}},
		"stroke":         {"0 0 1 RG 10 w 0 50 m 100 50 l S", nil, map[[2]int]string{{50, 50}: blue, {50, 57}: white}},
		"clip":           {"q 50 0 m 100 0 l 100 100 l h W n 1 0 0 rg 0 0 100 100 re f Q", nil, map[[2]int]string{{90, 60}: red, {20, 20}: white}},
		"grey and inks":  {"0.5 g 0 0 50 100 re f 0 0 0 0 k 50 0 50 100 re f", nil, map[[2]int]string{{20, 50}: "808080", {70, 50}: white}},
		"operators lost": {"1 0 0 rg ]] >> (( 1 2 ) xyz 10 10 re f BT ET /No Do /No gs /No sh 0 0 100 100 re f", nil, map[[2]int]string{{50, 50}: white}},
		"unbalanced":     {"Q Q Q q q q 1 0 0 rg 0 0 100 100 re f", nil, map[[2]int]string{{50, 50}: red}},
		"alpha":          {"/G gs 1 0 0 rg 0 0 100 100 re f", []string{"<</ExtGState<</G<</ca 0.5>>>>>>"}, map[[2]int]string{{50, 50}: "ff7f7f"}},
		"multiply":       {"1 1 0 rg 0 0 100 100 re f /G gs 0 1 1 rg 0 0 100 100 re f", []string{"<</ExtGState<</G<</BM/Multiply>>>>>>"}, map[[2]int]string{{50, 50}: green}},
		"indexed":        {"/C cs 1 sc 0 0 100 100 re f", []string{"<</ColorSpace<</C[/Indexed/DeviceRGB 1<ff00000000ff>]>>>>"}, map[[2]int]string{{50, 50}: blue}},
		"separation": {"/C cs 1 scn 0 0 100 100 re f", []string{"<</ColorSpace<</C[/Separation/Spot/DeviceRGB<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[0 1 0]/N 1>>]>>>>"},
			map[[2]int]string{{50, 50}: green}},
		"axial": {"/S sh", []string{"<</Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 100 0]/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 1>>>>>>>>"},
			map[[2]int]string{{0, 50}: "fe0001", {99, 50}: "0100fe"}},
		"radial": {"/S sh", []string{"<</Shading<</S<</ShadingType 3/ColorSpace/DeviceRGB/Coords[50 50 0 50 50 40]/Function<</FunctionType 2/Domain[0 1]/C0[1 0 0]/C1[0 0 1]/N 0>>>>>>>>"},
			map[[2]int]string{{50, 20}: blue, {3, 3}: white}},
		"tiles": {"/Pattern cs /P scn 0 0 100 100 re f", []string{"<</Pattern<</P 6 0 R>>>>",
			stream("/PatternType 1/PaintType 1/BBox[0 0 20 20]/XStep 20/YStep 20/Resources<<>>", "1 0 0 rg 0 0 10 20 re f")}, map[[2]int]string{{5, 50}: red, {15, 50}: white, {45, 50}: red, {55, 50}: white}},
		"form": {"/F Do", []string{"<</XObject<</F 6 0 R>>>>", stream("/Subtype/Form/BBox[0 0 10 10]/Matrix[5 0 0 5 50 50]", "0 1 0 rg 0 0 100 100 re f")},
			map[[2]int]string{{75, 25}: green, {25, 25}: white, {75, 75}: white}},
		"group": {"/G gs /F Do", []string{"<</ExtGState<</G<</ca 0.5>>>>/XObject<</F 6 0 R>>>>", stream("/Subtype/Form/BBox[0 0 100 100]/Group<</S/Transparency>>", "1 0 0 rg 0 0 100 100 re f 0 0 100 100 re f")},
			map[[2]int]string{{50, 50}: "ff7f7f"}},
		"soft mask": {"/G gs 1 0 0 rg 0 0 100 100 re f", []string{"<</ExtGState<</G<</SMask<</S/Luminosity/G 6 0 R>>>>>>>>", stream("/Subtype/Form/BBox[0 0 100 100]/Group<</S/Transparency/CS/DeviceGray>>", "1 g 0 0 50 100 re f")},
			map[[2]int]string{{25, 50}: red, {75, 50}: white}},
		"picture": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB", "\xff\x00\x00\x00\x00\xff")},
			map[[2]int]string{{20, 50}: red, {80, 50}: blue}},
		"picture, deflated": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", deflated("\x00\xff"))},
			map[[2]int]string{{20, 50}: black, {80, 50}: white}},
		"picture of a bit, turned": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 2/Height 1/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]", "\x80")},
			map[[2]int]string{{20, 50}: black, {80, 50}: white}},
		"stencil": {"0 1 0 rg 100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/ImageMask true/Width 2/Height 1/BitsPerComponent 1", "\x40")},
			map[[2]int]string{{20, 50}: green, {80, 50}: white}},
		"masked by colour": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Mask[0 0]", "\x00\x40")},
			map[[2]int]string{{20, 50}: white, {80, 50}: "404040"}},
		"masked by a picture": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB/SMask 7 0 R", "\xff\x00\x00"),
			stream("/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", "\x80")}, map[[2]int]string{{50, 50}: "ff7f7f"}},
		"picture unknown": {"100 0 0 100 0 0 cm /I Do", []string{"<</XObject<</I 6 0 R>>>>", stream("/Subtype/Image/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/JPXDecode", "x")},
			map[[2]int]string{{50, 50}: "f0f0f0"}},
		"inline picture": {"q 100 0 0 100 0 0 cm BI /W 2 /H 1 /BPC 8 /CS /RGB /F /AHx ID ff000000ff00> EI Q 0 0 1 rg 0 0 10 10 re f", nil, map[[2]int]string{{20, 50}: red, {80, 50}: green, {5, 95}: blue}},
		"glyphs that are programs": {"BT /T 50 Tf 10 10 Td (a) Tj ET", []string{"<</Font<</T<</Type/Font/Subtype/Type3/FontMatrix[.01 0 0 .01 0 0]/FirstChar 97/Widths[100]/Encoding<</Differences[97/sq]>>/CharProcs<</sq 6 0 R>>>>>>>>",
			stream("", "100 0 0 0 100 100 d1 1 0 0 rg 0 0 100 100 re f")}, map[[2]int]string{{30, 60}: black, {80, 20}: white}},
		"a layer that is off": {"/OC /L BDC 1 0 0 rg 0 0 50 100 re f EMC 0 0 1 rg 50 0 50 100 re f /F Do", []string{"<</Properties<</L 6 0 R>>/XObject<</F 7 0 R>>>>", "<</Type/OCG>>",
			stream("/Subtype/Form/BBox[0 0 100 100]/OC 6 0 R", "0 1 0 rg 0 0 100 100 re f"), "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>>>"}, map[[2]int]string{{20, 50}: white, {80, 50}: blue}},
		"a mark on the page": {"", []string{"<<>>", "null", "null", "null", "[<</Rect[50 50 100 100]/AP<</N 10 0 R>>>> <</F 2/Rect[0 0 50 50]/AP<</N 10 0 R>>>>]", stream("/Subtype/Form/BBox[0 0 1 1]", "1 0 0 rg 0 0 1 1 re f")},
			map[[2]int]string{{75, 25}: red, {25, 75}: white}},
	} {
		img := drawn(t, c.content, c.objects...)
		for p, want := range c.at {
			q := img.RGBAAt(p[0], p[1])
			if got := fmt.Sprintf("%02x%02x%02x", q.R, q.G, q.B); !alike(got, want) {
				t.Errorf("%s: %v is %s, not %s", name, p, got, want)
			}
		}
	}
}

// alike allows for rounding.
func alike(a, b string) bool {
	var x, y [3]int
	fmt.Sscanf(a, "%02x%02x%02x", &x[0], &x[1], &x[2])
	fmt.Sscanf(b, "%02x%02x%02x", &y[0], &y[1], &y[2])
	for i := range x {
		if d := x[i] - y[i]; d < -3 || d > 3 {
			return false
		}
	}
	return true
}

func TestBounds(t *testing.T) {
	f := opened(t, "testdata/compact.pdf")
	for width, want := range map[int]int{0: 16, 100: 100, 1200: 1200, 1 << 30: MaxWidth} {
		img, err := Page(t.Context(), f, 1, width)
		if err != nil || img.Rect.Dx() != want || img.Rect.Dy() > maxHeight {
			t.Errorf("%d: %v %v", width, img.Rect, err)
		}
	}
	if _, err := Page(t.Context(), f, 2, 100); !errors.Is(err, pdf.ErrNoPage) {
		t.Errorf("a second page: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Page(ctx, f, 1, 100); !errors.Is(err, ErrTime) {
		t.Errorf("no time: %v", err)
	}
	// A form that draws itself, q without end and a page that goes on for ever end by their limits.
	drawn(t, "/F Do", "<</XObject<</F 6 0 R>>>>", "<</Subtype/Form/BBox[0 0 1 1]/Resources 5 0 R/Length 12>>stream\n/F Do /F Do \nendstream")
	drawn(t, strings.Repeat("q ", 100_000)+"1 0 0 rg 0 0 100 100 re f")
	drawn(t, strings.Repeat("q 0 0 m 90 0 l 50 90 l h W n ", 2000))
	tall, err := pdf.Open(bytes.Replace(document(""), []byte("[0 0 100 100]"), []byte("[0 0 2 90000]"), 1))
	if err != nil {
		t.Fatal(err)
	}
	if img, err := Page(t.Context(), tall, 1, 1200); err != nil || img.Rect.Dy() > maxHeight || img.Rect.Dx() < 1 {
		t.Errorf("a tall page: %v", err)
	}
}

func FuzzPage(f *testing.F) {
	list, _ := filepath.Glob("testdata/*.pdf")
	for _, p := range list {
		if b, err := os.ReadFile(p); err == nil && len(b) < 30_000 {
			f.Add(b)
		}
	}
	f.Add(document("q /P cs /P scn 0 0 9 9 re f* BT /F 9 Tf (a) Tj ET BI /W 1 /H 1 ID x EI /S sh", "<</Font<</F<</Subtype/Type0/Encoding/90ms-RKSJ-H>>>>/Shading<</S<</ShadingType 3>>>>>>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := pdf.Open(b)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2e9)
		defer cancel()
		img, err := Page(ctx, x, 1, 60)
		if err == nil && (img.Rect.Dx() > MaxWidth || img.Rect.Dy() > maxHeight) {
			t.Fatal(img.Rect)
		}
		Text(ctx, x, 1000)
	})
}

func FuzzContent(f *testing.F) {
	f.Add("1 0 0 rg 0 0 50 50 re f /C cs 1 sc 10 w [3 2] 1 d 0 0 m 9 9 l S", "<</ColorSpace<</C[/Indexed/DeviceRGB 1<ff00000000ff>]>>>>", "null")
	f.Add("/F Do /I Do /S sh /G gs /P Do", "<</XObject<</F 6 0 R/I 6 0 R>>/ExtGState<</G<</ca .5/SMask<</G 6 0 R>>>>>>/Shading<</S 6 0 R>>>>", "<</Subtype/Form/BBox[0 0 9 9]>>stream\n0 g\nendstream")
	f.Add("BT /T 9 Tf 7 Tr (ab) Tj <0041> ' [(a) 9 (b)] TJ ET", "<</Font<</T 6 0 R>>>>", "<</Subtype/Type1/BaseFont/Symbol/Widths[1 2 3]/FirstChar 97>>")
	f.Fuzz(func(t *testing.T, content, resources, object string) {
		x, err := pdf.Open(document(content, resources, object))
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2e9)
		defer cancel()
		Page(ctx, x, 1, 50)
	})
}
