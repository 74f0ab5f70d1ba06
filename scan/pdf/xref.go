package pdf

import (
	"bytes"
	"slices"
)

// maxSections bounds the tables of one file, each of which names the one before.
const maxSections = 200

// tables reads the tables from the end of the file on. False when there is none, or a piece of one is not there.
func (f *File) tables() bool {
	tail := f.data[max(0, len(f.data)-2048):]
	i := bytes.LastIndex(tail, []byte("startxref"))
	if i < 0 {
		return false
	}
	l := &Lexer{b: tail, at: i + 9}
	o, _ := l.Next()
	start, ok := o.(int)
	if !ok {
		return false
	}
	seen := map[int]bool{}
	queue := []int{start}
	for len(queue) > 0 && len(seen) < maxSections {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		d, ok := f.section(at)
		if !ok {
			return false
		}
		for k, v := range d {
			if _, has := f.trailer[k]; !has {
				f.trailer[k] = v
			}
		}
		if n, ok := d["XRefStm"].(int); ok {
			queue = append(queue, n)
		}
		if _, has := d["Prev"]; has {
			queue = append(queue, Int(d["Prev"]))
		}
	}
	return len(f.table) > 0
}

// section reads one table, or one stream that is a table.
func (f *File) section(at int) (Dict, bool) {
	if at < 0 || at >= len(f.data) {
		return nil, false
	}
	l := &Lexer{b: f.data, at: at}
	l.blank()
	if !bytes.HasPrefix(f.data[l.at:], []byte("xref")) {
		return f.xrefStream(l.at)
	}
	l.at += 4
	for {
		first, ok := l.Next()
		if first == Keyword("trailer") {
			break
		}
		count, ok2 := l.Next()
		from, is := first.(int)
		n, is2 := count.(int)
		if !ok || !ok2 || !is || !is2 || n < 0 || !f.rows(l, from, n) {
			return nil, false
		}
	}
	l.refs = true
	o, _ := l.Next()
	d, ok := o.(Dict)
	return d, ok
}

// rows reads the rows of one run of numbers.
func (f *File) rows(l *Lexer, from, n int) bool {
	start := l.at
	defer func() { f.work -= l.at - start }()
	for i := range n {
		at, _ := l.Next()
		generation, _ := l.Next()
		kind, ok := l.Next()
		if kind == Keyword("trailer") || !ok || len(f.table) > maxObjects || f.work <= 0 {
			return false
		}
		offset, is := at.(int)
		if is && kind == Keyword("n") && offset > 0 {
			f.add(from+i, entry{at: offset, generation: Int(generation)})
		}
	}
	return true
}

// add notes where an object stands, unless a newer table has said so.
func (f *File) add(n int, e entry) {
	if _, has := f.table[n]; !has && n >= 0 && len(f.table) < maxObjects {
		f.table[n] = e
	}
}

// xrefStream reads a table that is a stream.
func (f *File) xrefStream(at int) (Dict, bool) {
	o, _, _, err := f.take(at)
	s, is := o.(*Stream)
	if err != nil || !is || s.Dict["Type"] != Name("XRef") {
		return nil, false
	}
	data, _, _ := f.Decode(&Stream{Dict: s.Dict, Raw: s.Raw}, 16<<20)
	w, _ := s.Dict["W"].(Array)
	if len(w) < 3 {
		return nil, false
	}
	var width [3]int
	for i := range width {
		if width[i] = Int(w[i]); width[i] < 0 || width[i] > 8 {
			return nil, false
		}
	}
	row := width[0] + width[1] + width[2]
	index, _ := s.Dict["Index"].(Array)
	if len(index) < 2 {
		index = Array{0, s.Dict["Size"]}
	}
	for i := 0; i+1 < len(index); i += 2 {
		first, n := Int(index[i]), Int(index[i+1])
		for k := 0; k < n && row > 0 && len(data) >= row; k++ {
			f.xrefRow(first+k, data[:row], width)
			data = data[row:]
		}
	}
	return s.Dict, true
}

