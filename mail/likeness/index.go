// Package likeness says which of very many known domains another one imitates: the domains of a list of well-visited sites, or of all that an
// operator deals with. Package scan/url does the same for the few that a contract names.
//
// Every label is found by itself and by itself with any one letter left out (Garbe's symmetric deletes): two labels one change apart share
// such a form, so that a look-up tries as many forms as the label has letters, however many domains are known.
package likeness

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"sekisho"
)

// Most is how many domains a list may have.
const Most = 2_000_000

// Names shorter than this, in letters, meet by chance: as they are, and one change apart.
const (
	shortest     = 5
	shortestTypo = 8
)

const magic = "KNOWN1\n"

// longest is how long a domain may be (RFC 1035, section 2.3.4).
const longest = 253

// Index finds domains. It is safe for use by several goroutines.
type Index struct {
	names  []byte   // the domains, one after another
	at     []uint32 // where each begins, and where the last ends
	groups []uint32 // the first domain of each label, as an index of at, and the number of domains
	slots  []uint32 // a label's number under a part of the form's hash, or empty
}

const (
	idBits = 21
	idMask = 1<<idBits - 1
	empty  = 1<<32 - 1
)

// Is says whether b has the form that Make gives.
func Is(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }

// Count is how many domains a list has that Make made; 0 for anything else.
func Count(b []byte) int {
	if !Is(b) {
		return 0
	}
	n, _ := binary.Uvarint(b[len(magic):])
	return int(min(n, Most))
}

// Make is a list of domains in compact form, to be kept and sent: each is written as what it has not in common with the one before. What is
// no domain of an organisation is left out. The error is Invalid, for a list that is empty or too long.
func Make(domains []string) ([]byte, error) {
	type entry struct{ form, site string }
	list := make([]entry, 0, len(domains))
	for _, d := range domains {
		site := Site(strings.ToLower(strings.TrimSpace(d)))
		if label, _, ok := strings.Cut(site, "."); ok && label != "" && len(site) <= longest {
			list = append(list, entry{Skeleton(label), site})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Or(cmp.Compare(a.form, b.form), cmp.Compare(a.site, b.site)) })
	list = slices.Compact(list)
	if len(list) == 0 || len(list) > Most {
		return nil, sekisho.E("likeness.make", sekisho.Invalid, errors.New("a list has 1 to 2,000,000 domains"))
	}
	b := binary.AppendUvarint([]byte(magic), uint64(len(list)))
	before := ""
	for _, e := range list {
		n := 0
		for n < len(before) && n < len(e.site) && before[n] == e.site[n] {
			n++
		}
		b = append(binary.AppendUvarint(binary.AppendUvarint(b, uint64(n)), uint64(len(e.site)-n)), e.site[n:]...)
		before = e.site
	}
	return b, nil
}

var errList = errors.New("not a list of known domains")

// Load reads what Make made. It takes about 60 bytes of memory for each domain. The error is Invalid.
func Load(b []byte) (*Index, error) {
	x := new(Index)
	if err := x.read(b); err != nil {
		return nil, sekisho.E("likeness.load", sekisho.Invalid, err)
	}
	forms := 0
	form := ""
	for i := range x.domains() {
		if f := Skeleton(label(x.domain(i))); i == 0 || f != form {
			form = f
			x.groups = append(x.groups, uint32(i))
			forms += 1 + len(f)
		}
	}
	x.groups = append(x.groups, uint32(x.domains()))
	x.slots = make([]uint32, forms*5/4+16)
	for i := range x.slots {
		x.slots[i] = empty
	}
	for id := range len(x.groups) - 1 {
		each(Skeleton(label(x.domain(int(x.groups[id])))), func(h uint64) bool {
			x.put(h, uint32(id))
			return true
		})
	}
	return x, nil
}

func (x *Index) read(b []byte) error {
	if !Is(b) {
		return errList
	}
	b = b[len(magic):]
	n, w := binary.Uvarint(b)
	if w <= 0 || n == 0 || n > Most || n > uint64(len(b)) {
		return errList
	}
	b = b[w:]
	x.at = make([]uint32, 1, n+1)
	from := 0 // where the domain before begins
	for range n {
		same, w := binary.Uvarint(b)
		if w <= 0 || same > uint64(len(x.names)-from) {
			return errList
		}
		more, v := binary.Uvarint(b[w:])
		b = b[min(w+max(v, 0), len(b)):]
		if v <= 0 || more > uint64(len(b)) || same+more == 0 || same+more > longest {
			return errList
		}
		start := len(x.names)
		x.names = append(append(x.names, x.names[from:from+int(same)]...), b[:more]...)
		b, from = b[more:], start
		x.at = append(x.at, uint32(len(x.names)))
	}
	if len(b) > 0 {
		return errList
	}
	return nil
}

