package mailbox

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"sekisho/search"
)

// A run of the index, in the clear: slice 0 is the UIDs of its messages, as differences (uvarint). Each other slice has, for
// each of its tokens in order: the token as a difference (uvarint), then the messages that have it, by their place in the run.
// Few messages: twice the length of their list (uvarint), and the list as differences (uvarint). Many: an odd number 2n+1
// (uvarint), and n bytes of a bitmap.

var errRun = errors.New("unreadable run of the index")

// run is the tokens of some messages, the other way round: which messages have a token.
type run struct {
	uids     []uint32
	postings map[uint32][]uint32 // places in uids, ascending
}

// invert makes a run of messages' encoded tokens. Tokens that cannot be read are left out: they are found in the mail itself.
func invert(uids []uint32, of map[uint32][]byte) *run {
	r := &run{uids: uids, postings: map[uint32][]uint32{}}
	for place, u := range uids {
		tokens, err := search.Decode(of[u])
		if err != nil {
			continue
		}
		for _, t := range tokens {
			r.postings[t] = append(r.postings[t], uint32(place))
		}
	}
	return r
}

// revert gives each message its encoded tokens again.
func (r *run) revert(of map[uint32][]byte) {
	tokens := make([]uint32, 0, len(r.postings))
	for t := range r.postings {
		tokens = append(tokens, t)
	}
	slices.Sort(tokens)
	lists := make([][]uint32, len(r.uids))
	for _, t := range tokens {
		for _, place := range r.postings[t] {
			lists[place] = append(lists[place], t)
		}
	}
	for i, u := range r.uids {
		of[u] = search.Encode(lists[i])
	}
}

// head is slice 0.
func (r *run) head() []byte {
	var b []byte
	last := uint32(0)
	for _, u := range r.uids {
		b = binary.AppendUvarint(b, uint64(u-last))
		last = u
	}
	return b
}

// slices gives the other slices; sliceOf says where a token belongs, from 1.
func (r *run) slices(sliceOf func(uint32) int) [][]byte {
	tokens := make([]uint32, 0, len(r.postings))
	for t := range r.postings {
		tokens = append(tokens, t)
	}
	slices.Sort(tokens)
	out := make([][]byte, sliceCount)
	last := make([]uint32, sliceCount)
	for _, t := range tokens {
		i := sliceOf(t) - 1
		out[i] = appendPosting(binary.AppendUvarint(out[i], uint64(t-last[i])), r.postings[t], len(r.uids))
		last[i] = t
	}
	return out
}

func appendPosting(b []byte, places []uint32, of int) []byte {
	var list []byte
	last := uint32(0)
	for _, p := range places {
		list = binary.AppendUvarint(list, uint64(p-last))
		last = p
	}
	n := (of + 7) / 8
	if len(list) <= n {
		return append(binary.AppendUvarint(b, uint64(len(list))*2), list...)
	}
	b = binary.AppendUvarint(b, uint64(n)*2+1)
	at := len(b)
	b = append(b, make([]byte, n)...)
	for _, p := range places {
		b[at+int(p)/8] |= 1 << (p % 8)
	}
	return b
}

// readHead reads slice 0.
func readHead(b []byte) ([]uint32, error) {
	out := make([]uint32, 0, len(b))
	last := uint64(0)
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if last += d; n <= 0 || d == 0 || last > 1<<32-1 {
			return nil, errRun
		}
		out = append(out, uint32(last))
		b = b[n:]
	}
	return out, nil
}

// eachPosting gives the tokens of a slice with their undecoded lists, until done says that it has seen enough.
func eachPosting(b []byte, each func(token uint32, many bool, list []byte) (done bool)) error {
	token := uint64(0)
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if token += d; n <= 0 || d >= search.Space || token >= search.Space {
			return errRun
		}
		size, k := binary.Uvarint(b[n:])
		if b = b[n+max(k, 0):]; k <= 0 || size/2 > uint64(len(b)) {
			return errRun
		}
		if each(uint32(token), size&1 != 0, b[:size/2]) {
			return nil
		}
		b = b[size/2:]
	}
	return nil
}

// places is a set of places in a run, as bits.
type places []uint64

func newPlaces(of int) places { return make(places, (of+63)/64) }

// read puts the places of a list into an empty set; false when the list has others than it may.
func (s places) read(many bool, list []byte, of int) bool {
	if many {
		for i, x := range list {
			if i/8 >= len(s) {
				return false
			}
			s[i/8] |= uint64(x) << (i % 8 * 8)
		}
		return true
	}
	last := uint64(0)
	for len(list) > 0 {
		d, n := binary.Uvarint(list)
		if last += d; n <= 0 || d >= uint64(of) || last >= uint64(of) {
			return false
		}
		s[last/64] |= 1 << (last % 64)
		list = list[n:]
	}
	return true
}

// and keeps what is in both.
func (s places) and(other places) {
	for i := range s {
		s[i] &= other[i]
	}
}

// each gives the places in order.
func (s places) each(of int, f func(int)) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if p := i*64 + bits.TrailingZeros64(w); p < of {
				f(p)
			}
		}
	}
}

// readRun reads a whole run.
func readRun(head []byte, parts [][]byte) (*run, error) {
	uids, err := readHead(head)
	if err != nil {
		return nil, err
	}
	r := &run{uids: uids, postings: map[uint32][]uint32{}}
	for _, b := range parts {
		bad := false
		err := eachPosting(b, func(token uint32, many bool, list []byte) bool {
			s := newPlaces(len(uids))
			if bad = !s.read(many, list, len(uids)); bad {
				return true
			}
			s.each(len(uids), func(p int) { r.postings[token] = append(r.postings[token], uint32(p)) })
			return false
		})
		if bad || err != nil {
			return nil, errRun
		}
	}
	return r, nil
}