func (f *File) xrefRow(n int, row []byte, width [3]int) {
	kind := 1
	var v [3]int
	for i, w := range width {
		for _, c := range row[:w] {
			v[i] = v[i]<<8 | int(c)
		}
		row = row[w:]
	}
	if width[0] > 0 {
		kind = v[0]
	}
	switch kind {
	case 1:
		f.add(n, entry{at: v[1], generation: v[2]})
	case 2:
		f.add(n, entry{at: v[1], bundled: true})
	}
}

// rebuild makes the table from everything that looks like an object: of objects of one number the last counts.
func (f *File) rebuild() {
	trailer := f.trailer
	f.forget()
	f.rebuilt = true
	var bundles []int
	for at := range begins(f.data) {
		o, r, err := f.head(at)
		if err != nil || len(f.table) >= maxObjects {
			continue
		}
		f.table[r.Number] = entry{at: at, generation: r.Generation}
		switch o["Type"] {
		case Name("ObjStm"):
			bundles = append(bundles, r.Number)
		case Name("XRef"):
			f.inherit(o)
		case Name("Catalog"):
			f.trailer["Root"] = r
		}
	}
	f.trailers()
	for _, k := range []Name{"Encrypt", "ID"} {
		if v, has := trailer[k]; has && f.trailer[k] == nil {
			f.trailer[k] = v
		}
	}
	if f.unlock() == nil {
		f.rebundle(bundles)
	}
}

// rebundle adds the objects of the object streams, the newest first.
func (f *File) rebundle(list []int) {
	slices.Reverse(list)
	for _, n := range list[:min(len(list), 5000)] {
		b := f.bundle(n)
		if b == nil {
			continue
		}
		for k, at := range b.at {
			f.add(k, entry{at: n, bundled: true})
			if f.trailer["Root"] != nil {
				continue
			}
			l := &Lexer{b: b.data, at: at, refs: true}
			if d, ok := l.object(0); ok {
				if d, is := d.(Dict); is && d["Type"] == Name("Catalog") {
					f.trailer["Root"] = Ref{Number: k}
				}
			}
		}
	}
}

// begins gives the offsets of everything that looks like "7 0 obj".
func begins(data []byte) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for at := 0; ; {
			i := bytes.Index(data[at:], []byte("obj"))
			if i < 0 {
				return
			}
			at += i + 3
			if start, ok := numbersBefore(data, at-3); ok && !yield(start) {
				return
			}
		}
	}
}

// numbersBefore finds two numbers in front of at.
func numbersBefore(data []byte, at int) (int, bool) {
	for range 2 {
		end := at
		for at > 0 && space(data[at-1]) && end-at < 20 {
			at--
		}
		digits := at
		for at > 0 && data[at-1] >= '0' && data[at-1] <= '9' && digits-at < 10 {
			at--
		}
		if at == digits {
			return 0, false
		}
	}
	return at, true
}

// head reads the dictionary of an object, without its stream.
func (f *File) head(at int) (Dict, Ref, error) {
	l := &Lexer{b: f.data, at: at}
	n, _ := l.Next()
	g, _ := l.Next()
	word, _ := l.Next()
	number, ok := n.(int)
	if !ok || word != Keyword("obj") {
		return nil, Ref{}, errMissing
	}
	r := Ref{Number: number, Generation: Int(g)}
	l.blank()
	if !bytes.HasPrefix(f.data[l.at:], []byte("<<")) || f.work <= 0 {
		return nil, r, nil
	}
	l.refs = true
	o, _ := l.Next()
	f.work -= l.at - at
	d, _ := o.(Dict)
	return d, r, nil
}

// trailers takes what the trailers of the file say, the last first.
func (f *File) trailers() {
	data := f.data
	for range maxSections {
		i := bytes.LastIndex(data, []byte("trailer"))
		if i < 0 || f.work <= 0 {
			return
		}
		l := &Lexer{b: f.data, at: i + 7, refs: true}
		o, _ := l.Next()
		f.work -= l.at - i
		if d, ok := o.(Dict); ok {
			f.inherit(d)
		}
		data = data[:i]
	}
}

// inherit takes what a trailer says.
func (f *File) inherit(d Dict) {
	for _, k := range []Name{"Root", "Encrypt", "ID", "Info"} {
		if v, has := d[k]; has && (f.trailer[k] == nil || k == "Root" && f.Dict(f.trailer[k]) == nil) {
			f.trailer[k] = v
		}
	}
}
