package draw

import "sekisho/scan/pdf"

// maxMarks bounds marked content in marked content.
const maxMarks = 1000

// layersOff are the layers (ISO 32000-1 section 8.11) that are not shown when the document is opened.
func layersOff(f *pdf.File) map[int]bool {
	off := map[int]bool{}
	properties := f.Dict(f.Root()["OCProperties"])
	d := f.Dict(properties["D"])
	add := func(list pdf.Array, hidden bool) {
		for _, x := range list[:min(len(list), 10_000)] {
			if r, is := x.(pdf.Ref); is {
				off[r.Number] = hidden
			}
		}
	}
	if f.Resolve(d["BaseState"]) == pdf.Name("OFF") {
		add(f.Array(properties["OCGs"]), true)
		add(f.Array(d["ON"]), false)
	}
	add(f.Array(d["OFF"]), true)
	return off
}

// layerHidden says whether what belongs to o, a layer or a membership in some, is not shown.
func (m *machine) layerHidden(o pdf.Object) bool {
	if o == nil || len(m.off) == 0 {
		return false
	}
	if r, is := o.(pdf.Ref); is && m.off[r.Number] {
		return true
	}
	d := m.f.Dict(o)
	list := m.f.Array(d["OCGs"])
	if list == nil && d["OCGs"] != nil {
		list = pdf.Array{d["OCGs"]}
	}
	shown, hidden := 0, 0
	for _, x := range list[:min(len(list), 1000)] {
		if r, is := x.(pdf.Ref); is && m.off[r.Number] {
			hidden++
		} else {
			shown++
		}
	}
	if shown+hidden == 0 {
		return false
	}
	switch m.f.Resolve(d["P"]) {
	case pdf.Name("AllOn"):
		return hidden > 0
	case pdf.Name("AnyOff"):
		return hidden == 0
	case pdf.Name("AllOff"):
		return shown > 0
	}
	return shown == 0
}

// mark begins marked content.
func (m *machine) mark(hidden bool) {
	if len(m.marks) >= maxMarks {
		return
	}
	m.marks = append(m.marks, hidden)
	if hidden {
		m.hidden++
	}
}

// unmark ends it.
func (m *machine) unmark() {
	n := len(m.marks)
	if n == 0 {
		return
	}
	if m.marks[n-1] {
		m.hidden--
	}
	m.marks = m.marks[:n-1]
}