func (x *Index) domains() int { return len(x.at) - 1 }

func (x *Index) domain(i int) string { return string(x.names[x.at[i]:x.at[i+1]]) }

func label(site string) string {
	l, _, _ := strings.Cut(site, ".")
	return l
}

const (
	offset = 14695981039346656037
	prime  = 1099511628211
)

// each gives the hashes of a form and of the form with one letter left out, until f is false.
func each(form string, f func(h uint64) bool) {
	head := uint64(offset) // of what stands before the letter that is left out
	for i := 0; i <= len(form); i++ {
		h := head
		for k := i + 1; k < len(form); k++ {
			h = (h ^ uint64(form[k])) * prime
		}
		if i == len(form) { // all of it
			h = head
		} else {
			head = (head ^ uint64(form[i])) * prime
			if i > 0 && form[i] == form[i-1] {
				continue // leaving out either of two equal letters gives the same
			}
		}
		if !f(h * 0x9e3779b97f4a7c15) {
			return
		}
	}
}

// place is where the look-up of a hash begins, and what its slots bear.
func (x *Index) place(h uint64) (at int, mark uint32) {
	return int(h >> 32 * uint64(len(x.slots)) >> 32), uint32(h) >> idBits << idBits
}

func (x *Index) put(h uint64, id uint32) {
	at, mark := x.place(h)
	for x.slots[at] != empty {
		if at++; at == len(x.slots) {
			at = 0
		}
	}
	if x.slots[at] = mark | id; x.slots[at] == empty {
		x.slots[at] = mark // the one number that would look empty; its label is found as another one, which is not alike
	}
}

// find gives the labels that may have a form with that hash.
func (x *Index) find(h uint64, f func(id int) bool) {
	at, mark := x.place(h)
	for n := 0; n < len(x.slots) && x.slots[at] != empty; n++ {
		if s := x.slots[at]; s&^idMask == mark && !f(int(s&idMask)) {
			return
		}
		if at++; at == len(x.slots) {
			at = 0
		}
	}
}

// Like says which known domain a host imitates, and how: "homograph", written so that it is read as that one, or "typo", one letter away. A
// known domain imitates none, and the same name under another suffix is often the same owner's.
func (x *Index) Like(host string) (of, how string) {
	site := Site(strings.ToLower(host))
	shown := site
	if strings.Contains(site, "xn--") {
		if u, err := idna.ToUnicode(site); err == nil {
			shown = u
		}
	}
	form := Skeleton(label(shown))
	if len(form) < shortest || len(form) > 63 {
		return "", ""
	}
	if of, same := x.same(form, site); same {
		return "", ""
	} else if of != "" {
		return of, "homograph"
	}
	if len(form) < shortestTypo {
		return "", ""
	}
	each(form, func(h uint64) bool {
		x.find(h, func(id int) bool {
			if id < len(x.groups)-1 && OneChange(Skeleton(label(x.domain(int(x.groups[id])))), form) {
				of = x.shortest(id)
			}
			return of == ""
		})
		return of == ""
	})
	if of == "" {
		return "", ""
	}
	return of, "typo"
}

// same looks for the labels that are read as form: whether one of them is the very label of site, or else a domain of another.
func (x *Index) same(form, site string) (of string, same bool) {
	h := uint64(offset)
	for i := range len(form) {
		h = (h ^ uint64(form[i])) * prime
	}
	own := label(site)
	x.find(h*0x9e3779b97f4a7c15, func(id int) bool {
		if id >= len(x.groups)-1 || Skeleton(label(x.domain(int(x.groups[id])))) != form {
			return true
		}
		for i := x.groups[id]; i < x.groups[id+1]; i++ {
			if same = label(x.domain(int(i))) == own; same {
				return false
			}
		}
		of = x.shortest(id)
		return true
	})
	return of, same
}

// shortest is the shortest domain of a label.
func (x *Index) shortest(id int) string {
	best := x.groups[id]
	for i := best; i < x.groups[id+1]; i++ {
		if x.at[i+1]-x.at[i] < x.at[best+1]-x.at[best] {
			best = i
		}
	}
	return x.domain(int(best))
}
