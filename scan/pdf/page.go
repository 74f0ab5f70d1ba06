package pdf

import (
	"maps"
	"slices"
)

// Limits of the tree of pages.
const (
	// MaxPages is how many pages of a document are looked at.
	MaxPages = 100
	maxTree  = 20_000 // nodes of the tree
)

// Page is one page, with what it takes from the nodes above.
type Page struct {
	Dict      Dict
	Resources Dict
	Box       [4]float64 // what is shown: left, bottom, right, top
	Rotate    int        // clockwise: 0, 90, 180, 270
}

// Pages is how many pages there are to be seen: at most MaxPages.
func (f *File) Pages() int { return len(f.found()) }

// Page is a page, the first is 1. The error is ErrNoPage.
func (f *File) Page(n int) (*Page, error) {
	list := f.found()
	if n < 1 || n > len(list) {
		return nil, ErrNoPage
	}
	d := list[n-1]
	p := &Page{Dict: d, Resources: f.Dict(d["Resources"])}
	media, ok := f.box(d["MediaBox"])
	if !ok {
		media = [4]float64{0, 0, 612, 792}
	}
	p.Box = media
	if crop, ok := f.box(d["CropBox"]); ok {
		both := [4]float64{max(crop[0], media[0]), max(crop[1], media[1]), min(crop[2], media[2]), min(crop[3], media[3])}
		if both[2]-both[0] >= 1 && both[3]-both[1] >= 1 {
			p.Box = both
		}
	}
	p.Rotate = ((Int(f.Resolve(d["Rotate"]))%360 + 360) % 360) / 90 * 90
	return p, nil
}

// box reads a rectangle that has an area.
func (f *File) box(o Object) (box [4]float64, ok bool) {
	a := f.Array(o)
	if len(a) < 4 {
		return box, false
	}
	for i := range box {
		if box[i], ok = Float(f.Resolve(a[i])); !ok || box[i] < -1e6 || box[i] > 1e6 {
			return box, false
		}
	}
	box[0], box[2] = min(box[0], box[2]), max(box[0], box[2])
	box[1], box[3] = min(box[1], box[3]), max(box[1], box[3])
	return box, box[2]-box[0] >= 1 && box[3]-box[1] >= 1
}

// found lists the pages, once. When the tree has none, whatever says that it is a page is one.
func (f *File) found() []Dict {
	if f.pages != nil {
		return f.pages
	}
	f.pages = []Dict{}
	left := maxTree
	f.tree(f.Root()["Pages"], nil, map[int]bool{}, 0, &left)
	if len(f.pages) > 0 {
		return f.pages
	}
	for _, n := range slices.Sorted(maps.Keys(f.table)) {
		if len(f.pages) >= MaxPages {
			break
		}
		if d, ok := f.object(n).(Dict); ok && d["Type"] == Name("Page") {
			f.pages = append(f.pages, d)
		}
	}
	return f.pages
}

// tree walks the tree of pages below o; above is what the nodes above give.
func (f *File) tree(o Object, above Dict, seen map[int]bool, depth int, left *int) {
	if *left--; *left < 0 || depth > maxNest || len(f.pages) >= MaxPages {
		return
	}
	if r, is := o.(Ref); is {
		if seen[r.Number] {
			return
		}
		seen[r.Number] = true
	}
	d, ok := f.Resolve(o).(Dict)
	if !ok {
		return
	}
	own := Dict{}
	for _, k := range []Name{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if v, has := d[k]; has {
			own[k] = v
		} else if v, has := above[k]; has {
			own[k] = v
		}
	}
	kids, node := f.Resolve(d["Kids"]).(Array)
	if node && d["Type"] != Name("Page") {
		for _, k := range kids {
			f.tree(k, own, seen, depth+1, left)
		}
		return
	}
	page := maps.Clone(d)
	maps.Copy(page, own)
	f.pages = append(f.pages, page)
}

// Content is what draws a page: its streams, one after the other, at most so many bytes.
func (f *File) Content(p *Page, most int) []byte {
	o := f.Resolve(p.Dict["Contents"])
	list, many := o.(Array)
	if !many {
		list = Array{o}
	}
	var out []byte
	for _, x := range list {
		s, ok := f.Resolve(x).(*Stream)
		if !ok {
			continue
		}
		b, _, _ := f.Decode(s, most-len(out))
		out = append(append(out, b...), '\n')
		if len(out) >= most {
			break
		}
	}
	return out
}
