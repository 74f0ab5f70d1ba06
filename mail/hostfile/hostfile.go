// Package hostfile reads lists of hosts and addresses as they are published: text with one a line. "#" begins a remark, and lines of hosts
// files ("0.0.0.0 evil.example") are taken too.
package hostfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/publicsuffix"

	"sekisho/mail/address"
	"sekisho/mail/hostlist"
)

// mostLine bounds a line; longer ones are bad.
const mostLine = 8 << 10

// Read is what was found in a text.
type Read struct {
	Entries int
	Bad     int
	Which   []string // the first bad lines, with their numbers
}

// Parse reads a text. Bad lines are counted and named; the error is that of r, or that there is no good line, or too many.
func Parse(r io.Reader) (hostlist.Set, Read, error) {
	entries, told, err := parse(r)
	if err != nil {
		return hostlist.Set{}, told, err
	}
	set := hostlist.Make(entries)
	if told.Entries = set.Len(); told.Entries == 0 {
		return hostlist.Set{}, told, errors.New("no line is a host or an address")
	}
	return set, told, nil
}

// Hosts reads a text like Parse and gives the hosts themselves. Lines of ranked lists ("17,shop.example") are taken too.
func Hosts(r io.Reader) ([]string, Read, error) {
	entries, told, err := parse(r)
	if told.Entries = len(entries); err == nil && len(entries) == 0 {
		err = errors.New("no line is a host")
	}
	for i, e := range entries {
		entries[i], _, _ = strings.Cut(e, "/")
	}
	return entries, told, err
}

// parse gives the entries of a text.
func parse(r io.Reader) (entries []string, told Read, err error) {
	b := bufio.NewReaderSize(r, mostLine)
	for n := 1; ; n++ {
		line, long, err := b.ReadLine()
		if err != nil && err != io.EOF {
			return nil, told, err
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
			entries = append(entries, entry)
		}
		if err == io.EOF {
			break
		}
		if len(entries) > hostlist.Most {
			return nil, told, fmt.Errorf("more than %d entries", hostlist.Most)
		}
	}
	return entries, told, nil
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
	if rank, host, ok := strings.Cut(line, ","); ok && rank != "" && strings.Trim(rank, "0123456789") == "" {
		line = host
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
	return hostlist.Entry(host, path), false, false
}

// fold writes a host as it is compared; false when it is none, or a whole ending such as "co.jp".
func fold(host string) (string, bool) {
	host, err := address.FoldDomain(strings.TrimSuffix(host, "."))
	suffix, public := publicsuffix.PublicSuffix(host)
	return host, err == nil && strings.Contains(host, ".") && (suffix != host || !public)
}
