// Package hostlist keeps large lists of hosts and addresses that somebody warns of, in a form of 8 bytes each.
//
// A list is text with one host or one address a line, as they are published; "#" begins a remark, and lines of hosts files
// ("0.0.0.0 evil.example") are taken too. A host stands for all that is below it. An address with a path stands for itself alone: at a large
// site one page is bad and the others are not.
package hostlist

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sekisho/mail/address"
)

// Set is a list in its compact form: the first 8 bytes of each entry's SHA-256, sorted. It can be searched, and cannot be read back.
type Set struct{ sorted []byte }

const width = 8

// Most is the most entries of a list.
const Most = 4_000_000

// mostLine bounds a line; longer ones are bad.
const mostLine = 8 << 10

// Read is what was found in a text.
type Read struct {
	Entries int
	Bad     int
	Which   []string // the first bad lines, with their numbers
}

// Parse reads a text. Bad lines are counted and named; the error is that of r, or that there is no good line, or too many.
func Parse(r io.Reader) (Set, Read, error) {
	var told Read
	var sums []uint64
	b := bufio.NewReaderSize(r, mostLine)
	for n := 1; ; n++ {
		line, long, err := b.ReadLine()
		if err != nil && err != io.EOF {
			return Set{}, told, err
		}
		text, bad := string(line), long
		for long && err == nil {
			_, long, err = b.ReadLine()
		}
		entry, empty := "", false
		if !bad {
			entry, empty, bad = parseLine(text)
		}
		switch {
		case bad:
			if told.Bad++; len(told.Which) < 5 {
				told.Which = append(told.Which, fmt.Sprintf("line %d: %.60q", n, text))
			}
		case !empty:
			sums = append(sums, sum(entry))
		}
		if err == io.EOF {
			break
		}
		if len(sums) > Most {
			return Set{}, told, fmt.Errorf("more than %d entries", Most)
		}
	}
	slices.Sort(sums)
	sums = slices.Compact(sums)
	told.Entries = len(sums)
	if len(sums) == 0 {
		return Set{}, told, errors.New("no line is a host or an address")
	}
	out := make([]byte, 0, len(sums)*width)
	for _, x := range sums {
		out = binary.BigEndian.AppendUint64(out, x)
	}
	return Set{out}, told, nil
}

// parseLine reads one line: a host, or host and path.
func parseLine(line string) (entry string, empty, bad bool) {
	line, _, _ = strings.Cut(line, " #")
	line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
	if line == "" || line[0] == '#' || line[0] == '!' {
		return "", true, false
	}
	if f := strings.Fields(line); len(f) == 2 && (f[0] == "0.0.0.0" || f[0] == "127.0.0.1" || f[0] == "::") {
		if line = f[1]; line == "localhost" || line == "0.0.0.0" {
			return "", true, false
		}
	}
	_, rest, address := strings.Cut(line, "://")
	if !address {
		rest = line
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	if name, port, ok := strings.Cut(host, ":"); ok && strings.Trim(port, "0123456789") == "" {
		host = name
	}
	host, ok := fold(strings.TrimPrefix(host, "*."))
	if !ok || strings.ContainsAny(line, " \t") {
		return "", false, true
	}
	return host + tail(path), false, false
}

// fold writes a host as it is compared; false when it is none, or a whole ending such as "co.jp".
func fold(host string) (string, bool) {
	host, err := address.FoldDomain(strings.TrimSuffix(host, "."))
	suffix, public := publicsuffix.PublicSuffix(host)
	return host, err == nil && strings.Contains(host, ".") && (suffix != host || !public)
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
