// Package hostlist keeps large lists of hosts and addresses that somebody warns of, in a form of 8 bytes each.
//
// A host stands for all that is below it. An address with a path stands for itself alone: at a large site one page is bad and the others
// are not. Package hostfile reads lists as they are published.
package hostlist

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
)

// Set is a list in its compact form: the first 8 bytes of each entry's SHA-256, sorted. It can be searched, and cannot be read back.
type Set struct{ sorted []byte }

const width = 8

// Most is the most entries of a list.
const Most = 4_000_000

// Entry writes a host, in the form that DNS is asked, or one with path and query, as it is listed.
func Entry(host, path string) string { return host + tail(path) }

// Make makes the set of entries. Each counts once.
func Make(entries []string) Set {
	sums := make([]uint64, 0, len(entries))
	for _, e := range entries {
		sums = append(sums, sum(e))
	}
	slices.Sort(sums)
	sums = slices.Compact(sums)
	out := make([]byte, 0, len(sums)*width)
	for _, x := range sums {
		out = binary.BigEndian.AppendUint64(out, x)
	}
	return Set{out}
}

// tail is a path as it is compared: without what is behind "#"; a bare "/" is none.
func tail(path string) string {
	path, _, _ = strings.Cut(path, "#")
	if path == "/" {
		return ""
	}
	return path
}

func sum(entry string) uint64 {
	h := sha256.Sum256([]byte(entry))
	return binary.BigEndian.Uint64(h[:])
}

// Load takes what Bytes gave. The error is that it is something else. The set keeps b.
func Load(b []byte) (Set, error) {
	if len(b) == 0 || len(b)%width != 0 || len(b) > Most*width {
		return Set{}, errors.New("not a list")
	}
	for at := width; at < len(b); at += width {
		if bytes.Compare(b[at-width:at], b[at:at+width]) >= 0 {
			return Set{}, errors.New("not sorted")
		}
	}
	return Set{b}, nil
}

// Bytes is the set as it is kept. It must not be changed.
func (s Set) Bytes() []byte { return s.sorted }

// Len is how many entries there are.
func (s Set) Len() int { return len(s.sorted) / width }

// Has says whether a host, in the form that DNS is asked, a domain above it, or the host with that very path and query is listed.
func (s Set) Has(host, path string) bool {
	if path = tail(path); path != "" && s.find(sum(host+path)) {
		return true
	}
	for strings.Contains(host, ".") {
		if s.find(sum(host)) {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}

func (s Set) find(x uint64) bool {
	low, high := 0, s.Len()
	for low < high {
		mid := int(uint(low+high) >> 1)
		switch at := binary.BigEndian.Uint64(s.sorted[mid*width:]); {
		case at == x:
			return true
		case at < x:
			low = mid + 1
		default:
			high = mid
		}
	}
	return false
}
